//! Laws of operations on the schema model, on generated schemas.

use std::collections::BTreeSet;

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use retort_conformance::generate::{
    World,
    wild::{schema, schema_and_operation},
};
use retort_core::{
    backend::Capabilities,
    operation::Operation,
    schema::{ConstraintKind, IndexKey, Name, QualifiedName, Schema, Table, Type},
};

/// Whatever any backend has.
const WORLD: World = World {
    capabilities: Capabilities::EVERYTHING,
    namespaces: &["finance", "Sales"],
    relations: &["users", "orders", "order", "Log \"Entry\"", "é"],
    columns: &["id", "email", "a", "b", "Total", "end", "users", "it's"],
    names: &["uq_1", "ck_1", "fk_1", "ix_1", "ix_2", "pk_1", "users"],
    labels: &["new", "done", "it's", ""],
    collations: &["C", "nocase"],
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn an_operation_and_its_reverse_restore_the_schema((before, operation) in schema_and_operation(WORLD)) {
        let mut schema = before.clone();
        if operation.apply_to(&mut schema).is_ok() {
            let Ok(undo) = operation.reverse(&before) else { return Ok(()) };
            for step in &undo {
                let stepped = step.apply_to(&mut schema);
                prop_assert_eq!(stepped, Ok(()), "{} in {:?}", step.describe(), undo);
            }
            prop_assert_eq!(comparable(schema, &operation), comparable(before, &operation), "{:?}", undo);
        }
    }

    #[test]
    fn what_undoes_nothing_changed_nothing((before, operation) in schema_and_operation(WORLD)) {
        let mut after = before.clone();
        if operation.apply_to(&mut after).is_ok() {
            let undo = operation.reverse(&before);
            let validates = matches!(operation, Operation::ValidateConstraint { .. });
            if !validates && undo.as_ref().is_ok_and(Vec::is_empty) {
                prop_assert_eq!(after, before);
            }
        }
    }

    #[test]
    fn an_error_leaves_the_schema_as_it_was((before, operation) in schema_and_operation(WORLD)) {
        let mut after = before.clone();
        if let Err(error) = operation.apply_to(&mut after) {
            prop_assert!(!(error.object_exists() && error.object_missing()));
            prop_assert!(!error.to_string().ends_with('.'));
            prop_assert_eq!(stored(&after), stored(&before));
            prop_assert_eq!(after, before);
        }
    }

    #[test]
    fn reverse_never_fails_to_answer((before, operation) in schema_and_operation(WORLD)) {
        if let Err(irreversible) = operation.reverse(&before) {
            prop_assert!(irreversible.to_string().contains(&operation.describe()));
        }
    }

    #[test]
    fn a_description_is_one_line((_, operation) in schema_and_operation(WORLD), sql in any::<String>()) {
        for operation in [operation, Operation::Dml { sql: sql.clone() }, Operation::Raw { sql }] {
            let line = operation.describe();
            prop_assert!(!line.is_empty());
            prop_assert!(!line.contains(char::is_control));
        }
    }

    #[test]
    fn a_schema_stays_valid((before, operation) in schema_and_operation(WORLD)) {
        prop_assert_eq!(fault(&before), None);
        let mut after = before;
        if operation.apply_to(&mut after).is_ok() {
            prop_assert_eq!(fault(&after), None);
        }
    }

    #[test]
    fn stored_definitions_follow_every_change_of_their_table((before, operation) in schema_and_operation(WORLD)) {
        let mut after = before.clone();
        if operation.apply_to(&mut after).is_err() {
            return Ok(());
        }
        for (name, table) in &after.tables {
            let Some(stored) = &table.stored else { continue };
            prop_assert!(stored.since.iter().all(|noted| *noted == operation));
            let differs = before.tables.get(name).is_none_or(|old| without_indexes(old) != without_indexes(table));
            prop_assert!(!differs || !stored.since.is_empty(), "{} is not noted on {}", operation.describe(), name);
        }
    }
}

