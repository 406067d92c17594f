//! A database that grows by generated operations, checked at every step.

use std::collections::BTreeMap;

use retort_core::{operation::Operation, schema::Schema};

use crate::{
    choices::Choices,
    database::{Contents, Database, Failure, TRIGGER_LOG, identifier, text},
    generate::operation,
    rows::fill,
    step::{step, told, undo},
};

/// What came of the operations of trials.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Operations that fit, but were carried out neither then nor later.
    pub(crate) refused: BTreeMap<String, usize>,
    /// Runs of operations that were carried out, by what they did first.
    pub(crate) done: BTreeMap<String, usize>,
    /// Those that were undone.
    pub(crate) undone: usize,
    /// Rows that were stored.
    pub(crate) rows: usize,
    /// Triggers that were created.
    pub(crate) triggers: usize,
}

/// Carries out operations until the choices run out.
pub(crate) fn run(mut choices: Choices, tally: &mut Tally) {
    let mut database = Database::new();
    let mut schema = Schema::default();
    while !choices.is_empty() {
        match choices.below(8) {
            0 => tally.rows += fill(&mut database, &schema, &mut choices, 4),
            1 => tally.triggers += usize::from(add_trigger(&mut database, &mut schema, &mut choices)),
            _ => {
                let operations = operations(&schema, &mut choices);
                if !operations.is_empty() {
                    schema = carry_out(&mut database, schema, &operations, &mut choices, tally);
                }
            }
        }
    }
    tally.rows += fill(&mut database, &schema, &mut choices, 2);
}

fn carry_out(
    database: &mut Database,
    schema: Schema,
    operations: &[Operation],
    choices: &mut Choices,
    tally: &mut Tally,
) -> Schema {
    let contents = database.contents();
    let mut refused = |failure: Failure, contents: &Contents, told: &str| {
        let reason = reason(&failure).unwrap_or_else(|| {
            panic!(
                "{}\nin {}\nof {told}\non {}",
                failure.message(),
                failure.statement(),
                definitions(contents)
            )
        });
        *tally.refused.entry(reason.to_owned()).or_default() += 1;
    };
    let after = match step(database, &schema, operations) {
        Ok(after) => after,
        Err(failure) => {
            refused(failure, &contents, &told(operations));
            return schema;
        }
    };
    let words = operations[0].describe();
    let words: Vec<&str> = words.split(' ').take(2).collect();
    *tally.done.entry(words.join(" ")).or_default() += 1;
    if choices.once_in(2) {
        return after;
    }
    let between = database.contents();
    match undo(database, &schema, &contents, operations, &after) {
        None => after,
        Some(Err(failure)) => {
            refused(failure, &between, &format!("undoing {}", told(operations)));
            after
        }
        Some(Ok(restored)) => {
            tally.undone += 1;
            restored
        }
    }
}

/// An operation that fits, or a run of them on one table.
fn operations(schema: &Schema, choices: &mut Choices) -> Vec<Operation> {
    let mut operations: Vec<Operation> = Vec::new();
    let mut model = schema.clone();
    let most = if choices.once_in(3) { 4 } else { 1 };
    for _ in 0..24 {
        let next = operation(&model, choices);
        let joins = operations.first().is_none_or(|first: &Operation| {
            first.altered_table().is_some() && first.altered_table() == next.altered_table()
        });
        if joins && next.apply_to(&mut model).is_ok() {
            operations.push(next);
        }
        if operations.len() >= most || choices.is_empty() {
            break;
        }
    }
    operations
}

fn add_trigger(database: &mut Database, schema: &mut Schema, choices: &mut Choices) -> bool {
    let tables: Vec<_> = schema.tables.keys().cloned().collect();
    let Some(table) = choices.one_of(&tables) else { return false };
    let number = schema.unmanaged.len();
    let (name, event) = match choices.below(3) {
        0 => (format!("insert_{number}"), "AFTER INSERT"),
        1 => (format!("insert_{number}"), "BEFORE  INSERT"),
        _ => (format!("update '{number}"), "before update"),
    };
    let sql = format!(
        "CREATE TRIGGER {} {event} ON {}  BEGIN INSERT INTO {TRIGGER_LOG} VALUES ({}); END",
        identifier(&name),
        identifier(table.name.as_str()),
        text(&name)
    );
    let created = database.run(&sql).is_ok();
    let enums = std::mem::take(&mut schema.enums);
    *schema = database.schema();
    for (name, enum_type) in enums {
        schema.enums.entry(name).or_insert(enum_type);
    }
    created
}

/// Why the database may refuse operations that fit the model.
const REASONS: &[&str] = &[
    // What SQLite lacks.
    "must be the only column of the primary key",
    "would have no columns left",
    "cannot be part of the primary key",
    // What is of another kind than `IF EXISTS` expects.
    "use DROP VIEW to delete view",
    "use DROP TABLE to delete table",
    // What rows stand against.
    "Constraint: ",
];

fn reason(failure: &Failure) -> Option<&'static str> {
    let message = failure.message();
    REASONS.iter().find(|reason| message.contains(**reason)).copied()
}

fn definitions(contents: &Contents) -> String {
    let definitions: Vec<&str> = contents.catalog.iter().map(|entry| entry.sql.as_str()).collect();
    definitions.join(";\n")
}
