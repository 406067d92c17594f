//! Revisions that run without a transaction, and the way out of one that
//! stopped midway.

use expect_test::expect;
use rusqlite::Connection;

use crate::environment::TestEnvironment;

/// A parent with children that cascade, and a revision after them that rebuilds
/// the parent, and fails at its fourth statement.
fn environment() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.write(
        "migrations/aaaa_.sql",
        "-- family\n--\n-- @revision aaaa\n\n-- @upgrade\n\
         CREATE TABLE parent (id INTEGER PRIMARY KEY, a TEXT);\n\
         CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent (id) ON DELETE CASCADE);\n\
         INSERT INTO parent VALUES (1, 'x');\n\
         INSERT INTO child VALUES (1, 1), (2, 1);\n",
    );
    write(&environment, "nope");
    environment
}

fn write(environment: &TestEnvironment, table: &str) {
    environment.write(
        "migrations/bbbb_.sql",
        &format!(
            "-- rebuild\n--\n-- @revision bbbb\n-- @revises aaaa\n-- @no-transaction\n\n-- @upgrade\n\
             CREATE TABLE t (a INTEGER);\n\
             ALTER TABLE parent ALTER COLUMN a SET NOT NULL, ADD COLUMN b INTEGER;\n\
             -- @only sqlite\nVACUUM;\n-- @all\n\
             INSERT INTO {table} VALUES (5);\n\
             ALTER TABLE parent ALTER COLUMN b SET DEFAULT 7;\n"
        ),
    );
}

