//! Atomic batches: everything or nothing, and only if the guard holds.

use std::fmt::Write as _;

use expect_test::expect;
use retort_core::backend::{Access, Batch, BatchError, Guard, Row, Statement, Value};
use retort_test_servers::Database;

use crate::support::{
    Gate, address_of, at_address, create_version_table, ending, fetch, from_file, number, open, proxy::Proxy,
    statements, text, try_open, versions,
};

on_both! {
    all_of_it_happens
    a_failure_at_any_place_leaves_nothing
    a_wrong_number_of_rows_leaves_nothing
    a_guard_that_fails_lets_nothing_run
    what_cannot_be_undone_is_refused_before_anything_runs
    what_ends_the_transaction_unseen_is_told
    what_cannot_be_rolled_back_is_told
    of_eight_without_a_lock_one_wins
    of_two_that_lock_each_other_out_both_win
    round_trips_are_few
    a_thousand_statements_are_one_batch
    settings_that_a_batch_changes_come_back_when_it_fails
}

async fn all_of_it_happens(database: Database) {
    create_version_table(&database, &["a"]);
    database.run("CREATE TABLE t (a INTEGER); CREATE PROCEDURE p() BEGIN INSERT INTO t VALUES (7); SELECT 1; SELECT 2; END");
    let mut connection = open(&database).await;
    let mut batch = Batch::atomic(from_file(&[
        "INSERT INTO t VALUES (1), (2)",
        "SELECT * FROM t",
        "CALL p()",
        "UPDATE t SET a = a + 1 WHERE a < 3",
        "CREATE TEMPORARY TABLE s (a INTEGER)",
        "SAVEPOINT before_it",
        "DELETE FROM t",
        "ROLLBACK TO before_it",
    ]));
    batch.guard = Some(versions(&["a"]));
    batch.statements.extend(statements(&[
        "UPDATE alembic_version SET version_num = 'b' WHERE version_num = 'a'",
        "INSERT INTO t VALUES (10)",
    ]));
    batch.statements[8].expect_rows = Some(1);
    let executed = connection.execute(&batch).await.unwrap();
    assert_eq!(executed.rows.len(), 10);
    // Another session sees it.
    let mut other = open(&database).await;
    expect!["[Integer(2), Integer(3), Integer(7), Integer(10)]"]
        .assert_eq(&format!("{:?}", fetch(&mut *other, "SELECT a FROM t ORDER BY a").await));
    assert_eq!(text(&mut *other, "SELECT version_num FROM alembic_version").await, "b");
    // Nothing at all is fine, too.
    assert!(connection.execute(&Batch::atomic(Vec::new())).await.unwrap().rows.is_empty());
    let empty = Batch { guard: Some(versions(&["a"])), ..Batch::atomic(Vec::new()) };
    assert!(matches!(connection.execute(&empty).await, Err(BatchError::Guard { .. })));
}

async fn a_failure_at_any_place_leaves_nothing(database: Database) {
    database.run("CREATE TABLE t (a INTEGER PRIMARY KEY)");
    let mut connection = open(&database).await;
    const COUNT: usize = 5;
    for bookkeeping in [false, true] {
        for failing in 0..COUNT {
            let texts: Vec<String> = (0..COUNT)
                .map(|index| {
                    format!(
                        "INSERT INTO t VALUES ({})",
                        if index == failing { "NULL".into() } else { index.to_string() }
                    )
                })
                .collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let batch = Batch::atomic(if bookkeeping { statements(&texts) } else { from_file(&texts) });
            match connection.execute(&batch).await {
                Err(BatchError::Statement { index, source }) => {
                    assert_eq!(index, failing);
                    assert_eq!(source.statement(), Some(texts[failing]));
                }
                other => panic!("{other:?}"),
            }
            assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 0);
        }
    }
    // The session is as good as new.
    let batch = Batch::atomic(statements(&["INSERT INTO t VALUES (1)"]));
    assert_eq!(ending(connection.execute(&batch).await), "[1]");
}

async fn a_wrong_number_of_rows_leaves_nothing(database: Database) {
    database.run("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2)");
    let mut connection = open(&database).await;
    for span in [None, Some(0..1)] {
        let with_span = |statement: Statement| Statement { span: span.clone(), ..statement };
        let batch = Batch::atomic(vec![
            with_span(Statement::new("INSERT INTO t VALUES (3)").expecting_rows(1)),
            with_span(Statement::new("UPDATE t SET a = 9 WHERE a < 3").expecting_rows(1)),
            with_span(Statement::new("INSERT INTO t VALUES (4)")),
        ]);
        assert_eq!(ending(connection.execute(&batch).await), "statement 2 changed 2 rows instead of 1");
        assert_eq!(number(&mut *connection, "SELECT SUM(a) = 3 FROM t").await, 1);
    }
}

