//! What undoes an operation.

use thiserror::Error;

use super::Operation;
use crate::schema::Schema;

/// Why nothing undoes an operation.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("stub")]
pub struct Irreversible;

impl Operation {
    /// The operations that undo this one, given the schema before it.
    pub fn reverse(&self, _before: &Schema) -> Result<Vec<Self>, Irreversible> {
        Ok(Vec::new())
    }
}
