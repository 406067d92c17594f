//! The types of MySQL's columns → logical types.
//!
//! A catalog writes one type in different ways: MariaDB has display widths
//! (`int(11)`), MySQL mostly has none. All of them are read as one type, and
//! what is no logical type is native with one text.

use std::{borrow::Cow, fmt::Write};

use retort_core::{
    schema::Type,
    sql::{TokenKind, lex},
};

use crate::syntax::SYNTAX;

/// The most digits that a decimal number can have, and the most of them behind
/// the point: what `NUMERIC` without a precision is.
const WIDEST_DECIMAL: (u32, i32) = (65, 30);

/// How many digits of a second a time has at most; the ones of standard SQL
/// have that many if they don't say.
pub(crate) const MOST_FRACTION: u32 = 6;

/// The character set and collation of columns that hold a UUID as text.
const UUID_COLLATION: &str = "ascii_bin";

/// Words that follow the name of a type, though there may be no parentheses
/// between.
const ATTRIBUTES: [&str; 4] = ["unsigned", "signed", "zerofill", "compressed"];

/// The logical type of a column: its type as the catalog writes it, or as a
/// user does, and its collation, if it has one.
pub(crate) fn column_type(declared: &str, collation: Option<&str>) -> Type {
    match logical_type(declared) {
        Type::Char(36) if collation == Some(UUID_COLLATION) => Type::Uuid,
        ty => ty,
    }
}

/// The logical type that is declared so, whatever its collation.
///
/// What is no logical type is native, with one text for all ways to write it.
/// Where portable SQL means another type by the word, it stands in quotes:
/// `"text"` is TEXT of MySQL, and what portable SQL calls so is LONGTEXT.
pub(crate) fn logical_type(declared: &str) -> Type {
    let declared = own_word(declared.trim());
    let Some(spelling) = Spelling::read(&declared) else {
        return Type::Native(declared.into_owned());
    };
    let native = || match spelling.words.as_str() {
        "text" | "blob" | "timestamp" => {
            let text = spelling.to_string();
            let (word, rest) = text.split_at(spelling.words.len());
            Type::Native(format!("\"{word}\"{rest}"))
        }
        _ => Type::Native(spelling.to_string()),
    };
    let fraction = |of: fn(Option<u32>) -> Type| match spelling.sizes().as_slice() {
        [] => of(Some(0)),
        [digits] => of(fraction(Some(*digits))),
        _ => native(),
    };
    if !spelling.attributes.is_empty() {
        return native();
    }
    match (spelling.words.as_str(), spelling.sizes().as_slice()) {
        ("tinyint", [1]) => Type::Boolean,
        ("smallint", _) => Type::SmallInt,
        ("int", _) => Type::Integer,
        ("bigint", _) => Type::BigInt,
        ("float", []) => Type::Real,
        ("double", []) => Type::Double,
        ("decimal", [precision, scale]) => numeric(*precision, i32::try_from(*scale).ok()),
        ("char", [size]) => Type::Char(*size),
        ("varchar", [size]) => Type::VarChar(Some(*size)),
        ("longtext", []) => Type::Text,
        ("binary", [size]) => Type::Binary(*size),
        ("varbinary", [size]) => Type::VarBinary(*size),
        ("longblob", []) => Type::Blob,
        ("date", []) => Type::Date,
        ("time", _) => fraction(Type::Time),
        ("datetime", _) => fraction(Type::Timestamp),
        ("uuid", []) => Type::Uuid,
        ("json", []) => Type::Json,
        _ => native(),
    }
}

/// A native type without the quotes that tell its word from one of portable
/// SQL.
pub(crate) fn own_word(native: &str) -> Cow<'_, str> {
    match native.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        Some((word, rest)) => Cow::Owned(format!("{word}{rest}")),
        None => Cow::Borrowed(native),
    }
}

/// The decimal type of so many digits, in its normal form.
pub(crate) fn numeric(precision: u32, scale: Option<i32>) -> Type {
    if (precision, scale.unwrap_or(0)) == WIDEST_DECIMAL {
        return Type::Numeric { precision: None, scale: None };
    }
    Type::Numeric { precision: Some(precision), scale: scale.filter(|scale| *scale != 0) }
}

/// Digits of a second in their normal form.
pub(crate) fn fraction(digits: Option<u32>) -> Option<u32> {
    digits.filter(|digits| *digits != MOST_FRACTION)
}

/// The text of an inline enum type with these labels.
pub(crate) fn enum_type<'a>(labels: impl IntoIterator<Item = &'a str>) -> String {
    let labels: Vec<String> = labels.into_iter().map(label).collect();
    format!("enum({})", labels.join(","))
}

/// A label of an enum or set type, as a literal in one line.
fn label(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('\'');
    for c in text.chars() {
        match c {
            '\'' => literal.push_str("''"),
            '\\' => literal.push_str(r"\\"),
            '\0' => literal.push_str(r"\0"),
            '\n' => literal.push_str(r"\n"),
            '\r' => literal.push_str(r"\r"),
            '\u{1a}' => literal.push_str(r"\Z"),
            c => literal.push(c),
        }
    }
    literal.push('\'');
    literal
}

/// What a string literal of MySQL's stands for.
pub(crate) fn unquote(literal: &str) -> String {
    let inside = literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default();
    let mut text = String::with_capacity(inside.len());
    let mut rest = inside.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\'' => {
                rest.next_if_eq(&'\'');
                text.push('\'');
            }
            '\\' => match rest.next() {
                Some('0') => text.push('\0'),
                Some('b') => text.push('\u{8}'),
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some('Z') => text.push('\u{1a}'),
                // In a pattern these must stay escaped.
                Some(c @ ('%' | '_')) => text.extend(['\\', c]),
                Some(c) => text.push(c),
                None => {}
            },
            c => text.push(c),
        }
    }
    text
}

