//! What operations become on PostgreSQL, and that a server takes it.
//!
//! Every statement of a snapshot is run, in order, and so is what undoes it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod alter;
mod objects;
mod refusals;
mod retype;
mod support;
mod views;
