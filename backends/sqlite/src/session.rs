//! What a session does, as blocking calls: transactions, the write lock,
//! batches and queries.

use std::time::{Duration, Instant};

use retort_core::backend::{
    Access, BackendError, BackendErrorKind, Batch, BatchError, Executed, Guard, Row, Statement, Value,
};
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Connection, InterruptHandle, types::ValueRef};

use crate::{
    error,
    foreign_keys::{self, Violations},
    open,
    pragmas::Pragmas,
    switch::{Settings, Switch},
    url::Location,
    worker::Stop,
};

/// How long a read, or a write without [`Session::lock`], waits for others.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);

/// How often a wait looks whether it was called off.
const WAIT_SLICE: Duration = Duration::from_millis(100);

/// One session with a database.
#[derive(Debug)]
pub(crate) struct Session {
    db: Connection,
    /// The database as messages name it.
    shown: String,
    /// Set once the lock is taken: how long to wait when taking it again.
    held: Option<Duration>,
    /// What it was set to when it was opened.
    pragmas: Pragmas,
    /// Whether a transaction is open that lasts over several batches.
    spanning: bool,
}

impl Session {
    /// Opens the database.
    pub(crate) fn open(location: &Location, access: Access) -> Result<Self, BackendError> {
        let (db, shown) = (open::open(location, access)?, location.shown());
        let pragmas = Pragmas::read(&db).map_err(|error| error::of_session(error, &shown))?;
        Ok(Self { db, shown, held: None, pragmas, spanning: false })
    }

    /// What breaks off a statement that is running.
    pub(crate) fn interrupt_handle(&self) -> InterruptHandle {
        self.db.get_interrupt_handle()
    }

    /// Takes the write lock and keeps it: a transaction that stays open. Others
    /// can still read.
    pub(crate) fn lock(&mut self, wait: Duration, stop: &Stop) -> Result<(), BackendError> {
        // There SQLite begins a transaction all the same, one that locks nothing.
        if self.db.is_readonly("main").map_err(|error| self.failure(error))? {
            return Err(error::read_only(&self.shown));
        }
        self.begin(wait, stop)?;
        self.held = Some(wait);
        Ok(())
    }

    /// Runs a batch.
    pub(crate) fn execute(&mut self, batch: &Batch, stop: &Stop) -> Result<Executed, BatchError> {
        let settings = Settings::read(&self.db).map_err(|error| self.failure(error))?;
        let executed = if batch.atomic {
            self.execute_atomic(batch, settings, stop)
        } else {
            self.execute_each(batch, stop)
        };
        if !self.spanning || executed.is_err() {
            self.spanning = false;
            self.roll_back();
        }
        let restored = settings.restore(&self.db).map_err(|error| self.failure(error));
        if self.held.is_some() && self.db.is_autocommit() {
            // What was committed is committed, whether or not the lock can be
            // had at once. The next call waits for it, and fails if need be.
            let _ = self.begin(Duration::ZERO, &Stop::default());
        }
        let executed = executed?;
        restored?;
        Ok(executed)
    }

    /// Begins a transaction that lasts over several batches.
    pub(crate) fn begin_spanning(&mut self, stop: &Stop) -> Result<(), BackendError> {
        self.begin(self.held.unwrap_or(DEFAULT_WAIT), stop)?;
        self.spanning = true;
        Ok(())
    }

    /// Commits it.
    pub(crate) fn commit_spanning(&mut self, stop: &Stop) -> Result<(), BatchError> {
        self.spanning = false;
        let committed = self.commit(stop);
        self.roll_back();
        if self.held.is_some() {
            // As after a batch.
            let _ = self.begin(Duration::ZERO, &Stop::default());
        }
        committed
    }

    /// Takes back what statements set for the session.
    pub(crate) fn reset(&mut self) -> Result<(), BackendError> {
        let found = Pragmas::read(&self.db).map_err(|error| self.failure(error))?;
        if found == self.pragmas {
            return Ok(());
        }
        if !self.spanning {
            self.roll_back();
        }
        // What could be set within a transaction can be taken back there.
        let restored = self.pragmas.restore(&self.db, &found).map_err(|error| self.failure(error));
        if self.held.is_some() && self.db.is_autocommit() {
            // As after a batch.
            let _ = self.begin(Duration::ZERO, &Stop::default());
        }
        restored
    }

    /// Runs a query and returns its rows.
    pub(crate) fn fetch(&mut self, query: &Statement, stop: &Stop) -> Result<Vec<Row>, BackendError> {
        if let Some(wait) = self.held {
            self.begin(wait, stop)?;
        }
        self.rows(&query.sql)
    }

    /// Runs reads of which all see the same state.
    pub(crate) fn read<R>(
        &mut self,
        read: impl FnOnce(&Connection) -> Result<R, BackendError>,
    ) -> Result<R, BackendError> {
        if !self.db.is_autocommit() {
            return read(&self.db);
        }
        self.db.execute_batch("BEGIN").map_err(|error| self.failure(error))?;
        let result = read(&self.db);
        self.roll_back();
        result
    }

