//! The names of columns that have no name.

use retort_core::{
    expression::{Expr, QueryKind},
    schema::Type,
};

/// The name that the column of a query gets in portable SQL when it has none of
/// its own; `None` for those that nobody can use.
pub(super) fn column_name(expr: &Expr) -> Option<String> {
    let name = match expr {
        Expr::Column(path) => path.last()?.as_str(),
        Expr::Call(call) => call.name.last()?.as_str(),
        Expr::Cast { operand, ty } => return column_name(operand).or_else(|| type_name(ty)),
        Expr::Collate { operand, .. } => return column_name(operand),
        Expr::Case { otherwise, .. } => {
            let otherwise = otherwise.as_deref().and_then(column_name);
            return otherwise.or_else(|| Some("case".to_owned()));
        }
        Expr::Boolean(_) => "bool",
        Expr::Extract { .. } => "extract",
        Expr::Position { .. } => "position",
        Expr::Trim { .. } => "btrim",
        Expr::AtTimeZone { .. } => "timezone",
        Expr::Keyword { word, .. } => return Some(word.to_ascii_lowercase()),
        Expr::Row(_) => "row",
        Expr::Array(_) | Expr::Query { kind: QueryKind::Array, .. } => "array",
        Expr::Query { kind: QueryKind::Exists, .. } => "exists",
        Expr::Field { field, .. } => field.as_str(),
        _ => return None,
    };
    Some(name.to_owned())
}

/// PostgreSQL's own name of a type.
fn type_name(ty: &Type) -> Option<String> {
    let name = match ty {
        Type::SmallInt => "int2",
        Type::Integer => "int4",
        Type::BigInt => "int8",
        Type::Boolean => "bool",
        Type::Real => "float4",
        Type::Double => "float8",
        Type::Numeric { .. } => "numeric",
        Type::Char(_) => "bpchar",
        Type::VarChar(_) => "varchar",
        Type::Text => "text",
        Type::Date => "date",
        Type::Time(_) => "time",
        Type::Timestamp(_) => "timestamp",
        Type::TimestampTz(_) => "timestamptz",
        Type::Uuid => "uuid",
        Type::Json => "json",
        Type::Jsonb => "jsonb",
        Type::Binary(_)
        | Type::VarBinary(_)
        | Type::Blob
        | Type::Enum(_)
        | Type::Array(_)
        | Type::Native(_) => return None,
    };
    Some(name.to_owned())
}
