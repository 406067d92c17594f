//! Servers and connections that go away at the wrong moment.

use expect_test::expect;
use retort_core::backend::{Access, BackendErrorKind, Statement};

use crate::{
    proxy::{Proxy, Rule},
    server::Server,
    support::{
        batch, connect, database, describe, describe_batch, expect_failure, open, run, run_each, tables,
        terminate, until,
    },
};

#[tokio::test]
async fn a_session_that_is_terminated_in_a_statement_leaves_nothing_behind() {
    let database = database();
    let mut session = open(&database).await;
    let suicide = "SELECT pg_terminate_backend(pg_backend_pid())";
    let failed = run(&mut session, &["CREATE TABLE t ()", suicide, "SELECT pg_sleep(5)"]).await;
    expect_failure(
        failed,
        &expect![
            "statement 1: Connect: the server ended the session: terminating connection due to administrator command"
        ],
    );
    expect_failure(
        run(&mut session, &["CREATE TABLE t ()"]).await,
        &expect!["batch: Connect: the connection to the server broke"],
    );
    let error = session.fetch(&Statement::new("SELECT 1")).await.unwrap_err();
    assert_eq!(error.kind(), BackendErrorKind::Connect);
    session.close().await.unwrap();

    let mut session = open(&database).await;
    let failed = run_each(&mut session, &["CREATE TABLE u ()", suicide, "CREATE TABLE v ()"]).await;
    expect_failure(
        failed,
        &expect![
            "statement 1: Connect: the server ended the session: terminating connection due to administrator command"
        ],
    );
    assert_eq!(tables(&mut open(&database).await).await, "u");
}

#[tokio::test]
async fn a_session_that_was_terminated_between_batches_says_so() {
    let database = database();
    let mut session = open(&database).await;
    terminate(&database, "true");
    expect_failure(
        run(&mut session, &["CREATE TABLE t ()"]).await,
        &expect![
            "batch: Connect: the server ended the session: terminating connection due to administrator command"
        ],
    );
    let mut session = open(&database).await;
    terminate(&database, "true");
    expect!["Connect: the server ended the session: terminating connection due to administrator command"]
        .assert_eq(&describe(&session.fetch(&Statement::new("SELECT 1")).await.unwrap_err()));
}

