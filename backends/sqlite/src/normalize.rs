//! The form in which SQLite would give a schema back.

use std::collections::{BTreeSet, HashMap};

use retort_core::{
    backend::BackendError,
    schema::{
        Column, ConstraintKind, Identity, Index, IndexKey, IndexKeyPart, Name, NullsOrder, QualifiedName,
        Schema, SequenceOptions, SortOrder, Table, Type, View,
    },
};

use crate::{
    expression::{self, ColumnNames},
    introspect::primary_keys,
    table_text::{beyond::forget_gone, effective_names},
    types,
};

/// Brings a schema into exactly the form that
/// [`introspect`](crate::introspect::introspect) reports after creating it.
///
/// What SQLite can hold in no form stays as it is: rendering refuses it.
///
/// # Errors
///
/// Fails as unsupported for a name within a namespace and for an array.
pub(crate) fn normalize(mut schema: Schema) -> Result<Schema, BackendError> {
    schema.namespaces.clear();
    let primary_keys = primary_keys(&schema);
    for table in schema.tables.values_mut() {
        normalize_table(table, &primary_keys)?;
    }
    for view in schema.views.values_mut() {
        normalize_view(view)?;
    }
    let used: BTreeSet<QualifiedName> = schema
        .tables
        .values()
        .flat_map(|table| &table.columns)
        .filter_map(|column| match &column.ty {
            Type::Enum(name) => Some(name.clone()),
            _ => None,
        })
        .collect();
    schema.enums.retain(|name, _| used.contains(name));
    for enum_type in schema.enums.values_mut() {
        enum_type.comment = None;
    }
    Ok(schema)
}

fn normalize_table(
    table: &mut Table,
    primary_keys: &HashMap<QualifiedName, Vec<Name>>,
) -> Result<(), BackendError> {
    demand_no_namespace(&table.name)?;
    let columns = ColumnNames::new(table.columns.iter().map(|column| &column.name));
    let key = table.primary_key().map(|key| key.columns.clone()).unwrap_or_default();
    for column in &mut table.columns {
        normalize_column(column, &columns)?;
        if key.contains(&column.name) {
            column.nullable = false;
        }
    }
    for constraint in &mut table.constraints {
        match &mut constraint.kind {
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => {}
            ConstraintKind::ForeignKey(key) => {
                demand_no_namespace(&key.references)?;
                key.validated = true;
                if key.referenced_columns.is_empty() {
                    key.referenced_columns = primary_keys.get(&key.references).cloned().unwrap_or_default();
                }
            }
            ConstraintKind::Check(check) => {
                check.validated = true;
                check.expression = expression::normal(check.expression.as_str(), &columns).into();
            }
        }
    }
    let constraints = table.constraints.iter();
    let names = effective_names(
        &table.name,
        constraints.map(|constraint| (constraint.name.as_ref(), &constraint.kind)),
    );
    for (constraint, name) in table.constraints.iter_mut().zip(names) {
        constraint.name = Some(name);
    }
    forget_gone(table);
    let collations: HashMap<&Name, &Name> =
        table.columns.iter().filter_map(|column| Some((&column.name, column.collation.as_ref()?))).collect();
    for index in &mut table.indexes {
        normalize_index(index, &columns, &collations);
    }
    drop_empty(&mut table.comment);
    Ok(())
}

fn normalize_column(column: &mut Column, columns: &ColumnNames) -> Result<(), BackendError> {
    column.ty = normal_type(&column.ty)?;
    if let Some(identity) = &mut column.identity {
        // The type is INTEGER by its spelling: that is what remains when the
        // identity goes.
        column.ty = Type::Integer;
        column.nullable = false;
        *identity = Identity { sequence: normal_sequence(&identity.sequence), ..Identity::by_default() };
    }
    if let Some(default) = &column.default {
        let text = expression::normal(default.as_str(), columns);
        column.default = expression::normal_default(&text, &column.ty, columns);
    }
    if let Some(generated) = &mut column.generated {
        generated.expression = expression::normal(generated.expression.as_str(), columns).into();
    }
    column.collation = column.collation.as_ref().and_then(|name| types::collation(name.as_str()));
    drop_empty(&mut column.comment);
    Ok(())
}

