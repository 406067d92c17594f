//! PostgreSQL's errors as those of the seam.

use std::error::Error;

use retort_core::backend::{BackendError, BackendErrorKind};
use tokio_postgres::error::{DbError, ErrorPosition, Severity, SqlState};

use crate::interpret;

/// Translates the failure of a statement; `offset` is the byte of it at which
/// the server saw the failure.
pub(crate) fn of_statement(error: tokio_postgres::Error, sql: &str, offset: Option<usize>) -> BackendError {
    let is_at_end = offset == Some(sql.len());
    let translated = match error.as_db_error() {
        // Of what was put behind the statement, the user knows nothing.
        Some(refusal) if is_at_end && refusal.code() == &SqlState::SYNTAX_ERROR => {
            BackendError::new(BackendErrorKind::Syntax, "syntax error at end of input")
        }
        Some(refusal) if leaves_index(refusal, sql) => BackendError::new(
            kind(refusal.code()),
            format!(
                "{}; what there is of the index stays as an invalid one until the next run replaces it",
                message(refusal)
            ),
        ),
        _ => of_request(error),
    };
    // What does not lie in the statement is not shown with it.
    if translated.kind() == BackendErrorKind::Connect {
        return translated;
    }
    let translated = translated.with_statement(sql);
    match offset {
        Some(offset) => translated.at_offset(offset),
        None => translated,
    }
}

/// Whether the statement failed while it built an index that it does not take
/// with it.
fn leaves_index(error: &DbError, sql: &str) -> bool {
    // What is wrong with the statement itself is noticed before it does anything.
    let is_refused = ["42", "25", "0A"].iter().any(|class| error.code().code().starts_with(class));
    !is_fatal(error) && !is_refused && interpret::concurrent_index(sql).is_some()
}

/// Translates the failure of a request on a connection.
pub(crate) fn of_request(error: tokio_postgres::Error) -> BackendError {
    match error.as_db_error() {
        Some(refusal) => of_server(refusal),
        None if error.is_closed() || is_io(&error) => lost().with_source(describe(error)),
        None => BackendError::new(BackendErrorKind::Unexpected, "a request to the server failed")
            .with_source(describe(error)),
    }
}

/// Translates what the server said.
pub(crate) fn of_server(error: &DbError) -> BackendError {
    let message = message(error);
    if is_fatal(error) {
        let message = format!("the server ended the session: {message}");
        return BackendError::new(BackendErrorKind::Connect, message);
    }
    BackendError::new(kind(error.code()), message)
}

/// The failure of a connection that broke.
pub(crate) fn lost() -> BackendError {
    BackendError::new(BackendErrorKind::Connect, "the connection to the server broke")
}

/// Whether a failure leaves it open what became of the request.
pub(crate) fn is_lost(error: &tokio_postgres::Error) -> bool {
    match error.as_db_error() {
        // An error is the answer to the request. What is fatal may come after
        // it, or in its place.
        Some(refusal) => is_fatal(refusal),
        None => true,
    }
}

/// Whether the server does not know what was prepared, or can no longer execute
/// it.
pub(crate) fn is_unprepared(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        [SqlState::INVALID_SQL_STATEMENT_NAME, SqlState::FEATURE_NOT_SUPPORTED].contains(code)
    })
}

/// Whether the server ended the session with it.
fn is_fatal(error: &DbError) -> bool {
    matches!(error.parsed_severity(), Some(Severity::Fatal | Severity::Panic))
}

/// Whether the connection, not the server, failed.
pub(crate) fn is_io(error: &tokio_postgres::Error) -> bool {
    error.source().is_some_and(|source| source.is::<std::io::Error>())
}

/// The driver's error without its outermost layer, which says nothing that
/// our message does not say, where there is another.
pub(crate) fn describe(error: tokio_postgres::Error) -> Box<dyn Error + Send + Sync> {
    let text = error.to_string();
    error.into_source().unwrap_or_else(|| text.into())
}

/// Where in the text that was sent the server saw the failure, in characters
/// from zero.
pub(crate) fn position(error: &tokio_postgres::Error) -> Option<usize> {
    match error.as_db_error()?.position()? {
        ErrorPosition::Original(position) => usize::try_from(*position).ok()?.checked_sub(1),
        // In the body of a function, which is elsewhere.
        ErrorPosition::Internal { .. } => None,
    }
}

/// What the server said, as one clause.
pub(crate) fn message(error: &DbError) -> String {
    let mut message = clause(error.message());
    if let Some(detail) = error.detail() {
        message.push_str(": ");
        message.push_str(&clause(detail));
    }
    if let Some(place) = error.where_().and_then(|context| context.lines().find(|line| is_code(line))) {
        message.push_str(", in ");
        message.push_str(place);
    }
    if let Some(hint) = error.hint() {
        message.push_str(" (hint: ");
        message.push_str(&clause(hint));
        message.push(')');
    }
    message
}

/// Whether a line of the context names a place in a function.
fn is_code(line: &str) -> bool {
    line.starts_with("PL/") || line.starts_with("SQL function ")
}

/// Makes one clause of one or more lines.
fn clause(text: &str) -> String {
    let lines: Vec<&str> =
        text.lines().map(|line| line.trim().trim_end_matches('.')).filter(|line| !line.is_empty()).collect();
    lines.join("; ")
}

/// The kind that an SQLSTATE stands for.
fn kind(state: &SqlState) -> BackendErrorKind {
    match state.code() {
        "42601" => BackendErrorKind::Syntax,
        "42P04" | "42P06" | "42P07" | "42701" | "42710" | "42723" => BackendErrorKind::AlreadyExists,
        "3D000" | "3F000" | "42P01" | "42703" | "42704" => BackendErrorKind::Missing,
        "44000" => BackendErrorKind::Constraint,
        "25006" => BackendErrorKind::ReadOnly,
        "42501" => BackendErrorKind::Permission,
        // Of a statement; that of a run is not taken with one.
        "55P03" => BackendErrorKind::LockTimeout,
        "57014" => BackendErrorKind::Interrupted,
        "53100" | "58030" | "XX001" | "XX002" => BackendErrorKind::Storage,
        "XX000" => BackendErrorKind::Unexpected,
        code if code.starts_with("23") => BackendErrorKind::Constraint,
        code if code.starts_with("28") => BackendErrorKind::Authentication,
        _ => BackendErrorKind::Statement,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_kinds() {
        for (code, expected) in [
            ("42P07", BackendErrorKind::AlreadyExists),
            ("42P01", BackendErrorKind::Missing),
            ("42703", BackendErrorKind::Missing),
            ("23505", BackendErrorKind::Constraint),
            ("42601", BackendErrorKind::Syntax),
            ("25006", BackendErrorKind::ReadOnly),
            ("53100", BackendErrorKind::Storage),
            ("42501", BackendErrorKind::Permission),
            ("57014", BackendErrorKind::Interrupted),
            ("28P01", BackendErrorKind::Authentication),
            ("22012", BackendErrorKind::Statement),
            ("55P03", BackendErrorKind::LockTimeout),
        ] {
            assert_eq!(kind(&SqlState::from_code(code)), expected, "{code}");
        }
    }

    #[test]
    fn several_lines_are_one_clause() {
        assert_eq!(
            clause("view v depends on table t\nview w depends on view v"),
            "view v depends on table t; view w depends on view v"
        );
        assert_eq!(clause("Key (id)=(1) already exists."), "Key (id)=(1) already exists");
    }
}
