//! The fields of a row of a catalog, as text.

use mysql_async::{Row, Value};

/// The fields of a row, first to last.
///
/// A catalog has text in all columns but a few; which of them come as bytes
/// and which as numbers differs between servers.
pub(super) struct Fields(std::vec::IntoIter<Value>);

impl Fields {
    pub(super) fn new(row: Row) -> Self {
        Self(row.unwrap().into_iter())
    }

    /// The next field; NULL is the empty text.
    pub(super) fn text(&mut self) -> String {
        self.optional().unwrap_or_default()
    }

    /// The next field, unless it is NULL.
    pub(super) fn optional(&mut self) -> Option<String> {
        Some(match self.0.next()? {
            Value::NULL => return None,
            Value::Bytes(bytes) => match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            },
            Value::Int(number) => number.to_string(),
            Value::UInt(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Double(number) => number.to_string(),
            time @ (Value::Date(..) | Value::Time(..)) => time.as_sql(true).trim_matches('\'').to_owned(),
        })
    }

    /// The next field as a number; what is none is 0.
    pub(super) fn number(&mut self) -> u32 {
        self.optional().and_then(|text| text.parse().ok()).unwrap_or_default()
    }
}
