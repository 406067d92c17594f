//! `Schema` → the form that introspection reports.

pub(crate) mod default;
pub(crate) mod key;
mod value;

use std::collections::{BTreeMap, HashMap};

use retort_core::{
    backend::BackendError,
    schema::{
        Column, ConstraintKind, EnumType, ForeignKey, Identity, Index, IndexKey, Name, NullsOrder,
        QualifiedName, ReferentialAction, Schema, SortOrder, Table, Type, View,
    },
};

use crate::{
    expression::Context,
    option,
    server::Server,
    types::{key_prefix, read},
};

/// Brings a schema into exactly the form that
/// [`introspect`](crate::introspect::introspect) reports after creating it.
///
/// What MySQL can hold in no form stays as it is: rendering refuses it. Enum
/// types go into the columns that are of them; views have no comments.
pub(crate) fn normalize(mut schema: Schema, server: Server) -> Result<Schema, BackendError> {
    let primary_keys: HashMap<QualifiedName, Vec<Name>> = schema
        .tables
        .values()
        .filter_map(|table| Some((table.name.clone(), table.primary_key()?.columns.clone())))
        .collect();
    let enums = std::mem::take(&mut schema.enums);
    schema.namespaces.clear();
    for table in schema.tables.values_mut() {
        normalize_table(table, &enums, &primary_keys, server);
    }
    for view in schema.views.values_mut() {
        normalize_view(view);
    }
    Ok(schema)
}

fn normalize_table(
    table: &mut Table,
    enums: &BTreeMap<QualifiedName, EnumType>,
    primary_keys: &HashMap<QualifiedName, Vec<Name>>,
    server: Server,
) {
    table.options = option::of_table(&table.options);
    let collation = table.options.get(option::COLLATION).cloned();
    let key = table.primary_key().map(|key| key.columns.clone()).unwrap_or_default();
    // As the index is rendered: before the columns have their normal form.
    let prefixes: HashMap<Name, Option<u32>> =
        table.columns.iter().map(|column| (column.name.clone(), key_prefix(column))).collect();
    for column in &mut table.columns {
        if let Some(default) = &column.default {
            column.default = Some(default::in_utc(default, &column.ty));
        }
        normalize_column(column, enums, collation.as_deref());
        if key.contains(&column.name) {
            column.nullable = false;
        }
    }
    let columns = table.columns.clone();
    let context = Context::new(server).with_columns(&columns);
    for column in &mut table.columns {
        normalize_expressions(column, context);
    }
    for constraint in &mut table.constraints {
        match &mut constraint.kind {
            ConstraintKind::PrimaryKey(_) => constraint.name = None,
            ConstraintKind::Unique(_) => {}
            ConstraintKind::ForeignKey(key) => normalize_foreign_key(key, primary_keys),
            ConstraintKind::Check(check) => {
                check.validated = true;
                check.expression = context.condition().canonical(check.expression.as_str()).into();
            }
        }
    }
    let method = key::usual_method(table);
    for mut index in std::mem::take(&mut table.indexes) {
        index.method = index.method.take().map(|name| Name::new(name.as_str().to_lowercase()));
        index.method = index.method.take().filter(|name| name.as_str() != method);
        normalize_index(&mut index, &prefixes, context);
        key::put_index(table, index);
    }
    key::drop_implicit_indexes(table, server);
    drop_empty(&mut table.comment);
}

fn normalize_column(column: &mut Column, enums: &BTreeMap<QualifiedName, EnumType>, of_table: Option<&str>) {
    column.ty = normal_type(&column.ty, enums);
    if column.identity.is_some() {
        column.identity = Some(Identity::by_default());
        column.nullable = false;
    }
    let mut collation = column.collation.take().map(|name| name.as_str().to_lowercase());
    option::settle_charset(&mut collation, &mut column.options);
    if collation.as_deref() == of_table {
        column.options.remove(option::CHARSET);
        collation = None;
    }
    column.collation = collation.map(Name::new);
    if let Some(expression) = column.options.get_mut(option::ON_UPDATE) {
        *expression = option::on_update(expression);
    }
    drop_empty(&mut column.comment);
}

fn normalize_expressions(column: &mut Column, context: Context<'_>) {
    if let Some(default) = &column.default {
        let portable = context.canonical(default.as_str()).into();
        column.default = default::normal_default(&portable, &column.ty);
    }
    if let Some(generated) = &mut column.generated {
        generated.expression = context.canonical(generated.expression.as_str()).into();
    }
}

/// The type as it is read from the catalog.
fn normal_type(ty: &Type, enums: &BTreeMap<QualifiedName, EnumType>) -> Type {
    match ty {
        Type::SmallInt
        | Type::Integer
        | Type::BigInt
        | Type::Boolean
        | Type::Real
        | Type::Double
        | Type::Numeric { precision: None, .. }
        | Type::Char(_)
        | Type::VarChar(Some(_))
        | Type::Text
        | Type::Binary(_)
        | Type::VarBinary(_)
        | Type::Blob
        | Type::Date
        | Type::Uuid
        | Type::Json
        | Type::Array(_) => ty.clone(),
        Type::Numeric { precision: Some(precision), scale } => read::numeric(*precision, *scale),
        Type::VarChar(None) => Type::Text,
        Type::Time(digits) => Type::Time(read::fraction(*digits)),
        Type::Timestamp(digits) | Type::TimestampTz(digits) => Type::Timestamp(read::fraction(*digits)),
        Type::Jsonb => Type::Json,
        Type::Enum(name) => match enums.get(name) {
            Some(found) => Type::Native(read::enum_type(found.values.iter().map(String::as_str))),
            None => ty.clone(),
        },
        Type::Native(text) => read::logical_type(text),
    }
}

fn normalize_foreign_key(key: &mut ForeignKey, primary_keys: &HashMap<QualifiedName, Vec<Name>>) {
    key.validated = true;
    key.on_delete = normal_action(key.on_delete);
    key.on_update = normal_action(key.on_update);
    if key.referenced_columns.is_empty() {
        key.referenced_columns = primary_keys.get(&key.references).cloned().unwrap_or_default();
    }
}

/// To MySQL, which checks at once, RESTRICT and NO ACTION are the same.
fn normal_action(action: ReferentialAction) -> ReferentialAction {
    match action {
        ReferentialAction::NoAction | ReferentialAction::Restrict => ReferentialAction::NoAction,
        ReferentialAction::Cascade | ReferentialAction::SetNull | ReferentialAction::SetDefault => action,
    }
}

fn normalize_index(index: &mut Index, prefixes: &HashMap<Name, Option<u32>>, context: Context<'_>) {
    for part in &mut index.key {
        if let IndexKey::Expression(expression) = &part.key {
            let text = context.canonical(expression.as_str());
            part.key = IndexKey::Expression(text.into());
        }
        // To MySQL a NULL is smaller than any value.
        let usual = match part.order {
            SortOrder::Ascending => NullsOrder::First,
            SortOrder::Descending => NullsOrder::Last,
        };
        part.nulls = part.nulls.filter(|nulls| *nulls != usual);
        if let IndexKey::Column(name) = &part.key
            && !index.unique
            && index.method.is_none()
            && part.prefix.is_none()
        {
            part.prefix = prefixes.get(name).copied().flatten();
        }
    }
}

fn normalize_view(view: &mut View) {
    view.comment = None;
}

/// A comment without text is none.
fn drop_empty(comment: &mut Option<String>) {
    *comment = comment.take().filter(|text| !text.is_empty());
}

#[cfg(test)]
mod tests;
