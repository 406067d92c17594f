//! Why an operation does not fit a schema.

use std::fmt;

use thiserror::Error;

use crate::schema::{Constraint, Name, QualifiedName};

/// Why an operation cannot be applied to a schema. The words are PostgreSQL's
/// where it has any.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ApplyError {
    /// A namespace of the name is there already.
    #[error("schema \"{0}\" already exists")]
    NamespaceExists(Name),
    /// There is no namespace of the name.
    #[error("schema \"{0}\" does not exist")]
    NamespaceMissing(Name),
    /// A type of the name is there already. Tables and views count, as each is
    /// also a type.
    #[error("type \"{0}\" already exists")]
    TypeExists(QualifiedName),
    /// There is no type of the name.
    #[error("type \"{0}\" does not exist")]
    TypeMissing(QualifiedName),
    /// The enum type has the label already.
    #[error("enum label \"{label}\" of type \"{ty}\" already exists")]
    EnumLabelExists {
        /// The type.
        ty: QualifiedName,
        /// The label.
        label: String,
    },
    /// The enum type has no such label.
    #[error("\"{label}\" is not an existing enum label of type \"{ty}\"")]
    EnumLabelMissing {
        /// The type.
        ty: QualifiedName,
        /// The label.
        label: String,
    },
    /// A default is not a label of its enum type.
    #[error("invalid input value for enum \"{ty}\": \"{label}\"")]
    InvalidEnumValue {
        /// The type.
        ty: QualifiedName,
        /// What is not a label.
        label: String,
    },
    /// A table of the name is there already.
    #[error("table \"{0}\" already exists")]
    TableExists(QualifiedName),
    /// There is no table of the name.
    #[error("table \"{0}\" does not exist")]
    TableMissing(QualifiedName),
    /// A view of the name is there already.
    #[error("view \"{0}\" already exists")]
    ViewExists(QualifiedName),
    /// There is no view of the name.
    #[error("view \"{0}\" does not exist")]
    ViewMissing(QualifiedName),
    /// An index of the name is there already.
    #[error("index \"{0}\" already exists")]
    IndexExists(QualifiedName),
    /// There is no index of the name.
    #[error("index \"{0}\" does not exist")]
    IndexMissing(QualifiedName),
    /// A primary key or unique constraint has the name. It shares its names
    /// with tables, views and indexes.
    #[error("relation \"{name}\" already exists: it is a constraint of table \"{table}\"")]
    RelationExists {
        /// The name.
        name: QualifiedName,
        /// The table with the constraint.
        table: QualifiedName,
    },
    /// The table has a column of the name already.
    #[error("column \"{column}\" of relation \"{table}\" already exists")]
    ColumnExists {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
    },
    /// The table has no such column.
    #[error("column \"{column}\" of relation \"{table}\" does not exist")]
    ColumnMissing {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
    },
    /// A list of columns names one twice.
    #[error("column \"{column}\" of relation \"{table}\" is specified more than once")]
    ColumnTwice {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
    },
    /// The table has a constraint of the name already.
    #[error("constraint \"{constraint}\" for relation \"{table}\" already exists")]
    ConstraintExists {
        /// The table.
        table: QualifiedName,
        /// The constraint.
        constraint: Name,
    },
    /// The table has no such constraint.
    #[error("constraint \"{constraint}\" of relation \"{table}\" does not exist")]
    ConstraintMissing {
        /// The table.
        table: QualifiedName,
        /// The constraint.
        constraint: Name,
    },
    /// Something else needs what would go.
    #[error("cannot drop {object} because other objects depend on it: {by}")]
    Referenced {
        /// What would go.
        object: Box<SchemaObject>,
        /// The first that needs it.
        by: Box<SchemaObject>,
    },
    /// The type of a column cannot change under what uses the column.
    #[error("cannot alter type of column \"{column}\" of relation \"{table}\" used by {by}")]
    TypeInUse {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
        /// The first that uses it.
        by: Box<SchemaObject>,
    },
    /// The table has a primary key already.
    #[error("multiple primary keys for table \"{0}\" are not allowed")]
    MultiplePrimaryKeys(QualifiedName),
    /// A foreign key names no columns and the table that it references has no
    /// primary key.
    #[error("there is no primary key for referenced table \"{0}\"")]
    NoPrimaryKey(QualifiedName),
    /// A foreign key references columns that are not a key.
    #[error("there is no unique constraint matching given keys for referenced table \"{0}\"")]
    NoUniqueKey(QualifiedName),
    /// A foreign key has more or fewer columns than it references.
    #[error("number of referencing and referenced columns for foreign key disagree")]
    KeyLengthsDisagree,
    /// A column of a primary key cannot allow NULL.
    #[error("column \"{column}\" of relation \"{table}\" is in a primary key")]
    InPrimaryKey {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
    },
    /// The change is not for identity columns.
    #[error("column \"{column}\" of relation \"{table}\" is an identity column")]
    IsIdentity {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
    },
    /// The change is for identity columns only.
    #[error("column \"{column}\" of relation \"{table}\" is not an identity column")]
    NotIdentity {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
    },
    /// A column that allows NULL cannot become an identity column.
    #[error(
        "column \"{column}\" of relation \"{table}\" must be declared NOT NULL before identity can be added"
    )]
    IdentityNullable {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
    },
    /// Only integers can be numbered.
    #[error("identity column \"{column}\" of relation \"{table}\" must be smallint, integer, or bigint")]
    IdentityType {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
    },
    /// A foreign key would have to change a generated column.
    #[error(
        "invalid {event} action for foreign key constraint containing generated column \"{column}\" of relation \"{table}\""
    )]
    ActionOnGenerated {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
        /// `ON DELETE` or `ON UPDATE`.
        event: &'static str,
    },
    /// The change is not for generated columns.
    #[error("column \"{column}\" of relation \"{table}\" is a generated column")]
    IsGenerated {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
    },
    /// The change is for generated columns only.
    #[error("column \"{column}\" of relation \"{table}\" is not a generated column")]
    NotGenerated {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
    },
    /// A column has more than one of a default, an identity and a generation
    /// expression.
    #[error(
        "more than one of default, identity and generation expression specified for column \"{column}\" of table \"{table}\""
    )]
    ConflictingDefaults {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
    },
    /// Only foreign keys and checks can be validated.
    #[error("constraint \"{constraint}\" of relation \"{table}\" is not a foreign key or check constraint")]
    NotValidatable {
        /// The table.
        table: QualifiedName,
        /// The constraint.
        constraint: Name,
    },
}

