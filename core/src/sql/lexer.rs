//! Cuts SQL text into tokens under the rules of a [`Syntax`].
//!
//! Lexing loses nothing and cannot fail: the spans of the tokens, one after
//! the other, cover the whole text, and what never ends is a token that says
//! so.

use std::ops::Range;

use super::syntax::{Quote, Syntax};

/// Cuts `text` into tokens.
pub fn lex<'a>(text: &'a str, syntax: &'a Syntax) -> Lexer<'a> {
    lex_from(text, 0, syntax)
}

/// Cuts `text` into tokens from the byte offset `start`; spans stay relative to
/// the beginning of the text.
///
/// # Panics
///
/// Panics if `start` is not on a character boundary of `text`.
pub fn lex_from<'a>(text: &'a str, start: usize, syntax: &'a Syntax) -> Lexer<'a> {
    assert!(text.is_char_boundary(start), "a lexer starts on a character boundary");
    Lexer { text, syntax, position: start, in_conditional: false }
}

/// A piece of SQL text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is, in bytes.
    pub span: Range<usize>,
    /// False for a string, quoted identifier or block comment that the text
    /// ends within.
    pub terminated: bool,
}

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Spaces, line ends, and a byte order mark at the very beginning.
    Whitespace,
    /// A comment up to, and without, the end of its line.
    LineComment,
    /// A comment between `/*` and `*/`.
    BlockComment,
    /// The `/*!` and version that open a conditional comment, whose text is
    /// lexed as any other.
    ConditionalOpen,
    /// The `*/` that closes a conditional comment.
    ConditionalClose,
    /// An unquoted identifier or a keyword.
    Word,
    /// An identifier in quotes.
    QuotedIdentifier,
    /// A string in quotes, with its `E` if it has one.
    String,
    /// A string in dollar quotes.
    DollarString,
    /// A number.
    Number,
    /// A numbered parameter: `$1`.
    Parameter,
    /// Any other single character.
    Punctuation,
}

impl TokenKind {
    /// Whether the database ignores the token.
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::Whitespace | Self::LineComment | Self::BlockComment)
    }
}

/// The iterator that [`lex`] returns.
#[derive(Debug, Clone)]
pub struct Lexer<'a> {
    text: &'a str,
    syntax: &'a Syntax,
    position: usize,
    in_conditional: bool,
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let start = self.position;
        let first = self.text[start..].chars().next()?;
        let (kind, terminated) = self.scan(first);
        Some(Token { kind, span: start..self.position, terminated })
    }
}

impl<'a> Lexer<'a> {
    /// Continues from the byte offset `position`, which the caller has found to
    /// be on a character boundary.
    pub(super) fn seek(&mut self, position: usize) {
        self.position = position;
    }

    /// Whether the lexer is within a conditional comment.
    pub(super) fn in_conditional(&self) -> bool {
        self.in_conditional
    }

