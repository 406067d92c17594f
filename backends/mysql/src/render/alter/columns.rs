//! What becomes of the columns of a table.

use retort_core::{
    backend::{BackendError, Statement},
    schema::{Column, GeneratedStorage, Name, Schema},
    sql::{Token, TokenKind, lex},
};

use super::{Clauses, Writer, update};
use crate::{
    option,
    render::{column, constraint, convert, quote, refuse, translate::mentions_column},
    server::Flavor,
    syntax::SYNTAX,
    types::{self, Kind},
};

impl Writer<'_> {
    pub(super) fn write_columns(
        &self,
        replacement: Option<&Replacement>,
        clauses: &mut Clauses,
    ) -> Result<(), BackendError> {
        let [start, renamed, now] = self.segment.tables()?;
        for (old, renamed) in start.columns.iter().zip(&renamed.columns) {
            let Some(new) = now.column(&renamed.name) else {
                clauses.drop_columns.push(format!("DROP COLUMN {}", quote(&old.name)));
                continue;
            };
            self.require_change(old, renamed, new)?;
            match replacement {
                Some(replacement) if replacement.column == old.name => {
                    clauses.drop_columns.push(format!("DROP COLUMN {}", quote(&old.name)));
                    let definition = column::definition(new, self.site()?)?;
                    clauses.columns.push(format!("CHANGE COLUMN {} {definition}", quote(&replacement.name)));
                }
                Some(_) | None => clauses.columns.extend(self.change(old, renamed, new)?),
            }
        }
        for column in self.added_columns()? {
            let definition = if self.segment.scattered.contains(&column.name) {
                let empty = Column { nullable: true, default: None, ..column.clone() };
                column::definition(&empty, self.site()?)?
            } else {
                column::definition(column, self.site()?)?
            };
            clauses.add_columns.push(format!("ADD COLUMN {definition}"));
        }
        Ok(())
    }

    /// Fills new columns whose default differs from row to row.
    pub(super) fn scatter(&self) -> Result<Vec<Statement>, BackendError> {
        let [_, _, now] = self.segment.tables()?;
        let mut statements = Vec::new();
        for column in self.added_columns()?.filter(|column| self.segment.scattered.contains(&column.name)) {
            let Some(default) = &column.default else { continue };
            let value = column::default_value(default, &column.ty, self.site()?)?;
            statements.push(update(now, &column.name, &value, None)?);
            let definition = column::definition(column, self.site()?)?;
            statements.push(self.alter_table(vec![format!("MODIFY COLUMN {definition}")])?);
        }
        Ok(statements)
    }

    /// The clause that makes the new column of the old one, if it is another.
    fn change(&self, old: &Column, renamed: &Column, new: &Column) -> Result<Option<String>, BackendError> {
        // MySQL does not let a column go by another name while an expression
        // mentions the old one.
        let is_stale = self.server.flavor == Flavor::MySql
            && (old.default != renamed.default || old.generated != renamed.generated);
        if is_stale && self.segment.in_place && old.generated.is_some() {
            return Err(self.in_the_way(&format!("generated column `{}`", old.name)));
        }
        let has_other_name = old.name != new.name;
        // MariaDB would go on to call the check of the column by its old name.
        let has_check = Kind::of(&new.ty) == Kind::Json || new.options.contains_key(option::CHECK);
        if has_other_name && has_check && self.server.flavor == Flavor::MariaDb {
            let mut column = new.clone();
            if let Some(check) = column.options.get_mut(option::CHECK) {
                *check = with_name(check, &old.name, &new.name);
            }
            let definition = column::definition(&column, self.site()?)?;
            return Ok(Some(format!("CHANGE COLUMN {} {definition}", quote(&old.name))));
        }
        if renamed == new && !is_stale {
            let rename = || format!("RENAME COLUMN {} TO {}", quote(&old.name), quote(&new.name));
            return Ok(has_other_name.then(rename));
        }
        if !has_other_name
            && !is_stale
            && let Some(clause) = self.set_default(renamed, new)?
        {
            return Ok(Some(clause));
        }
        let definition = column::definition(new, self.site()?)?;
        Ok(Some(if has_other_name {
            format!("CHANGE COLUMN {} {definition}", quote(&old.name))
        } else {
            format!("MODIFY COLUMN {definition}")
        }))
    }

    /// The clause that changes the default and touches nothing else, if that is
    /// all that changes.
    fn set_default(&self, old: &Column, new: &Column) -> Result<Option<String>, BackendError> {
        let is_all = Column { default: None, ..old.clone() } == Column { default: None, ..new.clone() };
        let unlimited = Kind::of(&new.ty).is_unlimited() && self.server.flavor == Flavor::MySql;
        if !is_all || unlimited || new.options.contains_key(option::ON_UPDATE) {
            return Ok(None);
        }
        let column = quote(&new.name);
        let Some(default) = &new.default else {
            // Without a default, NULL is what an INSERT gives that does not say.
            return Ok(Some(match new.nullable {
                true => format!("ALTER COLUMN {column} SET DEFAULT NULL"),
                false => format!("ALTER COLUMN {column} DROP DEFAULT"),
            }));
        };
        let value = column::default_value(default, &new.ty, self.site()?)?;
        // MySQL forgets an expression that is set so where there was no default
        // before.
        Ok(column::is_literal(&value).then(|| format!("ALTER COLUMN {column} SET DEFAULT {value}")))
    }

    /// Fails if the server would refuse what becomes of the column.
    fn require_change(&self, old: &Column, renamed: &Column, new: &Column) -> Result<(), BackendError> {
        let [_, _, now] = self.segment.tables()?;
        if let (Some(before), after) = (&renamed.generated, &new.generated) {
            let moved = after.as_ref().is_none_or(|after| after.storage != before.storage);
            if moved && (before.storage == GeneratedStorage::Virtual || after.is_some()) {
                return Err(BackendError::unsupported(format!(
                    "{} cannot change where the values of generated column `{}` are kept: drop it and add it again",
                    self.server.flavor, new.name
                )));
            }
        }
        if renamed.nullable && !new.nullable {
            refuse::not_null(new, now, self.server)?;
        }
        let form = |column: &Column, schema: &Schema| {
            let declared = types::declared_type(&column.ty, &schema.enums, self.server);
            (declared.ok(), column.collation.clone(), column.options.get(option::CHARSET).cloned())
        };
        if form(renamed, &self.segment.start) == form(new, &self.segment.now) {
            return Ok(());
        }
        match self.segment.foreign_key_with(&new.name) {
            Some((from, foreign_key)) => Err(BackendError::unsupported(format!(
                "{} cannot change the type of column `{}` while {} of table `{}` is on it: drop that first, and add \
                 it again after",
                self.server.flavor,
                old.name,
                constraint::describe(foreign_key),
                from.name
            ))),
            None => Ok(()),
        }
    }

    pub(super) fn added_columns(&self) -> Result<impl Iterator<Item = &Column>, BackendError> {
        let [_, renamed, now] = self.segment.tables()?;
        Ok(now.columns.iter().filter(|column| renamed.column(&column.name).is_none()))
    }

    /// Whether the server would fill a new column with zeros or empty text,
    /// where there must not be any rows.
    pub(super) fn needs_no_rows(&self, column: &Column) -> bool {
        !column.nullable
            && column.default.is_none()
            && column.identity.is_none()
            && column.generated.is_none()
    }

    /// Whether a column that was there begins to number the rows.
    pub(super) fn begins_to_number(&self) -> Result<bool, BackendError> {
        let [_, renamed, now] = self.segment.tables()?;
        let mut numbered = now.columns.iter().filter(|column| column.identity.is_some());
        Ok(numbered.any(|new| renamed.column(&new.name).is_some_and(|old| old.identity.is_none())))
    }

    /// Whether a column that a foreign key is on begins or ceases to number the
    /// rows, and nothing else changes: MySQL refuses that while it checks
    /// foreign keys.
    pub(super) fn renumbers_what_is_referenced(&self) -> Result<bool, BackendError> {
        let [_, renamed, now] = self.segment.tables()?;
        if self.server.flavor != Flavor::MySql || renamed.constraints != now.constraints {
            return Ok(false);
        }
        let is_renumbered =
            |new: &Column| renamed.column(&new.name).is_some_and(|old| old.identity != new.identity);
        let mut renumbered = now.columns.iter().filter(|column| is_renumbered(column));
        Ok(renumbered.any(|column| self.segment.foreign_key_with(&column.name).is_some()))
    }

    /// The column that takes the place of one whose values are converted.
    pub(super) fn replacement(&self) -> Result<Option<Replacement>, BackendError> {
        let Some(conversion) = &self.segment.conversion else { return Ok(None) };
        let [start, renamed, now] = self.segment.tables()?;
        let at = start.columns.iter().position(|column| column.name == conversion.column);
        let columns = at.and_then(|at| Some((start.columns.get(at)?, renamed.columns.get(at)?)));
        let Some((old, new)) = columns.and_then(|(old, renamed)| Some((old, now.column(&renamed.name)?)))
        else {
            return Ok(None);
        };
        if let Some((from, foreign_key)) = self.segment.foreign_key_with(&new.name) {
            return Err(BackendError::unsupported(format!(
                "the values of column `{}` cannot be converted while {} of table `{}` is on it: drop that first, \
                 and add it again after",
                old.name,
                constraint::describe(foreign_key),
                from.name
            )));
        }
        let dependent = start.columns.iter().find(|column| {
            column.name != old.name
                && column.default.as_ref().is_some_and(|default| mentions_column(default, &old.name))
        });
        if let Some(dependent) = dependent {
            return Err(BackendError::unsupported(format!(
                "the values of column `{}` cannot be converted while the default of column `{}` mentions it",
                old.name, dependent.name
            )));
        }
        let name = convert::free_name(start);
        let empty = Column { default: None, comment: None, ..new.clone() };
        let declared = column::type_clause(&empty, self.site()?)?;
        let clause = conversion.add_clause(&name, old, new, start, &declared, self.server)?;
        Ok(Some(Replacement { column: old.name.clone(), name, clause }))
    }
}

/// An expression of the server with another name for a column.
fn with_name(text: &str, from: &Name, to: &Name) -> String {
    let (from, to) = (quote(from), quote(to));
    let piece = |token: Token| match &text[token.span] {
        piece if token.kind == TokenKind::QuotedIdentifier && piece == from => to.clone(),
        piece => piece.to_owned(),
    };
    lex(text, &SYNTAX).map(piece).collect()
}

/// A new column beside an old one, whose place it takes.
pub(super) struct Replacement {
    /// The old one.
    column: Name,
    /// What the new one is called until then.
    name: Name,
    /// The clause that adds it.
    pub(super) clause: String,
}
