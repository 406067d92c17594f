//! How often a run waits for the disk: a count, not a time.

use std::fs;

use crate::{project::Project, required};

const REVISIONS: usize = 100;

/// What creating the database and the tables of the bookkeeping may cost.
const ONCE: usize = 8;

#[test]
fn a_revision_costs_at_most_four_fsyncs() {
    if !required::program("strace") {
        return;
    }
    let project = Project::new();
    let mut parent = String::new();
    for number in 0..REVISIONS {
        let id = format!("rev{number:03}");
        let upgrade = match number % 3 {
            0 => format!("CREATE TABLE t{number} (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL);"),
            1 => format!("ALTER TABLE t{} ADD COLUMN c1 INTEGER;", number - 1),
            _ => format!("CREATE INDEX ix{number} ON t{} (c1);", number - 2),
        };
        project.revision(&id, &parent, &format!("-- @upgrade\n{upgrade}\n"));
        parent = id;
    }
    let trace = project.path().join("trace");
    let run = project.command("retort upgrade head");
    let mut strace = std::process::Command::new("strace");
    strace.args(["-f", "-e", "trace=fsync,fdatasync", "-o"]).arg(&trace);
    strace.arg(run.get_program()).args(run.get_args()).current_dir(project.path());
    let output = strace.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let trace = fs::read_to_string(trace).unwrap();
    let calls = trace.lines().filter(|line| line.contains("sync(")).count();
    assert!(calls >= REVISIONS, "{calls} calls: each commit must reach the disk");
    assert!(calls <= 4 * REVISIONS + ONCE, "{calls} calls for {REVISIONS} revisions");
}
