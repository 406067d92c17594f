//! Tables as a whole.

use super::{
    ApplyError, SchemaObject, Touched, column, constraint,
    find::{self, Others},
    index, view,
};
use crate::schema::{
    ConstraintKind, Name, QualifiedName, Schema, Table, Unmanaged,
    mention::{self, Rewrite},
};

pub(super) fn create(
    schema: &mut Schema,
    table: &Table,
    if_not_exists: bool,
    others: Others,
) -> Result<Touched, ApplyError> {
    if if_not_exists && schema.tables.contains_key(&table.name) {
        return Ok(Touched::new());
    }
    find::require_namespace(schema, &table.name)?;
    find::require_free_row_type(schema, &table.name, others)?;

    let mut created =
        Table { columns: Vec::new(), constraints: Vec::new(), indexes: Vec::new(), ..table.clone() };
    for column in &table.columns {
        if created.column(&column.name).is_some() {
            let (table, column) = (table.name.clone(), column.name.clone());
            return Err(ApplyError::ColumnTwice { table, column });
        }
        created.columns.push(column::accepted(schema, &table.name, column)?);
    }
    let is_foreign_key = |kind: &ConstraintKind| matches!(kind, ConstraintKind::ForeignKey(_));
    for constraint in table.constraints.iter().filter(|constraint| !is_foreign_key(&constraint.kind)) {
        constraint::require_fits(schema, &created, constraint, others)?;
        constraint::push(&mut created, constraint);
    }
    for index in &table.indexes {
        index::require_fits(schema, &created, index, others)?;
        created.indexes.push(index.clone());
    }
    // Foreign keys come last: one may reference a key of the table itself.
    for constraint in table.constraints.iter().filter(|constraint| is_foreign_key(&constraint.kind)) {
        constraint::require_fits(schema, &created, constraint, others)?;
        constraint::push(&mut created, constraint);
    }
    created.constraints.clone_from(&table.constraints);
    schema.tables.insert(table.name.clone(), created);
    Ok(Touched::new())
}

pub(super) fn drop(
    schema: &mut Schema,
    name: &QualifiedName,
    if_exists: bool,
) -> Result<Touched, ApplyError> {
    if !schema.tables.contains_key(name) {
        return if if_exists { Ok(Touched::new()) } else { Err(ApplyError::TableMissing(name.clone())) };
    }
    let by_key = schema
        .foreign_keys_to(name)
        .find(|(from, _, _)| from.name != *name)
        .map(|(from, constraint, _)| SchemaObject::constraint(&from.name, constraint));
    if let Some(by) = by_key.or_else(|| find::view_on(schema, name)) {
        return Err(SchemaObject::Table(name.clone()).needed_by(by));
    }
    schema.tables.remove(name);
    schema.unmanaged.retain(|object| object.table.as_ref() != Some(name));
    Ok(Touched::new())
}

pub(super) fn rename(schema: &mut Schema, from: &QualifiedName, to: &Name) -> Result<Touched, ApplyError> {
    find::table(schema, from)?;
    let renamed = from.with_name(to.clone());
    find::require_free_row_type(schema, &renamed, Others::MayHave)?;

    let mut touched = Touched::from([renamed.clone()]);
    if let Some(mut table) = schema.tables.remove(from) {
        table.name = renamed.clone();
        column::edit_expressions(&mut table, |expression, _| mention::rename_table(expression, from, to));
        schema.tables.insert(renamed.clone(), table);
    }
    for table in schema.tables.values_mut() {
        for constraint in &mut table.constraints {
            if let ConstraintKind::ForeignKey(key) = &mut constraint.kind
                && key.references == *from
            {
                key.references = renamed.clone();
                touched.insert(table.name.clone());
            }
        }
    }
    view::follow_rename(schema, from, &renamed);
    Ok(touched)
}

pub(super) fn set_comment(
    schema: &mut Schema,
    name: &QualifiedName,
    comment: Option<&String>,
) -> Result<Touched, ApplyError> {
    find::table_mut(schema, name)?.comment = comment.cloned();
    Ok(Touched::from([name.clone()]))
}

/// Brings the definition of an unmanaged object up to date, or forgets it: a
/// stale one must not be put back.
pub(super) fn rewrite_definition(object: &mut Unmanaged, rewrite: impl FnOnce(&str) -> Rewrite) {
    if let Some(definition) = &object.definition {
        match rewrite(definition) {
            Rewrite::Unaffected => {}
            Rewrite::Done(text) => object.definition = Some(text),
            Rewrite::Unsure => object.definition = None,
        }
    }
}
