//! One session: transactions, the lock, batches and queries.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use retort_core::{
    backend::{
        Access, Backend, BackendError, BackendErrorKind, Batch, BatchError, Connection, DatabaseUrl,
        Definition, Executed, Guard, Row, Scope, Statement, Value,
    },
    schema::Schema,
};
use rusqlite::{ErrorCode, OpenFlags, types::ValueRef};

use crate::{Minimal, schema};

/// One session with a database file.
#[derive(Debug)]
pub(crate) struct Session {
    db: rusqlite::Connection,
    path: PathBuf,
    access: Access,
    /// A transaction on a file beside the database, which ends with the session
    /// however that ends: there is no lock to forget.
    lock: Option<rusqlite::Connection>,
    /// Whether a transaction is open that lasts over several batches.
    spanning: bool,
}

impl Session {
    /// Opens the file. For reading it must be there.
    pub(crate) fn open(url: &DatabaseUrl, access: Access) -> Result<Self, BackendError> {
        let path = PathBuf::from(url.rest());
        if access == Access::Read && !path.exists() {
            let message = format!("there is no database `{}`", path.display());
            return Err(BackendError::new(BackendErrorKind::DatabaseMissing, message));
        }
        Ok(Self { db: connect(&path, access)?, path, access, lock: None, spanning: false })
    }

    /// All of the batch or nothing.
    fn execute_atomic(&mut self, batch: &Batch) -> Result<Executed, BatchError> {
        if self.spanning {
            let result =
                self.check_guard(batch.guard.as_ref()).and_then(|()| self.run_all(&batch.statements));
            if result.is_err() {
                self.spanning = false;
                self.db.execute_batch("ROLLBACK").ok();
            }
            return result;
        }
        self.db.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
        let result = self.check_guard(batch.guard.as_ref()).and_then(|()| self.run_all(&batch.statements));
        let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = self.db.execute_batch(end);
        if ended.is_err() && !self.db.is_autocommit() {
            // If even this fails, SQLite undoes the transaction later.
            self.db.execute_batch("ROLLBACK").ok();
        }
        let executed = result?;
        ended.map_err(failed)?;
        Ok(executed)
    }

    /// Statement by statement, up to the first that fails.
    fn execute_each(&self, batch: &Batch) -> Result<Executed, BatchError> {
        self.check_guard(batch.guard.as_ref())?;
        self.run_all(&batch.statements)
    }

    fn check_guard(&self, guard: Option<&Guard>) -> Result<(), BatchError> {
        let Some(guard) = guard else { return Ok(()) };
        let found = self.rows(&guard.query)?;
        let mut rest: Vec<&Row> = guard.rows.iter().collect();
        let same = found.len() == rest.len()
            && found.iter().all(|row| match rest.iter().position(|other| *other == row) {
                Some(at) => {
                    rest.swap_remove(at);
                    true
                }
                None => false,
            });
        if same { Ok(()) } else { Err(BatchError::Guard { found }) }
    }

    fn run_all(&self, statements: &[Statement]) -> Result<Executed, BatchError> {
        let mut rows = Vec::new();
        for (index, statement) in statements.iter().enumerate() {
            let found = self.run(&statement.sql).map_err(|source| BatchError::Statement {
                index,
                source: source.with_statement(&statement.sql),
            })?;
            match statement.expect_rows {
                Some(expected) if expected != found => {
                    return Err(BatchError::Rows { index, expected, found });
                }
                Some(_) | None => rows.push(found),
            }
        }
        Ok(Executed { rows })
    }

    /// Runs a statement and says how many rows it changed.
    fn run(&self, sql: &str) -> Result<u64, BackendError> {
        let total = self.db.total_changes();
        let mut statement = self.db.prepare(sql).map_err(failed)?;
        let mut rows = statement.raw_query();
        while rows.next().map_err(failed)?.is_some() {}
        drop(rows);
        Ok(if self.db.total_changes() == total { 0 } else { self.db.changes() })
    }

    fn rows(&self, sql: &str) -> Result<Vec<Row>, BackendError> {
        let mut statement = self.db.prepare(sql).map_err(failed)?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let value = |column| row.get_ref(column).map(value);
            found.push(Row((0..columns).map(value).collect::<Result<_, _>>().map_err(failed)?));
        }
        Ok(found)
    }
}

