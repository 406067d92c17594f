//! Logical types and PostgreSQL's.
