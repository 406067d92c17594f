//! Streams and colours.

use std::{
    io::{self, Write},
    process::{Command, Stdio},
};

use expect_test::expect;
use retort::{Cli, Host, Output};

use crate::environment::TestEnvironment;

/// A reader that has seen enough.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A device without space.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn run_into(stdout: impl Write + Send + 'static) -> u8 {
    let environment = TestEnvironment::new();
    environment.revisions("aaaa : one");
    let host = Host {
        arguments: ["retort", "history"].map(Into::into).to_vec(),
        directory: environment.path().to_owned(),
        variables: Default::default(),
        output: Output::Captured { stdout: Box::new(stdout), stderr: Box::new(io::sink()) },
    };
    Cli::new().run_in(host).code()
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    assert_eq!(run_into(Closed), 0);
}

#[test]
fn results_that_cannot_be_written_are_an_error() {
    assert_eq!(run_into(Full), 1);
}

#[test]
fn colours_are_for_terminals_or_on_demand() {
    let environment = TestEnvironment::new();
    environment.revisions("aaaa : one");
    environment.check(
        "retort show nope",
        expect![[r#"
            $ retort show nope
            ! error: Can't locate revision identified by 'nope'
            ! hint: the only revision is aaaa
            [exit status: 1]
        "#]],
    );
    let run = environment.run("retort show nope --color always");
    assert!(run.stderr.starts_with("\u{1b}["), "{}", run.stderr);
}

#[test]
fn quiet_keeps_results_and_errors() {
    let environment = TestEnvironment::new();
    environment.revisions("aaaa : one");
    environment.check(
        "retort current --url sqlite://missing.db
        retort -q current --url sqlite://missing.db
        retort -q heads
        retort -q show nope",
        expect![[r#"
            $ retort current --url sqlite://missing.db
            ! environment default, database sqlite://missing.db (from --url)
            ! there is no database `missing.db`; nothing is applied
            $ retort -q current --url sqlite://missing.db
            $ retort -q heads
            aaaa (head)
            $ retort -q show nope
            ! error: Can't locate revision identified by 'nope'
            ! hint: the only revision is aaaa
            [exit status: 1]
        "#]],
    );
}

#[test]
fn the_binary_is_the_library() {
    let environment = TestEnvironment::new();
    environment.revisions("aaaa : one");
    let output = Command::new(env!("CARGO_BIN_EXE_retort"))
        .args(["heads"])
        .current_dir(environment.path())
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "aaaa (head)\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}
