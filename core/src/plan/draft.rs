//! The operations of a revision between reading and planning.

use std::{collections::BTreeSet, ops::Range};

use super::{Undo, item::Item, session};
use crate::{backend::Statement, operation::Operation, schema::QualifiedName, sql::Syntax};

/// The operations of a revision, read but not planned.
#[derive(Debug, Clone)]
pub struct Draft {
    pub(super) items: Vec<Item>,
    /// How many statements of the file came before them.
    pub(super) skipped: usize,
    /// Those of them that set something for the session, which has ended since.
    pub(super) settings: Vec<Statement>,
    /// The keys of the values in it.
    pub(super) keys: BTreeSet<String>,
}

impl Draft {
    /// A downgrade made of the operations that undo an upgrade.
    pub fn undo(operations: Undo) -> Self {
        let item = |(operation, span)| Item {
            operation,
            span,
            native: false,
            reset: false,
            alone: false,
            computed: true,
        };
        Self::new(operations.into_iter().map(item).collect())
    }

    pub(super) fn new(items: Vec<Item>) -> Self {
        Self { items, skipped: 0, settings: Vec::new(), keys: BTreeSet::new() }
    }

    /// How many statements of the file it stands for.
    pub fn total(&self) -> usize {
        self.skipped + self.items.chunk_by(|a, b| a.span == b.span).count()
    }

    /// The keys of the values that it was given.
    pub fn keys(&self) -> &BTreeSet<String> {
        &self.keys
    }

    /// Where the file has one of its statements, counted from zero.
    pub fn span_of(&self, statement: usize) -> Option<Range<usize>> {
        let mut statements = self.items.chunk_by(|a, b| a.span == b.span);
        Some(statements.nth(statement)?.first()?.span.clone())
    }

    /// The rest of it, after so many statements of the file that ran in another
    /// session. What they set for that one is set again.
    #[must_use]
    pub fn after(mut self, done: usize, syntax: &Syntax) -> Self {
        let gone: usize = self.items.chunk_by(|a, b| a.span == b.span).take(done).map(<[Item]>::len).sum();
        for item in self.items.drain(..gone) {
            if let Operation::Raw { sql } = item.operation
                && item.native
                && session::only_sets(&sql, syntax)
            {
                self.settings.push(Statement::new(sql).at(item.span));
            }
        }
        self.skipped += done;
        self
    }

    /// Whether the session may have other settings after it.
    pub(super) fn may_set(&self, syntax: &Syntax) -> bool {
        let may_set = |item: &Item| match &item.operation {
            Operation::Raw { sql } => session::may_set(sql, syntax),
            _ => false,
        };
        !self.settings.is_empty() || self.items.iter().any(may_set)
    }

    /// The tables whose stored definitions planning the draft may read; `None`
    /// for any. Most revisions read few: each costs a query.
    pub(super) fn reach(&self) -> Option<BTreeSet<&QualifiedName>> {
        let mut tables = BTreeSet::new();
        for item in &self.items {
            match &item.operation {
                Operation::RenameTable { .. }
                | Operation::RenameColumn { .. }
                | Operation::RenameNamespace { .. }
                | Operation::RenameEnum { .. }
                | Operation::AddEnumValue { .. }
                | Operation::RenameEnumValue { .. }
                | Operation::DropEnumValue { .. } => return None,
                Operation::Raw { .. } => return None,
                operation => tables.extend(operation.altered_table()),
            }
        }
        Some(tables)
    }
}
