//! Splits SQL into words, literals and symbols, without errors.

use std::ops::Range;

/// One lexical element; white space and comments are none.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

/// What a token is.
#[derive(Debug)]
pub(super) enum Kind {
    /// An identifier or a keyword, without its quotes and as written.
    Word { text: String, quote: Option<char> },
    /// A string literal.
    Text,
    /// Anything else, by its first character; numbers are `0`.
    Symbol(char),
}

/// Splits any text: what is never closed reaches to the end. Brackets are
/// symbols, as PostgreSQL's arrays need them.
pub(super) fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(rest) = sql.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let (length, kind) = if first.is_whitespace() {
            (first.len_utf8(), None)
        } else if rest.starts_with("--") {
            (rest.find('\n').unwrap_or(rest.len()), None)
        } else if rest.starts_with("/*") {
            (comment(rest), None)
        } else if first == '\'' {
            let escapes = pop_escape_prefix(&mut tokens, at);
            (string(rest, escapes), Some(Kind::Text))
        } else if first == '"' || first == '`' {
            let (length, text) = quoted(rest, first);
            (length, Some(Kind::Word { text, quote: Some(first) }))
        } else if let Some(length) = dollar_string(rest) {
            (length, Some(Kind::Text))
        } else if first.is_ascii_digit() {
            let length = span_while(rest, |char| char.is_alphanumeric() || char == '_' || char == '.');
            (length, Some(Kind::Symbol('0')))
        } else if starts_word(first) {
            let length = span_while(rest, |char| starts_word(char) || char.is_alphanumeric() || char == '$');
            let text = rest.get(..length).unwrap_or_default().to_owned();
            (length, Some(Kind::Word { text, quote: None }))
        } else {
            (first.len_utf8(), Some(Kind::Symbol(first)))
        };
        if let Some(kind) = kind {
            tokens.push(Token { kind, span: at..at + length });
        }
        at += length;
    }
    tokens
}

fn starts_word(char: char) -> bool {
    char.is_alphabetic() || char == '_' || !char.is_ascii()
}

fn span_while(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|char| !belongs(char)).unwrap_or(text.len())
}

/// Takes back the `E` of `E'…'`, in which backslashes escape.
fn pop_escape_prefix(tokens: &mut Vec<Token>, at: usize) -> bool {
    tokens
        .pop_if(|token| {
            token.span.end == at
                && matches!(&token.kind, Kind::Word { text, quote: None } if text.eq_ignore_ascii_case("e"))
        })
        .is_some()
}

/// The length of a string literal. A doubled quote ends one literal and starts
/// the next, which comes to the same.
fn string(text: &str, backslash_escapes: bool) -> usize {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, char)) = chars.next() {
        match char {
            '\'' => return at + 1,
            '\\' if backslash_escapes => {
                chars.next();
            }
            _ => {}
        }
    }
    text.len()
}

/// The length of a quoted identifier and what it says.
fn quoted(text: &str, quote: char) -> (usize, String) {
    let mut said = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, char)) = chars.next() {
        if char == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return (at + 1, said);
        }
        said.push(char);
    }
    (text.len(), said)
}

/// The length of a comment; comments nest.
fn comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += first.len_utf8();
        }
    }
    text.len()
}

/// The length of a string like `$tag$ … $tag$`.
fn dollar_string(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('$')?;
    let tag = inner.get(..inner.find('$')?)?;
    if tag.starts_with(|char: char| char.is_ascii_digit())
        || !tag.chars().all(|char| char.is_alphanumeric() || char == '_')
    {
        return None;
    }
    let opening = tag.len() + 2;
    let delimiter = text.get(..opening)?;
    let body = text.get(opening..)?;
    Some(body.find(delimiter).map_or(text.len(), |end| opening + end + opening))
}
