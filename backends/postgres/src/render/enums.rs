//! Enum types, of which PostgreSQL cannot drop a label.

use std::collections::BTreeMap;

use retort_core::{
    backend::{BackendError, BackendErrorKind, Statement},
    schema::{
        Column, Constraint, ConstraintKind, EnumType, ForeignKey, Index, IndexKey, Name, QualifiedName,
        Schema, Table, Type,
    },
};

use super::{comment_on, constraint, dependents, identifiers, index, literal, quote, quote_qualified};
use crate::{server::Server, types::type_sql};

/// `CREATE TYPE … AS ENUM (…)`
pub(super) fn create_type(enum_type: &EnumType) -> String {
    let values: Vec<String> = enum_type.values.iter().map(|value| literal(value)).collect();
    format!("CREATE TYPE {} AS ENUM ({})", quote_qualified(&enum_type.name), values.join(", "))
}

/// Puts a type without the label in the place of the type. It fails while a row
/// holds the label.
///
/// What else depends on the type or its columns is dropped before and created
/// again afterwards: PostgreSQL would keep the old type in it.
///
/// # Errors
///
/// Fails as unsupported if a generated column depends on the type.
pub(super) fn drop_value(
    name: &QualifiedName,
    value: &str,
    before: &Schema,
    server: Server,
) -> Result<Vec<Statement>, BackendError> {
    let Some(old) = before.enums.get(name) else {
        return Err(BackendError::new(BackendErrorKind::Missing, format!("there is no type `{name}`")));
    };
    let users: BTreeMap<&QualifiedName, User<'_>> = before
        .tables
        .values()
        .map(|table| (&table.name, User::new(table, name)))
        .filter(|(_, user)| user.is_one())
        .collect();
    refuse_generated(name, &users)?;
    let new = EnumType {
        values: old.values.iter().filter(|label| *label != value).cloned().collect(),
        ..old.clone()
    };
    let aside = spare_name(name, before);

    let mut statements = Vec::new();
    let keys: Vec<(&Table, &Constraint)> = foreign_keys(&users, before).collect();
    for (table, constraint) in &keys {
        statements.push(Statement::new(format!(
            "ALTER TABLE {} DROP CONSTRAINT {}",
            quote_qualified(&table.name),
            constraint_name(table, constraint)?
        )));
    }
    for user in users.values() {
        for index in &user.indexes {
            let index = quote_qualified(&user.table.name.with_name(index.name.clone()));
            statements.push(Statement::new(format!("DROP INDEX {index}")));
        }
    }
    let quoted = quote_qualified(name);
    statements.push(Statement::new(format!("ALTER TYPE {quoted} RENAME TO {}", quote(&aside.name))));
    statements.push(Statement::new(create_type(&new)));
    for user in users.values() {
        statements.extend(user.alter(server)?);
    }
    statements.push(Statement::new(format!("DROP TYPE {}", quote_qualified(&aside))));
    if let Some(comment) = &new.comment {
        statements.push(comment_on("TYPE", &quoted, Some(comment)));
    }
    for user in users.values() {
        for index in &user.indexes {
            let sql = index::create_index(&user.table.name, index, false, false, server)?;
            statements.push(Statement::new(sql));
        }
    }
    for (table, constraint) in &keys {
        statements.push(Statement::new(format!(
            "ALTER TABLE {} ADD {}",
            quote_qualified(&table.name),
            constraint::definition(constraint, server)?
        )));
    }
    let tables: Vec<&Name> = users.keys().map(|table| &table.name).collect();
    Ok(dependents::around_type(name, &tables, statements, before))
}

/// A table in which the type occurs, and what in it.
struct User<'a> {
    table: &'a Table,
    /// Columns of the type, or of an array of it.
    columns: Vec<&'a Column>,
    /// Other columns whose default mentions the type.
    defaults: Vec<&'a Column>,
    /// Generated columns that depend on the type.
    generated: Vec<&'a Column>,
    /// Checks that mention the type or such a column.
    checks: Vec<&'a Constraint>,
    /// Indexes with an expression that mentions the type or such a column.
    indexes: Vec<&'a Index>,
}

impl<'a> User<'a> {
    fn new(table: &'a Table, ty: &QualifiedName) -> Self {
        let short = &ty.name;
        let is_of_type = |column: &Column| enum_of(&column.ty) == Some(ty);
        let columns: Vec<&Column> = table.columns.iter().filter(|column| is_of_type(column)).collect();
        // A type is often called as a column; then the word is the column.
        let is_type = |word: &Name| word == short && table.column(short).is_none();
        let depends = |text: &str| {
            identifiers(text).any(|word| is_type(&word) || columns.iter().any(|column| column.name == word))
        };
        let defaults = table
            .columns
            .iter()
            .filter(|column| !is_of_type(column))
            .filter(|column| {
                column
                    .default
                    .as_ref()
                    .is_some_and(|default| identifiers(default.as_str()).any(|word| word == *short))
            })
            .collect();
        let generated = table
            .columns
            .iter()
            .filter(|column| {
                column.generated.as_ref().is_some_and(|generated| depends(generated.expression.as_str()))
            })
            .collect();
        let checks = table
            .constraints
            .iter()
            .filter(|constraint| match &constraint.kind {
                ConstraintKind::Check(check) => depends(check.expression.as_str()),
                ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => {
                    false
                }
            })
            .collect();
        let indexes = table
            .indexes
            .iter()
            .filter(|index| {
                let expressions = index.key.iter().filter_map(|part| match &part.key {
                    IndexKey::Column(_) => None,
                    IndexKey::Expression(expression) => Some(expression),
                });
                expressions.chain(&index.predicate).any(|expression| depends(expression.as_str()))
            })
            .collect();
        Self { table, columns, defaults, generated, checks, indexes }
    }

