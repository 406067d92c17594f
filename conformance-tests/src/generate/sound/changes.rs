//! Changes of tables that are there.

use retort_core::{
    operation::{ColumnChange, Operation},
    schema::{
        Column, Constraint, ConstraintKind, GeneratedStorage, Identity, IndexKey, Name, QualifiedName,
        ReferentialAction, Schema, Table, Type,
    },
};

use super::{
    Choices, NUMBER, comment, is_linked, is_mentioned, is_viewed, new_column_name, new_name, new_object,
    some_column, some_table, spelled, tables,
};

pub(super) fn add_column(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    let table = some_table(schema, choices)?;
    let column = tables::column(schema, table, choices);
    Some(Operation::AddColumn { table: table.name.clone(), column, if_not_exists: false })
}

pub(super) fn drop_table(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    let table = some_table(schema, choices)?;
    Some(Operation::DropTable { name: table.name.clone(), if_exists: false })
}

pub(super) fn rename_table(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    let table = some_table(schema, choices)?;
    if is_viewed(schema, table) {
        return None;
    }
    let to = new_name(schema, choices, choices.world.relations).name;
    Some(Operation::RenameTable { from: table.name.clone(), to })
}

pub(super) fn drop_column(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    let table = some_table(schema, choices)?;
    let column = some_column(table, choices, |column| column.identity.is_none())?;
    Some(Operation::DropColumn { table: table.name.clone(), column: column.name.clone(), if_exists: false })
}

pub(super) fn rename_column(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    let table = some_table(schema, choices)?;
    if is_viewed(schema, table) {
        return None;
    }
    let from = some_column(table, choices, |_| true)?.name.clone();
    Some(Operation::RenameColumn { table: table.name.clone(), from, to: new_column_name(table, choices) })
}

pub(super) fn alter_column(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    let table = some_table(schema, choices)?;
    let (column, change) = match choices.below(12) {
        0..=2 => retype(schema, table, choices)?,
        3 | 4 => nullable(schema, table, choices)?,
        5 | 6 => {
            let is_plain = |column: &Column| column.generated.is_none() && column.identity.is_none();
            let column = some_column(table, choices, is_plain)?;
            let default = match choices.once_in(3) {
                true => None,
                false => Some(tables::default(schema, &column.ty, choices)?),
            };
            // Foreign keys go to what the rows hold.
            if default.is_some() && is_linked(schema, table, &column.name) {
                return None;
            }
            (column.name.clone(), ColumnChange::Default(default))
        }
        7 | 8 => {
            let column = some_column(table, choices, |_| true)?;
            (column.name.clone(), ColumnChange::Comment(comment(choices)))
        }
        9 | 10 => identity(schema, table, choices)?,
        _ => {
            let is_stored = |column: &Column| {
                column
                    .generated
                    .as_ref()
                    .is_some_and(|generated| generated.storage == GeneratedStorage::Stored)
            };
            (some_column(table, choices, is_stored)?.name.clone(), ColumnChange::Generated(None))
        }
    };
    Some(Operation::AlterColumn { table: table.name.clone(), column, change })
}

/// A wider type, which holds every value as it is.
fn retype(schema: &Schema, table: &Table, choices: &mut Choices) -> Option<(Name, ColumnChange)> {
    let fits = |column: &Column| {
        column.generated.is_none()
            && column.identity.is_none()
            && !is_linked(schema, table, &column.name)
            && !is_mentioned(table, &column.name)
    };
    let column = some_column(table, choices, fits)?;
    let in_key = is_in_key(table, &column.name);
    let ty = match &column.ty {
        Type::SmallInt => Type::Integer,
        Type::Integer => Type::BigInt,
        Type::VarChar(Some(size)) if *size < 60 => Type::VarChar(Some(size + 20)),
        // Text of any length can be in no key on some databases.
        Type::VarChar(Some(_)) if !in_key => Type::Text,
        Type::Numeric { precision: Some(10), scale } => Type::Numeric { precision: Some(14), scale: *scale },
        Type::Char(size) => Type::VarChar(Some(size + 10)),
        _ => return None,
    };
    Some((column.name.clone(), ColumnChange::Type { ty, collation: None, using: None }))
}

