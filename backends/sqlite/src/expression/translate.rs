//! Portable SQL to SQLite's, token by token.
//!
//! Most of a text means the same on both sides and stays as it is. What does not
//! is rewritten, or refused by name: nothing is passed on that SQLite would
//! understand differently.

mod casts;
mod clauses;
mod gap;
mod look;
mod operators;
mod plain;
mod statement;

use std::borrow::Cow;

use retort_core::{
    backend::BackendError,
    sql::{Syntax, Token, TokenKind, lex},
};

use self::statement::Verb;
use super::{
    cast::{self, Operand},
    escapes::string_value,
    functions::{self, Strangers},
    words,
};
use crate::{cursor::unquote, syntax::SYNTAX};

/// Translates a portable expression: a default, a check, a generated column, a
/// part of an index, its predicate, or a `USING`. White space becomes a space,
/// and comments go.
///
/// # Errors
///
/// Fails as [unsupported] with the construct that SQLite lacks, or that means
/// something else there.
///
/// [unsupported]: retort_core::backend::BackendErrorKind::Unsupported
pub(crate) fn to_sqlite(text: &str) -> Result<String, BackendError> {
    Translator::new(text, Scope::Expression).run()
}

/// Translates a portable query, as an expression. Functions that nobody knows
/// may be the user's.
///
/// # Errors
///
/// As [`to_sqlite`].
pub(crate) fn query_to_sqlite(text: &str) -> Result<String, BackendError> {
    Translator::new(text, Scope::Query).run()
}

/// Translates a portable INSERT, UPDATE or DELETE. What needs no change stays
/// byte for byte, white space and comments included.
///
/// # Errors
///
/// As [`to_sqlite`].
pub(crate) fn statement_to_sqlite(text: &str) -> Result<Cow<'_, str>, BackendError> {
    if plain::is_plain_insert(text) {
        return Ok(Cow::Borrowed(text));
    }
    Translator::new(text, Scope::Statement).run().map(Cow::Owned)
}

/// What is translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Expression,
    Query,
    Statement,
}

/// A piece of the translation. What is in parentheses becomes one piece when
/// they close, so that an operand is one piece, or a path of names.
#[derive(Debug)]
struct Piece<'a> {
    kind: PieceKind,
    /// The white space before it, with the comments in it.
    gap: Cow<'a, str>,
    text: Cow<'a, str>,
    /// Whether it is a date or a time, with which SQLite cannot calculate.
    is_moment: bool,
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
struct Frame<'a> {
    /// The pieces before what it belongs to.
    first: usize,
    /// The function whose arguments it opens.
    function: Option<Function<'a>>,
    /// The gap before it, or before the function.
    gap: Cow<'a, str>,
}

#[derive(Debug)]
struct Function<'a> {
    name: String,
    /// The name as written, and the gap between it and the parenthesis.
    written: &'a str,
    gap: Cow<'a, str>,
}

struct Translator<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    scope: Scope,
    /// What the statement does, once its first word has been read.
    verb: Option<Verb>,
    pieces: Vec<Piece<'a>>,
    frames: Vec<Frame<'a>>,
}

impl<'a> Translator<'a> {
    fn new(text: &'a str, scope: Scope) -> Self {
        let tokens = lex(text, &Syntax::PORTABLE).filter(|token| !token.kind.is_trivia()).collect();
        Self { text, tokens, at: 0, scope, verb: None, pieces: Vec::new(), frames: Vec::new() }
    }

    fn run(mut self) -> Result<String, BackendError> {
        while let Some(token) = self.tokens.get(self.at).cloned() {
            self.accept(&token)?;
        }
        if !self.frames.is_empty() {
            return Err(BackendError::unsupported("unclosed parenthesis in an expression"));
        }
        let mut translated = join(&self.pieces);
        if self.scope == Scope::Statement {
            let lead = self.pieces.first().map(|piece| piece.gap.as_ref()).unwrap_or_default();
            translated.insert_str(0, lead);
            translated.push_str(&self.gap());
        }
        Ok(translated)
    }

