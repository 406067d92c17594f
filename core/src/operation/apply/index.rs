//! Indexes.

use super::{
    ApplyError, SchemaObject, Touched, constraint,
    find::{self, Others},
};
use crate::schema::{Index, IndexKey, Name, QualifiedName, Schema, Table};

pub(super) fn create(
    schema: &mut Schema,
    table: &QualifiedName,
    index: &Index,
    if_not_exists: bool,
    others: Others,
) -> Result<Touched, ApplyError> {
    let is_leftover = |found: &Index| found.name == index.name && !found.is_valid();
    if find::table(schema, table)?.indexes.iter().any(is_leftover) {
        let mut without = schema.clone();
        find::table_mut(&mut without, table)?.indexes.retain(|found| !is_leftover(found));
        let touched = create(&mut without, table, index, if_not_exists, others)?;
        *schema = without;
        return Ok(touched);
    }
    let on = find::table(schema, table)?;
    if if_not_exists && schema.table_of_index(&table.with_name(index.name.clone())).is_some() {
        return Ok(Touched::new());
    }
    require_fits(schema, on, index, others)?;
    find::table_mut(schema, table)?.indexes.push(index.clone());
    Ok(Touched::new())
}

/// The index can be added to the table, which may not be part of the schema
/// yet.
pub(super) fn require_fits(
    schema: &Schema,
    table: &Table,
    index: &Index,
    others: Others,
) -> Result<(), ApplyError> {
    let name = table.name.with_name(index.name.clone());
    find::require_free_relation(schema, &name, others)?;
    find::require_free_in_table(table, &index.name)?;
    if name == table.name {
        return Err(ApplyError::TableExists(name));
    }
    for part in &index.key {
        match &part.key {
            IndexKey::Column(column) => {
                find::column(table, column)?;
            }
            IndexKey::Expression(_) => {}
        }
    }
    for column in &index.include {
        find::column(table, column)?;
    }
    Ok(())
}

pub(super) fn drop(
    schema: &mut Schema,
    name: &QualifiedName,
    if_exists: bool,
) -> Result<Touched, ApplyError> {
    let Some(table) = schema.table_of_index(name) else {
        if let Some(by) = implementing_constraint(schema, name) {
            return Err(SchemaObject::Index(name.clone()).needed_by(by));
        }
        return if if_exists { Ok(Touched::new()) } else { Err(ApplyError::IndexMissing(name.clone())) };
    };
    let without = Table {
        indexes: table.indexes.iter().filter(|index| index.name != name.name).cloned().collect(),
        ..table.clone()
    };
    if let Some(by) = constraint::key_lost(schema, table, &without) {
        return Err(SchemaObject::Index(name.clone()).needed_by(by));
    }
    schema.tables.insert(without.name.clone(), without);
    Ok(Touched::new())
}

/// The constraint that has an index of this name behind it.
fn implementing_constraint(schema: &Schema, name: &QualifiedName) -> Option<SchemaObject> {
    schema.tables.values().filter(|table| table.name.namespace == name.namespace).find_map(|table| {
        let constraint = table.constraint(&name.name).filter(|constraint| find::is_relation(constraint))?;
        Some(SchemaObject::constraint(&table.name, constraint))
    })
}

pub(super) fn rename(schema: &mut Schema, from: &QualifiedName, to: &Name) -> Result<Touched, ApplyError> {
    let Some(table) = schema.table_of_index(from).map(|table| table.name.clone()) else {
        return Err(ApplyError::IndexMissing(from.clone()));
    };
    find::require_free_relation(schema, &from.with_name(to.clone()), Others::MayHave)?;
    let indexes = &mut find::table_mut(schema, &table)?.indexes;
    if let Some(index) = indexes.iter_mut().find(|index| index.name == from.name) {
        index.name = to.clone();
    }
    Ok(Touched::new())
}