fn is_in_key(table: &Table, column: &Name) -> bool {
    let by_constraint = table.constraints.iter().any(|constraint| constraint.columns().contains(column));
    let name = spelled(column);
    by_constraint
        || table.indexes.iter().any(|index| {
            index.has_column(column)
                || index.key.iter().any(|part| match &part.key {
                    IndexKey::Column(_) => false,
                    IndexKey::Expression(expression) => expression.as_str().contains(&name),
                })
                || index.predicate.as_ref().is_some_and(|predicate| predicate.as_str().contains(&name))
        })
}

fn nullable(schema: &Schema, table: &Table, choices: &mut Choices) -> Option<(Name, ColumnChange)> {
    let column =
        some_column(table, choices, |column| column.generated.is_none() && column.identity.is_none())?;
    let set_null = table.constraints.iter().any(|constraint| {
        matches!(&constraint.kind, ConstraintKind::ForeignKey(key)
            if key.columns.contains(&column.name) && key.on_delete == ReferentialAction::SetNull)
    });
    if column.nullable && (set_null || is_linked(schema, table, &column.name)) {
        return None;
    }
    Some((column.name.clone(), ColumnChange::Nullable(!column.nullable)))
}

fn identity(schema: &Schema, table: &Table, choices: &mut Choices) -> Option<(Name, ColumnChange)> {
    let [only] = table.primary_key()?.columns.as_slice() else { return None };
    let column = table.column(only)?;
    if is_linked(schema, table, only) || column.name.as_str() == NUMBER || is_mentioned(table, only) {
        return None;
    }
    // A database may number one type of integer only.
    if column.ty != Type::Integer {
        return None;
    }
    match &column.identity {
        Some(_) => Some((only.clone(), ColumnChange::Identity(None))),
        None if column.default.is_none() && choices.once_in(2) => {
            Some((only.clone(), ColumnChange::Identity(Some(Identity::by_default()))))
        }
        None => None,
    }
}

/// A constraint of the table that can be dropped or renamed by name.
fn some_constraint<'a>(table: &'a Table, choices: &mut Choices) -> Option<(&'a Constraint, Name)> {
    let named: Vec<(&Constraint, Name)> = table
        .constraints
        .iter()
        .filter_map(|constraint| Some((constraint, constraint.name.clone()?)))
        .collect();
    choices.one_of(&named)
}

pub(super) fn drop_constraint(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    let table = some_table(schema, choices)?;
    let (constraint, name) = some_constraint(table, choices)?;
    let is_unvalidated = matches!(&constraint.kind, ConstraintKind::Check(check) if !check.validated);
    if is_unvalidated && choices.once_in(2) {
        return Some(Operation::ValidateConstraint { table: table.name.clone(), name });
    }
    // What numbers the rows is the only column of a key on some databases.
    let numbers = table.columns.iter().any(|column| column.identity.is_some());
    if matches!(constraint.kind, ConstraintKind::PrimaryKey(_)) && numbers {
        return None;
    }
    Some(Operation::DropConstraint { table: table.name.clone(), name, if_exists: false })
}

pub(super) fn rename_constraint(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    let table = some_table(schema, choices)?;
    let (constraint, from) = some_constraint(table, choices)?;
    let is_key = matches!(constraint.kind, ConstraintKind::PrimaryKey(_));
    if is_key && !choices.world.capabilities.primary_key_names {
        return None;
    }
    let to = new_object(schema, choices, choices.world.names);
    Some(Operation::RenameConstraint { table: table.name.clone(), from, to })
}

/// A change of an index.
pub(super) fn index(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    let of = |table: &Table| -> Vec<QualifiedName> {
        table.indexes.iter().map(|index| table.name.with_name(index.name.clone())).collect()
    };
    let names: Vec<QualifiedName> = schema.tables.values().flat_map(of).collect();
    let name = choices.one_of(&names)?;
    Some(match choices.once_in(2) {
        true => Operation::DropIndex { name, concurrently: choices.once_in(4), if_exists: false },
        false => Operation::RenameIndex { from: name, to: new_object(schema, choices, choices.world.names) },
    })
}
