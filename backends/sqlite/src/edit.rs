//! Edits of the stored text of a table, so that what does not change stays
//! byte for byte.
//!
//! First the operations that give columns and constraints an identity are
//! carried out on the text, one by one: a column is added, dropped or renamed.
//! Then whatever else still differs from the model is brought into line, so
//! that each kind of difference is handled in one place, whichever operation it
//! comes from.

mod fold;
mod reconcile;
mod splice;

use std::ops::Range;

use retort_core::{
    backend::{BackendError, BackendErrorKind},
    operation::Operation,
    schema::{Expression, Name, Schema, Stored, Table},
    sql::TokenKind,
};

use crate::{
    cursor::{Cursor, unquote},
    render::{self, quote},
    table_text::{ClauseKind, ConstraintTextKind, ElementKind, TableText},
};
use splice::Splices;

/// The text of a table after operations.
///
/// `target` is the table after them, in `schema`.
///
/// # Errors
///
/// Fails if the table holds what SQLite cannot, or if its text cannot be
/// brought into line.
pub(crate) fn edited(
    stored: &Stored,
    operations: &[Operation],
    target: &Table,
    schema: &Schema,
) -> Result<String, BackendError> {
    let mut text = stored.definition.clone();
    for operation in stored.since.iter().chain(operations) {
        if fold::drops_last_column(&text, operation)? {
            // No text has room for the columns that come later, and nothing in
            // this one is about them.
            return render::table::create_table(target, false, schema);
        }
        text = fold::fold(text, operation)?;
    }
    let text = reconcile::reconcile(text, target, schema)?;
    verify(&text, target)?;
    Ok(text)
}

/// How many constraints in the text have no name of their own.
pub(crate) fn unnamed_constraints(text: &str) -> Result<usize, BackendError> {
    let table = TableText::parse(text)?;
    let constraints = fold::constraints(&table);
    Ok(constraints.iter().filter(|constraint| fold::name_at(&table, constraint.place).0.is_none()).count())
}

/// The same text with another name for the table, and no mention of its own
/// name inside: SQLite would not rename that again.
pub(crate) fn with_name(text: &str, name: &Name) -> Result<String, BackendError> {
    let table = TableText::parse(text)?;
    let mut splices = Splices::default();
    splices.replace(table.name.span.clone(), quote(name));
    for span in expressions(&table) {
        for found in qualifiers(&text[span.clone()], &table.name.name) {
            splices.delete(span.start + found.start..span.start + found.end);
        }
    }
    Ok(splices.apply(text))
}

/// The expression without the name of its own table in front of columns, which
/// SQLite allows neither in an index nor in a generated column.
pub(crate) fn unqualified(expression: &Expression, table: &Name) -> Expression {
    let mut splices = Splices::default();
    for found in qualifiers(expression.as_str(), table.as_str()) {
        splices.delete(found);
    }
    splices.apply(expression.as_str()).into()
}

/// Where an expression has the name of a table in front of columns.
fn qualifiers(expression: &str, table: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut cursor = Cursor::new(expression);
    while let Some(token) = cursor.peek().cloned() {
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier);
        let start = token.span.start;
        let is_table = is_name && unquote(&expression[token.span]).eq_ignore_ascii_case(table);
        cursor.advance();
        if is_table && cursor.is_punctuation('.') {
            cursor.advance();
            found.push(start..cursor.position());
        }
    }
    found
}

/// The bytes of every expression in the text.
fn expressions(table: &TableText<'_>) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    for element in &table.elements {
        match &element.kind {
            ElementKind::Column(column) => {
                spans.extend(column.clauses.iter().filter_map(|clause| match &clause.kind {
                    ClauseKind::Check { expression } | ClauseKind::Generated { expression, .. } => {
                        Some(expression.clone())
                    }
                    ClauseKind::Null
                    | ClauseKind::NotNull
                    | ClauseKind::PrimaryKey { .. }
                    | ClauseKind::Unique
                    | ClauseKind::Default { .. }
                    | ClauseKind::Collate(_)
                    | ClauseKind::References(_)
                    | ClauseKind::Deferrable(_)
                    | ClauseKind::Nothing => None,
                }))
            }
            ElementKind::Constraint(constraint) => match &constraint.kind {
                ConstraintTextKind::Check { expression } => spans.push(expression.clone()),
                ConstraintTextKind::PrimaryKey { .. }
                | ConstraintTextKind::Unique { .. }
                | ConstraintTextKind::ForeignKey { .. }
                | ConstraintTextKind::Nothing => {}
            },
        }
    }
    spans
}

/// Fails unless the text has the columns and constraints of the table.
fn verify(text: &str, target: &Table) -> Result<(), BackendError> {
    let model = TableText::parse(text)?.to_model().table;
    let columns = |table: &Table| -> Vec<String> {
        table.columns.iter().map(|column| column.name.as_str().to_ascii_lowercase()).collect()
    };
    let constraints = |table: &Table| -> Vec<String> {
        let names = table.constraints.iter().filter_map(|constraint| constraint.name.as_ref());
        let mut names: Vec<String> = names.map(|name| name.as_str().to_ascii_lowercase()).collect();
        names.sort();
        names
    };
    if columns(&model) == columns(target) && constraints(&model) == constraints(target) {
        return Ok(());
    }
    Err(BackendError::new(
        BackendErrorKind::Unexpected,
        format!("the stored definition of table `{}` does not fit its model", target.name),
    )
    .with_statement(text))
}
