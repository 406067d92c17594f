//! The SQLite backend of Retort.

mod annotation;
mod backend;
mod connection;
mod convert;
mod cursor;
mod edit;
mod error;
mod expression;
mod foreign_keys;
mod index_text;
mod interpret;
mod introspect;
mod normalize;
mod offline;
mod open;
mod pragmas;
mod rebuild;
mod render;
mod session;
mod switch;
mod syntax;
mod table_text;
mod types;
mod url;
mod view_text;
mod worker;

pub use backend::Sqlite;
