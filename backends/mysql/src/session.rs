//! A session with a server: settings, queries and batches on one connection.

mod batch;
mod changes;
mod open;
mod statement;
mod value;
mod wire;

use std::time::Duration;

use mysql_async::{Conn, Error};
use retort_core::backend::{
    Access, BackendError, BackendErrorKind, Batch, BatchError, Definition, Executed, Row, Statement,
};

pub(crate) use self::{
    changes::Changes,
    open::{RESTRICTED, scripted_settings},
    statement::{ends_transaction, refusal},
    wire::{Rows, Wire},
};
use crate::{canonical, error, lock, server::Server, url::Location};

/// One session with a server.
///
/// A call whose future is dropped ends the session: nobody knows how far the
/// server has come with what it was sent.
#[derive(Debug)]
pub(crate) struct Session {
    /// Absent while a call is under way, and once the session has ended.
    wire: Option<Wire>,
    facts: Facts,
    /// What was set since the session was opened.
    changes: Changes,
    /// Whether it has taken a lock.
    is_locked: bool,
}

/// What is known of a session from the beginning.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) server: Server,
    /// The server as messages name it.
    pub(crate) place: String,
    /// The database, as the server spells it.
    pub(crate) database: String,
    /// The longest text that the server takes, in bytes.
    longest: usize,
    /// What sets the session up: see [`open`].
    settings: String,
    /// What does so in statements of their own.
    further_settings: Vec<String>,
    /// The roles that were active when the session was opened, as `SET ROLE`
    /// takes them.
    role: String,
}

impl Session {
    /// Opens a session.
    pub(crate) async fn open(location: &Location, access: Access) -> Result<Self, BackendError> {
        let (wire, facts) = open::open(location, access).await?;
        Ok(Self { wire: Some(wire), facts, changes: Changes::default(), is_locked: false })
    }

    /// The server.
    pub(crate) fn server(&self) -> Server {
        self.facts.server
    }

    /// Runs a batch.
    pub(crate) async fn execute(&mut self, batch: &Batch) -> Result<Executed, BatchError> {
        batch.statements.iter().for_each(|statement| self.changes.note(&statement.sql));
        let mut wire = self.lend()?;
        let result = batch::execute(&mut wire, &self.facts, batch).await;
        self.take_back(wire);
        result
    }

    /// Runs a query and returns its rows.
    pub(crate) async fn fetch(&mut self, query: &Statement) -> Result<Vec<Row>, BackendError> {
        let mut wire = self.lend()?;
        let result = self.facts.fetch(&mut wire, &query.sql).await;
        self.take_back(wire);
        result
    }

    /// Asks the server for the form of definitions.
    pub(crate) async fn canonicalize(
        &mut self,
        definitions: &[Definition],
    ) -> Result<Vec<Result<String, BackendError>>, BackendError> {
        let mut wire = self.lend()?;
        let result = canonical::canonicalize(&mut wire, &self.facts, definitions).await;
        self.take_back(wire);
        result
    }

    /// Takes a lock that ends with the session.
    pub(crate) async fn lock(&mut self, name: &str, wait: Duration) -> Result<(), BackendError> {
        let mut wire = self.lend()?;
        let result = lock::take(&mut wire, &self.facts, name, wait).await;
        self.take_back(wire);
        self.is_locked |= result.is_ok();
        result
    }

    /// Takes back what was set since the session was opened.
    pub(crate) async fn reset(&mut self) -> Result<(), BackendError> {
        let mut wire = self.lend()?;
        let result = changes::reset(&mut wire, &self.facts, &self.changes).await;
        self.take_back(wire);
        if result.is_ok() {
            self.changes = Changes::default();
        }
        result
    }

    /// Lends the driver's connection.
    pub(crate) async fn with_conn<R>(
        &mut self,
        work: impl AsyncFnOnce(&mut Conn, Server) -> Result<R, BackendError>,
    ) -> Result<R, BackendError> {
        let mut wire = self.lend()?;
        let result = work(wire.conn(), self.facts.server).await;
        self.take_back(wire);
        result
    }

    /// Ends the session.
    pub(crate) async fn close(mut self) -> Result<(), BackendError> {
        if let Some(mut wire) = self.wire.take() {
            if self.is_locked {
                lock::give_back(&mut wire).await;
            }
            wire.disconnect().await;
        }
        Ok(())
    }

    fn lend(&mut self) -> Result<Wire, BackendError> {
        self.wire.take().ok_or_else(|| {
            BackendError::new(
                BackendErrorKind::Connect,
                format!("the session with the server at {} has ended", self.facts.place),
            )
        })
    }

    fn take_back(&mut self, wire: Wire) {
        if wire.is_usable() {
            self.wire = Some(wire);
        }
    }
}

impl Facts {
    /// Runs a query and returns its rows.
    pub(crate) async fn fetch(&self, wire: &mut Wire, sql: &str) -> Result<Vec<Row>, BackendError> {
        self.run(wire, sql, Rows::Keep).await
    }

    /// Runs one statement.
    pub(crate) async fn run(&self, wire: &mut Wire, sql: &str, rows: Rows) -> Result<Vec<Row>, BackendError> {
        self.check_length(sql)?;
        match wire.send_one(sql, rows).await {
            Ok(answer) => Ok(answer.rows),
            Err(Error::Server(error)) => Err(error::of_statement(&error, sql)),
            Err(error) => Err(error::lost(error, &self.place, "")),
        }
    }

    /// What set the session up in statements of their own.
    pub(crate) fn further_settings(&self) -> &[String] {
        &self.further_settings
    }

    /// A server closes the connection on a text that is too long.
    fn check_length(&self, sql: &str) -> Result<(), BackendError> {
        // It counts what surrounds the text, too: some bytes for each of the
        // packets of 16 MiB.
        if sql.len() + (sql.len() >> 20) + 64 <= self.longest {
            return Ok(());
        }
        let message = format!(
            "the statement has {} bytes, too many for the server's `max_allowed_packet` of {}",
            sql.len(),
            self.longest
        );
        Err(BackendError::new(BackendErrorKind::Statement, message))
    }
}
