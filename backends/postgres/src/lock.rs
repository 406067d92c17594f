//! The lock of a run: a transaction on a connection of its own.
//!
//! An advisory lock of a transaction goes with it, and so with the connection
//! and the process. One of a session would be lost or left behind where a
//! pooler shares sessions.
//!
//! CREATE INDEX CONCURRENTLY waits for every transaction that has a snapshot,
//! until that transaction ends. So nobody may wait for the lock within a
//! statement, as `pg_advisory_lock` does, or within a transaction: the holder
//! would wait for the one who waits for it. Each try is a transaction that is
//! over before the next, and the transaction that keeps the lock has no
//! snapshot while it idles.

use std::{
    hash::{BuildHasher, RandomState},
    pin::pin,
    time::Duration,
};

use futures_util::StreamExt;
use retort_core::backend::{BackendError, BackendErrorKind};
use tokio::time::{Instant, sleep};
use tokio_postgres::SimpleQueryMessage;

use crate::{connection::Link, error, server::Server};

/// The shortest and the longest pause between two tries.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(250));

/// A lock that is held until the value is dropped, or its connection breaks.
#[derive(Debug)]
pub(crate) struct Lock {
    name: String,
    link: Link,
}

impl Lock {
    /// Takes the lock of that name, on a connection of its own.
    ///
    /// # Errors
    ///
    /// Fails with [`BackendErrorKind::LockTimeout`], naming the holder, if it
    /// is held elsewhere for longer than `wait`.
    pub(crate) async fn take(
        mut link: Link,
        server: Server,
        name: &str,
        wait: Duration,
    ) -> Result<Self, BackendError> {
        let key = key(name);
        let take = take_statements(key, server);
        let deadline = Instant::now() + wait;
        loop {
            let rows = query(&mut link, &take).await?;
            if rows.iter().flatten().any(|value| value == "t") {
                return Ok(Self { name: name.to_owned(), link });
            }
            link.run("ROLLBACK").await.map_err(error::of_request)?;
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(timed_out(&mut link, name, key).await);
            }
            sleep(pause().min(left)).await;
        }
    }

    /// The name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Fails if the lock is lost, as far as this side has heard.
    pub(crate) async fn check(&mut self) -> Result<(), BackendError> {
        self.link.check().await.map_err(|cause| {
            let message =
                format!("the connection that held the lock `{}` is gone, and the lock with it", self.name);
            BackendError::new(BackendErrorKind::Connect, message).with_source(cause)
        })
    }

    /// Gives the lock back, and waits until it is free.
    pub(crate) async fn release(mut self) -> Result<(), BackendError> {
        // The server does not answer to a farewell, and may be slow to notice.
        // If this fails the connection is broken, which frees the lock as well.
        self.link.run("ROLLBACK").await.ok();
        self.link.close().await
    }
}

/// Begins a transaction that no time limit ends, and tries to take the lock.
fn take_statements(key: i64, server: Server) -> String {
    let mut sql = "BEGIN ISOLATION LEVEL READ COMMITTED; \
                   SET LOCAL idle_in_transaction_session_timeout = 0; "
        .to_owned();
    if server.is_at_least(17) {
        sql.push_str("SET LOCAL transaction_timeout = 0; ");
    }
    // A machine that went away says nothing. The server must notice, or the
    // lock is held for hours.
    sql.push_str("SET LOCAL tcp_keepalives_idle = 30; SET LOCAL tcp_keepalives_interval = 10; ");
    sql.push_str("SET LOCAL tcp_keepalives_count = 3; ");
    sql + &format!("SELECT pg_try_advisory_xact_lock({key})")
}

/// Who keeps the lock from us.
async fn timed_out(link: &mut Link, name: &str, key: i64) -> BackendError {
    // The server keeps the two halves of the key in two columns.
    let key = key.cast_unsigned();
    let (high, low) = (key >> 32, key & u64::from(u32::MAX));
    let sql = format!(
        "SELECT 'process ' || l.pid \
           || coalesce(' (' || nullif(a.application_name, '') || ')', '') \
           || coalesce(' of user ' || a.usename, '') \
           || coalesce(' at ' || host(a.client_addr), '') \
           || coalesce(', since ' || to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC', '') \
         FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
           AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) \
           AND l.classid = {high} AND l.objid = {low}"
    );
    let holder = match query(link, &sql).await {
        Ok(rows) => rows.into_iter().flatten().next(),
        Err(error) => return error,
    };
    let holder = holder.unwrap_or_else(|| "another session".to_owned());
    BackendError::new(BackendErrorKind::LockTimeout, format!("the lock `{name}` is held by {holder}"))
}

/// The first column of the rows.
async fn query(link: &mut Link, sql: &str) -> Result<Vec<Option<String>>, BackendError> {
    let (client, wire) = link.split();
    let rows = wire.drive(async {
        let mut messages = pin!(client.simple_query_raw(sql).await?);
        let mut rows = Vec::new();
        while let Some(message) = messages.next().await {
            if let SimpleQueryMessage::Row(row) = message? {
                rows.push(row.get(0).map(str::to_owned));
            }
        }
        Ok(rows)
    });
    rows.await.map_err(|failed| link.translate(failed, error::of_request))
}

/// The key of a lock: FNV-1a, which is the same in every version and on every
/// machine. The server keeps the locks of its databases apart.
pub(crate) fn key(name: &str) -> i64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let hash = "retort lock: "
        .bytes()
        .chain(name.bytes())
        .fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    hash.cast_signed()
}

/// A pause that differs from one process to the next.
fn pause() -> Duration {
    let (shortest, longest) = PAUSE;
    let random = RandomState::new().hash_one(());
    let spread = u64::try_from((longest - shortest).as_millis()).unwrap_or_default();
    shortest + Duration::from_millis(random % (spread + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_the_same() {
        // Another version of Retort must find the same lock.
        assert_eq!(key("retort"), -7_467_083_838_968_789_986);
    }

    #[test]
    fn pauses_differ_within_their_limits() {
        let pauses: Vec<Duration> = (0..100).map(|_| pause()).collect();
        assert!(pauses.iter().all(|pause| *pause >= PAUSE.0 && *pause <= PAUSE.1));
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }
}
