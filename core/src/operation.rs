//! Operations: edits of a schema.
//!
//! An operation says what a revision file says, no more: dropping a column
//! names the column. What is needed to undo it comes from the schema before it,
//! which is always at hand (see [`Operation::reverse`]).

use crate::schema::{
    Column, Constraint, EnumType, Expression, Generated, Identity, Index, Name, QualifiedName, Table, Type,
    View,
};

mod apply;
mod describe;
mod names;
mod reverse;

pub(crate) use apply::Editor;
pub use apply::{ApplyError, SchemaObject};
pub use reverse::Irreversible;

/// One edit of a schema.
///
/// The enum is exhaustive on purpose: a new variant breaks every backend at
/// compile time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// `CREATE SCHEMA name`.
    CreateNamespace {
        /// The namespace.
        name: Name,
        /// Whether it is fine that it exists already.
        if_not_exists: bool,
    },
    /// `DROP SCHEMA name`: only an empty one.
    DropNamespace {
        /// The namespace.
        name: Name,
        /// Whether it is fine that it does not exist.
        if_exists: bool,
    },
    /// `ALTER SCHEMA from RENAME TO to`.
    RenameNamespace {
        /// The old name.
        from: Name,
        /// The new name.
        to: Name,
    },
    /// `CREATE TYPE … AS ENUM (…)`.
    CreateEnum {
        /// The type.
        enum_type: EnumType,
    },
    /// `DROP TYPE name`: only one that no column uses.
    DropEnum {
        /// The type.
        name: QualifiedName,
        /// Whether it is fine that it does not exist.
        if_exists: bool,
    },
    /// `ALTER TYPE from RENAME TO to`.
    RenameEnum {
        /// The old name.
        from: QualifiedName,
        /// The new name, in the same namespace.
        to: Name,
    },
    /// `ALTER TYPE name ADD VALUE …`.
    AddEnumValue {
        /// The type.
        name: QualifiedName,
        /// The new label.
        value: String,
        /// Where it goes.
        position: EnumValuePosition,
        /// Whether it is fine that the label exists already.
        if_not_exists: bool,
    },
    /// `ALTER TYPE name RENAME VALUE from TO to`: rows follow.
    RenameEnumValue {
        /// The type.
        name: QualifiedName,
        /// The old label.
        from: String,
        /// The new label.
        to: String,
    },
    /// `ALTER TYPE name DROP VALUE value`, which PostgreSQL does not have:
    /// Retort writes it as the reverse of [`Operation::AddEnumValue`]. It
    /// fails while a row holds the label.
    DropEnumValue {
        /// The type.
        name: QualifiedName,
        /// The label.
        value: String,
    },
    /// `CREATE TABLE …`, with its constraints, and its indexes if it has any.
    CreateTable {
        /// The table.
        table: Table,
        /// Whether it is fine that it exists already.
        if_not_exists: bool,
    },
    /// `DROP TABLE name`.
    DropTable {
        /// The table.
        name: QualifiedName,
        /// Whether it is fine that it does not exist.
        if_exists: bool,
    },
    /// `ALTER TABLE from RENAME TO to`.
    RenameTable {
        /// The old name.
        from: QualifiedName,
        /// The new name, in the same namespace.
        to: Name,
    },
    /// `COMMENT ON TABLE table IS …`.
    SetTableComment {
        /// The table.
        table: QualifiedName,
        /// The comment; absent removes it.
        comment: Option<String>,
    },
    /// `ALTER TABLE table ADD COLUMN …`. Constraints written with the column
    /// follow as [`Operation::AddConstraint`].
    AddColumn {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Column,
        /// Whether it is fine that it exists already.
        if_not_exists: bool,
    },
    /// `ALTER TABLE table DROP COLUMN column`. Its own constraints and indexes
    /// go with it.
    DropColumn {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
        /// Whether it is fine that it does not exist.
        if_exists: bool,
    },
    /// `ALTER TABLE table RENAME COLUMN from TO to`.
    RenameColumn {
        /// The table.
        table: QualifiedName,
        /// The old name.
        from: Name,
        /// The new name.
        to: Name,
    },
    /// `ALTER TABLE table ALTER COLUMN column …`.
    AlterColumn {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
        /// What changes.
        change: ColumnChange,
    },
    /// `ALTER TABLE table ADD CONSTRAINT …`.
    AddConstraint {
        /// The table.
        table: QualifiedName,
        /// The constraint, which has a name.
        constraint: Constraint,
    },
    /// `ALTER TABLE table DROP CONSTRAINT name`.
    DropConstraint {
        /// The table.
        table: QualifiedName,
        /// The constraint.
        name: Name,
        /// Whether it is fine that it does not exist.
        if_exists: bool,
    },
    /// `ALTER TABLE table RENAME CONSTRAINT from TO to`.
    RenameConstraint {
        /// The table.
        table: QualifiedName,
        /// The old name.
        from: Name,
        /// The new name.
        to: Name,
    },
    /// `ALTER TABLE table VALIDATE CONSTRAINT name`.
    ValidateConstraint {
        /// The table.
        table: QualifiedName,
        /// The constraint.
        name: Name,
    },
    /// `CREATE INDEX …`.
    CreateIndex {
        /// The table.
        table: QualifiedName,
        /// The index.
        index: Index,
        /// Whether it is built without blocking writers.
        concurrently: bool,
        /// Whether it is fine that it exists already.
        if_not_exists: bool,
    },
    /// `DROP INDEX name`.
    DropIndex {
        /// The index, in the namespace of its table.
        name: QualifiedName,
        /// Whether it is dropped without blocking writers.
        concurrently: bool,
        /// Whether it is fine that it does not exist.
        if_exists: bool,
    },
    /// `ALTER INDEX from RENAME TO to`.
    RenameIndex {
        /// The old name, in the namespace of its table.
        from: QualifiedName,
        /// The new name.
        to: Name,
    },
    /// `CREATE [OR REPLACE] VIEW …`.
    CreateView {
        /// The view.
        view: View,
        /// Whether an existing view of the name gives way.
        or_replace: bool,
    },
    /// `DROP VIEW name`.
    DropView {
        /// The view.
        name: QualifiedName,
        /// Whether it is fine that it does not exist.
        if_exists: bool,
    },
    /// `ALTER VIEW from RENAME TO to`.
    RenameView {
        /// The old name.
        from: QualifiedName,
        /// The new name, in the same namespace.
        to: Name,
    },
    /// `COMMENT ON VIEW | TYPE name IS …`.
    SetComment {
        /// What the comment is on.
        on: CommentTarget,
        /// The comment; absent removes it.
        comment: Option<String>,
    },
    /// An INSERT, UPDATE or DELETE in portable SQL.
    Dml {
        /// The statement, without a trailing semicolon.
        sql: String,
    },
    /// A statement under `@only`, in the backend's own SQL.
    Raw {
        /// The statement, without a trailing semicolon.
        sql: String,
    },
}

