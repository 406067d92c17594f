//! Databases that other hands made → models → the same database again.

use expect_test::expect;
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
        assert!(!text.contains("@only"), "Chinook is portable:\n{text}");
    }
}

/// What only one engine has.
const NATIVE: [(Engine, &str); 4] = [
    (
        Engine::Sqlite,
        "CREATE TABLE kind (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT COLLATE NOCASE UNIQUE ON CONFLICT IGNORE) STRICT;
         CREATE TABLE thing (a INTEGER, b TEXT, kind INTEGER REFERENCES kind (id) DEFERRABLE INITIALLY DEFERRED, anything, PRIMARY KEY (a, b)) WITHOUT ROWID;
         CREATE TABLE \"odd one\" ([a b] INT DEFAULT (1 + 2), `c` NVARCHAR(20) CHECK (c <> '[x]'), d REAL GENERATED ALWAYS AS (\"a b\" * 2) STORED);
         CREATE TABLE soft (a INTEGER PRIMARY KEY, b TEXT UNIQUE ON CONFLICT REPLACE);
         CREATE UNIQUE INDEX ix ON thing (b COLLATE NOCASE DESC, a) WHERE kind IS NOT NULL;
         CREATE INDEX iy ON \"odd one\" (lower(c));
         CREATE VIEW v (x, y) AS SELECT a, b FROM thing;
         CREATE VIRTUAL TABLE search USING fts5(body);
         CREATE TRIGGER t AFTER INSERT ON thing BEGIN DELETE FROM kind; END;",
    ),
    (
        Engine::Postgresql,
        "CREATE SCHEMA geo;
         CREATE TYPE geo.mood AS ENUM ('good', 'it''s');
         COMMENT ON TYPE geo.mood IS 'how it is';
         CREATE DOMAIN positive AS int CHECK (VALUE > 0);
         CREATE TABLE geo.region (id int GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 5) PRIMARY KEY, mood geo.mood[] DEFAULT '{}', area int4range, near positive);
         CREATE TABLE note (id serial PRIMARY KEY, body text COLLATE \"C\" NOT NULL, found tsvector GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED,
            region int REFERENCES geo.region ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, at timestamptz DEFAULT now(), span interval DEFAULT '1 day',
            CONSTRAINT long_enough CHECK (char_length(body) > 3), UNIQUE (region, at));
         ALTER TABLE note ADD CONSTRAINT later CHECK (id > 0) NOT VALID;
         CREATE TABLE fast (id int PRIMARY KEY, body text) WITH (fillfactor = 70);
         CREATE UNLOGGED TABLE faster (id int PRIMARY KEY, body text);
         ALTER TABLE faster ALTER COLUMN body SET STORAGE EXTERNAL;
         ALTER TABLE fast ALTER COLUMN body SET STATISTICS 200;
         CREATE INDEX ix_gin ON note USING gin (found) WITH (fastupdate = off);
         CREATE INDEX ix_body ON note (lower(body) DESC NULLS LAST, at) INCLUDE (id) WHERE region IS NOT NULL;
         CREATE INDEX ix_pattern ON fast (body text_pattern_ops);
         CREATE VIEW geo.noted AS SELECT n.id, r.mood FROM note n JOIN geo.region r ON r.id = n.region;
         COMMENT ON VIEW geo.noted IS 'what is noted';
         COMMENT ON COLUMN note.body IS 'two
lines';
         CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM note;
         CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
         CREATE SEQUENCE own_sequence;",
    ),
    (Engine::Mysql, MYSQL),
    (Engine::Mariadb, MYSQL),
];

