//! Schemas and operations that every database takes which has the features of
//! the world: types fit, keys can be indexed, names are told apart by more than
//! their case.
//!
//! Each table has a column [`NUMBER`] that no operation changes, so that rows
//! can be told apart whatever becomes of the rest. [`value`] says what each
//! column of a row holds such that no constraint that comes up here stands
//! against it.

mod changes;
mod expressions;
mod tables;
mod values;

use std::collections::BTreeSet;

use proptest::prelude::*;
use retort_core::{
    backend::Feature,
    operation::{CommentTarget, EnumValuePosition, Operation},
    schema::{Column, ConstraintKind, EnumType, Name, QualifiedName, Schema, Table, Type, View},
};

pub use values::{ROWS, value};

use super::{
    choices::{Choices, choices},
    world::World,
};

/// The column that numbers the rows of each table.
pub const NUMBER: &str = "rn";

/// What the labels begin with that no row holds.
const UNUSED: &str = "x-";

/// A schema that such operations make.
pub fn schema(world: World) -> impl Strategy<Value = Schema> {
    choices(world, 400).prop_map(|mut choices| {
        let mut schema = Schema::default();
        while !choices.is_empty() {
            if let Some(operation) = operation(&schema, &mut choices) {
                // An operation that does not fit changes nothing.
                operation.apply_to(&mut schema).ok();
            }
        }
        schema
    })
}

/// An operation that fits the schema, if the choices lead to one.
pub fn operation(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    let made = any_operation(schema, choices)?;
    made.apply_to(&mut schema.clone()).is_ok().then_some(made)
}

fn any_operation(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    match choices.below(34) {
        0..=4 => (schema.tables.len() < 6)
            .then(|| Operation::CreateTable { table: tables::table(schema, choices), if_not_exists: false }),
        5..=8 => changes::add_column(schema, choices),
        9..=11 => tables::add_constraint(schema, choices),
        12 | 13 => {
            let table = some_table(schema, choices)?;
            let index = tables::index(schema, table, choices)?;
            let concurrently = choices.once_in(5);
            Some(Operation::CreateIndex {
                table: table.name.clone(),
                index,
                concurrently,
                if_not_exists: false,
            })
        }
        14 => create_view(schema, choices),
        15 => (schema.enums.len() < 3).then(|| create_enum(schema, choices)),
        16 => namespace(schema, choices),
        17 => changes::drop_table(schema, choices),
        18 => changes::drop_column(schema, choices),
        19 => changes::rename_column(schema, choices),
        20 => changes::rename_table(schema, choices),
        21..=25 => changes::alter_column(schema, choices),
        26 => {
            let table = some_table(schema, choices)?.name.clone();
            Some(Operation::SetTableComment { table, comment: comment(choices) })
        }
        27 => changes::drop_constraint(schema, choices),
        28 => changes::rename_constraint(schema, choices),
        29 => changes::index(schema, choices),
        30 => change_view(schema, choices),
        _ => change_enum(schema, choices),
    }
}

fn create_view(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    let table = some_table(schema, choices)?;
    let columns: Vec<Name> = table.columns.iter().map(|column| column.name.clone()).collect();
    let mut read = vec![Name::new(NUMBER)];
    read.extend(choices.some_of(&columns, 2).into_iter().filter(|name| name.as_str() != NUMBER));
    let items: Vec<String> = read.iter().map(spelled).collect();
    let name = new_name(schema, choices, choices.world.relations);
    let query = format!("SELECT {} FROM {}", items.join(", "), qualified(&table.name));
    let view = View { name, columns: Vec::new(), query: query.into(), comment: None };
    Some(Operation::CreateView { view, or_replace: false })
}

fn change_view(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    let name = choices.one_of(&schema.views.keys().cloned().collect::<Vec<_>>())?;
    Some(match choices.below(3) {
        0 => Operation::DropView { name, if_exists: false },
        1 => {
            Operation::RenameView { to: new_name(schema, choices, choices.world.relations).name, from: name }
        }
        _ => Operation::SetComment { on: CommentTarget::View(name), comment: comment(choices) },
    })
}

fn create_enum(schema: &Schema, choices: &mut Choices) -> Operation {
    let name = new_name(schema, choices, &["mood", "Size", "level"]);
    let mut values = choices.some_of(choices.world.labels, 4);
    values.dedup();
    let comment = comment(choices);
    Operation::CreateEnum { enum_type: EnumType { comment, ..EnumType::new(name, values) } }
}

fn change_enum(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    let name = choices.one_of(&schema.enums.keys().cloned().collect::<Vec<_>>())?;
    let labels = &schema.enums.get(&name)?.values;
    Some(match choices.below(7) {
        0..=2 => {
            let value = format!("{UNUSED}{}", choices.one_of(choices.world.labels)?);
            let position = match (choices.below(3), choices.one_of(labels)) {
                (0, _) | (_, None) => EnumValuePosition::End,
                (1, Some(label)) => EnumValuePosition::Before(label),
                (_, Some(label)) => EnumValuePosition::After(label),
            };
            Operation::AddEnumValue { name, value, position, if_not_exists: false }
        }
        3 => {
            let unused: Vec<String> = labels.iter().filter(|label| is_unused(label)).cloned().collect();
            Operation::DropEnumValue { name, value: choices.one_of(&unused)? }
        }
        4 => {
            let used: Vec<String> = labels.iter().filter(|label| !is_unused(label)).cloned().collect();
            let from = choices.one_of(&used)?;
            let to = choices.one_of(choices.world.labels)?.to_owned();
            // Databases compare labels without case, and without space at the end.
            let is_taken = labels.iter().any(|label| label.trim().to_lowercase() == to.trim().to_lowercase());
            if is_taken {
                return None;
            }
            Operation::RenameEnumValue { name, from, to }
        }
        5 => Operation::RenameEnum {
            to: new_name(schema, choices, &["mood", "Size", "level"]).name,
            from: name,
        },
        _ => Operation::SetComment { on: CommentTarget::Enum(name), comment: comment(choices) },
    })
}

