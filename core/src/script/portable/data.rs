//! Statements that change rows.

use super::names::split_qualified;
use crate::{
    schema::QualifiedName,
    sql::{Syntax, TokenKind, lex},
};

/// The table whose rows an INSERT, UPDATE or DELETE changes; nothing for other
/// statements, and for one that begins with WITH.
pub fn changed_table(sql: &str) -> Option<QualifiedName> {
    let mut tokens = lex(sql, &Syntax::PORTABLE).filter(|token| !token.kind.is_trivia());
    let first = tokens.next()?;
    let before_name: &[&str] = match sql[first.span].to_ascii_uppercase().as_str() {
        "INSERT" => &["INTO"],
        "DELETE" => &["FROM"],
        "UPDATE" => &[],
        _ => return None,
    };
    for word in before_name {
        if !sql[tokens.next()?.span].eq_ignore_ascii_case(word) {
            return None;
        }
    }
    let mut name = tokens.next()?;
    if name.kind == TokenKind::Word && sql[name.span.clone()].eq_ignore_ascii_case("ONLY") {
        name = tokens.next()?;
    }
    split_qualified(&sql[name.span.start..]).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_whose_rows_change() {
        let check = |sql: &str, expected: Option<&str>| {
            assert_eq!(changed_table(sql).map(|name| name.to_string()).as_deref(), expected, "{sql}");
        };
        check("INSERT INTO users (name) VALUES ('ada')", Some("users"));
        check("insert /* new */ into Fin.\"Users\" VALUES (1)", Some("fin.Users"));
        check("UPDATE users SET a = 1", Some("users"));
        check("UPDATE ONLY users SET a = 1", Some("users"));
        check("DELETE FROM \"users\";", Some("users"));
        check("WITH a AS (SELECT 1) DELETE FROM users", None);
        check("SELECT 1", None);
        check("INSERT", None);
        check("", None);
    }
}
