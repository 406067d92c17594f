//! The version table in a namespace of its own, or of the user's.

use retort_test_servers::Engine;

use crate::{on_each_engine, project::Project};

on_each_engine!(
    a_namespace_of_its_own_is_made_and_is_not_the_users,
    names_may_hold_anything,
    a_namespace_that_is_there_needs_no_right_to_create_it,
    a_namespace_may_stand_before_a_dot,
);

const TABLE: &str = "-- @upgrade\nCREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY);";

fn tables(project: &Project) -> Vec<String> {
    project.database.rows(match project.database.engine() {
        Engine::Postgresql => {
            "SELECT concat(schemaname, '.', tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', \
             'information_schema') ORDER BY 1"
        }
        Engine::Mysql | Engine::Mariadb => {
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1"
        }
    })
}

fn a_namespace_of_its_own_is_made_and_is_not_the_users(engine: Engine) {
    let project = Project::new(engine, &[("aaaa", TABLE)]);
    project.write("retort.toml", "version_table_namespace = \"ops\"\n");
    let plan = project.ok("upgrade head --dry-run -q");
    assert_eq!(plan.contains("CREATE SCHEMA IF NOT EXISTS \"ops\""), engine == Engine::Postgresql, "{plan}");
    let script = project.ok("upgrade head --sql -q");
    assert_eq!(
        script.contains("CREATE SCHEMA IF NOT EXISTS \"ops\""),
        engine == Engine::Postgresql,
        "{script}"
    );
    project.ok("ensure-version");
    project.ok("upgrade head");
    let own = match engine {
        Engine::Postgresql => ["ops.alembic_version", "ops.retort_journal", "public.t"],
        Engine::Mysql | Engine::Mariadb => ["ops_alembic_version", "ops_retort_journal", "t"],
    };
    assert_eq!(tables(&project), own);
    let shown = project.ok("introspect -q");
    assert!(!shown.contains("ops"), "{shown}");
    project.ok("check --drift");
    project.ok("introspect -q --output models");
    let check = project.ok("check");
    assert!(check.contains("No new upgrade operations detected."), "{check}");
    project.ok("stamp base");
    project.ok("stamp head");
    project.ok("downgrade base");
    assert_eq!(tables(&project), own[..2]);
}

fn names_may_hold_anything(engine: Engine) {
    let project = Project::new(engine, &[("aaaa", TABLE)]);
    project.write(
        "retort.toml",
        "version_table = \"a.b'c\\\"d`e\\\\f\"\nversion_table_namespace = \"My Ops'\\\"`\\\\\"\n",
    );
    project.ok("upgrade head");
    assert!(project.ok("current").contains("aaaa (head)"));
    project.ok("check --drift");
    project.ok("downgrade base");
}

fn a_namespace_that_is_there_needs_no_right_to_create_it(engine: Engine) {
    if engine != Engine::Postgresql {
        return;
    }
    let project = Project::new(engine, &[("aaaa", TABLE)]);
    project.write("retort.toml", "version_table_namespace = \"ops\"\n");
    let role = format!("{}_deployer", project.database.name());
    let name = project.database.name();
    project.database.run(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT ALL ON SCHEMA public TO {role};
         GRANT CONNECT ON DATABASE {name} TO {role}; REVOKE CREATE ON DATABASE {name} FROM PUBLIC"
    ));
    let authority = project.database.url().split('@').nth(1).unwrap().to_owned();
    let url = format!("postgresql://{role}:x@{authority}");
    let refused = project.fails(&format!("upgrade head --url {url}"));
    assert!(refused.contains("permission denied for database"), "{refused}");
    project.database.run(&format!("CREATE SCHEMA ops AUTHORIZATION {role}"));
    project.ok(&format!("upgrade head --url {url}"));
    assert_eq!(tables(&project), ["ops.alembic_version", "ops.retort_journal", "public.t"]);
    project.database.run(&format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}"));
}

fn a_namespace_may_stand_before_a_dot(engine: Engine) {
    let project = Project::new(engine, &[("aaaa", TABLE), ("bbbb", "-- @upgrade\n")]);
    let table = match engine {
        Engine::Postgresql => {
            project.database.run("CREATE SCHEMA app");
            "app.alembic_version"
        }
        Engine::Mysql | Engine::Mariadb => "app_alembic_version",
    };
    project.write("retort.toml", "version_table = \"app.alembic_version\"\n");
    project.database.run(&format!(
        "CREATE TABLE {table} (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    ));
    project.database.run(&format!("INSERT INTO {table} VALUES ('aaaa')"));
    let said = project.ok("upgrade head");
    assert!(said.contains("Running upgrade aaaa -> bbbb"), "{said}");
    assert_eq!(project.database.rows(&format!("SELECT version_num FROM {table}")), ["bbbb"]);
}
