//! Sessions for tests, and what shows how they end.

pub(crate) mod fake;
pub(crate) mod proxy;

use retort_core::backend::{
    Access, Backend, BackendError, Batch, BatchError, Connection, DatabaseUrl, Executed, Guard, Row,
    Statement, Value,
};
use retort_mysql::MySql;
use retort_test_servers::{Database, Engine};

/// Makes a test of each function for both servers.
macro_rules! on_both {
    ($($name:ident)*) => {
        $(mod $name {
            use retort_test_servers::{Database, Engine};

            #[tokio::test]
            async fn mysql() {
                super::$name(Database::create(Engine::Mysql)).await;
            }

            #[tokio::test]
            async fn mariadb() {
                super::$name(Database::create(Engine::Mariadb)).await;
            }
        })*
    };
}

pub(crate) async fn open(database: &Database) -> Box<dyn Connection> {
    try_open(database.url(), Access::Write).await.unwrap()
}

pub(crate) async fn try_open(url: &str, access: Access) -> Result<Box<dyn Connection>, BackendError> {
    let url: DatabaseUrl = url.parse().unwrap();
    let backend = if url.scheme() == "mariadb" { MySql::mariadb() } else { MySql::default() };
    backend.connect(&url, access).await
}

/// How a session cannot be opened.
pub(crate) async fn refused(url: &str) -> BackendError {
    match try_open(url, Access::Write).await {
        Ok(_) => panic!("a session was opened"),
        Err(error) => error,
    }
}

/// The URL with another user and password.
pub(crate) fn as_user(url: &str, credentials: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (_, address) = rest.rsplit_once('@').unwrap();
    format!("{scheme}://{credentials}@{address}")
}

/// The URL with another host and port.
pub(crate) fn at_address(url: &str, address: &str) -> String {
    let (before, rest) = url.rsplit_once('@').unwrap();
    let (_, path) = rest.split_once('/').unwrap();
    format!("{before}@{address}/{path}")
}

/// The `host:port` of the URL.
pub(crate) fn address_of(url: &str) -> &str {
    url.rsplit_once('@').unwrap().1.split('/').next().unwrap()
}

/// A user with all privileges for one database and none else, dropped with the
/// value.
pub(crate) struct User<'d> {
    database: &'d Database,
    pub(crate) name: String,
}

impl<'d> User<'d> {
    /// Creates a user whose authentication is `identified`, such as
    /// `IDENTIFIED BY 'x'`.
    pub(crate) fn create(database: &'d Database, identified: &str) -> Self {
        let name = database.name().replacen("retort", "u", 1);
        for host in ["localhost", "%"] {
            database.run(&format!("CREATE USER '{name}'@'{host}' {identified}"));
            database.run(&format!("GRANT ALL ON {}.* TO '{name}'@'{host}'", database.name()));
        }
        Self { database, name }
    }
}

impl Drop for User<'_> {
    fn drop(&mut self) {
        let name = &self.name;
        self.database.run(&format!("DROP USER '{name}'@'localhost', '{name}'@'%'"));
    }
}

pub(crate) fn statements(texts: &[&str]) -> Vec<Statement> {
    texts.iter().map(|sql| Statement::new(*sql)).collect()
}

/// Statements as they come from a file.
pub(crate) fn from_file(texts: &[&str]) -> Vec<Statement> {
    texts.iter().map(|sql| Statement::new(*sql).at(0..sql.len())).collect()
}

/// Statements as schema changes are.
pub(crate) fn schema_changes(texts: &[&str]) -> Batch {
    let statements = texts.iter().map(|sql| Statement { transactional: false, ..Statement::new(*sql) });
    Batch { guard: None, statements: statements.collect(), atomic: false }
}

/// A guard that expects those versions.
pub(crate) fn versions(expected: &[&str]) -> Guard {
    Guard {
        query: "SELECT `version_num` FROM `alembic_version` ORDER BY `version_num`".to_owned(),
        rows: expected.iter().map(|version| Row(vec![Value::Text((*version).to_owned())])).collect(),
    }
}

