//! The PostgreSQL backend of Retort.

mod backend;
mod connection;
mod error;
mod expression;
mod interpret;
mod introspect;
mod normalize;
mod render;
mod sequence;
mod server;
mod syntax;
mod types;

pub use backend::Postgres;
