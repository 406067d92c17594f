//! The words for what only MySQL knows of a table, column or index: the keys
//! of `options` in the model.

use std::collections::BTreeMap;

/// Of a column: what its value becomes when the row changes.
pub(crate) const ON_UPDATE: &str = "on update";
/// Of a column: `SELECT *` leaves it out. Of an index: queries do.
pub(crate) const INVISIBLE: &str = "invisible";
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
pub(crate) const COLLATION: &str = "collation";
/// Of a table or column with a collation: the character set of that, if it is
/// not utf8mb4.
pub(crate) const CHARSET: &str = "charset";

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

/// The options of a table in their normal form, without those that say what is
/// so anyway.
pub(crate) fn of_table(options: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let option = |(name, value): (&String, &String)| {
        let name = name.to_ascii_lowercase();
        let value = match name.as_str() {
            ENGINE | COLLATION | CHARSET | "row_format" => value.to_ascii_lowercase(),
            _ => value.clone(),
        };
        (name != ENGINE || value != DEFAULT_ENGINE).then_some((name, value))
    };
    let mut options: BTreeMap<String, String> = options.iter().filter_map(option).collect();
    let mut collation = options.remove(COLLATION);
    settle_charset(&mut collation, &mut options);
    options.extend(collation.map(|collation| (COLLATION.to_owned(), collation)));
    options
}

/// Makes the character set among the options the one of the collation, or the
/// collation the usual one of the character set.
///
/// Which collation is usual for utf8mb4 depends on the server and its settings.
pub(crate) fn settle_charset(collation: &mut Option<String>, options: &mut BTreeMap<String, String>) {
    let charset = options.remove(CHARSET);
    if collation.is_none() {
        *collation = charset.as_deref().and_then(usual_collation).map(str::to_owned);
    }
    let charset = match collation {
        Some(collation) => collation.split('_').next().map(str::to_owned),
        None => charset,
    };
    if let Some(charset) = charset.filter(|charset| charset != "utf8mb4") {
        options.insert(CHARSET.to_owned(), charset);
    }
}

fn usual_collation(charset: &str) -> Option<&'static str> {
    match charset {
        "ascii" => Some("ascii_general_ci"),
        "latin1" => Some("latin1_swedish_ci"),
        "utf8" | "utf8mb3" => Some("utf8mb3_general_ci"),
        "ucs2" => Some("ucs2_general_ci"),
        _ => None,
    }
}
