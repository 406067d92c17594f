//! Portable expressions as the server's.

use std::collections::BTreeMap;

use retort_core::{
    backend::BackendError,
    expression::{Dialect, Expr, parse},
    schema::{Column, EnumType, Expression, Name, QualifiedName, Schema, Table},
    sql::Syntax,
};

use super::{mentions, refuse::same_name};
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

/// Whether a portable expression mentions the column.
pub(super) fn mentions_column(expression: &Expression, column: &Name) -> bool {
    let Ok(expr) = parse(expression.as_str(), &Dialect::PORTABLE) else {
        return mentions(expression.as_str(), column, &Syntax::PORTABLE);
    };
    let mut found = false;
    expr.visit(&mut |part| match part {
        Expr::Column(path) => found |= path.last().is_some_and(|name| same_name(name, column)),
        // A text of the server that nothing here could read.
        Expr::String(text) if is_verbatim(&expr) => found |= mentions(text, column, &SYNTAX),
        _ => {}
    });
    found
}

/// A column that a portable expression mentions and that the table does not
/// have.
pub(super) fn missing_column(expression: &Expression, table: &Table) -> Option<Name> {
    let expr = parse(expression.as_str(), &Dialect::PORTABLE).ok()?;
    let mut missing = None;
    expr.visit(&mut |part| {
        if let Expr::Column(path) = part
            && let Some(name) = path.last()
            && !table.columns.iter().any(|column| same_name(&column.name, name))
        {
            missing.get_or_insert_with(|| name.clone());
        }
    });
    missing
}

fn is_verbatim(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(call) if call.name.last().is_some_and(|name| name.as_str() == "verbatim"))
}