async fn a_guard_that_fails_lets_nothing_run(database: Database) {
    create_version_table(&database, &["a", "b"]);
    database.run("CREATE TABLE t (a INTEGER)");
    let mut connection = open(&database).await;
    for batch in [
        Batch::atomic(statements(&["INSERT INTO t VALUES (1)"])),
        Batch::atomic(from_file(&["INSERT INTO t VALUES (1)"])),
        // The guard comes first, whatever the statement would say.
        Batch::atomic(statements(&["INSERT INTO missing VALUES (1)"])),
        Batch::atomic(from_file(&["INSERT INTO missing VALUES (1)"])),
        Batch { atomic: false, ..Batch::atomic(statements(&["INSERT INTO t VALUES (1)"])) },
    ] {
        for wrong in [&["a"][..], &["a", "a"], &["a", "b", "c"], &[]] {
            let batch = Batch { guard: Some(versions(wrong)), ..batch.clone() };
            let ended = ending(connection.execute(&batch).await);
            assert_eq!(ended, r#"guard: [Row([Text("a")]), Row([Text("b")])]"#);
        }
        assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 0);
    }
    let batch = Batch { guard: Some(versions(&["b", "a"])), ..Batch::atomic(Vec::new()) };
    assert_eq!(ending(connection.execute(&batch).await), "[]");
    let guard = Guard { query: "SELECT nonsense".to_owned(), rows: Vec::new() };
    let batch = Batch { guard: Some(guard), ..Batch::atomic(statements(&["INSERT INTO t VALUES (1)"])) };
    assert!(matches!(connection.execute(&batch).await, Err(BatchError::Backend(_))));
    // Guards that can take no lock are checked all the same.
    for query in ["SHOW TABLES LIKE 't'", "SELECT 't' UNION SELECT 't'", "SELECT 't' -- all"] {
        let guard = Guard { query: query.to_owned(), rows: vec![Row(vec![Value::Text("t".to_owned())])] };
        let batch = Batch { guard: Some(guard), ..Batch::atomic(from_file(&["INSERT INTO t VALUES (1)"])) };
        assert_eq!(ending(connection.execute(&batch).await), "[1]", "{query}");
    }
}

async fn what_cannot_be_undone_is_refused_before_anything_runs(database: Database) {
    database.run("CREATE TABLE t (a INTEGER)");
    let mut connection = open(&database).await;
    let insert = || Statement::new("INSERT INTO t VALUES (1)");
    let mut shown = String::new();
    for statement in [
        Statement { transactional: false, ..insert() },
        Statement::new("ALTER TABLE t ADD b INTEGER"),
        Statement::new("/* now */ commit"),
        Statement::new("USE mysql"),
    ] {
        let batch = Batch::atomic(vec![insert(), statement]);
        writeln!(shown, "{}", ending(connection.execute(&batch).await)).unwrap();
        assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 0);
    }
    expect![[r#"
        1: Statement: a statement that cannot run in a transaction is in one
        1: Statement: `ALTER TABLE` would end the transaction of the revision
        1: Statement: `COMMIT` would end the transaction of the revision
        1: Statement: `USE` would lead the rest of the run to another database; write its name before those of the tables
    "#]].assert_eq(&shown);
}

async fn what_ends_the_transaction_unseen_is_told(database: Database) {
    database.run("CREATE TABLE t (a INTEGER); CREATE PROCEDURE p() BEGIN COMMIT; END");
    let mut connection = open(&database).await;
    let batch =
        Batch::atomic(from_file(&["INSERT INTO t VALUES (1)", "CALL p()", "INSERT INTO t VALUES (2)"]));
    expect!["1: Statement: the statement ended the transaction of the revision, or changed how the session commits or reads text; what ran until then may remain"].assert_eq(&ending(connection.execute(&batch).await));
    assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 1);
}

async fn what_cannot_be_rolled_back_is_told(database: Database) {
    database.run("CREATE TABLE t (a INTEGER) ENGINE=MyISAM");
    let mut connection = open(&database).await;
    let insert = Statement::new("INSERT INTO t VALUES (1)").at(0..1);
    let batch =
        Batch::atomic(vec![insert.clone(), Statement::new("INSERT INTO missing VALUES (1)").at(0..1)]);
    let ended = ending(connection.execute(&batch).await);
    let remains = "; what was done to tables whose engine has no transactions remains";
    assert!(ended.starts_with("1: Missing: ") && ended.ends_with(remains), "{ended}");
    let ended = ending(connection.execute(&Batch::atomic(vec![insert.expecting_rows(2)])).await);
    assert_eq!(ended, format!("0: Statement: statement 1 changed 1 rows instead of 2{remains}"));
    assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 2);
}

/// Eight sessions that find the version table empty all try to write the first
/// version. Nothing but the guard keeps them apart.
async fn of_eight_without_a_lock_one_wins(database: Database) {
    create_version_table(&database, &[]);
    database.run("CREATE TABLE t (a INTEGER)");
    for (before, after) in [(None, "v1"), (Some("v1"), "v2"), (Some("v2"), "v3")] {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let mut connection = open(&database).await;
            let sql = match before {
                None => format!("INSERT INTO alembic_version VALUES ('{after}')"),
                Some(before) => {
                    format!(
                        "UPDATE alembic_version SET version_num = '{after}' WHERE version_num = '{before}'"
                    )
                }
            };
            let mut batch = Batch::atomic(from_file(&["INSERT INTO t VALUES (1)"]));
            batch.guard = Some(versions(before.as_slice()));
            batch.statements.push(Statement::new(sql).expecting_rows(1));
            tasks.spawn(async move { ending(connection.execute(&batch).await) });
        }
        let mut ended = tasks.join_all().await;
        ended.sort();
        let mut expected = vec!["[1, 1]".to_owned()];
        expected.resize(8, format!("guard: [Row([Text({after:?})])]"));
        assert_eq!(ended, expected);
    }
    let mut connection = open(&database).await;
    assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 3);
}

