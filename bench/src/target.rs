//! The databases that tools act on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use retort_test_servers::{Database, Engine, PrivateServer};

/// The file of SQLite's database, in the directory of the project.
pub(crate) const DATABASE: &str = "database.db";

/// The database that a project is about.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// A file for SQLite.
    File(PathBuf),
    /// A database on a server of our own.
    Server(Rc<ServerDatabase>),
}

/// A database on a server of our own, which is dropped with the value.
#[derive(Debug)]
pub(crate) struct ServerDatabase {
    pub(crate) database: Database,
    pub(crate) port: u16,
}

/// How a database wants its SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgresql,
    /// MariaDB too.
    Mysql,
}

impl Target {
    /// The file of the project in `directory`, an absolute path.
    pub(crate) fn file(directory: &Path) -> Self {
        Self::File(directory.join(DATABASE))
    }

    /// A new database on a server.
    pub(crate) fn create(engine: Engine, server: &PrivateServer) -> Self {
        let database = Database::create_on(engine, server.url());
        Self::Server(Rc::new(ServerDatabase { database, port: server.port() }))
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::File(_) => Dialect::Sqlite,
            Self::Server(server) => match server.database.engine() {
                Engine::Postgresql => Dialect::Postgresql,
                Engine::Mysql | Engine::Mariadb => Dialect::Mysql,
            },
        }
    }

    /// The URL as Retort reads it.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::File(path) => format!("sqlite://{}", path.display()),
            Self::Server(server) => server.database.url().to_owned(),
        }
    }

    /// Makes the database empty, whether it was there or not.
    ///
    /// # Errors
    ///
    /// Fails if a file cannot be written.
    pub(crate) fn empty(&self) -> io::Result<()> {
        let path = match self {
            Self::File(path) => path,
            Self::Server(server) => {
                server.database.recreate();
                return Ok(());
            }
        };
        for suffix in ["-journal", "-wal", "-shm"] {
            let mut path = path.clone().into_os_string();
            path.push(suffix);
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        // An empty file is an empty database to every tool; one of them does
        // not create a missing one.
        fs::write(path, "")
    }
}

impl ServerDatabase {
    /// The user that owns it, who has no password.
    pub(crate) fn user(&self) -> &'static str {
        match self.database.engine() {
            Engine::Postgresql => "postgres",
            Engine::Mysql | Engine::Mariadb => "root",
        }
    }

    /// The URL with another scheme.
    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}@127.0.0.1:{}/{}", self.user(), self.port, self.database.name())
    }
}
