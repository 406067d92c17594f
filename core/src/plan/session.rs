//! What statements under `@only` do to the settings of the session.

use crate::sql::{Syntax, TokenKind, lex};

/// Statements that change tables or other objects, and nothing else unless they
/// say so.
const PLAIN: [&str; 20] = [
    "alter", "analyze", "cluster", "comment", "copy", "create", "delete", "drop", "grant", "insert", "merge",
    "optimize", "refresh", "reindex", "rename", "replace", "revoke", "truncate", "update", "vacuum",
];

/// Whether the session may have other settings after a statement. That it is so
/// costs a round trip; that it is overlooked changes what later revisions do.
pub(super) fn may_set(sql: &str, syntax: &Syntax) -> bool {
    match words(sql, syntax).next() {
        Some(first) if PLAIN.contains(&first.as_str()) => mentions(sql, "set_config") || sql.contains('@'),
        Some(_) => true,
        None => false,
    }
}

/// The words of a statement in lower case, those in conditional comments
/// included.
fn words<'a>(sql: &'a str, syntax: &'a Syntax) -> impl Iterator<Item = String> + 'a {
    lex(sql, syntax)
        .filter(|token| token.kind == TokenKind::Word)
        .map(|token| sql[token.span].to_ascii_lowercase())
}

fn mentions(sql: &str, word: &str) -> bool {
    sql.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}
