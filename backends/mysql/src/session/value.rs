//! Rows as the driver gives them → rows of the seam.

use mysql_async::{
    Column,
    consts::{ColumnFlags, ColumnType},
};
use retort_core::backend::{Row, Value};

/// The collation of what is bytes, not text.
const BINARY: u16 = 63;

/// Reads a row of the text protocol.
pub(super) fn row(row: mysql_async::Row) -> Row {
    let columns = row.columns();
    Row(row.unwrap_raw().into_iter().zip(&*columns).map(|(found, column)| value(found, column)).collect())
}

fn value(found: Option<mysql_async::Value>, column: &Column) -> Value {
    match found {
        Some(mysql_async::Value::Bytes(bytes)) => of_bytes(bytes, column),
        Some(mysql_async::Value::NULL) | None => Value::Null,
        // The text protocol has nothing but bytes.
        Some(mysql_async::Value::Int(integer)) => Value::Integer(integer),
        Some(mysql_async::Value::UInt(integer)) => unsigned(integer),
        Some(mysql_async::Value::Float(real)) => Value::Real(real.into()),
        Some(mysql_async::Value::Double(real)) => Value::Real(real),
        Some(other @ (mysql_async::Value::Date(..) | mysql_async::Value::Time(..))) => {
            Value::Text(other.as_sql(true).trim_matches('\'').to_owned())
        }
    }
}

fn of_bytes(bytes: Vec<u8>, column: &Column) -> Value {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Value::Blob(error.into_bytes()),
    };
    match column.column_type() {
        ColumnType::MYSQL_TYPE_TINY
        | ColumnType::MYSQL_TYPE_SHORT
        | ColumnType::MYSQL_TYPE_INT24
        | ColumnType::MYSQL_TYPE_LONG
        | ColumnType::MYSQL_TYPE_LONGLONG
        | ColumnType::MYSQL_TYPE_YEAR => match text.parse() {
            Ok(integer) => Value::Integer(integer),
            Err(_) => Value::Text(text),
        },
        ColumnType::MYSQL_TYPE_FLOAT | ColumnType::MYSQL_TYPE_DOUBLE => match text.parse() {
            Ok(real) => Value::Real(real),
            Err(_) => Value::Text(text),
        },
        ColumnType::MYSQL_TYPE_BIT | ColumnType::MYSQL_TYPE_GEOMETRY | ColumnType::MYSQL_TYPE_VECTOR => {
            Value::Blob(text.into_bytes())
        }
        ColumnType::MYSQL_TYPE_STRING
        | ColumnType::MYSQL_TYPE_VAR_STRING
        | ColumnType::MYSQL_TYPE_VARCHAR
        | ColumnType::MYSQL_TYPE_TINY_BLOB
        | ColumnType::MYSQL_TYPE_MEDIUM_BLOB
        | ColumnType::MYSQL_TYPE_LONG_BLOB
        | ColumnType::MYSQL_TYPE_BLOB
            if column.character_set() == BINARY && !column.flags().contains(ColumnFlags::ENUM_FLAG) =>
        {
            Value::Blob(text.into_bytes())
        }
        // Decimals, dates, times, JSON, enumerations, and text as such.
        _ => Value::Text(text),
    }
}

fn unsigned(integer: u64) -> Value {
    i64::try_from(integer).map_or_else(|_| Value::Text(integer.to_string()), Value::Integer)
}
