//! One table as portable SQL.

use super::Form;
use crate::{
    schema::{Column, Constraint, ConstraintKind, Index, NamingConvention, QualifiedName, Table, mention},
    script::portable::{
        quote_qualified,
        write::{
            column_constraint, column_definition, comment_on, comment_on_column, constraint, create_index,
        },
    },
};

/// The statement that creates a table, without indexes and comments.
/// `is_late` says which constraints are not part of it.
pub(super) fn create(
    table: &Table,
    form: Form,
    naming: &NamingConvention,
    is_late: impl Fn(usize) -> bool,
) -> String {
    let mut of_table = Vec::new();
    let mut of_columns: Vec<Vec<Constraint>> = vec![Vec::new(); table.columns.len()];
    for (_, constraint) in table.constraints.iter().enumerate().filter(|(at, _)| !is_late(*at)) {
        let written = written(table, constraint, form, naming);
        match column_of(table, constraint) {
            Some(column) => of_columns[column].push(written),
            None => of_table.push(written),
        }
    }
    let mut items = Vec::new();
    for (column, mut constraints) in table.columns.iter().zip(of_columns) {
        constraints.sort_by_key(|constraint| rank(&constraint.kind));
        items.push(column_item(column, &constraints));
    }
    of_table.sort_by_key(|constraint| rank(&constraint.kind));
    items.extend(of_table.iter().map(constraint));
    format!("CREATE TABLE {} (\n    {}\n);\n", quote_qualified(&table.name), items.join(",\n    "))
}

/// What adds a constraint to a table that is there.
pub(super) fn add_constraint(
    table: &Table,
    added: &Constraint,
    form: Form,
    naming: &NamingConvention,
) -> String {
    let added = constraint(&written(table, added, form, naming));
    format!("ALTER TABLE {} ADD {added};\n", quote_qualified(&table.name))
}

/// The statements that comment on a table and its columns.
pub(super) fn comments(table: &Table) -> String {
    let mut sql = String::new();
    if let Some(comment) = &table.comment {
        sql += &comment_on("TABLE", &quote_qualified(&table.name), Some(comment));
        sql += ";\n";
    }
    for column in &table.columns {
        if let Some(comment) = &column.comment {
            sql += &comment_on_column(&table.name, &column.name, Some(comment));
            sql += ";\n";
        }
    }
    sql
}

/// The statement that creates an index.
pub(super) fn index(table: &QualifiedName, index: &Index) -> String {
    create_index(table, index, false, false) + ";\n"
}

/// Whether portable SQL can say all of an index.
pub(super) fn is_portable(index: &Index) -> bool {
    let has_prefix = index.key.iter().any(|part| part.prefix.is_some());
    index.options.is_empty() && !has_prefix
}

/// A constraint with its name, unless that is the one it gets anyway.
fn written(table: &Table, constraint: &Constraint, form: Form, naming: &NamingConvention) -> Constraint {
    let usual = || naming.constraint(&table.name, &constraint.kind, |_| false);
    let leave_out = form == Form::Short && constraint.name.as_ref().is_some_and(|name| *name == usual());
    Constraint { name: constraint.name.clone().filter(|_| !leave_out), kind: constraint.kind.clone() }
}

/// The column that a constraint can stand behind: the only one that it is
/// about.
fn column_of(table: &Table, constraint: &Constraint) -> Option<usize> {
    let column = match &constraint.kind {
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => {
            match constraint.columns() {
                [column] => column.clone(),
                _ => return None,
            }
        }
        ConstraintKind::Check(check) => match mention::columns_of(&check.expression).as_slice() {
            [column] => column.clone(),
            _ => return None,
        },
    };
    table.columns.iter().position(|found| found.name == column)
}

/// In which order constraints stand.
fn rank(kind: &ConstraintKind) -> u8 {
    match kind {
        ConstraintKind::PrimaryKey(_) => 0,
        ConstraintKind::Unique(_) => 1,
        ConstraintKind::Check(_) => 2,
        ConstraintKind::ForeignKey(_) => 3,
    }
}

fn column_item(column: &Column, constraints: &[Constraint]) -> String {
    let is_key =
        constraints.iter().any(|constraint| matches!(constraint.kind, ConstraintKind::PrimaryKey(_)));
    // Both refuse NULL by themselves.
    let says_so = !column.nullable && !is_key && column.identity.is_none();
    let mut item = column_definition(&Column { nullable: !says_so, ..column.clone() });
    for constraint in constraints {
        item.push(' ');
        item += &column_constraint(constraint);
    }
    item
}
