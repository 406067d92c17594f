//! A database of one engine: filled and read with sqlx, a driver that Retort
//! does not use.

use std::{any::Any, collections::BTreeSet, sync::Mutex};

use retort_core::{
    backend::{Access, DatabaseUrl, Scope},
    schema::Schema,
    sql::split,
};
use retort_test_servers::Database;
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, PgConnection, Row, SqliteConnection, raw_sql};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::engine::Engine;

/// A database that is used for one case after another.
pub(crate) struct Site {
    pub(crate) engine: Engine,
    pub(crate) name: String,
    pub(crate) url: DatabaseUrl,
    /// What drops it.
    keep: Box<dyn Any + Send>,
    session: Option<Session>,
    runtime: Runtime,
}

enum Session {
    Sqlite(SqliteConnection),
    Postgresql(PgConnection),
    Mysql(MySqlConnection),
}

/// The roles that were created because a case names them.
static ROLES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

impl Site {
    pub(crate) fn new(engine: Engine) -> Self {
        let (url, name, keep): (String, String, Box<dyn Any + Send>) = match engine.server() {
            Some(server) => {
                let database = Database::create(server);
                (database.url().to_owned(), database.name().to_owned(), Box::new(database))
            }
            None => {
                let directory = TempDir::new().unwrap();
                let url = format!("sqlite://{}", directory.path().join("test.db").display());
                (url, "main".to_owned(), Box::new(directory))
            }
        };
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        Self { engine, name, url: url.parse().unwrap(), keep, session: None, runtime }
    }

    /// Makes it as empty as it was in the beginning.
    pub(crate) fn clear(&mut self) {
        let name = &self.name;
        let sql = match self.engine {
            Engine::Sqlite => {
                *self = Self::new(self.engine);
                return;
            }
            Engine::Postgresql => CLEAR_POSTGRESQL.to_owned(),
            Engine::Mysql | Engine::Mariadb => {
                format!("DROP DATABASE {name}; CREATE DATABASE {name} CHARACTER SET utf8mb4; USE {name}")
            }
        };
        self.run(&sql).unwrap_or_else(|error| panic!("{:?}: {error}", self.engine));
    }

    /// Loads the text of a case, and creates the roles that it names. An error
    /// does not tell the name of the database.
    pub(crate) fn load(&mut self, sql: &str) -> Result<(), String> {
        self.try_load(sql).map_err(|error| error.replace(&self.name, "test"))
    }

    fn try_load(&mut self, sql: &str) -> Result<(), String> {
        // The name of a database that is qualified with is that of this one.
        let sql = sql.replace("mysqldef_test", &self.name);
        if sql.trim().is_empty() {
            return Ok(());
        }
        while let Err(error) = self.run(&sql) {
            if self.engine != Engine::Postgresql {
                return Err(error);
            }
            if error.contains("cannot run inside a transaction block") {
                for span in split(&sql, self.engine.backend().syntax()).map_err(|error| error.to_string())? {
                    self.run(&sql[span])?;
                }
                break;
            }
            let role = error.split_once("role \"").and_then(|(_, rest)| rest.split_once("\" does not exist"));
            let Some((role, _)) = role else { return Err(error) };
            if !ROLES.lock().unwrap().insert(role.to_owned()) {
                return Err(error);
            }
            self.run(&format!("CREATE ROLE \"{role}\""))?;
        }
        if self.engine == Engine::Postgresql { self.run("DISCARD ALL") } else { Ok(()) }
    }

    /// Runs SQL in it.
    pub(crate) fn run(&mut self, sql: &str) -> Result<(), String> {
        self.rows(sql).map(drop)
    }

    /// The rows of a query, as text.
    pub(crate) fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        let (engine, url) = (self.engine, &self.url);
        let session = &mut self.session;
        let work = async {
            if session.is_none() {
                *session = Some(connect(engine, url).await?);
            }
            let sql = raw_sql(AssertSqlSafe(sql.to_owned()));
            match session.as_mut() {
                Some(Session::Sqlite(session)) => sql
                    .fetch_all(session)
                    .await?
                    .iter()
                    .map(|row| text(row.len(), |at| row.try_get_unchecked(at)))
                    .collect(),
                Some(Session::Postgresql(session)) => sql
                    .fetch_all(session)
                    .await?
                    .iter()
                    .map(|row| text(row.len(), |at| row.try_get_unchecked(at)))
                    .collect(),
                Some(Session::Mysql(session)) => sql
                    .fetch_all(session)
                    .await?
                    .iter()
                    .map(|row| text(row.len(), |at| row.try_get_unchecked(at)))
                    .collect(),
                None => Ok(Vec::new()),
            }
        };
        self.runtime.block_on(work).map_err(|error: sqlx::Error| match &error {
            sqlx::Error::Database(refusal) => refusal.message().to_owned(),
            _ => error.to_string(),
        })
    }

    /// What Retort sees in it.
    pub(crate) fn introspect(&self) -> Schema {
        let backend = self.engine.backend();
        self.runtime.block_on(async {
            let mut connection = backend.connect(&self.url, Access::Read).await.unwrap();
            let schema = connection.introspect(&Scope::default()).await.unwrap();
            connection.close().await.unwrap();
            schema
        })
    }

    /// Closes the session, which would hold up nobody but SQLite.
    pub(crate) fn release(&mut self) {
        if let Some(Session::Sqlite(session)) =
            self.session.take_if(|session| matches!(session, Session::Sqlite(_)))
        {
            self.runtime.block_on(session.close()).unwrap();
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let closed = match self.session.take() {
            Some(Session::Sqlite(session)) => self.runtime.block_on(session.close()),
            Some(Session::Postgresql(session)) => self.runtime.block_on(session.close()),
            Some(Session::Mysql(session)) => self.runtime.block_on(session.close()),
            None => Ok(()),
        };
        // What is dropped next is the database: no session is in its way.
        closed.ok();
        self.keep = Box::new(());
    }
}

/// Drops the roles that were created. Others may use them by now.
pub(crate) fn drop_roles() {
    let roles = std::mem::take(&mut *ROLES.lock().unwrap());
    if roles.is_empty() {
        return;
    }
    let mut site = Site::new(Engine::Postgresql);
    for role in roles {
        site.run(&format!("DROP ROLE \"{role}\"")).ok();
    }
}

async fn connect(engine: Engine, url: &DatabaseUrl) -> Result<Session, sqlx::Error> {
    let url = url.expose();
    Ok(match engine {
        Engine::Sqlite => Session::Sqlite(SqliteConnection::connect(&format!("{url}?mode=rwc")).await?),
        Engine::Postgresql => Session::Postgresql(PgConnection::connect(url).await?),
        Engine::Mysql | Engine::Mariadb => {
            Session::Mysql(MySqlConnection::connect(&url.replacen("mariadb:", "mysql:", 1)).await?)
        }
    })
}

fn text(
    columns: usize,
    get: impl Fn(usize) -> Result<Option<String>, sqlx::Error>,
) -> Result<Vec<Option<String>>, sqlx::Error> {
    (0..columns).map(get).collect()
}

/// Drops every namespace and extension: much faster than a new database.
const CLEAR_POSTGRESQL: &str = "
    RESET ALL;
    DO $$ DECLARE name text; BEGIN
        SET LOCAL client_min_messages = warning;
        FOR name IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP
            EXECUTE format('DROP EXTENSION %I CASCADE', name);
        END LOOP;
        FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
            EXECUTE format('DROP SCHEMA %I CASCADE', name);
        END LOOP;
        CREATE SCHEMA public;
    END $$";
