//! The SQLite backend of Retort.
#![cfg_attr(not(test), expect(dead_code, reason = "the connection and the renderer come next"))]

mod annotation;
mod cursor;
mod expression;
mod syntax;
mod table_text;
mod types;
