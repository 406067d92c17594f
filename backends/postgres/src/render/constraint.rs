//! Definitions of constraints.

use retort_core::{
    backend::BackendError,
    schema::{Constraint, ConstraintKind, Deferrable, ForeignKey, MatchKind, ReferentialAction, Unique},
};

use super::{quote, quote_all, quote_qualified};
use crate::server::Server;

/// The definition of a constraint as part of a table, or behind `ADD`.
///
/// # Errors
///
/// Fails with what this version of PostgreSQL lacks.
pub(super) fn definition(constraint: &Constraint, server: Server) -> Result<String, BackendError> {
    let definition = match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => format!("PRIMARY KEY ({})", quote_all(&key.columns)),
        ConstraintKind::Unique(unique) => unique_definition(unique, server)?,
        ConstraintKind::ForeignKey(key) => foreign_key(key),
        ConstraintKind::Check(check) => {
            format!("CHECK ({}){}", check.expression, not_valid(check.validated))
        }
    };
    Ok(match &constraint.name {
        Some(name) => format!("CONSTRAINT {} {definition}", quote(name)),
        None => definition,
    })
}

/// Whether rows that are there are left unchecked, which `CREATE TABLE` does
/// not say of a constraint.
pub(super) fn is_not_valid(constraint: &Constraint) -> bool {
    match &constraint.kind {
        ConstraintKind::ForeignKey(key) => !key.validated,
        ConstraintKind::Check(check) => !check.validated,
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => false,
    }
}

/// `NULLS NOT DISTINCT`, if wanted.
///
/// # Errors
///
/// Fails on a version that lacks it.
pub(super) fn nulls_sql(not_distinct: bool, server: Server) -> Result<&'static str, BackendError> {
    match not_distinct {
        false => Ok(""),
        true if server.is_at_least(15) => Ok(" NULLS NOT DISTINCT"),
        true => Err(BackendError::unsupported("PostgreSQL before 15 has no NULLS NOT DISTINCT")),
    }
}

fn unique_definition(unique: &Unique, server: Server) -> Result<String, BackendError> {
    let nulls = nulls_sql(unique.nulls_not_distinct, server)?;
    let columns = quote_all(&unique.columns);
    Ok(format!("UNIQUE{nulls} ({columns}){}", deferrable(unique.deferrable)))
}

fn foreign_key(key: &ForeignKey) -> String {
    let columns = match key.referenced_columns.as_slice() {
        [] => String::new(),
        columns => format!(" ({})", quote_all(columns)),
    };
    let match_kind = match key.match_kind {
        MatchKind::Simple => "",
        MatchKind::Full => " MATCH FULL",
    };
    format!(
        "FOREIGN KEY ({}) REFERENCES {}{columns}{match_kind}{}{}{}{}",
        quote_all(&key.columns),
        quote_qualified(&key.references),
        action("DELETE", key.on_delete),
        action("UPDATE", key.on_update),
        deferrable(key.deferrable),
        not_valid(key.validated),
    )
}

fn action(event: &str, action: ReferentialAction) -> String {
    match action {
        ReferentialAction::NoAction => String::new(),
        ReferentialAction::Restrict
        | ReferentialAction::Cascade
        | ReferentialAction::SetNull
        | ReferentialAction::SetDefault => format!(" ON {event} {}", action.as_sql()),
    }
}

fn deferrable(deferrable: Deferrable) -> &'static str {
    match deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " DEFERRABLE",
        Deferrable::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}

fn not_valid(validated: bool) -> &'static str {
    if validated { "" } else { " NOT VALID" }
}
