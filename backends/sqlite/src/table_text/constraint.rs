//! Table constraints, and what column constraints share with them.

use std::ops::Range;

use retort_core::{
    backend::BackendError,
    schema::{Deferrable, NullsOrder, ReferentialAction},
    sql::{Token, TokenKind},
};

use crate::cursor::{Cursor, NameText, unquote};

/// A table constraint.
#[derive(Debug, Clone)]
pub(crate) struct ConstraintText {
    /// Its own name.
    pub(crate) name: Option<NameText>,
    /// What it is.
    pub(crate) kind: ConstraintTextKind,
}

/// What a table constraint is.
#[derive(Debug, Clone)]
pub(crate) enum ConstraintTextKind {
    /// `PRIMARY KEY (…)`
    PrimaryKey {
        /// Its key.
        key: Vec<KeyPartText>,
        /// The bytes of `AUTOINCREMENT`, which is inside the parentheses.
        autoincrement: Option<Range<usize>>,
    },
    /// `UNIQUE (…)`
    Unique {
        /// Its key.
        key: Vec<KeyPartText>,
    },
    /// `CHECK (…)`
    Check {
        /// The bytes between the parentheses.
        expression: Range<usize>,
    },
    /// `FOREIGN KEY (…) REFERENCES …`
    ForeignKey {
        /// Its own columns.
        columns: Vec<NameText>,
        /// What they refer to.
        references: ReferencesText,
    },
    /// A name that no constraint follows.
    Nothing,
}

/// A part of the key of a constraint or an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyPartText {
    /// What is in the key.
    pub(crate) target: KeyTarget,
    /// The collation.
    pub(crate) collation: Option<NameText>,
    /// Whether it says `DESC`.
    pub(crate) descending: bool,
    /// Where NULLs sort, if it says so.
    pub(crate) nulls: Option<NullsOrder>,
    /// Its bytes.
    pub(crate) span: Range<usize>,
}

/// What a part of a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyTarget {
    /// A column.
    Column(NameText),
    /// An expression, as bytes without outer parentheses.
    Expression(Range<usize>),
}

/// `REFERENCES …`, up to and with `DEFERRABLE …`.
#[derive(Debug, Clone)]
pub(crate) struct ReferencesText {
    /// Its bytes.
    pub(crate) span: Range<usize>,
    /// The table.
    pub(crate) table: NameText,
    /// The columns there, if it lists them.
    pub(crate) columns: Vec<NameText>,
    /// `ON DELETE …`
    pub(crate) on_delete: ReferentialAction,
    /// `ON UPDATE …`
    pub(crate) on_update: ReferentialAction,
    /// `DEFERRABLE …` or `NOT DEFERRABLE …`, right behind.
    pub(crate) deferrable: Option<DeferrableText>,
}

/// `DEFERRABLE …` or `NOT DEFERRABLE …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeferrableText {
    /// What it says.
    pub(crate) value: Deferrable,
    /// Its bytes.
    pub(crate) span: Range<usize>,
}

/// Whether a table constraint comes next. None of the words can be the name of
/// a column unless it is quoted.
pub(super) fn is_next(cursor: &Cursor<'_>) -> bool {
    cursor.is_any_keyword(&["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"])
}

/// Reads a table constraint.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<ConstraintText, BackendError> {
    let name = eat_constraint_name(cursor)?;
    let kind = if cursor.eat_keyword("PRIMARY") {
        cursor.expect_keyword("KEY")?;
        let (key, autoincrement) = parse_primary_key(cursor)?;
        ConstraintTextKind::PrimaryKey { key, autoincrement }
    } else if cursor.eat_keyword("UNIQUE") {
        ConstraintTextKind::Unique { key: parse_key(cursor)? }
    } else if cursor.eat_keyword("CHECK") {
        ConstraintTextKind::Check { expression: cursor.expect_parentheses()? }
    } else if cursor.eat_keyword("FOREIGN") {
        cursor.expect_keyword("KEY")?;
        let columns = parse_columns(cursor)?;
        ConstraintTextKind::ForeignKey { columns, references: parse_references(cursor)? }
    } else {
        ConstraintTextKind::Nothing
    };
    eat_on_conflict(cursor);
    Ok(ConstraintText { name, kind })
}

