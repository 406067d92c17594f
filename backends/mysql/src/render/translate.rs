//! Portable expressions as the server's.

use retort_core::{
    backend::BackendError,
    schema::Expression,
    sql::{Syntax, TokenKind, lex},
};

use crate::{server::Server, syntax::SYNTAX};

/// An expression as the server's, without outer parentheses.
///
/// # Errors
///
/// Fails with what the server lacks.
pub(super) fn expression(expression: &Expression, _server: Server) -> Result<String, BackendError> {
    requote(expression.as_str())
}

/// A query as the server's.
///
/// # Errors
///
/// Fails with what the server lacks.
pub(super) fn query(query: &Expression, _server: Server) -> Result<String, BackendError> {
    requote(query.as_str())
}

/// A statement that changes rows, as the server's.
///
/// # Errors
///
/// Fails with what the server lacks.
pub(super) fn dml(sql: &str, _server: Server) -> Result<String, BackendError> {
    requote(sql)
}

fn requote(text: &str) -> Result<String, BackendError> {
    let mut out = String::with_capacity(text.len());
    for token in lex(text, &Syntax::PORTABLE) {
        let piece = &text[token.span];
        match token.kind {
            TokenKind::QuotedIdentifier => {
                let name = piece.trim_matches('"').replace("\"\"", "\"");
                out.push_str(&SYNTAX.quote_identifier(&name));
            }
            TokenKind::String => out.push_str(&piece.replace('\\', "\\\\")),
            _ => out.push_str(piece),
        }
    }
    Ok(out)
}
