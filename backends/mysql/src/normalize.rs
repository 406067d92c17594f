//! `Schema` → the form that introspection reports.

use retort_core::{backend::BackendError, schema::Schema};

use crate::server::Server;

pub(crate) fn normalize(schema: Schema, _server: Server) -> Result<Schema, BackendError> {
    Ok(schema)
}
