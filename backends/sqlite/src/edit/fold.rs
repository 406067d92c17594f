//! Operations that change which columns and names a text has.

use std::ops::Range;

use retort_core::{
    backend::BackendError,
    operation::Operation,
    schema::{Name, QualifiedName},
    sql::TokenKind,
};

use super::{expressions, splice::Splices, with_name};
use crate::{
    cursor::{Cursor, NameText, unquote},
    render::quote,
    table_text::{
        ClauseKind, ConstraintPlace, ConstraintTextKind, ElementKind, KeyTarget, LocatedConstraint, TableText,
    },
};

/// The text after the operation, as far as columns and names are concerned.
pub(super) fn fold(text: String, operation: &Operation) -> Result<String, BackendError> {
    let table = TableText::parse(&text)?;
    let is_own = |name: &QualifiedName| table.name.is(name.name.as_str());
    Ok(match operation {
        Operation::AddColumn { table: on, column, .. } if is_own(on) => add_column(&table, &column.name),
        Operation::DropColumn { table: on, column, .. } if is_own(on) => drop_column(&table, column),
        Operation::RenameColumn { table: on, from, to } if is_own(on) => {
            let names = names(&table);
            pin(&rename_column(&table, from, to), &names)?
        }
        Operation::RenameTable { from, to } if is_own(from) => {
            let names = names(&table);
            pin(&with_name(&text, to)?, &names)?
        }
        Operation::RenameConstraint { table: on, from, to } if is_own(on) => {
            let names: Vec<Name> =
                names(&table).into_iter().map(|name| if name == *from { to.clone() } else { name }).collect();
            pin(&text, &names)?
        }
        Operation::CreateNamespace { .. }
        | Operation::DropNamespace { .. }
        | Operation::RenameNamespace { .. }
        | Operation::CreateEnum { .. }
        | Operation::DropEnum { .. }
        | Operation::RenameEnum { .. }
        | Operation::AddEnumValue { .. }
        | Operation::RenameEnumValue { .. }
        | Operation::DropEnumValue { .. }
        | Operation::CreateTable { .. }
        | Operation::DropTable { .. }
        | Operation::RenameTable { .. }
        | Operation::SetTableComment { .. }
        | Operation::AddColumn { .. }
        | Operation::DropColumn { .. }
        | Operation::RenameColumn { .. }
        | Operation::AlterColumn { .. }
        | Operation::AddConstraint { .. }
        | Operation::DropConstraint { .. }
        | Operation::RenameConstraint { .. }
        | Operation::ValidateConstraint { .. }
        | Operation::CreateIndex { .. }
        | Operation::DropIndex { .. }
        | Operation::RenameIndex { .. }
        | Operation::CreateView { .. }
        | Operation::DropView { .. }
        | Operation::RenameView { .. }
        | Operation::SetComment { .. }
        | Operation::Dml { .. }
        | Operation::Raw { .. } => text,
    })
}

/// Whether the operation leaves the text without a column.
pub(super) fn drops_last_column(text: &str, operation: &Operation) -> Result<bool, BackendError> {
    let Operation::DropColumn { table: on, column, .. } = operation else { return Ok(false) };
    let table = TableText::parse(text)?;
    let is_other = |name: &NameText| !name.is(column.as_str());
    Ok(table.name.is(on.name.as_str()) && !table.columns().any(|(_, column)| is_other(&column.name)))
}

/// The names of the constraints, in the order of the text.
fn names(table: &TableText<'_>) -> Vec<Name> {
    constraints(table).into_iter().map(|constraint| constraint.name).collect()
}

/// The constraints of the model, in the order of the text.
pub(super) fn constraints(table: &TableText<'_>) -> Vec<LocatedConstraint> {
    let mut constraints = table.to_model().constraints;
    constraints.retain(|constraint| !constraint.is_enum_check);
    constraints
}

/// Makes the first constraints of the text have these names: a constraint
/// without a name of its own would take another one when what its name is made
/// of changes.
pub(super) fn pin(text: &str, names: &[Name]) -> Result<String, BackendError> {
    let table = TableText::parse(text)?;
    let mut splices = Splices::default();
    for (constraint, name) in constraints(&table).iter().zip(names) {
        if constraint.name == *name {
            continue;
        }
        let (own, start) = name_at(&table, constraint.place);
        match own {
            Some(own) => splices.replace(own.span.clone(), quote(name)),
            None => splices.insert(start, format!("CONSTRAINT {} ", quote(name))),
        }
    }
    Ok(splices.apply(text))
}

/// The name that a constraint is written with, and where the constraint
/// begins.
pub(super) fn name_at<'a>(table: &'a TableText<'_>, place: ConstraintPlace) -> (Option<&'a NameText>, usize) {
    let (ConstraintPlace::Element(element) | ConstraintPlace::Clause { element, .. }) = place;
    let element = &table.elements[element];
    match (&element.kind, place) {
        (ElementKind::Constraint(constraint), _) => (constraint.name.as_ref(), element.span.start),
        (ElementKind::Column(column), ConstraintPlace::Clause { clause, .. }) => {
            let clause = &column.clauses[clause];
            (clause.name.as_ref(), clause.span.start)
        }
        (ElementKind::Column(_), ConstraintPlace::Element(_)) => (None, element.span.start),
    }
}

