//! Commands that only read leave everything as it is: the database, the
//! directory, and what is not there yet.

use crate::project::Project;

const READING: [&str; 13] = [
    "retort current",
    "retort current -v",
    "retort history",
    "retort history -i",
    "retort history -r base:current",
    "retort show head",
    "retort show current",
    "retort heads",
    "retort branches",
    "retort introspect",
    "retort upgrade head --dry-run",
    "retort downgrade base --dry-run",
    "retort upgrade +1 --dry-run",
];

/// Commands that would write, but have nothing to do.
const IDLE: [&str; 3] = ["retort upgrade head", "retort upgrade {at}", "retort downgrade {at}"];

fn project() -> Project {
    Project::with_chain(&[
        ("aaa1", "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT);", None),
        ("bbb2", "ALTER TABLE a ALTER COLUMN b SET NOT NULL;", None),
        ("ccc3", "CREATE INDEX ix_b ON a (b);", None),
    ])
}

#[track_caller]
fn check(project: &mut Project, lines: &[String]) {
    let before = project.files();
    for line in lines {
        for line in [line.clone(), format!("{line} --format json")] {
            let run = project.run(&line);
            let changes = project.files().changes(&before);
            assert!(changes.is_empty(), "$ {line}\n{run}{changes:?}");
        }
    }
}

fn reading() -> Vec<String> {
    READING.map(str::to_owned).to_vec()
}

#[test]
fn a_database_that_is_missing_stays_missing() {
    let mut project = project();
    check(&mut project, &reading());
    assert!(!project.path().join("dev.db").exists());
}

#[test]
fn an_empty_database_stays_empty() {
    let mut project = project();
    project.write("dev.db", "");
    check(&mut project, &reading());
    // One that has tables, but none of ours.
    project.open("dev.db").execute_batch("CREATE TABLE mine (a)").unwrap();
    check(&mut project, &reading());
}

#[test]
fn a_database_that_is_behind_or_up_to_date_stays_as_it_is() {
    let mut project = project();
    project.ok("retort upgrade +2");
    check(&mut project, &reading());
    project.ok("retort upgrade head");
    let idle = IDLE.map(|line| line.replace("{at}", "ccc3"));
    check(&mut project, &[reading(), idle.to_vec()].concat());
}

#[test]
fn a_database_in_wal_mode_stays_as_it_is() {
    let mut project = project();
    project.ok("retort upgrade +2");
    project.open("dev.db").query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    check(&mut project, &reading());
}
