//! A run under way: from the first look at the database to the last record.

use std::{
    collections::{BTreeSet, VecDeque},
    mem,
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

use super::{
    Computed, LOCK, MigrateError, Migrator, Outcome,
    ahead::{Ahead, Drafted, Reading, while_pending},
    step::{Ending, Ran, Resume, Step},
    step_heads,
};
use crate::{
    backend::{Batch, BatchError, Connection},
    event::{Event, Observer},
    journal::Interrupted,
    plan::{Direction, Planner},
    revision::{RevisionId, heads::Heads, target::Target},
};

impl Migrator<'_> {
    /// Runs the revisions that lead to the target, and keeps the outcome up to
    /// date: it holds too where the run fails.
    pub(super) async fn run_into(
        &self,
        outcome: &mut Outcome,
        connection: &mut dyn Connection,
        direction: Direction,
        target: &Target,
        observer: &mut Observer<'_>,
        interrupt: &AtomicBool,
    ) -> Result<(), MigrateError> {
        // A run with nothing to do takes no lock and writes nothing.
        outcome.rows = self.current(connection).await?;
        if self.path(direction, target, &outcome.rows)?.is_empty() {
            // A revision that is half done is in no row yet.
            let found = self.settings.journal.find(connection).await?;
            return match found.and_then(|found| found.interrupted) {
                Some(interrupted) => {
                    self.refuse_to_skip(&connection.backend(), &interrupted, direction, None)
                }
                None => Ok(()),
            };
        }
        connection.lock(LOCK, self.settings.lock_timeout).await?;
        let found = self.settings.version_table.read(connection).await?;
        let journal_found = self.settings.journal.find(connection).await?;
        let bookkeeping_missing = found.is_none() || journal_found.is_none();
        outcome.rows = found.unwrap_or_default();
        let journal_found = journal_found.unwrap_or_default();
        let mut path = self.path(direction, target, &outcome.rows)?;
        if path.is_empty() {
            return Ok(());
        }
        self.require_one_transaction(&*connection.backend(), journal_found.interrupted.as_ref())?;
        if let Some(interrupted) = &journal_found.interrupted {
            self.refuse_to_skip(&connection.backend(), interrupted, direction, path.front())?;
        }
        outcome.half_done = journal_found.interrupted.as_ref().map(|it| it.revision.clone());
        let planner = self.planner(connection).await?;
        let mut computed = Computed::default();
        self.check_values(&planner, direction, &path)?;
        if direction == Direction::Downgrade && path.len() > 1 {
            // What the first revisions drop stays dropped: whether the others
            // can be undone at all must be known by then.
            self.check_downgrades(&planner, &mut computed, &outcome.rows, path.make_contiguous())?;
        }
        if self.is_one_transaction() {
            self.check_one_transaction(&planner, direction, &outcome.rows, &path)?;
            connection.begin().await?;
        }
        if bookkeeping_missing {
            self.create_bookkeeping(connection).await?;
        }
        let rows = outcome.rows.clone();
        let run = Run {
            migrator: self,
            direction,
            heads: Heads::new(self.graph, &outcome.rows)?,
            planner,
            computed,
            recalled: false,
            path,
            interrupted: journal_found.interrupted,
            last_journal_row: journal_found.last_row,
            ahead: None,
            ending: None,
            must_reset: false,
        };
        let mut ran = run.go(outcome, connection, observer, interrupt).await;
        if self.is_one_transaction() {
            if ran.is_ok() && !outcome.interrupted {
                ran = connection.commit().await.map_err(MigrateError::from);
            }
            if ran.is_err() || outcome.interrupted {
                // Nothing of it remains.
                *outcome = Outcome { rows, ran: Vec::new(), ..mem::take(outcome) };
            }
        }
        ran
    }
}

/// What a run knows of the database, and what it has still to do.
struct Run<'r> {
    migrator: &'r Migrator<'r>,
    direction: Direction,
    planner: Planner<'r>,
    computed: Computed,
    /// Whether names that the database does not show were looked for.
    recalled: bool,
    /// The heads after all that is planned so far.
    heads: Heads<'r>,
    /// The revisions still to run.
    path: VecDeque<RevisionId>,
    interrupted: Option<Interrupted>,
    /// The journal's next row has a higher id than this.
    last_journal_row: i64,
    ahead: Option<Ahead<'r>>,
    /// The revision that ran last, where its end is not recorded yet: the
    /// record of the next one's beginning takes it along.
    ending: Option<Ending<'r>>,
    /// Whether a revision ran that may have changed the settings of the
    /// session. The next one must not see them.
    must_reset: bool,
}

