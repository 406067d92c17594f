//! A backend that breaks one promise.

mod fault;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use retort_conformance::{Database, Harness, Witness};
use retort_core::{
    backend::{
        Access, Backend, BackendError, BackendErrorKind, Batch, BatchError, Capabilities, Connection,
        DatabaseUrl, Definition, Effect, Executed, Piece, Reset, Row, Scope, Statement, Value,
    },
    operation::{ColumnChange, Operation},
    schema::{Column, ConstraintKind, Name, QualifiedName, ReferentialAction, Schema, Table, Type},
    sql::Syntax,
};
use retort_mysql::MySql;
use retort_postgres::Postgres;
use retort_sqlite::Sqlite;
use tempfile::TempDir;

pub(crate) use self::fault::Fault;
use crate::witness::Sqlx;

/// The database that is sabotaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Victim {
    Sqlite,
    Server(retort_test_servers::Engine),
}

/// Gives the suite a backend with the fault.
pub(crate) struct OnSaboteur {
    pub(crate) victim: Victim,
    pub(crate) fault: Fault,
}

impl Harness for OnSaboteur {
    fn backend(&self) -> Arc<dyn Backend> {
        use retort_test_servers::Engine;
        let inner: Arc<dyn Backend> = match self.victim {
            Victim::Sqlite => Arc::new(Sqlite::default()),
            Victim::Server(Engine::Postgresql) => Arc::new(Postgres::default()),
            Victim::Server(Engine::Mysql) => Arc::new(MySql::default()),
            Victim::Server(Engine::Mariadb) => Arc::new(MySql::mariadb()),
        };
        Arc::new(Saboteur::new(inner, self.fault))
    }

    fn database(&self) -> Database {
        if let Victim::Server(engine) = self.victim {
            let database = retort_test_servers::Database::create(engine);
            return Database::new(database.url().parse().expect("a URL"), database);
        }
        // In memory where there is such a place: nothing here is about disks.
        let memory = TempDir::new_in("/dev/shm");
        let directory = memory.or_else(|_| TempDir::new()).expect("a temporary directory");
        let url = format!("sqlite://{}", directory.path().join("test.db").display());
        Database::new(url.parse().expect("a URL"), directory)
    }

    fn witness(&self, url: &DatabaseUrl) -> Option<Box<dyn Witness>> {
        (self.fault == Fault::ReadsWrongValues).then(|| Box::new(Sqlx::of(url)) as Box<dyn Witness>)
    }
}

/// A backend that breaks one promise.
#[derive(Debug, Clone)]
struct Saboteur {
    inner: Arc<dyn Backend>,
    fault: Fault,
    syntax: Syntax,
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
        &self.syntax
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn default_namespace(&self) -> Option<Name> {
        self.inner.default_namespace()
    }

    fn normalize(&self, schema: Schema) -> Result<Schema, BackendError> {
        let mut schema = self.inner.normalize(schema)?;
        if self.fault == Fault::NormalizesTwice {
            for comment in schema.tables.values_mut().filter_map(|table| table.comment.as_mut()) {
                comment.push('.');
            }
        }
        if self.fault == Fault::NormalizesBackAndForth {
            let columns = schema.tables.values_mut().flat_map(|table| &mut table.columns);
            columns.for_each(|column| column.nullable = !column.nullable);
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
                Fault::SaysAllCanBeRolledBack => statement.transactional = true,
                _ => {}
            }
        }
        Ok(statements)
    }

    fn interpret(&self, sql: &str, schema: &mut Schema) -> Effect {
        self.inner.interpret(sql, schema)
    }

    fn resetting(&self, sql: &str) -> Option<Reset> {
        self.inner.resetting(sql)
    }

    fn offline(&self, version: Option<&str>) -> Result<Arc<dyn Backend>, BackendError> {
        self.inner.offline(version)
    }

    fn write(&self, piece: Piece<'_>) -> Result<String, BackendError> {
        self.inner.write(piece)
    }

    async fn connect(&self, url: &DatabaseUrl, access: Access) -> Result<Box<dyn Connection>, BackendError> {
        let key = url.expose().to_owned();
        let opened_as = match self.fault {
            Fault::WritesOnReadAccess => Access::Write,
            Fault::CreatesNothing => Access::Read,
            Fault::LocksOutReaders if access == Access::Read && is_kept(&key) => {
                return Err(BackendError::new(BackendErrorKind::LockTimeout, "it is held"));
            }
            _ => access,
        };
        let inner = match self.inner.connect(url, opened_as).await {
            Err(error)
                if self.fault == Fault::HidesMissingDatabases
                    && error.kind() == BackendErrorKind::DatabaseMissing =>
            {
                return Err(BackendError::new(BackendErrorKind::Connect, error.to_string()));
            }
            connected => connected?,
        };
        Ok(Box::new(Session {
            backend: Self::new(inner.backend(), self.fault),
            inner,
            url: url.clone(),
            access,
            holds: None,
            is_broken: false,
            looks: 0,
        }))
    }
}

