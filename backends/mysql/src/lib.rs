//! The MySQL backend of Retort.

mod backend;
mod connection;
mod error;
mod expression;
mod interpret;
mod introspect;
mod normalize;
mod render;
mod server;
mod syntax;
mod types;

pub use backend::MySql;
