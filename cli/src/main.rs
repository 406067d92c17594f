//! The `retort` binary.

use std::process::ExitCode;

use mimalloc::MiMalloc;

// Overrides the allocator of the C code too: see the workspace's Cargo.toml.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    retort::Cli::new()
        .with_backend(retort_sqlite::Sqlite::default())
        .with_backend(retort_postgres::Postgres::default())
        .with_backend(retort_mysql::MySql::default())
        .with_backend(retort_mysql::MySql::mariadb())
        .run()
}
