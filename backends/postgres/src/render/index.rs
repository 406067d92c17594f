//! `CREATE INDEX` text.

use retort_core::{
    backend::BackendError,
    schema::{Index, IndexKey, IndexKeyPart, NullsOrder, QualifiedName, Schema, SortOrder},
};

use super::{column::collate, constraint::nulls_sql, not_exists, quote, quote_all, quote_qualified, table};
use crate::server::Server;

/// The statement that creates the index.
///
/// # Errors
///
/// Fails with what PostgreSQL, or this version of it, lacks.
pub(super) fn create_index(
    table: &QualifiedName,
    index: &Index,
    concurrently: bool,
    if_not_exists: bool,
    server: Server,
) -> Result<String, BackendError> {
    if index.key.iter().any(|part| part.prefix.is_some()) {
        return Err(BackendError::unsupported(format!(
            "PostgreSQL has no indexes on the beginning of a value: index `{}`",
            index.name
        )));
    }
    let mut sql = format!(
        "CREATE {}INDEX {}{}{} ON {}",
        if index.unique { "UNIQUE " } else { "" },
        concurrently_sql(concurrently),
        not_exists(if_not_exists),
        quote(&index.name),
        quote_qualified(table)
    );
    if let Some(method) = &index.method {
        sql.push_str(" USING ");
        sql.push_str(&quote(method));
    }
    let key: Vec<String> = index.key.iter().map(key_part).collect();
    sql.push_str(" (");
    sql.push_str(&key.join(", "));
    sql.push(')');
    if !index.include.is_empty() {
        sql.push_str(" INCLUDE (");
        sql.push_str(&quote_all(&index.include));
        sql.push(')');
    }
    // It means something in unique indexes only.
    sql.push_str(nulls_sql(index.unique && index.nulls_not_distinct, server)?);
    sql.push_str(&table::storage(&index.options));
    if let Some(predicate) = &index.predicate {
        sql.push_str(" WHERE ");
        sql.push_str(predicate.as_str());
    }
    Ok(sql)
}

/// The statement that removes what an index of that name left behind when it
/// was not built to its end, before one is created.
pub(super) fn drop_leftover(
    table: &QualifiedName,
    name: &QualifiedName,
    concurrently: bool,
    before: &Schema,
) -> Option<String> {
    let found = before.tables.get(table)?.index(&name.name)?;
    let sql = format!("DROP INDEX {}{}", concurrently_sql(concurrently), quote_qualified(name));
    (!found.is_valid()).then_some(sql)
}

/// `CONCURRENTLY`, if wanted.
pub(super) fn concurrently_sql(concurrently: bool) -> &'static str {
    if concurrently { "CONCURRENTLY " } else { "" }
}

fn key_part(part: &IndexKeyPart) -> String {
    let mut sql = match &part.key {
        IndexKey::Column(column) => quote(column),
        IndexKey::Expression(expression) => format!("({expression})"),
    };
    if let Some(collation) = &part.collation {
        sql.push(' ');
        sql.push_str(&collate(collation));
    }
    if let Some(class) = &part.operator_class {
        sql.push(' ');
        sql.push_str(&quote(class));
    }
    sql.push_str(match part.order {
        SortOrder::Ascending => "",
        SortOrder::Descending => " DESC",
    });
    sql.push_str(match part.nulls {
        None => "",
        Some(NullsOrder::First) => " NULLS FIRST",
        Some(NullsOrder::Last) => " NULLS LAST",
    });
    sql
}
