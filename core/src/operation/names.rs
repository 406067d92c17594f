//! What an operation mentions.

use super::{ColumnChange, CommentTarget, Operation};
use crate::schema::{ConstraintKind, QualifiedName, Type};

impl Operation {
    /// The objects whose definition matters to the operation. What is inside
    /// expressions is not seen.
    pub fn names(&self) -> Vec<&QualifiedName> {
        match self {
            Self::CreateNamespace { .. }
            | Self::DropNamespace { .. }
            | Self::RenameNamespace { .. }
            | Self::Dml { .. }
            | Self::Raw { .. } => Vec::new(),
            Self::CreateEnum { enum_type } => vec![&enum_type.name],
            Self::DropEnum { name, .. }
            | Self::RenameEnum { from: name, .. }
            | Self::AddEnumValue { name, .. }
            | Self::RenameEnumValue { name, .. }
            | Self::DropEnumValue { name, .. }
            | Self::DropTable { name, .. }
            | Self::RenameTable { from: name, .. }
            | Self::DropIndex { name, .. }
            | Self::RenameIndex { from: name, .. }
            | Self::DropView { name, .. }
            | Self::RenameView { from: name, .. }
            | Self::SetComment { on: CommentTarget::View(name) | CommentTarget::Enum(name), .. } => {
                vec![name]
            }
            Self::CreateTable { table, .. } => {
                let mut names = vec![&table.name];
                names.extend(table.constraints.iter().filter_map(|constraint| constraint.kind.references()));
                names
            }
            Self::AddConstraint { table, constraint } => {
                let mut names = vec![table];
                names.extend(constraint.kind.references());
                names
            }
            Self::SetTableComment { table, .. }
            | Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::AlterColumn { table, .. }
            | Self::DropConstraint { table, .. }
            | Self::RenameConstraint { table, .. }
            | Self::ValidateConstraint { table, .. }
            | Self::CreateIndex { table, .. } => vec![table],
            Self::CreateView { view, .. } => vec![&view.name],
        }
    }

    /// The enum type that must exist for the operation.
    pub fn existing_enum(&self) -> Option<&QualifiedName> {
        match self {
            Self::DropEnum { name, .. }
            | Self::RenameEnum { from: name, .. }
            | Self::AddEnumValue { name, .. }
            | Self::RenameEnumValue { name, .. }
            | Self::DropEnumValue { name, .. }
            | Self::SetComment { on: CommentTarget::Enum(name), .. } => Some(name),
            _ => None,
        }
    }

    /// The column types that the operation sets.
    pub fn types(&self) -> Vec<&Type> {
        match self {
            Self::CreateTable { table, .. } => table.columns.iter().map(|column| &column.ty).collect(),
            Self::AddColumn { column, .. } => vec![&column.ty],
            Self::AlterColumn { change: ColumnChange::Type { ty, .. }, .. } => vec![ty],
            _ => Vec::new(),
        }
    }
}

impl ConstraintKind {
    /// The table that a foreign key refers to.
    pub fn references(&self) -> Option<&QualifiedName> {
        match self {
            Self::ForeignKey(key) => Some(&key.references),
            Self::PrimaryKey(_) | Self::Unique(_) | Self::Check(_) => None,
        }
    }
}
