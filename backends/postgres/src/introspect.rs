//! Database → `Schema`.
//!
//! A fixed number of queries reads the catalog, all of them in one snapshot and
//! sent before the first answer is awaited. The rest is putting rows together.
//!
//! Names are relative to the default namespace, the first of the session's
//! `search_path` that exists: what is in it has no namespace in the model, and
//! the server writes its names without. All other namespaces but the server's
//! own are read too.

mod assemble;
mod catalog;
mod column;
mod constraint;
mod index;
mod queries;
mod rows;
mod sequence;
mod unmanaged;
mod unmanaged_queries;

use retort_core::{
    backend::{BackendError, BackendErrorKind, Scope},
    schema::Schema,
};
use tokio_postgres::Client;

use self::catalog::Catalog;
use crate::{error, server::Server};

/// Reads the schema of the database.
///
/// With [`Scope::only`], what is on those tables and the enum types are all
/// that is read. Foreign keys name the columns that they refer to in any case.
///
/// # Errors
///
/// Fails with [`BackendErrorKind::Introspect`] if the catalog cannot be read,
/// and with [`BackendErrorKind::Connect`] if the connection broke.
pub(crate) async fn introspect(
    client: &Client,
    scope: &Scope,
    server: Server,
) -> Result<Schema, BackendError> {
    let catalog = Catalog::read(client, scope, server).await?;
    Ok(assemble::schema_of(catalog, scope, server))
}

/// The catalog could not be read, because.
fn failed(source: tokio_postgres::Error) -> BackendError {
    if error::is_lost(&source) {
        return error::lost().with_source(error::describe(source));
    }
    BackendError::new(BackendErrorKind::Introspect, "cannot read the catalog")
        .with_source(error::describe(source))
}

#[cfg(test)]
pub(crate) mod tests;
