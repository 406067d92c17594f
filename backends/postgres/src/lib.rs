//! The PostgreSQL backend of Retort.

mod backend;
mod connection;
mod error;
mod interpret;
mod introspect;
mod normalize;
mod render;
mod server;
mod syntax;
mod types;
mod url;

pub use backend::Postgres;
