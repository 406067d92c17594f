//! The tokens of a statement, one after the other.

use std::ops::Range;

use retort_core::{
    schema::Name,
    sql::{TokenKind, lex},
};

use crate::{syntax::SYNTAX, types::read::unquote};

/// The tokens of a statement.
pub(super) struct Cursor<'a> {
    sql: &'a str,
    tokens: Vec<(TokenKind, Range<usize>)>,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(sql: &'a str) -> Self {
        let tokens = lex(sql, &SYNTAX)
            .filter(|token| {
                let frame = matches!(token.kind, TokenKind::ConditionalOpen | TokenKind::ConditionalClose);
                !token.kind.is_trivia() && !frame
            })
            .map(|token| (token.kind, token.span))
            .collect();
        Self { sql, tokens, at: 0 }
    }

    fn text(&self, at: usize) -> Option<(TokenKind, &'a str)> {
        let (kind, span) = self.tokens.get(at)?;
        Some((*kind, self.sql.get(span.clone())?))
    }

    pub(super) fn at_end(&self) -> bool {
        (self.at..self.tokens.len()).all(|at| matches!(self.text(at), Some((_, ";"))))
    }

    /// Whether a word or sign is next. A name in quotes is neither.
    pub(super) fn is(&self, text: &str) -> bool {
        self.is_ahead(0, text)
    }

    /// Whether a word or sign follows after so many tokens.
    pub(super) fn is_ahead(&self, count: usize, text: &str) -> bool {
        self.text(self.at + count).is_some_and(|(kind, next)| {
            matches!(kind, TokenKind::Word | TokenKind::Punctuation) && next.eq_ignore_ascii_case(text)
        })
    }

    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.at += usize::from(found);
        found
    }

    /// Takes these words, or none of them.
    pub(super) fn eat_all(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(at, word)| self.is_ahead(at, word));
        self.at += if found { words.len() } else { 0 };
        found
    }

    pub(super) fn eat_any(&mut self, words: &[&'static str]) -> Option<&'static str> {
        words.iter().find(|word| self.eat(word)).copied()
    }

    pub(super) fn expect(&mut self, text: &str) -> Option<()> {
        self.eat(text).then_some(())
    }

    pub(super) fn eat_if_exists(&mut self) {
        self.eat_all(&["IF", "EXISTS"]);
    }

    pub(super) fn eat_if_not_exists(&mut self) -> bool {
        self.eat_all(&["IF", "NOT", "EXISTS"])
    }

    /// Passes over one token.
    pub(super) fn advance(&mut self) -> Option<()> {
        self.tokens.get(self.at)?;
        self.at += 1;
        Some(())
    }

    /// Goes on to the first of these words.
    pub(super) fn skip_to(&mut self, words: &[&str]) -> Option<()> {
        while !self.is_any(words) {
            self.tokens.get(self.at)?;
            self.at += 1;
        }
        Some(())
    }

    /// A name. One in another database is none.
    pub(super) fn name(&mut self) -> Option<Name> {
        let (kind, text) = self.text(self.at)?;
        let name = match kind {
            TokenKind::Word => text.to_owned(),
            TokenKind::QuotedIdentifier => text.get(1..text.len() - 1)?.replace("``", "`"),
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::ConditionalOpen
            | TokenKind::ConditionalClose
            | TokenKind::String
            | TokenKind::DollarString
            | TokenKind::Number
            | TokenKind::Parameter
            | TokenKind::Punctuation => return None,
        };
        self.at += 1;
        (!self.is(".")).then(|| Name::new(name))
    }

    /// Whether a name, rather than a word that means something, is next.
    pub(super) fn is_quoted(&self) -> bool {
        matches!(self.text(self.at), Some((TokenKind::QuotedIdentifier, _)))
    }

    pub(super) fn number(&mut self) -> Option<u32> {
        let (_, text) = self.text(self.at)?;
        self.at += 1;
        text.parse().ok()
    }

    /// The value of a string.
    pub(super) fn string(&mut self) -> Option<String> {
        let (kind, text) = self.text(self.at)?;
        self.at += 1;
        (kind == TokenKind::String && text.starts_with('\'')).then(|| unquote(text))
    }

    /// One word, number or string, as it stands.
    pub(super) fn operand(&mut self) -> Option<&'a str> {
        let (kind, text) = self.text(self.at)?;
        let is_operand = matches!(
            kind,
            TokenKind::Word | TokenKind::Number | TokenKind::String | TokenKind::QuotedIdentifier
        );
        self.at += 1;
        is_operand.then_some(text)
    }

    /// What stands within the parentheses that are next.
    pub(super) fn parenthesized(&mut self) -> Option<&'a str> {
        let start = self.tokens.get(self.at)?.1.end;
        self.expect("(")?;
        let mut depth = 1_usize;
        loop {
            match self.text(self.at)? {
                (TokenKind::Punctuation, "(") => depth += 1,
                (TokenKind::Punctuation, ")") => depth -= 1,
                _ => {}
            }
            let end = self.tokens.get(self.at)?.1.start;
            self.at += 1;
            if depth == 0 {
                return self.sql.get(start..end).map(str::trim);
            }
        }
    }

    /// The text from a token that was next before to what is next now.
    pub(super) fn text_since(&self, mark: usize) -> Option<&'a str> {
        let start = self.tokens.get(mark)?.1.start;
        let end = self.tokens.get(self.at.checked_sub(1)?)?.1.end;
        self.sql.get(start..end)
    }

    /// All that is left, without the end of the statement.
    pub(super) fn rest(&self) -> Option<&'a str> {
        let rest = self.sql.get(self.tokens.get(self.at)?.1.start..)?;
        Some(rest.trim_end_matches(|c: char| c == ';' || c.is_whitespace()))
    }

    /// What is next, for [`Self::text_since`].
    pub(super) fn mark(&self) -> usize {
        self.at
    }
}
