//! The SQLite backend of Retort.

mod backend;
mod connection;
mod error;
mod foreign_keys;
mod open;
mod session;
mod switch;
mod url;
mod worker;

pub use backend::Sqlite;
