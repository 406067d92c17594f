//! Logical types and the types that SQLite columns are declared with.
//!
//! SQLite does not enforce a declared type; it takes an affinity from the words
//! in it. Each logical type has one declared type that gives the right affinity
//! and from which the logical type can be read again. That is why UUIDs and
//! JSON are `UUID_TEXT` and `JSON_TEXT`: with numeric affinity a UUID of digits
//! would become a number.

use retort_core::{
    backend::BackendError,
    schema::{Name, Type},
    sql::TokenKind,
};

use crate::cursor::Cursor;

/// The type to declare a column with.
///
/// # Errors
///
/// Fails as unsupported for arrays and for native types other than `ANY`.
pub(crate) fn declared_type(ty: &Type) -> Result<String, BackendError> {
    Ok(match ty {
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
        | Type::Blob
        | Type::Date
        | Type::Time(_)
        | Type::Timestamp(_)
        | Type::TimestampTz(_) => ty.to_string(),
        Type::Binary(size) => format!("BINARY_BLOB({size})"),
        Type::VarBinary(size) => format!("VARBINARY_BLOB({size})"),
        Type::Uuid => "UUID_TEXT".to_owned(),
        Type::Json => "JSON_TEXT".to_owned(),
        Type::Jsonb => "JSONB_TEXT".to_owned(),
        Type::Enum(_) => "TEXT".to_owned(),
        Type::Native(text) if text.eq_ignore_ascii_case("ANY") => "ANY".to_owned(),
        Type::Array(_) => {
            return Err(BackendError::unsupported(format!("SQLite has no arrays such as `{ty}`")));
        }
        Type::Native(_) => {
            return Err(BackendError::unsupported(format!("SQLite has no type `{ty}`")));
        }
    })
}

/// The logical type of a column that is declared so, whoever declared it.
///
/// What is no known spelling of a logical type is native. Without a type it is
/// the native type with an empty name.
pub(crate) fn logical_type(declared: &str) -> Type {
    let (words, arguments) = take_apart(declared);
    let size = arguments.first().and_then(|size| u32::try_from(*size).ok());
    let native = || Type::Native(declared.to_owned());
    match words.as_str() {
        "TINYINT" | "SMALLINT" | "INT2" => Type::SmallInt,
        "INTEGER" | "INT" | "INT4" | "MEDIUMINT" => Type::Integer,
        "BIGINT" | "INT8" => Type::BigInt,
        "BOOLEAN" | "BOOL" => Type::Boolean,
        "REAL" | "FLOAT4" => Type::Real,
        "DOUBLE PRECISION" | "DOUBLE" | "FLOAT" | "FLOAT8" => Type::Double,
        "NUMERIC" | "DECIMAL" | "DEC" | "NUM" => match arguments.as_slice() {
            [] => Type::Numeric { precision: None, scale: None },
            [_] if size.is_some() => Type::Numeric { precision: size, scale: None },
            [_, scale] if size.is_some() => {
                let scale = i32::try_from(*scale).ok().filter(|scale| *scale != 0);
                Type::Numeric { precision: size, scale }
            }
            _ => native(),
        },
        "CHAR" | "CHARACTER" | "NCHAR" | "NATIVE CHARACTER" => size.map_or(Type::Text, Type::Char),
        "VARCHAR" | "VARYING CHARACTER" | "CHARACTER VARYING" | "NVARCHAR" => Type::VarChar(size),
        "TEXT" | "CLOB" | "TINYTEXT" | "MEDIUMTEXT" | "LONGTEXT" | "NTEXT" => Type::Text,
        "BINARY_BLOB" | "BINARY" => size.map_or_else(native, Type::Binary),
        "VARBINARY_BLOB" | "VARBINARY" => size.map_or_else(native, Type::VarBinary),
        "BLOB" | "BYTEA" | "TINYBLOB" | "MEDIUMBLOB" | "LONGBLOB" => Type::Blob,
        "DATE" => Type::Date,
        "TIME" | "TIME WITHOUT TIME ZONE" => Type::Time(size),
        "TIMESTAMP" | "DATETIME" | "TIMESTAMP WITHOUT TIME ZONE" => Type::Timestamp(size),
        "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE" => Type::TimestampTz(size),
        "UUID_TEXT" | "UUID" => Type::Uuid,
        "JSON_TEXT" | "JSON" => Type::Json,
        "JSONB_TEXT" | "JSONB" => Type::Jsonb,
        _ => native(),
    }
}

/// The collation of a column in its normal form: none for the default one, and
/// the built-in ones, whose case SQLite ignores, in lower case as portable SQL
/// folds them. `C` and `POSIX` are the default one by other names.
pub(crate) fn collation(name: &str) -> Option<Name> {
    match name.to_ascii_lowercase().as_str() {
        "binary" | "c" | "posix" => None,
        built_in @ ("nocase" | "rtrim") => Some(Name::new(built_in)),
        _ => Some(Name::new(name)),
    }
}

/// The collation of a part of an index in its normal form: none if it is the
/// collation of its column.
pub(crate) fn index_collation(name: &str, of_column: Option<&Name>) -> Option<Name> {
    let collation = collation(name);
    if collation.as_ref() == of_column {
        return None;
    }
    Some(collation.unwrap_or_else(|| Name::new("binary")))
}

/// The words of a declared type in upper case, and the numbers in parentheses.
fn take_apart(declared: &str) -> (String, Vec<i64>) {
    // Most types are one word.
    if declared.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return (declared.to_ascii_uppercase(), Vec::new());
    }
    let mut cursor = Cursor::new(declared);
    let mut words = String::new();
    let mut numbers = Vec::new();
    let mut negative = false;
    while let Some(token) = cursor.peek() {
        let text = &declared[token.span.clone()];
        match token.kind {
            TokenKind::Number => {
                if let Ok(number) = text.parse::<i64>() {
                    numbers.push(if negative { -number } else { number });
                }
                negative = false;
            }
            TokenKind::Punctuation => negative = text == "-",
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::ConditionalOpen
            | TokenKind::ConditionalClose
            | TokenKind::Word
            | TokenKind::QuotedIdentifier
            | TokenKind::String
            | TokenKind::DollarString
            | TokenKind::Parameter => {
                if !words.is_empty() {
                    words.push(' ');
                }
                words.push_str(&text.to_ascii_uppercase());
            }
        }
        cursor.advance();
    }
    (words, numbers)
}

#[cfg(test)]
mod tests;