/// Moves behind `CONSTRAINT name`, if it comes next.
pub(super) fn eat_constraint_name(cursor: &mut Cursor<'_>) -> Result<Option<NameText>, BackendError> {
    if cursor.eat_keyword("CONSTRAINT") { cursor.expect_name().map(Some) } else { Ok(None) }
}

/// Moves behind `ON CONFLICT …`, if it comes next.
pub(super) fn eat_on_conflict(cursor: &mut Cursor<'_>) {
    if cursor.is_keyword("ON") && cursor.is_keyword_ahead(1, "CONFLICT") {
        for _ in 0..3 {
            cursor.advance();
        }
    }
}

/// Reads `REFERENCES …`.
pub(super) fn parse_references(cursor: &mut Cursor<'_>) -> Result<ReferencesText, BackendError> {
    let start = cursor.position();
    cursor.expect_keyword("REFERENCES")?;
    let table = cursor.expect_name()?;
    let columns = if cursor.is_punctuation('(') { parse_columns(cursor)? } else { Vec::new() };
    let mut on_delete = ReferentialAction::NoAction;
    let mut on_update = ReferentialAction::NoAction;
    loop {
        if cursor.eat_keyword("MATCH") {
            // SQLite accepts any kind and does none.
            cursor.expect_name()?;
        } else if cursor.is_keyword("ON") && !cursor.is_keyword_ahead(1, "CONFLICT") {
            cursor.advance();
            let event = cursor.expect_name()?;
            let action = parse_action(cursor)?;
            // `ON INSERT` is accepted and means nothing.
            if event.is("DELETE") {
                on_delete = action;
            } else if event.is("UPDATE") {
                on_update = action;
            }
        } else {
            break;
        }
    }
    let deferrable = eat_deferrable(cursor)?;
    let span = start..cursor.end();
    Ok(ReferencesText { span, table, columns, on_delete, on_update, deferrable })
}

fn parse_action(cursor: &mut Cursor<'_>) -> Result<ReferentialAction, BackendError> {
    if cursor.eat_keyword("CASCADE") {
        Ok(ReferentialAction::Cascade)
    } else if cursor.eat_keyword("RESTRICT") {
        Ok(ReferentialAction::Restrict)
    } else if cursor.eat_keyword("SET") {
        if cursor.eat_keyword("NULL") {
            return Ok(ReferentialAction::SetNull);
        }
        cursor.expect_keyword("DEFAULT")?;
        Ok(ReferentialAction::SetDefault)
    } else {
        cursor.expect_keyword("NO")?;
        cursor.expect_keyword("ACTION")?;
        Ok(ReferentialAction::NoAction)
    }
}

/// Moves behind `[NOT] DEFERRABLE …`, if it comes next.
pub(super) fn eat_deferrable(cursor: &mut Cursor<'_>) -> Result<Option<DeferrableText>, BackendError> {
    let start = cursor.position();
    let not = cursor.is_keyword("NOT") && cursor.is_keyword_ahead(1, "DEFERRABLE");
    if not {
        cursor.advance();
    }
    if !cursor.eat_keyword("DEFERRABLE") {
        return Ok(None);
    }
    let mut deferred = false;
    if cursor.eat_keyword("INITIALLY") {
        deferred = cursor.eat_keyword("DEFERRED");
        if !deferred {
            cursor.expect_keyword("IMMEDIATE")?;
        }
    }
    let value = match (not, deferred) {
        (true, _) => Deferrable::No,
        (false, true) => Deferrable::InitiallyDeferred,
        (false, false) => Deferrable::InitiallyImmediate,
    };
    Ok(Some(DeferrableText { value, span: start..cursor.end() }))
}

/// Reads a list of columns in parentheses. SQLite accepts collations and orders
/// in it, which mean nothing.
fn parse_columns(cursor: &mut Cursor<'_>) -> Result<Vec<NameText>, BackendError> {
    let text = cursor.text();
    let key = parse_key(cursor)?;
    Ok(key
        .into_iter()
        .map(|part| match part.target {
            KeyTarget::Column(name) => name,
            KeyTarget::Expression(span) => NameText { name: text[span.clone()].to_owned(), span },
        })
        .collect())
}

fn parse_primary_key(
    cursor: &mut Cursor<'_>,
) -> Result<(Vec<KeyPartText>, Option<Range<usize>>), BackendError> {
    let mut autoincrement = None;
    let key = parse_list(cursor, |text, tokens| match tokens.split_last() {
        Some((last, before)) if !before.is_empty() && is_word(text, last, "AUTOINCREMENT") => {
            autoincrement = Some(last.span.clone());
            key_part(text, before)
        }
        _ => key_part(text, tokens),
    })?;
    Ok((key, autoincrement))
}

