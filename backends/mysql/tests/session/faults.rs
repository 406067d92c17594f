//! Sessions that break: killed, cut off, given up.

use std::{fmt::Write as _, time::Duration};

use expect_test::{Expect, expect};
use retort_core::backend::{Access, BackendErrorKind, Batch, BatchError, Connection, Statement};
use retort_test_servers::{Database, Engine, PrivateServer, Session};

use crate::support::{
    BOTH, Gate, User, address_of, as_user, at_address, create_version_table, describe, ending, from_file, id,
    number, open, proxy::Proxy, refused, schema_changes, statements, try_open, versions, wait_until,
};

on_both! {
    a_session_that_is_killed_while_a_statement_runs_says_which
    a_session_that_is_killed_between_statements_ends
    a_statement_that_is_killed_leaves_the_session
    a_connection_that_is_cut_between_batches_ends_the_session
    a_connection_that_is_cut_during_a_statement_leaves_it_in_doubt
    a_connection_that_is_cut_during_a_transaction_leaves_nothing
    a_connection_that_is_cut_during_commit_leaves_it_in_doubt
    a_call_that_is_given_up_ends_the_session
}

/// Compares what is the same however a server ends a session.
fn check(database: &Database, place: &str, error: &str, expected: Expect) {
    let error = error.replace(place, "PLACE").replace(database.name(), "DATABASE");
    // The cause is what the operating system or the server calls it.
    expected.assert_eq(error.split(" <- ").next().unwrap());
}

async fn ends(connection: &mut dyn Connection) {
    let error = connection.fetch(&Statement::new("SELECT 1")).await.unwrap_err();
    assert_eq!(error.kind(), BackendErrorKind::Connect);
    // And stays so.
    let batch = Batch::atomic(statements(&["DO 1"]));
    let error = connection.execute(&batch).await.unwrap_err();
    assert!(error.to_string().starts_with("the session with the server at "), "{error}");
    assert!(connection.lock("retort", Duration::ZERO).await.is_err());
}

async fn a_session_that_is_killed_while_a_statement_runs_says_which(database: Database) {
    create_version_table(&database, &["a"]);
    database.run("CREATE TABLE t (a INTEGER)");
    let place = address_of(database.url());
    for atomic in [true, false] {
        let gate = Gate::close(&database, "gate").await;
        let mut connection = open(&database).await;
        let killed = id(&mut *connection).await;
        let guard = atomic.then(|| versions(&["a"]));
        let statements = from_file(&["INSERT INTO t VALUES (1)", &gate.pass(), "INSERT INTO t VALUES (2)"]);
        let batch = Batch { guard, statements, atomic };
        let task = tokio::spawn(async move {
            let ended = connection.execute(&batch).await;
            (connection, ended)
        });
        Gate::wait_for(&database, 1).await;
        database.run(&format!("KILL {killed}"));
        let (mut connection, ended) = task.await.unwrap();
        assert!(matches!(ended, Err(BatchError::Statement { index: 1, .. })), "{ended:?}");
        let kind = match &ended {
            Err(BatchError::Statement { source, .. }) => source.kind(),
            _ => unreachable!(),
        };
        // MySQL first interrupts the statement, then ends the session.
        let kinds = [BackendErrorKind::Connect, BackendErrorKind::Interrupted];
        assert!(kinds.contains(&kind), "{kind:?}");
        if kind == BackendErrorKind::Connect {
            let shown = ending(ended);
            if atomic {
                check(
                    &database,
                    place,
                    &shown,
                    expect![
                        "1: Connect: the connection to the server at PLACE was lost before the transaction was committed, and nothing of it remains"
                    ],
                );
            } else {
                check(
                    &database,
                    place,
                    &shown,
                    expect![
                        "1: Connect: the connection to the server at PLACE was lost while the statement ran, and it is not known whether it took effect"
                    ],
                );
            }
        }
        ends(&mut *connection).await;
        gate.open().await;
        let gone = format!("SELECT COUNT(*) = 0 FROM information_schema.PROCESSLIST WHERE ID = {killed}");
        let mut watcher = open(&database).await;
        wait_until(&mut *watcher, &gone).await;
        let rows = if atomic { 0 } else { 1 };
        assert_eq!(number(&mut *watcher, "SELECT COUNT(*) FROM t").await, rows, "atomic: {atomic}");
    }
}

