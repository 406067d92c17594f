//! What `execute` promises: all or nothing, guards, counts, places of errors,
//! and two round trips.

use expect_test::expect;
use retort_core::backend::{Access, Batch, BatchError, Guard, Row, Statement, Value};

use crate::{
    proxy::Proxy,
    support::{batch, connect, database, describe_batch, expect_failure, open, rows, run, run_each, tables},
};

fn guarded(expected: &[&str], statements: &[&str]) -> Batch {
    let rows = expected.iter().map(|text| Row(vec![Value::Text((*text).to_owned())])).collect();
    let guard = Guard { query: "SELECT version_num FROM alembic_version".to_owned(), rows };
    Batch { guard: Some(guard), ..batch(statements) }
}

#[tokio::test]
async fn a_batch_takes_two_round_trips() {
    let database = database();
    database.run("CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('a')");
    let proxy = Proxy::to(database.url()).await;
    let mut session = connect(proxy.url(), Access::Write).await.unwrap();
    proxy.take_round_trips();

    let revision = guarded(
        &["a"],
        &[
            "CREATE TABLE t (a int)",
            "INSERT INTO t SELECT generate_series(1, 1000)",
            "SELECT * FROM t",
            "UPDATE alembic_version SET version_num = 'b'",
        ],
    );
    assert_eq!(session.execute(&revision).await.unwrap().rows, [0, 1000, 0, 1]);
    assert_eq!(proxy.take_round_trips(), 2);

    assert!(matches!(session.execute(&revision).await, Err(BatchError::Guard { .. })));
    assert_eq!(proxy.take_round_trips(), 2, "a ROLLBACK is one");

    assert!(run(&mut session, &["CREATE TABLE t (a int)"]).await.is_err());
    assert_eq!(proxy.take_round_trips(), 2);

    session.fetch(&Statement::new("SELECT * FROM t, alembic_version")).await.unwrap();
    assert_eq!(proxy.take_round_trips(), 1);

    assert!(run(&mut session, &[]).await.unwrap().is_empty());
    assert_eq!(proxy.take_round_trips(), 0);

    run_each(&mut session, &["SELECT 1", "SELECT 2"]).await.unwrap();
    assert_eq!(proxy.take_round_trips(), 2);
}

/// Moves the version table from one number to the next, with a row of a journal.
fn move_version(from: usize) -> Batch {
    let rows = vec![Row(vec![Value::Text(from.to_string())])];
    let guard = Guard { query: "SELECT version_num FROM alembic_version".to_owned(), rows };
    let to = from + 1;
    let change = format!("UPDATE alembic_version SET version_num = '{to}' WHERE version_num = '{from}'");
    let journal = format!("INSERT INTO journal (revision, at) VALUES ('{to}', '2026-01-01')");
    let mut moving = batch(&[&format!("CREATE TABLE t{to} (a int)"), &change, &journal]);
    moving.statements[2].expect_rows = Some(1);
    moving.guard = Some(guard);
    moving
}

#[tokio::test]
async fn what_comes_again_is_prepared_and_means_the_same() {
    let database = database();
    database.run("CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('0')");
    database.run("CREATE TABLE journal (revision varchar(32), at timestamp)");
    let proxy = Proxy::to(database.url()).await;
    let mut session = connect(proxy.url(), Access::Write).await.unwrap();
    proxy.take_round_trips();
    for from in 0..10 {
        assert_eq!(session.execute(&move_version(from)).await.unwrap().rows, [0, 1, 1]);
    }
    assert_eq!(proxy.take_round_trips(), 2 * 10 + 1, "one for preparing");
    let prepared = Statement::new("SELECT count(*) FROM pg_prepared_statements");
    assert_eq!(session.fetch(&prepared).await.unwrap()[0].integer(0), Some(3));

    // The guard and the rows that are expected count as before.
    assert!(matches!(session.execute(&move_version(3)).await, Err(BatchError::Guard { .. })));
    let mut wrong = move_version(10);
    wrong.statements[1] =
        Statement::new("UPDATE alembic_version SET version_num = 'x' WHERE version_num = 'y'");
    wrong.statements[1].expect_rows = Some(1);
    assert!(matches!(session.execute(&wrong).await, Err(BatchError::Rows { index: 1, .. })));

    // A revision may forget everything, and poolers hand out other sessions.
    run(&mut session, &["DEALLOCATE ALL"]).await.unwrap();
    session.execute(&move_version(10)).await.unwrap();
    // What a statement needs may be gone.
    run(&mut session, &["ALTER TABLE journal DROP COLUMN at"]).await.unwrap();
    let failed = session.execute(&move_version(11)).await;
    assert!(matches!(failed, Err(BatchError::Statement { index: 2, .. })), "{failed:?}");
    assert_eq!(database.rows("SELECT version_num FROM alembic_version"), ["11"]);
}

