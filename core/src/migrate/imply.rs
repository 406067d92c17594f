//! The schema that applied revisions imply.

use std::collections::HashSet;

use super::{MigrateError, Migrator};
use crate::{backend::Backend, revision::RevisionId, schema::Schema, script::portable};

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

    /// Whether one of the revisions that the rows imply may name a namespace.
    ///
    /// # Errors
    ///
    /// Fails if a row or a file is wrong.
    pub fn may_name_namespaces(
        &self,
        backend: &dyn Backend,
        rows: &[RevisionId],
    ) -> Result<bool, MigrateError> {
        for id in self.graph.applied(rows)? {
            let script = self.read(self.revision(&id)?, backend)?;
            if portable::may_name_namespaces(script.source.text()) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
