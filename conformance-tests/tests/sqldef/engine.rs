//! The engines, and what differs between them.

use std::{path::PathBuf, sync::Arc};

use retort_core::backend::Backend;
use retort_mysql::MySql;
use retort_postgres::Postgres;
use retort_sqlite::Sqlite;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgresql,
    Mysql,
    Mariadb,
}

impl Engine {
    pub(crate) const ALL: [Self; 4] = [Self::Sqlite, Self::Postgresql, Self::Mysql, Self::Mariadb];

    /// The name, as a backend and as a flavour.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgresql => "postgresql",
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
        }
    }

    pub(crate) fn backend(self) -> Arc<dyn Backend> {
        match self {
            Self::Sqlite => Arc::new(Sqlite::default()),
            Self::Postgresql => Arc::new(Postgres::default()),
            Self::Mysql => Arc::new(MySql::default()),
            Self::Mariadb => Arc::new(MySql::mariadb()),
        }
    }

    /// The server that it needs.
    pub(crate) fn server(self) -> Option<retort_test_servers::Engine> {
        match self {
            Self::Sqlite => None,
            Self::Postgresql => Some(retort_test_servers::Engine::Postgresql),
            Self::Mysql => Some(retort_test_servers::Engine::Mysql),
            Self::Mariadb => Some(retort_test_servers::Engine::Mariadb),
        }
    }

    /// The directory of its cases, beside the repository.
    pub(crate) fn cases(self) -> PathBuf {
        let directory = match self {
            Self::Sqlite => "sqlite",
            Self::Postgresql => "postgresql",
            Self::Mysql | Self::Mariadb => "mysql",
        };
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/oracles/sqldef").join(directory)
    }
}
