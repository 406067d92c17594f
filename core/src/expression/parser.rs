//! Text to tree: operators by precedence.

mod call;
mod cursor;
mod operand;
mod types;

use thiserror::Error;

use super::{BinaryOp, Caret, Dialect, Expr, PatternKind, Pipes, QueryKind, Test, words::has_word};
use crate::sql::{Token, TokenKind};
use cursor::Cursor;

/// How high a tree may be. Trees are walked by recursion, so that one that is
/// higher is refused here rather than a stack run over there.
const MAX_HEIGHT: usize = 128;

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct ParseError {
    /// Where, in bytes of the text.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
}

pub(super) type Result<T> = std::result::Result<T, ParseError>;

/// Reads a text that is one expression.
///
/// # Errors
///
/// Fails where the text goes on with something that is no expression, or none
/// that this module knows.
pub fn parse(text: &str, dialect: &Dialect) -> Result<Expr> {
    let mut parser = Parser::new(text, 0, dialect);
    let expr = parser.expression(0)?;
    match parser.cursor.peek() {
        None => Ok(expr),
        Some(_) => Err(parser.unexpected()),
    }
}

/// Reads the expression that begins at the byte offset `start`, and tells where
/// it ends. What follows is not looked at.
///
/// # Errors
///
/// As [`parse`]. Offsets are relative to the beginning of the text.
///
/// # Panics
///
/// Panics if `start` is not on a character boundary of `text`.
pub fn parse_at(text: &str, start: usize, dialect: &Dialect) -> Result<(Expr, usize)> {
    let mut parser = Parser::new(text, start, dialect);
    let expr = parser.expression(0)?;
    Ok((expr, parser.cursor.end()))
}

struct Parser<'a> {
    dialect: &'a Dialect,
    cursor: Cursor<'a>,
    /// How many expressions are being read around this one.
    depth: usize,
    /// The height of the highest expression that was read since this was
    /// reset.
    height: usize,
}

/// An operator between operands, and how many tokens it has.
struct Infix {
    kind: InfixKind,
    tokens: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum InfixKind {
    And,
    Or,
    Concat,
    Binary(BinaryOp),
    Is,
    IsNull { negated: bool },
    Between { negated: bool },
    In { negated: bool },
    Like { kind: PatternKind, negated: bool },
    Cast,
    Collate,
    AtTimeZone,
    Subscript,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, start: usize, dialect: &'a Dialect) -> Self {
        Self { dialect, cursor: Cursor::new(text, start, &dialect.syntax), depth: 0, height: 0 }
    }

    /// Reads an expression of operators that bind at least this tight.
    fn expression(&mut self, least: u8) -> Result<Expr> {
        let around = std::mem::take(&mut self.height);
        self.depth += 1;
        self.check_height(self.depth)?;
        let mut left = self.operand()?;
        let mut height = self.height + 1;
        while let Some(infix) = self.infix() {
            if self.level(&infix.kind) < least {
                break;
            }
            self.height = 0;
            let merges = matches!(
                (&infix.kind, &left),
                (InfixKind::And, Expr::And(_))
                    | (InfixKind::Or, Expr::Or(_))
                    | (InfixKind::Concat, Expr::Concat(_))
            );
            left = self.apply(left, infix)?;
            height = height.max(self.height + 1) + usize::from(!merges);
            self.check_height(height)?;
        }
        self.depth -= 1;
        self.height = around.max(height);
        Ok(left)
    }

    fn check_height(&self, height: usize) -> Result<()> {
        if height > MAX_HEIGHT {
            return Err(self.error_here("the expression is nested too deeply"));
        }
        Ok(())
    }

