//! Batches: all or nothing, or one by one.

use retort_core::backend::{Access, Batch, BatchError, Executed, Guard, Row, Statement, Value};

use super::values::plain;
use crate::{
    case::{Case, Stop, Verdict, case, ensure, same},
    context::Context,
    session::Session,
    site::{Site, parse},
};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case!("batch::atomic_batch_happens", atomic_batch_happens),
        case!("batch::failed_atomic_batch_leaves_no_trace::rows", no_trace_in_rows),
        case!("batch::failed_atomic_batch_leaves_no_trace::schema", no_trace_in_schema),
        case!("batch::changes_of_the_schema_say_that_they_commit", changes_say_that_they_commit),
        case!("batch::failure_at_every_position::atomic", failure_at_every_position_atomic),
        case!("batch::failure_at_every_position::one_by_one", failure_at_every_position_one_by_one),
        case!("batch::session_goes_on_after_a_failure", session_goes_on),
        case!("batch::executed_counts_rows", executed_counts_rows),
        case!("batch::rows_that_an_update_leaves_as_they_are_count", unchanged_rows_count),
        case!("batch::unexpected_number_of_rows_rolls_back", unexpected_rows_roll_back),
        case!("batch::statement_is_one_text", statement_is_one_text),
        case!("guard::that_holds_lets_the_batch_run", guard_that_holds),
        case!("guard::that_fails_runs_nothing::atomic", guard_that_fails_atomic),
        case!("guard::that_fails_runs_nothing::one_by_one", guard_that_fails_one_by_one),
        case!("guard::rows_are_in_any_order", guard_in_any_order),
        case!("guard::is_about_committed_rows_of_others", guard_sees_others),
    ]
}

const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(100))";

/// The rows of the table.
const ALL: &str = "SELECT id, a FROM t";

/// How many statements a batch has that fails.
const STATEMENTS: usize = 4;

/// A session with a table of one row.
async fn table_of_one(context: &Context) -> Verdict<Session> {
    let mut site = Site::with(context, TABLE).await?;
    site.session.run(&["INSERT INTO t (id, a) VALUES (0, 'kept')"]).await?;
    Ok(site.session)
}

fn row(id: i64, a: &str) -> Row {
    Row(vec![Value::Integer(id), Value::Text(a.to_owned())])
}

fn statements(texts: &[&str]) -> Vec<Statement> {
    texts.iter().map(|sql| Statement::new(*sql)).collect()
}

async fn atomic_batch_happens(context: &Context) -> Verdict {
    let mut session = table_of_one(context).await?;
    session.run(&["INSERT INTO t (id, a) VALUES (1, 'x')", "UPDATE t SET a = 'y' WHERE id = 1"]).await?;
    let expected = vec![row(0, "kept"), row(1, "y")];
    same(&session.rows(ALL).await?, &expected, || "in the session that ran it".to_owned())?;
    // What has happened is there for others, whether or not the session ends.
    let mut other = session.another(Access::Read).await?;
    same(&other.rows(ALL).await?, &expected, || "in another session".to_owned())?;
    other.close().await?;
    session.close().await
}

/// Statements that fail, each in its own way.
const FAILING: &[(&str, &str)] = &[
    ("a row that is there", "INSERT INTO t (id, a) VALUES (0, 'twice')"),
    ("a table that is not there", "INSERT INTO missing (id) VALUES (1)"),
    ("no SQL", "INSERT INT t VALUES 1"),
];

/// A batch of inserts, of which one fails.
fn failing_at(position: usize, failing: &str) -> Vec<Statement> {
    let sql = |at| match at == position {
        true => failing.to_owned(),
        false => format!("INSERT INTO t (id, a) VALUES ({}, 'new')", at + 1),
    };
    (0..STATEMENTS).map(|at| Statement::new(sql(at))).collect()
}

