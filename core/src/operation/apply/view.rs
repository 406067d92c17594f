//! Views.

use super::{
    ApplyError, SchemaObject, Touched,
    find::{self, Others},
    table,
};
use crate::schema::{
    Name, QualifiedName, Schema, View,
    mention::{self, Rewrite},
};

/// Creates a view, or gives an existing one another query. As a comment is not
/// part of the statement, an existing one stays unless the new view has one.
pub(super) fn create(schema: &mut Schema, view: &View, or_replace: bool) -> Result<Touched, ApplyError> {
    let mut created = view.clone();
    match schema.views.get(&view.name) {
        Some(existing) if or_replace => {
            created.comment = created.comment.or_else(|| existing.comment.clone());
        }
        Some(_) | None => {
            find::require_namespace(schema, &view.name)?;
            find::require_free_row_type(schema, &view.name, Others::MayHave)?;
        }
    }
    schema.views.insert(view.name.clone(), created);
    Ok(Touched::new())
}

pub(super) fn drop(
    schema: &mut Schema,
    name: &QualifiedName,
    if_exists: bool,
) -> Result<Touched, ApplyError> {
    if !schema.views.contains_key(name) {
        return if if_exists { Ok(Touched::new()) } else { Err(ApplyError::ViewMissing(name.clone())) };
    }
    if let Some(by) = find::view_on(schema, name) {
        return Err(SchemaObject::View(name.clone()).needed_by(by));
    }
    schema.views.remove(name);
    schema.unmanaged.retain(|object| object.table.as_ref() != Some(name));
    Ok(Touched::new())
}

pub(super) fn rename(schema: &mut Schema, from: &QualifiedName, to: &Name) -> Result<Touched, ApplyError> {
    if !schema.views.contains_key(from) {
        return Err(ApplyError::ViewMissing(from.clone()));
    }
    let renamed = from.with_name(to.clone());
    find::require_free_row_type(schema, &renamed, Others::MayHave)?;
    if let Some(mut view) = schema.views.remove(from) {
        view.name = renamed.clone();
        schema.views.insert(renamed.clone(), view);
    }
    follow_rename(schema, from, &renamed);
    Ok(Touched::new())
}

pub(super) fn set_comment(
    schema: &mut Schema,
    name: &QualifiedName,
    comment: Option<&String>,
) -> Result<Touched, ApplyError> {
    let view = schema.views.get_mut(name).ok_or_else(|| ApplyError::ViewMissing(name.clone()))?;
    view.comment = comment.cloned();
    Ok(Touched::new())
}

/// Brings views and unmanaged objects up to date after a table or a view got
/// another name.
pub(super) fn follow_rename(schema: &mut Schema, from: &QualifiedName, renamed: &QualifiedName) {
    for view in schema.views.values_mut() {
        if let Rewrite::Done(query) = mention::rename_relation(view.query.as_str(), from, &renamed.name) {
            view.query = query.into();
        }
    }
    for object in &mut schema.unmanaged {
        if object.table.as_ref() == Some(from) {
            object.table = Some(renamed.clone());
        }
        table::rewrite_definition(object, |text| mention::rename_relation(text, from, &renamed.name));
    }
}
