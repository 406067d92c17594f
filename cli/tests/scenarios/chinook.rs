//! A real database, Chinook, moved along a series of revisions and back. After
//! every step its rows are all there, and its constraints, triggers and views
//! are at work.

mod original;
mod probes;
mod revisions;

use std::fs;

use expect_test::expect;
use rusqlite::Connection;

use self::{original::Original, probes::probe, revisions::REVISIONS};
use crate::{
    content::{assert_same, assert_sound, dump, rows},
    project::Project,
    required,
};

/// A project with the revisions, and the database as Chinook's own script
/// makes it, stamped with the baseline. None where Chinook is missing.
///
/// The baseline has the part of the script that makes the schema: it never
/// runs here, but tells what the later revisions start from.
fn project() -> Option<(Project, Original)> {
    let script = fs::read_to_string(required::shared("data/chinook/sqlite.sql")?).unwrap();
    let mut project = Project::new();
    let schema = &script[script.find("CREATE TABLE").unwrap()..script.find("INSERT INTO").unwrap()];
    let db = project.open("dev.db");
    db.execute_batch(&format!("BEGIN; {}; COMMIT", script.trim_start_matches('\u{feff}'))).unwrap();
    let mut parent = "";
    for revision in REVISIONS {
        let downgrade = revision.downgrade.map(|sql| format!("-- @downgrade\n{sql}")).unwrap_or_default();
        let upgrade = revision.upgrade.replace("{schema}", schema);
        project.revision(revision.id, parent, &format!("-- @upgrade\n{upgrade}{downgrade}"));
        parent = revision.id;
    }
    project.ok("retort stamp c00");
    Some((project, Original::read(&db)))
}

fn schema(db: &Connection) -> Vec<String> {
    rows(
        db,
        "SELECT name || ': ' || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY tbl_name, type DESC, name",
    )
}

/// Asserts everything that must hold at a revision.
#[track_caller]
fn check(project: &Project, original: &Original, step: usize, lost: bool) {
    let when = format!("at {}", REVISIONS[step].id);
    let db = project.open("dev.db");
    db.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    assert_eq!(rows(&db, "SELECT * FROM alembic_version"), [format!("{:?}", REVISIONS[step].id)]);
    assert_sound(&db, &when);
    original.assert_kept(&db, step, lost);
    probe(&db, step);
}

#[test]
fn every_row_and_object_survives_every_revision_up_and_down() {
    let Some((mut project, original)) = project() else { return };
    check(&project, &original, 0, false);
    for step in 1..REVISIONS.len() {
        project.ok("retort upgrade +1");
        check(&project, &original, step, false);
    }
    let dropped = revisions::position(revisions::DROPS);
    for step in (0..REVISIONS.len() - 1).rev() {
        project.ok("retort downgrade -1");
        check(&project, &original, step, step < dropped);
    }
}

#[test]
fn the_schema_at_the_last_revision_is_what_the_revisions_say() {
    let Some((mut project, _)) = project() else { return };
    project.ok("retort upgrade head");
    let db = project.open("dev.db");
    let text: String = schema(&db)
        .into_iter()
        .filter(|line| !line.starts_with("\"retort_journal") && !line.starts_with("\"alembic_version"))
        .map(|line| {
            line.trim_matches('"').replace("\\n", "\n").replace("\\\"", "\"").replace("\\t", "\t") + "\n"
        })
        .collect();
    expect![[r#""#]].assert_eq(&text);
}

/// Where the schema after all the way up and down is not, byte for byte, what
/// it was. Each difference is one that the revisions imply:
#[test]
fn the_schema_at_base_is_the_one_before() {
    let Some((mut project, original)) = project() else { return };
    let before = schema(&project.open("dev.db"));
    project.ok("retort upgrade head");
    project.ok("retort downgrade c00");
    let db = project.open("dev.db");
    let after = schema(&db);
    let only = |these: &[String], those: &[String], sign: &str| -> String {
        let only = these.iter().filter(|line| !those.contains(line));
        only.map(|line| format!("{sign} {}\n", line.replace("\\n", "\n").replace("\\\"", "\""))).collect()
    };
    let difference = only(&before, &after, "-") + &only(&after, &before, "+");
    expect![[r#""#]].assert_eq(&difference);
    original.assert_kept(&db, 0, true);
    original.assert_same_columns(&db);
    // The baseline has nothing to undo: one step more is the base.
    project.ok("retort downgrade base");
    assert_eq!(schema(&project.open("dev.db")), after);
}

#[test]
fn one_run_does_what_single_steps_do() {
    let (Some((mut at_once, _)), Some((mut step_by_step, _))) = (project(), project()) else { return };
    at_once.ok("retort upgrade head");
    for _ in 1..REVISIONS.len() {
        step_by_step.ok("retort upgrade +1");
    }
    assert_same(&dump(&at_once.open("dev.db")), &dump(&step_by_step.open("dev.db")), "upgraded");
    at_once.ok("retort downgrade base");
    for _ in 0..REVISIONS.len() {
        step_by_step.ok("retort downgrade -1");
    }
    assert_same(&dump(&at_once.open("dev.db")), &dump(&step_by_step.open("dev.db")), "downgraded");
}

/// Going down and up again ends where the first way up did.
#[test]
fn a_second_upgrade_ends_where_the_first_did() {
    let Some((mut project, _)) = project() else { return };
    project.ok("retort upgrade head");
    let first = schema(&project.open("dev.db"));
    project.ok("retort downgrade c00");
    project.ok("retort upgrade head");
    let second = schema(&project.open("dev.db"));
    let changed: Vec<&String> = second.iter().filter(|line| !first.contains(line)).collect();
    assert_eq!(changed.len(), 0, "{changed:#?}");
    assert_sound(&project.open("dev.db"), "after the second upgrade");
}
