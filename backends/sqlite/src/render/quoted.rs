//! Quoted names in expressions, which SQLite takes for strings where there is
//! no column of the name.

use std::collections::BTreeSet;

use retort_core::{
    backend::{BackendError, BackendErrorKind},
    operation::Operation,
    schema::{ConstraintKind, Expression, Index, IndexKey, QualifiedName, Schema, Table},
    sql::{Token, TokenKind, lex},
};

use super::Origin;
use crate::{cursor::unquote, syntax::SYNTAX};

/// Refuses expressions of operations, those of a run being on one table, that
/// name a column which the table does not have.
///
/// # Errors
///
/// Fails with the name, or if an expression uses what SQLite lacks.
pub(super) fn require_columns(operations: &[Operation], before: &Schema) -> Result<(), BackendError> {
    for operation in operations {
        let (table, expressions): (&QualifiedName, Vec<&Expression>) = match operation {
            Operation::CreateTable { table, .. } => (&table.name, in_table(table).collect()),
            Operation::CreateIndex { table, index, .. } => (table, in_index(index).collect()),
            Operation::AddConstraint { table, constraint } => {
                (table, in_constraint(&constraint.kind).collect())
            }
            _ => continue,
        };
        if expressions.iter().all(|expression| !expression.as_str().contains('"')) {
            continue;
        }
        let Some(known) = columns(table, operations, before) else {
            continue;
        };
        for expression in expressions {
            require(&Origin::Revision.expression(expression)?, table, &known)?;
        }
    }
    Ok(())
}

/// The columns of the table at any point of the operations, in lower case;
/// `None` for a table that is not known.
fn columns(table: &QualifiedName, operations: &[Operation], before: &Schema) -> Option<BTreeSet<String>> {
    let mut names: Vec<&str> = Vec::new();
    let mut is_known = false;
    if let Some(table) = before.tables.get(table) {
        is_known = true;
        names.extend(table.columns.iter().map(|column| column.name.as_str()));
    }
    for operation in operations {
        match operation {
            Operation::CreateTable { table: created, .. } if created.name == *table => {
                is_known = true;
                names.extend(created.columns.iter().map(|column| column.name.as_str()));
            }
            Operation::AddColumn { column, .. } => names.push(column.name.as_str()),
            Operation::RenameColumn { to, .. } => names.push(to.as_str()),
            _ => {}
        }
    }
    is_known.then(|| names.into_iter().map(str::to_lowercase).collect())
}

fn in_table(table: &Table) -> impl Iterator<Item = &Expression> {
    let generated = table.columns.iter().filter_map(|column| column.generated.as_ref());
    let constraints = table.constraints.iter().flat_map(|constraint| in_constraint(&constraint.kind));
    let indexes = table.indexes.iter().flat_map(in_index);
    generated.map(|generated| &generated.expression).chain(constraints).chain(indexes)
}

fn in_constraint(kind: &ConstraintKind) -> impl Iterator<Item = &Expression> {
    match kind {
        ConstraintKind::Check(check) => Some(&check.expression).into_iter(),
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => {
            None.into_iter()
        }
    }
}

fn in_index(index: &Index) -> impl Iterator<Item = &Expression> {
    let keys = index.key.iter().filter_map(|part| match &part.key {
        IndexKey::Column(_) => None,
        IndexKey::Expression(expression) => Some(expression),
    });
    keys.chain(&index.predicate)
}

fn require(
    expression: &Expression,
    table: &QualifiedName,
    columns: &BTreeSet<String>,
) -> Result<(), BackendError> {
    let text = expression.as_str();
    let tokens: Vec<Token> = lex(text, &SYNTAX).filter(|token| !token.kind.is_trivia()).collect();
    let text_at =
        |at: Option<usize>| at.and_then(|at| tokens.get(at)).map_or("", |token| &text[token.span.clone()]);
    for (at, token) in tokens.iter().enumerate() {
        let is_operand = token.kind == TokenKind::QuotedIdentifier
            && text[token.span.clone()].starts_with('"')
            // Tables, functions and collations are found, or SQLite says so.
            && !matches!(text_at(Some(at + 1)), "." | "(")
            && !text_at(at.checked_sub(1)).eq_ignore_ascii_case("collate");
        let name = unquote(&text[token.span.clone()]);
        if is_operand && !columns.contains(&name.to_lowercase()) {
            let message = format!("column \"{name}\" of relation \"{}\" does not exist", table.name);
            return Err(BackendError::new(BackendErrorKind::Missing, message));
        }
    }
    Ok(())
}
