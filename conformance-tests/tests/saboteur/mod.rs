//! A backend that breaks one promise.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use retort_conformance::{Database, Harness, Witness};
use retort_core::{
    backend::{
        Access, Backend, BackendError, BackendErrorKind, Batch, BatchError, Capabilities, Connection,
        DatabaseUrl, Effect, Executed, Row, Scope, Statement,
    },
    operation::{ColumnChange, Operation},
    schema::{ConstraintKind, ReferentialAction, Schema, Table},
    sql::Syntax,
};
use retort_sqlite::Sqlite;
use tempfile::TempDir;

/// The promise that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// What ran of an atomic batch before a failure stays.
    SkipsRollback,
    /// Batches run whatever their guard says.
    IgnoresGuard,
    /// Statements change as many rows as they like.
    IgnoresExpectedRows,
    /// The statement after the one that failed is said to have failed.
    ReportsWrongStatement,
    /// Batches that are not atomic run to their end in any case.
    GoesOnAfterFailure,
    /// Everybody has the lock.
    IgnoresLock,
    /// Only closing the session frees the lock.
    KeepsLockAfterDeath,
    /// The lock is free after the first batch.
    LosesLockInBatch,
    /// Readers have all rights.
    WritesOnReadAccess,
    /// Partial indexes are not read.
    ForgetsPartialIndexes,
    /// Comments on columns are not read.
    ForgetsColumnComments,
    /// What foreign keys do is not read.
    ForgetsReferentialActions,
    /// Columns that are added with a default take NULL.
    LosesNotNull,
    /// Columns are added without their default.
    LosesDefault,
    /// A row gets lost when a column gets another type.
    LosesRowsOnRetype,
    /// What is not supported is taken for done.
    AcceptsUnsupported,
    /// Each time that a schema is normalized, a comment gets longer.
    NormalizesTwice,
    /// Backslashes do not arrive.
    DropsBackslashes,
    /// A locker that has to wait does not.
    LocksAtOnce,
    /// All statements are said to have changed one row.
    CountsOne,
    /// All tables are read, whichever were asked for.
    IgnoresOnly,
    /// Tables are read that should be left out.
    IgnoresExclude,
    /// All errors of statements in batches are of one kind.
    HidesKinds,
    /// Names are written in quotes as they are.
    QuotesNaively,
    /// What was set for the session stays set.
    KeepsSettings,
}

/// Gives the suite a backend with the fault.
pub(crate) struct OnSaboteur {
    pub(crate) fault: Fault,
}

impl Harness for OnSaboteur {
    fn backend(&self) -> Arc<dyn Backend> {
        Arc::new(Saboteur { inner: Arc::new(Sqlite::default()), fault: self.fault })
    }

    fn database(&self) -> Database {
        // In memory where there is such a place: nothing here is about disks.
        let memory = TempDir::new_in("/dev/shm");
        let directory = memory.or_else(|_| TempDir::new()).expect("a temporary directory");
        let url = format!("sqlite://{}", directory.path().join("test.db").display());
        Database::new(url.parse().expect("a URL"), directory)
    }

    fn witness(&self, _url: &DatabaseUrl) -> Option<Box<dyn Witness>> {
        None
    }
}

/// A backend that breaks one promise.
#[derive(Debug, Clone)]
struct Saboteur {
    inner: Arc<dyn Backend>,
    fault: Fault,
}

#[async_trait]
impl Backend for Saboteur {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn family(&self) -> &'static [&'static str] {
        self.inner.family()
    }

    fn schemes(&self) -> &'static [&'static str] {
        self.inner.schemes()
    }

    fn syntax(&self) -> &Syntax {
        self.inner.syntax()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn normalize(&self, schema: Schema) -> Result<Schema, BackendError> {
        let mut schema = self.inner.normalize(schema)?;
        if self.fault == Fault::NormalizesTwice {
            for comment in schema.tables.values_mut().filter_map(|table| table.comment.as_mut()) {
                comment.push('.');
            }
        }
        Ok(schema)
    }

    fn render(&self, operations: &[Operation], before: &Schema) -> Result<Vec<Statement>, BackendError> {
        let mut operations = operations.to_vec();
        operations.iter_mut().for_each(|operation| self.spoil(operation));
        let mut statements = match self.inner.render(&operations, before) {
            Err(error)
                if self.fault == Fault::AcceptsUnsupported
                    && error.kind() == BackendErrorKind::Unsupported =>
            {
                return Ok(Vec::new());
            }
            rendered => rendered?,
        };
        for operation in &operations {
            if let Operation::AlterColumn { table, change: ColumnChange::Type { .. }, .. } = operation
                && self.fault == Fault::LosesRowsOnRetype
            {
                let table = self.syntax().quote_qualified(table);
                let last = format!("DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})");
                statements.push(Statement::new(last));
            }
        }
        for statement in &mut statements {
            match self.fault {
                Fault::QuotesNaively => statement.sql = statement.sql.replace("\"\"", "\""),
                Fault::DropsBackslashes => statement.sql = statement.sql.replace('\\', ""),
                _ => {}
            }
        }
        Ok(statements)
    }

    fn interpret(&self, sql: &str, schema: &mut Schema) -> Effect {
        self.inner.interpret(sql, schema)
    }

    async fn connect(&self, url: &DatabaseUrl, access: Access) -> Result<Box<dyn Connection>, BackendError> {
        let access = if self.fault == Fault::WritesOnReadAccess { Access::Write } else { access };
        Ok(Box::new(Session {
            inner: self.inner.connect(url, access).await?,
            backend: self.clone(),
            url: url.clone(),
            holds: None,
        }))
    }
}

