//! Constraints of a table.

use super::{
    column::Expression,
    name::{Name, QualifiedName},
};

/// A constraint of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// The name. Revision files always yield one (see
    /// [`NamingConvention`](super::NamingConvention)); a database may hold
    /// constraints without.
    pub name: Option<Name>,
    /// What it demands.
    pub kind: ConstraintKind,
}

impl Constraint {
    /// A named constraint.
    pub fn named(name: impl Into<Name>, kind: ConstraintKind) -> Self {
        Self { name: Some(name.into()), kind }
    }

    /// Whether the constraint has this name.
    pub fn has_name(&self, name: &Name) -> bool {
        self.name.as_ref() == Some(name)
    }

    /// The columns of its own table that the constraint names. A check names
    /// none here: its columns are inside its expression.
    pub fn columns(&self) -> &[Name] {
        match &self.kind {
            ConstraintKind::PrimaryKey(key) => &key.columns,
            ConstraintKind::Unique(unique) => &unique.columns,
            ConstraintKind::ForeignKey(key) => &key.columns,
            ConstraintKind::Check(_) => &[],
        }
    }
}

/// What a constraint demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConstraintKind {
    /// The columns identify a row.
    PrimaryKey(PrimaryKey),
    /// No two rows agree in the columns.
    Unique(Unique),
    /// The columns name a row of another table.
    ForeignKey(ForeignKey),
    /// An expression is not false.
    Check(Check),
}

impl ConstraintKind {
    /// What it is, for messages: `primary key`, `unique constraint`, …
    pub fn noun(&self) -> &'static str {
        match self {
            Self::PrimaryKey(_) => "primary key",
            Self::Unique(_) => "unique constraint",
            Self::ForeignKey(_) => "foreign key",
            Self::Check(_) => "check constraint",
        }
    }
}

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrimaryKey {
    /// Its columns, in order.
    pub columns: Vec<Name>,
}

/// A unique constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unique {
    /// Its columns, in order.
    pub columns: Vec<Name>,
    /// Whether two NULLs count as equal.
    pub nulls_not_distinct: bool,
    /// When it is checked.
    pub deferrable: Deferrable,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// Its columns, in order.
    pub columns: Vec<Name>,
    /// The table that they refer to.
    pub references: QualifiedName,
    /// The columns there; empty means its primary key.
    pub referenced_columns: Vec<Name>,
    /// What happens when the referenced row goes.
    pub on_delete: ReferentialAction,
    /// What happens when the referenced key changes.
    pub on_update: ReferentialAction,
    /// How NULLs in a key of several columns count.
    pub match_kind: MatchKind,
    /// When it is checked.
    pub deferrable: Deferrable,
    /// Whether the rows that were there when it was added have been checked.
    pub validated: bool,
}

impl ForeignKey {
    /// A foreign key with nothing but columns and a table.
    pub fn new(columns: Vec<Name>, references: QualifiedName, referenced_columns: Vec<Name>) -> Self {
        Self {
            columns,
            references,
            referenced_columns,
            on_delete: ReferentialAction::NoAction,
            on_update: ReferentialAction::NoAction,
            match_kind: MatchKind::Simple,
            deferrable: Deferrable::No,
            validated: true,
        }
    }
}

/// What a foreign key does when the row that it refers to changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReferentialAction {
    /// The change fails, at the latest when the transaction ends.
    #[default]
    NoAction,
    /// The change fails at once.
    Restrict,
    /// The referring row follows.
    Cascade,
    /// The referring columns become NULL.
    SetNull,
    /// The referring columns take their defaults.
    SetDefault,
}

impl ReferentialAction {
    /// The action as SQL.
    pub fn as_sql(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }
}

/// How NULLs in a foreign key of several columns count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MatchKind {
    /// One NULL is enough to satisfy it.
    #[default]
    Simple,
    /// All columns are NULL or none is.
    Full,
}

/// When a constraint is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deferrable {
    /// At each statement.
    #[default]
    No,
    /// At each statement, unless the transaction defers it.
    InitiallyImmediate,
    /// When the transaction ends.
    InitiallyDeferred,
}

/// A check constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What must not be false, without outer parentheses.
    pub expression: Expression,
    /// Whether the rows that were there when it was added have been checked.
    pub validated: bool,
}
