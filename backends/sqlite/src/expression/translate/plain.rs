//! Statements that mean the same everywhere, found at the speed of the lexer.

use retort_core::sql::{Syntax, Token, TokenKind, lex};

use crate::expression::words;

/// Whether the text is `INSERT INTO name [(names)] VALUES` with rows of nothing
/// but plain literals: what dumps consist of.
pub(super) fn is_plain_insert(text: &str) -> bool {
    let mut tokens = lex(text, &Syntax::PORTABLE).filter(|token| token.kind != TokenKind::Whitespace);
    let is = |token: Option<Token>, word: &str| {
        token.is_some_and(|token| text[token.span].eq_ignore_ascii_case(word))
    };
    if !is(tokens.next(), "INSERT") || !is(tokens.next(), "INTO") {
        return false;
    }
    if !tokens.next().is_some_and(|name| is_plain_name(&name, text)) {
        return false;
    }
    let mut next = tokens.next();
    if is(next.clone(), "(") {
        loop {
            if !tokens.next().is_some_and(|column| is_plain_name(&column, text)) {
                return false;
            }
            next = tokens.next();
            if !is(next.clone(), ",") {
                break;
            }
        }
        if !is(next, ")") {
            return false;
        }
        next = tokens.next();
    }
    if !is(next, "VALUES") {
        return false;
    }
    let mut after_string = false;
    for token in tokens {
        let written = &text[token.span.clone()];
        let is_string = token.kind == TokenKind::String;
        let is_plain = match token.kind {
            // One that follows another one goes on with it.
            TokenKind::String => token.terminated && written.starts_with('\'') && !after_string,
            TokenKind::Number => {
                written.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E'))
            }
            TokenKind::Word => {
                ["NULL", "TRUE", "FALSE"].iter().any(|word| word.eq_ignore_ascii_case(written))
            }
            TokenKind::Punctuation => matches!(written, "(" | ")" | "," | "-"),
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::ConditionalOpen
            | TokenKind::ConditionalClose
            | TokenKind::QuotedIdentifier
            | TokenKind::DollarString
            | TokenKind::Parameter => false,
        };
        if !is_plain {
            return false;
        }
        after_string = is_string;
    }
    true
}

/// Whether the token is a name, to SQLite as well.
fn is_plain_name(token: &Token, text: &str) -> bool {
    match token.kind {
        TokenKind::Word => !words::is_reserved(&text[token.span.clone()]),
        TokenKind::QuotedIdentifier => token.terminated,
        TokenKind::Whitespace
        | TokenKind::LineComment
        | TokenKind::BlockComment
        | TokenKind::ConditionalOpen
        | TokenKind::ConditionalClose
        | TokenKind::String
        | TokenKind::DollarString
        | TokenKind::Number
        | TokenKind::Parameter
        | TokenKind::Punctuation => false,
    }
}
