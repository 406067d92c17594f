//! Transactions that last over several batches.

use retort_core::backend::{Access, BackendErrorKind, Row, Value};

use crate::{
    case::{Case, Stop, Verdict, case, ensure, same},
    context::Context,
    session::Session,
    site::Site,
};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case!("transaction::lasts_with_its_commit", lasts),
        case!("transaction::is_gone_without_its_commit", is_gone),
        case!("transaction::ends_with_a_failure", ends_with_a_failure),
        case!("transaction::is_refused_where_changes_commit", is_refused),
    ]
}

const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER)";

/// The rows of the table.
const ALL: &str = "SELECT id, a FROM t";

/// A session with a table, on a backend that has such transactions.
async fn table(context: &Context) -> Verdict<Session> {
    let site = Site::with(context, TABLE).await?;
    match site.session.backend.capabilities().transactional_ddl {
        true => Ok(site.session),
        false => Err(Stop::skipped("a change of the schema commits by itself")),
    }
}

fn row(id: i64, a: i64) -> Row {
    Row(vec![Value::Integer(id), Value::Integer(a)])
}

/// What somebody else sees.
async fn seen(session: &Session) -> Verdict<Vec<Row>> {
    let mut other = session.another(Access::Read).await?;
    let rows = other.rows(ALL).await?;
    other.close().await?;
    Ok(rows)
}

async fn lasts(context: &Context) -> Verdict {
    let mut session = table(context).await?;
    session.connection.begin().await?;
    session.run(&["INSERT INTO t (id, a) VALUES (1, 1)"]).await?;
    session.run(&["CREATE TABLE u (id INTEGER)", "UPDATE t SET a = 2 WHERE id = 1"]).await?;
    session.connection.commit().await?;
    same(&seen(&session).await?, &vec![row(1, 2)], || "after the commit".to_owned())?;
    // The session goes on as before.
    session.run(&["INSERT INTO t (id, a) VALUES (2, 2)"]).await?;
    same(&seen(&session).await?, &vec![row(1, 2), row(2, 2)], || "after the next batch".to_owned())?;
    session.close().await
}

async fn is_gone(context: &Context) -> Verdict {
    let mut session = table(context).await?;
    session.connection.begin().await?;
    session.run(&["INSERT INTO t (id, a) VALUES (1, 1)"]).await?;
    session.run(&["CREATE TABLE u (id INTEGER)"]).await?;
    same(&seen(&session).await?, &Vec::new(), || "before the end".to_owned())?;
    let mut other = session.another(Access::Write).await?;
    session.close().await?;
    same(&other.rows(ALL).await?, &Vec::new(), || "after the end of the session".to_owned())?;
    // It would be there twice.
    other.run(&["CREATE TABLE u (id INTEGER)"]).await?;
    other.close().await
}

async fn ends_with_a_failure(context: &Context) -> Verdict {
    let mut session = table(context).await?;
    session.connection.begin().await?;
    session.run(&["INSERT INTO t (id, a) VALUES (1, 1)"]).await?;
    let failed =
        session.execute(&["INSERT INTO t (id, a) VALUES (2, 2)", "INSERT INTO nope VALUES (1)"]).await;
    ensure!(failed.is_err(), "a table that is not there takes a row");
    session.run(&["INSERT INTO t (id, a) VALUES (3, 3)"]).await?;
    same(&seen(&session).await?, &vec![row(3, 3)], || "after a failure and a batch".to_owned())?;
    session.close().await
}

/// The twin: nobody is promised what cannot be kept.
async fn is_refused(context: &Context) -> Verdict {
    let mut site = Site::with(context, TABLE).await?;
    if site.session.backend.capabilities().transactional_ddl {
        return Err(Stop::skipped("a change of the schema can be in a transaction"));
    }
    match site.session.connection.begin().await {
        Err(error) if error.kind() == BackendErrorKind::Unsupported => site.session.close().await,
        Err(error) => Err(Stop::failed(format!("the error is {error:?}"))),
        Ok(()) => Err(Stop::failed("a transaction begins".to_owned())),
    }
}
