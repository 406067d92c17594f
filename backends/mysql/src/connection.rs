//! One session with a MySQL or MariaDB server, behind the seam.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use retort_core::{
    backend::{
        Access, Backend, BackendError, Batch, BatchError, Connection, DatabaseUrl, Definition, Executed, Row,
        Scope, Statement,
    },
    schema::Schema,
};

use crate::{MySql, introspect, session::Session, url::Location};

/// One session with a MySQL or MariaDB server.
///
/// Dropping a future ends the session.
#[derive(Debug)]
pub(crate) struct MySqlConnection {
    session: Session,
}

impl MySqlConnection {
    /// Opens a session.
    ///
    /// # Errors
    ///
    /// The kind says whether the URL, the server, the credentials or the
    /// database are wrong.
    pub(crate) async fn open(url: &DatabaseUrl, access: Access) -> Result<Self, BackendError> {
        let location = Location::parse(url)?;
        Ok(Self { session: Session::open(&location, access).await? })
    }
}

#[async_trait]
impl Connection for MySqlConnection {
    fn backend(&self) -> Arc<dyn Backend> {
        Arc::new(MySql { server: self.session.server() })
    }

    async fn introspect(&mut self, scope: &Scope) -> Result<Schema, BackendError> {
        let work = async |conn: &mut _, server| introspect::introspect(conn, scope, server).await;
        self.session.with_conn(work).await
    }

    async fn canonicalize(
        &mut self,
        definitions: &[Definition],
    ) -> Result<Vec<Result<String, BackendError>>, BackendError> {
        self.session.canonicalize(definitions).await
    }

    async fn execute(&mut self, batch: &Batch) -> Result<Executed, BatchError> {
        self.session.execute(batch).await
    }

    async fn begin(&mut self) -> Result<(), BackendError> {
        Err(BackendError::unsupported("a change of the schema commits by itself"))
    }

    async fn commit(&mut self) -> Result<(), BatchError> {
        Err(BackendError::unsupported("a change of the schema commits by itself").into())
    }

    async fn fetch(&mut self, query: &Statement) -> Result<Vec<Row>, BackendError> {
        self.session.fetch(query).await
    }

    /// Takes the lock of this name for the database. It is one of the server:
    /// with Galera or group replication all runs must go to the same node.
    async fn lock(&mut self, name: &str, wait: Duration) -> Result<(), BackendError> {
        self.session.lock(name, wait).await
    }

    async fn reset(&mut self) -> Result<(), BackendError> {
        self.session.reset().await
    }

    async fn close(self: Box<Self>) -> Result<(), BackendError> {
        self.session.close().await
    }
}
