//! Sessions with real database files: opening, transactions, locks, errors.

#![expect(clippy::unwrap_used, reason = "an error is a failure here")]

use std::{fs, path::Path, time::Duration};

use expect_test::{Expect, expect};
use retort_core::backend::{
    Access, Backend, BackendError, BackendErrorKind, Batch, BatchError, Connection, Guard, Row, Statement,
    Value,
};
use retort_sqlite::Sqlite;
use tempfile::TempDir;

async fn connect(path: &Path, access: Access) -> Result<Box<dyn Connection>, BackendError> {
    connect_url(&format!("sqlite://{}", path.display()), access).await
}

async fn connect_url(url: &str, access: Access) -> Result<Box<dyn Connection>, BackendError> {
    Sqlite::default().connect(&url.parse().unwrap(), access).await
}

/// A session with an empty database in memory.
async fn memory() -> Box<dyn Connection> {
    connect_url("sqlite::memory:", Access::Write).await.unwrap()
}

fn batch(statements: &[&str]) -> Batch {
    Batch::atomic(statements.iter().map(|sql| Statement::new(*sql)).collect())
}

async fn run(db: &mut Box<dyn Connection>, statements: &[&str]) -> Result<Vec<u64>, BatchError> {
    db.execute(&batch(statements)).await.map(|executed| executed.rows)
}

/// The rows of a query, a line each.
async fn rows(db: &mut Box<dyn Connection>, query: &str) -> String {
    let show = |value: &Value| match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(integer) => integer.to_string(),
        Value::Real(real) => format!("{real:?}"),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => format!("{bytes:?}"),
    };
    let rows = db.fetch(&Statement::new(query)).await.unwrap();
    let lines: Vec<String> =
        rows.iter().map(|row| row.0.iter().map(show).collect::<Vec<_>>().join("|")).collect();
    lines.join("\n")
}

fn describe(error: &BackendError, directory: &Path) -> String {
    let text = format!("{:?} at {:?}: {error}", error.kind(), error.offset());
    let absolute = directory.display().to_string();
    let relative = absolute.trim_start_matches('/');
    text.replace(&absolute, "DIR").replace(relative, "RELATIVE")
}

async fn check_open(directory: &TempDir, url: &str, access: Access, expected: Expect) {
    let url = url.replace("DIR", &directory.path().display().to_string());
    expected.assert_eq(&match connect_url(&url, access).await {
        Ok(_) => "opened".to_owned(),
        Err(error) => describe(&error, directory.path()),
    });
}

