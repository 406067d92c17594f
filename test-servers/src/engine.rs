//! The engines that tests run on, and where their servers are.

use std::{env, sync::OnceLock};

/// A database engine with a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// PostgreSQL.
    Postgresql,
    /// MySQL.
    Mysql,
    /// MariaDB.
    Mariadb,
}

impl Engine {
    /// All engines.
    pub const ALL: [Self; 3] = [Self::Postgresql, Self::Mysql, Self::Mariadb];

    /// The name: `postgresql`, `mysql`, `mariadb`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql",
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
        }
    }

    /// The environment variable that names a server to use.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Postgresql => "RETORT_TEST_POSTGRESQL_URL",
            Self::Mysql => "RETORT_TEST_MYSQL_URL",
            Self::Mariadb => "RETORT_TEST_MARIADB_URL",
        }
    }

    /// The URL of the server, without a database: with credentials of an
    /// administrator, and started if need be.
    ///
    /// # Panics
    ///
    /// Panics if there is none and none can be started.
    pub fn server(self) -> &'static str {
        static SERVERS: [OnceLock<String>; 3] = [const { OnceLock::new() }; 3];
        SERVERS[self as usize].get_or_init(|| match env::var(self.variable()) {
            Ok(url) => url,
            Err(_) => panic!("no {} server: set {}", self.name(), self.variable()),
        })
    }
}