impl Saboteur {
    fn new(inner: Arc<dyn Backend>, fault: Fault) -> Self {
        let mut syntax = *inner.syntax();
        if let Some(limit) = &mut syntax.identifier_limit
            && fault == Fault::PromisesLongerNames
        {
            limit.max += 1;
        }
        Self { inner, fault, syntax }
    }

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
    access: Access,
    /// The lock that a session of that fault holds beside the real one.
    holds: Option<String>,
    /// Whether it is of no use any more.
    is_broken: bool,
    /// How often it was introspected.
    looks: usize,
}

/// Locks that only [`Connection::close`] frees.
static KEPT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn is_kept(lock: &str) -> bool {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).contains(lock)
}

/// How many runs have come to their first batch, by database.
static ARRIVED: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

/// Waits until another run is about to write, too.
async fn keep_step(url: &DatabaseUrl) {
    let arrived = |more| {
        let mut arrived = ARRIVED.lock().unwrap_or_else(PoisonError::into_inner);
        let runs = arrived.entry(url.expose().to_owned()).or_default();
        *runs += more;
        *runs
    };
    let begun = Instant::now();
    let mut runs = arrived(1);
    while runs < 2 && begun.elapsed() < Duration::from_secs(2) {
        tokio::time::sleep(Duration::from_millis(5)).await;
        runs = arrived(0);
    }
}

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
        if self.backend.fault == Fault::CreatesWhileReading {
            let trace = vec![Statement::new("CREATE TABLE trace (a INTEGER)")];
            self.inner.execute(&Batch { atomic: false, ..Batch::atomic(trace) }).await.ok();
        }
        let mut schema = self.inner.introspect(&scope).await?;
        schema.tables.values_mut().for_each(|table| forget(self.backend.fault, table));
        self.looks += 1;
        match self.backend.fault {
            Fault::ShowsGhosts => {
                let ghost = QualifiedName::unqualified("ghost");
                let table = Table::new(ghost.clone(), vec![Column::new("a", Type::Integer)]);
                schema.tables.insert(ghost, table);
            }
            Fault::SeesOneNamespace => {
                schema.tables.retain(|name, _| name.namespace.is_none());
            }
            Fault::SeesLessTheSecondTime if self.looks > 1 => {
                schema.tables.values_mut().for_each(|table| table.indexes.clear());
            }
            _ => {}
        }
        Ok(schema)
    }

    async fn canonicalize(
        &mut self,
        definitions: &[Definition],
    ) -> Result<Vec<Result<String, BackendError>>, BackendError> {
        let mut forms = self.inner.canonicalize(definitions).await?;
        self.looks += 1;
        match self.backend.fault {
            Fault::TakesAllForTheSame => forms.iter_mut().flatten().for_each(String::clear),
            Fault::KnowsNothingAgain => {
                forms.iter_mut().flatten().for_each(|form| *form += &self.looks.to_string());
            }
            Fault::KeepsWhatIsAsked => {
                let trace = vec![Statement::new("CREATE TABLE trace (a INTEGER)")];
                self.inner.execute(&Batch { atomic: false, ..Batch::atomic(trace) }).await.ok();
            }
            Fault::FailsTogether if definitions.iter().any(|asked| asked.text().contains("nowhere")) => {
                return Err(BackendError::new(BackendErrorKind::Missing, "there is no `nowhere`"));
            }
            _ => {}
        }
        Ok(forms)
    }

    async fn execute(&mut self, batch: &Batch) -> Result<Executed, BatchError> {
        let mut batch = batch.clone();
        match self.backend.fault {
            Fault::SkipsRollback => batch.atomic = false,
            Fault::IgnoresGuard => batch.guard = None,
            Fault::IgnoresExpectedRows => {
                batch.statements.iter_mut().for_each(|statement| statement.expect_rows = None);
            }
            Fault::LosesInserts => {
                batch.statements.retain(|statement| !statement.sql.starts_with("INSERT"));
            }
            Fault::SplitsStatements => {
                for statement in &mut batch.statements {
                    let end = statement.sql.find(';').unwrap_or(statement.sql.len());
                    statement.sql.truncate(end);
                }
            }
            Fault::OrdersGuard => {
                if let Some(guard) = &batch.guard {
                    let found = self.inner.fetch(&Statement::new(guard.query.clone())).await?;
                    if found != guard.rows {
                        return Err(BatchError::Guard { found });
                    }
                }
            }
            Fault::KeepsNobodyOut if batch.guard.take().is_some() => keep_step(&self.url).await,
            Fault::BreaksAfterFailure if self.is_broken => {
                return Err(BackendError::new(BackendErrorKind::Connect, "it is broken").into());
            }
            _ => {}
        }
        let executed = self.inner.execute(&batch).await;
        self.is_broken |= executed.is_err();
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
            Ok(executed) if self.backend.fault == Fault::CountsNothing => {
                Ok(Executed { rows: executed.rows.iter().map(|_| 0).collect() })
            }
            executed => executed,
        }
    }

    async fn fetch(&mut self, query: &Statement) -> Result<Vec<Row>, BackendError> {
        let mut rows = self.inner.fetch(query).await.map_err(|error| match self.backend.fault {
            Fault::HidesKindsOfQueries => BackendError::new(BackendErrorKind::Unexpected, error.to_string()),
            _ => error,
        })?;
        match self.backend.fault {
            Fault::HidesRowsFromReaders if self.access == Access::Read => rows.clear(),
            Fault::ReadsWrongValues => {
                for value in rows.iter_mut().flat_map(|row| &mut row.0) {
                    match value {
                        Value::Integer(integer) => *integer = integer.wrapping_add(1),
                        Value::Text(text) => drop(text.pop()),
                        Value::Null | Value::Real(_) | Value::Blob(_) => {}
                    }
                }
            }
            _ => {}
        }
        Ok(rows)
    }

    async fn lock(&mut self, name: &str, wait: Duration) -> Result<(), BackendError> {
        match self.backend.fault {
            Fault::IgnoresLock | Fault::KeepsNobodyOut => Ok(()),
            Fault::LocksAtOnce => self.inner.lock(name, Duration::ZERO).await,
            Fault::KeepsLockAfterDeath | Fault::LocksEverything | Fault::LocksOutReaders
                if self.holds.is_none() =>
            {
                let begun = Instant::now();
                let lock = match self.backend.fault {
                    Fault::LocksEverything => "everything".to_owned(),
                    _ => self.url.expose().to_owned(),
                };
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

    async fn begin(&mut self) -> Result<(), BackendError> {
        match self.backend.fault {
            Fault::CommitsEachBatch => Ok(()),
            _ => self.inner.begin().await,
        }
    }

    async fn commit(&mut self) -> Result<(), BatchError> {
        match self.backend.fault {
            Fault::CommitsEachBatch | Fault::NeverCommits => Ok(()),
            _ => self.inner.commit().await,
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
            Fault::EndsInPeriod => BackendError::new(error.kind(), format!("{error}.")),
            _ => error,
        }
    }
}

/// Takes from a table that was read what the fault does not read.
fn forget(fault: Fault, table: &mut Table) {
    match fault {
        Fault::ForgetsPartialIndexes => table.indexes.retain(|index| index.predicate.is_none()),
        Fault::ForgetsNotNull => table.columns.iter_mut().for_each(|column| column.nullable = true),
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
