//! The core of Retort: the schema model, the revision graph, planning, the
//! apply loop, and the [`Backend`] trait that databases implement.
//!
//! Nothing here prints, reads the environment, or knows a database driver.
//! Data flows one way:
//!
//! ```text
//! files → graph → path → operations → plan → batches → connection
//! ```
//!
//! [`Backend`]: backend::Backend

pub mod autogenerate;
pub mod backend;
pub mod diff;
pub mod drawing;
pub mod event;
pub mod expression;
pub mod journal;
pub mod migrate;
pub mod models;
pub mod operation;
pub mod plan;
pub mod revision;
pub mod schema;
pub mod script;
pub mod sql;
pub mod suggestion;
pub mod version_table;
