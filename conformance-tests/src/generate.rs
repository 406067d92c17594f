//! Strategies for schemas and operations.
//!
//! All of them turn a list of [`Choices`] made in advance, which proptest can
//! shrink, into something made of what a [`World`] has.

mod choices;
pub mod sound;
pub mod wild;
mod world;

pub use choices::{Choices, choices};
pub use world::World;
