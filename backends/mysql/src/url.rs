//! The URL of a MySQL or MariaDB database: which server, who, and how.

#[cfg(test)]
mod tests;

use std::{fmt, path::PathBuf, time::Duration};

use retort_core::{
    backend::{BackendError, BackendErrorKind, DatabaseUrl},
    suggestion::nearest,
};

const DEFAULT_PORT: u16 = 3306;

/// As in MySQL's own connectors.
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The parameters, each by the name that messages give it. They are also known
/// with underscores, or without any separator.
const PARAMETERS: [&str; 8] = [
    "charset",
    "connect-timeout",
    "socket",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    // What PyMySQL and mysqlclient call `socket`.
    "unix-socket",
];

/// What a URL says.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) place: Place,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) database: String,
    pub(crate) tls: Tls,
    /// How long connecting may take, with the handshake.
    pub(crate) connect_timeout: Duration,
}

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// On the network. An IPv6 address has no brackets here.
    Tcp { host: String, port: u16 },
    /// Behind a socket file.
    Socket(String),
}

/// How the connection is to be encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tls {
    pub(crate) mode: TlsMode,
    /// The file of the authorities that are trusted.
    pub(crate) authorities: Option<PathBuf>,
    /// The files of the client's certificate and of its key.
    pub(crate) identity: Option<(PathBuf, PathBuf)>,
}

/// MySQL's `ssl-mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TlsMode {
    /// Never encrypted.
    Disabled,
    /// Encrypted if the server can, whoever it is.
    Preferred,
    /// Encrypted, whoever the server is.
    Required,
    /// Encrypted, and the server's certificate comes from a trusted authority.
    VerifyCa,
    /// And the certificate is for the host of the URL.
    VerifyIdentity,
}

impl Location {
    /// Reads a URL: `mysql://user:password@host:port/database?parameters`.
    ///
    /// # Errors
    ///
    /// Fails with [`BackendErrorKind::Url`] if a part is missing, misspelled or
    /// unknown. No message repeats what may be part of a password.
    pub(crate) fn parse(url: &DatabaseUrl) -> Result<Self, BackendError> {
        let scheme = url.scheme();
        let rest = url.rest().strip_prefix("//").ok_or_else(|| {
            invalid(format!("`//` is missing after `{scheme}:`; write `{scheme}://user@host/database`"))
        })?;
        let (before_query, query) = match rest.split_once('?') {
            Some((before, query)) => (before, query),
            None => (rest, ""),
        };
        if query.contains('@') {
            return Err(invalid(
                "`?` in a user or password must be written `%3F`, and `@` in a parameter `%40`",
            ));
        }
        // The last `@` ends the user part, whatever a password holds.
        let (credentials, address) = match before_query.rsplit_once('@') {
            Some((credentials, address)) => (Some(credentials), address),
            None => (None, before_query),
        };
        let (user, password) = match credentials.map(|text| text.split_once(':').unwrap_or((text, ""))) {
            Some((user, password)) => (decode("user", user)?, decode("password", password)?),
            None => Default::default(),
        };
        let (authority, database) = address.split_once('/').unwrap_or((address, ""));
        let database = decode("database name", database)?;
        let mut parameters = Parameters::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            parameters.read(pair)?;
        }
        let place = match parameters.socket.take() {
            Some(path) => Place::Socket(path),
            None => parse_authority(authority)?,
        };
        if database.is_empty() {
            return Err(invalid(format!(
                "URL names no database; write it after the host, as in `{scheme}://host/database`"
            )));
        }
        Ok(Self {
            place,
            user: Some(user).filter(|user| !user.is_empty()),
            password: Some(password).filter(|password| !password.is_empty()),
            database,
            connect_timeout: parameters.connect_timeout.unwrap_or(DEFAULT_CONNECT_TIMEOUT),
            tls: parameters.tls()?,
        })
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Location")
            .field("place", &self.place)
            .field("user", &self.user)
            .field("password", &self.password.as_ref().map(|_| "***"))
            .field("database", &self.database)
            .field("tls", &self.tls)
            .field("connect_timeout", &self.connect_timeout)
            .finish()
    }
}

impl fmt::Display for Place {
    /// Writes the place as messages name it: `localhost:3306`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Socket(path) => f.write_str(path),
        }
    }
}

impl TlsMode {
    const ALL: [Self; 5] =
        [Self::Disabled, Self::Preferred, Self::Required, Self::VerifyCa, Self::VerifyIdentity];

    /// The name that MySQL gives it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Disabled => "DISABLED",
            Self::Preferred => "PREFERRED",
            Self::Required => "REQUIRED",
            Self::VerifyCa => "VERIFY_CA",
            Self::VerifyIdentity => "VERIFY_IDENTITY",
        }
    }
}