    fn level(&self, kind: &InfixKind) -> u8 {
        let precedence = &self.dialect.precedence;
        match kind {
            InfixKind::And => precedence.and,
            InfixKind::Or => precedence.or,
            InfixKind::Concat => precedence.concat,
            InfixKind::Binary(op) => op.level(precedence),
            InfixKind::Is | InfixKind::IsNull { .. } => precedence.is,
            InfixKind::Between { .. } | InfixKind::In { .. } | InfixKind::Like { .. } => precedence.pattern,
            InfixKind::AtTimeZone => precedence.at_time_zone,
            InfixKind::Collate => precedence.collate,
            InfixKind::Cast | InfixKind::Subscript => u8::MAX,
        }
    }

    /// The operator that comes next.
    fn infix(&mut self) -> Option<Infix> {
        let token = self.cursor.peek()?.clone();
        let found = |kind, tokens| Some(Infix { kind, tokens });
        match token.kind {
            TokenKind::Word => {
                let (kind, tokens) = self.word_infix(&token)?;
                found(kind, tokens)
            }
            TokenKind::Punctuation => match self.cursor.slice(&token) {
                "[" => found(InfixKind::Subscript, 1),
                "(" | ")" | "]" | "," | "." | ";" => None,
                ":" if self.dialect.double_colon_casts && self.cursor.operator(&["::"]) == Some("::") => {
                    found(InfixKind::Cast, 2)
                }
                _ => self.symbol_infix(),
            },
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::ConditionalOpen
            | TokenKind::ConditionalClose
            | TokenKind::QuotedIdentifier
            | TokenKind::String
            | TokenKind::DollarString
            | TokenKind::Number
            | TokenKind::Parameter => None,
        }
    }

    fn word_infix(&mut self, token: &Token) -> Option<(InfixKind, usize)> {
        let word = self.cursor.slice(token).to_ascii_uppercase();
        if word == "NOT" {
            let next = self.cursor.word_at(1)?.to_ascii_uppercase();
            let (kind, tokens) = self.pattern_infix(&next, 1, true)?;
            return Some((kind, tokens + 1));
        }
        let words = self.dialect.word_operators;
        let binary = |op| Some((InfixKind::Binary(op), 1));
        match word.as_str() {
            "AND" => Some((InfixKind::And, 1)),
            "OR" => Some((InfixKind::Or, 1)),
            "IS" => Some((InfixKind::Is, 1)),
            "ISNULL" => Some((InfixKind::IsNull { negated: false }, 1)),
            "NOTNULL" => Some((InfixKind::IsNull { negated: true }, 1)),
            "COLLATE" => Some((InfixKind::Collate, 1)),
            "AT" if self.cursor.words_at(1, &["TIME", "ZONE"]) => Some((InfixKind::AtTimeZone, 3)),
            "XOR" if words => binary(BinaryOp::Xor),
            "DIV" if words => binary(BinaryOp::IntDivide),
            "MOD" if words => binary(BinaryOp::Modulo),
            "MEMBER" if words && self.cursor.words_at(1, &["OF"]) => {
                Some((InfixKind::Binary(BinaryOp::MemberOf), 2))
            }
            _ => self.pattern_infix(&word, 0, false),
        }
    }

    /// An operator that may stand behind NOT, `at` tokens ahead.
    fn pattern_infix(&mut self, word: &str, at: usize, negated: bool) -> Option<(InfixKind, usize)> {
        let like = |kind, tokens| Some((InfixKind::Like { kind, negated }, tokens));
        match word {
            "BETWEEN" => Some((InfixKind::Between { negated }, 1)),
            "IN" => Some((InfixKind::In { negated }, 1)),
            "LIKE" => like(PatternKind::Like, 1),
            "ILIKE" => like(PatternKind::ILike, 1),
            "SIMILAR" if self.cursor.words_at(at + 1, &["TO"]) => like(PatternKind::SimilarTo, 2),
            "REGEXP" | "RLIKE" if self.dialect.word_operators => like(PatternKind::Regexp, 1),
            _ => None,
        }
    }

