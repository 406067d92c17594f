//! The MySQL backend of Retort.

mod backend;
mod connection;
mod error;
#[cfg_attr(not(test), expect(dead_code, reason = "the reader and the writer of schemas use it"))]
mod expression;
mod interpret;
mod introspect;
mod normalize;
mod render;
mod server;
mod syntax;
mod types;

pub use backend::MySql;
