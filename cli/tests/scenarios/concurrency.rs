//! Several runs at once on one database.

use std::process::{Child, Stdio};

use crate::{
    content::{assert_same, assert_sound, dump, rows},
    long_project::{REVISIONS, long_project},
    project::Project,
};

const PROCESSES: usize = 4;
const ROUNDS: usize = 4;

/// Starts a command several times at once, and asserts that each succeeds.
#[track_caller]
fn run_at_once(project: &Project, line: &str) {
    let spawn = |_| {
        let mut command = project.command(line);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<Child> = (0..PROCESSES).map(spawn).collect();
    let outputs: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    for output in outputs {
        assert!(output.status.success(), "$ {line}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The journal has one row for each revision, in order.
#[track_caller]
fn assert_applied_once(project: &Project) {
    let db = project.open("dev.db");
    let journal = rows(&db, "SELECT revision, direction, outcome FROM retort_journal ORDER BY id");
    let expected: Vec<String> =
        (0..REVISIONS).map(|number| format!("\"rev{number:03}\"|\"upgrade\"|\"done\"")).collect();
    assert_eq!(journal, expected);
    assert_sound(&db, "after upgrades at once");
}

#[test]
fn upgrades_at_once_apply_each_revision_once() {
    let mut alone = long_project();
    alone.ok("retort upgrade head");
    let expected = dump(&alone.open("dev.db"));
    for round in 0..ROUNDS {
        let project = long_project();
        run_at_once(&project, "retort upgrade head");
        assert_applied_once(&project);
        assert_same(&dump(&project.open("dev.db")), &expected, &format!("round {round}"));
    }
}

#[test]
fn single_steps_at_once_are_one_step_each_or_the_same_step() {
    for _ in 0..ROUNDS {
        let mut project = long_project();
        project.ok("retort upgrade +1");
        run_at_once(&project, "retort upgrade +1");
        let db = project.open("dev.db");
        // A run that came second does not go further for it: how many steps
        // were made depends on when each run looked, but none is made twice.
        let journal = rows(&db, "SELECT revision FROM retort_journal ORDER BY id");
        let expected: Vec<String> = (0..journal.len()).map(|number| format!("\"rev{number:03}\"")).collect();
        assert_eq!(journal, expected);
        assert!((2..=1 + PROCESSES).contains(&journal.len()), "{journal:?}");
        assert_eq!(rows(&db, "SELECT version_num FROM alembic_version"), journal[journal.len() - 1..]);
    }
}

#[test]
fn downgrades_at_once_undo_each_revision_once() {
    let mut project = long_project();
    project.ok("retort upgrade head");
    run_at_once(&project, "retort downgrade base");
    let db = project.open("dev.db");
    let journal =
        rows(&db, "SELECT revision, outcome FROM retort_journal WHERE direction = 'downgrade' ORDER BY id");
    let expected: Vec<String> =
        (0..REVISIONS).rev().map(|number| format!("\"rev{number:03}\"|\"done\"")).collect();
    assert_eq!(journal, expected);
    assert_sound(&db, "at base");
}
