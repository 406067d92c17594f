//! Names that differ only in the case of ASCII letters: two names in a file, and
//! one to SQLite.

use retort_core::{
    backend::BackendError,
    operation::Operation,
    schema::{Name, QualifiedName, Schema, Table},
};

/// Fails if the operation makes an object whose name SQLite does not tell from
/// that of another one.
///
/// # Errors
///
/// Fails as unsupported with both names.
pub(super) fn require_told_apart(operation: &Operation, before: &Schema) -> Result<(), BackendError> {
    match operation {
        Operation::CreateTable { table, .. } => {
            let mut columns = Vec::new();
            for column in &table.columns {
                require_other_column(&table.name, &column.name, &columns)?;
                columns.push(&column.name);
            }
            require_other_relation("table", &table.name.name, None, before)?;
            table
                .indexes
                .iter()
                .try_for_each(|index| require_other_relation("index", &index.name, None, before))
        }
        Operation::CreateView { view, .. } => require_other_relation("view", &view.name.name, None, before),
        Operation::CreateIndex { index, .. } => require_other_relation("index", &index.name, None, before),
        Operation::RenameTable { from, to } => require_other_relation("table", to, Some(from), before),
        Operation::RenameView { from, to } => require_other_relation("view", to, Some(from), before),
        Operation::RenameIndex { from, to } => require_other_relation("index", to, Some(from), before),
        Operation::CreateNamespace { .. }
        | Operation::DropNamespace { .. }
        | Operation::RenameNamespace { .. }
        | Operation::CreateEnum { .. }
        | Operation::DropEnum { .. }
        | Operation::RenameEnum { .. }
        | Operation::AddEnumValue { .. }
        | Operation::RenameEnumValue { .. }
        | Operation::DropEnumValue { .. }
        | Operation::DropTable { .. }
        | Operation::SetTableComment { .. }
        | Operation::AddColumn { .. }
        | Operation::DropColumn { .. }
        | Operation::RenameColumn { .. }
        | Operation::AlterColumn { .. }
        | Operation::AddConstraint { .. }
        | Operation::DropConstraint { .. }
        | Operation::RenameConstraint { .. }
        | Operation::ValidateConstraint { .. }
        | Operation::DropIndex { .. }
        | Operation::DropView { .. }
        | Operation::SetComment { .. }
        | Operation::Dml { .. }
        | Operation::Raw { .. } => Ok(()),
    }
}

/// Fails if operations on the table make a column whose name SQLite does not
/// tell from that of another one.
///
/// # Errors
///
/// Fails as unsupported with both names.
pub(super) fn require_columns_told_apart(
    table: &Table,
    operations: &[Operation],
) -> Result<(), BackendError> {
    let mut columns: Vec<&Name> = table.columns.iter().map(|column| &column.name).collect();
    for operation in operations {
        match operation {
            Operation::AddColumn { column, .. } => {
                require_other_column(&table.name, &column.name, &columns)?;
                columns.push(&column.name);
            }
            Operation::DropColumn { column, .. } => columns.retain(|name| *name != column),
            Operation::RenameColumn { from, to, .. } => {
                columns.retain(|name| *name != from);
                require_other_column(&table.name, to, &columns)?;
                columns.push(to);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether there is no object of exactly this name, but one that SQLite would
/// take for it: `IF EXISTS` must not find that.
pub(super) fn is_another(name: &QualifiedName, before: &Schema) -> bool {
    let names = || relations(before).map(|(_, name)| name);
    !names().any(|other| *other == name.name) && names().any(|other| same_to_sqlite(other, &name.name))
}

fn require_other_relation(
    what: &str,
    name: &Name,
    from: Option<&QualifiedName>,
    before: &Schema,
) -> Result<(), BackendError> {
    let mut others = relations(before).filter(|(_, other)| from.is_none_or(|from| from.name != **other));
    match others.find(|(_, other)| *other != name && same_to_sqlite(other, name)) {
        Some((kind, other)) => Err(not_told_apart(&format!("{what} `{name}`"), &format!("{kind} `{other}`"))),
        None => Ok(()),
    }
}

fn require_other_column(table: &QualifiedName, name: &Name, columns: &[&Name]) -> Result<(), BackendError> {
    match columns.iter().find(|other| **other != name && same_to_sqlite(other, name)) {
        Some(other) => {
            Err(not_told_apart(&format!("column `{name}` of table `{table}`"), &format!("column `{other}`")))
        }
        None => Ok(()),
    }
}

fn not_told_apart(one: &str, other: &str) -> BackendError {
    BackendError::unsupported(format!("SQLite cannot tell {one} from {other}"))
}

/// The names of tables, indexes and views, which share one namespace.
fn relations(schema: &Schema) -> impl Iterator<Item = (&'static str, &Name)> {
    let tables = schema.tables.values().map(|table| ("table", &table.name.name));
    let indexes = schema.tables.values().flat_map(|table| &table.indexes).map(|index| ("index", &index.name));
    let views = schema.views.values().map(|view| ("view", &view.name.name));
    tables.chain(indexes).chain(views)
}

fn same_to_sqlite(one: &Name, other: &Name) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
}
