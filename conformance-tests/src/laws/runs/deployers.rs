//! Several runs at once on one database.

use std::{
    sync::{Arc, Barrier},
    thread,
    time::Duration,
};

use retort_core::{backend::Access, plan::Direction};

use super::{HISTORY, is_at, is_complete, of_run};
use crate::{
    case::{Case, Stop, Verdict, case, ensure},
    context::{Context, block_on},
    project::Project,
    session::Session,
};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case!("deployers::two_at_once_apply_each_revision_once", two),
        case!("deployers::eight_at_once_apply_each_revision_once", eight),
        case!("deployers::eight_at_once_build_an_index_concurrently", concurrently),
        case!("deployers::at_once_undo_each_revision_once", undo),
    ]
}

async fn two(context: &Context) -> Verdict {
    upgrades(context, 2).await
}

async fn eight(context: &Context) -> Verdict {
    upgrades(context, 8).await
}

/// A project whose runs wait for all the others.
fn project(revisions: &[(&str, &str)]) -> Arc<Project> {
    let mut project = Project::new(revisions);
    project.lock_timeout = Duration::from_secs(60);
    Arc::new(project)
}

async fn upgrades(context: &Context, deployers: usize) -> Verdict {
    let project = project(HISTORY);
    let mut session = Session::new(context).await?;
    let ran = at_once(context, &session, &project, deployers, Direction::Upgrade)?;
    ensure!(ran == HISTORY.len(), "{ran} revisions ran");
    is_complete(&mut session, &project).await?;
    session.close().await
}

async fn concurrently(context: &Context) -> Verdict {
    let mut history = HISTORY.to_vec();
    history.insert(2, ("r2b", "CREATE INDEX CONCURRENTLY ix_customer_name ON customer (name);"));
    let project = project(&history);
    let mut session = Session::new(context).await?;
    let ran = at_once(context, &session, &project, 8, Direction::Upgrade)?;
    ensure!(ran == history.len(), "{ran} revisions ran");
    is_at(&mut session, &project, &history).await?;
    session.close().await
}

async fn undo(context: &Context) -> Verdict {
    let tables = [
        ("r1", "CREATE TABLE a (id INTEGER PRIMARY KEY)"),
        ("r2", "CREATE TABLE b (id INTEGER PRIMARY KEY)"),
        ("r3", "CREATE TABLE c (id INTEGER PRIMARY KEY)"),
    ];
    let project = project(&tables);
    let mut session = Session::new(context).await?;
    project.upgrade(&mut *session.connection, "head").await.map_err(|failure| of_run("head", failure))?;
    session = {
        // The lock goes with its session.
        let another = session.another(Access::Write).await?;
        session.close().await?;
        another
    };
    let ran = at_once(context, &session, &project, 4, Direction::Downgrade)?;
    ensure!(ran == tables.len(), "{ran} revisions were undone");
    is_at(&mut session, &project, &[]).await?;
    session.close().await
}

/// Runs of several deployers, each a thread with a runtime and a session of its
/// own. Each must succeed; how many revisions they ran together is returned.
fn at_once(
    context: &Context,
    session: &Session,
    project: &Arc<Project>,
    deployers: usize,
    direction: Direction,
) -> Verdict<usize> {
    let barrier = Arc::new(Barrier::new(deployers));
    let deploy = |_| {
        let (backend, url) = (context.backend(), session.url().clone());
        let (project, barrier) = (Arc::clone(project), Arc::clone(&barrier));
        thread::spawn(move || -> Verdict<usize> {
            block_on(async move {
                let connected = backend.connect(&url, Access::Write).await;
                barrier.wait();
                let mut connection = connected?;
                let ran = match direction {
                    Direction::Upgrade => project.upgrade(&mut *connection, "head").await,
                    Direction::Downgrade => project.downgrade(&mut *connection, "base").await,
                };
                let outcome = ran.map_err(|failure| of_run("the end", failure))?;
                connection.close().await?;
                Ok(outcome.ran.len())
            })
        })
    };
    let threads: Vec<_> = (0..deployers).map(deploy).collect();
    let mut ran = 0;
    let mut failed = None;
    for (number, thread) in threads.into_iter().enumerate() {
        match thread.join() {
            Ok(Ok(revisions)) => ran += revisions,
            Ok(Err(stop)) => failed = Some(stop.while_doing(|| format!("deployer {number}"))),
            Err(_) => failed = Some(Stop::failed(format!("deployer {number} panicked"))),
        }
    }
    failed.map_or(Ok(ran), Err)
}
