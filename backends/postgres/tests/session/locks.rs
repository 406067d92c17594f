//! The lock of a run: who waits, who gets it, and when it is free.

use std::{
    io::{BufRead, BufReader, Write},
    time::{Duration, Instant},
};

use expect_test::expect;
use retort_core::backend::{Access, BackendErrorKind};

use crate::{
    proxy::{Proxy, Rule},
    support::{
        Session, batch, connect, database, describe, describe_batch, open, rows, run, run_each, tables,
        terminate, until,
    },
};

/// The connections that tried to take the lock in vain.
const WAITERS: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND \
                       query = 'ROLLBACK'";

const LONG: Duration = Duration::from_secs(20);

/// What selects the connection that holds the lock.
const HOLDER: &str = "pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = \
                      (SELECT oid FROM pg_database WHERE datname = current_database()))";

async fn lock(session: &mut Session, wait: Duration) -> Result<(), retort_core::backend::BackendError> {
    session.lock("retort", wait).await
}

#[tokio::test]
async fn a_lock_is_held_until_the_session_ends() {
    let database = database();
    let mut first = open(&database).await;
    let mut second = open(&database).await;
    lock(&mut first, Duration::ZERO).await.unwrap();
    lock(&mut first, Duration::ZERO).await.unwrap();
    run(&mut first, &["CREATE TABLE t ()"]).await.unwrap();
    let begun = Instant::now();
    let wait = Duration::from_millis(300);
    let error = lock(&mut second, wait).await.unwrap_err();
    assert!(begun.elapsed() >= wait && begun.elapsed() < LONG);
    assert_eq!(error.kind(), BackendErrorKind::LockTimeout);
    // Another lock, and the same in another database, are free.
    second.lock("other", Duration::ZERO).await.unwrap();
    let elsewhere = crate::support::database();
    lock(&mut open(&elsewhere).await, Duration::ZERO).await.unwrap();
    first.close().await.unwrap();
    lock(&mut second, Duration::ZERO).await.unwrap();
    second.close().await.unwrap();
    assert_eq!(
        rows(&mut open(&database).await, &format!("SELECT count(*) FROM pg_stat_activity WHERE {HOLDER}"))
            .await,
        "0i"
    );
}

#[tokio::test]
async fn a_session_that_is_closed_has_given_the_lock_back() {
    let database = database();
    let proxy = Proxy::to(database.url()).await;
    let mut first = connect(proxy.url(), Access::Write).await.unwrap();
    lock(&mut first, Duration::ZERO).await.unwrap();
    // A server under load notices late that somebody has gone.
    proxy.set(Rule::HideEnd);
    first.close().await.unwrap();
    lock(&mut open(&database).await, Duration::ZERO).await.unwrap();
}

#[tokio::test]
async fn who_holds_the_lock_is_named() {
    let database = database();
    let url = format!("{}?application_name=deploy-42", database.url());
    let mut first = connect(&url, Access::Write).await.unwrap();
    lock(&mut first, Duration::ZERO).await.unwrap();
    let mut second = open(&database).await;
    let pid = rows(&mut second, &format!("SELECT pid::text FROM pg_stat_activity WHERE {HOLDER}")).await;
    let since =
        "SELECT to_char(xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM pg_stat_activity";
    let since = rows(&mut second, &format!("{since} WHERE pid = {pid}")).await;
    let error = lock(&mut second, Duration::ZERO).await.unwrap_err();
    let text = describe(&error).replace(&pid, "PID").replace(&since, "SINCE");
    expect!["LockTimeout: the lock `retort` is held by process PID (deploy-42) of user postgres at 127.0.0.1, since SINCE UTC"].assert_eq(&text);
    assert_eq!(rows(&mut second, "SELECT 1").await, "1i");
}

#[tokio::test]
async fn who_waits_gets_the_lock_when_it_is_free() {
    let database = database();
    let mut watcher = open(&database).await;
    for ending in ["close", "drop", "terminate", "cut"] {
        let proxy = Proxy::to(database.url()).await;
        let mut first = connect(proxy.url(), Access::Write).await.unwrap();
        lock(&mut first, Duration::ZERO).await.unwrap();
        let mut second = open(&database).await;
        let end = async {
            until(&mut watcher, WAITERS, "1i").await;
            match ending {
                "close" => first.close().await.unwrap(),
                "drop" => drop(first),
                "terminate" => terminate(&database, HOLDER),
                // What the server sees of a process that was killed.
                _ => proxy.cut(),
            }
            Instant::now()
        };
        let wait = async {
            lock(&mut second, LONG).await.unwrap();
            Instant::now()
        };
        let (ended, taken) = tokio::join!(end, wait);
        assert!(taken.saturating_duration_since(ended) < Duration::from_secs(2), "{ending}");
        second.close().await.unwrap();
    }
}

