//! Foreign keys that must make room for a change that is not their own.

use std::collections::BTreeMap;

use super::{
    enums::Enums,
    expression::{computes, mentions, referenced},
    rename::Renaming,
    table::TableDiff,
};
use crate::schema::{Constraint, ConstraintKind, ForeignKey, Name, QualifiedName, Schema, Table};

/// The foreign keys, by the names of their tables before and their own, on
/// columns that get another name and that something is computed from: some
/// backends rename neither while the other is there.
pub(super) fn cut_by_renames<'a>(
    before: &'a Schema,
    renaming: &Renaming,
) -> Vec<(&'a QualifiedName, &'a Name)> {
    let mut cut = Vec::new();
    for (table, columns) in renaming.renamed_columns() {
        let Some(target) = before.tables.get(renaming.old_table(table)) else { continue };
        let is_computed_from = |column: &&Name| computes_from(target, column);
        let columns: Vec<&Name> = columns.values().filter(is_computed_from).collect();
        if columns.is_empty() {
            continue;
        }
        let has_one = |names: &[Name]| names.iter().any(|name| columns.contains(&name));
        for (from, constraint, key) in before.foreign_keys_to(&target.name) {
            if has_one(referenced(&key.referenced_columns, target))
                && let Some(name) = &constraint.name
            {
                cut.push((&from.name, name));
            }
        }
        for constraint in &target.constraints {
            if let (ConstraintKind::ForeignKey(key), Some(name)) = (&constraint.kind, &constraint.name)
                && has_one(&key.columns)
            {
                cut.push((&target.name, name));
            }
        }
    }
    cut.sort_unstable();
    cut.dedup();
    cut
}

/// Whether a computed column, a check or an index of the table mentions the
/// column.
fn computes_from(table: &Table, column: &Name) -> bool {
    let is_it = |name: &Name| name == column;
    let generated = table.columns.iter().filter_map(|column| column.generated.as_ref());
    let checks = table.constraints.iter().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::Check(check) => Some(&check.expression),
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => None,
    });
    generated.map(|generated| &generated.expression).chain(checks).any(|text| mentions(text, table, is_it))
        || table.indexes.iter().any(|index| computes(index, table, is_it))
}

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
