//! The connection: a [`Session`] on a thread of its own.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use retort_core::{
    backend::{
        Access, Backend, BackendError, BackendErrorKind, Batch, BatchError, Connection, DatabaseUrl,
        Definition, Executed, Row, Scope, Statement,
    },
    schema::Schema,
};

use crate::{
    Sqlite,
    introspect::introspect,
    session::Session,
    url::Location,
    worker::{Worker, WorkerGone},
};

/// A session with a SQLite database.
///
/// Dropping a future breaks off what it waits for. Dropping the connection
/// rolls back what is not committed and releases the lock before it returns.
#[derive(Debug)]
pub(crate) struct SqliteConnection {
    worker: Worker<Session>,
}

impl SqliteConnection {
    /// Opens a session.
    ///
    /// # Errors
    ///
    /// The kind says what is wrong with the URL or the file.
    pub(crate) async fn open(url: &DatabaseUrl, access: Access) -> Result<Self, BackendError> {
        let location = Location::parse(url)?;
        let started = Worker::start(move || {
            let session = Session::open(&location, access)?;
            let handle = session.interrupt_handle();
            Ok::<_, BackendError>((session, move || handle.interrupt()))
        });
        let worker = started.await.map_err(|error| {
            BackendError::new(BackendErrorKind::Unexpected, "no thread for the session").with_source(error)
        })??;
        Ok(Self { worker })
    }
}

#[async_trait]
impl Connection for SqliteConnection {
    fn backend(&self) -> Arc<dyn Backend> {
        // The library is part of the program: there are no versions to tell
        // apart.
        Arc::new(Sqlite::default())
    }

    async fn introspect(&mut self, scope: &Scope) -> Result<Schema, BackendError> {
        let scope = scope.clone();
        self.worker.call(move |session, _| session.read(|db| introspect(db, &scope))).await?
    }

    async fn canonicalize(
        &mut self,
        definitions: &[Definition],
    ) -> Result<Vec<Result<String, BackendError>>, BackendError> {
        // The database keeps each text as it was written.
        Ok(definitions.iter().map(|definition| Ok(definition.text())).collect())
    }

    async fn execute(&mut self, batch: &Batch) -> Result<Executed, BatchError> {
        let batch = batch.clone();
        let executed = self.worker.call(move |session, stop| session.execute(&batch, stop)).await;
        executed.map_err(BackendError::from)?
    }

    async fn begin(&mut self) -> Result<(), BackendError> {
        self.worker.call(|session, stop| session.begin_spanning(stop)).await?
    }

    async fn commit(&mut self) -> Result<(), BatchError> {
        let committed = self.worker.call(|session, stop| session.commit_spanning(stop)).await;
        committed.map_err(BackendError::from)?
    }

    async fn fetch(&mut self, query: &Statement) -> Result<Vec<Row>, BackendError> {
        let query = query.clone();
        self.worker.call(move |session, stop| session.fetch(&query, stop)).await?
    }

    /// Takes the one write lock that a SQLite database has, so `name` plays no
    /// part. Others can read meanwhile.
    async fn lock(&mut self, _name: &str, wait: Duration) -> Result<(), BackendError> {
        self.worker.call(move |session, stop| session.lock(wait, stop)).await?
    }

    async fn reset(&mut self) -> Result<(), BackendError> {
        self.worker.call(|session, _| session.reset()).await?
    }

    async fn close(self: Box<Self>) -> Result<(), BackendError> {
        // A batch has committed by the time it returns: nothing is left to
        // fail.
        Ok(())
    }
}

impl From<WorkerGone> for BackendError {
    fn from(WorkerGone: WorkerGone) -> Self {
        Self::new(BackendErrorKind::Unexpected, "the session broke down")
    }
}
