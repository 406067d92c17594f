//! What the definition of a table says of its constraints and the model does
//! not: kept as options, so that it is compared and never lost unnoticed.

use std::collections::BTreeMap;

use retort_core::schema::{Constraint, ConstraintKind, Name, Table};

use super::{
    ConstraintPlace, ConstraintTextKind, ElementKind, KeyPartText, KeyTarget, LocatedConstraint, TableText,
};
use crate::{
    cursor::Cursor,
    table_text::ClauseKind,
    types::{collation, index_collation},
};

/// Of a table: what becomes of a row that breaks the constraint of this name.
const ON_CONFLICT: &str = "on conflict of ";
/// Of a table: the key of the constraint of this name, if it is more than
/// columns.
const KEY: &str = "key of ";
/// Of a column: what becomes of a row that has NULL in it.
const NOT_NULL: &str = "not null on conflict";

impl TableText<'_> {
    /// Notes on the table and its columns what the text says of these
    /// constraints.
    pub(super) fn note_beyond(&self, table: &mut Table, constraints: &[LocatedConstraint]) {
        for located in constraints {
            let (ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_)) = located.kind else {
                continue;
            };
            let (key, span) = match located.place {
                ConstraintPlace::Element(element) => {
                    let Some(element) = self.elements.get(element) else { continue };
                    (self.key(&element.kind, table), &element.span)
                }
                ConstraintPlace::Clause { element, clause } => {
                    let column = self.columns().find(|(index, _)| *index == element);
                    let Some(clause) = column.and_then(|(_, column)| column.clauses.get(clause)) else {
                        continue;
                    };
                    let descends = matches!(clause.kind, ClauseKind::PrimaryKey { descending: true, .. });
                    (descends.then(|| "DESC".to_owned()), &clause.span)
                }
            };
            let mut note = |word: &str, value: Option<String>| {
                table.options.extend(value.map(|value| (format!("{word}{}", located.name), value)));
            };
            note(KEY, key);
            note(ON_CONFLICT, on_conflict(self.slice(span)));
        }
        for (_, column) in self.columns() {
            let Some(model) = table.column_mut(&Name::new(&column.name.name)) else { continue };
            let clauses = column.clauses.iter().filter(|clause| matches!(clause.kind, ClauseKind::NotNull));
            let found = clauses.filter_map(|clause| on_conflict(self.slice(&clause.span)));
            model.options.extend(found.map(|found| (NOT_NULL.to_owned(), found)));
        }
    }

    /// The key of a constraint, if it is more than columns.
    fn key(&self, kind: &ElementKind, table: &Table) -> Option<String> {
        let ElementKind::Constraint(constraint) = kind else { return None };
        let (ConstraintTextKind::PrimaryKey { key, .. } | ConstraintTextKind::Unique { key }) =
            &constraint.kind
        else {
            return None;
        };
        let part = |part: &KeyPartText| {
            let mut text = match &part.target {
                KeyTarget::Column(name) => name.name.clone(),
                KeyTarget::Expression(span) => self.slice(span).to_owned(),
            };
            let column = table.columns.iter().find(|column| column.name.as_str().eq_ignore_ascii_case(&text));
            let of_column = column.and_then(|column| column.collation.as_ref());
            let own = part.collation.as_ref().and_then(|name| index_collation(&name.name, of_column));
            let mut is_more = false;
            if let Some(own) = own {
                let own = collation(own.as_str()).unwrap_or(own);
                text.extend([" COLLATE ", own.as_str()]);
                is_more = true;
            }
            if part.descending {
                text += " DESC";
                is_more = true;
            }
            (text, is_more)
        };
        let parts: Vec<(String, bool)> = key.iter().map(part).collect();
        let is_more = parts.iter().any(|(_, is_more)| *is_more);
        is_more.then(|| parts.into_iter().map(|(text, _)| text).collect::<Vec<_>>().join(", "))
    }
}

/// What stands behind the `ON CONFLICT` of a constraint, unless it is what
/// happens anyway.
fn on_conflict(text: &str) -> Option<String> {
    let mut cursor = Cursor::new(text);
    while cursor.peek().is_some() {
        if cursor.is_keyword("ON") && cursor.is_keyword_ahead(1, "CONFLICT") {
            cursor.advance();
            cursor.advance();
            let word = text.get(cursor.peek()?.span.clone())?.to_ascii_uppercase();
            return (word != "ABORT").then_some(word);
        }
        cursor.advance();
    }
    None
}

/// The clause that belongs behind the definition of a constraint.
pub(crate) fn conflict_clause(constraint: &Constraint, options: &BTreeMap<String, String>) -> String {
    let name = constraint.name.as_ref().map(Name::as_str).unwrap_or_default();
    options
        .get(&format!("{ON_CONFLICT}{name}"))
        .map(|word| format!(" ON CONFLICT {word}"))
        .unwrap_or_default()
}

/// Forgets what was said of constraints that are gone.
pub(crate) fn forget_gone(table: &mut Table) {
    let names: Vec<&Name> =
        table.constraints.iter().filter_map(|constraint| constraint.name.as_ref()).collect();
    table.options.retain(|option, _| {
        let name = option.strip_prefix(ON_CONFLICT).or_else(|| option.strip_prefix(KEY));
        name.is_none_or(|name| names.iter().any(|known| known.as_str() == name))
    });
    for column in table.columns.iter_mut().filter(|column| column.nullable) {
        column.options.remove(NOT_NULL);
    }
}
