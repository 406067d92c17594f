//! `CREATE TABLE` text.

use std::collections::BTreeMap;

use retort_core::{
    backend::{BackendError, Statement},
    schema::{Name, Schema, Table},
};

use super::{
    column, comment_on, comment_on_column, constraint, index, literal, not_exists, quote, quote_qualified,
};
use crate::server::Server;

/// The statements that create the table with its indexes and comments.
///
/// # Errors
///
/// Fails with what this version of PostgreSQL lacks.
pub(super) fn create(
    table: &Table,
    if_not_exists: bool,
    before: &Schema,
    server: Server,
) -> Result<Vec<Statement>, BackendError> {
    let mut statements = vec![Statement::new(create_table(table, if_not_exists, server)?)];
    if if_not_exists && before.tables.contains_key(&table.name) {
        return Ok(statements);
    }
    let name = quote_qualified(&table.name);
    for constraint in table.constraints.iter().filter(|constraint| constraint::is_not_valid(constraint)) {
        let added = constraint::definition(constraint, server)?;
        statements.push(Statement::new(format!("ALTER TABLE {name} ADD {added}")));
    }
    for index in &table.indexes {
        let sql = index::create_index(&table.name, index, false, if_not_exists, server)?;
        statements.push(Statement::new(sql));
    }
    if let Some(comment) = &table.comment {
        statements.push(comment_on("TABLE", &name, Some(comment)));
    }
    for column in &table.columns {
        if let Some(comment) = &column.comment {
            statements.push(comment_on_column(&table.name, &column.name, Some(comment)));
        }
    }
    Ok(statements)
}

fn create_table(table: &Table, if_not_exists: bool, server: Server) -> Result<String, BackendError> {
    let mut elements = Vec::new();
    for column in &table.columns {
        elements.push(column::definition(&table.name, column, server)?);
    }
    for constraint in table.constraints.iter().filter(|constraint| !constraint::is_not_valid(constraint)) {
        elements.push(constraint::definition(constraint, server)?);
    }
    let elements = match elements.as_slice() {
        [] => String::new(),
        elements => format!("\n    {}\n", elements.join(",\n    ")),
    };
    Ok(format!(
        "CREATE TABLE {}{} ({elements}){}",
        not_exists(if_not_exists),
        quote_qualified(&table.name),
        storage_parameters(&table.options)
    ))
}

/// ` WITH (…)`, or nothing without options.
pub(super) fn storage_parameters(options: &BTreeMap<String, String>) -> String {
    if options.is_empty() {
        return String::new();
    }
    let parameters: Vec<String> = options
        .iter()
        .map(|(key, value)| {
            // `toast.autovacuum_enabled` is two names.
            let key: Vec<String> = key.split('.').map(|part| quote(&Name::new(part))).collect();
            format!("{} = {}", key.join("."), literal(value))
        })
        .collect();
    format!(" WITH ({})", parameters.join(", "))
}
