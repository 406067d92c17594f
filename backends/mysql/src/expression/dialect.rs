//! How MySQL writes expressions.

use retort_core::expression::{Caret, Dialect, Pipes, Precedence};

use crate::syntax::SYNTAX;

/// The rules in the default `sql_mode`.
pub(super) static DIALECT: Dialect = Dialect {
    syntax: SYNTAX,
    precedence: Precedence::MYSQL,
    pipes: Pipes::Or,
    caret: Caret::BitXor,
    ampersands: true,
    bang: true,
    null_safe_equality: true,
    word_operators: true,
    interval_units: true,
    double_colon_casts: false,
    symbol_operators: false,
    introducers: true,
    strings_adjoin: true,
    own_types: &["binary", "char", "float", "nchar"],
    quote_all: true,
};
