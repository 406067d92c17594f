//! A database on one of the engines, with a project that moves it.

use std::{
    any::Any,
    collections::BTreeMap,
    fs,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use retort_conformance::Witness;
use retort_core::{
    backend::{Access, Backend, Connection, DatabaseUrl, Row, Scope},
    journal::Journal,
    migrate::{Migrator, Settings},
    plan::{Direction, PlanSettings},
    revision::{RevisionId, directory::RevisionDirectory, graph::RevisionGraph},
    schema::{NamingConvention, Schema},
    script::portable::NamespaceMap,
    version_table::VersionTable,
};
use retort_mysql::MySql;
use retort_postgres::Postgres;
use retort_sqlite::Sqlite;
use retort_test_servers::client::{self, OnError};
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection, PgConnection, SqliteConnection, raw_sql};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::witness::Sqlx;

/// The engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgresql,
    Mysql,
    Mariadb,
}

impl Engine {
    pub(crate) const ALL: [Self; 4] = [Self::Sqlite, Self::Postgresql, Self::Mysql, Self::Mariadb];

    pub(crate) fn backend(self) -> Arc<dyn Backend> {
        match self {
            Self::Sqlite => Arc::new(Sqlite::default()),
            Self::Postgresql => Arc::new(Postgres::default()),
            Self::Mysql => Arc::new(MySql::default()),
            Self::Mariadb => Arc::new(MySql::mariadb()),
        }
    }

    /// What shapes a plan for it.
    pub(crate) fn plan_settings(self) -> PlanSettings {
        let namespaces = match self.backend().capabilities().namespaces {
            true => NamespaceMap::Native,
            false => NamespaceMap::Prefix { overrides: BTreeMap::new() },
        };
        PlanSettings {
            namespaces,
            naming: NamingConvention::default(),
            types: BTreeMap::new(),
            backends: Self::ALL.map(|engine| engine.backend().name().to_owned()).to_vec(),
        }
    }

    /// A new database, and what drops it.
    fn database(self) -> (DatabaseUrl, Box<dyn Any>) {
        let server = match self {
            Self::Sqlite => {
                let directory = TempDir::new().unwrap();
                let url = format!("sqlite://{}", directory.path().join("test.db").display());
                return (url.parse().unwrap(), Box::new(directory));
            }
            Self::Postgresql => retort_test_servers::Engine::Postgresql,
            Self::Mysql => retort_test_servers::Engine::Mysql,
            Self::Mariadb => retort_test_servers::Engine::Mariadb,
        };
        let database = retort_test_servers::Database::create(server);
        (database.url().parse().unwrap(), Box::new(database))
    }
}

/// A database on an engine, with a project that moves it.
pub(crate) struct Place {
    pub(crate) engine: Engine,
    pub(crate) witness: Sqlx,
    url: DatabaseUrl,
    runtime: Runtime,
    project: TempDir,
    _database: Box<dyn Any>,
}

impl Place {
    pub(crate) fn new(engine: Engine) -> Self {
        let (url, database) = engine.database();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let witness = Sqlx::of(&url);
        let place =
            Self { engine, witness, url, runtime, project: TempDir::new().unwrap(), _database: database };
        // SQLite's file comes with the first session.
        place.close(place.connect());
        place
    }

    /// Waits for a future.
    pub(crate) fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Writes a revision that follows another.
    pub(crate) fn revision(&self, id: &str, parent: Option<&str>, rest: &str) {
        let revises = parent.map(|parent| format!("-- @revises {parent}\n")).unwrap_or_default();
        let text = format!("-- about {id}\n--\n-- @revision {id}\n{revises}\n{rest}\n");
        fs::write(self.project.path().join(format!("{id}_.sql")), text).unwrap();
    }

    /// Runs statements through sqlx, in the database's own SQL.
    pub(crate) fn run(&self, sql: &str) {
        let url = self.url.expose().replacen("mariadb:", "mysql:", 1);
        let statements = raw_sql(AssertSqlSafe(sql.to_owned()));
        let ran = self.runtime.block_on(async {
            match self.engine {
                Engine::Sqlite => {
                    let mut connection = SqliteConnection::connect(&url).await?;
                    statements.execute(&mut connection).await?;
                    connection.close().await
                }
                Engine::Postgresql => {
                    let mut connection = PgConnection::connect(&url).await?;
                    statements.execute(&mut connection).await?;
                    connection.close().await
                }
                Engine::Mysql | Engine::Mariadb => {
                    let mut connection = MySqlConnection::connect(&url).await?;
                    statements.execute(&mut connection).await?;
                    connection.close().await
                }
            }
        });
        ran.unwrap_or_else(|error| panic!("{:?}: {error}\n{sql:.300}", self.engine));
    }

