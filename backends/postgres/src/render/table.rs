//! `CREATE TABLE` text.

use std::collections::BTreeMap;

use retort_core::{
    backend::{BackendError, Statement},
    schema::{Constraint, ConstraintKind, Deferrable, Index, Name, Schema, Table},
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
    let options: Vec<String> = table.columns.iter().flat_map(column::options).collect();
    if !options.is_empty() {
        statements.push(Statement::new(format!("ALTER TABLE {name} {}", options.join(", "))));
    }
    for constraint in constraints(table, true) {
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

/// The constraints of a table that come with it, or those that are added later:
/// what CREATE TABLE checks although it must not, and what it leaves out, a
/// second key on the same columns.
fn constraints(table: &Table, later: bool) -> impl Iterator<Item = &Constraint> {
    table.constraints.iter().enumerate().filter_map(move |(at, constraint)| {
        let is_again = table.constraints[..at].iter().any(|other| is_same_key(other, constraint));
        ((constraint::is_not_valid(constraint) || is_again) == later).then_some(constraint)
    })
}

/// Whether CREATE TABLE takes two constraints for one.
fn is_same_key(one: &Constraint, other: &Constraint) -> bool {
    let key = |constraint: &Constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => Some((key.columns.clone(), false, Deferrable::No)),
        ConstraintKind::Unique(key) => Some((key.columns.clone(), key.nulls_not_distinct, key.deferrable)),
        ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => None,
    };
    key(one).is_some_and(|one| key(other) == Some(one))
}

fn create_table(table: &Table, if_not_exists: bool, server: Server) -> Result<String, BackendError> {
    let mut elements = Vec::new();
    for column in &table.columns {
        elements.push(column::definition(&table.name, column, server)?);
    }
    for constraint in constraints(table, false) {
        elements.push(constraint::definition(constraint, server)?);
    }
    let elements = match elements.as_slice() {
        [] => String::new(),
        elements => format!("\n    {}\n", elements.join(",\n    ")),
    };
    Ok(format!(
        "CREATE {}TABLE {}{} ({elements}){}",
        if table.options.contains_key(UNLOGGED) { "UNLOGGED " } else { "" },
        not_exists(if_not_exists),
        quote_qualified(&table.name),
        storage(&table.options)
    ))
}

/// The option of a table that no log is written of.
const UNLOGGED: &str = "unlogged";

/// The option that is the access method of a table.
const METHOD: &str = "using";

/// The option that says where a table or an index is.
const TABLESPACE: &str = "tablespace";

/// What options of a table or an index say at its end, or nothing.
pub(super) fn storage(options: &BTreeMap<String, String>) -> String {
    let named = |word: &str, option: &str| match options.get(option) {
        Some(value) => format!(" {word} {}", quote(&Name::new(value))),
        None => String::new(),
    };
    format!("{}{}{}", named("USING", METHOD), parameters(options), named("TABLESPACE", TABLESPACE))
}

/// ` WITH (…)`, or nothing.
fn parameters(options: &BTreeMap<String, String>) -> String {
    let parameters: Vec<String> = options
        .iter()
        .filter(|(key, _)| ![UNLOGGED, METHOD, TABLESPACE, Index::INVALID].contains(&key.as_str()))
        .map(|(key, value)| {
            // `toast.autovacuum_enabled` is two names.
            let key: Vec<String> = key.split('.').map(|part| quote(&Name::new(part))).collect();
            format!("{} = {}", key.join("."), literal(value))
        })
        .collect();
    if parameters.is_empty() { String::new() } else { format!(" WITH ({})", parameters.join(", ")) }
}
