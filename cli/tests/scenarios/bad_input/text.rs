//! Revision files that are wrong, large or oddly written.

use std::{fs, process::Stdio, sync::mpsc, thread, time::Duration};

use expect_test::{Expect, expect};

use super::check;
use crate::{
    content::{assert_sound, dump, number, rows},
    project::Project,
};

/// A project whose second of three revisions has this text.
fn with_second(text: &str) -> Project {
    let project = Project::with_chain(&[
        (
            "aaa1",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);\nINSERT INTO t VALUES (1, 'one');",
            Some("DROP TABLE t;"),
        ),
        ("bbb2", "", None),
        ("ccc3", "CREATE TABLE later (id INTEGER PRIMARY KEY);", None),
    ]);
    project.revision("bbb2", "aaa1", text);
    project
}

/// Upgrades to a second revision that is wrong: the first stays, nothing of
/// the second remains, and once it is corrected the run goes on.
#[track_caller]
fn check_second(text: &str, message: Expect) {
    let mut project = with_second(text);
    project.ok("retort upgrade +1");
    let before = without_failures(&dump(&project.open("dev.db")));

    let mut at_once = with_second(text);
    message.assert_eq(&at_once.fails("retort upgrade head", 1));
    for project in [&mut project, &mut at_once] {
        project.fails("retort upgrade head", 1);
        let db = project.open("dev.db");
        assert_eq!(without_failures(&dump(&db)), before, "something of bbb2 remains");
        assert_eq!(rows(&db, "SELECT * FROM alembic_version"), [r#""aaa1""#]);
        assert_sound(&db, text);
        project.revision("bbb2", "aaa1", "-- @upgrade\nCREATE TABLE good (id INTEGER PRIMARY KEY);\n");
        project.ok("retort upgrade head");
        project.ok("retort current --check-heads");
    }
}

/// The journal tells of runs that failed, and counts them: that is no change
/// of the database.
fn without_failures(dump: &str) -> String {
    let told = |line: &&str| line.contains("|\"failed\"|") || line.starts_with("\"retort_journal\"|");
    dump.lines().filter(|line| !told(line)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn syntax_error_in_the_middle() {
    check_second(
        "-- @upgrade
CREATE TABLE before (id INTEGER PRIMARY KEY);
CREATE TABLE broken (id INTEGER,, name TEXT);
CREATE TABLE after (id INTEGER PRIMARY KEY);
",
        expect![[r#"
            environment default, database sqlite://dev.db (from retort.toml)
            Running upgrade  -> aaa1, about aaa1
            error: syntax error: unexpected comma
             --> migrations/bbb2_.sql:7:33
              |
            7 | CREATE TABLE broken (id INTEGER,, name TEXT);
              |                                 ^
            hint: portable SQL is a part of PostgreSQL's; a backend's own SQL goes under `-- @only <backend>`
            hint: nothing of revision bbb2 ran, the revision before it stays; the database is at aaa1, and `retort upgrade head` goes on from there
        "#]],
    );
    // The database is not even opened for what can be seen without it.
    let mut project = with_second("-- @upgrade\nCREATE TABEL x (id INTEGER);\n");
    check(
        &mut project,
        "retort upgrade bbb2 --dry-run",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        there is no database `dev.db`; nothing is applied
        error: unknown statement `CREATE TABEL`
         --> migrations/bbb2_.sql:6:1
          |
        6 | CREATE TABEL x (id INTEGER);
          | ^^^^^^^^^^^^
    "#]],
    );
}

#[test]
fn syntax_error_in_raw_sql() {
    check_second(
        "-- @upgrade
CREATE TABLE before (id INTEGER PRIMARY KEY);
-- @only sqlite
CREATE TABLE ok (id INTEGER);
CREATE VIEW broken AS SELEC 1;
",
        expect![[r#"
            environment default, database sqlite://dev.db (from retort.toml)
            Running upgrade  -> aaa1, about aaa1
            Running upgrade aaa1 -> bbb2, about bbb2
            error: upgrade of revision bbb2 failed: near "SELEC": syntax error
             --> migrations/bbb2_.sql:9:1
              |
            9 | CREATE VIEW broken AS SELEC 1;
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: nothing of revision bbb2 remains, the revision before it stays; the database is at aaa1, and `retort upgrade head` goes on from there
        "#]],
    );
}

#[test]
fn a_statement_that_is_not_portable() {
    check_second(
        "-- @upgrade\nCREATE TABLE before (id INTEGER);\nVACUUM;\n",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        Running upgrade  -> aaa1, about aaa1
        error: `VACUUM` is not portable
         --> migrations/bbb2_.sql:7:1
          |
        7 | VACUUM;
          | ^^^^^^
        hint: put the statement under `-- @only <backend>`
        hint: nothing of revision bbb2 ran, the revision before it stays; the database is at aaa1, and `retort upgrade head` goes on from there
    "#]],
    );
}

#[test]
fn unknown_directive() {
    let mut project = with_second("-- @upgrade\n-- @downgarde\n");
    check(
        &mut project,
        "retort upgrade head --dry-run",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        there is no database `dev.db`; nothing is applied
        error: unknown directive `@downgarde`
         --> migrations/bbb2_.sql:6:4
          |
        6 | -- @downgarde
          |    ^^^^^^^^^^
        hint: known here: `@upgrade`, `@downgrade`, `@only`, `@all`
    "#]],
    );
}

#[test]
fn a_statement_that_fails_halfway() {
    check_second(
        "-- @upgrade
CREATE TABLE before (id INTEGER PRIMARY KEY);
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
INSERT INTO t VALUES (2, 'two');
INSERT INTO t VALUES (1, 'again');
CREATE TABLE after (id INTEGER PRIMARY KEY);
",
        expect![[r#"
            environment default, database sqlite://dev.db (from retort.toml)
            Running upgrade  -> aaa1, about aaa1
            Running upgrade aaa1 -> bbb2, about bbb2
            error: upgrade of revision bbb2 failed: UNIQUE constraint failed: t.id
             --> migrations/bbb2_.sql:9:1
              |
            9 | INSERT INTO t VALUES (1, 'again');
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: nothing of revision bbb2 remains, the revision before it stays; the database is at aaa1, and `retort upgrade head` goes on from there
        "#]],
    );
}

#[test]
fn a_rebuild_that_the_rows_forbid() {
    check_second(
        "-- @upgrade
UPDATE t SET a = NULL;
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
",
        expect![[r#"
            environment default, database sqlite://dev.db (from retort.toml)
            Running upgrade  -> aaa1, about aaa1
            Running upgrade aaa1 -> bbb2, about bbb2
            error: upgrade of revision bbb2 failed: NOT NULL constraint failed: t.a
             --> migrations/bbb2_.sql:7:1
              |
            7 | ALTER TABLE t ALTER COLUMN a SET NOT NULL;
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: nothing of revision bbb2 remains, the revision before it stays; the database is at aaa1, and `retort upgrade head` goes on from there
        "#]],
    );
}

#[test]
fn a_foreign_key_that_the_rows_break() {
    check_second(
        "-- @upgrade
CREATE TABLE parent (id INTEGER PRIMARY KEY);
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES parent (id);
",
        expect![[r#"
            environment default, database sqlite://dev.db (from retort.toml)
            Running upgrade  -> aaa1, about aaa1
            Running upgrade aaa1 -> bbb2, about bbb2
            error: upgrade of revision bbb2 failed: row 1 of table `t` refers to a row of table `parent` that does not exist
            hint: nothing of revision bbb2 remains, the revision before it stays; the database is at aaa1, and `retort upgrade head` goes on from there
        "#]],
    );
}

#[test]
fn a_commit_inside_a_revision() {
    check_second(
        "-- @upgrade
CREATE TABLE before (id INTEGER PRIMARY KEY);
COMMIT;
CREATE TABLE after (id INTEGER PRIMARY KEY);
",
        expect![[r#"
            environment default, database sqlite://dev.db (from retort.toml)
            Running upgrade  -> aaa1, about aaa1
            error: `COMMIT` has no place in a revision, which runs in a transaction of its own
             --> migrations/bbb2_.sql:7:1
              |
            7 | COMMIT;
              | ^^^^^^
            hint: `-- @no-transaction` in the header makes it run without one
            hint: nothing of revision bbb2 ran, the revision before it stays; the database is at aaa1, and `retort upgrade head` goes on from there
        "#]],
    );
    check_second(
        "-- @upgrade
CREATE TABLE before (id INTEGER PRIMARY KEY);
-- @only sqlite
INSERT INTO t VALUES (2, 'two');
COMMIT;
CREATE TABLE after (id INTEGER PRIMARY KEY);
",
        expect![[r#"
            environment default, database sqlite://dev.db (from retort.toml)
            Running upgrade  -> aaa1, about aaa1
            error: `COMMIT` would break up the transaction of the revision
             --> migrations/bbb2_.sql:9:1
              |
            9 | COMMIT;
              | ^^^^^^
            hint: remove it: Retort begins and ends the transactions of a revision by itself; with `-- @no-transaction` in the header, each statement commits by itself
            hint: nothing of revision bbb2 ran, the revision before it stays; the database is at aaa1, and `retort upgrade head` goes on from there
        "#]],
    );
}

#[test]
fn a_file_that_is_not_utf_8() {
    let mut project = with_second("-- @upgrade\n");
    project.ok("retort upgrade +1");
    let mut text = fs::read(project.path().join("migrations/bbb2_.sql")).unwrap();
    text.extend(b"INSERT INTO t VALUES (2, 'caf\xe9');\n");
    project.write("migrations/bbb2_.sql", &text);
    check(
        &mut project,
        "retort upgrade head",
        expect![[r#"
        error: not UTF-8 at byte 93
         --> migrations/bbb2_.sql:6:30
          |
        6 | INSERT INTO t VALUES (2, 'caf�');
          |                              ^
        hint: save the file as UTF-8
    "#]],
    );
    // In the header, even commands that read no bodies see it.
    project.write("migrations/bbb2_.sql", b"-- caf\xe9\n-- @revision bbb2\n-- @revises aaa1\n");
    check(
        &mut project,
        "retort heads",
        expect![[r#"
        error: not UTF-8 at byte 6
         --> migrations/bbb2_.sql:1:7
          |
        1 | -- caf�
          |       ^
        hint: save the file as UTF-8
    "#]],
    );
}

#[test]
fn an_empty_file() {
    let mut project = with_second("-- @upgrade\n");
    project.write("migrations/empty.sql", "");
    check(
        &mut project,
        "retort upgrade head",
        expect![[r#"
        error: no `-- @revision` in the header
         --> migrations/empty.sql:1:1
          |
        1 |
          | ^
        hint: a revision file begins with a comment that has its message, then `-- @revision <id>`
    "#]],
    );
}

#[test]
fn files_from_windows_are_read_like_others() {
    let text = "-- @upgrade\nCREATE TABLE w (id INTEGER PRIMARY KEY, note TEXT DEFAULT 'a\nb');\nINSERT INTO w (id) VALUES (1);\n-- @only sqlite\nCREATE TRIGGER w_ins AFTER INSERT ON w BEGIN\n  UPDATE t SET a = 'x';\nEND;\n-- @all\nINSERT INTO w (id) VALUES (2);\n-- @downgrade\nDROP TABLE w;\n";
    let mut project = with_second(text);
    let path = "migrations/bbb2_.sql";
    let unix = fs::read_to_string(project.path().join(path)).unwrap();
    project.write(path, format!("\u{feff}{}", unix.replace('\n', "\r\n")));
    project.ok("retort upgrade head");
    let db = project.open("dev.db");
    assert_eq!(number(&db, "SELECT count(*) FROM w"), 2);
    assert_eq!(rows(&db, "SELECT a FROM t"), [r#""x""#]);
    project.check(
        "retort history",
        expect![[r#"
        $ retort history
        bbb2 -> ccc3 (head), about ccc3
        aaa1 -> bbb2, about bbb2
        <base> -> aaa1, about aaa1
    "#]],
    );
    project.ok("retort downgrade base");
    assert_sound(&project.open("dev.db"), "at base");
}

const MEGABYTES: usize = 10;

/// A row as a dump has them, of about 200 bytes.
fn row(id: i64) -> String {
    format!("({id}, 'row; {id} -- with ''text'' {}')", "lorem ipsum ".repeat(14))
}

/// 10 MB of statements of one line each.
#[test]
fn a_revision_with_megabytes_of_inserts() {
    let mut text = String::from("-- @upgrade\n");
    let mut last = 1;
    while text.len() < MEGABYTES << 20 {
        last += 1;
        text.push_str(&format!("INSERT INTO t VALUES {};\n", row(last)));
    }
    check_large(&text, last);
}

/// 10 MB in one statement.
#[test]
fn a_revision_with_one_insert_of_megabytes() {
    let mut text = format!("-- @upgrade\nINSERT INTO t VALUES\n{}", row(2));
    let mut last = 2;
    while text.len() < MEGABYTES << 20 {
        last += 1;
        text.push_str(&format!(",\n{}", row(last)));
    }
    text.push_str(";\n");
    check_large(&text, last);
}

#[track_caller]
fn check_large(text: &str, last: i64) {
    let project = with_second(text);
    let mut command = project.command("retort upgrade head");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status_file = format!("/proc/{}/status", child.id());
    let (ended, end) = mpsc::channel();
    thread::spawn(move || ended.send(child.wait().unwrap()));
    let mut peak = 0;
    let status = loop {
        // The high-water mark of the process: only its last moments can be missed.
        let text = fs::read_to_string(&status_file).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        peak = peak.max(kilobytes.unwrap_or_default());
        if let Ok(status) = end.recv_timeout(Duration::from_millis(5)) {
            break status;
        }
    };
    assert!(status.success(), "{status}");
    let db = project.open("dev.db");
    assert_eq!(number(&db, "SELECT count(*) FROM t"), last);
    assert_eq!(
        number(&db, "SELECT count(*) FROM t WHERE a LIKE 'row; ' || id || ' -- with ''text'' lorem%'"),
        last - 1
    );
    assert!(peak > 0, "the memory of the process was never read");
    assert!(peak < 200_000, "{peak} kB at the peak");
}
