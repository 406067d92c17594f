//! The backend: what MySQL is, without a connection.

use std::sync::Arc;

use async_trait::async_trait;
use retort_core::{
    backend::{
        Access, Backend, BackendError, Capabilities, Connection, DatabaseUrl, Effect, Piece, Reset, Statement,
    },
    operation::Operation,
    schema::{Name, Schema},
    sql::Syntax,
};

use crate::{
    connection::MySqlConnection,
    interpret, normalize, offline, render,
    server::{Flavor, Server},
    syntax::SYNTAX,
};

/// MySQL or MariaDB.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct MySql {
    pub(crate) server: Server,
}

impl Default for MySql {
    /// MySQL: without a connection the oldest version that is supported, with
    /// one the version of the server.
    fn default() -> Self {
        Self { server: Server::OLDEST_MYSQL }
    }
}

impl MySql {
    /// MariaDB: without a connection the oldest version that is supported, with
    /// one the version of the server.
    pub const fn mariadb() -> Self {
        Self { server: Server::OLDEST_MARIADB }
    }

    /// The same product in a version that is known without a connection: major,
    /// minor and patch.
    #[must_use]
    pub const fn of_version(self, version: (u16, u16, u16)) -> Self {
        Self { server: Server { version, ..self.server } }
    }
}

#[async_trait]
impl Backend for MySql {
    fn name(&self) -> &'static str {
        match self.server.flavor {
            Flavor::MySql => "mysql",
            Flavor::MariaDb => "mariadb",
        }
    }

    fn family(&self) -> &'static [&'static str] {
        match self.server.flavor {
            Flavor::MySql => &[],
            Flavor::MariaDb => &["mysql"],
        }
    }

    fn schemes(&self) -> &'static [&'static str] {
        match self.server.flavor {
            Flavor::MySql => &["mysql"],
            Flavor::MariaDb => &["mariadb"],
        }
    }

    fn syntax(&self) -> &Syntax {
        &SYNTAX
    }

    fn capabilities(&self) -> Capabilities {
        let mysql = self.server.flavor == Flavor::MySql;
        Capabilities {
            transactional_ddl: false,
            verbatim_definitions: false,
            creates_database: false,
            namespaces: false,
            enum_types: false,
            enum_values_usable_at_once: true,
            type_change_keeps_collation: true,
            primary_key_names: false,
            unique_index_is_no_constraint: false,
            deferrable_foreign_keys: false,
            deferrable_unique: false,
            match_full: false,
            not_valid: false,
            partial_indexes: false,
            expression_indexes: mysql,
            index_include: false,
            index_methods: false,
            index_nulls_order: false,
            operator_classes: false,
            nulls_not_distinct: false,
            generated_stored: true,
            generated_virtual: true,
            identity_always: false,
            sequence_options: false,
            arrays: false,
        }
    }

    fn default_namespace(&self) -> Option<Name> {
        None
    }

    fn normalize(&self, schema: Schema) -> Result<Schema, BackendError> {
        normalize::normalize(schema, self.server)
    }

    fn render(&self, operations: &[Operation], before: &Schema) -> Result<Vec<Statement>, BackendError> {
        render::render(operations, before, self.server)
    }

    fn interpret(&self, sql: &str, schema: &mut Schema) -> Effect {
        if !self.server.lower_case_tables {
            return interpret::interpret(sql, schema, self.server);
        }
        // What it would be called only reading tells.
        let mut after = schema.clone();
        let effect = interpret::interpret(sql, &mut after, self.server);
        let mut names = after.tables.keys().chain(after.views.keys());
        if names.any(|name| render::refuse::is_folded(&name.name)) {
            return Effect::Unknown;
        }
        *schema = after;
        effect
    }

    fn resetting(&self, _sql: &str) -> Option<Reset> {
        None
    }

    fn offline(&self, version: Option<&str>) -> Result<Arc<dyn Backend>, BackendError> {
        Ok(Arc::new(match version {
            Some(version) => Self { server: self.server.of_version(version)? },
            None => *self,
        }))
    }

    fn write(&self, piece: Piece<'_>) -> Result<String, BackendError> {
        offline::write(piece, self.server)
    }

    async fn connect(&self, url: &DatabaseUrl, access: Access) -> Result<Box<dyn Connection>, BackendError> {
        Ok(Box::new(MySqlConnection::open(url, access).await?))
    }
}
