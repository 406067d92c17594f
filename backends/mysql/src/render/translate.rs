//! Portable text as the server's.

use std::collections::BTreeMap;

use retort_core::{
    backend::BackendError,
    schema::{Column, EnumType, Expression, QualifiedName, Schema, Table},
    sql::{Syntax, TokenKind, lex},
};

use crate::{expression::Context, server::Server, syntax::SYNTAX};

/// What a definition stands in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'a> {
    /// The table, as it is when the definition holds.
    pub(super) table: &'a Table,
    /// The enum types.
    pub(super) enums: &'a BTreeMap<QualifiedName, EnumType>,
    /// The server.
    pub(super) server: Server,
}

impl<'a> Site<'a> {
    pub(super) fn new(table: &'a Table, schema: &'a Schema, server: Server) -> Self {
        Self { table, enums: &schema.enums, server }
    }

    /// An expression whose value is used, without outer parentheses.
    ///
    /// # Errors
    ///
    /// Fails with what the server lacks.
    pub(super) fn value(&self, expression: &Expression) -> Result<String, BackendError> {
        value(expression, &self.table.columns, self.server)
    }

    /// An expression of a check, without outer parentheses.
    ///
    /// # Errors
    ///
    /// Fails with what the server lacks.
    pub(super) fn condition(&self, expression: &Expression) -> Result<String, BackendError> {
        let context = Context::new(self.server).with_columns(&self.table.columns);
        context.condition().translate(expression.as_str())
    }
}

/// An expression over the columns whose value is used, without outer
/// parentheses.
///
/// # Errors
///
/// Fails with what the server lacks.
pub(super) fn value(
    expression: &Expression,
    columns: &[Column],
    server: Server,
) -> Result<String, BackendError> {
    Context::new(server).with_columns(columns).translate(expression.as_str())
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
