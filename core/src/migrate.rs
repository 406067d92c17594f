//! The apply loop: lock, plan, run, record.
//!
//! It exists once. It reports through [events](crate::event), and an error says
//! what had already been applied.

mod dry_run;
mod error;
mod stamp;
mod step;

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

pub use dry_run::DryRunStep;
pub use error::{Failure, MigrateError};

use crate::{
    backend::{Backend, Batch, BatchError, Connection, Scope},
    event::{Event, Observer},
    journal::{Interrupted, Journal},
    plan::{self, Direction, Draft, PlanSettings, Planner, Replay},
    revision::{
        Revision, RevisionId,
        directory::RevisionDirectory,
        graph::{Links, RevisionGraph},
        target::{Target, TargetError},
    },
    schema::Schema,
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
            return Ok(());
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
            self.refuse_to_skip(interrupted, direction, &path)?;
        }
        if bookkeeping_missing {
            self.create_bookkeeping(connection).await?;
        }
        let mut planner = self.planner(connection).await?;
        let mut undo = Undo::default();
        while let Some(revision) = path.first().copied() {
            if interrupt.load(Ordering::Relaxed) {
                outcome.interrupted = true;
                return Ok(());
            }
            if planner.is_stale() {
                planner.refresh(self.introspect(connection).await?);
            }
            let script = self.read(revision, &*connection.backend())?;
            let draft = self.draft(&planner, &mut undo, revision, direction, &script, &outcome.rows, &path)?;
            if planner.misses_enum(&draft) {
                let replayed = self.replay(&*connection.backend(), &outcome.rows, &HashSet::new())?;
                planner.recall_enums(&replayed.schema);
            }
            let plan = planner.plan(&script, draft).map_err(|error| MigrateError::plan(revision, direction, error))?;
            let step = step::Step { revision, direction, script: &script, plan: &plan };
            let resume = interrupted.as_ref().filter(|interrupted| interrupted.revision == revision.id);
            match self.run_step(connection, &step, &outcome.rows, resume, observer).await {
                Ok(rows) => {
                    outcome.rows = rows;
                    outcome.ran.push((revision.id.clone(), direction));
                    path.remove(0);
                }
                Err(MigrateError::Batch(BatchError::Guard { .. })) => {
                    let rows = self.current(connection).await?;
                    observer(Event::Replanned { rows: &rows });
                    path = self.remaining(direction, path, &rows)?;
                    outcome.rows = rows;
                    planner.refresh(self.introspect(connection).await?);
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
    ) -> Result<Vec<&Revision>, MigrateError> {
        Ok(match direction {
            Direction::Upgrade => self.graph.upgrade_path(rows, target)?,
            Direction::Downgrade => self.graph.downgrade_path(rows, target)?,
        })
    }

    /// What is left of a path after another run came in between.
    ///
    /// The target is not resolved again: `+1` must not move one further for
    /// each race that was lost.
    fn remaining<'g>(
        &self,
        direction: Direction,
        path: Vec<&'g Revision>,
        rows: &[RevisionId],
    ) -> Result<Vec<&'g Revision>, MigrateError> {
        let applied: HashSet<&RevisionId> =
            self.graph.ancestors(rows, Links::All).into_iter().map(|revision| &revision.id).collect();
        let before = path.len();
        let path: Vec<&Revision> = path
            .into_iter()
            .filter(|revision| match direction {
                Direction::Upgrade => !applied.contains(&revision.id),
                Direction::Downgrade => applied.contains(&revision.id),
            })
            .collect();
        let blocked = match (direction, path.first()) {
            (Direction::Downgrade, Some(next)) => !rows.contains(&next.id),
            (Direction::Upgrade, Some(_)) => path.len() > before,
            (_, None) => false,
        };
        if blocked { Err(MigrateError::Moved { rows: rows.to_vec() }) } else { Ok(path) }
    }

    fn read(&self, revision: &Revision, backend: &dyn Backend) -> Result<RevisionScript, MigrateError> {
        Ok(self.directory.read(revision, &[(backend.name(), backend.syntax())])?)
    }

    /// What the revision does in that direction; a downgrade without a section
    /// is computed.
    #[expect(clippy::too_many_arguments, reason = "the state of one turn of the loop")]
    fn draft(
        &self,
        planner: &Planner<'_>,
        undo: &mut Undo,
        revision: &Revision,
        direction: Direction,
        script: &RevisionScript,
        rows: &[RevisionId],
        path: &[&Revision],
    ) -> Result<Draft, MigrateError> {
        let own = planner.read(script, direction).map_err(|error| MigrateError::plan(revision, direction, error))?;
        if let Some(draft) = own {
            return Ok(draft);
        }
        if undo.0.is_none() {
            let wanted: HashSet<&RevisionId> = path.iter().map(|revision| &revision.id).collect();
            undo.0 = Some(self.replay(&**planner.backend(), rows, &wanted)?);
        }
        let computed = undo.0.as_mut().and_then(|replay| replay.undo.remove(&revision.id));
        match computed {
            Some(Ok(operations)) => Ok(Draft::undo(operations)),
            Some(Err(error)) => Err(MigrateError::plan(revision, direction, error)),
            None => Ok(Draft::undo(Vec::new())),
        }
    }

    /// Replays everything that the rows imply.
    fn replay(
        &self,
        backend: &dyn Backend,
        rows: &[RevisionId],
        wanted: &HashSet<&RevisionId>,
    ) -> Result<Replay, MigrateError> {
        let applied = self.graph.applied_order(rows)?;
        let scripts = applied.into_iter().map(|revision| {
            let script = self.read(revision, backend)?;
            Ok::<_, MigrateError>((revision, script))
        });
        plan::replay(scripts, backend, &self.settings.plan, |id| wanted.contains(id))
    }

    async fn planner(&self, connection: &mut dyn Connection) -> Result<Planner<'_>, MigrateError> {
        let schema = self.introspect(connection).await?;
        Ok(Planner::new(connection.backend(), &self.settings.plan, schema))
    }

    async fn introspect(&self, connection: &mut dyn Connection) -> Result<Schema, MigrateError> {
        let exclude = vec![self.settings.version_table.name().clone(), self.settings.journal.name().clone()];
        Ok(connection.introspect(&Scope { namespaces: Vec::new(), exclude }).await?)
    }

    async fn create_bookkeeping(&self, connection: &mut dyn Connection) -> Result<(), MigrateError> {
        let backend = connection.backend();
        let mut statements = Vec::new();
        for operation in [self.settings.version_table.create(), self.settings.journal.create()] {
            statements.extend(backend.render(&[operation], &Schema::default())?);
        }
        connection.execute(&Batch::atomic(statements)).await?;
        Ok(())
    }

    /// An interrupted revision must be finished before anything else runs.
    fn refuse_to_skip(
        &self,
        interrupted: &Interrupted,
        direction: Direction,
        path: &[&Revision],
    ) -> Result<(), MigrateError> {
        let goes_on = path.first().is_some_and(|next| next.id == interrupted.revision)
            && direction == interrupted.direction
            && !interrupted.in_doubt;
        if goes_on { Ok(()) } else { Err(MigrateError::Interrupted(Box::new(interrupted.clone()))) }
    }
}

/// The computed downgrades of a run, once one was needed.
#[derive(Debug, Default)]
struct Undo(Option<Replay>);
