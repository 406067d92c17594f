//! Errors are of the kind that callers choose their advice by.

use retort_core::backend::{Access, BackendErrorKind, BatchError, Statement};

use crate::{
    case::{Case, Stop, Verdict, case, ensure},
    context::Context,
    session::Session,
    site::Site,
};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case!("error::of_a_query_on_a_missing_table", missing_in_query),
        case!("error::of_a_missing_table", missing),
        case!("error::of_a_table_that_exists_already", already_exists),
        case!("error::of_rows_that_violate_a_constraint", constraint),
        case!("error::of_no_sql", syntax),
        case!("error::of_a_database_that_is_missing", database_missing),
        case!("error::is_one_clause", one_clause),
        case!("query::returns_every_kind_of_value", values),
    ]
}

const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER UNIQUE,
    c INTEGER REFERENCES t (id), CONSTRAINT ck_a CHECK (a > 0))";

async fn table(context: &Context) -> Verdict<Session> {
    let mut site = Site::with(context, TABLE).await?;
    site.session.run(&["INSERT INTO t (id, a, b) VALUES (1, 1, 1)"]).await?;
    Ok(site.session)
}

/// The statement fails with that kind of error.
async fn fails(session: &mut Session, sql: &str, expected: BackendErrorKind) -> Verdict {
    let is_change = ["CREATE", "DROP"].iter().any(|word| sql.starts_with(word));
    match if is_change { session.change(sql).await } else { session.execute(&[sql]).await } {
        Err(BatchError::Statement { source, .. }) if source.kind() == expected => Ok(()),
        Err(BatchError::Statement { source, .. }) => Err(Stop::failed(format!(
            "`{sql}` is of the kind {:?}, not {expected:?}: {source}",
            source.kind()
        ))),
        other => Err(Stop::failed(format!("`{sql}` gave {other:?}"))),
    }
}

/// How the version table is found to be missing.
async fn missing_in_query(context: &Context) -> Verdict {
    let mut session = Session::new(context).await?;
    for query in
        ["SELECT id FROM missing".to_owned(), format!("SELECT id FROM {}", session.quote("Miss ing"))]
    {
        match session.connection.fetch(&Statement::new(query)).await {
            Err(error) if error.kind() == BackendErrorKind::Missing => {}
            other => {
                return Err(Stop::failed(format!("a query on a table that is not there gave {other:?}")));
            }
        }
    }
    session.close().await
}

async fn missing(context: &Context) -> Verdict {
    let mut session = table(context).await?;
    fails(&mut session, "INSERT INTO missing (id) VALUES (1)", BackendErrorKind::Missing).await?;
    fails(&mut session, "DROP TABLE missing", BackendErrorKind::Missing).await?;
    fails(&mut session, "UPDATE t SET missing = 1", BackendErrorKind::Missing).await?;
    session.close().await
}

async fn already_exists(context: &Context) -> Verdict {
    let mut session = table(context).await?;
    fails(&mut session, "CREATE TABLE t (id INTEGER)", BackendErrorKind::AlreadyExists).await?;
    session.close().await
}

async fn constraint(context: &Context) -> Verdict {
    let mut session = table(context).await?;
    for sql in [
        "INSERT INTO t (id, a) VALUES (1, 1)",
        "INSERT INTO t (id, a, b) VALUES (2, 1, 1)",
        "INSERT INTO t (id, a) VALUES (2, NULL)",
        "INSERT INTO t (id, a) VALUES (2, 0)",
        "INSERT INTO t (id, a, c) VALUES (2, 1, 7)",
    ] {
        match fails(&mut session, sql, BackendErrorKind::Constraint).await {
            Ok(()) => {}
            // A foreign key may be checked at the end.
            Err(stop) => match session.execute(&[sql]).await {
                Err(BatchError::Backend(error)) if error.kind() == BackendErrorKind::Constraint => {}
                _ => return Err(stop),
            },
        }
    }
    let rows = session.rows("SELECT id FROM t").await?;
    ensure!(rows.len() == 1, "{rows:?} are there");
    session.close().await
}

