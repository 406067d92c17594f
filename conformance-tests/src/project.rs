//! A project in a temporary directory: revision files, and runs over them.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use retort_core::{
    backend::{Backend, Connection, Statement},
    event::Event,
    journal::{Interrupted, Journal},
    migrate::{Failure, MigrateError, Migrator, Outcome, Settings},
    plan::Direction,
    revision::{RevisionId, directory::RevisionDirectory, graph::RevisionGraph},
    schema::{QualifiedName, Schema},
    version_table::VersionTable,
};
use tempfile::TempDir;

use crate::{case::Verdict, site::plan_settings};

/// Revision files that follow each other.
pub(crate) struct Project {
    directory: TempDir,
    /// How long a run waits for another.
    pub(crate) lock_timeout: Duration,
}

/// Never raised.
static GO_ON: AtomicBool = AtomicBool::new(false);

impl Project {
    /// A chain of revisions: the id of each, and its upgrade in portable SQL.
    /// Downgrades are computed.
    pub(crate) fn new(revisions: &[(&str, &str)]) -> Self {
        let project = Self {
            directory: TempDir::new().expect("a temporary directory"),
            lock_timeout: Duration::from_secs(10),
        };
        let mut parent = None;
        for (id, upgrade) in revisions {
            project.write(id, parent, &format!("-- @upgrade\n{upgrade}\n"));
            parent = Some(*id);
        }
        project
    }

    /// Writes the file of a revision, in place of the one that is there.
    pub(crate) fn write(&self, id: &str, parent: Option<&str>, rest: &str) {
        let revises = parent.map(|parent| format!("-- @revises {parent}\n")).unwrap_or_default();
        let text = format!("-- about {id}\n--\n-- @revision {id}\n{revises}\n{rest}");
        self.put(id, &text);
    }

    /// Writes the whole file of a revision.
    pub(crate) fn put(&self, id: &str, text: &str) {
        fs::write(self.path(id), text).expect("a temporary file can be written");
    }

    /// The schema that the revisions make which the rows imply.
    pub(crate) fn implied(&self, backend: &dyn Backend, rows: &[RevisionId]) -> Result<Schema, MigrateError> {
        let (directory, graph, settings) = self.load(backend);
        let migrator = Migrator { graph: &graph, directory: &directory, settings: &settings };
        Ok(migrator.implied(backend, rows)?.schema)
    }

    /// The file of a revision.
    fn path(&self, id: &str) -> PathBuf {
        self.directory.path().join(format!("{id}_.sql"))
    }

    /// Runs the revisions up to the target.
    pub(crate) async fn upgrade(
        &self,
        connection: &mut dyn Connection,
        target: &str,
    ) -> Result<Outcome, Failure> {
        self.run(connection, Direction::Upgrade, target, &mut |_| {}, &GO_ON).await
    }

    /// Undoes the revisions down to the target.
    pub(crate) async fn downgrade(
        &self,
        connection: &mut dyn Connection,
        target: &str,
    ) -> Result<Outcome, Failure> {
        self.run(connection, Direction::Downgrade, target, &mut |_| {}, &GO_ON).await
    }

    /// A run that somebody watches, and may interrupt.
    pub(crate) async fn run(
        &self,
        connection: &mut dyn Connection,
        direction: Direction,
        target: &str,
        observer: &mut (dyn FnMut(Event<'_>) + Send),
        interrupt: &AtomicBool,
    ) -> Result<Outcome, Failure> {
        let (directory, graph, settings) = self.load(&*connection.backend());
        let migrator = Migrator { graph: &graph, directory: &directory, settings: &settings };
        let target = target.parse().expect("a target of the suite is fine");
        migrator.run(connection, direction, &target, observer, interrupt).await
    }

    /// The statements that a run would run.
    pub(crate) async fn plan(
        &self,
        backend: &Arc<dyn Backend>,
        connection: Option<&mut dyn Connection>,
        target: &str,
    ) -> Result<Vec<Statement>, MigrateError> {
        let (directory, graph, settings) = self.load(&**backend);
        let migrator = Migrator { graph: &graph, directory: &directory, settings: &settings };
        let target = target.parse().expect("a target of the suite is fine");
        let steps = migrator.dry_run(backend, connection, Direction::Upgrade, &target).await?;
        Ok(steps.into_iter().flat_map(|step| step.statements).collect())
    }

    fn load(&self, backend: &dyn Backend) -> (RevisionDirectory, RevisionGraph, Settings) {
        let directory = RevisionDirectory::new(self.directory.path());
        let revisions = directory.load().expect("revision files of the suite are fine");
        let graph = RevisionGraph::new(revisions).expect("the graph of the suite is fine");
        (directory, graph, self.settings(backend))
    }

    /// The rows of the version table.
    pub(crate) async fn current(&self, connection: &mut dyn Connection) -> Verdict<Vec<String>> {
        let rows = VersionTable::default().read(connection).await?.unwrap_or_default();
        Ok(rows.iter().map(|id| RevisionId::as_str(id).to_owned()).collect())
    }

    /// The revision that the journal says was interrupted.
    pub(crate) async fn interrupted(&self, connection: &mut dyn Connection) -> Verdict<Option<Interrupted>> {
        Ok(journal().find(connection).await?.and_then(|found| found.interrupted))
    }

    /// The names of Retort's own tables.
    pub(crate) fn bookkeeping(&self) -> [QualifiedName; 2] {
        [VersionTable::default().name().clone(), journal().name().clone()]
    }

    fn settings(&self, backend: &dyn Backend) -> Settings {
        Settings {
            plan: plan_settings(backend),
            version_table: VersionTable::default(),
            journal: journal(),
            lock_timeout: self.lock_timeout,
            parameters: Default::default(),
            transactions: Default::default(),
        }
    }
}

fn journal() -> Journal {
    Journal::new(None, "suite@here", "retort-conformance")
}
