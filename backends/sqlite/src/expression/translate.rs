//! Portable SQL to SQLite's, token by token.
//!
//! Most of an expression means the same on both sides and stays as it is. What
//! does not is rewritten, or refused by name: nothing is passed on that SQLite
//! would understand differently.

mod casts;

use retort_core::{
    backend::BackendError,
    sql::{Syntax, Token, TokenKind, lex},
};

use casts::kind_of_cast;

use super::{
    cast::{self, Operand},
    escapes::string_value,
    functions, words,
};
use crate::{cursor::unquote, syntax::SYNTAX};

/// Translates a portable expression: a default, a check, a generated column, a
/// part of an index, its predicate, or a `USING`.
///
/// # Errors
///
/// Fails as [unsupported] with the construct that SQLite lacks, or that means
/// something else there.
///
/// [unsupported]: retort_core::backend::BackendErrorKind::Unsupported
pub(crate) fn to_sqlite(text: &str) -> Result<String, BackendError> {
    Translator::new(text, false).run()
}

/// Translates a portable query.
///
/// # Errors
///
/// As [`to_sqlite`].
pub(crate) fn query_to_sqlite(text: &str) -> Result<String, BackendError> {
    Translator::new(text, true).run()
}

/// A piece of the translation. What is in parentheses becomes one piece when
/// they close, so that an operand is one piece, or a path of names.
#[derive(Debug)]
struct Piece {
    kind: PieceKind,
    /// Whether white space precedes it.
    spaced: bool,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum PieceKind {
    /// A string literal, which stands for this text.
    String(String),
    /// A name, which may go on with a dot.
    Name,
    /// Another operand.
    Operand,
    Keyword,
    Operator,
    Comma,
    Dot,
}

impl PieceKind {
    fn ends_operand(&self) -> bool {
        match self {
            Self::String(_) | Self::Name | Self::Operand => true,
            Self::Keyword | Self::Operator | Self::Comma | Self::Dot => false,
        }
    }
}

/// An open parenthesis.
#[derive(Debug)]
struct Frame {
    /// The pieces before what it belongs to.
    first: usize,
    /// The function whose arguments it opens.
    function: Option<String>,
    spaced: bool,
}

struct Translator<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    is_query: bool,
    pieces: Vec<Piece>,
    frames: Vec<Frame>,
}

/// Operators of more than one character, with whether SQLite has them. A longer
/// one comes before its beginning.
const OPERATORS: [(&str, bool); 29] = [
    ("!~~*", false),
    ("!~*", false),
    ("!~~", false),
    ("~~*", false),
    ("->>", true),
    ("#>>", false),
    ("@@@", false),
    ("<->", false),
    ("-|-", false),
    ("&<|", false),
    ("|&>", false),
    ("||", true),
    ("->", true),
    ("<=", true),
    (">=", true),
    ("<>", true),
    ("!=", true),
    ("==", true),
    ("<<", true),
    (">>", true),
    ("#>", false),
    ("#-", false),
    ("@>", false),
    ("<@", false),
    ("&&", false),
    ("?|", false),
    ("@@", false),
    ("!~", false),
    ("~*", false),
];

impl<'a> Translator<'a> {
    fn new(text: &'a str, is_query: bool) -> Self {
        let tokens = lex(text, &Syntax::PORTABLE).filter(|token| !token.kind.is_trivia()).collect();
        Self { text, tokens, at: 0, is_query, pieces: Vec::new(), frames: Vec::new() }
    }

    fn run(mut self) -> Result<String, BackendError> {
        while let Some(token) = self.tokens.get(self.at).cloned() {
            self.accept(&token)?;
        }
        if !self.frames.is_empty() {
            return Err(BackendError::unsupported("unclosed parenthesis in an expression"));
        }
        Ok(join(&self.pieces))
    }