    fn symbol_infix(&mut self) -> Option<Infix> {
        let sign = self.operator()?;
        let tokens = sign.chars().count();
        let dialect = self.dialect;
        let like = |kind, negated| InfixKind::Like { kind, negated };
        let kind = match sign.as_str() {
            "||" => match dialect.pipes {
                Pipes::Concatenate => InfixKind::Concat,
                Pipes::Or => InfixKind::Or,
            },
            "&&" if dialect.ampersands => InfixKind::And,
            "~~" if dialect.symbol_operators => like(PatternKind::Like, false),
            "!~~" if dialect.symbol_operators => like(PatternKind::Like, true),
            "~~*" if dialect.symbol_operators => like(PatternKind::ILike, false),
            "!~~*" if dialect.symbol_operators => like(PatternKind::ILike, true),
            sign => InfixKind::Binary(match sign {
                "=" | "==" => BinaryOp::Equal,
                "<>" | "!=" => BinaryOp::NotEqual,
                "<" => BinaryOp::Less,
                "<=" => BinaryOp::LessEqual,
                ">" => BinaryOp::Greater,
                ">=" => BinaryOp::GreaterEqual,
                "<=>" if dialect.null_safe_equality => BinaryOp::NotDistinct,
                "+" => BinaryOp::Plus,
                "-" => BinaryOp::Minus,
                "*" => BinaryOp::Multiply,
                "/" => BinaryOp::Divide,
                "%" => BinaryOp::Modulo,
                "&" => BinaryOp::BitAnd,
                "|" => BinaryOp::BitOr,
                "^" => match dialect.caret {
                    Caret::Power => BinaryOp::Power,
                    Caret::BitXor => BinaryOp::BitXor,
                },
                "#" if dialect.symbol_operators => BinaryOp::BitXor,
                "<<" => BinaryOp::ShiftLeft,
                ">>" => BinaryOp::ShiftRight,
                "->" => BinaryOp::JsonGet,
                "->>" => BinaryOp::JsonGetText,
                _ if dialect.symbol_operators => BinaryOp::Other(sign.to_owned()),
                _ => return None,
            }),
        };
        Some(Infix { kind, tokens })
    }

    /// The sign of the operator that comes next.
    ///
    /// Where any run of operator characters is an operator, it is the whole
    /// run, unless the run is a known operator with a sign or tilde behind it:
    /// `a<-1` is a comparison.
    fn operator(&mut self) -> Option<String> {
        const KNOWN: [&str; 37] = [
            "!~~*", "!~~", "!~*", "~~*", "->>", "#>>", "<=>", "@@@", "<->", "-|-", "&<|", "|&>", "||/", "~~",
            "!~", "~*", "||", "->", "<=", ">=", "<>", "!=", "==", "<<", ">>", "#>", "#-", "@>", "<@", "&&",
            "@@", "^@", "?|", "?&", "&<", "&>", "|/",
        ];
        let run = self.cursor.operator_run();
        let known = KNOWN.iter().find(|sign| run.starts_with(**sign));
        let known = known.copied().unwrap_or_else(|| run.chars().next().map_or("", |c| &run[..c.len_utf8()]));
        if !self.dialect.symbol_operators || known == run {
            return (!known.is_empty()).then(|| known.to_owned());
        }
        let rest = &run[known.len()..];
        let is_prefix = rest.chars().all(|c| matches!(c, '-' | '+' | '~' | '@'));
        Some(if is_prefix { known.to_owned() } else { run.to_owned() })
    }

