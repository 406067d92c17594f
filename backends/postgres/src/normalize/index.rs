//! Indexes.

use retort_core::schema::{Column, Index, IndexKey, IndexKeyPart, NullsOrder, SortOrder, Type};

use super::USUAL_COLLATION;
use crate::expression::{self, Scope};

/// The access method of an index that says none.
const USUAL_METHOD: &str = "btree";

/// Leaves out of the index what goes without saying.
pub(super) fn normalize(index: &mut Index, columns: &[Column]) {
    index.method = index.method.take().filter(|method| method.as_str() != USUAL_METHOD);
    // It means something in unique indexes only.
    index.nulls_not_distinct &= index.unique;
    let method = index.method.as_ref().map_or(USUAL_METHOD, |method| method.as_str());
    for part in &mut index.key {
        let column = match &part.key {
            IndexKey::Column(name) => columns.iter().find(|column| column.name == *name),
            IndexKey::Expression(_) => None,
        };
        normalize_part(part, column, method);
    }
}

fn normalize_part(part: &mut IndexKeyPart, column: Option<&Column>, method: &str) {
    let of_column = column.and_then(|column| column.collation.as_ref());
    let usual = of_column.map_or(USUAL_COLLATION, |collation| collation.as_str());
    part.collation = part.collation.take().filter(|collation| collation.as_str() != usual);
    part.operator_class = part.operator_class.take().filter(|class| {
        column.and_then(|column| usual_operator_class(&column.ty, method)) != Some(class.as_str())
    });
    let usual = match part.order {
        SortOrder::Ascending => NullsOrder::Last,
        SortOrder::Descending => NullsOrder::First,
    };
    part.nulls = part.nulls.filter(|nulls| *nulls != usual);
    part.prefix = None;
}

/// Brings the expressions of an index into their one form.
pub(super) fn normalize_expressions(index: &mut Index, scope: &Scope<'_>) {
    for part in &mut index.key {
        if let IndexKey::Expression(expression) = &mut part.key {
            *expression = expression::normal_key(expression.as_str(), scope).into();
        }
    }
    if let Some(predicate) = &mut index.predicate {
        *predicate = expression::normal(predicate.as_str(), scope).into();
    }
}

/// The operator class that a column has by itself.
fn usual_operator_class(ty: &Type, method: &str) -> Option<&'static str> {
    let is_ordered = matches!(method, "btree" | "hash");
    match ty {
        Type::Array(_) if is_ordered || method == "gin" => Some("array_ops"),
        Type::Jsonb if is_ordered || method == "gin" => Some("jsonb_ops"),
        _ if !is_ordered => None,
        Type::SmallInt => Some("int2_ops"),
        Type::Integer => Some("int4_ops"),
        Type::BigInt => Some("int8_ops"),
        Type::Boolean => Some("bool_ops"),
        Type::Real => Some("float4_ops"),
        Type::Double => Some("float8_ops"),
        Type::Numeric { .. } => Some("numeric_ops"),
        Type::Char(_) => Some("bpchar_ops"),
        Type::VarChar(_) | Type::Text => Some("text_ops"),
        Type::Blob => Some("bytea_ops"),
        Type::Date => Some("date_ops"),
        Type::Time(_) => Some("time_ops"),
        Type::Timestamp(_) => Some("timestamp_ops"),
        Type::TimestampTz(_) => Some("timestamptz_ops"),
        Type::Uuid => Some("uuid_ops"),
        Type::Enum(_) => Some("enum_ops"),
        Type::Binary(_)
        | Type::VarBinary(_)
        | Type::Json
        | Type::Jsonb
        | Type::Array(_)
        | Type::Native(_) => None,
    }
}
