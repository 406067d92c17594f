//! The PostgreSQL backend of Retort.

mod backend;
mod canonical;
mod connection;
mod error;
mod expression;
mod interpret;
mod introspect;
mod lock;
mod normalize;
mod offline;
mod render;
mod search_path;
mod sequence;
mod server;
mod session;
mod syntax;
mod tls;
mod types;
mod url;

pub use backend::Postgres;
