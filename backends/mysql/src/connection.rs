//! One session with a MySQL server.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use mysql_async::Conn;
use retort_core::{
    backend::{
        Access, Backend, BackendError, Batch, BatchError, Connection, DatabaseUrl, Executed, Row, Scope,
        Statement,
    },
    schema::Schema,
};

use crate::{MySql, introspect, server::Server};

/// One session with a MySQL server.
#[derive(Debug)]
pub(crate) struct MySqlConnection {
    conn: Conn,
    server: Server,
}

impl MySqlConnection {
    pub(crate) async fn open(_url: &DatabaseUrl, _access: Access) -> Result<Self, BackendError> {
        Err(BackendError::unsupported("not built yet"))
    }
}

#[async_trait]
impl Connection for MySqlConnection {
    fn backend(&self) -> Arc<dyn Backend> {
        Arc::new(MySql { server: self.server })
    }

    async fn introspect(&mut self, scope: &Scope) -> Result<Schema, BackendError> {
        introspect::introspect(&mut self.conn, scope, self.server).await
    }

    async fn execute(&mut self, _batch: &Batch) -> Result<Executed, BatchError> {
        Err(BackendError::unsupported("not built yet").into())
    }

    async fn fetch(&mut self, _query: &Statement) -> Result<Vec<Row>, BackendError> {
        Err(BackendError::unsupported("not built yet"))
    }

    async fn lock(&mut self, _name: &str, _wait: Duration) -> Result<(), BackendError> {
        Err(BackendError::unsupported("not built yet"))
    }

    async fn close(self: Box<Self>) -> Result<(), BackendError> {
        Ok(())
    }
}
