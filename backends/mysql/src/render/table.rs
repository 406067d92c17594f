//! Tables as a whole.

use retort_core::{
    backend::{BackendError, Statement},
    operation::Operation,
    schema::{ConstraintKind, Name, QualifiedName, Schema, Table, Unmanaged},
};

use super::{
    column, constraint, ddl, index, keys, literal, mentions, quote, quote_all, refuse, table_name, view,
};
use crate::server::Server;

/// Creates a table with all that belongs to it, in one statement.
pub(super) fn create(
    table: &Table,
    if_not_exists: bool,
    before: &Schema,
    server: Server,
) -> Result<Vec<Statement>, BackendError> {
    if if_not_exists && before.tables.contains_key(&table.name) {
        return Ok(Vec::new());
    }
    refuse::table(table, server)?;
    let mut elements = Vec::new();
    for column in &table.columns {
        // Columns of a primary key never allow NULL, whether they say so or not.
        let in_key = table.primary_key().is_some_and(|key| key.columns.contains(&column.name));
        let nullable = column.nullable && !in_key && column.identity.is_none();
        let column = retort_core::schema::Column { nullable, ..column.clone() };
        elements.push(column::definition(&column, before, server)?);
    }
    let mut foreign_keys = Vec::new();
    for added in &table.constraints {
        refuse::added_constraint(added, table, before, server)?;
        refuse::taken_name(added, table, before, server)?;
        let clause = constraint::clause(added, table, before, server)?;
        match added.kind {
            ConstraintKind::ForeignKey(_) => foreign_keys.push(clause),
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => {
                elements.push(clause);
            }
        }
    }
    for index in &table.indexes {
        elements.push(index::clause(index, table, server)?);
    }
    // The server names an index for several foreign keys like the last one.
    for index in keys::implicit(table) {
        let sharing = keys::foreign_keys(table).filter(|(_, key)| key.columns == index.columns).count();
        if sharing > 1 {
            elements.push(format!("INDEX {} {}", quote(&index.name), quote_all(&index.columns)));
        }
    }
    elements.extend(foreign_keys);
    let if_not_exists = if if_not_exists { "IF NOT EXISTS " } else { "" };
    Ok(vec![ddl(format!(
        "CREATE TABLE {if_not_exists}{} (\n    {}\n) {}",
        table_name(&table.name)?,
        elements.join(",\n    "),
        options(table)?
    ))])
}

/// What stands behind the columns.
fn options(table: &Table) -> Result<String, BackendError> {
    let engine = table.options.get("engine").map_or("InnoDB", String::as_str);
    let mut parts = vec![format!("ENGINE={engine}")];
    for (option, value) in &table.options {
        match option.as_str() {
            "engine" => {}
            "charset" => parts.push(format!("DEFAULT CHARSET={value}")),
            "collation" => parts.push(format!("COLLATE={value}")),
            "row_format" => parts.push(format!("ROW_FORMAT={value}")),
            _ => {
                return Err(BackendError::unsupported(format!(
                    "table `{}` has the option `{option}`, which nothing here can repeat",
                    table.name
                )));
            }
        }
    }
    if let Some(comment) = &table.comment {
        parts.push(format!("COMMENT={}", literal(comment)));
    }
    Ok(parts.join(" "))
}

/// Renames a table, and tells the views that read from it.
pub(super) fn rename(
    operation: &Operation,
    from: &QualifiedName,
    to: &Name,
    before: &Schema,
    server: Server,
) -> Result<Vec<Statement>, BackendError> {
    require_free_of_programs(from, before)?;
    let mut statements = vec![ddl(format!(
        "RENAME TABLE {} TO {}",
        table_name(from)?,
        table_name(&from.with_name(to.clone()))?
    ))];
    statements.extend(view::follow(operation, from, before, server)?);
    Ok(statements)
}

/// Triggers and routines keep the old name of a table, and fail from then on.
pub(super) fn require_free_of_programs(from: &QualifiedName, before: &Schema) -> Result<(), BackendError> {
    let concerns = |object: &&Unmanaged| {
        let is_own = object.table.as_ref() == Some(from);
        object.definition.as_ref().is_some_and(|text| {
            // The server corrects what a trigger is on.
            let body =
                if is_own { text.split_once("FOR EACH ROW").map_or("", |(_, body)| body) } else { text };
            mentions(body, &from.name)
        })
    };
    match before.unmanaged.iter().find(concerns) {
        Some(object) => Err(BackendError::unsupported(format!(
            "{} `{}` mentions `{from}` and would not follow its new name: drop it first, and create it again after",
            object.kind, object.name
        ))),
        None => Ok(()),
    }
}
