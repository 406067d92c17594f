//! Rows of the catalog → views.

use retort_core::{
    expression::{Dialect, write_identifier},
    schema::{Expression, Name, QualifiedName, Unmanaged, View},
    sql::{Syntax, Token, TokenKind, lex},
};

use super::rows::ViewRow;
use crate::{syntax::SYNTAX, types::read::unquote};

/// Reads a view of the database that is named, and what the model does not
/// hold of it. The columns are those that the catalog has for it.
pub(super) fn view(row: ViewRow, columns: Vec<Name>, database: &str) -> (Option<View>, Option<Unmanaged>) {
    let name = QualifiedName::unqualified(Name::new(row.name));
    let unmanaged = |kind: &str, definition: Option<&str>| Unmanaged {
        kind: kind.to_owned(),
        name: name.clone(),
        table: None,
        definition: definition.map(str::to_owned),
    };
    if row.query.is_empty() {
        // Without the privilege SHOW VIEW.
        return (None, Some(unmanaged("unreadable view", None)));
    }
    let further =
        (row.security == "INVOKER").then(|| unmanaged("security of view", Some("SQL SECURITY INVOKER")));
    let tokens = significant(&row.query);
    let query = shown(&row.query, &row.check_option, database);
    // MySQL keeps the names of the columns beside the query, MariaDB in it.
    let columns = if aliases(&row.query, &tokens) == columns { Vec::new() } else { columns };
    let view = View { name: name.clone(), columns, query: Expression::new(query), comment: None };
    (Some(view), further)
}

/// The query of a view as the model has it, of what the catalog has.
pub(crate) fn shown(query: &str, check_option: &str, database: &str) -> String {
    let shown = portable(query, &significant(query), database);
    match check_option {
        "LOCAL" | "CASCADED" => format!("{shown} WITH {check_option} CHECK OPTION"),
        _ => shown,
    }
}

/// The tokens of a text but for white space and comments.
fn significant(text: &str) -> Vec<Token> {
    lex(text, &SYNTAX).filter(|token| !token.kind.is_trivia()).collect()
}

/// The query as portable text writes names and strings, without the name of
/// the database.
///
/// That stands before the name of a table, before that of a function, and before
/// a column if the name of a table is between them. Elsewhere the word may be
/// the alias of a table.
fn portable(query: &str, tokens: &[Token], database: &str) -> String {
    let database = SYNTAX.quote_identifier(database);
    let text = |at: usize| tokens.get(at).map_or("", |token| &query[token.span.clone()]);
    let mut result = String::with_capacity(query.len());
    let mut end = 0;
    for (at, token) in tokens.iter().enumerate() {
        if token.span.start < end {
            continue;
        }
        result.push_str(&query[end..token.span.start]);
        end = token.span.end;
        let is_qualifier = text(at) == database && text(at + 1) == "." && (at == 0 || text(at - 1) != ".");
        if is_qualifier && (matches!(text(at + 3), "." | "(") || is_behind_from(tokens, query, at)) {
            end = tokens.get(at + 1).map_or(end, |point| point.span.end);
            continue;
        }
        match token.kind {
            TokenKind::QuotedIdentifier => {
                result.push_str(&write_identifier(&name(text(at)), &Dialect::PORTABLE));
            }
            TokenKind::String => result.push_str(&Syntax::PORTABLE.quote_literal(&unquote(text(at)))),
            _ => result.push_str(text(at)),
        }
    }
    result.push_str(&query[end..]);
    result
}

/// The name that an identifier in quotes stands for.
fn name(quoted: &str) -> Name {
    let inside = quoted.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
    Name::new(inside.unwrap_or(quoted).replace("``", "`"))
}

/// Whether a table is named here: behind FROM or JOIN, maybe with parentheses
/// between.
fn is_behind_from(tokens: &[Token], query: &str, at: usize) -> bool {
    let text = |token: &Token| &query[token.span.clone()];
    let before = tokens[..at].iter().rev().find(|token| text(token) != "(");
    before.is_some_and(|token| {
        let word = text(token);
        token.kind == TokenKind::Word
            && ["from", "join", "straight_join"].iter().any(|known| word.eq_ignore_ascii_case(known))
    })
}

/// The names that the query itself gives to its columns: those behind AS in
/// the list of its first SELECT.
fn aliases(query: &str, tokens: &[Token]) -> Vec<Name> {
    let mut depth = 0_usize;
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match &query[token.span.clone()] {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            word if depth == 0 && word.eq_ignore_ascii_case("from") => break,
            word if depth == 0 && word.eq_ignore_ascii_case("union") => break,
            word if depth == 0 && word.eq_ignore_ascii_case("as") => {
                let Some(alias) = tokens.get(at + 1) else { break };
                // Otherwise it is the query of a WITH.
                if alias.kind == TokenKind::QuotedIdentifier {
                    found.push(name(&query[alias.span.clone()]));
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_portable_and_without_the_database() {
        let check = |query: &str, expected: &str| {
            assert_eq!(portable(query, &significant(query), "shop"), expected);
        };
        check(
            "select `shop`.`t`.`id` AS `id`,'`shop`.`t`' AS `Shop` from `shop`.`t` where (`shop`.`f`(1) > `shop`.`t`.`a`)",
            "select t.id AS id,'`shop`.`t`' AS \"Shop\" from t where (f(1) > t.a)",
        );
        // A table with the name of its database, and one with that alias.
        check("select `shop`.`shop`.`id` AS `id` from `shop`.`shop`", "select shop.id AS id from shop");
        check(
            "select `shop`.`id` AS `id` from (((`shop`.`t` `shop` join `shop`.`u`) left join `other`.`t` on(true)))",
            "select shop.id AS id from (((t shop join u) left join other.t on(true)))",
        );
        check(r"select 1 AS `shop`,'it\'s \\' AS `a``b`", r#"select 1 AS shop,'it''s \' AS "a`b""#);
    }

    #[test]
    fn the_names_of_columns_are_found() {
        let check = |query: &str, expected: &[&str]| {
            let found = aliases(query, &significant(query));
            assert_eq!(found, expected.iter().map(|name| Name::from(*name)).collect::<Vec<_>>());
        };
        check(
            "select 1 AS `a`,(select cast(2 as char) AS `x` from `t`) AS `b``c` from `t` AS `u`",
            &["a", "b`c"],
        );
        check("select 1 AS `1` union select 2 AS `2`", &["1"]);
        check("with `c` as (select 1 AS `x`) select `c`.`x` AS `x` from `c`", &["x"]);
    }
}
