//! Operations on real databases, through `render` and `execute`.

mod laws;
mod objects;
mod rebuild;
mod support;
