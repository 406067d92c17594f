//! The server behind a connection.

use std::fmt;

/// What is known of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) flavor: Flavor,
    /// Major, minor and patch.
    pub(crate) version: (u16, u16, u16),
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
    pub(crate) const OLDEST_MYSQL: Self = Self { flavor: Flavor::MySql, version: (8, 4, 0) };
    /// The oldest MariaDB that is supported.
    pub(crate) const OLDEST_MARIADB: Self = Self { flavor: Flavor::MariaDb, version: (10, 6, 0) };
}

impl fmt::Display for Flavor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MySql => "MySQL",
            Self::MariaDb => "MariaDB",
        })
    }
}
