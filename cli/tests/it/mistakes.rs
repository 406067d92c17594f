//! Mistakes that SQLite would make something of in silence.

use expect_test::{Expect, expect};

use crate::environment::TestEnvironment;

/// Compares what `upgrade` says of a revision with these statements.
#[track_caller]
fn check(statements: &str, expected: Expect) {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment
        .write("migrations/aaaa_.sql", &format!("-- m\n-- @revision aaaa\n-- @upgrade\n{statements}\n"));
    let run = environment.run("retort upgrade head");
    let error = run.stderr.lines().find(|line| line.starts_with("error: "));
    expected.assert_eq(error.unwrap_or("done"));
}

#[test]
fn names_that_no_column_has() {
    let t = "CREATE TABLE t (a TEXT, \"B c\" INTEGER);";
    check(
        "CREATE TABLE t (a TEXT, CHECK (\"nope\" > 'x'));",
        expect![[r#"error: column "nope" of relation "t" does not exist"#]],
    );
    check(
        "CREATE TABLE t (a TEXT, b TEXT GENERATED ALWAYS AS (\"nope\") STORED);",
        expect![[r#"error: column "nope" of relation "t" does not exist"#]],
    );
    check(
        &format!("{t} CREATE INDEX i ON t ((\"nope\" || a));"),
        expect![[r#"error: column "nope" of relation "t" does not exist"#]],
    );
    check(
        &format!("{t} CREATE INDEX i ON t (a) WHERE \"nope\" = 'x';"),
        expect![[r#"error: column "nope" of relation "t" does not exist"#]],
    );
    check(
        &format!("{t} ALTER TABLE t ADD CHECK (\"nope\" = 'x');"),
        expect![[r#"error: column "nope" of relation "t" does not exist"#]],
    );
    check(
        &format!("{t} CREATE VIEW v AS SELECT \"nope\" FROM t;"),
        expect![[
            r#"error: upgrade of revision aaaa failed: no such column: "nope" - should this be a string literal in single-quotes?"#
        ]],
    );
    check(
        &format!("{t} CREATE VIEW v AS SELECT nope FROM t;"),
        expect!["error: upgrade of revision aaaa failed: no such column: nope"],
    );
    check(
        "CREATE VIEW v AS SELECT a FROM nope;",
        expect!["error: upgrade of revision aaaa failed: no such table: main.nope"],
    );
    check(
        &format!("{t} DELETE FROM t WHERE \"nope\" = 'nope';"),
        expect![[
            r#"error: upgrade of revision aaaa failed: no such column: "nope" - should this be a string literal in single-quotes?"#
        ]],
    );
}

#[test]
fn names_that_a_column_has() {
    check(
        "CREATE TABLE t (a TEXT, \"B c\" INTEGER, CHECK (\"B c\" > 0 AND \"t\".\"a\" <> '\"x\"'));
         CREATE INDEX i ON t ((\"a\" || \"B c\")) WHERE \"a\" > '';
         ALTER TABLE t ADD COLUMN \"D\" INTEGER, ADD CHECK (\"D\" > 0);
         ALTER TABLE t RENAME COLUMN \"D\" TO \"E\"; ALTER TABLE t ADD CHECK (\"E\" > 1);
         CREATE VIEW v AS SELECT \"B c\" FROM t;",
        expect!["done"],
    );
}

#[test]
fn casts_that_lose_values() {
    let t = "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('abc'); ALTER TABLE t ALTER COLUMN a TYPE";
    check(
        &format!("{t} INTEGER USING a::integer;"),
        expect![[
            r#"error: upgrade of revision aaaa failed: column "a" holds 'abc', which does not fit INTEGER without loss"#
        ]],
    );
    check(
        &format!("{t} DATE USING CAST(a AS date);"),
        expect![[
            r#"error: upgrade of revision aaaa failed: column "a" holds 'abc', which does not fit DATE without loss"#
        ]],
    );
    check(&format!("{t} INTEGER USING length(a);"), expect!["done"]);
}
