//! Changes of a table: by ALTER TABLE where SQLite can, else by a rebuild.

use std::{borrow::Cow, slice};

use retort_core::{
    backend::{BackendError, Statement},
    operation::{ColumnChange, Operation},
    schema::{
        Column, Constraint, ConstraintKind, Expression, GeneratedStorage, IndexKey, Name, QualifiedName,
        Schema, Table,
    },
};

use super::{
    Origin, apply, case, mentions, quote,
    table::{column_definition, constraint_definition, is_literal, is_now, references},
    unknown, unqualified,
};
use crate::rebuild::{self, Changes};

/// Carries out operations on one table, in as few rebuilds as possible.
pub(super) fn alter(
    table: &QualifiedName,
    operations: &[Operation],
    before: &Schema,
) -> Result<Vec<Statement>, BackendError> {
    if let Some(table) = before.tables.get(table) {
        case::require_columns_told_apart(table, operations)?;
    }
    let mut before = Cow::Borrowed(before);
    let mut statements = Vec::new();
    let mut rest = operations;
    while !rest.is_empty() {
        let (segment, later) = rest.split_at(segment_length(rest));
        statements.extend(alter_at_once(table, segment, &before)?);
        if !later.is_empty() {
            for operation in segment {
                apply(operation, before.to_mut())?;
            }
        }
        rest = later;
    }
    Ok(statements)
}

/// How many of the operations can be carried out together: a rename of a
/// column stands alone, values are converted once, and the rows have the values
/// of a new column before what they come from changes.
fn segment_length(operations: &[Operation]) -> usize {
    let (mut added, mut converted): (Vec<&Name>, Vec<&Name>) = (Vec::new(), Vec::new());
    for (index, operation) in operations.iter().enumerate() {
        if let Operation::RenameColumn { .. } = operation {
            return index.max(1);
        } else if let Operation::AddColumn { column, .. } = operation {
            added.push(&column.name);
        } else if let Operation::AlterColumn { column, change, .. } = operation {
            let (is_new, is_converted) = (added.contains(&column), converted.contains(&column));
            match change {
                ColumnChange::Type { .. } if is_new || is_converted => return index,
                ColumnChange::Type { .. } => converted.push(column),
                ColumnChange::Default(_) | ColumnChange::Identity(_) | ColumnChange::Generated(_)
                    if is_new =>
                {
                    return index;
                }
                ColumnChange::Default(_)
                | ColumnChange::Identity(_)
                | ColumnChange::Generated(_)
                | ColumnChange::Nullable(_)
                | ColumnChange::Comment(_) => {}
            }
        }
    }
    operations.len()
}

fn alter_at_once(
    name: &QualifiedName,
    operations: &[Operation],
    before: &Schema,
) -> Result<Vec<Statement>, BackendError> {
    if let Some(statements) = alter_in_place(operations, before)? {
        return Ok(statements);
    }
    let Some(table) = before.tables.get(name) else {
        return Err(unknown("table", name));
    };
    let mut changes = Changes { operations, ..Changes::default() };
    for operation in operations {
        if let Operation::DropColumn { column, .. } = operation {
            changes.dropped.push(column.clone());
        } else if let Operation::AddColumn { column, .. } = operation {
            // A column that comes back under its old name is another one.
            if table.column(&column.name).is_none() || changes.dropped.contains(&column.name) {
                changes.added.push(column.name.clone());
            }
        } else if let Operation::AlterColumn { column, change: ColumnChange::Type { using, .. }, .. } =
            operation
        {
            changes.converted.insert(column.clone(), using.clone());
        }
    }
    let mut after = before.clone();
    for operation in operations {
        apply(operation, &mut after)?;
    }
    rebuild::rebuild(name, &changes, before, &after)
}

/// The statements without a rebuild, if there are such.
fn alter_in_place(operations: &[Operation], before: &Schema) -> Result<Option<Vec<Statement>>, BackendError> {
    let mut before = Cow::Borrowed(before);
    let mut statements = Vec::new();
    let mut rest = operations;
    while let [first, after_first @ ..] = rest {
        let (found, taken) = if let Operation::AddColumn { table, column, if_not_exists } = first {
            let is_there = before.tables.get(table).is_some_and(|table| table.column(&column.name).is_some());
            // What follows is about a column that was there before.
            let after_first = if is_there { &[] } else { after_first };
            let own = constraints_of(column, table, after_first);
            (add_column(table, column, *if_not_exists, &own, &before)?, 1 + own.len())
        } else {
            (one_in_place(first, &before)?, 1)
        };
        let Some(found) = found else {
            return Ok(None);
        };
        statements.extend(found);
        let (now, later) = rest.split_at(taken);
        if !later.is_empty() {
            for operation in now {
                apply(operation, before.to_mut())?;
            }
        }
        rest = later;
    }
    Ok(Some(statements))
}

