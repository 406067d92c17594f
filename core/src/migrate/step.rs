//! Running one revision.

use std::{collections::BTreeSet, mem, time::Instant};

use super::{MigrateError, Migrator};
use crate::{
    backend::{Backend, BackendErrorKind, Batch, BatchError, Connection, Guard, Statement},
    event::Event,
    journal::Action,
    plan::{Direction, Part, Plan},
    revision::{Revision, RevisionId},
    script::RevisionScript,
};

/// One revision, planned.
#[derive(Debug)]
pub(super) struct Step<'a> {
    pub(super) revision: &'a Revision,
    pub(super) direction: Direction,
    pub(super) script: RevisionScript,
    pub(super) plan: Plan,
    /// What must hold of the version table for the plan to run.
    pub(super) guard: Guard,
    /// What the version table holds before it.
    pub(super) rows_before: Vec<RevisionId>,
    /// What the revision does to the version table.
    pub(super) moves: Vec<Statement>,
    /// What the version table holds then.
    pub(super) rows_after: Vec<RevisionId>,
    /// Where an interrupted run left it.
    pub(super) resume: Option<Resume>,
    /// The keys of the values in it.
    pub(super) keys: BTreeSet<String>,
}

/// Where an interrupted run left a revision.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resume {
    /// How many statements of the file are carried out.
    pub(super) done: usize,
    /// Its row of the journal.
    pub(super) row: i64,
}

/// A revision that ran.
#[derive(Debug)]
pub(super) struct Ran<'a> {
    pub(super) revision: &'a Revision,
    pub(super) started: Instant,
    /// What the version table holds after it.
    pub(super) rows: Vec<RevisionId>,
    /// The keys of the values in it.
    pub(super) keys: BTreeSet<String>,
}

/// A revision of which nothing is left but to record that it ended.
#[derive(Debug)]
pub(super) struct Ending<'a> {
    pub(super) ran: Ran<'a>,
    /// What the version table held before it.
    pub(super) rows_before: Vec<RevisionId>,
    pub(super) batch: Batch,
}

impl Step<'_> {
    /// Whether it runs in one transaction. What is left of a journaled revision
    /// has its row in the journal already.
    pub(super) fn is_atomic(&self) -> bool {
        self.plan.atomic && self.resume.is_none()
    }

    pub(super) fn started(&self) -> Event<'_> {
        let (revision, direction) = (self.revision, self.direction);
        Event::RevisionStarted { revision, direction, statements: &self.plan.statements }
    }

    fn is_transactional(&self, part: &Part) -> bool {
        self.plan.statements[part.statements.clone()].iter().all(|statement| statement.transactional)
    }

    /// Whether a failure during this part would leave it in doubt.
    fn is_doubtful(&self, part: Option<&Part>) -> bool {
        part.is_some_and(|part| !self.is_transactional(part))
    }
}

