//! The name and the namespace of the version table.

use expect_test::expect;
use rusqlite::Connection;

use crate::environment::TestEnvironment;

fn tables(environment: &TestEnvironment) -> Vec<String> {
    let db = Connection::open(environment.path().join("dev.db")).unwrap();
    let query =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let mut statement = db.prepare(query).unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.collect::<Result<_, _>>().unwrap()
}

#[test]
fn the_namespace_is_a_prefix_where_there_are_none() {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.write(
        "retort.toml",
        "version_table = \"my.versions\"\nversion_table_namespace = \"App \\\"x\\\"\"\n",
    );
    environment.revisions("aaaa: first\nbbbb <- aaaa: second");
    environment.check(
        "retort upgrade head
        retort current
        retort introspect
        retort downgrade -1
        retort check --drift",
        expect![[r#"
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade  -> aaaa, first
            ! Running upgrade aaaa -> bbbb, second
            $ retort current
            bbbb (head)
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort introspect
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! there are no tables, views and types
            $ retort downgrade -1
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running downgrade bbbb -> aaaa, second
            $ retort check --drift
            No drift detected.
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
        "#]],
    );
    assert_eq!(tables(&environment), ["App \"x\"_my.versions", "App \"x\"_retort_journal"]);
    environment.write(
        "retort.toml",
        "version_table_namespace = \"app\"\n[namespaces]\napp = \"a__\"\n[env.other]\nversion_table_namespace = \"b\"\n",
    );
    environment.check(
        "retort ensure-version\nretort ensure-version --env other --sql -q",
        expect![[r#"
        $ retort ensure-version
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        $ retort ensure-version --env other --sql -q
        -- ensure-version on sqlite, written by retort 0.1.0
        --
        -- For the sqlite3 command. Let it stop at the first error, or half of a revision may be committed:
        -- sqlite3 -bail DATABASE < FILE

        PRAGMA busy_timeout = 5000;
        PRAGMA foreign_keys = ON;
        CREATE TEMP TABLE IF NOT EXISTS _retort_guard (
            id INTEGER PRIMARY KEY,
            other INTEGER NOT NULL REFERENCES _retort_guard (id) DEFERRABLE INITIALLY DEFERRED
        );

        -- Retort's own tables

        BEGIN IMMEDIATE;

        CREATE TABLE IF NOT EXISTS "b_alembic_version" (
            "version_num" VARCHAR(32) NOT NULL CONSTRAINT "b_alembic_version_pkc" PRIMARY KEY
        );

        CREATE TABLE IF NOT EXISTS "b_retort_journal" (
            "id" INTEGER NOT NULL CONSTRAINT "retort_journal_pkc" PRIMARY KEY AUTOINCREMENT,
            "revision" VARCHAR(32) NOT NULL,
            "direction" VARCHAR(16) NOT NULL,
            "outcome" VARCHAR(16) NOT NULL,
            "statements_done" INTEGER NOT NULL,
            "statements" INTEGER NOT NULL,
            "actor" VARCHAR(255) NOT NULL,
            "tool" VARCHAR(255) NOT NULL,
            "started_at" TIMESTAMP(6) NOT NULL,
            "finished_at" TIMESTAMP(6),
            "error" TEXT
        );

        COMMIT;

        DROP TABLE temp._retort_guard;
    "#]],
    );
    assert!(tables(&environment).contains(&"a__alembic_version".to_owned()));
    environment.sql("dev.db", "INSERT INTO a__alembic_version VALUES ('dddd')");
    environment.check("retort current", expect![[r#"
        $ retort current
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! error: Can't locate revision identified by 'dddd'
        ! hint: the table app.alembic_version of sqlite://dev.db is at dddd, which no file in migrations has
        ! hint: restore the file of dddd; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
        [exit status: 1]
    "#]]);
}

#[test]
fn the_name_that_alembic_has_for_it_is_known() {
    let environment = TestEnvironment::new();
    environment.write("retort.toml", "version_table_schema = \"app\"\n");
    environment.check(
        "retort current",
        expect![[r#"
        $ retort current
        ! error: unknown setting `version_table_schema`
        !  --> retort.toml:1:1
        !   |
        ! 1 | version_table_schema = "app"
        !   | ^^^^^^^^^^^^^^^^^^^^
        ! hint: did you mean `version_table_namespace`?
        [exit status: 1]
    "#]],
    );
}
