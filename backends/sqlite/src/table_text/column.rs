//! Column definitions.

use std::ops::Range;

use retort_core::{
    backend::BackendError,
    schema::{Deferrable, GeneratedStorage},
    sql::TokenKind,
};

use super::constraint::{self, ReferencesText};
use crate::{
    annotation::{self, Annotation},
    cursor::{Cursor, NameText, unquote},
};

/// A column definition.
#[derive(Debug, Clone)]
pub(crate) struct ColumnText {
    /// Its name.
    pub(crate) name: NameText,
    /// Its type, which SQLite lets a column do without.
    pub(crate) ty: Option<TypeText>,
    /// The annotations behind the type, or behind the name if there is no type.
    pub(crate) annotations: Vec<Annotation>,
    /// What follows, in order.
    pub(crate) clauses: Vec<Clause>,
}

/// The type of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeText {
    /// The type as SQLite sees it: without quotes, otherwise as written.
    pub(crate) declared: String,
    /// Its bytes.
    pub(crate) span: Range<usize>,
}

/// A clause of a column definition, most of them constraints.
#[derive(Debug, Clone)]
pub(crate) struct Clause {
    /// Its bytes, `CONSTRAINT name` included.
    pub(crate) span: Range<usize>,
    /// The name before it.
    pub(crate) name: Option<NameText>,
    /// What it is.
    pub(crate) kind: ClauseKind,
}

/// What a clause of a column definition is.
#[derive(Debug, Clone)]
pub(crate) enum ClauseKind {
    /// `NULL`, which says nothing.
    Null,
    /// `NOT NULL`
    NotNull,
    /// `PRIMARY KEY`
    PrimaryKey {
        /// Whether it says `DESC`.
        descending: bool,
        /// The bytes of `AUTOINCREMENT`.
        autoincrement: Option<Range<usize>>,
    },
    /// `UNIQUE`
    Unique,
    /// `CHECK (…)`
    Check {
        /// The bytes between the parentheses.
        expression: Range<usize>,
    },
    /// `DEFAULT …`
    Default {
        /// The bytes of the value, without parentheses around it.
        value: Range<usize>,
        /// Whether parentheses are around it.
        parenthesized: bool,
    },
    /// `COLLATE …`
    Collate(NameText),
    /// `REFERENCES …`
    References(ReferencesText),
    /// `DEFERRABLE …` that does not follow its foreign key directly. It is
    /// about the last foreign key before it, wherever that is in the table.
    Deferrable(Deferrable),
    /// `GENERATED ALWAYS AS (…)` or `AS (…)`
    Generated {
        /// The bytes between the parentheses.
        expression: Range<usize>,
        /// Whether the value is stored.
        storage: GeneratedStorage,
    },
    /// A name that no constraint follows, or words that SQLite ignores.
    Nothing,
}

/// The keywords that end a type.
const CLAUSES: [&str; 11] = [
    "CONSTRAINT",
    "NULL",
    "NOT",
    "PRIMARY",
    "UNIQUE",
    "CHECK",
    "DEFAULT",
    "COLLATE",
    "REFERENCES",
    "DEFERRABLE",
    "AS",
];

/// Reads a column definition.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<ColumnText, BackendError> {
    let name = cursor.expect_name()?;
    let ty = parse_type(cursor)?;
    let annotations = annotation::read_before(cursor);
    let mut clauses = Vec::new();
    while cursor.peek().is_some() && !cursor.is_punctuation(',') && !cursor.is_punctuation(')') {
        clauses.push(parse_clause(cursor)?);
    }
    Ok(ColumnText { name, ty, annotations, clauses })
}

/// `GENERATED` alone may be a word of a type.
fn is_generated(cursor: &Cursor<'_>) -> bool {
    cursor.is_keyword("GENERATED") && cursor.is_keyword_ahead(1, "ALWAYS")
}

fn parse_type(cursor: &mut Cursor<'_>) -> Result<Option<TypeText>, BackendError> {
    let start = cursor.position();
    let mut words = 0_usize;
    while cursor.is_name() && !cursor.is_any_keyword(&CLAUSES) && !is_generated(cursor) {
        cursor.advance();
        words += 1;
    }
    if words == 0 {
        return Ok(None);
    }
    if cursor.is_punctuation('(') {
        cursor.expect_parentheses()?;
    }
    let span = start..cursor.end();
    let written = &cursor.text()[span.clone()];
    // SQLite takes the quotes off a type that begins with one, and drops what
    // follows the closing one.
    let declared = if written.starts_with(['"', '`', '[', '\'']) {
        let mut inner = Cursor::new(written);
        inner.advance();
        unquote(&written[..inner.end()])
    } else {
        written.to_owned()
    };
    Ok(Some(TypeText { declared, span }))
}

