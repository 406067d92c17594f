//! The databases' own command-line clients, which run scripts.

use std::{
    env, fs,
    io::{self, Write},
    process::{Command, Stdio},
};

use percent_encoding::percent_decode_str;

/// What a client does when a statement fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// It stops, as scripts say that it should.
    Stop,
    /// It goes on: nobody read what the script says.
    GoOn,
}

/// Whether the client for databases of this URL is installed. Says on stderr if
/// not.
///
/// # Panics
///
/// Panics where it is not and the environment has `CI=true`.
pub fn is_available(url: &str) -> bool {
    let program = command(url, OnError::Stop).get_program().to_owned();
    let found = Command::new(&program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return true;
    }
    let program = program.display();
    let ci = env::var("CI").is_ok_and(|value| value == "true");
    assert!(!ci, "`{program}` is not installed");
    writeln!(io::stderr(), "skipped: tests of scripts with `{program}`, which is not installed").ok();
    false
}

/// Runs a script with the client of the database.
///
/// # Errors
///
/// What the client wrote, if it or a statement failed.
///
/// # Panics
///
/// Panics if the client cannot be started.
pub fn run(url: &str, script: &str, on_error: OnError) -> Result<(), String> {
    // A file, not a pipe: the client may stop before it has read all.
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    fs::write(file.path(), script).expect("the script can be written");
    let input = fs::File::open(file.path()).expect("the script is there");
    let output = command(url, on_error).stdin(input).output().expect("the client can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    let failed = !output.status.success() || said.lines().any(|line| line.to_lowercase().contains("error"));
    if failed { Err(format!("{said}{}", String::from_utf8_lossy(&output.stdout))) } else { Ok(()) }
}

fn command(url: &str, on_error: OnError) -> Command {
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let stops = on_error == OnError::Stop;
    match scheme {
        "sqlite" => {
            let mut command = Command::new("sqlite3");
            command.arg("-batch").args(stops.then_some("-bail")).arg(rest);
            command
        }
        "postgresql" => {
            let mut command = Command::new("psql");
            command.args(["-X", "-q"]);
            if stops {
                command.args(["-v", "ON_ERROR_STOP=1"]);
            }
            command.arg(url);
            command
        }
        _ => {
            // The client of MariaDB is one of MySQL too.
            let mut command = Command::new("mariadb");
            let (authority, database) = rest.split_once('/').expect("a URL with a database");
            let (login, host) = authority.split_once('@').unwrap_or(("root", authority));
            let (user, password) = login.split_once(':').unwrap_or((login, ""));
            let (host, port) = host.split_once(':').unwrap_or((host, "3306"));
            let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
            command.args(["--no-defaults", "--binary-mode", "--comments", "--protocol=tcp"]);
            if !stops {
                command.arg("--force");
            }
            command.arg(format!("--user={}", decoded(user)));
            command.arg(format!("--password={}", decoded(password)));
            command.args([format!("--host={host}"), format!("--port={port}"), decoded(database)]);
            command
        }
    }
}
