//! Tables.

use std::collections::BTreeMap;

use super::{
    column::Column,
    constraint::{Constraint, ConstraintKind, PrimaryKey},
    index::Index,
    name::{Name, QualifiedName},
    stored::Stored,
};

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: QualifiedName,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its constraints, in no particular order.
    pub constraints: Vec<Constraint>,
    /// Its indexes, in no particular order.
    pub indexes: Vec<Index>,
    /// The comment on the table.
    pub comment: Option<String>,
    /// Options that only one backend knows, such as `strict`, by the word that
    /// the backend uses for them.
    pub options: BTreeMap<String, String>,
    /// What the database itself stores as the definition. Not part of equality.
    pub stored: Option<Stored>,
}

impl Table {
    /// A table with columns and nothing else.
    pub fn new(name: QualifiedName, columns: Vec<Column>) -> Self {
        Self {
            name,
            columns,
            constraints: Vec::new(),
            indexes: Vec::new(),
            comment: None,
            options: BTreeMap::new(),
            stored: None,
        }
    }

    /// The column of this name.
    pub fn column(&self, name: &Name) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == *name)
    }

    /// The column of this name, to change.
    pub fn column_mut(&mut self, name: &Name) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.name == *name)
    }

    /// The constraint of this name.
    pub fn constraint(&self, name: &Name) -> Option<&Constraint> {
        self.constraints.iter().find(|constraint| constraint.has_name(name))
    }

    /// The index of this name.
    pub fn index(&self, name: &Name) -> Option<&Index> {
        self.indexes.iter().find(|index| index.name == *name)
    }

    /// The primary key.
    pub fn primary_key(&self) -> Option<&PrimaryKey> {
        self.constraints.iter().find_map(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => Some(key),
            ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => None,
        })
    }
}

impl PartialEq for Table {
    /// Ignores what the database stores verbatim, and the order of constraints
    /// and indexes.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.columns == other.columns
            && self.comment == other.comment
            && self.options == other.options
            && same_elements(&self.constraints, &other.constraints)
            && same_elements(&self.indexes, &other.indexes)
    }
}

impl Eq for Table {}

/// Whether both slices hold the same elements, whatever their order.
fn same_elements<T: PartialEq>(left: &[T], right: &[T]) -> bool {
    if left == right {
        return true;
    }
    if left.len() != right.len() {
        return false;
    }
    let mut taken = vec![false; right.len()];
    left.iter().all(|item| {
        let found = (0..right.len()).find(|&at| !taken[at] && right[at] == *item);
        found.inspect(|&at| taken[at] = true).is_some()
    })
}
