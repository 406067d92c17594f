//! SQL past Retort, through sqlx.

use std::any::Any;

use retort_test_servers::Database;
use sqlx::{
    AssertSqlSafe, Connection as _, MySqlConnection, PgConnection, Row as _, SqliteConnection, ValueRef as _,
    raw_sql,
};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::case::Engine;

/// A new database, and a session with it.
pub(crate) struct Session {
    pub(crate) url: String,
    runtime: Runtime,
    connection: Connection,
    _database: Box<dyn Any + Send>,
}

enum Connection {
    Sqlite(SqliteConnection),
    Postgresql(PgConnection),
    Mysql(MySqlConnection),
}

/// The text of each value of a row, `None` for NULL.
pub(crate) type Row = Vec<Option<String>>;

impl Session {
    /// A session with a new database, or with a copy of this file.
    pub(crate) fn new(engine: Engine, file: &[u8]) -> Self {
        let server = |engine| {
            let database = Database::create(engine);
            (database.url().to_owned(), Box::new(database) as Box<dyn Any + Send>)
        };
        let (url, database) = match engine {
            Engine::Sqlite => {
                let directory = TempDir::new().unwrap();
                let path = directory.path().join("test.db");
                std::fs::write(&path, file).unwrap();
                (format!("sqlite://{}", path.display()), Box::new(directory) as Box<dyn Any + Send>)
            }
            Engine::Postgresql => server(retort_test_servers::Engine::Postgresql),
            Engine::Mysql => server(retort_test_servers::Engine::Mysql),
            Engine::Mariadb => server(retort_test_servers::Engine::Mariadb),
        };
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let connection = runtime.block_on(async {
            match engine {
                Engine::Sqlite => Connection::Sqlite(SqliteConnection::connect(&url).await.unwrap()),
                Engine::Postgresql => Connection::Postgresql(PgConnection::connect(&url).await.unwrap()),
                Engine::Mysql | Engine::Mariadb => {
                    // Encryption is what takes the time.
                    let url = url.replacen("mariadb:", "mysql:", 1) + "?ssl-mode=disabled";
                    Connection::Mysql(MySqlConnection::connect(&url).await.unwrap())
                }
            }
        });
        Self { url, runtime, connection, _database: database }
    }

    /// The file of the database, where it is one.
    pub(crate) fn file(&self) -> Vec<u8> {
        self.url.strip_prefix("sqlite://").map(|path| std::fs::read(path).unwrap()).unwrap_or_default()
    }

    /// Runs statements.
    pub(crate) fn run(&mut self, sql: &str) -> Result<(), String> {
        let statements = raw_sql(AssertSqlSafe(sql.to_owned()));
        let ran = self.runtime.block_on(async {
            match &mut self.connection {
                Connection::Sqlite(connection) => statements.execute(connection).await.map(drop),
                Connection::Postgresql(connection) => statements.execute(connection).await.map(drop),
                Connection::Mysql(connection) => statements.execute(connection).await.map(drop),
            }
        });
        ran.map_err(|error| format!("{error}\n{sql}"))
    }

    /// The rows of a query.
    pub(crate) fn rows(&mut self, sql: &str) -> Vec<Row> {
        let query = raw_sql(AssertSqlSafe(sql.to_owned()));
        let rows = self.runtime.block_on(async {
            Ok::<_, sqlx::Error>(match &mut self.connection {
                Connection::Sqlite(connection) => {
                    query.fetch_all(connection).await?.iter().map(sqlite_row).collect()
                }
                Connection::Postgresql(connection) => {
                    query.fetch_all(connection).await?.iter().map(postgresql_row).collect()
                }
                Connection::Mysql(connection) => {
                    query.fetch_all(connection).await?.iter().map(mysql_row).collect()
                }
            })
        });
        rows.unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    /// The rows of a query as lines.
    pub(crate) fn lines(&mut self, sql: &str) -> Vec<String> {
        let line = |row: Row| {
            let values: Vec<String> = row.into_iter().map(|value| value.unwrap_or("-".to_owned())).collect();
            values.join(" | ")
        };
        self.rows(sql).into_iter().map(line).collect()
    }
}

fn sqlite_row(row: &sqlx::sqlite::SqliteRow) -> Row {
    let value = |at| {
        let is_null = row.try_get_raw(at).unwrap().is_null();
        let bytes = |at| row.try_get_unchecked::<Vec<u8>, _>(at).unwrap();
        (!is_null).then(|| String::from_utf8_lossy(&bytes(at)).into_owned())
    };
    (0..row.len()).map(value).collect()
}

fn postgresql_row(row: &sqlx::postgres::PgRow) -> Row {
    (0..row.len()).map(|at| row.try_get_unchecked(at).unwrap()).collect()
}

fn mysql_row(row: &sqlx::mysql::MySqlRow) -> Row {
    let value = |at| {
        let bytes: Option<Vec<u8>> = row.try_get_unchecked(at).unwrap();
        bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    (0..row.len()).map(value).collect()
}