    fn accept(&mut self, token: &Token) -> Result<(), BackendError> {
        let written = self.slice(token);
        match token.kind {
            TokenKind::Word => self.word(token),
            TokenKind::String => {
                let value = string_value(written)?;
                let is_plain = written.starts_with('\'');
                let sql = if is_plain { written.into() } else { SYNTAX.quote_literal(&value).into() };
                self.string(value, sql)
            }
            TokenKind::DollarString => {
                let tag = written[1..].find('$').map_or(0, |end| end + 2);
                let value = written.get(tag..written.len().saturating_sub(tag)).unwrap_or_default();
                self.string(value.to_owned(), SYNTAX.quote_literal(value).into())
            }
            TokenKind::QuotedIdentifier => self.name(token),
            TokenKind::Number => {
                if let [b'0', b'b' | b'B' | b'o' | b'O', ..] = written.as_bytes() {
                    return Err(lacks(&format!("numbers such as `{written}`")));
                }
                self.push(PieceKind::Operand, written)
            }
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

    /// A string literal, which goes on with one on the next line.
    fn string(&mut self, mut value: String, sql: Cow<'a, str>) -> Result<(), BackendError> {
        let goes_on = self.source_gap().contains('\n');
        if let Some(Piece { kind: PieceKind::String(begun), text, .. }) =
            self.inside_mut().last_mut().filter(|_| goes_on)
        {
            begun.push_str(&value);
            value.clone_from(begun);
            *text = SYNTAX.quote_literal(&value).into();
            self.at += 1;
            return Ok(());
        }
        self.push(PieceKind::String(value), sql)
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
        // Any word is a name there, but not to SQLite.
        let is_label = self.after_dot() || (self.scope != Scope::Expression && self.is_label());
        if is_label && words::is_reserved(written) {
            return self.push(PieceKind::Name, SYNTAX.quote_identifier(&written.to_ascii_lowercase()));
        }
        if self.after_dot() {
            return self.name(token);
        }
        if self.scope != Scope::Expression && (self.statement_word(&upper)? || self.clause_word(&upper)?) {
            return Ok(());
        }
        match upper.as_str() {
            "LOCALTIMESTAMP" | "CURRENT_TIMESTAMP" => self.moment("CURRENT_TIMESTAMP", written),
            "LOCALTIME" | "CURRENT_TIME" => self.moment("CURRENT_TIME", written),
            "CURRENT_DATE" => self.moment("CURRENT_DATE", written),
            "CAST" if self.is_next("(") => self.name(token),
            "AS" if self.is_in("cast") => self.close_cast(),
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
            "COLLATE" => self.collate(),
            "FROM" | "FOR" if self.is_in("substring") => self.comma(),
            "IN" if self.is_in("position") => self.comma(),
            "FROM" if self.is_in("extract") => Err(lacks("EXTRACT")),
            "BOTH" | "LEADING" | "TRAILING" if self.is_in("trim") => {
                Err(lacks("TRIM with BOTH, LEADING or TRAILING"))
            }
            "FROM" if self.is_in("trim") => Err(lacks("TRIM with FROM")),
            _ if words::is_reserved_by_sqlite_alone(written) => {
                self.push(PieceKind::Name, SYNTAX.quote_identifier(&written.to_ascii_lowercase()))
            }
            _ if words::is_reserved(written) => {
                let is_call = self.is_next("(") && self.begins_operand() && words::is_function_word(written);
                if is_call {
                    return self.name(token);
                }
                let kind = if words::ends_operand(written) { PieceKind::Operand } else { PieceKind::Keyword };
                self.push(kind, written)
            }
            _ => self.name(token),
        }
    }

    /// A name, and the parenthesis behind it if it is called.
    fn name(&mut self, token: &Token) -> Result<(), BackendError> {
        let written = self.slice(token);
        if !self.is_next("(") || self.is_keyword_call(written) {
            return self.push(PieceKind::Name, written);
        }
        if self.names_columns() {
            return self.column_names(token);
        }
        let first = self.path_start();
        if first < self.pieces.len() {
            return Err(lacks("functions in namespaces"));
        }
        let gap = self.gap();
        self.at += 1;
        let name =
            if token.kind == TokenKind::QuotedIdentifier { unquote(written) } else { written.to_owned() };
        let function = Function { name, written, gap: self.gap() };
        self.at += 1;
        self.frames.push(Frame { first, function: Some(function), gap });
        Ok(())
    }

    /// `DATE '2026-11-22'`, `x'00'`
    fn typed_literal(&mut self, token: &Token, string: &Token, upper: &str) -> Result<(), BackendError> {
        let glued = token.span.end == string.span.start;
        match upper {
            "X" if glued => {
                self.push(PieceKind::Operand, &self.text[token.span.start..string.span.end])?;
                self.at += 1;
                return Ok(());
            }
            "B" | "N" if glued => return Err(lacks(&format!("{upper}'…' literals"))),
            "INTERVAL" => return Err(lacks("INTERVAL")),
            _ => {}
        }
        let value = string_value(self.slice(string))?;
        let ty = self.slice(token);
        let sql = cast::cast(Operand::String(value), ty)?;
        self.push(casts::kind_of_cast(&sql), sql)?;
        self.at += 1;
        self.mark_moment(cast::is_moment(ty))
    }

    /// The current time, whose precision in parentheses SQLite does not have.
    fn moment(&mut self, sql: &'static str, written: &'a str) -> Result<(), BackendError> {
        let text = if sql.eq_ignore_ascii_case(written) { written } else { sql };
        self.push(PieceKind::Operand, text)?;
        if self.tokens.get(self.at).is_some_and(|token| self.slice(token) == "(") {
            self.at = (self.at + 3).min(self.tokens.len());
        }
        // SQLite's own clock is one of UTC.
        if sql == "CURRENT_TIMESTAMP" && self.is_put_in_utc() {
            self.at += 4;
        }
        self.mark_moment(true)
    }

    /// Whether `AT TIME ZONE 'UTC'` is next.
    fn is_put_in_utc(&self) -> bool {
        let words = ["AT", "TIME", "ZONE", "'UTC'"];
        let next = self.tokens.get(self.at..self.at + words.len());
        next.is_some_and(|tokens| {
            tokens.iter().zip(words).all(|(token, word)| self.slice(token).eq_ignore_ascii_case(word))
        })
    }

    /// Marks the last operand as a date or a time.
    fn mark_moment(&mut self, is_moment: bool) -> Result<(), BackendError> {
        if !is_moment {
            return Ok(());
        }
        if let [.., Piece { kind: PieceKind::Operator, text, .. }, _] = self.inside()
            && matches!(text.as_ref(), "+" | "-")
        {
            return Err(lacks("calculating with dates and times"));
        }
        if let Some(piece) = self.pieces.last_mut() {
            piece.is_moment = true;
        }
        Ok(())
    }

    fn collate(&mut self) -> Result<(), BackendError> {
        self.push(PieceKind::Keyword, if self.scope == Scope::Statement { self.here() } else { "COLLATE" })?;
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
        self.push(PieceKind::Operand, known)
    }

    /// A comma, or a word that stands for one in the arguments of a function.
    fn comma(&mut self) -> Result<(), BackendError> {
        let keeps_gap = self.scope == Scope::Statement && self.here() == ",";
        self.push(PieceKind::Comma, ",")?;
        if let Some(comma) = self.pieces.last_mut().filter(|_| !keeps_gap) {
            comma.gap = "".into();
        }
        Ok(())
    }

    /// Makes one piece of a parenthesis that closes.
    fn close(&mut self) -> Result<(), BackendError> {
        let Some(frame) = self.frames.pop() else {
            return Err(BackendError::unsupported("unopened parenthesis in an expression"));
        };
        let inside = self.pieces.split_off(frame.first);
        let content = join(&inside);
        let (before, after) = match (self.scope, inside.first()) {
            (Scope::Statement, Some(first)) => (first.gap.clone(), self.gap()),
            (Scope::Statement, None) => ("".into(), self.gap()),
            (Scope::Expression | Scope::Query, _) => ("".into(), "".into()),
        };
        let mut is_moment = false;
        let sql = match &frame.function {
            None => format!("({before}{content}{after})"),
            Some(function) if is_cast(&function.name) => return Err(lacks("CAST without AS")),
            Some(Function { name, written, gap }) => {
                let arguments: Vec<String> =
                    inside.split(|piece| piece.kind == PieceKind::Comma).map(join).collect();
                let strangers =
                    if self.scope == Scope::Expression { Strangers::Refused } else { Strangers::Welcome };
                let rewritten = functions::call(name, &content, &arguments, strangers)?;
                is_moment = functions::is_moment(name);
                rewritten.unwrap_or_else(|| match self.scope {
                    Scope::Statement => format!("{written}{gap}({before}{content}{after})"),
                    Scope::Expression | Scope::Query => format!("{name}({content})"),
                })
            }
        };
        let piece = Piece { kind: PieceKind::Operand, gap: frame.gap, text: sql.into(), is_moment: false };
        self.pieces.push(piece);
        self.at += 1;
        self.mark_moment(is_moment)
    }

    /// Adds a piece for the current token.
    fn push(&mut self, kind: PieceKind, text: impl Into<Cow<'a, str>>) -> Result<(), BackendError> {
        let gap = self.gap();
        self.pieces.push(Piece { kind, gap, text: text.into(), is_moment: false });
        self.at += 1;
        Ok(())
    }
}

fn is_cast(function: &str) -> bool {
    function.eq_ignore_ascii_case("CAST")
}

/// The text of the pieces, without the gap before the first one.
fn join(pieces: &[Piece<'_>]) -> String {
    let mut text = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            text.push_str(&piece.gap);
        }
        text.push_str(&piece.text);
    }
    text
}

/// The refusal of something that can be written in another way.
fn instead(what: &str, advice: &str) -> BackendError {
    BackendError::unsupported(format!("SQLite does not support {what}: {advice}"))
}

fn lacks(what: &str) -> BackendError {
    BackendError::unsupported(format!(
        "SQLite does not support {what}; write this for other databases under `@only`"
    ))
}

#[cfg(test)]
mod tests;
