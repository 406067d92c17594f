//! Operations on real databases, through `render` and `execute`.

#![expect(clippy::unwrap_used, reason = "an error is a failure here")]

mod laws;
mod objects;
mod rebuild;
mod support;
