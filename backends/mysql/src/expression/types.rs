//! The types of casts.

use retort_core::{
    backend::BackendError,
    expression::{Expr, write_identifier},
    schema::{Name, Type},
};

use super::{context::Context, interval};
use crate::server::Flavor;

/// The types that a cast tells apart on MySQL: lengths of integers, zones of
/// timestamps and names of enum types don't count.
pub(super) fn simplify(ty: Type) -> Type {
    match ty {
        Type::SmallInt | Type::Integer | Type::BigInt => Type::BigInt,
        Type::Numeric { precision: Some(precision), scale } => {
            Type::Numeric { precision: Some(precision), scale: Some(scale.unwrap_or(0)) }
        }
        Type::Char(length) => Type::VarChar(Some(length)),
        Type::VarChar(None) | Type::Text | Type::Uuid | Type::Enum(_) => Type::Text,
        Type::Binary(_) | Type::VarBinary(_) | Type::Blob => Type::Blob,
        Type::Time(digits) => Type::Time(digits.filter(|digits| *digits != 6)),
        Type::Timestamp(digits) | Type::TimestampTz(digits) => {
            Type::Timestamp(digits.filter(|digits| *digits != 6))
        }
        Type::Json | Type::Jsonb => Type::Json,
        Type::Native(native) if is_enum_name(&native) => Type::Text,
        Type::Boolean
        | Type::Real
        | Type::Double
        | Type::Numeric { precision: None, .. }
        | Type::VarChar(Some(_))
        | Type::Date
        | Type::Array(_)
        | Type::Native(_) => ty,
    }
}

/// Whether a type, simplified, is text.
pub(super) fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::Text | Type::VarChar(_))
}

/// MySQL's cast to a portable type, simplified.
///
/// # Errors
///
/// Fails where MySQL has no such type, or would convert in another way.
pub(super) fn native(operand: Expr, ty: Type, context: &Context<'_>) -> Result<Expr, BackendError> {
    let to = |operand: Expr, ty: &str| Ok(Expr::cast(operand, Type::Native(ty.to_owned())));
    let refuse = |reason: &str| {
        Err(BackendError::unsupported(format!(
            "cast to `{ty}` on {}: {reason}; write it under `@only`",
            context.product()
        )))
    };
    match &ty {
        Type::SmallInt | Type::Integer | Type::BigInt => to(operand, "SIGNED"),
        Type::Boolean => refuse("a comparison such as `x <> 0` says what is true"),
        Type::Real => to(operand, "FLOAT"),
        Type::Double => to(operand, "DOUBLE"),
        Type::Numeric { precision: None, .. } => to(operand, "DECIMAL(65,30)"),
        Type::Numeric { precision: Some(precision), scale } => match scale.unwrap_or(0) {
            scale @ 0..=30 if *precision <= 65 => to(operand, &format!("DECIMAL({precision},{scale})")),
            _ => refuse("it has at most 65 digits, 30 of them behind the point"),
        },
        Type::VarChar(Some(length)) | Type::Char(length) => to(operand, &format!("CHAR({length})")),
        Type::VarChar(None) | Type::Text | Type::Uuid | Type::Enum(_) => to(operand, "CHAR"),
        Type::Binary(_) | Type::VarBinary(_) | Type::Blob => refuse("only a literal of bytes is one"),
        Type::Date => Ok(Expr::cast(operand, ty)),
        Type::Time(digits) => to(operand, &format!("TIME({})", digits.unwrap_or(6))),
        Type::Timestamp(digits) | Type::TimestampTz(digits) => match &operand {
            Expr::String(text) if has_zone(text) => refuse("timestamps have no zone"),
            _ => to(operand, &format!("DATETIME({})", digits.unwrap_or(6))),
        },
        Type::Json | Type::Jsonb => match (context.server.flavor, &operand) {
            (Flavor::MySql, _) => to(operand, "JSON"),
            (Flavor::MariaDb, Expr::String(_)) => Ok(operand),
            (Flavor::MariaDb, _) => refuse("JSON is text there"),
        },
        Type::Native(own) if own.starts_with("mysql.") => to(operand, &unmark(own)),
        Type::Native(_) if interval::is_interval(&ty) => {
            refuse("a length of time is one amount and unit, added to or taken from a date or time")
        }
        Type::Array(_) | Type::Native(_) => refuse("there is no such type"),
    }
}

/// The portable type for one of MySQL's casts.
pub(super) fn portable(ty: Type) -> Type {
    match ty {
        Type::Native(native) => portable_name(&native),
        // Here it is the precision that goes without saying that differs.
        Type::Time(digits) => Type::Time(Some(digits.unwrap_or(0))),
        Type::Timestamp(digits) => Type::Timestamp(Some(digits.unwrap_or(0))),
        Type::Numeric { precision: Some(65), scale: Some(30) } => {
            Type::Numeric { precision: None, scale: None }
        }
        Type::Numeric { precision: None, .. } => Type::Numeric { precision: Some(10), scale: Some(0) },
        // The type of an index over the elements of a JSON array.
        Type::Array(element) => mark(&format!("{} array", element.to_string().to_ascii_lowercase())),
        other => other,
    }
}

fn portable_name(native: &str) -> Type {
    match native {
        "signed" => return Type::BigInt,
        "float" => return Type::Real,
        "double" => return Type::Double,
        "char" | "nchar" => return Type::Text,
        _ => {}
    }
    let text = |before: &str| match before {
        "char" => Some(Type::Text),
        _ => before.strip_prefix("char(")?.strip_suffix(')')?.parse().ok().map(|n| Type::VarChar(Some(n))),
    };
    native
        .split_once(" charset ")
        .filter(|(_, charset)| matches!(*charset, "utf8mb4" | "utf8mb3" | "utf8"))
        .and_then(|(before, _)| text(before))
        .unwrap_or_else(|| mark(native))
}

fn mark(native: &str) -> Type {
    Type::Native(format!(
        "mysql.{}",
        write_identifier(&Name::from(native), &retort_core::expression::Dialect::PORTABLE)
    ))
}

fn unmark(own: &str) -> String {
    let name = own.strip_prefix("mysql.").unwrap_or(own);
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => name.to_owned(),
    }
}

/// Whether the text of a timestamp ends with a zone.
fn has_zone(text: &str) -> bool {
    let time = text.trim().split_once([' ', 'T']).map_or("", |(_, time)| time);
    time.contains(['+', '-']) || time.ends_with(|c: char| c.is_ascii_alphabetic())
}

/// Whether the name can be that of an enum type, whose values are text.
fn is_enum_name(name: &str) -> bool {
    /// Types of PostgreSQL's that are none.
    const FOREIGN: [&str; 38] = [
        "bit",
        "bit varying",
        "box",
        "cidr",
        "circle",
        "citext",
        "daterange",
        "geography",
        "geometry",
        "hstore",
        "inet",
        "int4range",
        "int8range",
        "interval",
        "line",
        "lseg",
        "macaddr",
        "macaddr8",
        "money",
        "name",
        "numrange",
        "oid",
        "path",
        "pg_lsn",
        "point",
        "polygon",
        "regclass",
        "regproc",
        "regtype",
        "tsquery",
        "tsrange",
        "tstzrange",
        "tsvector",
        "unsigned",
        "varbit",
        "vector",
        "xml",
        "year",
    ];
    let is_foreign = FOREIGN.contains(&name.trim_matches('"').to_ascii_lowercase().as_str());
    !(name.is_empty() || is_foreign || name.starts_with("mysql.") || name.contains(['(', '[']))
        && (name.contains('"') || !name.contains(' '))
        || name == "bpchar"
}
