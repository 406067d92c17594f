//! Indexes, and the keys of unique constraints.

use retort_core::{
    backend::BackendError,
    schema::{
        Column, ConstraintKind, Index, IndexKey, IndexKeyPart, Name, QualifiedName, Schema, SortOrder, Table,
    },
};

use super::{literal, quote, refuse, translate::Site};
use crate::{
    option,
    server::{Flavor, Server},
    types::{self, Kind},
};

/// The clause that makes the index within CREATE TABLE, or behind ADD.
///
/// # Errors
///
/// Fails with what the server cannot index.
pub(super) fn clause(index: &Index, site: Site<'_>) -> Result<String, BackendError> {
    let server = site.server;
    require_plain(index, server)?;
    let kind = match (index.unique, index.method.as_ref().map(Name::as_str)) {
        (true, _) => "UNIQUE INDEX",
        (false, Some(method)) if method.eq_ignore_ascii_case("fulltext") => "FULLTEXT INDEX",
        (false, Some(method)) if method.eq_ignore_ascii_case("spatial") => "SPATIAL INDEX",
        (false, _) => "INDEX",
    };
    let whole = holds_whole_values(index);
    let parts: Vec<String> =
        index.key.iter().map(|part| key_part(part, index, whole, site)).collect::<Result<_, _>>()?;
    let using = match index.method.as_ref().map(|method| method.as_str().to_ascii_lowercase()).as_deref() {
        Some("hash") => " USING HASH",
        // Where it is not the usual one: in memory.
        Some("btree") => " USING BTREE",
        _ => "",
    };
    let mut clause = vec![format!("{kind} {}{using} ({})", quote(&index.name), parts.join(", "))];
    for (option, value) in &index.options {
        match option.as_str() {
            option::COMMENT => clause.push(format!("COMMENT {}", literal(value))),
            option::INVISIBLE => clause.push(match server.flavor {
                Flavor::MySql => "INVISIBLE".to_owned(),
                Flavor::MariaDb => "IGNORED".to_owned(),
            }),
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

/// Whether the index is of a kind that knows no parts of values.
fn holds_whole_values(index: &Index) -> bool {
    let method = index.method.as_ref().map(Name::as_str);
    let is = |word: &str| method.is_some_and(|method| method.eq_ignore_ascii_case(word));
    !index.unique && (is("fulltext") || is("spatial"))
}

/// Whether the server would hold another part of the values in the index when
/// the columns of the one table become those of the other.
pub(super) fn holds_otherwise(index: &Index, old: &Table, new: &Index, now: &Table) -> bool {
    // Of a column that can be held as a whole it may be, or not.
    let held = |part: &IndexKeyPart, index: &Index, table: &Table| match &part.key {
        IndexKey::Column(_) if part.prefix.is_some() || holds_whole_values(index) => None,
        IndexKey::Column(name) => {
            let column = table.column(name)?;
            Some((types::key_prefix(column), Kind::of(&column.ty).is_unlimited()))
        }
        IndexKey::Expression(_) => None,
    };
    index.key.iter().zip(&new.key).any(|(one, other)| held(one, index, old) != held(other, new, now))
}

fn require_plain(index: &Index, server: Server) -> Result<(), BackendError> {
    let refuse = |found: bool, what: &str| {
        let refusal =
            || BackendError::unsupported(format!("{} has no {what}: index `{}`", server.flavor, index.name));
        if found { Err(refusal()) } else { Ok(()) }
    };
    let method = index.method.as_ref().map(|method| method.as_str().to_ascii_lowercase());
    if let Some(method) = method
        && !matches!(method.as_str(), "btree" | "hash" | "fulltext" | "spatial")
    {
        refuse(true, &format!("index access method `{method}`"))?;
    }
    refuse(index.predicate.is_some(), "partial indexes")?;
    refuse(!index.include.is_empty(), "INCLUDE columns in indexes")?;
    refuse(index.nulls_not_distinct, "NULLS NOT DISTINCT")?;
    refuse(index.key.iter().any(|part| part.operator_class.is_some()), "operator classes")?;
    refuse(index.key.iter().any(|part| part.nulls.is_some()), "NULLS FIRST and NULLS LAST in indexes")?;
    refuse(index.key.iter().any(|part| part.collation.is_some()), "collations of index keys")
}

fn key_part(part: &IndexKeyPart, index: &Index, whole: bool, site: Site<'_>) -> Result<String, BackendError> {
    let server = site.server;
    let mut sql = match &part.key {
        IndexKey::Column(name) => {
            let column = site.table.column(name);
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
        IndexKey::Expression(expression) => {
            refuse::columns_exist(expression, site.table)?;
            format!("({})", site.value(expression)?)
        }
    };
    match part.order {
        SortOrder::Ascending => {}
        SortOrder::Descending => sql.push_str(" DESC"),
    }
    Ok(sql)
}

/// How much of a column a key holds, if it cannot hold all of it.
fn prefix_of(column: &Column, unique: bool, key: &str, server: Server) -> Result<Option<u32>, BackendError> {
    let native_json = Kind::of(&column.ty) == Kind::Json && server.flavor == Flavor::MySql;
    if native_json {
        return Err(BackendError::unsupported(format!(
            "{} cannot index column `{}` of type {}: {key}",
            server.flavor, column.name, column.ty
        )));
    }
    if !unique {
        return Ok(types::key_prefix(column));
    }
    if Kind::of(&column.ty).is_unlimited() {
        return Err(BackendError::unsupported(format!(
            "{key} needs all of column `{}`, but {} puts only the beginning of a value of type {} into a key: \
             use VARCHAR(n) with n up to 768",
            column.name, server.flavor, column.ty
        )));
    }
    // Whether it fits depends on the character set of the database.
    Ok(None)
}

/// The columns of a primary key or unique constraint.
///
/// # Errors
///
/// Fails if one of them is too long for that.
pub(super) fn key_columns(columns: &[Name], key: &str, site: Site<'_>) -> Result<String, BackendError> {
    for column in columns.iter().filter_map(|name| site.table.column(name)) {
        prefix_of(column, true, key, site.server)?;
    }
    Ok(super::quote_all(columns))
}

/// Whether several tables have an index of the name, which on these servers is
/// one of the table only.
pub(super) fn is_ambiguous(index: &QualifiedName, schema: &Schema) -> bool {
    let has_it = |table: &&Table| {
        table.name.namespace == index.namespace
            && (table.index(&index.name).is_some()
                || table
                    .constraint(&index.name)
                    .is_some_and(|constraint| matches!(constraint.kind, ConstraintKind::Unique(_))))
    };
    schema.tables.values().filter(has_it).count() > 1
}