    /// Consumes one token that begins with `first`.
    fn scan(&mut self, first: char) -> (TokenKind, bool) {
        let rest = self.rest();
        match first {
            '\u{feff}' if self.position == 0 => {
                self.position += first.len_utf8();
                self.eat_while(is_space);
                (TokenKind::Whitespace, true)
            }
            ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' => {
                self.eat_while(is_space);
                (TokenKind::Whitespace, true)
            }
            // Most tokens; no quote begins with a letter.
            'a'..='d' | 'f'..='z' | 'A'..='D' | 'F'..='Z' | '_' => {
                self.eat_while(continues_word);
                (TokenKind::Word, true)
            }
            '-' if self.begins_dash_comment() => self.line_comment(),
            '#' if self.syntax.hash_comments => self.line_comment(),
            '/' if rest.starts_with("/*") => self.block_comment(),
            '*' if self.in_conditional && rest.starts_with("*/") => {
                self.in_conditional = false;
                self.position += 2;
                (TokenKind::ConditionalClose, true)
            }
            '\'' => self.string('\'', self.syntax.backslash_escapes),
            'e' | 'E' if self.syntax.escape_strings && rest[1..].starts_with('\'') => {
                self.position += 1;
                self.string('\'', true)
            }
            _ if self.syntax.quote_opened_by(first).is_some() => {
                let quote = self.syntax.quote_opened_by(first);
                self.quoted_identifier(quote.unwrap_or(Quote::DOUBLE))
            }
            '"' if self.syntax.double_quoted_strings => self.string('"', self.syntax.backslash_escapes),
            '$' => self.dollar(),
            '0'..='9' => self.number(),
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number(),
            _ if first.is_ascii_alphabetic() || !first.is_ascii() => {
                self.eat_while(continues_word);
                (TokenKind::Word, true)
            }
            _ => self.punctuation(first),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    /// Consumes bytes; `keep` says of all of a character beyond ASCII the same.
    fn eat_while(&mut self, keep: impl Fn(u8) -> bool) {
        let rest = &self.text.as_bytes()[self.position..];
        self.position += rest.iter().position(|&byte| !keep(byte)).unwrap_or(rest.len());
    }

    fn punctuation(&mut self, first: char) -> (TokenKind, bool) {
        self.position += first.len_utf8();
        (TokenKind::Punctuation, true)
    }

    fn begins_dash_comment(&self) -> bool {
        let Some(after) = self.rest().strip_prefix("--") else {
            return false;
        };
        !self.syntax.dash_comments_need_space
            || after.chars().next().is_none_or(|c| c == ' ' || c.is_ascii_control())
    }

    /// A line comment leaves its line end to the whitespace that follows.
    fn line_comment(&mut self) -> (TokenKind, bool) {
        let rest = self.rest();
        let end = if self.syntax.carriage_return_ends_comment {
            rest.find(['\n', '\r'])
        } else {
            rest.find('\n').map(|end| {
                let before = &rest[..end];
                before.strip_suffix('\r').unwrap_or(before).len()
            })
        };
        self.position += end.unwrap_or(rest.len());
        (TokenKind::LineComment, true)
    }

    fn block_comment(&mut self) -> (TokenKind, bool) {
        if self.syntax.conditional_comments {
            let rest = self.rest();
            let opener = ["/*!", "/*M!"].iter().find(|o| rest.starts_with(**o));
            if let Some(opener) = opener {
                self.position += opener.len();
                self.eat_while(|byte| byte.is_ascii_digit());
                self.in_conditional = true;
                return (TokenKind::ConditionalOpen, true);
            }
        }
        let bytes = self.text.as_bytes();
        let mut depth = 1_usize;
        let mut at = self.position + 2;
        while at < bytes.len() {
            match bytes[at..] {
                [b'*', b'/', ..] => {
                    at += 2;
                    depth -= 1;
                    if depth == 0 {
                        self.position = at;
                        return (TokenKind::BlockComment, true);
                    }
                }
                [b'/', b'*', ..] if self.syntax.nested_comments => {
                    at += 2;
                    depth += 1;
                }
                _ => at += 1,
            }
        }
        self.position = bytes.len();
        (TokenKind::BlockComment, false)
    }

    /// A string whose opening quote is at the current position.
    fn string(&mut self, quote: char, backslash_escapes: bool) -> (TokenKind, bool) {
        let bytes = self.text.as_bytes();
        let quote = quote as u8;
        let mut at = self.position + 1;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' if backslash_escapes => {
                    let escaped = self.text[at + 1..].chars().next();
                    at += 1 + escaped.map_or(0, char::len_utf8);
                }
                byte if byte == quote && bytes.get(at + 1) == Some(&quote) => at += 2,
                byte if byte == quote => {
                    self.position = at + 1;
                    return (TokenKind::String, true);
                }
                _ => at += 1,
            }
        }
        self.position = bytes.len();
        (TokenKind::String, false)
    }

    fn quoted_identifier(&mut self, quote: Quote) -> (TokenKind, bool) {
        let doubles = quote.open == quote.close;
        self.position += quote.open.len_utf8();
        loop {
            let rest = self.rest();
            let Some(end) = rest.find(quote.close) else {
                self.position = self.text.len();
                return (TokenKind::QuotedIdentifier, false);
            };
            self.position += end + quote.close.len_utf8();
            if !(doubles && self.rest().starts_with(quote.close)) {
                return (TokenKind::QuotedIdentifier, true);
            }
            self.position += quote.close.len_utf8();
        }
    }

    /// `$1`, `$$text$$`, `$tag$text$tag$`, or the character alone.
    fn dollar(&mut self) -> (TokenKind, bool) {
        let after = &self.rest()[1..];
        if after.starts_with(|c: char| c.is_ascii_digit()) {
            self.position += 1;
            self.eat_while(|byte| byte.is_ascii_digit());
            return (TokenKind::Parameter, true);
        }
        if !self.syntax.dollar_quotes {
            return self.punctuation('$');
        }
        let continues_tag = |byte: u8| continues_word(byte) && byte != b'$';
        let tag = after.bytes().position(|byte| !continues_tag(byte)).unwrap_or(after.len());
        if !after[tag..].starts_with('$') {
            return self.punctuation('$');
        }
        let delimiter = &self.rest()[..tag + 2];
        let body = &self.rest()[delimiter.len()..];
        match body.find(delimiter) {
            Some(end) => {
                self.position += end + 2 * delimiter.len();
                (TokenKind::DollarString, true)
            }
            None => {
                self.position = self.text.len();
                (TokenKind::DollarString, false)
            }
        }
    }

    /// A number in any notation, with whatever word is glued to it.
    fn number(&mut self) -> (TokenKind, bool) {
        let start = self.position;
        self.eat_while(continues_number);
        if self.rest().starts_with('.') && !self.rest().starts_with("..") {
            self.position += 1;
            self.eat_while(continues_number);
        }
        let so_far = &self.text[start..self.position];
        let hexadecimal = so_far.starts_with("0x") || so_far.starts_with("0X");
        if so_far.ends_with(['e', 'E'])
            && !hexadecimal
            && let Some(exponent) = self.rest().strip_prefix(['+', '-'])
            && exponent.starts_with(|c: char| c.is_ascii_digit())
        {
            self.position += 1;
            self.eat_while(continues_number);
        }
        (TokenKind::Number, true)
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c')
}

fn continues_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || !byte.is_ascii()
}

fn continues_number(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests;
