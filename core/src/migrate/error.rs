//! Why a run failed, and how far it came.

use thiserror::Error;

use super::{Outcome, step::Step};
use crate::{
    backend::{BackendError, BatchError, Statement},
    journal::Interrupted,
    plan::{Direction, Part, PlanError},
    revision::{Revision, RevisionId, directory::DirectoryError, heads::HeadMoveError, target::TargetError},
    script::SourceError,
};

/// A run that failed, and what it had done before: revisions that ran stay.
#[derive(Debug, Error)]
#[error("{error}")]
pub struct Failure {
    /// Why.
    #[source]
    pub error: MigrateError,
    /// How far it came.
    pub progress: Outcome,
}

/// Why a run failed.
#[derive(Debug, Error)]
pub enum MigrateError {
    /// The target cannot be resolved or reached.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The rows of the version table and the revision do not fit.
    #[error(transparent)]
    HeadMove(#[from] HeadMoveError),
    /// A revision file cannot be read.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// A revision cannot be planned; nothing of it ran.
    #[error("{error}")]
    Plan {
        /// The revision.
        revision: RevisionId,
        /// Which way.
        direction: Direction,
        /// Why, and where.
        error: PlanError,
    },
    /// A statement failed.
    #[error("{direction} of revision {revision} failed")]
    Statement {
        /// The revision.
        revision: RevisionId,
        /// Which way.
        direction: Direction,
        /// The place in the file, where the statement comes from one.
        place: Option<Box<SourceError>>,
        /// The statement as it was sent.
        sql: String,
        /// How many statements of the revision came before it.
        index: usize,
        /// How many statements the revision has.
        total: usize,
        /// Whether those before it remain in effect.
        earlier_remain: bool,
        /// What the database said.
        #[source]
        source: BatchError,
    },
    /// A revision was interrupted in an earlier run and must be finished first.
    #[error("revision {} was interrupted during its {}", interrupted.revision, interrupted.direction)]
    Interrupted {
        /// The interrupted run.
        interrupted: Box<Interrupted>,
        /// The statement that is in doubt, if one is and the file still has it.
        place: Option<Box<SourceError>>,
    },
    /// A revision that was interrupted has changed since.
    #[error("revision {} was interrupted, and its file has changed since: it had {} statements and has {total}", interrupted.revision, interrupted.total)]
    Edited {
        /// The interrupted run.
        interrupted: Box<Interrupted>,
        /// How many statements the file has now.
        total: usize,
    },
    /// A revision that was interrupted would go on with other values than it
    /// began with.
    #[error("revision {} was interrupted, and began with other values", interrupted.revision)]
    OtherValues {
        /// The interrupted run.
        interrupted: Box<Interrupted>,
        /// The keys of the values that the file wants.
        keys: Vec<String>,
    },
    /// The run should be one transaction, on a database where a change of the
    /// schema commits by itself.
    #[error("the run cannot be one transaction: on {backend}, a change of the schema commits by itself")]
    DdlCommits {
        /// The backend.
        backend: String,
    },
    /// The run should be one transaction, and a revision is half done.
    #[error("the run cannot be one transaction: revision {} is half done", interrupted.revision)]
    HalfDone {
        /// The interrupted run.
        interrupted: Box<Interrupted>,
    },
    /// Another run moved the database so that this one cannot go on.
    #[error("another run moved the database to {}", list(rows))]
    Moved {
        /// Where it is now.
        rows: Vec<RevisionId>,
    },
    /// A batch of bookkeeping failed.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The database cannot be reached, locked or read.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

impl From<(RevisionId, PlanError)> for MigrateError {
    fn from((revision, error): (RevisionId, PlanError)) -> Self {
        Self::Plan { revision, direction: Direction::Upgrade, error }
    }
}

impl MigrateError {
    pub(super) fn plan(revision: &Revision, direction: Direction, error: PlanError) -> Self {
        Self::Plan { revision: revision.id.clone(), direction, error }
    }

    /// A statement of an atomic batch failed; nothing of the batch remains. The
    /// batch had those of the revision, then the bookkeeping.
    pub(super) fn statement(step: &Step<'_>, bookkeeping: &[Statement], error: BatchError) -> Self {
        let index = match &error {
            BatchError::Statement { index, .. } | BatchError::Rows { index, .. } => *index,
            BatchError::Guard { .. } | BatchError::Backend(_) => step.plan.statements.len(),
        };
        let place = place(step, step.plan.statements.get(index), &error);
        // What fails after the last statement, such as a foreign key that is
        // broken at the end, is the fault of none of them.
        let sql = match &error {
            BatchError::Statement { .. } | BatchError::Rows { .. } => {
                let mut statements = step.plan.statements.iter().chain(bookkeeping);
                statements.nth(index).map(|statement| statement.sql.clone()).unwrap_or_default()
            }
            BatchError::Guard { .. } | BatchError::Backend(_) => String::new(),
        };
        Self::at_statement(step, place, sql, (index, step.plan.statements.len()), false, error)
    }

    /// A statement of a part failed; so many statements of the file, which came
    /// before it, remain.
    pub(super) fn journaled_statement(step: &Step<'_>, part: &Part, done: usize, error: BatchError) -> Self {
        let index = match &error {
            BatchError::Statement { index, .. } | BatchError::Rows { index, .. } => *index,
            BatchError::Guard { .. } | BatchError::Backend(_) => 0,
        };
        // Behind the part comes the mark, which is not in the file.
        let index = Some(part.statements.start + index).filter(|index| part.statements.contains(index));
        let sql = index.and_then(|index| step.plan.statements.get(index));
        let sql = sql.map(|statement| statement.sql.clone()).unwrap_or_default();
        let place = place(step, index.and_then(|index| step.plan.statements.get(index)), &error);
        Self::at_statement(step, place, sql, (done, step.plan.total), done > 0, error)
    }

    /// What statements that ran in another session had set cannot be set again;
    /// so many statements of the file remain.
    pub(super) fn setting(step: &Step<'_>, done: usize, error: BatchError) -> Self {
        let statement = match &error {
            BatchError::Statement { index, .. } | BatchError::Rows { index, .. } => {
                step.plan.settings.get(*index)
            }
            BatchError::Guard { .. } | BatchError::Backend(_) => None,
        };
        let sql = statement.map(|statement| statement.sql.clone()).unwrap_or_default();
        let place = place(step, statement, &error);
        Self::at_statement(step, place, sql, (done, step.plan.total), done > 0, error)
    }

    fn at_statement(
        step: &Step<'_>,
        place: Option<Box<SourceError>>,
        sql: String,
        (index, total): (usize, usize),
        earlier_remain: bool,
        source: BatchError,
    ) -> Self {
        Self::Statement {
            revision: step.revision.id.clone(),
            direction: step.direction,
            place,
            sql,
            index,
            total,
            earlier_remain,
            source,
        }
    }

    /// How many statements of the revision ran before the failure.
    pub(super) fn statements_run(&self) -> usize {
        match self {
            Self::Statement { index, total, .. } => *index.min(total),
            _ => 0,
        }
    }

    /// The text of the innermost cause.
    pub(super) fn cause(&self) -> String {
        let mut error: &dyn std::error::Error = self;
        while let Some(source) = error.source() {
            error = source;
        }
        error.to_string()
    }
}

/// Where in the file a statement comes from.
fn place(step: &Step<'_>, statement: Option<&Statement>, error: &BatchError) -> Option<Box<SourceError>> {
    place_of(step, statement, error.root())
}

/// Where in the file a statement comes from about which there is an error.
pub(super) fn place_of(
    step: &Step<'_>,
    statement: Option<&Statement>,
    error: &dyn std::error::Error,
) -> Option<Box<SourceError>> {
    let span = statement?.span.clone()?;
    Some(step.script.source.error(span, error.to_string(), None))
}

/// Joins ids, or says `base`.
fn list(rows: &[RevisionId]) -> String {
    if rows.is_empty() {
        return "base".to_owned();
    }
    rows.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(", ")
}