pub(crate) fn create_version_table(database: &Database, versions: &[&str]) {
    database.run("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY) ENGINE=InnoDB");
    for version in versions {
        database.run(&format!("INSERT INTO alembic_version VALUES ('{version}')"));
    }
}

/// The values of a query, the rows one after the other.
pub(crate) async fn fetch(connection: &mut dyn Connection, query: &str) -> Vec<Value> {
    let rows = connection.fetch(&Statement::new(query)).await.unwrap();
    rows.into_iter().flat_map(|row| row.0).collect()
}

/// The one number that a query returns.
pub(crate) async fn number(connection: &mut dyn Connection, query: &str) -> i64 {
    match fetch(connection, query).await[..] {
        [Value::Integer(number)] => number,
        ref other => panic!("{query}: {other:?}"),
    }
}

/// The one text that a query returns.
pub(crate) async fn text(connection: &mut dyn Connection, query: &str) -> String {
    match &fetch(connection, query).await[..] {
        [Value::Text(text)] => text.clone(),
        other => panic!("{query}: {other:?}"),
    }
}

/// How a batch ended, on one line.
pub(crate) fn ending(result: Result<Executed, BatchError>) -> String {
    match result {
        Ok(executed) => format!("{:?}", executed.rows),
        Err(BatchError::Statement { index, source }) => format!("{index}: {}", describe(&source)),
        Err(BatchError::Backend(source)) => describe(&source),
        Err(BatchError::Guard { found }) => format!("guard: {found:?}"),
        Err(error @ BatchError::Rows { .. }) => error.to_string(),
    }
}

/// An error with its kind and the place that it shows in its statement.
pub(crate) fn describe(error: &BackendError) -> String {
    let mut text = format!("{:?}: {error}", error.kind());
    if let (Some(sql), Some(offset)) = (error.statement(), error.offset()) {
        let rest: String = sql[offset..].chars().take(12).collect();
        text = format!("{text} @ `{rest}`");
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text} <- {cause}");
        source = cause.source();
    }
    text
}

/// Where statements of other sessions wait until it is opened.
pub(crate) struct Gate {
    holder: Box<dyn Connection>,
    lock: String,
}

impl Gate {
    pub(crate) async fn close(database: &Database, name: &str) -> Self {
        let mut holder = open(database).await;
        let lock = format!("{name}:{}", database.name());
        assert_eq!(number(&mut *holder, &format!("SELECT GET_LOCK('{lock}', 0)")).await, 1);
        Self { holder, lock }
    }

    /// The statement that waits.
    pub(crate) fn pass(&self) -> String {
        format!("DO GET_LOCK('{}', 60)", self.lock)
    }

    /// Waits until so many statements wait at gates of the database.
    pub(crate) async fn wait_for(database: &Database, count: usize) {
        let waiting = format!(
            "SELECT COUNT(*) = {count} FROM information_schema.PROCESSLIST WHERE STATE = 'User lock' AND DB = '{}'",
            database.name()
        );
        wait_until(&mut *open(database).await, &waiting).await;
    }

    pub(crate) async fn open(self) {
        self.holder.close().await.unwrap();
    }
}

/// The server's id of a session.
pub(crate) async fn id(connection: &mut dyn Connection) -> i64 {
    number(connection, "SELECT CONNECTION_ID()").await
}

/// Waits until a query of an administrator returns one, and panics if that
/// takes too long.
pub(crate) async fn wait_until(watcher: &mut dyn Connection, query: &str) {
    let begun = std::time::Instant::now();
    while number(watcher, query).await != 1 {
        assert!(begun.elapsed().as_secs() < 30, "still not so: {query}");
        tokio::task::yield_now().await;
    }
}

/// The engines that the backend is for.
pub(crate) const BOTH: [Engine; 2] = [Engine::Mysql, Engine::Mariadb];

pub(crate) fn is_mysql(database: &Database) -> bool {
    database.engine() == Engine::Mysql
}
