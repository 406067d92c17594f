//! The apply loop: lock, plan, run, record.
//!
//! It exists once. It reports through [events](crate::event), and an error says
//! what had already been applied.

mod ahead;
mod dry_run;
mod error;
mod resume;
mod stamp;
mod step;

use std::{
    collections::{HashSet, VecDeque},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

pub use dry_run::DryRunStep;
pub use error::{Failure, MigrateError};

use self::ahead::{Ahead, Reading, while_pending};
use crate::{
    backend::{Backend, Batch, BatchError, Connection, Scope},
    event::{Event, Observer},
    journal::Journal,
    plan::{self, Direction, Draft, PlanSettings, Planner, Replay},
    revision::{
        Revision, RevisionId,
        directory::RevisionDirectory,
        graph::RevisionGraph,
        heads::{HeadMove, HeadMoveError, Heads},
        target::Target,
    },
    schema::{QualifiedName, Schema},
    script::RevisionScript,
    version_table::VersionTable,
};

/// The name of the lock that a run holds.
const LOCK: &str = "retort";

/// What shapes a run: settings of the project and its environment.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What shapes a plan.
    pub plan: PlanSettings,
    /// Where the database keeps its revisions.
    pub version_table: VersionTable,
    /// Where the database keeps what was run.
    pub journal: Journal,
    /// How long to wait for another run to end.
    pub lock_timeout: Duration,
}

/// Moves databases along the graph.
#[derive(Debug, Clone, Copy)]
pub struct Migrator<'a> {
    /// The revisions.
    pub graph: &'a RevisionGraph,
    /// Their files.
    pub directory: &'a RevisionDirectory,
    /// The settings.
    pub settings: &'a Settings,
}

/// How a run ended that did not fail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The revisions that ran, in order.
    pub ran: Vec<(RevisionId, Direction)>,
    /// The rows of the version table now.
    pub rows: Vec<RevisionId>,
    /// Whether it was interrupted before its end.
    pub interrupted: bool,
}