#[tokio::test]
async fn a_prepared_statement_that_changes_is_not_needed() {
    let database = database();
    database.run("CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('0')");
    database.run("CREATE TABLE journal (revision varchar(32), at timestamp)");
    let mut session = open(&database).await;
    for from in 0..5 {
        session.execute(&move_version(from)).await.unwrap();
    }
    // The guard's result has another type from now on.
    database.run("ALTER TABLE alembic_version ALTER COLUMN version_num TYPE varchar(32)");
    for from in 5..8 {
        session.execute(&move_version(from)).await.unwrap();
    }
    assert_eq!(database.rows("SELECT count(*) FROM journal"), ["8"]);
}

#[tokio::test]
async fn a_failure_at_any_statement_leaves_nothing_behind() {
    const STATEMENTS: usize = 6;
    let database = database();
    let mut session = open(&database).await;
    for (failing, offset) in
        [("SELECT 1 / 0", None), ("SELECT * FROM missing", Some(14)), ("SELEC 1", Some(0))]
    {
        for k in 0..STATEMENTS {
            let mut statements: Vec<String> =
                (0..STATEMENTS).map(|n| format!("CREATE TABLE t{n} (a int) -- é")).collect();
            statements[k] = failing.to_owned();
            let texts: Vec<&str> = statements.iter().map(String::as_str).collect();
            match run(&mut session, &texts).await {
                Err(BatchError::Statement { index, source }) => {
                    assert_eq!((index, source.offset()), (k, offset), "{source}");
                    assert_eq!(source.statement(), Some(failing));
                }
                other => panic!("{other:?}"),
            }
            assert_eq!(tables(&mut session).await, "", "nothing remains");
        }
    }
    run(&mut session, &["CREATE TABLE t (a int)"]).await.unwrap();
    assert_eq!(tables(&mut session).await, "t", "the session is of use");
}

