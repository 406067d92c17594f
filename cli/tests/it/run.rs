//! `retort upgrade`, `downgrade`, `current` and `stamp`, on SQLite.

use expect_test::expect;

use crate::environment::TestEnvironment;

/// An environment with a database, and the revisions `aaaa` → {`bbbb`, `cccc`}.
fn environment() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    write(&environment, "aaaa", "", "CREATE TABLE account (id INTEGER);", "DROP TABLE account;");
    write(
        &environment,
        "bbbb",
        "-- @revises aaaa\n",
        "ALTER TABLE account ADD COLUMN email TEXT;",
        "ALTER TABLE account DROP COLUMN email;",
    );
    environment
}

/// Writes a revision with one SQLite statement or more each way.
fn write(environment: &TestEnvironment, id: &str, header: &str, upgrade: &str, downgrade: &str) {
    environment.write(
        &format!("migrations/{id}_.sql"),
        &format!(
            "-- revision {id}\n--\n-- @revision {id}\n{header}\n-- @upgrade\n-- @only sqlite\n{upgrade}\n-- @all\n\n\
             -- @downgrade\n-- @only sqlite\n{downgrade}\n-- @all\n"
        ),
    );
}

#[test]
fn up_and_down() {
    environment().check(
        "retort current
        retort upgrade +1
        retort current
        retort upgrade head
        retort upgrade head
        retort current
        retort history -i
        retort history -r current:
        retort show current
        retort downgrade -1
        retort current -v
        retort downgrade base
        retort current",
        expect![[r#"
            $ retort current
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! there is no database `dev.db`; nothing is applied
            $ retort upgrade +1
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade  -> aaaa, revision aaaa
            $ retort current
            aaaa
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade aaaa -> bbbb, revision bbbb
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! nothing to do: the database is at bbbb
            $ retort current
            bbbb (head)
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort history -i
            aaaa -> bbbb (head) (current), revision bbbb
            <base> -> aaaa, revision aaaa
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort history -r current:
            aaaa -> bbbb (head) (current), revision bbbb
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort show current
            Rev: bbbb (head) (current)
            Parent: aaaa
            Path: migrations/bbbb_.sql

                revision bbbb
                $
                Revision ID: bbbb
                Revises: aaaa

            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort downgrade -1
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running downgrade bbbb -> aaaa, revision bbbb
            $ retort current -v
            Current revision(s) for sqlite://dev.db:
            Rev: aaaa
            Parent: <base>
            Path: migrations/aaaa_.sql

                revision aaaa
                $
                Revision ID: aaaa
                Revises: $

            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort downgrade base
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running downgrade aaaa -> , revision aaaa
            $ retort current
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
        "#]],
    );
}

#[test]
fn dry_runs_write_the_plan_and_nothing_else() {
    let environment = environment();
    environment.check(
        "retort upgrade head --dry-run
        retort upgrade head --dry-run --format json
        retort upgrade base --dry-run --format json",
        expect![[r#"
            $ retort upgrade head --dry-run
            -- Running upgrade  -> aaaa

            CREATE TABLE IF NOT EXISTS "alembic_version" (
                "version_num" VARCHAR(32) NOT NULL CONSTRAINT "alembic_version_pkc" PRIMARY KEY
            );

            CREATE TABLE account (id INTEGER);

            INSERT INTO "alembic_version" ("version_num") VALUES ('aaaa');

            -- Running upgrade aaaa -> bbbb

            ALTER TABLE account ADD COLUMN email TEXT;

            UPDATE "alembic_version" SET "version_num" = 'bbbb' WHERE "version_num" = 'aaaa';

            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! there is no database `dev.db`; nothing is applied
            $ retort upgrade head --dry-run --format json
            {"steps":[{"revision":"aaaa","direction":"upgrade","statements":["CREATE TABLE IF NOT EXISTS \"alembic_version\" (\n    \"version_num\" VARCHAR(32) NOT NULL CONSTRAINT \"alembic_version_pkc\" PRIMARY KEY\n)","CREATE TABLE account (id INTEGER)","INSERT INTO \"alembic_version\" (\"version_num\") VALUES ('aaaa')"]},{"revision":"bbbb","direction":"upgrade","statements":["ALTER TABLE account ADD COLUMN email TEXT","UPDATE \"alembic_version\" SET \"version_num\" = 'bbbb' WHERE \"version_num\" = 'aaaa'"]}]}
            $ retort upgrade base --dry-run --format json
            {"steps":[]}
        "#]],
    );
    assert!(!environment.files().contains(&"dev.db".to_owned()));
    assert_eq!(environment.run("retort upgrade aaaa").status, 0);
    environment.check(
        "retort upgrade +1 --dry-run --format json
        retort downgrade -1 --dry-run
        retort current",
        expect![[r#"
            $ retort upgrade +1 --dry-run --format json
            {"steps":[{"revision":"bbbb","direction":"upgrade","statements":["ALTER TABLE account ADD COLUMN email TEXT","UPDATE \"alembic_version\" SET \"version_num\" = 'bbbb' WHERE \"version_num\" = 'aaaa'"]}]}
            $ retort downgrade -1 --dry-run
            -- Running downgrade aaaa -> $

            DROP TABLE account;

            DELETE FROM "alembic_version" WHERE "version_num" = 'aaaa';

            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort current
            aaaa
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
        "#]],
    );
}

#[test]
fn commands_that_read_create_nothing() {
    let environment = environment();
    let before = environment.files();
    for command in ["current", "current --check-heads", "history -i", "history -r current:", "show current"] {
        environment.run(&format!("retort {command}"));
    }
    assert_eq!(environment.files(), before);
}

#[test]
fn runs_for_scripts() {
    environment().check(
        "retort upgrade head --format json
        retort current --format json
        retort history -i --format json
        retort downgrade -1 --format json
        retort stamp head --format json
        retort upgrade nope --format json",
        expect![[r#"
            $ retort upgrade head --format json
            {"steps":[{"revision":"aaaa","direction":"upgrade"},{"revision":"bbbb","direction":"upgrade"}],"current":["bbbb"]}
            $ retort current --format json
            {"revisions":[{"revision":"bbbb","down_revisions":["aaaa"],"depends_on":[],"branch_labels":[],"message":"revision bbbb","path":"migrations/bbbb_.sql","is_head":true,"is_base":false,"is_branch_point":false,"is_merge_point":false,"is_current":true}]}
            $ retort history -i --format json
            {"revisions":[{"revision":"bbbb","down_revisions":["aaaa"],"depends_on":[],"branch_labels":[],"message":"revision bbbb","path":"migrations/bbbb_.sql","is_head":true,"is_base":false,"is_branch_point":false,"is_merge_point":false,"is_current":true},{"revision":"aaaa","down_revisions":[],"depends_on":[],"branch_labels":[],"message":"revision aaaa","path":"migrations/aaaa_.sql","is_head":false,"is_base":true,"is_branch_point":false,"is_merge_point":false,"is_current":false}]}
            $ retort downgrade -1 --format json
            {"steps":[{"revision":"bbbb","direction":"downgrade"}],"current":["aaaa"]}
            $ retort stamp head --format json
            {"current":["bbbb"]}
            $ retort upgrade nope --format json
            ! {"error":{"code":"revision-not-found","message":"Can't locate revision identified by 'nope'","hint":"none of the 2 revisions, up to bbbb, and no branch label begins with it; `retort history` lists them"}}
            [exit status: 1]
        "#]],
    );
}

#[test]
fn quiet_runs_say_nothing() {
    environment().check(
        "retort -q upgrade head\nretort -q current",
        expect![[r#"
        $ retort -q upgrade head
        $ retort -q current
        bbbb (head)
    "#]],
    );
}

#[test]
fn a_version_that_no_file_has_is_repaired_with_stamp() {
    let environment = environment();
    write(&environment, "dddd", "-- @revises bbbb\n", "CREATE TABLE d (id INTEGER);", "DROP TABLE d;");
    assert_eq!(environment.run("retort upgrade head").status, 0);
    environment.remove("migrations/dddd_.sql");
    environment.check(
        "retort current
        retort upgrade head
        retort downgrade -1
        retort stamp bbbb
        retort stamp --purge nope
        retort current
        retort stamp --purge bbbb
        retort current",
        expect![[r#"
            $ retort current
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: Can't locate revision identified by 'dddd'
            ! hint: the table alembic_version of sqlite://dev.db is at dddd, which no file in migrations has
            ! hint: restore the file of dddd; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
            [exit status: 1]
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: Can't locate revision identified by 'dddd'
            ! hint: the table alembic_version of sqlite://dev.db is at dddd, which no file in migrations has
            ! hint: restore the file of dddd; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
            [exit status: 1]
            $ retort downgrade -1
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: Can't locate revision identified by 'dddd'
            ! hint: the table alembic_version of sqlite://dev.db is at dddd, which no file in migrations has
            ! hint: restore the file of dddd; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
            [exit status: 1]
            $ retort stamp bbbb
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: Can't locate revision identified by 'dddd'
            ! hint: the table alembic_version of sqlite://dev.db is at dddd, which no file in migrations has
            ! hint: restore the file of dddd; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
            [exit status: 1]
            $ retort stamp --purge nope
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: Can't locate revision identified by 'nope'
            ! hint: none of the 2 revisions, up to bbbb, and no branch label begins with it; `retort history` lists them
            [exit status: 1]
            $ retort current
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: Can't locate revision identified by 'dddd'
            ! hint: the table alembic_version of sqlite://dev.db is at dddd, which no file in migrations has
            ! hint: restore the file of dddd; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
            [exit status: 1]
            $ retort stamp --purge bbbb
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running stamp_revision dddd -> bbbb
            $ retort current
            bbbb (head)
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
        "#]],
    );
}

#[test]
fn several_heads() {
    let environment = environment();
    write(&environment, "cccc", "-- @revises aaaa\n", "CREATE TABLE c (id INTEGER);", "DROP TABLE c;");
    environment.check(
        "retort upgrade head
        retort upgrade head --dry-run --format json
        retort upgrade heads
        retort current
        retort upgrade +1
        retort downgrade -1
        retort current --check-heads
        retort upgrade heads
        retort merge -m \"merge branches\" heads --rev-id eeee
        retort upgrade head
        retort current --check-heads",
        expect![[r#"
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads
            ! hint: join them: `retort merge -m "merge branches" bbbb cccc`
            ! hint: or go to all of them: `retort upgrade heads`
            [exit status: 1]
            $ retort upgrade head --dry-run --format json
            ! {"error":{"code":"multiple-heads","message":"Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads","hint":"join them: `retort merge -m \"merge branches\" bbbb cccc`\nor go to all of them: `retort upgrade heads`"}}
            [exit status: 1]
            $ retort upgrade heads
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade  -> aaaa, revision aaaa
            ! Running upgrade aaaa -> cccc, revision cccc
            ! Running upgrade aaaa -> bbbb, revision bbbb
            $ retort current
            bbbb (head)
            cccc (head)
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort upgrade +1
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: Relative revision +1 didn't produce 1 migrations
            ! hint: nothing is above bbbb, cccc, where the steps start
            [exit status: 1]
            $ retort downgrade -1
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! warning: downgrade -1 from multiple heads is ambiguous: the database is at bbbb, cccc; `bbbb@-1` names one
            ! Running downgrade bbbb -> aaaa, revision bbbb
            $ retort current --check-heads
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: Target database is not up to date. Database is not on all head revisions
            ! hint: it is at cccc; `retort upgrade heads` brings it to the heads
            [exit status: 1]
            $ retort upgrade heads
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade aaaa -> bbbb, revision bbbb
            $ retort merge -m "merge branches" heads --rev-id eeee
            Generating migrations/eeee_merge_branches.sql ...  done
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade bbbb, cccc -> eeee, merge branches
            $ retort current --check-heads
            eeee (head) (mergepoint)
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
        "#]],
    );
}

#[test]
fn what_exists_already() {
    let environment = environment();
    assert_eq!(environment.run("retort upgrade head").status, 0);
    environment.check(
        "retort stamp --purge base
        retort upgrade head
        retort stamp aaaa
        retort upgrade head
        retort stamp bbbb
        retort upgrade head",
        expect![[r#"
            $ retort stamp --purge base
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running stamp_revision bbbb -> $
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade  -> aaaa, revision aaaa
            ! error: upgrade of revision aaaa failed: table account already exists
            !  --> migrations/aaaa_.sql:7:1
            !   |
            ! 7 | CREATE TABLE account (id INTEGER);
            !   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: `retort current` and `retort history -i` show where the database is recorded to be
            ! hint: if the database has all that revision aaaa makes, record that: `retort stamp aaaa`; otherwise take what exists out of the revision
            ! hint: nothing of revision aaaa remains; the database is at base, and `retort upgrade head` goes on from there
            [exit status: 1]
            $ retort stamp aaaa
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running stamp_revision  -> aaaa
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade aaaa -> bbbb, revision bbbb
            ! error: upgrade of revision bbbb failed: duplicate column name: email
            !  --> migrations/bbbb_.sql:8:1
            !   |
            ! 8 | ALTER TABLE account ADD COLUMN email TEXT;
            !   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: `retort current` and `retort history -i` show where the database is recorded to be
            ! hint: if the database has all that revision bbbb makes, record that: `retort stamp bbbb`; otherwise take what exists out of the revision
            ! hint: nothing of revision bbbb remains; the database is at aaaa, and `retort upgrade head` goes on from there
            [exit status: 1]
            $ retort stamp bbbb
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running stamp_revision aaaa -> bbbb
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! nothing to do: the database is at bbbb
        "#]],
    );
}

#[test]
fn what_is_missing() {
    let environment = environment();
    environment.check(
        "retort stamp aaaa
        retort upgrade head
        retort downgrade base",
        expect![[r#"
            $ retort stamp aaaa
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running stamp_revision  -> aaaa
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade aaaa -> bbbb, revision bbbb
            ! error: upgrade of revision bbbb failed: no such table: account
            !  --> migrations/bbbb_.sql:8:1
            !   |
            ! 8 | ALTER TABLE account ADD COLUMN email TEXT;
            !   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: `retort current` and `retort history -i` show where the database is recorded to be
            ! hint: if the database is without revision aaaa too, record that: `retort stamp base`; otherwise add what is missing to revision bbbb, before the statement that needs it
            ! hint: nothing of revision bbbb remains; the database is at aaaa, and `retort upgrade head` goes on from there
            [exit status: 1]
            $ retort downgrade base
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running downgrade aaaa -> , revision aaaa
            ! error: downgrade of revision aaaa failed: no such table: account
            !   --> migrations/aaaa_.sql:12:1
            !    |
            ! 12 | DROP TABLE account;
            !    | ^^^^^^^^^^^^^^^^^^
            ! hint: `retort current` and `retort history -i` show where the database is recorded to be
            ! hint: if the database is without revision aaaa already, record that: `retort stamp base`
            ! hint: nothing of revision aaaa remains; the database is at aaaa, and `retort downgrade base` goes on from there
            [exit status: 1]
        "#]],
    );
}

#[test]
fn a_failure_says_what_remains() {
    let environment = environment();
    write(
        &environment,
        "dddd",
        "-- @revises bbbb\n",
        "CREATE TABLE d (id INTEGER);\nINSERT INTO d VALUES (1, 2);\nCREATE TABLE e (id INTEGER);",
        "DROP TABLE d;",
    );
    environment.check(
        "retort upgrade head
        retort current
        retort upgrade head
        retort upgrade head --format json",
        expect![[r#"
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade  -> aaaa, revision aaaa
            ! Running upgrade aaaa -> bbbb, revision bbbb
            ! Running upgrade bbbb -> dddd, revision dddd
            ! error: upgrade of revision dddd failed: table d has 1 columns but 2 values were supplied
            !  --> migrations/dddd_.sql:9:1
            !   |
            ! 9 | INSERT INTO d VALUES (1, 2);
            !   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: nothing of revision dddd remains, the 2 revisions before it stay; the database is at bbbb, and `retort upgrade head` goes on from there
            [exit status: 1]
            $ retort current
            bbbb
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade bbbb -> dddd, revision dddd
            ! error: upgrade of revision dddd failed: table d has 1 columns but 2 values were supplied
            !  --> migrations/dddd_.sql:9:1
            !   |
            ! 9 | INSERT INTO d VALUES (1, 2);
            !   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: nothing of revision dddd remains; the database is at bbbb, and `retort upgrade head` goes on from there
            [exit status: 1]
            $ retort upgrade head --format json
            ! {"error":{"code":"database","message":"migrations/dddd_.sql:9:1: upgrade of revision dddd failed: table d has 1 columns but 2 values were supplied","hint":"nothing of revision dddd remains; the database is at bbbb, and `retort upgrade head` goes on from there"}}
            [exit status: 1]
        "#]],
    );
}

#[test]
fn portable_statements_that_contradict_the_database() {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    let revision = |id: &str, header: &str, sql: &str| {
        let text = format!("-- revision {id}\n--\n-- @revision {id}\n{header}\n-- @upgrade\n{sql}\n");
        environment.write(&format!("migrations/{id}_.sql"), &text);
    };
    revision("aaaa", "", "CREATE TABLE account (id INTEGER PRIMARY KEY);");
    revision("bbbb", "-- @revises aaaa\n", "ALTER TABLE account ADD COLUMN email TEXT;");
    revision("cccc", "-- @revises bbbb\n", "ALTER TABLE account DROP COLUMN phone;");
    environment.check(
        "retort upgrade bbbb
        retort stamp --purge base
        retort upgrade head
        retort stamp aaaa
        retort upgrade head
        retort stamp bbbb
        retort upgrade head
        retort downgrade base
        retort current",
        expect![[r#"
            $ retort upgrade bbbb
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade  -> aaaa, revision aaaa
            ! Running upgrade aaaa -> bbbb, revision bbbb
            $ retort stamp --purge base
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running stamp_revision bbbb -> $
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: table "account" already exists
            !  --> migrations/aaaa_.sql:6:1
            !   |
            ! 6 | CREATE TABLE account (id INTEGER PRIMARY KEY);
            !   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: `retort current` and `retort history -i` show where the database is recorded to be
            ! hint: if the database has all that revision aaaa makes, record that: `retort stamp aaaa`; otherwise take what exists out of the revision
            ! hint: nothing of revision aaaa ran; the database is at base, and `retort upgrade head` goes on from there
            [exit status: 1]
            $ retort stamp aaaa
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running stamp_revision  -> aaaa
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: column "email" of relation "account" already exists
            !  --> migrations/bbbb_.sql:7:1
            !   |
            ! 7 | ALTER TABLE account ADD COLUMN email TEXT;
            !   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: `retort current` and `retort history -i` show where the database is recorded to be
            ! hint: if the database has all that revision bbbb makes, record that: `retort stamp bbbb`; otherwise take what exists out of the revision
            ! hint: nothing of revision bbbb ran; the database is at aaaa, and `retort upgrade head` goes on from there
            [exit status: 1]
            $ retort stamp bbbb
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running stamp_revision aaaa -> bbbb
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: column "phone" of relation "account" does not exist
            !  --> migrations/cccc_.sql:7:1
            !   |
            ! 7 | ALTER TABLE account DROP COLUMN phone;
            !   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: `retort current` and `retort history -i` show where the database is recorded to be
            ! hint: if the database is without revision bbbb too, record that: `retort stamp aaaa`; otherwise add what is missing to revision cccc, before the statement that needs it
            ! hint: nothing of revision cccc ran; the database is at bbbb, and `retort upgrade head` goes on from there
            [exit status: 1]
            $ retort downgrade base
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running downgrade bbbb -> aaaa, revision bbbb
            ! Running downgrade aaaa -> , revision aaaa
            $ retort current
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
        "#]],
    );
}

#[test]
fn parts_for_other_backends_are_left_out() {
    let environment = environment();
    environment.write(
        "migrations/cccc_.sql",
        "-- three\n--\n-- @revision cccc\n-- @revises bbbb\n\n-- @upgrade\n-- @only postgresql\nSELECT 1;\n\
         -- @only mysql, sqlite\nSELECT 2 -- two\n;\n",
    );
    environment.check(
        "retort upgrade bbbb:cccc\nretort -q upgrade head --dry-run",
        expect![[r#"
            $ retort upgrade bbbb:cccc
            ! error: Range revision not allowed
            ! hint: ranges are for `retort history -r`, and for scripts: `--sql`
            [exit status: 1]
            $ retort -q upgrade head --dry-run
            -- Running upgrade  -> aaaa

            CREATE TABLE IF NOT EXISTS "alembic_version" (
                "version_num" VARCHAR(32) NOT NULL CONSTRAINT "alembic_version_pkc" PRIMARY KEY
            );

            CREATE TABLE account (id INTEGER);

            INSERT INTO "alembic_version" ("version_num") VALUES ('aaaa');

            -- Running upgrade aaaa -> bbbb

            ALTER TABLE account ADD COLUMN email TEXT;

            UPDATE "alembic_version" SET "version_num" = 'bbbb' WHERE "version_num" = 'aaaa';

            -- Running upgrade bbbb -> cccc

            SELECT 2;

            UPDATE "alembic_version" SET "version_num" = 'cccc' WHERE "version_num" = 'bbbb';

        "#]],
    );
    environment.write(
        "migrations/dddd_.sql",
        "-- four\n-- @revision dddd\n-- @revises cccc\n-- @upgrade\n-- @only nosuch\n",
    );
    environment.check("retort upgrade head", expect![[r#"
        $ retort upgrade head
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! Running upgrade  -> aaaa, revision aaaa
        ! Running upgrade aaaa -> bbbb, revision bbbb
        ! Running upgrade bbbb -> cccc, three
        ! error: no backend is called `nosuch`
        !  --> migrations/dddd_.sql:5:10
        !   |
        ! 5 | -- @only nosuch
        !   |          ^^^^^^
        ! hint: `@only` takes one or more of: mariadb, mysql, postgresql, sqlite
        ! hint: nothing of revision dddd ran, the 3 revisions before it stay; the database is at cccc, and `retort upgrade head` goes on from there
        [exit status: 1]
    "#]]);
}

#[test]
fn databases_that_cannot_be_used() {
    let environment = environment();
    environment.write("text.db", "this is not a database, however long it goes on about it");
    environment.check(
        "retort current --url sqlite://$DIR/text.db
        retort upgrade head --url sqlite://$DIR/text.db
        retort upgrade head --url mongodb://localhost/x",
        expect![[r#"
            $ retort current --url sqlite://$DIR/text.db
            ! environment default, database sqlite://text.db (from --url)
            ! error: `text.db` is not a SQLite database
            ! hint: check the URL that --url gives; nothing was changed
            [exit status: 1]
            $ retort upgrade head --url sqlite://$DIR/text.db
            ! environment default, database sqlite://text.db (from --url)
            ! error: `text.db` is not a SQLite database
            ! hint: check the URL that --url gives; nothing was changed
            [exit status: 1]
            $ retort upgrade head --url mongodb://localhost/x
            ! error: no backend for `mongodb` is built in
            ! hint: the backends are: sqlite
            [exit status: 1]
        "#]],
    );
    let run = environment.run("retort upgrade head --url sqlite://$DIR/missing/dev.db --format json");
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains("has no directory"), "{}", run.stderr);
}

#[test]
fn a_database_of_another_tool_goes_on_from_a_baseline() {
    let environment = environment();
    assert_eq!(environment.run("retort upgrade head").status, 0);
    for id in ["aaaa", "bbbb"] {
        environment.remove(&format!("migrations/{id}_.sql"));
    }
    environment.check(
        "retort current
        retort history -i
        retort revision -m baseline --rev-id bbbb
        retort current
        retort upgrade head",
        expect![[r#"
            $ retort current
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: Can't locate revision identified by 'bbbb'
            ! hint: the table alembic_version of sqlite://dev.db is at bbbb, which no file in migrations has
            ! hint: there are no files at all: correct `migrations` if they are elsewhere; to go on with a database that another tool made, begin with what it has: `retort revision -m "baseline" --rev-id bbbb`
            [exit status: 1]
            $ retort history -i
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! warning: the database is at bbbb, which no file in migrations has; `retort current` says what to do
            $ retort revision -m baseline --rev-id bbbb
            Generating migrations/bbbb_baseline.sql ...  done
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
fn a_downgrade_that_cannot_end_does_not_begin() {
    let environment = environment();
    environment.write(
        "migrations/bbbb_.sql",
        "-- revision bbbb\n--\n-- @revision bbbb\n-- @revises aaaa\n\n-- @upgrade\nDELETE FROM account;\n",
    );
    write(&environment, "cccc", "-- @revises bbbb\n", "CREATE TABLE c (id INTEGER);", "DROP TABLE c;");
    environment.check(
        "retort upgrade head
        retort downgrade base
        retort current",
        expect![[r#"
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade  -> aaaa, revision aaaa
            ! Running upgrade aaaa -> bbbb, revision bbbb
            ! Running upgrade bbbb -> cccc, revision cccc
            $ retort downgrade base
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: the revision has no `-- @downgrade` section and none can be computed: cannot undo `run DELETE FROM account`: nothing says what undoes raw SQL
            !  --> migrations/bbbb_.sql:7:1
            !   |
            ! 7 | DELETE FROM account;
            !   | ^^^^^^^^^^^^^^^^^^^
            ! hint: add a `-- @downgrade` section that undoes the revision; an empty one means that there is nothing to undo
            ! hint: nothing of revision bbbb ran; the database is at cccc, and `retort downgrade base` goes on from there
            [exit status: 1]
            $ retort current
            cccc (head)
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
        "#]],
    );
}

#[test]
fn the_rest_of_a_relative_target_is_named() {
    let environment = environment();
    write(&environment, "cccc", "-- @revises bbbb\n", "CREATE TABLE account (id INTEGER);", "");
    environment.check(
        "retort upgrade +3
        retort downgrade -1",
        expect![[r#"
            $ retort upgrade +3
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade  -> aaaa, revision aaaa
            ! Running upgrade aaaa -> bbbb, revision bbbb
            ! Running upgrade bbbb -> cccc, revision cccc
            ! error: upgrade of revision cccc failed: table account already exists
            !  --> migrations/cccc_.sql:8:1
            !   |
            ! 8 | CREATE TABLE account (id INTEGER);
            !   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: `retort current` and `retort history -i` show where the database is recorded to be
            ! hint: if the database has all that revision cccc makes, record that: `retort stamp cccc`; otherwise take what exists out of the revision
            ! hint: nothing of revision cccc remains, the 2 revisions before it stay; the database is at bbbb, and `retort upgrade +1` goes on from there
            [exit status: 1]
            $ retort downgrade -1
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running downgrade bbbb -> aaaa, revision bbbb
        "#]],
    );
    write(&environment, "aaaa", "", "CREATE TABLE account (id INTEGER);", "DROP TABLE nope;");
    environment.check(
        "retort upgrade +1
        retort downgrade -2",
        expect![[r#"
            $ retort upgrade +1
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade aaaa -> bbbb, revision bbbb
            $ retort downgrade -2
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running downgrade bbbb -> aaaa, revision bbbb
            ! Running downgrade aaaa -> , revision aaaa
            ! error: downgrade of revision aaaa failed: no such table: nope
            !   --> migrations/aaaa_.sql:12:1
            !    |
            ! 12 | DROP TABLE nope;
            !    | ^^^^^^^^^^^^^^^
            ! hint: `retort current` and `retort history -i` show where the database is recorded to be
            ! hint: if the database is without revision aaaa already, record that: `retort stamp base`
            ! hint: nothing of revision aaaa remains, the revision before it stays; the database is at aaaa, and `retort downgrade -1` goes on from there
            [exit status: 1]
        "#]],
    );
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_stops_between_two_revisions() {
    use std::{
        io::{BufRead, BufReader, Read},
        process::{Command, Stdio},
    };

    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    let mut parent = String::new();
    for number in 0..3000 {
        let id = format!("r{number:04}");
        write(&environment, &id, &parent, &format!("CREATE TABLE {id} (id INTEGER);"), "SELECT 1;");
        parent = format!("-- @revises {id}\n");
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_retort"))
        .args(["upgrade", "head", "--url"])
        .arg(format!("sqlite://{}/dev.db", environment.path().display()))
        .current_dir(environment.path())
        .env_clear()
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("Running upgrade r0000") {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "it never began");
    }
    let killed = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap();
    assert!(killed.success());
    let mut rest = line;
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    let last = rest.lines().rev().find_map(|line| line.strip_prefix("Running upgrade "));
    let (_, last) = last.unwrap().split_once(" -> ").unwrap();
    let (last, _) = last.split_once(',').unwrap();
    let told = format!("error: interrupted; the database is at {last}\n");
    assert!(rest.contains(&told), "{last}: {rest}");
    assert_eq!(environment.run("retort -q current").stdout, format!("{last}\n"));
    assert!(rest.ends_with("hint: `retort upgrade head` goes on from there\n"));
}
