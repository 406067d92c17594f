//! Connecting, and setting the session up.

use std::time::Duration;

use mysql_async::{Conn, DriverError, Error, Opts, OptsBuilder};
use retort_core::backend::{Access, BackendError, BackendErrorKind, Row};

use super::{Facts, Rows, Wire};
use crate::{
    error,
    server::{Flavor, Server},
    syntax::SYNTAX,
    tls,
    url::{Location, Place, TlsMode},
};

/// How long a statement waits for other sessions to let go of a table. A
/// server's default is up to a year, and meanwhile all others queue up behind
/// the one that waits.
const LOCK_WAIT: u64 = 60;

/// How often an idle connection shows that it is alive. A long ALTER TABLE is
/// silent, and firewalls forget silent connections.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// The longest packet of the protocol. What the server takes is checked before
/// sending; what it sends is up to the query.
const LONGEST_PACKET: usize = 1 << 30;

/// The variables that decide about the rest: not all servers have all of them.
const VARIABLES: &str = "'explicit_defaults_for_timestamp', 'innodb_strict_mode', 'lock_wait_timeout', 'lower_case_table_names', \
                         'max_allowed_packet', 'sql_generate_invisible_primary_key', 'version'";

pub(super) async fn open(location: &Location, access: Access) -> Result<(Wire, Facts), BackendError> {
    let opening = async {
        let conn = connect(location).await?;
        let mut wire = Wire::new(conn);
        let facts = set_up(&mut wire, location, access).await?;
        Ok((wire, facts))
    };
    match tokio::time::timeout(location.connect_timeout, opening).await {
        Ok(opened) => opened,
        Err(_) => Err(BackendError::new(
            BackendErrorKind::Connect,
            format!(
                "the server at {} did not answer within {} s (`connect-timeout`)",
                location.place,
                location.connect_timeout.as_secs()
            ),
        )),
    }
}

/// Connects in the way that the URL's `ssl-mode` prefers.
async fn connect(location: &Location) -> Result<Conn, BackendError> {
    let encrypted = match location.place {
        Place::Tcp { .. } => tls::options(&location.tls)?,
        // What goes through a socket file stays on the machine, and the driver
        // cannot encrypt it.
        Place::Socket(_) => None,
    };
    let plain = options(location);
    let Some(tls) = encrypted else {
        return Conn::new(Opts::from(plain)).await.map_err(|error| error::of_connect(error, location));
    };
    let error = match Conn::new(Opts::from(plain.clone().ssl_opts(tls.clone()))).await {
        Ok(conn) => return Ok(conn),
        Err(error) => error,
    };
    let has_no_tls = matches!(error, Error::Driver(DriverError::NoClientSslFlagFromServer));
    let again = match location.tls.mode {
        TlsMode::Preferred if has_no_tls || tls::failure(&error).is_some() => plain,
        TlsMode::VerifyCa => match tls::name_of_certificate(&error) {
            Some(name) => plain.ssl_opts(tls.with_danger_tls_hostname_override(Some(name))),
            None => return Err(error::of_connect(error, location)),
        },
        TlsMode::Disabled | TlsMode::Preferred | TlsMode::Required | TlsMode::VerifyIdentity => {
            return Err(error::of_connect(error, location));
        }
    };
    Conn::new(Opts::from(again)).await.map_err(|error| error::of_connect(error, location))
}

/// The driver's options, without encryption.
fn options(location: &Location) -> OptsBuilder {
    let options = OptsBuilder::default()
        .user(location.user.as_deref())
        .pass(location.password.as_deref())
        .db_name(Some(&*location.database))
        .tcp_keepalive(Some(KEEPALIVE))
        // A host that the URL names is not to be replaced by a file.
        .prefer_socket(false)
        // A row that an UPDATE finds as it should be counts as changed.
        .client_found_rows(true)
        .max_allowed_packet(Some(LONGEST_PACKET))
        // Only pools use it, and asking takes time.
        .wait_timeout(Some(0));
    match &location.place {
        Place::Tcp { host, port } => options.ip_or_hostname(host).tcp_port(*port),
        Place::Socket(path) => options.socket(Some(path)),
    }
}

