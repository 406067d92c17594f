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
    /// Whether one of the files may name a namespace.
    pub may_name_namespaces: bool,
}

impl Migrator<'_> {
    /// The schema that the revisions make which the rows imply.
    ///
    /// # Errors
    ///
    /// Fails if a row or a file is wrong.
    pub fn implied(&self, backend: &dyn Backend, rows: &[RevisionId]) -> Result<Implied, MigrateError> {
        let mut may_name_namespaces = false;
        let replay = self.replay(backend, rows, &HashSet::new(), |script| {
            may_name_namespaces |= portable::may_name_namespaces(script.source.text());
        })?;
        Ok(Implied { schema: replay.schema, unknown: replay.unknown, may_name_namespaces })
    }
}