    /// Moves the database to the target.
    #[track_caller]
    pub(crate) fn migrate(&self, direction: Direction, target: &str) {
        let (directory, graph, settings) = self.load();
        let migrator = Migrator { graph: &graph, directory: &directory, settings: &settings };
        // Each run is a process of its own, and its lock goes with it.
        let mut connection = self.connect();
        let (target, go_on) = (target.parse().unwrap(), AtomicBool::new(false));
        let ran =
            self.runtime.block_on(migrator.run(&mut *connection, direction, &target, &mut |_| {}, &go_on));
        self.close(connection);
        if let Err(failure) = ran {
            let mut causes = vec![failure.error.to_string()];
            let mut cause = std::error::Error::source(&failure.error);
            while let Some(error) = cause {
                causes.push(error.to_string());
                cause = error.source();
            }
            let sql = match &failure.error {
                retort_core::migrate::MigrateError::Statement { sql, .. } => sql.clone(),
                _ => String::new(),
            };
            panic!("{direction} to {target} on {:?}: {}\n{sql}", self.engine, causes.join(": "));
        }
    }

    /// Moves the database from a revision to the target by a script that its own
    /// client runs.
    #[track_caller]
    pub(crate) fn migrate_offline(&self, direction: Direction, from: &str, target: &str) {
        let (directory, graph, settings) = self.load();
        let migrator = Migrator { graph: &graph, directory: &directory, settings: &settings };
        let backend = self.engine.backend().offline(None).unwrap();
        let rows: Vec<RevisionId> =
            graph.resolve(&from.parse().unwrap(), &[]).unwrap().iter().map(|it| it.id.clone()).collect();
        let to = target.parse().unwrap();
        let script = self.runtime.block_on(migrator.script(&backend, direction, &rows, &to));
        let script = script.unwrap_or_else(|error| panic!("{direction} {from}:{target}: {error}"));
        let steps: String = script.steps.iter().map(|step| &*step.text).collect();
        let text = format!("{}{steps}{}", script.opening, script.closing);
        if let Err(error) = client::run(self.url(), &text, OnError::Stop) {
            panic!("{direction} {from}:{target} on {:?}: {error}\n{text}", self.engine);
        }
    }

    /// Where the database is.
    pub(crate) fn url(&self) -> &str {
        self.url.expose()
    }

    /// The rows of a query, as the witness sees them.
    pub(crate) fn query(&self, query: &str) -> Vec<Row> {
        self.wait(self.witness.clone().rows(query)).unwrap()
    }

    /// Sets the version table without running anything.
    pub(crate) fn stamp(&self, target: &str) {
        let (directory, graph, settings) = self.load();
        let migrator = Migrator { graph: &graph, directory: &directory, settings: &settings };
        let mut connection = self.connect();
        let targets = [target.parse().unwrap()];
        self.runtime.block_on(migrator.stamp(&mut *connection, &targets, false, &mut |_| {})).unwrap();
        self.close(connection);
    }

    /// The schema without Retort's own tables.
    pub(crate) fn schema(&self) -> Schema {
        let mut connection = self.connect();
        let mut schema = self.runtime.block_on(connection.introspect(&Scope::default())).unwrap();
        self.close(connection);
        let own = [VersionTable::default().name().clone(), journal().name().clone()];
        schema.tables.retain(|name, _| !own.contains(name));
        schema
    }

    fn connect(&self) -> Box<dyn Connection> {
        self.runtime.block_on(self.engine.backend().connect(&self.url, Access::Write)).unwrap()
    }

    fn close(&self, connection: Box<dyn Connection>) {
        self.runtime.block_on(connection.close()).unwrap();
    }

    fn load(&self) -> (RevisionDirectory, RevisionGraph, Settings) {
        let directory = RevisionDirectory::new(self.project.path());
        let graph = RevisionGraph::new(directory.load().unwrap()).unwrap();
        let settings = Settings {
            plan: self.engine.plan_settings(),
            version_table: VersionTable::default(),
            journal: journal(),
            lock_timeout: Duration::from_secs(10),
            parameters: Default::default(),
            transactions: Default::default(),
        };
        (directory, graph, settings)
    }
}

fn journal() -> Journal {
    Journal::new(None, "suite@here", "retort-conformance")
}
