//! The lock: one run at a time, and none that a dead one leaves behind.

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use retort_core::backend::{Access, BackendErrorKind, Connection};

use crate::{
    case::{Case, Stop, Verdict, case, ensure},
    context::{Context, block_on},
    session::Session,
    site::Site,
};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case!("lock::second_locker_times_out", times_out),
        case!("lock::time_out_of_nothing_is_at_once", at_once),
        case!("lock::second_locker_gets_in_after_close", gets_in_after_close),
        case!("lock::second_locker_gets_in_after_death", gets_in_after_death),
        case!("lock::is_kept_over_batches", kept_over_batches),
        case!("lock::is_kept_after_a_failure", kept_after_a_failure),
        case!("lock::is_not_in_the_way_of_readers", readers),
        case!("lock::of_another_database_is_another", other_database),
    ]
}

/// The lock of the suite.
const NAME: &str = "retort";

/// Long enough that no locker gives up which should get in.
const PATIENT: Duration = Duration::from_secs(10);

/// Short, for a locker that should not get in.
const IMPATIENT: Duration = Duration::from_millis(300);

/// A session with a new database, which has a table.
async fn session(context: &Context) -> Verdict<Session> {
    let site = Site::with(context, "CREATE TABLE t (id INTEGER PRIMARY KEY)").await?;
    Ok(site.session)
}

/// The locker must not get in.
async fn kept_out(session: &mut Session, when: &str) -> Verdict {
    match session.connection.lock(NAME, IMPATIENT).await {
        Err(error) if error.kind() == BackendErrorKind::LockTimeout => Ok(()),
        Err(error) => Err(Stop::failed(format!("{when}, the lock fails as {:?}: {error}", error.kind()))),
        Ok(()) => Err(Stop::failed(format!("{when}, two sessions have the lock"))),
    }
}

async fn times_out(context: &Context) -> Verdict {
    let mut holder = session(context).await?;
    holder.connection.lock(NAME, PATIENT).await?;
    let mut second = holder.another(Access::Write).await?;
    let begun = Instant::now();
    kept_out(&mut second, "while it is held").await?;
    let waited = begun.elapsed();
    ensure!(waited >= IMPATIENT / 2, "the second locker waited for {waited:?} only");
    ensure!(waited < PATIENT / 2, "the second locker waited for {waited:?}");
    second.close().await?;
    holder.close().await
}

async fn at_once(context: &Context) -> Verdict {
    let mut holder = session(context).await?;
    holder.connection.lock(NAME, Duration::ZERO).await?;
    let mut second = holder.another(Access::Write).await?;
    let begun = Instant::now();
    match second.connection.lock(NAME, Duration::ZERO).await {
        Err(error) if error.kind() == BackendErrorKind::LockTimeout => {}
        other => return Err(Stop::failed(format!("the second locker got {other:?}"))),
    }
    ensure!(begun.elapsed() < PATIENT / 4, "the second locker waited for {:?}", begun.elapsed());
    second.close().await?;
    holder.close().await
}

/// How a holder ends that another waits for.
enum End {
    Close,
    /// As if its process died: nothing is said to the database.
    Death,
}

async fn gets_in_after_close(context: &Context) -> Verdict {
    gets_in(context, End::Close).await
}

async fn gets_in_after_death(context: &Context) -> Verdict {
    gets_in(context, End::Death).await
}

/// A holder in a thread of its own, with a runtime of its own: when the thread
/// ends, nothing of either is left.
async fn gets_in(context: &Context, end: End) -> Verdict {
    let mut second = session(context).await?;
    let (held, is_held) = mpsc::channel();
    let (finish, may_finish) = mpsc::channel::<()>();
    let url = second.url().clone();
    let backend = context.backend();
    let holder = thread::spawn(move || -> Verdict {
        block_on(async move {
            let mut connection: Box<dyn Connection> = backend.connect(&url, Access::Write).await?;
            connection.lock(NAME, PATIENT).await?;
            held.send(()).ok();
            may_finish.recv().ok();
            match end {
                End::Close => connection.close().await?,
                End::Death => drop(connection),
            }
            Ok(())
        })
    });
    let result = match is_held.recv() {
        Ok(()) => kept_out(&mut second, "while the other lives").await,
        // It failed before it had the lock.
        Err(_) => Ok(()),
    };
    // It must get in although it waits already.
    let waiting = second.connection.lock(NAME, PATIENT);
    let ending = async {
        tokio::time::sleep(IMPATIENT / 4).await;
        finish.send(()).ok();
    };
    let begun = Instant::now();
    let (locked, ()) = tokio::join!(waiting, ending);
    let waited = begun.elapsed();
    holder.join().map_err(|_| Stop::failed("the holder panicked"))??;
    result?;
    if let Err(error) = locked {
        return Err(Stop::failed(format!("the lock is still not free after {waited:?}: {error}")));
    }
    ensure!(waited < PATIENT / 2, "the lock was free only after {waited:?}");
    // It is a lock, too.
    let mut third = second.another(Access::Write).await?;
    kept_out(&mut third, "after the first holder").await?;
    third.close().await?;
    second.close().await
}

async fn kept_over_batches(context: &Context) -> Verdict {
    let mut holder = session(context).await?;
    holder.connection.lock(NAME, PATIENT).await?;
    let mut second = holder.another(Access::Write).await?;
    for id in 1..=3 {
        holder.run(&[&*format!("INSERT INTO t (id) VALUES ({id})")]).await?;
        kept_out(&mut second, "after a batch").await?;
        holder.rows("SELECT id FROM t").await?;
        kept_out(&mut second, "after a query").await?;
    }
    second.close().await?;
    holder.close().await
}

async fn kept_after_a_failure(context: &Context) -> Verdict {
    let mut holder = session(context).await?;
    holder.connection.lock(NAME, PATIENT).await?;
    let mut second = holder.another(Access::Write).await?;
    let failed = holder.execute(&["INSERT INTO missing (id) VALUES (1)"]).await;
    ensure!(failed.is_err(), "the batch ran");
    kept_out(&mut second, "after a batch that failed").await?;
    second.close().await?;
    holder.close().await
}

async fn readers(context: &Context) -> Verdict {
    let mut holder = session(context).await?;
    holder.run(&["INSERT INTO t (id) VALUES (1)"]).await?;
    holder.connection.lock(NAME, PATIENT).await?;
    let mut reader = holder.another(Access::Read).await?;
    let begun = Instant::now();
    let count = reader.rows("SELECT id FROM t").await?.len();
    ensure!(count == 1, "a reader sees {count} rows");
    reader.connection.introspect(&retort_core::backend::Scope::default()).await?;
    ensure!(begun.elapsed() < PATIENT / 4, "a reader waited for {:?}", begun.elapsed());
    reader.close().await?;
    holder.close().await
}

async fn other_database(context: &Context) -> Verdict {
    let mut here = session(context).await?;
    let mut there = session(context).await?;
    here.connection.lock(NAME, PATIENT).await?;
    match there.connection.lock(NAME, IMPATIENT).await {
        Ok(()) => {}
        Err(error) => return Err(Stop::failed(format!("a run on another database is in the way: {error}"))),
    }
    there.close().await?;
    here.close().await
}
