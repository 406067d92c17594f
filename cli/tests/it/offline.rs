//! Scripts: what they look like, what is refused, and that the `sqlite3` command
//! does with them what a run does.

use expect_test::{Expect, expect};
use retort_test_servers::client::{self, OnError};

use crate::environment::TestEnvironment;

mod history;

/// A project with the shared history, and its own database.
fn project() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.write("retort.toml", "");
    for revision in history::HISTORY {
        environment.write(&format!("migrations/{}.sql", revision.0), &history::file(revision));
    }
    environment
}

fn is_available() -> bool {
    client::is_available("sqlite://dev.db")
}

fn url(environment: &TestEnvironment) -> String {
    format!("sqlite://{}", environment.path().join("dev.db").display())
}

#[track_caller]
fn ok(environment: &TestEnvironment, line: &str) -> String {
    let run = environment.run(&format!("retort {line}"));
    assert_eq!(run.status, 0, "$ retort {line}\n{}{}", run.stdout, run.stderr);
    run.stdout + &run.stderr
}

/// A script, written without a database.
#[track_caller]
fn script(environment: &TestEnvironment, line: &str) -> String {
    let run = environment.run(&format!("retort {line} --sql -q --url sqlite://nowhere/x.db"));
    assert_eq!(run.status, 0, "$ retort {line}\n{}", run.stderr);
    run.stdout
}

#[track_caller]
fn run(environment: &TestEnvironment, script: &str) {
    if let Err(error) = client::run(&url(environment), script, OnError::Stop) {
        panic!("{error}\n{script}");
    }
}

fn rows(environment: &TestEnvironment, query: &str) -> Vec<String> {
    let connection = rusqlite::Connection::open(environment.path().join("dev.db")).unwrap();
    let mut statement = connection.prepare(query).unwrap();
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        let values: Result<Vec<rusqlite::types::Value>, _> = (0..columns).map(|at| row.get(at)).collect();
        Ok(format!("{:?}", values?))
    };
    statement.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
}

/// All that can be seen of a database, without times. A revision that changes
/// rows beside a rebuild counts its statements in another way.
fn content(environment: &TestEnvironment) -> Vec<String> {
    let mut content = vec![ok(environment, "introspect -q")];
    let exists = !rows(environment, "SELECT * FROM alembic_version").is_empty();
    for query in history::QUERIES.iter().filter(|_| exists) {
        content.push(rows(environment, query).join("\n"));
    }
    let journal = "SELECT revision, direction, outcome, actor, error FROM retort_journal ORDER BY id";
    content.push(rows(environment, journal).join("\n"));
    let triggers = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'";
    content.push(rows(environment, triggers).join("\n"));
    content
}

#[test]
fn a_script_does_what_a_run_does() {
    if !is_available() {
        return;
    }
    let (online, offline) = (project(), project());
    let compare = |told: &str| {
        for (found, expected) in content(&offline).iter().zip(content(&online)) {
            assert_eq!(*found, expected, "{told}");
        }
    };
    for (from, to, rows) in [
        ("base", "2b00", "2b00"),
        ("2b00", "log", "3c00"),
        ("3c00", "4d00", "4d00"),
        ("4d00", "+1", "5e00"),
        ("5e00", "head", "7a00"),
    ] {
        ok(&online, &format!("upgrade {to}"));
        run(&offline, &script(&offline, &format!("upgrade {from}:{to}")));
        compare(&format!("after {from}:{to}"));
        assert!(ok(&offline, "current -q").contains(rows));
    }
    assert!(ok(&offline, "upgrade head").contains("nothing to do"));
    ok(&offline, "check --drift");
    for (from, to) in [("7a00", "-2"), ("5e00", "3c00"), ("3c00", "base")] {
        ok(&online, &format!("downgrade {to}"));
        run(&offline, &script(&offline, &format!("downgrade {from}:{to}")));
        compare(&format!("after {from}:{to}, downwards"));
    }
    ok(&online, "upgrade head");
    run(&offline, &script(&offline, "upgrade head"));
    compare("all at once");
    ok(&offline, "downgrade 4d00");
    ok(&offline, "upgrade head");
}