impl<'r> Run<'r> {
    async fn go(
        mut self,
        outcome: &mut Outcome,
        connection: &mut dyn Connection,
        observer: &mut Observer<'_>,
        interrupt: &AtomicBool,
    ) -> Result<(), MigrateError> {
        observer(Event::PathFound { revisions: self.path.len() });
        while !self.path.is_empty() {
            if interrupt.load(Ordering::Relaxed) {
                outcome.interrupted = true;
                break;
            }
            let prepared = match self.reset(connection).await {
                Ok(()) => self.prepare(connection, observer).await,
                Err(error) => Err(error),
            };
            let step = match prepared {
                Ok(step) => step,
                Err(error) => {
                    // That is no fault of the one before.
                    self.end(outcome, connection, observer).await?;
                    return Err(error);
                }
            };
            match self.run_step(outcome, connection, step, observer).await {
                Ok(()) => {}
                Err(MigrateError::Batch(BatchError::Guard { .. })) if self.migrator.is_one_transaction() => {
                    let rows = self.migrator.current(connection).await?;
                    return Err(MigrateError::Moved { rows });
                }
                Err(MigrateError::Batch(BatchError::Guard { .. })) => {
                    self.plan_again(outcome, connection, observer).await?;
                }
                Err(error) => return Err(error),
            }
        }
        self.end(outcome, connection, observer).await
    }

    /// Takes back what a revision set for the session, if one may have.
    async fn reset(&mut self, connection: &mut dyn Connection) -> Result<(), MigrateError> {
        if mem::take(&mut self.must_reset) {
            connection.reset().await?;
        }
        Ok(())
    }