#[tokio::test]
async fn a_connection_that_is_cut_leaves_nothing_behind() {
    let database = database();
    let proxy = Proxy::to(database.url()).await;
    let mut session = connect(proxy.url(), Access::Write).await.unwrap();
    run(&mut session, &["CREATE TABLE t ()"]).await.unwrap();
    proxy.cut();
    expect_failure(
        run(&mut session, &["CREATE TABLE u ()"]).await,
        &expect!["batch: Connect: the connection to the server broke"],
    );

    let mut session = connect(proxy.url(), Access::Write).await.unwrap();
    proxy.set(Rule::CutBefore("CREATE TABLE v"));
    expect_failure(
        run(&mut session, &["CREATE TABLE u ()", "CREATE TABLE v ()"]).await,
        &expect!["batch: Connect: the connection to the server broke"],
    );

    proxy.set(Rule::None);
    let mut session = connect(proxy.url(), Access::Write).await.unwrap();
    proxy.set(Rule::CutAfter("CREATE TABLE v"));
    expect_failure(
        run(&mut session, &["CREATE TABLE u ()", "CREATE TABLE v ()"]).await,
        &expect!["batch: Connect: the connection to the server broke"],
    );
    assert_eq!(tables(&mut open(&database).await).await, "t");
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_reported_as_such() {
    let database = database();
    let proxy = Proxy::to(database.url()).await;
    let mut session = connect(proxy.url(), Access::Write).await.unwrap();
    proxy.set(Rule::CutAfter("COMMIT"));
    expect_failure(
        run(&mut session, &["CREATE TABLE done ()"]).await,
        &expect![
            "batch: Connect: the connection broke during the COMMIT, so that nobody knows whether it took effect <- the connection to the server broke"
        ],
    );
    proxy.set(Rule::None);
    let mut session = connect(proxy.url(), Access::Write).await.unwrap();
    proxy.set(Rule::CutBefore("COMMIT"));
    expect_failure(
        run(&mut session, &["CREATE TABLE undone ()"]).await,
        &expect![
            "batch: Connect: the connection broke during the COMMIT, so that nobody knows whether it took effect <- the connection to the server broke"
        ],
    );
    assert_eq!(tables(&mut open(&database).await).await, "done");
}

#[tokio::test]
async fn a_commit_that_fails_is_reported_as_such() {
    let database = database();
    database.run(
        "CREATE TABLE t (id int PRIMARY KEY); \
         CREATE TABLE u (id int REFERENCES t DEFERRABLE INITIALLY DEFERRED)",
    );
    let mut session = open(&database).await;
    expect_failure(
        run(&mut session, &["CREATE TABLE v ()", "INSERT INTO u VALUES (1)"]).await,
        &expect![[
            r#"batch: Constraint: the COMMIT failed: insert or update on table "u" violates foreign key constraint "u_id_fkey": Key (id)=(1) is not present in table "t""#
        ]],
    );
    assert_eq!(tables(&mut session).await, "t u");
    run(&mut session, &["INSERT INTO u VALUES (1)", "INSERT INTO t VALUES (1)"]).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_killed_leaves_nothing_behind() {
    let server = Server::start(None);
    let url = server.url("postgres", "");
    let mut session = connect(&url, Access::Write).await.unwrap();
    let mut other = connect(&url, Access::Write).await.unwrap();
    let batch = batch(&["CREATE TABLE t ()", "SELECT pg_sleep(60)"]);
    let running = session.execute(&batch);
    let kill = async {
        let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
        until(&mut other, sleeping, "1i").await;
        server.kill();
    };
    let (ran, ()) = tokio::join!(running, kill);
    let error = describe_batch(&ran.unwrap_err());
    assert!(error.starts_with("batch: Connect: "), "{error}");
    let error = connect(&url, Access::Write).await.unwrap_err();
    assert_eq!(error.kind(), BackendErrorKind::Connect);
}

#[tokio::test]
async fn a_batch_that_nobody_waits_for_any_more_is_undone() {
    let database = database();
    let mut other = open(&database).await;
    let mut session = open(&database).await;
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND \
                    pid <> pg_backend_pid() AND backend_type = 'client backend'";
    let long = batch(&["CREATE TABLE t ()", "SELECT pg_sleep(60)"]);
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND \
                    wait_event = 'PgSleep'";
    tokio::select! {
        _ = session.execute(&long) => panic!("it takes a minute"),
        () = until(&mut other, sleeping, "1i") => {}
    }
    expect_failure(
        run(&mut session, &["CREATE TABLE u ()"]).await,
        &expect!["batch: Interrupted: the session was interrupted"],
    );
    // The server looks for its client even while a statement runs.
    until(&mut other, sessions, "0i").await;
    assert_eq!(tables(&mut other).await, "");
}

#[tokio::test]
async fn a_table_that_is_locked_for_too_long_fails_the_statement() {
    let database = database();
    database.run("CREATE TABLE t (a int)");
    let mut holder = open(&database).await;
    let mut session = open(&database).await;
    let hold = batch(&["LOCK TABLE t", "SELECT pg_sleep(60)"]);
    let locked =
        "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 't'::regclass";
    let work = async {
        until(&mut session, locked, "1i").await;
        run(&mut session, &["SET LOCAL lock_timeout = '20ms'", "ALTER TABLE t ADD b int"]).await
    };
    tokio::select! {
        _ = holder.execute(&hold) => panic!("the lock is held for a minute"),
        failed = work => expect_failure(failed, &expect!["statement 1: LockTimeout: canceling statement due to lock timeout"]),
    }
}
