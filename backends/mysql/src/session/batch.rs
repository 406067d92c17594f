//! Running batches.
//!
//! Users' statements are sent one by one. Retort's own bookkeeping shares texts
//! where that saves waiting: a batch with a guard and one row to write takes
//! two round trips.

use std::{mem, ops::Range};

use mysql_async::Error;
use retort_core::backend::{
    BackendError, BackendErrorKind, Batch, BatchError, Executed, Guard, Row, Statement,
};

use super::{
    Facts, Rows, Wire,
    statement::{self, ends_transaction, is_bookkeeping},
    wire::Undone,
};
use crate::{error, lock};

/// How often a batch is tried that the server undoes because it and another
/// transaction wait for each other.
const ATTEMPTS: usize = 5;

/// The longest text that statements share, in bytes.
const LONGEST_SHARED_TEXT: usize = 1 << 14;

pub(super) async fn execute(wire: &mut Wire, facts: &Facts, batch: &Batch) -> Result<Executed, BatchError> {
    for (index, statement) in batch.statements.iter().enumerate() {
        check(facts, batch, statement).map_err(|source| BatchError::Statement { index, source })?;
    }
    if batch.atomic {
        execute_atomic(wire, facts, batch).await
    } else {
        execute_each(wire, facts, batch).await
    }
}

/// Refuses what cannot run, before anything does.
fn check(facts: &Facts, batch: &Batch, statement: &Statement) -> Result<(), BackendError> {
    let refused =
        |reason| BackendError::new(BackendErrorKind::Statement, reason).with_statement(&statement.sql);
    if batch.atomic && !statement.transactional {
        return Err(refused("a statement that cannot run in a transaction is in one".to_owned()));
    }
    if let Some(words) = ends_transaction(&statement.sql).filter(|_| batch.atomic) {
        return Err(refused(format!("`{words}` would end the transaction of the revision")));
    }
    if let Some(reason) = statement::refusal(&statement.sql) {
        return Err(refused(reason));
    }
    facts.check_length(&statement.sql)
}

/// Runs all statements in one transaction, again if it must be.
async fn execute_atomic(wire: &mut Wire, facts: &Facts, batch: &Batch) -> Result<Executed, BatchError> {
    let mut attempts = 1;
    loop {
        let mut attempt = Attempt { wire, facts, batch, executed: Executed::default() };
        let failed = match attempt.run().await {
            Ok(()) => return Ok(attempt.executed),
            Err(failed) => failed,
        };
        if !wire.is_usable() {
            // The server undoes the transaction when it notices.
            return Err(failed.into_error());
        }
        let undone = wire.undo(&facts.settings).await;
        match failed {
            failed if undone == Undone::InPart => return Err(remains_in_part(failed.into_error())),
            // The guard decides whether the batch still fits. This is how two
            // sessions meet that find the version table empty: both lock the
            // gap where the other's row belongs, which both may, and then
            // neither can write into it.
            Failed::Deadlock(_) if attempts < ATTEMPTS => attempts += 1,
            failed => return Err(blame_guard(wire, facts, batch, failed.into_error()).await),
        }
    }
}

/// Turns a failure into that of the guard if the guard holds no longer: another
/// run came first, and that is why.
async fn blame_guard(wire: &mut Wire, facts: &Facts, batch: &Batch, error: BatchError) -> BatchError {
    let Some(guard) = &batch.guard else {
        return error;
    };
    if matches!(error, BatchError::Guard { .. }) {
        return error;
    }
    match facts.fetch(wire, &guard.query).await {
        Ok(found) if !same_rows(&found, &guard.rows) => BatchError::Guard { found },
        Ok(_) | Err(_) => error,
    }
}

/// Says that the rollback did not undo everything.
fn remains_in_part(error: BatchError) -> BatchError {
    let explain = |source: &BackendError| {
        let message = format!("{source}; what was done to tables whose engine has no transactions remains");
        let explained = BackendError::new(source.kind(), message);
        let explained = match source.statement() {
            Some(sql) => explained.with_statement(sql),
            None => explained,
        };
        match source.offset() {
            Some(offset) => explained.at_offset(offset),
            None => explained,
        }
    };
    match error {
        BatchError::Statement { index, source } => BatchError::Statement { index, source: explain(&source) },
        BatchError::Backend(source) => BatchError::Backend(explain(&source)),
        BatchError::Rows { index, .. } => {
            let source = BackendError::new(BackendErrorKind::Statement, error.to_string());
            BatchError::Statement { index, source: explain(&source) }
        }
        // Nothing but bookkeeping came with the guard.
        BatchError::Guard { .. } => error,
    }
}

