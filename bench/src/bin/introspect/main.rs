//! Reads the schema of the database that `DATABASE_URL` names, and prints how
//! many microseconds that took once the connection was open.
//!
//! With `model` Retort's backend reads it; with `bare` the driver alone runs the
//! queries of a minimal reader and drops the rows: what any program pays that
//! knows as much.

mod bare;

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use retort_core::backend::{Access, Backend, DatabaseUrl, Scope};
use retort_mysql::MySql;
use retort_postgres::Postgres;
use retort_sqlite::Sqlite;
use tokio::runtime;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How many tables there were, and how long reading took.
type Read = (usize, Duration);

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [how, tables] = &arguments[..] else {
        return Err("usage: DATABASE_URL=... introspect model|bare TABLES".into());
    };
    let expected: usize = tables.parse()?;
    let url = env::var("DATABASE_URL")?;
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let (tables, took) = match &**how {
        "model" => runtime.block_on(model(&url)),
        "bare" => runtime.block_on(bare::read(&url)),
        unknown => Err(format!("unknown way: {unknown}").into()),
    }?;
    if tables != expected {
        return Err(format!("{tables} tables instead of {expected}").into());
    }
    writeln!(io::stdout(), "{}", took.as_micros())?;
    Ok(())
}

async fn model(url: &str) -> Result<Read> {
    let url: DatabaseUrl = url.parse()?;
    let backend: Box<dyn Backend> = match &*url.scheme() {
        "postgresql" => Box::new(Postgres::default()),
        "mysql" => Box::new(MySql::default()),
        "mariadb" => Box::new(MySql::mariadb()),
        _ => Box::new(Sqlite::default()),
    };
    let mut connection = backend.connect(&url, Access::Read).await?;
    let begun = Instant::now();
    let schema = connection.introspect(&Scope::default()).await?;
    let took = begun.elapsed();
    connection.close().await?;
    Ok((schema.tables.len(), took))
}
