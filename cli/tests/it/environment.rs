//! A directory, variables and captured streams for a run.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use expect_test::Expect;
use retort::{Cli, Host, Output};
use tempfile::TempDir;

/// When the files of [`TestEnvironment::revisions`] say that they were made.
const CREATED: &str = "2026-11-22 15:02:";

/// A directory of its own, and no variables but those that are set.
pub(crate) struct TestEnvironment {
    directory: TempDir,
    variables: BTreeMap<OsString, OsString>,
}

/// What a run wrote, and how it ended.
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: u8,
}

impl TestEnvironment {
    pub(crate) fn new() -> Self {
        Self { directory: TempDir::new().unwrap(), variables: BTreeMap::new() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Sets DATABASE_URL to a SQLite file in the directory.
    pub(crate) fn use_database(&mut self, file: &str) {
        let url = format!("sqlite://{}", self.path().join(file).display());
        self.set("DATABASE_URL", &url);
    }

    /// Runs SQL on a SQLite file in the directory, past the code under test.
    pub(crate) fn sql(&self, file: &str, sql: &str) {
        let connection = rusqlite::Connection::open(self.path().join(file)).unwrap();
        connection.execute_batch(sql).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.path().join(path)).unwrap();
    }

    /// Writes a file, and the directories above it.
    pub(crate) fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Writes the files of revisions, one a line: `id <- parent other: message`,
    /// with `label=` and `needs=` after the parents.
    pub(crate) fn revisions(&self, lines: &str) -> &Self {
        fs::create_dir_all(self.path().join("migrations")).unwrap();
        for (number, line) in lines.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
            let (links, message) = line.split_once(':').unwrap_or((line, ""));
            let (id, links) = links.trim().split_once(' ').unwrap_or((links.trim(), ""));
            let mut header = String::new();
            let words = |prefix: &str| {
                let of_prefix = links.split_whitespace().filter_map(|word| word.strip_prefix(prefix));
                of_prefix.collect::<Vec<_>>().join(", ")
            };
            let parents: Vec<&str> =
                links.split_whitespace().filter(|word| *word != "<-" && !word.contains('=')).collect();
            for (directive, value) in [
                ("revises", parents.join(", ")),
                ("labels", words("label=")),
                ("depends-on", words("needs=")),
            ] {
                if !value.is_empty() {
                    header.push_str(&format!("-- @{directive} {value}\n"));
                }
            }
            let text = format!(
                "-- {}\n--\n-- @revision {id}\n{header}-- @created 2026-11-22T15:02:{number:02}Z\n\n-- @upgrade\n\n-- @downgrade\n",
                message.trim()
            );
            self.write(&format!("migrations/{id}_.sql"), &text);
        }
        self
    }

    /// Runs a command line, in which double quotes hold words together and
    /// `$DIR` is the directory.
    pub(crate) fn run(&self, command: &str) -> Run {
        let arguments = split(&command.replace("$DIR", &self.path().display().to_string()));
        assert_eq!(arguments.first().map(String::as_str), Some("retort"));
        self.run_arguments(arguments.into_iter().map(OsString::from).collect())
    }

    pub(crate) fn run_arguments(&self, arguments: Vec<OsString>) -> Run {
        let (stdout, stderr) = (Stream::default(), Stream::default());
        let host = Host {
            arguments,
            directory: self.path().to_owned(),
            variables: self.variables.clone(),
            output: Output::Captured { stdout: Box::new(stdout.clone()), stderr: Box::new(stderr.clone()) },
        };
        let status = Cli::new().with_backend(retort_sqlite::Sqlite::default()).run_in(host).code();
        Run { stdout: self.mask(&stdout.text()), stderr: self.mask(&stderr.text()), status }
    }

    /// Runs command lines and compares what they wrote, and how they ended.
    #[track_caller]
    pub(crate) fn check(&self, commands: &str, expected: Expect) {
        let mut text = String::new();
        for command in commands.lines().map(str::trim).filter(|line| !line.is_empty()) {
            text.push_str(&format!("$ {command}\n{}", self.run(command)));
        }
        expected.assert_eq(&text);
    }

    /// The files under the directory, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        fn list(directory: &Path, root: &Path, files: &mut Vec<String>) {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    list(&path, root, files);
                } else {
                    files.push(path.strip_prefix(root).unwrap().display().to_string());
                }
            }
        }
        let mut files = Vec::new();
        list(self.path(), self.path(), &mut files);
        files.sort();
        files
    }

    /// Replaces what differs between runs: the directory, and times.
    pub(crate) fn mask(&self, text: &str) -> String {
        let text = text.replace(&format!("{}/", self.path().display()), "");
        let text = text.replace(&self.path().display().to_string(), "$DIR");
        // Who interrupted a run, and when.
        let text = match text.split_once("(by ").map(|(before, rest)| (before, rest.split_once(" UTC"))) {
            Some((before, Some((_, after)))) => format!("{before}(by $ACTOR, at $TIME UTC{after}"),
            _ => text,
        };
        // On a slow machine any revision may take long enough to be told.
        let lines = text.split_inclusive('\n').filter(|line| !line.starts_with("  done in "));
        let lines = lines.map(|line| match line.split_once("Create Date: ") {
            Some((indent, date)) if !date.starts_with(CREATED) => format!("{indent}Create Date: $NOW\n"),
            _ => line.to_owned(),
        });
        lines.collect()
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.stdout.lines().map(|line| ("", line));
        for (prefix, line) in lines.chain(self.stderr.lines().map(|line| ("! ", line))) {
            // A space at the end of a line is seen only with something behind it.
            let end = if line.ends_with(' ') { "$" } else { "" };
            writeln!(f, "{prefix}{line}{end}")?;
        }
        if self.status != 0 {
            writeln!(f, "[exit status: {}]", self.status)?;
        }
        Ok(())
    }
}

/// A stream that can be read back.
#[derive(Clone, Default)]
struct Stream(Arc<Mutex<Vec<u8>>>);

impl Stream {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn split(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    for c in command.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