    fn accept(&mut self, token: &Token) -> Result<(), BackendError> {
        let written = self.slice(token);
        match token.kind {
            TokenKind::Word => self.word(token),
            TokenKind::String => {
                let value = string_value(written)?;
                let is_plain = written.starts_with('\'');
                let sql = if is_plain { written.to_owned() } else { SYNTAX.quote_literal(&value) };
                self.push(PieceKind::String(value), token, sql)
            }
            TokenKind::DollarString => {
                let tag = written[1..].find('$').map_or(0, |end| end + 2);
                let value = written.get(tag..written.len().saturating_sub(tag)).unwrap_or_default();
                self.push(PieceKind::String(value.to_owned()), token, SYNTAX.quote_literal(value))
            }
            TokenKind::QuotedIdentifier => self.name(token),
            TokenKind::Number => self.push(PieceKind::Operand, token, written.to_owned()),
            TokenKind::Punctuation => self.punctuation(token, written),
            TokenKind::Parameter => Err(lacks("parameters in expressions")),
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::ConditionalOpen
            | TokenKind::ConditionalClose => {
                self.at += 1;
                Ok(())
            }
        }
    }

    fn word(&mut self, token: &Token) -> Result<(), BackendError> {
        let written = self.slice(token);
        let upper = written.to_ascii_uppercase();
        if let Some(next) = self.tokens.get(self.at + 1)
            && next.kind == TokenKind::String
            && !self.after_dot()
            && self.begins_operand()
            && !words::is_reserved(written)
        {
            return self.typed_literal(token, &next.clone(), &upper);
        }
        if self.after_dot() {
            return self.name(token);
        }
        match upper.as_str() {
            "LOCALTIMESTAMP" | "CURRENT_TIMESTAMP" => self.moment(token, "CURRENT_TIMESTAMP"),
            "LOCALTIME" | "CURRENT_TIME" => self.moment(token, "CURRENT_TIME"),
            "CAST" if self.is_next("(") => self.name(token),
            "AS" if self.frames.last().is_some_and(|frame| is_cast(frame.function.as_deref())) => {
                self.close_cast()
            }
            "ILIKE" => Err(lacks("ILIKE")),
            "SIMILAR" if self.next_word_is("TO") => Err(lacks("SIMILAR TO")),
            "AT" if self.next_word_is("TIME") => Err(lacks("AT TIME ZONE")),
            "ARRAY" if self.is_next("[") || self.is_next("(") => Err(lacks("arrays")),
            "ANY" | "SOME" | "ALL" if self.is_next("(") => Err(lacks(&format!("{upper} (…)"))),
            "ROW" if self.is_next("(") => Err(lacks("ROW (…)")),
            "OVERLAPS" | "LATERAL" | "SYMMETRIC" => Err(lacks(&upper)),
            "UNKNOWN" | "JSON" | "DOCUMENT" | "NORMALIZED" if self.follows_is() => {
                Err(lacks(&format!("IS {upper}")))
            }
            "CURRENT_USER" | "SESSION_USER" | "USER" | "CURRENT_ROLE" | "CURRENT_CATALOG"
            | "CURRENT_SCHEMA" => Err(lacks(&upper)),
            "COLLATE" => self.collate(token),
            "FROM" | "FOR" if self.is_in("substring") => self.comma(token),
            "IN" if self.is_in("position") => self.comma(token),
            "FROM" if self.is_in("extract") => Err(lacks("EXTRACT")),
            "BOTH" | "LEADING" | "TRAILING" if self.is_in("trim") => {
                Err(lacks("TRIM with BOTH, LEADING or TRAILING"))
            }
            "FROM" if self.is_in("trim") => Err(lacks("TRIM with FROM")),
            _ if words::is_reserved(written) => {
                let is_call = self.is_next("(") && self.begins_operand() && words::is_function_word(written);
                if is_call {
                    return self.name(token);
                }
                let kind = if words::ends_operand(written) { PieceKind::Operand } else { PieceKind::Keyword };
                self.push(kind, token, written.to_owned())
            }
            _ => self.name(token),
        }
    }

    /// A name, and the parenthesis behind it if it is called.
    fn name(&mut self, token: &Token) -> Result<(), BackendError> {
        let written = self.slice(token);
        if !self.is_next("(") || self.is_keyword_call(written) {
            return self.push(PieceKind::Name, token, written.to_owned());
        }
        let first = self.path_start();
        if first < self.pieces.len() {
            return Err(lacks("functions in namespaces"));
        }
        let spaced = self.is_spaced(token);
        let function =
            if token.kind == TokenKind::QuotedIdentifier { unquote(written) } else { written.to_owned() };
        self.at += 2;
        self.frames.push(Frame { first, function: Some(function), spaced });
        Ok(())
    }

