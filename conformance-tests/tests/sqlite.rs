//! The suite on SQLite.

mod witness;

use std::{process::ExitCode, sync::Arc};

use retort_conformance::{Database, Harness, Witness};
use retort_core::backend::{Backend, DatabaseUrl};
use retort_sqlite::Sqlite;
use tempfile::TempDir;

struct OnSqlite;

impl Harness for OnSqlite {
    fn backend(&self) -> Arc<dyn Backend> {
        Arc::new(Sqlite::default())
    }

    fn database(&self) -> Database {
        let directory = TempDir::new().expect("a temporary directory");
        let url = format!("sqlite://{}", directory.path().join("test.db").display());
        Database::new(url.parse().expect("a URL"), directory)
    }

    fn witness(&self, url: &DatabaseUrl) -> Option<Box<dyn Witness>> {
        Some(Box::new(witness::Sqlx::of(url)))
    }
}

fn main() -> ExitCode {
    retort_conformance::run(OnSqlite)
}
