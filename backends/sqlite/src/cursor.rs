//! Walks over the tokens of a statement that SQLite has accepted.
//!
//! What a database stores is valid SQL, so the readers built on this look for
//! structure and give up with an error, never a panic, where there is none.

use std::ops::Range;

use retort_core::{
    backend::{BackendError, BackendErrorKind},
    sql::{Token, TokenKind, lex},
};

use crate::syntax::SYNTAX;

/// A name as a statement writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameText {
    /// The name itself, without quotes.
    pub(crate) name: String,
    /// The bytes that it takes, quotes included.
    pub(crate) span: Range<usize>,
}

impl NameText {
    /// Whether the name is this one to SQLite, which ignores the case of ASCII
    /// letters.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// A position between the tokens of a statement.
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    /// The tokens that mean something.
    tokens: Vec<Token>,
    /// The comments, in order.
    comments: Vec<Range<usize>>,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor in front of the first token.
    pub(crate) fn new(text: &'a str) -> Self {
        let mut tokens = Vec::new();
        let mut comments = Vec::new();
        for token in lex(text, &SYNTAX) {
            match token.kind {
                TokenKind::Whitespace => {}
                TokenKind::LineComment | TokenKind::BlockComment => comments.push(token.span),
                TokenKind::ConditionalOpen
                | TokenKind::ConditionalClose
                | TokenKind::Word
                | TokenKind::QuotedIdentifier
                | TokenKind::String
                | TokenKind::DollarString
                | TokenKind::Number
                | TokenKind::Parameter
                | TokenKind::Punctuation => tokens.push(token),
            }
        }
        Self { text, tokens, comments, at: 0 }
    }

    /// The whole statement.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The token behind the cursor, if there is one.
    pub(crate) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    /// Where the token behind the cursor begins.
    pub(crate) fn position(&self) -> usize {
        self.peek().map_or(self.text.len(), |token| token.span.start)
    }

    /// Where the token in front of the cursor ends.
    pub(crate) fn end(&self) -> usize {
        self.at.checked_sub(1).and_then(|before| self.tokens.get(before)).map_or(0, |token| token.span.end)
    }

    /// The kind of the token behind the cursor.
    pub(crate) fn kind(&self) -> Option<TokenKind> {
        self.peek().map(|token| token.kind)
    }