#[tokio::test]
async fn who_is_killed_holds_nothing() {
    // This test is also the process that is killed.
    const ROLE: &str = "RETORT_TEST_URL_OF_WHO_IS_KILLED";
    if let Ok(url) = std::env::var(ROLE) {
        let mut session = connect(&url, Access::Write).await.unwrap();
        lock(&mut session, Duration::ZERO).await.unwrap();
        writeln!(std::io::stdout(), "\nheld").unwrap();
        session.execute(&batch(&["CREATE TABLE t ()", "SELECT pg_sleep(60)"])).await.unwrap();
        return;
    }
    let database = database();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "locks::who_is_killed_holds_nothing", "--nocapture"])
        .env(ROLE, database.url())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(output.any(|line| line.unwrap() == "held"));
    let mut session = open(&database).await;
    let error = lock(&mut session, Duration::ZERO).await.unwrap_err();
    assert_eq!(error.kind(), BackendErrorKind::LockTimeout);
    child.kill().unwrap();
    let killed = Instant::now();
    lock(&mut session, LONG).await.unwrap();
    assert!(killed.elapsed() < Duration::from_secs(2));
    assert_eq!(tables(&mut session).await, "");
    child.wait().unwrap();
}

#[tokio::test]
async fn only_one_of_many_holds_the_lock() {
    let database = database();
    database.run("CREATE TABLE held (n int); INSERT INTO held VALUES (0)");
    let contend = async || {
        let mut session = open(&database).await;
        lock(&mut session, LONG).await.unwrap();
        let before = rows(&mut session, "SELECT n FROM held").await;
        run(&mut session, &["UPDATE held SET n = n + 1", "SELECT pg_sleep(0.01)"]).await.unwrap();
        assert_eq!(rows(&mut session, "SELECT n - 1 FROM held").await, before);
        session.close().await.unwrap();
    };
    tokio::join!(contend(), contend(), contend(), contend(), contend(), contend(), contend(), contend());
    assert_eq!(rows(&mut open(&database).await, "SELECT n FROM held").await, "8i");
}

#[tokio::test]
async fn an_index_is_created_concurrently_while_others_wait_for_the_lock() {
    let database = database();
    let mut holder = open(&database).await;
    run(&mut holder, &["CREATE TABLE t AS SELECT generate_series(1, 1000) AS a"]).await.unwrap();
    lock(&mut holder, Duration::ZERO).await.unwrap();
    let (mut one, mut two) = (open(&database).await, open(&database).await);
    let work = async {
        for n in 0..20 {
            let create = format!("CREATE INDEX CONCURRENTLY i{n} ON t (a)");
            run_each(&mut holder, &["SET statement_timeout = '10s'", &create]).await.unwrap();
        }
        let snapshots = "SELECT count(backend_xmin), count(backend_xid), count(*) FROM pg_stat_activity";
        let snapshots = rows(&mut holder, &format!("{snapshots} WHERE {HOLDER}")).await;
        assert_eq!(snapshots, "0i|0i|1i", "who holds the lock holds nothing else up");
        holder.close().await.unwrap();
    };
    let wait = async |session: &mut Session| {
        lock(session, LONG).await.unwrap();
        // One after the other.
        terminate(&database, HOLDER);
    };
    tokio::join!(work, wait(&mut one), wait(&mut two));
}

#[tokio::test]
async fn no_time_limit_ends_the_lock() {
    let database = database();
    database
        .run(&format!("ALTER DATABASE {} SET idle_in_transaction_session_timeout = '50ms'", database.name()));
    let mut session = open(&database).await;
    lock(&mut session, Duration::ZERO).await.unwrap();
    run(&mut session, &["SELECT pg_sleep(0.3)", "CREATE TABLE t ()"]).await.unwrap();
    assert_eq!(tables(&mut session).await, "t");
}

#[tokio::test]
async fn nothing_runs_once_the_lock_is_lost() {
    let database = database();
    let mut session = open(&database).await;
    lock(&mut session, Duration::ZERO).await.unwrap();
    run(&mut session, &["CREATE TABLE t ()"]).await.unwrap();
    terminate(&database, HOLDER);
    let error = run(&mut session, &["CREATE TABLE u ()"]).await.unwrap_err();
    expect!["batch: Connect: the connection that held the lock `retort` is gone, and the lock with it <- the server ended the session: terminating connection due to administrator command"].assert_eq(&describe_batch(&error));
    let error = run_each(&mut session, &["CREATE TABLE u ()"]).await.unwrap_err();
    assert!(describe_batch(&error).contains("lock `retort` is gone"), "{error:?}");
    assert_eq!(tables(&mut session).await, "t", "neither the first nor a later batch");
}

#[tokio::test]
async fn a_lock_that_is_lost_during_a_batch_is_noticed_before_the_commit() {
    let database = database();
    let mut session = open(&database).await;
    lock(&mut session, Duration::ZERO).await.unwrap();
    let lose = format!(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND {HOLDER}"
    );
    let error = run(&mut session, &["CREATE TABLE t ()", &lose]).await.unwrap_err();
    assert!(describe_batch(&error).contains("lock `retort` is gone"), "{error:?}");
    let mut other = open(&database).await;
    assert_eq!(tables(&mut other).await, "");
    lock(&mut other, Duration::ZERO).await.unwrap();
}

#[tokio::test]
async fn to_stop_waiting_leaves_nothing_behind() {
    let database = database();
    let mut first = open(&database).await;
    lock(&mut first, Duration::ZERO).await.unwrap();
    let mut second = open(&database).await;
    let mut watcher = open(&database).await;
    tokio::select! {
        taken = lock(&mut second, LONG) => panic!("{taken:?}"),
        () = until(&mut watcher, WAITERS, "1i") => {}
    }
    run(&mut second, &["CREATE TABLE t ()"]).await.unwrap();
    first.close().await.unwrap();
    lock(&mut watcher, LONG).await.unwrap();
}
