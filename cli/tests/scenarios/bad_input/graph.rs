//! Revisions that do not fit together, and names that are none.

use expect_test::{Expect, expect};

use super::check;
use crate::project::Project;

const TABLE: &str = "-- @upgrade\nCREATE TABLE t (id INTEGER PRIMARY KEY);\n";

/// A project with a database at the first of three revisions.
fn project() -> Project {
    let mut project = Project::with_chain(&[
        ("ae1027a6acf", "CREATE TABLE a (id INTEGER PRIMARY KEY);", None),
        ("ae10b4c6d21", "CREATE TABLE b (id INTEGER PRIMARY KEY);", None),
        ("55af2cb1c267", "CREATE TABLE c (id INTEGER PRIMARY KEY);", None),
    ]);
    project.ok("retort upgrade +1");
    project
}

#[test]
fn unknown_revision() {
    check(&mut project(), "retort upgrade ffff", expect![[r#""#]]);
    check(&mut project(), "retort upgrade ffff --dry-run", expect![[r#""#]]);
    check(&mut project(), "retort downgrade ffff", expect![[r#""#]]);
    check(&mut project(), "retort show ffff", expect![[r#""#]]);
    check(&mut project(), "retort stamp ffff", expect![[r#""#]]);
    check(&mut project(), "retort upgrade 55af2cb1c276", expect![[r#""#]]);
}

#[test]
fn ambiguous_prefix() {
    check(&mut project(), "retort upgrade ae10", expect![[r#""#]]);
    check(&mut project(), "retort show ae1", expect![[r#""#]]);
}

/// What all commands say about revisions that make no graph.
#[track_caller]
fn check_graph(mut project: Project, message: Expect) {
    for line in [
        "retort upgrade head",
        "retort downgrade base",
        "retort history",
        "retort heads",
        "retort stamp head",
        "retort revision -m more",
    ] {
        let stderr = project.fails(line, 1);
        let errors: Vec<&str> = stderr.lines().filter(|line| !line.starts_with("environment ")).collect();
        assert_eq!(errors.join("\n"), project.fails("retort current", 1).trim_end(), "$ {line}");
    }
    check(&mut project, "retort current", message);
}

#[test]
fn cycle() {
    let project = project();
    project.revision("ae1027a6acf", "55af2cb1c267", TABLE);
    check_graph(project, expect![[r#""#]]);
}

#[test]
fn revision_that_revises_itself() {
    let project = project();
    project.revision("dddd", "dddd", TABLE);
    check_graph(project, expect![[r#""#]]);
}

#[test]
fn missing_parent() {
    let project = project();
    project.revision("dddd", "eeee", TABLE);
    check_graph(project, expect![[r#""#]]);
}

#[test]
fn duplicate_id() {
    let project = project();
    project.write("migrations/again.sql", "-- again\n-- @revision 55af2cb1c267\n-- @upgrade\n");
    check_graph(project, expect![[r#""#]]);
}

#[test]
fn two_files_with_one_label() {
    let project = project();
    project.revision("dddd", "", &format!("-- @labels billing\n{TABLE}"));
    project.revision("eeee", "", &format!("-- @labels billing\n{TABLE}"));
    check_graph(project, expect![[r#""#]]);
}

#[test]
fn ids_with_the_characters_of_targets() {
    let with = |id: &str| {
        let project = project();
        project.write("migrations/odd.sql", format!("-- odd\n-- @revision {id}\n-- @upgrade\n"));
        project
    };
    check_graph(with("a@b"), expect![[r#""#]]);
    check_graph(with("a:b"), expect![[r#""#]]);
    check(&mut project(), "retort revision -m odd --rev-id a@b", expect![[r#""#]]);
    check(&mut project(), "retort revision -m odd --rev-id a:b", expect![[r#""#]]);
    check(&mut project(), "retort merge -m odd --rev-id a:b ae1027a6acf ae10b4c6d21", expect![[r#""#]]);
}

#[test]
fn a_new_revision_that_does_not_fit_leaves_no_file() {
    check(&mut project(), "retort revision -m again --rev-id 55af2cb1c267", expect![[r#""#]]);
    check(&mut project(), "retort revision -m x --head ae1027a6acf", expect![[r#""#]]);
    check(&mut project(), "retort revision -m x --depends-on ffff", expect![[r#""#]]);
    check(
        &mut project(),
        "retort revision -m x --rev-id aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        expect![[r#""#]],
    );
    let mut labelled = project();
    labelled.ok("retort revision -m x --rev-id dddd --branch-label billing");
    check(&mut labelled, "retort revision -m y --head base --branch-label billing", expect![[r#""#]]);
    labelled.ok("retort heads");
}

#[test]
fn targets_that_lead_nowhere() {
    check(&mut project(), "retort downgrade 55af2cb1c267", expect![[r#""#]]);
    check(&mut project(), "retort downgrade -2", expect![[r#""#]]);
    check(&mut project(), "retort upgrade +9", expect![[r#""#]]);
    check(&mut project(), "retort upgrade @", expect![[r#""#]]);
    check(&mut project(), "retort history -r 1-2", expect![[r#""#]]);
}
