//! The lock that keeps other runs out: `GET_LOCK`, on the session's own
//! connection.
//!
//! What holds the lock and what changes the database end together, whichever
//! way: when this process dies the server closes the session and frees the
//! lock, but not while a statement of the session still runs, and there is no
//! second connection that could be lost unnoticed. Commits, explicit or not, do
//! not free it.
//!
//! The lock is one of a server, not of a cluster: with Galera or group
//! replication all runs must go to the same node. Otherwise only each batch's
//! guard stands between two of them.

mod blocker;

use std::time::{Duration, Instant};

use retort_core::backend::{BackendError, BackendErrorKind, Row};

pub(crate) use self::blocker::blocker;
use crate::{
    session::{Facts, Rows, Wire},
    syntax::SYNTAX,
};

/// The longest name of a lock, in characters.
const LONGEST_NAME: usize = 64;

/// How long to wait between two looks within the last second.
const PAUSE: Duration = Duration::from_millis(50);

/// Takes the lock of this name and the session's database, which it keeps until
/// it ends.
pub(crate) async fn take(
    wire: &mut Wire,
    facts: &Facts,
    name: &str,
    wait: Duration,
) -> Result<(), BackendError> {
    let lock = SYNTAX.quote_literal(&lock_name(name, &facts.database));
    let begun = Instant::now();
    loop {
        let left = wait.saturating_sub(begun.elapsed());
        // The server counts whole seconds, and ends what takes it long where a
        // limit is set: it waits for one at a time.
        let seconds = left.as_secs().min(1);
        let rows = facts.fetch(wire, &format!("SELECT GET_LOCK({lock}, {seconds})")).await?;
        match rows.first().and_then(|row| row.integer(0)) {
            Some(1) => return Ok(()),
            Some(_) => {}
            None => {
                return Err(BackendError::new(
                    BackendErrorKind::Interrupted,
                    "the wait for the lock of another run was interrupted",
                ));
            }
        }
        if begun.elapsed() >= wait {
            return Err(held_elsewhere(wire, facts, &lock).await);
        }
        if seconds == 0 {
            tokio::time::sleep(PAUSE.min(left)).await;
        }
    }
}

/// Gives back all locks of a session that is about to end.
pub(crate) async fn give_back(wire: &mut Wire) {
    // The server does not answer to a farewell, and may be slow to notice. If
    // this fails the connection is broken, which frees the locks as well.
    wire.send_one("DO RELEASE_ALL_LOCKS()", Rows::Drop).await.ok();
}

/// The name of the lock among all of a server's.
fn lock_name(name: &str, database: &str) -> String {
    let whole = format!("{name}:{database}");
    if whole.chars().count() <= LONGEST_NAME {
        return whole;
    }
    // FNV-1a. If two names meet, runs wait that need not.
    let hash = whole.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let kept: String = whole.chars().take(LONGEST_NAME - 17).collect();
    format!("{kept}:{hash:016x}")
}

async fn held_elsewhere(wire: &mut Wire, facts: &Facts, lock: &str) -> BackendError {
    let query = format!(
        "SELECT ID, USER, HOST, COMMAND, TIME FROM information_schema.PROCESSLIST WHERE ID = IS_USED_LOCK({lock})"
    );
    // Who may not see other users' sessions sees no row.
    let found = facts.fetch(wire, &query).await.unwrap_or_default();
    let holder = found.first().map_or_else(|| "another session".to_owned(), |row| describe_session(row, 0));
    let message = format!("the lock of database `{}` is held by {holder}", facts.database);
    BackendError::new(BackendErrorKind::LockTimeout, message)
}

/// Describes a session by its id, user, host, command and seconds, which begin
/// at that column.
fn describe_session(row: &Row, column: usize) -> String {
    let text = |offset| row.text(column + offset).unwrap_or("?");
    let id = row.integer(column).unwrap_or_default();
    let seconds = row.integer(column + 4).unwrap_or_default();
    let doing = if text(3) == "Sleep" { "idle" } else { "at work" };
    format!("session {id} of `{}@{}`, {doing} for {seconds} s", text(1), text(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_differ() {
        assert_eq!(lock_name("retort", "app"), "retort:app");
        let long = ["a".repeat(64), "é".repeat(64), "a".repeat(58)];
        for database in &long {
            let name = lock_name("retort", database);
            assert_eq!(name.chars().count(), LONGEST_NAME);
            assert_ne!(name, lock_name("retort", &format!("{}b", &database[..database.len() - 2])));
        }
        assert_eq!(lock_name("retort", &"a".repeat(57)).chars().count(), LONGEST_NAME);
    }
}
