//! Expressions: from portable SQL to SQLite's, and into one form for comparing.

mod canonical;
mod cast;
mod escapes;
mod functions;
mod translate;
mod words;

pub(crate) use canonical::{ColumnNames, canonical_in, canonical_query, normal_default};
pub(crate) use translate::{query_to_sqlite, statement_to_sqlite, to_sqlite};

/// The form of an expression that may be portable SQL or SQLite's own.
///
/// What cannot be translated is taken as SQLite's own: an expression that was
/// read from a database may use anything that the application adds.
pub(crate) fn normal(text: &str, columns: &ColumnNames) -> String {
    match to_sqlite(text) {
        Ok(translated) => canonical_in(&translated, columns),
        Err(_) => canonical_in(text, columns),
    }
}

/// The form of a query that may be portable SQL or SQLite's own.
pub(crate) fn normal_query(text: &str) -> String {
    match query_to_sqlite(text) {
        Ok(translated) => canonical_query(&translated),
        Err(_) => canonical_query(text),
    }
}
