//! Creating, dropping and renaming namespaces.

use super::{ApplyError, SchemaObject, Touched, column, find, table};
use crate::schema::{
    ConstraintKind, Name, QualifiedName, Schema, Table,
    mention::{self, Rewrite},
};

pub(super) fn create(schema: &mut Schema, name: &Name, if_not_exists: bool) -> Result<Touched, ApplyError> {
    if !schema.namespaces.insert(name.clone()) && !if_not_exists {
        return Err(ApplyError::NamespaceExists(name.clone()));
    }
    Ok(Touched::new())
}

pub(super) fn drop(schema: &mut Schema, name: &Name, if_exists: bool) -> Result<Touched, ApplyError> {
    if !schema.namespaces.contains(name) {
        return if if_exists { Ok(Touched::new()) } else { Err(ApplyError::NamespaceMissing(name.clone())) };
    }
    if let Some(object) = first_object(schema, name) {
        return Err(SchemaObject::Namespace(name.clone()).needed_by(object));
    }
    schema.namespaces.remove(name);
    Ok(Touched::new())
}

fn first_object(schema: &Schema, namespace: &Name) -> Option<SchemaObject> {
    let inside = |name: &&QualifiedName| name.namespace.as_ref() == Some(namespace);
    let tables = schema.tables.keys().filter(inside).map(|name| SchemaObject::Table(name.clone()));
    let views = schema.views.keys().filter(inside).map(|name| SchemaObject::View(name.clone()));
    let enums = schema.enums.keys().filter(inside).map(|name| SchemaObject::Enum(name.clone()));
    let unmanaged = schema
        .unmanaged
        .iter()
        .filter(|object| inside(&&object.name))
        .map(|object| SchemaObject::Unmanaged { kind: object.kind.clone(), name: object.name.clone() });
    tables.chain(views).chain(enums).chain(unmanaged).next()
}

pub(super) fn rename(schema: &mut Schema, from: &Name, to: &Name) -> Result<Touched, ApplyError> {
    if !schema.namespaces.contains(from) {
        return Err(ApplyError::NamespaceMissing(from.clone()));
    }
    if schema.namespaces.contains(to) {
        return Err(ApplyError::NamespaceExists(to.clone()));
    }
    let held: Vec<Name> = schema
        .tables
        .keys()
        .chain(schema.views.keys())
        .chain(schema.enums.keys())
        .filter(|name| name.namespace.as_ref() == Some(from))
        .map(|name| name.name.clone())
        .collect();
    let holds = |name: &Name| held.contains(name);
    let moved = |name: &mut QualifiedName| {
        let moves = name.namespace.as_ref() == Some(from);
        if moves {
            name.namespace = Some(to.clone());
        }
        moves
    };

    schema.namespaces.remove(from);
    schema.namespaces.insert(to.clone());
    rekey(&mut schema.enums, |enum_type| {
        moved(&mut enum_type.name);
        enum_type.name.clone()
    });
    rekey(&mut schema.views, |view| {
        moved(&mut view.name);
        if let Rewrite::Done(query) = mention::rename_namespace_in_query(view.query.as_str(), from, to, holds)
        {
            view.query = query.into();
        }
        view.name.clone()
    });
    let mut touched = Touched::new();
    rekey(&mut schema.tables, |table| {
        let moves = move_table(table, moved);
        let edits =
            column::edit_expressions(table, |expression, _| mention::rename_namespace(expression, from, to));
        if moves || edits {
            touched.insert(table.name.clone());
        }
        table.name.clone()
    });
    for object in &mut schema.unmanaged {
        moved(&mut object.name);
        if let Some(table) = &mut object.table {
            moved(table);
        }
        table::rewrite_definition(object, |text| mention::rename_namespace_in_query(text, from, to, holds));
    }
    Ok(touched)
}

/// Moves everything that the table names, and says whether it named anything
/// of the old namespace.
fn move_table(table: &mut Table, moved: impl Fn(&mut QualifiedName) -> bool) -> bool {
    let mut any = moved(&mut table.name);
    for column in &mut table.columns {
        any |= find::enum_of_mut(&mut column.ty).is_some_and(&moved);
    }
    for constraint in &mut table.constraints {
        if let ConstraintKind::ForeignKey(key) = &mut constraint.kind {
            any |= moved(&mut key.references);
        }
    }
    any
}

/// Edits every value, which says its key afterwards.
fn rekey<M, T>(map: &mut M, mut edit: impl FnMut(&mut T) -> QualifiedName)
where
    M: Default + IntoIterator<Item = (QualifiedName, T)> + FromIterator<(QualifiedName, T)>,
{
    *map = std::mem::take(map)
        .into_iter()
        .map(|(_, mut value)| {
            let key = edit(&mut value);
            (key, value)
        })
        .collect();
}
