//! Where a server is, who logs in and how: a URL under the rules of libpq.
//!
//! Only the URL counts. libpq also reads environment variables, `~/.pgpass`,
//! service files and `~/.postgresql`; nothing here does. Without a user, it is
//! the one of the operating system, as with libpq.

mod parameters;
#[cfg(test)]
mod tests;

use std::{fmt, net::IpAddr, path::PathBuf, time::Duration};

use percent_encoding::percent_decode_str;
use retort_core::backend::{BackendError, BackendErrorKind, DatabaseUrl};
use tokio_postgres::config::ChannelBinding;

use self::parameters::Parameters;

/// The port of a URL that names none.
pub(crate) const DEFAULT_PORT: u16 = 5432;

/// How long to wait for one address, unless the URL says otherwise. libpq
/// waits for as long as the system does, which is minutes.
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a connection is silent before it is tested, unless the URL says
/// otherwise. The one that holds the lock is silent for a whole run, and much
/// that lies between two machines forgets it after a few minutes.
const DEFAULT_KEEPALIVE: Duration = Duration::from_secs(60);

/// What a URL says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// The servers, in the order in which they are tried.
    pub(crate) hosts: Vec<Host>,
    /// Who logs in, and to what.
    pub(crate) login: Login,
    /// How the connection is encrypted.
    pub(crate) tls: TlsSettings,
    /// How long to wait for one address; none for as long as the system does.
    pub(crate) connect_timeout: Option<Duration>,
    /// Whether and how a silent connection is tested.
    pub(crate) keepalive: Option<Keepalive>,
    /// Which of several servers will do.
    pub(crate) session: TargetSession,
}

/// One server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host {
    /// Its name.
    pub(crate) name: HostName,
    /// Its address, where the name must not be looked up.
    pub(crate) address: Option<IpAddr>,
    /// Its port, also part of the name of a socket.
    pub(crate) port: u16,
}

/// The name of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HostName {
    /// None: the socket in one of the usual directories, or this machine.
    Default,
    /// A name or an address on a network.
    Network(String),
    /// The directory of a Unix socket.
    Socket(PathBuf),
}

/// Who logs in, and to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Login {
    /// The user; none for the user of the operating system.
    pub(crate) user: Option<String>,
    /// The password.
    pub(crate) password: Option<Secret>,
    /// The database; none for the one that has the name of the user.
    pub(crate) database: Option<String>,
    /// What the server calls the session in its lists.
    pub(crate) application_name: String,
    /// Settings of the session, as command-line options of the server.
    pub(crate) options: Option<String>,
    /// Whether the password exchange is bound to the encryption.
    pub(crate) channel_binding: ChannelBinding,
}

/// A text that `Debug` hides.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) String);

/// How the connection is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsSettings {
    /// Whether it is, and what is verified.
    pub(crate) mode: SslMode,
    /// Whether TLS begins without asking the server first.
    pub(crate) direct: bool,
    /// Whom to trust; none for the roots of the system, where they matter.
    pub(crate) roots: Option<Roots>,
    /// The certificate that this side shows, and its private key.
    pub(crate) identity: Option<(PathBuf, PathBuf)>,
}

/// `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) enum SslMode {
    /// Never encrypted.
    Disable,
    /// Encrypted if the server refuses otherwise.
    Allow,
    /// Encrypted if the server can.
    Prefer,
    /// Encrypted, with whomever.
    Require,
    /// Encrypted, with a server whose certificate is trusted.
    VerifyCa,
    /// Encrypted, with the server whose name the trusted certificate has.
    VerifyFull,
}

/// `sslrootcert`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Roots {
    /// The certificates that the system trusts.
    System,
    /// Those in a file.
    File(PathBuf),
}

/// When a silent connection is tested, where that differs from the system's
/// rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keepalive {
    /// How long it must be silent.
    pub(crate) idle: Option<Duration>,
    /// The time between two tests.
    pub(crate) interval: Option<Duration>,
    /// How many tests may fail.
    pub(crate) count: Option<u32>,
}

/// `target_session_attrs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TargetSession {
    /// Any server will do.
    Any,
    /// Sessions can write by default.
    ReadWrite,
    /// Sessions cannot write by default.
    ReadOnly,
    /// The server is no standby.
    Primary,
    /// The server is a standby.
    Standby,
    /// A standby, or any server if none is.
    PreferStandby,
}

