//! Enum types, which exist only in the columns that use them.

use retort_core::{
    backend::{BackendError, Statement},
    operation::Operation,
    schema::{Column, EnumType, Name, QualifiedName, Schema, Table, Type},
};

use super::{alter, column, constraint, keys, literal, quote, translate::Site, unknown};
use crate::{server::Server, types};

/// Gives every column of the type its new labels. That fails while a row holds
/// a label that goes.
pub(super) fn change_labels(
    name: &QualifiedName,
    operation: &Operation,
    before: &Schema,
    server: Server,
) -> Result<Vec<Statement>, BackendError> {
    let after = alter::after(operation, before)?;
    if labels(name, before)? == labels(name, &after)? {
        return Ok(Vec::new());
    }
    let mut statements = Vec::new();
    for (old, new) in users(name, before, &after) {
        require_free(old, before, name, server)?;
        statements.push(modify(new, name, &after, server)?);
    }
    Ok(statements)
}

/// Renames a label, and rows follow: every column gets both labels, then the
/// rows get the new one, then the old one goes.
///
/// Labels that most collations take for one cannot stand side by side, so that
/// rows go by way of a third.
pub(super) fn rename_label(
    name: &QualifiedName,
    (from, to): (&str, &str),
    operation: &Operation,
    before: &Schema,
    server: Server,
) -> Result<Vec<Statement>, BackendError> {
    let after = alter::after(operation, before)?;
    let (old_labels, new_labels) = (labels(name, before)?, labels(name, &after)?);
    let between = free_label(old_labels, new_labels);
    // Which labels there must be for each step of the rows.
    let steps = if types::same_label(from, to) {
        vec![
            (with(old_labels, from, &between), from, between.as_str()),
            (with(new_labels, to, &between), between.as_str(), to),
        ]
    } else {
        vec![(with(old_labels, from, to), from, to)]
    };
    let mut statements = Vec::new();
    for (old, new) in users(name, before, &after) {
        require_free(old, before, name, server)?;
        for (at, (labels, from, to)) in steps.iter().enumerate() {
            let mut schema = Schema { enums: before.enums.clone(), ..Schema::default() };
            schema.enums.insert(name.clone(), EnumType::new(name.clone(), labels.clone()));
            // The default is a label that there is.
            let table = if at == 0 { old } else { new };
            statements.push(modify(table, name, &schema, server)?);
            for column in columns(table, name).filter(|column| column.generated.is_none()) {
                let condition = format!("{} = {}", quote(&column.name), literal(from));
                statements.push(alter::update(table, &column.name, &literal(to), Some(&condition))?);
            }
        }
        statements.push(modify(new, name, &after, server)?);
    }
    Ok(statements)
}

/// The labels with another one behind one of them.
fn with(labels: &[String], after: &str, added: &str) -> Vec<String> {
    let mut with = Vec::new();
    for label in labels {
        with.push(label.clone());
        if label == after {
            with.push(added.to_owned());
        }
    }
    with
}

/// A label that is none of these.
fn free_label(one: &[String], other: &[String]) -> String {
    let mut label = "retort".to_owned();
    while one.iter().chain(other).any(|taken| types::same_label(taken, &label)) {
        label.push('_');
    }
    label
}

fn labels<'a>(name: &QualifiedName, schema: &'a Schema) -> Result<&'a [String], BackendError> {
    schema.enums.get(name).map(|enum_type| enum_type.values.as_slice()).ok_or_else(|| unknown("type", name))
}

/// The tables with columns of the type, as they were and as they are.
fn users<'a>(name: &QualifiedName, before: &'a Schema, after: &'a Schema) -> Vec<(&'a Table, &'a Table)> {
    let uses = |table: &&Table| columns(table, name).next().is_some();
    let both = |old: &'a Table| Some((old, after.tables.get(&old.name)?));
    before.tables.values().filter(uses).filter_map(both).collect()
}

fn columns<'a>(table: &'a Table, name: &QualifiedName) -> impl Iterator<Item = &'a Column> {
    table.columns.iter().filter(move |column| matches!(&column.ty, Type::Enum(ty) if ty == name))
}

/// Repeats the definition of every column of the type.
fn modify(
    table: &Table,
    name: &QualifiedName,
    schema: &Schema,
    server: Server,
) -> Result<Statement, BackendError> {
    let clauses: Vec<String> = columns(table, name)
        .map(|column| {
            Ok(format!("MODIFY COLUMN {}", column::definition(column, Site::new(table, schema, server))?))
        })
        .collect::<Result<_, BackendError>>()?;
    alter::alter_table(&table.name, &clauses)
}

/// Fails if a foreign key keeps a column of the type from changing.
fn require_free(
    table: &Table,
    before: &Schema,
    name: &QualifiedName,
    server: Server,
) -> Result<(), BackendError> {
    let is_user = |column: &Name| columns(table, name).any(|user| user.name == *column);
    let own = keys::foreign_keys(table).find(|(_, key)| key.columns.iter().any(is_user));
    let mut found = own.map(|(constraint, _)| constraint);
    for (_, constraint, key) in before.foreign_keys_to(&table.name) {
        if constraint::referenced_columns(key, table, before)?.iter().any(is_user) {
            found = found.or(Some(constraint));
        }
    }
    match found {
        Some(foreign_key) => Err(BackendError::unsupported(format!(
            "{} cannot change the labels of columns of table `{}` while {} is on them",
            server.flavor,
            table.name,
            constraint::describe(foreign_key)
        ))),
        None => Ok(()),
    }
}
