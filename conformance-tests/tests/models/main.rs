//! Models: what is read from files, what is written of a schema, and that both
//! agree.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::format_push_string,
    reason = "the shorter form is the clearer one, and speed does not matter"
)]

mod laws;
mod read;
mod renamed;
mod support;