#[tokio::test]
async fn what_cannot_be_opened_is_named() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("text"), "not a database, but long enough to have a header\n".repeat(9))
        .unwrap();
    fs::create_dir(directory.path().join("folder")).unwrap();
    // As root, it would be created.
    for access in [Access::Read, Access::Write] {
        let url = "sqlite:///retort-is-not-here.db";
        check_open(&directory, url, access, expect![[r#"DatabaseMissing at None: there is no database `/retort-is-not-here.db`; three slashes begin an absolute path here, other than in SQLAlchemy: the relative path `retort-is-not-here.db` is `sqlite://retort-is-not-here.db`"#]]).await;
    }
    check_open(
        &directory,
        "sqlite://DIR/none.db",
        Access::Read,
        expect!["DatabaseMissing at None: there is no database `DIR/none.db`"],
    )
    .await;
    check_open(
        &directory,
        "sqlite://DIR/none.db?mode=rw",
        Access::Write,
        expect!["DatabaseMissing at None: there is no database `DIR/none.db`"],
    )
    .await;
    check_open(
        &directory,
        "sqlite://DIR/none.db?mode=ro",
        Access::Write,
        expect!["DatabaseMissing at None: there is no database `DIR/none.db`"],
    )
    .await;
    check_open(&directory, "sqlite://DIR/no/none.db", Access::Write, expect!["DatabaseMissing at None: database `DIR/no/none.db` has no directory: `DIR/no`; three slashes begin an absolute path here, other than in SQLAlchemy: the relative path `RELATIVE/no/none.db` is `sqlite:/DIR/no/none.db`"]).await;
    check_open(
        &directory,
        "sqlite://DIR/text",
        Access::Read,
        expect!["NotADatabase at None: `DIR/text` is not a SQLite database"],
    )
    .await;
    check_open(
        &directory,
        "sqlite://DIR/text",
        Access::Write,
        expect!["NotADatabase at None: `DIR/text` is not a SQLite database"],
    )
    .await;
    check_open(
        &directory,
        "sqlite://DIR/folder",
        Access::Write,
        expect!["Connect at None: `DIR/folder` is a directory, not a database file"],
    )
    .await;
    check_open(
        &directory,
        "sqlite://DIR/text/none.db",
        Access::Write,
        expect!["DatabaseMissing at None: database `DIR/text/none.db` has no directory: `DIR/text`"],
    )
    .await;
    check_open(&directory, "sqlite:///no-such-directory/dev.db", Access::Write, expect!["DatabaseMissing at None: database `/no-such-directory/dev.db` has no directory: `/no-such-directory`; three slashes begin an absolute path here, other than in SQLAlchemy: the relative path `no-such-directory/dev.db` is `sqlite://no-such-directory/dev.db`"]).await;
    check_open(&directory, "sqlite://no-such-directory/dev.db", Access::Write, expect!["DatabaseMissing at None: database `no-such-directory/dev.db` has no directory: `no-such-directory`"]).await;
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "nothing was created");
    check_open(&directory, "sqlite://DIR/none.db", Access::Write, expect!["opened"]).await;
    check_open(&directory, "sqlite://DIR/none.db", Access::Read, expect!["opened"]).await;
}

#[tokio::test]
async fn reading_works_while_an_interrupted_write_waits_to_be_undone() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("a.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1)").unwrap();
    // A cache this small spills into the file before the commit.
    db.execute_batch(
        "PRAGMA cache_size = 1; BEGIN; UPDATE t SET x = 2;
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
         INSERT INTO t SELECT randomblob(100) FROM n",
    )
    .unwrap();
    // What a kill leaves behind: both files as they are now.
    let crashed = directory.path().join("b.db");
    fs::copy(&path, &crashed).unwrap();
    fs::copy(directory.path().join("a.db-journal"), directory.path().join("b.db-journal")).unwrap();
    let mut reader = connect(&crashed, Access::Read).await.unwrap();
    assert_eq!(rows(&mut reader, "SELECT x FROM t").await, "1");
}

#[tokio::test]
async fn a_session_for_reading_writes_nothing() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("a.db");
    fs::write(&path, "").unwrap();
    let mut reader = connect(&path, Access::Read).await.unwrap();
    let error = run(&mut reader, &["CREATE TABLE t (x)"]).await.unwrap_err();
    let BatchError::Statement { index: 0, source } = error else { panic!("{error:?}") };
    assert_eq!(source.kind(), BackendErrorKind::ReadOnly);
    let error = reader.fetch(&Statement::new("CREATE TABLE t (x)")).await.unwrap_err();
    assert_eq!(error.to_string(), "a query must not write");
    drop(reader);
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

async fn check_failure(setup: &[&str], failing: &str, expected: Expect) {
    let mut db = memory().await;
    run(&mut db, setup).await.unwrap();
    let before = rows(&mut db, "SELECT sql FROM sqlite_schema").await;
    let error = run(&mut db, &["CREATE TABLE trace (x)", failing]).await.unwrap_err();
    let BatchError::Statement { index: 1, source } = error else { panic!("{error:?}") };
    assert_eq!(source.statement(), Some(failing));
    expected.assert_eq(&describe(&source, Path::new("/none")));
    assert_eq!(rows(&mut db, "SELECT sql FROM sqlite_schema").await, before);
}