/// How a type is written.
#[derive(Debug)]
struct Spelling {
    /// The name in lower case, in MySQL's word for it.
    words: String,
    /// What is in the parentheses.
    arguments: Vec<Argument>,
    /// What follows: `unsigned`.
    attributes: Vec<String>,
}

#[derive(Debug)]
enum Argument {
    Number(u32),
    Label(String),
}

impl Spelling {
    /// Takes a text apart; none if it is no type.
    fn read(declared: &str) -> Option<Self> {
        let mut words: Vec<String> = Vec::new();
        let mut arguments = Vec::new();
        let mut attributes = Vec::new();
        let mut depth = 0;
        let mut closed = false;
        for token in lex(declared, &SYNTAX) {
            let text = declared.get(token.span.clone())?;
            match token.kind {
                kind if kind.is_trivia() => {}
                // What MariaDB says of a compressed column.
                TokenKind::ConditionalOpen | TokenKind::ConditionalClose => {}
                TokenKind::Punctuation => match text {
                    "(" => depth += 1,
                    ")" => {
                        depth -= 1;
                        closed = true;
                    }
                    "," if depth == 1 => {}
                    _ => return None,
                },
                TokenKind::Number if depth == 1 => arguments.push(Argument::Number(text.parse().ok()?)),
                TokenKind::String if depth == 1 && token.terminated => {
                    arguments.push(Argument::Label(unquote(text)));
                }
                TokenKind::Word if depth == 0 => {
                    let word = text.to_ascii_lowercase();
                    let is_attribute = closed || ATTRIBUTES.contains(&word.as_str());
                    if is_attribute { attributes.push(word) } else { words.push(word) }
                }
                TokenKind::Number
                | TokenKind::String
                | TokenKind::Word
                | TokenKind::QuotedIdentifier
                | TokenKind::DollarString
                | TokenKind::Parameter
                | TokenKind::Whitespace
                | TokenKind::LineComment
                | TokenKind::BlockComment => return None,
            }
        }
        attributes.retain(|attribute| attribute != "signed" && attribute != "compressed");
        let mut spelling = Self { words: words.join(" "), arguments, attributes };
        spelling.simplify();
        (depth == 0 && !spelling.words.is_empty()).then_some(spelling)
    }

    /// Replaces synonyms, and what says nothing.
    fn simplify(&mut self) {
        let zerofill = self.attributes.iter().any(|attribute| attribute == "zerofill");
        if zerofill && !self.attributes.iter().any(|attribute| attribute == "unsigned") {
            self.attributes.insert(0, "unsigned".to_owned());
        }
        let sizes = self.sizes();
        let (words, sizes) = match (self.words.as_str(), sizes.as_slice()) {
            ("bool" | "boolean", []) => ("tinyint", vec![1]),
            ("tinyint", [1]) if self.attributes.is_empty() => return,
            ("tinyint" | "int1", _) if !zerofill => ("tinyint", vec![]),
            ("smallint" | "int2", _) if !zerofill => ("smallint", vec![]),
            ("mediumint" | "int3" | "middleint", _) if !zerofill => ("mediumint", vec![]),
            ("int" | "integer" | "int4", _) if !zerofill => ("int", vec![]),
            ("bigint" | "int8", _) if !zerofill => ("bigint", vec![]),
            ("integer", sizes) => ("int", sizes.to_vec()),
            ("float" | "float4", [] | [..=24]) => ("float", vec![]),
            ("float", [_]) | ("double" | "double precision" | "real" | "float8", []) => ("double", vec![]),
            ("double precision" | "real", sizes) => ("double", sizes.to_vec()),
            ("decimal" | "numeric" | "dec" | "fixed", []) => ("decimal", vec![10, 0]),
            ("decimal" | "numeric" | "dec" | "fixed", [precision]) => ("decimal", vec![*precision, 0]),
            ("numeric" | "dec" | "fixed", sizes) => ("decimal", sizes.to_vec()),
            ("char" | "character", []) => ("char", vec![1]),
            ("binary", []) => ("binary", vec![1]),
            ("bit", []) => ("bit", vec![1]),
            ("character", sizes) => ("char", sizes.to_vec()),
            ("character varying" | "char varying", sizes) => ("varchar", sizes.to_vec()),
            ("year" | "year4", _) => ("year", vec![]),
            ("time", [0]) => ("time", vec![]),
            ("datetime", [0]) => ("datetime", vec![]),
            ("timestamp", [0]) => ("timestamp", vec![]),
            _ => return,
        };
        words.clone_into(&mut self.words);
        self.arguments = sizes.into_iter().map(Argument::Number).collect();
    }

    /// The numbers in the parentheses.
    fn sizes(&self) -> Vec<u32> {
        let number = |argument: &Argument| match argument {
            Argument::Number(number) => Some(*number),
            Argument::Label(_) => None,
        };
        self.arguments.iter().filter_map(number).collect()
    }
}

impl std::fmt::Display for Spelling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words)?;
        for (at, argument) in self.arguments.iter().enumerate() {
            f.write_char(if at == 0 { '(' } else { ',' })?;
            match argument {
                Argument::Number(number) => write!(f, "{number}")?,
                Argument::Label(text) => f.write_str(&label(text))?,
            }
        }
        if !self.arguments.is_empty() {
            f.write_char(')')?;
        }
        self.attributes.iter().try_for_each(|attribute| write!(f, " {attribute}"))
    }
}

#[cfg(test)]
mod tests;
