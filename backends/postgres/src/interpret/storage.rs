//! What says how a table, an index or a column is stored, which portable SQL
//! has no words for.

use std::{collections::BTreeMap, ops::Range};

use retort_core::{
    operation::Operation,
    schema::Schema,
    sql::{Token, TokenKind, lex},
};

use super::words::{Words, identifier};
use crate::syntax::SYNTAX;

/// Takes the clauses about storage out of a CREATE TABLE or CREATE INDEX:
/// returns the rest, and the options; `None` for what is not understood.
pub(super) fn take(sql: &str) -> Option<(String, BTreeMap<String, String>)> {
    let tokens: Vec<Token> = lex(sql, &SYNTAX).filter(|token| !token.kind.is_trivia()).collect();
    let text = |at: usize| tokens.get(at).map_or("", |token| &sql[token.span.clone()]);
    let is = |at: usize, word: &str| {
        matches!(tokens.get(at), Some(Token { kind: TokenKind::Word, .. }))
            && text(at).eq_ignore_ascii_case(word)
    };
    let mut options = BTreeMap::new();
    let mut cuts: Vec<Range<usize>> = Vec::new();
    let cut = |from: usize, to: usize| Some(tokens.get(from)?.span.start..tokens.get(to)?.span.end);
    let is_table = (1..3).any(|at| is(at, "TABLE"));
    let is_index = (1..3).any(|at| is(at, "INDEX"));
    if !is(0, "CREATE") || !(is_table || is_index) {
        return Some((sql.to_owned(), options));
    }
    if is(1, "UNLOGGED") {
        options.insert("unlogged".to_owned(), String::new());
        cuts.push(cut(1, 1)?);
    }
    let (mut at, mut depth, mut closed) = (1, 0_usize, false);
    while at < tokens.len() {
        match text(at) {
            "(" | "[" => depth += 1,
            ")" | "]" => {
                depth = depth.checked_sub(1)?;
                closed |= depth == 0;
            }
            _ if depth > 0 || !closed => {}
            _ if is(at, "WITH") && text(at + 1) == "(" => {
                let end = (at + 2..tokens.len()).find(|end| text(*end) == ")")?;
                parameters(sql, &tokens[at + 2..end], &mut options)?;
                cuts.push(cut(at, end)?);
                at = end;
            }
            _ if is(at, "TABLESPACE") || (is_table && is(at, "USING")) => {
                let name = identifier(tokens.get(at + 1)?.kind, text(at + 1))?;
                // What everything has that does not say so is not reported.
                if !matches!(name.as_str(), "heap" | "pg_default") {
                    options.insert(text(at).to_ascii_lowercase(), name.to_string());
                }
                cuts.push(cut(at, at + 1)?);
                at += 1;
            }
            // From here on it is an expression.
            _ if is(at, "WHERE") => break,
            _ => {}
        }
        at += 1;
    }
    let mut rest = sql.to_owned();
    for span in cuts.into_iter().rev() {
        rest.replace_range(span, "");
    }
    Some((rest, options))
}

/// Puts options on what an operation creates.
pub(super) fn apply(options: &BTreeMap<String, String>, operation: &mut Operation) {
    let options = options.clone();
    match operation {
        Operation::CreateTable { table, .. } => table.options.extend(options),
        Operation::CreateIndex { index, .. } => index.options.extend(options),
        _ => {}
    }
}

/// `TABLE t ALTER COLUMN c SET STORAGE external, …`, from behind ALTER on;
/// `None` if there is anything else in it.
pub(super) fn alter(mut words: Words<'_>, schema: &mut Schema) -> Option<()> {
    if !words.eat("TABLE") {
        return None;
    }
    words.eat("ONLY");
    let name = words.qualified_name()?;
    let mut table = schema.tables.get(&name)?.clone();
    loop {
        if !words.eat("ALTER") {
            return None;
        }
        words.eat("COLUMN");
        let column = table.column_mut(&words.name()?)?;
        if !words.eat("SET") {
            return None;
        }
        let option = ["STORAGE", "COMPRESSION", "STATISTICS"].into_iter().find(|word| words.eat(word));
        match option {
            Some(option) => {
                let value = words.next()?.to_ascii_lowercase();
                column.options.insert(option.to_ascii_lowercase(), value);
            }
            None => {
                if words.next()? != "(" {
                    return None;
                }
                loop {
                    let option = words.name()?.to_string();
                    if words.next()? != "=" {
                        return None;
                    }
                    let mut value = words.next()?.to_owned();
                    if value == "-" {
                        value.push_str(words.next()?);
                    }
                    column.options.insert(option, plain(&value));
                    match words.next()? {
                        "," => {}
                        ")" => break,
                        _ => return None,
                    }
                }
            }
        }
        match words.next() {
            Some(",") => {}
            Some(";") | None => break,
            Some(_) => return None,
        }
    }
    schema.tables.insert(name, table);
    Some(())
}

/// `fillfactor = 70, toast.autovacuum_enabled = 'off'`
fn parameters(sql: &str, tokens: &[Token], options: &mut BTreeMap<String, String>) -> Option<()> {
    for parameter in tokens.split(|token| &sql[token.span.clone()] == ",") {
        let mut sides = parameter.splitn(2, |token| &sql[token.span.clone()] == "=");
        let mut key = String::new();
        for token in sides.next()? {
            match identifier(token.kind, &sql[token.span.clone()]) {
                Some(name) => key.push_str(name.as_str()),
                None => key.push_str(&sql[token.span.clone()]),
            }
        }
        let value: String = match sides.next() {
            Some(tokens) => tokens.iter().map(|token| &sql[token.span.clone()]).collect(),
            None => "true".to_owned(),
        };
        options.insert(key, plain(&value));
    }
    Some(())
}

/// A value as the catalog keeps it: without quotes.
fn plain(value: &str) -> String {
    match value.strip_prefix('\'').and_then(|inner| inner.strip_suffix('\'')) {
        Some(inner) => inner.replace("''", "'"),
        None => value.to_owned(),
    }
}
