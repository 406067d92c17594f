//! The apply loop: lock, plan, run, record.
//!
//! It exists once. It reports through [events](crate::event), and an error says
//! what had already been applied.

mod ahead;
mod dry_run;
mod error;
mod imply;
mod offline;
mod resume;
mod run;
mod stamp;
mod step;
mod transactions;

use std::{
    collections::{BTreeSet, HashSet, VecDeque},
    sync::atomic::AtomicBool,
    time::Duration,
};

pub use dry_run::DryRunStep;
pub use error::{Failure, MigrateError};
pub use imply::Implied;
pub use offline::{OfflineScript, OfflineStep, heading};
pub use transactions::Transactions;

use crate::{
    backend::{Backend, Batch, Connection, Scope},
    event::Observer,
    journal::Journal,
    operation::Operation,
    plan::{self, Direction, Draft, PlanSettings, Planner, Replay},
    revision::{
        Revision, RevisionId,
        directory::RevisionDirectory,
        graph::RevisionGraph,
        heads::{HeadMove, HeadMoveError, Heads},
        target::Target,
    },
    schema::{Name, QualifiedName, Schema},
    script::{Parameters, RevisionScript},
    version_table::VersionTable,
};

/// The name of the lock that a run holds.
pub const LOCK: &str = "retort";

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
    /// The values for the placeholders of revisions.
    pub parameters: Parameters,
    /// How the run is divided into transactions.
    pub transactions: Transactions,
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
    /// The keys of the values that the revisions that ran got.
    pub keys: BTreeSet<String>,
    /// The revision that a run before this one left half done.
    pub half_done: Option<RevisionId>,
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
        match self.run_into(&mut outcome, connection, direction, target, observer, interrupt).await {
            Ok(()) => Ok(outcome),
            Err(error) => Err(Failure { error, progress: outcome }),
        }
    }

    /// Reads the rows of the version table.
    pub async fn current(&self, connection: &mut dyn Connection) -> Result<Vec<RevisionId>, MigrateError> {
        Ok(self.settings.version_table.read(connection).await?.unwrap_or_default())
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
            computed.0 = Some(self.replay(&**planner.backend(), rows, &wanted, |_| {})?);
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

    /// Whether every value is given that the revisions of the path want: asked
    /// before the first write.
    fn check_values<'p>(
        &self,
        planner: &Planner<'_>,
        direction: Direction,
        path: impl IntoIterator<Item = &'p RevisionId>,
    ) -> Result<(), MigrateError> {
        for id in path {
            let revision = self.revision(id)?;
            if self.directory.may_want_values(revision)? {
                self.read_own(planner, revision, direction)?;
            }
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
            let replayed = self.replay(&**planner.backend(), rows, &HashSet::new(), |_| {})?;
            planner.recall(&replayed.schema);
            *recalled = true;
        }
        Ok(())
    }

    /// Replays everything that the rows imply, and lets the caller look at each
    /// script.
    fn replay(
        &self,
        backend: &dyn Backend,
        rows: &[RevisionId],
        wanted: &HashSet<&RevisionId>,
        mut look: impl FnMut(&RevisionScript),
    ) -> Result<Replay, MigrateError> {
        let scripts = self.graph.applied(rows)?.into_iter().map(|id| {
            let script = self.read(self.revision(&id)?, backend)?;
            look(&script);
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
        let namespace = match self.own_namespace(&*backend) {
            // To create what is there needs a right even where nothing happens.
            Some(_) => {
                let schema = self.introspect(connection, None).await?;
                self.missing_namespace(&*backend, &schema)
            }
            None => None,
        };
        let batch = self.bookkeeping(&*backend, namespace, true)?;
        connection.execute(&batch).await?;
        Ok(())
    }

    /// The namespace of Retort's own tables, where it is not the one that is
    /// always there.
    fn own_namespace(&self, backend: &dyn Backend) -> Option<Name> {
        let namespace = self.settings.version_table.name().namespace.clone()?;
        let is_extra = backend.default_namespace().as_ref() != Some(&namespace);
        (backend.capabilities().namespaces && is_extra).then_some(namespace)
    }

    /// Creates the namespace of Retort's own tables, if this schema is without.
    fn missing_namespace(&self, backend: &dyn Backend, schema: &Schema) -> Option<Operation> {
        let name = self.own_namespace(backend)?;
        let is_missing = !schema.namespaces.contains(&name);
        is_missing.then_some(Operation::CreateNamespace { name, if_not_exists: true })
    }

    /// What creates Retort's own tables, the version table if it is wanted.
    fn bookkeeping(
        &self,
        backend: &dyn Backend,
        namespace: Option<Operation>,
        with_version_table: bool,
    ) -> Result<Batch, MigrateError> {
        let version_table = with_version_table.then(|| self.settings.version_table.create());
        let mut statements = Vec::new();
        let tables = version_table.into_iter().chain([self.settings.journal.create()]);
        for operation in namespace.into_iter().chain(tables) {
            statements.extend(backend.render(&[operation], &Schema::default())?);
        }
        let atomic = statements.iter().all(|statement| statement.transactional);
        Ok(Batch { guard: None, statements, atomic })
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
