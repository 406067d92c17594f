//! Splits a script into statements.

use std::ops::Range;

use thiserror::Error;

use super::lexer::{Lexer, Token, TokenKind, lex};
use super::syntax::Syntax;
use body::BodyTracker;

mod body;

/// Where a statement is, in bytes: from its first token to its last, without
/// the comments around it and without what ends it.
pub type StatementSpan = Range<usize>;

/// A script that ends within something that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{kind}, begun at byte {offset}")]
pub struct SplitError {
    /// What does not end.
    pub kind: SplitErrorKind,
    /// Where it begins, in bytes.
    pub offset: usize,
}

/// What a [`SplitError`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SplitErrorKind {
    /// A string in quotes.
    #[error("unterminated string")]
    String,
    /// A string in dollar quotes.
    #[error("unterminated dollar-quoted string")]
    DollarString,
    /// An identifier in quotes.
    #[error("unterminated quoted identifier")]
    QuotedIdentifier,
    /// A block comment, conditional or not.
    #[error("unterminated comment")]
    Comment,
    /// The body of a trigger or routine.
    #[error("unterminated body, which needs an `END`")]
    Body,
    /// The list of statements in a rule.
    #[error("unclosed parenthesis")]
    Parenthesis,
    /// A `DELIMITER` line that does not say what the delimiter is.
    #[error("missing delimiter after `DELIMITER`")]
    Delimiter,
}

impl SplitErrorKind {
    /// What is wrong with `token`, if it does not end.
    pub(crate) fn of_unterminated(token: &Token) -> Option<Self> {
        if token.terminated {
            return None;
        }
        match token.kind {
            TokenKind::String => Some(Self::String),
            TokenKind::DollarString => Some(Self::DollarString),
            TokenKind::QuotedIdentifier => Some(Self::QuotedIdentifier),
            TokenKind::BlockComment => Some(Self::Comment),
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::ConditionalOpen
            | TokenKind::ConditionalClose
            | TokenKind::Word
            | TokenKind::Number
            | TokenKind::Parameter
            | TokenKind::Punctuation => None,
        }
    }
}

/// Splits `text` into statements.
///
/// A `;` ends a statement unless it is in a string, a comment, the body of a
/// trigger, routine, event or package, or the statement list of a rule. Where
/// the syntax has `DELIMITER` lines they are obeyed and dropped, and while
/// another delimiter is in force nothing else ends a statement. Statements
/// without any token are dropped.
///
/// # Errors
///
/// Fails if the text ends within something that was begun.
pub fn split(text: &str, syntax: &Syntax) -> Result<Vec<StatementSpan>, SplitError> {
    let mut splitter = Splitter {
        text,
        syntax,
        lexer: lex(text, syntax),
        delimiter: ";",
        statement: None,
        conditional: None,
        body: BodyTracker::default(),
        statements: Vec::new(),
    };
    while let Some(token) = splitter.lexer.next() {
        splitter.accept(token)?;
    }
    splitter.finish()
}

struct Splitter<'a> {
    text: &'a str,
    syntax: &'a Syntax,
    lexer: Lexer<'a>,
    delimiter: &'a str,
    /// The statement so far, once it has a token.
    statement: Option<StatementSpan>,
    /// Where the conditional comment that the lexer is in begins.
    conditional: Option<usize>,
    body: BodyTracker,
    statements: Vec<StatementSpan>,
}

impl<'a> Splitter<'a> {
    fn accept(&mut self, token: Token) -> Result<(), SplitError> {
        if let Some(kind) = SplitErrorKind::of_unterminated(&token) {
            let offset = token.span.start;
            return Err(SplitError { kind, offset });
        }
        if token.kind == TokenKind::ConditionalOpen {
            self.conditional = Some(token.span.start);
        }
        if token.kind.is_trivia() {
            return Ok(());
        }
        if self.is_delimiter_line(&token) {
            return self.delimiter_line(token.span);
        }
        match self.find_delimiter(&token) {
            Some(at) => {
                if at > token.span.start {
                    self.extend(token.span.start..at);
                }
                self.end_statement();
                self.lexer.seek(at + self.delimiter.len());
            }
            None => {
                let text = &self.text[token.span.clone()];
                self.body.accept(token.kind, text, token.span.start);
                self.extend(token.span);
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<StatementSpan>, SplitError> {
        if self.lexer.in_conditional() {
            let offset = self.conditional.unwrap_or_default();
            let kind = SplitErrorKind::Comment;
            return Err(SplitError { kind, offset });
        }
        if self.delimiter == ";"
            && let Some((kind, offset)) = self.body.open()
        {
            return Err(SplitError { kind, offset });
        }
        self.end_statement();
        Ok(self.statements)
    }

    fn extend(&mut self, token: Range<usize>) {
        match &mut self.statement {
            Some(statement) => statement.end = token.end,
            None => self.statement = Some(token),
        }
    }

    fn end_statement(&mut self) {
        self.statements.extend(self.statement.take());
        self.body = BodyTracker::default();
    }

    /// Where in `token` the statement ends.
    fn find_delimiter(&self, token: &Token) -> Option<usize> {
        if self.delimiter == ";" {
            let ends = token.kind == TokenKind::Punctuation
                && self.text[token.span.clone()] == *";"
                && !self.lexer.in_conditional()
                && self.body.open().is_none();
            return ends.then_some(token.span.start);
        }
        // Any other delimiter may be glued to a word (`END$$`) and may be made
        // of several tokens, but is not looked for inside quotes.
        match token.kind {
            TokenKind::String | TokenKind::DollarString | TokenKind::QuotedIdentifier => None,
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::ConditionalOpen
            | TokenKind::ConditionalClose => None,
            TokenKind::Word | TokenKind::Number | TokenKind::Parameter | TokenKind::Punctuation => self.text
                [token.span.clone()]
            .char_indices()
            .map(|(index, _)| token.span.start + index)
            .find(|&at| self.text[at..].starts_with(self.delimiter)),
        }
    }

    /// Whether `token` is a `DELIMITER` at the start of a line, between
    /// statements.
    fn is_delimiter_line(&self, token: &Token) -> bool {
        self.syntax.delimiter_lines
            && self.statement.is_none()
            && token.kind == TokenKind::Word
            && self.text[token.span.clone()].eq_ignore_ascii_case("delimiter")
            && self.text[..token.span.start]
                .trim_end_matches([' ', '\t', '\u{feff}'])
                .chars()
                .next_back()
                .is_none_or(|before| before == '\n')
    }

    fn delimiter_line(&mut self, keyword: Range<usize>) -> Result<(), SplitError> {
        let rest = &self.text[keyword.end..];
        let line = rest.find('\n').map_or(rest, |end| &rest[..end]);
        let Some(delimiter) = line.split_ascii_whitespace().next() else {
            let kind = SplitErrorKind::Delimiter;
            let offset = keyword.start;
            return Err(SplitError { kind, offset });
        };
        self.delimiter = delimiter;
        self.lexer.seek(keyword.end + line.len());
        Ok(())
    }
}

#[cfg(test)]
mod tests;
