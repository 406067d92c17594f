//! From a URL to a connection: which server, encrypted or not.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use retort_core::backend::{BackendError, BackendErrorKind};
use tokio::{net::lookup_host, time::timeout};
use tokio_postgres::{
    Client, Config, Connection,
    config::{SslMode as Negotiation, SslNegotiation},
    error::SqlState,
};

use super::{link::Link, stream::Stream};
use crate::{
    error,
    server::Server,
    tls::{Handshake, Tls, TlsStream},
    url::{Host, HostName, SslMode, Target, socket_path},
};

/// Where systems keep the sockets of their servers.
const SOCKET_DIRECTORIES: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// A server that was reached, and how: what another connection to the same one
/// needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// What messages call it.
    pub(crate) shown: String,
    place: Place,
    /// The name that its certificate may be expected to have.
    name: String,
    encryption: Encryption,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Network(SocketAddr),
    Socket(PathBuf),
}

/// What one attempt does about encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encryption {
    None,
    IfOffered,
    Demanded,
}

/// Connects to servers of a URL.
pub(crate) struct Dialer<'a> {
    target: &'a Target,
    /// Read only when it is needed: a file that is missing matters to nobody
    /// who does not use it.
    tls: Option<Tls>,
}

/// Why an attempt failed.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The failure.
    pub(crate) error: BackendError,
    /// Whether another server might do better.
    pub(crate) is_of_server: bool,
    /// Whether the attempt with another encryption might do better.
    is_of_encryption: bool,
}

impl Refusal {
    /// A failure that another server might not have.
    pub(crate) fn of_server(error: BackendError) -> Self {
        Self { error, is_of_server: true, is_of_encryption: false }
    }
}

impl From<BackendError> for Refusal {
    /// A failure that no other server would change.
    fn from(error: BackendError) -> Self {
        Self { error, is_of_server: false, is_of_encryption: false }
    }
}

impl<'a> Dialer<'a> {
    pub(crate) fn new(target: &'a Target) -> Self {
        Self { target, tls: None }
    }

    /// Connects to a host: to the first of its addresses that answers.
    pub(crate) async fn dial(&mut self, host: &Host) -> Result<(Link, Endpoint, Server), Refusal> {
        let mut last = None;
        for place in self.places(host).await? {
            match self.dial_place(host, place).await {
                Err(refusal) if refusal.is_of_server => last = Some(refusal),
                result => return result,
            }
        }
        Err(last.unwrap_or_else(|| {
            let message = format!("the host of `{host}` has no address");
            Refusal::of_server(BackendError::new(BackendErrorKind::Connect, message))
        }))
    }

    /// Connects again to a server that was reached before.
    pub(crate) async fn redial(&mut self, endpoint: &Endpoint) -> Result<Link, BackendError> {
        let dialed = self.attempt(endpoint).await;
        dialed.map(|(link, _)| link).map_err(|refusal| refusal.error)
    }

    /// The addresses of a host.
    async fn places(&self, host: &Host) -> Result<Vec<Place>, Refusal> {
        let port = host.port;
        let name = match (&host.name, host.address) {
            (_, Some(address)) => return Ok(vec![Place::Network((address, port).into())]),
            (HostName::Socket(directory), None) => {
                return Ok(vec![Place::Socket(socket_path(directory, port))]);
            }
            (HostName::Default, None) => {
                let sockets = SOCKET_DIRECTORIES.iter().map(|path| socket_path(Path::new(path), port));
                match sockets.into_iter().find(|socket| cfg!(unix) && socket.exists()) {
                    Some(socket) => return Ok(vec![Place::Socket(socket)]),
                    None => "localhost",
                }
            }
            (HostName::Network(name), None) => name,
        };
        let unknown = |failed: io::Error| {
            let message = format!("host `{name}` cannot be found");
            Refusal::of_server(BackendError::new(BackendErrorKind::Connect, message).with_source(failed))
        };
        let found = within(self.target.connect_timeout, lookup_host((name.to_owned(), port))).await;
        Ok(found.map_err(unknown)?.map(Place::Network).collect())
    }

