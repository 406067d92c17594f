//! Keys and indexes in the form that MySQL reports.

use retort_core::schema::{
    Constraint, ConstraintKind, Deferrable, Index, IndexKey, IndexKeyPart, Name, Table, Unique,
};

use crate::{option, render::keys, server::Server};

/// Puts an index on its table: as a constraint if it is unique, on plain columns
/// and nothing more.
pub(crate) fn put_index(table: &mut Table, index: Index) {
    let is_constraint = index.unique
        && index.key.iter().all(is_plain_column)
        && index.predicate.is_none()
        && index.include.is_empty()
        && index.method.is_none()
        && index.options.is_empty();
    if !is_constraint {
        table.indexes.push(index);
        return;
    }
    let columns = columns(&index).cloned().collect();
    let unique = Unique { columns, nulls_not_distinct: index.nulls_not_distinct, deferrable: Deferrable::No };
    table.constraints.push(Constraint::named(index.name, ConstraintKind::Unique(unique)));
}

/// The access method of the indexes on a table that don't name one.
pub(crate) fn usual_method(table: &Table) -> &'static str {
    match table.options.get(option::ENGINE).map(String::as_str) {
        Some("memory" | "heap") => "hash",
        _ => "btree",
    }
}

/// Drops the indexes that exist for foreign keys only, and that MySQL makes by
/// itself: those that the rest of the table implies.
pub(crate) fn drop_implicit_indexes(table: &mut Table, server: Server) {
    let is_plain = |index: &Index| {
        !index.unique
            && index.method.is_none()
            && index.options.is_empty()
            && index.key.iter().all(is_plain_column)
    };
    let (mut dropped, kept) = std::mem::take(&mut table.indexes).into_iter().partition::<Vec<_>, _>(is_plain);
    table.indexes = kept;
    // What stays may serve in place of another that would be implied.
    loop {
        let implied = keys::implicit(table, server);
        let is_implied = |index: &Index| {
            implied.iter().any(|found| found.name == index.name && columns(index).eq(&found.columns))
        };
        let (implied, kept) = dropped.into_iter().partition::<Vec<_>, _>(is_implied);
        if kept.is_empty() {
            return;
        }
        table.indexes.extend(kept);
        dropped = implied;
    }
}

/// Whether a part of a key is a column and nothing more.
fn is_plain_column(part: &IndexKeyPart) -> bool {
    matches!(&part.key, IndexKey::Column(name) if *part == IndexKeyPart::column(name.clone()))
}

/// The plain columns of an index.
fn columns(index: &Index) -> impl Iterator<Item = &Name> {
    index.key.iter().filter_map(|part| match &part.key {
        IndexKey::Column(name) => Some(name),
        IndexKey::Expression(_) => None,
    })
}
