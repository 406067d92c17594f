//! The tables of a schema, shared by its copies.

use std::{
    collections::{BTreeMap, btree_map},
    fmt,
    ops::Index,
    sync::Arc,
};

use super::{name::QualifiedName, table::Table};

/// Tables by name, in the order of their names.
///
/// Planning and comparing hold many copies of a schema that differ in a table
/// or two. A copy shares the tables with its original, until one of both is
/// changed: what takes a table as mutable makes it the schema's own.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tables(BTreeMap<QualifiedName, Arc<Table>>);

impl Tables {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is a table of this name.
    pub fn contains_key(&self, name: &QualifiedName) -> bool {
        self.0.contains_key(name)
    }

    /// The table of this name.
    pub fn get(&self, name: &QualifiedName) -> Option<&Table> {
        self.0.get(name).map(|table| &**table)
    }

    /// The table of this name, to change it.
    pub fn get_mut(&mut self, name: &QualifiedName) -> Option<&mut Table> {
        self.0.get_mut(name).map(Arc::make_mut)
    }

    /// Puts a table under a name, and returns the one that was there.
    pub fn insert(&mut self, name: QualifiedName, table: Table) -> Option<Table> {
        self.0.insert(name, Arc::new(table)).map(Arc::unwrap_or_clone)
    }

    /// Takes the table of this name out.
    pub fn remove(&mut self, name: &QualifiedName) -> Option<Table> {
        self.0.remove(name).map(Arc::unwrap_or_clone)
    }

    /// Takes tables out of which the name and the table fulfil the condition.
    pub fn extract_if(&mut self, is_taken: impl Fn(&QualifiedName, &Table) -> bool) -> Self {
        Self(self.0.extract_if(.., |name, table| is_taken(name, table)).collect())
    }

    /// Keeps the tables of which the name and the table fulfil the condition.
    pub fn retain(&mut self, is_kept: impl Fn(&QualifiedName, &Table) -> bool) {
        self.0.retain(|name, table| is_kept(name, table));
    }

    /// The tables of these names, shared.
    #[must_use]
    pub fn of_names<'a>(&self, names: impl IntoIterator<Item = &'a QualifiedName>) -> Self {
        let entries = names.into_iter().filter_map(|name| self.0.get_key_value(name));
        Self(entries.map(|(name, table)| (name.clone(), Arc::clone(table))).collect())
    }

    /// Whether both have this table and it was changed in neither since one was
    /// copied from the other. Tables that are equal need not be.
    pub fn share(&self, other: &Self, name: &QualifiedName) -> bool {
        match (self.0.get(name), other.0.get(name)) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (Some(_) | None, _) => false,
        }
    }

    /// The names, in order.
    pub fn keys(&self) -> btree_map::Keys<'_, QualifiedName, Arc<Table>> {
        self.0.keys()
    }

    /// The tables, in the order of their names.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Table> + ExactSizeIterator + Clone {
        self.0.values().map(|table| &**table)
    }

    /// The tables, to change them: each becomes the schema's own.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Table> {
        self.0.values_mut().map(Arc::make_mut)
    }

    /// The tables, in the order of their names.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = Table> {
        self.0.into_values().map(Arc::unwrap_or_clone)
    }

    /// The tables with their names, in order.
    pub fn iter(&self) -> Iter<'_> {
        self.0.iter().map(|(name, table)| (name, &**table))
    }

    /// The tables with their names, to change them.
    pub fn iter_mut(&mut self) -> IterMut<'_> {
        self.0.iter_mut().map(|(name, table)| (name, Arc::make_mut(table)))
    }
}

/// The iterator of [`Tables::iter`].
pub(super) type Iter<'a> = std::iter::Map<
    btree_map::Iter<'a, QualifiedName, Arc<Table>>,
    fn((&'a QualifiedName, &'a Arc<Table>)) -> (&'a QualifiedName, &'a Table),
>;

/// The iterator of [`Tables::iter_mut`].
pub(super) type IterMut<'a> = std::iter::Map<
    btree_map::IterMut<'a, QualifiedName, Arc<Table>>,
    fn((&'a QualifiedName, &'a mut Arc<Table>)) -> (&'a QualifiedName, &'a mut Table),
>;

/// The iterator over tables that are taken out of a schema.
pub(super) type IntoIter = std::iter::Map<
    btree_map::IntoIter<QualifiedName, Arc<Table>>,
    fn((QualifiedName, Arc<Table>)) -> (QualifiedName, Table),
>;

impl<'a> IntoIterator for &'a Tables {
    type Item = (&'a QualifiedName, &'a Table);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Tables {
    type Item = (&'a QualifiedName, &'a mut Table);
    type IntoIter = IterMut<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl IntoIterator for Tables {
    type Item = (QualifiedName, Table);
    type IntoIter = IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(|(name, table)| (name, Arc::unwrap_or_clone(table)))
    }
}

impl Index<&QualifiedName> for Tables {
    type Output = Table;

    /// # Panics
    ///
    /// Panics if there is no table of this name.
    fn index(&self, name: &QualifiedName) -> &Table {
        &self.0[name]
    }
}

impl FromIterator<(QualifiedName, Table)> for Tables {
    fn from_iter<I: IntoIterator<Item = (QualifiedName, Table)>>(tables: I) -> Self {
        Self(tables.into_iter().map(|(name, table)| (name, Arc::new(table))).collect())
    }
}

impl Extend<(QualifiedName, Table)> for Tables {
    fn extend<I: IntoIterator<Item = (QualifiedName, Table)>>(&mut self, tables: I) {
        self.0.extend(tables.into_iter().map(|(name, table)| (name, Arc::new(table))));
    }
}

impl<const N: usize> From<[(QualifiedName, Table); N]> for Tables {
    fn from(tables: [(QualifiedName, Table); N]) -> Self {
        tables.into_iter().collect()
    }
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}