    /// Connects to an address, with and without encryption as the mode says.
    async fn dial_place(&mut self, host: &Host, place: Place) -> Result<(Link, Endpoint, Server), Refusal> {
        let (first, second) = match (&place, self.target.tls.mode) {
            // As with libpq, a socket of this machine is never encrypted.
            (Place::Socket(_), _) | (_, SslMode::Disable) => (Encryption::None, None),
            (_, SslMode::Allow) => (Encryption::None, Some(Encryption::Demanded)),
            (_, SslMode::Prefer) => (Encryption::IfOffered, Some(Encryption::None)),
            (_, SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull) => (Encryption::Demanded, None),
        };
        let name = match &host.name {
            HostName::Network(name) => name.clone(),
            HostName::Default | HostName::Socket(_) => "localhost".to_owned(),
        };
        let shown = match &place {
            Place::Socket(path) => path.display().to_string(),
            Place::Network(_) => host.to_string(),
        };
        let endpoint = Endpoint { shown, place, name, encryption: first };
        let (refused, encryption) = match (self.attempt(&endpoint).await, second) {
            (Ok((link, server)), _) => return Ok((link, endpoint, server)),
            (Err(refusal), Some(second)) if refusal.is_of_encryption => (refusal, second),
            (Err(refusal), _) => return Err(refusal),
        };
        let endpoint = Endpoint { encryption, ..endpoint };
        match self.attempt(&endpoint).await {
            Ok((link, server)) => Ok((link, endpoint, server)),
            Err(second) => Err(both(refused, second, encryption)),
        }
    }

    async fn attempt(&mut self, endpoint: &Endpoint) -> Result<(Link, Server), Refusal> {
        let tls = match (endpoint.encryption, &mut self.tls) {
            (Encryption::None, _) => None,
            (Encryption::IfOffered | Encryption::Demanded, Some(tls)) => Some(&*tls),
            (Encryption::IfOffered | Encryption::Demanded, tls @ None) => {
                Some(&*tls.insert(Tls::load(&self.target.tls)?))
            }
        };
        let handshake = tls.map_or_else(Handshake::none, |tls| tls.handshake(&endpoint.name));
        let progress = handshake.progress();
        let shown = &endpoint.shown;
        let attempt = self.connect(endpoint, handshake);
        let failed = match within(self.target.connect_timeout, attempt).await {
            Ok((client, connection)) => return accept(client, connection, shown).map_err(Refusal::from),
            Err(failed) => failed,
        };
        let broken = |message: String| BackendError::new(BackendErrorKind::Connect, message);
        Err(match failed {
            Stage::Late(limit) => {
                let message = format!("`{shown}` did not answer within {} s", limit.as_secs());
                Refusal::of_server(broken(message))
            }
            Stage::Reach(failed) => {
                let message = format!("no PostgreSQL server accepts connections at `{shown}`");
                Refusal::of_server(broken(message).with_source(failed))
            }
            Stage::Login(failed) if progress.has_failed() => {
                let message = format!("the TLS handshake with `{shown}` failed");
                let error = broken(message).with_source(error::describe(failed));
                Refusal { is_of_encryption: true, ..Refusal::of_server(error) }
            }
            Stage::Login(failed) => self.login_refusal(failed, endpoint, progress.is_done()),
        })
    }

