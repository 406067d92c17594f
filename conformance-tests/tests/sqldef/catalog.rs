//! What the server's own catalog says, order and spelling aside.

mod mysql;
mod postgresql;
mod sqlite;

use std::collections::BTreeSet;

use crate::{engine::Engine, site::Site};

/// One thing in a catalog.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// What it is: `column`, `trigger`.
    pub(crate) kind: String,
    /// Its name.
    pub(crate) name: String,
    /// The table or view that it belongs to, with the namespace.
    pub(crate) table: Option<String>,
    /// All of it, in one spelling.
    pub(crate) text: String,
    /// Whether it is outside the model: reported, and left as it is.
    pub(crate) is_outside: bool,
}

/// All things in a catalog, but for Retort's own two tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Catalog(BTreeSet<Entry>);

impl Catalog {
    pub(crate) fn read(site: &mut Site) -> Self {
        let entries = match site.engine {
            Engine::Sqlite => sqlite::read(site),
            Engine::Postgresql => postgresql::read(site),
            Engine::Mysql | Engine::Mariadb => mysql::read(site),
        };
        const OWN: [&str; 2] = ["alembic_version", "retort_journal"];
        let is_own = |name: &str| OWN.iter().any(|own| name.rsplit('.').next() == Some(own));
        let entries = entries
            .into_iter()
            .filter(|entry| !is_own(&entry.name) && !entry.table.as_deref().is_some_and(is_own));
        Self(entries.collect())
    }

    /// What the model holds.
    pub(crate) fn modelled(&self) -> BTreeSet<&Entry> {
        self.0.iter().filter(|entry| !entry.is_outside).collect()
    }

    /// What is outside the model.
    pub(crate) fn outside(&self) -> BTreeSet<&Entry> {
        self.0.iter().filter(|entry| entry.is_outside).collect()
    }

    /// Whether there is a table or view of this name, with the namespace.
    pub(crate) fn has_relation(&self, name: &str) -> bool {
        let relations = ["table", "view", "materialized view", "partitioned table", "partition"];
        self.0.iter().any(|entry| entry.name == name && relations.contains(&&*entry.kind))
    }
}

/// What one has and the other has not.
pub(crate) fn difference(found: &BTreeSet<&Entry>, expected: &BTreeSet<&Entry>) -> Option<String> {
    let line = |sign: char| move |entry: &&Entry| format!("{sign} {}: {}\n", entry.kind, entry.text);
    let missing = expected.difference(found).map(line('-'));
    let text: String = missing.chain(found.difference(expected).map(line('+'))).collect();
    (!text.is_empty()).then_some(text)
}