/// The batch must fail at that position.
fn failed_at(result: Result<Executed, BatchError>, position: usize) -> Verdict {
    match result {
        Err(BatchError::Statement { index, .. }) if index == position => Ok(()),
        Err(error) => Err(Stop::failed(format!("statement {position} fails, but the error is {error:?}"))),
        Ok(_) => Err(Stop::failed(format!("statement {position} fails, but the batch ran"))),
    }
}

async fn no_trace_in_rows(context: &Context) -> Verdict {
    let mut session = table_of_one(context).await?;
    for (what, failing) in FAILING {
        let statements = [
            "INSERT INTO t (id, a) VALUES (1, 'new')",
            "UPDATE t SET a = 'changed' WHERE id = 0",
            "DELETE FROM t WHERE id = 1",
            failing,
        ];
        let result = session.execute(&statements).await;
        ensure!(result.is_err(), "{what}: the batch ran");
        let expected = vec![row(0, "kept")];
        let mut other = session.another(Access::Read).await?;
        same(&other.rows(ALL).await?, &expected, || format!("in another session after {what}"))?;
        other.close().await?;
        same(&session.rows(ALL).await?, &expected, || format!("after {what}"))?;
    }
    session.close().await
}

async fn no_trace_in_schema(context: &Context) -> Verdict {
    let mut site = Site::with(context, TABLE).await?;
    let backend = site.session.backend.clone();
    if !backend.capabilities().transactional_ddl {
        return Err(Stop::skipped("changes of the schema cannot be rolled back"));
    }
    let before = site.session.introspect(&site.model).await?;
    let mut statements = Vec::new();
    let mut model = site.model.clone();
    for operation in parse(
        "CREATE TABLE u (id INTEGER PRIMARY KEY);
         ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 0;
         CREATE INDEX ix_t_b ON t (b);
         DROP TABLE u",
    )? {
        let rendered = backend.render(std::slice::from_ref(&operation), &model)?;
        ensure!(
            rendered.iter().all(|statement| statement.transactional),
            "`{}` is not in the transaction",
            operation.describe()
        );
        statements.extend(rendered);
        operation.apply_to(&mut model)?;
    }
    statements.push(Statement::new("INSERT INTO missing (id) VALUES (1)"));
    let failing = statements.len() - 1;
    failed_at(site.session.connection.execute(&Batch::atomic(statements)).await, failing)?;
    let after = site.session.introspect(&site.model).await?;
    same(&after, &before, || "after a batch that failed".to_owned())?;
    site.session.close().await
}

/// The twin: a statement that commits says so, and so never stands in a batch
/// that is rolled back.
async fn changes_say_that_they_commit(context: &Context) -> Verdict {
    let mut site = Site::with(context, TABLE).await?;
    let backend = site.session.backend.clone();
    if backend.capabilities().transactional_ddl {
        return Err(Stop::skipped("changes of the schema can be rolled back"));
    }
    for operation in parse(
        "CREATE TABLE u (id INTEGER PRIMARY KEY);
         ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 0;
         CREATE INDEX ix_t_b ON t (b);
         DROP TABLE u",
    )? {
        let rendered = backend.render(std::slice::from_ref(&operation), &site.model)?;
        ensure!(
            rendered.iter().any(|statement| !statement.transactional),
            "`{}` would be rolled back",
            operation.describe()
        );
        operation.apply_to(&mut site.model)?;
    }
    site.session.close().await
}

async fn failure_at_every_position_atomic(context: &Context) -> Verdict {
    let mut session = table_of_one(context).await?;
    for position in 0..STATEMENTS {
        for (what, failing) in FAILING {
            let batch = Batch::atomic(failing_at(position, failing));
            let told = || format!("{what} at {position}");
            failed_at(session.connection.execute(&batch).await, position)
                .map_err(|stop| stop.while_doing(told))?;
            same(&session.rows(ALL).await?, &vec![row(0, "kept")], told)?;
        }
    }
    session.close().await
}

