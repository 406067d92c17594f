//! Definitions of columns, as in CREATE TABLE and MODIFY.

use retort_core::{
    backend::BackendError,
    expression::{Dialect, parse},
    schema::{Column, Expression, Generated, GeneratedStorage, Identity, IdentityMode, Type},
    sql::{Token, TokenKind, lex},
};

use super::{literal, quote, refuse, translate::Site};
use crate::{
    normalize::default::is_now,
    option,
    server::{Flavor, Server},
    syntax::SYNTAX,
    types::{self, Kind, read::own_word},
};

/// The whole definition of a column: MODIFY drops what it does not repeat.
///
/// # Errors
///
/// Fails with what the server cannot hold.
pub(super) fn definition(column: &Column, site: Site<'_>) -> Result<String, BackendError> {
    let server = site.server;
    let mut parts = vec![quote(&column.name), type_clause(column, site)?];
    if let Some(generated) = &column.generated {
        parts.push(generated_clause(generated, site)?);
    }
    if !column.nullable {
        if column.generated.is_some() && server.flavor == Flavor::MariaDb {
            return Err(BackendError::unsupported(format!(
                "generated column `{}` cannot be NOT NULL on {}: use a check constraint",
                column.name, server.flavor
            )));
        }
        parts.push("NOT NULL".to_owned());
    } else if is_native_timestamp(&column.ty) {
        // Such a column is NOT NULL by default, unless the server is told
        // otherwise.
        parts.push("NULL".to_owned());
    }
    if let Some(identity) = &column.identity {
        require_plain(column, identity, server)?;
        parts.push("AUTO_INCREMENT".to_owned());
    }
    if let Some(default) = &column.default {
        parts.push(format!("DEFAULT {}", default_value(default, &column.ty, site)?));
    }
    parts.extend(options(column)?);
    if let Some(comment) = &column.comment {
        parts.push(comment_clause(comment, server)?);
    }
    if let Some(check) = column.options.get(option::CHECK) {
        // Nothing may follow it.
        parts.push(format!("CHECK ({check})"));
    }
    Ok(parts.join(" "))
}

/// The type of a column, with its character set and collation.
///
/// # Errors
///
/// Fails with what the server cannot hold.
pub(super) fn type_clause(column: &Column, site: Site<'_>) -> Result<String, BackendError> {
    let mut parts = vec![types::declared_type(&column.ty, site.enums, site.server)?];
    if column.options.contains_key(option::COMPRESSED) {
        parts.push("COMPRESSED".to_owned());
    }
    parts.extend(character_set(column, site.server)?);
    Ok(parts.join(" "))
}

/// The character set and collation of a column.
fn character_set(column: &Column, server: Server) -> Result<Option<String>, BackendError> {
    if !Kind::of(&column.ty).has_charset() {
        return match &column.collation {
            None => Ok(None),
            Some(collation) => Err(BackendError::unsupported(format!(
                "column `{}` of type {} cannot have the collation `{collation}` on {}",
                column.name, column.ty, server.flavor
            ))),
        };
    }
    let charset = column.options.get(option::CHARSET).map(|charset| format!("CHARACTER SET {charset}"));
    let collation = column.collation.as_ref().map(|collation| format!("COLLATE {}", quote(collation)));
    let parts: Vec<String> = charset.into_iter().chain(collation).collect();
    Ok((!parts.is_empty()).then(|| parts.join(" ")))
}

fn is_native_timestamp(ty: &Type) -> bool {
    let Type::Native(text) = ty else { return false };
    own_word(text).get(..9).is_some_and(|word| word.eq_ignore_ascii_case("timestamp"))
}

fn generated_clause(generated: &Generated, site: Site<'_>) -> Result<String, BackendError> {
    let storage = match generated.storage {
        GeneratedStorage::Stored => "STORED",
        GeneratedStorage::Virtual => "VIRTUAL",
    };
    refuse::columns_exist(&generated.expression, site.table)?;
    let expression = site.value(&generated.expression)?;
    Ok(format!("GENERATED ALWAYS AS ({expression}) {storage}"))
}

fn require_plain(column: &Column, identity: &Identity, server: Server) -> Result<(), BackendError> {
    let of = || format!("identity column `{}`", column.name);
    match identity.mode {
        IdentityMode::Always => Err(BackendError::unsupported(format!(
            "{} cannot be GENERATED ALWAYS: {} lets an INSERT give its own value",
            of(),
            server.flavor
        ))),
        IdentityMode::ByDefault if !identity.sequence.is_default() => Err(BackendError::unsupported(
            format!("{} cannot have sequence options on {}", of(), server.flavor),
        )),
        IdentityMode::ByDefault => Ok(()),
    }
}

