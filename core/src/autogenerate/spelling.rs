//! Names with their namespaces, on a backend that has none.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    schema::{Name, QualifiedName, Schema},
    script::portable::{NamespaceMap, quote_qualified},
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
    /// Learns from schemas before and after that were read as if the backend had
    /// namespaces.
    pub fn new(before: &Schema, after: &Schema, namespaces: &NamespaceMap) -> Self {
        let names = |schema: &Schema| {
            let all = schema.tables.keys().chain(schema.views.keys()).chain(schema.enums.keys());
            all.filter(|name| name.namespace.is_some()).cloned().collect::<BTreeSet<QualifiedName>>()
        };
        let (before_names, after_names) = (names(before), names(after));
        let used = |names: &BTreeSet<QualifiedName>, schema: &Schema| {
            let used = names.iter().filter_map(|name| name.namespace.clone());
            used.chain(schema.namespaces.iter().cloned()).collect::<BTreeSet<Name>>()
        };
        let known = used(&before_names, before);
        let created = used(&after_names, after).difference(&known).cloned().collect();
        let all = before_names.into_iter().chain(after_names);
        let names = all.map(|name| (namespaces.apply(&name), name)).filter(|(flat, name)| flat != name);
        Self { names: names.collect(), created }
    }

    /// The name as the models spell it.
    pub(super) fn name(&self, name: &QualifiedName) -> QualifiedName {
        self.names.get(name).unwrap_or(name).clone()
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
