//! The SQLite backend of Retort.
#![allow(dead_code, unused_imports)]

mod annotation;
mod backend;
mod connection;
mod cursor;
mod error;
mod expression;
mod foreign_keys;
mod index_text;
mod interpret;
mod introspect;
mod normalize;
mod open;
mod session;
mod switch;
mod syntax;
mod table_text;
mod types;
mod url;
mod view_text;
mod worker;

pub use backend::Sqlite;
