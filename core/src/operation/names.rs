//! What an operation mentions.

use super::{ColumnChange, CommentTarget, Operation};
use crate::schema::{ConstraintKind, Name, QualifiedName, Type};

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

    /// The names that the operation gives, each with what it names.
    pub fn given_names(&self) -> Vec<(&'static str, &Name)> {
        match self {
            Self::CreateNamespace { name, .. } | Self::RenameNamespace { to: name, .. } => {
                vec![("schema", name)]
            }
            Self::CreateEnum { enum_type } => vec![("type", enum_type.short_name())],
            Self::RenameEnum { to, .. } => vec![("type", to)],
            Self::CreateTable { table, .. } => {
                let constraints = table.constraints.iter().filter_map(|constraint| constraint.name.as_ref());
                let mut names = vec![("table", &table.name.name)];
                names.extend(table.columns.iter().map(|column| ("column", &column.name)));
                names.extend(constraints.map(|name| ("constraint", name)));
                names.extend(table.indexes.iter().map(|index| ("index", &index.name)));
                names
            }
            Self::RenameTable { to, .. } => vec![("table", to)],
            Self::AddColumn { column, .. } => vec![("column", &column.name)],
            Self::RenameColumn { to, .. } => vec![("column", to)],
            Self::AddConstraint { constraint, .. } => {
                constraint.name.iter().map(|name| ("constraint", name)).collect()
            }
            Self::RenameConstraint { to, .. } => vec![("constraint", to)],
            Self::CreateIndex { index, .. } => vec![("index", &index.name)],
            Self::RenameIndex { to, .. } => vec![("index", to)],
            Self::CreateView { view, .. } => {
                let columns = view.columns.iter().map(|column| ("column", column));
                [("view", &view.name.name)].into_iter().chain(columns).collect()
            }
            Self::RenameView { to, .. } => vec![("view", to)],
            Self::DropNamespace { .. }
            | Self::DropEnum { .. }
            | Self::AddEnumValue { .. }
            | Self::RenameEnumValue { .. }
            | Self::DropEnumValue { .. }
            | Self::DropTable { .. }
            | Self::SetTableComment { .. }
            | Self::DropColumn { .. }
            | Self::AlterColumn { .. }
            | Self::DropConstraint { .. }
            | Self::ValidateConstraint { .. }
            | Self::DropIndex { .. }
            | Self::DropView { .. }
            | Self::SetComment { .. }
            | Self::Dml { .. }
            | Self::Raw { .. } => Vec::new(),
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
