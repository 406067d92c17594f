//! What somebody sees who sits at a terminal. `script` makes one.

use std::{
    io::{Read, Write},
    num::NonZero,
    process::{Command, ExitStatus, Stdio},
};

use expect_test::{Expect, expect};

use crate::{
    content::rows,
    long_project::{REVISIONS, long_project},
    project::Project,
};

/// The size of a terminal.
const ROWS: NonZero<u16> = NonZero::new(60).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(100).unwrap();

/// What a terminal was sent, and how the command ended.
pub(crate) struct Session {
    pub(crate) bytes: String,
    pub(crate) status: ExitStatus,
}

/// Runs a command line on a terminal of its own, where somebody waits for a
/// text and then types another. None where there is no `script` to make one.
pub(crate) fn at_terminal(project: &Project, line: &str, typed: &[(&str, &str)]) -> Option<Session> {
    let command = project.command(line);
    let quote = |word: &std::ffi::OsStr| format!("'{}'", word.to_str().unwrap().replace('\'', r"'\''"));
    let words = [command.get_program()].into_iter().chain(command.get_args()).map(quote);
    let words = words.collect::<Vec<_>>().join(" ");
    let mut script = Command::new("script");
    script.args(["-qefc", &format!("stty rows {ROWS} cols {COLUMNS}; exec {words}"), "/dev/null"]);
    script.current_dir(project.path()).env_clear().env("SHELL", "/bin/sh");
    script.env("TERM", "xterm").env("LANG", "C.UTF-8");
    for (name, value) in command.get_envs() {
        script.env(name, value.unwrap());
    }
    let child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) if std::env::var_os("CI").is_none() => {
            writeln!(std::io::stderr(), "skipped: there is no `script`: {error}").ok();
            return None;
        }
        Err(error) => panic!("there is no `script`: {error}"),
    };
    // Closing would end the session: it stays open until the command ends.
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let (mut bytes, mut seen) = (Vec::new(), 0);
    for (text, answer) in typed {
        while !String::from_utf8_lossy(&bytes[seen..]).contains(text) {
            let mut buffer = [0; 4096];
            let read = stdout.read(&mut buffer).unwrap();
            assert_ne!(read, 0, "no {text:?} in {:?}", String::from_utf8_lossy(&bytes));
            bytes.extend(&buffer[..read]);
        }
        seen = bytes.len();
        stdin.write_all(answer.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }
    stdout.read_to_end(&mut bytes).unwrap();
    drop(stdin);
    Some(Session { bytes: String::from_utf8(bytes).unwrap(), status: child.wait().unwrap() })
}

impl Session {
    /// What is on the screen in the end.
    pub(crate) fn screen(&self) -> String {
        let mut terminal = vt100::Parser::new(ROWS, COLUMNS, 0);
        terminal.process(self.bytes.as_bytes());
        let lines = terminal.screen().contents();
        lines.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }
}

/// A statement that takes a while.
const LONG: &str = "
    INSERT INTO n WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 600000)
    SELECT max(i) FROM c;";

/// Twelve revisions, of which the third takes a while.
fn project() -> Project {
    let project = Project::new();
    let mut parent = String::new();
    for number in 0..12 {
        let upgrade = match number {
            0 => "CREATE TABLE n (i INTEGER);".to_owned(),
            2 => LONG.to_owned(),
            _ => format!("INSERT INTO n VALUES ({number});"),
        };
        let id = format!("rev{number:02}");
        project.revision(&id, &parent, &format!("-- @upgrade\n{upgrade}\n-- @downgrade\n"));
        parent = id;
    }
    project
}