/// Two batches that change the same rows in opposite order: the server undoes
/// one, which is tried again.
async fn of_two_that_lock_each_other_out_both_win(database: Database) {
    database.run("CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER); INSERT INTO t VALUES (1, 0), (2, 0)");
    let gates = [Gate::close(&database, "one").await, Gate::close(&database, "two").await];
    let mut tasks = tokio::task::JoinSet::new();
    for (gate, (first, second)) in gates.iter().zip([(1, 2), (2, 1)]) {
        let mut connection = open(&database).await;
        let update = |row| format!("UPDATE t SET b = b + 1 WHERE a = {row}");
        let batch = Batch::atomic(from_file(&[&update(first), &gate.pass(), &update(second)]));
        tasks.spawn(async move { ending(connection.execute(&batch).await) });
    }
    Gate::wait_for(&database, 2).await;
    for gate in gates {
        gate.open().await;
    }
    assert_eq!(tasks.join_all().await, ["[1, 0, 1]", "[1, 0, 1]"]);
    let mut connection = open(&database).await;
    assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t WHERE b = 2").await, 2);
}

async fn round_trips_are_few(database: Database) {
    create_version_table(&database, &["a"]);
    database.run("CREATE TABLE t (a INTEGER)");
    let proxy = Proxy::start(address_of(database.url()));
    let url = format!("{}?ssl-mode=DISABLED", at_address(database.url(), &proxy.address()));
    let mut connection = try_open(&url, Access::Write).await.unwrap();
    // What the server is, and the settings.
    assert_eq!(proxy.commands(), 2);
    let mut before = proxy.commands();
    let mut sent = || {
        let commands = proxy.commands() - before;
        before += commands;
        commands
    };
    let record =
        Batch { guard: Some(versions(&["a"])), ..Batch::atomic(statements(&["INSERT INTO t VALUES (1)"])) };
    connection.execute(&record).await.unwrap();
    assert_eq!(sent(), 2, "a record: the transaction with the guard and the row, COMMIT");
    let mut batch =
        Batch { guard: Some(versions(&["a"])), ..Batch::atomic(from_file(&["DELETE FROM t", "DO 1"])) };
    batch
        .statements
        .extend(statements(&["UPDATE alembic_version SET version_num = 'a'", "INSERT INTO t VALUES (2)"]));
    connection.execute(&batch).await.unwrap();
    assert_eq!(sent(), 5, "a revision of data: the guard, two statements, the bookkeeping, COMMIT");
    connection.execute(&crate::support::schema_changes(&["ALTER TABLE t ADD b INTEGER"])).await.unwrap();
    assert_eq!(sent(), 1, "a schema change");
    connection.lock("retort", std::time::Duration::ZERO).await.unwrap();
    assert_eq!(sent(), 1, "a lock that is free");
}

async fn a_thousand_statements_are_one_batch(database: Database) {
    database.run("CREATE TABLE t (a INTEGER PRIMARY KEY, b LONGTEXT)");
    let mut connection = open(&database).await;
    for own in [false, true] {
        let texts: Vec<String> =
            (0..1000).map(|row| format!("INSERT INTO t VALUES ({row}, '{}')", "x".repeat(row))).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut batch = Batch::atomic(if own { statements(&texts) } else { from_file(&texts) });
        assert_eq!(connection.execute(&batch).await.unwrap().rows, vec![1; 1000]);
        assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 1000);
        batch.statements.insert(0, Statement::new("DELETE FROM t"));
        batch.statements[900].sql = "INSERT INTO t VALUES (1, '')".to_owned();
        let failed = ending(connection.execute(&batch).await);
        assert!(failed.starts_with("900: Constraint: Duplicate entry '1' for key"), "{failed}");
        assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 1000);
        connection.execute(&Batch::atomic(statements(&["DELETE FROM t"]))).await.unwrap();
    }
}

async fn settings_that_a_batch_changes_come_back_when_it_fails(database: Database) {
    database.run("CREATE TABLE t (a INTEGER)");
    let mut connection = open(&database).await;
    for setting in ["SET autocommit = 0", "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'"] {
        let batch = Batch::atomic(from_file(&["INSERT INTO t VALUES (1)", setting]));
        expect!["1: Statement: the statement ended the transaction of the revision, or changed how the session commits or reads text; what ran until then may remain"].assert_eq(&ending(connection.execute(&batch).await));
        assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 0);
        assert_eq!(number(&mut *connection, "SELECT @@autocommit").await, 1);
        assert_eq!(text(&mut *connection, "SELECT 'a\\'b'").await, "a'b");
    }
}
