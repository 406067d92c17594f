//! The structure of a stored `CREATE TABLE` statement, with the bytes that
//! each part takes.
//!
//! SQLite stores the text of a table verbatim, so the text is what a rebuild
//! edits: what is outside the model survives where nothing touches it. The
//! text is valid SQL; the parser looks for its structure only and accepts all
//! that SQLite accepts, such as table constraints without a comma between
//! them.

pub(crate) mod beyond;
mod column;
mod constraint;
mod model;

use std::ops::Range;

use retort_core::backend::BackendError;

use crate::{
    annotation::{self, Annotation},
    cursor::{Cursor, NameText},
};

pub(crate) use column::{Clause, ClauseKind, ColumnText};
pub(crate) use constraint::{
    ConstraintText, ConstraintTextKind, KeyPartText, KeyTarget, ReferencesText, parse_key,
};
pub(crate) use model::{ConstraintPlace, LocatedConstraint, TableModel, effective_names};

/// A `CREATE TABLE` statement taken apart.
#[derive(Debug, Clone)]
pub(crate) struct TableText<'a> {
    /// The statement.
    pub(crate) text: &'a str,
    /// The name of the table.
    pub(crate) name: NameText,
    /// The byte of the parenthesis before the first element.
    pub(crate) open: usize,
    /// The annotations behind the opening parenthesis.
    pub(crate) annotations: Vec<Annotation>,
    /// Columns, then table constraints.
    pub(crate) elements: Vec<Element>,
    /// What follows the closing parenthesis.
    pub(crate) options: Vec<TableOption>,
}

/// A column or a table constraint.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    /// The bytes from its first token to its last token or annotation.
    pub(crate) span: Range<usize>,
    /// The byte of the comma before it. The first element has none, and SQLite
    /// lets a table constraint follow another one without.
    pub(crate) comma: Option<usize>,
    /// Which of the two it is.
    pub(crate) kind: ElementKind,
}

/// What an element is.
#[derive(Debug, Clone)]
pub(crate) enum ElementKind {
    /// A column definition.
    Column(ColumnText),
    /// A table constraint.
    Constraint(ConstraintText),
}

/// An option behind the closing parenthesis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableOption {
    /// Which one.
    pub(crate) kind: TableOptionKind,
    /// Its bytes.
    pub(crate) span: Range<usize>,
}

/// Which option of a table it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TableOptionKind {
    /// `STRICT`
    Strict,
    /// `WITHOUT ROWID`
    WithoutRowid,
}

impl<'a> TableText<'a> {
    /// Takes a statement apart.
    ///
    /// # Errors
    ///
    /// Fails with [`BackendErrorKind::Introspect`] if it is not the text of a
    /// table with a list of columns.
    ///
    /// [`BackendErrorKind::Introspect`]: retort_core::backend::BackendErrorKind::Introspect
    pub(crate) fn parse(text: &'a str) -> Result<Self, BackendError> {
        let mut cursor = Cursor::new(text);
        cursor.expect_keyword("CREATE")?;
        if !cursor.eat_keyword("TEMP") {
            cursor.eat_keyword("TEMPORARY");
        }
        cursor.expect_keyword("TABLE")?;
        eat_if_not_exists(&mut cursor)?;
        let name = cursor.expect_qualified_name()?;
        let open = cursor.position();
        cursor.expect_punctuation('(')?;
        let annotations = annotation::read_before(&cursor);
        let elements = parse_elements(&mut cursor)?;
        cursor.expect_punctuation(')')?;
        let options = parse_options(&mut cursor)?;
        Ok(Self { text, name, open, annotations, elements, options })
    }

    /// The text of some bytes of the statement.
    pub(crate) fn slice(&self, span: &Range<usize>) -> &'a str {
        &self.text[span.clone()]
    }

    /// The columns, each with the index of its element.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (usize, &ColumnText)> {
        self.elements.iter().enumerate().filter_map(|(index, element)| match &element.kind {
            ElementKind::Column(column) => Some((index, column)),
            ElementKind::Constraint(_) => None,
        })
    }

    /// The column of this name, whatever its case, with the index of its
    /// element.
    pub(crate) fn column(&self, name: &str) -> Option<(usize, &ColumnText)> {
        self.columns().find(|(_, column)| column.name.is(name))
    }

    /// Whether the table has this option.
    pub(crate) fn has_option(&self, kind: TableOptionKind) -> bool {
        self.options.iter().any(|option| option.kind == kind)
    }
}

/// Moves behind `IF NOT EXISTS`, if it comes next. `if` alone is a name.
pub(crate) fn eat_if_not_exists(cursor: &mut Cursor<'_>) -> Result<(), BackendError> {
    if cursor.is_keyword("IF") && cursor.is_keyword_ahead(1, "NOT") {
        cursor.advance();
        cursor.advance();
        cursor.expect_keyword("EXISTS")?;
    }
    Ok(())
}

fn parse_elements(cursor: &mut Cursor<'_>) -> Result<Vec<Element>, BackendError> {
    let mut elements: Vec<Element> = Vec::new();
    let mut comma = None;
    loop {
        let start = cursor.position();
        let (kind, end) = if constraint::is_next(cursor) {
            let constraint = constraint::parse(cursor)?;
            (ElementKind::Constraint(constraint), cursor.end())
        } else {
            let column = column::parse(cursor)?;
            let annotated = column.annotations.last().map_or(0, |annotation| annotation.span.end);
            (ElementKind::Column(column), cursor.end().max(annotated))
        };
        elements.push(Element { span: start..end, comma, kind });
        let next = cursor.position();
        comma = if cursor.eat_punctuation(',') {
            Some(next)
        } else if constraint::is_next(cursor) {
            None
        } else {
            return Ok(elements);
        };
    }
}

fn parse_options(cursor: &mut Cursor<'_>) -> Result<Vec<TableOption>, BackendError> {
    let mut options = Vec::new();
    while cursor.peek().is_some() && !cursor.is_punctuation(';') {
        let start = cursor.position();
        let kind = if cursor.eat_keyword("STRICT") {
            TableOptionKind::Strict
        } else {
            cursor.expect_keyword("WITHOUT")?;
            cursor.expect_keyword("ROWID")?;
            TableOptionKind::WithoutRowid
        };
        options.push(TableOption { kind, span: start..cursor.end() });
        cursor.eat_punctuation(',');
    }
    Ok(options)
}

#[cfg(test)]
mod tests;
