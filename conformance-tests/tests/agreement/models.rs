//! Databases that other hands made → models → the same database again.

use retort_core::{models, plan::Direction, schema::Schema, script::Source};

use crate::{
    adoption::chinook,
    history::similar,
    place::{Engine, Place},
};

/// Introspects a database that the script makes, writes models of it, makes
/// another database of these, and introspects that.
#[track_caller]
fn check(engine: Engine, script: &str) -> String {
    let original = Place::new(engine);
    original.run(script);
    let schema = original.schema();
    let (backend, settings) = (engine.backend(), engine.plan_settings());
    let written = models::write(&schema, &*backend, &settings).unwrap();
    assert!(written.lost.is_empty(), "{engine:?} loses {:?}\n{written}", written.lost);

    let files = written.files().into_iter().map(|file| Source::new(file.name, file.text)).collect();
    for sources in [vec![Source::new("models.sql", written.to_string())], files] {
        let read = models::read(sources, &*backend, &settings).unwrap();
        let read = backend.normalize(read.schema).unwrap();
        assert_same(&modelled(read), &modelled(schema.clone()), &format!("read on {engine:?}"));
    }

    let copy = Place::new(engine);
    copy.revision("c00", None, &format!("-- @upgrade\n{written}"));
    copy.migrate(Direction::Upgrade, "head");
    assert_same(&modelled(copy.schema()), &modelled(schema), &format!("created on {engine:?}"));
    written.to_string()
}

#[track_caller]
fn assert_same(found: &Schema, expected: &Schema, told: &str) {
    if found != expected {
        similar(&format!("{found:#?}"), &format!("{expected:#?}"), told);
    }
}

/// The schema without what models do not hold.
fn modelled(mut schema: Schema) -> Schema {
    schema.unmanaged.clear();
    for table in schema.tables.values_mut() {
        table.stored = None;
        table.constraints.sort_by_key(|constraint| format!("{constraint:?}"));
        table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
    }
    schema
}

#[test]
fn chinook_comes_back() {
    for engine in Engine::ALL {
        let Some(script) = chinook(engine) else { return };
        let text = check(engine, &script);
        std::fs::write(format!("/tmp/am_chinook_{engine:?}.sql"), text).unwrap();
    }
}