async fn a_session_that_is_killed_between_statements_ends(database: Database) {
    let mut connection = open(&database).await;
    let killed = id(&mut *connection).await;
    database.run(&format!("KILL {killed}"));
    let gone = format!("SELECT COUNT(*) = 0 FROM information_schema.PROCESSLIST WHERE ID = {killed}");
    wait_until(&mut *open(&database).await, &gone).await;
    let ended = connection.execute(&schema_changes(&["CREATE TABLE t (a INTEGER)"])).await;
    assert!(
        matches!(&ended, Err(BatchError::Statement { index: 0, source }) if source.kind() == BackendErrorKind::Connect)
    );
    ends(&mut *connection).await;
}

async fn a_statement_that_is_killed_leaves_the_session(database: Database) {
    database.run("CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
    let user = Session::open(&database);
    user.run("START TRANSACTION");
    user.run("UPDATE t SET a = 2");
    let mut connection = open(&database).await;
    let killed = id(&mut *connection).await;
    let task = tokio::spawn(async move {
        let batch = Batch::atomic(from_file(&["DO 1", "UPDATE t SET a = a + 10"]));
        let ended = ending(connection.execute(&batch).await);
        (connection, ended)
    });
    let waits = format!(
        "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = {killed} AND INFO LIKE 'UPDATE t%'"
    );
    wait_until(&mut *open(&database).await, &waits).await;
    database.run(&format!("KILL QUERY {killed}"));
    let (mut connection, ended) = task.await.unwrap();
    assert_eq!(ended, "1: Interrupted: Query execution was interrupted (error 1317)");
    drop(user);
    assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 1);
}

/// A session through a proxy.
async fn open_through(database: &Database, proxy: &Proxy) -> Box<dyn Connection> {
    let url = at_address(database.url(), &proxy.address());
    try_open(&format!("{url}?ssl-mode=DISABLED"), Access::Write).await.unwrap()
}

async fn a_connection_that_is_cut_between_batches_ends_the_session(database: Database) {
    let proxy = Proxy::start(address_of(database.url()));
    for batch in [schema_changes(&["DO 1"]), Batch::atomic(statements(&["DO 1"]))] {
        let mut connection = open_through(&database, &proxy).await;
        connection.execute(&batch).await.unwrap();
        proxy.cut();
        let kind = match connection.execute(&batch).await {
            Err(BatchError::Statement { source, .. } | BatchError::Backend(source)) => source.kind(),
            other => panic!("{other:?}"),
        };
        assert_eq!(kind, BackendErrorKind::Connect);
        ends(&mut *connection).await;
    }
}

async fn a_connection_that_is_cut_during_a_statement_leaves_it_in_doubt(database: Database) {
    let proxy = Proxy::start(address_of(database.url()));
    proxy.cut_at("CREATE TABLE t2");
    let mut connection = open_through(&database, &proxy).await;
    let batch = schema_changes(&[
        "CREATE TABLE t1 (a INTEGER)",
        "CREATE TABLE t2 (a INTEGER)",
        "CREATE TABLE t3 (a INTEGER)",
    ]);
    let ended = connection.execute(&batch).await;
    check(
        &database,
        &proxy.address(),
        &ending(ended),
        expect![
            "1: Connect: the connection to the server at PLACE was lost while the statement ran, and it is not known whether it took effect"
        ],
    );
    ends(&mut *connection).await;
    // It did take effect.
    let mut other = open(&database).await;
    let exists = "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't2'";
    wait_until(&mut *other, exists).await;
    assert!(other.fetch(&Statement::new("SELECT * FROM t3")).await.is_err());
}