fn children(environment: &TestEnvironment) -> i64 {
    let db = Connection::open(environment.path().join("dev.db")).unwrap();
    db.query_row("SELECT count(*) FROM child", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_revision_that_failed_midway_goes_on_where_it_stopped() {
    let environment = environment();
    environment.check(
        "retort upgrade head
        retort upgrade head",
        expect![[r#"
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade  -> aaaa, family
            ! Running upgrade aaaa -> bbbb, rebuild
            ! error: upgrade of revision bbbb failed: no such table: nope
            !   --> migrations/bbbb_.sql:13:1
            !    |
            ! 13 | INSERT INTO nope VALUES (5);
            !    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: its first 3 of 5 statements remain in effect, and the journal knows; correct the rest, in as many statements as before, and `retort upgrade bbbb` goes on with it
            ! hint: the run stopped, the revision before it stays; the database is at aaaa, and `retort upgrade head` goes on from there
            [exit status: 1]
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade aaaa -> bbbb, rebuild
            ! revision bbbb was interrupted after 3 of 5 statements; going on with the next
            ! error: upgrade of revision bbbb failed: no such table: nope
            !   --> migrations/bbbb_.sql:13:1
            !    |
            ! 13 | INSERT INTO nope VALUES (5);
            !    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: its first 3 of 5 statements remain in effect, and the journal knows; correct the rest, in as many statements as before, and `retort upgrade bbbb` goes on with it
            [exit status: 1]
        "#]],
    );
    let other = environment.run("retort downgrade base");
    assert!(other.stderr.contains("hint: `retort upgrade bbbb` goes on with the rest"), "{}", other.stderr);
    assert_eq!(children(&environment), 2, "a rebuild took them along");
    write(&environment, "t");
    environment.check(
        "retort upgrade head --dry-run
        retort upgrade head
        retort current",
        expect![[r#"
            $ retort upgrade head --dry-run
            -- Running upgrade aaaa -> bbbb

            INSERT INTO t VALUES (5);

            WITH "parent" ("id", "a", "b") AS (SELECT * FROM main."parent") SELECT 1 FROM "parent" LIMIT 0;

            PRAGMA foreign_keys = OFF;

            CREATE TABLE "_retort_new_parent" (
                "id" INTEGER NOT NULL CONSTRAINT "pk_parent" PRIMARY KEY,
                "a" TEXT NOT NULL,
                "b" INTEGER DEFAULT 7
            );

            INSERT OR ABORT INTO "_retort_new_parent" ("id", "a", "b") SELECT "parent"."id", "parent"."a", "parent"."b" FROM "parent";

            DROP TABLE "parent";

            PRAGMA legacy_alter_table = ON;

            ALTER TABLE "_retort_new_parent" RENAME TO "parent";

            PRAGMA legacy_alter_table = OFF;

            PRAGMA foreign_keys = ON;

            UPDATE "alembic_version" SET "version_num" = 'bbbb' WHERE "version_num" = 'aaaa';

            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! revision bbbb was interrupted after 3 of 5 statements; what is left of it comes first
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade aaaa -> bbbb, rebuild
            ! revision bbbb was interrupted after 3 of 5 statements; going on with the next
            $ retort current
            bbbb (head)
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
        "#]],
    );
    assert_eq!(children(&environment), 2, "a rebuild took them along");
}

#[test]
fn a_dry_run_knows_what_is_in_doubt() {
    let environment = environment();
    assert_eq!(environment.run("retort upgrade head").status, 1);
    let db = Connection::open(environment.path().join("dev.db")).unwrap();
    db.execute_batch(
        "UPDATE retort_journal SET outcome = 'in doubt', actor = 'ada@host', started_at = '2026-11-22 15:02:11' \
         WHERE outcome = 'running'",
    )
    .unwrap();
    environment.check(
        "retort current
        retort upgrade head --dry-run
        retort upgrade head
        retort stamp bbbb
        retort current
        retort upgrade head",
        expect![[r#"
            $ retort current
            aaaa
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! warning: revision bbbb was interrupted during its upgrade, after 3 of 5 statements; `retort upgrade bbbb` says how to go on
            $ retort upgrade head --dry-run
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: revision bbbb was interrupted during its upgrade, and nobody knows whether this statement took effect
            !   --> migrations/bbbb_.sql:13:1
            !    |
            ! 13 | INSERT INTO nope VALUES (5);
            !    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: 3 of its 5 statements ran before it (by $ACTOR, at $TIME UTC)
            ! hint: look whether it took effect; finish the rest by hand, and record it: `retort stamp bbbb`
            ! hint: or undo by hand what ran, and record that: `retort stamp aaaa`
            [exit status: 1]
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: revision bbbb was interrupted during its upgrade, and nobody knows whether this statement took effect
            !   --> migrations/bbbb_.sql:13:1
            !    |
            ! 13 | INSERT INTO nope VALUES (5);
            !    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: 3 of its 5 statements ran before it (by $ACTOR, at $TIME UTC)
            ! hint: look whether it took effect; finish the rest by hand, and record it: `retort stamp bbbb`
            ! hint: or undo by hand what ran, and record that: `retort stamp aaaa`
            [exit status: 1]
            $ retort stamp bbbb
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running stamp_revision aaaa -> bbbb
            $ retort current
            bbbb (head)
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! nothing to do: the database is at bbbb
        "#]],
    );
}

#[test]
fn a_revision_that_failed_at_once_left_nothing_to_go_on_with() {
    let environment = environment();
    let text =
        "-- x\n-- @revision bbbb\n-- @revises aaaa\n-- @no-transaction\n\n-- @upgrade\n-- @only sqlite\n";
    for statement in ["INSERT INTO nope VALUES (5);", "VACUUM nope;"] {
        environment.write("migrations/bbbb_.sql", &format!("{text}{statement}\nVACUUM;\n"));
        let failed = environment.run("retort upgrade head");
        assert!(failed.stderr.contains("hint: nothing of revision bbbb remains"), "{}", failed.stderr);
        assert_eq!(
            environment.run("retort downgrade base").stderr.lines().last(),
            Some("Running downgrade aaaa -> , family")
        );
    }
    environment.write("migrations/bbbb_.sql", &format!("{text}VACUUM;\n"));
    assert_eq!(environment.run("retort upgrade head").status, 0);
}

#[test]
fn what_is_left_has_as_many_statements_as_before() {
    let environment = environment();
    environment.run("retort upgrade head");
    write(&environment, "t VALUES (4);\nINSERT INTO t");
    let refused = environment.run("retort upgrade head");
    expect![[r#"
        environment default, database sqlite://dev.db (from DATABASE_URL)
        error: revision bbbb was interrupted, and its file has changed since: it had 5 statements and has 6
        hint: let it have 5 statements again, of which the first 3 ran; or finish it by hand, then record where the database is: `retort stamp bbbb`
    "#]]
    .assert_eq(&refused.stderr);
    write(&environment, "t VALUES (4), (5); --");
    let finished = environment.run("retort upgrade head");
    assert!(finished.stderr.contains("going on with the next"), "{}", finished.stderr);
    let db = Connection::open(environment.path().join("dev.db")).unwrap();
    let count: i64 = db.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 2);
}

#[test]
fn a_revision_whose_place_is_taken_when_it_ends_says_so() {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    for (id, parent) in [("aaaa", ""), ("cccc", "-- @revises aaaa\n"), ("dddd", "-- @revises bbbb\n")] {
        environment.write(
            &format!("migrations/{id}_.sql"),
            &format!("-- @revision {id}\n{parent}\n-- @upgrade\nCREATE TABLE {id} (a INTEGER);\n"),
        );
    }
    // The statement stands for somebody who does not ask for the lock.
    environment.write(
        "migrations/bbbb_.sql",
        "-- @revision bbbb\n-- @revises aaaa\n-- @no-transaction\n\n-- @upgrade\n\
         UPDATE alembic_version SET version_num = 'cccc';\n",
    );
    environment.check(
        "retort upgrade dddd
        retort current
        retort upgrade dddd",
        expect![[r#"
            $ retort upgrade dddd
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade  -> aaaa, $
            ! Running upgrade aaaa -> bbbb, $
            ! error: another run moved the database to cccc
            ! hint: `retort history -i` shows what is left to do
            ! hint: the run stopped, the revision before it stays; the database is at cccc, and `retort upgrade dddd` goes on from there
            [exit status: 1]
            $ retort current
            cccc (head)
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! warning: revision bbbb was interrupted during its upgrade, after 1 of 1 statements; `retort upgrade bbbb` says how to go on
            $ retort upgrade dddd
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade aaaa -> bbbb, $
            ! revision bbbb was interrupted after 1 of 1 statements; going on with the next
            ! Running upgrade bbbb -> dddd, $
        "#]],
    );
}