/// Reads the parts of a key in parentheses.
pub(crate) fn parse_key(cursor: &mut Cursor<'_>) -> Result<Vec<KeyPartText>, BackendError> {
    parse_list(cursor, key_part)
}

fn parse_list(
    cursor: &mut Cursor<'_>,
    mut read: impl FnMut(&str, &[Token]) -> Option<KeyPartText>,
) -> Result<Vec<KeyPartText>, BackendError> {
    cursor.expect_punctuation('(')?;
    let mut parts = Vec::new();
    loop {
        let text = cursor.text();
        match read(text, cursor.list_item()) {
            Some(part) => parts.push(part),
            None => return Err(cursor.unexpected("a column or an expression")),
        }
        if !cursor.eat_punctuation(',') {
            cursor.expect_punctuation(')')?;
            return Ok(parts);
        }
    }
}

/// Reads a part of a key from all of its tokens, from the end to the beginning:
/// only the end of an expression is known.
fn key_part(text: &str, tokens: &[Token]) -> Option<KeyPartText> {
    let whole = span_of(tokens)?;
    let mut rest = tokens;
    let mut nulls = None;
    if let [before @ .., word, order] = rest
        && is_word(text, word, "NULLS")
        && !before.is_empty()
    {
        if is_word(text, order, "FIRST") {
            nulls = Some(NullsOrder::First);
        } else if is_word(text, order, "LAST") {
            nulls = Some(NullsOrder::Last);
        }
        if nulls.is_some() {
            rest = before;
        }
    }
    let mut descending = false;
    if let [before @ .., order] = rest
        && !before.is_empty()
    {
        descending = is_word(text, order, "DESC");
        if descending || is_word(text, order, "ASC") {
            rest = before;
        }
    }
    let mut collation = None;
    loop {
        if let Some(inside) = strip_parentheses(text, rest) {
            rest = inside;
        } else if let [before @ .., word, name] = rest
            && is_word(text, word, "COLLATE")
            && is_operand(text, before)
        {
            // The outermost collation wins. Behind more than an operand it is
            // about the last operand only.
            collation = collation.or_else(|| Some(name_of(text, name)));
            rest = before;
        } else {
            break;
        }
    }
    let target = match rest {
        [token] if is_name(token) => KeyTarget::Column(name_of(text, token)),
        _ => KeyTarget::Expression(span_of(rest)?),
    };
    Some(KeyPartText { target, collation, descending, nulls, span: whole })
}

fn span_of(tokens: &[Token]) -> Option<Range<usize>> {
    Some(tokens.first()?.span.start..tokens.last()?.span.end)
}

fn is_word(text: &str, token: &Token, word: &str) -> bool {
    token.kind == TokenKind::Word && text[token.span.clone()].eq_ignore_ascii_case(word)
}

fn is_name(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier | TokenKind::String)
}

fn name_of(text: &str, token: &Token) -> NameText {
    NameText { name: unquote(&text[token.span.clone()]), span: token.span.clone() }
}

/// Whether the tokens are a name, a call or something in parentheses.
fn is_operand(text: &str, tokens: &[Token]) -> bool {
    match tokens {
        [] => false,
        [_] => true,
        [first, .., last] if is_name(first) && tokens.len() == 3 => text[last.span.clone()] == *")",
        [first, rest @ ..] => {
            strip_parentheses(text, tokens).is_some()
                || (is_name(first) && strip_parentheses(text, rest).is_some())
        }
    }
}

/// What is between the parentheses, if the first token opens a pair that the
/// last one closes.
fn strip_parentheses<'t>(text: &str, tokens: &'t [Token]) -> Option<&'t [Token]> {
    let is = |token: &Token, c: &str| token.kind == TokenKind::Punctuation && text[token.span.clone()] == *c;
    let (first, rest) = tokens.split_first()?;
    let (last, inside) = rest.split_last()?;
    if !is(first, "(") || !is(last, ")") || inside.is_empty() {
        return None;
    }
    let mut depth = 0_usize;
    for token in inside {
        if is(token, "(") {
            depth += 1;
        } else if is(token, ")") {
            depth = depth.checked_sub(1)?;
        }
    }
    Some(inside)
}
