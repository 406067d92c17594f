//! Rows with values that are easily lost.

use retort_conformance::generate::Choices;
use retort_core::schema::{Schema, Table, Type};

use crate::database::{Database, TRIGGER_LOG, identifier, text};

/// Few, so that foreign keys find their rows.
const VALUES: &[&str] = &[
    "1",
    "2",
    "NULL",
    "3",
    "''",
    "'1e5'",
    "'0x10'",
    "'é漢🦀'",
    "x'00ff'",
    "9223372036854775807",
    "-9007199254740993",
    "-0.0",
    "0.1",
    "1e300",
    "' 1 '",
    "(9e999 - 9e999)",
    "'it''s'",
    "'01'",
];

/// Puts up to so many rows into each table, as far as they fit.
pub(crate) fn fill(database: &mut Database, schema: &Schema, choices: &mut Choices, most: usize) -> usize {
    let mut stored = 0;
    for table in schema.tables.values() {
        for _ in 0..=choices.below(most) {
            stored += usize::from(insert(database, schema, table, choices));
        }
    }
    stored
}

/// Inserts a row; whether it fit. Triggers must fire exactly if it does.
pub(crate) fn insert(database: &mut Database, schema: &Schema, table: &Table, choices: &mut Choices) -> bool {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for column in table.columns.iter().filter(|column| column.generated.is_none()) {
        if choices.once_in(6) {
            continue;
        }
        names.push(identifier(column.name.as_str()));
        let value = match &column.ty {
            Type::Enum(name) => match schema.enums.get(name) {
                Some(enum_type) if !choices.once_in(4) => {
                    choices.one_of(&enum_type.values).map(|label| text(&label))
                }
                Some(_) | None => None,
            },
            Type::Json if choices.once_in(2) => Some("'{\"a\": 1}'".to_owned()),
            _ => choices.one_of(VALUES).map(str::to_owned),
        };
        values.push(value.unwrap_or("NULL".to_owned()));
    }
    let name = identifier(table.name.name.as_str());
    let sql = match names.is_empty() {
        true => format!("INSERT INTO {name} DEFAULT VALUES"),
        false => format!("INSERT INTO {name} ({}) VALUES ({})", names.join(", "), values.join(", ")),
    };
    let fired = |database: &mut Database| -> usize {
        database.value(&format!("SELECT count(*) FROM {TRIGGER_LOG}")).parse().unwrap()
    };
    let before = fired(database);
    let inserted = database.run(&sql);
    let triggers = schema
        .unmanaged
        .iter()
        .filter(|object| object.kind == "trigger" && object.table.as_ref() == Some(&table.name))
        .filter(|object| object.name.name.as_str().starts_with("insert"));
    match inserted {
        Ok(rows) => {
            assert_eq!(rows, 1, "{sql}");
            assert_eq!(fired(database), before + triggers.count(), "triggers of {name} after {sql}");
            true
        }
        Err(error) => {
            let message = error.root().to_string();
            let expected = [
                "constraint",
                "datatype mismatch",
                "refers to",
                "FOREIGN KEY",
                "NOT NULL",
                "UNIQUE",
                "is full",
            ];
            assert!(expected.iter().any(|word| message.contains(word)), "{message}\n{sql}");
            false
        }
    }
}
