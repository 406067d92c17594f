//! Logical types and PostgreSQL's.

pub(crate) mod read;
