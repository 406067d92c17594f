//! A shell as a reader of a document has it: where it is and what it has
//! exported stays from command to command.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::run::repository;

/// A shell in a directory of its own, with no variables of this process.
#[derive(Debug)]
pub(crate) struct Shell {
    directory: TempDir,
}

/// What a command wrote, on both streams as a terminal shows them, and how it
/// ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) output: String,
    pub(crate) code: Option<i32>,
}

impl Shell {
    pub(crate) fn new() -> Self {
        let directory = TempDir::new().unwrap();
        for name in ["home", "work"] {
            fs::create_dir(directory.path().join(name)).unwrap();
        }
        fs::write(directory.path().join("exported"), "").unwrap();
        fs::write(directory.path().join("at"), directory.path().join("work").display().to_string()).unwrap();
        Self { directory }
    }

    /// Where the shell is.
    pub(crate) fn at(&self) -> PathBuf {
        let at = fs::read_to_string(self.directory.path().join("at")).unwrap();
        PathBuf::from(at.trim_end())
    }

    /// Runs commands; the first that fails is the last.
    pub(crate) fn run(&self, commands: &str) -> Ran {
        let path = |name: &str| self.directory.path().join(name).display().to_string();
        let (exported, at, output) = (path("exported"), path("at"), path("output"));
        let script = format!(
            ". '{exported}'\ntrap 'code=$?; pwd > \"{at}\"; export -p > \"{exported}\"; exit $code' EXIT\n\
             set -e\n{commands}"
        );
        let file = fs::File::create(&output).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(self.at()).env_clear();
        shell.env("PATH", search_path()).env("HOME", path("home")).env("LC_ALL", "C.UTF-8");
        shell.env("REPOSITORY", repository()).envs(GIT);
        shell.stdin(Stdio::null()).stderr(file.try_clone().unwrap()).stdout(file);
        let status = shell.status().unwrap();
        let output = String::from_utf8_lossy(&fs::read(&output).unwrap()).into_owned();
        let shown = output.replace(&path("work"), "~");
        Ran { output: shown, code: status.code() }
    }
}

/// Who commits, for git.
const GIT: [(&str, &str); 8] = [
    ("GIT_AUTHOR_NAME", "Ada"),
    ("GIT_AUTHOR_EMAIL", "ada@example.com"),
    ("GIT_COMMITTER_NAME", "Ada"),
    ("GIT_COMMITTER_EMAIL", "ada@example.com"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_COUNT", "1"),
    ("GIT_CONFIG_KEY_0", "init.defaultBranch"),
    ("GIT_CONFIG_VALUE_0", "main"),
];

/// The path to programs, the built `retort` first.
fn search_path() -> String {
    let binaries = Path::new(env!("CARGO_BIN_EXE_retort")).parent().unwrap();
    format!("{}:{}", binaries.display(), env::var("PATH").unwrap())
}

/// Whether there is a program. If not, says so; with `CI=true` that is a
/// failure.
pub(crate) fn has(program: &str) -> bool {
    let found = env::split_paths(&search_path()).any(|directory| directory.join(program).is_file());
    assert!(found || env::var_os("CI").is_none_or(|ci| ci != "true"), "{program} is missing");
    if !found {
        // Past the capture of the harness, which shows nothing of a test that passes.
        let line = format!("SKIPPED: {program} is missing\n");
        std::io::Write::write_all(&mut std::io::stderr().lock(), line.as_bytes()).unwrap();
    }
    found
}