#[tokio::test]
async fn without_a_transaction_what_ran_before_the_failure_stays() {
    let database = database();
    let mut session = open(&database).await;
    for k in 0..4 {
        let mut statements = vec!["SELECT 1"; 4];
        let table = format!("CREATE TABLE t{k} (a int)");
        statements[k] = "SELECT 1 / 0";
        if k > 0 {
            statements[k - 1] = &table;
        }
        match run_each(&mut session, &statements).await {
            Err(BatchError::Statement { index, .. }) => assert_eq!(index, k),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(tables(&mut session).await, "t1 t2 t3");
    let refused = run_each(&mut session, &["CREATE TABLE u (a int)", "COPY u FROM STDIN"]).await;
    expect_failure(
        refused,
        &expect![
            "statement 1: Statement: COPY cannot read from or write to the client here; use INSERT, or a file of the server @ `COPY u FROM `"
        ],
    );
    assert_eq!(tables(&mut session).await, "t1 t2 t3 u");
    let index = ["CREATE INDEX CONCURRENTLY i ON u (a)", "VACUUM u"];
    assert_eq!(run_each(&mut session, &index).await.unwrap(), [0, 0]);
    expect_failure(
        run(&mut session, &index).await,
        &expect!["statement 0: Statement: CREATE INDEX CONCURRENTLY cannot run inside a transaction block"],
    );
}

#[tokio::test]
async fn a_guard_counts_before_all_that_comes_after_it() {
    let database = database();
    database.run(
        "CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('a'), ('b')",
    );
    let mut session = open(&database).await;
    let mut check = async |expected: &[&str], statements: &[&str]| {
        let batch = guarded(expected, statements);
        let atomic = match session.execute(&batch).await {
            Ok(executed) => format!("{:?}", executed.rows),
            Err(error) => describe_batch(&error),
        };
        let after = tables(&mut session).await;
        format!("{atomic}; {after}")
    };
    expect!["[0]; alembic_version"].assert_eq(&check(&["b", "a"], &["SELECT 1"]).await);
    expect![[r#"guard found ["a", "b"]; alembic_version"#]]
        .assert_eq(&check(&["a"], &["CREATE TABLE t (a int)"]).await);
    expect![[r#"guard found ["a", "b"]; alembic_version"#]]
        .assert_eq(&check(&["a", "a"], &["CREATE TABLE t (a int)"]).await);
    // The statements fail because of what the other run did.
    expect![[r#"guard found ["a", "b"]; alembic_version"#]]
        .assert_eq(&check(&["a"], &["CREATE TABLE t (a int)", "CREATE TABLE alembic_version ()"]).await);
    expect![[r#"guard found ["a", "b"]; alembic_version"#]]
        .assert_eq(&check(&["a"], &["CREATE TABLE t (a int)", "SELEC 1"]).await);
    expect![[r#"statement 1: Syntax: syntax error at or near "SELEC" @ `SELEC 1`; alembic_version"#]]
        .assert_eq(&check(&["a", "b"], &["CREATE TABLE t (a int)", "SELEC 1"]).await);
    expect!["[]; alembic_version"].assert_eq(&check(&["a", "b"], &[]).await);
    expect![[r#"guard found ["a", "b"]; alembic_version"#]].assert_eq(&check(&["c"], &[]).await);
}

#[tokio::test]
async fn a_guard_without_a_transaction_is_checked_first() {
    let database = database();
    database.run("CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('a')");
    let mut session = open(&database).await;
    let batch = Batch { atomic: false, ..guarded(&["b"], &["CREATE TABLE t (a int)"]) };
    expect_failure(session.execute(&batch).await, &expect![[r#"guard found ["a"]"#]]);
    assert_eq!(tables(&mut session).await, "alembic_version");
    let batch = Batch { atomic: false, ..guarded(&["a"], &["CREATE TABLE t (a int)"]) };
    session.execute(&batch).await.unwrap();
    assert_eq!(tables(&mut session).await, "alembic_version t");
}

#[tokio::test]
async fn a_guard_compares_values_of_any_type() {
    let database = database();
    let mut session = open(&database).await;
    let mut check = async |query: &str, row: Vec<Value>| {
        let guard = Guard { query: query.to_owned(), rows: vec![Row(row)] };
        let batch = Batch { guard: Some(guard), ..batch(&["SELECT 1"]) };
        session.execute(&batch).await.is_ok()
    };
    let query = "SELECT 1, 1.5::float8, NULL, '\\x00ff'::bytea, 'a;b' -- end";
    let row = || {
        vec![
            Value::Integer(1),
            Value::Real(1.5),
            Value::Null,
            Value::Blob(vec![0, 255]),
            Value::Text("a;b".to_owned()),
        ]
    };
    assert!(check(query, row()).await);
    for wrong in 0..row().len() {
        let mut row = row();
        row[wrong] = Value::Text("other".to_owned());
        assert!(!check(query, row).await, "column {wrong}");
    }
    assert!(!check("SELECT ''", vec![Value::Null]).await);
    assert!(!check("SELECT NULL", vec![Value::Text(String::new())]).await);
    assert!(!check("SELECT 1, 1", vec![Value::Integer(1)]).await);
}

#[tokio::test]
async fn a_guard_that_fails_is_no_failure_of_a_statement() {
    let database = database();
    let mut session = open(&database).await;
    let batch = guarded(&["a"], &["CREATE TABLE t (a int)"]);
    expect_failure(
        session.execute(&batch).await,
        &expect![[r#"batch: Missing: relation "alembic_version" does not exist"#]],
    );
    assert_eq!(tables(&mut session).await, "");
}

#[tokio::test]
async fn the_number_of_changed_rows_is_checked_before_the_commit() {
    let database = database();
    let mut session = open(&database).await;
    run(&mut session, &["CREATE TABLE t (a int)", "INSERT INTO t VALUES (1), (2)"]).await.unwrap();
    let expecting = |sql: &str, rows| Statement::new(sql).expecting_rows(rows);
    let atomic = Batch::atomic;
    let moved =
        atomic(vec![Statement::new("CREATE TABLE u ()"), expecting("UPDATE t SET a = 3 WHERE a = 9", 1)]);
    expect_failure(session.execute(&moved).await, &expect!["statement 1: 0 rows instead of 1"]);
    assert_eq!(tables(&mut session).await, "t");
    // The first thing that went wrong, though the server went on.
    let moved = atomic(vec![expecting("DELETE FROM t", 1), Statement::new("SELECT 1 / 0")]);
    expect_failure(session.execute(&moved).await, &expect!["statement 0: 2 rows instead of 1"]);
    assert_eq!(rows(&mut session, "SELECT a FROM t ORDER BY a").await, "1i\n2i");
    let moved = atomic(vec![expecting("DELETE FROM t WHERE a = 1 RETURNING a", 1)]);
    assert_eq!(session.execute(&moved).await.unwrap().rows, [1]);
    let moved =
        Batch { atomic: false, ..atomic(vec![Statement::new("SELECT 1"), expecting("DELETE FROM t", 3)]) };
    expect_failure(session.execute(&moved).await, &expect!["statement 1: 1 rows instead of 3"]);
    assert_eq!(rows(&mut session, "SELECT a FROM t").await, "");
}

#[tokio::test]
async fn statements_are_kept_apart() {
    let database = database();
    let mut session = open(&database).await;
    let statements = [
        "",
        "CREATE TABLE t (a text) -- the end",
        "-- nothing; at all",
        "INSERT INTO t VALUES ('a;b'), ($$c;d$$);",
        "/* x; /* y; */ */",
        "INSERT INTO t VALUES ('1'); INSERT INTO t VALUES ('2'), ('3')",
        "SELECT * FROM t",
        ";;",
        "DO $$ BEGIN INSERT INTO t VALUES ('4'); END $$",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
        "DELETE FROM t",
    ];
    assert_eq!(run(&mut session, &statements).await.unwrap(), [0, 0, 0, 2, 0, 3, 0, 0, 0, 0, 6]);
    assert_eq!(run_each(&mut session, &["", "-- x", "SELECT f()"]).await.unwrap(), [0, 0, 0]);
    expect_failure(
        run(&mut session, &["SELECT 1", "-- c", "", "SELECT f(1)"]).await,
        &expect![
            "statement 3: Statement: function f(integer) does not exist (hint: No function matches the given name and argument types. You might need to add explicit type casts) @ `f(1)`"
        ],
    );
    expect_failure(
        run(&mut session, &["SELECT 'a", "SELECT 'b'"]).await,
        &expect!["statement 0: Syntax: unterminated string @ `'a`"],
    );
    expect_failure(
        run(&mut session, &["SELECT 1; SELECT 2; SELECT 1 / 0", "SELECT 3"]).await,
        &expect!["statement 0: Statement: division by zero"],
    );
    expect_failure(
        run(&mut session, &["SELECT 1", "INSERT INTO t VALUES (1"]).await,
        &expect!["statement 1: Syntax: syntax error at end of input @ ``"],
    );
    expect_failure(
        run(&mut session, &["CREATE TABLE u ()", "COMMIT"]).await,
        &expect![
            "statement 1: Statement: `COMMIT` cannot run here: transactions begin and end with the revision @ `COMMIT`"
        ],
    );
    expect_failure(
        run(&mut session, &["SELECT 1", "COPY t TO STDOUT"]).await,
        &expect![
            "statement 1: Statement: COPY cannot read from or write to the client here; use INSERT, or a file of the server @ `COPY t TO ST`"
        ],
    );
    expect_failure(
        run(&mut session, &["DO $$ BEGIN COMMIT; END $$"]).await,
        &expect![
            "statement 0: Statement: invalid transaction termination, in PL/pgSQL function inline_code_block line 1 at COMMIT"
        ],
    );
    assert_eq!(tables(&mut session).await, "t");
}

#[tokio::test]
async fn ten_megabytes_are_one_batch() {
    let database = database();
    let mut session = open(&database).await;
    let value = "x'';é".repeat(20);
    let values: Vec<String> = (0..90_000).map(|n| format!("({n}, '{value}')")).collect();
    let insert = format!("INSERT INTO t VALUES {}", values.join(", "));
    assert!(insert.len() > 10_000_000);
    let rows =
        run(&mut session, &["CREATE TABLE t (n int, a text)", &insert, "SELECT * FROM t"]).await.unwrap();
    assert_eq!(rows, [0, 90_000, 0]);
    let failing = format!("{insert}, (1, oops)");
    match run(&mut session, &["SELECT 1", &failing]).await {
        Err(BatchError::Statement { index: 1, source }) => {
            assert!(failing[source.offset().unwrap()..].starts_with("oops"));
        }
        other => panic!("{:?}", other.map(|_| ())),
    }
}

#[tokio::test]
async fn what_the_server_says_has_a_kind_and_a_place() {
    let database = database();
    let mut session = open(&database).await;
    run(
        &mut session,
        &[
            "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL CHECK (a <> ''))",
            "CREATE TABLE u (id int REFERENCES t DEFERRABLE INITIALLY DEFERRED)",
            "CREATE VIEW v AS SELECT * FROM t",
            "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; PERFORM * FROM gone; END $$",
            "INSERT INTO t VALUES (1, 'x')",
        ],
    )
    .await
    .unwrap();
    for (sql, expected) in [
        ("CREATE TABLE t ()", expect![[r#"statement 0: AlreadyExists: relation "t" already exists"#]]),
        (
            "ALTER TABLE t ADD a int",
            expect![[r#"statement 0: AlreadyExists: column "a" of relation "t" already exists"#]],
        ),
        ("CREATE SCHEMA public", expect![[r#"statement 0: AlreadyExists: schema "public" already exists"#]]),
        ("CREATE INDEX t ON t (a)", expect![[r#"statement 0: AlreadyExists: relation "t" already exists"#]]),
        ("DROP TABLE w", expect![[r#"statement 0: Missing: table "w" does not exist"#]]),
        (
            "ALTER TABLE t DROP COLUMN zz",
            expect![[r#"statement 0: Missing: column "zz" of relation "t" does not exist"#]],
        ),
        (
            "SELECT 'é', zz FROM t",
            expect![[r#"statement 0: Missing: column "zz" does not exist @ `zz FROM t`"#]],
        ),
        (
            "SELECT nofunction(1)",
            expect![
                "statement 0: Statement: function nofunction(integer) does not exist (hint: No function matches the given name and argument types. You might need to add explicit type casts) @ `nofunction(1`"
            ],
        ),
        (
            "CREATE TABLE nowhere.t ()",
            expect![[r#"statement 0: Missing: schema "nowhere" does not exist @ `nowhere.t ()`"#]],
        ),
        ("SELECT 1::notype", expect![[r#"statement 0: Missing: type "notype" does not exist @ `notype`"#]]),
        (
            "INSERT INTO t VALUES (1, 'y')",
            expect![[
                r#"statement 0: Constraint: duplicate key value violates unique constraint "t_pkey": Key (id)=(1) already exists"#
            ]],
        ),
        (
            "INSERT INTO t VALUES (2, NULL)",
            expect![[
                r#"statement 0: Constraint: null value in column "a" of relation "t" violates not-null constraint: Failing row contains (2, null)"#
            ]],
        ),
        (
            "INSERT INTO t VALUES (2, '')",
            expect![[
                r#"statement 0: Constraint: new row for relation "t" violates check constraint "t_a_check": Failing row contains (2, )"#
            ]],
        ),
        (
            "INSERT INTO u VALUES (7)",
            expect![[
                r#"batch: Constraint: the COMMIT failed: insert or update on table "u" violates foreign key constraint "u_id_fkey": Key (id)=(7) is not present in table "t""#
            ]],
        ),
        (
            "DROP TABLE t",
            expect![
                "statement 0: Statement: cannot drop table t because other objects depend on it: constraint u_id_fkey on table u depends on table t; view v depends on table t (hint: Use DROP ... CASCADE to drop the dependent objects too)"
            ],
        ),
        ("SELECT 1 +", expect!["statement 0: Syntax: syntax error at end of input @ ``"]),
        (
            "SELECT f()",
            expect![[
                r#"statement 0: Missing: relation "gone" does not exist, in PL/pgSQL function f() line 1 at PERFORM"#
            ]],
        ),
        (
            "SELECT pg_sleep(1); SELECT 1",
            expect!["statement 1: Interrupted: canceling statement due to statement timeout"],
        ),
        (
            "DO $$ BEGIN RAISE 'no' USING HINT = 'Try again.'; END $$",
            expect![
                "statement 0: Statement: no, in PL/pgSQL function inline_code_block line 1 at RAISE (hint: Try again)"
            ],
        ),
        ("SELECT $1", expect!["statement 0: Statement: there is no parameter $1 @ `$1`"]),
    ] {
        let statements =
            if sql.contains("pg_sleep") { vec!["SET LOCAL statement_timeout = 1", sql] } else { vec![sql] };
        expect_failure(run(&mut session, &statements).await, &expected);
    }
    assert_eq!(rows(&mut session, "SELECT id, a FROM t").await, "1i|x");
}
