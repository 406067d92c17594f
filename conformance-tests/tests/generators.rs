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

#[test]
fn sound_operations_are_of_every_kind() {
    let mut runner = TestRunner::deterministic();
    let (mut kinds, mut operations, mut keys, mut reversible) = (BTreeSet::new(), 0, 0, 0);
    for world in [World::plain(Capabilities::EVERYTHING), World::hostile(Capabilities::EVERYTHING)].repeat(60)
    {
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
