//! From operations to statements.

mod alter;
mod case;
mod enums;
mod index;
mod quoted;
pub(crate) mod table;
mod view;

use std::fmt::Display;

use retort_core::{
    backend::{BackendError, BackendErrorKind, Statement},
    operation::{CommentTarget, Operation},
    schema::{Expression, Name, QualifiedName, Schema, Table},
    sql::{TokenKind, lex},
};

pub(crate) use index::create_index;

use crate::{
    cursor::unquote,
    expression::{query_to_sqlite, statement_to_sqlite, to_sqlite},
    rebuild::keep_names,
    switch::{FOREIGN_KEYS_OFF, FOREIGN_KEYS_ON},
    syntax::SYNTAX,
};

/// Writes the statements that carry out one operation, or several that alter
/// the same table.
///
/// # Errors
///
/// Fails with what SQLite cannot do to the same effect.
pub(crate) fn render(operations: &[Operation], before: &Schema) -> Result<Vec<Statement>, BackendError> {
    let mut statements = Vec::new();
    let mut rest = operations;
    let mut before = std::borrow::Cow::Borrowed(before);
    while let Some(first) = rest.first() {
        let run = match first.altered_table() {
            Some(table) => rest.iter().take_while(|next| next.altered_table() == Some(table)).count(),
            None => 1,
        };
        let (now, later) = rest.split_at(run);
        quoted::require_columns(now, &before)?;
        statements.extend(match first.altered_table() {
            Some(table) => alter::alter(table, now, &before)?,
            None => render_one(first, &before)?,
        });
        if !later.is_empty() {
            for operation in now {
                apply(operation, before.to_mut())?;
            }
        }
        rest = later;
    }
    Ok(statements)
}

/// Edits the schema.
///
/// # Errors
///
/// Fails if the operation does not fit, which planning has ruled out.
pub(crate) fn apply(operation: &Operation, schema: &mut Schema) -> Result<(), BackendError> {
    operation.apply_to(schema).map_err(|error| {
        BackendError::new(BackendErrorKind::Statement, "the operation does not fit the schema")
            .with_source(error)
    })
}

fn render_one(operation: &Operation, before: &Schema) -> Result<Vec<Statement>, BackendError> {
    if let Operation::DropTable { name, if_exists: true }
    | Operation::DropView { name, if_exists: true }
    | Operation::DropIndex { name, if_exists: true, .. } = operation
        && case::is_another(name, before)
    {
        return Ok(Vec::new());
    }
    case::require_told_apart(operation, before)?;
    match operation {
        Operation::CreateNamespace { name, .. }
        | Operation::DropNamespace { name, .. }
        | Operation::RenameNamespace { from: name, .. } => {
            Err(BackendError::unsupported(format!("SQLite has no namespaces such as `{name}`")))
        }
        // A type exists in the columns that use it.
        Operation::CreateEnum { .. } | Operation::DropEnum { .. } => Ok(Vec::new()),
        Operation::RenameEnum { from, .. } => enums::change(from, operation, None, before),
        Operation::AddEnumValue { name, .. } | Operation::DropEnumValue { name, .. } => {
            enums::change(name, operation, None, before)
        }
        Operation::RenameEnumValue { name, from, to } => {
            enums::change(name, operation, Some((from, to)), before)
        }
        Operation::CreateTable { table, if_not_exists } => create_table(table, *if_not_exists, before),
        Operation::DropTable { name, if_exists } => drop_table(name, *if_exists, before),
        Operation::RenameTable { from, to } => {
            let sql = format!("ALTER TABLE {} RENAME TO {}", quote(unqualified(from)?), quote(to));
            let mut statements = vec![Statement::new(sql)];
            if before.tables.contains_key(from) {
                statements.extend(keep_names(operation, before)?);
            }
            Ok(statements)
        }
        Operation::CreateIndex { table, index, concurrently: _, if_not_exists } => {
            Ok(vec![Statement::new(create_index(table, index, *if_not_exists, Origin::Revision)?)])
        }
        Operation::DropIndex { name, concurrently: _, if_exists } => Ok(vec![Statement::new(format!(
            "DROP INDEX {}{}",
            if_exists_sql(*if_exists),
            quote(unqualified(name)?)
        ))]),
        Operation::RenameIndex { from, to } => rename_index(from, to, before),
        Operation::CreateView { view, or_replace } => view::create(view, *or_replace, before),
        Operation::DropView { name, if_exists } => Ok(vec![Statement::new(format!(
            "DROP VIEW {}{}",
            if_exists_sql(*if_exists),
            quote(unqualified(name)?)
        ))]),
        Operation::RenameView { from, .. } | Operation::SetComment { on: CommentTarget::View(from), .. } => {
            view::change(from, operation, before)
        }
        // Nothing in a database of SQLite holds the comment on a type.
        Operation::SetComment { on: CommentTarget::Enum(_), comment: _ } => Ok(Vec::new()),
        Operation::Dml { sql } => Ok(vec![Statement::new(statement_to_sqlite(sql)?)]),
        Operation::Raw { sql } => Ok(vec![Statement::new(sql)]),
        Operation::SetTableComment { table, .. }
        | Operation::AddColumn { table, .. }
        | Operation::DropColumn { table, .. }
        | Operation::RenameColumn { table, .. }
        | Operation::AlterColumn { table, .. }
        | Operation::AddConstraint { table, .. }
        | Operation::DropConstraint { table, .. }
        | Operation::RenameConstraint { table, .. }
        | Operation::ValidateConstraint { table, .. } => {
            alter::alter(table, std::slice::from_ref(operation), before)
        }
    }
}

