//! The parameters of a URL: libpq's names, and what they mean.

use std::{collections::BTreeMap, path::PathBuf, str::FromStr, time::Duration};

use retort_core::{backend::BackendError, suggestion::nearest};
use tokio_postgres::config::ChannelBinding;

use super::{
    DEFAULT_CONNECT_TIMEOUT, DEFAULT_KEEPALIVE, DEFAULT_PORT, Host, HostName, Keepalive, Login, Roots,
    Secret, SslMode, Target, TargetSession, TlsSettings, invalid, read_port,
};

/// The parameters that mean something here.
const KNOWN: [&str; 24] = [
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssencmode",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "options",
    "password",
    "port",
    "ssl",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslnegotiation",
    "sslrootcert",
    "target_session_attrs",
    "user",
];

/// Parameters of libpq that mean nothing here. To drop one silently would drop
/// what it asks for.
const ONLY_IN_LIBPQ: [&str; 20] = [
    "gssdelegation",
    "gsslib",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "passfile",
    "replication",
    "require_auth",
    "requirepeer",
    "service",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslpassword",
    "sslsni",
    "tcp_user_timeout",
];

/// What other tools call the search path, which is a setting of the server.
const SEARCH_PATH: [&str; 3] = ["currentSchema", "schema", "search_path"];