    fn is_one(&self) -> bool {
        let Self { table: _, columns, defaults, generated, checks, indexes } = self;
        [columns, defaults, generated].iter().any(|columns| !columns.is_empty())
            || !checks.is_empty()
            || !indexes.is_empty()
    }

    /// The statement that gives the columns of the type the type of the same
    /// name. Text of defaults and checks means that one by then.
    fn alter(&self, server: Server) -> Result<Option<Statement>, BackendError> {
        let mut actions = Vec::new();
        for check in &self.checks {
            actions.push(format!("DROP CONSTRAINT {}", constraint_name(self.table, check)?));
        }
        for column in &self.columns {
            let alter = format!("ALTER COLUMN {}", quote(&column.name));
            if column.default.is_some() {
                actions.push(format!("{alter} DROP DEFAULT"));
            }
            let ty = type_sql(&column.ty, server)?;
            let text = "[]".repeat(dimensions(&column.ty));
            actions.push(format!("{alter} TYPE {ty} USING {}::text{text}::{ty}", quote(&column.name)));
        }
        for column in self.columns.iter().chain(&self.defaults) {
            if let Some(default) = &column.default {
                actions.push(format!("ALTER COLUMN {} SET DEFAULT {default}", quote(&column.name)));
            }
        }
        for check in &self.checks {
            actions.push(format!("ADD {}", constraint::definition(check, server)?));
        }
        let name = quote_qualified(&self.table.name);
        Ok(match actions.as_slice() {
            [] => None,
            actions => Some(Statement::new(format!("ALTER TABLE {name}\n    {}", actions.join(",\n    ")))),
        })
    }
}

/// Foreign keys on columns of the type, which would not fit each other while
/// only one of their tables has the new one.
fn foreign_keys<'a>(
    users: &'a BTreeMap<&QualifiedName, User<'a>>,
    before: &'a Schema,
) -> impl Iterator<Item = (&'a Table, &'a Constraint)> {
    let is_on = |table: &Table, key: &ForeignKey| {
        let user = users.get(&table.name);
        user.is_some_and(|user| user.columns.iter().any(|column| key.columns.contains(&column.name)))
    };
    before.tables.values().flat_map(move |table| {
        table.constraints.iter().filter_map(move |constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) if is_on(table, key) => Some((table, constraint)),
            ConstraintKind::ForeignKey(_)
            | ConstraintKind::PrimaryKey(_)
            | ConstraintKind::Unique(_)
            | ConstraintKind::Check(_) => None,
        })
    })
}

fn refuse_generated(
    name: &QualifiedName,
    users: &BTreeMap<&QualifiedName, User<'_>>,
) -> Result<(), BackendError> {
    for user in users.values() {
        if let Some(column) = user.generated.first() {
            return Err(BackendError::unsupported(format!(
                "PostgreSQL cannot drop a label of type `{name}`: the type has to be created again, and generated \
                 column `{}` of table `{}` depends on it",
                column.name, user.table.name
            )));
        }
    }
    Ok(())
}

/// The name of a constraint in quotes.
fn constraint_name(table: &Table, constraint: &Constraint) -> Result<String, BackendError> {
    let missing = || BackendError::unsupported(format!("a constraint of table `{}` has no name", table.name));
    constraint.name.as_ref().map(quote).ok_or_else(missing)
}

/// A name for the old type while there are two.
fn spare_name(name: &QualifiedName, before: &Schema) -> QualifiedName {
    let is_taken = |spare: &QualifiedName| {
        before.enums.contains_key(spare)
            || before.tables.contains_key(spare)
            || before.views.contains_key(spare)
    };
    let spares = (1..).map(|number| name.with_name(format!("_retort_old_{number}")));
    spares.into_iter().find(|spare| !is_taken(spare)).unwrap_or_else(|| name.clone())
}

/// The enum type that a type is or is an array of.
fn enum_of(ty: &Type) -> Option<&QualifiedName> {
    match ty {
        Type::Enum(name) => Some(name),
        Type::Array(element) => enum_of(element),
        Type::SmallInt
        | Type::Integer
        | Type::BigInt
        | Type::Boolean
        | Type::Real
        | Type::Double
        | Type::Numeric { .. }
        | Type::Char(_)
        | Type::VarChar(_)
        | Type::Text
        | Type::Binary(_)
        | Type::VarBinary(_)
        | Type::Blob
        | Type::Date
        | Type::Time(_)
        | Type::Timestamp(_)
        | Type::TimestampTz(_)
        | Type::Uuid
        | Type::Json
        | Type::Jsonb
        | Type::Native(_) => None,
    }
}

fn dimensions(ty: &Type) -> usize {
    if let Type::Array(element) = ty { 1 + dimensions(element) } else { 0 }
}
