//! Logical types and MySQL's.

pub(crate) mod read;
