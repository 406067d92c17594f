//! `transaction = "all"` and `"none"`: what remains of a run that fails, or
//! whose process is killed.

use retort_test_servers::{
    Engine, Session,
    client::{self, OnError},
};

use crate::{
    on_each_engine,
    project::{Project, wait_until},
};

on_each_engine!(
    a_run_is_one_transaction_or_refused,
    nothing_remains_of_a_run_that_was_killed,
    without_transactions_what_ran_remains,
    a_script_is_one_transaction,
);

const FIRST: &str = "-- @upgrade
CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a INTEGER);
INSERT INTO t VALUES (1, 2);";

const SECOND: &str = "-- @upgrade
CREATE TABLE u (id INTEGER);
-- @only postgresql
SET search_path = public;
DO $$ BEGIN EXECUTE 'ALTER TABLE u ADD COLUMN late INTEGER'; END $$;
RESET search_path;";

const THIRD: &str = "-- @upgrade
-- @only postgresql
SELECT set_config('a.b', 'c', false);
-- @all
ALTER TABLE u ADD COLUMN a INTEGER;
ALTER TABLE t ADD COLUMN b INTEGER;";

fn project(engine: Engine, transaction: &str) -> Project {
    let project = Project::new(engine, &[("aaaa", FIRST), ("bbbb", SECOND), ("cccc", THIRD)]);
    project.write("retort.toml", &format!("transaction = \"{transaction}\"\n"));
    project
}

/// The columns of the tables that are there.
fn columns(project: &Project) -> Vec<String> {
    let schema = match project.database.engine() {
        Engine::Postgresql => "'public'",
        Engine::Mysql | Engine::Mariadb => "DATABASE()",
    };
    project.database.rows(&format!(
        "SELECT concat(table_name, '.', column_name) FROM information_schema.columns WHERE table_schema = {schema} \
         AND table_name NOT LIKE 'retort%' AND table_name NOT LIKE 'alembic%' ORDER BY 1"
    ))
}

fn tables(project: &Project) -> Vec<String> {
    let schema = match project.database.engine() {
        Engine::Postgresql => "'public'",
        Engine::Mysql | Engine::Mariadb => "DATABASE()",
    };
    let query =
        format!("SELECT table_name FROM information_schema.tables WHERE table_schema = {schema} ORDER BY 1");
    project.database.rows(&query)
}

/// A session that keeps `t` from being changed, and a deployer that waits for
/// it.
fn killed_while_blocked(project: &Project) {
    project.ok("upgrade aaaa");
    let blocker = Session::open(&project.database);
    blocker.run("BEGIN");
    blocker.run("SELECT * FROM t");
    let mut deployer = project.spawn("upgrade head");
    let waiting = match project.database.engine() {
        Engine::Postgresql => {
            "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%ALTER TABLE%' \
             AND datname = current_database()"
        }
        Engine::Mysql | Engine::Mariadb => {
            "SELECT id FROM information_schema.processlist WHERE state LIKE 'Waiting for table metadata lock%' \
             AND info LIKE 'ALTER TABLE%' AND db = DATABASE()"
        }
    };
    wait_until("the wait for the lock", || !project.database.rows(waiting).is_empty());
    deployer.kill().unwrap();
    deployer.wait().unwrap();
    for id in project.database.rows(waiting) {
        project.database.run(&match project.database.engine() {
            Engine::Postgresql => format!("SELECT pg_terminate_backend({id})"),
            Engine::Mysql | Engine::Mariadb => format!("KILL {id}"),
        });
    }
    wait_until("the end of the session", || project.database.rows(waiting).is_empty());
    drop(blocker);
}

fn a_run_is_one_transaction_or_refused(engine: Engine) {
    let project = project(engine, "all");
    if engine != Engine::Postgresql {
        for line in ["upgrade head", "upgrade head --dry-run", "upgrade head --sql"] {
            let refused = project.fails(line);
            let reason =
                format!("the run cannot be one transaction: on {}, a change of the schema", engine.name());
            assert!(refused.contains(&reason), "{refused}");
        }
        assert_eq!(tables(&project), Vec::<String>::new());
        project.ok("RETORT_TRANSACTION=per-revision upgrade head");
        return;
    }
    let broken = THIRD.replace("TABLE t ADD", "TABLE nope ADD");
    project.revision("cccc", Some("bbbb"), &broken);
    let failed = project.fails("upgrade head");
    assert!(failed.contains("nothing of it remains; the database is at base"), "{failed}");
    assert_eq!(tables(&project), Vec::<String>::new());
    let concurrently = "-- @upgrade\nCREATE INDEX CONCURRENTLY ix ON t (a);";
    project.revision("cccc", Some("bbbb"), concurrently);
    let refused = project.fails("upgrade head");
    assert!(refused.contains("this statement cannot be in the transaction of the run"), "{refused}");
    assert!(refused.contains("| CREATE INDEX CONCURRENTLY"), "{refused}");
    assert!(!refused.contains("Running"), "{refused}");
    project.revision("cccc", Some("bbbb"), THIRD);
    project.ok("upgrade head");
    assert_eq!(columns(&project), ["t.a", "t.b", "t.id", "u.a", "u.id", "u.late"]);
    let revisions = project.database.rows("SELECT revision, outcome FROM retort_journal ORDER BY id");
    assert_eq!(revisions, ["aaaa|done", "bbbb|done", "cccc|done"]);
}

fn nothing_remains_of_a_run_that_was_killed(engine: Engine) {
    if engine != Engine::Postgresql {
        return;
    }
    let project = project(engine, "all");
    killed_while_blocked(&project);
    assert_eq!(columns(&project), ["t.a", "t.id"]);
    assert_eq!(project.database.rows("SELECT version_num FROM alembic_version"), ["aaaa"]);
    project.ok("upgrade head");
    assert_eq!(columns(&project), ["t.a", "t.b", "t.id", "u.a", "u.id", "u.late"]);
}

fn without_transactions_what_ran_remains(engine: Engine) {
    let project = project(engine, "none");
    project.revision("bbbb", Some("aaaa"), "-- @upgrade\nCREATE TABLE u (id INTEGER);");
    killed_while_blocked(&project);
    assert_eq!(columns(&project), ["t.a", "t.id", "u.a", "u.id"]);
    let current = project.ok("current");
    assert!(current.contains("revision cccc was interrupted during its upgrade"), "{current}");
    let said = project.ok("upgrade head");
    assert!(said.contains("revision cccc was interrupted after"), "{said}");
    assert_eq!(columns(&project), ["t.a", "t.b", "t.id", "u.a", "u.id"]);
}

fn a_script_is_one_transaction(engine: Engine) {
    let project = project(engine, "all");
    if engine != Engine::Postgresql || !client::is_available(project.database.url()) {
        return;
    }
    project.revision("bbbb", Some("aaaa"), "-- @upgrade\nCREATE TABLE u (id INTEGER);");
    let script = project.ok("upgrade head --sql -q");
    assert_eq!(script.matches("\nBEGIN;").count(), 2, "{script}");
    let spoiled = script.replace("ALTER TABLE \"t\" ADD", "ALTER TABLE \"nope\" ADD");
    assert_ne!(script, spoiled);
    client::run(project.database.url(), &spoiled, OnError::Stop).unwrap_err();
    assert_eq!(columns(&project), Vec::<String>::new());
    client::run(project.database.url(), &script, OnError::Stop).unwrap();
    assert_eq!(columns(&project), ["t.a", "t.b", "t.id", "u.a", "u.id"]);
    assert!(project.ok("upgrade head").contains("nothing to do"));
}
