//! The binary on real SQLite databases, as a user types it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::format_push_string,
    reason = "the shorter form is the clearer one, and speed does not matter"
)]

mod bad_input;
mod chinook;
mod classic_errors;
mod concurrency;
mod content;
mod fsync;
mod interrupt;
mod json;
mod kill;
mod long_project;
mod project;
mod read_only;
mod required;
mod shell;
mod situations;
mod terminal;
