//! Operations → MySQL's SQL.

mod alter;
mod column;
mod constraint;
mod convert;
mod enums;
mod index;
pub(crate) mod keys;
pub(crate) mod refuse;
mod segment;
mod table;
mod translate;
mod view;

use std::{borrow::Cow, fmt::Display};

use retort_core::{
    backend::{BackendError, BackendErrorKind, Statement},
    operation::{CommentTarget, Operation},
    schema::{Name, QualifiedName, Schema},
    sql::{Syntax, TokenKind, lex},
};

use crate::{expression::dml_to_mysql, server::Server, session::ends_transaction, syntax::SYNTAX};

/// Writes the statements that carry out one operation, or several that alter
/// the same table.
///
/// A statement that changes the schema commits by itself, and either happens or
/// not. Operations on one table are therefore as few statements as possible.
///
/// # Errors
///
/// Fails with what the server cannot do to the same effect.
pub(crate) fn render(
    operations: &[Operation],
    before: &Schema,
    server: Server,
) -> Result<Vec<Statement>, BackendError> {
    let mut statements = Vec::new();
    let mut rest = operations;
    let mut before = Cow::Borrowed(before);
    while let Some(first) = rest.first() {
        let run = match first.altered_table() {
            Some(table) => rest.iter().take_while(|next| next.altered_table() == Some(table)).count(),
            None => 1,
        };
        let (now, later) = rest.split_at(run);
        let written = match first.altered_table() {
            Some(table) => alter::alter(table, now, &before, server)?,
            None => render_one(first, &before, server)?,
        };
        if !matches!(first, Operation::Raw { .. }) {
            written.iter().try_for_each(|statement| refuse::lossy(statement, server))?;
        }
        statements.extend(written);
        if !later.is_empty() {
            for operation in now {
                apply(operation, before.to_mut())?;
            }
        }
        rest = later;
    }
    Ok(statements)
}

fn render_one(
    operation: &Operation,
    before: &Schema,
    server: Server,
) -> Result<Vec<Statement>, BackendError> {
    match operation {
        Operation::CreateNamespace { name, .. }
        | Operation::DropNamespace { name, .. }
        | Operation::RenameNamespace { from: name, .. } => {
            Err(BackendError::unsupported(format!("{} has no namespaces such as `{name}`", server.flavor)))
        }
        // A type exists in the columns that use it.
        Operation::CreateEnum { .. } | Operation::DropEnum { .. } | Operation::RenameEnum { .. } => {
            Ok(Vec::new())
        }
        Operation::AddEnumValue { name, .. } | Operation::DropEnumValue { name, .. } => {
            enums::change_labels(name, operation, before, server)
        }
        Operation::RenameEnumValue { name, from, to } => {
            enums::rename_label(name, (from, to), operation, before, server)
        }
        Operation::CreateTable { table, if_not_exists } => {
            table::create(table, *if_not_exists, before, server)
        }
        Operation::DropTable { name, if_exists } => {
            Ok(vec![ddl(format!("DROP TABLE {}{}", if_exists_sql(*if_exists), table_name(name)?))])
        }
        Operation::RenameTable { from, to } => table::rename(operation, from, to, before, server),
        Operation::CreateIndex { table, index, concurrently: _, if_not_exists: true }
            if before.table_of_index(&table.with_name(index.name.clone())).is_some() =>
        {
            Ok(Vec::new())
        }
        Operation::CreateIndex { table, .. } => alter::alter(table, one(operation), before, server),
        Operation::DropIndex { name, .. } | Operation::RenameIndex { from: name, .. }
            if index::is_ambiguous(name, before) =>
        {
            Err(BackendError::unsupported(format!(
                "more than one table has an index `{name}`, and {} drops and renames an index by its table",
                server.flavor
            )))
        }
        Operation::DropIndex { name, if_exists, .. } => match before.table_of_index(name) {
            Some(table) => alter::alter(&table.name, one(operation), before, server),
            None if *if_exists => Ok(Vec::new()),
            None => Err(unknown("index", name)),
        },
        Operation::RenameIndex { from, .. } => match before.table_of_index(from) {
            Some(table) => alter::alter(&table.name, one(operation), before, server),
            None => Err(unknown("index", from)),
        },
        Operation::CreateView { view, or_replace } => {
            Ok(vec![view::create(view, *or_replace, before, server)?])
        }
        Operation::DropView { name, if_exists } => {
            Ok(vec![ddl(format!("DROP VIEW {}{}", if_exists_sql(*if_exists), table_name(name)?))])
        }
        Operation::RenameView { from, to } => view::rename(operation, from, to, before, server),
        // Nothing in the database holds the comment on a view or on a type.
        Operation::SetComment { on: CommentTarget::View(_) | CommentTarget::Enum(_), comment: _ } => {
            Ok(Vec::new())
        }
        Operation::Dml { sql } => Ok(vec![Statement::new(dml_to_mysql(sql, server)?)]),
        Operation::Raw { sql } => {
            let transactional = ends_transaction(sql).is_none();
            Ok(vec![Statement { transactional, ..Statement::new(sql) }])
        }
        Operation::SetTableComment { table, .. }
        | Operation::AddColumn { table, .. }
        | Operation::DropColumn { table, .. }
        | Operation::RenameColumn { table, .. }
        | Operation::AlterColumn { table, .. }
        | Operation::AddConstraint { table, .. }
        | Operation::DropConstraint { table, .. }
        | Operation::RenameConstraint { table, .. }
        | Operation::ValidateConstraint { table, .. } => alter::alter(table, one(operation), before, server),
    }
}