/// Runs statement by statement; those before one that fails remain.
async fn execute_each(wire: &mut Wire, facts: &Facts, batch: &Batch) -> Result<Executed, BatchError> {
    if let Some(guard) = &batch.guard {
        check_guard(guard, facts.fetch(wire, &guard.query).await?)?;
    }
    let mut executed = Executed::default();
    for (index, statement) in batch.statements.iter().enumerate() {
        let at = |source: BackendError| BatchError::Statement {
            index,
            source: source.with_statement(&statement.sql),
        };
        match wire.send_one(&statement.sql, Rows::Drop).await {
            Ok(answer) => {
                if let Err(error) = check_rows(index, statement, answer.changed) {
                    // It may be within a transaction that the batch itself began.
                    wire.undo(&facts.settings).await;
                    return Err(error);
                }
                executed.rows.push(answer.changed);
            }
            Err(Error::Server(error)) if wire.is_usable() => {
                let source = of_server(wire, facts, &error, &statement.sql).await;
                wire.undo(&facts.settings).await;
                return Err(BatchError::Statement { index, source });
            }
            Err(error) => {
                let unknown = " while the statement ran, and it is not known whether it took effect";
                return Err(at(error::lost(error, &facts.place, unknown)));
            }
        }
        if !wire.is_as_set_up() {
            wire.undo(&facts.settings).await;
            return Err(at(BackendError::new(
                BackendErrorKind::Statement,
                "the statement turns off `autocommit` or backslash escapes, which the rest of a run relies on; they are \
                 on again",
            )));
        }
    }
    if !executed.rows.is_empty() && wire.is_in_transaction() {
        wire.undo(&facts.settings).await;
        return Err(BatchError::Backend(BackendError::new(
            BackendErrorKind::Statement,
            "the statements leave a transaction open, which was rolled back",
        )));
    }
    Ok(executed)
}

/// An attempt to run all of a batch in one transaction.
struct Attempt<'a> {
    wire: &'a mut Wire,
    facts: &'a Facts,
    batch: &'a Batch,
    executed: Executed,
}

/// Why an attempt failed.
enum Failed {
    /// The server undid it for the sake of another transaction.
    Deadlock(BatchError),
    /// Anything else.
    Because(BatchError),
}

impl Failed {
    fn into_error(self) -> BatchError {
        match self {
            Self::Deadlock(error) | Self::Because(error) => error,
        }
    }
}

impl From<BatchError> for Failed {
    fn from(error: BatchError) -> Self {
        Self::Because(error)
    }
}

