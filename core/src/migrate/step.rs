//! Running one revision.

use std::{mem, time::Instant};

use super::{MigrateError, Migrator};
use crate::{
    backend::{BackendErrorKind, Batch, BatchError, Connection, Statement},
    event::{Event, Observer},
    journal::Action,
    plan::{Direction, Part, Plan},
    revision::{Revision, RevisionId, heads::HeadMove},
    script::RevisionScript,
};

/// One revision, planned.
#[derive(Debug)]
pub(super) struct Step<'a> {
    pub(super) revision: &'a Revision,
    pub(super) direction: Direction,
    pub(super) script: &'a RevisionScript,
    pub(super) plan: Plan,
}

impl Migrator<'_> {
    /// Runs one revision and records it.
    pub(super) async fn run_step(
        &self,
        connection: &mut dyn Connection,
        step: &mut Step<'_>,
        rows: &[RevisionId],
        moves: &[HeadMove],
        resume: Option<usize>,
        observer: &mut Observer<'_>,
    ) -> Result<(), MigrateError> {
        let backend = connection.backend();
        let version_table = &self.settings.version_table;
        let moves =
            moves.iter().map(|head_move| version_table.statement(backend.syntax(), head_move)).collect();
        let (revision, direction) = (step.revision, step.direction);
        observer(Event::RevisionStarted { revision, direction, statements: &step.plan.statements });
        let started = Instant::now();
        // What is left of a journaled revision has its row in the journal already.
        if step.plan.atomic && resume.is_none() {
            self.run_atomic(connection, step, rows, moves).await?;
        } else {
            self.run_journaled(connection, step, rows, moves, resume, observer).await?;
        }
        observer(Event::RevisionFinished { revision, direction, elapsed: started.elapsed() });
        Ok(())
    }

    async fn run_atomic(
        &self,
        connection: &mut dyn Connection,
        step: &mut Step<'_>,
        rows: &[RevisionId],
        moves: Vec<Statement>,
    ) -> Result<(), MigrateError> {
        let backend = connection.backend();
        let syntax = backend.syntax();
        let (id, action) = (&step.revision.id, Action::Run(step.direction));
        let total = step.plan.statements.len();
        // Moved, not copied: they may be megabytes.
        let mut batch = Batch::atomic(mem::take(&mut step.plan.statements));
        batch.guard = Some(self.settings.version_table.guard(syntax, rows));
        batch.statements.extend(moves);
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
        let failed =
            self.settings.journal.failed(syntax, id, action, (error.statements_run(), total), &error.cause());
        connection.execute(&Batch::atomic(vec![failed])).await.ok();
        Err(error)
    }

    /// Runs the revision part by part, each journaled: after an interruption it
    /// is known which of them ran.
    ///
    /// A part that can be in a transaction is in one with its mark. One that
    /// cannot is marked as in doubt before it runs; the mark that it is done is
    /// also the one that the next is in doubt, so that a boundary costs one
    /// statement.
    async fn run_journaled(
        &self,
        connection: &mut dyn Connection,
        step: &Step<'_>,
        rows: &[RevisionId],
        moves: Vec<Statement>,
        resume: Option<usize>,
        observer: &mut Observer<'_>,
    ) -> Result<(), MigrateError> {
        let backend = connection.backend();
        let (syntax, journal) = (backend.syntax(), &self.settings.journal);
        let id = &step.revision.id;
        let guard = || Some(self.settings.version_table.guard(syntax, rows));
        let record = |statement| Batch { guard: guard(), ..Batch::atomic(vec![statement]) };
        let is_doubtful = |part: Option<&Part>| part.is_some_and(|part| !step.is_transactional(part));
        let mut parts = step.plan.parts.iter().peekable();
        let mut done = resume.unwrap_or_default();
        let in_doubt = is_doubtful(parts.peek().copied());
        let mark = match resume {
            None => journal.begin(syntax, id, Action::Run(step.direction), step.plan.total, in_doubt),
            Some(done) => {
                let total = step.plan.total;
                observer(Event::Resumed { revision: step.revision, done, total });
                journal.progress(syntax, id, done, in_doubt)
            }
        };
        connection.execute(&record(mark)).await?;
        while let Some(part) = parts.next() {
            let statements = step.plan.statements[part.statements.clone()].to_vec();
            let next_in_doubt = is_doubtful(parts.peek().copied());
            let transactional = step.is_transactional(part);
            let ran = if transactional {
                // The statements and their mark happen together: never in doubt.
                let mut batch = Batch { guard: guard(), ..Batch::atomic(statements) };
                batch.statements.push(journal.progress(syntax, id, part.done, next_in_doubt));
                connection.execute(&batch).await
            } else {
                connection.execute(&Batch { guard: None, statements, atomic: false }).await
            };
            if let Err(error) = ran {
                self.record_failure(connection, step, part, done, &error).await;
                return Err(MigrateError::journaled_statement(step, part, done, error));
            }
            done = part.done;
            if !transactional && parts.peek().is_some() {
                connection.execute(&record(journal.progress(syntax, id, done, next_in_doubt))).await?;
            }
        }
        let mut end = Batch::atomic(moves);
        end.guard = guard();
        end.statements.push(journal.end(syntax, id));
        connection.execute(&end).await?;
        Ok(())
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
            journal.abandon(syntax, id, &error.root().to_string())
        } else {
            // The database said no: what failed is known not to have run.
            journal.progress(syntax, id, done, false)
        };
        connection.execute(&Batch::atomic(vec![record])).await.ok();
    }
}

impl Step<'_> {
    fn is_transactional(&self, part: &Part) -> bool {
        self.plan.statements[part.statements.clone()].iter().all(|statement| statement.transactional)
    }
}
