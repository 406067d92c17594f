//! From operations to portable SQL.
use crate::operation::Operation;
/// Writes an operation as portable SQL.
pub fn write(_operation: &Operation) -> String {
    String::new()
}
