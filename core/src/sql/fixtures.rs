//! Syntaxes that the tests of this module lex under: one with every extension
//! of each family, none of them a real backend.

use super::syntax::{IdentifierCase, LengthUnit};
use super::{IdentifierLimit, Quote, Syntax};

/// Accepts every identifier quote and plain comments only.
pub(crate) const PERMISSIVE: Syntax = Syntax {
    other_identifier_quotes: &[Quote::BACKTICK, Quote::BRACKETS],
    escape_strings: false,
    dollar_quotes: false,
    carriage_return_ends_comment: false,
    nested_comments: false,
    identifier_limit: None,
    identifier_case: IdentifierCase::Preserve,
    ..Syntax::PORTABLE
};

/// Has backslash escapes, `#` comments, `DELIMITER` and conditional comments.
pub(crate) const BACKSLASHED: Syntax = Syntax {
    identifier_quote: Quote::BACKTICK,
    other_identifier_quotes: &[],
    double_quoted_strings: true,
    backslash_escapes: true,
    escape_strings: false,
    dollar_quotes: false,
    hash_comments: true,
    dash_comments_need_space: true,
    carriage_return_ends_comment: false,
    nested_comments: false,
    conditional_comments: true,
    delimiter_lines: true,
    identifier_limit: Some(IdentifierLimit { max: 64, unit: LengthUnit::Chars }),
    identifier_case: IdentifierCase::Preserve,
    ..Syntax::PORTABLE
};

/// Every fixture with its name.
pub(crate) const ALL: &[(&str, &Syntax)] =
    &[("portable", &Syntax::PORTABLE), ("permissive", &PERMISSIVE), ("backslashed", &BACKSLASHED)];
