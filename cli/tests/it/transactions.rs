//! `transaction = "per-revision" | "all" | "none"`.

use expect_test::expect;
use rusqlite::Connection;

use crate::environment::TestEnvironment;

/// Three revisions: a table with a row, a rebuild of it, and one that fails.
fn environment(transaction: &str) -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.write("retort.toml", &format!("transaction = \"{transaction}\"\n"));
    environment.write(
        "migrations/aaaa_.sql",
        "-- first\n--\n-- @revision aaaa\n\n-- @upgrade\nCREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);\n\
         INSERT INTO t VALUES (1, 'x');\n",
    );
    environment.write(
        "migrations/bbbb_.sql",
        "-- second\n--\n-- @revision bbbb\n-- @revises aaaa\n\n-- @upgrade\n\
         ALTER TABLE t ALTER COLUMN a SET NOT NULL;\n-- @only sqlite\nPRAGMA recursive_triggers = ON;\n\
         CREATE TABLE raw (a);\n",
    );
    third(&environment, "raw");
    environment
}

fn third(environment: &TestEnvironment, table: &str) {
    environment.write(
        "migrations/cccc_.sql",
        &format!(
            "-- third\n--\n-- @revision cccc\n-- @revises bbbb\n\n-- @upgrade\nCREATE TABLE u (a INTEGER);\n\
             INSERT INTO {table} VALUES (1);\n"
        ),
    );
}

fn objects(environment: &TestEnvironment) -> Vec<String> {
    let db = Connection::open(environment.path().join("dev.db")).unwrap();
    let query =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let mut statement = db.prepare(query).unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.collect::<Result<_, _>>().unwrap()
}