async fn failure_at_every_position_one_by_one(context: &Context) -> Verdict {
    let mut session = table_of_one(context).await?;
    for position in 0..STATEMENTS {
        for (what, failing) in FAILING {
            let batch = Batch { atomic: false, ..Batch::atomic(failing_at(position, failing)) };
            let told = || format!("{what} at {position}");
            failed_at(session.connection.execute(&batch).await, position)
                .map_err(|stop| stop.while_doing(told))?;
            let ids = (1..).take(position);
            let expected: Vec<Row> =
                [row(0, "kept")].into_iter().chain(ids.map(|id| row(id, "new"))).collect();
            // Others see what stays.
            let mut other = session.another(Access::Read).await?;
            same(&other.rows(ALL).await?, &expected, told)?;
            other.close().await?;
            session.run(&["DELETE FROM t WHERE id > 0"]).await?;
        }
    }
    session.close().await
}

async fn session_goes_on(context: &Context) -> Verdict {
    let mut session = table_of_one(context).await?;
    for (at, (what, failing)) in FAILING.iter().enumerate() {
        let result = session.execute(&[failing]).await;
        ensure!(result.is_err(), "{what}: the batch ran");
        let query = session.connection.fetch(&Statement::new("SELECT id FROM missing")).await;
        ensure!(query.is_err(), "a table that is not there has rows");
        session.run(&[&*format!("INSERT INTO t (id, a) VALUES ({}, 'new')", at + 1)]).await?;
    }
    let count = session.rows(ALL).await?.len();
    ensure!(count == 1 + FAILING.len(), "{count} rows are there");
    session.close().await
}

async fn executed_counts_rows(context: &Context) -> Verdict {
    let mut session = table_of_one(context).await?;
    let texts = [
        "INSERT INTO t (id, a) VALUES (1, 'x'), (2, 'x'), (3, 'y')",
        "UPDATE t SET a = 'z' WHERE a = 'x'",
        "UPDATE t SET a = 'z' WHERE a = 'nobody'",
        "DELETE FROM t WHERE id > 0",
    ];
    for atomic in [true, false] {
        let batch = Batch { atomic, ..Batch::atomic(statements(&texts)) };
        let executed = session.connection.execute(&batch).await?;
        same(&executed.rows, &vec![3, 2, 0, 3], || format!("atomic: {atomic}"))?;
    }
    session.close().await
}

/// A mark in the journal that says what it said before is still there.
async fn unchanged_rows_count(context: &Context) -> Verdict {
    let mut session = table_of_one(context).await?;
    let update = Statement::new("UPDATE t SET a = 'kept' WHERE id = 0").expecting_rows(1);
    let executed = session.connection.execute(&Batch::atomic(vec![update])).await?;
    same(&executed.rows, &vec![1], || "an update that changes nothing".to_owned())?;
    session.close().await
}

async fn unexpected_rows_roll_back(context: &Context) -> Verdict {
    let mut session = table_of_one(context).await?;
    for (condition, found, expected) in [("id = 7", 0, 1), ("id = 0", 1, 2), ("id >= 0", 2, 1)] {
        let last = format!("UPDATE t SET a = 'changed' WHERE {condition}");
        let statements = vec![
            Statement::new("INSERT INTO t (id, a) VALUES (1, 'new')"),
            Statement::new(last).expecting_rows(expected),
        ];
        match session.connection.execute(&Batch::atomic(statements)).await {
            Err(BatchError::Rows { index: 1, expected: wanted, found: seen })
                if (wanted, seen) == (expected, found) => {}
            other => {
                return Err(Stop::failed(format!(
                    "an update of {found} rows where {expected} were expected gave {other:?}"
                )));
            }
        }
        same(&session.rows(ALL).await?, &vec![row(0, "kept")], || {
            format!("after an update of {found} rows")
        })?;
    }
    session.close().await
}

