//! Deployers that die in the middle, and the next one that goes on.

use std::{
    io::{BufRead, BufReader},
    process::Command,
};

use retort_test_servers::{Database, Engine, PrivateServer, Session};

use crate::{
    on_each_engine,
    project::{Project, wait_until},
};

on_each_engine!(
    a_statement_that_took_effect_after_the_kill_is_not_run_again,
    a_statement_that_did_not_take_effect_is_run_again,
    a_revision_that_fails_goes_on_after_the_file_is_corrected,
    killed_at_any_revision_the_next_run_ends_with_the_same,
    a_server_that_dies_is_found_where_it_was_left,
    the_first_signal_is_answered_while_a_statement_waits,
);

const CREATE: &str = "-- @upgrade
CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a INTEGER);
INSERT INTO t VALUES (1, 2);";

const ALTER: &str = "-- @upgrade
CREATE TABLE u (id INTEGER);
ALTER TABLE t ADD COLUMN b INTEGER;
CREATE INDEX ix_t_b ON t (b);";

/// Another session that keeps `t` from being changed, and a deployer that waits
/// for it.
fn blocked(project: &Project) -> (Session, std::process::Child) {
    project.ok("upgrade aaaa");
    let blocker = Session::open(&project.database);
    blocker.run("BEGIN");
    blocker.run("SELECT * FROM t");
    let deployer = project.spawn("upgrade head");
    wait_until("the wait for the lock", || !project.database.rows(&waiting(project)).is_empty());
    (blocker, deployer)
}

/// A query with a row if somebody waits to change `t`.
fn waiting(project: &Project) -> String {
    match project.database.engine() {
        Engine::Postgresql => "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
                               AND query LIKE '%ALTER TABLE%' AND datname = current_database()"
            .to_owned(),
        Engine::Mysql | Engine::Mariadb => {
            "SELECT id FROM information_schema.processlist WHERE state LIKE 'Waiting for table metadata lock%' \
             AND info LIKE 'ALTER TABLE%' AND db = DATABASE()"
                .to_owned()
        }
    }
}

fn columns(project: &Project) -> Vec<String> {
    let schema = match project.database.engine() {
        Engine::Postgresql => "current_schema()",
        Engine::Mysql | Engine::Mariadb => "DATABASE()",
    };
    project.database.rows(&format!(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = {schema} AND table_name = 't' \
         ORDER BY ordinal_position"
    ))
}

fn assert_finished(project: &Project) {
    assert_eq!(columns(project), ["id", "a", "b"]);
    assert_eq!(project.database.rows("SELECT * FROM t"), ["1|2|NULL"]);
    assert_eq!(project.database.rows("SELECT version_num FROM alembic_version"), ["bbbb"]);
    assert!(project.ok("upgrade head").lines().all(|line| !line.contains("Running")));
    project.ok("downgrade base");
}

fn a_statement_that_took_effect_after_the_kill_is_not_run_again(engine: Engine) {
    let project = Project::new(engine, &[("aaaa", CREATE), ("bbbb", ALTER)]);
    let (blocker, mut deployer) = blocked(&project);
    deployer.kill().unwrap();
    deployer.wait().unwrap();
    // The server goes on with what it was told: nobody is left to stop it.
    drop(blocker);
    let said = match engine {
        // There the transaction was never committed.
        Engine::Postgresql => {
            wait_until("the rollback", || project.database.rows(&waiting(&project)).is_empty());
            project.ok("upgrade head")
        }
        Engine::Mysql | Engine::Mariadb => {
            wait_until("the change", || columns(&project).len() == 3);
            let said = project.ok("upgrade head");
            assert!(said.contains("`ALTER TABLE t ADD COLUMN b INTEGER` took effect before"), "{said}");
            said
        }
    };
    assert!(said.contains("Running upgrade aaaa -> bbbb"), "{said}");
    assert_finished(&project);
}

fn a_statement_that_did_not_take_effect_is_run_again(engine: Engine) {
    let project = Project::new(engine, &[("aaaa", CREATE), ("bbbb", ALTER)]);
    let (blocker, mut deployer) = blocked(&project);
    deployer.kill().unwrap();
    deployer.wait().unwrap();
    for id in project.database.rows(&waiting(&project)) {
        project.database.run(&match engine {
            Engine::Postgresql => format!("SELECT pg_terminate_backend({id})"),
            Engine::Mysql | Engine::Mariadb => format!("KILL {id}"),
        });
    }
    wait_until("the end of the session", || project.database.rows(&waiting(&project)).is_empty());
    drop(blocker);
    let current = project.ok("current");
    let said = project.ok("upgrade head");
    if engine != Engine::Postgresql {
        assert!(current.contains("revision bbbb was interrupted"), "{current}");
        assert!(said.contains("`ALTER TABLE t ADD COLUMN b INTEGER` did not take effect"), "{said}");
    }
    assert_finished(&project);
}

