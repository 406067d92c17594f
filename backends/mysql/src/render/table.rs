//! Tables as a whole.

use retort_core::{
    backend::{BackendError, Statement},
    operation::Operation,
    schema::{ConstraintKind, Name, QualifiedName, Schema, Table, Unmanaged},
};

use super::{
    alter, column, constraint, ddl, index, keys, literal, mentions, quote, quote_all, refuse, table_name,
    translate::Site, view,
};
use crate::{option, server::Server, syntax::SYNTAX};

/// Creates a table with all that belongs to it, in one statement.
pub(super) fn create(
    table: &Table,
    if_not_exists: bool,
    before: &Schema,
    server: Server,
) -> Result<Vec<Statement>, BackendError> {
    refuse::table_name(&table.name.name, server)?;
    if if_not_exists && before.tables.contains_key(&table.name) {
        return Ok(Vec::new());
    }
    refuse::table(table, server)?;
    table.comment.iter().try_for_each(|comment| refuse::kept(comment, server))?;
    let site = Site::new(table, before, server);
    let mut elements = Vec::new();
    for column in &table.columns {
        // Columns of a primary key never allow NULL, whether they say so or not.
        let in_key = table.primary_key().is_some_and(|key| key.columns.contains(&column.name));
        let nullable = column.nullable && !in_key && column.identity.is_none();
        let column = retort_core::schema::Column { nullable, ..column.clone() };
        elements.push(column::definition(&column, site)?);
    }
    let mut foreign_keys = Vec::new();
    for added in &table.constraints {
        refuse::added_constraint(added, table, before, server)?;
        refuse::taken_name(added, table, before, server)?;
        let clause = constraint::clause(added, before, site)?;
        match added.kind {
            ConstraintKind::ForeignKey(_) => foreign_keys.push(clause),
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => {
                elements.push(clause);
            }
        }
    }
    for index in &table.indexes {
        elements.push(index::clause(index, site)?);
    }
    // The server names an index for several foreign keys like the last one.
    for index in keys::implicit(table, server) {
        let sharing = keys::foreign_keys(table).filter(|(_, key)| key.columns == index.columns).count();
        if sharing > 1 {
            elements.push(format!("INDEX {} {}", quote(&index.name), quote_all(&index.columns)));
        }
    }
    elements.extend(foreign_keys);
    let if_not_exists = if if_not_exists { "IF NOT EXISTS " } else { "" };
    Ok(vec![ddl(format!(
        "CREATE TABLE {if_not_exists}{} (\n    {}\n) {}",
        table_name(&table.name)?,
        elements.join(",\n    "),
        options(table)
    ))])
}

/// What stands behind the columns.
fn options(table: &Table) -> String {
    let mut parts = Vec::new();
    let engine = table.options.get(option::ENGINE).map_or("InnoDB", String::as_str);
    parts.push(format!("ENGINE={engine}"));
    for (option, value) in table.options.iter().filter(|(option, _)| *option != option::ENGINE) {
        let word = match option.as_str() {
            option::CHARSET => "DEFAULT CHARSET".to_owned(),
            option::COLLATION => "COLLATE".to_owned(),
            // MariaDB has options with names that engines give.
            word if word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b' ')) => {
                word.to_ascii_uppercase()
            }
            word => SYNTAX.quote_identifier(word),
        };
        parts.push(format!("{word}={value}"));
    }
    if let Some(comment) = &table.comment {
        parts.push(format!("COMMENT={}", literal(comment)));
    }
    parts.join(" ")
}

/// Renames a table, and tells the views that read from it.
pub(super) fn rename(
    operation: &Operation,
    from: &QualifiedName,
    to: &Name,
    before: &Schema,
    server: Server,
) -> Result<Vec<Statement>, BackendError> {
    refuse::table_name(to, server)?;
    require_free_of_programs(from, before)?;
    let mut statements = vec![ddl(format!(
        "RENAME TABLE {} TO {}",
        table_name(from)?,
        table_name(&from.with_name(to.clone()))?
    ))];
    statements.extend(view::follow(operation, from, before, server)?);
    Ok(statements)
}

/// Triggers and routines keep the old name of a table, and fail from then on.
pub(super) fn require_free_of_programs(from: &QualifiedName, before: &Schema) -> Result<(), BackendError> {
    let concerns = |object: &&Unmanaged| {
        if !alter::follows_no_names(object) {
            return false;
        }
        let is_own = object.table.as_ref() == Some(from);
        object.definition.as_ref().is_some_and(|text| {
            // The server corrects what a trigger is on.
            let body =
                if is_own { text.split_once("FOR EACH ROW").map_or("", |(_, body)| body) } else { text };
            mentions(body, &from.name, &SYNTAX)
        })
    };
    match before.unmanaged.iter().find(concerns) {
        Some(object) => Err(BackendError::unsupported(format!(
            "{} `{}` mentions `{from}` and would not follow its new name: drop it first, and create it again after",
            object.kind, object.name
        ))),
        None => Ok(()),
    }
}