impl Attempt<'_> {
    async fn run(&mut self) -> Result<(), Failed> {
        let mut texts = shares(&self.batch.statements).peekable();
        // Beside the guard there is room for bookkeeping: if the guard does not
        // hold, it is undone. A user's statement comes after the guard.
        let first = texts.next_if(|range| {
            let statement = &self.batch.statements[range.start];
            is_bookkeeping(statement) && statement.sql.len() <= LONGEST_SHARED_TEXT
        });
        self.open(first.unwrap_or(0..0)).await?;
        for range in texts {
            if range.len() == 1 {
                self.run_alone(range.start).await?;
            } else {
                self.run_together(&[], range).await?;
            }
        }
        match self.wire.send_one("COMMIT", Rows::Drop).await {
            Ok(_) => Ok(()),
            Err(Error::Server(error)) if self.wire.is_usable() => {
                let is_deadlock = error.code == error::DEADLOCK;
                let error = error::of_server(&error).into();
                Err(if is_deadlock { Failed::Deadlock(error) } else { Failed::Because(error) })
            }
            Err(error) => {
                let unknown = " during COMMIT, and it is not known whether the statements took effect";
                Err(BatchError::Backend(error::lost(error, &self.facts.place, unknown)).into())
            }
        }
    }

    /// Begins the transaction, checks the guard, and runs those statements.
    async fn open(&mut self, range: Range<usize>) -> Result<(), Failed> {
        let guard = self.batch.guard.as_ref().map(|guard| statement::locking(&guard.query));
        let opening: Vec<&str> = std::iter::once("START TRANSACTION").chain(guard.as_deref()).collect();
        self.run_together(&opening, range).await
    }

    /// Sends statements in one text, behind those that open the transaction.
    async fn run_together(&mut self, opening: &[&str], range: Range<usize>) -> Result<(), Failed> {
        let statements = &self.batch.statements[range.clone()];
        let texts = opening.iter().copied().chain(statements.iter().map(|statement| &*statement.sql));
        let text = texts.collect::<Vec<_>>().join(";\n");
        let mut answers = Vec::with_capacity(opening.len() + statements.len());
        let sent = self.wire.send(&text, Rows::Keep, &mut answers).await;
        let mut own = answers.split_off(opening.len().min(answers.len()));
        if let (Some(guard), [_, answer]) = (&self.batch.guard, &mut answers[..]) {
            check_guard(guard, mem::take(&mut answer.rows))?;
        }
        let ran = own.len();
        for (index, answer) in range.clone().zip(own.drain(..)) {
            check_rows(index, &self.batch.statements[index], answer.changed)?;
            self.executed.rows.push(answer.changed);
        }
        match sent {
            Ok(()) => Ok(()),
            Err(error) => match opening.get(answers.len()) {
                Some(sql) => Err(self.failed(error, None, sql).await),
                None => {
                    let index = range.start + ran;
                    Err(self.failed(error, Some(index), &self.batch.statements[index].sql).await)
                }
            },
        }
    }

    /// Sends one statement, as it is: a copy may be megabytes.
    async fn run_alone(&mut self, index: usize) -> Result<(), Failed> {
        let statement = &self.batch.statements[index];
        let changed = match self.wire.send_one(&statement.sql, Rows::Drop).await {
            Ok(answer) => answer.changed,
            Err(error) => return Err(self.failed(error, Some(index), &statement.sql).await),
        };
        if !self.wire.is_in_transaction() || !self.wire.is_as_set_up() {
            let source = BackendError::new(
                BackendErrorKind::Statement,
                "the statement ended the transaction of the revision, or changed how the session commits or reads \
                 text; what ran until then may remain",
            );
            let source = source.with_statement(&statement.sql);
            return Err(BatchError::Statement { index, source }.into());
        }
        check_rows(index, statement, changed)?;
        self.executed.rows.push(changed);
        Ok(())
    }

    /// Translates what went wrong with a text, which is that statement's if
    /// there is one.
    async fn failed(&mut self, error: Error, index: Option<usize>, sql: &str) -> Failed {
        let is_deadlock = matches!(&error, Error::Server(error) if error.code == error::DEADLOCK);
        let source = match error {
            Error::Server(error) if self.wire.is_usable() => {
                of_server(self.wire, self.facts, &error, sql).await
            }
            error => {
                let nothing = " before the transaction was committed, and nothing of it remains";
                error::lost(error, &self.facts.place, nothing).with_statement(sql)
            }
        };
        let error = match index {
            Some(index) => BatchError::Statement { index, source },
            None => BatchError::Backend(source),
        };
        if is_deadlock { Failed::Deadlock(error) } else { Failed::Because(error) }
    }
}

/// Cuts statements into those that are sent together.
fn shares(statements: &[Statement]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let first = statements.get(start)?;
        let mut end = start + 1;
        let mut length = first.sql.len();
        if is_bookkeeping(first) {
            while let Some(next) = statements.get(end).filter(|next| is_bookkeeping(next)) {
                length += next.sql.len();
                if length > LONGEST_SHARED_TEXT {
                    break;
                }
                end += 1;
            }
        }
        Some(mem::replace(&mut start, end)..end)
    })
}

/// Translates the failure of a statement, and looks who is to blame for a wait
/// in vain.
async fn of_server(
    wire: &mut Wire,
    facts: &Facts,
    error: &mysql_async::ServerError,
    sql: &str,
) -> BackendError {
    if error.code == error::LOCK_WAIT {
        let blocker = lock::blocker(wire, facts, sql).await;
        return error::of_lock_wait(error, sql, blocker.as_deref());
    }
    error::of_statement(error, sql)
}

fn check_rows(index: usize, statement: &Statement, found: u64) -> Result<(), BatchError> {
    match statement.expect_rows {
        Some(expected) if expected != found => Err(BatchError::Rows { index, expected, found }),
        Some(_) | None => Ok(()),
    }
}

fn check_guard(guard: &Guard, found: Vec<Row>) -> Result<(), BatchError> {
    if same_rows(&found, &guard.rows) { Ok(()) } else { Err(BatchError::Guard { found }) }
}

/// Whether both hold the same rows, in any order.
fn same_rows(left: &[Row], right: &[Row]) -> bool {
    let mut rest: Vec<&Row> = right.iter().collect();
    left.len() == right.len()
        && left.iter().all(|row| {
            let found = rest.iter().position(|other| *other == row);
            found.map(|at| rest.swap_remove(at)).is_some()
        })
}