/// A screen without times, which differ.
fn masked(screen: &str) -> String {
    let lines = screen.lines().map(|line| match line.rsplit_once(" (") {
        Some((line, time)) if time.ends_with(" s)") => format!("{line}\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

#[track_caller]
fn check(session: &Session, expected: Expect) {
    expected.assert_eq(&masked(&session.screen()));
}

#[test]
fn a_run_is_live_and_leaves_lines() {
    let project = project();
    let Some(session) = at_terminal(&project, "retort upgrade head", &[]) else { return };
    assert!(session.status.success());
    check(
        &session,
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        Running upgrade  -> rev00, about rev00
        Running upgrade rev00 -> rev01, about rev01
        Running upgrade rev01 -> rev02, about rev02
        Running upgrade rev02 -> rev03, about rev03
        Running upgrade rev03 -> rev04, about rev04
        Running upgrade rev04 -> rev05, about rev05
        Running upgrade rev05 -> rev06, about rev06
        Running upgrade rev06 -> rev07, about rev07
        Running upgrade rev07 -> rev08, about rev08
        Running upgrade rev08 -> rev09, about rev09
        Running upgrade rev09 -> rev10, about rev10
        Running upgrade rev10 -> rev11, about rev11
    "#]],
    );
    for shown in
        ["Running upgrade rev01 -> rev02 \u{1b}[2m(", "━━━━━╸                        \u{1b}[0m  2/12  "]
    {
        assert!(session.bytes.contains(shown), "{shown} is not in:\n{}", session.bytes.escape_debug());
    }
    let piped = Project::run(&mut { project }, "retort downgrade base").stderr;
    assert!(!piped.contains(['\u{1b}', '\r', '━']), "{piped}");
}

/// What runs is cut at the edge; what stays is not.
#[test]
fn a_message_wider_than_the_terminal_leaves_one_line() {
    let project = project();
    let message = "열두 번째 revision ".repeat(12);
    let revision = format!("-- {message}\n--\n-- @revision wide\n-- @revises rev11\n-- @upgrade\n{LONG}\n");
    project.write("migrations/wide_.sql", revision);
    let Some(session) = at_terminal(&project, "retort upgrade head", &[]) else { return };
    let screen = session.screen();
    assert_eq!(screen.lines().count(), 14, "{screen}");
    assert!(masked(&screen).ends_with(&format!("rev11 -> wide, {}\n", message.trim_end())), "{screen}");
}

#[test]
fn a_failure_leaves_a_screen_in_order() {
    let project = project();
    project.revision("fails", "rev11", &format!("-- @upgrade\n{LONG}\nINSERT INTO n VALUES (1, 2);\n"));
    let Some(session) = at_terminal(&project, "retort upgrade head", &[]) else { return };
    assert_eq!(session.status.code(), Some(1));
    check(
        &session,
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        Running upgrade  -> rev00, about rev00
        Running upgrade rev00 -> rev01, about rev01
        Running upgrade rev01 -> rev02, about rev02
        Running upgrade rev02 -> rev03, about rev03
        Running upgrade rev03 -> rev04, about rev04
        Running upgrade rev04 -> rev05, about rev05
        Running upgrade rev05 -> rev06, about rev06
        Running upgrade rev06 -> rev07, about rev07
        Running upgrade rev07 -> rev08, about rev08
        Running upgrade rev08 -> rev09, about rev09
        Running upgrade rev09 -> rev10, about rev10
        Running upgrade rev10 -> rev11, about rev11
        Running upgrade rev11 -> fails, about fails
        error: upgrade of revision fails failed: table n has 1 columns but 2 values were supplied
         --> migrations/fails_.sql:9:1
          |
        9 | INSERT INTO n VALUES (1, 2);
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
        hint: nothing of revision fails remains, the 12 revisions before it stay; the database is at rev11, and `retort upgrade head` goes on from there
    "#]],
    );
}

#[test]
fn colours_are_those_that_are_wanted() {
    let project = project();
    for (line, is_coloured) in [
        ("retort history", true),
        ("NO_COLOR=1 retort history", false),
        ("CLICOLOR=0 retort history", false),
        ("NO_COLOR=1 CLICOLOR_FORCE=1 retort history", false),
        ("NO_COLOR=1 retort --color always history", true),
        ("retort --color never history", false),
        ("TERM=dumb retort history", false),
        ("retort show nope", true),
        ("retort --color never show nope", false),
        ("retort frobnicate", true),
        ("retort --color never frobnicate", false),
        ("retort frobnicate --color=never", false),
        ("NO_COLOR=1 retort upgrade rev00", false),
    ] {
        let Some(session) = at_terminal(&project, line, &[]) else { return };
        assert_eq!(session.bytes.contains("\u{1b}["), is_coloured, "{line}: {}", session.bytes);
    }
    // Piped, colours are there on demand only.
    let mut project = project;
    assert!(!project.run("retort history").stdout.contains('\u{1b}'));
    assert!(project.run("CLICOLOR_FORCE=1 retort history").stdout.contains('\u{1b}'));
    assert!(!project.run("CLICOLOR_FORCE=1 NO_COLOR=1 retort history").stdout.contains('\u{1b}'));
}

#[test]
fn nothing_is_drawn_where_talk_is_unwanted() {
    for line in ["retort -q upgrade head", "retort --format json upgrade head"] {
        let Some(session) = at_terminal(&project(), line, &[]) else { return };
        assert!(!session.bytes.contains("Running") && !session.bytes.contains('\u{1b}'), "{}", session.bytes);
    }
    let Some(session) = at_terminal(&project(), "TERM=dumb retort upgrade head", &[]) else { return };
    assert!(session.bytes.contains("Running") && !session.bytes.contains('\u{1b}'), "{}", session.bytes);
    let Some(session) = at_terminal(&project(), "LANG=C retort upgrade head", &[]) else { return };
    assert!(session.bytes.is_ascii() && session.bytes.contains("#####"), "{}", session.bytes);
}

#[test]
fn ctrl_c_leaves_a_screen_in_order() {
    let project = long_project();
    let Some(session) = at_terminal(&project, "retort upgrade head", &[("Running", "\u{3}")]) else { return };
    let screen = session.screen();
    assert_eq!(session.status.code(), Some(130), "{screen}");
    let at = rows(&project.open("dev.db"), "SELECT version_num FROM alembic_version");
    assert!(at.len() < REVISIONS, "{at:?}");
    assert!(screen.contains("\ninterrupted: the run ends after this revision"), "{screen}");
    assert!(!screen.contains('━'), "{screen}");
}

#[test]
fn the_name_of_a_protected_environment_is_typed() {
    let mut project = Project::empty();
    project.write("retort.toml", "[env.prod]\nprotected = true\nurl = \"sqlite://prod.db\"\n");
    project.revision("aaaa", "", "-- @upgrade\nCREATE TABLE t (a INTEGER, b INTEGER);\n");
    project.revision("bbbb", "aaaa", "-- @upgrade\nALTER TABLE t DROP COLUMN b;\n");
    project.ok("retort --env prod upgrade aaaa");
    let question = "type `prod` to go on: ";
    let answer = |line: &str, typed: &str| at_terminal(&project, line, &[(question, typed)]);
    let Some(session) = answer("retort --env prod upgrade head", "no\n") else { return };
    assert_eq!(session.status.code(), Some(1));
    check(
        &session,
        expect![[r#"
            environment prod, database sqlite://prod.db (from [env.prod] of retort.toml)
            warning: environment prod is protected, and the upgrade drops what may hold data
              revision bbbb: the values of t.b are lost
            type `prod` to go on: no
            error: environment prod is protected, and another name was typed
            hint: nothing was done
        "#]],
    );
    let Some(session) = answer("retort --env prod downgrade base", "\u{4}") else { return };
    assert_eq!(session.status.code(), Some(1), "the input ended");
    let Some(session) = answer("retort --env prod stamp --purge head", "\u{3}") else { return };
    assert_eq!(session.status.code(), Some(130), "Ctrl-C");
    let at = || rows(&project.open("prod.db"), "SELECT version_num FROM alembic_version");
    assert_eq!(at(), ["\"aaaa\""]);
    let Some(session) = answer("retort --env prod upgrade head", " prod\n") else { return };
    assert!(session.status.success());
    check(
        &session,
        expect![[r#"
            environment prod, database sqlite://prod.db (from [env.prod] of retort.toml)
            warning: environment prod is protected, and the upgrade drops what may hold data
              revision bbbb: the values of t.b are lost
            type `prod` to go on:  prod
            Running upgrade aaaa -> bbbb, about bbbb
        "#]],
    );
    assert_eq!(at(), ["\"bbbb\""]);
}
