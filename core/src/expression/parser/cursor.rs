//! Walks over the tokens of an expression, as far as they are needed.

use std::collections::VecDeque;

use crate::sql::{Lexer, Syntax, Token, TokenKind, lex_from};

/// A position between the tokens of a text.
///
/// Tokens are cut as they are looked at: reading an expression costs nothing
/// for the text behind it.
pub(super) struct Cursor<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    /// Tokens that were looked at and not passed yet.
    ahead: VecDeque<Token>,
    /// The end of the last token that was passed.
    end: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, start: usize, syntax: &'a Syntax) -> Self {
        Self { text, lexer: lex_from(text, start, syntax), ahead: VecDeque::new(), end: start }
    }

    /// The end of the last token that was passed.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Where the next token begins, as far as it was looked at.
    pub(super) fn position(&self) -> usize {
        self.ahead.front().map_or(self.end, |token| token.span.start)
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn slice(&self, token: &Token) -> &'a str {
        &self.text[token.span.clone()]
    }

    pub(super) fn peek(&mut self) -> Option<&Token> {
        self.peek_at(0)
    }

    /// The token that many tokens ahead.
    pub(super) fn peek_at(&mut self, at: usize) -> Option<&Token> {
        while self.ahead.len() <= at {
            let token = self.lexer.find(|token| !token.kind.is_trivia() || !token.terminated)?;
            self.ahead.push_back(token);
        }
        self.ahead.get(at)
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        self.peek()?;
        let token = self.ahead.pop_front()?;
        self.end = token.span.end;
        Some(token)
    }

    pub(super) fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.next();
        }
    }

    /// The text of the token that many tokens ahead, unless it is quoted.
    pub(super) fn text_at(&mut self, at: usize) -> Option<&'a str> {
        let token = self.peek_at(at)?.clone();
        match token.kind {
            TokenKind::Word | TokenKind::Punctuation | TokenKind::Number => Some(self.slice(&token)),
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::ConditionalOpen
            | TokenKind::ConditionalClose
            | TokenKind::QuotedIdentifier
            | TokenKind::String
            | TokenKind::DollarString
            | TokenKind::Parameter => None,
        }
    }

    /// The word that many tokens ahead.
    pub(super) fn word_at(&mut self, at: usize) -> Option<&'a str> {
        let token = self.peek_at(at)?.clone();
        (token.kind == TokenKind::Word).then(|| self.slice(&token))
    }

    /// Whether these words stand that many tokens ahead.
    pub(super) fn words_at(&mut self, at: usize, words: &[&str]) -> bool {
        (at..).zip(words).all(|(at, word)| self.word_at(at).is_some_and(|it| it.eq_ignore_ascii_case(word)))
    }

    /// Passes the token if this is its text.
    pub(super) fn skip_text(&mut self, text: &str) -> bool {
        let is_next = self.text_at(0) == Some(text);
        if is_next {
            self.next();
        }
        is_next
    }

    /// Passes the word if it is this one.
    pub(super) fn skip_word(&mut self, word: &str) -> bool {
        let is_next = self.words_at(0, &[word]);
        if is_next {
            self.next();
        }
        is_next
    }

    /// The first of these signs that the text goes on with.
    pub(super) fn operator(&mut self, signs: &[&'static str]) -> Option<&'static str> {
        self.peek()?;
        let rest = &self.text[self.position()..];
        signs.iter().find(|sign| rest.starts_with(**sign)).copied()
    }

    /// The operator characters that come next without anything between them.
    pub(super) fn operator_run(&mut self) -> &'a str {
        let Some(first) = self.peek().cloned() else { return "" };
        let mut end = first.span.start;
        let mut at = 0;
        while let Some(token) = self.peek_at(at).cloned()
            && token.kind == TokenKind::Punctuation
            && token.span.start == end
            && self.slice(&token).chars().all(|c| "+-*/<>=~!@#%^&|?".contains(c))
        {
            end = token.span.end;
            at += 1;
        }
        &self.text[first.span.start..end]
    }

    /// Whether the token that many tokens ahead follows without anything
    /// between.
    pub(super) fn is_glued(&mut self, at: usize) -> bool {
        let before = match at.checked_sub(1) {
            None => self.end,
            Some(before) => self.peek_at(before).map_or(usize::MAX, |token| token.span.end),
        };
        self.peek_at(at).is_some_and(|token| token.span.start == before)
    }
}
