//! The lexical rules of SQLite.

use retort_core::sql::{BooleanLiterals, IdentifierCase, Quote, Syntax};

/// The lexical rules of SQLite, for [`Backend::syntax`] and for reading the
/// definitions that a database stores.
///
/// [`Backend::syntax`]: retort_core::backend::Backend::syntax
pub(crate) static SYNTAX: Syntax = Syntax {
    identifier_quote: Quote::DOUBLE,
    other_identifier_quotes: &[Quote::BACKTICK, Quote::BRACKETS],
    double_quoted_strings: false,
    backslash_escapes: false,
    escape_strings: false,
    dollar_quotes: false,
    hash_comments: false,
    dash_comments_need_space: false,
    carriage_return_ends_comment: false,
    nested_comments: false,
    conditional_comments: false,
    delimiter_lines: false,
    identifier_limit: None,
    identifier_case: IdentifierCase::Preserve,
    utc_now: "strftime('%Y-%m-%d %H:%M:%f', 'now')",
    booleans: BooleanLiterals { yes: "TRUE", no: "FALSE" },
};