fn create_table(table: &Table, if_not_exists: bool, before: &Schema) -> Result<Vec<Statement>, BackendError> {
    if if_not_exists && before.tables.contains_key(&table.name) {
        return Ok(Vec::new());
    }
    let mut statements = vec![Statement::new(table::create_table(table, if_not_exists, before)?)];
    for index in &table.indexes {
        statements.push(Statement::new(create_index(&table.name, index, if_not_exists, Origin::Revision)?));
    }
    Ok(statements)
}

fn drop_table(
    name: &QualifiedName,
    if_exists: bool,
    before: &Schema,
) -> Result<Vec<Statement>, BackendError> {
    let drop =
        Statement::new(format!("DROP TABLE {}{}", if_exists_sql(if_exists), quote(unqualified(name)?)));
    if before.foreign_keys_to(name).next().is_none() {
        return Ok(vec![drop]);
    }
    // SQLite deletes the rows first, and so those that refer to them.
    Ok(vec![Statement::new(FOREIGN_KEYS_OFF), drop, Statement::new(FOREIGN_KEYS_ON)])
}

fn rename_index(from: &QualifiedName, to: &Name, before: &Schema) -> Result<Vec<Statement>, BackendError> {
    let table = before.table_of_index(from).ok_or_else(|| unknown("index", from))?;
    let index = table.index(&from.name).ok_or_else(|| unknown("index", from))?;
    let renamed = retort_core::schema::Index { name: to.clone(), ..index.clone() };
    Ok(vec![
        Statement::new(format!("DROP INDEX {}", quote(unqualified(from)?))),
        Statement::new(create_index(&table.name, &renamed, false, Origin::Database)?),
    ])
}

fn if_exists_sql(if_exists: bool) -> &'static str {
    if if_exists { "IF EXISTS " } else { "" }
}

/// Where an expression comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// From a revision: portable SQL, of which SQLite may lack something.
    Revision,
    /// From the database, or both: what cannot be translated is SQLite's own.
    Database,
}

impl Origin {
    /// The expression as SQLite's.
    ///
    /// # Errors
    ///
    /// Fails if a revision uses what SQLite lacks.
    pub(crate) fn expression(self, expression: &Expression) -> Result<Expression, BackendError> {
        self.choose(to_sqlite(expression.as_str()), expression)
    }

    /// The query as SQLite's.
    ///
    /// # Errors
    ///
    /// Fails if a revision uses what SQLite lacks.
    pub(crate) fn query(self, query: &Expression) -> Result<Expression, BackendError> {
        self.choose(query_to_sqlite(query.as_str()), query)
    }

    fn choose(
        self,
        translated: Result<String, BackendError>,
        written: &Expression,
    ) -> Result<Expression, BackendError> {
        match (self, translated) {
            (_, Ok(translated)) => Ok(translated.into()),
            (Self::Revision, Err(error)) => Err(error),
            (Self::Database, Err(_)) => Ok(written.clone()),
        }
    }
}

/// The identifier in quotes.
pub(crate) fn quote(name: &Name) -> String {
    SYNTAX.quote_identifier(name.as_str())
}

/// The text as a string literal.
pub(crate) fn literal(text: &str) -> String {
    SYNTAX.quote_literal(text)
}

/// The name, which must be in the default namespace.
///
/// # Errors
///
/// Fails if it is in another one, which planning has mapped away.
pub(crate) fn unqualified(name: &QualifiedName) -> Result<&Name, BackendError> {
    match &name.namespace {
        None => Ok(&name.name),
        Some(_) => Err(BackendError::unsupported(format!("SQLite has no namespaces: `{name}`"))),
    }
}

/// The failure to find something that a statement depends on.
pub(crate) fn unknown(what: &str, name: impl Display) -> BackendError {
    BackendError::new(BackendErrorKind::Missing, format!("there is no {what} `{name}`"))
}

/// Whether the identifier occurs anywhere in the text.
pub(crate) fn mentions(text: &str, name: &Name) -> bool {
    lex(text, &SYNTAX).any(|token| match token.kind {
        TokenKind::Word | TokenKind::QuotedIdentifier | TokenKind::String => {
            unquote(&text[token.span]).eq_ignore_ascii_case(name.as_str())
        }
        TokenKind::Whitespace
        | TokenKind::LineComment
        | TokenKind::BlockComment
        | TokenKind::ConditionalOpen
        | TokenKind::ConditionalClose
        | TokenKind::DollarString
        | TokenKind::Number
        | TokenKind::Parameter
        | TokenKind::Punctuation => false,
    })
}
