//! Operations → PostgreSQL's SQL.

use retort_core::{
    backend::{BackendError, Statement},
    operation::Operation,
    schema::Schema,
};

use crate::server::Server;

pub(crate) fn render(
    _operations: &[Operation],
    _before: &Schema,
    _server: Server,
) -> Result<Vec<Statement>, BackendError> {
    Err(BackendError::unsupported("not built yet"))
}
