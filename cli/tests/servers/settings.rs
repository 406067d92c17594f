//! Settings of the session: they hold for one revision, all of it.

use retort_test_servers::Engine;

use crate::{on_each_engine, project::Project};

on_each_engine!(settings_end_with_their_revision,);

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
