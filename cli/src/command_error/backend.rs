//! Errors of databases.

use retort_core::backend::{BackendError, BackendErrorKind};

use super::CommandError;
use crate::project::Project;

/// What helps where another session is in the way of a statement.
pub(super) const ADVICE_ON_LOCKS: &str = "another session holds a lock that the statement needs: wait for it, or end it, and run the command again";

/// What helps where a statement needs a right that the user has not.
pub(super) const ADVICE_ON_RIGHTS: &str =
    "grant the user the right to do that, or connect as another user, and run the command again";

/// What helps where the disk is full or failing.
pub(super) const ADVICE_ON_STORAGE: &str =
    "make room where the database keeps its data, or repair what fails there, and run the command again";

impl Project {
    /// What a database reported, with the advice that the settings allow.
    pub(crate) fn backend_error(&self, error: &BackendError) -> CommandError {
        let described =
            CommandError::new(backend_code(error.kind()), error.to_string()).with_sources_of(error);
        let origin = self.settings.database.as_ref().map_or("the settings", |database| &database.origin);
        match error.kind() {
            BackendErrorKind::Url => described.hint(format!("correct the URL that {origin} gives")),
            BackendErrorKind::Connect => described
                .hint(format!("check that the database can be reached, and the URL that {origin} gives")),
            BackendErrorKind::Authentication => {
                described.hint(format!("check the user and the password that {origin} gives"))
            }
            BackendErrorKind::Permission => {
                let described = match error.statement() {
                    Some(sql) => described.hint(show_statement(sql)),
                    None => described,
                };
                described.hint(ADVICE_ON_RIGHTS)
            }
            BackendErrorKind::DatabaseMissing => {
                described.hint(format!("create the database, or correct the URL that {origin} gives"))
            }
            BackendErrorKind::NotADatabase => {
                described.hint(format!("check the URL that {origin} gives; nothing was changed"))
            }
            BackendErrorKind::ReadOnly => {
                described.hint("make the database writable for the user of this process, or the one in the URL; nothing was changed")
            }
            // A statement waits as long as the server lets it.
            BackendErrorKind::LockTimeout if error.statement().is_some() => {
                described.hint(ADVICE_ON_LOCKS)
            }
            BackendErrorKind::LockTimeout => described.hint(format!(
                "another run is at work: wait for it, or wait longer with `lock_timeout = \"5m\"` (now {})",
                format_duration(self.settings.lock_timeout)
            )),
            BackendErrorKind::Storage => described.hint(ADVICE_ON_STORAGE),
            // No file has it.
            _ => match error.statement() {
                Some(sql) => described.hint(show_statement(sql)),
                None => described,
            },
        }
    }
}

/// A statement that is in no file, or the beginning of one.
pub(super) fn show_statement(sql: &str) -> String {
    /// How much of it is shown.
    const LONGEST: usize = 300;
    let end = sql.floor_char_boundary(LONGEST);
    let more = if end < sql.len() { " …" } else { "" };
    format!("the statement is: {}{more}", &sql[..end])
}

/// A stable name for the kind of error, for machines.
pub(super) fn backend_code(kind: BackendErrorKind) -> &'static str {
    match kind {
        BackendErrorKind::Url => "invalid-url",
        BackendErrorKind::Connect => "connect",
        BackendErrorKind::Authentication => "authentication",
        BackendErrorKind::Permission => "permission",
        BackendErrorKind::DatabaseMissing => "database-missing",
        BackendErrorKind::NotADatabase => "not-a-database",
        BackendErrorKind::ReadOnly => "read-only",
        BackendErrorKind::Unsupported => "unsupported",
        BackendErrorKind::LockTimeout => "lock-timeout",
        BackendErrorKind::AlreadyExists => "already-exists",
        BackendErrorKind::Missing => "missing",
        BackendErrorKind::Constraint => "constraint",
        BackendErrorKind::Syntax => "syntax",
        BackendErrorKind::Storage => "storage",
        BackendErrorKind::Interrupted => "interrupted",
        // Statement, Introspect, Unexpected, and kinds of later versions.
        _ => "database",
    }
}

fn format_duration(duration: std::time::Duration) -> String {
    format!("{:#}", jiff::SignedDuration::try_from(duration).unwrap_or(jiff::SignedDuration::MAX))
}
