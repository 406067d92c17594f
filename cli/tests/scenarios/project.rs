//! A directory of its own, in which the binary runs as a user types it.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

use expect_test::Expect;
use tempfile::TempDir;

/// A directory of its own, and no variables but those before a command.
pub(crate) struct Project {
    directory: TempDir,
    /// Random ids of revisions, and the slugs that stand for them in commands
    /// and expectations, in braces.
    ids: Vec<(String, String)>,
}

/// What a run wrote, and how it ended.
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: ExitStatus,
}

/// All files under a directory, with their content.
#[derive(PartialEq, Eq)]
pub(crate) struct Files(BTreeMap<PathBuf, Vec<u8>>);

impl Project {
    /// An empty directory.
    pub(crate) fn empty() -> Self {
        Self { directory: TempDir::new().unwrap(), ids: Vec::new() }
    }

    /// A directory after `retort init`; the database is `dev.db`.
    pub(crate) fn new() -> Self {
        let mut project = Self::empty();
        project.ok("retort init");
        project
    }

    /// A project with revisions that follow each other: id, what to upgrade,
    /// and what to downgrade; without the latter, it is computed.
    pub(crate) fn with_chain(revisions: &[(&str, &str, Option<&str>)]) -> Self {
        let project = Self::new();
        let mut parent = "";
        for (id, upgrade, downgrade) in revisions {
            let downgrade = downgrade.map(|sql| format!("-- @downgrade\n{sql}\n")).unwrap_or_default();
            project.revision(id, parent, &format!("-- @upgrade\n{upgrade}\n{downgrade}"));
            parent = id;
        }
        project
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file, and the directories above it.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Writes `migrations/ID_.sql`. `parents` is the list of `@revises`;
    /// `rest` may begin with more directives of the header.
    pub(crate) fn revision(&self, id: &str, parents: &str, rest: &str) -> &Self {
        let revises = if parents.is_empty() { String::new() } else { format!("-- @revises {parents}\n") };
        let text = format!("-- about {id}\n--\n-- @revision {id}\n{revises}{rest}");
        self.write(&format!("migrations/{id}_.sql"), text)
    }

    /// Types below what the binary has written into a revision file: the
    /// statements of the upgrade, and perhaps a section for the downgrade.
    pub(crate) fn edit(&self, slug: &str, text: &str) -> &Self {
        let path = self.file_of(slug);
        let written = fs::read_to_string(&path).unwrap();
        assert!(written.contains("\n-- @upgrade\n"), "{written}");
        fs::write(path, format!("{written}{text}\n")).unwrap();
        self
    }

    /// The revision file whose name ends in the slug.
    pub(crate) fn file_of(&self, slug: &str) -> PathBuf {
        let entries = fs::read_dir(self.path().join("migrations")).unwrap();
        let mut found = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_stem().unwrap().to_str().unwrap().ends_with(slug));
        let path = found.next().unwrap_or_else(|| panic!("no file for {slug}"));
        assert!(found.next().is_none(), "several files for {slug}");
        path
    }

    /// The process that a command line begins. Variables may stand before the
    /// program, and double quotes hold words together.
    pub(crate) fn command(&self, line: &str) -> Command {
        let words = split(&self.with_ids(line));
        let program = words.iter().position(|word| word == "retort").expect("a retort command");
        let mut command = Command::new(env!("CARGO_BIN_EXE_retort"));
        command.args(&words[program + 1..]).current_dir(self.path()).env_clear().stdin(Stdio::null());
        for variable in &words[..program] {
            let (name, value) = variable.split_once('=').unwrap();
            command.env(name, value);
        }
        command
    }

