//! Database → `Schema`.

use retort_core::{
    backend::{BackendError, Scope},
    schema::Schema,
};
use tokio_postgres::Client;

use crate::server::Server;

pub(crate) async fn introspect(
    _client: &Client,
    _scope: &Scope,
    _server: Server,
) -> Result<Schema, BackendError> {
    Err(BackendError::unsupported("not built yet"))
}