fn a_revision_that_fails_goes_on_after_the_file_is_corrected(engine: Engine) {
    let wrong = "-- @upgrade
CREATE TABLE u (id INTEGER);
ALTER TABLE t ADD COLUMN b INTEGER;
CREATE UNIQUE INDEX ix_t_a ON t (a);";
    let project = Project::new(engine, &[("aaaa", CREATE), ("bbbb", wrong)]);
    project.ok("upgrade aaaa");
    project.database.run("INSERT INTO t VALUES (2, 2)");
    let failed = project.fails("upgrade head");
    assert!(failed.contains("migrations/bbbb_.sql:9:1"), "{failed}");
    if engine == Engine::Postgresql {
        assert_eq!(columns(&project), ["id", "a"]);
    } else {
        assert!(failed.contains("its first 2 of 3 statements remain in effect"), "{failed}");
        assert_eq!(columns(&project), ["id", "a", "b"]);
    }
    project.revision("bbbb", Some("aaaa"), &wrong.replace("UNIQUE ", ""));
    project.ok("upgrade head");
    assert_eq!(columns(&project), ["id", "a", "b"]);
    assert_eq!(project.database.rows("SELECT version_num FROM alembic_version"), ["bbbb"]);
}

/// Revisions with schema changes and data, each of two statements.
fn chain() -> Vec<(String, String)> {
    (0..8)
        .map(|number| {
            let body = match number {
                0 => CREATE.to_owned(),
                _ => format!(
                    "-- @upgrade\nALTER TABLE t ADD COLUMN c{number} INTEGER;\nINSERT INTO t (id, c{number}) VALUES ({}, {number});\nCREATE TABLE t{number} (id INTEGER);",
                    number + 1
                ),
            };
            (format!("rev{number}"), body)
        })
        .collect()
}

fn killed_at_any_revision_the_next_run_ends_with_the_same(engine: Engine) {
    let chain = chain();
    let chain: Vec<(&str, &str)> = chain.iter().map(|(id, body)| (id.as_str(), body.as_str())).collect();
    let undisturbed = Project::new(engine, &chain);
    undisturbed.ok("upgrade head");
    let rows = |project: &Project| project.database.rows("SELECT * FROM t ORDER BY id");
    let expected = (columns(&undisturbed), rows(&undisturbed));
    for revisions in 0..chain.len() {
        let project = Project::new(engine, &chain);
        let mut deployer = project.spawn("upgrade head");
        let mut said = Vec::new();
        let begun = |said: &[String]| said.iter().filter(|line| line.starts_with("Running ")).count();
        for line in BufReader::new(deployer.stderr.take().unwrap()).lines().map_while(Result::ok) {
            said.push(line);
            if begun(&said) > revisions {
                break;
            }
        }
        deployer.kill().unwrap();
        deployer.wait().unwrap();
        assert!(begun(&said) > 0, "the run ended before it began: {said:?}");
        project.ok("upgrade head");
        assert_eq!((columns(&project), rows(&project)), expected, "killed in revision {revisions}");
        let journal = "SELECT count(*) FROM retort_journal WHERE outcome = 'done'";
        assert_eq!(project.database.rows(journal), [chain.len().to_string()]);
    }
}

fn a_server_that_dies_is_found_where_it_was_left(engine: Engine) {
    let mut server = PrivateServer::start(engine);
    let database = Database::create_on(engine, server.url());
    let project = Project::on(database, &[("aaaa", CREATE), ("bbbb", ALTER)]);
    let (blocker, deployer) = blocked(&project);
    server.kill();
    let output = deployer.wait_with_output().unwrap();
    assert!(!output.status.success());
    let said = project.mask(&String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("error: "), "{said}");
    drop(blocker);
    let unreachable = project.fails("upgrade head");
    assert!(unreachable.contains("127.0.0.1"), "{unreachable}");
    server.start_again();
    project.ok("upgrade head");
    assert_finished(&project);
}

fn the_first_signal_is_answered_while_a_statement_waits(engine: Engine) {
    let project = Project::new(engine, &[("aaaa", CREATE), ("bbbb", ALTER)]);
    let (blocker, mut deployer) = blocked(&project);
    let id = deployer.id().to_string();
    let interrupt = || {
        let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(sent.success());
    };
    interrupt();
    let mut lines = BufReader::new(deployer.stderr.take().unwrap()).lines().map_while(Result::ok);
    let answer = lines.find(|line| line.starts_with("interrupted"));
    let expected = "interrupted: the run ends after this revision; Ctrl-C once more stops it at once";
    assert_eq!(answer.as_deref(), Some(expected));
    interrupt();
    assert_eq!(deployer.wait().unwrap().code(), Some(130));
    drop(blocker);
}
