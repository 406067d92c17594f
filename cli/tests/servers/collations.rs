//! Collations of columns whose type changes.

use retort_test_servers::Engine;

use crate::{on_each_engine, project::Project};

on_each_engine!(a_change_of_type_leaves_the_collation);

const CREATE: &str = "-- @upgrade
-- @only mysql
CREATE TABLE t (
    a VARCHAR(10) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'x',
    b VARCHAR(10) COLLATE utf8mb4_bin,
    c VARCHAR(10),
    d VARCHAR(10) COLLATE utf8mb4_bin
);";

const CHANGE: &str = "-- @upgrade
ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(30);
ALTER TABLE t ALTER COLUMN b TYPE TEXT, ALTER COLUMN c TYPE VARCHAR(20) COLLATE \"utf8mb4_bin\";
ALTER TABLE t ALTER COLUMN d TYPE INTEGER;
ALTER TABLE t ADD COLUMN e VARCHAR(5) COLLATE \"utf8mb4_bin\";
ALTER TABLE t ALTER COLUMN e TYPE VARCHAR(6);";

fn columns(project: &Project) -> Vec<String> {
    project.database.rows(
        "SELECT column_name, column_type, \
         CASE WHEN collation_name = (SELECT default_collation_name FROM information_schema.schemata \
         WHERE schema_name = DATABASE()) THEN 'usual' ELSE collation_name END \
         FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 't' \
         ORDER BY ordinal_position",
    )
}

fn a_change_of_type_leaves_the_collation(engine: Engine) {
    // PostgreSQL gives the column the collation of the type.
    if engine == Engine::Postgresql {
        return;
    }
    let project = Project::new(engine, &[("aaaa", CREATE), ("bbbb", CHANGE)]);
    project.ok("upgrade head");
    let integer = if engine == Engine::Mysql { "int" } else { "int(11)" };
    assert_eq!(
        columns(&project),
        [
            "a|varchar(30)|latin1_bin",
            "b|longtext|utf8mb4_bin",
            "c|varchar(20)|utf8mb4_bin",
            &format!("d|{integer}|NULL"),
            "e|varchar(6)|utf8mb4_bin",
        ]
    );
    // What undoes a revision knows what there was before it, and what users
    // write leaves the collation.
    let narrow = "-- @upgrade
ALTER TABLE t ALTER COLUMN c TYPE VARCHAR(9);
CREATE TABLE u (a VARCHAR(9));
-- @downgrade
ALTER TABLE t ALTER COLUMN c TYPE VARCHAR(20);
DROP TABLE u;";
    project.revision("cccc", Some("bbbb"), narrow);
    project.ok("upgrade head");
    assert_eq!(columns(&project)[2], "c|varchar(9)|utf8mb4_bin");
    project.ok("downgrade -1");
    assert_eq!(columns(&project)[2], "c|varchar(20)|utf8mb4_bin");
    let another = "-- @upgrade\nCREATE TABLE t (a VARCHAR(9));";
    let collated = "-- @upgrade\nALTER TABLE t ALTER COLUMN a TYPE VARCHAR(9) COLLATE \"utf8mb4_bin\";";
    let project = Project::new(engine, &[("aaaa", another), ("bbbb", collated)]);
    project.ok("upgrade head");
    assert_eq!(columns(&project), ["a|varchar(9)|utf8mb4_bin"]);
    project.ok("downgrade -1");
    assert_eq!(columns(&project), ["a|varchar(9)|usual"]);
}
