//! Views, which SQLite can only drop and create.

use std::collections::BTreeSet;

use retort_core::{
    backend::{BackendError, Statement},
    operation::Operation,
    schema::{QualifiedName, Schema, View},
};

use super::{Origin, apply, mentions, quote, table::columns_in, unknown, unqualified};
use crate::annotation;

/// Creates a view; one that gives way to it leaves its triggers.
pub(super) fn create(view: &View, or_replace: bool, before: &Schema) -> Result<Vec<Statement>, BackendError> {
    match before.views.get(&view.name) {
        Some(existing) if or_replace => {
            let comment = view.comment.clone().or_else(|| existing.comment.clone());
            let mut statements = vec![
                drop_view(&view.name)?,
                create_view(&View { comment, ..view.clone() }, Origin::Revision)?,
            ];
            statements.extend(triggers_on(&view.name, before)?);
            statements.push(compile(view)?);
            Ok(statements)
        }
        Some(_) | None if or_replace => {
            let drop = format!("DROP VIEW IF EXISTS {}", quote(unqualified(&view.name)?));
            Ok(vec![Statement::new(drop), create_view(view, Origin::Revision)?, compile(view)?])
        }
        Some(_) | None => Ok(vec![create_view(view, Origin::Revision)?, compile(view)?]),
    }
}

/// Carries out an operation that changes an existing view, and with it the
/// views and triggers that mention it.
pub(super) fn change(
    name: &QualifiedName,
    operation: &Operation,
    before: &Schema,
) -> Result<Vec<Statement>, BackendError> {
    if !before.views.contains_key(name) {
        return Err(unknown("view", name));
    }
    let mut after = before.clone();
    apply(operation, &mut after)?;
    let gone = !after.views.contains_key(name);
    for view in after.views.values().filter(|view| before.views.get(&view.name) == Some(view)) {
        if gone && view.name != *name && mentions(view.query.as_str(), &name.name) {
            return Err(BackendError::unsupported(format!(
                "view `{}` mentions view `{name}` in a way that cannot follow its new name",
                view.name
            )));
        }
    }
    let changed = |one: &Schema, other: &Schema| -> BTreeSet<QualifiedName> {
        let differs = |view: &&View| other.views.get(&view.name) != Some(view);
        one.views.values().filter(differs).map(|view| view.name.clone()).collect()
    };
    let (old, new) = (changed(before, &after), changed(&after, before));
    let mut statements = Vec::new();
    // Triggers of tables that mention the view stay behind when it goes.
    let stale: Vec<_> = after
        .unmanaged
        .iter()
        .filter(|object| object.kind == "trigger" && !before.unmanaged.contains(object))
        .filter(|object| !object.table.as_ref().is_some_and(|on| new.contains(on)))
        .collect();
    for object in &stale {
        statements.push(Statement::new(format!("DROP TRIGGER {}", quote(unqualified(&object.name)?))));
    }
    for name in &old {
        statements.push(drop_view(name)?);
    }
    for name in &new {
        if let Some(view) = after.views.get(name) {
            statements.push(create_view(view, Origin::Database)?);
        }
    }
    for name in &new {
        statements.extend(triggers_on(name, &after)?);
    }
    for object in stale {
        statements.push(definition(object)?);
    }
    Ok(statements)
}

/// The statements that create the triggers of a table or view again.
///
/// # Errors
///
/// Fails if the definition of one is not known.
fn triggers_on(name: &QualifiedName, schema: &Schema) -> Result<Vec<Statement>, BackendError> {
    schema
        .unmanaged
        .iter()
        .filter(|object| object.kind == "trigger" && object.table.as_ref() == Some(name))
        .map(definition)
        .collect()
}

fn definition(object: &retort_core::schema::Unmanaged) -> Result<Statement, BackendError> {
    let definition = object.definition.as_ref().ok_or_else(|| {
        BackendError::unsupported(format!(
            "{} `{}` cannot be put back: a rename that comes first changes its definition",
            object.kind, object.name
        ))
    })?;
    Ok(Statement::new(definition))
}

fn drop_view(name: &QualifiedName) -> Result<Statement, BackendError> {
    Ok(Statement::new(format!("DROP VIEW {}", quote(unqualified(name)?))))
}

/// A statement that does nothing, and fails if the view names what is not
/// there: SQLite looks only when a view is used.
fn compile(view: &View) -> Result<Statement, BackendError> {
    Ok(Statement::new(format!("SELECT 1 FROM {} LIMIT 0", quote(unqualified(&view.name)?))))
}

fn create_view(view: &View, origin: Origin) -> Result<Statement, BackendError> {
    let mut sql = format!("CREATE VIEW {}", quote(unqualified(&view.name)?));
    if !view.columns.is_empty() {
        sql.push(' ');
        sql.push_str(&columns_in(&view.columns));
    }
    sql.push_str(" AS ");
    if let Some(comment) = &view.comment {
        sql.push_str(&annotation::write_comment(comment));
        sql.push(' ');
    }
    sql.push_str(origin.query(&view.query)?.as_str());
    Ok(Statement::new(sql))
}