    fn execute_atomic(
        &mut self,
        batch: &Batch,
        settings: Settings,
        stop: &Stop,
    ) -> Result<Executed, BatchError> {
        self.begin(self.held.unwrap_or(DEFAULT_WAIT), stop)?;
        self.check_guard(batch.guard.as_ref())?;
        let mut before = None;
        let mut executed = Executed::default();
        for (index, statement) in batch.statements.iter().enumerate() {
            let switch = Switch::recognize(&statement.sql);
            if switch == Some(Switch::ForeignKeys(false)) && settings.foreign_keys && before.is_none() {
                before = Some(self.violations()?);
            }
            if let Some(word) = ends_transaction(&statement.sql) {
                let source = BackendError::new(
                    BackendErrorKind::Statement,
                    format!("`{word}` cannot run within the transaction of a revision"),
                );
                return Err(BatchError::Statement { index, source: source.with_statement(&statement.sql) });
            }
            executed.rows.push(self.run(index, statement, stop)?);
        }
        if let Some(before) = before
            && let Some(error) = self.violations()?.first_since(&before)
        {
            return Err(error.into());
        }
        if !self.spanning {
            self.commit(stop)?;
        }
        Ok(executed)
    }

    fn execute_each(&mut self, batch: &Batch, stop: &Stop) -> Result<Executed, BatchError> {
        if self.spanning {
            let message = "statements that are no transaction cannot be within one";
            return Err(BackendError::new(BackendErrorKind::Unexpected, message).into());
        }
        if batch.guard.is_some() || self.held.is_some() {
            self.begin(self.held.unwrap_or(DEFAULT_WAIT), stop)?;
            self.check_guard(batch.guard.as_ref())?;
            self.commit(stop)?;
        }
        let mut executed = Executed::default();
        for (index, statement) in batch.statements.iter().enumerate() {
            executed.rows.push(self.run(index, statement, stop)?);
        }
        if !self.db.is_autocommit() {
            return Err(BatchError::Backend(BackendError::new(
                BackendErrorKind::Statement,
                "the statements leave a transaction open, which was rolled back",
            )));
        }
        Ok(executed)
    }

    /// Begins a transaction that holds the write lock, unless one is open.
    fn begin(&self, wait: Duration, stop: &Stop) -> Result<(), BackendError> {
        if !self.db.is_autocommit() {
            return Ok(());
        }
        let begun = Instant::now();
        let taken = loop {
            let left = wait.saturating_sub(begun.elapsed());
            // In slices: SQLite's own wait cannot be called off.
            let slice = self.db.busy_timeout(left.min(WAIT_SLICE));
            match slice.and_then(|()| self.db.execute_batch("BEGIN IMMEDIATE")) {
                Err(_) if stop.is_raised() => break Err(error::interrupted()),
                Err(error) if error::is_busy(&error) && !left.is_zero() => {}
                taken => break taken.map_err(|error| self.failure(error)),
            }
        };
        let reset = self.db.busy_timeout(DEFAULT_WAIT).map_err(|error| self.failure(error));
        taken.and(reset)
    }

    fn commit(&self, stop: &Stop) -> Result<(), BatchError> {
        if stop.is_raised() {
            return Err(error::interrupted().into());
        }
        self.db.execute_batch("COMMIT").map_err(|error| {
            // Deferred foreign keys speak up only now, and without a name.
            let found = foreign_keys::is_violation(&error).then(|| self.violations());
            let named = found.and_then(|found| found.ok()?.first());
            named.unwrap_or_else(|| self.failure(error)).into()
        })
    }

    /// Ends an open transaction without a trace.
    fn roll_back(&self) {
        if !self.db.is_autocommit() {
            // If even this fails, SQLite undoes the transaction when the file
            // is next opened.
            let _ = self.db.execute_batch("ROLLBACK");
        }
    }

    fn check_guard(&self, guard: Option<&Guard>) -> Result<(), BatchError> {
        let Some(guard) = guard else {
            return Ok(());
        };
        let found = self.rows(&guard.query)?;
        if same_rows(&found, &guard.rows) { Ok(()) } else { Err(BatchError::Guard { found }) }
    }