/// The type as it is read from its declaration.
fn normal_type(ty: &Type) -> Result<Type, BackendError> {
    match ty {
        Type::Enum(name) => {
            demand_no_namespace(name)?;
            Ok(ty.clone())
        }
        Type::Native(text) => Ok(types::logical_type(text)),
        Type::Numeric { precision, scale } => {
            Ok(Type::Numeric { precision: *precision, scale: scale.filter(|scale| *scale != 0) })
        }
        Type::Array(_) => types::declared_type(ty).map(|declared| types::logical_type(&declared)),
        // They are declared so that they can be read again.
        Type::SmallInt
        | Type::Integer
        | Type::BigInt
        | Type::Boolean
        | Type::Real
        | Type::Double
        | Type::Char(_)
        | Type::VarChar(_)
        | Type::Text
        | Type::Binary(_)
        | Type::VarBinary(_)
        | Type::Blob
        | Type::Date
        | Type::Time(_)
        | Type::Timestamp(_)
        | Type::TimestampTz(_)
        | Type::Uuid
        | Type::Json
        | Type::Jsonb => Ok(ty.clone()),
    }
}

/// The options without those that say what SQLite does anyway.
fn normal_sequence(options: &SequenceOptions) -> SequenceOptions {
    SequenceOptions {
        start: options.start.filter(|start| *start != 1),
        increment: options.increment.filter(|increment| *increment != 1),
        min: options.min.filter(|min| *min != 1),
        max: options.max.filter(|max| *max != i64::MAX),
        // How many values a session takes at once cannot be seen in the rows.
        cache: None,
        cycle: options.cycle,
    }
}

fn normalize_index(index: &mut Index, columns: &ColumnNames, collations: &HashMap<&Name, &Name>) {
    for part in &mut index.key {
        normalize_key_part(part, columns, collations);
    }
    if let Some(predicate) = &mut index.predicate {
        *predicate = expression::normal(predicate.as_str(), columns).into();
    }
    index.method = index.method.take().filter(|method| !method.as_str().eq_ignore_ascii_case("btree"));
}

fn normalize_key_part(part: &mut IndexKeyPart, columns: &ColumnNames, collations: &HashMap<&Name, &Name>) {
    let mut of_column = None;
    if let IndexKey::Expression(expression) = &part.key {
        let text = expression::normal(expression.as_str(), columns);
        // An expression that is only a column is the column.
        part.key = match columns.only(&text) {
            Some(column) => IndexKey::Column(column.clone()),
            None => IndexKey::Expression(text.into()),
        };
    }
    if let IndexKey::Column(name) = &part.key {
        of_column = collations.get(name).copied();
    }
    part.collation =
        part.collation.as_ref().and_then(|name| types::index_collation(name.as_str(), of_column));
    // To SQLite a NULL is smaller than any value.
    let usual = match part.order {
        SortOrder::Ascending => NullsOrder::First,
        SortOrder::Descending => NullsOrder::Last,
    };
    part.nulls = part.nulls.filter(|nulls| *nulls != usual);
}

fn normalize_view(view: &mut View) -> Result<(), BackendError> {
    demand_no_namespace(&view.name)?;
    view.query = expression::normal_query(view.query.as_str()).into();
    drop_empty(&mut view.comment);
    Ok(())
}

fn demand_no_namespace(name: &QualifiedName) -> Result<(), BackendError> {
    match &name.namespace {
        None => Ok(()),
        Some(namespace) => Err(BackendError::unsupported(format!(
            "SQLite has no namespaces such as `{namespace}` in `{name}`"
        ))),
    }
}

/// A comment without text is none.
fn drop_empty(comment: &mut Option<String>) {
    *comment = comment.take().filter(|text| !text.is_empty());
}

#[cfg(test)]
mod tests;
