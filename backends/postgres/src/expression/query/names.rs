//! The name that a column of a query has without `AS`.

use retort_core::{
    expression::{Expr, QueryKind, TrimSide},
    schema::{Name, Type},
};

use super::{Body, parse};
use crate::server::Server;

/// The name that the server gives to a column that is an expression.
pub(super) fn derived(expr: &Expr, server: Server) -> Name {
    match found(expr, server) {
        Some((name, _)) => name,
        None => Name::from("?column?"),
    }
}

/// A name, and whether it is better than that of a type around it.
fn found(expr: &Expr, server: Server) -> Option<(Name, bool)> {
    let good = |name: &str| Some((Name::from(name), true));
    match expr {
        Expr::Column(path) => Some((path.last()?.clone(), true)),
        Expr::Field { field, .. } => Some((field.clone(), true)),
        Expr::Call(call) => Some((call.name.last()?.clone(), true)),
        Expr::Extract { .. } => good("extract"),
        Expr::Position { .. } => good("position"),
        Expr::Trim { side, .. } => good(match side {
            TrimSide::Both => "btrim",
            TrimSide::Leading => "ltrim",
            TrimSide::Trailing => "rtrim",
        }),
        Expr::AtTimeZone { .. } => good("timezone"),
        Expr::Keyword { word, .. } => Some((Name::new(word.to_ascii_lowercase()), true)),
        Expr::Array(_) | Expr::Query { kind: QueryKind::Array, .. } => good("array"),
        Expr::Row(_) => good("row"),
        Expr::Query { kind: QueryKind::Exists, .. } => good("exists"),
        Expr::Query { kind: QueryKind::Plain, sql } => match parse::query(sql)?.body {
            Body::Select(select) => {
                let first = select.items.first()?;
                Some((first.alias.clone().unwrap_or_else(|| derived(&first.expr, server)), true))
            }
            Body::Values(_) => good("column1"),
            Body::Set { .. } => None,
        },
        Expr::Collate { operand, .. } | Expr::Subscript { operand, .. } => found(operand, server),
        Expr::Cast { operand, ty } => match found(operand, server) {
            Some((name, true)) => Some((name, true)),
            other => type_name(ty).map(|name| (name, false)).or(other),
        },
        Expr::Case { otherwise, .. } => {
            match otherwise.as_deref().and_then(|otherwise| found(otherwise, server)) {
                Some((name, true)) => Some((name, true)),
                _ => Some((Name::from("case"), false)),
            }
        }
        // It was a cast of a string.
        Expr::Boolean(_) if !server.is_at_least(15) => Some((Name::from("bool"), false)),
        Expr::Null
        | Expr::Boolean(_)
        | Expr::Number(_)
        | Expr::String(_)
        | Expr::Introduced { .. }
        | Expr::Hex(_)
        | Expr::Bits(_)
        | Expr::Parameter(_)
        | Expr::Wildcard(_)
        | Expr::Not(_)
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Concat(_)
        | Expr::Unary { .. }
        | Expr::Binary { .. }
        | Expr::Is { .. }
        | Expr::Between { .. }
        | Expr::In { .. }
        | Expr::Like { .. }
        | Expr::Quantified { .. }
        | Expr::Interval { .. } => None,
    }
}

/// The name of a type in the catalog.
fn type_name(ty: &Type) -> Option<Name> {
    Some(Name::from(match ty {
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
        Type::Binary(_) | Type::VarBinary(_) | Type::Blob => "bytea",
        Type::Date => "date",
        Type::Time(_) => "time",
        Type::Timestamp(_) => "timestamp",
        Type::TimestampTz(_) => "timestamptz",
        Type::Uuid => "uuid",
        Type::Json => "json",
        Type::Jsonb => "jsonb",
        Type::Enum(name) => return Some(name.name.clone()),
        Type::Array(element) => return type_name(element),
        Type::Native(text) => {
            let word = text.split(['(', ' ']).next()?;
            return retort_core::script::portable::native_type_name(word).map(|name| name.name);
        }
    }))
}