    /// Whether the parenthesis behind a word of a query does not open
    /// arguments: `FILTER (…)`, or `name (columns) AS (…)` behind `WITH`.
    fn is_keyword_call(&self, word: &str) -> bool {
        if !self.is_query {
            return false;
        }
        let is_clause = ["FILTER", "MATERIALIZED"].iter().any(|clause| clause.eq_ignore_ascii_case(word));
        let mut depth = 0_usize;
        let close = self.tokens[self.at + 1..].iter().position(|token| {
            match self.slice(token) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        is_clause
            || close.is_some_and(|close| {
                let behind = |ahead: usize| {
                    self.tokens.get(self.at + 1 + close + ahead).map(|token| self.slice(token))
                };
                behind(1).is_some_and(|word| word.eq_ignore_ascii_case("AS"))
                    && behind(2).is_some_and(|next| {
                        ["(", "not", "materialized"].contains(&next.to_ascii_lowercase().as_str())
                    })
            })
    }

    /// `DATE '2026-11-22'`, `x'00'`
    fn typed_literal(&mut self, token: &Token, string: &Token, upper: &str) -> Result<(), BackendError> {
        let glued = token.span.end == string.span.start;
        match upper {
            "X" if glued => {
                let sql = self.text[token.span.start..string.span.end].to_owned();
                self.push(PieceKind::Operand, token, sql)?;
                self.at += 1;
                return Ok(());
            }
            "B" | "N" if glued => return Err(lacks(&format!("{upper}'…' literals"))),
            "INTERVAL" => return Err(lacks("INTERVAL")),
            _ => {}
        }
        let value = string_value(self.slice(string))?;
        let sql = cast::cast(Operand::String(value), self.slice(token))?;
        self.push(kind_of_cast(&sql), token, sql)?;
        self.at += 1;
        Ok(())
    }

    /// The current time, whose precision in parentheses SQLite does not have.
    fn moment(&mut self, token: &Token, sql: &str) -> Result<(), BackendError> {
        self.push(PieceKind::Operand, token, sql.to_owned())?;
        if self.tokens.get(self.at).is_some_and(|token| self.slice(token) == "(") {
            self.at = (self.at + 3).min(self.tokens.len());
        }
        Ok(())
    }

    fn collate(&mut self, token: &Token) -> Result<(), BackendError> {
        self.push(PieceKind::Keyword, token, "COLLATE".to_owned())?;
        let Some(name) = self.tokens.get(self.at).cloned() else { return Ok(()) };
        let collation = unquote(self.slice(&name)).to_ascii_uppercase();
        let known = match collation.as_str() {
            "C" | "POSIX" | "BINARY" => "BINARY",
            "NOCASE" => "NOCASE",
            "RTRIM" => "RTRIM",
            _ => {
                return Err(BackendError::unsupported(format!(
                    "SQLite has no collation {}",
                    self.slice(&name)
                )));
            }
        };
        self.push(PieceKind::Operand, &name, known.to_owned())
    }

    fn punctuation(&mut self, token: &Token, written: &str) -> Result<(), BackendError> {
        match written {
            "(" => {
                let (first, spaced) = (self.pieces.len(), self.is_spaced(token));
                self.frames.push(Frame { first, function: None, spaced });
                self.at += 1;
                Ok(())
            }
            ")" => self.close(),
            "," => self.comma(token),
            "." => self.push(PieceKind::Dot, token, written.to_owned()),
            ":" if self.text[token.span.start..].starts_with("::") => self.postfix_cast(),
            "[" | "]" => Err(lacks("arrays")),
            ";" => Err(lacks("`;` in expressions")),
            _ => self.operator(token, written),
        }
    }

    fn operator(&mut self, token: &Token, written: &str) -> Result<(), BackendError> {
        let rest = &self.text[token.span.start..];
        if let Some((operator, is_known)) = OPERATORS.iter().find(|(operator, _)| rest.starts_with(operator))
        {
            if !is_known {
                return Err(lacks(&format!("the operator `{operator}`")));
            }
            self.push(PieceKind::Operator, token, (*operator).to_owned())?;
            self.at += operator.len() - 1;
            return Ok(());
        }
        match written {
            "*" if self.begins_operand() => self.push(PieceKind::Operand, token, written.to_owned()),
            "+" | "-" | "*" | "/" | "%" | "<" | ">" | "=" | "&" | "|" => {
                self.push(PieceKind::Operator, token, written.to_owned())
            }
            "~" if self.begins_operand() => self.push(PieceKind::Operator, token, written.to_owned()),
            _ => Err(lacks(&format!("the operator `{written}`"))),
        }
    }

    fn comma(&mut self, token: &Token) -> Result<(), BackendError> {
        self.push(PieceKind::Comma, token, ",".to_owned())?;
        if let Some(comma) = self.pieces.last_mut() {
            comma.spaced = false;
        }
        Ok(())
    }

    /// Makes one piece of a parenthesis that closes.
    fn close(&mut self) -> Result<(), BackendError> {
        let Some(frame) = self.frames.pop() else {
            return Err(BackendError::unsupported("unopened parenthesis in an expression"));
        };
        let inside = self.pieces.split_off(frame.first);
        let sql = match &frame.function {
            None => format!("({})", join(&inside)),
            Some(function) if is_cast(Some(function)) => return Err(lacks("CAST without AS")),
            Some(function) => {
                let arguments: Vec<String> =
                    inside.split(|piece| piece.kind == PieceKind::Comma).map(join).collect();
                functions::call(function, &join(&inside), &arguments)?
            }
        };
        self.pieces.push(Piece { kind: PieceKind::Operand, spaced: frame.spaced, text: sql });
        self.at += 1;
        Ok(())
    }

    fn push(&mut self, kind: PieceKind, token: &Token, text: String) -> Result<(), BackendError> {
        let spaced = self.is_spaced(token);
        self.pieces.push(Piece { kind, spaced, text });
        self.at += 1;
        Ok(())
    }

    fn slice(&self, token: &Token) -> &'a str {
        &self.text[token.span.clone()]
    }

    fn is_spaced(&self, token: &Token) -> bool {
        let before = self.at.checked_sub(1).and_then(|before| self.tokens.get(before));
        before.is_some_and(|before| before.span.end < token.span.start)
    }

    /// Whether this is the text of the next token.
    fn is_next(&self, text: &str) -> bool {
        self.tokens.get(self.at + 1).is_some_and(|token| self.slice(token) == text)
    }

    fn next_word_is(&self, word: &str) -> bool {
        self.tokens.get(self.at + 1).is_some_and(|token| self.slice(token).eq_ignore_ascii_case(word))
    }

    fn word_is(&self, word: &str) -> bool {
        self.tokens.get(self.at).is_some_and(|token| self.slice(token).eq_ignore_ascii_case(word))
    }

    /// Whether the innermost parenthesis opens the arguments of this function.
    fn is_in(&self, function: &str) -> bool {
        self.frames
            .last()
            .and_then(|frame| frame.function.as_deref())
            .is_some_and(|name| name.eq_ignore_ascii_case(function))
    }

    /// The pieces of the innermost parenthesis.
    fn inside(&self) -> &[Piece] {
        &self.pieces[self.frames.last().map_or(0, |frame| frame.first)..]
    }

    fn begins_operand(&self) -> bool {
        !self.inside().last().is_some_and(|piece| piece.kind.ends_operand())
    }

    fn after_dot(&self) -> bool {
        self.inside().last().is_some_and(|piece| piece.kind == PieceKind::Dot)
    }

    fn follows_is(&self) -> bool {
        let mut words = self.inside().iter().rev().filter(|piece| !piece.text.eq_ignore_ascii_case("NOT"));
        words.next().is_some_and(|piece| piece.text.eq_ignore_ascii_case("IS"))
    }

    /// Where the path begins that goes on behind the last dot.
    fn path_start(&self) -> usize {
        let least = self.frames.last().map_or(0, |frame| frame.first);
        let mut start = self.pieces.len();
        while start >= least + 2
            && self.pieces[start - 1].kind == PieceKind::Dot
            && self.pieces[start - 2].kind == PieceKind::Name
        {
            start -= 2;
        }
        start
    }
}

fn is_cast(function: Option<&str>) -> bool {
    function.is_some_and(|function| function.eq_ignore_ascii_case("CAST"))
}

fn join(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        if piece.spaced && !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&piece.text);
    }
    text
}

fn lacks(what: &str) -> BackendError {
    BackendError::unsupported(format!(
        "SQLite does not support {what}; write this for other databases under `@only`"
    ))
}

#[cfg(test)]
mod tests;
