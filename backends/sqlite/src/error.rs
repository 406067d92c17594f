//! SQLite's errors as those of the seam.

use retort_core::backend::{BackendError, BackendErrorKind};
use rusqlite::{ErrorCode, ffi};

use crate::rebuild::NEW_PREFIX;

/// Translates the failure of a statement of the database named `shown`.
pub(crate) fn of_statement(error: rusqlite::Error, sql: &str, shown: &str) -> BackendError {
    // What does not lie in the statement is not shown with it.
    if let Some(error) = of_environment(&error, shown) {
        return error;
    }
    let (kind, message) = of_sql(&error);
    // During a rebuild the table has another name than the user knows.
    let message = message.replace(NEW_PREFIX, "");
    let translated = BackendError::new(kind, message).with_statement(sql);
    match &error {
        rusqlite::Error::SqlInputError { sql: tail, offset, .. } => match usize::try_from(*offset) {
            // The text that SQLite saw may be the rest of a longer one.
            Ok(offset) => translated.at_offset(sql.len().saturating_sub(tail.len()) + offset),
            Err(_) => translated,
        },
        _ => translated,
    }
}

/// Translates a failure that belongs to no statement of the user.
pub(crate) fn of_session(error: rusqlite::Error, shown: &str) -> BackendError {
    of_environment(&error, shown).unwrap_or_else(|| {
        let (kind, message) = of_sql(&error);
        BackendError::new(kind, message)
    })
}

/// Whether a lock of another session caused the failure.
pub(crate) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Whether reading failed because an interrupted write must be undone first,
/// which a session for reading cannot do.
pub(crate) fn needs_recovery(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| {
        [
            ffi::SQLITE_READONLY_ROLLBACK,
            ffi::SQLITE_READONLY_RECOVERY,
            ffi::SQLITE_READONLY_CANTINIT,
            ffi::SQLITE_READONLY_CANTLOCK,
            ffi::SQLITE_CANTOPEN,
        ]
        .contains(&error.extended_code)
    })
}

/// The failure of a session that was told to stop.
pub(crate) fn interrupted() -> BackendError {
    BackendError::new(BackendErrorKind::Interrupted, "the session was interrupted")
}

/// The failure to write where only reading is possible.
pub(crate) fn read_only(shown: &str) -> BackendError {
    BackendError::new(BackendErrorKind::ReadOnly, format!("database `{shown}` is read-only"))
}

/// The failure as one of the file, the disk or another session, if it is one.
fn of_environment(error: &rusqlite::Error, shown: &str) -> Option<BackendError> {
    let code = error.sqlite_error()?;
    let (kind, message) = match code.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
            (BackendErrorKind::LockTimeout, format!("database `{shown}` is locked by another process"))
        }
        ErrorCode::ReadOnly => (BackendErrorKind::ReadOnly, read_only_message(code.extended_code, shown)),
        ErrorCode::DiskFull => {
            (BackendErrorKind::Storage, format!("the disk that holds database `{shown}` is full"))
        }
        ErrorCode::SystemIoFailure => {
            (BackendErrorKind::Storage, format!("reading or writing database `{shown}` failed"))
        }
        ErrorCode::DatabaseCorrupt => (BackendErrorKind::Storage, format!("database `{shown}` is damaged")),
        ErrorCode::NotADatabase => {
            (BackendErrorKind::NotADatabase, format!("`{shown}` is not a SQLite database"))
        }
        ErrorCode::OperationInterrupted => return Some(interrupted()),
        ErrorCode::PermissionDenied => {
            (BackendErrorKind::Connect, format!("no permission to open database `{shown}`"))
        }
        // An open session that cannot open a file: the journal.
        ErrorCode::CannotOpen => (
            BackendErrorKind::ReadOnly,
            format!("no file can be created beside database `{shown}`, where its journal belongs"),
        ),
        _ => return None,
    };
    let translated = BackendError::new(kind, message);
    // The text of the code says more only where the kinds of failure are many.
    Some(match code.code {
        ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt => translated.with_source(*code),
        _ => translated,
    })
}

fn read_only_message(extended: i32, shown: &str) -> String {
    match extended {
        ffi::SQLITE_READONLY_DIRECTORY => {
            format!("the directory of database `{shown}` is read-only, so no journal can be written")
        }
        ffi::SQLITE_READONLY_DBMOVED => format!("database `{shown}` was moved or deleted while in use"),
        _ => format!("database `{shown}` is read-only"),
    }
}

/// The failure as one of the SQL text or the rows.
fn of_sql(error: &rusqlite::Error) -> (BackendErrorKind, String) {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } => (kind_of_message(msg), msg.clone()),
        rusqlite::Error::SqliteFailure(code, message) => {
            let message = message.clone().unwrap_or_else(|| code.to_string());
            let kind = match code.code {
                ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch => BackendErrorKind::Constraint,
                ErrorCode::OutOfMemory | ErrorCode::InternalMalfunction | ErrorCode::ApiMisuse => {
                    BackendErrorKind::Unexpected
                }
                _ => kind_of_message(&message),
            };
            (kind, message)
        }
        other => (BackendErrorKind::Unexpected, other.to_string()),
    }
}

/// The kind of a failure that SQLite tells apart by its text only.
fn kind_of_message(message: &str) -> BackendErrorKind {
    let any = |parts: &[&str]| parts.iter().any(|part| message.contains(part));
    if message.starts_with("error in ") {
        // An ALTER TABLE that would break another object.
        BackendErrorKind::Statement
    } else if message.starts_with("Cannot add a NOT NULL column") {
        // Only where there are rows, which would then hold NULL.
        BackendErrorKind::Constraint
    } else if any(&["already exists", "duplicate column name", "there is already "]) {
        BackendErrorKind::AlreadyExists
    } else if message.starts_with("no such function") {
        BackendErrorKind::Statement
    } else if message.starts_with("no such ") || any(&[" has no column named "]) {
        BackendErrorKind::Missing
    } else if any(&["syntax error", "incomplete input", "unrecognized token"]) {
        BackendErrorKind::Syntax
    } else {
        BackendErrorKind::Statement
    }
}