/// Semicolons, quotes, comments and placeholders within a statement are its
/// own matter.
async fn statement_is_one_text(context: &Context) -> Verdict {
    let mut session = table_of_one(context).await?;
    let text = "it's; -- no comment\n/* nor this */ ? $1 :a @b %s {} \\ \"";
    let insert = format!("INSERT INTO t (id, a) VALUES (1, {}) -- why; not", session.literal(text));
    session.run(&[&insert]).await?;
    same(&session.rows("SELECT id, a FROM t WHERE id = 1").await?, &vec![row(1, text)], || insert.clone())?;
    session.close().await
}

/// A guard on the rows of the table.
fn guard(rows: Vec<Row>) -> Option<Guard> {
    Some(Guard { query: ALL.to_owned(), rows })
}

async fn guard_that_holds(context: &Context) -> Verdict {
    let mut session = table_of_one(context).await?;
    for (id, atomic) in [(1, true), (2, false)] {
        let mut rows = vec![row(0, "kept")];
        rows.extend((1..id).map(|id| row(id, "new")));
        let insert = Statement::new(format!("INSERT INTO t (id, a) VALUES ({id}, 'new')"));
        session.connection.execute(&Batch { guard: guard(rows), statements: vec![insert], atomic }).await?;
    }
    let count = session.rows(ALL).await?.len();
    ensure!(count == 3, "{count} rows are there");
    session.close().await
}

async fn guard_that_fails_atomic(context: &Context) -> Verdict {
    guard_that_fails(context, true).await
}

async fn guard_that_fails_one_by_one(context: &Context) -> Verdict {
    guard_that_fails(context, false).await
}

async fn guard_that_fails(context: &Context, atomic: bool) -> Verdict {
    let mut session = table_of_one(context).await?;
    for rows in [vec![], vec![row(0, "other")], vec![row(0, "kept"), row(0, "kept")], vec![row(1, "kept")]] {
        let statements =
            statements(&["INSERT INTO t (id, a) VALUES (1, 'new')", "DELETE FROM t WHERE id = 0"]);
        match session.connection.execute(&Batch { guard: guard(rows.clone()), statements, atomic }).await {
            Err(BatchError::Guard { found }) => {
                // It may have been read in the one format that scripts have.
                let texts: Vec<String> = found.iter().flat_map(|row| &row.0).map(plain).collect();
                same(&texts, &vec!["0".to_owned(), "kept".to_owned()], || "what the guard found".to_owned())?;
            }
            other => return Err(Stop::failed(format!("the guard {rows:?} fails, but gave {other:?}"))),
        }
        same(&session.rows(ALL).await?, &vec![row(0, "kept")], || "after a guard that failed".to_owned())?;
    }
    session.close().await
}

async fn guard_in_any_order(context: &Context) -> Verdict {
    let mut session = table_of_one(context).await?;
    session.run(&["INSERT INTO t (id, a) VALUES (1, 'x')", "INSERT INTO t (id, a) VALUES (2, 'x')"]).await?;
    let rows = vec![row(2, "x"), row(0, "kept"), row(1, "x")];
    let insert = statements(&["INSERT INTO t (id, a) VALUES (3, 'new')"]);
    session.connection.execute(&Batch { guard: guard(rows), statements: insert, atomic: true }).await?;
    session.close().await
}

/// A session that has looked before sees what another has done since.
async fn guard_sees_others(context: &Context) -> Verdict {
    let mut session = table_of_one(context).await?;
    session.rows(ALL).await?;
    let mut other = session.another(Access::Write).await?;
    other.run(&["INSERT INTO t (id, a) VALUES (1, 'first')"]).await?;
    other.close().await?;
    let statements = statements(&["INSERT INTO t (id, a) VALUES (2, 'second')"]);
    let batch = Batch { guard: guard(vec![row(0, "kept")]), statements, atomic: true };
    let result = session.connection.execute(&batch).await;
    ensure!(
        matches!(result, Err(BatchError::Guard { .. })),
        "another session came first, but the guard gave {result:?}"
    );
    let count = session.rows(ALL).await?.len();
    ensure!(count == 2, "{count} rows are there");
    session.close().await
}
