//! Names for constraints and indexes that have none.

use super::{
    constraint::ConstraintKind,
    name::{Name, QualifiedName},
};

/// How unnamed constraints and indexes are named: the same on every backend,
/// so that a later revision can drop them by name anywhere.
///
/// Names are `pk_<table>`, `uq_<table>_<columns>`, `fk_<table>_<columns>_<other>`,
/// `ck_<table>_<columns or number>`, `ix_<table>_<columns>`. A name longer than 63
/// bytes, PostgreSQL's limit and the smallest among the backends, is cut and
/// ends in a hash of the whole.
#[derive(Debug, Clone, Default)]
pub struct NamingConvention {}

impl NamingConvention {
    /// The name of a constraint. `taken` says which names the table has
    /// already used; a name that is taken gets a number.
    pub fn constraint(
        &self,
        _table: &QualifiedName,
        _kind: &ConstraintKind,
        _taken: impl Fn(&Name) -> bool,
    ) -> Name {
        Name::new("stub")
    }

    /// The name of an index on these columns.
    pub fn index(&self, _table: &QualifiedName, _columns: &[Name], _taken: impl Fn(&Name) -> bool) -> Name {
        Name::new("stub")
    }
}
