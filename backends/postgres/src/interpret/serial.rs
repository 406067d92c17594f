//! `serial` columns, which portable SQL takes for identity columns.
//!
//! On PostgreSQL the word stands for a sequence of its own and a default that
//! takes numbers from it.

use std::ops::Range;

use retort_core::{
    operation::Operation,
    schema::{Column, Name, QualifiedName, Schema, Unmanaged},
    sql::{Token, lex},
};

use super::words::identifier;
use crate::syntax::SYNTAX;

/// The words, and the types of the columns.
const WORDS: [(&str, &str); 6] = [
    ("smallserial", "smallint"),
    ("serial2", "smallint"),
    ("serial", "integer"),
    ("serial4", "integer"),
    ("bigserial", "bigint"),
    ("serial8", "bigint"),
];

/// The statement with plain types for its `serial` columns, and their names with
/// these types; `None` if the word means something else.
pub(super) fn replace(sql: &str) -> Option<(String, Vec<(Name, &'static str)>)> {
    let tokens: Vec<Token> = lex(sql, &SYNTAX).filter(|token| !token.kind.is_trivia()).collect();
    let mut columns = Vec::new();
    let mut edits: Vec<(Range<usize>, &str)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let word = &sql[token.span.clone()];
        let Some((_, ty)) = WORDS.into_iter().find(|(serial, _)| serial.eq_ignore_ascii_case(word)) else {
            continue;
        };
        // Behind the first word of an element it is a type.
        let [.., before, name] = tokens.get(..at)? else { return None };
        let begins = ["(", ",", "COLUMN", "ADD", "EXISTS"];
        if !begins.iter().any(|word| word.eq_ignore_ascii_case(&sql[before.span.clone()])) {
            return None;
        }
        columns.push((identifier(name.kind, &sql[name.span.clone()])?, ty));
        edits.push((token.span.clone(), ty));
    }
    let mut text = sql.to_owned();
    for (span, ty) in edits.into_iter().rev() {
        text.replace_range(span, ty);
    }
    Some((text, columns))
}

/// Gives the columns of an operation their sequences.
pub(super) fn apply(columns: &[(Name, &str)], operation: &mut Operation, schema: &mut Schema) -> Option<()> {
    match operation {
        Operation::CreateTable { table, if_not_exists } => {
            if *if_not_exists && schema.tables.contains_key(&table.name) {
                return Some(());
            }
            let name = table.name.clone();
            for column in &mut table.columns {
                number(columns, &name, column, schema)?;
            }
            Some(())
        }
        Operation::AddColumn { table, column, if_not_exists: _ } => {
            let is_there = schema.tables.get(table)?.column(&column.name).is_some();
            if is_there { Some(()) } else { number(columns, table, column, schema) }
        }
        _ => Some(()),
    }
}

fn number(
    columns: &[(Name, &str)],
    table: &QualifiedName,
    column: &mut Column,
    schema: &mut Schema,
) -> Option<()> {
    let Some((_, ty)) = columns.iter().find(|(name, _)| *name == column.name) else {
        return Some(());
    };
    let sequence = table.with_name(format!("{}_{}_seq", table.name, column.name));
    let fits = SYNTAX.identifier_limit.is_none_or(|limit| limit.allows(sequence.name.as_str()));
    let is_taken = schema.tables.contains_key(&sequence)
        || schema.views.contains_key(&sequence)
        || schema.unmanaged.iter().any(|object| object.name == sequence);
    if !fits || is_taken || column.default.is_some() {
        return None;
    }
    column.nullable = false;
    column.default = Some(format!("nextval('{}'::regclass)", plain(&sequence).replace('\'', "''")).into());
    schema.unmanaged.push(Unmanaged {
        kind: "sequence".to_owned(),
        name: sequence.clone(),
        table: Some(table.clone()),
        definition: Some(format!(
            "CREATE SEQUENCE {} AS {ty} OWNED BY {}.{}",
            SYNTAX.quote_qualified(&sequence),
            SYNTAX.quote_qualified(table),
            SYNTAX.quote_identifier(column.name.as_str())
        )),
    });
    Some(())
}

/// A name as PostgreSQL writes it: in quotes only where it needs them.
fn plain(name: &QualifiedName) -> String {
    let part = |name: &Name| {
        let is_plain = name.as_str().starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && name
                .as_str()
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if is_plain { name.to_string() } else { SYNTAX.quote_identifier(name.as_str()) }
    };
    match &name.namespace {
        Some(namespace) => format!("{}.{}", part(namespace), part(&name.name)),
        None => part(&name.name),
    }
}
