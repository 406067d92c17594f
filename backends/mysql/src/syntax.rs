//! The lexical rules of MySQL and MariaDB.

use retort_core::sql::{BooleanLiterals, IdentifierCase, IdentifierLimit, LengthUnit, Quote, Syntax};

/// The lexical rules in the default `sql_mode`.
pub(crate) static SYNTAX: Syntax = Syntax {
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
    booleans: BooleanLiterals { yes: "TRUE", no: "FALSE" },
    utc_now: "UTC_TIMESTAMP(6)",
};
