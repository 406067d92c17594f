//! What was called otherwise before.

use std::collections::BTreeMap;

use crate::schema::{Name, QualifiedName};

/// Names that changed, which two schemas alone do not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    /// The old name of each renamed table, by its new one.
    pub tables: BTreeMap<QualifiedName, QualifiedName>,
    /// The old name of each renamed column, by its new one and the new name of
    /// its table.
    pub columns: BTreeMap<(QualifiedName, Name), Name>,
}