impl Saboteur {
    /// Takes from an operation what the fault loses.
    fn spoil(&self, operation: &mut Operation) {
        match operation {
            Operation::AddColumn { column, .. } if self.fault == Fault::LosesNotNull => {
                column.nullable |= column.default.is_some();
            }
            Operation::AddColumn { column, .. } if self.fault == Fault::LosesDefault && column.nullable => {
                column.default = None;
            }
            _ => {}
        }
    }
}

/// A session of a saboteur.
#[derive(Debug)]
struct Session {
    inner: Box<dyn Connection>,
    backend: Saboteur,
    url: DatabaseUrl,
    /// The lock that a session of that fault holds beside the real one.
    holds: Option<String>,
}

/// Locks that only [`Connection::close`] frees.
static KEPT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

#[async_trait]
impl Connection for Session {
    fn backend(&self) -> Arc<dyn Backend> {
        Arc::new(self.backend.clone())
    }

    async fn introspect(&mut self, scope: &Scope) -> Result<Schema, BackendError> {
        let mut scope = scope.clone();
        match self.backend.fault {
            Fault::IgnoresOnly => scope.only = None,
            Fault::IgnoresExclude => scope.exclude.clear(),
            _ => {}
        }
        let mut schema = self.inner.introspect(&scope).await?;
        schema.tables.values_mut().for_each(|table| forget(self.backend.fault, table));
        Ok(schema)
    }

    async fn execute(&mut self, batch: &Batch) -> Result<Executed, BatchError> {
        let mut batch = batch.clone();
        match self.backend.fault {
            Fault::SkipsRollback => batch.atomic = false,
            Fault::IgnoresGuard => batch.guard = None,
            Fault::IgnoresExpectedRows => {
                batch.statements.iter_mut().for_each(|statement| statement.expect_rows = None);
            }
            _ => {}
        }
        let executed = self.inner.execute(&batch).await;
        match executed {
            Err(BatchError::Statement { index, source })
                if self.backend.fault == Fault::ReportsWrongStatement =>
            {
                Err(BatchError::Statement { index: index + 1, source })
            }
            Err(BatchError::Statement { index, source })
                if self.backend.fault == Fault::GoesOnAfterFailure && !batch.atomic =>
            {
                for statement in batch.statements.into_iter().skip(index + 1) {
                    self.inner.execute(&Batch::atomic(vec![statement])).await.ok();
                }
                Err(BatchError::Statement { index, source })
            }
            Err(BatchError::Statement { index, source }) => {
                Err(BatchError::Statement { index, source: self.spoiled(source) })
            }
            executed if self.backend.fault == Fault::LosesLockInBatch => {
                self.inner = self.backend.inner.connect(&self.url, Access::Write).await?;
                executed
            }
            Ok(executed) if self.backend.fault == Fault::CountsOne => {
                Ok(Executed { rows: executed.rows.iter().map(|_| 1).collect() })
            }
            executed => executed,
        }
    }

    async fn fetch(&mut self, query: &Statement) -> Result<Vec<Row>, BackendError> {
        self.inner.fetch(query).await
    }

    async fn lock(&mut self, name: &str, wait: Duration) -> Result<(), BackendError> {
        match self.backend.fault {
            Fault::IgnoresLock => Ok(()),
            Fault::LocksAtOnce => self.inner.lock(name, Duration::ZERO).await,
            Fault::KeepsLockAfterDeath if self.holds.is_none() => {
                let begun = Instant::now();
                let lock = format!("{} {name}", self.url.expose());
                let taken = || !KEPT.lock().unwrap_or_else(PoisonError::into_inner).insert(lock.clone());
                while taken() {
                    if begun.elapsed() >= wait {
                        return Err(BackendError::new(BackendErrorKind::LockTimeout, "it is held"));
                    }
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                self.holds = Some(lock);
                self.inner.lock(name, wait).await
            }
            _ => self.inner.lock(name, wait).await,
        }
    }

    async fn reset(&mut self) -> Result<(), BackendError> {
        match self.backend.fault {
            Fault::KeepsSettings => Ok(()),
            _ => self.inner.reset().await,
        }
    }

    async fn close(self: Box<Self>) -> Result<(), BackendError> {
        if let Some(lock) = &self.holds {
            KEPT.lock().unwrap_or_else(PoisonError::into_inner).remove(lock);
        }
        self.inner.close().await
    }
}

impl Session {
    /// The error as the fault shows it.
    fn spoiled(&self, error: BackendError) -> BackendError {
        match self.backend.fault {
            Fault::HidesKinds => BackendError::new(BackendErrorKind::Unexpected, error.to_string()),
            _ => error,
        }
    }
}

/// Takes from a table that was read what the fault does not read.
fn forget(fault: Fault, table: &mut Table) {
    match fault {
        Fault::ForgetsPartialIndexes => table.indexes.retain(|index| index.predicate.is_none()),
        Fault::ForgetsColumnComments => table.columns.iter_mut().for_each(|column| column.comment = None),
        Fault::ForgetsReferentialActions => {
            for constraint in &mut table.constraints {
                if let ConstraintKind::ForeignKey(key) = &mut constraint.kind {
                    key.on_delete = ReferentialAction::NoAction;
                }
            }
        }
        _ => {}
    }
}
