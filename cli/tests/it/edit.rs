//! `retort edit` and `retort ensure-version`.

use std::{fs, os::unix::fs::PermissionsExt};

use expect_test::expect;

use crate::environment::TestEnvironment;

/// A project with an editor that appends a line to what it opens.
fn project() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.revisions(
        "aaaa: first
        bbbb <- aaaa: second
        cccc <- aaaa: third",
    );
    editor(&mut environment, "#!/bin/sh\necho \"$*\" >> opened\n");
    environment
}

fn editor(environment: &mut TestEnvironment, script: &str) {
    let path = environment.write("editor.sh", script);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let path = path.display().to_string();
    environment.set("EDITOR", &path);
}

fn opened(environment: &TestEnvironment) -> String {
    let text = fs::read_to_string(environment.path().join("opened")).unwrap_or_default();
    let _ = fs::remove_file(environment.path().join("opened"));
    text.replace(&environment.path().display().to_string(), "$DIR")
}

#[test]
fn files_are_opened_in_the_editor() {
    let mut environment = project();
    let opens = |command: &str, expected: &str| {
        let run = environment.run(command);
        assert_eq!((run.status, &*run.stderr), (0, ""), "{command}");
        assert_eq!(opened(&environment), expected, "{command}");
    };
    opens("retort edit aaaa", "$DIR/migrations/aaaa_.sql\n");
    opens("retort edit heads", "$DIR/migrations/bbbb_.sql\n$DIR/migrations/cccc_.sql\n");
    environment.run("retort upgrade bbbb");
    let run = environment.run("retort -q edit current");
    assert_eq!((run.status, opened(&environment)), (0, "$DIR/migrations/bbbb_.sql\n".to_owned()));
    // With options, and second in line.
    let words = format!("{} --wait", environment.path().join("editor.sh").display());
    environment.set("EDITOR", "no-such-editor").set("VISUAL", &words);
    assert_eq!(environment.run("retort edit aaaa").status, 0);
    assert_eq!(opened(&environment), "--wait $DIR/migrations/aaaa_.sql\n");
}

#[test]
fn what_cannot_be_edited() {
    let mut environment = project();
    environment.check(
        "retort edit base
        retort edit current
        retort edit head
        retort edit nowhere
        retort edit",
        expect![[r#"
            $ retort edit base
            ! error: No revision files indicated by symbol 'base'
            [exit status: 1]
            $ retort edit current
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! there is no database `dev.db`; nothing is applied
            ! error: No current revisions
            ! hint: nothing is applied; `retort edit head` opens the latest revision
            [exit status: 1]
            $ retort edit head
            ! error: Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads
            ! hint: the heads are bbbb, cccc; use `heads` for all of them, or join them with `retort merge -m "merge branches" bbbb cccc`
            [exit status: 1]
            $ retort edit nowhere
            ! error: Can't locate revision identified by 'nowhere'
            ! hint: none of the 3 revisions, up to bbbb, cccc, and no branch label begins with it; `retort history` lists them
            [exit status: 1]
            $ retort edit
            ! error: the following required arguments were not provided:
            !   <REVISION>
            ! 
            ! Usage: retort edit <REVISION>
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
        "#]],
    );
    editor(&mut environment, "#!/bin/sh\nexit 3\n");
    let failed = environment.run("retort edit aaaa");
    assert!(failed.stderr.contains("Error executing editor (") && failed.stderr.contains("exit status: 3"));
    // What the editor leaves is checked.
    editor(&mut environment, "#!/bin/sh\nsed -i 's/@revises aaaa/@revises gone/' \"$1\"\n");
    environment.check(
        "retort edit bbbb",
        expect![[r#"
        $ retort edit bbbb
        ! error: Revision gone referenced from bbbb is not present
        ! hint: restore its file, or correct `@revises` in migrations/bbbb_.sql
        [exit status: 1]
    "#]],
    );
}

#[test]
fn the_version_table_is_made_without_a_revision() {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.check(
        "retort ensure-version
        retort ensure-version
        retort ensure_version --format json
        retort current
        retort ensure-version --sql --format json",
        expect![[r#"
            $ retort ensure-version
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort ensure-version
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! nothing to do: the version table and the journal are there
            $ retort ensure_version --format json
            {"created":false}
            $ retort current
            ! error: Path doesn't exist: migrations.  Please use the 'init' command to create a new scripts folder.
            ! hint: run `retort init`, or set `migrations` in retort.toml to the directory of the revision files
            [exit status: 1]
            $ retort ensure-version --sql --format json
            ! {"error":{"code":"usage","message":"the argument '--sql' cannot be used with '--format json'","hint":"`--dry-run --format json` has the statements of each revision"}}
            [exit status: 2]
        "#]],
    );
    let script = environment.run("retort ensure-version --sql").stdout;
    expect![[r#"
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

        DROP TABLE temp._retort_guard;
    "#]]
    .assert_eq(&script);
    environment.sql("other.db", &script);
    environment.use_database("other.db");
    environment.check(
        "retort ensure-version",
        expect![[r#"
        $ retort ensure-version
        ! environment default, database sqlite://other.db (from DATABASE_URL)
        ! nothing to do: the version table and the journal are there
    "#]],
    );
}
