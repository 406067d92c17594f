//! What operations become, and that real servers do what is meant.

#![expect(clippy::unwrap_used, reason = "an error is a failure here")]

mod characters;
mod columns;
mod constraints;
mod enums;
mod failures;
mod indexes;
mod laws;
mod native;
mod refusals;
mod refused_keys;
mod rows;
mod support;
mod tables;
mod types;
mod views;
