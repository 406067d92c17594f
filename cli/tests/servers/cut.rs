//! Connections that are cut between any two messages, and the next run, which
//! goes on.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use retort_test_servers::Engine;

use crate::{
    on_each_engine,
    project::{Project, written},
    proxy::{Cut, Proxy},
};

on_each_engine!(cut_before_any_message, cut_before_any_answer);

const CREATE: &str = "-- @upgrade
CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a INTEGER);
INSERT INTO t VALUES (1, 2);
-- @downgrade
DROP TABLE t;";

const ALTER: &str = "-- @upgrade
CREATE TABLE u (id INTEGER);
ALTER TABLE t ADD COLUMN b INTEGER;
UPDATE t SET b = a + 1;
INSERT INTO t VALUES (2, 3, 4);
-- @downgrade
DELETE FROM t WHERE id = 2;
ALTER TABLE t DROP COLUMN b;
DROP TABLE u;";

fn cut_before_any_message(engine: Engine) {
    cut_anywhere(engine, Cut::Message);
}

fn cut_before_any_answer(engine: Engine) {
    cut_anywhere(engine, Cut::Answer);
}

/// How many runs are cut at the same time, each on a database of its own: most
/// of the time they wait for the server.
const WORKERS: usize = 4;

/// Cuts a run at its first message, another at its second, and so on, until
/// one has fewer.
fn cut_anywhere(engine: Engine, cut: Cut) {
    let index = match engine {
        // Outside any transaction.
        Engine::Postgresql => {
            "-- @upgrade\nCREATE INDEX CONCURRENTLY ix_t_b ON t (b);\n-- @downgrade\nDROP INDEX CONCURRENTLY ix_t_b;"
        }
        Engine::Mysql | Engine::Mariadb => {
            "-- @upgrade\nCREATE INDEX ix_t_b ON t (b);\n-- @downgrade\nDROP INDEX ix_t_b;"
        }
    };
    for (line, expected) in [("upgrade head", UP), ("downgrade base", DOWN)] {
        let next = AtomicUsize::new(0);
        let work = || {
            let project = Project::new(engine, &[("aaaa", CREATE), ("bbbb", ALTER), ("cccc", index)]);
            let mut is_first = true;
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                if !is_first {
                    project.database.recreate();
                }
                is_first = false;
                if line == "downgrade base" {
                    project.ok("upgrade head");
                }
                if !cut_at(&project, line, cut, at, expected) {
                    break;
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..WORKERS {
                scope.spawn(work);
            }
        });
    }
}

/// Cuts a run at a message. Returns whether it has that many.
fn cut_at(project: &Project, line: &str, cut: Cut, at: usize, expected: &[&str]) -> bool {
    let (server, _) = project.database.url().split_once('@').unwrap().1.split_once('/').unwrap();
    let proxy = Proxy::start(server, at, cut);
    let url = project.database.url().replace(server, &format!("127.0.0.1:{}", proxy.port()));
    // So that the proxy sees one message for each of the protocol.
    let url = match project.database.engine() {
        Engine::Postgresql => format!("{url}?connect_timeout=60"),
        Engine::Mysql | Engine::Mariadb => format!("{url}?ssl-mode=DISABLED&connect-timeout=60"),
    };
    let output = project.command(line).env("DATABASE_URL", &url).output().unwrap();
    let said = written(&output);
    if !proxy.has_cut() {
        assert!(output.status.success(), "{line}, {cut:?} {at}: {said}");
        assert!(at > 10, "the proxy sees too little");
        return false;
    }
    // What is cut off at the farewell does not matter.
    if !output.status.success() {
        assert!(said.contains(&proxy.port().to_string()), "{line}, {cut:?} {at}: {said}");
    }
    let next = project.command(line).env("DATABASE_URL", &url).output().unwrap();
    assert!(next.status.success(), "{line}, {cut:?} {at}: {said}\n{}", written(&next));
    assert_eq!(state(project), expected, "{line}, {cut:?} {at}: {said}");
    true
}

const UP: &[&str] = &["1|2|3", "2|3|4", "ix_t_b", "cccc"];
const DOWN: &[&str] = &[];

/// What there is: rows, the index, the revision.
fn state(project: &Project) -> Vec<String> {
    let database = &project.database;
    let schema = match database.engine() {
        Engine::Postgresql => "current_schema()",
        Engine::Mysql | Engine::Mariadb => "DATABASE()",
    };
    let tables = "SELECT table_name FROM information_schema.tables WHERE table_name IN ('t', 'u')";
    let mut found = database.rows("SELECT version_num FROM alembic_version");
    if database.rows(&format!("{tables} AND table_schema = {schema}")).is_empty() {
        return found;
    }
    let index = match database.engine() {
        Engine::Postgresql => {
            "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
             WHERE i.indisvalid AND c.relname LIKE 'ix%'"
        }
        Engine::Mysql | Engine::Mariadb => {
            "SELECT index_name FROM information_schema.statistics WHERE table_schema = DATABASE() \
             AND index_name LIKE 'ix%'"
        }
    };
    let mut all = database.rows("SELECT id, a, b FROM t ORDER BY id");
    all.extend(database.rows(index));
    all.append(&mut found);
    all
}
