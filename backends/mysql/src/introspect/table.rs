//! Rows of the catalog → tables without what is on them.

use std::collections::BTreeMap;

use retort_core::schema::{Name, QualifiedName, Table};

use super::rows::TableRow;
use crate::{option, syntax::SYNTAX};

/// What the catalog says among the options of a partitioned table.
const PARTITIONED: &str = "partitioned";

/// Reads a table without columns.
pub(super) fn table(row: TableRow) -> Table {
    let mut table = Table::new(QualifiedName::unqualified(Name::new(row.name)), Vec::new());
    table.comment = Some(row.comment).filter(|comment| !comment.is_empty());
    let mut found = options(&row.options);
    found.remove(PARTITIONED);
    found.extend(row.engine.map(|engine| (option::ENGINE.to_owned(), engine)));
    let collation = row.collation.filter(|collation| *collation != row.database_collation);
    found.extend(collation.map(|collation| (option::COLLATION.to_owned(), collation)));
    table.options = option::of_table(&found);
    table
}

/// Takes apart what the catalog says of a table's options:
/// ``row_format=COMPRESSED `page_compressed`='1' DATA DIRECTORY='/d' partitioned``.
fn options(text: &str) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let Some((name, behind)) = rest.split_once('=') else {
            options.extend(rest.split(' ').map(|word| (word.to_owned(), String::new())));
            break;
        };
        // Words without a value stand before the name of an option, unless
        // they are part of it, as in `DATA DIRECTORY`.
        let mut name = name.trim();
        while let Some((word, further)) = name.split_once(' ').filter(|(word, _)| *word == PARTITIONED) {
            options.insert(word.to_owned(), String::new());
            name = further.trim();
        }
        let (value, behind) = value(behind);
        options.insert(name.trim_matches('`').replace("``", "`"), value);
        rest = behind.trim_start();
    }
    options
}

/// The value that a text begins with, strings as MySQL reads them, and what is
/// behind it.
fn value(text: &str) -> (String, &str) {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
        let end = text.find(' ').unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut rest = text[1..].char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        if c != quote {
            value.push(c);
        } else if rest.next_if(|(_, next)| *next == quote).is_some() {
            value.push(quote);
        } else {
            return (SYNTAX.quote_literal(&value), &text[at + 2..]);
        }
    }
    (SYNTAX.quote_literal(&value), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_taken_apart() {
        let check = |text: &str, expected: &[(&str, &str)]| {
            let found = options(text);
            let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("", &[]);
        check("partitioned", &[("partitioned", "")]);
        check(
            "row_format=COMPRESSED KEY_BLOCK_SIZE=8 partitioned stats_persistent=0",
            &[
                ("KEY_BLOCK_SIZE", "8"),
                ("partitioned", ""),
                ("row_format", "COMPRESSED"),
                ("stats_persistent", "0"),
            ],
        );
        check(
            "stats_persistent=0 `page_compressed`='1' `a b`='it''s'",
            &[("a b", "'it''s'"), ("page_compressed", "'1'"), ("stats_persistent", "0")],
        );
        check(
            "DATA DIRECTORY='/tmp/ x=/' COMPRESSION=\"zlib\"",
            &[("COMPRESSION", "'zlib'"), ("DATA DIRECTORY", "'/tmp/ x=/'")],
        );
        check("a='open", &[("a", "'open'")]);
    }
}
