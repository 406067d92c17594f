//! Looking things up, and the errors when they are there or not.

use super::{ApplyError, SchemaObject};
use crate::schema::{
    Column, Constraint, ConstraintKind, EnumType, Name, QualifiedName, Schema, Table, Type, mention,
};

pub(super) fn table<'a>(schema: &'a Schema, name: &QualifiedName) -> Result<&'a Table, ApplyError> {
    schema.tables.get(name).ok_or_else(|| ApplyError::TableMissing(name.clone()))
}

pub(super) fn table_mut<'a>(
    schema: &'a mut Schema,
    name: &QualifiedName,
) -> Result<&'a mut Table, ApplyError> {
    schema.tables.get_mut(name).ok_or_else(|| ApplyError::TableMissing(name.clone()))
}

pub(super) fn column<'a>(table: &'a Table, name: &Name) -> Result<&'a Column, ApplyError> {
    table.column(name).ok_or_else(|| column_missing(&table.name, name))
}

pub(super) fn column_mut<'a>(
    schema: &'a mut Schema,
    table: &QualifiedName,
    name: &Name,
) -> Result<&'a mut Column, ApplyError> {
    table_mut(schema, table)?.column_mut(name).ok_or_else(|| column_missing(table, name))
}

fn column_missing(table: &QualifiedName, column: &Name) -> ApplyError {
    ApplyError::ColumnMissing { table: table.clone(), column: column.clone() }
}

pub(super) fn constraint<'a>(table: &'a Table, name: &Name) -> Result<&'a Constraint, ApplyError> {
    table
        .constraint(name)
        .ok_or_else(|| ApplyError::ConstraintMissing { table: table.name.clone(), constraint: name.clone() })
}

pub(super) fn enum_mut<'a>(
    schema: &'a mut Schema,
    name: &QualifiedName,
) -> Result<&'a mut EnumType, ApplyError> {
    schema.enums.get_mut(name).ok_or_else(|| ApplyError::TypeMissing(name.clone()))
}

/// The namespace of the name exists; the default one always does.
pub(super) fn require_namespace(schema: &Schema, name: &QualifiedName) -> Result<(), ApplyError> {
    match &name.namespace {
        Some(namespace) if !schema.namespaces.contains(namespace) => {
            Err(ApplyError::NamespaceMissing(namespace.clone()))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether indexes and constraints of other tables can have the names that an
/// operation gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    /// They may: it takes a look at all tables.
    MayHave,
    /// They don't, that is known.
    HaveNone,
}

/// The name is free for a table, a view, an index, or a constraint that is
/// implemented by an index: all of these share their names.
pub(super) fn require_free_relation(
    schema: &Schema,
    name: &QualifiedName,
    others: Others,
) -> Result<(), ApplyError> {
    if schema.tables.contains_key(name) {
        return Err(ApplyError::TableExists(name.clone()));
    }
    if schema.views.contains_key(name) {
        return Err(ApplyError::ViewExists(name.clone()));
    }
    if others == Others::HaveNone {
        return Ok(());
    }
    schema
        .tables
        .values()
        .filter(|table| table.name.namespace == name.namespace)
        .try_for_each(|table| require_free_in_table(table, &name.name))
}

/// The name is not that of an index of the table, or of a constraint that is
/// implemented by one.
pub(super) fn require_free_in_table(table: &Table, name: &Name) -> Result<(), ApplyError> {
    if table.index(name).is_some() {
        return Err(ApplyError::IndexExists(table.name.with_name(name.clone())));
    }
    if table.constraint(name).is_some_and(is_relation) {
        let name = table.name.with_name(name.clone());
        return Err(ApplyError::RelationExists { name, table: table.name.clone() });
    }
    Ok(())
}

/// Whether the constraint is implemented by an index of its name.
pub(super) fn is_relation(constraint: &Constraint) -> bool {
    match constraint.kind {
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => true,
        ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => false,
    }
}

/// The name is free for a table or a view: no relation has it and, as each is
/// also a type, no type.
pub(super) fn require_free_row_type(
    schema: &Schema,
    name: &QualifiedName,
    others: Others,
) -> Result<(), ApplyError> {
    require_free_relation(schema, name, others)?;
    if schema.enums.contains_key(name) {
        return Err(ApplyError::TypeExists(name.clone()));
    }
    Ok(())
}

/// The name is free for a type.
pub(super) fn require_free_type(schema: &Schema, name: &QualifiedName) -> Result<(), ApplyError> {
    if schema.enums.contains_key(name) || schema.tables.contains_key(name) || schema.views.contains_key(name)
    {
        return Err(ApplyError::TypeExists(name.clone()));
    }
    Ok(())
}

/// The enum type that a type is or is an array of, to change.
pub(super) fn enum_of_mut(ty: &mut Type) -> Option<&mut QualifiedName> {
    let mut ty = ty;
    while let Type::Array(element) = ty {
        ty = element;
    }
    if let Type::Enum(name) = ty { Some(name) } else { None }
}

/// If the type is an enum type, it exists.
pub(super) fn require_type(schema: &Schema, ty: &Type) -> Result<(), ApplyError> {
    match ty.enum_name() {
        Some(name) if !schema.enums.contains_key(name) => Err(ApplyError::TypeMissing(name.clone())),
        Some(_) | None => Ok(()),
    }
}

/// The first view, other than the relation itself, that reads from the
/// relation.
pub(super) fn view_on(schema: &Schema, relation: &QualifiedName) -> Option<SchemaObject> {
    schema
        .views
        .values()
        .find(|view| view.name != *relation && mention::reads_relation(view.query.as_str(), relation))
        .map(|view| SchemaObject::View(view.name.clone()))
}

/// The first view that certainly depends on the column.
pub(super) fn view_on_column(schema: &Schema, table: &QualifiedName, column: &Name) -> Option<SchemaObject> {
    let may_have =
        |other: &QualifiedName| schema.tables.get(other).is_none_or(|other| other.column(column).is_some());
    schema
        .views
        .values()
        .find(|view| mention::reads_column(view.query.as_str(), table, column, may_have))
        .map(|view| SchemaObject::View(view.name.clone()))
}