/// Opens the file, which comes with the first look at it.
fn connect(path: &Path, access: Access) -> Result<rusqlite::Connection, BackendError> {
    let flags = match access {
        Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    };
    let db = rusqlite::Connection::open_with_flags(path, flags).map_err(failed)?;
    db.busy_timeout(Duration::from_secs(10)).map_err(failed)?;
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(failed)?;
    Ok(db)
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => Value::Integer(integer),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

/// The driver's error as Retort's, with the kind that callers ask for.
pub(crate) fn failed(error: rusqlite::Error) -> BackendError {
    let message = error.to_string();
    let says = |text: &str| message.contains(text);
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => BackendErrorKind::Constraint,
        Some(ErrorCode::ReadOnly) => BackendErrorKind::ReadOnly,
        Some(ErrorCode::CannotOpen) => BackendErrorKind::Connect,
        Some(ErrorCode::NotADatabase) => BackendErrorKind::NotADatabase,
        Some(ErrorCode::DiskFull) => BackendErrorKind::Storage,
        _ if says("no such") || says("has no column") => BackendErrorKind::Missing,
        _ if says("already exists") => BackendErrorKind::AlreadyExists,
        _ if says("syntax error") || says("incomplete input") => BackendErrorKind::Syntax,
        _ => BackendErrorKind::Statement,
    };
    // The driver adds the statement in further lines.
    let line = message.lines().next().unwrap_or_default().to_owned();
    let line = line.split(" in INSERT").next().unwrap_or_default();
    BackendError::new(kind, line.split(" in ").next().unwrap_or_default())
}

#[async_trait]
impl Connection for Session {
    fn backend(&self) -> Arc<dyn Backend> {
        Arc::new(Minimal::default())
    }

    async fn introspect(&mut self, scope: &Scope) -> Result<Schema, BackendError> {
        schema::introspect(&self.db, scope)
    }

    async fn canonicalize(
        &mut self,
        definitions: &[Definition],
    ) -> Result<Vec<Result<String, BackendError>>, BackendError> {
        // The schema has each text as it was written.
        Ok(definitions.iter().map(|definition| Ok(definition.text())).collect())
    }

    async fn execute(&mut self, batch: &Batch) -> Result<Executed, BatchError> {
        if self.access == Access::Read {
            let message = "the session only reads";
            return Err(BackendError::new(BackendErrorKind::ReadOnly, message).into());
        }
        if batch.atomic { self.execute_atomic(batch) } else { self.execute_each(batch) }
    }

    async fn begin(&mut self) -> Result<(), BackendError> {
        self.db.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
        self.spanning = true;
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), BatchError> {
        self.spanning = false;
        self.db.execute_batch("COMMIT").map_err(failed)?;
        Ok(())
    }

    async fn fetch(&mut self, query: &Statement) -> Result<Vec<Row>, BackendError> {
        self.rows(&query.sql).map_err(|error| error.with_statement(&query.sql))
    }

    async fn lock(&mut self, name: &str, wait: Duration) -> Result<(), BackendError> {
        if self.lock.is_some() {
            return Ok(());
        }
        let begun = Instant::now();
        let mut path = self.path.clone().into_os_string();
        path.push(format!("-{name}-lock"));
        let db = rusqlite::Connection::open(path).map_err(failed)?;
        db.busy_timeout(Duration::ZERO).map_err(failed)?;
        while db.execute_batch("BEGIN EXCLUSIVE").is_err() {
            if begun.elapsed() >= wait {
                let message = format!("another session holds the lock `{name}`");
                return Err(BackendError::new(BackendErrorKind::LockTimeout, message));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.lock = Some(db);
        Ok(())
    }

    async fn reset(&mut self) -> Result<(), BackendError> {
        // A new connection has no settings yet. The lock has one of its own.
        self.db = connect(&self.path, self.access)?;
        Ok(())
    }

    async fn close(self: Box<Self>) -> Result<(), BackendError> {
        Ok(())
    }
}