/// Edits the schema.
///
/// # Errors
///
/// Fails if the operation does not fit, which planning has ruled out.
fn apply(operation: &Operation, schema: &mut Schema) -> Result<(), BackendError> {
    operation.apply_to(schema).map_err(|error| {
        BackendError::new(BackendErrorKind::Statement, "the operation does not fit the schema")
            .with_source(error)
    })
}

fn one(operation: &Operation) -> &[Operation] {
    std::slice::from_ref(operation)
}

/// A statement that changes the schema, and so commits.
fn ddl(sql: impl Into<String>) -> Statement {
    Statement { transactional: false, ..Statement::new(sql) }
}

fn if_exists_sql(if_exists: bool) -> &'static str {
    if if_exists { "IF EXISTS " } else { "" }
}

/// The identifier in quotes.
fn quote(name: &Name) -> String {
    SYNTAX.quote_identifier(name.as_str())
}

/// The identifiers in quotes and parentheses.
fn quote_all(names: &[Name]) -> String {
    let quoted: Vec<String> = names.iter().map(quote).collect();
    format!("({})", quoted.join(", "))
}

/// The text as a string literal.
fn literal(text: &str) -> String {
    SYNTAX.quote_literal(text)
}

/// The name of a table or view in quotes.
///
/// # Errors
///
/// Fails if it is in a namespace, which planning has mapped away.
fn table_name(name: &QualifiedName) -> Result<String, BackendError> {
    match &name.namespace {
        None => Ok(quote(&name.name)),
        Some(_) => Err(BackendError::unsupported(format!("there are no namespaces here: `{name}`"))),
    }
}

/// The failure to find something that a statement depends on.
fn unknown(what: &str, name: impl Display) -> BackendError {
    BackendError::new(BackendErrorKind::Missing, format!("there is no {what} `{name}`"))
}

/// Whether the identifier occurs anywhere in a text, in whatever place. Its case
/// does not count to the server.
fn mentions(text: &str, name: &Name, syntax: &Syntax) -> bool {
    let quoted = syntax.quote_identifier(name.as_str());
    lex(text, syntax).any(|token| match token.kind {
        TokenKind::Word => text[token.span].eq_ignore_ascii_case(name.as_str()),
        TokenKind::QuotedIdentifier => text[token.span].eq_ignore_ascii_case(&quoted),
        TokenKind::Whitespace
        | TokenKind::LineComment
        | TokenKind::BlockComment
        | TokenKind::ConditionalOpen
        | TokenKind::ConditionalClose
        | TokenKind::String
        | TokenKind::DollarString
        | TokenKind::Number
        | TokenKind::Parameter
        | TokenKind::Punctuation => false,
    })
}
