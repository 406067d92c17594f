//! A database that grows by generated operations, checked at every step.

use std::collections::BTreeMap;

use retort_conformance::generate::{Choices, wild::operation};
use retort_core::{
    operation::Operation,
    schema::{Schema, Table},
};

use crate::{
    database::{Contents, Database, Failure, TRIGGER_LOG, identifier, text},
    rows::fill,
    step::{normal, step, told, undo, with_enums},
};

/// What came of the operations of trials.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Operations that fit, but were carried out neither then nor later.
    pub(crate) refused: BTreeMap<&'static str, usize>,
    /// Runs of operations that were carried out, by what they did first.
    pub(crate) done: BTreeMap<String, usize>,
    /// Those that were undone.
    pub(crate) undone: usize,
    /// Rows that were stored.
    pub(crate) rows: usize,
    /// Triggers that were created.
    pub(crate) triggers: usize,
}

impl Tally {
    /// Counts a refusal, which must have one of the known reasons.
    fn refuse(&mut self, failure: &Failure, contents: &Contents, told: &str) {
        let message = failure.message();
        let Some(reason) = REASONS.iter().find(|reason| message.contains(**reason)) else {
            let definitions: Vec<&str> = contents.catalog.iter().map(|entry| entry.sql.as_str()).collect();
            panic!("{message}\nin {}\nof {told}\non {}", failure.statement(), definitions.join(";\n"));
        };
        *self.refused.entry(reason).or_default() += 1;
    }
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
                    let back = choices.once_in(2);
                    schema = carry_out(&mut database, schema, &operations, back, tally);
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
    back: bool,
    tally: &mut Tally,
) -> Schema {
    let contents = database.contents();
    let after = match step(database, &schema, operations) {
        Ok(after) => after,
        Err(failure) => {
            tally.refuse(&failure, &contents, &told(operations));
            return schema;
        }
    };
    let words = operations[0].describe();
    let words: Vec<&str> = words.split(' ').take(2).collect();
    *tally.done.entry(words.join(" ")).or_default() += 1;
    if !back {
        return after;
    }
    let between = database.contents();
    match undo(database, &schema, &contents, operations, &after) {
        None => after,
        Some(Err(failure)) => {
            tally.refuse(&failure, &between, &format!("undoing {}", told(operations)));
            after
        }
        Some(Ok(restored)) => {
            tally.undone += 1;
            restored
        }
    }
}

/// Creates a schema, reads it back, and carries out an operation on it.
pub(crate) fn materialize(schema: &Schema, operation: &Operation, tally: &mut Tally) {
    let mut database = Database::new();
    let mut created = Schema { enums: schema.enums.clone(), ..Schema::default() };
    let mut later = Vec::new();
    for table in schema.tables.values() {
        let mut table = Table { stored: None, ..table.clone() };
        let foreign_keys = table.constraints.extract_if(.., |constraint| {
            constraint.kind.references().is_some_and(|references| *references != table.name)
        });
        for mut constraint in foreign_keys {
            constraint.name.get_or_insert_with(|| "was unnamed".into());
            later.push(Operation::AddConstraint { table: table.name.clone(), constraint });
        }
        create(&mut database, &mut created, &Operation::CreateTable { table, if_not_exists: false }, tally);
    }
    for operation in &later {
        create(&mut database, &mut created, operation, tally);
    }
    // A view may read from what SQLite does not have.
    let whole = created.tables.len() == schema.tables.len();
    for view in schema.views.values().filter(|_| whole) {
        let operation = Operation::CreateView { view: view.clone(), or_replace: false };
        create(&mut database, &mut created, &operation, tally);
    }
    let found = database.schema();
    let expected = normal(created);
    assert_eq!(found, expected);
    assert_eq!(normal(expected.clone()), expected);
    let found = with_enums(found, schema);
    if whole && operation.apply_to(&mut found.clone()).is_ok() {
        carry_out(&mut database, found, std::slice::from_ref(operation), true, tally);
    }
}

fn create(database: &mut Database, schema: &mut Schema, operation: &Operation, tally: &mut Tally) {
    // It may need what could not be created before.
    if operation.apply_to(&mut schema.clone()).is_err() {
        return;
    }
    match database.carry_out(std::slice::from_ref(operation), schema) {
        Ok(_) => operation.apply_to(schema).unwrap(),
        // The model does not look into queries.
        Err(failure)
            if matches!(operation, Operation::CreateView { .. })
                && failure.message().contains("no such table") => {}
        Err(failure) => tally.refuse(&failure, &database.contents(), &told(std::slice::from_ref(operation))),
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
    "would have no columns",
    "would have none but generated columns",
    "cannot be part of the primary key",
    // What is of another kind than `IF EXISTS` expects.
    "use DROP VIEW to delete view",
    "use DROP TABLE to delete table",
    // What rows stand against.
    "Constraint: ",
    "NOT NULL constraint failed",
    "CHECK constraint failed",
    // Names that differ in case only.
    "SQLite cannot tell ",
    "is circularly defined",
    // SQLite does not rename to another case.
    "AlreadyExists: there is already another table or index with this name",
    "in a way that cannot follow its new name",
    // What only the database knows of a view after a rename.
    "Missing: no such column",
    // SQLite cannot rename a column that is the whole of a UNIQUE and of the
    // primary key.
    "after rename: expressions prohibited",
];
