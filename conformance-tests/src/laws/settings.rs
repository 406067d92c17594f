//! Settings of the session: they end with the revision that made them.

use std::time::Duration;

use retort_core::{
    backend::{Access, BackendErrorKind, Batch, Row, Statement},
    migrate::{Failure, MigrateError},
    plan::PlanErrorKind,
};

use crate::{
    case::{Case, Stop, Verdict, case, ensure, same},
    context::Context,
    project::Project,
    session::Session,
};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case!("reset::takes_back_what_was_set", takes_back),
        case!("reset::keeps_the_lock", keeps_the_lock),
        case!("reset::between_two_revisions", between_revisions),
    ]
}

/// Statements that set something in the SQL of one backend or another, each
/// with a query that shows it. A backend has those of them
/// that it understands.
const SETTINGS: &[(&str, &str)] = &[
    ("SET @retort_law = 'set'", "SELECT @retort_law"),
    ("SET sql_mode = ''", "SELECT @@sql_mode"),
    ("SET NAMES latin1", "SELECT @@character_set_client"),
    ("SET SESSION sort_buffer_size = 65536", "SELECT @@sort_buffer_size"),
    ("SET lock_timeout = '7s'", "SELECT current_setting('lock_timeout')"),
    ("SET search_path = nowhere", "SELECT current_setting('search_path')"),
    ("SELECT set_config('DateStyle', 'German', false)", "SELECT current_setting('DateStyle')"),
    ("PRAGMA recursive_triggers = ON", "SELECT recursive_triggers FROM pragma_recursive_triggers"),
    ("PRAGMA case_sensitive_like = ON", "SELECT 'a' LIKE 'A'"),
    ("ATTACH DATABASE ':memory:' AS other", "SELECT name FROM pragma_database_list"),
];

/// The settings that the backend has, with what their queries return now.
async fn known(session: &mut Session) -> Verdict<Vec<(&'static str, &'static str, Vec<Row>)>> {
    let mut known = Vec::new();
    let mut probe = session.another(Access::Write).await?;
    for (set, query) in SETTINGS {
        let Ok(before) = probe.connection.fetch(&Statement::new(*query)).await else { continue };
        let batch = Batch { atomic: false, ..Batch::atomic(vec![Statement::new(*set)]) };
        if probe.connection.execute(&batch).await.is_ok() {
            let after = probe.rows(query).await?;
            if after != before {
                known.push((*set, *query, before));
            }
        }
        probe.close().await?;
        probe = session.another(Access::Write).await?;
    }
    probe.close().await?;
    if known.is_empty() {
        return Err(Stop::skipped("the suite knows no settings of its sessions"));
    }
    Ok(known)
}

async fn takes_back(context: &Context) -> Verdict {
    let mut session = Session::new(context).await?;
    let settings = known(&mut session).await?;
    for round in ["once", "again"] {
        for (set, ..) in &settings {
            let batch = Batch { atomic: false, ..Batch::atomic(vec![Statement::new(*set)]) };
            session.connection.execute(&batch).await?;
        }
        session.connection.reset().await?;
        for (set, query, before) in &settings {
            let found = session.connection.fetch(&Statement::new(*query)).await?;
            same(&found, before, || format!("`{query}` after `{set}` and a reset, {round}"))?;
        }
    }
    session.close().await
}

async fn keeps_the_lock(context: &Context) -> Verdict {
    const NAME: &str = "retort";
    let mut holder = Session::new(context).await?;
    let settings = known(&mut holder).await?;
    holder.connection.lock(NAME, Duration::from_secs(10)).await?;
    for (set, ..) in &settings {
        let batch = Batch { atomic: false, ..Batch::atomic(vec![Statement::new(*set)]) };
        holder.connection.execute(&batch).await?;
    }
    holder.connection.reset().await?;
    let mut second = holder.another(Access::Write).await?;
    match second.connection.lock(NAME, Duration::ZERO).await {
        Err(error) if error.kind() == BackendErrorKind::LockTimeout => {}
        other => return Err(Stop::failed(format!("after a reset, the second locker got {other:?}"))),
    }
    second.close().await?;
    holder.close().await
}

/// The apply loop: a revision finds the session as a run of its own would.
async fn between_revisions(context: &Context) -> Verdict {
    let mut session = Session::new(context).await?;
    let name = session.backend.name();
    for (set, query, before) in known(&mut session).await? {
        let mut session = Session::new(context).await?;
        let project = Project::new(&[("r1", "CREATE TABLE t (a INTEGER);")]);
        project.write(
            "r2",
            Some("r1"),
            &format!("-- @no-transaction\n-- @upgrade\n-- @only {name}\n{set};\n"),
        );
        project.write("r3", Some("r2"), "-- @upgrade\nINSERT INTO t (a) VALUES (1);\n");
        let outcome = match project.upgrade(&mut *session.connection, "head").await {
            // What may not be set there is set by nobody.
            Err(Failure { error: MigrateError::Plan { error, .. }, .. })
                if error.kind() == PlanErrorKind::Unsupported =>
            {
                session.close().await?;
                continue;
            }
            ran => ran?,
        };
        ensure!(outcome.ran.len() == 3, "{:?} ran", outcome.ran);
        let found = session.connection.fetch(&Statement::new(query)).await?;
        same(&found, &before, || format!("`{query}` in the revision after `{set}`"))?;
        session.close().await?;
    }
    session.close().await
}
