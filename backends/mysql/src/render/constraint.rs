//! Constraints, as in CREATE TABLE and behind ADD and DROP.

use retort_core::{
    backend::BackendError,
    schema::{
        Constraint, ConstraintKind, Deferrable, ForeignKey, MatchKind, Name, ReferentialAction, Schema, Table,
    },
};

use super::{index, quote, quote_all, table_name, translate::Site, unknown};
use crate::server::Server;

/// The clause that makes the constraint within CREATE TABLE, or behind ADD.
///
/// # Errors
///
/// Fails with what the server cannot enforce.
pub(super) fn clause(
    constraint: &Constraint,
    schema: &Schema,
    site: Site<'_>,
) -> Result<String, BackendError> {
    let server = site.server;
    let named = |prefix: &str| match &constraint.name {
        Some(name) => format!("{prefix} {} ", quote(name)),
        None => String::new(),
    };
    Ok(match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => {
            format!("PRIMARY KEY {}", index::key_columns(&key.columns, "the primary key", site)?)
        }
        ConstraintKind::Unique(unique) => {
            let of = || describe(constraint);
            refuse(unique.nulls_not_distinct, "NULLS NOT DISTINCT", &of(), server)?;
            refuse(unique.deferrable != Deferrable::No, "deferrable unique constraints", &of(), server)?;
            let columns = index::key_columns(&unique.columns, &of(), site)?;
            match &constraint.name {
                Some(name) => format!("UNIQUE INDEX {} {columns}", quote(name)),
                None => format!("UNIQUE INDEX {columns}"),
            }
        }
        ConstraintKind::ForeignKey(key) => {
            format!("{}{}", named("CONSTRAINT"), foreign_key(key, constraint, site.table, schema, server)?)
        }
        ConstraintKind::Check(check) => {
            refuse(!check.validated, "NOT VALID", &describe(constraint), server)?;
            let expression = site.condition(&check.expression)?;
            format!("{}CHECK ({expression})", named("CONSTRAINT"))
        }
    })
}

fn foreign_key(
    key: &ForeignKey,
    constraint: &Constraint,
    table: &Table,
    schema: &Schema,
    server: Server,
) -> Result<String, BackendError> {
    let of = describe(constraint);
    refuse(key.deferrable != Deferrable::No, "deferrable foreign keys", &of, server)?;
    refuse(!key.validated, "NOT VALID", &of, server)?;
    refuse(key.match_kind == MatchKind::Full && key.columns.len() > 1, "MATCH FULL", &of, server)?;
    let mut parts = vec![format!(
        "FOREIGN KEY {} REFERENCES {} {}",
        quote_all(&key.columns),
        table_name(&key.references)?,
        quote_all(referenced_columns(key, table, schema)?)
    )];
    for (event, action) in [("DELETE", key.on_delete), ("UPDATE", key.on_update)] {
        match action {
            ReferentialAction::NoAction => {}
            ReferentialAction::SetDefault => refuse(true, "SET DEFAULT as an action", &of, server)?,
            ReferentialAction::Restrict | ReferentialAction::Cascade | ReferentialAction::SetNull => {
                parts.push(format!("ON {event} {}", action.as_sql()));
            }
        }
    }
    Ok(parts.join(" "))
}

/// The columns that a foreign key of the table references.
///
/// # Errors
///
/// Fails if it does not say, and the schema does not have the other table.
pub(super) fn referenced_columns<'a>(
    key: &'a ForeignKey,
    table: &'a Table,
    schema: &'a Schema,
) -> Result<&'a [Name], BackendError> {
    if !key.referenced_columns.is_empty() {
        return Ok(&key.referenced_columns);
    }
    let target = if key.references == table.name { Some(table) } else { schema.tables.get(&key.references) };
    match target.and_then(Table::primary_key) {
        Some(primary) => Ok(&primary.columns),
        None => Err(unknown("primary key of table", &key.references)),
    }
}

/// The clause that drops the constraint.
///
/// # Errors
///
/// Fails if it has no name to drop it by.
pub(super) fn drop_clause(constraint: &Constraint) -> Result<String, BackendError> {
    if let ConstraintKind::PrimaryKey(_) = constraint.kind {
        return Ok("DROP PRIMARY KEY".to_owned());
    }
    let Some(name) = &constraint.name else {
        return Err(BackendError::unsupported(format!(
            "a {} has no name to drop it by",
            constraint.kind.noun()
        )));
    };
    Ok(match constraint.kind {
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => format!("DROP INDEX {}", quote(name)),
        ConstraintKind::ForeignKey(_) => format!("DROP FOREIGN KEY {}", quote(name)),
        ConstraintKind::Check(_) => format!("DROP CONSTRAINT {}", quote(name)),
    })
}

/// The constraint, for messages.
pub(super) fn describe(constraint: &Constraint) -> String {
    match &constraint.name {
        Some(name) => format!("{} `{name}`", constraint.kind.noun()),
        None => format!("a {}", constraint.kind.noun()),
    }
}

fn refuse(found: bool, what: &str, of: &str, server: Server) -> Result<(), BackendError> {
    if found {
        Err(BackendError::unsupported(format!("{} has no {what}: {of}", server.flavor)))
    } else {
        Ok(())
    }
}
