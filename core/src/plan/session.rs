//! What statements under `@only` do to the settings of the session.

use crate::sql::{Syntax, TokenKind, lex};

/// Statements that change tables or other objects, and nothing else unless they
/// say so.
const PLAIN: [&str; 20] = [
    "alter", "analyze", "cluster", "comment", "copy", "create", "delete", "drop", "grant", "insert", "merge",
    "optimize", "refresh", "reindex", "rename", "replace", "revoke", "truncate", "update", "vacuum",
];

/// What begins with SET or RESET and does more than set something for the
/// session.
const MORE_THAN_SETTINGS: [&str; 8] =
    ["binary", "master", "password", "persist", "query", "replica", "slave", "statement"];

/// Whether the session may have other settings after a statement. That it is so
/// costs a round trip; that it is overlooked changes what later revisions do.
pub(super) fn may_set(sql: &str, syntax: &Syntax) -> bool {
    match words(sql, syntax).next() {
        Some(first) if PLAIN.contains(&first.as_str()) => mentions(sql, "set_config") || sql.contains('@'),
        Some(_) => true,
        None => false,
    }
}

/// Whether a statement does nothing but set something for the session, so that
/// it can be run again.
pub(super) fn only_sets(sql: &str, syntax: &Syntax) -> bool {
    let mut words = words(sql, syntax);
    match words.next().unwrap_or_default().as_str() {
        "set" | "reset" => words.next().is_none_or(|second| !MORE_THAN_SETTINGS.contains(&second.as_str())),
        "pragma" => sql.contains(['=', '(']),
        "select" => {
            mentions(sql, "set_config") && words.all(|word| !["from", "into"].contains(&word.as_str()))
        }
        _ => false,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_told_from_other_statements() {
        let check = |sql: &str, expected: (bool, bool)| {
            let found = (may_set(sql, &Syntax::PORTABLE), only_sets(sql, &Syntax::PORTABLE));
            assert_eq!(found, expected, "{sql}");
        };
        let (neither, may, only) = ((false, false), (true, false), (true, true));
        check("SET search_path = app", only);
        check("-- first\nset @x = 1", only);
        check("RESET ROLE", only);
        check("PRAGMA recursive_triggers = ON", only);
        check("PRAGMA recursive_triggers(1)", only);
        check("SELECT pg_catalog.set_config('search_path', '', false)", only);
        check("SELECT set_config('a.b', name, false) FROM t", may);
        check("SET PASSWORD = 'x'", may);
        check("SET STATEMENT max_statement_time = 1 FOR DELETE FROM t", may);
        check("RESET MASTER", may);
        check("USE other", may);
        check("CALL p()", may);
        check("DO $$ BEGIN END $$", may);
        check("SELECT 1", may);
        check("INSERT INTO t SELECT set_config('a.b', 'c', false)", may);
        check("UPDATE t SET a = (@n := @n + 1)", may);
        check("UPDATE t SET a = 1", neither);
        check("CREATE TABLE t (a INT)", neither);
        check("-- nothing", neither);
    }
}
