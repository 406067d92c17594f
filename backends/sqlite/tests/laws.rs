//! Laws of the backend on real databases, with generated schemas, operations
//! and rows.

#![expect(clippy::unwrap_used, reason = "an error is a failure here")]

use expect_test::expect;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use retort_conformance::generate::{World, choices, wild::schema_and_operation};
use retort_core::backend::{Backend, Capabilities};
use retort_sqlite::Sqlite;

use crate::trial::{Tally, materialize};

#[path = "laws/database.rs"]
mod database;
#[path = "laws/foreign.rs"]
mod foreign;
#[path = "laws/rows.rs"]
mod rows;
#[path = "laws/step.rs"]
mod step;
#[path = "laws/trial.rs"]
mod trial;

/// What SQLite has.
const CAPABILITIES: Capabilities = Capabilities {
    transactional_ddl: true,
    verbatim_definitions: true,
    creates_database: true,
    namespaces: false,
    enum_types: false,
    enum_values_usable_at_once: true,
    type_change_keeps_collation: false,
    primary_key_names: true,
    unique_index_is_no_constraint: true,
    deferrable_foreign_keys: true,
    deferrable_unique: false,
    match_full: false,
    not_valid: false,
    partial_indexes: true,
    expression_indexes: true,
    index_include: false,
    index_methods: false,
    index_nulls_order: false,
    operator_classes: false,
    nulls_not_distinct: false,
    generated_stored: true,
    generated_virtual: true,
    identity_always: false,
    sequence_options: false,
    arrays: false,
};

const PLAIN: World = World {
    capabilities: CAPABILITIES,
    namespaces: &[],
    relations: &["users", "orders", "order", "Log \"Entry\"", "é"],
    columns: &["id", "email", "a", "b", "Total", "end", "users", "it's"],
    names: &["uq_1", "ck_1", "fk_1", "ix_1", "ix_2", "pk_1", "users"],
    labels: &["new", "done", "it's", ""],
    collations: &["C", "nocase"],
};

/// Names that are easily mistaken for something else.
const HOSTILE: World = World {
    relations: &[
        "select",
        "_retort_new_x",
        "x",
        "new",
        "it's \"so\"",
        "`[x]`",
        "-- x",
        "/* 日本",
        "a.b",
        "Select",
        "this name has sixty-three bytes, which is the most that is fine.",
    ],
    columns: &[
        "rowid",
        "oid",
        "_rowid_",
        "new",
        "old",
        "x",
        "X",
        "select",
        "null",
        "it's \"so\"",
        "`[x]`",
        "-- x",
        "/*@comment x*/",
        "日本",
        "a.b",
        "check",
        "constraint",
        "this name has sixty-three bytes, which is the most that is fine.",
    ],
    names: &["x_i", "i;", "primary", "\"", "'", "_retort_new_i", "CONSTRAINT", "[x]", "constraint check"],
    labels: &["", "*/", "/*", "it's", "','", "\\", "--", "a\nb"],
    collations: &["C", "rtrim", "nocase"],
    ..PLAIN
};

/// So many cases, unless `PROPTEST_CASES` says otherwise.
fn cases(few: u32) -> ProptestConfig {
    let default = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => default,
        None => ProptestConfig { cases: few, ..default },
    }
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn every_step_holds(choices in choices(PLAIN, 4_000)) {
        trial::run(choices, &mut Tally::default());
    }

    #[test]
    fn every_step_holds_with_hostile_names(choices in choices(HOSTILE, 4_000)) {
        trial::run(choices, &mut Tally::default());
    }

    #[test]
    fn what_is_created_is_what_is_read((schema, operation) in schema_and_operation(PLAIN)) {
        materialize(&schema, &operation, &mut Tally::default());
    }

    #[test]
    fn what_is_created_with_hostile_names_is_what_is_read((schema, operation) in schema_and_operation(HOSTILE)) {
        materialize(&schema, &operation, &mut Tally::default());
    }
}

#[test]
fn generated_features_are_those_of_sqlite() {
    assert_eq!(CAPABILITIES, Sqlite::default().capabilities());
}

/// Generated cases must reach what the laws are about, and few may be refused.
#[test]
fn most_operations_are_carried_out() {
    let mut runner = TestRunner::deterministic();
    let mut tally = Tally::default();
    for world in [PLAIN, HOSTILE].repeat(20) {
        trial::run(choices(world, 4_000).new_tree(&mut runner).unwrap().current(), &mut tally);
    }
    let done: usize = tally.done.values().sum();
    let refused: usize = tally.refused.values().sum();
    assert!(refused * 4 < done, "{refused} refused, {done} carried out: {tally:#?}");
    assert!(tally.undone * 4 > done, "{tally:#?}");
    assert!(tally.rows > 30 && tally.triggers > 10, "{tally:#?}");
    assert!(tally.done.len() > 20, "{tally:#?}");
}

#[test]
fn tables_of_other_tools_keep_what_is_not_changed() {
    let outcome = foreign::check_all();
    expect![[r#"
        Outcome {
            done: 808,
            unfit: 31,
            refused: {
                "Constraint: ": 108,
                "SQLite numbers no other column": 3,
                "STRICT and cannot hold": 9,
                "is WITHOUT ROWID and cannot be without a primary key": 3,
            },
        }
    "#]]
    .assert_debug_eq(&outcome);
}