    /// What it means that the server ended a connection during the login.
    fn login_refusal(
        &self,
        failed: tokio_postgres::Error,
        endpoint: &Endpoint,
        is_encrypted: bool,
    ) -> Refusal {
        let shown = &endpoint.shown;
        if let Some(refusal) = failed.as_db_error() {
            let said = error::message(refusal);
            let is_denied = refusal.code().code().starts_with("28");
            // All that the server says where it demands TLS; before version 14
            // in other words.
            let is_unencrypted = is_denied
                && self.target.tls.mode == SslMode::Disable
                && ["no encryption", "SSL off"].iter().any(|words| said.contains(words));
            let (kind, message) = match *refusal.code() {
                _ if is_unencrypted => {
                    let why = "the server may demand TLS, which `sslmode=disable` rules out";
                    (BackendErrorKind::Connect, format!("{said}; {why}"))
                }
                _ if is_denied => (BackendErrorKind::Authentication, said),
                SqlState::INVALID_CATALOG_NAME => {
                    (BackendErrorKind::DatabaseMissing, format!("{said} on `{shown}`"))
                }
                // No right to connect to the database.
                SqlState::INSUFFICIENT_PRIVILEGE => (BackendErrorKind::Authentication, said),
                _ => (BackendErrorKind::Connect, format!("`{shown}` refuses the connection: {said}")),
            };
            return Refusal {
                error: BackendError::new(kind, message),
                is_of_server: refusal.code() == &SqlState::CANNOT_CONNECT_NOW,
                // With `prefer` only if this was with encryption.
                is_of_encryption: is_denied && (is_encrypted || self.target.tls.mode == SslMode::Allow),
            };
        }
        let is_io = error::is_io(&failed);
        let (kind, message) = if failed.is_closed() || is_io {
            // A server of something else answers what the driver cannot read.
            let text =
                std::error::Error::source(&failed).and_then(|source| source.downcast_ref::<io::Error>());
            match text.map(io::Error::kind) {
                Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Other) => {
                    (BackendErrorKind::NotADatabase, format!("`{shown}` is not a PostgreSQL server"))
                }
                _ => (BackendErrorKind::Connect, format!("`{shown}` closed the connection during the login")),
            }
        } else if endpoint.encryption == Encryption::Demanded && !is_encrypted {
            let demanded = match self.target.tls.mode {
                SslMode::Require => ", which `sslmode=require` demands",
                SslMode::VerifyCa => ", which `sslmode=verify-ca` demands",
                SslMode::VerifyFull => ", which `sslmode=verify-full` demands",
                SslMode::Disable | SslMode::Allow | SslMode::Prefer => "",
            };
            let message = format!("`{shown}` offers no TLS{demanded}");
            return Refusal::of_server(BackendError::new(BackendErrorKind::Connect, message));
        } else {
            (BackendErrorKind::Authentication, format!("the login at `{shown}` failed"))
        };
        let cause = error::describe(failed);
        if cause.to_string() == "password missing" {
            let message = format!(
                "`{shown}` asks for a password and the URL has none (neither PGPASSWORD nor ~/.pgpass is read)"
            );
            return BackendError::new(kind, message).into();
        }
        Refusal {
            error: BackendError::new(kind, message).with_source(cause),
            is_of_server: kind == BackendErrorKind::Connect,
            is_of_encryption: false,
        }
    }

    /// Opens a socket and logs in.
    async fn connect(
        &self,
        endpoint: &Endpoint,
        handshake: Handshake,
    ) -> Result<(Client, Connection<Stream, TlsStream>), Stage> {
        let reached = match &endpoint.place {
            Place::Network(address) => Stream::to_address(*address, self.target.keepalive.as_ref()).await,
            Place::Socket(path) => Stream::to_socket(path).await,
        };
        let config = self.config(endpoint.encryption);
        config.connect_raw(reached.map_err(Stage::Reach)?, handshake).await.map_err(Stage::Login)
    }

    fn config(&self, encryption: Encryption) -> Config {
        let login = &self.target.login;
        let mut config = Config::new();
        if let Some(user) = &login.user {
            config.user(user);
        }
        if let Some(password) = &login.password {
            config.password(&password.0);
        }
        if let Some(database) = &login.database {
            config.dbname(database);
        }
        if let Some(options) = &login.options {
            config.options(options);
        }
        config.application_name(&login.application_name).channel_binding(login.channel_binding);
        config.ssl_mode(match encryption {
            Encryption::None => Negotiation::Disable,
            Encryption::IfOffered => Negotiation::Prefer,
            Encryption::Demanded => Negotiation::Require,
        });
        if self.target.tls.direct {
            config.ssl_negotiation(SslNegotiation::Direct);
        }
        config
    }
}

/// Where an attempt failed.
enum Stage {
    Late(Duration),
    Reach(io::Error),
    Login(tokio_postgres::Error),
}

/// What a limit on the time makes of the failure to keep it.
trait TimedOut {
    fn after(limit: Duration) -> Self;
}

impl TimedOut for Stage {
    fn after(limit: Duration) -> Self {
        Self::Late(limit)
    }
}

impl TimedOut for io::Error {
    fn after(limit: Duration) -> Self {
        Self::new(io::ErrorKind::TimedOut, format!("no answer within {} s", limit.as_secs()))
    }
}

async fn within<T, E: TimedOut>(
    limit: Option<Duration>,
    future: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    match limit {
        None => future.await,
        Some(limit) => timeout(limit, future).await.unwrap_or_else(|_| Err(E::after(limit))),
    }
}

/// Takes a connection over from the driver, unless the server is too old.
fn accept(
    client: Client,
    connection: Connection<Stream, TlsStream>,
    shown: &str,
) -> Result<(Link, Server), BackendError> {
    let version = connection.parameter("server_version").unwrap_or_default();
    let version = version.split(' ').next().unwrap_or_default();
    let Some(server) = Server::parse(version) else {
        let message =
            format!("`{shown}` says that it is of version `{version}`, which is none of PostgreSQL");
        return Err(BackendError::new(BackendErrorKind::NotADatabase, message));
    };
    if server.version < Server::OLDEST.version {
        let message = format!(
            "`{shown}` runs PostgreSQL {version}; the oldest version that is supported is {}",
            Server::OLDEST.version / 10_000
        );
        return Err(BackendError::unsupported(message));
    }
    Ok((Link::new(client, connection), server))
}

/// The failure of two attempts. The one that came further says more, but both
/// may be needed to see what happened.
fn both(first: Refusal, second: Refusal, second_encryption: Encryption) -> Refusal {
    let text = |error: &BackendError| match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    let (first_text, second_text) = (text(&first.error), text(&second.error));
    if first_text == second_text {
        return first;
    }
    let without = if second_encryption == Encryption::None { "without" } else { "with" };
    let message = format!("{first_text}; and {without} encryption: {second_text}");
    Refusal { error: BackendError::new(first.error.kind(), message), ..first }
}
