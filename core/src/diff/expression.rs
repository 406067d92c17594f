//! Who mentions which column.

use crate::schema::{
    Constraint, ConstraintKind, Expression, Index, IndexKey, Name, QualifiedName, Table, mention,
};

/// Whether the expression of the table mentions one of its columns for which
/// that holds.
pub(super) fn mentions(expression: &Expression, table: &Table, is_one: impl Fn(&Name) -> bool) -> bool {
    table
        .columns
        .iter()
        .any(|column| is_one(&column.name) && mention::mentions_column(expression, &table.name, &column.name))
}

/// Whether the constraint is on such a column, or mentions it.
pub(super) fn constrains(constraint: &Constraint, table: &Table, is_one: impl Fn(&Name) -> bool) -> bool {
    match &constraint.kind {
        ConstraintKind::Check(check) => mentions(&check.expression, table, is_one),
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => {
            constraint.columns().iter().any(is_one)
        }
    }
}

/// Whether the index has such a column, or mentions it.
pub(super) fn indexes(index: &Index, table: &Table, is_one: impl Fn(&Name) -> bool) -> bool {
    let in_key = index.key.iter().any(|part| matches!(&part.key, IndexKey::Column(column) if is_one(column)));
    in_key || index.include.iter().any(&is_one) || computes(index, table, is_one)
}

/// Whether an expression of the index mentions such a column.
pub(super) fn computes(index: &Index, table: &Table, is_one: impl Fn(&Name) -> bool) -> bool {
    let keys = index.key.iter().filter_map(|part| match &part.key {
        IndexKey::Column(_) => None,
        IndexKey::Expression(expression) => Some(expression),
    });
    keys.chain(&index.predicate).any(|expression| mentions(expression, table, &is_one))
}

/// The columns that a foreign key references, if it names them or the table
/// has a primary key.
pub(super) fn referenced<'a>(named: &'a [Name], target: &'a Table) -> &'a [Name] {
    if named.is_empty() {
        target.primary_key().map(|key| key.columns.as_slice()).unwrap_or_default()
    } else {
        named
    }
}

/// Whether both lists name the same columns, in any order.
pub(super) fn same_columns(one: &[Name], other: &[Name]) -> bool {
    one.len() == other.len() && one.iter().all(|name| other.contains(name))
}

/// The plain columns of an index that can be referenced.
pub(super) fn key_of(index: &Index) -> Option<Vec<Name>> {
    if !index.unique || index.predicate.is_some() {
        return None;
    }
    index
        .key
        .iter()
        .map(|part| match &part.key {
            IndexKey::Column(column) if part.collation.is_none() => Some(column.clone()),
            IndexKey::Column(_) | IndexKey::Expression(_) => None,
        })
        .collect()
}

/// The name of an index as a relation.
pub(super) fn index_name(table: &QualifiedName, index: &Index) -> QualifiedName {
    table.with_name(index.name.clone())
}
