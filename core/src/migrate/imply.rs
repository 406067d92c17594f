//! The schema that applied revisions imply.

use std::collections::HashSet;

use super::{MigrateError, Migrator};
use crate::{backend::Backend, revision::RevisionId, schema::Schema};

impl Migrator<'_> {
    /// The schema that the revisions make which the rows imply, as far as their
    /// files tell, and as they were written: not in the normal form of a
    /// backend.
    ///
    /// # Errors
    ///
    /// Fails if a row or a file is wrong.
    pub fn implied(&self, backend: &dyn Backend, rows: &[RevisionId]) -> Result<Schema, MigrateError> {
        Ok(self.replay(backend, rows, &HashSet::new())?.schema)
    }
}
