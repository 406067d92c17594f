//! Whether the query that a database shows is the one that was written.

use crate::sql::{Syntax, TokenKind, lex};

/// Whether two queries differ in nothing but what databases add when they write
/// a query out: parentheses, the tables of columns, and names that follow from
/// the column.
///
/// That does not make them the same in general, so it only counts for a query
/// that is known to come from the other one.
pub(crate) fn is_written_out(found: &str, written: &str, syntax: &Syntax) -> bool {
    reduce(found, syntax) == reduce(written, syntax)
}

fn reduce(sql: &str, syntax: &Syntax) -> Vec<Word> {
    let mut reduced: Vec<Word> = Vec::new();
    for token in lex(sql, syntax).filter(|token| !token.kind.is_trivia()) {
        let word = Word::of(&sql[token.span], token.kind);
        match word.text.as_str() {
            "(" | ")" | ";" | "as" | "asc" | "inner" | "outer" if !word.is_quoted => {}
            // The table of a column, or the namespace of a table.
            "." if !word.is_quoted => {
                reduced.pop();
            }
            "!=" if !word.is_quoted => reduced.push(Word { text: "<>".to_owned(), ..word }),
            "0" if reduced.last().is_some_and(|last| last.text == "count") => {
                reduced.push(Word { text: "*".to_owned(), ..word });
            }
            // A name that repeats that of the column.
            _ if word.is_name && reduced.last() == Some(&word) => {}
            _ => reduced.push(word),
        }
    }
    reduced
}

/// A token, without the quotes around a name.
#[derive(Debug)]
struct Word {
    text: String,
    is_name: bool,
    is_quoted: bool,
}

impl Word {
    fn of(text: &str, kind: TokenKind) -> Self {
        // A name that was written in portable SQL may look like a string.
        let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '`') && text.len() > 1);
        let text = match quote {
            Some(quote) => {
                let inner = text[1..].strip_suffix(quote).unwrap_or(&text[1..]);
                inner.replace(&format!("{quote}{quote}"), &quote.to_string())
            }
            None => text.to_owned(),
        };
        let is_quoted = quote.is_some();
        Self { text: text.to_lowercase(), is_name: is_quoted || kind == TokenKind::Word, is_quoted }
    }
}

impl PartialEq for Word {
    /// Quotes do not count.
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.is_name == other.is_name
    }
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
        check(
            "select `-- t`.`a.b` AS `a.b`,`-- t`.`\"` AS `\"`,`-- t`.`as` AS `as` from `-- t`",
            "SELECT \"a.b\", \"\"\"\", \"as\" FROM \"-- t\"",
            true,
        );
        check("select `t`.`a.b` AS `b` from `t`", "SELECT \"a.b\" FROM t", false);
    }
}