impl ApplyError {
    /// Whether the operation makes something that is there already: the
    /// database may be ahead of its revisions.
    pub fn object_exists(&self) -> bool {
        self.presence() == Some(true)
    }

    /// Whether the operation needs something that is not there: the database
    /// may be behind its revisions.
    pub fn object_missing(&self) -> bool {
        self.presence() == Some(false)
    }

    /// Whether it is about an object that is there, or is not, if it is about
    /// either.
    fn presence(&self) -> Option<bool> {
        match self {
            Self::NamespaceExists(_)
            | Self::TypeExists(_)
            | Self::EnumLabelExists { .. }
            | Self::TableExists(_)
            | Self::ViewExists(_)
            | Self::IndexExists(_)
            | Self::RelationExists { .. }
            | Self::ColumnExists { .. }
            | Self::ConstraintExists { .. } => Some(true),
            Self::NamespaceMissing(_)
            | Self::TypeMissing(_)
            | Self::EnumLabelMissing { .. }
            | Self::TableMissing(_)
            | Self::ViewMissing(_)
            | Self::IndexMissing(_)
            | Self::ColumnMissing { .. }
            | Self::ConstraintMissing { .. } => Some(false),
            Self::InvalidEnumValue { .. }
            | Self::ColumnTwice { .. }
            | Self::Referenced { .. }
            | Self::TypeInUse { .. }
            | Self::MultiplePrimaryKeys(_)
            | Self::NoPrimaryKey(_)
            | Self::NoUniqueKey(_)
            | Self::KeyLengthsDisagree
            | Self::InPrimaryKey { .. }
            | Self::IsIdentity { .. }
            | Self::NotIdentity { .. }
            | Self::IdentityNullable { .. }
            | Self::IdentityType { .. }
            | Self::ActionOnGenerated { .. }
            | Self::IsGenerated { .. }
            | Self::NotGenerated { .. }
            | Self::ConflictingDefaults { .. }
            | Self::NotValidatable { .. } => None,
        }
    }
}

/// An object of a schema, as messages name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaObject {
    /// A namespace.
    Namespace(Name),
    /// An enum type.
    Enum(QualifiedName),
    /// A label of an enum type.
    EnumLabel {
        /// The type.
        ty: QualifiedName,
        /// The label.
        label: String,
    },
    /// A table.
    Table(QualifiedName),
    /// A view.
    View(QualifiedName),
    /// An index.
    Index(QualifiedName),
    /// A column.
    Column {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
    },
    /// A constraint.
    Constraint {
        /// The table.
        table: QualifiedName,
        /// Its name, if it has one.
        name: Option<Name>,
        /// What it is, as [`ConstraintKind::noun`](crate::schema::ConstraintKind::noun) says.
        noun: &'static str,
    },
    /// An object outside the model.
    Unmanaged {
        /// What it is.
        kind: String,
        /// Its name.
        name: QualifiedName,
    },
}

impl SchemaObject {
    /// The constraint of a table.
    pub(super) fn constraint(table: &QualifiedName, constraint: &Constraint) -> Self {
        Self::Constraint { table: table.clone(), name: constraint.name.clone(), noun: constraint.kind.noun() }
    }

    /// The error that this cannot go because of the other.
    pub(super) fn needed_by(self, by: Self) -> ApplyError {
        ApplyError::Referenced { object: Box::new(self), by: Box::new(by) }
    }
}

impl fmt::Display for SchemaObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Namespace(name) => write!(f, "schema \"{name}\""),
            Self::Enum(name) => write!(f, "type \"{name}\""),
            Self::EnumLabel { ty, label } => write!(f, "enum label \"{label}\" of type \"{ty}\""),
            Self::Table(name) => write!(f, "table \"{name}\""),
            Self::View(name) => write!(f, "view \"{name}\""),
            Self::Index(name) => write!(f, "index \"{name}\""),
            Self::Column { table, column } => write!(f, "column \"{column}\" of table \"{table}\""),
            Self::Constraint { table, name: Some(name), noun: _ } => {
                write!(f, "constraint \"{name}\" on table \"{table}\"")
            }
            Self::Constraint { table, name: None, noun } => write!(f, "a {noun} on table \"{table}\""),
            Self::Unmanaged { kind, name } => write!(f, "{kind} \"{name}\""),
        }
    }
}