/// Learns what the server is, and makes the session one in which a text means
/// the same on every server.
async fn set_up(wire: &mut Wire, location: &Location, access: Access) -> Result<Facts, BackendError> {
    let place = location.place.to_string();
    let mut answers = Vec::new();
    let query = format!(
        "SELECT DATABASE(), CURRENT_ROLE(); SHOW SESSION VARIABLES WHERE Variable_name IN ({VARIABLES})"
    );
    let asked = wire.send(&query, Rows::Keep, &mut answers).await;
    asked.map_err(|error| of_setting_up(error, &place))?;
    let [database, variables] = &answers[..] else {
        return Err(BackendError::new(
            BackendErrorKind::NotADatabase,
            format!("the server at {place} does not answer as MySQL or MariaDB"),
        ));
    };
    let variable = |name: &str| {
        let found = variables.rows.iter().find(|row| row.text(0) == Some(name));
        found.and_then(|row| row.text(1))
    };
    let lower_case_tables = variable("lower_case_table_names") == Some("1");
    let server = Server { lower_case_tables, ..Server::recognize(variable("version").unwrap_or_default())? };
    let settings = settings(server, variable);
    let sent = wire.send_one(&settings, Rows::Drop).await;
    sent.map_err(|error| of_setting_up(error, &place))?;
    let mut further_settings = Vec::new();
    let restricted = restricted_settings(variable);
    if !restricted.is_empty() {
        let setting = format!("SET {}", restricted.join(", "));
        let sent = wire.send_one(&setting, Rows::Drop).await;
        sent.map_err(|error| {
            let why = of_setting_up(error, &place);
            let message = format!("the session needs `{setting}`, which the user may not do");
            BackendError::new(why.kind(), message).with_source(why)
        })?;
        further_settings.push(setting);
    }
    if access == Access::Read {
        let setting = "SET SESSION TRANSACTION READ ONLY".to_owned();
        let sent = wire.send_one(&setting, Rows::Drop).await;
        sent.map_err(|error| of_setting_up(error, &place))?;
        further_settings.push(setting);
    }
    let identity = |column| database.rows.first().and_then(|row: &Row| row.text(column));
    let number = |name| variable(name).and_then(|text| text.parse().ok());
    Ok(Facts {
        server,
        place,
        database: identity(0).unwrap_or_default().to_owned(),
        longest: number("max_allowed_packet").unwrap_or(LONGEST_PACKET),
        settings,
        further_settings,
        role: role(server, identity(1)),
    })
}

/// The roles that `CURRENT_ROLE()` says are active, as `SET ROLE` takes them.
fn role(server: Server, current: Option<&str>) -> String {
    match (server.flavor, current) {
        (_, None) => "NONE".to_owned(),
        // A list of accounts in quotes, or `NONE`.
        (Flavor::MySql, Some(roles)) => roles.to_owned(),
        (Flavor::MariaDb, Some(role)) => SYNTAX.quote_identifier(role),
    }
}

/// The statement that sets what every user may.
fn settings<'v>(server: Server, variable: impl Fn(&str) -> Option<&'v str>) -> String {
    let wait = variable("lock_wait_timeout").and_then(|text| text.parse().ok()).unwrap_or(u64::MAX);
    settings_with(server, &wait.min(LOCK_WAIT).to_string())
}

/// The settings for a script, which asks the server what it has to know.
pub(crate) fn scripted_settings(server: Server) -> String {
    settings_with(server, &format!("CAST(LEAST(@@SESSION.lock_wait_timeout, {LOCK_WAIT}) AS UNSIGNED)"))
}

fn settings_with(server: Server, lock_wait: &str) -> String {
    let own_modes = match server.flavor {
        Flavor::MySql => "ONLY_FULL_GROUP_BY",
        // Its GROUP BY check refuses columns that depend on a key.
        Flavor::MariaDb => "NO_AUTO_CREATE_USER",
    };
    // The modes that MySQL has by default, on MariaDB too: what is refused on
    // one must not be bent on the other. The modes that change how text is read
    // (ANSI_QUOTES, NO_BACKSLASH_ESCAPES, PIPES_AS_CONCAT) are off, as our
    // `Syntax` and everything written with it assume.
    format!(
        "SET NAMES utf8mb4, time_zone = '+00:00', autocommit = 1, foreign_key_checks = 1, unique_checks = 1, \
         lock_wait_timeout = {lock_wait}, sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,\
         ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,{own_modes}'"
    )
}

/// What must be set where it is not so already, for not every user may: the
/// variable, what it must be, and what sets it.
pub(crate) const RESTRICTED: [(&str, &str, &str); 3] = [
    // A row format that a table cannot have is an error, not a warning.
    ("innodb_strict_mode", "ON", "innodb_strict_mode = ON"),
    // A table has the columns that its revision says.
    ("sql_generate_invisible_primary_key", "OFF", "sql_generate_invisible_primary_key = OFF"),
    // A TIMESTAMP column is as its revision says.
    ("explicit_defaults_for_timestamp", "ON", "explicit_defaults_for_timestamp = ON"),
];

/// Those of the restricted settings that the session lacks.
fn restricted_settings<'v>(variable: impl Fn(&str) -> Option<&'v str>) -> Vec<&'static str> {
    RESTRICTED
        .into_iter()
        .filter(|(name, wanted, _)| variable(name).is_some_and(|found| found != *wanted))
        .map(|(_, _, setting)| setting)
        .collect()
}

fn of_setting_up(error: Error, place: &str) -> BackendError {
    match error {
        Error::Server(error) => error::of_server(&error),
        error => error::lost(error, place, " while the session was set up"),
    }
}
