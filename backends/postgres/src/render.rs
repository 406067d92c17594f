//! Operations → PostgreSQL's SQL.

mod alter;
mod column;
mod constraint;
mod conversion;
mod dependents;
mod enums;
mod index;
mod label;
mod native;
mod table;
mod view;

use std::borrow::Cow;

use retort_core::{
    backend::{BackendError, BackendErrorKind, Statement},
    operation::{CommentTarget, EnumValuePosition, Operation},
    schema::{Name, QualifiedName, Schema},
    sql::{TokenKind, lex},
};

use crate::{server::Server, syntax::SYNTAX};

/// Writes the statements that carry out one operation, or several that alter
/// the same table.
///
/// # Errors
///
/// Fails with what PostgreSQL, or this version of it, cannot do to the same
/// effect as other databases.
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
        now.iter().try_for_each(label::require_short)?;
        statements.extend(match first.altered_table() {
            Some(table) => alter::alter(table, now, &before, server)?,
            None => render_one(first, &before, server)?,
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
fn apply(operation: &Operation, schema: &mut Schema) -> Result<(), BackendError> {
    operation.apply_to(schema).map_err(|error| {
        BackendError::new(BackendErrorKind::Statement, "the operation does not fit the schema")
            .with_source(error)
    })
}

fn render_one(
    operation: &Operation,
    before: &Schema,
    server: Server,
) -> Result<Vec<Statement>, BackendError> {
    let sql = match operation {
        Operation::CreateNamespace { name, if_not_exists } => {
            format!("CREATE SCHEMA {}{}", not_exists(*if_not_exists), quote(name))
        }
        Operation::DropNamespace { name, if_exists } => {
            format!("DROP SCHEMA {}{}", exists(*if_exists), quote(name))
        }
        Operation::RenameNamespace { from, to } => {
            format!("ALTER SCHEMA {} RENAME TO {}", quote(from), quote(to))
        }
        Operation::CreateEnum { enum_type } => {
            let mut statements = vec![Statement::new(enums::create_type(enum_type))];
            if let Some(comment) = &enum_type.comment {
                statements.push(comment_on("TYPE", &quote_qualified(&enum_type.name), Some(comment)));
            }
            return Ok(statements);
        }
        Operation::DropEnum { name, if_exists } => drop_object("TYPE", *if_exists, name),
        Operation::RenameEnum { from, to } => rename_object("TYPE", from, to),
        Operation::AddEnumValue { name, value, position, if_not_exists } => {
            let position = match position {
                EnumValuePosition::End => String::new(),
                EnumValuePosition::Before(label) => format!(" BEFORE {}", literal(label)),
                EnumValuePosition::After(label) => format!(" AFTER {}", literal(label)),
            };
            let (name, value) = (quote_qualified(name), literal(value));
            format!("ALTER TYPE {name} ADD VALUE {}{value}{position}", not_exists(*if_not_exists))
        }
        Operation::RenameEnumValue { name, from, to } => {
            format!("ALTER TYPE {} RENAME VALUE {} TO {}", quote_qualified(name), literal(from), literal(to))
        }
        Operation::DropEnumValue { name, value } => return enums::drop_value(name, value, before, server),
        Operation::CreateTable { table, if_not_exists } => {
            return table::create(table, *if_not_exists, before, server);
        }
        Operation::DropTable { name, if_exists } => drop_object("TABLE", *if_exists, name),
        Operation::RenameTable { from, to } => rename_object("TABLE", from, to),
        Operation::CreateIndex { table, index, concurrently, if_not_exists } => {
            let sql = index::create_index(table, index, *concurrently, *if_not_exists, server)?;
            let name = table.with_name(index.name.clone());
            let leftover = index::drop_leftover(table, &name, *concurrently, before);
            let statements = leftover.into_iter().chain([sql]);
            return Ok(statements.map(|sql| unless_concurrent(sql, *concurrently)).collect());
        }
        Operation::DropIndex { name, concurrently, if_exists } => {
            let sql = format!(
                "DROP INDEX {}{}{}",
                index::concurrently_sql(*concurrently),
                exists(*if_exists),
                quote_qualified(name)
            );
            return Ok(vec![unless_concurrent(sql, *concurrently)]);
        }
        Operation::RenameIndex { from, to } => rename_object("INDEX", from, to),
        Operation::CreateView { view, or_replace } => return Ok(view::create(view, *or_replace, before)),
        Operation::DropView { name, if_exists } => drop_object("VIEW", *if_exists, name),
        Operation::RenameView { from, to } => rename_object("VIEW", from, to),
        Operation::SetComment { on, comment } => {
            let (what, name) = match on {
                CommentTarget::View(name) => ("VIEW", name),
                CommentTarget::Enum(name) => ("TYPE", name),
            };
            return Ok(vec![comment_on(what, &quote_qualified(name), comment.as_deref())]);
        }
        Operation::Raw { sql } => {
            let transactional = native::is_transactional(sql);
            let leftover = native::drop_leftover(sql, before).map(|drop| unless_concurrent(drop, true));
            let own = Statement { transactional, ..Statement::new(sql) };
            return Ok(leftover.into_iter().chain([own]).collect());
        }
        Operation::Dml { sql } => sql.clone(),
        Operation::SetTableComment { table, .. }
        | Operation::AddColumn { table, .. }
        | Operation::DropColumn { table, .. }
        | Operation::RenameColumn { table, .. }
        | Operation::AlterColumn { table, .. }
        | Operation::AddConstraint { table, .. }
        | Operation::DropConstraint { table, .. }
        | Operation::RenameConstraint { table, .. }
        | Operation::ValidateConstraint { table, .. } => {
            return alter::alter(table, std::slice::from_ref(operation), before, server);
        }
    };
    Ok(vec![Statement::new(sql)])
}

/// A statement that must not run in a transaction if it is concurrent.
fn unless_concurrent(sql: String, concurrently: bool) -> Statement {
    Statement { transactional: !concurrently, ..Statement::new(sql) }
}

fn drop_object(what: &str, if_exists: bool, name: &QualifiedName) -> String {
    format!("DROP {what} {}{}", exists(if_exists), quote_qualified(name))
}

fn rename_object(what: &str, from: &QualifiedName, to: &Name) -> String {
    format!("ALTER {what} {} RENAME TO {}", quote_qualified(from), quote(to))
}

/// `COMMENT ON …`; without a comment it removes the one that is there.
fn comment_on(what: &str, name: &str, comment: Option<&str>) -> Statement {
    let comment = comment.map_or_else(|| "NULL".to_owned(), literal);
    Statement::new(format!("COMMENT ON {what} {name} IS {comment}"))
}

fn comment_on_column(table: &QualifiedName, column: &Name, comment: Option<&str>) -> Statement {
    comment_on("COLUMN", &format!("{}.{}", quote_qualified(table), quote(column)), comment)
}

fn exists(if_exists: bool) -> &'static str {
    if if_exists { "IF EXISTS " } else { "" }
}

fn not_exists(if_not_exists: bool) -> &'static str {
    if if_not_exists { "IF NOT EXISTS " } else { "" }
}