    /// Reads and plans the next revision, as far as that is not done yet.
    async fn prepare(
        &mut self,
        connection: &mut dyn Connection,
        observer: &mut Observer<'_>,
    ) -> Result<Step<'r>, MigrateError> {
        let ahead = match self.ahead.take() {
            // What it makes of the schema is not there to be read yet.
            Some(Ahead::Planned(step)) => return *step,
            Some(Ahead::Drafted(drafted)) => Some((*drafted)?),
            None => None,
        };
        if self.planner.is_stale() {
            self.planner.refresh(self.migrator.introspect(connection, None).await?);
        }
        let mut drafted = match ahead {
            Some(drafted) => drafted,
            None => self.draft(0)?,
        };
        let mut resume = None;
        let rows = self.heads.rows();
        if let Some(interrupted) = self.interrupted.take_if(|it| it.revision == drafted.revision.id) {
            let Drafted { revision, script, draft } = drafted;
            let rest = self.migrator.rest(&self.planner, &script, draft, &interrupted, &rows)?;
            if let Some((statement, took_effect)) = &rest.settled {
                observer(Event::DoubtSettled { revision, statement, took_effect: *took_effect });
            }
            drafted = Drafted { revision, script, draft: rest.draft };
            resume = Some(Resume { done: rest.done, row: interrupted.row });
        }
        // A run that goes on after another was interrupted plans from what
        // is stored. So does this one, and both end with the same texts.
        let outdated = self.planner.outdated(&drafted.draft);
        if !outdated.is_empty() {
            let read = self.migrator.introspect(connection, Some(outdated.clone())).await?;
            self.planner.renew(&outdated, read);
        }
        self.plan(drafted, resume)
    }

    /// Prepares the revision after the one that runs, as far as that does not
    /// depend on how it ends. What is wrong with it counts only when its turn
    /// comes.
    fn look_ahead(&mut self) {
        if self.path.len() < 2 {
            return;
        }
        let drafted = self.draft(1);
        let must_read = |drafted: &Drafted<'_>| {
            self.planner.is_stale() || !self.planner.outdated(&drafted.draft).is_empty()
        };
        self.ahead = Some(match drafted {
            Ok(drafted) if !must_read(&drafted) => Ahead::Planned(Box::new(self.plan(drafted, None))),
            drafted => Ahead::Drafted(Box::new(drafted)),
        });
    }

    /// Reads a revision of the path: the next one, or one that comes later.
    fn draft(&mut self, at: usize) -> Result<Drafted<'r>, MigrateError> {
        let (migrator, direction) = (self.migrator, self.direction);
        let revision = migrator.revision(&self.path[at])?;
        let Reading { script, own } = migrator.read_own(&self.planner, revision, direction)?;
        let rest_of_path = self.path.iter().skip(at);
        let rows = self.heads.rows();
        let (planner, computed) = (&self.planner, &mut self.computed);
        let draft = migrator.draft(planner, computed, revision, direction, own, &rows, rest_of_path)?;
        Ok(Drafted { revision, script, draft })
    }

    /// Plans a revision, on top of all that was planned before.
    fn plan(&mut self, drafted: Drafted<'r>, resume: Option<Resume>) -> Result<Step<'r>, MigrateError> {
        let (migrator, direction) = (self.migrator, self.direction);
        let Drafted { revision, script, draft } = drafted;
        let rows = self.heads.rows();
        let keys = draft.keys().clone();
        migrator.recall(&mut self.planner, &draft, &rows, &mut self.recalled)?;
        let plan = self
            .planner
            .plan(&script, draft)
            .map_err(|error| MigrateError::plan(revision, direction, error))?;
        migrator.require_atomic(&plan, &script, revision, direction)?;
        let moves = step_heads(&mut self.heads, &revision.id, direction)?;
        let (syntax, version_table) = (self.planner.backend().syntax(), &migrator.settings.version_table);
        let moves = moves.iter().map(|head_move| version_table.statement(syntax, head_move)).collect();
        let guard = version_table.guard(syntax, &rows);
        let rows_after = self.heads.rows();
        Ok(Step {
            revision,
            direction,
            script,
            plan,
            guard,
            rows_before: rows,
            moves,
            rows_after,
            resume,
            keys,
        })
    }

    /// Runs a revision. It is recorded too, but for its end where it is not
    /// atomic.
    async fn run_step(
        &mut self,
        outcome: &mut Outcome,
        connection: &mut dyn Connection,
        mut step: Step<'r>,
        observer: &mut Observer<'_>,
    ) -> Result<(), MigrateError> {
        let migrator = self.migrator;
        let started = Instant::now();
        let is_atomic = step.is_atomic();
        self.must_reset = step.plan.may_set;
        let row = step.resume.map_or(self.last_journal_row + 1, |resume| resume.row);
        if is_atomic {
            self.end(outcome, connection, observer).await?;
            observer(step.started());
        } else {
            self.begin(outcome, connection, &step, observer).await?;
        }
        let running = async {
            if is_atomic {
                migrator.run_atomic(connection, &mut step).await
            } else {
                migrator.run_journaled(connection, &step, row).await
            }
        };
        while_pending(running, || self.look_ahead()).await?;
        self.last_journal_row = self.last_journal_row.max(row);
        self.path.pop_front();
        let rows = mem::take(&mut step.rows_after);
        let keys = mem::take(&mut step.keys);
        let ran = Ran { revision: step.revision, started, rows, keys };
        if is_atomic {
            self.record(outcome, ran, observer);
        } else {
            self.ending = Some(migrator.ending(connection, step, ran, row));
        }
        Ok(())
    }

    /// Records that a revision begins that is not atomic, and with it that the
    /// one before ended.
    async fn begin(
        &mut self,
        outcome: &mut Outcome,
        connection: &mut dyn Connection,
        step: &Step<'r>,
        observer: &mut Observer<'_>,
    ) -> Result<(), MigrateError> {
        let mark = self.migrator.beginning(connection, step);
        match self.ending.take() {
            None => {
                let batch = Batch { guard: Some(step.guard.clone()), ..Batch::atomic(vec![mark]) };
                connection.execute(&batch).await?;
            }
            Some(mut ending) => {
                ending.batch.statements.push(mark);
                if let Err(error) = connection.execute(&ending.batch).await {
                    // Whatever is wrong with the next one, this one ended.
                    ending.batch.statements.pop();
                    self.ending = Some(ending);
                    self.end(outcome, connection, observer).await?;
                    return Err(error.into());
                }
                self.record(outcome, ending.ran, observer);
            }
        }
        observer(step.started());
        if let Some(Resume { done, .. }) = step.resume {
            observer(Event::Resumed { revision: step.revision, done, total: step.plan.total });
        }
        Ok(())
    }

    /// Records the end of the revision that ran last, if it is not yet.
    async fn end(
        &mut self,
        outcome: &mut Outcome,
        connection: &mut dyn Connection,
        observer: &mut Observer<'_>,
    ) -> Result<(), MigrateError> {
        let Some(ending) = self.ending.take() else {
            return Ok(());
        };
        if let Err(error) = connection.execute(&ending.batch).await {
            // It cannot be planned again: the journal says that it is done but
            // for its end. If another run took it from its place, that is why.
            return Err(match self.migrator.current(connection).await {
                Ok(rows) if !is_same(&rows, &ending.rows_before) => {
                    outcome.rows.clone_from(&rows);
                    MigrateError::Moved { rows }
                }
                Ok(_) | Err(_) => error.into(),
            });
        }
        self.record(outcome, ending.ran, observer);
        Ok(())
    }

    /// The database says that a revision ran; now the outcome does.
    fn record(&self, outcome: &mut Outcome, ran: Ran<'_>, observer: &mut Observer<'_>) {
        let (revision, direction) = (ran.revision, self.direction);
        outcome.rows = ran.rows;
        outcome.keys.extend(ran.keys);
        outcome.ran.push((revision.id.clone(), direction));
        observer(Event::RevisionFinished { revision, direction, elapsed: ran.started.elapsed() });
    }

    /// Plans again from where another run brought the database.
    async fn plan_again(
        &mut self,
        outcome: &mut Outcome,
        connection: &mut dyn Connection,
        observer: &mut Observer<'_>,
    ) -> Result<(), MigrateError> {
        let migrator = self.migrator;
        self.reset(connection).await?;
        let rows = migrator.current(connection).await?;
        observer(Event::Replanned { rows: &rows });
        self.path = migrator.remaining(self.direction, mem::take(&mut self.path), &rows)?;
        observer(Event::PathFound { revisions: self.path.len() });
        self.heads = Heads::new(migrator.graph, &rows)?;
        outcome.rows = rows;
        self.ahead = None;
        self.planner.refresh(migrator.introspect(connection, None).await?);
        Ok(())
    }
}

/// Whether both are the same rows, in any order.
fn is_same(left: &[RevisionId], right: &[RevisionId]) -> bool {
    left.iter().collect::<BTreeSet<_>>() == right.iter().collect()
}
