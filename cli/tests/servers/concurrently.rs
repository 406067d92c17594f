//! Indexes that PostgreSQL builds without keeping writers out, and that are left
//! behind half built.

use retort_test_servers::{Engine, Session};

use crate::project::{Project, on, wait_until};

const CREATE: &str = "-- @upgrade
CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a INTEGER);
INSERT INTO t VALUES (1, 1), (2, 1);";

const PORTABLE: &str = "CREATE UNIQUE INDEX CONCURRENTLY ux_t_a ON t (a);";
const IF_NOT_EXISTS: &str = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ux_t_a ON t (a);";
const NATIVE: &str = "-- @only postgresql\nSET lock_timeout = 0;\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ux_t_a ON public.t (abs(a));";

fn indexes(project: &Project) -> Vec<String> {
    let query = "SELECT indexrelid::regclass || ' ' || indisvalid FROM pg_index \
                 WHERE indrelid = 't'::regclass ORDER BY 1";
    project.database.rows(query)
}

fn start(index: &str) -> Project {
    let before = "-- @upgrade\nCREATE TABLE u (id INTEGER);";
    let index = format!("-- @upgrade\n{index}");
    Project::new(Engine::Postgresql, &[("aaaa", CREATE), ("bbbb", before), ("cccc", &index)])
}

#[test]
fn an_index_that_failed_is_replaced() {
    on(Engine::Postgresql, |_| {
        for index in [PORTABLE, IF_NOT_EXISTS, NATIVE] {
            let project = start(index);
            // The second time, what the first left behind is in the way.
            for _ in 0..3 {
                let failed = project.fails("upgrade head");
                assert!(failed.contains("is duplicated; what there is of the index stays"), "{failed}");
                assert_eq!(indexes(&project), ["pk_t true", "ux_t_a false"], "{index}");
                assert_eq!(project.database.rows("SELECT version_num FROM alembic_version"), ["bbbb"]);
            }
            project.database.run("DELETE FROM t WHERE id = 2");
            project.ok("upgrade head");
            assert_eq!(indexes(&project), ["pk_t true", "ux_t_a true"], "{index}");
            assert_eq!(project.database.rows("SELECT version_num FROM alembic_version"), ["cccc"]);
        }
    });
}

#[test]
fn an_index_whose_deployer_was_killed_is_replaced() {
    on(Engine::Postgresql, |_| {
        for index in [PORTABLE, IF_NOT_EXISTS, NATIVE] {
            let project = start(index);
            project.ok("upgrade bbbb");
            project.database.run("DELETE FROM t WHERE id = 2");
            let blocker = Session::open(&project.database);
            blocker.run("BEGIN");
            blocker.run("INSERT INTO t VALUES (3, 3)");
            let mut deployer = project.spawn("upgrade head");
            wait_until("the half built index", || indexes(&project).len() == 2);
            deployer.kill().unwrap();
            deployer.wait().unwrap();
            // The server looks whether anybody still waits.
            let building = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'CREATE UNIQUE%' \
                            AND state = 'active' AND datname = current_database()";
            wait_until("the end of the session", || project.database.rows(building).is_empty());
            drop(blocker);
            assert_eq!(indexes(&project), ["pk_t true", "ux_t_a false"], "{index}");
            let said = project.ok("upgrade head");
            assert!(said.contains("ON") && said.contains("did not take effect"), "{said}");
            assert_eq!(indexes(&project), ["pk_t true", "ux_t_a true"], "{index}");
            assert_eq!(project.database.rows("SELECT version_num FROM alembic_version"), ["cccc"]);
        }
    });
}

#[test]
fn an_index_that_is_half_gone_is_dropped() {
    on(Engine::Postgresql, |_| {
        let project = start("CREATE INDEX ux_t_a ON t (a);");
        project.ok("upgrade head");
        project.revision("dddd", Some("cccc"), "-- @upgrade\nDROP INDEX CONCURRENTLY ux_t_a;");
        let blocker = Session::open(&project.database);
        blocker.run("BEGIN");
        blocker.run("SELECT * FROM t");
        let mut deployer = project.spawn("upgrade head");
        wait_until("the index on its way out", || indexes(&project) == ["pk_t true", "ux_t_a false"]);
        deployer.kill().unwrap();
        deployer.wait().unwrap();
        let dropping = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'DROP INDEX CONC%' \
                        AND state = 'active' AND datname = current_database()";
        wait_until("the end of the session", || project.database.rows(dropping).is_empty());
        drop(blocker);
        project.ok("upgrade head");
        assert_eq!(indexes(&project), ["pk_t true"]);
        assert_eq!(project.database.rows("SELECT version_num FROM alembic_version"), ["dddd"]);
    });
}
