//! The `retort` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    retort::Cli::new()
        .with_backend(retort_sqlite::Sqlite::default())
        .with_backend(retort_postgres::Postgres::default())
        .with_backend(retort_mysql::MySql::mysql())
        .with_backend(retort_mysql::MySql::mariadb())
        .run()
}
