//! Servers that keep names of tables in lower case.

use retort_test_servers::{Database, Engine, PrivateServer};

use crate::{on_each_engine, project::Project};

on_each_engine!(names_of_tables_that_the_server_would_change_are_refused);

fn names_of_tables_that_the_server_would_change_are_refused(engine: Engine) {
    if engine == Engine::Postgresql {
        return;
    }
    let server = PrivateServer::start_in(engine, &std::env::temp_dir(), &["--lower-case-table-names=1"]);
    for (line, statement) in [
        (7, "CREATE TABLE \"Artist\" (id INTEGER);"),
        (7, "CREATE VIEW \"Artist\" AS SELECT id FROM t;"),
        (7, "ALTER TABLE t RENAME TO \"Artist\";"),
        (8, "CREATE TABLE artist (id INTEGER);\nALTER TABLE artist RENAME TO \"T2\";"),
    ] {
        let database = Database::create_on(engine, server.url());
        let create = "-- @upgrade\nCREATE TABLE t (id INTEGER);";
        let text = format!("-- @upgrade\n{statement}");
        let project = Project::on(database, &[("aaaa", create), ("bbbb", &text)]);
        project.ok("upgrade aaaa");
        let refused = project.fails("upgrade head");
        assert!(refused.contains("the server keeps names of tables and views in lower case"), "{refused}");
        assert!(refused.contains(&format!("migrations/bbbb_.sql:{line}:1")), "{refused}");
        assert_eq!(project.database.rows("SHOW TABLES").len(), 3, "nothing ran");
        // Names of columns are as they are written.
        let text = text.replace("Artist", "artist").replace("T2", "t2").replace("(id", "(\"Id\"");
        project.revision("bbbb", Some("aaaa"), &text);
        project.ok("upgrade head");
        project.ok("downgrade base");
    }
    // Under `@only` the server may do as it likes, and is asked what it did.
    let database = Database::create_on(engine, server.url());
    let raw = "-- @upgrade\n-- @only mysql\nCREATE TABLE `Artist` (id INT);";
    let alter = "-- @upgrade\nALTER TABLE artist ADD COLUMN a INTEGER;";
    let project = Project::on(database, &[("aaaa", raw), ("bbbb", alter)]);
    project.ok("upgrade head");
}