/// The parameters behind the `?`.
#[derive(Debug, Default)]
struct Parameters {
    socket: Option<String>,
    connect_timeout: Option<Duration>,
    tls_mode: Option<TlsMode>,
    authorities: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

impl Parameters {
    fn read(&mut self, pair: &str) -> Result<(), BackendError> {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let named = |text: &str| PARAMETERS.into_iter().find(|name| squeeze(name) == squeeze(text));
        let Some(name) = named(key) else {
            let known = PARAMETERS.map(|name| format!("`{name}`")).join(", ");
            let squeezed = PARAMETERS.map(squeeze);
            let near = nearest(&squeeze(key), squeezed.iter().map(String::as_str));
            let hint = match near.and_then(named) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the parameters are {known}"),
            };
            return Err(invalid(format!("unknown parameter `{key}` in URL; {hint}")));
        };
        let value = decode(&format!("parameter `{name}`"), value)?;
        if value.is_empty() {
            return Err(invalid(format!("parameter `{name}` in URL has no value")));
        }
        match name {
            "charset" => {
                // Whatever it says, the session speaks utf8mb4.
                if !["utf8mb4", "utf8"].contains(&&*value.to_ascii_lowercase()) {
                    return Err(invalid(format!("`charset={value}` is not possible, only `utf8mb4`")));
                }
            }
            "connect-timeout" => {
                let seconds = value.parse().ok().filter(|seconds| *seconds > 0);
                let seconds = seconds.ok_or_else(|| {
                    invalid(format!("`connect-timeout={value}` is not a number of seconds above zero"))
                })?;
                self.connect_timeout = Some(Duration::from_secs(seconds));
            }
            "socket" | "unix-socket" => self.socket = Some(value),
            "ssl-ca" => self.authorities = Some(value.into()),
            "ssl-cert" => self.certificate = Some(value.into()),
            "ssl-key" => self.key = Some(value.into()),
            _ => {
                let mode = TlsMode::ALL.into_iter().find(|mode| squeeze(mode.name()) == squeeze(&value));
                self.tls_mode = Some(mode.ok_or_else(|| {
                    let names = TlsMode::ALL.map(|mode| format!("`{}`", mode.name())).join(", ");
                    invalid(format!("`ssl-mode={value}` is not one of {names}"))
                })?);
            }
        }
        Ok(())
    }

    fn tls(self) -> Result<Tls, BackendError> {
        let identity = match (self.certificate, self.key) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            (Some(_), None) => return Err(invalid("URL has `ssl-cert` without `ssl-key`")),
            (None, Some(_)) => return Err(invalid("URL has `ssl-key` without `ssl-cert`")),
        };
        // As in MySQL's clients: who names authorities wants them asked.
        let default = if self.authorities.is_some() { TlsMode::VerifyCa } else { TlsMode::Preferred };
        Ok(Tls { mode: self.tls_mode.unwrap_or(default), authorities: self.authorities, identity })
    }
}

fn parse_authority(authority: &str) -> Result<Place, BackendError> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(bracketed) => {
            let (host, port) =
                bracketed.split_once(']').ok_or_else(|| invalid("`[` in URL is not closed by `]`"))?;
            if host.parse::<std::net::Ipv6Addr>().is_err() {
                return Err(invalid(format!("`{host}` is not an IPv6 address")));
            }
            match port.strip_prefix(':') {
                Some(port) => (host, port),
                None if port.is_empty() => (host, ""),
                None => return Err(invalid("only a port can follow `]` in URL")),
            }
        }
        None => match authority.split_once(':') {
            Some((_, port)) if port.contains(':') => {
                return Err(invalid("an IPv6 address in URL must be written in brackets: `[::1]`"));
            }
            Some((host, port)) => (host, port),
            None => (authority, ""),
        },
    };
    let port = match port {
        "" => DEFAULT_PORT,
        text => match text.parse() {
            Ok(port) if port > 0 => port,
            Ok(_) | Err(_) => return Err(invalid("port in URL is not a number from 1 to 65535")),
        },
    };
    let host = decode("host", host)?;
    Ok(Place::Tcp { host: if host.is_empty() { "localhost".to_owned() } else { host }, port })
}

/// Decodes `%20` and the like in a part of the URL.
fn decode(part: &str, text: &str) -> Result<String, BackendError> {
    let broken = text.split('%').skip(1).any(|after| {
        !after.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    if broken {
        return Err(invalid(format!(
            "`%` in the {part} of the URL must be followed by two hexadecimal digits; write `%25` for it"
        )));
    }
    match percent_encoding::percent_decode_str(text).decode_utf8() {
        Ok(decoded) if !decoded.contains('\0') => Ok(decoded.into_owned()),
        Ok(_) => Err(invalid(format!("the {part} of the URL holds a NUL character"))),
        Err(_) => Err(invalid(format!("the {part} of the URL is not UTF-8"))),
    }
}

/// A name without what different tools write differently in it.
fn squeeze(name: &str) -> String {
    name.chars().filter(|c| !['-', '_'].contains(c)).map(|c| c.to_ascii_lowercase()).collect()
}

fn invalid(message: impl Into<String>) -> BackendError {
    BackendError::new(BackendErrorKind::Url, message)
}
