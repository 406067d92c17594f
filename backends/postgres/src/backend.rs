//! The backend: what PostgreSQL is, without a connection.

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
    connection::PostgresConnection, interpret, normalize, offline, render, search_path::SearchPath,
    server::Server, syntax::SYNTAX,
};

/// PostgreSQL: without a connection the oldest version that is supported, with
/// one the version of the server.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Postgres {
    pub(crate) server: Server,
    /// What names without a namespace mean, once a session has told.
    pub(crate) search_path: SearchPath,
}

impl Default for Postgres {
    fn default() -> Self {
        Self { server: Server::OLDEST, search_path: SearchPath::default() }
    }
}

#[async_trait]
impl Backend for Postgres {
    fn name(&self) -> &'static str {
        "postgresql"
    }

    fn family(&self) -> &'static [&'static str] {
        &[]
    }

    fn schemes(&self) -> &'static [&'static str] {
        &["postgresql", "postgres"]
    }

    fn syntax(&self) -> &Syntax {
        &SYNTAX
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            transactional_ddl: true,
            verbatim_definitions: false,
            creates_database: false,
            namespaces: true,
            enum_types: true,
            enum_values_usable_at_once: false,
            type_change_keeps_collation: false,
            primary_key_names: true,
            unique_index_is_no_constraint: true,
            deferrable_foreign_keys: true,
            deferrable_unique: true,
            match_full: true,
            not_valid: true,
            partial_indexes: true,
            expression_indexes: true,
            index_include: true,
            index_methods: true,
            index_nulls_order: true,
            operator_classes: true,
            nulls_not_distinct: self.server.is_at_least(15),
            generated_stored: true,
            generated_virtual: self.server.is_at_least(18),
            identity_always: true,
            sequence_options: true,
            arrays: true,
        }
    }

    fn default_namespace(&self) -> Option<Name> {
        self.search_path.default.clone()
    }

    fn normalize(&self, schema: Schema) -> Result<Schema, BackendError> {
        normalize::normalize(schema, self.server)
    }

    fn render(&self, operations: &[Operation], before: &Schema) -> Result<Vec<Statement>, BackendError> {
        self.search_path.keep(operations)?;
        render::render(operations, before, self.server)
    }

    fn interpret(&self, sql: &str, schema: &mut Schema) -> Effect {
        interpret::interpret(sql, self.search_path.default.as_ref(), schema)
    }

    fn resetting(&self, sql: &str) -> Option<Reset> {
        interpret::resetting(sql)
    }

    fn offline(&self, version: Option<&str>) -> Result<Arc<dyn Backend>, BackendError> {
        let server = match version {
            Some(version) => Server::of_version(version)?,
            None => self.server,
        };
        // Scripts check that it is so.
        let search_path = SearchPath::new(Some("public"), "public", "");
        Ok(Arc::new(Self { server, search_path }))
    }

    fn write(&self, piece: Piece<'_>) -> Result<String, BackendError> {
        offline::write(piece, self.default_namespace().as_ref())
    }

    async fn connect(&self, url: &DatabaseUrl, access: Access) -> Result<Box<dyn Connection>, BackendError> {
        Ok(Box::new(PostgresConnection::open(url, access).await?))
    }
}