const MYSQL: &str = "
    CREATE TABLE kind (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) COLLATE utf8mb4_bin NOT NULL UNIQUE COMMENT 'it''s',
        state ENUM('new', 'it''s') DEFAULT 'new', tags SET('a', 'b'), body MEDIUMTEXT) COMMENT 'kinds' ROW_FORMAT=DYNAMIC;
    CREATE TABLE thing (id BIGINT PRIMARY KEY, kind INT UNSIGNED NOT NULL, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
        price DECIMAL(8, 2) UNSIGNED DEFAULT 1.5, twice DECIMAL(9, 2) AS (price * 2) STORED, b BIT(3) DEFAULT b'101', y YEAR, text TEXT, hidden INT INVISIBLE,
        KEY ix_text (text(10)), FULLTEXT KEY ft (text), KEY ix_down (price DESC), UNIQUE KEY uq (kind, price) COMMENT 'one of',
        CONSTRAINT fk_kind FOREIGN KEY (kind) REFERENCES kind (id) ON DELETE CASCADE, CONSTRAINT dear CHECK (price < 1000));
    CREATE TABLE one (id INT PRIMARY KEY, other INT);
    CREATE TABLE two (id INT PRIMARY KEY, other INT, FOREIGN KEY (other) REFERENCES one (id));
    ALTER TABLE one ADD FOREIGN KEY (other) REFERENCES two (id);
    CREATE TABLE fast (a INT, KEY h USING HASH (a), KEY t USING BTREE (a)) ENGINE=MEMORY DEFAULT CHARSET latin1 COLLATE latin1_bin;
    CREATE TABLE plain (id INT PRIMARY KEY, latin VARCHAR(10) CHARACTER SET latin1, doc JSON, code CHAR(36) CHARACTER SET ascii COLLATE ascii_bin);
    CREATE INDEX ix_latin ON plain (latin(3));
    CREATE VIEW v AS SELECT t.id, k.name FROM thing t JOIN kind k ON k.id = t.kind;
    CREATE TRIGGER tr BEFORE INSERT ON thing FOR EACH ROW SET NEW.y = 2020;";

#[test]
fn what_is_native_comes_back_on_sqlite() {
    let text = check_native(Engine::Sqlite);
    // The model has no place for these, and they come back all the same.
    for clause in ["AUTOINCREMENT", "STRICT", "WITHOUT ROWID", "UNIQUE ON CONFLICT REPLACE"] {
        assert!(text.contains(clause), "{clause} is lost in\n{text}");
    }
}

#[test]
fn what_is_native_comes_back_on_postgresql() {
    check_native(Engine::Postgresql);
}

#[test]
fn what_is_native_comes_back_on_mysql() {
    check_native(Engine::Mysql);
}

#[test]
fn what_is_native_comes_back_on_mariadb() {
    check_native(Engine::Mariadb);
}

fn check_native(engine: Engine) -> String {
    let (_, script) = NATIVE.into_iter().find(|(found, _)| *found == engine).unwrap();
    let text = check(engine, script);
    assert!(text.contains(&format!("-- @only {}", engine.backend().name())), "{text}");
    text
}

/// What no model can hold is said, and hides nothing of the rest.
#[test]
fn what_is_lost_is_said() {
    let place = Place::new(Engine::Postgresql);
    place.run(
        "CREATE TABLE parted (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
         CREATE TABLE refers (id int PRIMARY KEY, at date, FOREIGN KEY (id, at) REFERENCES parted);
         CREATE TABLE further (id int PRIMARY KEY REFERENCES refers);
         CREATE TABLE fast (id int) WITH (fillfactor = 70);
         CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a';
         CREATE TABLE checked (a int CHECK (f(a) > 0));",
    );
    let settings = Engine::Postgresql.plan_settings();
    let written = models::write(&place.schema(), &*Engine::Postgresql.backend(), &settings).unwrap();
    let lost: String = (written.lost.iter())
        .map(|(object, reason)| format!("{object}: {}\n", reason.as_deref().unwrap_or_default()))
        .collect();
    expect![[r#"
        table `refers`: the foreign key refers to table `parted`, which is not defined
        CREATE TABLE checked (
            a INTEGER CONSTRAINT checked_a_check CHECK (f(a) > 0)
        );

        -- @only postgresql
        CREATE TABLE "fast" (
            "id" INTEGER
        ) WITH ("fillfactor" = '70');

        CREATE TABLE "refers" (
            "id" INTEGER NOT NULL,
            "at" DATE,
            CONSTRAINT "refers_pkey" PRIMARY KEY ("id"),
            CONSTRAINT "refers_id_at_fkey" FOREIGN KEY ("id", "at") REFERENCES "parted" ("id", "at")
        );
        -- @all

        CREATE TABLE further (
            id INTEGER CONSTRAINT further_pkey PRIMARY KEY CONSTRAINT further_id_fkey REFERENCES refers (id)
        );

        -- Outside of models, and left as it is in the database:
        --   partitioned table parted
        --   index parted_pkey on parted
        --   function f
    "#]]
    .assert_eq(&format!("{lost}{written}"));
}