    /// Moves behind the next token.
    pub(crate) fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len());
    }

    /// The comments between the tokens around the cursor.
    pub(crate) fn comments_before(&self) -> &[Range<usize>] {
        let (from, to) = (self.end(), self.position());
        let first = self.comments.partition_point(|comment| comment.start < from);
        let last = self.comments.partition_point(|comment| comment.start < to);
        &self.comments[first..last]
    }

    /// Whether the token `ahead` tokens behind the cursor is this keyword.
    pub(crate) fn is_keyword_ahead(&self, ahead: usize, keyword: &str) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| {
            token.kind == TokenKind::Word && self.text[token.span.clone()].eq_ignore_ascii_case(keyword)
        })
    }

    /// Whether this keyword comes next.
    pub(crate) fn is_keyword(&self, keyword: &str) -> bool {
        self.is_keyword_ahead(0, keyword)
    }

    /// Whether one of these keywords comes next.
    pub(crate) fn is_any_keyword(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is_keyword(keyword))
    }

    /// Moves behind this keyword, if it comes next.
    pub(crate) fn eat_keyword(&mut self, keyword: &str) -> bool {
        let found = self.is_keyword(keyword);
        if found {
            self.advance();
        }
        found
    }

    /// Moves behind this keyword.
    pub(crate) fn expect_keyword(&mut self, keyword: &str) -> Result<(), BackendError> {
        if self.eat_keyword(keyword) { Ok(()) } else { Err(self.unexpected(keyword)) }
    }

    /// Whether this character comes next.
    pub(crate) fn is_punctuation(&self, c: char) -> bool {
        self.peek().is_some_and(|token| {
            token.kind == TokenKind::Punctuation && self.text[token.span.clone()].starts_with(c)
        })
    }

    /// Moves behind this character, if it comes next.
    pub(crate) fn eat_punctuation(&mut self, c: char) -> bool {
        let found = self.is_punctuation(c);
        if found {
            self.advance();
        }
        found
    }

    /// Moves behind this character.
    pub(crate) fn expect_punctuation(&mut self, c: char) -> Result<(), BackendError> {
        if self.eat_punctuation(c) { Ok(()) } else { Err(self.unexpected(&format!("`{c}`"))) }
    }

    /// Whether a name, quoted in any way or not, comes next.
    pub(crate) fn is_name(&self) -> bool {
        matches!(self.kind(), Some(TokenKind::Word | TokenKind::QuotedIdentifier | TokenKind::String))
    }

    /// Moves behind a name.
    pub(crate) fn expect_name(&mut self) -> Result<NameText, BackendError> {
        match self.peek() {
            Some(token) if self.is_name() => {
                let span = token.span.clone();
                self.advance();
                Ok(NameText { name: unquote(&self.text[span.clone()]), span })
            }
            _ => Err(self.unexpected("a name")),
        }
    }

    /// Moves behind a name that may have the name of a database in front, which
    /// is left out.
    pub(crate) fn expect_qualified_name(&mut self) -> Result<NameText, BackendError> {
        let name = self.expect_name()?;
        if self.eat_punctuation('.') { self.expect_name() } else { Ok(name) }
    }

    /// Moves behind a pair of parentheses and gives the bytes between them,
    /// without the white space and comments at both ends.
    pub(crate) fn expect_parentheses(&mut self) -> Result<Range<usize>, BackendError> {
        let open = self.position();
        self.expect_punctuation('(')?;
        let start = self.position();
        let mut depth = 1_usize;
        while self.peek().is_some() {
            if self.is_punctuation('(') {
                depth += 1;
            } else if self.is_punctuation(')') {
                depth -= 1;
                if depth == 0 {
                    let end = self.end().max(start);
                    self.advance();
                    return Ok(start.min(end)..end);
                }
            }
            self.advance();
        }
        Err(self.error_at(open, "unclosed parenthesis"))
    }

    /// The tokens up to the next `,` or `)` that is not in parentheses, which
    /// stays behind the cursor.
    pub(crate) fn list_item(&mut self) -> &[Token] {
        let first = self.at;
        let mut depth = 0_usize;
        while self.peek().is_some() {
            if self.is_punctuation('(') {
                depth += 1;
            } else if depth == 0 && (self.is_punctuation(',') || self.is_punctuation(')')) {
                break;
            } else if self.is_punctuation(')') {
                depth -= 1;
            }
            self.advance();
        }
        &self.tokens[first..self.at]
    }

    /// The bytes from the cursor to the end of the statement, without a
    /// semicolon.
    pub(crate) fn rest(&self) -> Range<usize> {
        let start = self.position();
        let tokens = self.tokens.get(self.at..).unwrap_or_default();
        let is_kept = |token: &&Token| self.text[token.span.clone()] != *";";
        start..tokens.iter().rev().find(is_kept).map_or(start, |token| token.span.end)
    }

    /// The failure to find something at the cursor.
    pub(crate) fn unexpected(&self, wanted: &str) -> BackendError {
        let found = match self.peek() {
            Some(token) => format!("`{}`", &self.text[token.span.clone()]),
            None => "its end".to_owned(),
        };
        self.error_at(self.position(), format!("stored definition has {found} instead of {wanted}"))
    }

    fn error_at(&self, offset: usize, message: impl Into<String>) -> BackendError {
        BackendError::new(BackendErrorKind::Introspect, message).with_statement(self.text).at_offset(offset)
    }
}

/// Takes the quotes off an identifier: SQLite accepts `"…"`, `` `…` ``, `[…]`
/// and `'…'`.
pub(crate) fn unquote(text: &str) -> String {
    let Some(open) = text.chars().next().filter(|c| "\"`['".contains(*c)) else {
        return text.to_owned();
    };
    let close = if open == '[' { ']' } else { open };
    let inside = text[1..].strip_suffix(close).unwrap_or(&text[1..]);
    if open == '[' {
        inside.to_owned()
    } else {
        inside.replace(&format!("{close}{close}"), &open.to_string())
    }
}
