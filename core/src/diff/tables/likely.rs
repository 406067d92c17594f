//! Which constraints the rows may stand against.

use crate::{
    diff::{
        Risk,
        expression::{key_of, referenced, same_columns},
        table::TableDiff,
    },
    schema::{Constraint, ConstraintKind, ForeignKey, Index, MatchKind, Name, QualifiedName},
};

/// What can go wrong when the constraint is added, if what held before does not
/// imply it.
pub(super) fn constraint_risk(added: &Constraint, diff: &TableDiff<'_>) -> Option<Risk> {
    let is_implied = match &added.kind {
        ConstraintKind::PrimaryKey(key) => {
            let refuses_null = |name: &Name| diff.before.column(name).is_some_and(|column| !column.nullable);
            is_unique(&key.columns, false, diff) && key.columns.iter().all(refuses_null)
        }
        ConstraintKind::Unique(unique) => is_unique(&unique.columns, unique.nulls_not_distinct, diff),
        ConstraintKind::ForeignKey(key) => !key.validated || has_foreign_key(key, diff),
        ConstraintKind::Check(check) => {
            let is_same = |found: &Constraint| match &found.kind {
                ConstraintKind::Check(found) => found.validated && found.expression == check.expression,
                ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => {
                    false
                }
            };
            !check.validated || diff.before.constraints.iter().any(is_same)
        }
    };
    if is_implied { None } else { refusal(added, &diff.after.name) }
}

/// What can go wrong when rows are checked.
pub(super) fn refusal(constraint: &Constraint, table: &QualifiedName) -> Option<Risk> {
    let (table, name) = (table.clone(), constraint.name.clone()?);
    Some(match &constraint.kind {
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => Risk::RefusesDuplicates { table, name },
        ConstraintKind::ForeignKey(key) => {
            Risk::RefusesOrphans { table, name, references: key.references.clone() }
        }
        ConstraintKind::Check(_) => Risk::RefusesRows { table, name },
    })
}

/// What can go wrong when the index is created.
pub(super) fn index_risk(added: &Index, diff: &TableDiff<'_>) -> Option<Risk> {
    let columns = key_of(&Index { predicate: None, ..added.clone() });
    let is_implied = columns.is_some_and(|columns| is_unique(&columns, added.nulls_not_distinct, diff));
    (added.unique && !is_implied)
        .then(|| Risk::RefusesDuplicates { table: diff.after.name.clone(), name: added.name.clone() })
}

/// Whether rows differed in the columns before, which have kept their values.
fn is_unique(columns: &[Name], nulls_not_distinct: bool, diff: &TableDiff<'_>) -> bool {
    let stays =
        |name: &Name| diff.columns.iter().any(|column| column.after.name == *name && column.is_empty());
    let implies =
        |key: &[Name]| !key.is_empty() && key.iter().all(|name| columns.contains(name) && stays(name));
    let by_constraint = diff.before.constraints.iter().any(|constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => implies(&key.columns),
        ConstraintKind::Unique(unique) => {
            (unique.nulls_not_distinct || !nulls_not_distinct) && implies(&unique.columns)
        }
        ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => false,
    });
    by_constraint
        || diff.before.indexes.iter().any(|index| {
            (index.nulls_not_distinct || !nulls_not_distinct)
                && key_of(index).is_some_and(|key| implies(&key))
        })
}

/// Whether a foreign key demanded the same of the rows before.
fn has_foreign_key(key: &ForeignKey, diff: &TableDiff<'_>) -> bool {
    let stays =
        |name: &Name| diff.columns.iter().any(|column| column.after.name == *name && column.again.is_none());
    let demands_same = |found: &ForeignKey| {
        let columns = |key: &ForeignKey| -> Option<Vec<Name>> {
            let own = key.references == diff.after.name;
            if own { Some(referenced(&key.referenced_columns, diff.before).to_vec()) } else { None }
        };
        found.validated
            && found.columns == key.columns
            && found.references == key.references
            && (found.referenced_columns == key.referenced_columns
                || columns(found).zip(columns(key)).is_some_and(|(one, other)| same_columns(&one, &other)))
            && (found.match_kind == key.match_kind || key.match_kind == MatchKind::Simple)
    };
    key.columns.iter().all(stays)
        && diff.before.constraints.iter().any(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(found) => demands_same(found),
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => false,
        })
}
