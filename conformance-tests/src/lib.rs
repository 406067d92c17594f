//! The suite that every backend of Retort must pass: ours, and those of third
//! parties.
//!
//! It states laws, not SQL: what is introspected is the normal form of what was
//! created; an operation and its reverse restore; a failed atomic batch leaves
//! no trace. A backend gives it a [`Harness`], three methods, and runs it as a
//! test with `harness = false`:
//!
//! ```no_run
//! # use std::{process::ExitCode, sync::Arc};
//! # use retort_core::backend::{Backend, DatabaseUrl};
//! # use retort_conformance::{Database, Harness, Witness};
//! # struct Mine;
//! # impl Harness for Mine {
//! #     fn backend(&self) -> Arc<dyn Backend> { unimplemented!() }
//! #     fn database(&self) -> Database { unimplemented!() }
//! #     fn witness(&self, _: &DatabaseUrl) -> Option<Box<dyn Witness>> { None }
//! # }
//! fn main() -> ExitCode {
//!     retort_conformance::run(Mine)
//! }
//! ```
//!
//! A case that is about something which the backend says it does not have is
//! skipped, and says why; a twin of it then sees that the backend refuses the
//! thing. Generated cases are few, unless `PROPTEST_CASES` says otherwise, and
//! random, unless `PROPTEST_RNG_SEED` is set. What autogenerate writes between two
//! schemas deserves a long run now and then: `PROPTEST_CASES=250` with the filter
//! `autogenerate` tries a thousand pairs.

mod case;
mod context;
pub mod differences;
pub mod generate;
mod harness;
mod laws;
mod project;
mod session;
mod site;
mod suite;

pub use harness::{Database, Harness, Witness, WitnessError};
pub use suite::{Ending, Report, Settings, cases, check, run};