    /// Runs a command line. Revisions that it creates are called by their
    /// slugs from then on.
    pub(crate) fn run(&mut self, line: &str) -> Run {
        let output = self.command(line).output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        let generated = stdout.lines().filter_map(|line| {
            line.strip_prefix("Generating migrations/")?.strip_suffix(".sql ...  done")?.split_once('_')
        });
        for (id, slug) in generated.filter(|(id, _)| id.len() == 12) {
            self.ids.push((id.to_owned(), slug.to_owned()));
        }
        Run {
            stdout: self.mask(&stdout),
            stderr: self.mask(&String::from_utf8(output.stderr).unwrap()),
            status: output.status,
        }
    }

    /// Runs a command line that must succeed.
    #[track_caller]
    pub(crate) fn ok(&mut self, line: &str) -> Run {
        let run = self.run(line);
        assert!(run.status.success(), "$ {line}\n{run}");
        run
    }

    /// Runs a command line that must fail, and returns what it says.
    #[track_caller]
    pub(crate) fn fails(&mut self, line: &str, code: i32) -> String {
        let run = self.run(line);
        assert_eq!(run.status.code(), Some(code), "$ {line}\n{run}");
        assert_eq!(run.stdout, "", "results of a run that failed");
        run.stderr
    }

    /// Runs command lines and compares what they wrote, and how they ended.
    #[track_caller]
    pub(crate) fn check(&mut self, lines: &str, expected: Expect) {
        let mut text = String::new();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let run = self.run(line);
            text.push_str(&format!("$ {line}\n{run}"));
        }
        expected.assert_eq(&text);
    }

    /// Opens a database of the project, not through the binary.
    pub(crate) fn open(&self, name: &str) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path().join(name)).unwrap()
    }

    /// All files of the project.
    pub(crate) fn files(&self) -> Files {
        fn list(directory: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    list(&path, files);
                    files.insert(path, Vec::new());
                } else {
                    let content = fs::read(&path).unwrap();
                    files.insert(path, content);
                }
            }
        }
        let mut files = BTreeMap::new();
        list(self.path(), &mut files);
        Files(files)
    }

    fn with_ids(&self, line: &str) -> String {
        self.ids.iter().fold(line.to_owned(), |line, (id, slug)| line.replace(&format!("{{{slug}}}"), id))
    }

    /// Replaces what differs between runs: random ids, the directory, times.
    /// Marks the ends of lines that end in spaces, which nobody sees.
    fn mask(&self, text: &str) -> String {
        let text = self
            .ids
            .iter()
            .fold(text.to_owned(), |text, (id, slug)| text.replace(id, &format!("{{{slug}}}")));
        let text = text.replace(&self.path().display().to_string(), "$DIR");
        // On a slow machine any revision may take long enough to be told.
        text.split_inclusive('\n')
            .filter(|line| !line.starts_with("  done in "))
            .map(|line| match line.split_once("Create Date: ") {
                Some((before, _)) => format!("{before}Create Date: $DATE\n"),
                None => line.replace(" \n", " $\n"),
            })
            .collect()
    }
}

impl Files {
    /// The names that were added, removed or changed since.
    pub(crate) fn changes(&self, since: &Self) -> Vec<String> {
        let names = self.0.keys().chain(since.0.keys().filter(|name| !self.0.contains_key(*name)));
        let changed = names.filter(|name| self.0.get(*name) != since.0.get(*name));
        changed.map(|name| name.display().to_string()).collect()
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stdout)?;
        for line in self.stderr.lines() {
            writeln!(f, "! {line}")?;
        }
        match self.status.code() {
            Some(0) => Ok(()),
            Some(code) => writeln!(f, "[exit code {code}]"),
            None => writeln!(f, "[{}]", self.status),
        }
    }
}

/// The commands in backticks that the hints of a failure name, in order.
pub(crate) fn hinted_commands(stderr: &str) -> Vec<String> {
    let hints = stderr.lines().filter_map(|line| line.strip_prefix("hint: "));
    hints
        .flat_map(|hint| hint.split('`').skip(1).step_by(2))
        .filter(|code| code.starts_with("retort "))
        .map(str::to_owned)
        .collect()
}

fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    for c in line.chars() {
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
