//! Revisions: the nodes of the migration graph, and what is asked of it.
//!
//! - [`graph`] is the DAG: validation, heads, paths. It does no I/O.
//! - [`target`] parses what a user types (`head`, `+2`, `label@head`, `a:b`).
//! - [`directory`] reads and writes revision files; it is the only file-system
//!   code in this crate.

pub mod directory;
pub mod graph;
pub mod target;
