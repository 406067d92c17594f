//! What the tests have in common.

use std::sync::OnceLock;

use expect_test::Expect;
use retort_core::backend::{
    Access, Backend, BackendError, Batch, BatchError, Connection, Executed, Row, Statement, Value,
};
use retort_postgres::Postgres;
use retort_test_servers::{Database, Engine};

pub(crate) type Session = Box<dyn Connection>;

/// An empty database that is dropped with the value.
pub(crate) fn database() -> Database {
    Database::create(Engine::Postgresql)
}

pub(crate) async fn connect(url: &str, access: Access) -> Result<Session, BackendError> {
    Postgres::default().connect(&url.parse().unwrap(), access).await
}

/// A session with the database, for writing.
pub(crate) async fn open(database: &Database) -> Session {
    connect(database.url(), Access::Write).await.unwrap()
}

pub(crate) fn batch(statements: &[&str]) -> Batch {
    Batch::atomic(statements.iter().map(|sql| Statement::new(*sql)).collect())
}

pub(crate) async fn run(session: &mut Session, statements: &[&str]) -> Result<Vec<u64>, BatchError> {
    session.execute(&batch(statements)).await.map(|Executed { rows }| rows)
}

/// Runs each statement on its own.
pub(crate) async fn run_each(session: &mut Session, statements: &[&str]) -> Result<Vec<u64>, BatchError> {
    let batch = Batch { atomic: false, ..batch(statements) };
    session.execute(&batch).await.map(|Executed { rows }| rows)
}

/// The rows of a query, a line each.
pub(crate) async fn rows(session: &mut Session, query: &str) -> String {
    let rows = session.fetch(&Statement::new(query)).await.unwrap();
    rows.iter().map(show).collect::<Vec<_>>().join("\n")
}

/// Waits until a query returns these rows.
pub(crate) async fn until(session: &mut Session, query: &str, expected: &str) {
    while rows(session, query).await != expected {
        tokio::task::yield_now().await;
    }
}

pub(crate) fn show(row: &Row) -> String {
    let show = |value: &Value| match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(integer) => format!("{integer}i"),
        Value::Real(real) => format!("{real:?}"),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => format!("{bytes:?}"),
    };
    row.0.iter().map(show).collect::<Vec<_>>().join("|")
}

/// The tables of the default namespace.
pub(crate) async fn tables(session: &mut Session) -> String {
    rows(session, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        .await
        .replace('\n', " ")
}

/// An error with its kind, its causes, and the text at its place.
pub(crate) fn describe(error: &BackendError) -> String {
    let mut causes = vec![error.to_string()];
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    // How the system noticed differs from run to run.
    let broken = causes.iter().position(|cause| cause == "the connection to the server broke");
    causes.truncate(broken.map_or(causes.len(), |at| at + 1));
    let place = error.offset().map(|offset| {
        let rest = &error.statement().unwrap()[offset..];
        format!(" @ `{}`", rest.chars().take(12).collect::<String>())
    });
    format!("{:?}: {}{}", error.kind(), causes.join(" <- "), place.unwrap_or_default())
}

pub(crate) fn describe_batch(error: &BatchError) -> String {
    match error {
        BatchError::Statement { index, source } => format!("statement {index}: {}", describe(source)),
        BatchError::Backend(source) => format!("batch: {}", describe(source)),
        BatchError::Guard { found } => {
            format!("guard found {:?}", found.iter().map(show).collect::<Vec<_>>())
        }
        BatchError::Rows { index, expected, found } => {
            format!("statement {index}: {found} rows instead of {expected}")
        }
    }
}

#[track_caller]
pub(crate) fn expect_failure<T: std::fmt::Debug>(result: Result<T, BatchError>, expected: &Expect) {
    expected.assert_eq(&describe_batch(&result.unwrap_err()));
}

/// The address in a URL.
pub(crate) fn address(url: &str) -> &str {
    let after_login = url.rsplit_once('@').unwrap().1;
    after_login.split(['/', '?']).next().unwrap()
}

/// The URL with another address.
pub(crate) fn at_address(url: &str, address: &str) -> String {
    url.replacen(self::address(url), address, 1)
}

/// Ends the sessions of a database that the condition on `pg_stat_activity`
/// selects.
pub(crate) fn terminate(database: &Database, condition: &str) {
    database.run(&format!(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
         WHERE datname = '{}' AND pid <> pg_backend_pid() AND {condition}",
        database.name()
    ));
}

/// A port on which nobody listens.
pub(crate) fn free_port() -> u16 {
    static USED: OnceLock<std::sync::Mutex<Vec<u16>>> = OnceLock::new();
    let mut used = USED.get_or_init(Default::default).lock().unwrap();
    loop {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        if !used.contains(&port) {
            used.push(port);
            return port;
        }
    }
}