fn is_unused(label: &str) -> bool {
    label.starts_with(UNUSED)
}

fn namespace(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    if !choices.feature(Feature::Namespaces, 1) {
        return None;
    }
    let name = Name::new(choices.one_of(choices.world.namespaces)?);
    Some(match schema.namespaces.contains(&name) {
        false => Operation::CreateNamespace { name, if_not_exists: false },
        true if choices.once_in(2) => Operation::DropNamespace { name, if_exists: false },
        true => Operation::RenameNamespace { from: name, to: "renamed".into() },
    })
}

fn some_table<'a>(schema: &'a Schema, choices: &mut Choices) -> Option<&'a Table> {
    let names: Vec<&QualifiedName> = schema.tables.keys().collect();
    schema.tables.get(choices.one_of(&names)?)
}

/// A column of the table, other than the one that numbers the rows.
fn some_column<'a>(
    table: &'a Table,
    choices: &mut Choices,
    fits: impl Fn(&Column) -> bool,
) -> Option<&'a Column> {
    let columns: Vec<&Column> =
        table.columns.iter().filter(|column| column.name.as_str() != NUMBER && fits(column)).collect();
    choices.one_of(&columns)
}

/// A name for a table, view or type, that nothing has in any case of letters.
fn new_name(schema: &Schema, choices: &mut Choices, names: &[&str]) -> QualifiedName {
    let name = new_object(schema, choices, names);
    let namespaces: Vec<Name> = schema.namespaces.iter().cloned().collect();
    if choices.once_in(3)
        && let Some(namespace) = choices.one_of(&namespaces)
    {
        return QualifiedName::qualified(namespace, name);
    }
    QualifiedName::unqualified(name)
}

/// A name that no object of the schema has in any case of letters, whatever
/// kind it is of and wherever it is: databases differ in what shares names.
fn new_object(schema: &Schema, choices: &mut Choices, names: &[&str]) -> Name {
    let of_table = |table: &Table| -> Vec<String> {
        let constraints = table.constraints.iter().filter_map(|constraint| constraint.name.as_ref());
        let indexes = table.indexes.iter().map(|index| &index.name);
        constraints.chain(indexes).chain([&table.name.name]).map(folded).collect()
    };
    let mut taken: BTreeSet<String> = schema.tables.values().flat_map(of_table).collect();
    taken.extend(schema.views.keys().chain(schema.enums.keys()).map(|name| folded(&name.name)));
    fresh(choices, names, &taken)
}

/// A name for a column of the table.
fn new_column_name(table: &Table, choices: &mut Choices) -> Name {
    let taken = table.columns.iter().map(|column| folded(&column.name)).collect();
    fresh(choices, choices.world.columns, &taken)
}

fn fresh(choices: &mut Choices, names: &[&str], taken: &BTreeSet<String>) -> Name {
    let base = choices.one_of(names).unwrap_or("name");
    let mut name = Name::new(base);
    let mut number = 1;
    while taken.contains(&folded(&name)) {
        number += 1;
        name = Name::new(format!("{base}{number}"));
    }
    name
}

fn folded(name: &Name) -> String {
    name.as_str().to_lowercase()
}

fn comment(choices: &mut Choices) -> Option<String> {
    let texts = ["said", "it's \"so\" \\ */ -- x", "two\nlines", "é漢"];
    if choices.once_in(3) { choices.one_of(&texts).map(str::to_owned) } else { None }
}

/// The name in quotes, as portable SQL writes it.
pub fn spelled(name: &Name) -> String {
    format!("\"{}\"", name.as_str().replace('"', "\"\""))
}

/// The name with its namespace in quotes, as portable SQL writes it.
pub fn qualified(name: &QualifiedName) -> String {
    match &name.namespace {
        Some(namespace) => format!("{}.{}", spelled(namespace), spelled(&name.name)),
        None => spelled(&name.name),
    }
}

/// Whether a view reads from the table.
fn is_viewed(schema: &Schema, table: &Table) -> bool {
    let name = qualified(&table.name);
    schema.views.values().any(|view| view.query.as_str().contains(&name))
}

/// Whether a foreign key has the column, or references it.
fn is_linked(schema: &Schema, table: &Table, column: &Name) -> bool {
    let own = table.constraints.iter().any(|constraint| {
        matches!(&constraint.kind, ConstraintKind::ForeignKey(key) if key.columns.contains(column))
    });
    own || schema
        .foreign_keys_to(&table.name)
        .any(|(_, _, key)| key.referenced_columns.contains(column) || key.referenced_columns.is_empty())
}

/// Whether a check, another column or an index is computed from the column.
fn is_mentioned(table: &Table, column: &Name) -> bool {
    let name = spelled(column);
    let in_check = table.constraints.iter().any(|constraint| {
        matches!(&constraint.kind, ConstraintKind::Check(check) if check.expression.as_str().contains(&name))
    });
    let in_column = table.columns.iter().any(|column| {
        column.generated.as_ref().is_some_and(|generated| generated.expression.as_str().contains(&name))
    });
    in_check || in_column
}

/// Whether the type can be in a key everywhere, and its [`value`]s differ by
/// row.
fn is_key_type(ty: &Type) -> bool {
    matches!(
        ty,
        Type::SmallInt
            | Type::Integer
            | Type::BigInt
            | Type::VarChar(Some(_))
            | Type::Numeric { .. }
            | Type::Date
            | Type::Timestamp(_)
    )
}
