//! Runs of revision files through the apply loop: what Retort promises rests on
//! the backend keeping its part.

mod crashes;
mod deployers;
mod failures;

use std::sync::atomic::{AtomicBool, Ordering};

use retort_core::{
    backend::{Access, Statement},
    event::Event,
    migrate::MigrateError,
    plan::{Direction, PlanErrorKind},
    schema::Schema,
};

use crate::{
    case::{Case, Stop, Verdict, case, ensure, same},
    context::Context,
    project::Project,
    session::Session,
    site::{parse, same_schema},
};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        case!("run::upgrades_and_downgrades", up_and_down),
        case!("run::with_nothing_to_do_writes_nothing", nothing_to_do),
        case!("run::ends_between_revisions_when_interrupted", interrupted),
        case!("run::goes_on_with_a_table_of_alembic", alembic),
        case!("run::plans_without_writing", dry_run),
    ];
    cases.extend(failures::cases());
    cases.extend(crashes::cases());
    cases.extend(deployers::cases());
    cases
}

/// A history of what every backend does.
const HISTORY: &[(&str, &str)] = &[
    (
        "r1",
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(50) NOT NULL);
         INSERT INTO customer (id, name) VALUES (1, 'it''s'), (2, 'two');",
    ),
    (
        "r2",
        "CREATE TABLE purchase (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL);
         CREATE INDEX ix_purchase_customer ON purchase (customer_id);
         INSERT INTO purchase (id, customer_id) VALUES (1, 2);",
    ),
    (
        "r3",
        "ALTER TABLE customer ADD COLUMN email VARCHAR(100);
         UPDATE customer SET email = name;
         DROP INDEX ix_purchase_customer;",
    ),
    ("r4", "ALTER TABLE customer RENAME COLUMN name TO title; ALTER TABLE purchase RENAME TO sale;"),
];

/// The rows of the history at its end.
const ROWS: &[(&str, usize)] = &[
    ("SELECT id, title, email FROM customer WHERE email = title", 2),
    ("SELECT id FROM sale WHERE customer_id = 2", 1),
];

/// The schema that revisions imply.
fn implied(revisions: &[(&str, &str)]) -> Verdict<Schema> {
    let mut schema = Schema::default();
    for (_, sql) in revisions {
        for operation in parse(sql)? {
            operation.apply_to(&mut schema)?;
        }
    }
    Ok(schema)
}

/// The database has what these revisions imply, and they are recorded.
async fn is_at(session: &mut Session, project: &Project, revisions: &[(&str, &str)]) -> Verdict {
    let expected = session.backend.normalize(implied(revisions)?)?;
    let found = without_bookkeeping(session, project).await?;
    let last = revisions.last().map(|(id, _)| (*id).to_owned());
    let told = || format!("at {last:?}");
    same_schema(&found, &expected, told)?;
    let current = project.current(&mut *session.connection).await?;
    same(&current, &last.iter().cloned().collect(), told)?;
    if let Some(mut witness) = session.witness() {
        let failed = |error: crate::WitnessError| Stop::failed(error.to_string());
        let rows = witness.rows("SELECT version_num FROM alembic_version").await.map_err(failed)?;
        let seen: Vec<String> = rows.iter().filter_map(|row| row.text(0)).map(str::to_owned).collect();
        same(&seen, &last.iter().cloned().collect(), || format!("for the witness at {last:?}"))?;
        let mut tables = witness.tables().await.map_err(failed)?;
        tables.sort();
        let mut expected: Vec<String> = expected
            .tables
            .keys()
            .chain(&project.bookkeeping())
            .map(|name| name.name.as_str().to_owned())
            .collect();
        expected.sort();
        same(&tables, &expected, || format!("tables for the witness at {last:?}"))?;
    }
    Ok(())
}

/// The schema of the database without Retort's own tables.
async fn without_bookkeeping(session: &mut Session, project: &Project) -> Verdict<Schema> {
    let mut found = session.introspect(&Schema::default()).await?;
    found.tables.retain(|name, _| !project.bookkeeping().contains(name));
    Ok(found)
}

/// The history ran once, and its rows are there.
async fn is_complete(session: &mut Session, project: &Project) -> Verdict {
    is_at(session, project, HISTORY).await?;
    for (query, expected) in ROWS {
        let count = session.rows(query).await?.len();
        ensure!(count == *expected, "{count} rows of `{query}`");
    }
    let interrupted = project.interrupted(&mut *session.connection).await?;
    ensure!(interrupted.is_none(), "the journal says {interrupted:?}");
    let journal =
        session.rows("SELECT revision FROM retort_journal WHERE outcome = 'done' AND direction = 'upgrade'");
    let ids: Vec<String> = journal.await?.iter().filter_map(|row| row.text(0)).map(str::to_owned).collect();
    same(&ids, &HISTORY.iter().map(|(id, _)| (*id).to_owned()).collect(), || "the journal".to_owned())
}