/// The statements of one operation other than `ADD COLUMN`, if no rebuild is
/// needed.
fn one_in_place(operation: &Operation, before: &Schema) -> Result<Option<Vec<Statement>>, BackendError> {
    if let Operation::DropColumn { table, column, if_exists } = operation {
        drop_column(table, column, *if_exists, before)
    } else if let Operation::RenameColumn { table, from, to } = operation {
        let own = quote(unqualified(table)?);
        let sql = format!("ALTER TABLE {own} RENAME COLUMN {} TO {}", quote(from), quote(to));
        let mut statements = vec![Statement::new(sql)];
        if before.tables.contains_key(table) {
            statements.extend(rebuild::keep_names(operation, before)?);
        }
        Ok(Some(statements))
    } else if let Operation::ValidateConstraint { .. } = operation {
        // It was checked when it was added.
        Ok(Some(Vec::new()))
    } else if let Operation::DropConstraint { table, name, if_exists: true } = operation {
        let is_gone = before.tables.get(table).is_some_and(|table| table.constraint(name).is_none());
        Ok(is_gone.then(Vec::new))
    } else {
        Ok(None)
    }
}

/// The constraints that the leading operations add and that can be written
/// with the column.
fn constraints_of<'a>(
    column: &Column,
    table: &QualifiedName,
    operations: &'a [Operation],
) -> Vec<&'a Constraint> {
    let added = operations.iter().map_while(|operation| {
        let Operation::AddConstraint { table: on, constraint } = operation else { return None };
        (on == table).then_some(constraint)
    });
    added
        .take_while(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) => key.columns == slice::from_ref(&column.name),
            ConstraintKind::Check(_) => true,
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => false,
        })
        .collect()
}

/// `ADD COLUMN`, if SQLite can do it to tables with rows, or only fails where
/// every database does.
fn add_column(
    name: &QualifiedName,
    column: &Column,
    if_not_exists: bool,
    own: &[&Constraint],
    before: &Schema,
) -> Result<Option<Vec<Statement>>, BackendError> {
    let unknown_table;
    let table = match before.tables.get(name) {
        Some(table) => table,
        None => {
            unknown_table = Table::new(name.clone(), Vec::new());
            &unknown_table
        }
    };
    if if_not_exists && table.column(&column.name).is_some() {
        return Ok(Some(Vec::new()));
    }
    let refers = own.iter().any(|constraint| matches!(constraint.kind, ConstraintKind::ForeignKey(_)));
    let default = column.default.as_ref().map(|default| Origin::Revision.expression(default)).transpose()?;
    let constant = match default {
        None => true,
        Some(default) => !refers && (is_literal(default.as_str()) && !is_now(default.as_str())),
    };
    let stored =
        column.generated.as_ref().is_some_and(|generated| generated.storage == GeneratedStorage::Stored);
    if !constant || stored || column.identity.is_some() {
        return Ok(None);
    }
    let mut sql = format!(
        "ALTER TABLE {} ADD COLUMN {}",
        quote(unqualified(name)?),
        column_definition(table, column, None, before)?
    );
    for constraint in own {
        sql.push(' ');
        match &constraint.kind {
            ConstraintKind::ForeignKey(key) => {
                if let Some(name) = &constraint.name {
                    sql.push_str("CONSTRAINT ");
                    sql.push_str(&quote(name));
                    sql.push(' ');
                }
                sql.push_str(&references(key)?);
            }
            ConstraintKind::Check(_) | ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => {
                sql.push_str(&constraint_definition(constraint)?);
            }
        }
    }
    Ok(Some(vec![Statement::new(sql)]))
}

/// `DROP COLUMN`, if nothing else hangs on the column.
fn drop_column(
    name: &QualifiedName,
    column: &Name,
    if_exists: bool,
    before: &Schema,
) -> Result<Option<Vec<Statement>>, BackendError> {
    if let Some(table) = before.tables.get(name) {
        if if_exists && table.column(column).is_none() {
            return Ok(Some(Vec::new()));
        }
        let is_last = table.columns.iter().all(|other| other.name == *column || other.generated.is_some());
        if is_last || is_used(table, column, before) {
            return Ok(None);
        }
    }
    let sql = format!("ALTER TABLE {} DROP COLUMN {}", quote(unqualified(name)?), quote(column));
    Ok(Some(vec![Statement::new(sql)]))
}

/// Whether anything but the column itself may mention it.
fn is_used(table: &Table, column: &Name, schema: &Schema) -> bool {
    let within = |expression: &Expression| mentions(expression.as_str(), column);
    let by_constraint = table.constraints.iter().any(|constraint| match &constraint.kind {
        ConstraintKind::Check(check) => within(&check.expression),
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => {
            constraint.columns().contains(column)
        }
    });
    let by_index = table.indexes.iter().any(|index| {
        index.has_column(column)
            || index.predicate.as_ref().is_some_and(within)
            || index.key.iter().any(|part| match &part.key {
                IndexKey::Column(_) => false,
                IndexKey::Expression(expression) => within(expression),
            })
    });
    let by_column = table
        .columns
        .iter()
        .any(|other| other.generated.as_ref().is_some_and(|generated| within(&generated.expression)));
    let by_key =
        schema.foreign_keys_to(&table.name).any(|(_, _, key)| key.referenced_columns.contains(column));
    // SQLite compiles every view and trigger when it drops a column, and fails
    // on any that is broken. Whether one depends on the column is then better
    // found out after a rebuild.
    let by_object = schema.views.values().any(|view| mentions(view.query.as_str(), &table.name.name))
        || schema.unmanaged.iter().any(|object| {
            object.table.as_ref() == Some(&table.name)
                || object.definition.as_deref().is_none_or(|text| mentions(text, &table.name.name))
        });
    by_constraint || by_index || by_column || by_key || by_object
}
