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
    check(
        &mut project(),
        "retort upgrade ffff",
        expect![[r#"
            environment default, database sqlite://dev.db (from retort.toml)
            error: Can't locate revision identified by 'ffff'
            hint: none of the 3 revisions, up to 55af2cb1c267, and no branch label begins with it; `retort history` lists them
        "#]],
    );
    check(
        &mut project(),
        "retort upgrade ffff --dry-run",
        expect![[r#"
            environment default, database sqlite://dev.db (from retort.toml)
            error: Can't locate revision identified by 'ffff'
            hint: none of the 3 revisions, up to 55af2cb1c267, and no branch label begins with it; `retort history` lists them
        "#]],
    );
    check(
        &mut project(),
        "retort downgrade ffff",
        expect![[r#"
            environment default, database sqlite://dev.db (from retort.toml)
            error: Can't locate revision identified by 'ffff'
            hint: none of the 3 revisions, up to 55af2cb1c267, and no branch label begins with it; `retort history` lists them
        "#]],
    );
    check(
        &mut project(),
        "retort show ffff",
        expect![[r#"
            error: Can't locate revision identified by 'ffff'
            hint: none of the 3 revisions, up to 55af2cb1c267, and no branch label begins with it; `retort history` lists them
        "#]],
    );
    check(
        &mut project(),
        "retort stamp ffff",
        expect![[r#"
            environment default, database sqlite://dev.db (from retort.toml)
            error: Can't locate revision identified by 'ffff'
            hint: none of the 3 revisions, up to 55af2cb1c267, and no branch label begins with it; `retort history` lists them
        "#]],
    );
    check(
        &mut project(),
        "retort upgrade 55af2cb1c276",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: Can't locate revision identified by '55af2cb1c276'
        hint: did you mean `55af2cb1c267`?
    "#]],
    );
}

#[test]
fn ambiguous_prefix() {
    check(
        &mut project(),
        "retort upgrade ae10",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: Can't locate revision identified by 'ae10': 2 begin with it (ae1027a6acf, ae10b4c6d21)
        hint: type more of it: `ae1027a6acf`, `ae10b4c6d21`
    "#]],
    );
    check(
        &mut project(),
        "retort show ae1",
        expect![[r#"
        error: Can't locate revision identified by 'ae1': 2 begin with it (ae1027a6acf, ae10b4c6d21)
        hint: type more of it: `ae1027a6acf`, `ae10b4c6d21`
    "#]],
    );
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
    check_graph(
        project,
        expect![[r#"
        error: Cycle is detected in revisions (55af2cb1c267, ae1027a6acf, ae10b4c6d21)
        hint: correct `@revises` in one of these files
        hint: the files are: migrations/55af2cb1c267_.sql, migrations/ae1027a6acf_.sql, migrations/ae10b4c6d21_.sql
    "#]],
    );
}

#[test]
fn revision_that_revises_itself() {
    let project = project();
    project.revision("dddd", "dddd", TABLE);
    check_graph(
        project,
        expect![[r#"
        error: Self-loop is detected in revisions (dddd)
        hint: correct `@revises` in migrations/dddd_.sql
    "#]],
    );
}

#[test]
fn missing_parent() {
    let project = project();
    project.revision("dddd", "eeee", TABLE);
    check_graph(
        project,
        expect![[r#"
        error: Revision eeee referenced from dddd is not present
        hint: restore its file, or correct `@revises` in migrations/dddd_.sql
    "#]],
    );
}

#[test]
fn duplicate_id() {
    let project = project();
    project.write("migrations/again.sql", "-- again\n-- @revision 55af2cb1c267\n-- @upgrade\n");
    check_graph(
        project,
        expect![[r#"
        error: Revision 55af2cb1c267 is present more than once
        hint: remove migrations/55af2cb1c267_.sql or migrations/again.sql, or give one of them another id
    "#]],
    );
}

#[test]
fn two_files_with_one_label() {
    let project = project();
    project.revision("dddd", "", &format!("-- @labels billing\n{TABLE}"));
    project.revision("eeee", "", &format!("-- @labels billing\n{TABLE}"));
    check_graph(
        project,
        expect![[r#"
        error: Branch name 'billing' in revision eeee already used by revision dddd
        hint: descendants carry the label already; remove it from `@labels` in migrations/eeee_.sql
    "#]],
    );
}

#[test]
fn ids_with_the_characters_of_targets() {
    let with = |id: &str| {
        let project = project();
        project.write("migrations/odd.sql", format!("-- odd\n-- @revision {id}\n-- @upgrade\n"));
        project
    };
    check_graph(
        with("a@b"),
        expect![[r#"
        error: Character(s) '@' not allowed in revision identifier 'a@b'
        hint: rename it in migrations/odd.sql
    "#]],
    );
    check_graph(
        with("a:b"),
        expect![[r#"
        error: Character(s) ':' not allowed in revision identifier 'a:b'
        hint: rename it in migrations/odd.sql
    "#]],
    );
    check(
        &mut project(),
        "retort revision -m odd --rev-id a@b",
        expect![[r#"
        error: Character(s) '@' not allowed in revision identifier 'a@b'
        hint: choose another `--rev-id`, of letters, digits and underscores
    "#]],
    );
    check(
        &mut project(),
        "retort revision -m odd --rev-id a:b",
        expect![[r#"
        error: Character(s) ':' not allowed in revision identifier 'a:b'
        hint: choose another `--rev-id`, of letters, digits and underscores
    "#]],
    );
    check(
        &mut project(),
        "retort merge -m odd --rev-id a:b ae1027a6acf ae10b4c6d21",
        expect![[r#"
        error: Revision ae1027a6acf is not a head revision; please specify --splice to create a new branch from this revision
        hint: `retort heads` lists the heads
    "#]],
    );
}

#[test]
fn a_new_revision_that_does_not_fit_leaves_no_file() {
    check(
        &mut project(),
        "retort revision -m again --rev-id 55af2cb1c267",
        expect![[r#"
            error: Revision 55af2cb1c267 is present more than once
            hint: migrations/55af2cb1c267_.sql has this id; choose another `--rev-id`, or leave it out
        "#]],
    );
    check(
        &mut project(),
        "retort revision -m x --head ae1027a6acf",
        expect![[r#"
        error: Revision ae1027a6acf is not a head revision; please specify --splice to create a new branch from this revision
        hint: `retort heads` lists the heads
    "#]],
    );
    check(
        &mut project(),
        "retort revision -m x --depends-on ffff",
        expect![[r#"
            error: Can't locate revision identified by 'ffff'
            hint: none of the 3 revisions, up to 55af2cb1c267, and no branch label begins with it; `retort history` lists them
        "#]],
    );
    check(
        &mut project(),
        "retort revision -m x --rev-id aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        expect![[r#"
            error: revision identifier 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' has 33 characters, and the version table holds 32
            hint: choose a shorter `--rev-id`
        "#]],
    );
    let mut labelled = project();
    labelled.ok("retort revision -m x --rev-id dddd --branch-label billing");
    check(
        &mut labelled,
        "retort revision -m y --rev-id eeee --head base --branch-label billing",
        expect![[r#"
            error: Branch name 'billing' in revision eeee already used by revision dddd
            hint: choose another `--branch-label`, or follow the branch with `--head billing@head`; it begins in migrations/dddd_x.sql
        "#]],
    );
    labelled.ok("retort heads");
}

#[test]
fn targets_that_lead_nowhere() {
    check(
        &mut project(),
        "retort downgrade 55af2cb1c267",
        expect![[r#"
            environment default, database sqlite://dev.db (from retort.toml)
            error: Destination 55af2cb1c267 is not a valid downgrade target from current head(s)
            hint: current is ae1027a6acf; the target is not applied: `retort upgrade 55af2cb1c267`
        "#]],
    );
    check(
        &mut project(),
        "retort downgrade -2",
        expect![[r#"
            environment default, database sqlite://dev.db (from retort.toml)
            error: Relative revision -2 didn't produce 2 migrations
            hint: from ae1027a6acf it is at most `-1`, to base
        "#]],
    );
    check(
        &mut project(),
        "retort upgrade +9",
        expect![[r#"
            environment default, database sqlite://dev.db (from retort.toml)
            error: Relative revision +9 didn't produce 9 migrations
            hint: from ae1027a6acf it is at most `+2`, to 55af2cb1c267
        "#]],
    );
    check(
        &mut project(),
        "retort upgrade @",
        expect![[r#"
        error: Can't locate revision identified by '@': there is no branch before the `@`
        hint: examples: `head`, `heads`, `base`, `+1`, `-1`, `1975ea`, `label@head`
    "#]],
    );
    check(
        &mut project(),
        "retort history -r 1-2",
        expect![[r#"
        error: History range requires [start]:[end], [start]:, or :[end]
        hint: examples: `base:head`, `-3:`, `:1975ea`
    "#]],
    );
}
