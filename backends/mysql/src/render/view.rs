//! Views.

use retort_core::{
    backend::{BackendError, Statement},
    operation::Operation,
    schema::{Name, QualifiedName, Schema, View},
};

use super::{alter, ddl, quote_all, refuse, table, table_name};
use crate::{expression::query_to_mysql, server::Server};

/// Creates a view.
pub(super) fn create(
    view: &View,
    or_replace: bool,
    before: &Schema,
    server: Server,
) -> Result<Statement, BackendError> {
    refuse::table_name(&view.name.name, server)?;
    // What gives way keeps with whose rights it is read.
    let security = before.unmanaged.iter().find(|object| {
        object.kind == "security of view" && object.name == view.name && before.views.contains_key(&view.name)
    });
    let security = security.and_then(|object| object.definition.as_ref());
    let security = security.map(|clause| format!("{clause} ")).unwrap_or_default();
    let or_replace = if or_replace { "OR REPLACE " } else { "" };
    let columns =
        if view.columns.is_empty() { String::new() } else { format!(" {}", quote_all(&view.columns)) };
    refuse::kept(view.query.as_str(), server)?;
    let query = query_to_mysql(view.query.as_str(), server)?;
    Ok(ddl(format!("CREATE {or_replace}{security}VIEW {}{columns} AS {query}", table_name(&view.name)?)))
}

/// Renames a view, and tells the views that read from it.
pub(super) fn rename(
    operation: &Operation,
    from: &QualifiedName,
    to: &Name,
    before: &Schema,
    server: Server,
) -> Result<Vec<Statement>, BackendError> {
    refuse::table_name(to, server)?;
    table::require_free_of_programs(from, before)?;
    let mut statements = vec![ddl(format!(
        "RENAME TABLE {} TO {}",
        table_name(from)?,
        table_name(&from.with_name(to.clone()))?
    ))];
    statements.extend(follow(operation, from, before, server)?);
    Ok(statements)
}

/// Creates the views again that read from a table or view that gets another
/// name: the server keeps them as they were written.
pub(super) fn follow(
    operation: &Operation,
    from: &QualifiedName,
    before: &Schema,
    server: Server,
) -> Result<Vec<Statement>, BackendError> {
    let readers: Vec<&View> =
        before.views.values().filter(|view| view.name != *from && view.reads(from)).collect();
    if readers.is_empty() {
        return Ok(Vec::new());
    }
    let after = alter::after(operation, before)?;
    let mut statements = Vec::new();
    for view in readers {
        match after.views.get(&view.name) {
            Some(after) if after.query != view.query => statements.push(create(after, true, before, server)?),
            Some(_) | None => {
                return Err(BackendError::unsupported(format!(
                    "view `{}` mentions `{from}` in a way that cannot follow its new name",
                    view.name
                )));
            }
        }
    }
    Ok(statements)
}
