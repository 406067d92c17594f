//! Values given with `-x` that break out of badly written strings and names.

use retort_test_servers::{
    Engine,
    client::{self, OnError},
};

use crate::{
    on_each_engine,
    project::{Project, written},
};

on_each_engine!(hostile_values_arrive_unchanged, what_is_left_gets_the_values_that_it_began_with);

const VALUES: [&str; 16] = [
    "",
    "'",
    "\\",
    "\\'",
    "'; DROP TABLE t; --",
    "\\'; DROP TABLE t; -- ",
    "\"",
    "`",
    "$$",
    "$tag$ :v :'v' ::text",
    "two\nlines\r\n\ttab",
    "🦀 ä 漢",
    "/* */ -- # %s ?",
    "E'\\x41' \\n \\0 \\%",
    " spaces ",
    "DELIMITER $$\n\\. file\n\\! true",
];

/// Names that the engines allow.
const NAMES: [&str; 5] = ["plain", "a`b\"c'd", "x\\; -- y", "ä 漢", "$$ :v"];

/// A project that stores the value in portable SQL and as it is, and creates a
/// table of that name.
fn project(engine: Engine) -> Project {
    let name = engine.name();
    let store = format!(
        "-- @upgrade\nINSERT INTO t VALUES (1, :v), (2, :'v' || '!');\nUPDATE t SET a = :v WHERE id = 1;\n\
         -- @only {name}\nINSERT INTO t VALUES (3, :v), (4, CONCAT(:'v', '!'));\n\
         CREATE TABLE :\"n\" (a INTEGER);\n-- @all\nINSERT INTO :\"n\" VALUES (7);\n\n\
         -- @downgrade\n-- @only {name}\nDROP TABLE :\"n\";\n-- @all\nDELETE FROM t;"
    );
    let create = "-- @upgrade\nCREATE TABLE t (id INTEGER NOT NULL, a TEXT NOT NULL);";
    Project::new(engine, &[("aaaa", create), ("bbbb", &store)])
}

fn stored(project: &Project) -> Vec<String> {
    let hex = match project.database.engine() {
        Engine::Postgresql => "upper(encode(convert_to(a, 'UTF8'), 'hex'))",
        Engine::Mysql | Engine::Mariadb => "HEX(a)",
    };
    project.database.rows(&format!("SELECT {hex} FROM t ORDER BY id"))
}

fn expected(value: &str) -> Vec<String> {
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02X}")).collect::<String>();
    let marked = hex(&format!("{value}!"));
    vec![hex(value), marked.clone(), hex(value), marked]
}

fn hostile_values_arrive_unchanged(engine: Engine) {
    let project = project(engine);
    project.ok("upgrade aaaa");
    let run = |line: &str, value: &str, name: &str| {
        let mut command = project.command(line);
        command.arg("-x").arg(format!("v={value}")).arg(format!("-xn={name}"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{line} {value:?} {name:?}\n{}", written(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    for (at, value) in VALUES.into_iter().enumerate() {
        let name = NAMES[at % NAMES.len()];
        let quoted = match engine {
            Engine::Postgresql => format!("\"{}\"", name.replace('"', "\"\"")),
            Engine::Mysql | Engine::Mariadb => format!("`{}`", name.replace('`', "``")),
        };
        run("upgrade head", value, name);
        assert_eq!(stored(&project), expected(value), "{value:?}");
        assert_eq!(project.database.rows(&format!("SELECT a FROM {quoted}")), ["7"]);
        run("downgrade -1", value, name);
        if client::is_available(project.database.url()) {
            let script = run("upgrade aaaa:head --sql -q", value, name);
            if let Err(error) = client::run(project.database.url(), &script, OnError::Stop) {
                panic!("{error}\n{script}");
            }
            assert_eq!(stored(&project), expected(value), "{value:?} in a script");
            run("downgrade -1", value, name);
        }
    }
    let journal = project.database.rows("SELECT * FROM retort_journal").concat();
    assert!(!journal.contains("DROP TABLE"), "{journal}");
}

fn what_is_left_gets_the_values_that_it_began_with(engine: Engine) {
    let name = engine.name();
    let body = |table: &str| {
        format!(
            "-- @no-transaction\n-- @upgrade\nCREATE TABLE t (a VARCHAR(20));\nINSERT INTO t VALUES (:a);\n\
             -- @only {name}\nINSERT INTO {table} VALUES (:b);"
        )
    };
    let project = Project::new(engine, &[("aaaa", &body("nope"))]);
    let failed = project.fails("upgrade head -x a=one -x b=two");
    assert!(failed.contains("its first 2 of 3 statements remain in effect"), "{failed}");
    project.revision("aaaa", None, &body("t"));
    let refused = project.fails("upgrade head -x a=one -x b=three");
    assert!(refused.contains("revision aaaa was interrupted, and began with other values"), "{refused}");
    project.ok("upgrade head -x a=one -x b=two");
    assert_eq!(project.database.rows("SELECT a FROM t ORDER BY a"), ["one", "two"]);
}
