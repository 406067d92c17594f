//! The lock that keeps other runs out, and waits for other sessions.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use retort_core::backend::{Access, BackendErrorKind, Batch};
use retort_test_servers::{Database, Session};

use crate::support::{
    BOTH, Gate, address_of, as_user, at_address, ending, from_file, id, is_mysql, number, open, proxy::Proxy,
    schema_changes, statements, try_open, wait_until,
};

on_both! {
    a_lock_that_is_held_names_its_holder
    a_lock_is_free_when_its_session_ends
    a_session_that_is_closed_has_given_the_lock_back
    whoever_waits_gets_in_when_the_holder_leaves
    nothing_that_a_batch_does_frees_the_lock
    databases_have_locks_of_their_own
    a_killed_process_leaves_no_lock_and_no_rows
    of_eight_deployers_one_is_at_work_at_a_time
    a_table_in_use_names_the_session
    a_row_in_use_names_the_session
}

const NO_WAIT: Duration = Duration::ZERO;

async fn a_lock_that_is_held_names_its_holder(database: Database) {
    let mut holder = open(&database).await;
    holder.lock("retort", NO_WAIT).await.unwrap();
    holder.lock("retort", NO_WAIT).await.unwrap();
    let mut other = open(&database).await;
    for wait in [0, 300, 1500] {
        let wait = Duration::from_millis(wait);
        let begun = Instant::now();
        let error = other.lock("retort", wait).await.unwrap_err();
        let took = begun.elapsed();
        assert!(took >= wait && took < wait + Duration::from_secs(2), "{took:?}");
        assert_eq!(error.kind(), BackendErrorKind::LockTimeout);
        let expected = format!(
            "the lock of database `{}` is held by session {} of `root@",
            database.name(),
            id(&mut *holder).await
        );
        assert!(error.to_string().starts_with(&expected), "{error}");
    }
    // It can go on without, and ask again.
    assert_eq!(number(&mut *other, "SELECT 1").await, 1);
    holder.close().await.unwrap();
    other.lock("retort", Duration::from_secs(10)).await.unwrap();
}

async fn a_lock_is_free_when_its_session_ends(database: Database) {
    for drops in [false, true] {
        let mut holder = open(&database).await;
        holder.lock("retort", NO_WAIT).await.unwrap();
        if drops {
            drop(holder);
        } else {
            holder.close().await.unwrap();
        }
        let mut next = open(&database).await;
        next.lock("retort", Duration::from_secs(10)).await.unwrap();
        next.close().await.unwrap();
    }
}

async fn a_session_that_is_closed_has_given_the_lock_back(database: Database) {
    let proxy = Proxy::start(address_of(database.url()));
    let url = format!("{}?ssl-mode=DISABLED", at_address(database.url(), &proxy.address()));
    let mut holder = try_open(&url, Access::Write).await.unwrap();
    holder.lock("retort", NO_WAIT).await.unwrap();
    // A server under load notices late that somebody has gone.
    proxy.hide_end();
    holder.close().await.unwrap();
    open(&database).await.lock("retort", NO_WAIT).await.unwrap();
}

async fn whoever_waits_gets_in_when_the_holder_leaves(database: Database) {
    let mut holder = open(&database).await;
    holder.lock("retort", NO_WAIT).await.unwrap();
    let mut waiting = open(&database).await;
    let waits = tokio::spawn(async move { waiting.lock("retort", Duration::from_secs(60)).await });
    Gate::wait_for(&database, 1).await;
    holder.close().await.unwrap();
    waits.await.unwrap().unwrap();
}

async fn nothing_that_a_batch_does_frees_the_lock(database: Database) {
    let mut holder = open(&database).await;
    holder.lock("retort", NO_WAIT).await.unwrap();
    let mut other = open(&database).await;
    for batch in [
        schema_changes(&["CREATE TABLE t (a INTEGER)", "START TRANSACTION", "COMMIT"]),
        Batch::atomic(statements(&["INSERT INTO t VALUES (1)"])),
        Batch::atomic(from_file(&["INSERT INTO nonsense VALUES (1)"])),
        schema_changes(&["nonsense"]),
    ] {
        ending(holder.execute(&batch).await);
        assert!(other.lock("retort", NO_WAIT).await.is_err());
    }
}

async fn databases_have_locks_of_their_own(database: Database) {
    let second = Database::create(database.engine());
    let mut connections = [open(&database).await, open(&second).await];
    for connection in &mut connections {
        connection.lock("retort", NO_WAIT).await.unwrap();
    }
}

