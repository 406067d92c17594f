//! Statements that an administrator runs beside the tests.

use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use mysql_async::prelude::Queryable;
use tokio::runtime;
use tokio_postgres::SimpleQueryMessage;

use crate::Engine;

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

/// A name that no other test uses, in this process or another.
pub(crate) fn new_name() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("retort_{}_{}_{count}", process::id(), now.as_micros())
}

/// Runs SQL, or panics.
pub(crate) fn run(engine: Engine, url: &str, sql: &str) {
    if let Err(error) = try_run(engine, url, sql) {
        panic!("{}: {error}\n{sql}", engine.name());
    }
}

/// Runs SQL on a connection of its own.
pub(crate) fn try_run(engine: Engine, url: &str, sql: &str) -> Result<(), Error> {
    rows(engine, url, sql).map(drop)
}

/// Runs SQL on a connection of its own, and returns the rows of its last query
/// as text.
pub(crate) fn rows(engine: Engine, url: &str, sql: &str) -> Result<Vec<String>, Error> {
    // A thread of its own: the caller may be inside a runtime.
    thread::scope(|scope| {
        let runs = scope.spawn(|| {
            let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                match engine {
                    Engine::Postgresql => postgresql(url, sql).await,
                    Engine::Mysql | Engine::Mariadb => mysql(url, sql).await,
                }
            })
        });
        runs.join().map_err(|_| "the connection panicked")?
    })
}

async fn postgresql(url: &str, sql: &str) -> Result<Vec<String>, Error> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    let connection = tokio::spawn(connection);
    let messages = client.simple_query(sql).await.map_err(|error| match error.as_db_error() {
        Some(refusal) => refusal.message().to_owned().into(),
        None => Error::from(error),
    })?;
    drop(client);
    connection.await??;
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            let values: Vec<&str> = (0..row.len()).map(|at| row.get(at).unwrap_or("NULL")).collect();
            Some(values.join("|"))
        }
        _ => None,
    });
    Ok(rows.collect())
}

async fn mysql(url: &str, sql: &str) -> Result<Vec<String>, Error> {
    let mut connection = connect_mysql(url).await?;
    let mut result = connection.query_iter(sql).await?;
    let mut rows = Vec::new();
    // The errors of later statements come with their results only.
    while !result.is_empty() {
        let found: Vec<mysql_async::Row> = result.collect().await?;
        rows = found
            .into_iter()
            .map(|row| {
                let values: Vec<String> = row.unwrap().into_iter().map(text).collect();
                values.join("|")
            })
            .collect();
    }
    result.drop_result().await?;
    connection.disconnect().await?;
    Ok(rows)
}

/// Opens a session over the network, without TLS.
pub(crate) async fn connect_mysql(url: &str) -> Result<mysql_async::Conn, Error> {
    let url = url.replacen("mariadb://", "mysql://", 1);
    let options = mysql_async::Opts::from_url(&url)?;
    let options = mysql_async::OptsBuilder::from_opts(options).prefer_socket(false);
    Ok(mysql_async::Conn::new(options).await?)
}

fn text(value: mysql_async::Value) -> String {
    match value {
        mysql_async::Value::NULL => "NULL".to_owned(),
        mysql_async::Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        other => other.as_sql(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Database;

    #[test]
    fn an_error_in_the_middle_of_a_script_is_seen() {
        for engine in Engine::ALL {
            let database = Database::create(engine);
            let script = "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1); nonsense; SELECT 2";
            assert!(try_run(engine, database.url(), script).is_err(), "{engine:?}");
            database
                .run("CREATE TABLE u (a INTEGER, b VARCHAR(9)); INSERT INTO u VALUES (1, NULL), (2, 'x')");
            assert_eq!(database.rows("SELECT a, b FROM u ORDER BY a"), ["1|NULL", "2|x"], "{engine:?}");
        }
    }

    #[test]
    fn a_database_is_dropped_with_its_value() {
        for engine in Engine::ALL {
            let database = Database::create(engine);
            database.run("CREATE TABLE t (a INTEGER)");
            let url = database.url().to_owned();
            drop(database);
            assert!(try_run(engine, &url, "SELECT 1").is_err(), "{engine:?}");
        }
    }
}
