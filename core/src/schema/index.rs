//! Indexes of a table.

use std::collections::BTreeMap;

use super::{column::Expression, name::Name};

/// An index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name, unique within the namespace of its table.
    pub name: Name,
    /// Whether no two rows may agree in the key.
    pub unique: bool,
    /// The key, in order.
    pub key: Vec<IndexKeyPart>,
    /// The rows it covers; absent means all.
    pub predicate: Option<Expression>,
    /// Columns stored with the key but not part of it.
    pub include: Vec<Name>,
    /// The access method, where it is not the backend's default: `gin`.
    pub method: Option<Name>,
    /// Whether two NULLs count as equal in a unique index.
    pub nulls_not_distinct: bool,
    /// Options that only one backend knows, such as `fillfactor`, by the word
    /// that the backend uses for them.
    pub options: BTreeMap<String, String>,
}

impl Index {
    /// The option of an index that was not built to its end: it has a name, but
    /// serves no query and vouches for nothing. One that is created takes its
    /// place.
    pub const INVALID: &'static str = "invalid";

    /// Whether it was built to its end.
    pub fn is_valid(&self) -> bool {
        !self.options.contains_key(Self::INVALID)
    }

    /// An index on plain columns.
    pub fn on_columns(name: impl Into<Name>, columns: impl IntoIterator<Item = Name>) -> Self {
        Self {
            name: name.into(),
            unique: false,
            key: columns.into_iter().map(IndexKeyPart::column).collect(),
            predicate: None,
            include: Vec::new(),
            method: None,
            nulls_not_distinct: false,
            options: BTreeMap::new(),
        }
    }

    /// Whether a plain column of the key or a stored column has this name.
    /// Columns inside expressions are not seen.
    pub fn has_column(&self, column: &Name) -> bool {
        self.include.contains(column)
            || self.key.iter().any(|part| matches!(&part.key, IndexKey::Column(name) if name == column))
    }
}

/// One part of an index key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexKeyPart {
    /// What is indexed.
    pub key: IndexKey,
    /// The collation, where it is not the column's.
    pub collation: Option<Name>,
    /// The operator class, where it is not the default one.
    pub operator_class: Option<Name>,
    /// The order.
    pub order: SortOrder,
    /// Where NULLs sort; absent means the backend's default for the order.
    pub nulls: Option<NullsOrder>,
    /// How much of the value is indexed, in characters of text or in bytes,
    /// where it is not all of it. Portable SQL cannot say this.
    pub prefix: Option<u32>,
}

impl IndexKeyPart {
    /// A plain column in ascending order.
    pub fn column(name: Name) -> Self {
        Self {
            key: IndexKey::Column(name),
            collation: None,
            operator_class: None,
            order: SortOrder::Ascending,
            nulls: None,
            prefix: None,
        }
    }
}

/// What one part of an index key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexKey {
    /// A column.
    Column(Name),
    /// An expression, without outer parentheses.
    Expression(Expression),
}

/// The order of one part of an index key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortOrder {
    /// Smallest first.
    #[default]
    Ascending,
    /// Largest first.
    Descending,
}

/// Where NULLs sort in an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullsOrder {
    /// Before all values.
    First,
    /// After all values.
    Last,
}
