//! Finds or starts the database servers that tests of Retort run on.
//!
//! A test asks for a [`Database`] on an [`Engine`]: a new, empty one that is
//! dropped with the value.

mod admin;
mod binaries;
pub mod client;
mod engine;
mod find;
mod private;
mod session;
mod supervisor;

pub use engine::Engine;
pub use private::PrivateServer;
pub use session::Session;

/// A database of its own for one test, dropped with the value.
#[derive(Debug)]
pub struct Database {
    engine: Engine,
    name: String,
    server: String,
    url: String,
}

impl Database {
    /// Creates an empty database on the engine.
    ///
    /// # Panics
    ///
    /// Panics if there is no server, or it cannot create one.
    pub fn create(engine: Engine) -> Self {
        Self::create_on(engine, engine.server())
    }

    /// Creates an empty database on a server of the engine, given its URL
    /// without a database.
    ///
    /// # Panics
    ///
    /// Panics if it cannot be created.
    pub fn create_on(engine: Engine, server: &str) -> Self {
        let name = admin::new_name();
        admin::run(engine, server, &create_statement(engine, &name));
        let url = format!("{}/{name}", server.trim_end_matches('/'));
        Self { engine, name, server: server.to_owned(), url }
    }

    /// Drops it, and creates it again under its name.
    ///
    /// # Panics
    ///
    /// Panics if the server refuses it.
    pub fn recreate(&self) {
        admin::run(self.engine, &self.server, &drop_statement(self.engine, &self.name));
        admin::run(self.engine, &self.server, &create_statement(self.engine, &self.name));
    }

    /// The engine that it is on.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Its URL, with the credentials of an administrator.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs SQL in it as an administrator, statement by statement or as one
    /// script, past anything that a test looks at.
    ///
    /// # Panics
    ///
    /// Panics if the server refuses it.
    pub fn run(&self, sql: &str) {
        admin::run(self.engine, &self.url, sql);
    }

    /// The rows of a query, each as its values joined by `|`, NULL as `NULL`.
    ///
    /// # Panics
    ///
    /// Panics if the server refuses it.
    pub fn rows(&self, query: &str) -> Vec<String> {
        match admin::rows(self.engine, &self.url, query) {
            Ok(rows) => rows,
            Err(error) => panic!("{}: {error}\n{query}", self.engine.name()),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        admin::try_run(self.engine, &self.server, &drop_statement(self.engine, &self.name)).ok();
    }
}

fn drop_statement(engine: Engine, name: &str) -> String {
    match engine {
        Engine::Postgresql => format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        // A session that a failed test left within a transaction must not hold
        // up the others for the year that is MySQL's default.
        Engine::Mysql | Engine::Mariadb => {
            format!("SET SESSION lock_wait_timeout = 20; DROP DATABASE IF EXISTS {name}")
        }
    }
}

fn create_statement(engine: Engine, name: &str) -> String {
    match engine {
        Engine::Postgresql => format!("CREATE DATABASE {name}"),
        Engine::Mysql | Engine::Mariadb => format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"),
    }
}
