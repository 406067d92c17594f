//! The suite on MySQL.

mod witness;

use std::{process::ExitCode, sync::Arc};

use retort_conformance::{Database, Harness, Witness};
use retort_core::backend::{Backend, DatabaseUrl};
use retort_mysql::MySql;
use retort_test_servers::Engine;

struct OnMySql;

impl Harness for OnMySql {
    fn backend(&self) -> Arc<dyn Backend> {
        Arc::new(MySql::default())
    }

    fn database(&self) -> Database {
        let database = retort_test_servers::Database::create(Engine::Mysql);
        Database::new(database.url().parse().expect("a URL"), database)
    }

    fn witness(&self, url: &DatabaseUrl) -> Option<Box<dyn Witness>> {
        Some(Box::new(witness::Sqlx::of(url)))
    }
}

fn main() -> ExitCode {
    retort_conformance::run(OnMySql)
}
