//! Foreign keys that must make room for a change that is not their own.

use std::collections::BTreeMap;

use super::{enums::Enums, table::TableDiff};
use crate::schema::{Constraint, ConstraintKind, ForeignKey, Name, QualifiedName, Schema};

/// Whether what happens to the columns or the keys of the table that it
/// references, other than its own one, keeps a foreign key from staying.
pub(super) fn is_cut_off(
    table: &QualifiedName,
    key: &ForeignKey,
    diffs: &BTreeMap<&QualifiedName, TableDiff<'_>>,
) -> bool {
    key.references != *table && diffs.get(&key.references).is_some_and(|target| target.disturbs_target(key))
}

/// The foreign keys of a table that must be dropped while something else
/// changes.
pub(super) fn disturbed<'a>(
    table: &'a QualifiedName,
    schema: &'a Schema,
    diffs: &BTreeMap<&QualifiedName, TableDiff<'_>>,
    enums: &Enums,
) -> Vec<&'a Constraint> {
    let Some(found) = schema.tables.get(table) else { return Vec::new() };
    let relabels = |table: &QualifiedName, columns: &[Name]| {
        schema.tables.get(table).is_some_and(|table| {
            columns.iter().any(|name| table.column(name).is_some_and(|column| enums.changes(column)))
        })
    };
    let is_disturbed = |key: &ForeignKey| {
        diffs.get(table).is_some_and(|own| own.disturbs_own(key))
            || diffs.get(&key.references).is_some_and(|target| target.disturbs_target(key))
            || relabels(table, &key.columns)
    };
    found
        .constraints
        .iter()
        .filter(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) => is_disturbed(key),
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => false,
        })
        .collect()
}
