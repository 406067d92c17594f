//! One session with a PostgreSQL server.

mod dial;
mod link;
mod stream;

use std::{error::Error, sync::Arc, time::Duration};

use async_trait::async_trait;
use retort_core::{
    backend::{
        Access, Backend, BackendError, BackendErrorKind, Batch, BatchError, Connection, DatabaseUrl,
        Definition, Executed, Row, Scope, Statement,
    },
    schema::Schema,
};

use tokio_postgres::SimpleQueryMessage;

use self::dial::{Dialer, Endpoint, Refusal};
pub(crate) use self::{link::Link, stream::Stream};
use crate::{
    Postgres, canonical, error, introspect,
    lock::Lock,
    search_path::{self, SearchPath},
    server::Server,
    session::Session,
    url::{Host, Target, TargetSession},
};

/// One session with a PostgreSQL server.
///
/// Dropping a future that has not finished closes the connection, and so does
/// dropping the session: what is not committed by then is rolled back.
#[derive(Debug)]
pub(crate) struct PostgresConnection {
    session: Session,
    server: Server,
    search_path: SearchPath,
    target: Target,
    endpoint: Endpoint,
}

impl PostgresConnection {
    /// Opens a session with the first server of the URL that will do.
    ///
    /// # Errors
    ///
    /// The kind says what is wrong with the URL, the servers or the login.
    pub(crate) async fn open(url: &DatabaseUrl, access: Access) -> Result<Self, BackendError> {
        let target = Target::parse(url)?;
        let mut dialer = Dialer::new(&target);
        let wanted = match target.session {
            TargetSession::PreferStandby => vec![TargetSession::Standby, TargetSession::Any],
            session => vec![session],
        };
        let mut refused = Vec::new();
        for wanted in wanted {
            for host in &target.hosts {
                match open_on(&mut dialer, host, wanted).await {
                    Ok(Opened { link, endpoint, server, search_path }) => {
                        let session = Session::new(link, access);
                        return Ok(Self { session, server, search_path, endpoint, target });
                    }
                    Err(refusal) if refusal.is_of_server => refused.push(refusal.error),
                    Err(refusal) => return Err(refusal.error),
                }
            }
        }
        Err(none_of(refused))
    }
}

#[async_trait]
impl Connection for PostgresConnection {
    fn backend(&self) -> Arc<dyn Backend> {
        Arc::new(Postgres { server: self.server, search_path: self.search_path.clone() })
    }

    async fn introspect(&mut self, scope: &Scope) -> Result<Schema, BackendError> {
        let (client, wire) = self.session.link().split();
        wire.drive(introspect::introspect(client, scope, self.server)).await
    }

    async fn canonicalize(
        &mut self,
        definitions: &[Definition],
    ) -> Result<Vec<Result<String, BackendError>>, BackendError> {
        let (client, wire) = self.session.link().split();
        wire.drive(canonical::canonicalize(client, definitions, self.server)).await
    }

    async fn execute(&mut self, batch: &Batch) -> Result<Executed, BatchError> {
        self.session.execute(batch).await
    }

    async fn begin(&mut self) -> Result<(), BackendError> {
        self.session.begin().await
    }

    async fn commit(&mut self) -> Result<(), BatchError> {
        self.session.commit_spanning().await
    }

    async fn fetch(&mut self, query: &Statement) -> Result<Vec<Row>, BackendError> {
        self.session.fetch(query).await
    }

    async fn lock(&mut self, name: &str, wait: Duration) -> Result<(), BackendError> {
        if self.session.has_lock(name) {
            return Ok(());
        }
        // The same server: another one of the URL has other locks.
        let link = Dialer::new(&self.target).redial(&self.endpoint).await?;
        self.session.depend_on(Lock::take(link, self.server, name, wait).await?);
        Ok(())
    }

    async fn reset(&mut self) -> Result<(), BackendError> {
        // The lock has a session of its own.
        let sql = format!("{}; {}", RESETS.join("; "), settings(self.server));
        let link = self.session.link();
        match link.run(&sql).await {
            Ok(()) => Ok(()),
            Err(failed) => Err(link.translate(failed, error::of_request)),
        }
    }