/// What changes on a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnChange {
    /// `TYPE ty [COLLATE …] [USING …]`.
    Type {
        /// The new type.
        ty: Type,
        /// The new collation; absent means the backend's default.
        collation: Option<Name>,
        /// How old values become new ones; absent means a cast.
        using: Option<Expression>,
    },
    /// `SET NOT NULL` or `DROP NOT NULL`.
    Nullable(bool),
    /// `SET DEFAULT …` or `DROP DEFAULT`.
    Default(Option<Expression>),
    /// `ADD GENERATED … AS IDENTITY`, `SET GENERATED …` or `DROP IDENTITY`.
    Identity(Option<Identity>),
    /// `SET EXPRESSION AS (…)` or `DROP EXPRESSION`, which keeps the values.
    Generated(Option<Generated>),
    /// `COMMENT ON COLUMN … IS …`.
    Comment(Option<String>),
}

/// Where a new label of an enum type goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnumValuePosition {
    /// After all others.
    End,
    /// Before a label.
    Before(String),
    /// After a label.
    After(String),
}

/// What a comment is on, where it is neither a table nor a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommentTarget {
    /// A view.
    View(QualifiedName),
    /// An enum type.
    Enum(QualifiedName),
}

impl Operation {
    /// The existing table that the operation alters, if it alters one.
    ///
    /// Consecutive operations on one table may be rendered together: a backend
    /// that must rebuild the table then does so once.
    pub fn altered_table(&self) -> Option<&QualifiedName> {
        match self {
            Self::SetTableComment { table, .. }
            | Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::AlterColumn { table, .. }
            | Self::AddConstraint { table, .. }
            | Self::DropConstraint { table, .. }
            | Self::RenameConstraint { table, .. }
            | Self::ValidateConstraint { table, .. } => Some(table),
            Self::CreateNamespace { .. }
            | Self::DropNamespace { .. }
            | Self::RenameNamespace { .. }
            | Self::CreateEnum { .. }
            | Self::DropEnum { .. }
            | Self::RenameEnum { .. }
            | Self::AddEnumValue { .. }
            | Self::RenameEnumValue { .. }
            | Self::DropEnumValue { .. }
            | Self::CreateTable { .. }
            | Self::DropTable { .. }
            | Self::RenameTable { .. }
            | Self::CreateIndex { .. }
            | Self::DropIndex { .. }
            | Self::RenameIndex { .. }
            | Self::CreateView { .. }
            | Self::DropView { .. }
            | Self::RenameView { .. }
            | Self::SetComment { .. }
            | Self::Dml { .. }
            | Self::Raw { .. } => None,
        }
    }
}
