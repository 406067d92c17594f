//! The schema model: what a database holds, as values that can be compared.
//!
//! A [`Schema`] is built in two ways: by a backend that introspects a
//! database, and by replaying [operations](crate::operation). It holds plain
//! data; nothing here knows SQL text beyond the expressions that users wrote.

mod column;
mod constraint;
mod index;
pub(crate) mod mention;
mod name;
mod naming;
mod stored;
mod table;
mod tables;
mod types;

use std::collections::{BTreeMap, BTreeSet};

pub use column::{Column, Expression, Generated, GeneratedStorage, Identity, IdentityMode, SequenceOptions};
pub use constraint::{
    Check, Constraint, ConstraintKind, Deferrable, ForeignKey, MatchKind, PrimaryKey, ReferentialAction,
    Unique,
};
pub use index::{Index, IndexKey, IndexKeyPart, NullsOrder, SortOrder};
pub use name::{Name, QualifiedName};
pub use naming::NamingConvention;
pub use stored::Stored;
pub use table::Table;
pub use tables::Tables;
pub use types::{EnumType, Type};

/// Everything in a database that Retort models, and a list of what it doesn't.
///
/// Two schemas are equal when everything modelled in them is equal. Column
/// order is part of a table; the order of constraints and indexes is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// Namespaces other than the backend's default one.
    pub namespaces: BTreeSet<Name>,
    /// Enum types by name.
    pub enums: BTreeMap<QualifiedName, EnumType>,
    /// Tables by name.
    pub tables: Tables,
    /// Views by name.
    pub views: BTreeMap<QualifiedName, View>,
    /// Objects that exist but are outside the model, such as triggers.
    pub unmanaged: Vec<Unmanaged>,
}

impl Schema {
    /// Finds the table that owns the index of this name. An index lives in the
    /// namespace of its table.
    pub fn table_of_index(&self, index: &QualifiedName) -> Option<&Table> {
        self.tables
            .values()
            .find(|table| table.name.namespace == index.namespace && table.index(&index.name).is_some())
    }

    /// Finds the foreign keys of all tables that reference the table,
    /// including its own.
    pub fn foreign_keys_to<'a>(
        &'a self,
        table: &'a QualifiedName,
    ) -> impl Iterator<Item = (&'a Table, &'a Constraint, &'a ForeignKey)> {
        self.tables.values().flat_map(move |from| {
            from.constraints.iter().filter_map(move |constraint| match &constraint.kind {
                ConstraintKind::ForeignKey(key) if key.references == *table => Some((from, constraint, key)),
                _ => None,
            })
        })
    }
}

/// A view: a named query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The name of the view.
    pub name: QualifiedName,
    /// Column names, where the definition lists them.
    pub columns: Vec<Name>,
    /// The query, without a trailing semicolon.
    pub query: Expression,
    /// The comment on the view.
    pub comment: Option<String>,
}

impl View {
    /// Whether the query reads from the table or view of this name.
    pub fn reads(&self, relation: &QualifiedName) -> bool {
        mention::reads_relation(self.query.as_str(), relation)
    }
}

/// An object that exists in the database but that the model cannot express.
///
/// It is carried along, so that a rebuild of its table can put it back, and
/// reported, never dropped in silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmanaged {
    /// What it is, in the backend's own word: `trigger`, `virtual table`.
    pub kind: String,
    /// Its name.
    pub name: QualifiedName,
    /// The table or view that it belongs to.
    pub table: Option<QualifiedName>,
    /// The statement that creates it again, verbatim, if the backend has it.
    pub definition: Option<String>,
}
