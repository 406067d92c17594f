//! The templates that are built in: as they are written, and as somebody leaves
//! them who takes up what they show.

use retort_test_servers::Engine;

use crate::project::Project;

crate::on_each_engine!(templates_run_as_they_are_and_taken_up);

const NAMES: [&str; 4] = ["concurrent-index", "data", "generic", "native"];

const ACCOUNT: &str = "-- @upgrade
CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    email VARCHAR(100),
    name VARCHAR(100),
    currency CHAR(3),
    changed TIMESTAMP
);
INSERT INTO account (id, email, currency) VALUES (1, 'ada@example.org', 'DEM');";

/// The text with the SQL that it shows as SQL: comments that are indented.
fn taken_up(text: &str) -> String {
    let line = |line: &str| line.strip_prefix("--     ").unwrap_or(line).to_owned() + "\n";
    text.lines().map(line).collect()
}

fn templates_run_as_they_are_and_taken_up(engine: Engine) {
    let project = Project::new(engine, &[("aaaa", ACCOUNT)]);
    for name in NAMES {
        project.ok(&format!("revision --template {name} --rev-id {}", name.replace('-', "_")));
    }
    project.ok("upgrade head");
    project.ok("downgrade base");
    project.ok("upgrade aaaa");
    for name in NAMES {
        let path = format!("migrations/{}_.sql", name.replace('-', "_"));
        let mut text = taken_up(&project.read(&path));
        if name == "data" {
            text.push_str("-- @downgrade\n");
        }
        if name == "native" {
            text.push_str("-- @downgrade\n-- @only postgresql\nDROP TRIGGER account_changed ON account;\nDROP FUNCTION touch_account();\n-- @only mysql, sqlite\nDROP TRIGGER account_changed;\n");
        }
        project.write(&path, &text);
    }
    project.ok("upgrade head");
    assert_eq!(project.database.rows("SELECT currency FROM account"), ["EUR"]);
    project.database.run("UPDATE account SET currency = 'USD'");
    assert_eq!(project.database.rows("SELECT COUNT(*) FROM account WHERE changed IS NOT NULL"), ["1"]);
    project.ok("downgrade aaaa");
    project.ok("upgrade head");
    project.ok("downgrade base");
}
