//! The `retort` binary.
fn main() {}