async fn up_and_down(context: &Context) -> Verdict {
    let project = Project::new(HISTORY);
    let mut session = Session::new(context).await?;
    for (at, (id, _)) in HISTORY.iter().enumerate() {
        project.upgrade(&mut *session.connection, "+1").await.map_err(|failure| of_run(id, failure))?;
        is_at(&mut session, &project, &HISTORY[..=at]).await?;
    }
    is_complete(&mut session, &project).await?;
    for at in (0..HISTORY.len()).rev() {
        let down = project.downgrade(&mut *session.connection, "-1").await;
        if let Err(failure) = down {
            // What an INSERT did, no computed downgrade undoes.
            ensure!(
                matches!(
                    &failure.error,
                    MigrateError::Plan { error, .. } if error.kind() == PlanErrorKind::Irreversible
                ),
                "down from {}: {}",
                HISTORY[at].0,
                crate::case::chain(&failure)
            );
            return session.close().await;
        }
        is_at(&mut session, &project, &HISTORY[..at]).await?;
    }
    session.close().await
}

/// What a run says that failed. What the backend does not do is skipped.
fn of_run(id: &str, failure: retort_core::migrate::Failure) -> Stop {
    if let MigrateError::Plan { error, .. } = &failure.error
        && error.kind() == PlanErrorKind::Unsupported
    {
        return Stop::skipped(format!("unsupported: {}", error.source_error()));
    }
    Stop::from(failure.error).while_doing(|| format!("up to {id}"))
}

async fn nothing_to_do(context: &Context) -> Verdict {
    let project = Project::new(HISTORY);
    let mut session = Session::new(context).await?;
    project.upgrade(&mut *session.connection, "head").await.map_err(|failure| of_run("head", failure))?;
    let journal = session.rows("SELECT * FROM retort_journal").await?;
    let mut reader = session.another(Access::Read).await?;
    let outcome =
        project.upgrade(&mut *reader.connection, "head").await.map_err(|failure| of_run("head", failure))?;
    ensure!(outcome.ran.is_empty(), "{:?} ran again", outcome.ran);
    reader.close().await?;
    same(&session.rows("SELECT * FROM retort_journal").await?, &journal, || "the journal".to_owned())?;
    session.close().await
}

async fn interrupted(context: &Context) -> Verdict {
    let project = Project::new(HISTORY);
    let mut session = Session::new(context).await?;
    let interrupt = AtomicBool::new(false);
    let mut started = 0;
    let mut observer = |event: Event<'_>| {
        if let Event::RevisionStarted { .. } = event {
            started += 1;
            // As a signal handler does. What is under way is finished.
            if started == 2 {
                interrupt.store(true, Ordering::Relaxed);
            }
        }
    };
    let run = project.run(&mut *session.connection, Direction::Upgrade, "head", &mut observer, &interrupt);
    let outcome = run.await.map_err(|failure| of_run("head", failure))?;
    ensure!(outcome.interrupted && outcome.ran.len() == 2, "the run ended so: {outcome:?}");
    is_at(&mut session, &project, &HISTORY[..2]).await?;
    // The lock goes with its session.
    session = {
        let another = session.another(Access::Write).await?;
        session.close().await?;
        another
    };
    project.upgrade(&mut *session.connection, "head").await.map_err(|failure| of_run("head", failure))?;
    is_complete(&mut session, &project).await?;
    session.close().await
}

/// A database that Alembic manages carries on.
async fn alembic(context: &Context) -> Verdict {
    let project = Project::new(HISTORY);
    let mut session = Session::new(context).await?;
    let first = "CREATE TABLE customer (id INTEGER NOT NULL, name VARCHAR(50) NOT NULL, CONSTRAINT pk_customer PRIMARY KEY (id))";
    let versions = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, \
                    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))";
    session.change(first).await?;
    session.change(versions).await?;
    session
        .run(&[
            "INSERT INTO alembic_version (version_num) VALUES ('r1')",
            "INSERT INTO customer (id, name) VALUES (1, 'it''s')",
            "INSERT INTO customer (id, name) VALUES (2, 'two')",
        ])
        .await?;
    let outcome =
        project.upgrade(&mut *session.connection, "head").await.map_err(|failure| of_run("head", failure))?;
    ensure!(outcome.ran.len() == 3, "{:?} ran", outcome.ran);
    is_at(&mut session, &project, HISTORY).await?;
    session.close().await
}

async fn dry_run(context: &Context) -> Verdict {
    let project = Project::new(HISTORY);
    let mut session = Session::new(context).await?;
    let backend = session.backend.clone();
    let offline = project.plan(&backend, None, "head").await.map_err(Stop::from)?;
    let mut reader = session.another(Access::Read).await?;
    let online = project.plan(&backend, Some(&mut *reader.connection), "head").await.map_err(Stop::from)?;
    reader.close().await?;
    same(&texts(&online), &texts(&offline), || "what is planned on an empty database".to_owned())?;
    let found = session.introspect(&Schema::default()).await?;
    same(&found, &Schema::default(), || "after planning".to_owned())?;
    // It is what a run does.
    session.run_rendered(offline).await?;
    is_at_without_journal(&mut session, &project).await?;
    session.close().await
}

fn texts(statements: &[Statement]) -> Vec<&str> {
    statements.iter().map(|statement| &*statement.sql).collect()
}

async fn is_at_without_journal(session: &mut Session, project: &Project) -> Verdict {
    let expected = session.backend.normalize(implied(HISTORY)?)?;
    let found = without_bookkeeping(session, project).await?;
    same_schema(&found, &expected, || "after the planned statements".to_owned())?;
    let current = project.current(&mut *session.connection).await?;
    same(&current, &vec!["r4".to_owned()], || "the version table".to_owned())
}
