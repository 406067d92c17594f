//! Walks over the tokens of a portable statement.

use std::collections::VecDeque;

use retort_core::sql::{Lexer, Syntax, Token, TokenKind, lex_from};

/// A position between the tokens of a statement, of which only the next few
/// are kept.
pub(super) struct Cursor<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    ahead: VecDeque<Token>,
    end: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, lexer: lex_from(text, 0, &Syntax::PORTABLE), ahead: VecDeque::new(), end: 0 }
    }

    /// Goes on at a byte of the text, which is between two tokens.
    pub(super) fn seek(&mut self, position: usize) {
        self.lexer = lex_from(self.text, position, &Syntax::PORTABLE);
        self.ahead.clear();
        self.end = position;
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// Where the next token begins.
    pub(super) fn position(&mut self) -> usize {
        let end = self.end;
        self.peek().map_or(end, |token| token.span.start)
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

    pub(super) fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.peek();
            if let Some(token) = self.ahead.pop_front() {
                self.end = token.span.end;
            }
        }
    }

    /// The text of the token that many tokens ahead, if it is a word or a
    /// punctuation mark.
    pub(super) fn text_at(&mut self, at: usize) -> Option<&'a str> {
        let text = self.text;
        let token = self.peek_at(at)?;
        matches!(token.kind, TokenKind::Word | TokenKind::Punctuation).then(|| &text[token.span.clone()])
    }

    /// Whether these words stand that many tokens ahead.
    pub(super) fn words_at(&mut self, at: usize, words: &[&str]) -> bool {
        (at..).zip(words).all(|(at, word)| self.text_at(at).is_some_and(|it| it.eq_ignore_ascii_case(word)))
    }

    /// Passes the token if this is its text.
    pub(super) fn skip_text(&mut self, text: &str) -> bool {
        let is_next = self.text_at(0) == Some(text);
        self.skip(usize::from(is_next));
        is_next
    }

    /// Passes the word if it is this one.
    pub(super) fn skip_word(&mut self, word: &str) -> bool {
        let is_next = self.words_at(0, &[word]);
        self.skip(usize::from(is_next));
        is_next
    }
}
