//! What a session does: batches in at most two round trips, and queries.

mod prepared;
mod rows;
mod script;

use std::pin::pin;

use futures_util::StreamExt;
use retort_core::backend::{
    Access, BackendError, BackendErrorKind, Batch, BatchError, Executed, Guard, Row, Statement,
};
use tokio_postgres::SimpleQueryMessage;

use self::{
    prepared::{Prepared, is_bookkeeping},
    rows::TextRow,
    script::Script,
};
use crate::{connection::Link, error, lock::Lock, search_path};

/// Refuses a statement that cannot be sent in a batch.
pub(crate) fn check(statement: &Statement) -> Result<(), BackendError> {
    Script::default().push(statement)
}

/// A connection that runs batches, and the locks without which it must not.
#[derive(Debug)]
pub(crate) struct Session {
    link: Link,
    access: Access,
    locks: Vec<Lock>,
    prepared: Prepared,
    /// Whether a transaction is open that lasts over several batches.
    spanning: bool,
}

/// What the server answered to a script.
#[derive(Debug, Default)]
struct Answer {
    /// The number in the completion of each command that was completed.
    completed: Vec<u64>,
    /// The rows that the guard returned.
    guard_rows: Vec<TextRow>,
    /// How the command after those failed.
    failure: Option<tokio_postgres::Error>,
}

impl Session {
    /// A session on a connection. One for reading says so in every
    /// transaction: a setting of the session could outlive it behind a pooler,
    /// and keep whoever is next from writing.
    pub(crate) fn new(link: Link, access: Access) -> Self {
        Self { link, access, locks: Vec::new(), prepared: Prepared::default(), spanning: false }
    }

    pub(crate) fn link(&mut self) -> &mut Link {
        &mut self.link
    }

    /// Runs nothing any more once this lock is lost.
    pub(crate) fn depend_on(&mut self, lock: Lock) {
        self.locks.push(lock);
    }

    /// Whether the lock of that name was taken.
    pub(crate) fn has_lock(&self, name: &str) -> bool {
        self.locks.iter().any(|lock| lock.name() == name)
    }

    /// Runs a batch.
    pub(crate) async fn execute(&mut self, batch: &Batch) -> Result<Executed, BatchError> {
        match batch {
            Batch { guard: None, statements, .. } if statements.is_empty() => Ok(Executed::default()),
            Batch { atomic: true, .. } if self.spanning => self.execute_within(batch).await,
            Batch { atomic: false, .. } if self.spanning => {
                let message = "statements that are no transaction cannot be within one";
                Err(BackendError::new(BackendErrorKind::Unexpected, message).into())
            }
            Batch { atomic: true, .. } => self.execute_atomic(batch).await,
            Batch { atomic: false, .. } => self.execute_each(batch).await,
        }
    }

    /// Begins a transaction that lasts over several batches.
    pub(crate) async fn begin(&mut self) -> Result<(), BackendError> {
        self.check_locks().await?;
        match self.link.run(self.beginning()).await {
            Ok(()) => {
                self.spanning = true;
                Ok(())
            }
            Err(failed) => Err(self.link.translate(failed, error::of_request)),
        }
    }

    /// Commits it.
    pub(crate) async fn commit_spanning(&mut self) -> Result<(), BatchError> {
        self.spanning = false;
        match self.check_locks().await {
            Ok(()) => self.commit().await,
            Err(error) => {
                self.link.run("ROLLBACK").await.ok();
                Err(error.into())
            }
        }
    }

    /// Runs a query and returns its rows.
    pub(crate) async fn fetch(&mut self, query: &Statement) -> Result<Vec<Row>, BackendError> {
        if self.spanning {
            let message = "a query has a transaction of its own, which cannot be within another";
            return Err(BackendError::new(BackendErrorKind::Unexpected, message));
        }
        Script::default().push(query)?;
        match rows::fetch(&mut self.link, &query.sql).await {
            Err(error) if error.kind() == BackendErrorKind::Missing => {
                Err(self.nowhere().await.unwrap_or(error))
            }
            result => result,
        }
    }

