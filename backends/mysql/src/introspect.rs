//! Database → `Schema`.

use mysql_async::Conn;
use retort_core::{
    backend::{BackendError, Scope},
    schema::Schema,
};

use crate::server::Server;

pub(crate) async fn introspect(
    _conn: &mut Conn,
    _scope: &Scope,
    _server: Server,
) -> Result<Schema, BackendError> {
    Err(BackendError::unsupported("not built yet"))
}