impl Migrator<'_> {
    /// Runs a revision in one transaction, its record included.
    pub(super) async fn run_atomic(
        &self,
        connection: &mut dyn Connection,
        step: &mut Step<'_>,
    ) -> Result<(), MigrateError> {
        let backend = connection.backend();
        let syntax = backend.syntax();
        let (id, action) = (&step.revision.id, Action::Run(step.direction));
        let total = step.plan.statements.len();
        // Moved, not copied: they may be megabytes.
        let mut batch = Batch::atomic(mem::take(&mut step.plan.statements));
        batch.guard = Some(step.guard.clone());
        batch.statements.append(&mut step.moves);
        batch.statements.push(self.settings.journal.done(syntax, id, action, total));
        let error = match connection.execute(&batch).await {
            Ok(_) => return Ok(()),
            Err(error @ BatchError::Guard { .. }) => return Err(MigrateError::Batch(error)),
            Err(error) => error,
        };
        let bookkeeping = batch.statements.split_off(total);
        step.plan.statements = batch.statements;
        let error = MigrateError::statement(step, &bookkeeping, error);
        // Nothing of the revision remains. That it was tried is worth a row,
        // but the failure itself is what the caller must see, even where the
        // row cannot be written.
        let cause = self.settings.parameters.redact(&error.cause());
        let failed =
            self.settings.journal.failed(syntax, id, action, (error.statements_run(), total), &cause);
        connection.execute(&Batch::atomic(vec![failed])).await.ok();
        Err(error)
    }

    /// What tells the values that a revision got from others, if it got some.
    pub(super) fn fingerprint(&self, id: &RevisionId, keys: &BTreeSet<String>) -> Option<String> {
        let keys = keys.iter().map(String::as_str);
        (keys.len() > 0).then(|| self.settings.parameters.fingerprint(id.as_str(), keys))
    }

    /// The mark that a revision begins that is not atomic, or goes on.
    pub(super) fn beginning(&self, connection: &dyn Connection, step: &Step<'_>) -> Statement {
        let backend = connection.backend();
        let (syntax, journal, id) = (backend.syntax(), &self.settings.journal, &step.revision.id);
        let journal = match self.fingerprint(id, &step.keys) {
            Some(fingerprint) => &journal.with_values(&fingerprint),
            None => journal,
        };
        let in_doubt = step.is_doubtful(step.plan.parts.first());
        match step.resume {
            None => journal.begin(syntax, id, Action::Run(step.direction), step.plan.total, in_doubt),
            Some(Resume { done, row }) => journal.progress(syntax, id, row, done, in_doubt),
        }
    }

    /// Runs a revision part by part, each journaled: after an interruption it
    /// is known which of them ran. The last record, that it ended, is left to
    /// [`ending`](Self::ending). `row` is where the journal's rows begin of
    /// which one is the revision's.
    ///
    /// A part that can be in a transaction is in one with its mark. One that
    /// cannot is marked as in doubt before it runs; the mark that it is done is
    /// also the one that the next is in doubt, so that a boundary costs one
    /// statement.
    pub(super) async fn run_journaled(
        &self,
        connection: &mut dyn Connection,
        step: &Step<'_>,
        row: i64,
    ) -> Result<(), MigrateError> {
        let backend = connection.backend();
        let (syntax, journal) = (backend.syntax(), &self.settings.journal);
        let id = &step.revision.id;
        let guarded = |statements| Batch { guard: Some(step.guard.clone()), ..Batch::atomic(statements) };
        let mut parts = step.plan.parts.iter().peekable();
        let mut done = step.resume.map_or(0, |resume| resume.done);
        if !step.plan.settings.is_empty() {
            let batch = Batch { guard: None, statements: step.plan.settings.clone(), atomic: false };
            if let Err(error) = connection.execute(&batch).await {
                // Nothing of what is left ran.
                let mark = journal.progress(syntax, id, row, done, false);
                connection.execute(&Batch::atomic(vec![mark])).await.ok();
                return Err(MigrateError::setting(step, done, error));
            }
        }
        while let Some(part) = parts.next() {
            let mut statements = step.plan.statements[part.statements.clone()].to_vec();
            let mark = journal.progress(syntax, id, row, part.done, step.is_doubtful(parts.peek().copied()));
            let transactional = step.is_transactional(part);
            let ran = if transactional {
                // The statements and their mark happen together: never in doubt.
                statements.push(mark.clone());
                connection.execute(&guarded(statements)).await
            } else {
                connection.execute(&Batch { guard: None, statements, atomic: false }).await
            };
            if let Err(error) = ran {
                self.record_failure(connection, step, part, row, done, &error).await;
                return Err(MigrateError::journaled_statement(step, part, done, error));
            }
            done = part.done;
            if !transactional && parts.peek().is_some() {
                connection.execute(&guarded(vec![mark])).await?;
            }
        }
        Ok(())
    }

    /// The record that a revision ended that is not atomic.
    ///
    /// It has no guard. What ran, ran, and each move must find its row: if
    /// another run moved that, the record fails.
    pub(super) fn ending<'a>(
        &self,
        connection: &dyn Connection,
        step: Step<'a>,
        ran: Ran<'a>,
        row: i64,
    ) -> Ending<'a> {
        let batch = self.end_of(&*connection.backend(), &step.revision.id, step.moves, row);
        Ending { ran, rows_before: step.rows_before, batch }
    }

    /// The batch that records the end.
    pub(super) fn end_of(
        &self,
        backend: &dyn Backend,
        id: &RevisionId,
        mut moves: Vec<Statement>,
        row: i64,
    ) -> Batch {
        moves.push(self.settings.journal.end(backend.syntax(), id, row));
        Batch::atomic(moves)
    }

    /// Records what is known after a part of a journaled revision failed.
    ///
    /// The failure itself is what the caller must see, even where the journal
    /// cannot be written any more: its row then says that the part is in doubt,
    /// and the next run looks.
    async fn record_failure(
        &self,
        connection: &mut dyn Connection,
        step: &Step<'_>,
        part: &Part,
        row: i64,
        done: usize,
        error: &BatchError,
    ) {
        let backend = connection.backend();
        let (syntax, journal, id) = (backend.syntax(), &self.settings.journal, &step.revision.id);
        let may_have_run = match error {
            BatchError::Statement { index, source } => {
                let lost = matches!(
                    source.kind(),
                    BackendErrorKind::Connect | BackendErrorKind::Interrupted | BackendErrorKind::Unexpected
                );
                *index > 0 || lost
            }
            BatchError::Backend(_) => true,
            BatchError::Guard { .. } | BatchError::Rows { .. } => false,
        };
        let record = if may_have_run && !step.is_transactional(part) {
            return;
        } else if done == 0 {
            // Nothing ran: what comes next need not be the rest of it.
            let cause = self.settings.parameters.redact(&error.root().to_string());
            journal.abandon(syntax, id, row, &cause)
        } else {
            // The database said no: what failed is known not to have run.
            journal.progress(syntax, id, row, done, false)
        };
        connection.execute(&Batch::atomic(vec![record])).await.ok();
    }
}
