//! The suite on the minimal backend: all that its author writes to test it.

use minimal_backend::Minimal;
use retort_conformance::{Database, Harness, Witness};
use retort_core::backend::{Backend, DatabaseUrl};
use std::{process::ExitCode, sync::Arc};
use tempfile::TempDir;

struct OnMinimal;

impl Harness for OnMinimal {
    fn backend(&self) -> Arc<dyn Backend> {
        Arc::new(Minimal::default())
    }

    fn database(&self) -> Database {
        let directory = TempDir::new().expect("a temporary directory");
        let url = format!("minimal:{}", directory.path().join("test.db").display());
        Database::new(url.parse().expect("a URL"), directory)
    }

    fn witness(&self, _url: &DatabaseUrl) -> Option<Box<dyn Witness>> {
        None
    }
}

fn main() -> ExitCode {
    retort_conformance::run(OnMinimal)
}
