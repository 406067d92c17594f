//! [`Syntax`]: the lexical rules of one database, as data.

use std::fmt;

/// The lexical rules of one database.
///
/// All fields are public so that a backend in any crate can hold its rules in
/// a `const`, usually starting from [`Syntax::PORTABLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Syntax {
    /// The quotes that Retort writes around an identifier.
    pub identifier_quote: Quote,
    /// Further quotes that the database accepts around an identifier.
    pub other_identifier_quotes: &'static [Quote],
    /// Whether `"text"` is a string. Identifier quotes win where both are set.
    pub double_quoted_strings: bool,
    /// Whether a backslash escapes the next character in every string.
    pub backslash_escapes: bool,
    /// Whether `E'text'` is a string in which a backslash escapes.
    pub escape_strings: bool,
    /// Whether `$$text$$` and `$tag$text$tag$` are strings.
    pub dollar_quotes: bool,
    /// Whether `#` begins a line comment.
    pub hash_comments: bool,
    /// Whether `--` begins a comment only before whitespace or a control
    /// character, so that `5--1` is an expression.
    pub dash_comments_need_space: bool,
    /// Whether a carriage return alone ends a line comment.
    pub carriage_return_ends_comment: bool,
    /// Whether block comments nest.
    pub nested_comments: bool,
    /// Whether `/*! text */` runs its text.
    pub conditional_comments: bool,
    /// Whether a `DELIMITER` line changes what ends a statement, as in the
    /// command-line client that such scripts are written for.
    pub delimiter_lines: bool,
    /// The longest identifier, if there is a limit.
    pub identifier_limit: Option<IdentifierLimit>,
    /// What happens to the case of an unquoted identifier.
    pub identifier_case: IdentifierCase,
    /// How truth values are written.
    pub booleans: BooleanLiterals,
    /// The expression for the date and time now, in UTC and without a zone.
    pub utc_now: &'static str,
}

/// A pair of identifier quotes.
///
/// Where both are the same character, doubling it stands for the character
/// itself; where they differ (`[name]`), the closing one cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// The character that opens the identifier.
    pub open: char,
    /// The character that closes it.
    pub close: char,
}

/// The longest identifier a database keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdentifierLimit {
    /// The greatest length.
    pub max: usize,
    /// What the length counts.
    pub unit: LengthUnit,
}

/// What a length counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthUnit {
    /// Bytes of UTF-8.
    Bytes,
    /// Unicode scalar values.
    Chars,
}

/// What happens to the case of an unquoted identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentifierCase {
    /// It is folded to lower case.
    Lower,
    /// It is kept as written.
    Preserve,
}

/// How truth values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BooleanLiterals {
    /// The literal for true.
    pub yes: &'static str,
    /// The literal for false.
    pub no: &'static str,
}

impl Syntax {
    /// The rules of portable SQL, as revisions write it outside `@only`.
    pub const PORTABLE: Self = Self {
        identifier_quote: Quote::DOUBLE,
        other_identifier_quotes: &[],
        double_quoted_strings: false,
        backslash_escapes: false,
        escape_strings: true,
        dollar_quotes: true,
        hash_comments: false,
        dash_comments_need_space: false,
        carriage_return_ends_comment: true,
        nested_comments: true,
        conditional_comments: false,
        delimiter_lines: false,
        identifier_limit: Some(IdentifierLimit { max: 63, unit: LengthUnit::Bytes }),
        identifier_case: IdentifierCase::Lower,
        booleans: BooleanLiterals { yes: "TRUE", no: "FALSE" },
        utc_now: "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')",
    };

    /// The quotes of which `open` is the opening one.
    pub(super) fn quote_opened_by(&self, open: char) -> Option<Quote> {
        std::iter::once(&self.identifier_quote)
            .chain(self.other_identifier_quotes)
            .find(|quote| quote.open == open)
            .copied()
    }
}

impl Quote {
    /// `"name"`
    pub const DOUBLE: Self = Self { open: '"', close: '"' };
    /// `` `name` ``
    pub const BACKTICK: Self = Self { open: '`', close: '`' };
    /// `[name]`
    pub const BRACKETS: Self = Self { open: '[', close: ']' };
}

impl fmt::Display for IdentifierLimit {
    /// Writes `63 bytes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            LengthUnit::Bytes => "bytes",
            LengthUnit::Chars => "characters",
        };
        write!(f, "{} {unit}", self.max)
    }
}

impl IdentifierLimit {
    /// Whether `identifier` is short enough.
    pub fn allows(self, identifier: &str) -> bool {
        let length = match self.unit {
            LengthUnit::Bytes => identifier.len(),
            LengthUnit::Chars => identifier.chars().count(),
        };
        length <= self.max
    }
}
