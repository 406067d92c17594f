//! Asking the server for the form of definitions, without a trace.
//!
//! Each definition is created among the temporary objects of a transaction that
//! is rolled back: that takes no lock that others wait for, needs no right but
//! the one to create temporary tables, and is gone with the connection. What
//! the server then prints of it is its form.

use retort_core::{
    backend::{BackendError, BackendErrorKind, Definition},
    operation::Operation,
    schema::{Name, QualifiedName, Schema, Table, View},
};
use tokio_postgres::Client;

use crate::{error, render, server::Server, syntax::SYNTAX};

/// A session for reading may have said that its transactions only read.
const BEGIN: &str = "BEGIN READ WRITE; SAVEPOINT retort_canonical";

const BACK: &str = "ROLLBACK TO SAVEPOINT retort_canonical";

/// Finds the form of each definition.
///
/// # Errors
///
/// Fails if the user may not create temporary objects, if the server takes
/// nothing but reading, or if the connection broke.
pub(crate) async fn canonicalize(
    client: &Client,
    definitions: &[Definition],
    server: Server,
) -> Result<Vec<Result<String, BackendError>>, BackendError> {
    client.batch_execute(BEGIN).await.map_err(error::of_request)?;
    let mut forms = Vec::with_capacity(definitions.len());
    let mut outcome = require_right(client).await;
    for definition in definitions {
        if outcome.is_err() {
            break;
        }
        match form(client, definition, server).await {
            Err(error) if error.kind() == BackendErrorKind::Connect => outcome = Err(error),
            form => {
                forms.push(form);
                outcome = client.batch_execute(BACK).await.map_err(error::of_request);
            }
        }
    }
    // If even this fails, the connection is broken, which also rolls back.
    let ended = client.batch_execute("ROLLBACK").await.map_err(error::of_request);
    outcome.and(ended).map(|()| forms)
}

/// Fails if the user may not create temporary objects.
async fn require_right(client: &Client) -> Result<(), BackendError> {
    const QUERY: &str =
        "SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY')";
    let rows = client.query_typed(QUERY, &[]).await.map_err(error::of_request)?;
    if rows.first().and_then(|row| row.try_get(0).ok()).unwrap_or(false) {
        return Ok(());
    }
    let message =
        "the user may not create temporary tables in the database (`GRANT TEMPORARY ON DATABASE …`)";
    Err(BackendError::new(BackendErrorKind::Permission, message))
}

async fn form(client: &Client, definition: &Definition, server: Server) -> Result<String, BackendError> {
    let (operation, name) = temporary(definition);
    for statement in render::render(&[operation], &Schema::default(), server)? {
        // The extended protocol takes one statement only, whatever is in it.
        let created = client.query_typed(&statement.sql, &[]).await;
        created.map_err(|failed| error::of_statement(failed, &statement.sql, None))?;
    }
    let rows = client.query_typed(&query(definition, &name), &[]).await.map_err(error::of_request)?;
    let form = rows.first().and_then(|row| row.try_get::<_, Option<String>>(0).ok().flatten());
    form.ok_or_else(|| {
        BackendError::new(BackendErrorKind::Introspect, "the server shows nothing of the definition")
    })
}

/// What creates the definition among the temporary objects, under its own name:
/// the definition may mention it.
fn temporary(definition: &Definition) -> (Operation, QualifiedName) {
    let name = |name: &QualifiedName| QualifiedName::qualified(Name::new("pg_temp"), name.name.clone());
    match definition {
        Definition::Column(table, _) | Definition::Check(table) | Definition::Index(table) => {
            let mut table = Table { name: name(&table.name), ..table.clone() };
            // How and where it is stored makes no difference to expressions.
            table.options.clear();
            table.columns.iter_mut().for_each(|column| column.options.clear());
            table.indexes.iter_mut().for_each(|index| index.options.clear());
            let name = table.name.clone();
            (Operation::CreateTable { table, if_not_exists: false }, name)
        }
        Definition::View(view) => {
            let view = View { name: name(&view.name), comment: None, ..view.clone() };
            let name = view.name.clone();
            (Operation::CreateView { view, or_replace: false }, name)
        }
    }
}

/// The query for the form of what was created.
fn query(definition: &Definition, name: &QualifiedName) -> String {
    let namespace = name.namespace.iter().map(|name| format!("{}.", SYNTAX.quote_identifier(name.as_str())));
    let name = namespace.collect::<String>() + &SYNTAX.quote_identifier(name.name.as_str());
    let oid = format!("{}::pg_catalog.regclass", SYNTAX.quote_literal(&name));
    match definition {
        Definition::Column(_, _) => format!(
            "SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = {oid}"
        ),
        Definition::Check(_) => format!(
            "SELECT pg_catalog.pg_get_expr(c.conbin, c.conrelid) FROM pg_catalog.pg_constraint c \
             WHERE c.conrelid = {oid} AND c.contype = 'c'"
        ),
        // Each part of the key, and the rows that it covers.
        Definition::Index(_) => format!(
            "SELECT pg_catalog.concat_ws(E'\\n', \
                (SELECT pg_catalog.string_agg(pg_catalog.pg_get_indexdef(i.indexrelid, k, false), E'\\n' ORDER BY k) \
                 FROM pg_catalog.generate_series(1, i.indnatts::integer) AS k), \
                'WHERE ' || pg_catalog.pg_get_expr(i.indpred, i.indrelid)) \
             FROM pg_catalog.pg_index i WHERE i.indrelid = {oid} AND NOT i.indisprimary"
        ),
        Definition::View(_) => format!(
            "SELECT pg_catalog.concat_ws(E'\\n', \
                (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum) \
                 FROM pg_catalog.pg_attribute a WHERE a.attrelid = {oid} AND a.attnum > 0), \
                pg_catalog.array_to_string((SELECT c.reloptions FROM pg_catalog.pg_class c WHERE c.oid = {oid}), ','), \
                pg_catalog.pg_get_viewdef({oid}))"
        ),
    }
}
