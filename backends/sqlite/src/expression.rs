//! Expressions: from portable SQL to SQLite's, and into one form for comparing.

mod canonical;
mod words;

pub(crate) use canonical::{ColumnNames, canonical, canonical_in, normal_default};