#[tokio::test]
async fn failures_have_kinds() {
    let t = &["CREATE TABLE t (a PRIMARY KEY, b NOT NULL, c CHECK (c > 0))", "CREATE INDEX i ON t (b)"][..];
    check_failure(t, "CREATE TABLE t (x)", expect!["AlreadyExists at Some(13): table t already exists"])
        .await;
    check_failure(t, "CREATE INDEX i ON t (a)", expect!["AlreadyExists at None: index i already exists"])
        .await;
    check_failure(
        t,
        "CREATE TABLE i (x)",
        expect!["AlreadyExists at None: there is already an index named i"],
    )
    .await;
    check_failure(
        t,
        "CREATE VIEW t AS SELECT 1",
        expect!["AlreadyExists at Some(12): table t already exists"],
    )
    .await;
    check_failure(
        t,
        "ALTER TABLE t ADD COLUMN b",
        expect!["AlreadyExists at None: duplicate column name: b"],
    )
    .await;
    check_failure(t, "DROP TABLE u", expect!["Missing at None: no such table: u"]).await;
    check_failure(t, "DROP INDEX u", expect!["Missing at None: no such index: u"]).await;
    check_failure(t, "SELECT u FROM t", expect!["Missing at Some(7): no such column: u"]).await;
    check_failure(
        t,
        "INSERT INTO t (u) VALUES (1)",
        expect!["Missing at None: table t has no column named u"],
    )
    .await;
    check_failure(
        t,
        "ALTER TABLE t DROP COLUMN b",
        expect!["Statement at None: error in index i after drop column: no such column: b"],
    )
    .await;
    check_failure(t, "CREATE TABEL u (x)", expect![[r#"Syntax at Some(7): near "TABEL": syntax error"#]])
        .await;
    check_failure(t, "CREATE TABLE u (x", expect!["Syntax at None: incomplete input"]).await;
    check_failure(t, "SELECT é FROM t; SELECT # FROM t", expect!["Missing at Some(7): no such column: é"])
        .await;
    check_failure(
        t,
        "INSERT INTO t VALUES (1, NULL, 1)",
        expect!["Constraint at None: NOT NULL constraint failed: t.b"],
    )
    .await;
    check_failure(
        t,
        "INSERT INTO t VALUES (1, 1, 0)",
        expect!["Constraint at None: CHECK constraint failed: c > 0"],
    )
    .await;
    check_failure(
        t,
        "INSERT INTO t VALUES (1, 1, 1), (1, 1, 1)",
        expect!["Constraint at None: UNIQUE constraint failed: t.a"],
    )
    .await;
    check_failure(t, "SELECT abs(-9223372036854775808)", expect!["Statement at None: integer overflow"])
        .await;
    check_failure(
        t,
        "-- done\nCOMMIT",
        expect!["Statement at None: `COMMIT` cannot run within the transaction of a revision"],
    )
    .await;
    check_failure(
        t,
        "INSERT INTO t VALUES (now(), 1, 1)",
        expect!["Statement at Some(22): no such function: now"],
    )
    .await;
    check_failure(t, "VACUUM", expect!["Statement at None: cannot VACUUM from within a transaction"]).await;
}

/// SQLite takes a parameter without a value for NULL, and a name in quotes that
/// no column has for a string.
#[tokio::test]
async fn mistakes_are_not_taken_for_values() {
    let t = &["CREATE TABLE t (a)", "INSERT INTO t VALUES (1)"][..];
    check_failure(
        t,
        "INSERT INTO t VALUES ($$x$$)",
        expect!["Statement at None: parameter `$$x$$` has no value in a revision"],
    )
    .await;
    check_failure(
        t,
        "SELECT 1; UPDATE t SET a = :a",
        expect!["Statement at None: parameter `:a` has no value in a revision"],
    )
    .await;
    check_failure(
        t,
        "DELETE FROM t WHERE a = ?",
        expect!["Statement at None: parameter `?` has no value in a revision"],
    )
    .await;
    check_failure(t, "DELETE FROM t WHERE \"typo\" = 'typo'", expect![[r#"Missing at Some(20): no such column: "typo" - should this be a string literal in single-quotes?"#]]).await;
    check_failure(t, "INSERT INTO t SELECT \"typo\" FROM t", expect![[r#"Missing at Some(21): no such column: "typo" - should this be a string literal in single-quotes?"#]]).await;
}

#[tokio::test]
async fn definitions_that_take_names_for_strings_still_load() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("old.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(
        "CREATE TABLE t (a CHECK (a <> \"x\")); CREATE INDEX i ON t (a) WHERE a <> \"y\"; INSERT INTO t VALUES (1)",
    )
    .unwrap();
    drop(old);
    let mut db = connect(&path, Access::Write).await.unwrap();
    run(&mut db, &["UPDATE t SET a = 2", "ALTER TABLE t RENAME TO u", "ALTER TABLE u ADD COLUMN b"])
        .await
        .unwrap();
    run(&mut db, &["UPDATE u SET a = 'x'"]).await.unwrap_err();
    assert_eq!(rows(&mut db, "SELECT a FROM u").await, "2");
}

#[tokio::test]
async fn rows_are_counted_without_those_of_triggers() {
    let mut db = memory().await;
    let counts = run(
        &mut db,
        &[
            "CREATE TABLE t (x)",
            "CREATE TABLE log (x)",
            "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO log VALUES (1); INSERT INTO log VALUES (2); END",
            "INSERT INTO t VALUES (1), (2), (3)",
            "CREATE TABLE u (x)",
            "UPDATE t SET x = 0 WHERE x > 1 RETURNING x",
            "DELETE FROM t WHERE x = 9",
            "INSERT INTO u VALUES (1); INSERT INTO u VALUES (2), (3)",
        ],
    )
    .await
    .unwrap();
    assert_eq!(counts, [0, 0, 0, 3, 0, 2, 0, 3]);
}

#[tokio::test]
async fn a_wrong_number_of_rows_undoes_the_batch() {
    let mut db = memory().await;
    run(&mut db, &["CREATE TABLE t (x)"]).await.unwrap();
    let statements = vec![
        Statement::new("INSERT INTO t VALUES (1)").expecting_rows(1),
        Statement::new("UPDATE t SET x = 2 WHERE x = 7").expecting_rows(1),
    ];
    let error = db.execute(&Batch::atomic(statements)).await.unwrap_err();
    assert!(matches!(error, BatchError::Rows { index: 1, expected: 1, found: 0 }), "{error:?}");
    assert_eq!(rows(&mut db, "SELECT * FROM t").await, "");
}

#[tokio::test]
async fn a_guard_is_compared_without_order_and_keeps_the_batch_from_running() {
    let mut db = memory().await;
    run(&mut db, &["CREATE TABLE v (id)", "INSERT INTO v VALUES ('a'), ('b'), ('b')"]).await.unwrap();
    let row = |text: &str| Row(vec![Value::Text(text.to_owned())]);
    for atomic in [true, false] {
        let guarded = |ids: &[&str]| Batch {
            guard: Some(Guard {
                query: "SELECT id FROM v".to_owned(),
                rows: ids.iter().copied().map(row).collect(),
            }),
            atomic,
            ..batch(&["UPDATE v SET id = id"])
        };
        db.execute(&guarded(&["b", "a", "b"])).await.unwrap();
        for wrong in [&["a", "b"][..], &["a", "a", "b"], &["a", "b", "b", "b"], &[]] {
            let error = db.execute(&guarded(wrong)).await.unwrap_err();
            let BatchError::Guard { found } = error else { panic!("{error:?}") };
            assert_eq!(found, ["a", "b", "b"].map(row));
        }
    }
}

#[tokio::test]
async fn a_batch_that_is_not_atomic_keeps_what_ran() {
    let mut db = memory().await;
    db.lock("", Duration::ZERO).await.unwrap();
    let statements = ["CREATE TABLE t (x)", "VACUUM", "CREATE TABLE t (x)", "CREATE TABLE u (x)"];
    let error = db.execute(&Batch { atomic: false, ..batch(&statements) }).await.unwrap_err();
    assert!(matches!(error, BatchError::Statement { index: 2, .. }), "{error:?}");
    assert_eq!(rows(&mut db, "SELECT name FROM sqlite_schema").await, "t");

    let open = ["BEGIN", "CREATE TABLE u (x)"];
    let error = db.execute(&Batch { atomic: false, ..batch(&open) }).await.unwrap_err();
    expect!["the statements leave a transaction open, which was rolled back"].assert_eq(&error.to_string());
    assert_eq!(rows(&mut db, "SELECT name FROM sqlite_schema").await, "t");
}

/// A parent with three children that cascade.
const FAMILY: &[&str] = &[
    "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
    "CREATE TABLE child (id INTEGER PRIMARY KEY, p REFERENCES parent ON DELETE CASCADE)",
    "INSERT INTO parent VALUES (1), (2), (3)",
    "INSERT INTO child VALUES (1, 1), (2, 2), (3, 3)",
];

/// A rebuild of the parent, with foreign keys off.
const REBUILD: &[&str] = &[
    "PRAGMA foreign_keys = OFF",
    "CREATE TABLE fresh (id INTEGER PRIMARY KEY, x)",
    "INSERT INTO fresh (id) SELECT id FROM parent",
    "DROP TABLE parent",
    "PRAGMA legacy_alter_table = ON",
    "ALTER TABLE fresh RENAME TO parent",
    "PRAGMA legacy_alter_table = OFF",
    "PRAGMA foreign_keys = ON",
];

#[tokio::test]
async fn cascades_run_before_and_after_a_rebuild_and_not_within() {
    let mut db = memory().await;
    db.lock("", Duration::ZERO).await.unwrap();
    run(&mut db, FAMILY).await.unwrap();
    let statements =
        [&["DELETE FROM parent WHERE id = 1"], REBUILD, &["DELETE FROM parent WHERE id = 2"]].concat();
    run(&mut db, &statements).await.unwrap();
    assert_eq!(rows(&mut db, "SELECT * FROM child").await, "3|3");
    assert_eq!(rows(&mut db, "SELECT sql FROM sqlite_schema WHERE name = 'child'").await, FAMILY[1]);
}

#[tokio::test]
async fn settings_do_not_outlive_a_batch() {
    let mut db = memory().await;
    run(&mut db, FAMILY).await.unwrap();
    let legacy = "PRAGMA legacy_alter_table = ON";
    for atomic in [true, false] {
        let off = ["PRAGMA foreign_keys = OFF", legacy];
        db.execute(&Batch { atomic, ..batch(&off) }).await.unwrap();
        assert_eq!(rows(&mut db, "PRAGMA foreign_keys").await, "1");
        assert_eq!(rows(&mut db, "PRAGMA legacy_alter_table").await, "0");
        let failing = ["PRAGMA foreign_keys = OFF", legacy, "oops"];
        db.execute(&Batch { atomic, ..batch(&failing) }).await.unwrap_err();
        assert_eq!(rows(&mut db, "PRAGMA foreign_keys").await, "1");
        assert_eq!(rows(&mut db, "PRAGMA legacy_alter_table").await, "0");
    }
    run(&mut db, &["INSERT INTO child VALUES (9, 9)"]).await.unwrap_err();
}

async fn check_commit(setup: &[&str], statements: &[&str], expected: Expect) {
    let mut db = memory().await;
    run(&mut db, setup).await.unwrap();
    let before = rows(&mut db, "SELECT count(*) FROM parent").await;
    expected.assert_eq(&match run(&mut db, statements).await {
        Ok(_) => "committed".to_owned(),
        Err(error) => {
            let BatchError::Backend(error) = error else { panic!("{error:?}") };
            assert_eq!(rows(&mut db, "SELECT count(*) FROM parent").await, before);
            describe(&error, Path::new("/none"))
        }
    });
}

#[tokio::test]
async fn a_batch_adds_no_violations_while_foreign_keys_are_off() {
    let off = "PRAGMA foreign_keys = OFF";
    let orphan = ["PRAGMA foreign_keys = OFF", "INSERT INTO child VALUES (9, 9)"];
    check_commit(
        FAMILY,
        &[off, "DELETE FROM parent WHERE id = 2"],
        expect![
            "Constraint at None: row 2 of table `child` refers to a row of table `parent` that does not exist"
        ],
    )
    .await;
    check_commit(
        FAMILY,
        &[off, "DELETE FROM parent WHERE id = 2", "DELETE FROM child WHERE id = 2"],
        expect!["committed"],
    )
    .await;
    check_commit(
        FAMILY,
        &[off, "DROP TABLE parent"],
        expect![
            "Constraint at None: row 1 of table `child` refers to a row of table `parent` that does not exist"
        ],
    )
    .await;
    check_commit(FAMILY, &[off, "DROP TABLE parent", "CREATE TABLE parent (id INTEGER)"], expect!["Constraint at None: a foreign key of table `child` refers to columns of another table that are no key"])
        .await;

    // What was wrong before does not block, unless more is wrong after.
    let broken = [&[off], FAMILY, &orphan[1..]].concat();
    let mut db = memory().await;
    db.execute(&Batch { atomic: false, ..batch(&broken) }).await.unwrap();
    run(&mut db, REBUILD).await.unwrap();
    run(&mut db, &[&["ALTER TABLE child RENAME TO kid"], REBUILD].concat()).await.unwrap();
    run(&mut db, &[off, "ALTER TABLE kid RENAME TO child"]).await.unwrap();
    let worse = [off, "DELETE FROM child WHERE id = 9", "INSERT INTO child VALUES (8, 8)"];
    let error = run(&mut db, &worse).await.unwrap_err();
    expect!["row 8 of table `child` refers to a row of table `parent` that does not exist"]
        .assert_eq(&error.to_string());
}

#[tokio::test]
async fn deferred_violations_are_named() {
    let setup = [
        "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
        "CREATE TABLE child (p REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
    ];
    check_commit(
        &setup,
        &["INSERT INTO child VALUES (5)"],
        expect![
            "Constraint at None: row 1 of table `child` refers to a row of table `parent` that does not exist"
        ],
    )
    .await;
    check_commit(
        &setup,
        &["INSERT INTO child VALUES (5)", "INSERT INTO parent VALUES (5)"],
        expect!["committed"],
    )
    .await;
    let across =
        [&["INSERT INTO child VALUES (5)"], REBUILD, &["INSERT INTO parent (id) VALUES (5)"]].concat();
    check_commit(&setup, &across, expect!["committed"]).await;
}

#[tokio::test]
async fn a_second_locker_waits_times_out_and_gets_in() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("a.db");
    let mut first = connect(&path, Access::Write).await.unwrap();
    let mut second = connect(&path, Access::Write).await.unwrap();
    first.lock("", Duration::ZERO).await.unwrap();
    run(&mut first, &["CREATE TABLE t (x)"]).await.unwrap();

    let error = second.lock("", Duration::from_millis(20)).await.unwrap_err();
    assert_eq!(error.kind(), BackendErrorKind::LockTimeout);
    assert!(error.to_string().contains("a.db"), "{error}");

    // Held between batches and after a failed one; readers are let through.
    run(&mut first, &["oops"]).await.unwrap_err();
    assert_eq!(second.lock("", Duration::ZERO).await.unwrap_err().kind(), BackendErrorKind::LockTimeout);
    assert_eq!(rows(&mut second, "SELECT name FROM sqlite_schema").await, "t");

    // Whoever waits gets in as soon as the holder is gone.
    let waiting = tokio::spawn(async move {
        second.lock("", Duration::from_secs(60)).await.unwrap();
        run(&mut second, &["INSERT INTO t VALUES (1)"]).await.unwrap();
    });
    tokio::task::yield_now().await;
    drop(first);
    waiting.await.unwrap();
    let mut third = connect(&path, Access::Read).await.unwrap();
    assert_eq!(rows(&mut third, "SELECT * FROM t").await, "1");
}

#[tokio::test]
async fn dropping_a_call_breaks_it_off() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("a.db");
    let mut first = connect(&path, Access::Write).await.unwrap();
    let mut second = connect(&path, Access::Write).await.unwrap();
    first.lock("", Duration::ZERO).await.unwrap();
    // A wait for the lock.
    let short = Duration::from_millis(10);
    tokio::time::timeout(short, second.lock("", Duration::from_secs(3600))).await.unwrap_err();
    assert_eq!(rows(&mut second, "SELECT 1").await, "1");
    // A statement that would never end.
    let endless = batch(&[
        "CREATE TABLE t (x)",
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT 1 FROM n WHERE i = 2",
    ]);
    tokio::time::timeout(short, first.execute(&endless)).await.unwrap_err();
    assert_eq!(rows(&mut first, "SELECT count(*) FROM sqlite_schema").await, "0");
    // The lock is still held.
    assert_eq!(second.lock("", Duration::ZERO).await.unwrap_err().kind(), BackendErrorKind::LockTimeout);
}

#[tokio::test]
async fn a_database_opened_for_reading_cannot_be_locked() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("a.db");
    drop(connect(&path, Access::Write).await.unwrap());
    let url = format!("sqlite://{}?mode=ro", path.display());
    let mut db = connect_url(&url, Access::Write).await.unwrap();
    let error = db.lock("", Duration::ZERO).await.unwrap_err();
    expect!["ReadOnly at None: database `DIR/a.db` is read-only"]
        .assert_eq(&describe(&error, directory.path()));
}

#[tokio::test]
async fn a_statement_with_a_nul_is_refused_whole() {
    let mut db = memory().await;
    let error = run(&mut db, &["CREATE TABLE t (x); \0 CREATE TABLE u (x)"]).await.unwrap_err();
    let BatchError::Statement { index: 0, source } = error else { panic!("{error:?}") };
    expect!["Syntax at Some(20): a statement cannot hold a NUL character"]
        .assert_eq(&describe(&source, Path::new("/none")));
    assert_eq!(rows(&mut db, "SELECT name FROM sqlite_schema").await, "");
}