/// The identifier in quotes.
fn quote(name: &Name) -> String {
    SYNTAX.quote_identifier(name.as_str())
}

/// The name in quotes, with its namespace if that is not the default one.
fn quote_qualified(name: &QualifiedName) -> String {
    SYNTAX.quote_qualified(name)
}

/// `"a", "b"`
fn quote_all(names: &[Name]) -> String {
    names.iter().map(quote).collect::<Vec<_>>().join(", ")
}

/// The text as a string literal.
fn literal(text: &str) -> String {
    SYNTAX.quote_literal(text)
}

/// The identifiers in a text, as PostgreSQL reads them.
pub(crate) fn identifiers(text: &str) -> impl Iterator<Item = Name> {
    lex(text, &SYNTAX).filter_map(|token| {
        let written = &text[token.span];
        match token.kind {
            TokenKind::Word => Some(Name::new(written.to_ascii_lowercase())),
            TokenKind::QuotedIdentifier => Some(Name::new(written.trim_matches('"').replace("\"\"", "\""))),
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::ConditionalOpen
            | TokenKind::ConditionalClose
            | TokenKind::String
            | TokenKind::DollarString
            | TokenKind::Number
            | TokenKind::Parameter
            | TokenKind::Punctuation => None,
        }
    })
}

/// Whether the identifier occurs anywhere in the text.
fn mentions(text: &str, name: &Name) -> bool {
    identifiers(text).any(|identifier| identifier == *name)
}

#[cfg(test)]
mod tests;