impl Target {
    /// Reads a URL.
    ///
    /// # Errors
    ///
    /// Fails with [`BackendErrorKind::Url`]; the message never holds what may
    /// be part of a password.
    pub(crate) fn parse(url: &DatabaseUrl) -> Result<Self, BackendError> {
        let Some(rest) = url.rest().strip_prefix("//") else {
            return Err(invalid("PostgreSQL URL must begin with `postgresql://`"));
        };
        let (before_query, query) = match rest.split_once('?') {
            Some((before, query)) => (before, query),
            None => (rest, ""),
        };
        let (authority, path) = match before_query.split_once('/') {
            Some((authority, path)) => (authority, path),
            None => (before_query, ""),
        };
        // With an `@` behind the `?`, what is no parameter may be a password.
        let is_parameter = |pair: &str| pair.split_once('=').is_some_and(|(key, _)| Parameters::has(key));
        let pairs = || query.split('&').filter(|pair| !pair.is_empty());
        let is_cut = query.contains('@') && !pairs().all(is_parameter);
        if path.contains('@') || authority.matches('@').count() > 1 || is_cut {
            return Err(invalid(
                "`@`, `/` and `?` in the user, password or database name of a PostgreSQL URL must be written \
                 `%40`, `%2F` and `%3F`",
            ));
        }
        let (login, servers) = match authority.split_once('@') {
            Some((login, servers)) => (login, servers),
            None => ("", authority),
        };
        let mut parameters = Parameters::default();
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        parameters.put("user", decode(user)?);
        parameters.put("password", decode(password)?);
        parameters.put("dbname", decode(path)?);
        for pair in pairs() {
            let Some((key, value)) = pair.split_once('=') else {
                return Err(invalid(format!("parameter `{pair}` in PostgreSQL URL has no `=` and value")));
            };
            parameters.set(&decode(key)?, decode(value)?)?;
        }
        parameters.into_target(&authority_hosts(servers)?)
    }
}

/// Splits `host:port,[::1]:port`.
fn authority_hosts(servers: &str) -> Result<Vec<(String, Option<u16>)>, BackendError> {
    servers
        .split(',')
        .map(|server| {
            let (name, rest) = match server.strip_prefix('[') {
                Some(bracketed) => bracketed
                    .split_once(']')
                    .ok_or_else(|| invalid("IPv6 address in PostgreSQL URL has no closing `]`"))?,
                None => server.split_at(server.find(':').unwrap_or(server.len())),
            };
            let port = match rest.strip_prefix(':') {
                Some(port) => read_port(&decode(port)?)?,
                None if rest.is_empty() => None,
                None => return Err(invalid("only a port can follow the `]` of a PostgreSQL URL")),
            };
            Ok((decode(name)?, port))
        })
        .collect()
}

/// Reads a port, which may be missing. What is wrong is not repeated: it is
/// half a password where the host was forgotten.
fn read_port(text: &str) -> Result<Option<u16>, BackendError> {
    match text.trim() {
        "" => Ok(None),
        text => match text.parse() {
            Ok(port) if port > 0 => Ok(Some(port)),
            _ => Err(invalid("port in PostgreSQL URL is not a number from 1 to 65535")),
        },
    }
}

/// Decodes `%20` and the like.
fn decode(text: &str) -> Result<String, BackendError> {
    let mut after = text;
    while let Some((_, rest)) = after.split_once('%') {
        if !rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err(invalid(
                "`%` in PostgreSQL URL must be followed by two hexadecimal digits; write `%25` for it",
            ));
        }
        after = rest;
    }
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| invalid("PostgreSQL URL is not UTF-8 once it is decoded"))?;
    if decoded.contains('\0') {
        return Err(invalid("PostgreSQL URL holds a NUL character"));
    }
    Ok(decoded.into_owned())
}

fn invalid(message: impl Into<String>) -> BackendError {
    BackendError::new(BackendErrorKind::Url, message)
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Host {
    /// Writes what the messages call the server: `db.example.com:5432`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            HostName::Default => write!(f, "localhost:{}", self.port),
            HostName::Network(name) if name.contains(':') => write!(f, "[{name}]:{}", self.port),
            HostName::Network(name) => write!(f, "{name}:{}", self.port),
            HostName::Socket(directory) => write!(f, "{}", socket_path(directory, self.port).display()),
        }
    }
}

/// The socket of the server on that port.
pub(crate) fn socket_path(directory: &std::path::Path, port: u16) -> PathBuf {
    directory.join(format!(".s.PGSQL.{port}"))
}