/// Generated cases must reach what the laws are about.
#[test]
fn most_operations_fit_and_reverse() {
    let mut runner = TestRunner::deterministic();
    let (mut fit, mut reversed, mut keys, mut unmanaged, mut kinds) = (0, 0, 0, 0, BTreeSet::new());
    let mut definitions = 0;
    for _ in 0..2_000 {
        let (before, operation) =
            schema_and_operation(WORLD).new_tree(&mut runner).expect("generates").current();
        unmanaged += before.unmanaged.len();
        definitions += before.tables.values().filter(|table| table.stored.is_some()).count();
        keys += before.tables.keys().filter(|name| before.foreign_keys_to(name).next().is_some()).count();
        if operation.apply_to(&mut before.clone()).is_ok() {
            fit += 1;
            if operation.reverse(&before).is_ok_and(|undo| !undo.is_empty()) {
                reversed += 1;
                let words = operation.describe();
                kinds.insert(words.split(' ').take(2).collect::<Vec<_>>().join(" "));
            }
        }
    }
    assert!(fit > 700, "{fit} of 2000 fit");
    assert!(reversed > 600, "{reversed} of 2000 have a reverse");
    assert!(unmanaged > 400, "{unmanaged} unmanaged objects");
    assert!(definitions > 1_000, "{definitions} stored definitions");
    assert!(keys > 400, "{keys} tables are referenced");
    expect_test::expect![[r#"
        {
            "add check",
            "add column",
            "add foreign",
            "add primary",
            "add unique",
            "add value",
            "alter column",
            "create index",
            "create or",
            "create schema",
            "create table",
            "create type",
            "create unique",
            "create view",
            "drop column",
            "drop comment",
            "drop constraint",
            "drop index",
            "drop schema",
            "drop table",
            "drop type",
            "drop value",
            "drop view",
            "rename column",
            "rename constraint",
            "rename index",
            "rename schema",
            "rename table",
            "rename type",
            "rename value",
            "rename view",
            "set comment",
        }
    "#]]
    .assert_debug_eq(&kinds);
}

/// What the law compares: column order does not count, and what was validated
/// stays so.
fn comparable(mut schema: Schema, operation: &Operation) -> Schema {
    for table in schema.tables.values_mut() {
        table.columns.sort_by(|left, right| left.name.cmp(&right.name));
        if matches!(operation, Operation::ValidateConstraint { .. }) {
            for constraint in &mut table.constraints {
                match &mut constraint.kind {
                    ConstraintKind::ForeignKey(key) => key.validated = true,
                    ConstraintKind::Check(check) => check.validated = true,
                    ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => {}
                }
            }
        }
    }
    schema
}

fn stored(schema: &Schema) -> Vec<Option<usize>> {
    schema.tables.values().map(|table| Some(table.stored.as_ref()?.since.len())).collect()
}

fn without_indexes(table: &Table) -> Table {
    Table { indexes: Vec::new(), ..table.clone() }
}

/// The first thing in the schema that must not be.
fn fault(schema: &Schema) -> Option<String> {
    let namespaces =
        |name: &QualifiedName| name.namespace.iter().all(|name| schema.namespaces.contains(name));
    let mut relations = BTreeSet::new();
    for (key, view) in &schema.views {
        if *key != view.name || !namespaces(key) || !relations.insert(key.clone()) {
            return Some(format!("view {key}"));
        }
    }
    for (key, enum_type) in &schema.enums {
        let distinct: BTreeSet<_> = enum_type.values.iter().collect();
        if *key != enum_type.name || !namespaces(key) || distinct.len() != enum_type.values.len() {
            return Some(format!("type {key}"));
        }
    }
    for (key, table) in &schema.tables {
        if *key != table.name || !namespaces(key) || !relations.insert(key.clone()) {
            return Some(format!("table {key}"));
        }
        if let Some(fault) = table_fault(schema, table, &mut relations) {
            return Some(format!("{fault} of table {key}"));
        }
    }
    None
}

fn table_fault(schema: &Schema, table: &Table, relations: &mut BTreeSet<QualifiedName>) -> Option<String> {
    let mut columns: BTreeSet<&Name> = BTreeSet::new();
    for column in &table.columns {
        let mut ty = &column.ty;
        while let Type::Array(element) = ty {
            ty = element;
        }
        let known = !matches!(ty, Type::Enum(name) if !schema.enums.contains_key(name));
        if !columns.insert(&column.name) || !known || (column.identity.is_some() && column.nullable) {
            return Some(format!("column {}", column.name));
        }
    }
    let mut constraints = BTreeSet::new();
    let mut primary_keys = 0;
    for constraint in &table.constraints {
        let name = constraint.name.as_ref();
        let mut sound = name.is_none_or(|name| constraints.insert(name))
            && constraint.columns().iter().all(|column| columns.contains(column));
        match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => {
                primary_keys += 1;
                sound &=
                    key.columns.iter().all(|name| table.column(name).is_some_and(|column| !column.nullable));
                sound &= primary_keys == 1;
                sound &= name.is_none_or(|name| relations.insert(table.name.with_name(name.clone())));
            }
            ConstraintKind::Unique(_) => {
                sound &= name.is_none_or(|name| relations.insert(table.name.with_name(name.clone())));
            }
            ConstraintKind::ForeignKey(key) => {
                sound &= schema.tables.get(&key.references).is_some_and(|target| {
                    key.referenced_columns.iter().all(|column| target.column(column).is_some())
                        && (!key.referenced_columns.is_empty() || target.primary_key().is_some())
                });
            }
            ConstraintKind::Check(check) => sound &= mentioned_exist(table, check.expression.as_str()),
        }
        if !sound {
            return Some(format!("{constraint:?}"));
        }
    }
    for index in &table.indexes {
        let sound = relations.insert(table.name.with_name(index.name.clone()))
            && index.include.iter().all(|column| columns.contains(column))
            && index.predicate.iter().all(|predicate| mentioned_exist(table, predicate.as_str()))
            && index.key.iter().all(|part| match &part.key {
                IndexKey::Column(column) => columns.contains(column),
                IndexKey::Expression(expression) => mentioned_exist(table, expression.as_str()),
            });
        if !sound {
            return Some(format!("{index:?}"));
        }
    }
    None
}

/// Whether every quoted name is that of a column of the table or of the table
/// itself: generated expressions quote all names and nothing else.
fn mentioned_exist(table: &Table, expression: &str) -> bool {
    let doubled = expression.replace("\"\"", "\u{1}");
    doubled.split('"').skip(1).step_by(2).all(|name| {
        let name = Name::new(name.replace('\u{1}', "\""));
        table.column(&name).is_some() || table.name.name == name
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Dropping everything, in whatever order it can go, gets to nothing.
    #[test]
    fn a_schema_can_be_taken_apart(schema in schema(WORLD)) {
        let mut rest = Schema { unmanaged: Vec::new(), ..schema };
        loop {
            let views = rest.views.keys().map(|name| Operation::DropView { name: name.clone(), if_exists: false });
            let keys = rest.tables.values().flat_map(|table| {
                let named = table.constraints.iter().filter_map(|constraint| constraint.name.clone());
                named.map(|name| Operation::DropConstraint { table: table.name.clone(), name, if_exists: false })
            });
            let tables = rest.tables.keys().map(|name| Operation::DropTable { name: name.clone(), if_exists: false });
            let drops: Vec<Operation> = views.chain(keys).chain(tables).collect();
            let dropped = drops.iter().filter(|drop| drop.apply_to(&mut rest).is_ok()).count();
            if dropped == 0 {
                break;
            }
        }
        let unnamed = rest.tables.values().flat_map(|table| &table.constraints).any(|constraint| constraint.name.is_none());
        prop_assert!(unnamed || rest.tables.is_empty(), "{:?}", rest);
        prop_assert!(unnamed || rest.views.is_empty(), "{:?}", rest.views);
    }
}
