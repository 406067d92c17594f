//! One history, four engines, the same result.

#![expect(clippy::unwrap_used, reason = "an error is a failure here")]

mod adoption;
mod chinook;
mod content;
mod history;
mod models;
mod offline;
mod place;
mod required;
#[path = "../witness/mod.rs"]
mod witness;
