//! Schemas as revision files imply them, in one spelling.

use std::collections::BTreeMap;

use super::{Diff, DiffError, Renames};
use crate::{
    backend::Capabilities,
    expression::{self, Dialect},
    schema::{Column, ConstraintKind, Expression, IndexKey, Name, QualifiedName, Schema, Table, Type, View},
    script::portable::native_type_name,
};

/// Finds what makes the models of what revisions imply, on every backend.
///
/// The normal form of a backend says only what that backend can tell apart: on
/// one without enum types, no operation on a type comes of it. Here both schemas
/// are compared as they were written, but for the spelling: so are the
/// operations, and they have the same effect on every backend.
///
/// # Errors
///
/// Fails as [`diff`](super::diff) does.
pub fn diff_written(history: &Schema, models: &Schema, renames: &Renames) -> Result<Diff, DiffError> {
    super::diff(&written(history.clone()), &written(models.clone()), renames, &Capabilities::EVERYTHING)
}

/// The schema in one spelling.
fn written(mut schema: Schema) -> Schema {
    let keys: BTreeMap<QualifiedName, Vec<Name>> = schema
        .tables
        .values()
        .filter_map(|table| Some((table.name.clone(), table.primary_key()?.columns.clone())))
        .collect();
    let is_enum = |name: &QualifiedName| schema.enums.contains_key(name);
    for table in schema.tables.values_mut() {
        spell_table(table, &keys, is_enum);
    }
    for enum_type in schema.enums.values_mut() {
        drop_empty(&mut enum_type.comment);
    }
    for View { comment, .. } in schema.views.values_mut() {
        drop_empty(comment);
    }
    schema
}

fn spell_table(
    table: &mut Table,
    keys: &BTreeMap<QualifiedName, Vec<Name>>,
    is_enum: impl Fn(&QualifiedName) -> bool,
) {
    let key = table.primary_key().map(|key| key.columns.clone()).unwrap_or_default();
    for column in &mut table.columns {
        spell_column(column, &is_enum);
        column.nullable &= column.identity.is_none() && !key.contains(&column.name);
    }
    for constraint in &mut table.constraints {
        match &mut constraint.kind {
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => {}
            ConstraintKind::ForeignKey(key) => {
                if key.referenced_columns.is_empty() {
                    key.referenced_columns = keys.get(&key.references).cloned().unwrap_or_default();
                }
            }
            ConstraintKind::Check(check) => spell(&mut check.expression),
        }
    }
    for index in &mut table.indexes {
        index.predicate.iter_mut().for_each(spell);
        for part in &mut index.key {
            if let IndexKey::Expression(expression) = &mut part.key {
                spell(expression);
            }
        }
    }
    drop_empty(&mut table.comment);
}

fn spell_column(column: &mut Column, is_enum: impl Fn(&QualifiedName) -> bool) {
    resolve(&mut column.ty, &is_enum);
    column.default.iter_mut().for_each(spell);
    // To have no default is to have NULL.
    column.default = column.default.take().filter(|text| !text.as_str().eq_ignore_ascii_case("null"));
    if let Some(generated) = &mut column.generated {
        spell(&mut generated.expression);
    }
    drop_empty(&mut column.comment);
}

/// The expression as portable SQL is written, if it is that.
fn spell(expression: &mut Expression) {
    if let Ok(parsed) = expression::parse(expression.as_str(), &Dialect::PORTABLE) {
        *expression = expression::canonical(&parsed).into();
    }
}

/// The enum type that a type by its mere name is.
fn resolve(ty: &mut Type, is_enum: &impl Fn(&QualifiedName) -> bool) {
    match ty {
        Type::Array(element) => resolve(element, is_enum),
        Type::Native(text) => {
            if let Some(name) = native_type_name(text).filter(|name| is_enum(name)) {
                *ty = Type::Enum(name);
            }
        }
        _ => {}
    }
}

/// A comment without text is none.
fn drop_empty(comment: &mut Option<String>) {
    *comment = comment.take().filter(|text| !text.is_empty());
}
