//! Statements, and batches of statements that run together.

use std::ops::Range;

use thiserror::Error;

use super::{error::BackendError, row::Row};

/// One SQL text, and how it must run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text, without a trailing semicolon.
    pub sql: String,
    /// Whether it may run inside a transaction.
    pub transactional: bool,
    /// How many rows it must change, where that matters.
    pub expect_rows: Option<u64>,
    /// The bytes of the revision file that it comes from.
    pub span: Option<Range<usize>>,
}

impl Statement {
    /// A statement that may run inside a transaction.
    pub fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), transactional: true, expect_rows: None, span: None }
    }

    /// The same statement, failing unless it changes exactly so many rows.
    #[must_use]
    pub fn expecting_rows(self, rows: u64) -> Self {
        Self { expect_rows: Some(rows), ..self }
    }

    /// The same statement, as coming from these bytes of a revision file.
    #[must_use]
    pub fn at(self, span: Range<usize>) -> Self {
        Self { span: Some(span), ..self }
    }
}

/// Statements that run together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// What must hold before the first statement.
    pub guard: Option<Guard>,
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// Whether all of them happen or none.
    pub atomic: bool,
}

impl Batch {
    /// A batch of which everything happens or nothing.
    pub fn atomic(statements: Vec<Statement>) -> Self {
        Self { guard: None, statements, atomic: true }
    }
}

/// What a query must return for a batch to run: how a run notices that another
/// one came first.
#[derive(Debug, Clone, PartialEq)]
pub struct Guard {
    /// The query.
    pub query: String,
    /// The rows that it must return, in any order.
    pub rows: Vec<Row>,
}

/// A batch that ran.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Executed {
    /// The rows that each statement changed, zero where that means nothing.
    pub rows: Vec<u64>,
}

/// Why a batch did not run to its end. If it was atomic, nothing of it
/// remains.
#[derive(Debug, Error)]
pub enum BatchError {
    /// The guard did not hold; nothing ran.
    #[error("the database changed since the run was planned")]
    Guard {
        /// The rows that the guard's query returned instead.
        found: Vec<Row>,
    },
    /// A statement failed.
    #[error("statement {} failed", index + 1)]
    Statement {
        /// Its position, from zero.
        index: usize,
        /// How it failed.
        source: BackendError,
    },
    /// A statement changed another number of rows than it must.
    #[error("statement {} changed {found} rows instead of {expected}", index + 1)]
    Rows {
        /// Its position, from zero.
        index: usize,
        /// The rows that it must change.
        expected: u64,
        /// The rows that it changed.
        found: u64,
    },
    /// The batch as a whole failed: it could not begin or commit, or the
    /// connection broke.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

impl BatchError {
    /// What the database said, without the position in the batch.
    pub fn root(&self) -> &dyn std::error::Error {
        match self {
            Self::Statement { source, .. } | Self::Backend(source) => source,
            Self::Guard { .. } | Self::Rows { .. } => self,
        }
    }
}
