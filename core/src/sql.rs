//! What every backend's SQL has in common: lexing, splitting, quoting.

/// The lexical rules of a dialect.
#[derive(Debug, Clone)]
pub struct Syntax;
