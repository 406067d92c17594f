//! Operations on the schema model.

use thiserror::Error;

use super::Operation;
use crate::schema::Schema;

/// Why an operation cannot be applied to a schema.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("stub")]
pub struct ApplyError;

impl ApplyError {
    /// Stub.
    pub fn object_exists(&self) -> bool {
        false
    }
    /// Stub.
    pub fn object_missing(&self) -> bool {
        false
    }
}

impl Operation {
    /// Edits the schema.
    pub fn apply_to(&self, _schema: &mut Schema) -> Result<(), ApplyError> {
        Ok(())
    }
}
