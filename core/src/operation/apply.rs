//! Operations on the schema model.
//!
//! Effects are PostgreSQL's, on every backend. Each function checks everything
//! first and edits afterwards, so that an error leaves the schema as it was.

mod column;
mod constraint;
mod editor;
mod enum_type;
mod error;
mod find;
mod index;
mod namespace;
mod table;
mod view;

use std::collections::BTreeSet;

pub(super) use column::{DroppedWithColumn, dropped_with_column};
pub(crate) use editor::Editor;
pub use error::{ApplyError, SchemaObject};
use find::Others;

use super::{CommentTarget, Operation};
use crate::schema::{QualifiedName, Schema};

/// The tables, by their names afterwards, whose stored definitions an
/// operation changes.
type Touched = BTreeSet<QualifiedName>;

impl Operation {
    /// Edits the schema.
    ///
    /// What goes with a dropped column, what follows a renamed one, and what
    /// stands in the way is as in PostgreSQL. Expressions follow renames by
    /// their text. The query of a view follows the rename of a table or a
    /// namespace only where its text leaves no doubt what the name means, and
    /// never the rename of a column, which would change the view's own
    /// columns; a database that rewrites its views knows better and is to be
    /// introspected. The definition of an unmanaged object is forgotten when a
    /// rename makes it stale.
    ///
    /// The operation is noted in the [stored definition](crate::schema::Stored)
    /// of each table whose definition it changes.
    ///
    /// # Errors
    ///
    /// Fails when the operation does not fit the schema, which then stays as it
    /// was.
    pub fn apply_to(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        self.apply(schema, Others::MayHave)
    }

    fn apply(&self, schema: &mut Schema, others: Others) -> Result<(), ApplyError> {
        for name in self.edit(schema, others)? {
            if let Some(stored) = schema.tables.get_mut(&name).and_then(|table| table.stored.as_mut()) {
                stored.since.push(self.clone());
            }
        }
        Ok(())
    }

    fn edit(&self, schema: &mut Schema, others: Others) -> Result<Touched, ApplyError> {
        match self {
            Self::CreateNamespace { name, if_not_exists } => namespace::create(schema, name, *if_not_exists),
            Self::DropNamespace { name, if_exists } => namespace::drop(schema, name, *if_exists),
            Self::RenameNamespace { from, to } => namespace::rename(schema, from, to),
            Self::CreateEnum { enum_type } => enum_type::create(schema, enum_type),
            Self::DropEnum { name, if_exists } => enum_type::drop(schema, name, *if_exists),
            Self::RenameEnum { from, to } => enum_type::rename(schema, from, to),
            Self::AddEnumValue { name, value, position, if_not_exists } => {
                enum_type::add_value(schema, name, value, position, *if_not_exists)
            }
            Self::RenameEnumValue { name, from, to } => enum_type::rename_value(schema, name, from, to),
            Self::DropEnumValue { name, value } => enum_type::drop_value(schema, name, value),
            Self::CreateTable { table, if_not_exists } => {
                table::create(schema, table, *if_not_exists, others)
            }
            Self::DropTable { name, if_exists } => table::drop(schema, name, *if_exists),
            Self::RenameTable { from, to } => table::rename(schema, from, to),
            Self::SetTableComment { table, comment } => table::set_comment(schema, table, comment.as_ref()),
            Self::AddColumn { table, column, if_not_exists } => {
                column::add(schema, table, column, *if_not_exists)
            }
            Self::DropColumn { table, column, if_exists } => column::drop(schema, table, column, *if_exists),
            Self::RenameColumn { table, from, to } => column::rename(schema, table, from, to),
            Self::AlterColumn { table, column, change } => column::alter(schema, table, column, change),
            Self::AddConstraint { table, constraint } => constraint::add(schema, table, constraint, others),
            Self::DropConstraint { table, name, if_exists } => {
                constraint::drop(schema, table, name, *if_exists)
            }
            Self::RenameConstraint { table, from, to } => constraint::rename(schema, table, from, to),
            Self::ValidateConstraint { table, name } => constraint::validate(schema, table, name),
            Self::CreateIndex { table, index, concurrently: _, if_not_exists } => {
                index::create(schema, table, index, *if_not_exists, others)
            }
            Self::DropIndex { name, concurrently: _, if_exists } => index::drop(schema, name, *if_exists),
            Self::RenameIndex { from, to } => index::rename(schema, from, to),
            Self::CreateView { view, or_replace } => view::create(schema, view, *or_replace),
            Self::DropView { name, if_exists } => view::drop(schema, name, *if_exists),
            Self::RenameView { from, to } => view::rename(schema, from, to),
            Self::SetComment { on: CommentTarget::View(name), comment } => {
                view::set_comment(schema, name, comment.as_ref())
            }
            Self::SetComment { on: CommentTarget::Enum(name), comment } => {
                enum_type::set_comment(schema, name, comment.as_ref())
            }
            Self::Dml { sql: _ } | Self::Raw { sql: _ } => Ok(Touched::new()),
        }
    }
}

#[cfg(test)]
mod tests;