/// Even where nobody told the command to stop at an error.
#[test]
fn a_script_for_another_place_changes_nothing() {
    if !is_available() {
        return;
    }
    let project = project();
    ok(&project, "upgrade 2b00");
    let before = content(&project);
    for (line, told) in [
        ("upgrade head", "the database is not at base"),
        ("upgrade 3c00:head", "the database is not at 3c00"),
        ("upgrade 5e00:7a00", "the database is not at 5e00"),
        ("downgrade 7a00:base", "the database is not at 7a00"),
        ("stamp 4d00:5e00", "the database is not at 4d00"),
    ] {
        let script = script(&project, line);
        for on_error in [OnError::Stop, OnError::GoOn] {
            let error = client::run(&url(&project), &script, on_error).unwrap_err();
            assert!(error.contains(told), "{line}: {error}");
            assert_eq!(content(&project), before, "{line}, {on_error:?}");
        }
    }
}

#[test]
fn a_script_that_fails_is_gone_on_with() {
    if !is_available() {
        return;
    }
    let project = project();
    let script = script(&project, "upgrade head");
    run(&project, &script[..script.find("UPDATE book SET currency").unwrap()]);
    let said = ok(&project, "current");
    assert!(
        said.contains("revision 2b00 was interrupted during its upgrade, after 1 of 4 statements"),
        "{said}"
    );
    let again = self::script(&project, "upgrade 1a00:head");
    let error = client::run(&url(&project), &again, OnError::GoOn).unwrap_err();
    assert!(error.contains("a revision is half done in the database"), "{error}");
    ok(&project, "upgrade head");
    assert!(ok(&project, "current").contains("7a00 (head)"));
    assert_eq!(rows(&project, "SELECT count(*) FROM book WHERE currency = 'EUR'"), ["[Integer(2)]"]);
}

#[test]
fn rows_that_a_rebuild_would_leave_alone_are_refused() {
    if !is_available() {
        return;
    }
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.write(
        "migrations/a.sql",
        "-- a\n--\n-- @revision aaaa\n-- @upgrade
CREATE TABLE a (id INTEGER PRIMARY KEY);
CREATE TABLE b (a INTEGER REFERENCES a (id), c TEXT);
INSERT INTO a VALUES (1);
INSERT INTO b VALUES (1, 'x');
",
    );
    environment.write(
        "migrations/b.sql",
        "-- b\n--\n-- @revision bbbb\n-- @revises aaaa\n-- @upgrade
INSERT INTO b VALUES (2, 'y');
ALTER TABLE b ALTER COLUMN c SET NOT NULL;
",
    );
    run(&environment, &script(&environment, "upgrade aaaa"));
    let script = script(&environment, "upgrade aaaa:bbbb");
    for on_error in [OnError::Stop, OnError::GoOn] {
        let error = client::run(&url(&environment), &script, on_error).unwrap_err();
        assert!(error.contains("rows refer to rows that do not exist"), "{error}");
        assert_eq!(rows(&environment, "SELECT * FROM b"), ["[Integer(1), Text(\"x\")]"]);
        assert_eq!(rows(&environment, "SELECT * FROM alembic_version"), ["[Text(\"aaaa\")]"]);
    }
}

fn check(commands: &str, expected: Expect) {
    project().check(commands, expected);
}

