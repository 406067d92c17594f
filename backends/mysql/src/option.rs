//! The words for what only MySQL knows of a table, column or index: the keys
//! of `options` in the model.
//!
//! A character set is not among them: the name of a collation says it.

/// Of a column: what its value becomes when the row changes.
pub(crate) const ON_UPDATE: &str = "on update";
/// Of a column: `SELECT *` leaves it out. Of an index on MySQL: queries do.
pub(crate) const INVISIBLE: &str = "invisible";
/// Of an index on MariaDB: queries leave it out.
pub(crate) const IGNORED: &str = "ignored";
/// Of a column on MariaDB: its value is stored compressed.
pub(crate) const COMPRESSED: &str = "compressed";
/// Of a column on MySQL: the number of its spatial reference system.
pub(crate) const SRID: &str = "srid";
/// Of a column on MariaDB: a check without a name, which is part of its
/// definition, as the catalog has it.
pub(crate) const CHECK: &str = "check";
/// Of an index: its comment.
pub(crate) const COMMENT: &str = "comment";
/// Of a table: its storage engine, in lower case, if it is not InnoDB.
pub(crate) const ENGINE: &str = "engine";
/// Of a table: its default collation, if it is not the one of the database.
pub(crate) const COLLATE: &str = "collate";

/// The value of an option that is set or not.
pub(crate) const SET: &str = "true";

/// The storage engine that needs not be named.
const DEFAULT_ENGINE: &str = "innodb";

/// The value of [`ON_UPDATE`], in its normal form.
pub(crate) fn on_update(expression: &str) -> String {
    let expression = expression.trim().to_ascii_uppercase();
    let expression = expression.strip_suffix("()").or(expression.strip_suffix("(0)")).unwrap_or(&expression);
    match expression.split_once('(') {
        Some((_, digits)) => format!("CURRENT_TIMESTAMP({digits}"),
        None => "CURRENT_TIMESTAMP".to_owned(),
    }
}

/// The name and value of an option of a table, in their normal form; none if
/// it says what is so anyway.
pub(crate) fn of_table(name: &str, value: &str) -> Option<(String, String)> {
    let name = name.to_ascii_lowercase();
    let value = match name.as_str() {
        ENGINE | COLLATE | "row_format" => value.to_ascii_lowercase(),
        _ => value.to_owned(),
    };
    (name != ENGINE || value != DEFAULT_ENGINE).then_some((name, value))
}