impl Migrator<'_> {
    /// Runs the revisions that lead to the target.
    ///
    /// `interrupt` is looked at between revisions; a run that was interrupted
    /// ends cleanly.
    pub async fn run(
        &self,
        connection: &mut dyn Connection,
        direction: Direction,
        target: &Target,
        observer: &mut Observer<'_>,
        interrupt: &AtomicBool,
    ) -> Result<Outcome, Failure> {
        let mut outcome = Outcome::default();
        let result = self.run_into(&mut outcome, connection, direction, target, observer, interrupt).await;
        match result {
            Ok(()) => Ok(outcome),
            Err(error) => Err(Failure { error, progress: outcome }),
        }
    }

    /// Reads the rows of the version table.
    pub async fn current(&self, connection: &mut dyn Connection) -> Result<Vec<RevisionId>, MigrateError> {
        Ok(self.settings.version_table.read(connection).await?.unwrap_or_default())
    }

    async fn run_into(
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
            let interrupted = self.settings.journal.find(connection).await?.flatten();
            return match interrupted {
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
        let interrupted = journal_found.flatten();
        let mut path = self.path(direction, target, &outcome.rows)?;
        if path.is_empty() {
            return Ok(());
        }
        if let Some(interrupted) = &interrupted {
            self.refuse_to_skip(&connection.backend(), interrupted, direction, path.front())?;
        }
        let mut planner = self.planner(connection).await?;
        let mut computed = Computed::default();
        if direction == Direction::Downgrade && path.len() > 1 {
            // What the first revisions drop stays dropped: whether the others
            // can be undone at all must be known by then.
            self.check_downgrades(&planner, &mut computed, &outcome.rows, path.make_contiguous())?;
        }
        if bookkeeping_missing {
            self.create_bookkeeping(connection).await?;
        }
        let mut recalled = false;
        let mut heads = Heads::new(self.graph, &outcome.rows)?;
        let mut ahead: Option<Ahead> = None;
        while let Some(id) = path.front() {
            let revision = self.revision(id)?;
            if interrupt.load(Ordering::Relaxed) {
                outcome.interrupted = true;
                return Ok(());
            }
            if planner.is_stale() {
                planner.refresh(self.introspect(connection, None).await?);
            }
            let Reading { script, own } = match ahead.take().filter(|ahead| ahead.id == *id) {
                Some(ahead) => ahead.reading?,
                None => self.read_own(&planner, revision, direction)?,
            };
            let rest_of_path = path.iter();
            let draft =
                self.draft(&planner, &mut computed, revision, direction, own, &outcome.rows, rest_of_path)?;
            let (draft, resume) = match &interrupted {
                Some(interrupted) if interrupted.revision == revision.id => {
                    let rest = self.rest(&planner, &script, draft, interrupted, &outcome.rows)?;
                    if let Some((statement, took_effect)) = &rest.settled {
                        observer(Event::DoubtSettled { revision, statement, took_effect: *took_effect });
                    }
                    (rest.draft, Some(rest.done))
                }
                _ => (draft, None),
            };
            // A run that goes on after another was interrupted plans from what
            // is stored. So does this one, and both end with the same texts.
            let outdated = planner.outdated(&draft);
            if !outdated.is_empty() {
                let read = self.introspect(connection, Some(outdated.clone())).await?;
                planner.renew(&outdated, read);
            }
            self.recall(&mut planner, &draft, &outcome.rows, &mut recalled)?;
            let plan = planner
                .plan(&script, draft)
                .map_err(|error| MigrateError::plan(revision, direction, error))?;
            let moves = step_heads(&mut heads, id, direction)?;
            let mut step = step::Step { revision, direction, script: &script, plan };
            let running = self.run_step(connection, &mut step, &outcome.rows, &moves, resume, observer);
            let ran = while_pending(running, || {
                ahead = path.get(1).map(|next| self.read_ahead(&planner, next, direction));
            });
            match ran.await {
                Ok(()) => {
                    outcome.rows = heads.rows();
                    outcome.ran.push((revision.id.clone(), direction));
                    path.pop_front();
                }
                Err(MigrateError::Batch(BatchError::Guard { .. })) => {
                    let rows = self.current(connection).await?;
                    observer(Event::Replanned { rows: &rows });
                    path = self.remaining(direction, path, &rows)?;
                    heads = Heads::new(self.graph, &rows)?;
                    outcome.rows = rows;
                    planner.refresh(self.introspect(connection, None).await?);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The revisions that lead from the rows to the target, in order.
    fn path(
        &self,
        direction: Direction,
        target: &Target,
        rows: &[RevisionId],
    ) -> Result<VecDeque<RevisionId>, MigrateError> {
        let path = match direction {
            Direction::Upgrade => self.graph.upgrade_path(rows, target)?,
            Direction::Downgrade => self.graph.downgrade_path(rows, target)?,
        };
        Ok(path.into())
    }

    /// What is left of a path after another run came in between.
    ///
    /// The target is not resolved again: `+1` must not move one further for
    /// each race that was lost.
    fn remaining(
        &self,
        direction: Direction,
        mut path: VecDeque<RevisionId>,
        rows: &[RevisionId],
    ) -> Result<VecDeque<RevisionId>, MigrateError> {
        let heads = Heads::new(self.graph, rows)?;
        path.retain(|id| heads.is_applied(id) == (direction == Direction::Downgrade));
        // The other run may have put a revision on top of what goes next.
        let blocked =
            direction == Direction::Downgrade && path.front().is_some_and(|next| !rows.contains(next));
        if blocked { Err(MigrateError::Moved { rows: rows.to_vec() }) } else { Ok(path) }
    }

    /// The revision of an id that the graph gave.
    fn revision(&self, id: &RevisionId) -> Result<&Revision, MigrateError> {
        let unknown = || HeadMoveError::UnknownRevision { revision: id.clone() };
        Ok(self.graph.get(id.as_str()).ok_or_else(unknown)?)
    }

    fn read(&self, revision: &Revision, backend: &dyn Backend) -> Result<RevisionScript, MigrateError> {
        let names = [backend.name()].into_iter().chain(backend.family().iter().copied());
        let syntaxes: Vec<_> = names.map(|name| (name, backend.syntax())).collect();
        Ok(self.directory.read(revision, &syntaxes)?)
    }

    /// What the revision does in that direction: its own section, or a downgrade
    /// that is computed.
    #[expect(clippy::too_many_arguments, reason = "the state of one turn of the loop")]
    fn draft<'p>(
        &self,
        planner: &Planner<'_>,
        computed: &mut Computed,
        revision: &Revision,
        direction: Direction,
        own: Option<Draft>,
        rows: &[RevisionId],
        path: impl Iterator<Item = &'p RevisionId>,
    ) -> Result<Draft, MigrateError> {
        if let Some(draft) = own {
            return Ok(draft);
        }
        if computed.0.is_none() {
            let wanted = path.collect();
            computed.0 = Some(self.replay(&**planner.backend(), rows, &wanted)?);
        }
        let undo = computed.0.as_ref().and_then(|replay| replay.undo.get(&revision.id));
        match undo.cloned() {
            Some(Ok(operations)) => Ok(Draft::undo(operations)),
            Some(Err(error)) => Err(MigrateError::plan(revision, direction, error)),
            None => Ok(Draft::undo(Vec::new())),
        }
    }

    /// Reads the downgrades of all revisions, or computes them.
    fn check_downgrades(
        &self,
        planner: &Planner<'_>,
        computed: &mut Computed,
        rows: &[RevisionId],
        path: &[RevisionId],
    ) -> Result<(), MigrateError> {
        for (at, id) in path.iter().enumerate() {
            let revision = self.revision(id)?;
            let direction = Direction::Downgrade;
            let own = self.read_own(planner, revision, direction)?.own;
            self.draft(planner, computed, revision, direction, own, rows, path[at..].iter())?;
        }
        Ok(())
    }

    /// Looks for names that the database does not show in the revisions before,
    /// once a run, if the draft uses one.
    fn recall(
        &self,
        planner: &mut Planner<'_>,
        draft: &Draft,
        rows: &[RevisionId],
        recalled: &mut bool,
    ) -> Result<(), MigrateError> {
        if !*recalled && planner.misses(draft) {
            let replayed = self.replay(&**planner.backend(), rows, &HashSet::new())?;
            planner.recall(&replayed.schema);
            *recalled = true;
        }
        Ok(())
    }

    /// Replays everything that the rows imply.
    fn replay(
        &self,
        backend: &dyn Backend,
        rows: &[RevisionId],
        wanted: &HashSet<&RevisionId>,
    ) -> Result<Replay, MigrateError> {
        let scripts = self.graph.applied(rows)?.into_iter().map(|id| {
            let script = self.read(self.revision(&id)?, backend)?;
            Ok::<_, MigrateError>((id, script))
        });
        plan::replay(scripts, backend, &self.settings.plan, |id| wanted.contains(id))
    }

    async fn planner(&self, connection: &mut dyn Connection) -> Result<Planner<'_>, MigrateError> {
        let schema = self.introspect(connection, None).await?;
        Ok(Planner::new(connection.backend(), &self.settings.plan, schema))
    }

    /// Reads the schema, or those tables of it.
    async fn introspect(
        &self,
        connection: &mut dyn Connection,
        only: Option<Vec<QualifiedName>>,
    ) -> Result<Schema, MigrateError> {
        let exclude = vec![self.settings.version_table.name().clone(), self.settings.journal.name().clone()];
        Ok(connection.introspect(&Scope { namespaces: Vec::new(), exclude, only }).await?)
    }

    async fn create_bookkeeping(&self, connection: &mut dyn Connection) -> Result<(), MigrateError> {
        let backend = connection.backend();
        let mut statements = Vec::new();
        for operation in [self.settings.version_table.create(), self.settings.journal.create()] {
            statements.extend(backend.render(&[operation], &Schema::default())?);
        }
        let atomic = statements.iter().all(|statement| statement.transactional);
        connection.execute(&Batch { guard: None, statements, atomic }).await?;
        Ok(())
    }
}

/// Moves the heads over one revision.
fn step_heads(
    heads: &mut Heads<'_>,
    id: &RevisionId,
    direction: Direction,
) -> Result<Vec<HeadMove>, HeadMoveError> {
    match direction {
        Direction::Upgrade => heads.upgrade(id),
        Direction::Downgrade => heads.downgrade(id),
    }
}

/// The computed downgrades of a run, once one was needed.
#[derive(Debug, Default)]
struct Computed(Option<Replay>);
