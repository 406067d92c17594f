//! Comparing schemas.

mod renames;

pub use renames::Renames;
