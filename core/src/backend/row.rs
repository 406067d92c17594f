//! Rows that a query returns.

/// A row: one value a column.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// The text in a column, if there is text.
    pub fn text(&self, column: usize) -> Option<&str> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The integer in a column, if there is one.
    pub fn integer(&self, column: usize) -> Option<i64> {
        match self.0.get(column) {
            Some(Value::Integer(integer)) => Some(*integer),
            _ => None,
        }
    }
}

/// A value in a row.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub enum Value {
    /// SQL's NULL.
    Null,
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}
