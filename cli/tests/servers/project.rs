//! A project with a database on a server.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

use retort_test_servers::{Database, Engine};
use tempfile::TempDir;

/// A project in a directory of its own, with an empty database of its own.
#[derive(Debug)]
pub(crate) struct Project {
    directory: TempDir,
    pub(crate) database: Database,
}

/// Runs a test on an engine, if there is one.
pub(crate) fn on(engine: Engine, test: fn(Engine)) {
    if engine.is_available() {
        test(engine);
    }
}

impl Project {
    /// A project with revisions that follow each other: id and what comes after
    /// the header.
    pub(crate) fn new(engine: Engine, revisions: &[(&str, &str)]) -> Self {
        Self::on(Database::create(engine), revisions)
    }

    /// The same on a database that exists.
    pub(crate) fn on(database: Database, revisions: &[(&str, &str)]) -> Self {
        let directory = TempDir::new().unwrap();
        fs::create_dir(directory.path().join("migrations")).unwrap();
        fs::write(directory.path().join("retort.toml"), "").unwrap();
        let project = Self { directory, database };
        let mut parent = None;
        for (id, body) in revisions {
            project.revision(id, parent, body);
            parent = Some(*id);
        }
        project
    }

    /// Writes a revision file.
    pub(crate) fn revision(&self, id: &str, parent: Option<&str>, body: &str) {
        let revises = parent.map(|parent| format!("-- @revises {parent}\n")).unwrap_or_default();
        let text = format!("-- about {id}\n--\n-- @revision {id}\n{revises}\n{body}\n");
        let path = self.directory.path().join("migrations").join(format!("{id}_.sql"));
        fs::write(path, text).unwrap();
    }

    /// Writes a file, and the directories above it.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Removes a file.
    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.directory.path().join(path)).unwrap();
    }

    /// The path of a file.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    /// The text of a file.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.directory.path().join(path)).unwrap()
    }

    /// The process of `retort` with these words. Variables may stand before it.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_retort"));
        command.current_dir(self.directory.path()).env_clear().stdin(Stdio::null());
        command.env("DATABASE_URL", self.database.url());
        for word in line.split_whitespace() {
            match word
                .split_once('=')
                .filter(|(name, _)| name.bytes().all(|c| c.is_ascii_uppercase() || c == b'_'))
            {
                Some((name, value)) => command.env(name, value),
                None => command.arg(word),
            };
        }
        command
    }

    /// Starts `retort` with these words.
    pub(crate) fn spawn(&self, line: &str) -> Child {
        self.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs `retort` with these words, which must succeed, and returns what it
    /// wrote: results, then talk.
    #[track_caller]
    pub(crate) fn ok(&self, line: &str) -> String {
        let output = self.command(line).output().unwrap();
        let text = written(&output);
        assert!(output.status.success(), "$ retort {line}\n{text}");
        text
    }

    /// Runs `retort` with these words, which must fail, and returns what it
    /// wrote. No name of the database or port is in it.
    #[track_caller]
    pub(crate) fn fails(&self, line: &str) -> String {
        let output = self.command(line).output().unwrap();
        let text = written(&output);
        assert_eq!(output.status.code(), Some(1), "$ retort {line}\n{text}");
        self.mask(&text)
    }

    /// Takes what differs between runs out of a text.
    pub(crate) fn mask(&self, text: &str) -> String {
        let authority = self.database.url().split('@').nth(1).unwrap_or_default();
        let server = authority.split('/').next().unwrap_or_default();
        let port = server.rsplit(':').next().unwrap_or_default();
        text.replace(self.database.name(), "$DATABASE").replace(port, "$PORT")
    }
}

/// Results, then talk.
pub(crate) fn written(output: &Output) -> String {
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{stdout}{stderr}")
}

/// Waits until something is so, for as long as a test may take.
#[track_caller]
pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed().as_secs() < 60, "{what} did not happen");
        std::thread::yield_now();
    }
}
