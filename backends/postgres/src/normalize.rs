//! `Schema` → the form that introspection reports.

mod index;

use std::collections::{BTreeMap, HashMap};

use retort_core::{
    backend::BackendError,
    schema::{Column, ConstraintKind, EnumType, Name, QualifiedName, Schema, Table, Type, Unmanaged},
    script::portable::native_type_name,
};

use crate::{
    expression::{self, Scope},
    sequence::{SequenceRange, without_defaults},
    server::Server,
    types::read::native_type,
};

/// The most digits of a second that the server keeps, which are as many as
/// where none are said.
const MOST_SECOND_DIGITS: u32 = 6;

/// The collation of the database, which columns have by themselves.
const USUAL_COLLATION: &str = "default";

/// Brings a schema into exactly the form that
/// [`introspect`](crate::introspect::introspect) reports after creating it.
///
/// What PostgreSQL can hold in no form stays as it is: rendering refuses it.
pub(crate) fn normalize(mut schema: Schema, server: Server) -> Result<Schema, BackendError> {
    let primary_keys: HashMap<QualifiedName, Vec<Name>> = schema
        .tables
        .values()
        .filter_map(|table| Some((table.name.clone(), table.primary_key()?.columns.clone())))
        .collect();
    for enum_type in schema.enums.values_mut() {
        drop_empty(&mut enum_type.comment);
    }
    for table in schema.tables.values_mut() {
        normalize_table(table, &schema.enums, &primary_keys);
        normalize_expressions(table, server);
        sort(table);
    }
    for view in schema.views.values_mut() {
        drop_empty(&mut view.comment);
    }
    expression::normalize_views(&mut schema, server);
    sort_unmanaged(&mut schema.unmanaged);
    Ok(schema)
}

/// Brings the expressions of a table into their one form.
pub(crate) fn normalize_expressions(table: &mut Table, server: Server) {
    let columns = Table::new(table.name.clone(), table.columns.clone());
    let scope = Scope::of(&columns, server);
    for column in &mut table.columns {
        if let Some(default) = column.default.take() {
            let text = expression::normal_default(default.as_str(), &column.ty, &scope);
            column.default = text.map(Into::into);
        }
        if let Some(generated) = &mut column.generated {
            generated.expression = expression::normal(generated.expression.as_str(), &scope).into();
        }
    }
    for constraint in &mut table.constraints {
        if let ConstraintKind::Check(check) = &mut constraint.kind {
            check.expression = expression::normal(check.expression.as_str(), &scope).into();
        }
    }
    for index in &mut table.indexes {
        index::normalize_expressions(index, &scope);
    }
}

/// Constraints and indexes have no order of their own: keys come first.
pub(crate) fn sort(table: &mut Table) {
    let rank = |kind: &ConstraintKind| match kind {
        ConstraintKind::PrimaryKey(_) => 0,
        ConstraintKind::Unique(_) => 1,
        ConstraintKind::ForeignKey(_) => 2,
        ConstraintKind::Check(_) => 3,
    };
    table
        .constraints
        .sort_by(|one, other| (rank(&one.kind), &one.name).cmp(&(rank(&other.kind), &other.name)));
    table.indexes.sort_by(|one, other| one.name.cmp(&other.name));
}

/// Unmanaged objects have no order of their own.
pub(crate) fn sort_unmanaged(objects: &mut [Unmanaged]) {
    objects.sort_by_cached_key(|object| {
        (object.table.clone(), object.kind.clone(), object.name.clone(), object.definition.clone())
    });
}

fn normalize_table(
    table: &mut Table,
    enums: &BTreeMap<QualifiedName, EnumType>,
    primary_keys: &HashMap<QualifiedName, Vec<Name>>,
) {
    let key = table.primary_key().map(|key| key.columns.clone()).unwrap_or_default();
    for column in &mut table.columns {
        normalize_column(column, enums);
        if key.contains(&column.name) {
            column.nullable = false;
        }
    }
    for constraint in &mut table.constraints {
        if let ConstraintKind::ForeignKey(key) = &mut constraint.kind
            && key.referenced_columns.is_empty()
        {
            key.referenced_columns = primary_keys.get(&key.references).cloned().unwrap_or_default();
        }
    }
    for index in &mut table.indexes {
        index::normalize(index, &table.columns);
    }
    drop_empty(&mut table.comment);
    table.stored = None;
}

fn normalize_column(column: &mut Column, enums: &BTreeMap<QualifiedName, EnumType>) {
    column.ty = with_enums(normal_type(column.ty.clone()), enums);
    if let Some(identity) = &mut column.identity {
        column.nullable = false;
        identity.sequence = without_defaults(&identity.sequence, SequenceRange::of_type(&column.ty));
    }
    column.collation = column.collation.take().filter(|name| name.as_str() != USUAL_COLLATION);
    drop_empty(&mut column.comment);
}

/// The type as the catalog has it.
pub(crate) fn normal_type(ty: Type) -> Type {
    let digits = |digits: Option<u32>| digits.filter(|digits| *digits < MOST_SECOND_DIGITS);
    match ty {
        // There is one type for bytes, and it has no length.
        Type::Binary(_) | Type::VarBinary(_) => Type::Blob,
        Type::Numeric { precision, scale } => {
            Type::Numeric { precision, scale: scale.filter(|scale| *scale != 0) }
        }
        Type::Time(precision) => Type::Time(digits(precision)),
        Type::Timestamp(precision) => Type::Timestamp(digits(precision)),
        Type::TimestampTz(precision) => Type::TimestampTz(digits(precision)),
        // The catalog doesn't tell arrays of arrays from arrays.
        Type::Array(element) => match normal_type(*element) {
            array @ Type::Array(_) => array,
            element => Type::Array(Box::new(element)),
        },
        Type::Native(text) => native_type(&text),
        ty @ (Type::SmallInt
        | Type::Integer
        | Type::BigInt
        | Type::Boolean
        | Type::Real
        | Type::Double
        | Type::Char(_)
        | Type::VarChar(_)
        | Type::Text
        | Type::Blob
        | Type::Date
        | Type::Uuid
        | Type::Json
        | Type::Jsonb
        | Type::Enum(_)) => ty,
    }
}

/// The type, as an enum type where it is the name of one.
fn with_enums(ty: Type, enums: &BTreeMap<QualifiedName, EnumType>) -> Type {
    match ty {
        Type::Array(element) => Type::Array(Box::new(with_enums(*element, enums))),
        Type::Native(text) => match native_type_name(&text).filter(|name| enums.contains_key(name)) {
            Some(name) => Type::Enum(name),
            None => Type::Native(text),
        },
        ty => ty,
    }
}

/// A comment without text is none.
fn drop_empty(comment: &mut Option<String>) {
    *comment = comment.take().filter(|text| !text.is_empty());
}

#[cfg(test)]
mod tests;
