//! The names that PostgreSQL gives to constraints and indexes without one. They
//! are others than those that Retort gives.

use std::collections::BTreeSet;

use retort_core::{
    operation::Operation,
    schema::{Constraint, ConstraintKind, Expression, Index, IndexKey, Name, QualifiedName, Schema, Table},
    sql::{Token, lex},
};

use super::words::identifier;
use crate::{render::identifiers, syntax::SYNTAX};

/// The names that a statement gives by itself.
pub(super) struct Written {
    /// What stands behind `CONSTRAINT`.
    constraints: BTreeSet<Name>,
    /// Whether an index that is created has a name.
    index: bool,
}

impl Written {
    pub(super) fn of(sql: &str) -> Self {
        let tokens: Vec<Token> = lex(sql, &SYNTAX).filter(|token| !token.kind.is_trivia()).collect();
        let text = |token: &Token| &sql[token.span.clone()];
        let is = |token: &Token, word: &str| text(token).eq_ignore_ascii_case(word);
        let mut constraints = BTreeSet::new();
        let mut index = true;
        for pair in tokens.windows(2) {
            if let [before, token] = pair {
                if is(before, "CONSTRAINT") {
                    constraints.extend(identifier(token.kind, text(token)));
                }
                if (is(before, "INDEX") || is(before, "CONCURRENTLY")) && is(token, "ON") {
                    index = false;
                }
            }
        }
        Self { constraints, index }
    }

    /// Gives unnamed constraints and indexes of the operation the name that the
    /// server chooses; `None` if that cannot be told.
    pub(super) fn name_as_the_server(&self, operation: &mut Operation, schema: &Schema) -> Option<()> {
        match operation {
            Operation::CreateTable { table, .. } => {
                let mut given = BTreeSet::new();
                let whole = table.clone();
                // Keys are named before foreign keys, but take no names of them.
                for constraint in &mut table.constraints {
                    self.name_constraint(constraint, &whole, schema, &mut given)?;
                }
                Some(())
            }
            Operation::AddConstraint { table, constraint } => {
                let on = schema.tables.get(table)?;
                self.name_constraint(constraint, on, schema, &mut BTreeSet::new())
            }
            Operation::CreateIndex { table, index, .. } if !self.index => {
                index.name = index_name(table, index, schema)?;
                Some(())
            }
            _ => Some(()),
        }
    }

    fn name_constraint(
        &self,
        constraint: &mut Constraint,
        table: &Table,
        schema: &Schema,
        given: &mut BTreeSet<Name>,
    ) -> Option<()> {
        if constraint.name.as_ref().is_some_and(|name| self.constraints.contains(name)) {
            given.extend(constraint.name.clone());
            return Some(());
        }
        let join = |columns: &[Name]| columns.iter().map(Name::as_str).collect::<Vec<_>>().join("_");
        let (columns, suffix) = match &constraint.kind {
            ConstraintKind::PrimaryKey(_) => (String::new(), "pkey"),
            ConstraintKind::Unique(unique) => (join(&unique.columns), "key"),
            ConstraintKind::ForeignKey(key) => (join(&key.columns), "fkey"),
            ConstraintKind::Check(check) => (only_column(&check.expression, table), "check"),
        };
        let name = first_free(&table.name, &columns, suffix, |name| given.contains(name), schema)?;
        given.insert(name.clone());
        constraint.name = Some(name);
        Some(())
    }
}

/// The column that a check is about, or nothing if there are several or none.
fn only_column(expression: &Expression, table: &Table) -> String {
    let mentioned: BTreeSet<Name> =
        identifiers(expression.as_str()).filter(|word| table.column(word).is_some()).collect();
    match mentioned.first() {
        Some(column) if mentioned.len() == 1 => column.to_string(),
        Some(_) | None => String::new(),
    }
}

fn index_name(table: &QualifiedName, index: &Index, schema: &Schema) -> Option<Name> {
    let key = index.key.iter().map(|part| match &part.key {
        IndexKey::Column(column) => Some(column.as_str()),
        // The name of a function, or a word of its own.
        IndexKey::Expression(_) => None,
    });
    let columns: Option<Vec<&str>> =
        key.chain(index.include.iter().map(|column| Some(column.as_str()))).collect();
    first_free(table, &columns?.join("_"), "idx", |_| false, schema)
}

/// The first name of this form that is free; `None` if it would be cut.
fn first_free(
    table: &QualifiedName,
    columns: &str,
    suffix: &str,
    is_given: impl Fn(&Name) -> bool,
    schema: &Schema,
) -> Option<Name> {
    let whole = match columns {
        "" => format!("{}_{suffix}", table.name),
        columns => format!("{}_{columns}_{suffix}", table.name),
    };
    let numbers = std::iter::once(String::new()).chain((1..).map(|number| number.to_string()));
    for number in numbers {
        let name = Name::new(format!("{whole}{number}"));
        if !SYNTAX.identifier_limit.is_none_or(|limit| limit.allows(name.as_str())) {
            return None;
        }
        if !is_given(&name) && !is_taken(&table.with_name(name.clone()), schema) {
            return Some(name);
        }
    }
    None
}

/// Whether a relation or a constraint in the namespace has the name.
fn is_taken(name: &QualifiedName, schema: &Schema) -> bool {
    let within = |table: &&Table| table.name.namespace == name.namespace;
    schema.tables.contains_key(name)
        || schema.views.contains_key(name)
        || schema.unmanaged.iter().any(|object| object.name == *name)
        || schema
            .tables
            .values()
            .filter(within)
            .any(|table| table.constraint(&name.name).is_some() || table.index(&name.name).is_some())
}
