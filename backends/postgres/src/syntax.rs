//! The lexical rules of PostgreSQL.

use retort_core::sql::Syntax;

/// Portable SQL has the rules of PostgreSQL.
pub(crate) static SYNTAX: Syntax = Syntax::PORTABLE;