fn parse_clause(cursor: &mut Cursor<'_>) -> Result<Clause, BackendError> {
    let start = cursor.position();
    let name = constraint::eat_constraint_name(cursor)?;
    let ends = cursor.is_punctuation(',') || cursor.is_punctuation(')');
    let kind = if name.is_some() && (ends || cursor.is_keyword("CONSTRAINT")) {
        ClauseKind::Nothing
    } else if cursor.eat_keyword("NULL") {
        constraint::eat_on_conflict(cursor);
        ClauseKind::Null
    } else if cursor.is_keyword("NOT") && cursor.is_keyword_ahead(1, "NULL") {
        cursor.advance();
        cursor.advance();
        constraint::eat_on_conflict(cursor);
        ClauseKind::NotNull
    } else if let Some(deferrable) = constraint::eat_deferrable(cursor)? {
        ClauseKind::Deferrable(deferrable.value)
    } else if cursor.eat_keyword("PRIMARY") {
        cursor.expect_keyword("KEY")?;
        let descending = cursor.is_keyword("DESC");
        if descending || cursor.is_keyword("ASC") {
            cursor.advance();
        }
        constraint::eat_on_conflict(cursor);
        ClauseKind::PrimaryKey { descending, autoincrement: eat_autoincrement(cursor) }
    } else if cursor.eat_keyword("UNIQUE") {
        constraint::eat_on_conflict(cursor);
        ClauseKind::Unique
    } else if cursor.eat_keyword("CHECK") {
        ClauseKind::Check { expression: cursor.expect_parentheses()? }
    } else if cursor.eat_keyword("DEFAULT") {
        parse_default(cursor)?
    } else if cursor.eat_keyword("COLLATE") {
        ClauseKind::Collate(cursor.expect_name()?)
    } else if cursor.is_keyword("REFERENCES") {
        ClauseKind::References(constraint::parse_references(cursor)?)
    } else if is_generated(cursor) && !cursor.is_keyword_ahead(2, "AS") {
        cursor.advance();
        cursor.advance();
        ClauseKind::Nothing
    } else {
        parse_generated(cursor)?
    };
    Ok(Clause { span: start..cursor.end(), name, kind })
}

fn eat_autoincrement(cursor: &mut Cursor<'_>) -> Option<Range<usize>> {
    let start = cursor.position();
    cursor.eat_keyword("AUTOINCREMENT").then(|| start..cursor.end())
}

fn parse_default(cursor: &mut Cursor<'_>) -> Result<ClauseKind, BackendError> {
    if cursor.is_punctuation('(') {
        let value = cursor.expect_parentheses()?;
        return Ok(ClauseKind::Default { value, parenthesized: true });
    }
    let start = cursor.position();
    if !cursor.eat_punctuation('-') {
        cursor.eat_punctuation('+');
    }
    let is_blob = cursor.is_keyword("X");
    match cursor.kind() {
        Some(TokenKind::Word | TokenKind::QuotedIdentifier | TokenKind::String | TokenKind::Number) => {
            cursor.advance();
        }
        _ => return Err(cursor.unexpected("a default value")),
    }
    // `x'00'` is a word and a string to the lexer.
    if is_blob && cursor.kind() == Some(TokenKind::String) && cursor.position() == cursor.end() {
        cursor.advance();
    }
    Ok(ClauseKind::Default { value: start..cursor.end(), parenthesized: false })
}

fn parse_generated(cursor: &mut Cursor<'_>) -> Result<ClauseKind, BackendError> {
    if cursor.eat_keyword("GENERATED") {
        cursor.expect_keyword("ALWAYS")?;
    }
    if !cursor.eat_keyword("AS") {
        return Err(cursor.unexpected("a column constraint"));
    }
    let expression = cursor.expect_parentheses()?;
    let storage = if cursor.eat_keyword("STORED") {
        GeneratedStorage::Stored
    } else {
        cursor.eat_keyword("VIRTUAL");
        GeneratedStorage::Virtual
    };
    Ok(ClauseKind::Generated { expression, storage })
}
