//! The least that a backend of Retort can be.
//!
//! It keeps tables, primary keys, unique indexes and indexes in a SQLite file, and
//! refuses everything else. It is here to be read: each part does one thing that
//! every backend has to do.

mod render;
mod schema;
mod session;

use std::sync::Arc;

use async_trait::async_trait;
use retort_core::{
    backend::{
        Access, Backend, BackendError, Capabilities, Connection, DatabaseUrl, Effect, Piece, Reset, Statement,
    },
    operation::Operation,
    schema::{Name, Schema},
    sql::{IdentifierCase, Quote, Syntax},
};

/// The backend: a value without state, as all offline work needs only this.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Minimal {}

/// How names and texts are written.
const SYNTAX: Syntax = Syntax {
    identifier_quote: Quote::DOUBLE,
    escape_strings: false,
    dollar_quotes: false,
    nested_comments: false,
    identifier_limit: None,
    identifier_case: IdentifierCase::Preserve,
    utc_now: "strftime('%Y-%m-%d %H:%M:%f', 'now')",
    ..Syntax::PORTABLE
};

#[async_trait]
impl Backend for Minimal {
    fn name(&self) -> &'static str {
        "minimal"
    }

    fn family(&self) -> &'static [&'static str] {
        &[]
    }

    fn schemes(&self) -> &'static [&'static str] {
        &["minimal"]
    }

    fn syntax(&self) -> &Syntax {
        &SYNTAX
    }

    /// Each capability that is claimed is a promise. What is not claimed,
    /// planning refuses, and the suite skips.
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            transactional_ddl: true,
            verbatim_definitions: false,
            creates_database: true,
            namespaces: false,
            enum_types: false,
            enum_values_usable_at_once: true,
            type_change_keeps_collation: false,
            primary_key_names: false,
            unique_index_is_no_constraint: false,
            deferrable_foreign_keys: false,
            deferrable_unique: false,
            match_full: false,
            not_valid: false,
            partial_indexes: false,
            expression_indexes: false,
            index_include: false,
            index_methods: false,
            index_nulls_order: false,
            operator_classes: false,
            nulls_not_distinct: false,
            generated_stored: false,
            generated_virtual: false,
            identity_always: false,
            sequence_options: false,
            arrays: false,
        }
    }

    fn default_namespace(&self) -> Option<Name> {
        None
    }

    fn normalize(&self, schema: Schema) -> Result<Schema, BackendError> {
        schema::normalize(schema)
    }

    fn render(&self, operations: &[Operation], before: &Schema) -> Result<Vec<Statement>, BackendError> {
        render::render(operations, before)
    }

    /// Nothing is known of statements under `@only`: Retort then reads the
    /// schema again before it touches what they name.
    fn interpret(&self, _sql: &str, _schema: &mut Schema) -> Effect {
        Effect::Unknown
    }

    fn resetting(&self, _sql: &str) -> Option<Reset> {
        None
    }

    fn offline(&self, _version: Option<&str>) -> Result<Arc<dyn Backend>, BackendError> {
        Ok(Arc::new(*self))
    }

    /// Nobody knows how its client runs a script.
    fn write(&self, _piece: Piece<'_>) -> Result<String, BackendError> {
        Err(BackendError::unsupported("scripts are not supported"))
    }

    async fn connect(&self, url: &DatabaseUrl, access: Access) -> Result<Box<dyn Connection>, BackendError> {
        Ok(Box::new(session::Session::open(url, access)?))
    }
}
