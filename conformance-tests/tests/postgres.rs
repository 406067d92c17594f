//! The suite on PostgreSQL.

mod witness;

use std::{process::ExitCode, sync::Arc};

use retort_conformance::{Database, Harness, Witness};
use retort_core::backend::{Backend, DatabaseUrl};
use retort_postgres::Postgres;
use retort_test_servers::Engine;

struct OnPostgres;

impl Harness for OnPostgres {
    fn backend(&self) -> Arc<dyn Backend> {
        Arc::new(Postgres::default())
    }

    fn database(&self) -> Database {
        let database = retort_test_servers::Database::create(Engine::Postgresql);
        Database::new(database.url().parse().expect("a URL"), database)
    }

    fn witness(&self, url: &DatabaseUrl) -> Option<Box<dyn Witness>> {
        Some(Box::new(witness::Sqlx::of(url)))
    }
}

fn main() -> ExitCode {
    retort_conformance::run(OnPostgres)
}
