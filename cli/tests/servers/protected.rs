//! Environments that are protected.

use retort_test_servers::Engine;

use crate::{on_each_engine, project::Project};

on_each_engine!(what_takes_something_is_refused);

fn what_takes_something_is_refused(engine: Engine) {
    let revisions = [
        ("aaaa", "-- @upgrade\nCREATE TABLE t (a INTEGER, b INTEGER);\nCREATE TABLE u (a INTEGER);"),
        ("bbbb", "-- @upgrade\nALTER TABLE t DROP COLUMN b;\nDROP TABLE u;\n-- @downgrade\n"),
        ("cccc", "-- @upgrade\n-- @only postgresql\nTRUNCATE t;\n-- @only mysql\nALTER TABLE t DROP a;"),
    ];
    let project = Project::new(engine, &revisions);
    project.write("retort.toml", "protected = true\n");
    let at = || project.database.rows("SELECT version_num FROM alembic_version");
    project.ok("upgrade aaaa");
    let refused = project.fails("upgrade head");
    for expected in [
        "error: environment default is protected, and the upgrade drops what may hold data\n",
        "revision bbbb: the values of t.b are lost\n",
        "revision bbbb: the rows of u are lost\n",
        if engine == Engine::Postgresql {
            "`TRUNCATE t` may lose"
        } else {
            "`ALTER TABLE t DROP a` may lose"
        },
    ] {
        assert!(refused.contains(expected), "{expected}:\n{refused}");
    }
    assert!(project.fails("downgrade -1").contains("the downgrade undoes revision aaaa"));
    assert_eq!(at(), ["aaaa"]);
    project.ok("upgrade bbbb --yes");
    project.ok("downgrade -1 --yes");
    assert_eq!(at(), ["aaaa"]);
}
