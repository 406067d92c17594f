//! Indexes, and the keys of unique constraints.

use retort_core::{
    backend::BackendError,
    schema::{Column, Index, IndexKey, IndexKeyPart, Name, SortOrder, Table},
};

use super::{literal, quote, translate};
use crate::{
    server::{Flavor, Server},
    types,
};

/// The clause that makes the index within CREATE TABLE, or behind ADD.
///
/// # Errors
///
/// Fails with what the server cannot index.
pub(super) fn clause(index: &Index, table: &Table, server: Server) -> Result<String, BackendError> {
    require_plain(index, server)?;
    let kind = match (index.unique, index.method.as_ref().map(Name::as_str)) {
        (true, _) => "UNIQUE INDEX",
        (false, Some(method)) if method.eq_ignore_ascii_case("fulltext") => "FULLTEXT INDEX",
        (false, Some(method)) if method.eq_ignore_ascii_case("spatial") => "SPATIAL INDEX",
        (false, _) => "INDEX",
    };
    let whole = !matches!(kind, "UNIQUE INDEX" | "INDEX");
    let parts: Vec<String> =
        index.key.iter().map(|part| key_part(part, index, table, whole, server)).collect::<Result<_, _>>()?;
    let mut clause = vec![format!("{kind} {} ({})", quote(&index.name), parts.join(", "))];
    for (option, value) in &index.options {
        match option.as_str() {
            "comment" => clause.push(format!("COMMENT {}", literal(value))),
            "invisible" => clause.push(match server.flavor {
                Flavor::MySql => "INVISIBLE".to_owned(),
                Flavor::MariaDb => "IGNORED".to_owned(),
            }),
            "parser" => clause.push(format!("WITH PARSER {value}")),
            _ => {
                return Err(BackendError::unsupported(format!(
                    "index `{}` has the option `{option}`, which nothing here can repeat",
                    index.name
                )));
            }
        }
    }
    Ok(clause.join(" "))
}

fn require_plain(index: &Index, server: Server) -> Result<(), BackendError> {
    let refuse = |found: bool, what: &str| {
        let refusal =
            || BackendError::unsupported(format!("{} has no {what}: index `{}`", server.flavor, index.name));
        if found { Err(refusal()) } else { Ok(()) }
    };
    let method = index.method.as_ref().map(|method| method.as_str().to_ascii_lowercase());
    let known = matches!(method.as_deref(), None | Some("btree" | "fulltext" | "spatial"));
    refuse(!known, "such index access method")?;
    refuse(index.predicate.is_some(), "partial indexes")?;
    refuse(!index.include.is_empty(), "INCLUDE columns in indexes")?;
    refuse(index.nulls_not_distinct, "NULLS NOT DISTINCT")?;
    refuse(index.key.iter().any(|part| part.operator_class.is_some()), "operator classes")?;
    refuse(index.key.iter().any(|part| part.nulls.is_some()), "NULLS FIRST and NULLS LAST in indexes")?;
    refuse(index.key.iter().any(|part| part.collation.is_some()), "collations of index keys")
}

fn key_part(
    part: &IndexKeyPart,
    index: &Index,
    table: &Table,
    whole: bool,
    server: Server,
) -> Result<String, BackendError> {
    let mut sql = match &part.key {
        IndexKey::Column(name) => {
            let column = table.column(name);
            let prefix = match (part.prefix, column) {
                (Some(prefix), _) => Some(prefix),
                (None, Some(column)) if !whole => {
                    prefix_of(column, index.unique, &format!("index `{}`", index.name), server)?
                }
                (None, _) => None,
            };
            match prefix {
                Some(prefix) => format!("{}({prefix})", quote(name)),
                None => quote(name),
            }
        }
        IndexKey::Expression(_) if server.flavor == Flavor::MariaDb => {
            return Err(BackendError::unsupported(format!(
                "{} has no indexes on expressions: index `{}`",
                server.flavor, index.name
            )));
        }
        IndexKey::Expression(expression) => format!("({})", translate::expression(expression, server)?),
    };
    match part.order {
        SortOrder::Ascending => {}
        SortOrder::Descending => sql.push_str(" DESC"),
    }
    Ok(sql)
}

/// How much of a column a key holds, if it cannot hold all of it.
fn prefix_of(column: &Column, unique: bool, key: &str, server: Server) -> Result<Option<u32>, BackendError> {
    let native_json =
        matches!(types::Kind::of(&column.ty), types::Kind::Json) && server.flavor == Flavor::MySql;
    if native_json {
        return Err(BackendError::unsupported(format!(
            "{} cannot index column `{}` of type {}: {key}",
            server.flavor, column.name, column.ty
        )));
    }
    match types::key_prefix(column) {
        Some(_) if unique => Err(BackendError::unsupported(format!(
            "{key} needs all of column `{}`, but {} puts only the beginning of a value of type {} into a key: \
             use VARCHAR(n) with n up to 768",
            column.name, server.flavor, column.ty
        ))),
        prefix => Ok(prefix),
    }
}

/// The columns of a primary key or unique constraint.
///
/// # Errors
///
/// Fails if one of them is too long for that.
pub(super) fn key_columns(
    columns: &[Name],
    key: &str,
    table: &Table,
    server: Server,
) -> Result<String, BackendError> {
    for column in columns.iter().filter_map(|name| table.column(name)) {
        prefix_of(column, true, key, server)?;
    }
    Ok(super::quote_all(columns))
}
