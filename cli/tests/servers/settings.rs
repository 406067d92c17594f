//! Settings of the session: they hold for one revision, all of it.

use retort_test_servers::Engine;

use crate::{on_each_engine, project::Project};

on_each_engine!(
    settings_end_with_their_revision,
    settings_hold_for_what_is_left_after_an_interruption,
    settings_that_cannot_be_made_again_are_shown,
);

const CREATE: &str = "-- @upgrade
CREATE TABLE t (id INTEGER, a VARCHAR(200));";

/// Sets about everything that decides what an INSERT stores.
fn set(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgresql => {
            "-- @upgrade
-- @only postgresql
CREATE SCHEMA other;
SET search_path = public, other;
SET statement_timeout = '77s';
SELECT set_config('DateStyle', 'German', false);
SET TIME ZONE 'Asia/Tokyo';
GRANT ALL ON alembic_version, retort_journal TO pg_read_all_data;
SET ROLE pg_read_all_data;"
        }
        Engine::Mysql | Engine::Mariadb => {
            "-- @upgrade
-- @only mysql
SET foreign_key_checks=0; SET SESSION sql_mode=''; SET NAMES latin1; SET time_zone='+05:00'; SET @x=1;
/*!40101 SET @@session.div_precision_increment=9, SQL_SAFE_UPDATES=1 */;
SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE;
SELECT 2 INTO @y;"
        }
    }
}

/// Stores what the session is set to.
fn tell(engine: Engine) -> String {
    let what = match engine {
        Engine::Postgresql => {
            "concat_ws(' ', 'ä', current_user, current_setting('search_path'), current_setting('statement_timeout'), \
             current_setting('DateStyle'), current_setting('TimeZone'))"
        }
        Engine::Mysql => {
            "CONCAT_WS(' ', 'ä', @x, @y, @@foreign_key_checks, LENGTH(@@sql_mode), @@character_set_client, \
             @@time_zone, @@div_precision_increment, @@sql_safe_updates, @@transaction_isolation)"
        }
        Engine::Mariadb => {
            "CONCAT_WS(' ', 'ä', @x, @y, @@foreign_key_checks, LENGTH(@@sql_mode), @@character_set_client, \
             @@time_zone, @@div_precision_increment, @@sql_safe_updates, @@tx_isolation)"
        }
    };
    let only = if engine == Engine::Postgresql { "postgresql" } else { "mysql" };
    format!("-- @upgrade\n-- @only {only}\nINSERT INTO t VALUES (1, {what});")
}

fn settings_end_with_their_revision(engine: Engine) {
    let tell = tell(engine);
    let revisions = [("aaaa", CREATE), ("bbbb", set(engine)), ("cccc", tell.as_str())];
    let stored = |runs: &[&str]| {
        let project = Project::new(engine, &revisions);
        for run in runs {
            project.ok(run);
        }
        project.database.rows("SELECT a FROM t")
    };
    let alone = stored(&["upgrade bbbb", "upgrade head"]);
    assert_eq!(stored(&["upgrade head"]), alone);
    assert!(alone[0].starts_with('ä'), "{alone:?}");
}

/// Sets something, creates a table, fails while `t` has two equal rows, and
/// uses what was set.
fn fails_half_way(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgresql => {
            "-- @no-transaction
-- @upgrade
-- @only postgresql
SET my.number = '7';
CREATE TABLE u (id INTEGER);
CREATE UNIQUE INDEX ix_t_id ON t (id);
INSERT INTO u SELECT current_setting('my.number')::integer;"
        }
        Engine::Mysql | Engine::Mariadb => {
            "-- @upgrade
-- @only mysql
SET @number = 7;
-- @all
CREATE TABLE u (id INTEGER);
CREATE UNIQUE INDEX ix_t_id ON t (id);
-- @only mysql
INSERT INTO u VALUES (@number);"
        }
    }
}

fn settings_hold_for_what_is_left_after_an_interruption(engine: Engine) {
    let project = Project::new(engine, &[("aaaa", CREATE), ("bbbb", fails_half_way(engine))]);
    project.ok("upgrade aaaa");
    project.database.run("INSERT INTO t VALUES (1, NULL), (1, NULL)");
    let failed = project.fails("upgrade head");
    assert!(failed.contains("its first 2 of 4 statements remain in effect"), "{failed}");
    project.database.run("DELETE FROM t");
    project.ok("upgrade head");
    assert_eq!(project.database.rows("SELECT id FROM u"), ["7"]);
}

fn settings_that_cannot_be_made_again_are_shown(engine: Engine) {
    let (sets, of_nobody) = match engine {
        Engine::Postgresql => ("SET my.number = '7'", "SET work_mem = 'much'"),
        Engine::Mysql | Engine::Mariadb => ("SET @number = 7", "SET sql_mode = 'much'"),
    };
    let text = fails_half_way(engine);
    let project = Project::new(engine, &[("aaaa", CREATE), ("bbbb", text)]);
    project.ok("upgrade aaaa");
    project.database.run("INSERT INTO t VALUES (1, NULL), (1, NULL)");
    project.fails("upgrade head");
    project.database.run("DELETE FROM t");
    project.revision("bbbb", Some("aaaa"), &text.replace(sets, of_nobody));
    let failed = project.fails("upgrade head");
    assert!(failed.contains(&format!("| {of_nobody}")), "{failed}");
    project.revision("bbbb", Some("aaaa"), text);
    project.ok("upgrade head");
    assert_eq!(project.database.rows("SELECT id FROM u"), ["7"]);
}
