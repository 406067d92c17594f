//! One connection to a server, driven by whoever waits for it.
//!
//! The driver would have a task of its own move the bytes. Here the caller's
//! future does: a request goes out at the first poll, nothing runs on when the
//! future is dropped, and the socket is closed with the value.

use std::{
    fmt,
    future::poll_fn,
    pin::pin,
    task::{Context, Poll},
};

use retort_core::backend::{BackendError, BackendErrorKind};
use tokio_postgres::{Client, Connection};

use super::stream::Stream;
use crate::{error, tls::TlsStream};

/// One connection to a server.
pub(crate) struct Link {
    client: Client,
    wire: Wire,
}

/// The moving part of a [`Link`].
pub(crate) struct Wire {
    /// None once the connection has ended.
    connection: Option<Connection<Stream, TlsStream>>,
    /// Why it ended.
    cause: Option<Cause>,
}

/// Why a connection ended.
#[derive(Debug)]
enum Cause {
    /// As the driver reports it.
    Driver(tokio_postgres::Error),
    /// A future that waited for an answer was dropped.
    Dropped,
}

impl Link {
    pub(crate) fn new(client: Client, connection: Connection<Stream, TlsStream>) -> Self {
        Self { client, wire: Wire { connection: Some(connection), cause: None } }
    }

    /// What requests are made on, and what moves them.
    pub(crate) fn split(&mut self) -> (&Client, &mut Wire) {
        (&self.client, &mut self.wire)
    }

    /// Runs statements that need no answer but that they ran.
    pub(crate) async fn run(&mut self, sql: &str) -> Result<(), tokio_postgres::Error> {
        let (client, wire) = self.split();
        wire.drive(client.batch_execute(sql)).await
    }

    /// Fails if the connection has ended, as far as this side has heard.
    pub(crate) async fn check(&mut self) -> Result<(), BackendError> {
        poll_fn(|context| {
            self.wire.poll(context);
            Poll::Ready(())
        })
        .await;
        if self.wire.connection.is_some() { Ok(()) } else { Err(self.lost()) }
    }

    /// What became of a request, with the reason why the connection ended in
    /// place of the mere fact.
    pub(crate) fn translate(
        &mut self,
        failed: tokio_postgres::Error,
        of_server: impl FnOnce(tokio_postgres::Error) -> BackendError,
    ) -> BackendError {
        if failed.as_db_error().is_none() && self.wire.connection.is_none() {
            return self.lost();
        }
        of_server(failed)
    }

    /// The failure of a connection that has ended.
    fn lost(&mut self) -> BackendError {
        match self.wire.cause.take() {
            Some(Cause::Driver(failed)) => error::of_request(failed),
            Some(Cause::Dropped) => {
                BackendError::new(BackendErrorKind::Interrupted, "the session was interrupted")
            }
            None => error::lost(),
        }
    }

    /// Says goodbye, and waits until the connection is closed.
    pub(crate) async fn close(self) -> Result<(), BackendError> {
        let Self { client, mut wire } = self;
        drop(client);
        poll_fn(|context| {
            wire.poll(context);
            if wire.connection.is_none() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        // Whatever was asked has been answered: how the socket ends matters to
        // nobody.
        Ok(())
    }
}

impl Wire {
    /// Waits for a future that waits for this connection. If it is dropped
    /// before it is done, the connection is closed: nobody could tell any more
    /// what the next answer belongs to.
    pub(crate) async fn drive<F: Future>(&mut self, future: F) -> F::Output {
        let mut future = pin!(future);
        let mut waiting = Waiting { wire: self, is_done: false };
        let output = poll_fn(|context| {
            // First the request, which the wire then sends; then the answer,
            // which the wire may have brought.
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(output);
            }
            waiting.wire.poll(context);
            future.as_mut().poll(context)
        })
        .await;
        waiting.is_done = true;
        output
    }

    fn poll(&mut self, context: &mut Context<'_>) {
        while let Some(connection) = &mut self.connection {
            self.cause = match connection.poll_message(context) {
                Poll::Pending => return,
                // Notices have no reader: what matters is an error.
                Poll::Ready(Some(Ok(_))) => continue,
                Poll::Ready(Some(Err(failed))) => Some(Cause::Driver(failed)),
                Poll::Ready(None) => None,
            };
            self.connection = None;
        }
    }
}

/// Closes the connection when it is dropped before the wait is over.
struct Waiting<'a> {
    wire: &'a mut Wire,
    is_done: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.is_done && self.wire.connection.take().is_some() {
            self.wire.cause = Some(Cause::Dropped);
        }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("open", &self.wire.connection.is_some()).finish_non_exhaustive()
    }
}
