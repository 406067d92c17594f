//! The binary on real SQLite databases, as a user types it.

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
mod situations;
