//! The schema that applied revisions imply.

use std::collections::HashSet;

use super::{MigrateError, Migrator};
use crate::{backend::Backend, plan::Unknown, revision::RevisionId, schema::Schema, script::portable};

/// What applied revisions make, as far as their files tell.
#[derive(Debug, Clone, Default)]
pub struct Implied {
    /// The schema, as it was written: not in the normal form of a backend.
    pub schema: Schema,
    /// What of it the files do not tell.
    pub unknown: Unknown,
}

impl Migrator<'_> {
    /// The schema that the revisions make which the rows imply.
    ///
    /// # Errors
    ///
    /// Fails if a row or a file is wrong.
    pub fn implied(&self, backend: &dyn Backend, rows: &[RevisionId]) -> Result<Implied, MigrateError> {
        let replay = self.replay(backend, rows, &HashSet::new())?;
        Ok(Implied { schema: replay.schema, unknown: replay.unknown })
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
