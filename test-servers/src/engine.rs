//! The engines that tests run on, and where their servers are.

use std::{
    env,
    io::{self, Write},
    sync::OnceLock,
};

use crate::find::{self, Server};

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

    /// The URL of the server, without a database: with the credentials of an
    /// administrator, and started if need be.
    ///
    /// # Panics
    ///
    /// Panics if there is none and none can be started.
    pub fn server(self) -> &'static str {
        match self.find() {
            Ok(server) => &server.url,
            Err(error) => panic!("no {} server: {error}; or set {}", self.name(), self.variable()),
        }
    }

    /// Whether there is a server, or one can be started. Says on stderr why
    /// not.
    ///
    /// # Panics
    ///
    /// Panics where there is none and the environment has `CI=true`.
    pub fn is_available(self) -> bool {
        let Err(error) = self.find() else { return true };
        let ci = env::var("CI").is_ok_and(|value| value == "true");
        assert!(!ci, "no {} server: {error}", self.name());
        writeln!(io::stderr(), "skipped: tests on {}, because {error}", self.name()).ok();
        false
    }

    fn find(self) -> Result<&'static Server, &'static str> {
        static SERVERS: [OnceLock<Result<Server, String>>; 3] = [const { OnceLock::new() }; 3];
        let found = SERVERS[self as usize].get_or_init(|| find::server(self));
        found.as_ref().map_err(String::as_str)
    }
}
