//! What operations become, and that real servers do what is meant.

mod columns;
mod constraints;
mod enums;
mod failures;
mod indexes;
mod laws;
mod refusals;
mod support;
mod tables;
mod types;
mod views;
