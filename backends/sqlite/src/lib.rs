//! The SQLite backend of Retort.
#![expect(dead_code, unused_imports, reason = "the connection and the renderer come next")]

mod annotation;
mod cursor;
mod expression;
mod index_text;
mod introspect;
mod normalize;
mod syntax;
mod table_text;
mod types;
mod view_text;
