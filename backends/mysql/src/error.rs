//! What went wrong, as a `BackendError`.

mod code;
mod position;

use std::io::ErrorKind;

use mysql_async::{DriverError, Error, IoError, ServerError};
use retort_core::backend::{BackendError, BackendErrorKind};

pub(crate) use self::code::{DEADLOCK, LOCK_WAIT, is_of_no_session_variable};
use crate::{
    tls,
    url::{Location, TlsMode},
};

/// Translates the failure of a statement.
pub(crate) fn of_statement(error: &ServerError, sql: &str) -> BackendError {
    let translated = of_server(error).with_statement(sql);
    match position::find(error, sql) {
        Some(offset) => translated.at_offset(offset),
        None => translated,
    }
}

/// Translates the failure of a statement that waited for another session in
/// vain, with what is known of that session.
pub(crate) fn of_lock_wait(error: &ServerError, sql: &str, blocker: Option<&str>) -> BackendError {
    let Some(blocker) = blocker else {
        return of_statement(error, sql);
    };
    let message = format!("{}; {blocker} (error {})", sentence(error), error.code);
    BackendError::new(code::kind(error), message).with_statement(sql)
}

/// Translates what a server said about no statement in particular.
pub(crate) fn of_server(error: &ServerError) -> BackendError {
    let message = match position::near(error) {
        Some((near, _)) => format!("syntax error {}", position::describe(near)),
        None => sentence(error).to_owned(),
    };
    BackendError::new(code::kind(error), format!("{message} (error {})", error.code))
}

/// A connection that broke, with what is known of the consequences.
pub(crate) fn lost(error: Error, place: &str, consequence: &str) -> BackendError {
    let message = format!("the connection to the server at {place} was lost{consequence}");
    with_cause(BackendError::new(BackendErrorKind::Connect, message), error)
}

/// A connection that broke while the catalog was read.
pub(crate) fn lost_while_reading(error: Error) -> BackendError {
    let message = "the connection to the server was lost while the catalog was read";
    with_cause(BackendError::new(BackendErrorKind::Connect, message), error)
}

/// Translates a failure to connect.
pub(crate) fn of_connect(error: Error, location: &Location) -> BackendError {
    let Location { place, database, tls, .. } = location;
    let connect = |message: String| BackendError::new(BackendErrorKind::Connect, message);
    if let Some(cause) = tls::failure(&error) {
        let message = match tls.mode {
            TlsMode::VerifyCa | TlsMode::VerifyIdentity => {
                format!("the server at {place} did not pass `ssl-mode={}`", tls.mode.name())
            }
            TlsMode::Disabled | TlsMode::Preferred | TlsMode::Required => {
                format!("the server at {place} and this program could not agree on TLS")
            }
        };
        return connect(message).with_source(cause);
    }
    match error {
        Error::Server(error) => {
            let message = sentence(&error).to_owned();
            match error.code {
                code::UNKNOWN_DATABASE => BackendError::new(
                    BackendErrorKind::DatabaseMissing,
                    format!("there is no database `{database}` on the server at {place}"),
                ),
                code::TLS_REQUIRED => connect(format!(
                    "the server at {place} demands TLS, which `ssl-mode={}` did not give it",
                    tls.mode.name()
                )),
                code::ACCESS_DENIED if tls.mode == TlsMode::Disabled => BackendError::new(
                    BackendErrorKind::Authentication,
                    format!("{message}; the server may demand TLS, which `ssl-mode=DISABLED` rules out"),
                ),
                _ => match code::kind_at_connect(&error) {
                    BackendErrorKind::Connect => {
                        connect(format!("the server at {place} refused the connection: {message}"))
                    }
                    kind => BackendError::new(kind, message),
                },
            }
        }
        Error::Driver(DriverError::NoClientSslFlagFromServer) => connect(format!(
            "the server at {place} offers no TLS, which `ssl-mode={}` demands",
            tls.mode.name()
        )),
        Error::Driver(DriverError::UnknownAuthPlugin { name }) => {
            // Lest the answer tell which users exist.
            let decoy = if name == "sha256_password" {
                "; MySQL asks users that do not exist for it, too"
            } else {
                ""
            };
            BackendError::new(
                BackendErrorKind::Authentication,
                format!("the server asks for authentication by `{name}`, which is not supported{decoy}"),
            )
        }
        Error::Driver(
            cause @ (DriverError::MysqlOldPasswordDisabled | DriverError::CleartextPluginDisabled),
        ) => BackendError::new(
            BackendErrorKind::Authentication,
            "the server asks for the password in a form that is not safe to send",
        )
        .with_source(cause),
        error => with_cause(connect(format!("no MySQL or MariaDB server answers at {place}")), error),
    }
}

/// Whether the session cannot go on after a failure.
pub(crate) fn ends_session(error: &Error) -> bool {
    match error {
        Error::Server(error) => code::kind(error) == BackendErrorKind::Connect,
        _ => true,
    }
}

fn sentence(error: &ServerError) -> &str {
    error.message.trim_end().trim_end_matches('.')
}

/// Attaches the innermost cause that says something.
fn with_cause(translated: BackendError, error: Error) -> BackendError {
    match error {
        // Whatever was to be read, the driver and rustls describe at length.
        Error::Io(IoError::Io(cause)) if cause.kind() == ErrorKind::UnexpectedEof => {
            translated.with_source("it was closed from the other side")
        }
        Error::Io(IoError::Io(cause)) => translated.with_source(cause),
        Error::Io(IoError::Tls(cause)) => translated.with_source(cause),
        Error::Driver(cause) => translated.with_source(cause),
        Error::Other(cause) => translated.with_source(cause),
        Error::Server(cause) => translated.with_source(cause),
        // Options are built, never read from a URL by the driver.
        Error::Url(cause) => translated.with_source(cause),
    }
}
