//! What may have been renamed rather than dropped and added.

use std::{cmp::Reverse, fmt};

use super::{Renames, table::TableDiff};
use crate::schema::{Column, Name, QualifiedName, Table, Type};

/// Something that is dropped, and something added that may be the same thing,
/// with the evidence.
///
/// Displayed as one line without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenameCandidate {
    /// A table.
    Table {
        /// The table that is dropped.
        from: QualifiedName,
        /// The table that is created.
        to: QualifiedName,
        /// How many columns have the same name and type.
        equal: usize,
        /// How many columns the larger of the tables has.
        of: usize,
    },
    /// A column.
    Column {
        /// The table, by its new name.
        table: QualifiedName,
        /// The column that is dropped.
        from: Name,
        /// The column that is added.
        to: Name,
        /// The type of both.
        ty: Type,
        /// Whether they follow the same column.
        same_position: bool,
        /// Whether all else is equal, too: NULL, default, collation and
        /// comment.
        same_definition: bool,
    },
}

impl RenameCandidate {
    /// Takes it for a rename, when schemas are compared again.
    pub fn accept(&self, renames: &mut Renames) {
        match self {
            Self::Table { from, to, .. } => {
                renames.tables.insert(to.clone(), from.clone());
            }
            Self::Column { table, from, to, .. } => {
                renames.columns.insert((table.clone(), to.clone()), from.clone());
            }
        }
    }
}

impl fmt::Display for RenameCandidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table { from, to, equal, of } => {
                write!(f, "table {from} may have become {to}: {equal} of {of} columns are equal")
            }
            Self::Column { table, from, to, ty, same_position, same_definition } => {
                write!(f, "column {table}.{from} may have become {to}: both are {ty}")?;
                f.write_str(match (same_position, same_definition) {
                    (true, true) => ", with the same definition in the same position",
                    (true, false) => ", in the same position",
                    (false, true) => ", with the same definition",
                    (false, false) => "",
                })
            }
        }
    }
}

/// The tables that may be renamed, the most alike first.
pub(super) fn tables(dropped: &[&Table], created: &[&Table]) -> Vec<RenameCandidate> {
    let mut found = Vec::new();
    for from in dropped {
        for to in created.iter().filter(|to| to.name.namespace == from.name.namespace) {
            let is_equal =
                |column: &&Column| to.column(&column.name).is_some_and(|other| other.ty == column.ty);
            let equal = from.columns.iter().filter(is_equal).count();
            let of = from.columns.len().max(to.columns.len());
            if equal > 0 && equal * 2 >= of {
                found.push((equal * 100 / of, from, to, equal, of));
            }
        }
    }
    found.sort_by_key(|(share, ..)| Reverse(*share));
    let candidate = |(_, from, to, equal, of): (usize, &&Table, &&Table, usize, usize)| {
        RenameCandidate::Table { from: from.name.clone(), to: to.name.clone(), equal, of }
    };
    found.into_iter().map(candidate).collect()
}

/// The columns of a table that may be renamed, the most alike first.
pub(super) fn columns(diff: &TableDiff<'_>) -> Vec<RenameCandidate> {
    let mut found = Vec::new();
    for from in &diff.dropped {
        for to in &diff.added {
            if from.ty != to.ty || from.generated != to.generated || from.identity != to.identity {
                continue;
            }
            let same_position = previous(diff.before, from, diff) == previous(diff.after, to, diff);
            let same_definition = **from == Column { name: from.name.clone(), ..(*to).clone() };
            found.push((Reverse((same_position, same_definition)), from, to));
        }
    }
    found.sort_by_key(|(rank, ..)| *rank);
    let candidate = |(Reverse((same_position, same_definition)), from, to): (_, &&Column, &&Column)| {
        RenameCandidate::Column {
            table: diff.after.name.clone(),
            from: from.name.clone(),
            to: to.name.clone(),
            ty: from.ty.clone(),
            same_position,
            same_definition,
        }
    };
    found.into_iter().map(candidate).collect()
}

/// The last column before this one that stays.
fn previous<'a>(table: &'a Table, column: &Column, diff: &TableDiff<'_>) -> Option<&'a Name> {
    let names = table.columns.iter().map(|column| &column.name);
    let before = names.take_while(|name| **name != column.name);
    before.filter(|name| diff.columns.iter().any(|stays| stays.after.name == **name)).last()
}