/// Parameters by name, without empty ones: libpq takes them for missing.
#[derive(Default)]
pub(super) struct Parameters(BTreeMap<&'static str, String>);

impl Parameters {
    /// Sets a parameter that is known.
    pub(super) fn put(&mut self, name: &'static str, value: String) {
        if !value.is_empty() {
            self.0.insert(name, value);
        }
    }

    /// Sets the parameter that a URL names. The last of several counts, but
    /// `host` may be repeated, as in SQLAlchemy.
    pub(super) fn set(&mut self, name: &str, value: String) -> Result<(), BackendError> {
        let Some(known) = KNOWN.into_iter().find(|known| *known == name) else {
            return Err(unknown(name));
        };
        match self.0.get_mut(known) {
            Some(hosts) if known == "host" => {
                hosts.push(',');
                hosts.push_str(&value);
            }
            _ => self.put(known, value),
        }
        Ok(())
    }

    /// Whether there is a parameter of that name.
    pub(super) fn has(name: &str) -> bool {
        KNOWN.contains(&name)
    }

    /// What the parameters say, beside the servers before the path.
    pub(super) fn into_target(mut self, servers: &[(String, Option<u16>)]) -> Result<Target, BackendError> {
        let encoding = self.0.remove("client_encoding").unwrap_or_default().to_lowercase().replace('-', "");
        if !["", "auto", "utf8"].contains(&&*encoding) {
            return Err(invalid("`client_encoding` can only be `UTF8`"));
        }
        self.choice("gssencmode", &[("disable", ()), ("prefer", ())])?;
        Ok(Target {
            hosts: self.hosts(servers)?,
            tls: self.tls()?,
            connect_timeout: match self.number::<i64>("connect_timeout")? {
                None => Some(DEFAULT_CONNECT_TIMEOUT),
                Some(seconds) => u64::try_from(seconds).ok().filter(|s| *s > 0).map(Duration::from_secs),
            },
            keepalive: self.keepalive()?,
            session: self.session()?,
            login: self.login()?,
        })
    }

    fn login(&mut self) -> Result<Login, BackendError> {
        let fallback = self.0.remove("fallback_application_name");
        let application_name = self.0.remove("application_name").or(fallback);
        let bindings = [
            ("disable", ChannelBinding::Disable),
            ("prefer", ChannelBinding::Prefer),
            ("require", ChannelBinding::Require),
        ];
        Ok(Login {
            user: self.0.remove("user"),
            password: self.0.remove("password").map(Secret),
            database: self.0.remove("dbname"),
            application_name: application_name.unwrap_or_else(|| "retort".to_owned()),
            options: self.0.remove("options"),
            channel_binding: self.choice("channel_binding", &bindings)?.unwrap_or(ChannelBinding::Prefer),
        })
    }

    fn hosts(&mut self, servers: &[(String, Option<u16>)]) -> Result<Vec<Host>, BackendError> {
        let mut hosts: Vec<(String, Option<u16>)> = match self.0.remove("host") {
            Some(list) => {
                // As with libpq, the ports before the path still count.
                let ports = servers.iter().map(|(_, port)| *port).cycle();
                let hosts = list.split(',').zip(ports).map(|(host, port)| {
                    let (name, own) = name_and_port(host)?;
                    Ok((name, own.or(port)))
                });
                hosts.collect::<Result<_, BackendError>>()?
            }
            None => servers.to_vec(),
        };
        let addresses = match self.0.remove("hostaddr") {
            Some(list) => list.split(',').map(address).collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        if addresses.len() > 1 && hosts.iter().all(|(name, _)| name.is_empty()) {
            hosts = vec![(String::new(), None); addresses.len()];
        }
        if !addresses.is_empty() && addresses.len() != hosts.len() {
            return Err(invalid("PostgreSQL URL has not as many `hostaddr` as hosts"));
        }
        if let Some(list) = self.0.remove("port") {
            let ports = list.split(',').map(read_port).collect::<Result<Vec<_>, _>>()?;
            if ports.len() != 1 && ports.len() != hosts.len() {
                return Err(invalid("PostgreSQL URL has not as many `port` as hosts"));
            }
            for (host, port) in hosts.iter_mut().zip(ports.iter().cycle()) {
                host.1 = *port;
            }
        }
        let host = |(at, (name, port)): (usize, (String, Option<u16>))| {
            let address: Option<std::net::IpAddr> = addresses.get(at).copied().flatten();
            let name = match address {
                Some(address) if name.is_empty() => HostName::Network(address.to_string()),
                _ if name.is_empty() => HostName::Default,
                _ if name.starts_with('/') => HostName::Socket(PathBuf::from(name)),
                _ => HostName::Network(name),
            };
            Host { name, address, port: port.unwrap_or(DEFAULT_PORT) }
        };
        Ok(hosts.into_iter().enumerate().map(host).collect())
    }

    fn tls(&mut self) -> Result<TlsSettings, BackendError> {
        let modes = [
            ("disable", SslMode::Disable),
            ("allow", SslMode::Allow),
            ("prefer", SslMode::Prefer),
            ("require", SslMode::Require),
            ("verify-ca", SslMode::VerifyCa),
            ("verify-full", SslMode::VerifyFull),
        ];
        // JDBC's and asyncpg's name for it.
        let aliases = [("true", SslMode::Require), ("false", SslMode::Disable)];
        let other = self.choice("ssl", &[modes.as_slice(), &aliases].concat())?;
        let given = self.choice("sslmode", &modes)?.or(other);
        let roots = self.0.remove("sslrootcert").map(|roots| match roots.as_str() {
            "system" => Roots::System,
            _ => Roots::File(PathBuf::from(roots)),
        });
        let mode = match (given, &roots) {
            (None, Some(Roots::System)) => SslMode::VerifyFull,
            (None, _) => SslMode::Prefer,
            (Some(mode), Some(Roots::System)) if mode < SslMode::VerifyFull => {
                return Err(invalid("`sslrootcert=system` needs `sslmode=verify-full`"));
            }
            (Some(mode), _) => mode,
        };
        let direct = self.choice("sslnegotiation", &[("postgres", false), ("direct", true)])?;
        let direct = direct.unwrap_or_default();
        if direct && mode < SslMode::Require {
            return Err(invalid("`sslnegotiation=direct` needs `sslmode=require` or stronger"));
        }
        let identity = match (self.0.remove("sslcert"), self.0.remove("sslkey")) {
            (Some(certificate), Some(key)) => Some((PathBuf::from(certificate), PathBuf::from(key))),
            (None, None) => None,
            (Some(_), None) => return Err(invalid("`sslcert` needs `sslkey`")),
            (None, Some(_)) => return Err(invalid("`sslkey` needs `sslcert`")),
        };
        Ok(TlsSettings { mode, direct, roots, identity })
    }

    fn keepalive(&mut self) -> Result<Option<Keepalive>, BackendError> {
        let seconds = |number: Option<u32>| {
            number.filter(|seconds| *seconds > 0).map(|seconds| Duration::from_secs(seconds.into()))
        };
        let keepalive = Keepalive {
            idle: match self.number("keepalives_idle")? {
                None => Some(DEFAULT_KEEPALIVE),
                given => seconds(given),
            },
            interval: seconds(self.number("keepalives_interval")?),
            count: self.number("keepalives_count")?.filter(|count| *count > 0),
        };
        Ok((self.number::<i64>("keepalives")? != Some(0)).then_some(keepalive))
    }

    fn session(&mut self) -> Result<TargetSession, BackendError> {
        let sessions = [
            ("any", TargetSession::Any),
            ("read-write", TargetSession::ReadWrite),
            ("read-only", TargetSession::ReadOnly),
            ("primary", TargetSession::Primary),
            ("standby", TargetSession::Standby),
            ("prefer-standby", TargetSession::PreferStandby),
        ];
        Ok(self.choice("target_session_attrs", &sessions)?.unwrap_or(TargetSession::Any))
    }

    /// The value of a parameter that has only some.
    fn choice<T: Copy>(
        &mut self,
        name: &'static str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, BackendError> {
        let Some(value) = self.0.remove(name) else {
            return Ok(None);
        };
        match choices.iter().find(|(text, _)| *text == value) {
            Some((_, choice)) => Ok(Some(*choice)),
            None => {
                let texts: Vec<String> = choices.iter().map(|(text, _)| format!("`{text}`")).collect();
                Err(invalid(format!("`{name}={value}` is not one of {}", texts.join(", "))))
            }
        }
    }

    fn number<T: FromStr>(&mut self, name: &'static str) -> Result<Option<T>, BackendError> {
        let value = self.0.remove(name);
        let number = value.map(|value| {
            value.trim().parse().map_err(|_| invalid(format!("`{name}={value}` is not a number")))
        });
        number.transpose()
    }
}

/// A host of the `host` parameter. libpq has no port there, SQLAlchemy has.
fn name_and_port(text: &str) -> Result<(String, Option<u16>), BackendError> {
    match text.split_once(':') {
        Some((name, port)) if !text.starts_with('/') && !port.contains(':') => {
            Ok((name.to_owned(), read_port(port)?))
        }
        _ => Ok((text.to_owned(), None)),
    }
}

fn address(text: &str) -> Result<Option<std::net::IpAddr>, BackendError> {
    match text {
        "" => Ok(None),
        _ => text.parse().map(Some).map_err(|_| invalid(format!("`hostaddr={text}` is not an IP address"))),
    }
}

fn unknown(name: &str) -> BackendError {
    if ONLY_IN_LIBPQ.contains(&name) {
        return invalid(format!("parameter `{name}` of libpq has no equivalent in Retort"));
    }
    let near = if SEARCH_PATH.contains(&name) {
        Some("options=-csearch_path=…")
    } else {
        let part = KNOWN.into_iter().find(|known| !name.is_empty() && known.contains(name));
        part.or_else(|| nearest(name, KNOWN))
    };
    match near {
        Some(near) => {
            invalid(format!("unknown parameter `{name}` in PostgreSQL URL; did you mean `{near}`?"))
        }
        None => invalid(format!("unknown parameter `{name}` in PostgreSQL URL")),
    }
}
