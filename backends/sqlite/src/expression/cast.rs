//! Casts.
//!
//! A cast in SQLite converts to the affinity of the type, which is not what the
//! type means: `CAST('2026-11-22' AS DATE)` is the number 2026. So each logical
//! type has its own way.

use retort_core::{backend::BackendError, schema::Type};

use crate::{syntax::SYNTAX, types};

/// What is cast.
#[derive(Debug)]
pub(super) enum Operand {
    /// A string literal, which stands for this text.
    String(String),
    /// An expression that is one operand.
    Other(String),
}

/// Types of other databases that a cast must not take for an enum type.
const FOREIGN: [&str; 36] = [
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
    "varbit",
    "vector",
    "xml",
];

/// Writes the cast of an operand to the type that is written so.
///
/// # Errors
///
/// Fails as unsupported where SQLite would convert in another way.
pub(super) fn cast(operand: Operand, written: &str) -> Result<String, BackendError> {
    let simple = |operand: Operand, ty: &str| format!("CAST({} AS {ty})", operand.sql());
    match types::logical_type(written) {
        Type::SmallInt | Type::Integer | Type::BigInt => Ok(simple(operand, "INTEGER")),
        Type::Boolean => boolean(&operand),
        Type::Real | Type::Double => Ok(simple(operand, "REAL")),
        Type::Numeric { precision, scale } => match (precision, scale) {
            (None, _) => Ok(simple(operand, "NUMERIC")),
            (Some(_), None) => Ok(format!("round({})", simple(operand, "NUMERIC"))),
            (Some(_), Some(scale)) if scale > 0 => {
                Ok(format!("round({}, {scale})", simple(operand, "NUMERIC")))
            }
            (Some(_), Some(_)) => Err(refuse(written, "SQLite does not round to the left of the point")),
        },
        Type::Char(size) | Type::VarChar(Some(size)) => Ok(limited_text(operand, size)),
        Type::VarChar(None) | Type::Text | Type::Uuid | Type::Json | Type::Jsonb => Ok(text(operand)),
        Type::Binary(_) | Type::VarBinary(_) | Type::Blob => Ok(match &operand {
            Operand::String(string) => match string.strip_prefix("\\x") {
                Some(hex) if hex.len() % 2 == 0 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                    format!("x'{hex}'")
                }
                _ => simple(operand, "BLOB"),
            },
            Operand::Other(_) => simple(operand, "BLOB"),
        }),
        Type::Date => Ok(moment(operand, "date")),
        Type::Time(_) => Ok(moment(operand, "time")),
        Type::Timestamp(_) | Type::TimestampTz(_) => match operand {
            Operand::String(_) => Ok(operand.sql()),
            Operand::Other(sql) if sql.eq_ignore_ascii_case("CURRENT_TIMESTAMP") => Ok(sql),
            Operand::Other(_) => Err(refuse(written, "SQLite keeps timestamps as text of several forms")),
        },
        Type::Enum(_) | Type::Array(_) => Err(refuse(written, "SQLite has no such type")),
        Type::Native(name) if is_enum_name(&name) => Ok(text(operand)),
        Type::Native(_) => Err(refuse(written, "SQLite has no such type")),
    }
}

/// Whether the type that is written so is a date or a time.
pub(super) fn is_moment(written: &str) -> bool {
    match types::logical_type(written) {
        Type::Date | Type::Time(_) | Type::Timestamp(_) | Type::TimestampTz(_) => true,
        Type::SmallInt
        | Type::Integer
        | Type::BigInt
        | Type::Boolean
        | Type::Real
        | Type::Double
        | Type::Numeric { .. }
        | Type::Char(_)
        | Type::VarChar(_)
        | Type::Text
        | Type::Binary(_)
        | Type::VarBinary(_)
        | Type::Blob
        | Type::Uuid
        | Type::Json
        | Type::Jsonb
        | Type::Enum(_)
        | Type::Array(_)
        | Type::Native(_) => false,
    }
}

impl Operand {
    fn sql(self) -> String {
        match self {
            Self::String(text) => SYNTAX.quote_literal(&text),
            Self::Other(sql) => sql,
        }
    }
}

/// Text stays text; anything else becomes text.
fn text(operand: Operand) -> String {
    match operand {
        Operand::String(_) => operand.sql(),
        Operand::Other(sql) => format!("CAST({sql} AS TEXT)"),
    }
}

fn limited_text(operand: Operand, size: u32) -> String {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    match operand {
        Operand::String(string) => SYNTAX.quote_literal(&string.chars().take(size).collect::<String>()),
        Operand::Other(sql) => format!("substr(CAST({sql} AS TEXT), 1, {size})"),
    }
}

fn moment(operand: Operand, function: &str) -> String {
    match operand {
        Operand::String(_) => operand.sql(),
        Operand::Other(sql) => format!("{function}({sql})"),
    }
}

fn boolean(operand: &Operand) -> Result<String, BackendError> {
    let word = match operand {
        Operand::String(text) => text.trim(),
        Operand::Other(sql) => sql.as_str(),
    };
    match word.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Ok("TRUE".to_owned()),
        "false" | "f" | "no" | "n" | "off" | "0" => Ok("FALSE".to_owned()),
        "null" => Ok("NULL".to_owned()),
        _ => Err(BackendError::unsupported(
            "SQLite cannot cast to BOOLEAN; write a comparison such as `x <> 0` instead",
        )),
    }
}

/// Whether the name can be that of an enum type, which SQLite keeps as text.
fn is_enum_name(name: &str) -> bool {
    let is_quoted = name.starts_with('"');
    is_quoted
        || !(name.is_empty()
            || name.contains(['(', '[', ' '])
            || FOREIGN.contains(&name.to_ascii_lowercase().as_str()))
}

fn refuse(written: &str, reason: &str) -> BackendError {
    BackendError::unsupported(format!("cast to `{written}` on SQLite: {reason}; write it under `@only`"))
}