    fn apply(&mut self, left: Expr, infix: Infix) -> Result<Expr> {
        self.cursor.skip(infix.tokens);
        let precedence = self.dialect.precedence;
        let level = self.level(&infix.kind);
        let left = Box::new(left);
        Ok(match infix.kind {
            InfixKind::And => Expr::and([*left, self.expression(level + 1)?]),
            InfixKind::Or => Expr::or([*left, self.expression(level + 1)?]),
            InfixKind::Concat => Expr::concat([*left, self.expression(level + 1)?]),
            InfixKind::Binary(op) => self.binary(left, op, level)?,
            InfixKind::Is => self.is(left)?,
            InfixKind::IsNull { negated } => Expr::Is { operand: left, test: Test::Null, negated },
            InfixKind::Between { negated } => {
                let symmetric = self.cursor.skip_word("SYMMETRIC");
                if !symmetric {
                    self.cursor.skip_word("ASYMMETRIC");
                }
                let low = Box::new(self.expression(level + 1)?);
                self.expect_word("AND")?;
                let high = Box::new(self.expression(level + 1)?);
                Expr::Between { operand: left, low, high, symmetric, negated }
            }
            InfixKind::In { negated } => {
                self.expect("(")?;
                let list = match self.query()? {
                    Some(sql) => vec![Expr::Query { kind: QueryKind::Plain, sql }],
                    None => self.list()?,
                };
                self.expect(")")?;
                Expr::In { operand: left, list, negated }
            }
            InfixKind::Like { kind, negated } => {
                if let Some(all) = self.quantifier() {
                    let op = BinaryOp::Other(pattern_sign(kind, negated).to_owned());
                    return self.quantified(left, op, all);
                }
                let pattern = Box::new(self.expression(level + 1)?);
                let escape = match self.cursor.skip_word("ESCAPE") {
                    true => Some(Box::new(self.expression(level + 1)?)),
                    false => None,
                };
                Expr::Like { kind, operand: left, pattern, escape, negated }
            }
            InfixKind::Cast => Expr::cast(*left, self.type_name()?),
            InfixKind::Collate => Expr::Collate { operand: left, collation: self.path()? },
            InfixKind::AtTimeZone => {
                let zone = Box::new(self.expression(precedence.at_time_zone + 1)?);
                Expr::AtTimeZone { operand: left, zone }
            }
            InfixKind::Subscript => self.subscript(left)?,
        })
    }

    fn binary(&mut self, left: Box<Expr>, op: BinaryOp, level: u8) -> Result<Expr> {
        if op == BinaryOp::MemberOf {
            self.expect("(")?;
            let right = self.expression(0)?;
            self.expect(")")?;
            return Ok(Expr::binary(op, *left, right));
        }
        if let Some(all) = self.quantifier() {
            return self.quantified(left, op, all);
        }
        Ok(Expr::binary(op, *left, self.expression(level + 1)?))
    }

    /// Skips ANY, SOME or ALL in front of a parenthesis, and tells whether it
    /// is ALL.
    fn quantifier(&mut self) -> Option<bool> {
        let word = self.cursor.word_at(0)?;
        let is_all = word.eq_ignore_ascii_case("ALL");
        let is_any = has_word(&["ANY", "SOME"], word);
        if !(is_all || is_any) || self.cursor.text_at(1) != Some("(") {
            return None;
        }
        self.cursor.skip(1);
        Some(is_all)
    }

    fn quantified(&mut self, left: Box<Expr>, op: BinaryOp, all: bool) -> Result<Expr> {
        self.expect("(")?;
        let right = match self.query()? {
            Some(sql) => Expr::Query { kind: QueryKind::Plain, sql },
            None => self.expression(0)?,
        };
        self.expect(")")?;
        Ok(Expr::Quantified { left, op, all, right: Box::new(right) })
    }

