//! The backend: what SQLite is, without a connection.

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

use crate::{connection::SqliteConnection, interpret, normalize, offline, render, syntax::SYNTAX};

/// SQLite, in the version that is built in.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Sqlite {}

#[async_trait]
impl Backend for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn family(&self) -> &'static [&'static str] {
        &[]
    }

    fn schemes(&self) -> &'static [&'static str] {
        &["sqlite"]
    }

    fn syntax(&self) -> &Syntax {
        &SYNTAX
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            transactional_ddl: true,
            verbatim_definitions: true,
            creates_database: true,
            namespaces: false,
            enum_types: false,
            enum_values_usable_at_once: true,
            type_change_keeps_collation: false,
            primary_key_names: true,
            unique_index_is_no_constraint: true,
            deferrable_foreign_keys: true,
            deferrable_unique: false,
            // Parsed and ignored.
            match_full: false,
            // A constraint is checked for the rows of a rebuilt table only in
            // so far as they are copied; NOT VALID has no form of its own.
            not_valid: false,
            partial_indexes: true,
            expression_indexes: true,
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
        normalize::normalize(schema)
    }

    fn render(&self, operations: &[Operation], before: &Schema) -> Result<Vec<Statement>, BackendError> {
        render::render(operations, before)
    }

    fn interpret(&self, sql: &str, schema: &mut Schema) -> Effect {
        interpret::interpret(sql, schema)
    }

    fn resetting(&self, _sql: &str) -> Option<Reset> {
        None
    }

    fn offline(&self, version: Option<&str>) -> Result<Arc<dyn Backend>, BackendError> {
        match version {
            Some(_) => Err(BackendError::unsupported("scripts for SQLite are the same for each version")),
            None => Ok(Arc::new(*self)),
        }
    }

    fn write(&self, piece: Piece<'_>) -> Result<String, BackendError> {
        offline::write(piece)
    }

    async fn connect(&self, url: &DatabaseUrl, access: Access) -> Result<Box<dyn Connection>, BackendError> {
        Ok(Box::new(SqliteConnection::open(url, access).await?))
    }
}
