//! What differs and no operation can change.

use std::{collections::BTreeMap, fmt};

use crate::schema::{Name, QualifiedName};

/// A difference that no operation can take away: SQL of the backend must be
/// written for it under `@only`.
///
/// Displayed as one line without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ByHand {
    /// Options of a table that only one backend knows, such as `strict`.
    TableOptions {
        /// The table, by its new name.
        table: QualifiedName,
        /// What it has.
        found: BTreeMap<String, String>,
        /// What it should have.
        wanted: BTreeMap<String, String>,
    },
    /// Options of a column that only one backend knows, such as `on update`.
    ColumnOptions {
        /// The table, by its new name.
        table: QualifiedName,
        /// The column, by its new name.
        column: Name,
        /// What it has.
        found: BTreeMap<String, String>,
        /// What it should have.
        wanted: BTreeMap<String, String>,
    },
    /// A namespace that should not be there and holds something outside the
    /// model, which is not touched.
    NamespaceInUse {
        /// The namespace.
        namespace: Name,
        /// What it holds, in the word of the backend.
        kind: String,
        /// The name of that.
        name: QualifiedName,
    },
}

impl fmt::Display for ByHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TableOptions { table, found, wanted } => {
                write!(f, "options of table {table}: {} instead of {}", list(found), list(wanted))
            }
            Self::ColumnOptions { table, column, found, wanted } => {
                write!(f, "options of column {table}.{column}: {} instead of {}", list(found), list(wanted))
            }
            Self::NamespaceInUse { namespace, kind, name } => {
                write!(f, "schema {namespace} is not in the models, but holds {kind} {name}")
            }
        }
    }
}

fn list(options: &BTreeMap<String, String>) -> String {
    if options.is_empty() {
        return "none".to_owned();
    }
    let option = |(name, value): (&String, &String)| match value.as_str() {
        "" => name.clone(),
        value => format!("{name} = {value}"),
    };
    options.iter().map(option).collect::<Vec<_>>().join(", ")
}
