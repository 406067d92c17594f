//! Sending texts, one or several statements each, and reading every result.

use std::fmt;

use mysql_async::{Conn, Error, Row, consts::StatusFlags, prelude::Queryable};

use super::value;
use crate::error;

/// A connection on which nothing is under way.
pub(crate) struct Wire {
    conn: Conn,
    /// Whether something went wrong after which the session is not to be used.
    is_broken: bool,
}

/// What the server answered to one statement.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) rows: Vec<retort_core::backend::Row>,
    /// How many rows the statement changed, or matched in an UPDATE.
    pub(crate) changed: u64,
}

/// What becomes of the rows of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    Keep,
    Drop,
}

/// What a rollback left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Undone {
    /// Nothing.
    Whole,
    /// Changes to tables whose engine has no transactions.
    InPart,
}

impl Wire {
    pub(super) fn new(conn: Conn) -> Self {
        Self { conn, is_broken: false }
    }

    /// The driver's connection.
    pub(super) fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Whether the session can go on.
    pub(crate) fn is_usable(&self) -> bool {
        !self.is_broken && !self.conn.is_disconnected()
    }

    /// Says farewell to the server.
    pub(super) async fn disconnect(self) {
        // Whatever becomes of it, nothing depends on it.
        let _ = self.conn.disconnect().await;
    }

    /// Ends an open transaction without a trace, and sets back what `settings`
    /// sets where statements changed it. If even this fails the session is over,
    /// and the server does the same.
    pub(super) async fn undo(&mut self, settings: &str) -> Undone {
        let rolled_back = self.send_one("ROLLBACK", Rows::Drop).await;
        // The only thing that the server warns of there.
        let undone = if self.conn.get_warnings() > 0 { Undone::InPart } else { Undone::Whole };
        let is_well =
            rolled_back.is_ok() && (self.is_as_set_up() || self.send_one(settings, Rows::Drop).await.is_ok());
        self.is_broken |= !is_well;
        undone
    }

    /// Sends a text and reads what the server answers to its statements, in
    /// order. After a failure `answers` has those before it: as many as ran.
    pub(crate) async fn send(
        &mut self,
        text: &str,
        rows: Rows,
        answers: &mut Vec<Answer>,
    ) -> Result<(), Error> {
        let sent = self.try_send(text, rows, answers).await;
        if let Err(error) = &sent {
            self.is_broken |= error::ends_session(error);
        }
        sent
    }

    async fn try_send(&mut self, text: &str, rows: Rows, answers: &mut Vec<Answer>) -> Result<(), Error> {
        let mut result = self.conn.query_iter(text).await?;
        loop {
            let Some(columns) = result.columns() else {
                // Either that was all, or a failure came instead of the next
                // answer: the driver tells only who asks for rows once more,
                // and else with the next text.
                return result.reduce((), |(), _: Row| ()).await;
            };
            // What comes next may be read along with the last row.
            let mut answer = Answer::default();
            if columns.is_empty() {
                answer.changed = result.affected_rows();
            }
            answer.rows = match rows {
                Rows::Keep => {
                    let add = |mut found: Vec<_>, row: Row| {
                        found.push(value::row(row));
                        found
                    };
                    result.reduce(Vec::new(), add).await?
                }
                Rows::Drop => {
                    let count = |count: u64, _: Row| count + 1;
                    let count = result.reduce(0, count).await?;
                    // INSERT … RETURNING.
                    if !columns.is_empty() {
                        answer.changed = count;
                    }
                    Vec::new()
                }
            };
            answers.push(answer);
        }
    }

    /// Sends one statement.
    pub(crate) async fn send_one(&mut self, sql: &str, rows: Rows) -> Result<Answer, Error> {
        let mut answers = Vec::new();
        self.send(sql, rows, &mut answers).await?;
        // A CALL has answers of its own before the last.
        Ok(answers.pop().unwrap_or_default())
    }

    /// Whether a transaction is open, by what the server last said.
    pub(super) fn is_in_transaction(&self) -> bool {
        self.status().contains(StatusFlags::SERVER_STATUS_IN_TRANS)
    }

    /// Whether the session still reads texts and commits as Retort expects it,
    /// by what the server last said.
    pub(super) fn is_as_set_up(&self) -> bool {
        self.status().contains(StatusFlags::SERVER_STATUS_AUTOCOMMIT)
            && !self.status().contains(StatusFlags::SERVER_STATUS_NO_BACKSLASH_ESCAPES)
    }

    fn status(&self) -> StatusFlags {
        self.conn.last_ok_packet().map_or(StatusFlags::empty(), mysql_async::OkPacket::status_flags)
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The driver's own text has the password.
        f.debug_struct("Wire").field("id", &self.conn.id()).finish_non_exhaustive()
    }
}
