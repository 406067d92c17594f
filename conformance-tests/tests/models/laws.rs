//! What is written of any schema is read as the same schema.

use std::sync::Arc;

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use retort_conformance::generate::{Choices, World, choices, sound};
use retort_core::{
    backend::{Backend, Capabilities},
    models,
    schema::Schema,
    script::Source,
};

use crate::support::{mariadb, mysql, postgres, settings, sqlite};

/// How many schemas are tried.
const CASES: usize = 50;

/// The schema that the choices make, in the normal form of the backend: of the
/// operations that it carries out.
fn generated(backend: &dyn Backend, mut choices: Choices) -> Schema {
    let mut schema = Schema::default();
    while !choices.is_empty() {
        let Some(operation) = sound::operation(&schema, &mut choices) else { continue };
        if backend.render(std::slice::from_ref(&operation), &schema).is_ok() {
            operation.apply_to(&mut schema).unwrap();
        }
    }
    backend.normalize(schema).unwrap()
}

#[track_caller]
fn check(backend: &Arc<dyn Backend>, names: fn(Capabilities) -> World) {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let settings = settings(&**backend);
    let mut objects = 0;
    for _ in 0..CASES {
        let tree = choices(names(backend.capabilities()), 400).new_tree(&mut runner).unwrap();
        let schema = generated(&**backend, tree.current());
        let written = models::write(&schema, &**backend, &settings).unwrap();
        assert!(written.lost.is_empty(), "{:?} of\n{schema:#?}\nare lost in\n{written}", written.lost);
        let count = schema.tables.len() + schema.views.len() + schema.enums.len();
        if count + schema.namespaces.len() == 0 {
            continue;
        }
        objects += count;
        let files: Vec<_> =
            written.files().into_iter().map(|file| Source::new(file.name, file.text)).collect();
        let read = models::read(files, &**backend, &settings).unwrap();
        let read = backend.normalize(read.schema).unwrap();
        assert_eq!(read, schema, "{written}");
    }
    assert!(objects > 2 * CASES, "{objects} objects");
}

#[test]
fn schemas_come_back_on_sqlite() {
    check(&sqlite(), World::plain);
    check(&sqlite(), World::hostile);
}

#[test]
fn schemas_come_back_on_postgresql() {
    check(&postgres(), World::plain);
    check(&postgres(), World::hostile);
}

#[test]
fn schemas_come_back_on_mysql() {
    check(&mysql(), World::plain);
    check(&mysql(), World::hostile);
}

#[test]
fn schemas_come_back_on_mariadb() {
    check(&mariadb(), World::plain);
    check(&mariadb(), World::hostile);
}
