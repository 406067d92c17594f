//! Enum types and their labels.

use super::{ApplyError, SchemaObject, Touched, column, find};
use crate::{
    operation::EnumValuePosition,
    schema::{Column, EnumType, Expression, Name, QualifiedName, Schema, Table, Type, mention},
};

pub(super) fn create(schema: &mut Schema, enum_type: &EnumType) -> Result<Touched, ApplyError> {
    find::require_namespace(schema, &enum_type.name)?;
    find::require_free_type(schema, &enum_type.name)?;
    for (at, label) in enum_type.values.iter().enumerate() {
        if enum_type.values.iter().take(at).any(|other| other == label) {
            return Err(label_exists(&enum_type.name, label));
        }
    }
    schema.enums.insert(enum_type.name.clone(), enum_type.clone());
    Ok(Touched::new())
}

pub(super) fn drop(
    schema: &mut Schema,
    name: &QualifiedName,
    if_exists: bool,
) -> Result<Touched, ApplyError> {
    if !schema.enums.contains_key(name) {
        return if if_exists { Ok(Touched::new()) } else { Err(ApplyError::TypeMissing(name.clone())) };
    }
    for table in schema.tables.values() {
        if let Some(column) = table.columns.iter().find(|column| column.ty.enum_name() == Some(name)) {
            let by = SchemaObject::Column { table: table.name.clone(), column: column.name.clone() };
            return Err(SchemaObject::Enum(name.clone()).needed_by(by));
        }
    }
    schema.enums.remove(name);
    Ok(Touched::new())
}

pub(super) fn rename(schema: &mut Schema, from: &QualifiedName, to: &Name) -> Result<Touched, ApplyError> {
    let renamed = from.with_name(to.clone());
    find::enum_mut(schema, from)?;
    find::require_free_type(schema, &renamed)?;
    if let Some(mut enum_type) = schema.enums.remove(from) {
        enum_type.name = renamed.clone();
        schema.enums.insert(renamed.clone(), enum_type);
    }
    let mut touched = users(schema, from);
    for table in schema.tables.values_mut() {
        for column in &mut table.columns {
            if let Some(name) = find::enum_of_mut(&mut column.ty)
                && name == from
            {
                *name = renamed.clone();
            }
        }
        if column::edit_expressions(table, |expression, _| mention::rename_type(expression, from, to)) {
            touched.insert(table.name.clone());
        }
    }
    Ok(touched)
}

pub(super) fn add_value(
    schema: &mut Schema,
    name: &QualifiedName,
    value: &str,
    position: &EnumValuePosition,
    if_not_exists: bool,
) -> Result<Touched, ApplyError> {
    let enum_type = find::enum_mut(schema, name)?;
    if enum_type.values.iter().any(|label| label == value) {
        return if if_not_exists { Ok(Touched::new()) } else { Err(label_exists(name, value)) };
    }
    let at = match position {
        EnumValuePosition::End => enum_type.values.len(),
        EnumValuePosition::Before(next) => label_position(enum_type, next)?,
        EnumValuePosition::After(previous) => label_position(enum_type, previous)? + 1,
    };
    enum_type.values.insert(at, value.to_owned());
    Ok(users(schema, name))
}

/// Renames a label. Rows follow, and so does a default that is just the
/// label. Other expressions keep their text: a literal there may be a label or
/// a string.
pub(super) fn rename_value(
    schema: &mut Schema,
    name: &QualifiedName,
    from: &str,
    to: &str,
) -> Result<Touched, ApplyError> {
    let enum_type = find::enum_mut(schema, name)?;
    let at = label_position(enum_type, from)?;
    if enum_type.values.iter().any(|label| label == to) {
        return Err(label_exists(name, to));
    }
    if let Some(label) = enum_type.values.get_mut(at) {
        *label = to.to_owned();
    }
    for column in schema.tables.values_mut().flat_map(|table| &mut table.columns) {
        if let Some(rest) = after_label(column, name, from) {
            let label = to.replace('\'', "''");
            column.default = Some(Expression::new(format!("'{label}'{rest}")));
        }
    }
    Ok(users(schema, name))
}

pub(super) fn drop_value(
    schema: &mut Schema,
    name: &QualifiedName,
    value: &str,
) -> Result<Touched, ApplyError> {
    let at = label_position(find::enum_mut(schema, name)?, value)?;
    for table in schema.tables.values() {
        if let Some(column) = table.columns.iter().find(|column| after_label(column, name, value).is_some()) {
            let label = SchemaObject::EnumLabel { ty: name.clone(), label: value.to_owned() };
            let by = SchemaObject::Column { table: table.name.clone(), column: column.name.clone() };
            return Err(label.needed_by(by));
        }
    }
    find::enum_mut(schema, name)?.values.remove(at);
    Ok(users(schema, name))
}

pub(super) fn set_comment(
    schema: &mut Schema,
    name: &QualifiedName,
    comment: Option<&String>,
) -> Result<Touched, ApplyError> {
    find::enum_mut(schema, name)?.comment = comment.cloned();
    Ok(Touched::new())
}

/// The tables with a column of the type.
fn users(schema: &Schema, name: &QualifiedName) -> Touched {
    let uses = |table: &&Table| table.columns.iter().any(|column| column.ty.enum_name() == Some(name));
    schema.tables.values().filter(uses).map(|table| table.name.clone()).collect()
}

fn label_position(enum_type: &EnumType, label: &str) -> Result<usize, ApplyError> {
    enum_type
        .values
        .iter()
        .position(|value| value == label)
        .ok_or_else(|| ApplyError::EnumLabelMissing { ty: enum_type.name.clone(), label: label.to_owned() })
}

fn label_exists(ty: &QualifiedName, label: &str) -> ApplyError {
    ApplyError::EnumLabelExists { ty: ty.clone(), label: label.to_owned() }
}

/// A default that is just a literal is a label of the enum type, if the type is
/// one.
pub(super) fn require_label(
    schema: &Schema,
    ty: &Type,
    default: Option<&Expression>,
) -> Result<(), ApplyError> {
    if let Type::Enum(name) = ty
        && let Some(enum_type) = schema.enums.get(name)
        && let Some((label, _)) = default.and_then(split_literal)
        && !enum_type.values.contains(&label)
    {
        return Err(ApplyError::InvalidEnumValue { ty: name.clone(), label });
    }
    Ok(())
}

/// If the default of the column is just the label, what follows the label: a
/// cast, or nothing.
fn after_label<'a>(column: &'a Column, ty: &QualifiedName, label: &str) -> Option<&'a str> {
    if !matches!(&column.ty, Type::Enum(name) if name == ty) {
        return None;
    }
    let (found, rest) = split_literal(column.default.as_ref()?)?;
    (found == label).then_some(rest)
}

/// If an expression is a string literal, alone or with a cast: what the literal
/// says, and the rest.
fn split_literal(expression: &Expression) -> Option<(String, &str)> {
    let inside = expression.as_str().strip_prefix('\'')?;
    let mut said = String::new();
    let mut chars = inside.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if char == '\'' && chars.next_if(|(_, next)| *next == '\'').is_none() {
            let rest = inside.get(at + 1..)?;
            return (rest.is_empty() || rest.starts_with("::")).then_some((said, rest));
        }
        said.push(char);
    }
    None
}