    /// Says so if names without a namespace are found nowhere: then nobody
    /// knows whether what is missing is there.
    async fn nowhere(&mut self) -> Option<BackendError> {
        let rows = rows::fetch(&mut self.link, search_path::QUERY).await.ok()?;
        let row = rows.first().filter(|row| row.text(0).is_none())?;
        let (path, user) = (row.text(1)?, row.text(2)?);
        let message =
            format!("no schema of the search_path `{path}` is there, or the role `{user}` may not use it");
        Some(BackendError::new(BackendErrorKind::Permission, message))
    }

    /// Ends the session: first the connection, then the locks.
    pub(crate) async fn close(self) -> Result<(), BackendError> {
        self.link.close().await?;
        for lock in self.locks {
            lock.release().await?;
        }
        Ok(())
    }

    /// Runs everything but the COMMIT in one round trip, and that in another.
    async fn execute_atomic(&mut self, batch: &Batch) -> Result<Executed, BatchError> {
        self.prepare(batch).await;
        let mut script = self.script_of(batch)?;
        self.check_locks().await?;
        let guard = batch.guard.as_ref().map(|_| 1);
        let mut answer = self.send(&script, guard).await;
        if self.prepared.is_used() && answer.failure.as_ref().is_some_and(error::is_unprepared) {
            self.prepared.give_up();
            // If even this fails, the connection is broken, which is heard next.
            self.link.run("ROLLBACK").await.ok();
            script = self.script_of(batch)?;
            answer = self.send(&script, guard).await;
        }
        let is_begun = !answer.completed.is_empty();
        let outcome = match self.judge(batch, &script, 1, answer) {
            // A text with a syntax error is refused as a whole, the guard
            // unseen.
            Err(error) if !is_begun => match &batch.guard {
                Some(guard) => match self.check_guard(guard).await {
                    Err(changed @ BatchError::Guard { .. }) => Err(changed),
                    _ => Err(error),
                },
                None => Err(error),
            },
            outcome => outcome,
        };
        let outcome = match outcome {
            Ok(executed) => self.check_locks().await.map(|()| executed).map_err(BatchError::from),
            Err(error) => Err(error),
        };
        match outcome {
            Ok(executed) => {
                self.commit().await?;
                Ok(executed)
            }
            Err(error) => {
                if is_begun {
                    // What the caller must see is why. If even this fails, the
                    // connection is broken, which also rolls back.
                    self.link.run("ROLLBACK").await.ok();
                }
                Err(error)
            }
        }
    }

    /// Runs a batch within a transaction, in one round trip. A failure ends the
    /// transaction.
    async fn execute_within(&mut self, batch: &Batch) -> Result<Executed, BatchError> {
        let mut script = Script::default();
        if let Some(guard) = &batch.guard {
            script.push_own(&guard.query);
        }
        let executed = match self.push_all(&mut script, batch) {
            Ok(()) => {
                self.check_locks().await?;
                let answer = self.send(&script, batch.guard.as_ref().map(|_| 0)).await;
                self.judge(batch, &script, 0, answer)
            }
            Err(error) => Err(error),
        };
        if executed.is_err() {
            self.spanning = false;
            // As after a batch of its own.
            self.link.run("ROLLBACK").await.ok();
        }
        executed
    }

    fn push_all(&self, script: &mut Script, batch: &Batch) -> Result<(), BatchError> {
        for (index, statement) in batch.statements.iter().enumerate() {
            script.push(statement).map_err(|source| BatchError::Statement { index, source })?;
        }
        Ok(())
    }

