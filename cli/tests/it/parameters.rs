//! Values for the placeholders of revisions: `-x key=value`.

use expect_test::expect;
use rusqlite::Connection;

use crate::environment::TestEnvironment;

/// Values that break out of badly written strings and names.
const HOSTILE: &str = r#"it's \ a "test" ` $$ ; -- /* :name 🦀"#;

fn environment() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.write(
        "migrations/aaaa_.sql",
        "-- tenants\n--\n-- @revision aaaa\n\n-- @upgrade\n\
         CREATE TABLE tenant (name TEXT NOT NULL, at TEXT DEFAULT '12:30');\n\n\
         -- @downgrade\nDROP TABLE tenant;\n",
    );
    environment.write(
        "migrations/bbbb_.sql",
        "-- the first tenant\n--\n-- @revision bbbb\n-- @revises aaaa\n\n-- @upgrade\n\
         -- :nothing is wanted here\n\
         INSERT INTO tenant (name) VALUES (:tenant), (:'tenant' || ' 2');\n\
         -- @only sqlite\nCREATE TABLE :\"table\" (a TEXT DEFAULT :'tenant');\n-- @all\n\n\
         -- @downgrade\nDELETE FROM tenant WHERE name = :tenant;\n",
    );
    environment
}

fn texts(environment: &TestEnvironment, query: &str) -> Vec<String> {
    let db = Connection::open(environment.path().join("dev.db")).unwrap();
    let mut statement = db.prepare(query).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn values_come_from_the_command_line() {
    let environment = environment();
    environment.check(
        "retort upgrade head -x tenant=acme -x table=acme_log --dry-run
        retort upgrade head --sql -x tenant=acme -x table=acme_log -x unused=1
        retort -x tenant=acme upgrade head -x table=acme_log
        retort history -i
        retort check
        retort downgrade -1
        retort downgrade -1 -x tenant=acme --format json
        retort downgrade -1 -x nothing=
        retort current -xa=b -x c=d -q",
        expect![[r#"
            $ retort upgrade head -x tenant=acme -x table=acme_log --dry-run
            -- Running upgrade  -> aaaa

            CREATE TABLE IF NOT EXISTS "alembic_version" (
                "version_num" VARCHAR(32) NOT NULL CONSTRAINT "alembic_version_pkc" PRIMARY KEY
            );

            CREATE TABLE "tenant" (
                "name" TEXT NOT NULL,
                "at" TEXT DEFAULT '12:30'
            );

            INSERT INTO "alembic_version" ("version_num") VALUES ('aaaa');

            -- Running upgrade aaaa -> bbbb

            INSERT INTO tenant (name) VALUES ('acme'), ('acme' || ' 2');

            CREATE TABLE "acme_log" (a TEXT DEFAULT 'acme');

            UPDATE "alembic_version" SET "version_num" = 'bbbb' WHERE "version_num" = 'aaaa';

            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! there is no database `dev.db`; nothing is applied
            $ retort upgrade head --sql -x tenant=acme -x table=acme_log -x unused=1
            -- upgrade base -> bbbb on sqlite, written by retort 0.1.0
            -- It runs no revision on a database that is not at base.
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

            CREATE TABLE IF NOT EXISTS "alembic_version" (
                "version_num" VARCHAR(32) NOT NULL CONSTRAINT "alembic_version_pkc" PRIMARY KEY
            );

            CREATE TABLE IF NOT EXISTS "retort_journal" (
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

            -- Running upgrade  -> aaaa

            BEGIN IMMEDIATE;

            CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
                SELECT RAISE(FAIL, 'the database is not at base');
            END;
            INSERT INTO temp._retort_guard SELECT 1, 2 WHERE NOT ((SELECT count(*) FROM (SELECT "version_num" FROM "alembic_version") AS found) = 0);
            DROP TRIGGER temp._retort_refuse;

            CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
                SELECT RAISE(FAIL, 'a revision is half done in the database');
            END;
            INSERT INTO temp._retort_guard SELECT 1, 2 WHERE NOT (NOT EXISTS (SELECT 1 FROM "retort_journal" WHERE outcome IN ('running', 'in doubt')));
            DROP TRIGGER temp._retort_refuse;

            CREATE TABLE "tenant" (
                "name" TEXT NOT NULL,
                "at" TEXT DEFAULT '12:30'
            );

            INSERT INTO "alembic_version" ("version_num") VALUES ('aaaa');

            INSERT INTO "retort_journal" (revision, direction, outcome, statements_done, statements, actor, tool, started_at, finished_at, error) VALUES ('aaaa', 'upgrade', 'done', 1, 1, '$ACTOR', 'retort 0.1.0 --sql', strftime('%Y-%m-%d %H:%M:%f', 'now'), strftime('%Y-%m-%d %H:%M:%f', 'now'), NULL);

            COMMIT;

            -- Running upgrade aaaa -> bbbb

            BEGIN IMMEDIATE;

            CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
                SELECT RAISE(FAIL, 'the database is not at aaaa');
            END;
            INSERT INTO temp._retort_guard SELECT 1, 2 WHERE NOT ((SELECT count(*) FROM (SELECT "version_num" FROM "alembic_version") AS found) = 1 AND 'aaaa' IN (SELECT "version_num" FROM "alembic_version"));
            DROP TRIGGER temp._retort_refuse;

            INSERT INTO tenant (name) VALUES ('acme'), ('acme' || ' 2');

            CREATE TABLE "acme_log" (a TEXT DEFAULT 'acme');

            UPDATE "alembic_version" SET "version_num" = 'bbbb' WHERE "version_num" = 'aaaa';

            INSERT INTO "retort_journal" (revision, direction, outcome, statements_done, statements, actor, tool, started_at, finished_at, error) VALUES ('bbbb', 'upgrade', 'done', 2, 2, '$ACTOR', 'retort 0.1.0 --sql', strftime('%Y-%m-%d %H:%M:%f', 'now'), strftime('%Y-%m-%d %H:%M:%f', 'now'), NULL);

            COMMIT;

            DROP TABLE temp._retort_guard;
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! warning: `-x unused=` is given, and no revision of this run has a placeholder `:unused`
            $ retort -x tenant=acme upgrade head -x table=acme_log
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade  -> aaaa, tenants
            ! Running upgrade aaaa -> bbbb, the first tenant
            $ retort history -i
            aaaa -> bbbb (head) (current), the first tenant
            <base> -> aaaa, tenants
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort check
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: there is no directory `models`
            ! hint: `retort introspect --output models` writes what the database has as models
            ! hint: if the models are elsewhere, set `models` in retort.toml
            [exit status: 1]
            $ retort downgrade -1
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: no value is given for `tenant`
            !   --> migrations/bbbb_.sql:14:33
            !    |
            ! 14 | DELETE FROM tenant WHERE name = :tenant;
            !    |                                 ^^^^^^^
            ! hint: give it a value: `retort downgrade -1 -x tenant=VALUE`
            ! hint: nothing of revision bbbb ran; the database is at bbbb
            [exit status: 1]
            $ retort downgrade -1 -x tenant=acme --format json
            {"steps":[{"revision":"bbbb","direction":"downgrade"}],"current":["aaaa"]}
            $ retort downgrade -1 -x nothing=
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running downgrade aaaa -> , tenants
            ! warning: `-x nothing=` is given, and no revision of this run has a placeholder `:nothing`
            $ retort current -xa=b -x c=d -q
        "#]],
    );
}

#[test]
fn a_missing_value_is_refused_before_anything_runs() {
    let environment = environment();
    environment.check(
        "retort upgrade head
        retort upgrade head -x tenant=acme -x tabel=x
        retort upgrade head --dry-run -x table=x
        retort upgrade :head --sql --format human -x a=b
        retort upgrade head -x tenant=acme --format json
        retort current",
        expect![[r#"
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: no value is given for `tenant`
            !  --> migrations/bbbb_.sql:8:35
            !   |
            ! 8 | INSERT INTO tenant (name) VALUES (:tenant), (:'tenant' || ' 2');
            !   |                                   ^^^^^^^
            ! hint: give it a value: `retort upgrade head -x tenant=VALUE`
            ! hint: nothing of revision bbbb ran; the database is at base
            [exit status: 1]
            $ retort upgrade head -x tenant=acme -x tabel=x
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: no value is given for `table`
            !   --> migrations/bbbb_.sql:10:14
            !    |
            ! 10 | CREATE TABLE :"table" (a TEXT DEFAULT :'tenant');
            !    |              ^^^^^^^^
            ! hint: `-x tabel=` is given: did you mean `table`?
            ! hint: give it a value: `retort upgrade head -x tabel=… -x tenant=… -x table=VALUE`
            ! hint: nothing of revision bbbb ran; the database is at base
            [exit status: 1]
            $ retort upgrade head --dry-run -x table=x
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: no value is given for `tenant`
            !  --> migrations/bbbb_.sql:8:35
            !   |
            ! 8 | INSERT INTO tenant (name) VALUES (:tenant), (:'tenant' || ' 2');
            !   |                                   ^^^^^^^
            ! hint: values are given for: table
            ! hint: give it a value: `retort upgrade head -x table=… -x tenant=VALUE`
            [exit status: 1]
            $ retort upgrade :head --sql --format human -x a=b
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: no value is given for `tenant`
            !  --> migrations/bbbb_.sql:8:35
            !   |
            ! 8 | INSERT INTO tenant (name) VALUES (:tenant), (:'tenant' || ' 2');
            !   |                                   ^^^^^^^
            ! hint: values are given for: a
            ! hint: give it a value: `retort upgrade :head --sql -x a=… -x tenant=VALUE`
            ! hint: no script was written
            [exit status: 1]
            $ retort upgrade head -x tenant=acme --format json
            ! {"error":{"code":"missing-value","message":"migrations/bbbb_.sql:10:14: no value is given for `table`","hint":"values are given for: tenant\ngive it a value: `retort upgrade head -x tenant=… -x table=VALUE`\nnothing of revision bbbb ran; the database is at base"}}
            [exit status: 1]
            $ retort current
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
        "#]],
    );
}

#[test]
fn values_that_no_placeholder_could_name_are_refused() {
    let environment = environment();
    environment.check(
        "retort upgrade head -x a-b=secret
        retort upgrade head -x =secret
        retort upgrade head -x a=1 -x a=2
        retort upgrade head -x",
        expect![[r#"
            $ retort upgrade head -x a-b=secret
            ! error: `-x a-b=` gives a value that no placeholder can name
            ! hint: it is `-x KEY=VALUE`, where KEY is a word of letters, digits and underscores
            [exit status: 2]
            $ retort upgrade head -x =secret
            ! error: `-x =` gives a value that no placeholder can name
            ! hint: it is `-x KEY=VALUE`, where KEY is a word of letters, digits and underscores
            [exit status: 2]
            $ retort upgrade head -x a=1 -x a=2
            ! error: `-x a=` is given twice
            [exit status: 2]
            $ retort upgrade head -x
            ! error: a value is required for '-x <KEY=VALUE>' but none was supplied
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
        "#]],
    );
}

#[test]
fn hostile_values_arrive_unchanged() {
    let environment = environment();
    let value = HOSTILE;
    let (tenant, table) = (format!("tenant={value}"), format!("table={value}"));
    let arguments = ["retort", "upgrade", "head", "-x", &tenant, "-x", &table];
    let outcome = environment.run_arguments(arguments.map(Into::into).to_vec());
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert_eq!(texts(&environment, "SELECT name FROM tenant"), [value.to_owned(), format!("{value} 2")]);
    assert_eq!(texts(&environment, "SELECT name FROM sqlite_schema WHERE name LIKE 'it%'"), [value]);
    let journal =
        texts(&environment, "SELECT concat_ws('|', revision, actor, tool, error) FROM retort_journal");
    assert!(!journal.concat().contains("test"), "{journal:?}");
}

#[test]
fn the_schema_does_not_depend_on_values() {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    let write = |sql: &str| {
        environment
            .write("migrations/aaaa_.sql", &format!("-- a\n--\n-- @revision aaaa\n\n-- @upgrade\n{sql};\n"));
    };
    write("CREATE TABLE t (a TEXT DEFAULT :x)");
    environment.check("retort upgrade head -x x=1", expect![[r#"
        $ retort upgrade head -x x=1
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! error: `:x` cannot stand in a portable CREATE: what the schema is must not depend on a value that a run is given
        !  --> migrations/aaaa_.sql:6:32
        !   |
        ! 6 | CREATE TABLE t (a TEXT DEFAULT :x);
        !   |                                ^^
        ! hint: values may stand in INSERT, UPDATE and DELETE, and in statements under `-- @only <backend>`
        ! hint: nothing of revision aaaa ran; the database is at base, and `retort upgrade head -x x=…` goes on from there
        [exit status: 1]
    "#]]);
    write("CREATE TABLE :\"t\" (a TEXT)");
    environment.check("retort upgrade head -x t=1", expect![[r#"
        $ retort upgrade head -x t=1
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! error: `:"t"` cannot stand in a portable CREATE: what the schema is must not depend on a value that a run is given
        !  --> migrations/aaaa_.sql:6:14
        !   |
        ! 6 | CREATE TABLE :"t" (a TEXT);
        !   |              ^^^^
        ! hint: values may stand in INSERT, UPDATE and DELETE, and in statements under `-- @only <backend>`
        ! hint: nothing of revision aaaa ran; the database is at base, and `retort upgrade head -x t=…` goes on from there
        [exit status: 1]
    "#]]);
    write("CREATE VIEW v AS SELECT\n    :'x' AS a");
    environment.check("retort upgrade head", expect![[r#"
        $ retort upgrade head
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! error: `:x` cannot stand in a portable CREATE: what the schema is must not depend on a value that a run is given
        !  --> migrations/aaaa_.sql:7:5
        !   |
        ! 7 |     :'x' AS a;
        !   |     ^^^^
        ! hint: values may stand in INSERT, UPDATE and DELETE, and in statements under `-- @only <backend>`
        ! hint: nothing of revision aaaa ran; the database is at base, and `retort upgrade head` goes on from there
        [exit status: 1]
    "#]]);
    write("CREATE TABLE t (a TEXT); INSERT INTO t VALUES (:a) RETURNNG :b");
    environment.check("retort upgrade head -x a=long_value_here -x b=1", expect![[r#"
        $ retort upgrade head -x a=long_value_here -x b=1
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! error: syntax error: unexpected `RETURNNG`
        !  --> migrations/aaaa_.sql:6:52
        !   |
        ! 6 | CREATE TABLE t (a TEXT); INSERT INTO t VALUES (:a) RETURNNG :b;
        !   |                                                    ^^^^^^^^
        ! hint: portable SQL is a part of PostgreSQL's; a backend's own SQL goes under `-- @only <backend>`
        ! hint: nothing of revision aaaa ran; the database is at base, and `retort upgrade head -x a=… -x b=…` goes on from there
        [exit status: 1]
    "#]]);
}

/// What is left of a revision must get the values that it began with.
#[test]
fn a_revision_goes_on_with_the_values_that_it_began_with() {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    let write = |table: &str| {
        environment.write(
            "migrations/aaaa_.sql",
            &format!(
                "-- a\n--\n-- @revision aaaa\n-- @no-transaction\n\n-- @upgrade\nCREATE TABLE t (a TEXT);\n\
                 INSERT INTO t VALUES (:a);\nINSERT INTO {table} VALUES (:b);\n"
            ),
        );
    };
    write("nope");
    environment.check("retort upgrade head -x a=first -x b=second", expect![[r#"
        $ retort upgrade head -x a=first -x b=second
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! Running upgrade  -> aaaa, a
        ! error: upgrade of revision aaaa failed: no such table: nope
        !  --> migrations/aaaa_.sql:9:1
        !   |
        ! 9 | INSERT INTO nope VALUES (:b);
        !   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        ! hint: its first 2 of 3 statements remain in effect, and the journal knows; correct the rest, in as many statements as before, and `retort upgrade aaaa` goes on with it
        [exit status: 1]
    "#]]);
    write("t");
    environment.check(
        "retort upgrade head -x a=first -x b=other
        retort upgrade head --dry-run -x a=first -x b=other
        retort upgrade head -x a=first
        retort upgrade head -x b=second -x a=first",
        expect![[r#"
            $ retort upgrade head -x a=first -x b=other
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: revision aaaa was interrupted, and began with other values
            ! hint: 2 of its 3 statements ran with them (by $ACTOR, at $TIME UTC): give `-x a=VALUE -x b=VALUE`, the same as then, and it goes on with the rest
            ! hint: or finish it by hand, then record where the database is: `retort stamp aaaa`
            [exit status: 1]
            $ retort upgrade head --dry-run -x a=first -x b=other
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: revision aaaa was interrupted, and began with other values
            ! hint: 2 of its 3 statements ran with them (by $ACTOR, at $TIME UTC): give `-x a=VALUE -x b=VALUE`, the same as then, and it goes on with the rest
            ! hint: or finish it by hand, then record where the database is: `retort stamp aaaa`
            [exit status: 1]
            $ retort upgrade head -x a=first
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: no value is given for `b`
            !  --> migrations/aaaa_.sql:9:23
            !   |
            ! 9 | INSERT INTO t VALUES (:b);
            !   |                       ^^
            ! hint: values are given for: a
            ! hint: give it a value: `retort upgrade head -x a=… -x b=VALUE`
            ! hint: the rest of revision aaaa did not run; the database is at base
            [exit status: 1]
            $ retort upgrade head -x b=second -x a=first
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade  -> aaaa, a
            ! revision aaaa was interrupted after 2 of 3 statements; going on with the next
        "#]],
    );
    assert_eq!(texts(&environment, "SELECT a FROM t"), ["first", "second"]);
}
