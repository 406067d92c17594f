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

const MODELS: &str = "-- @renamed-from b
CREATE TABLE a (id INT PRIMARY KEY, -- @renamed-from c
    b TEXT REFERENCES f.x (y) ON DELETE CASCADE, CHECK (b <> 'it''s'), UNIQUE (b, id));
CREATE UNIQUE INDEX ON a (lower(b) DESC) WHERE id > 3;
CREATE VIEW v (x) AS WITH q AS (SELECT 1) SELECT id FROM a JOIN q ON true;
COMMENT ON COLUMN a.b IS 'x';
-- @only mysql, sqlite
CREATE TABLE n (`a b` INT UNSIGNED DEFAULT (1 + 2), [c] TEXT, KEY k (c(3))) ENGINE=InnoDB;
ALTER TABLE a ADD INDEX i (b), MODIFY b INT;
-- @only postgresql
CREATE UNLOGGED TABLE n (a int[] DEFAULT '{}') WITH (fillfactor = 70);
CREATE FUNCTION g() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;
-- @all
CREATE SCHEMA f; CREATE TABLE f.x (y TEXT PRIMARY KEY);
CREATE TYPE mood AS ENUM ('a', 'b');
";

/// Whatever is in a file, reading it ends, and every error has its place.
#[test]
fn reading_never_panics() {
    let mut runner = TestRunner::new_with_rng(
        Config { cases: 400, failure_persistence: None, ..Config::default() },
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let backends = [sqlite(), postgres(), mysql(), mariadb()];
    let edits = proptest::collection::vec((0..MODELS.len(), 0..30_usize, "[-()',;.\"`\\[a@ \n$]{0,3}"), 1..4);
    let law = |edits: Vec<(usize, usize, String)>| {
        let mut text = MODELS.to_owned();
        for (start, length, new) in edits {
            let start = text.floor_char_boundary(start);
            let end = text.floor_char_boundary(start + length);
            text.replace_range(start..end, &new);
        }
        for backend in &backends {
            let source = Source::new("models.sql", text.clone());
            if let Err(error) = models::read(vec![source], &**backend, &settings(&**backend)) {
                for error in error.source_errors() {
                    assert!(error.span.start <= text.len() && error.line > 0, "{error} in\n{text}");
                }
            }
        }
        Ok(())
    };
    runner.run(&edits, law).unwrap();
}