#[test]
fn nothing_remains_of_a_run_that_is_one_transaction() {
    let environment = environment("all");
    third(&environment, "nope");
    environment.check(
        "retort upgrade head
        retort upgrade head --format json
        retort current",
        expect![[r#"
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade  -> aaaa, first
            ! Running upgrade aaaa -> bbbb, second
            ! Running upgrade bbbb -> cccc, third
            ! error: upgrade of revision cccc failed: no such table: nope
            !  --> migrations/cccc_.sql:8:1
            !   |
            ! 8 | INSERT INTO nope VALUES (1);
            !   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: `retort current` and `retort history -i` show where the database is recorded to be
            ! hint: if the database is without revision bbbb too, record that: `retort stamp aaaa`; otherwise add what is missing to revision cccc, before the statement that needs it
            ! hint: the run is one transaction, and nothing of it remains; the database is at base
            [exit status: 1]
            $ retort upgrade head --format json
            ! {"error":{"code":"missing","message":"migrations/cccc_.sql:8:1: upgrade of revision cccc failed: no such table: nope","hint":"`retort current` and `retort history -i` show where the database is recorded to be\nif the database is without revision bbbb too, record that: `retort stamp aaaa`; otherwise add what is missing to revision cccc, before the statement that needs it\nthe run is one transaction, and nothing of it remains; the database is at base"}}
            [exit status: 1]
            $ retort current
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
        "#]],
    );
    assert_eq!(objects(&environment), Vec::<String>::new());
    environment.run("retort upgrade bbbb");
    environment.check("retort upgrade head\nretort current", expect![[r#"
        $ retort upgrade head
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! Running upgrade bbbb -> cccc, third
        ! error: upgrade of revision cccc failed: no such table: nope
        !  --> migrations/cccc_.sql:8:1
        !   |
        ! 8 | INSERT INTO nope VALUES (1);
        !   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
        ! hint: `retort current` and `retort history -i` show where the database is recorded to be
        ! hint: if the database is without revision bbbb too, record that: `retort stamp aaaa`; otherwise add what is missing to revision cccc, before the statement that needs it
        ! hint: the run is one transaction, and nothing of it remains; the database is at bbbb
        [exit status: 1]
        $ retort current
        bbbb
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
    "#]]);
    assert_eq!(objects(&environment), ["alembic_version", "raw", "retort_journal", "t"]);
    third(&environment, "raw");
    environment.check(
        "retort upgrade head --dry-run -q
        retort upgrade head --dry-run
        retort upgrade head
        retort downgrade base
        retort upgrade head --format json
        retort check --drift",
        expect![[r#"
            $ retort upgrade head --dry-run -q
            -- Running upgrade bbbb -> cccc

            CREATE TABLE "u" (
                "a" INTEGER
            );

            INSERT INTO raw VALUES (1);

            UPDATE "alembic_version" SET "version_num" = 'cccc' WHERE "version_num" = 'bbbb';

            $ retort upgrade head --dry-run
            -- Running upgrade bbbb -> cccc

            CREATE TABLE "u" (
                "a" INTEGER
            );

            INSERT INTO raw VALUES (1);

            UPDATE "alembic_version" SET "version_num" = 'cccc' WHERE "version_num" = 'bbbb';

            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! all of it would be one transaction
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade bbbb -> cccc, third
            $ retort downgrade base
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: the revision has no `-- @downgrade` section and none can be computed: cannot undo `run INSERT INTO raw VALUES (1)`: nothing says what undoes raw SQL
            !  --> migrations/cccc_.sql:8:1
            !   |
            ! 8 | INSERT INTO raw VALUES (1);
            !   | ^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: add a `-- @downgrade` section that undoes the revision; an empty one means that there is nothing to undo
            ! hint: the run is one transaction, and nothing of it remains; the database is at cccc
            [exit status: 1]
            $ retort upgrade head --format json
            {"steps":[],"current":["cccc"]}
            $ retort check --drift
            No drift detected.
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
        "#]],
    );
}

#[test]
fn what_cannot_be_in_one_transaction_is_refused_before_anything_runs() {
    let environment = environment("all");
    environment.write(
        "migrations/cccc_.sql",
        "-- third\n--\n-- @revision cccc\n-- @revises bbbb\n-- @no-transaction\n\n-- @upgrade\n\
         CREATE TABLE u (a INTEGER);\n-- @only sqlite\nVACUUM;\nINSERT INTO nope VALUES (1);\n",
    );
    environment.check(
        "retort upgrade head
        retort upgrade head --dry-run
        retort upgrade head --sql
        retort upgrade bbbb",
        expect![[r#"
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: a revision without a transaction cannot be in the transaction of the run
            !  --> migrations/cccc_.sql:5:4
            !   |
            ! 5 | -- @no-transaction
            !   |    ^^^^^^^^^^^^^^^
            ! hint: `transaction = "all"` makes the whole run one transaction; run this revision without: `RETORT_TRANSACTION=per-revision retort upgrade cccc`
            ! hint: the run is one transaction, and nothing of it remains; the database is at base
            [exit status: 1]
            $ retort upgrade head --dry-run
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: a revision without a transaction cannot be in the transaction of the run
            !  --> migrations/cccc_.sql:5:4
            !   |
            ! 5 | -- @no-transaction
            !   |    ^^^^^^^^^^^^^^^
            ! hint: `transaction = "all"` makes the whole run one transaction; run this revision without: `RETORT_TRANSACTION=per-revision retort upgrade cccc`
            [exit status: 1]
            $ retort upgrade head --sql
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: a revision without a transaction cannot be in the transaction of the run
            !  --> migrations/cccc_.sql:5:4
            !   |
            ! 5 | -- @no-transaction
            !   |    ^^^^^^^^^^^^^^^
            ! hint: `transaction = "all"` makes the whole run one transaction; run this revision without: `RETORT_TRANSACTION=per-revision retort upgrade cccc`
            ! hint: no script was written; with `RETORT_TRANSACTION=per-revision` each revision is a transaction of its own
            [exit status: 1]
            $ retort upgrade bbbb
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade  -> aaaa, first
            ! Running upgrade aaaa -> bbbb, second
        "#]],
    );
    assert_eq!(objects(&environment), ["alembic_version", "raw", "retort_journal", "t"]);
    let mut environment = environment;
    environment.set("RETORT_TRANSACTION", "per-revision");
    environment.run("retort upgrade head");
    environment.set("RETORT_TRANSACTION", "all");
    environment.check(
        "retort upgrade head\nretort upgrade head --dry-run",
        expect![[r#"
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: the run cannot be one transaction: revision cccc is half done
            ! hint: finish it first: `RETORT_TRANSACTION=per-revision retort upgrade cccc`
            [exit status: 1]
            $ retort upgrade head --dry-run
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: the run cannot be one transaction: revision cccc is half done
            ! hint: finish it first: `RETORT_TRANSACTION=per-revision retort upgrade cccc`
            [exit status: 1]
        "#]],
    );
}

#[test]
fn a_run_without_transactions_goes_on_where_it_stopped() {
    let environment = environment("none");
    third(&environment, "nope");
    environment.check("retort upgrade head\nretort current", expect![[r#"
        $ retort upgrade head
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! Running upgrade  -> aaaa, first
        ! Running upgrade aaaa -> bbbb, second
        ! Running upgrade bbbb -> cccc, third
        ! error: upgrade of revision cccc failed: no such table: nope
        !  --> migrations/cccc_.sql:8:1
        !   |
        ! 8 | INSERT INTO nope VALUES (1);
        !   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
        ! hint: its first 1 of 2 statements remain in effect, and the journal knows; correct the rest, in as many statements as before, and `retort upgrade cccc` goes on with it
        ! hint: the run stopped, the 2 revisions before it stay; the database is at bbbb, and `retort upgrade head` goes on from there
        [exit status: 1]
        $ retort current
        bbbb
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! warning: revision cccc was interrupted during its upgrade, after 1 of 2 statements; `retort upgrade cccc` says how to go on
    "#]]);
    assert_eq!(objects(&environment), ["alembic_version", "raw", "retort_journal", "t", "u"]);
    third(&environment, "raw");
    environment.check(
        "retort upgrade head --dry-run\nretort upgrade head",
        expect![[r#"
        $ retort upgrade head --dry-run
        -- Running upgrade bbbb -> cccc

        INSERT INTO raw VALUES (1);

        UPDATE "alembic_version" SET "version_num" = 'cccc' WHERE "version_num" = 'bbbb';

        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! each statement would commit by itself
        ! revision cccc was interrupted after 1 of 2 statements; what is left of it comes first
        $ retort upgrade head
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! Running upgrade bbbb -> cccc, third
        ! revision cccc was interrupted after 1 of 2 statements; going on with the next
    "#]],
    );
}

#[test]
fn scripts_have_one_transaction_or_none() {
    let environment = environment("all");
    environment.check("retort upgrade aaaa:head --sql -q", expect![[r#"
        $ retort upgrade aaaa:head --sql -q
        -- upgrade aaaa -> cccc on sqlite, written by retort 0.1.0
        -- It runs no revision on a database that is not at aaaa.
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

        -- One transaction

        BEGIN IMMEDIATE;

        CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
            SELECT RAISE(FAIL, 'the database is not at aaaa');
        END;
        INSERT INTO temp._retort_guard SELECT 1, 2 WHERE NOT ((SELECT count(*) FROM (SELECT "version_num" FROM "alembic_version") AS found) = 1 AND 'aaaa' IN (SELECT "version_num" FROM "alembic_version"));
        DROP TRIGGER temp._retort_refuse;

        CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
            SELECT RAISE(FAIL, 'a revision is half done in the database');
        END;
        INSERT INTO temp._retort_guard SELECT 1, 2 WHERE NOT (NOT EXISTS (SELECT 1 FROM "retort_journal" WHERE outcome IN ('running', 'in doubt')));
        DROP TRIGGER temp._retort_refuse;

        COMMIT;

        PRAGMA foreign_keys = OFF;
        BEGIN IMMEDIATE;

        CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
            SELECT RAISE(FAIL, 'the database is not at aaaa');
        END;
        INSERT INTO temp._retort_guard SELECT 1, 2 WHERE NOT ((SELECT count(*) FROM (SELECT "version_num" FROM "alembic_version") AS found) = 1 AND 'aaaa' IN (SELECT "version_num" FROM "alembic_version"));
        DROP TRIGGER temp._retort_refuse;

        CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
            SELECT RAISE(FAIL, 'a revision is half done in the database');
        END;
        INSERT INTO temp._retort_guard SELECT 1, 2 WHERE NOT (NOT EXISTS (SELECT 1 FROM "retort_journal" WHERE outcome IN ('running', 'in doubt')));
        DROP TRIGGER temp._retort_refuse;

        CREATE TEMP TABLE _retort_violations AS SELECT "table", "rowid", "parent" FROM pragma_foreign_key_check;

        -- Running upgrade aaaa -> bbbb

        WITH "t" ("id", "a") AS (SELECT * FROM main."t") SELECT 1 FROM "t" LIMIT 0;

        CREATE TABLE "_retort_new_t" (
            "id" INTEGER NOT NULL CONSTRAINT "pk_t" PRIMARY KEY,
            "a" TEXT NOT NULL
        );

        INSERT OR ABORT INTO "_retort_new_t" ("id", "a") SELECT "t"."id", "t"."a" FROM "t";

        DROP TABLE "t";

        PRAGMA legacy_alter_table = ON;

        ALTER TABLE "_retort_new_t" RENAME TO "t";

        PRAGMA legacy_alter_table = OFF;

        PRAGMA recursive_triggers = ON;

        CREATE TABLE raw (a);

        UPDATE "alembic_version" SET "version_num" = 'bbbb' WHERE "version_num" = 'aaaa';

        INSERT INTO "retort_journal" (revision, direction, outcome, statements_done, statements, actor, tool, started_at, finished_at, error) VALUES ('bbbb', 'upgrade', 'done', 11, 11, 'unknown@vm', 'retort 0.1.0 --sql', strftime('%Y-%m-%d %H:%M:%f', 'now'), strftime('%Y-%m-%d %H:%M:%f', 'now'), NULL);

        PRAGMA recursive_triggers = OFF;
        PRAGMA foreign_keys = ON;
        PRAGMA legacy_alter_table = OFF;

        -- Running upgrade bbbb -> cccc

        CREATE TABLE "u" (
            "a" INTEGER
        );

        INSERT INTO raw VALUES (1);

        UPDATE "alembic_version" SET "version_num" = 'cccc' WHERE "version_num" = 'bbbb';

        INSERT INTO "retort_journal" (revision, direction, outcome, statements_done, statements, actor, tool, started_at, finished_at, error) VALUES ('cccc', 'upgrade', 'done', 2, 2, 'unknown@vm', 'retort 0.1.0 --sql', strftime('%Y-%m-%d %H:%M:%f', 'now'), strftime('%Y-%m-%d %H:%M:%f', 'now'), NULL);

        CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
            SELECT RAISE(ROLLBACK, 'rows refer to rows that do not exist');
        END;
        INSERT INTO temp._retort_guard SELECT 1, 2 WHERE EXISTS (SELECT "table", "rowid", "parent" FROM pragma_foreign_key_check EXCEPT SELECT * FROM temp._retort_violations);
        DROP TRIGGER temp._retort_refuse;

        DROP TABLE temp._retort_violations;

        COMMIT;
        PRAGMA foreign_keys = ON;

        DROP TABLE temp._retort_guard;
    "#]]);
    environment.write("retort.toml", "transaction = \"none\"\n");
    environment.check("retort upgrade aaaa:head --sql -q", expect![[r#"
        $ retort upgrade aaaa:head --sql -q
        -- upgrade aaaa -> cccc on sqlite, written by retort 0.1.0
        -- It runs no revision on a database that is not at aaaa.
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

        -- Running upgrade aaaa -> bbbb

        BEGIN IMMEDIATE;

        CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
            SELECT RAISE(FAIL, 'the database is not at aaaa');
        END;
        INSERT INTO temp._retort_guard SELECT 1, 2 WHERE NOT ((SELECT count(*) FROM (SELECT "version_num" FROM "alembic_version") AS found) = 1 AND 'aaaa' IN (SELECT "version_num" FROM "alembic_version"));
        DROP TRIGGER temp._retort_refuse;

        CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
            SELECT RAISE(FAIL, 'a revision is half done in the database');
        END;
        INSERT INTO temp._retort_guard SELECT 1, 2 WHERE NOT (NOT EXISTS (SELECT 1 FROM "retort_journal" WHERE outcome IN ('running', 'in doubt')));
        DROP TRIGGER temp._retort_refuse;

        INSERT INTO "retort_journal" (revision, direction, outcome, statements_done, statements, actor, tool, started_at, finished_at, error) VALUES ('bbbb', 'upgrade', 'running', 0, 3, 'unknown@vm', 'retort 0.1.0 --sql', strftime('%Y-%m-%d %H:%M:%f', 'now'), NULL, NULL);

        COMMIT;

        PRAGMA foreign_keys = OFF;
        BEGIN IMMEDIATE;

        CREATE TEMP TABLE _retort_violations AS SELECT "table", "rowid", "parent" FROM pragma_foreign_key_check;

        WITH "t" ("id", "a") AS (SELECT * FROM main."t") SELECT 1 FROM "t" LIMIT 0;

        CREATE TABLE "_retort_new_t" (
            "id" INTEGER NOT NULL CONSTRAINT "pk_t" PRIMARY KEY,
            "a" TEXT NOT NULL
        );

        INSERT OR ABORT INTO "_retort_new_t" ("id", "a") SELECT "t"."id", "t"."a" FROM "t";

        DROP TABLE "t";

        PRAGMA legacy_alter_table = ON;

        ALTER TABLE "_retort_new_t" RENAME TO "t";

        PRAGMA legacy_alter_table = OFF;

        UPDATE "retort_journal" SET outcome = 'in doubt', statements_done = 1 WHERE id >= 0 AND revision = 'bbbb' AND outcome IN ('running', 'in doubt');

        CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
            SELECT RAISE(ROLLBACK, 'rows refer to rows that do not exist');
        END;
        INSERT INTO temp._retort_guard SELECT 1, 2 WHERE EXISTS (SELECT "table", "rowid", "parent" FROM pragma_foreign_key_check EXCEPT SELECT * FROM temp._retort_violations);
        DROP TRIGGER temp._retort_refuse;

        DROP TABLE temp._retort_violations;

        COMMIT;
        PRAGMA foreign_keys = ON;

        PRAGMA recursive_triggers = ON;

        BEGIN IMMEDIATE;

        UPDATE "retort_journal" SET outcome = 'in doubt', statements_done = 2 WHERE id >= 0 AND revision = 'bbbb' AND outcome IN ('running', 'in doubt');

        COMMIT;

        CREATE TABLE raw (a);

        BEGIN IMMEDIATE;

        CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
            SELECT RAISE(FAIL, 'the database is not at aaaa');
        END;
        INSERT INTO temp._retort_guard SELECT 1, 2 WHERE NOT ((SELECT count(*) FROM (SELECT "version_num" FROM "alembic_version") AS found) = 1 AND 'aaaa' IN (SELECT "version_num" FROM "alembic_version"));
        DROP TRIGGER temp._retort_refuse;

        UPDATE "alembic_version" SET "version_num" = 'bbbb' WHERE "version_num" = 'aaaa';

        UPDATE "retort_journal" SET outcome = 'done', statements_done = statements, finished_at = strftime('%Y-%m-%d %H:%M:%f', 'now') WHERE id >= 0 AND revision = 'bbbb' AND outcome IN ('running', 'in doubt');

        COMMIT;

        -- Running upgrade bbbb -> cccc

        PRAGMA recursive_triggers = OFF;
        PRAGMA foreign_keys = ON;
        PRAGMA legacy_alter_table = OFF;

        BEGIN IMMEDIATE;

        CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
            SELECT RAISE(FAIL, 'the database is not at bbbb');
        END;
        INSERT INTO temp._retort_guard SELECT 1, 2 WHERE NOT ((SELECT count(*) FROM (SELECT "version_num" FROM "alembic_version") AS found) = 1 AND 'bbbb' IN (SELECT "version_num" FROM "alembic_version"));
        DROP TRIGGER temp._retort_refuse;

        INSERT INTO "retort_journal" (revision, direction, outcome, statements_done, statements, actor, tool, started_at, finished_at, error) VALUES ('cccc', 'upgrade', 'running', 0, 2, 'unknown@vm', 'retort 0.1.0 --sql', strftime('%Y-%m-%d %H:%M:%f', 'now'), NULL, NULL);

        COMMIT;

        BEGIN IMMEDIATE;

        CREATE TABLE "u" (
            "a" INTEGER
        );

        UPDATE "retort_journal" SET outcome = 'running', statements_done = 1 WHERE id >= 0 AND revision = 'cccc' AND outcome IN ('running', 'in doubt');

        COMMIT;

        BEGIN IMMEDIATE;

        INSERT INTO raw VALUES (1);

        UPDATE "retort_journal" SET outcome = 'running', statements_done = 2 WHERE id >= 0 AND revision = 'cccc' AND outcome IN ('running', 'in doubt');

        COMMIT;

        BEGIN IMMEDIATE;

        CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
            SELECT RAISE(FAIL, 'the database is not at bbbb');
        END;
        INSERT INTO temp._retort_guard SELECT 1, 2 WHERE NOT ((SELECT count(*) FROM (SELECT "version_num" FROM "alembic_version") AS found) = 1 AND 'bbbb' IN (SELECT "version_num" FROM "alembic_version"));
        DROP TRIGGER temp._retort_refuse;

        UPDATE "alembic_version" SET "version_num" = 'cccc' WHERE "version_num" = 'bbbb';

        UPDATE "retort_journal" SET outcome = 'done', statements_done = statements, finished_at = strftime('%Y-%m-%d %H:%M:%f', 'now') WHERE id >= 0 AND revision = 'cccc' AND outcome IN ('running', 'in doubt');

        COMMIT;

        DROP TABLE temp._retort_guard;
    "#]]);
}

#[test]
fn the_setting_is_one_of_three_words() {
    let mut environment = environment("All");
    environment.check("retort upgrade head", expect![[r#"
        $ retort upgrade head
        ! error: `All`, the transaction that retort.toml gives, is not `per-revision`, `all` or `none`
        ! hint: `per-revision`: one for each revision; `all`: one for the whole run; `none`: each statement commits by itself
        [exit status: 1]
    "#]]);
    environment.write("retort.toml", "[env.prod]\ntransaction = \"all\"\nurl = \"sqlite://dev.db\"\n");
    environment.set("RETORT_TRANSACTION", "once");
    environment.check("retort upgrade head --env prod", expect![[r#"
        $ retort upgrade head --env prod
        ! error: `once`, the transaction that RETORT_TRANSACTION gives, is not `per-revision`, `all` or `none`
        ! hint: `per-revision`: one for each revision; `all`: one for the whole run; `none`: each statement commits by itself
        [exit status: 1]
    "#]]);
}

/// Whatever the transactions, what is in the database then is the same.
#[test]
fn the_setting_does_not_change_what_a_run_makes() {
    let content = |transaction: &str| {
        let mut environment = TestEnvironment::new();
        environment.use_database("dev.db");
        environment.set("RETORT_TRANSACTION", transaction);
        let bodies = [
            "CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT);\n\
             CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE);\n\
             INSERT INTO p VALUES (1, 'x'), (2, 'y');\nINSERT INTO c VALUES (1, 1), (2, 2);",
            "ALTER TABLE p ALTER COLUMN a SET NOT NULL, ADD COLUMN b INTEGER;",
            "DELETE FROM p WHERE id = 1;\nALTER TABLE p ALTER COLUMN b SET DEFAULT 7;\nINSERT INTO p (id, a) VALUES (3, 'z');",
            "-- @only sqlite\nALTER TABLE c ADD COLUMN late TEXT;\nCREATE VIEW v AS SELECT * FROM c;",
            "DROP VIEW v;\nALTER TABLE c DROP COLUMN late, ALTER COLUMN p SET NOT NULL;",
        ];
        for (at, body) in bodies.iter().enumerate() {
            let revises =
                at.checked_sub(1).map(|below| format!("-- @revises rev{below}\n")).unwrap_or_default();
            environment.write(
                &format!("migrations/{at}.sql"),
                &format!("-- {at}\n--\n-- @revision rev{at}\n{revises}\n-- @upgrade\n{body}\n"),
            );
        }
        let run = environment.run("retort upgrade head");
        assert_eq!(run.status, 0, "{transaction}: {}", run.stderr);
        let db = Connection::open(environment.path().join("dev.db")).unwrap();
        let query = "SELECT sql FROM sqlite_schema UNION ALL SELECT concat_ws('|', 'p', id, a, b) FROM p \
                     UNION ALL SELECT concat_ws('|', 'c', id, p) FROM c";
        let mut statement = db.prepare(query).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<Vec<Option<String>>, _>>().unwrap()
    };
    let expected = content("per-revision");
    assert!(expected.contains(&Some("c|2|2".to_owned())) && !expected.contains(&Some("c|1|1".to_owned())));
    assert_eq!(content("all"), expected);
    assert_eq!(content("none"), expected);
}
