//! The server behind a connection.

use std::fmt;

use retort_core::backend::{BackendError, BackendErrorKind};

/// What is known of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) flavor: Flavor,
    /// Major, minor and patch.
    pub(crate) version: (u16, u16, u16),
    /// Whether it keeps the names of tables and views in lower case, whatever
    /// statements say (`lower_case_table_names = 1`).
    pub(crate) lower_case_tables: bool,
}

/// The two products that speak the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavor {
    MySql,
    MariaDb,
}

impl Server {
    /// The oldest MySQL that is supported: what is planned for it without a
    /// connection runs on all of them.
    pub(crate) const OLDEST_MYSQL: Self =
        Self { flavor: Flavor::MySql, version: (8, 4, 0), lower_case_tables: false };
    /// The oldest MariaDB that is supported.
    pub(crate) const OLDEST_MARIADB: Self =
        Self { flavor: Flavor::MariaDb, version: (10, 6, 0), lower_case_tables: false };

    /// Recognizes a server by what its `VERSION()` says.
    ///
    /// # Errors
    ///
    /// Fails with [`BackendErrorKind::Unsupported`] if it is older than what is
    /// supported.
    pub(crate) fn recognize(text: &str) -> Result<Self, BackendError> {
        let flavor =
            if text.to_ascii_lowercase().contains("mariadb") { Flavor::MariaDb } else { Flavor::MySql };
        // For the sake of old replicas MariaDB may pass itself off as MySQL
        // 5.5.5 before it says what it is.
        let own = match flavor {
            Flavor::MariaDb => text.strip_prefix("5.5.5-").unwrap_or(text),
            Flavor::MySql => text,
        };
        let Some(version) = parse_version(own) else {
            return Err(BackendError::new(
                BackendErrorKind::NotADatabase,
                format!("`{text}` is not a version of MySQL or MariaDB"),
            ));
        };
        let oldest = Self::oldest(flavor);
        if version < oldest.version {
            let (major, minor, _) = oldest.version;
            return Err(BackendError::unsupported(format!(
                "the server is {flavor} `{own}`, and the oldest that is supported is {flavor} {major}.{minor}"
            )));
        }
        Ok(Self { flavor, version, lower_case_tables: false })
    }

    /// The same product in a version that a user gives: `8.4`.
    ///
    /// # Errors
    ///
    /// Fails if it is none, or older than what is supported.
    pub(crate) fn of_version(self, text: &str) -> Result<Self, BackendError> {
        let whole = if text.contains('.') { text.to_owned() } else { format!("{text}.0") };
        let Some(version) = parse_version(&whole) else {
            let message = format!("`{text}` is not a version of {}", self.flavor);
            return Err(BackendError::unsupported(message));
        };
        let (major, minor, _) = Self::oldest(self.flavor).version;
        if version < (major, minor, 0) {
            let message =
                format!("the oldest version of {} that is supported is {major}.{minor}", self.flavor);
            return Err(BackendError::unsupported(message));
        }
        Ok(Self { version, ..self })
    }

    const fn oldest(flavor: Flavor) -> Self {
        match flavor {
            Flavor::MySql => Self::OLDEST_MYSQL,
            Flavor::MariaDb => Self::OLDEST_MARIADB,
        }
    }
}

impl fmt::Display for Flavor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MySql => "MySQL",
            Self::MariaDb => "MariaDB",
        })
    }
}

/// The numbers at the beginning of a version: `9.7.4-2` is 9, 7 and 4.
fn parse_version(text: &str) -> Option<(u16, u16, u16)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let mut numbers = text[..end].split('.').map(|number| number.parse().ok());
    let major = numbers.next()??;
    let minor = numbers.next()??;
    Some((major, minor, numbers.next().flatten().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        expected.assert_eq(&match Server::recognize(text) {
            Ok(Server { flavor, version: (major, minor, patch), .. }) => {
                format!("{flavor} {major} {minor} {patch}")
            }
            Err(error) => format!("{:?}: {error}", error.kind()),
        });
    }

    #[test]
    fn flavor_and_version_are_recognized() {
        check("9.7.4-2", expect!["MySQL 9 7 4"]);
        check("8.4.0", expect!["MySQL 8 4 0"]);
        check("8.4.6-6.1", expect!["MySQL 8 4 6"]);
        check("10.11.19-MariaDB-0+deb12u1", expect!["MariaDB 10 11 19"]);
        check("5.5.5-10.6.0-MariaDB-log", expect!["MariaDB 10 6 0"]);
        check("11.4-mariadb", expect!["MariaDB 11 4 0"]);
    }

    #[test]
    fn what_is_too_old_is_refused_with_both_versions() {
        check(
            "8.3.0",
            expect![
                "Unsupported: the server is MySQL `8.3.0`, and the oldest that is supported is MySQL 8.4"
            ],
        );
        check(
            "5.7.44-log",
            expect![
                "Unsupported: the server is MySQL `5.7.44-log`, and the oldest that is supported is MySQL 8.4"
            ],
        );
        check(
            "5.5.5-10.5.28-MariaDB",
            expect![
                "Unsupported: the server is MariaDB `10.5.28-MariaDB`, and the oldest that is supported is MariaDB 10.6"
            ],
        );
        check(
            "8.0.11-TiDB-v7.5.0",
            expect![
                "Unsupported: the server is MySQL `8.0.11-TiDB-v7.5.0`, and the oldest that is supported is MySQL 8.4"
            ],
        );
        check("nonsense", expect!["NotADatabase: `nonsense` is not a version of MySQL or MariaDB"]);
        check("", expect!["NotADatabase: `` is not a version of MySQL or MariaDB"]);
    }
}
