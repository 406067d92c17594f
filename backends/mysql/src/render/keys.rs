//! Indexes that foreign keys need.
//!
//! A foreign key needs an index that begins with its columns. Where the table
//! has none, the server makes one that is named like the foreign key and drops
//! it again when another one can serve, as long as nobody has touched it. The
//! model does not have these indexes: each statement here leaves exactly those
//! that follow from the model, whatever the server remembers of how an index
//! came about.

use retort_core::schema::{Constraint, ConstraintKind, ForeignKey, Index, IndexKey, Name, SortOrder, Table};

use crate::server::{Flavor, Server};

/// An index that exists for a foreign key only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Implicit {
    /// The name of the index and of the foreign key.
    pub(crate) name: Name,
    /// The columns of both.
    pub(crate) columns: Vec<Name>,
}

/// The indexes that exist for the foreign keys of the table only.
///
/// One that begins with the columns of several foreign keys serves them all.
/// Where two have the same columns, the index has the name that sorts first.
pub(crate) fn implicit(table: &Table, server: Server) -> Vec<Implicit> {
    let mut unserved: Vec<(&Name, &ForeignKey)> = foreign_keys(table)
        .filter(|(_, key)| !has_index_for(table, &key.columns, server))
        .filter_map(|(constraint, key)| Some((constraint.name.as_ref()?, key)))
        .collect();
    unserved.sort_by_key(|(name, _)| *name);
    let mut found: Vec<Implicit> = Vec::new();
    for (name, key) in &unserved {
        let longer = unserved.iter().any(|(_, other)| {
            other.columns.len() > key.columns.len() && other.columns.starts_with(&key.columns)
        });
        let twin = found.iter().any(|index| index.columns == key.columns);
        if !longer && !twin {
            found.push(Implicit { name: (*name).clone(), columns: key.columns.clone() });
        }
    }
    found
}

/// The foreign keys of a table.
pub(super) fn foreign_keys(table: &Table) -> impl Iterator<Item = (&Constraint, &ForeignKey)> {
    table.constraints.iter().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey(key) => Some((constraint, key)),
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => None,
    })
}

/// Whether a key or an index of the model serves a foreign key on the columns.
/// To MySQL none does whose order is not the usual one.
fn has_index_for(table: &Table, columns: &[Name], server: Server) -> bool {
    let is_usual = |index: &Index| match server.flavor {
        Flavor::MySql => index.key.iter().take(columns.len()).all(|part| part.order == SortOrder::Ascending),
        Flavor::MariaDb => true,
    };
    table.constraints.iter().filter_map(key_of).any(|key| key.starts_with(columns))
        || table.indexes.iter().any(|index| begins_with(index, columns) && is_usual(index))
}

/// Whether a key or an index of the model begins with the columns.
fn is_served(table: &Table, columns: &[Name]) -> bool {
    table.constraints.iter().filter_map(key_of).any(|key| key.starts_with(columns))
        || table.indexes.iter().any(|index| begins_with(index, columns))
}

/// The columns of a primary key or unique constraint.
fn key_of(constraint: &Constraint) -> Option<&[Name]> {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => Some(&key.columns),
        ConstraintKind::Unique(unique) => Some(&unique.columns),
        ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => None,
    }
}

fn begins_with(index: &Index, columns: &[Name]) -> bool {
    let plain = index.key.iter().map_while(|part| match &part.key {
        IndexKey::Column(column) if part.prefix.is_none() => Some(column),
        IndexKey::Column(_) | IndexKey::Expression(_) => None,
    });
    // What is not ordered by value serves no foreign key.
    index.method.as_ref().is_none_or(|method| method.as_str().eq_ignore_ascii_case("btree"))
        && index.key.len() >= columns.len()
        && plain.take(columns.len()).eq(columns)
}

/// Whether a foreign key can reference the columns: a key has exactly these, in
/// this order.
pub(super) fn is_key(table: &Table, columns: &[Name]) -> bool {
    table.constraints.iter().filter_map(key_of).any(|key| key == columns)
        || table
            .indexes
            .iter()
            .any(|index| index.unique && index.key.len() == columns.len() && begins_with(index, columns))
}

/// Whether the table can number the rows of the column: a key or an index
/// begins with it.
pub(super) fn leads_a_key(table: &Table, column: &Name) -> bool {
    is_served(table, std::slice::from_ref(column))
}
