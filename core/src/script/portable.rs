//! Portable SQL: a checked subset of PostgreSQL's grammar, read into
//! operations.
//!
//! Every part of a statement is either understood or an error; nothing is
//! ignored and nothing is passed through, apart from INSERT, UPDATE and DELETE,
//! which run as written. The parser behind this module appears nowhere else.

mod alter;
mod constraint;
mod data;
mod index;
mod map;
mod names;
mod object;
mod plain;
mod split;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod types;
mod walk;
pub(crate) mod write;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};
use thiserror::Error;

pub use data::changed_table;
pub(crate) use names::quote_qualified;
pub use names::{NamespaceMap, may_name_namespaces};
pub(crate) use types::named_type;
pub use types::{map_native_types, native_type_name, parse_type, resolve_enum_types};
pub use write::write;

use crate::{
    operation::Operation,
    schema::{Name, NamingConvention, QualifiedName},
};
use plain::Plain;
use walk::{Result as ReadResult, refuse};

/// One statement of a portable block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortableStatement {
    /// Where it is: bytes of the text, without the semicolon.
    pub span: Range<usize>,
    /// What it does, in order.
    pub operations: Vec<Operation>,
}

/// Why a text is not portable SQL.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct PortableError {
    /// Where: bytes of the text.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl PortableError {
    fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), hint: None }
    }

    /// The error for SQL that is fine on some backend, but not portable.
    fn not_portable(span: Range<usize>, what: &str) -> Self {
        Self::new(span, format!("{what} is not portable"))
            .with_hint("put the statement under `-- @only <backend>`")
    }

    fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// Reads portable SQL.
///
/// Names in the operations, and qualified names within their texts, are those
/// on the target backend. Unnamed constraints and indexes are named by the
/// convention from the names as written, so that they are called the same on
/// every backend; it knows the names that the text itself takes, not those that
/// are in the schema already.
///
/// # Errors
///
/// Each statement that is wrong or not portable gives one error.
pub fn parse(
    text: &str,
    names: &NamespaceMap,
    naming: &NamingConvention,
) -> Result<Vec<PortableStatement>, Vec<PortableError>> {
    let (statements, errors) = parse_each(text, names, naming);
    if errors.is_empty() { Ok(statements) } else { Err(errors) }
}

/// Reads portable SQL as [`parse`] does, and says what it is and what is wrong
/// with it.
pub(crate) fn parse_each(
    text: &str,
    names: &NamespaceMap,
    naming: &NamingConvention,
) -> (Vec<PortableStatement>, Vec<PortableError>) {
    let mut statements = Vec::new();
    let mut errors = Vec::new();
    let mut known = Known::default();
    let pieces = match split::pieces(text) {
        Ok(pieces) => pieces,
        Err(error) => return (statements, vec![error]),
    };
    for span in pieces {
        let mut reader = Reader { names, naming, known: &mut known };
        match reader.piece(&text[span.clone()]) {
            Ok(operations) => statements.push(PortableStatement { span, operations }),
            Err(mut error) => {
                error.span = error.span.start + span.start..error.span.end + span.start;
                errors.push(error);
            }
        }
    }
    (statements, errors)
}

/// What earlier statements of the text have made.
#[derive(Default)]
struct Known {
    /// Enum types, as written.
    enums: BTreeSet<QualifiedName>,
    /// The names of constraints, by table as written.
    constraints: BTreeMap<QualifiedName, BTreeSet<Name>>,
    /// Indexes, in the namespace as written.
    indexes: BTreeSet<QualifiedName>,
}

/// The reader of one statement.
struct Reader<'a> {
    names: &'a NamespaceMap,
    naming: &'a NamingConvention,
    known: &'a mut Known,
}

impl Reader<'_> {
    /// Reads the text of one statement.
    fn piece(&mut self, text: &str) -> ReadResult<Vec<Operation>> {
        if let Some(operations) = plain::read(text).and_then(|plain| self.plain(plain)) {
            return Ok(self.map(operations));
        }
        split::with_stack_for(text, || self.tree(text))
    }

    /// Reads a plain statement; `None` if something is wrong with it, which the
    /// parser then says.
    fn plain(&mut self, plain: Plain) -> Option<Vec<Operation>> {
        match plain {
            Plain::Table { table, constraints } => self.create(table, &[], constraints, false).ok(),
            Plain::Index { table, index } => {
                let is_new = self.known.indexes.insert(table.with_name(index.name.clone()));
                let (concurrently, if_not_exists) = (false, false);
                is_new.then(|| vec![Operation::CreateIndex { table, index, concurrently, if_not_exists }])
            }
        }
    }

    /// Reads the text of one statement by its syntax tree.
    fn tree(&mut self, text: &str) -> ReadResult<Vec<Operation>> {
        let parse = SourceFile::parse(text);
        let root = parse.syntax_node();
        let mut nodes = root.children();
        let Some(node) = nodes.next() else {
            return Ok(Vec::new());
        };
        if let Some(operation) = object::drop_enum_value(&root)? {
            return Ok(self.map(vec![operation]));
        }
        split::check_statement(&node)?;
        if let Some(error) = parse.errors().first() {
            return Err(split::syntax_error(&root, error));
        }
        if let Some(second) = nodes.next() {
            return Err(refuse(&second));
        }
        let operations = self.statement(&node)?;
        Ok(self.map(operations))
    }

    /// Reads a statement that is free of syntax errors.
    fn statement(&mut self, node: &SyntaxNode) -> ReadResult<Vec<Operation>> {
        match node.kind() {
            SyntaxKind::CREATE_SCHEMA => object::create_namespace(node),
            SyntaxKind::DROP_SCHEMA => object::drop_namespaces(node),
            SyntaxKind::ALTER_SCHEMA => object::alter_namespace(node),
            SyntaxKind::CREATE_TYPE => self.create_enum(node),
            SyntaxKind::DROP_TYPE => object::drop_enums(node),
            SyntaxKind::ALTER_TYPE => object::alter_enum(node),
            SyntaxKind::CREATE_TABLE => self.create_table(node),
            SyntaxKind::DROP_TABLE => object::drop_tables(node),
            SyntaxKind::ALTER_TABLE => self.alter_table(node),
            SyntaxKind::CREATE_INDEX => self.create_index(node),
            SyntaxKind::DROP_INDEX => index::drop_indexes(node),
            SyntaxKind::ALTER_INDEX => index::alter_index(node),
            SyntaxKind::CREATE_VIEW => self.create_view(node),
            SyntaxKind::DROP_VIEW => object::drop_views(node),
            SyntaxKind::ALTER_VIEW => object::alter_view(node),
            SyntaxKind::COMMENT_ON => object::comment(node),
            SyntaxKind::INSERT | SyntaxKind::UPDATE | SyntaxKind::DELETE => {
                text::check_literals(node)?;
                let reader = Reader { names: self.names.of_data(), naming: self.naming, known: self.known };
                let sql = reader.text(node, None)?;
                Ok(vec![Operation::Dml { sql: sql.as_str().to_owned() }])
            }
            _ => Err(refuse(node)),
        }
    }
}
