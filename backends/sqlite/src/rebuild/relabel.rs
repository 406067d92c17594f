//! A table of which only the words change: comments, and names that SQLite
//! does nothing with. Its text in the catalog is replaced, and its rows stay
//! where they are, as SQLite documents for such changes
//! (<https://sqlite.org/lang_altertable.html>, section 7).

use retort_core::{
    backend::{BackendError, Statement},
    schema::{Column, Schema, Table, Type},
};

use super::{expect_columns, free_name};
use crate::{
    edit,
    render::{literal, quote, unqualified},
};

/// Whether two tables, each in its schema, hold the same rows under the same
/// rules.
pub(super) fn differs_in_words_only(old: (&Table, &Schema), new: (&Table, &Schema)) -> bool {
    let labels = |(table, schema): (&Table, &Schema)| -> Vec<Option<Vec<String>>> {
        let labels = |column: &Column| match &column.ty {
            Type::Enum(name) => schema.enums.get(name).map(|enum_type| enum_type.values.clone()),
            _ => None,
        };
        table.columns.iter().map(labels).collect()
    };
    labels(old) == labels(new) && without_words(old.0) == without_words(new.0)
}

/// The table without its words.
fn without_words(table: &Table) -> Table {
    let mut table = Table { comment: None, stored: None, ..table.clone() };
    for column in &mut table.columns {
        column.comment = None;
        if let Type::Enum(name) = &mut column.ty {
            name.name = "".into();
        }
    }
    for constraint in &mut table.constraints {
        constraint.name = None;
    }
    table
}

/// The statements that replace the text of the table.
pub(super) fn relabel(table: &Table, text: &str, schema: &Schema) -> Result<Vec<Statement>, BackendError> {
    let own = unqualified(&table.name)?;
    let temporary = free_name(own, schema);
    let update = format!(
        "UPDATE main.sqlite_schema SET sql = {} WHERE type = 'table' AND name = {}",
        literal(text),
        literal(own.as_str())
    );
    Ok(vec![
        Statement::new(expect_columns(table)?),
        // Nothing checks what is written to the catalog, so the text is tried
        // first. That also tells other sessions that the catalog changed.
        Statement::new(edit::with_name(text, &temporary)?),
        Statement::new(format!("DROP TABLE {}", quote(&temporary))),
        Statement::new("PRAGMA writable_schema = ON"),
        Statement::new(update).expecting_rows(1),
        Statement::new("PRAGMA writable_schema = RESET"),
    ])
}
