//! What a table brings along although no model holds it: the sequence from which
//! the default of its own column takes numbers.
//!
//! It goes with the table, so it has to come with it: nobody could write a
//! revision that creates it before.

use crate::{
    models::default_needs,
    operation::{ColumnChange, Operation},
    schema::{Column, QualifiedName, Schema, Unmanaged},
};

/// The objects that belong to a table of the schema and that its defaults need.
pub(super) fn of(schema: &Schema, unmanaged: &[Unmanaged]) -> Vec<Unmanaged> {
    let is_own = |object: &&Unmanaged| {
        let table = object.table.as_ref().and_then(|name| schema.tables.get(name));
        let mut columns = table.into_iter().flat_map(|table| &table.columns);
        object.definition.is_some() && columns.any(|column| default_needs(column, object))
    };
    unmanaged.iter().filter(is_own).cloned().collect()
}

/// An operation without the defaults that need what is not there yet.
pub(super) struct Parted<'a> {
    /// What comes first.
    pub(super) operation: Operation,
    /// What is created then.
    pub(super) objects: Vec<&'a Unmanaged>,
    /// What sets the defaults.
    pub(super) defaults: Vec<Operation>,
}

/// Takes out of an operation that creates a table what needs objects that belong
/// to it. `None` if there are none.
pub(super) fn part<'a>(operation: &Operation, own: &'a [Unmanaged]) -> Option<Parted<'a>> {
    let Operation::CreateTable { table, if_not_exists } = operation else { return None };
    let objects = objects(&table.name, own);
    let needs = |column: &Column| objects.iter().any(|object| default_needs(column, object));
    let mut table = table.clone();
    let mut defaults = Vec::new();
    for column in table.columns.iter_mut().filter(|column| needs(column)) {
        defaults.push(Operation::AlterColumn {
            table: table.name.clone(),
            column: column.name.clone(),
            change: ColumnChange::Default(column.default.take()),
        });
    }
    let operation = Operation::CreateTable { table, if_not_exists: *if_not_exists };
    (!defaults.is_empty()).then_some(Parted { operation, objects, defaults })
}

fn objects<'a>(table: &QualifiedName, own: &'a [Unmanaged]) -> Vec<&'a Unmanaged> {
    own.iter().filter(|object| object.table.as_ref() == Some(table)).collect()
}