    async fn close(self: Box<Self>) -> Result<(), BackendError> {
        self.session.close().await
    }
}

/// A session that was opened, and what is known of it.
struct Opened {
    link: Link,
    endpoint: Endpoint,
    server: Server,
    search_path: SearchPath,
}

/// Opens a session with a server, if it is one that is wanted.
async fn open_on(dialer: &mut Dialer<'_>, host: &Host, wanted: TargetSession) -> Result<Opened, Refusal> {
    let (mut link, endpoint, server) = dialer.dial(host).await?;
    if let Some(condition) = condition(wanted) {
        let (client, wire) = link.split();
        let row = wire.drive(client.query_typed(&format!("SELECT {condition}"), &[])).await;
        let is_wanted = row.and_then(|rows| rows.first().map_or(Ok(false), |row| row.try_get(0)));
        if !is_wanted.map_err(|failed| link.translate(failed, error::of_request))? {
            let message = format!("`{}` is no server that `target_session_attrs` allows", endpoint.shown);
            return Err(Refusal::of_server(BackendError::new(BackendErrorKind::Connect, message)));
        }
    }
    let (client, wire) = link.split();
    let answer = match wire.drive(client.simple_query(&settings(server))).await {
        Ok(answer) => answer,
        Err(failed) => return Err(link.translate(failed, error::of_request).into()),
    };
    let last = answer.iter().rev().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let search_path = last.map(|row| {
        let text = |at| row.get(at).unwrap_or_default();
        SearchPath::new(row.get(0), text(1), text(2))
    });
    let search_path = search_path.unwrap_or_default();
    Ok(Opened { link, endpoint, server, search_path })
}

/// What must be true of a session.
fn condition(wanted: TargetSession) -> Option<&'static str> {
    match wanted {
        TargetSession::Any | TargetSession::PreferStandby => None,
        TargetSession::ReadWrite => Some("current_setting('transaction_read_only') = 'off'"),
        TargetSession::ReadOnly => Some("current_setting('transaction_read_only') = 'on'"),
        TargetSession::Primary => Some("NOT pg_catalog.pg_is_in_recovery()"),
        TargetSession::Standby => Some("pg_catalog.pg_is_in_recovery()"),
    }
}

/// What every session is set to, a script's too.
pub(crate) const SETTINGS: [&str; 4] = [
    "SET client_min_messages = warning",
    "SET standard_conforming_strings = on",
    "SET DateStyle = ISO",
    "SET bytea_output = hex",
];

/// What takes back the settings of a session.
pub(crate) const RESETS: [&str; 3] = ["RESET SESSION AUTHORIZATION", "RESET ROLE", "RESET ALL"];

/// What a session is set to, in one round trip, and the query for its
/// `search_path`. Poolers refuse most settings
/// in the startup message, and may hand the session on with its settings: these
/// do no harm to others.
fn settings(server: Server) -> String {
    let mut sql = SETTINGS.join("; ");
    if server.is_at_least(14) {
        // Without it, a statement runs to its end, locks and all, though the
        // process that waited for it is long dead. Not every system can.
        sql.push_str(
            "; SELECT set_config('client_connection_check_interval', '2s', false) \
             WHERE version() LIKE '%linux%'",
        );
    }
    sql.push_str("; ");
    sql.push_str(search_path::QUERY);
    sql
}

/// The failure to find a server.
fn none_of(mut refused: Vec<BackendError>) -> BackendError {
    if refused.len() == 1 {
        return refused.remove(0);
    }
    let texts: Vec<String> = refused
        .iter()
        .map(|error| match error.source() {
            Some(source) => format!("{error} ({source})"),
            None => error.to_string(),
        })
        .collect();
    BackendError::new(
        BackendErrorKind::Connect,
        format!("none of the servers can be used: {}", texts.join("; ")),
    )
}
