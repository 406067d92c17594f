//! Who has a name: what shares names differs by backend, so that all do.

use std::collections::BTreeMap;

use crate::schema::{Name, QualifiedName, Schema};

/// The names of relations, types, constraints and indexes, without case, each
/// with the tables or other objects that have it.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    owners: BTreeMap<QualifiedName, Vec<&'a QualifiedName>>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(schema: &'a Schema) -> Self {
        let mut names = Self { owners: BTreeMap::new() };
        for name in schema.views.keys().chain(schema.enums.keys()) {
            names.add(name, name);
        }
        for (name, table) in &schema.tables {
            names.add(name, name);
            let constraints = table.constraints.iter().filter_map(|constraint| constraint.name.as_ref());
            for part in constraints.chain(table.indexes.iter().map(|index| &index.name)) {
                names.add(&name.with_name(part.clone()), name);
            }
        }
        names
    }

    fn add(&mut self, name: &QualifiedName, owner: &'a QualifiedName) {
        self.owners.entry(without_case(name)).or_default().push(owner);
    }

    /// The tables and other objects that have the name of a part of the table,
    /// or a part of that name.
    pub(crate) fn owners(&self, table: &QualifiedName, part: &Name) -> &[&'a QualifiedName] {
        self.owners.get(&without_case(&table.with_name(part.clone()))).map_or(&[], Vec::as_slice)
    }

    /// How many things have the name of a part of the table.
    pub(super) fn count(&self, table: &QualifiedName, part: &Name) -> usize {
        self.owners(table, part).len()
    }

    /// Whether something outside of the table has the name of a part of it.
    pub(super) fn is_elsewhere(&self, table: &QualifiedName, part: &Name) -> bool {
        self.owners(table, part).iter().any(|owner| *owner != table)
    }
}

/// The name in lower case.
pub(super) fn without_case(name: &QualifiedName) -> QualifiedName {
    let lower = |name: &Name| Name::new(name.as_str().to_lowercase());
    QualifiedName { namespace: name.namespace.as_ref().map(lower), name: lower(&name.name) }
}