    /// What follows IS.
    fn is(&mut self, operand: Box<Expr>) -> Result<Expr> {
        let negated = self.cursor.skip_word("NOT");
        if self.cursor.words_at(0, &["DISTINCT", "FROM"]) {
            self.cursor.skip(2);
            let op = if negated { BinaryOp::NotDistinct } else { BinaryOp::Distinct };
            let right = self.expression(self.dialect.precedence.is + 1)?;
            return Ok(Expr::binary(op, *operand, right));
        }
        let Some(word) = self.cursor.word_at(0) else { return Err(self.unexpected()) };
        let mut test = word.to_ascii_uppercase();
        match test.as_str() {
            "NULL" | "TRUE" | "FALSE" | "UNKNOWN" | "DOCUMENT" | "NORMALIZED" | "JSON" => {}
            "NFC" | "NFD" | "NFKC" | "NFKD" if self.cursor.words_at(1, &["NORMALIZED"]) => {
                self.cursor.skip(1);
                test.push_str(" NORMALIZED");
            }
            _ => return Err(self.unexpected()),
        }
        self.cursor.skip(1);
        if test == "JSON"
            && let Some(kind) = self.cursor.word_at(0).map(str::to_ascii_uppercase)
            && ["VALUE", "OBJECT", "ARRAY", "SCALAR"].contains(&kind.as_str())
        {
            self.cursor.skip(1);
            test = format!("JSON {kind}");
        }
        let test = match test.as_str() {
            "NULL" => Test::Null,
            "TRUE" => Test::True,
            "FALSE" => Test::False,
            "UNKNOWN" => Test::Unknown,
            _ => Test::Other(test),
        };
        Ok(Expr::Is { operand, test, negated })
    }

    /// What follows `[`.
    fn subscript(&mut self, operand: Box<Expr>) -> Result<Expr> {
        let mut index = None;
        if !matches!(self.cursor.text_at(0), Some(":" | "]")) {
            index = Some(Box::new(self.expression(0)?));
        }
        let mut slice = None;
        if self.cursor.skip_text(":") {
            slice = Some(match self.cursor.text_at(0) {
                Some("]") => None,
                _ => Some(Box::new(self.expression(0)?)),
            });
        }
        if index.is_none() && slice.is_none() {
            return Err(self.unexpected());
        }
        self.expect("]")?;
        Ok(Expr::Subscript { operand, index, slice })
    }

    /// One or more expressions with commas between them.
    fn list(&mut self) -> Result<Vec<Expr>> {
        let mut list = vec![self.expression(0)?];
        while self.cursor.skip_text(",") {
            list.push(self.expression(0)?);
        }
        Ok(list)
    }

    fn expect(&mut self, text: &str) -> Result<()> {
        if self.cursor.skip_text(text) {
            return Ok(());
        }
        Err(self.expected(text))
    }

    fn expect_word(&mut self, word: &str) -> Result<()> {
        if self.cursor.skip_word(word) {
            return Ok(());
        }
        Err(self.expected(word))
    }

    fn expected(&mut self, what: &str) -> ParseError {
        let found = self.found();
        self.error_here(format!("expected `{what}`, found {found}"))
    }

    /// The error for the next token.
    fn unexpected(&mut self) -> ParseError {
        match self.cursor.peek() {
            None => self.error_here("the expression ends too early"),
            Some(token) if !token.terminated => self.error_here("a literal or comment has no end"),
            Some(_) => {
                let found = self.found();
                self.error_here(format!("unexpected {found}"))
            }
        }
    }

    fn found(&mut self) -> String {
        match self.cursor.peek().cloned() {
            None => "the end".to_owned(),
            Some(token) if !token.terminated => "a literal or comment without an end".to_owned(),
            Some(token) => format!("`{}`", self.cursor.slice(&token)),
        }
    }

    fn error_here(&self, message: impl Into<String>) -> ParseError {
        ParseError { offset: self.cursor.position(), message: message.into() }
    }
}

/// The sign that stands for a kind of pattern in front of ANY and ALL.
fn pattern_sign(kind: PatternKind, negated: bool) -> &'static str {
    match (kind, negated) {
        (PatternKind::Like, false) => "~~",
        (PatternKind::Like, true) => "!~~",
        (PatternKind::ILike, false) => "~~*",
        (PatternKind::ILike, true) => "!~~*",
        (PatternKind::SimilarTo | PatternKind::Regexp, false) => "~",
        (PatternKind::SimilarTo | PatternKind::Regexp, true) => "!~",
    }
}
