//! Expressions as MySQL's catalog has them → SQL.

use retort_core::sql::{TokenKind, lex};

use crate::{
    server::{Flavor, Server},
    syntax::SYNTAX,
};

/// An expression as SQL. That is what MariaDB's catalog has.
pub(super) fn sql(catalog: &str, server: Server) -> String {
    match server.flavor {
        Flavor::MySql => decoded(&unescaped(catalog)),
        Flavor::MariaDb => catalog.to_owned(),
    }
}

/// Undoes that MySQL escapes the text of an expression as if it were within a
/// string.
fn unescaped(catalog: &str) -> String {
    let mut text = String::with_capacity(catalog.len());
    let mut rest = catalog.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('0') => text.push('\0'),
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('Z') => text.push('\u{1a}'),
                Some(escaped) => text.push(escaped),
                None => text.push('\\'),
            },
            c => text.push(c),
        }
    }
    text
}

/// Undoes that MySQL takes the bytes of the names in an expression for
/// characters of Latin-1. Strings stay: with them, who reads the expression
/// knows of their character set.
fn decoded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut result = String::with_capacity(text.len());
    for token in lex(text, &SYNTAX) {
        let piece = &text[token.span];
        match token.kind {
            TokenKind::QuotedIdentifier => {
                // What is not Latin-1, or no UTF-8 after it, is as it should be.
                let bytes: Option<Vec<u8>> = piece.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
                match bytes.map(String::from_utf8) {
                    Some(Ok(name)) => result.push_str(&name),
                    Some(Err(_)) | None => result.push_str(piece),
                }
            }
            _ => result.push_str(piece),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        let check = |catalog: &str, expected: &str| assert_eq!(unescaped(catalog), expected, "{catalog}");
        check(r"(`a` <> _utf8mb4\'it\\\'s\')", r"(`a` <> _utf8mb4'it\'s')");
        check(r"concat(`a`,_utf8mb4\'\\\\\')", r"concat(`a`,_utf8mb4'\\')");
        check(r"(`it\'s` is null)", "(`it's` is null)");
        check(r"a\", r"a\");
    }

    #[test]
    fn names_are_decoded() {
        let check = |catalog: &str, expected: &str| assert_eq!(decoded(catalog), expected, "{catalog}");
        check("`gr\u{c3}\u{b6}\u{c3}\u{9f}e` = '\u{c3}\u{b6}'", "`größe` = '\u{c3}\u{b6}'");
        // A server without the mistake.
        check("`größe` = `日`", "`größe` = `日`");
    }
}
