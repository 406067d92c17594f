//! `CREATE INDEX` text.

use retort_core::{
    backend::BackendError,
    schema::{Index, IndexKey, IndexKeyPart, Name, QualifiedName, SortOrder},
};

use super::{
    Origin, quote,
    table::{collate, parenthesized},
    unqualified,
};
use crate::edit;

/// The statement that creates the index.
///
/// # Errors
///
/// Fails with what SQLite cannot hold.
pub(crate) fn create_index(
    table: &QualifiedName,
    index: &Index,
    if_not_exists: bool,
    origin: Origin,
) -> Result<String, BackendError> {
    let refuse = |found: bool, what: &str| {
        let refusal =
            || BackendError::unsupported(format!("SQLite does not support {what}: index `{}`", index.name));
        if found { Err(refusal()) } else { Ok(()) }
    };
    refuse(!index.include.is_empty(), "INCLUDE columns in indexes")?;
    refuse(
        index.method.as_ref().is_some_and(|method| !method.as_str().eq_ignore_ascii_case("btree")),
        "index access methods",
    )?;
    refuse(index.nulls_not_distinct, "NULLS NOT DISTINCT")?;
    refuse(index.key.iter().any(|part| part.operator_class.is_some()), "operator classes")?;
    refuse(index.key.iter().any(|part| part.nulls.is_some()), "NULLS FIRST and NULLS LAST in indexes")?;
    let create = if index.unique { "CREATE UNIQUE INDEX" } else { "CREATE INDEX" };
    let if_not_exists = if if_not_exists { "IF NOT EXISTS " } else { "" };
    let parts: Vec<String> =
        index.key.iter().map(|part| key_part(&table.name, part, origin)).collect::<Result<_, _>>()?;
    let own = &table.name;
    let (name, table) = (quote(&index.name), quote(unqualified(table)?));
    let mut sql = format!("{create} {if_not_exists}{name} ON {table} ({})", parts.join(", "));
    if let Some(predicate) = &index.predicate {
        sql.push_str(" WHERE ");
        sql.push_str(edit::unqualified(&origin.expression(predicate)?, own).as_str());
    }
    Ok(sql)
}

fn key_part(table: &Name, part: &IndexKeyPart, origin: Origin) -> Result<String, BackendError> {
    let mut sql = match &part.key {
        IndexKey::Column(column) => quote(column),
        IndexKey::Expression(expression) => {
            parenthesized(&edit::unqualified(&origin.expression(expression)?, table))
        }
    };
    if let Some(collation) = &part.collation {
        sql.push(' ');
        sql.push_str(&collate(collation)?);
    }
    match part.order {
        SortOrder::Ascending => {}
        SortOrder::Descending => sql.push_str(" DESC"),
    }
    Ok(sql)
}