/// What follows the word DEFAULT.
///
/// # Errors
///
/// Fails if the expression is none that the server has.
pub(super) fn default_value(default: &Expression, ty: &Type, site: Site<'_>) -> Result<String, BackendError> {
    if let Some(now) = now(default, ty) {
        return Ok(now);
    }
    let text = site.value(default)?;
    // MySQL takes no literal for some types, and its catalog does not give back
    // some others; of an expression it does.
    let mysql = site.server.flavor == Flavor::MySql;
    let bytes = bytes_of(&text);
    if !mysql && bytes.as_ref().is_some_and(|bytes| bytes.iter().any(|byte| *byte > 0x7f)) {
        return Err(BackendError::unsupported(format!(
            "the catalog of {} does not give back a default with bytes beyond 7f: {text}",
            site.server.flavor
        )));
    }
    let is_cut = bytes.is_some_and(|bytes| bytes.contains(&0)) || refuse::is_lossy(&text);
    let bare = is_literal(&text) && !(mysql && (Kind::of(ty).is_unlimited() || is_cut));
    Ok(if bare { text } else { format!("({text})") })
}

/// The date and time of the statement, in the precision of the column, which
/// the server wants to be told.
fn now(default: &Expression, ty: &Type) -> Option<String> {
    let Kind::Instant(precision) = Kind::of(ty) else { return None };
    let expr = parse(default.as_str(), &Dialect::PORTABLE).ok()?;
    is_now(&expr, precision).then(|| match ty {
        // An instant is stored in UTC, whatever the time zone of the session.
        Type::TimestampTz(_) => format!("(UTC_TIMESTAMP{})", digits(precision)),
        _ => format!("CURRENT_TIMESTAMP{}", digits(precision)),
    })
}

fn digits(precision: u32) -> String {
    if precision == 0 { String::new() } else { format!("({precision})") }
}

/// Whether an expression of the server is a single literal, which needs no
/// parentheses as a default.
pub(super) fn is_literal(text: &str) -> bool {
    let tokens = tokens(text);
    let words: Vec<(TokenKind, &str)> =
        tokens.iter().map(|token| (token.kind, &text[token.span.clone()])).collect();
    match words.as_slice() {
        [(TokenKind::String | TokenKind::Number, _)] => true,
        [(TokenKind::Punctuation, "-" | "+"), (TokenKind::Number, _)] => true,
        [(TokenKind::Word, word)] => {
            ["null", "true", "false"].iter().any(|literal| word.eq_ignore_ascii_case(literal))
        }
        [(TokenKind::Word, prefix), (TokenKind::String, _)] => {
            prefix.eq_ignore_ascii_case("x") || prefix.eq_ignore_ascii_case("b")
        }
        _ => false,
    }
}

/// The bytes that an expression of the server is a literal of.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("x'").and_then(|rest| rest.strip_suffix('\''))?;
    let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

fn tokens(text: &str) -> Vec<Token> {
    lex(text, &SYNTAX).filter(|token| !token.kind.is_trivia()).collect()
}

/// What only MySQL knows of a column.
fn options(column: &Column) -> Result<Vec<String>, BackendError> {
    let mut parts = Vec::new();
    for (option, value) in &column.options {
        match option.as_str() {
            // They stand beside the type, or at the end.
            option::CHARSET | option::COMPRESSED | option::CHECK => {}
            option::ON_UPDATE => parts.push(format!("ON UPDATE {value}")),
            option::INVISIBLE => parts.push("INVISIBLE".to_owned()),
            option::SRID => parts.push(format!("SRID {value}")),
            _ => {
                return Err(BackendError::unsupported(format!(
                    "column `{}` has the option `{option}`, which nothing here can repeat",
                    column.name
                )));
            }
        }
    }
    Ok(parts)
}

fn comment_clause(comment: &str, server: Server) -> Result<String, BackendError> {
    const LONGEST: usize = 1024;
    refuse::kept(comment, server)?;
    if comment.chars().count() > LONGEST {
        return Err(BackendError::unsupported(format!(
            "the comment on a column can have at most {LONGEST} characters"
        )));
    }
    Ok(format!("COMMENT {}", literal(comment)))
}

/// Whether a new column with the default cannot get it from ADD COLUMN.
///
/// # Errors
///
/// Fails if the expression is none that the server has.
pub(super) fn is_scattered(default: &Expression, site: Site<'_>) -> Result<bool, BackendError> {
    Ok(differs_by_row(&site.value(default)?, site.server))
}

/// Whether an expression has another value for each row in a way that MySQL
/// refuses where a statement fills a new column with it.
pub(super) fn differs_by_row(text: &str, server: Server) -> bool {
    const FUNCTIONS: [&str; 5] = ["uuid", "uuid_short", "rand", "random_bytes", "sysdate"];
    let tokens = tokens(text);
    let calls = tokens.windows(2).any(|pair| match pair {
        [name, open] => {
            let name = &text[name.span.clone()];
            &text[open.span.clone()] == "("
                && FUNCTIONS.iter().any(|function| name.eq_ignore_ascii_case(function))
        }
        _ => false,
    });
    calls && server.flavor == Flavor::MySql
}
