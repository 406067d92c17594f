//! What an engine lacks is refused while planning, before anything runs.

use retort_test_servers::Engine;

use crate::{on_each_engine, project::Project};

on_each_engine!(
    what_is_lacking_is_refused_before_anything_runs,
    names_at_and_over_the_limit,
    what_is_no_table_of_the_model_is_called_what_it_is,
    a_dry_run_runs_nothing
);

fn what_is_lacking_is_refused_before_anything_runs(engine: Engine) {
    let lacking: &[&str] = match engine {
        Engine::Postgresql => &["ALTER TABLE t ADD COLUMN c SOMETHING_UNKNOWN_ELSEWHERE(3, 4, 5);"],
        Engine::Mysql | Engine::Mariadb => &[
            "CREATE INDEX ix ON t (a) WHERE a > 1;",
            "ALTER TABLE t ADD COLUMN c INTEGER[];",
            "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES t (id) DEFERRABLE;",
            "ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 1) NOT VALID;",
            "CREATE INDEX ix ON t USING gin (a);",
            "CREATE INDEX \"PRIMARY\" ON t (a);",
            // MySQL refuses it when it runs, MariaDB takes any index.
            "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES t (a);",
            "COMMENT ON COLUMN t.a IS '🦀';",
            "COMMENT ON TABLE t IS '🦀';",
            "CREATE VIEW v AS SELECT '🦀' AS a;",
        ],
    };
    if engine == Engine::Postgresql {
        return;
    }
    for sql in lacking {
        let create = "-- @upgrade\nCREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a INTEGER);";
        let body = format!("-- @upgrade\nCREATE TABLE u (id INTEGER);\n{sql}");
        let project = Project::new(engine, &[("aaaa", create), ("bbbb", &body)]);
        project.ok("upgrade aaaa");
        let said = project.fails("upgrade head");
        assert!(said.contains("migrations/bbbb_.sql:8:1"), "{said}");
        assert!(said.contains("hint: "), "{said}");
        let outcomes = project.database.rows("SELECT revision FROM retort_journal");
        assert_eq!(outcomes, ["aaaa"], "{sql}");
    }
}

fn names_at_and_over_the_limit(engine: Engine) {
    let longest = if engine == Engine::Postgresql { 63 } else { 64 };
    let (at, over) = ("n".repeat(longest), "n".repeat(longest + 1));
    for name in ["select", "Order", at.as_str(), over.as_str(), "with space", "quo`te", "\u{e9}t\u{e9}"] {
        let body = format!(
            "-- @upgrade\nCREATE TABLE \"{name}\" (\"{name}\" INTEGER NOT NULL CONSTRAINT pk PRIMARY KEY, b INTEGER);\n\
             ALTER TABLE \"{name}\" ALTER COLUMN \"{name}\" TYPE BIGINT;\n\
             INSERT INTO \"{name}\" (\"{name}\") VALUES (1);\n\
             -- @downgrade\nDROP TABLE \"{name}\";"
        );
        let project = Project::new(engine, &[("aaaa", &body)]);
        if name == over {
            let said = project.fails("upgrade head");
            assert!(said.contains("migrations/aaaa_.sql:6:"), "{said}");
            assert!(said.contains(&longest.to_string()), "{said}");
            continue;
        }
        project.ok("upgrade head");
        project.ok("downgrade base");
    }
}

fn what_is_no_table_of_the_model_is_called_what_it_is(engine: Engine) {
    let (create, kind) = match engine {
        Engine::Postgresql => ("CREATE MATERIALIZED VIEW m AS SELECT 1 AS a", "materialized view"),
        Engine::Mariadb => ("CREATE TABLE m (a INTEGER) WITH SYSTEM VERSIONING", "system-versioned table"),
        // There is no such thing.
        Engine::Mysql => return,
    };
    let project = Project::new(engine, &[("aaaa", "-- @upgrade\nALTER TABLE m ADD COLUMN b INTEGER;")]);
    project.database.run(create);
    let said = project.fails("upgrade head");
    assert!(said.contains(&format!("\"m\" is a {kind}, which is beyond portable SQL")), "{said}");
    assert!(said.contains("migrations/aaaa_.sql:6:1"), "{said}");
    // Nothing says that the database is not where it is recorded to be.
    assert!(!said.contains("stamp"), "{said}");
}

fn a_dry_run_runs_nothing(engine: Engine) {
    let body = "-- @upgrade\nCREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a VARCHAR(20) DEFAULT 'x');";
    let project = Project::new(engine, &[("aaaa", body)]);
    let plan = project.ok("upgrade head --dry-run");
    assert!(plan.contains("CREATE TABLE"), "{plan}");
    let schema = if engine == Engine::Postgresql { "current_schema()" } else { "DATABASE()" };
    let query = format!("SELECT count(*) FROM information_schema.tables WHERE table_schema = {schema}");
    assert_eq!(project.database.rows(&query), ["0"]);
}
