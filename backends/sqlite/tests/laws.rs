//! Laws of the backend on real databases, with generated schemas, operations
//! and rows.

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use retort_core::backend::Backend;
use retort_sqlite::Sqlite;

use crate::{choices::choices, trial::Tally, world::World};

#[path = "../../../core/tests/operation_laws/choices.rs"]
mod choices;
#[path = "laws/database.rs"]
mod database;
#[path = "../../../core/tests/operation_laws/generate.rs"]
mod generate;
#[path = "laws/rows.rs"]
mod rows;
#[path = "laws/step.rs"]
mod step;
#[path = "laws/trial.rs"]
mod trial;
#[path = "../../../core/tests/operation_laws/world.rs"]
mod world;

#[test]
fn tally() {
    let world: &'static World = Box::leak(Box::new(World {
        capabilities: Sqlite::default().capabilities(),
        namespaces: &[],
        relations: &["users", "orders", "order", "Log \"Entry\"", "é"],
        columns: &["id", "email", "a", "b", "Total", "end", "users", "it's"],
        names: &["uq_1", "ck_1", "fk_1", "ix_1", "ix_2", "pk_1", "users"],
        labels: &["new", "done", "it's", ""],
        collations: &["C", "nocase"],
    }));
    let mut runner = TestRunner::deterministic();
    let mut tally = Tally::default();
    let (mut passed, mut failed) = (0, std::collections::BTreeMap::<String, usize>::new());
    let count = std::env::var("CASES").map_or(20, |n| n.parse().unwrap());
    for case in 0..count {
        let choices = choices(world, 4000).new_tree(&mut runner).unwrap().current();
        let outcome =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| trial::run(choices, &mut tally)));
        match outcome {
            Ok(()) => passed += 1,
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                *failed.entry(format!("{case}: {text}")).or_default() += 1;
            }
        }
    }
    println!("{passed} passed");
    println!("{:#?}", tally);
    for (text, _) in failed {
        println!("=====\n{text}");
    }
}
