//! Logical types and MySQL's.