async fn syntax(context: &Context) -> Verdict {
    let mut session = table(context).await?;
    fails(&mut session, "SELEC 1", BackendErrorKind::Syntax).await?;
    fails(&mut session, "INSERT INTO t VALUES (", BackendErrorKind::Syntax).await?;
    session.close().await
}

async fn database_missing(context: &Context) -> Verdict {
    let database = context.database();
    let url = database.url().clone();
    let creates = context.backend().capabilities().creates_database;
    drop(database);
    for access in [Access::Read, Access::Write] {
        if creates && access == Access::Write {
            continue;
        }
        match context.connect(&url, access).await {
            Err(error) if error.kind() == BackendErrorKind::DatabaseMissing => {}
            Err(error) => {
                return Err(Stop::failed(format!(
                    "a database that is not there is of the kind {:?}: {error}",
                    error.kind()
                )));
            }
            Ok(_) => return Err(Stop::failed("a database that is not there can be opened")),
        }
    }
    Ok(())
}

async fn one_clause(context: &Context) -> Verdict {
    let mut session = table(context).await?;
    for sql in ["INSERT INTO missing (id) VALUES (1)", "INSERT INTO t (id, a) VALUES (1, 1)", "SELEC 1"] {
        let Err(BatchError::Statement { source, .. }) = session.execute(&[sql]).await else {
            return Err(Stop::failed(format!("`{sql}` ran")));
        };
        let message = source.to_string();
        ensure!(!message.is_empty(), "the error of `{sql}` says nothing");
        ensure!(!message.ends_with('.'), "the error of `{sql}` ends in a period: {message}");
        ensure!(!message.contains('\n'), "the error of `{sql}` has several lines: {message}");
        if let Some(cause) = std::error::Error::source(&source) {
            let cause = cause.to_string();
            ensure!(!message.contains(&cause), "the error of `{sql}` repeats its source: {message}");
        }
        let password = session.url().expose() != session.url().redacted();
        ensure!(
            !password || !format!("{source:?}").contains(session.url().expose()),
            "the error of `{sql}` shows the whole URL"
        );
    }
    session.close().await
}

async fn values(context: &Context) -> Verdict {
    use retort_core::backend::{Row, Value};
    let mut site = Site::with(
        context,
        "CREATE TABLE v (id INTEGER PRIMARY KEY, b BIGINT, s VARCHAR(50), t TEXT, r DOUBLE PRECISION)",
    )
    .await?;
    let session = &mut site.session;
    let text = "it's \\ é漢🦀\ntwo\tlines \u{1}";
    let insert = format!(
        "INSERT INTO v (id, b, s, t, r) VALUES (1, 9223372036854775807, {0}, {0}, 0.1), \
         (2, -9223372036854775808, '', '', -2.5e10), (3, NULL, NULL, NULL, NULL)",
        session.literal(text)
    );
    session.run(&[&insert]).await?;
    let found = session.rows("SELECT id, b, s, t, r FROM v").await?;
    let string = |text: &str| Value::Text(text.to_owned());
    let expected = vec![
        Row(vec![Value::Integer(1), Value::Integer(i64::MAX), string(text), string(text), Value::Real(0.1)]),
        Row(vec![Value::Integer(2), Value::Integer(i64::MIN), string(""), string(""), Value::Real(-2.5e10)]),
        Row(vec![Value::Integer(3), Value::Null, Value::Null, Value::Null, Value::Null]),
    ];
    crate::case::same(&found, &expected, || insert)?;
    let none = session.rows("SELECT id FROM v WHERE id > 3").await?;
    ensure!(none.is_empty(), "a query without rows has {none:?}");
    let counted = session.rows("SELECT count(*), sum(id) FROM v WHERE id < 0").await?;
    let expected = vec![Row(vec![Value::Integer(0), Value::Null])];
    crate::case::same(&counted, &expected, || "an aggregate over no rows".to_owned())?;
    site.session.close().await
}