    /// Runs one statement of a batch and returns how many rows it changed.
    fn run(&self, index: usize, statement: &Statement, stop: &Stop) -> Result<u64, BatchError> {
        if stop.is_raised() {
            return Err(BatchError::Statement { index, source: error::interrupted() });
        }
        if let Some(offset) = statement.sql.find('\0') {
            // SQLite would run what comes before and say nothing.
            let source =
                BackendError::new(BackendErrorKind::Syntax, "a statement cannot hold a NUL character");
            let source = source.with_statement(&statement.sql).at_offset(offset);
            return Err(BatchError::Statement { index, source });
        }
        let changed = match Switch::recognize(&statement.sql) {
            Some(switch) => {
                switch.set(&self.db).map(|()| 0).map_err(|error| self.of_statement(error, &statement.sql))
            }
            None => self.step_through(&statement.sql),
        };
        let found = changed.map_err(|source| BatchError::Statement { index, source })?;
        match statement.expect_rows {
            Some(expected) if expected != found => Err(BatchError::Rows { index, expected, found }),
            Some(_) | None => Ok(found),
        }
    }

    /// Runs a text once and returns how many rows it changed itself, without
    /// those of triggers and foreign keys.
    fn step_through(&self, sql: &str) -> Result<u64, BackendError> {
        let failure = |error| self.of_statement(error, sql);
        let mut changed = 0;
        let mut statements = rusqlite::Batch::new(&self.db, sql);
        while let Some(mut statement) = statements.next().map_err(failure)? {
            if statement.parameter_count() > 0 {
                // SQLite would take each of them for NULL and say nothing.
                let name = statement.parameter_name(1).unwrap_or("?");
                let message = format!("parameter `{name}` has no value in a revision");
                return Err(BackendError::new(BackendErrorKind::Statement, message).with_statement(sql));
            }
            let total = self.db.total_changes();
            let mut rows = statement.raw_query();
            while rows.next().map_err(failure)?.is_some() {}
            drop(rows);
            // Whatever is no INSERT, UPDATE or DELETE leaves the count of the
            // last one standing.
            if self.db.total_changes() != total {
                changed += self.db.changes();
            }
        }
        Ok(changed)
    }

    /// The rows of a query.
    fn rows(&self, sql: &str) -> Result<Vec<Row>, BackendError> {
        let failure = |error| self.of_statement(error, sql);
        let mut statement = self.db.prepare(sql).map_err(failure)?;
        if !statement.readonly() {
            // Under the lock it would be undone in silence.
            return Err(
                BackendError::new(BackendErrorKind::Statement, "a query must not write").with_statement(sql)
            );
        }
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failure)? {
            let values: rusqlite::Result<Vec<Value>> =
                (0..columns).map(|column| row.get_ref(column).map(value)).collect();
            found.push(Row(values.map_err(failure)?));
        }
        Ok(found)
    }

    fn violations(&self) -> Result<Violations, BackendError> {
        Violations::find(&self.db).map_err(|error| self.failure(error))
    }

    fn of_statement(&self, error: rusqlite::Error, sql: &str) -> BackendError {
        error::of_statement(error, sql, &self.shown)
    }

    fn failure(&self, error: rusqlite::Error) -> BackendError {
        error::of_session(error, &self.shown)
    }
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => Value::Integer(integer),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Value::Text(text.to_owned()),
            // SQLite stores any bytes as text.
            Err(_) => Value::Blob(bytes.to_owned()),
        },
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_owned()),
    }
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

/// The word of a statement that would end the transaction around it, or begin
/// another.
pub(crate) fn ends_transaction(sql: &str) -> Option<&'static str> {
    let mut words = words(sql);
    let first = words.next()?;
    let found =
        ["BEGIN", "COMMIT", "END", "ROLLBACK"].into_iter().find(|word| first.eq_ignore_ascii_case(word))?;
    // `ROLLBACK TO savepoint` stays within the transaction.
    let to = |word: &str| word.eq_ignore_ascii_case("TO");
    let stays = found == "ROLLBACK"
        && words.next().is_some_and(|word| {
            to(word) || (word.eq_ignore_ascii_case("TRANSACTION") && words.next().is_some_and(to))
        });
    (!stays).then_some(found)
}

/// The leading words of a statement, without comments.
fn words(sql: &str) -> impl Iterator<Item = &str> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ';' || c == '\u{feff}');
            if let Some(comment) = rest.strip_prefix("--") {
                rest = comment.split_once('\n')?.1;
            } else if let Some(comment) = rest.strip_prefix("/*") {
                rest = comment.split_once("*/")?.1;
            } else {
                break;
            }
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_end_the_transaction_are_seen() {
        for (sql, expected) in [
            ("COMMIT", Some("COMMIT")),
            ("-- done\n/* now */ commit;", Some("COMMIT")),
            ("BEGIN IMMEDIATE", Some("BEGIN")),
            ("end transaction", Some("END")),
            ("ROLLBACK", Some("ROLLBACK")),
            ("ROLLBACK TRANSACTION", Some("ROLLBACK")),
            ("ROLLBACK TO a", None),
            ("rollback transaction to savepoint a", None),
            ("SAVEPOINT a", None),
            ("INSERT INTO t VALUES ('COMMIT')", None),
            ("", None),
            ("-- COMMIT", None),
        ] {
            assert_eq!(ends_transaction(sql), expected, "{sql}");
        }
    }
}