/// What the child process of a test does, if this is one: it takes the lock,
/// writes a row in a transaction, and waits within it.
#[tokio::test]
async fn child_process() {
    let Ok(url) = std::env::var("RETORT_TEST_CHILD") else {
        return;
    };
    let access = retort_core::backend::Access::Write;
    let mut connection = crate::support::try_open(&url, access).await.unwrap();
    connection.lock("retort", NO_WAIT).await.unwrap();
    let pass = std::env::var("RETORT_TEST_GATE").unwrap();
    std::io::stdout().lock().write_all(b"locked\n").unwrap();
    let batch = Batch::atomic(from_file(&["INSERT INTO t VALUES (1)", &pass, "INSERT INTO t VALUES (2)"]));
    connection.execute(&batch).await.unwrap();
}

async fn a_killed_process_leaves_no_lock_and_no_rows(database: Database) {
    database.run("CREATE TABLE t (a INTEGER)");
    let gate = Gate::close(&database, "gate").await;
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "locks::child_process", "--nocapture"])
        .env("RETORT_TEST_CHILD", database.url())
        .env("RETORT_TEST_GATE", gate.pass())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().ends_with("locked")));
    Gate::wait_for(&database, 1).await;
    let mut next = open(&database).await;
    assert!(next.lock("retort", NO_WAIT).await.is_err());
    child.kill().unwrap();
    child.wait().unwrap();
    gate.open().await;
    next.lock("retort", Duration::from_secs(30)).await.unwrap();
    assert_eq!(number(&mut *next, "SELECT COUNT(*) FROM t").await, 0);
}

async fn of_eight_deployers_one_is_at_work_at_a_time(database: Database) {
    database.run("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (0)");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let mut connection = open(&database).await;
        tasks.spawn(async move {
            connection.lock("retort", Duration::from_secs(60)).await.unwrap();
            // What two at a time would get wrong.
            let found = number(&mut *connection, "SELECT a FROM t").await;
            let batch = Batch::atomic(statements(&[&format!("UPDATE t SET a = {}", found + 1)]));
            connection.execute(&batch).await.unwrap();
            connection.close().await.unwrap();
        });
    }
    tasks.join_all().await;
    assert_eq!(number(&mut *open(&database).await, "SELECT a FROM t").await, 8);
}

async fn a_table_in_use_names_the_session(database: Database) {
    database.run("CREATE TABLE t (a INTEGER); CREATE TABLE u (a INTEGER)");
    let user = Session::open(&database);
    user.run("START TRANSACTION");
    user.run("SELECT * FROM t");
    let mut connection = open(&database).await;
    let batch = schema_changes(&["SET lock_wait_timeout = 1", "ALTER TABLE `t` ADD b INTEGER"]);
    let ended = ending(connection.execute(&batch).await);
    let message = "1: LockTimeout: Lock wait timeout exceeded; try restarting transaction";
    // MariaDB keeps no record of who uses which table by default.
    let blocker = if is_mysql(&database) {
        format!("{message}; table `t` is in use by session ")
    } else {
        format!("{message}; the oldest transaction that is open is that of session ")
    };
    assert!(ended.starts_with(&blocker), "{ended}");
    // What nobody uses is changed at once.
    assert_eq!(ending(connection.execute(&schema_changes(&["ALTER TABLE u ADD b INTEGER"])).await), "[0]");
    drop(user);
    assert_eq!(ending(connection.execute(&schema_changes(&["ALTER TABLE t ADD b INTEGER"])).await), "[0]");
}

async fn a_row_in_use_names_the_session(database: Database) {
    database.run("CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
    let user = Session::open(&database);
    user.run("START TRANSACTION");
    user.run("UPDATE t SET a = 2");
    let mut connection = open(&database).await;
    let batch = Batch::atomic(from_file(&["SET innodb_lock_wait_timeout = 1", "UPDATE t SET a = 3"]));
    let ended = ending(connection.execute(&batch).await);
    let message = "1: LockTimeout: Lock wait timeout exceeded; try restarting transaction; ";
    assert!(ended.starts_with(message) && ended.contains(" session "), "{ended}");
    drop(user);
}

/// Who may not look at other sessions learns at least that somebody is there.
#[tokio::test]
async fn a_holder_of_another_user_stays_unnamed() {
    for engine in BOTH {
        let database = Database::create(engine);
        let user = crate::support::User::create(&database, "IDENTIFIED BY 'x'");
        let mut holder = open(&database).await;
        holder.lock("retort", NO_WAIT).await.unwrap();
        let url = as_user(database.url(), &format!("{}:x", user.name));
        let access = retort_core::backend::Access::Write;
        let mut other = crate::support::try_open(&url, access).await.unwrap();
        let error = other.lock("retort", NO_WAIT).await.unwrap_err();
        let expected = format!("the lock of database `{}` is held by another session", database.name());
        assert_eq!(error.to_string(), expected);
        other.close().await.unwrap();
        let gone =
            format!("SELECT COUNT(*) = 0 FROM information_schema.PROCESSLIST WHERE USER = '{}'", user.name);
        wait_until(&mut *holder, &gone).await;
    }
}
