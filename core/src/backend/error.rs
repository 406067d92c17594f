//! The error that backends return.

use std::{error::Error, fmt};

/// What kind of failure a backend reports; callers choose their advice by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BackendErrorKind {
    /// The URL is wrong for this backend.
    Url,
    /// The server or file cannot be reached.
    Connect,
    /// The credentials are wrong.
    Authentication,
    /// The user may not do that.
    Permission,
    /// There is no such database.
    DatabaseMissing,
    /// The file or server is not a database of this backend.
    NotADatabase,
    /// The database, or the session, does not allow writing.
    ReadOnly,
    /// The operation has no equivalent on this backend.
    Unsupported,
    /// Another session holds the lock of a run, or one that a statement needs.
    LockTimeout,
    /// A statement names something that exists already.
    AlreadyExists,
    /// A statement names something that does not exist.
    Missing,
    /// Rows violate a constraint.
    Constraint,
    /// A statement is not valid SQL.
    Syntax,
    /// A statement failed in another way.
    Statement,
    /// The schema could not be read.
    Introspect,
    /// The session was interrupted.
    Interrupted,
    /// The disk is full or failing.
    Storage,
    /// Anything else.
    Unexpected,
}

/// A failure that a backend reports.
///
/// `Display` is one clause that does not repeat the source.
#[derive(Debug)]
pub struct BackendError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: BackendErrorKind,
    message: String,
    statement: Option<String>,
    offset: Option<usize>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl BackendError {
    /// A failure of a kind, with a message of one clause.
    pub fn new(kind: BackendErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), statement: None, offset: None, source: None }))
    }

    /// The operation has no equivalent on this backend, because.
    pub fn unsupported(reason: impl Into<String>) -> Self {
        Self::new(BackendErrorKind::Unsupported, reason)
    }

    /// The same failure, of this statement.
    #[must_use]
    pub fn with_statement(mut self, sql: impl Into<String>) -> Self {
        self.0.statement = Some(sql.into());
        self
    }

    /// The same failure, at this byte of the statement.
    #[must_use]
    pub fn at_offset(mut self, offset: usize) -> Self {
        self.0.offset = Some(offset);
        self
    }

    /// The same failure, caused by another error whose text is not in the
    /// message.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The kind.
    pub fn kind(&self) -> BackendErrorKind {
        self.0.kind
    }

    /// The statement that failed.
    pub fn statement(&self) -> Option<&str> {
        self.0.statement.as_deref()
    }

    /// The byte of the statement at which the database saw the failure.
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }
}

impl fmt::Display for BackendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl Error for BackendError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}
