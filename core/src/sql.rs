//! What every backend's SQL has in common: lexing, splitting, quoting.
//!
//! Databases differ in how text is cut into tokens. Those differences are the
//! fields of [`Syntax`]; the code here reads the fields and never asks which
//! database it works for.

mod lexer;
mod quote;
mod splitter;
mod syntax;

pub use lexer::{Lexer, Token, TokenKind, lex, lex_from};
pub use splitter::{SplitError, SplitErrorKind, StatementSpan, split};
pub use syntax::{BooleanLiterals, IdentifierCase, IdentifierLimit, LengthUnit, Quote, Syntax};

#[cfg(test)]
pub(crate) mod fixtures;
