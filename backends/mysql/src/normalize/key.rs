//! Keys and indexes in the form that MySQL reports.

use retort_core::schema::{
    Constraint, ConstraintKind, Deferrable, Index, IndexKey, IndexKeyPart, Name, SortOrder, Table, Unique,
};

use crate::{
    option,
    server::{Flavor, Server},
};

/// A unique index on plain columns as the constraint that it is, or the index
/// if it is more or less than that.
pub(crate) fn promote(index: Index) -> Result<Constraint, Index> {
    let is_plain = |part: &IndexKeyPart| {
        matches!(part.key, IndexKey::Column(_))
            && part.prefix.is_none()
            && part.order == SortOrder::Ascending
            && part.collation.is_none()
            && part.operator_class.is_none()
            && part.nulls.is_none()
    };
    let is_constraint = index.unique
        && index.key.iter().all(is_plain)
        && index.predicate.is_none()
        && index.include.is_empty()
        && index.method.is_none()
        && index.options.is_empty();
    if !is_constraint {
        return Err(index);
    }
    let columns = columns(&index).cloned().collect();
    let unique = Unique { columns, nulls_not_distinct: index.nulls_not_distinct, deferrable: Deferrable::No };
    Ok(Constraint::named(index.name, ConstraintKind::Unique(unique)))
}

/// The access method of the indexes on a table that don't name one.
pub(crate) fn usual_method(table: &Table) -> &'static str {
    match table.options.get(option::ENGINE).map(String::as_str) {
        Some("memory" | "heap") => "hash",
        _ => "btree",
    }
}

/// Drops the indexes that MySQL makes by itself for foreign keys: those with
/// the name and the columns of one, unless another index does as well.
pub(crate) fn drop_implicit_indexes(table: &mut Table, server: Server) {
    let Table { constraints, indexes, .. } = table;
    let is_implicit = |at: usize, index: &Index, all: &[Index]| {
        let key = constraints.iter().find_map(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) if constraint.has_name(&index.name) => Some(key),
            _ => None,
        });
        key.is_some_and(|key| {
            !index.unique
                && index.method.is_none()
                && index.options.is_empty()
                && index.key.len() == key.columns.len()
                && serves(index, &key.columns, server)
                && !constraints.iter().any(|constraint| is_key_on(constraint, &key.columns))
                && !all
                    .iter()
                    .enumerate()
                    .any(|(other, index)| other != at && serves(index, &key.columns, server))
        })
    };
    let implicit: Vec<bool> =
        indexes.iter().enumerate().map(|(at, index)| is_implicit(at, index, indexes)).collect();
    let mut implicit = implicit.into_iter();
    indexes.retain(|_| !implicit.next().unwrap_or(false));
}

/// Whether MySQL uses the index for a foreign key on the columns.
fn serves(index: &Index, of_key: &[Name], server: Server) -> bool {
    let order_matters = server.flavor == Flavor::MySql;
    index.key.len() >= of_key.len()
        && !index.method.as_ref().is_some_and(|method| matches!(method.as_str(), "fulltext" | "spatial"))
        && index.key.iter().zip(of_key).all(|(part, column)| {
            matches!(&part.key, IndexKey::Column(name) if name == column)
                && part.prefix.is_none()
                && (!order_matters || part.order == SortOrder::Ascending)
        })
}

/// Whether the constraint is a key that begins with the columns.
fn is_key_on(constraint: &Constraint, columns: &[Name]) -> bool {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => key.columns.starts_with(columns),
        ConstraintKind::Unique(unique) => unique.columns.starts_with(columns),
        ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => false,
    }
}

/// The plain columns of an index.
fn columns(index: &Index) -> impl Iterator<Item = &Name> {
    index.key.iter().filter_map(|part| match &part.key {
        IndexKey::Column(name) => Some(name),
        IndexKey::Expression(_) => None,
    })
}
