//! What a user types, on a project of its own.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    sync::{Arc, Mutex},
};

use retort::{Cli, ExitStatus, Host, Output};
use retort_mysql::MySql;
use retort_postgres::Postgres;
use retort_sqlite::Sqlite;
use tempfile::TempDir;

/// A project without revisions.
pub(crate) struct Project {
    directory: TempDir,
}

/// What a run left.
pub(crate) struct Run {
    pub(crate) status: ExitStatus,
    /// The results.
    pub(crate) stdout: String,
    /// Talk and errors.
    pub(crate) stderr: String,
}

impl Project {
    pub(crate) fn new() -> Self {
        let directory = TempDir::new().unwrap();
        fs::create_dir(directory.path().join("migrations")).unwrap();
        fs::write(directory.path().join("retort.toml"), "").unwrap();
        Self { directory }
    }

    /// Runs the command line in this process.
    pub(crate) fn run(&self, words: &[&str]) -> Run {
        let (stdout, stderr) = (Buffer::default(), Buffer::default());
        let host = Host {
            arguments: ["retort"].iter().chain(words).map(Into::into).collect(),
            directory: self.directory.path().to_owned(),
            variables: BTreeMap::new(),
            output: Output::Captured { stdout: Box::new(stdout.clone()), stderr: Box::new(stderr.clone()) },
        };
        let status = Cli::new()
            .with_backend(Sqlite::default())
            .with_backend(Postgres::default())
            .with_backend(MySql::default())
            .with_backend(MySql::mariadb())
            .run_in(host);
        Run { status, stdout: stdout.take(), stderr: stderr.take() }
    }

    /// The text of its revisions.
    pub(crate) fn revisions(&self) -> String {
        let files = fs::read_dir(self.directory.path().join("migrations")).unwrap();
        files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    }
}

#[derive(Debug, Default, Clone)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
