//! The URL of a SQLite database: where the file is, and how to open it.

use std::path::PathBuf;

use retort_core::backend::{BackendError, BackendErrorKind, DatabaseUrl};

/// Where a database is, and what its URL says about opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    /// The place.
    pub(crate) place: Place,
    /// The `mode` parameter.
    pub(crate) mode: Mode,
}

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// In memory, gone with the session.
    Memory,
    /// In a file.
    File {
        /// The path, relative ones being relative to the working directory.
        path: PathBuf,
        /// The path that SQLAlchemy would read from the same URL, where it
        /// reads another one.
        sqlalchemy: Option<PathBuf>,
    },
}

/// How the file may be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `ro`: for reading, whatever the session is for.
    ReadOnly,
    /// `rw`: for writing, if it exists.
    ReadWrite,
    /// `rwc`, and without the parameter: for writing, created if missing.
    Create,
}

impl Location {
    /// Reads a URL: `sqlite://dev.db` is relative, `sqlite:///srv/dev.db`
    /// absolute, `sqlite::memory:` in memory.
    ///
    /// # Errors
    ///
    /// Fails with [`BackendErrorKind::Url`] if there is no path, an escape is
    /// broken, or a parameter is unknown.
    pub(crate) fn parse(url: &DatabaseUrl) -> Result<Self, BackendError> {
        let (rest, query) = match url.rest().split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (url.rest(), None),
        };
        let mut mode = Mode::Create;
        let mut in_memory = false;
        for pair in query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty()) {
            match pair.split_once('=').unwrap_or((pair, "")) {
                ("mode", "ro") => mode = Mode::ReadOnly,
                ("mode", "rw") => mode = Mode::ReadWrite,
                ("mode", "rwc") => mode = Mode::Create,
                ("mode", "memory") => in_memory = true,
                ("mode", other) => {
                    return Err(invalid(format!("`mode={other}` is not one of `ro`, `rw`, `rwc`, `memory`")));
                }
                (key, _) => {
                    return Err(invalid(format!("unknown parameter `{key}` in SQLite URL (only `mode`)")));
                }
            }
        }
        let text = rest.strip_prefix("//").unwrap_or(rest);
        if in_memory || text == ":memory:" {
            return Ok(Self { place: Place::Memory, mode });
        }
        let text = decode(text)?;
        if text.is_empty() {
            return Err(invalid(
                "SQLite URL has no path; write `sqlite://dev.db`, `sqlite:///absolute/path/dev.db` or `sqlite::memory:`",
            ));
        }
        // Three slashes: one more than the URL itself has. Four are absolute
        // under both rules.
        let sqlalchemy = (rest.starts_with("///") && !rest.starts_with("////")).then(|| text[1..].into());
        Ok(Self { place: Place::File { path: text.into(), sqlalchemy }, mode })
    }

    /// The database as messages name it: its path.
    pub(crate) fn shown(&self) -> String {
        match &self.place {
            Place::Memory => ":memory:".to_owned(),
            Place::File { path, .. } => path.display().to_string(),
        }
    }
}

/// Decodes `%20` and the like.
fn decode(text: &str) -> Result<String, BackendError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (digit(rest.next()), digit(rest.next())) {
            (Some(high), Some(low)) => bytes.extend(u8::try_from(high * 16 + low)),
            _ => {
                return Err(invalid(
                    "`%` in SQLite URL must be followed by two hexadecimal digits; write `%25` for it",
                ));
            }
        }
    }
    if bytes.contains(&0) {
        return Err(invalid("path in SQLite URL holds a NUL character"));
    }
    String::from_utf8(bytes).map_err(|_| invalid("path in SQLite URL is not UTF-8"))
}

fn invalid(message: impl Into<String>) -> BackendError {
    BackendError::new(BackendErrorKind::Url, message)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(url: &str, expected: Expect) {
        let url = url.parse().unwrap();
        let found = match Location::parse(&url) {
            Ok(Location { place: Place::Memory, mode }) => format!("memory {mode:?}"),
            Ok(Location { place: Place::File { path, sqlalchemy }, mode }) => {
                format!("{} {mode:?} {sqlalchemy:?}", path.display())
            }
            Err(error) => format!("error: {error}"),
        };
        expected.assert_eq(&found);
    }

    #[test]
    fn two_slashes_are_relative_and_three_absolute() {
        check("sqlite://dev.db", expect!["dev.db Create None"]);
        check("sqlite:dev.db", expect!["dev.db Create None"]);
        check("sqlite://data/dev.db", expect!["data/dev.db Create None"]);
        check("sqlite:///srv/dev.db", expect![[r#"/srv/dev.db Create Some("srv/dev.db")"#]]);
        check("sqlite:////srv/dev.db", expect!["//srv/dev.db Create None"]);
        check("sqlite+pysqlite:///dev.db", expect![[r#"/dev.db Create Some("dev.db")"#]]);
    }

    #[test]
    fn memory_has_three_spellings() {
        check("sqlite::memory:", expect!["memory Create"]);
        check("sqlite://:memory:", expect!["memory Create"]);
        check("sqlite://any?mode=memory", expect!["memory Create"]);
    }

    #[test]
    fn escapes_are_decoded_and_parameters_read() {
        check("sqlite://a%20b%3Fc.db?mode=ro", expect!["a b?c.db ReadOnly None"]);
        check("sqlite://x.db?mode=rw", expect!["x.db ReadWrite None"]);
        check("sqlite://caf%C3%A9.db?mode=rwc", expect!["café.db Create None"]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        check(
            "sqlite://",
            expect![
                "error: SQLite URL has no path; write `sqlite://dev.db`, `sqlite:///absolute/path/dev.db` or `sqlite::memory:`"
            ],
        );
        check(
            "sqlite://a%2",
            expect![
                "error: `%` in SQLite URL must be followed by two hexadecimal digits; write `%25` for it"
            ],
        );
        check("sqlite://a%ff", expect!["error: path in SQLite URL is not UTF-8"]);
        check("sqlite://a%00", expect!["error: path in SQLite URL holds a NUL character"]);
        check(
            "sqlite://x.db?mode=fast",
            expect!["error: `mode=fast` is not one of `ro`, `rw`, `rwc`, `memory`"],
        );
        check(
            "sqlite://x.db?timeout=3",
            expect!["error: unknown parameter `timeout` in SQLite URL (only `mode`)"],
        );
    }
}
