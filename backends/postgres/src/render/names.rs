//! Names that PostgreSQL would cut.

use retort_core::{
    backend::BackendError,
    operation::Operation,
    schema::{Name, Table},
};

use crate::syntax::SYNTAX;

/// Fails if the operation gives something a name that PostgreSQL would cut in
/// silence, so that it would be called differently than elsewhere.
///
/// # Errors
///
/// Fails as unsupported with the name.
pub(super) fn require_short(operation: &Operation) -> Result<(), BackendError> {
    match operation {
        Operation::CreateNamespace { name, .. } => require("schema", name),
        Operation::RenameNamespace { to, .. } => require("schema", to),
        Operation::CreateEnum { enum_type } => {
            require("type", enum_type.short_name())?;
            enum_type.values.iter().try_for_each(|value| require_label(value))
        }
        Operation::RenameEnum { to, .. } => require("type", to),
        Operation::AddEnumValue { value, .. } | Operation::RenameEnumValue { to: value, .. } => {
            require_label(value)
        }
        Operation::CreateTable { table, .. } => require_in_table(table),
        Operation::RenameTable { to, .. } => require("table", to),
        Operation::AddColumn { column, .. } => require("column", &column.name),
        Operation::RenameColumn { to, .. } => require("column", to),
        Operation::AddConstraint { constraint, .. } => {
            constraint.name.iter().try_for_each(|name| require("constraint", name))
        }
        Operation::RenameConstraint { to, .. } => require("constraint", to),
        Operation::CreateIndex { index, .. } => require("index", &index.name),
        Operation::RenameIndex { to, .. } => require("index", to),
        Operation::CreateView { view, .. } => {
            require("view", &view.name.name)?;
            view.columns.iter().try_for_each(|column| require("column", column))
        }
        Operation::RenameView { to, .. } => require("view", to),
        Operation::DropNamespace { .. }
        | Operation::DropEnum { .. }
        | Operation::DropEnumValue { .. }
        | Operation::DropTable { .. }
        | Operation::SetTableComment { .. }
        | Operation::DropColumn { .. }
        | Operation::AlterColumn { .. }
        | Operation::DropConstraint { .. }
        | Operation::ValidateConstraint { .. }
        | Operation::DropIndex { .. }
        | Operation::DropView { .. }
        | Operation::SetComment { .. }
        | Operation::Dml { .. }
        | Operation::Raw { .. } => Ok(()),
    }
}

fn require_in_table(table: &Table) -> Result<(), BackendError> {
    require("table", &table.name.name)?;
    table.columns.iter().try_for_each(|column| require("column", &column.name))?;
    let constraints = table.constraints.iter().filter_map(|constraint| constraint.name.as_ref());
    constraints.into_iter().try_for_each(|name| require("constraint", name))?;
    table.indexes.iter().try_for_each(|index| require("index", &index.name))
}

fn require(what: &str, name: &Name) -> Result<(), BackendError> {
    if fits(name.as_str()) { Ok(()) } else { Err(too_long(&format!("name of a {what}"), name.as_str())) }
}

fn require_label(label: &str) -> Result<(), BackendError> {
    if fits(label) { Ok(()) } else { Err(too_long("label", label)) }
}

fn fits(name: &str) -> bool {
    SYNTAX.identifier_limit.is_none_or(|limit| limit.allows(name))
}

fn too_long(what: &str, name: &str) -> BackendError {
    BackendError::unsupported(format!(
        "the {what} `{name}` is longer than the 63 bytes that PostgreSQL keeps"
    ))
}
