//! Renames: which of them are still to be done, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use super::{DiffError, Renames};
use crate::{
    operation::Operation,
    schema::{Name, QualifiedName, Schema, Table},
};

/// The renames that are to be done.
#[derive(Debug, Default)]
pub(super) struct Renaming {
    /// Old names of tables, by their new ones.
    tables: BTreeMap<QualifiedName, QualifiedName>,
    /// Old names of columns, by the new name of the table and their own.
    columns: BTreeMap<QualifiedName, BTreeMap<Name, Name>>,
    /// What carries them out.
    pub(super) operations: Vec<Operation>,
}

impl Renaming {
    /// Finds what is to be done.
    ///
    /// # Errors
    ///
    /// Fails if a rename contradicts the schemas.
    pub(super) fn new(before: &Schema, after: &Schema, renames: &Renames) -> Result<Self, DiffError> {
        let mut renaming = Self::default();
        renaming.find_tables(before, after, renames)?;
        let mut of_tables: BTreeMap<&QualifiedName, BTreeMap<Name, Name>> = BTreeMap::new();
        for ((table, to), from) in &renames.columns {
            of_tables.entry(table).or_default().insert(to.clone(), from.clone());
        }
        for (name, columns) in of_tables {
            let old = before.tables.get(renaming.old_table(name));
            let new = after.tables.get(name);
            if let Some((to, from)) =
                columns.iter().find(|(to, _)| new.is_none_or(|new| new.column(to).is_none()))
            {
                let (table, from, to) = (name.clone(), from.clone(), to.clone());
                return Err(DiffError::RenamedColumnMissing { table, from, to });
            }
            if let Some((old, new)) = old.zip(new) {
                renaming.find_columns(old, new, &columns)?;
            }
        }
        Ok(renaming)
    }

    /// What is to be done, and nothing else.
    pub(super) fn renames(&self) -> Renames {
        let of_table = |(table, columns): (&QualifiedName, &BTreeMap<Name, Name>)| {
            let table = table.clone();
            columns.clone().into_iter().map(move |(new, old)| ((table.clone(), new), old))
        };
        Renames { tables: self.tables.clone(), columns: self.columns.iter().flat_map(of_table).collect() }
    }

    /// The name before of the table of this name after.
    pub(super) fn old_table<'a>(&'a self, new: &'a QualifiedName) -> &'a QualifiedName {
        self.tables.get(new).unwrap_or(new)
    }

    /// The name after of the table of this name before.
    pub(super) fn new_table<'a>(&'a self, old: &'a QualifiedName) -> &'a QualifiedName {
        self.tables.iter().find(|(_, from)| *from == old).map_or(old, |(to, _)| to)
    }

    /// The names before of tables that get another one.
    pub(super) fn renamed_tables(&self) -> impl Iterator<Item = &QualifiedName> {
        self.tables.values()
    }

    /// The tables with renamed columns, by their names after, each with the old
    /// names by the new ones.
    pub(super) fn renamed_columns(&self) -> impl Iterator<Item = (&QualifiedName, &BTreeMap<Name, Name>)> {
        self.columns.iter()
    }

    /// The name before of the column.
    pub(super) fn old_column<'a>(&'a self, table: &QualifiedName, new: &'a Name) -> &'a Name {
        self.columns.get(table).and_then(|columns| columns.get(new)).unwrap_or(new)
    }

    fn find_tables(&mut self, before: &Schema, after: &Schema, renames: &Renames) -> Result<(), DiffError> {
        let mut pending = BTreeMap::new();
        for (to, from) in &renames.tables {
            if !after.tables.contains_key(to) {
                return Err(DiffError::RenamedTableMissing { from: from.clone(), to: to.clone() });
            }
            if to == from || !before.tables.contains_key(from) {
                continue;
            }
            let is_taken = before.tables.contains_key(to);
            let is_vacated = renames.tables.iter().any(|(new, old)| old == to && new != to);
            if is_taken && !is_vacated {
                if after.tables.contains_key(from) {
                    continue;
                }
                return Err(DiffError::TableInTheWay { from: from.clone(), to: to.clone() });
            }
            if to.namespace != from.namespace {
                return Err(DiffError::OtherNamespace { from: from.clone(), to: to.clone() });
            }
            pending.insert(to.clone(), from.clone());
        }
        let sources: BTreeSet<&QualifiedName> = pending.values().collect();
        if sources.len() < pending.len() {
            let twice = pending.values().find(|from| pending.values().filter(|old| old == from).count() > 1);
            return twice.map_or(Ok(()), |from| Err(DiffError::TableRenamedTwice(from.clone())));
        }
        self.tables.clone_from(&pending);
        let done = in_order(pending).map_err(DiffError::TablesInCircle)?;
        let rename =
            |(to, from): (QualifiedName, QualifiedName)| Operation::RenameTable { from, to: to.name };
        self.operations.extend(done.into_iter().map(rename));
        Ok(())
    }

    fn find_columns(
        &mut self,
        before: &Table,
        after: &Table,
        renames: &BTreeMap<Name, Name>,
    ) -> Result<(), DiffError> {
        let table = &after.name;
        let mut pending = BTreeMap::new();
        for (to, from) in renames {
            if to == from || before.column(from).is_none() {
                continue;
            }
            let is_vacated = renames.iter().any(|(new, old)| old == to && new != to);
            if before.column(to).is_some() && !is_vacated {
                if after.column(from).is_some() {
                    continue;
                }
                let (table, from, to) = (table.clone(), from.clone(), to.clone());
                return Err(DiffError::ColumnInTheWay { table, from, to });
            }
            pending.insert(to.clone(), from.clone());
        }
        let sources: BTreeSet<&Name> = pending.values().collect();
        if sources.len() < pending.len() {
            let twice = pending.values().find(|from| pending.values().filter(|old| old == from).count() > 1);
            return twice.map_or(Ok(()), |column| {
                Err(DiffError::ColumnRenamedTwice { table: table.clone(), column: column.clone() })
            });
        }
        if pending.is_empty() {
            return Ok(());
        }
        self.columns.insert(table.clone(), pending.clone());
        let done = in_order(pending)
            .map_err(|column| DiffError::ColumnsInCircle { table: table.clone(), column })?;
        let rename = |(to, from)| Operation::RenameColumn { table: table.clone(), from, to };
        self.operations.extend(done.into_iter().map(rename));
        Ok(())
    }
}

/// Renames, as new and old names, in an order in which no new name is taken; or
/// a name in a circle.
fn in_order<N: Clone + Ord>(mut pending: BTreeMap<N, N>) -> Result<Vec<(N, N)>, N> {
    let mut done = Vec::new();
    while let Some((first, _)) = pending.first_key_value() {
        let taken: BTreeSet<&N> = pending.values().collect();
        let Some(free) = pending.keys().find(|to| !taken.contains(to)).cloned() else {
            return Err(first.clone());
        };
        done.extend(pending.remove_entry(&free));
    }
    Ok(done)
}
