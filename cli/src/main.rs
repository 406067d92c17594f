//! The `retort` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    retort::Cli::new().with_backend(retort_sqlite::Sqlite::default()).run()
}