#[test]
fn command_lines_are_checked() {
    check(
        "retort downgrade 2b00 --sql
        retort downgrade :2b00 --sql
        retort stamp a:head b:head --sql
        retort stamp head --purge --sql
        retort upgrade head --sql --format json
        retort upgrade head --sql --dry-run
        retort upgrade head --server-version 3
        retort upgrade head --sql --server-version 3
        retort upgrade 1a00:head
        retort upgrade 1a00:2b00:head --sql
        retort upgrade 1a00: --sql
        retort upgrade current:head --sql
        retort upgrade nowhere:head --sql
        retort upgrade 7a00:2b00 --sql
        retort downgrade 2b00:7a00 --sql
        retort downgrade 2b00:3c00 --sql",
        expect![[r#"
            $ retort downgrade 2b00 --sql
            ! error: downgrade with --sql requires <fromrev>:<torev>
            ! hint: the script is made without a look at the database: say where it is, as in `head:-1`
            [exit status: 2]
            $ retort downgrade :2b00 --sql
            ! error: downgrade with --sql requires <fromrev>:<torev>
            ! hint: the script is made without a look at the database: say where it is, as in `head:-1`
            [exit status: 2]
            $ retort stamp a:head b:head --sql
            ! error: Stamp operation with --sql only supports a single starting revision at a time
            [exit status: 2]
            $ retort stamp head --purge --sql
            ! error: Can't use --purge with --sql mode
            ! hint: name the revisions that are recorded: `retort stamp FROM:TO --sql`
            [exit status: 2]
            $ retort upgrade head --sql --format json
            ! {"error":{"code":"usage","message":"the argument '--sql' cannot be used with '--format json'","hint":"`--dry-run --format json` has the statements of each revision"}}
            [exit status: 2]
            $ retort upgrade head --sql --dry-run
            ! error: the argument '--sql' cannot be used with '--dry-run'
            ! 
            ! Usage: retort upgrade --sql <REVISION>
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
            $ retort upgrade head --server-version 3
            ! error: the following required arguments were not provided:
            !   --sql
            ! 
            ! Usage: retort upgrade --sql --server-version <VERSION> <REVISION>
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
            $ retort upgrade head --sql --server-version 3
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: scripts for SQLite are the same for each version
            [exit status: 1]
            $ retort upgrade 1a00:head
            ! error: Range revision not allowed
            ! hint: ranges are for `retort history -r`, and for scripts: `--sql`
            [exit status: 1]
            $ retort upgrade 1a00:2b00:head --sql
            ! error: History range requires [start]:[end], [start]:, or :[end]
            ! hint: examples: `base:head`, `-3:`, `:1975ea`
            [exit status: 1]
            $ retort upgrade 1a00: --sql
            ! error: Can't locate revision identified by '': there is no revision
            ! hint: examples: `head`, `heads`, `base`, `+1`, `-1`, `1975ea`, `label@head`
            [exit status: 1]
            $ retort upgrade current:head --sql
            ! error: `current` is known to the database only, which --sql does not ask
            ! hint: `retort current` tells; name its revisions as the start, with commas between them
            [exit status: 2]
            $ retort upgrade nowhere:head --sql
            ! error: Can't locate revision identified by 'nowhere'
            ! hint: none of the 7 revisions, up to 7a00, and no branch label begins with it; `retort history` lists them
            [exit status: 1]
            $ retort upgrade 7a00:2b00 --sql
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! nothing to do: the script would begin at 7a00
            $ retort downgrade 2b00:7a00 --sql
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: Destination 7a00 is not a valid downgrade target from current head(s)
            ! hint: current is 2b00; the target is not applied: `retort upgrade 7a00`
            [exit status: 1]
            $ retort downgrade 2b00:3c00 --sql
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: Destination 3c00 is not a valid downgrade target from current head(s)
            ! hint: current is 2b00; the target is not applied: `retort upgrade 3c00`
            [exit status: 1]
        "#]],
    );
}

#[test]
fn the_start_may_be_several_revisions() {
    let environment = TestEnvironment::new();
    environment.revisions(
        "aaaa
        bbbb <- aaaa
        cccc <- aaaa
        dddd <- bbbb cccc",
    );
    let headings = |line: &str| {
        let script = script(&environment, line);
        let headings: Vec<&str> = script.lines().filter(|line| line.starts_with("-- Running")).collect();
        headings.join("\n")
    };
    expect!["-- Running upgrade bbbb, cccc -> dddd"].assert_eq(&headings("upgrade bbbb,cccc:head"));
    expect![[r#"
        -- Running upgrade aaaa -> cccc
        -- Running upgrade bbbb, cccc -> dddd"#]]
    .assert_eq(&headings("upgrade bbbb:heads"));
    expect!["-- Running upgrade aaaa -> cccc"].assert_eq(&headings("upgrade aaaa,bbbb:cccc"));
    expect![[r#"
        -- Running downgrade bbbb -> aaaa
        -- Running downgrade cccc -> aaaa
        -- Running downgrade aaaa -> "#]]
    .assert_eq(&headings("downgrade bbbb,cccc:base"));
    expect!["-- Running stamp_revision bbbb, cccc -> dddd"].assert_eq(&headings("stamp bbbb,cccc:head"));
    expect!["-- Running stamp_revision base -> bbbb, cccc"].assert_eq(&headings("stamp bbbb cccc"));
}

/// The ranges that `docs/offline.md` lists.
#[test]
fn the_ranges_of_the_documentation_are_understood() {
    let documentation = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/offline.md");
    let documentation = std::fs::read_to_string(documentation).unwrap();
    let environment = TestEnvironment::new();
    environment.revisions(
        "1975ea83b712
        ae1027a6acf <- 1975ea83b712
        27c6a30d7c24 <- ae1027a6acf",
    );
    let mut count = 0;
    for row in documentation.lines().filter(|line| line.starts_with("| `retort ")) {
        let cell = row.split('|').nth(1).unwrap();
        let spans: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        let (first, others) = spans.split_first().unwrap();
        let words: Vec<&str> = first.split(' ').collect();
        let ranges = others.iter().map(|span| span.strip_prefix("stamp ").unwrap_or(span));
        for range in std::iter::once(words[2]).chain(ranges) {
            let range = range.trim_end_matches(" --sql");
            script(&environment, &format!("{} {range}", words[1]));
            count += 1;
        }
    }
    assert!(count >= 10, "only {count} ranges");
}

#[test]
fn what_only_the_database_knows_is_refused() {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.write(
        "migrations/a.sql",
        "-- a\n--\n-- @revision aaaa\n-- @upgrade
CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT);
-- @only sqlite
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = sql WHERE name = 'a';
",
    );
    environment.write(
        "migrations/b.sql",
        "-- b\n--\n-- @revision bbbb\n-- @revises aaaa\n-- @upgrade
ALTER TABLE a ADD COLUMN any_text TEXT;
ALTER TABLE a ALTER COLUMN b SET NOT NULL;
",
    );
    environment.write(
        "migrations/c.sql",
        "-- c\n--\n-- @revision cccc\n-- @revises bbbb\n-- @upgrade
-- @only sqlite
UPDATE a SET id = :new;
",
    );
    environment.check(
        "retort upgrade aaaa:bbbb --sql
        retort upgrade bbbb:head --sql",
        expect![[r#"
            $ retort upgrade aaaa:bbbb --sql
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: the definition of a is not known here: a statement under `@only` before this one changed it
            !  --> migrations/b.sql:7:1
            !   |
            ! 7 | ALTER TABLE a ALTER COLUMN b SET NOT NULL;
            !   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: only the database knows it, and a script is made without one: run this revision online
            ! hint: no script was written
            [exit status: 1]
            $ retort upgrade bbbb:head --sql
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: no value is given for `new`
            !  --> migrations/c.sql:7:19
            !   |
            ! 7 | UPDATE a SET id = :new;
            !   |                   ^^^^
            ! hint: give it a value: `retort upgrade bbbb:head --sql -x new=VALUE`
            ! hint: no script was written
            [exit status: 1]
        "#]],
    );
}

#[test]
fn a_script_begins_with_how_to_run_it() {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.write(
        "migrations/a.sql",
        "-- a\n--\n-- @revision aaaa\n-- @upgrade
CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT);
",
    );
    environment.set("USER", "ada");
    let script = environment.run("retort upgrade head --sql").stdout;
    let host = script.split_once("'ada@").and_then(|(_, rest)| rest.split_once('\'')).unwrap().0;
    expect![[r#"
        -- upgrade base -> aaaa on sqlite, written by retort 0.1.0
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

        CREATE TABLE "a" (
            "id" INTEGER NOT NULL CONSTRAINT "pk_a" PRIMARY KEY,
            "b" TEXT
        );

        INSERT INTO "alembic_version" ("version_num") VALUES ('aaaa');

        INSERT INTO "retort_journal" (revision, direction, outcome, statements_done, statements, actor, tool, started_at, finished_at, error) VALUES ('aaaa', 'upgrade', 'done', 1, 1, 'ada@host', 'retort 0.1.0 --sql', strftime('%Y-%m-%d %H:%M:%f', 'now'), strftime('%Y-%m-%d %H:%M:%f', 'now'), NULL);

        COMMIT;

        DROP TABLE temp._retort_guard;
    "#]].assert_eq(&script.replace(host, "host"));
}
