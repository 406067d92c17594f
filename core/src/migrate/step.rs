//! Running one revision.

use std::{mem, time::Instant};

use super::{MigrateError, Migrator};
use crate::{
    backend::{Batch, BatchError, Connection, Statement},
    event::{Event, Observer},
    journal::{Action, Interrupted},
    plan::{Direction, Plan},
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
        resume: Option<&Interrupted>,
        observer: &mut Observer<'_>,
    ) -> Result<(), MigrateError> {
        let backend = connection.backend();
        let version_table = &self.settings.version_table;
        let moves =
            moves.iter().map(|head_move| version_table.statement(backend.syntax(), head_move)).collect();
        let (revision, direction) = (step.revision, step.direction);
        observer(Event::RevisionStarted { revision, direction, statements: &step.plan.statements });
        let started = Instant::now();
        if step.plan.atomic {
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

    /// Runs the statements of the file one by one, each journaled: after an
    /// interruption it is known which of them ran.
    async fn run_journaled(
        &self,
        connection: &mut dyn Connection,
        step: &Step<'_>,
        rows: &[RevisionId],
        moves: Vec<Statement>,
        resume: Option<&Interrupted>,
        observer: &mut Observer<'_>,
    ) -> Result<(), MigrateError> {
        let backend = connection.backend();
        let (syntax, journal) = (backend.syntax(), &self.settings.journal);
        let id = &step.revision.id;
        let guard = || Some(self.settings.version_table.guard(syntax, rows));
        let record = |statement| Batch { guard: guard(), ..Batch::atomic(vec![statement]) };
        let mut done = match resume {
            None => {
                let begin = journal.begin(syntax, id, Action::Run(step.direction), step.plan.total);
                connection.execute(&record(begin)).await?;
                0
            }
            Some(interrupted) => {
                let (done, total) = (interrupted.done, interrupted.total);
                observer(Event::Resumed { revision: step.revision, done, total });
                done
            }
        };
        for part in &step.plan.parts {
            let statements = step.plan.statements[part.statements.clone()].to_vec();
            let transactional = statements.iter().all(|statement| statement.transactional);
            let ran = if transactional {
                // The statements and their mark happen together: never in doubt.
                let mut batch = Batch { guard: guard(), ..Batch::atomic(statements) };
                batch.statements.push(journal.progress(syntax, id, part.done, false));
                connection.execute(&batch).await
            } else {
                connection.execute(&record(journal.progress(syntax, id, done, true))).await?;
                connection.execute(&Batch { guard: None, statements, atomic: false }).await
            };
            if let Err(error) = ran {
                let begun = !transactional && matches!(error, BatchError::Statement { index: 1.., .. });
                let error = MigrateError::journaled_statement(step, part, done, error);
                if done == 0 && !begun {
                    // Nothing ran: what comes next need not be the rest of it.
                    let abandon = journal.abandon(syntax, id, &error.cause());
                    connection.execute(&record(abandon)).await?;
                } else if !begun {
                    // The database said no: what failed is known not to have run.
                    connection.execute(&record(journal.progress(syntax, id, done, false))).await?;
                }
                return Err(error);
            }
            if !transactional {
                connection.execute(&record(journal.progress(syntax, id, part.done, false))).await?;
            }
            done = part.done;
        }
        let mut end = Batch::atomic(moves);
        end.guard = guard();
        end.statements.push(journal.end(syntax, id));
        connection.execute(&end).await?;
        Ok(())
    }
}
