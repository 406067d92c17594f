//! Ctrl-C: a run ends between two revisions and says where it stands.

use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::ExitStatusExt,
    process::{Child, Command, Stdio},
};

use crate::{
    content::{assert_same, assert_sound, dump, rows},
    long_project::{REVISIONS, long_project},
    project::{Project, hinted_commands},
};

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Starts a command, sends the signals when its first revision runs, and
/// returns what it wrote and how it ended.
fn interrupted(project: &Project, line: &str, signals: &[&str]) -> (String, std::process::ExitStatus) {
    let mut child = project.command(line).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut text = String::new();
    while !text.lines().last().is_some_and(|line| line.starts_with("Running ")) {
        assert_ne!(stderr.read_line(&mut text).unwrap(), 0, "no revision ran:\n{text}");
    }
    for name in signals {
        signal(&child, name);
    }
    stderr.read_to_string(&mut text).unwrap();
    (text, child.wait().unwrap())
}

#[track_caller]
fn check(name: &str) {
    let mut undisturbed = long_project();
    undisturbed.ok("retort upgrade head");
    let expected = dump(&undisturbed.open("dev.db"));

    let mut project = long_project();
    let (stderr, status) = interrupted(&project, "retort upgrade head", &[name]);
    assert_eq!(status.code(), Some(130), "{stderr}");
    let at = rows(&project.open("dev.db"), "SELECT version_num FROM alembic_version");
    let [at] = &*at else { panic!("{at:?}") };
    let at = at.trim_matches('"');
    assert_ne!(at, format!("rev{:03}", REVISIONS - 1), "the run came to its end");
    assert!(
        stderr.contains(&format!("error: interrupted; the database is at {at}\n")),
        "the database is at {at}, and the run said:\n{stderr}"
    );
    assert_eq!(hinted_commands(&stderr), ["retort upgrade head"]);
    let current = project.ok("retort current");
    assert_eq!(current.stdout, format!("{at}\n"));

    project.ok("retort upgrade head");
    let db = project.open("dev.db");
    assert_sound(&db, "after an interruption");
    assert_same(&dump(&db), &expected, "after an interruption");
}

#[test]
fn a_run_stops_after_the_revision_at_work() {
    check("-INT");
}

#[test]
fn termination_is_as_gentle() {
    check("-TERM");
}

#[test]
fn a_second_signal_ends_the_run_at_once_and_nothing_is_lost() {
    let mut project = long_project();
    let (stderr, status) = interrupted(&project, "retort upgrade head", &["-INT", "-INT"]);
    assert_eq!(status.signal(), None, "{stderr}");
    assert_eq!(status.code(), Some(130), "{stderr}");
    project.ok("retort upgrade head");
    assert_sound(&project.open("dev.db"), "after two interruptions");
}

#[test]
fn a_downgrade_stops_too() {
    let mut project = long_project();
    project.ok("retort upgrade head");
    let (stderr, status) = interrupted(&project, "retort downgrade base", &["-INT"]);
    assert_eq!(status.code(), Some(130), "{stderr}");
    assert_eq!(hinted_commands(&stderr), ["retort downgrade base"]);
    project.ok("retort downgrade base");
    assert_eq!(project.ok("retort current").stdout, "");
}
