//! One line about an operation.

use std::fmt;

use super::{ColumnChange, CommentTarget, EnumValuePosition, Operation};
use crate::schema::{Column, Constraint, ConstraintKind, Index, IndexKey, Name, QualifiedName};

/// How many characters of a statement or an expression are shown.
const SHOWN: usize = 60;

impl Operation {
    /// What the operation does, in one line: `add column users.email VARCHAR(320)`.
    pub fn describe(&self) -> String {
        one_line(&Description(self).to_string(), usize::MAX)
    }
}

struct Description<'a>(&'a Operation);

impl fmt::Display for Description<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Operation::CreateNamespace { name, if_not_exists: _ } => write!(f, "create schema {name}"),
            Operation::DropNamespace { name, if_exists: _ } => write!(f, "drop schema {name}"),
            Operation::RenameNamespace { from, to } => write!(f, "rename schema {from} to {to}"),
            Operation::CreateEnum { enum_type } => write!(f, "create type {}", enum_type.name),
            Operation::DropEnum { name, if_exists: _ } => write!(f, "drop type {name}"),
            Operation::RenameEnum { from, to } => write!(f, "rename type {from} to {to}"),
            Operation::AddEnumValue { name, value, position, if_not_exists: _ } => {
                write!(f, "add value '{}' to type {name}", short(value))?;
                match position {
                    EnumValuePosition::End => Ok(()),
                    EnumValuePosition::Before(next) => write!(f, " before '{}'", short(next)),
                    EnumValuePosition::After(previous) => write!(f, " after '{}'", short(previous)),
                }
            }
            Operation::RenameEnumValue { name, from, to } => {
                write!(f, "rename value '{}' of type {name} to '{}'", short(from), short(to))
            }
            Operation::DropEnumValue { name, value } => {
                write!(f, "drop value '{}' of type {name}", short(value))
            }
            Operation::CreateTable { table, if_not_exists: _ } => write!(f, "create table {}", table.name),
            Operation::DropTable { name, if_exists: _ } => write!(f, "drop table {name}"),
            Operation::RenameTable { from, to } => write!(f, "rename table {from} to {to}"),
            Operation::SetTableComment { table, comment } => {
                write!(f, "{} comment on table {table}", set_or_drop(comment))
            }
            Operation::AddColumn { table, column, if_not_exists: _ } => {
                write!(f, "add column {table}.")?;
                write_column(f, column)
            }
            Operation::DropColumn { table, column, if_exists: _ } => {
                write!(f, "drop column {table}.{column}")
            }
            Operation::RenameColumn { table, from, to } => {
                write!(f, "rename column {table}.{from} to {to}")
            }
            Operation::AlterColumn { table, column, change } => {
                write!(f, "alter column {table}.{column}: ")?;
                write_change(f, change)
            }
            Operation::AddConstraint { table, constraint } => write_constraint(f, table, constraint),
            Operation::DropConstraint { table, name, if_exists: _ } => {
                write!(f, "drop constraint {table}.{name}")
            }
            Operation::RenameConstraint { table, from, to } => {
                write!(f, "rename constraint {table}.{from} to {to}")
            }
            Operation::ValidateConstraint { table, name } => {
                write!(f, "validate constraint {table}.{name}")
            }
            Operation::CreateIndex { table, index, concurrently, if_not_exists: _ } => {
                write_index(f, table, index, *concurrently)
            }
            Operation::DropIndex { name, concurrently, if_exists: _ } => {
                write!(f, "drop index {name}{}", if *concurrently { " concurrently" } else { "" })
            }
            Operation::RenameIndex { from, to } => write!(f, "rename index {from} to {to}"),
            Operation::CreateView { view, or_replace } => {
                write!(f, "create {}view {}", if *or_replace { "or replace " } else { "" }, view.name)
            }
            Operation::DropView { name, if_exists: _ } => write!(f, "drop view {name}"),
            Operation::RenameView { from, to } => write!(f, "rename view {from} to {to}"),
            Operation::SetComment { on: CommentTarget::View(name), comment } => {
                write!(f, "{} comment on view {name}", set_or_drop(comment))
            }
            Operation::SetComment { on: CommentTarget::Enum(name), comment } => {
                write!(f, "{} comment on type {name}", set_or_drop(comment))
            }
            Operation::Dml { sql } | Operation::Raw { sql } => write!(f, "run {}", short(sql)),
        }
    }
}

