//! Names with their namespaces, on a backend that has none.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    operation::Operation,
    schema::{Name, NamingConvention, QualifiedName, Schema},
    script::{
        Source,
        portable::{self, NamespaceMap, quote_qualified},
    },
};

/// How the models spell what has a namespace, where the backend puts a prefix
/// in its place: in the revision it must be a namespace, for the sake of other
/// backends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spelling {
    names: BTreeMap<QualifiedName, QualifiedName>,
    /// What the revision creates, and drops on the way back.
    created: BTreeSet<Name>,
}

impl Spelling {
    /// Learns from the files of models, and from the schema that revisions make
    /// where namespaces stay as they are.
    pub fn new(before: &Schema, models: &[Source], namespaces: &NamespaceMap) -> Self {
        let all = before.tables.keys().chain(before.views.keys()).chain(before.enums.keys());
        let mut before_names: BTreeSet<QualifiedName> = all.cloned().collect();
        for table in before.tables.values() {
            before_names.extend(table.indexes.iter().map(|index| table.name.with_name(index.name.clone())));
        }
        let mut after_names = BTreeSet::new();
        for file in models {
            // Anything that is not portable has the names of one backend.
            let (statements, _) =
                portable::parse_each(file.text(), &NamespaceMap::Native, &NamingConvention::default());
            let operations = statements.into_iter().flat_map(|statement| statement.operations);
            after_names.extend(operations.filter_map(|operation| created(&operation)));
        }
        let used = |names: &BTreeSet<QualifiedName>| {
            names.iter().filter_map(|name| name.namespace.clone()).collect::<BTreeSet<Name>>()
        };
        let known: BTreeSet<Name> = used(&before_names).union(&before.namespaces).cloned().collect();
        let created = used(&after_names).difference(&known).cloned().collect();
        let all = before_names.into_iter().chain(after_names).filter(|name| name.namespace.is_some());
        let names = all.map(|name| (namespaces.apply(&name), name)).filter(|(flat, name)| flat != name);
        Self { names: names.collect(), created }
    }

    /// The name as the models spell it.
    pub(super) fn name(&self, name: &QualifiedName) -> QualifiedName {
        self.names.get(name).unwrap_or(name).clone()
    }

    /// The name of an index where it is created, which is always beside its
    /// table.
    pub(super) fn index(&self, name: &Name) -> Name {
        self.names
            .get(&QualifiedName::unqualified(name.clone()))
            .map_or_else(|| name.clone(), |name| name.name.clone())
    }

    /// What comes before everything else of an upgrade.
    pub(super) fn create(&self) -> String {
        let create = |name: &Name| {
            let name = quote_qualified(&QualifiedName::unqualified(name.clone()));
            format!("CREATE SCHEMA IF NOT EXISTS {name};\n")
        };
        self.created.iter().map(create).collect()
    }

    /// Portable SQL with all names as the models spell them.
    pub(super) fn apply(&self, sql: &str) -> String {
        if self.names.is_empty() {
            return sql.to_owned();
        }
        let names: BTreeMap<String, String> =
            self.names.iter().map(|(flat, name)| (quote_qualified(flat), quote_qualified(name))).collect();
        let (mut text, mut rest) = (String::new(), sql);
        while let Some(first) = rest.chars().next() {
            let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
            let length = match first {
                '\'' | '"' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
                '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
                c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
                c => c.len_utf8(),
            };
            let (token, after) = rest.split_at(length);
            match names.get(token) {
                Some(name) if !text.ends_with('.') => text += name,
                _ => text += token,
            }
            rest = after;
        }
        text
    }
}

/// The name of what an operation creates.
fn created(operation: &Operation) -> Option<QualifiedName> {
    match operation {
        Operation::CreateTable { table, .. } => Some(table.name.clone()),
        Operation::CreateView { view, .. } => Some(view.name.clone()),
        Operation::CreateEnum { enum_type } => Some(enum_type.name.clone()),
        Operation::CreateIndex { table, index, .. } => Some(table.with_name(index.name.clone())),
        _ => None,
    }
}
