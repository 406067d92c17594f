//! What is generated reaches what the laws are about.

use std::collections::BTreeSet;

use expect_test::expect;
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use retort_conformance::generate::{World, choices, sound};
use retort_core::{
    backend::Capabilities,
    operation::Operation,
    schema::{ConstraintKind, Schema},
};

/// Whatever any backend has.
const ALL: Capabilities = Capabilities {
    transactional_ddl: true,
    verbatim_definitions: false,
    creates_database: true,
    namespaces: true,
    enum_types: true,
    enum_values_usable_at_once: true,
    type_change_keeps_collation: false,
    primary_key_names: true,
    unique_index_is_no_constraint: true,
    deferrable_foreign_keys: true,
    deferrable_unique: true,
    match_full: true,
    not_valid: true,
    partial_indexes: true,
    expression_indexes: true,
    index_include: true,
    index_methods: true,
    index_nulls_order: true,
    operator_classes: true,
    nulls_not_distinct: true,
    generated_stored: true,
    generated_virtual: true,
    identity_always: true,
    sequence_options: true,
    arrays: true,
};

#[test]
fn sound_operations_are_of_every_kind() {
    let mut runner = TestRunner::deterministic();
    let (mut kinds, mut operations, mut keys, mut reversible) = (BTreeSet::new(), 0, 0, 0);
    for world in [World::plain(ALL), World::hostile(ALL)].repeat(60) {
        let mut choices = choices(world, 500).new_tree(&mut runner).expect("generates").current();
        let mut schema = Schema::default();
        while !choices.is_empty() {
            let Some(operation) = sound::operation(&schema, &mut choices) else { continue };
            operations += 1;
            reversible += usize::from(operation.reverse(&schema).is_ok_and(|undo| !undo.is_empty()));
            let words = operation.describe();
            let kind = match &operation {
                Operation::AlterColumn { .. } => words.split(": ").nth(1).unwrap_or_default(),
                _ => &words,
            };
            kinds.insert(kind.split(' ').take(2).collect::<Vec<_>>().join(" "));
            operation.apply_to(&mut schema).expect("it fits");
        }
        let constraints = schema.tables.values().flat_map(|table| &table.constraints);
        keys +=
            constraints.filter(|constraint| matches!(constraint.kind, ConstraintKind::ForeignKey(_))).count();
    }
    assert!(operations > 1_200, "{operations} operations");
    assert!(reversible * 10 > operations * 9, "{reversible} of {operations} can be undone");
    assert!(keys > 120, "{keys} foreign keys");
    expect![[r#"
        {
            "add check",
            "add column",
            "add foreign",
            "add primary",
            "add unique",
            "add value",
            "create index",
            "create schema",
            "create table",
            "create type",
            "create unique",
            "create view",
            "drop column",
            "drop comment",
            "drop constraint",
            "drop default",
            "drop expression",
            "drop index",
            "drop not",
            "drop schema",
            "drop table",
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
            "set default",
            "set identity",
            "set not",
            "set type",
        }
    "#]]
    .assert_debug_eq(&kinds);
}