async fn a_connection_that_is_cut_during_a_transaction_leaves_nothing(database: Database) {
    create_version_table(&database, &["a"]);
    database.run("CREATE TABLE t (a INTEGER)");
    let proxy = Proxy::start(address_of(database.url()));
    let mut shown = String::new();
    for text in [
        "START TRANSACTION",
        "INSERT INTO t VALUES (1)",
        "INSERT INTO t VALUES (2)",
        "INSERT INTO t VALUES (3)",
    ] {
        proxy.cut();
        let mut connection = open_through(&database, &proxy).await;
        proxy.cut_at(text);
        let mut batch = Batch::atomic(from_file(&["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"]));
        batch.statements.extend(statements(&["INSERT INTO t VALUES (3)", "INSERT INTO t VALUES (4)"]));
        batch.guard = Some(versions(&["a"]));
        let ended = ending(connection.execute(&batch).await);
        writeln!(shown, "{}", ended.split(" <- ").next().unwrap()).unwrap();
        ends(&mut *connection).await;
        let mut other = open(&database).await;
        assert_eq!(number(&mut *other, "SELECT COUNT(*) FROM t").await, 0);
    }
    check(
        &database,
        &proxy.address(),
        &shown,
        expect![[r#"
        Connect: the connection to the server at PLACE was lost before the transaction was committed, and nothing of it remains
        0: Connect: the connection to the server at PLACE was lost before the transaction was committed, and nothing of it remains
        1: Connect: the connection to the server at PLACE was lost before the transaction was committed, and nothing of it remains
        2: Connect: the connection to the server at PLACE was lost before the transaction was committed, and nothing of it remains
    "#]],
    );
}

async fn a_connection_that_is_cut_during_commit_leaves_it_in_doubt(database: Database) {
    database.run("CREATE TABLE t (a INTEGER)");
    let proxy = Proxy::start(address_of(database.url()));
    let mut connection = open_through(&database, &proxy).await;
    proxy.cut_at("COMMIT");
    let ended = connection.execute(&Batch::atomic(from_file(&["INSERT INTO t VALUES (1)"]))).await;
    check(
        &database,
        &proxy.address(),
        &ending(ended),
        expect![
            "Connect: the connection to the server at PLACE was lost during COMMIT, and it is not known whether the statements took effect"
        ],
    );
    ends(&mut *connection).await;
    wait_until(&mut *open(&database).await, "SELECT COUNT(*) FROM t").await;
}

/// The driver would give the answer of the call that was given up to the next.
async fn a_call_that_is_given_up_ends_the_session(database: Database) {
    database.run("CREATE TABLE t (a INTEGER)");
    let gate = Gate::close(&database, "gate").await;
    let mut connection = open(&database).await;
    connection.lock("retort", Duration::ZERO).await.unwrap();
    let given_up = id(&mut *connection).await;
    let batch = Batch::atomic(from_file(&["INSERT INTO t VALUES (1)", &gate.pass()]));
    tokio::select! {
        ended = connection.execute(&batch) => panic!("{ended:?}"),
        () = Gate::wait_for(&database, 1) => {}
    }
    let error = connection.fetch(&Statement::new("SELECT 9")).await.unwrap_err();
    assert_eq!(
        describe(&error),
        format!("Connect: the session with the server at {} has ended", address_of(database.url()))
    );
    gate.open().await;
    let mut next = open(&database).await;
    let gone = format!("SELECT COUNT(*) = 0 FROM information_schema.PROCESSLIST WHERE ID = {given_up}");
    wait_until(&mut *next, &gone).await;
    next.lock("retort", Duration::from_secs(10)).await.unwrap();
    assert_eq!(number(&mut *next, "SELECT COUNT(*) FROM t").await, 0);
    connection.close().await.unwrap();
}

/// A server that takes no writes, as replicas do.
#[tokio::test]
async fn a_server_that_only_reads_says_so() {
    let server = PrivateServer::start(Engine::Mariadb);
    let database = Database::create_on(Engine::Mariadb, server.url());
    database.run("CREATE TABLE t (a INTEGER)");
    let user = User::create(&database, "IDENTIFIED BY 'x'");
    let url = as_user(database.url(), &format!("{}:x", user.name));
    let mut connection = try_open(&url, Access::Write).await.unwrap();
    database.run("SET GLOBAL read_only = 1");
    for batch in [
        Batch::atomic(from_file(&["INSERT INTO t VALUES (1)"])),
        schema_changes(&["CREATE TABLE u (a INTEGER)"]),
    ] {
        let ended = ending(connection.execute(&batch).await);
        assert!(ended.starts_with("0: ReadOnly: "), "{ended}");
    }
    assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 0);
}

/// The server itself dies, in the middle of a statement and between two.
#[tokio::test]
async fn a_server_that_dies_ends_its_sessions() {
    for engine in BOTH {
        let mut server = PrivateServer::start(engine);
        let database = Database::create_on(engine, server.url());
        database.run("CREATE TABLE t (a INTEGER)");
        let gate = Gate::close(&database, "gate").await;
        let mut idle = open(&database).await;
        let mut connection = open(&database).await;
        let batch = Batch::atomic(from_file(&["INSERT INTO t VALUES (1)", &gate.pass()]));
        let task = tokio::spawn(async move {
            let ended = connection.execute(&batch).await;
            (connection, ended)
        });
        Gate::wait_for(&database, 1).await;
        server.kill();
        let (mut connection, ended) = task.await.unwrap();
        check(
            &database,
            address_of(database.url()),
            &ending(ended),
            expect![
                "1: Connect: the connection to the server at PLACE was lost before the transaction was committed, and nothing of it remains"
            ],
        );
        ends(&mut *connection).await;
        ends(&mut *idle).await;
        let error = refused(database.url()).await;
        assert_eq!(error.kind(), BackendErrorKind::Connect);
        server.start_again();
        let mut connection = open(&database).await;
        assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 0);
    }
}