/// Adds a column that has nothing but a name yet.
fn add_column(table: &TableText<'_>, column: &Name) -> String {
    if table.column(column.as_str()).is_some() {
        return table.text.to_owned();
    }
    let last = table.columns().last().and_then(|(index, _)| table.elements.get(index));
    let at = last.map_or(table.open + 1, |element| element.span.end);
    let mut splices = Splices::default();
    splices.insert(at, format!(",{}{}", separator(table), quote(column)));
    splices.apply(table.text)
}

/// The white space in front of the elements: a new line, if each has one.
pub(super) fn separator(table: &TableText<'_>) -> String {
    let last = table.elements.last();
    let from = last.and_then(|element| element.comma).unwrap_or(table.open) + 1;
    let before = table.text.get(from..last.map_or(from, |element| element.span.start)).unwrap_or("");
    match before.rfind('\n') {
        Some(line) if before[line..].trim().is_empty() => before[line..].to_owned(),
        Some(_) | None => " ".to_owned(),
    }
}

fn drop_column(table: &TableText<'_>, column: &Name) -> String {
    let Some((index, _)) = table.column(column.as_str()) else {
        return table.text.to_owned();
    };
    let mut splices = Splices::default();
    remove_element(table, index, &mut splices);
    splices.apply(table.text)
}

/// Takes an element away, with one comma.
pub(super) fn remove_element(table: &TableText<'_>, index: usize, splices: &mut Splices) {
    let element = &table.elements[index];
    let next = table.elements.get(index + 1);
    match (element.comma, next) {
        // The comma is also that of what follows without one.
        (Some(_), Some(next)) if next.comma.is_none() => {
            splices.delete_word(table.text, element.span.clone());
        }
        (Some(comma), _) => {
            if table.text[comma + 1..element.span.start].trim().is_empty() {
                splices.delete(comma..element.span.end);
            } else {
                // A comment between them is about something else.
                splices.delete(comma..comma + 1);
                splices.delete_word(table.text, element.span.clone());
            }
        }
        (None, Some(next)) if index == 0 => {
            splices.delete(element.span.clone());
            if let Some(comma) = next.comma {
                let blank =
                    table.text[element.span.end..next.span.start].replacen(',', "", 1).trim().is_empty();
                splices.delete(if blank { element.span.end..next.span.start } else { comma..comma + 1 });
            }
        }
        (None, _) => splices.delete_word(table.text, element.span.clone()),
    }
}

/// Renames a column wherever the text means it.
fn rename_column(table: &TableText<'_>, from: &Name, to: &Name) -> String {
    let mut splices = Splices::default();
    let mut rename = |name: &NameText| {
        if name.is(from.as_str()) {
            splices.replace(name.span.clone(), quote(to));
        }
    };
    for element in &table.elements {
        match &element.kind {
            ElementKind::Column(column) => {
                rename(&column.name);
                for clause in &column.clauses {
                    if let ClauseKind::References(references) = &clause.kind
                        && references.table.is(&table.name.name)
                    {
                        references.columns.iter().for_each(&mut rename);
                    }
                }
            }
            ElementKind::Constraint(constraint) => match &constraint.kind {
                ConstraintTextKind::PrimaryKey { key, .. } | ConstraintTextKind::Unique { key } => {
                    for part in key {
                        match &part.target {
                            KeyTarget::Column(name) => rename(name),
                            KeyTarget::Expression(_) => {}
                        }
                    }
                }
                ConstraintTextKind::ForeignKey { columns, references } => {
                    columns.iter().for_each(&mut rename);
                    if references.table.is(&table.name.name) {
                        references.columns.iter().for_each(&mut rename);
                    }
                }
                ConstraintTextKind::Check { .. } | ConstraintTextKind::Nothing => {}
            },
        }
    }
    for span in expressions(table) {
        for found in mentions_in(table.text, &span, from) {
            splices.replace(found, quote(to));
        }
    }
    splices.apply(table.text)
}

/// Where an expression mentions a column.
fn mentions_in(text: &str, span: &Range<usize>, column: &Name) -> Vec<Range<usize>> {
    let expression = &text[span.clone()];
    let mut cursor = Cursor::new(expression);
    let mut found = Vec::new();
    while let Some(token) = cursor.peek().cloned() {
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier);
        let is_collation = cursor.eat_keyword("COLLATE");
        cursor.advance();
        let is_column =
            is_name && !is_collation && !cursor.is_punctuation('(') && !cursor.is_punctuation('.');
        if is_column && unquote(&expression[token.span.clone()]).eq_ignore_ascii_case(column.as_str()) {
            found.push(span.start + token.span.start..span.start + token.span.end);
        }
    }
    found
}
