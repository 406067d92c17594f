//! Several deployers at once.

use std::{fmt::Write, process::Child};

use retort_test_servers::Engine;

use crate::{
    on_each_engine,
    project::{Project, wait_until, written},
};

on_each_engine!(
    eight_deployers_apply_each_revision_once,
    the_lock_of_a_deployer_that_is_killed_is_free,
    a_deployer_that_waits_too_long_says_for_whom,
);

const DEPLOYERS: usize = 8;
const REVISIONS: usize = 12;

fn ids() -> Vec<String> {
    (0..REVISIONS).map(|number| format!("rev{number:03}")).collect()
}

/// Revisions that clash if two deployers run one of them, among them an index
/// that is created concurrently where the engine can.
fn long_project(engine: Engine) -> Project {
    let project = Project::new(engine, &[]);
    let mut parent: Option<String> = None;
    for (number, id) in ids().iter().enumerate() {
        let mut body =
            format!("-- @upgrade\nCREATE TABLE t{number} (id INTEGER NOT NULL PRIMARY KEY, a INTEGER);\n");
        if number > 0 {
            let before = number - 1;
            let _ = writeln!(body, "ALTER TABLE t{before} ADD COLUMN b INTEGER;");
            let _ = writeln!(body, "INSERT INTO t{before} VALUES (1, 2, 3);");
            let _ = writeln!(body, "CREATE INDEX CONCURRENTLY ix_t{before} ON t{before} (b);");
        }
        project.revision(id, parent.as_deref(), &body);
        parent = Some(id.clone());
    }
    project
}

fn eight_deployers_apply_each_revision_once(engine: Engine) {
    let project = long_project(engine);
    let children: Vec<Child> = (0..DEPLOYERS).map(|_| project.spawn("upgrade head")).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", written(&output));
    }
    let journal =
        project.database.rows("SELECT revision FROM retort_journal WHERE outcome = 'done' ORDER BY id");
    assert_eq!(journal, ids());
    assert_eq!(project.database.rows("SELECT count(*) FROM retort_journal"), [REVISIONS.to_string()]);
    for before in 0..REVISIONS - 1 {
        assert_eq!(project.database.rows(&format!("SELECT * FROM t{before}")), ["1|2|3"]);
    }
}

/// A revision that takes long in the database, and a query for the session that
/// does it.
fn slow(engine: Engine) -> (&'static str, &'static str) {
    match engine {
        Engine::Postgresql => (
            "-- @upgrade\n-- @only postgresql\nSELECT pg_sleep(300);",
            "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(300)%' \
             AND pid <> pg_backend_pid() AND datname = current_database()",
        ),
        Engine::Mysql | Engine::Mariadb => (
            "-- @upgrade\n-- @only mysql\nDO SLEEP(300);",
            "SELECT id FROM information_schema.processlist WHERE info LIKE '%SLEEP(300)%' \
             AND id <> CONNECTION_ID() AND db = DATABASE()",
        ),
    }
}

fn the_lock_of_a_deployer_that_is_killed_is_free(engine: Engine) {
    let (body, is_running) = slow(engine);
    let project = Project::new(engine, &[("aaaa", body)]);
    let mut holder = project.spawn("upgrade head");
    wait_until("the statement", || !project.database.rows(is_running).is_empty());
    holder.kill().unwrap();
    holder.wait().unwrap();
    project.revision("aaaa", None, "-- @upgrade\nCREATE TABLE t (id INTEGER);");
    project.ok("RETORT_LOCK_TIMEOUT=60s upgrade head");
    assert!(project.database.rows("SELECT id FROM t").is_empty());
}

fn a_deployer_that_waits_too_long_says_for_whom(engine: Engine) {
    let (body, is_running) = slow(engine);
    let project = Project::new(engine, &[("aaaa", body)]);
    let mut holder = project.spawn("upgrade head");
    wait_until("the statement", || !project.database.rows(is_running).is_empty());
    let refused = project.fails("RETORT_LOCK_TIMEOUT=1s upgrade head");
    end(&project, is_running, &mut holder);
    assert!(refused.contains("held by"), "{refused}");
    assert!(refused.contains("lock_timeout"), "{refused}");
}

/// Ends a deployer and what it does in the database, which the server might go
/// on with alone.
fn end(project: &Project, is_running: &str, deployer: &mut Child) {
    for id in project.database.rows(is_running) {
        project.database.run(&match project.database.engine() {
            Engine::Postgresql => format!("SELECT pg_terminate_backend({id})"),
            Engine::Mysql | Engine::Mariadb => format!("KILL {id}"),
        });
    }
    deployer.wait().unwrap();
}
