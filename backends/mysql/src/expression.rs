//! Expressions and statements: from portable SQL to MySQL's, back, and into one
//! form for comparing.
//!
//! ```text
//! portable text ─ parse ─ simplify ─┬─ native ─→ MySQL's text
//!                                   └─ normal ─→ the form for comparing
//! MySQL's text ─ parse ─ portable ──┘
//! ```
//!
//! What MySQL understands in another way than portable SQL does is translated,
//! or refused by name. What only MySQL knows has a place in portable text too,
//! so that a definition which was read can be written again: the call of
//! `mysql.date_format(…)` is MySQL's function of that name, and
//! `mysql."DIV"(a, b)` its operator.

mod context;
mod dialect;
mod functions;
mod interval;
mod native;
mod normal;
mod own;
mod portable;
mod simplify;
mod statement;
mod types;

use retort_core::backend::BackendError;

pub(crate) use context::Context;

use crate::server::Server;

/// Translates a portable INSERT, UPDATE or DELETE; see
/// [`Context::translate_dml`].
pub(crate) fn dml_to_mysql(sql: &str, server: Server) -> Result<String, BackendError> {
    Context::new(server).translate_dml(sql)
}

/// Translates a portable query; see [`Context::translate_query`].
pub(crate) fn query_to_mysql(sql: &str, server: Server) -> Result<String, BackendError> {
    Context::new(server).translate_query(sql)
}

#[cfg(test)]
mod tests;