fn write_column(f: &mut fmt::Formatter<'_>, column: &Column) -> fmt::Result {
    write!(f, "{} {}", column.name, column.ty)?;
    if !column.nullable {
        f.write_str(" not null")?;
    }
    if let Some(default) = &column.default {
        write!(f, " default {}", short(default.as_str()))?;
    }
    if column.identity.is_some() {
        f.write_str(" as identity")?;
    }
    if let Some(generated) = &column.generated {
        write!(f, " as ({})", short(generated.expression.as_str()))?;
    }
    Ok(())
}

fn write_change(f: &mut fmt::Formatter<'_>, change: &ColumnChange) -> fmt::Result {
    match change {
        ColumnChange::Type { ty, collation, using } => {
            write!(f, "set type {ty}")?;
            if let Some(collation) = collation {
                write!(f, " collate {collation}")?;
            }
            match using {
                Some(using) => write!(f, " using {}", short(using.as_str())),
                None => Ok(()),
            }
        }
        ColumnChange::Nullable(false) => f.write_str("set not null"),
        ColumnChange::Nullable(true) => f.write_str("drop not null"),
        ColumnChange::Default(Some(default)) => write!(f, "set default {}", short(default.as_str())),
        ColumnChange::Default(None) => f.write_str("drop default"),
        ColumnChange::Identity(identity) => write!(f, "{} identity", set_or_drop(identity)),
        ColumnChange::Generated(Some(generated)) => {
            write!(f, "set expression ({})", short(generated.expression.as_str()))
        }
        ColumnChange::Generated(None) => f.write_str("drop expression"),
        ColumnChange::Comment(comment) => write!(f, "{} comment", set_or_drop(comment)),
    }
}

fn write_constraint(
    f: &mut fmt::Formatter<'_>,
    table: &QualifiedName,
    constraint: &Constraint,
) -> fmt::Result {
    write!(f, "add {} {table}", constraint.kind.noun())?;
    if let Some(name) = &constraint.name {
        write!(f, ".{name}")?;
    }
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => write!(f, " ({})", list(&key.columns)),
        ConstraintKind::Unique(unique) => write!(f, " ({})", list(&unique.columns)),
        ConstraintKind::ForeignKey(key) => {
            write!(f, " ({}) → {}", list(&key.columns), key.references)?;
            if !key.referenced_columns.is_empty() {
                write!(f, " ({})", list(&key.referenced_columns))?;
            }
            Ok(())
        }
        ConstraintKind::Check(check) => write!(f, " ({})", short(check.expression.as_str())),
    }
}

fn write_index(
    f: &mut fmt::Formatter<'_>,
    table: &QualifiedName,
    index: &Index,
    concurrently: bool,
) -> fmt::Result {
    let unique = if index.unique { "unique " } else { "" };
    let concurrently = if concurrently { " concurrently" } else { "" };
    let key: Vec<String> = index
        .key
        .iter()
        .map(|part| match &part.key {
            IndexKey::Column(column) => column.to_string(),
            IndexKey::Expression(expression) => format!("({})", short(expression.as_str())),
        })
        .collect();
    write!(f, "create {unique}index {}{concurrently} on {table} ({})", index.name, key.join(", "))
}

fn set_or_drop<T>(value: &Option<T>) -> &'static str {
    if value.is_some() { "set" } else { "drop" }
}

fn list(names: &[Name]) -> String {
    names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
}

fn short(sql: &str) -> String {
    one_line(sql, SHOWN)
}

/// The text in one line, with an ellipsis where more than the limit is left
/// out.
fn one_line(text: &str, limit: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    for word in text.split(|char: char| char.is_whitespace() || char.is_control()) {
        if word.is_empty() {
            continue;
        }
        for char in length.gt(&0).then_some(' ').into_iter().chain(word.chars()) {
            if length >= limit {
                line.truncate(line.trim_end().len());
                line.push('…');
                return line;
            }
            line.push(char);
            length += 1;
        }
    }
    line
}

#[cfg(test)]
mod tests;