    fn beginning(&self) -> &'static str {
        match self.access {
            Access::Read => "BEGIN READ ONLY",
            Access::Write => "BEGIN",
        }
    }

    /// A transaction as one text, but for its end.
    fn script_of(&self, batch: &Batch) -> Result<Script, BatchError> {
        let mut script = Script::default();
        script.push_own(self.beginning());
        if let Some(guard) = &batch.guard {
            script.push_own(self.prepared.execution(&guard.query).as_deref().unwrap_or(&guard.query));
        }
        for (index, statement) in batch.statements.iter().enumerate() {
            let execution = Some(statement).filter(|statement| is_bookkeeping(statement));
            match execution.and_then(|statement| self.prepared.execution(&statement.sql)) {
                Some(execution) => script.push_execution(statement, &execution),
                None => script.push(statement).map_err(|source| BatchError::Statement { index, source })?,
            }
        }
        Ok(script)
    }

    /// Prepares what came often enough.
    async fn prepare(&mut self, batch: &Batch) {
        let guard = batch.guard.iter().map(|guard| &*guard.query);
        let own = batch.statements.iter().filter(|statement| is_bookkeeping(statement));
        if let Some(text) = self.prepared.note(guard.chain(own.map(|statement| &*statement.sql)))
            && self.link.run(&text).await.is_err()
        {
            self.prepared.give_up();
        }
    }

    /// Runs each statement on its own, outside any transaction.
    async fn execute_each(&mut self, batch: &Batch) -> Result<Executed, BatchError> {
        if self.access == Access::Read {
            let message = "the session is for reading, and nothing ensures that outside a transaction";
            return Err(BackendError::new(BackendErrorKind::ReadOnly, message).into());
        }
        if let Some(guard) = &batch.guard {
            self.check_guard(guard).await?;
        }
        let mut executed = Executed::default();
        for (index, statement) in batch.statements.iter().enumerate() {
            let mut script = Script::default();
            script.push(statement).map_err(|source| BatchError::Statement { index, source })?;
            // What was lost before this moment is heard of now.
            tokio::task::yield_now().await;
            self.check_locks().await?;
            let answer = match script.commands.is_empty() {
                true => Answer::default(),
                false => self.send(&script, None).await,
            };
            let single = std::slice::from_ref(statement);
            let rows = self.count(single, &script, 0, answer).map_err(|error| at(error, index))?;
            executed.rows.extend(rows);
        }
        Ok(executed)
    }

    /// Ends a transaction. Where the answer is lost, so is what became of it.
    async fn commit(&mut self) -> Result<(), BatchError> {
        let Err(failed) = self.link.run("COMMIT").await else {
            return Ok(());
        };
        if !error::is_lost(&failed) {
            let refusal = error::of_request(failed);
            return Err(BackendError::new(refusal.kind(), format!("the COMMIT failed: {refusal}")).into());
        }
        let cause = self.link.translate(failed, error::of_request);
        let message = "the connection broke during the COMMIT, so that nobody knows whether it took effect";
        Err(BackendError::new(BackendErrorKind::Connect, message).with_source(cause).into())
    }

    async fn check_locks(&mut self) -> Result<(), BackendError> {
        for lock in &mut self.locks {
            lock.check().await?;
        }
        Ok(())
    }

    /// Checks a guard outside a transaction.
    async fn check_guard(&mut self, guard: &Guard) -> Result<(), BatchError> {
        let mut script = Script::default();
        script.push_own(&guard.query);
        let answer = self.send(&script, Some(0)).await;
        match answer.failure {
            Some(failed) => Err(self.failure_of_guard(failed, guard)),
            None => judge_guard(guard, &answer.guard_rows),
        }
    }

    /// Sends a script and reads the whole answer. `guard` is the command that
    /// the guard is.
    async fn send(&mut self, script: &Script, guard: Option<usize>) -> Answer {
        let (client, wire) = self.link.split();
        wire.drive(async {
            let mut answer = Answer::default();
            let messages = match client.simple_query_raw(&script.text).await {
                Ok(messages) => messages,
                Err(failed) => return Answer { failure: Some(failed), ..answer },
            };
            let mut messages = pin!(messages);
            while let Some(message) = messages.next().await {
                match message {
                    Ok(SimpleQueryMessage::CommandComplete(rows)) => answer.completed.push(rows),
                    Ok(SimpleQueryMessage::Row(row)) if guard == Some(answer.completed.len()) => {
                        answer.guard_rows.push(rows::text_row(&row));
                    }
                    Ok(_) => {}
                    Err(failed) => return Answer { failure: Some(failed), ..answer },
                }
            }
            answer
        })
        .await
    }

    /// What the answer to a transaction means. The guard counts before
    /// everything else: a statement that fails because another run came first
    /// is no fault of the statement. `before` commands come before the guard.
    fn judge(
        &mut self,
        batch: &Batch,
        script: &Script,
        before: usize,
        answer: Answer,
    ) -> Result<Executed, BatchError> {
        let own = before + usize::from(batch.guard.is_some());
        if let Some(guard) = &batch.guard
            && answer.completed.len() >= own
        {
            judge_guard(guard, &answer.guard_rows)?;
        }
        match (answer.failure, &batch.guard) {
            (Some(failed), Some(guard)) if answer.completed.len() == before => {
                Err(self.failure_of_guard(failed, guard))
            }
            (failure, _) => {
                let answer = Answer { failure, ..answer };
                self.count(&batch.statements, script, own, answer).map(|rows| Executed { rows })
            }
        }
    }

    /// The rows that each statement changed. `own` commands of the script are
    /// not the batch's.
    fn count(
        &mut self,
        statements: &[Statement],
        script: &Script,
        own: usize,
        answer: Answer,
    ) -> Result<Vec<u64>, BatchError> {
        let Answer { completed, failure, .. } = answer;
        let position = failure.as_ref().and_then(error::position).and_then(|at| script.locate(at));
        // The statement that failed: the next to be completed, or where nothing
        // was even begun, the one at which the text is not SQL.
        let failed_at = match (&failure, position) {
            (None, _) => None,
            (Some(_), Some((statement, _))) if completed.is_empty() => Some(statement),
            (Some(_), _) => script.commands.get(completed.len()).map(|command| command.statement),
        };
        let mut rows = vec![0; statements.len()];
        for (command, count) in script.commands.iter().zip(&completed) {
            if let Some(rows) = command.statement.checked_sub(own).and_then(|index| rows.get_mut(index))
                && command.changes_rows
            {
                *rows += count;
            }
        }
        let ran = match failed_at {
            Some(_) if completed.is_empty() => 0,
            Some(statement) => statement.saturating_sub(own),
            None => statements.len(),
        };
        for (index, (statement, found)) in statements.iter().zip(&rows).take(ran).enumerate() {
            if let Some(expected) = statement.expect_rows
                && expected != *found
            {
                return Err(BatchError::Rows { index, expected, found: *found });
            }
        }
        let Some(failed) = failure else {
            return if completed.len() == script.commands.len() {
                Ok(rows)
            } else {
                Err(BackendError::new(
                    BackendErrorKind::Unexpected,
                    format!("the server ran {} commands of {}", completed.len(), script.commands.len()),
                )
                .into())
            };
        };
        // A connection that breaks takes completions with it, so that nobody
        // knows how far the server came.
        let index = failed_at.filter(|_| failed.as_db_error().is_some());
        let index = index.and_then(|statement| statement.checked_sub(own));
        let Some((index, statement)) = index.and_then(|index| Some((index, statements.get(index)?))) else {
            return Err(self.link.translate(failed, error::of_request).into());
        };
        let offset = position.filter(|(at, _)| at.checked_sub(own) == Some(index)).map(|(_, offset)| offset);
        let source =
            self.link.translate(failed, |failed| error::of_statement(failed, &statement.sql, offset));
        Err(BatchError::Statement { index, source })
    }

    fn failure_of_guard(&mut self, failed: tokio_postgres::Error, guard: &Guard) -> BatchError {
        self.link.translate(failed, |failed| error::of_statement(failed, &guard.query, None)).into()
    }
}

fn judge_guard(guard: &Guard, found: &[TextRow]) -> Result<(), BatchError> {
    if rows::are(found, &guard.rows) {
        Ok(())
    } else {
        Err(BatchError::Guard { found: found.iter().map(rows::untyped).collect() })
    }
}

/// The same failure, of the statement at that position.
fn at(error: BatchError, index: usize) -> BatchError {
    match error {
        BatchError::Statement { source, .. } | BatchError::Backend(source) => {
            BatchError::Statement { index, source }
        }
        BatchError::Rows { expected, found, .. } => BatchError::Rows { index, expected, found },
        BatchError::Guard { found } => BatchError::Guard { found },
    }
}
