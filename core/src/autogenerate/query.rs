//! Whether the query that a database shows is the one that was written.

use crate::sql::{Syntax, lex};

/// Whether two queries differ in nothing but what databases add when they write
/// a query out: parentheses, the tables of columns, and names that follow from
/// the column.
///
/// That does not make them the same in general, so it only counts for a query
/// that is known to come from the other one.
pub(crate) fn is_written_out(found: &str, written: &str, syntax: &Syntax) -> bool {
    reduce(found, syntax) == reduce(written, syntax)
}

fn reduce(sql: &str, syntax: &Syntax) -> Vec<String> {
    let plain = |token: &str| token.trim_matches(['"', '`']).to_lowercase();
    let tokens: Vec<String> = lex(sql, syntax)
        .filter(|token| !token.kind.is_trivia())
        .map(|token| plain(&sql[token.span]))
        .collect();
    let mut reduced: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token.as_str() {
            "(" | ")" | ";" | "as" | "asc" | "inner" | "outer" => {}
            // The table of a column, or the namespace of a table.
            "." => {
                reduced.pop();
            }
            "!=" => reduced.push("<>".to_owned()),
            "0" if reduced.last().is_some_and(|last| last == "count") => reduced.push("*".to_owned()),
            // A name that repeats that of the column.
            name if reduced.last().is_some_and(|last| last == name) && is_word(name) => {}
            name => reduced.push(name.to_owned()),
        }
    }
    reduced
}

fn is_word(token: &str) -> bool {
    token.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::fixtures::PERMISSIVE;

    #[test]
    fn what_is_added_does_not_count() {
        let check = |found: &str, written: &str, expected: bool| {
            assert_eq!(is_written_out(found, written, &PERMISSIVE), expected, "{found} / {written}");
        };
        check("select t.id AS id from t where (t.n > 1)", "SELECT id FROM t WHERE n > 1", true);
        check("select t.id AS id from t where (t.n > 2)", "SELECT id FROM t WHERE n > 1", false);
        check("select count(0) AS `count(*)` from t", "SELECT count(*) FROM t", false);
        check(
            "select a.x AS y from (a join b on((a.i = b.i)))",
            "SELECT a.x AS y FROM a JOIN b ON a.i = b.i",
            true,
        );
        check("select t.n AS n from t", "SELECT m FROM t", false);
    }
}
