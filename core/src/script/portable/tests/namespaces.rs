//! Namespaces on a backend that has none.

use expect_test::{Expect, expect};

use super::*;

fn check_prefixed(sql: &str, expected: Expect) {
    expected.assert_eq(&show(sql, read_prefixed(sql)));
}

/// Checks the text of one data statement, which stays as written but for names.
fn check_text(sql: &str, expected: &str) {
    let statements = read_prefixed(sql).unwrap_or_else(|errors| panic!("{sql}: {errors:?}"));
    assert_eq!(statements[0].operations, [Operation::Dml { sql: expected.to_owned() }]);
    let native = read(sql).unwrap_or_else(|errors| panic!("{sql}: {errors:?}"));
    assert_eq!(native[0].operations, [Operation::Dml { sql: sql.trim_end().to_owned() }]);
}

#[test]
fn the_default_namespace_is_left_out() {
    let check = |sql: &str, expected: Expect| {
        let names = NamespaceMap::Native.relative_to(Some("App".into()));
        expected.assert_eq(&show(sql, parse(sql, &names, &NamingConvention::default())));
    };
    check(
        "CREATE SCHEMA \"App\"; DROP SCHEMA \"App\";
         CREATE TABLE \"App\".t (a \"App\".mood, b app.mood[], CHECK (\"App\".t.a > 1), FOREIGN KEY (a) REFERENCES \"App\".\"O\");
         ALTER TABLE \"App\".t RENAME TO u; ALTER TABLE app.t ADD COLUMN a fin.mood; DROP INDEX \"App\".i, app.i;
         CREATE VIEW \"App\".v AS SELECT \"App\".t.a FROM \"App\".t JOIN app.t AS \"App\" ON \"App\".a = 1;
         CREATE TABLE types (a \"App\".text, b \"App\".varchar(3), c \"App\".\"Text\", d \"App\".geometry(3)[], e pg_catalog.text);
         INSERT INTO \"App\".t SELECT * FROM \"App\".u WHERE \"App\".f(a)",
        expect![[r#"
            CREATE SCHEMA "App";
            DROP SCHEMA "App";
            CREATE TABLE t (
                a mood,
                b app.mood[],
                CONSTRAINT ck_t_a CHECK (t.a > 1),
                CONSTRAINT "fk_t_a_O" FOREIGN KEY (a) REFERENCES "O"
            );
            ALTER TABLE t RENAME TO u;
            ALTER TABLE app.t ADD COLUMN a fin.mood;
            DROP INDEX i;
            DROP INDEX app.i;
            CREATE VIEW v AS
            SELECT t.a FROM t JOIN app.t AS "App" ON "App".a = 1;
            CREATE TABLE types (
                a "App".text,
                b "App"."varchar"(3),
                c "Text",
                d geometry(3)[],
                e TEXT
            );
            INSERT INTO "App".t SELECT * FROM "App".u WHERE "App".f(a);
        "#]],
    );
}

#[test]
fn names_in_operations() {
    check_prefixed(
        "CREATE SCHEMA fin; ALTER SCHEMA fin RENAME TO x; DROP SCHEMA x;
         CREATE TYPE fin.mood AS ENUM ('a'); ALTER TYPE fin.mood ADD VALUE 'b'; ALTER TYPE fin.mood RENAME VALUE 'a' TO 'c';
         ALTER TYPE fin.mood DROP VALUE 'b'; ALTER TYPE fin.mood RENAME TO m; DROP TYPE fin.m;
         CREATE TABLE fin.t (a fin.mood, b fin.other[], c main.\"X\", d pg_catalog.int4, e geometry, f fin.vec(3),
            CONSTRAINT f FOREIGN KEY (a) REFERENCES audit.o);
         ALTER TABLE fin.t RENAME TO u; ALTER TABLE audit.t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES fin.o (b);
         ALTER TABLE fin.t ADD a fin.mood; ALTER TABLE fin.t ALTER a TYPE fin.mood; ALTER TABLE fin.t DROP a;
         CREATE INDEX i ON fin.t (a); ALTER INDEX fin.i RENAME TO j; DROP INDEX fin.j, k;
         CREATE VIEW fin.v AS SELECT 1; ALTER VIEW fin.v RENAME TO w; DROP VIEW fin.w;
         COMMENT ON TABLE fin.t IS 'x'; COMMENT ON COLUMN fin.t.a IS 'x'; COMMENT ON VIEW fin.v IS 'x';
         COMMENT ON TYPE fin.m IS 'x'; DROP TABLE fin.t, main.t, audit.t, t",
        expect![[r#"
            CREATE SCHEMA fin;
            ALTER SCHEMA fin RENAME TO x;
            DROP SCHEMA x;
            CREATE TYPE fin_mood AS ENUM ('a');
            ALTER TYPE fin_mood ADD VALUE 'b';
            ALTER TYPE fin_mood RENAME VALUE 'a' TO 'c';
            ALTER TYPE fin_mood DROP VALUE 'b';
            ALTER TYPE fin_mood RENAME TO fin_m;
            DROP TYPE fin_m;
            CREATE TABLE fin_t (
                a fin_mood,
                b fin_other[],
                c "X",
                d INTEGER,
                e geometry,
                f fin_vec(3),
                CONSTRAINT f FOREIGN KEY (a) REFERENCES log$o
            );
            ALTER TABLE fin_t RENAME TO fin_u;
            ALTER TABLE log$t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES fin_o (b);
            ALTER TABLE fin_t ADD COLUMN a fin_mood;
            ALTER TABLE fin_t ALTER COLUMN a TYPE fin_mood;
            ALTER TABLE fin_t DROP COLUMN a;
            CREATE INDEX fin_i ON fin_t (a);
            ALTER INDEX fin_i RENAME TO fin_j;
            DROP INDEX fin_j;
            DROP INDEX k;
            CREATE VIEW fin_v AS
            SELECT 1;
            ALTER VIEW fin_v RENAME TO fin_w;
            DROP VIEW fin_w;
            COMMENT ON TABLE fin_t IS 'x';
            COMMENT ON COLUMN fin_t.a IS 'x';
            COMMENT ON VIEW fin_v IS 'x';
            COMMENT ON TYPE fin_m IS 'x';
            DROP TABLE fin_t;
            DROP TABLE t;
            DROP TABLE log$t;
            DROP TABLE t;
        "#]],
    );
}

#[test]
fn names_in_expressions() {
    check_prefixed(
        "CREATE TABLE fin.t (a INT DEFAULT nextval('fin.s'), CONSTRAINT c CHECK (fin.t.a > 0 AND t.a < fin.f(a) AND a::fin.mood IS NULL),
            b INT GENERATED ALWAYS AS (t.a + 1) STORED);
         CREATE INDEX i ON fin.t (lower(t.a), (fin.t.b + 1)) WHERE t.a > 0;
         ALTER TABLE fin.t ALTER a TYPE INT USING (fin.t.a)::int, ALTER a SET DEFAULT CAST('x' AS fin.mood)",
        expect![[r#"
            CREATE TABLE fin_t (
                a INTEGER DEFAULT nextval('fin.s'),
                b INTEGER GENERATED ALWAYS AS (fin_t.a + 1) STORED,
                CONSTRAINT c CHECK (fin_t.a > 0 AND fin_t.a < fin.f(a) AND a::fin_mood IS NULL)
            );
            CREATE INDEX fin_i ON fin_t ((lower(fin_t.a)), (fin_t.b + 1)) WHERE fin_t.a > 0;
            ALTER TABLE fin_t ALTER COLUMN a TYPE INTEGER USING (fin_t.a)::int;
            ALTER TABLE fin_t ALTER COLUMN a SET DEFAULT CAST('x' AS fin_mood);
        "#]],
    );
}

#[test]
fn names_in_views() {
    check_prefixed(
        "CREATE VIEW v AS SELECT s.a, fin.u.b, fin.u.*, u.c, x.fin FROM fin.t AS s JOIN fin.u ON s.x = fin . u . y,
            (SELECT * FROM ONLY fin.z WHERE z.a IN (TABLE fin.y)) x",
        expect![[r#"
            CREATE VIEW v AS
            SELECT s.a, fin_u.b, fin_u.*, fin_u.c, x.fin FROM fin_t AS s JOIN fin_u ON s.x = fin_u . y,
                        (SELECT * FROM ONLY fin_z WHERE fin_z.a IN (TABLE fin_y)) x;
        "#]],
    );
}

#[test]
fn names_in_data_statements() {
    check_text("INSERT INTO fin.t (a) VALUES (1)", "INSERT INTO fin_t (a) VALUES (1)");
    check_text("INSERT INTO FIN.\"T\" VALUES ('fin.t')", "INSERT INTO \"fin_T\" VALUES ('fin.t')");
    check_text("INSERT INTO \"Fin\".t VALUES (1)", "INSERT INTO \"Fin_t\" VALUES (1)");
    check_text("INSERT INTO audit.t VALUES (1)", "INSERT INTO log$t VALUES (1)");
    check_text("INSERT INTO main.T VALUES (1)", "INSERT INTO t VALUES (1)");
    check_text("INSERT INTO main.\"T\" VALUES (1)", "INSERT INTO \"T\" VALUES (1)");
    check_text("INSERT INTO main.\"select\" VALUES (1)", "INSERT INTO \"select\" VALUES (1)");
    check_text(
        "UPDATE fin . t /* fin.t */ SET a = 'fin.t' WHERE b = \"fin.t\"",
        "UPDATE fin_t /* fin.t */ SET a = 'fin.t' WHERE b = \"fin.t\"",
    );
    check_text("UPDATE fin.t SET a = t.b, c = fin.t.d", "UPDATE fin_t SET a = fin_t.b, c = fin_t.d");
    check_text("UPDATE fin.t x SET a = x.b FROM audit.t", "UPDATE fin_t x SET a = x.b FROM log$t");
    check_text(
        "DELETE FROM fin.t USING fin.u AS y WHERE t.a = y.a AND EXISTS (SELECT 1 FROM fin.z WHERE z.a = t.a)",
        "DELETE FROM fin_t USING fin_u AS y WHERE fin_t.a = y.a AND EXISTS (SELECT 1 FROM fin_z WHERE fin_z.a = fin_t.a)",
    );
    check_text(
        "INSERT INTO fin.t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = t.a + excluded.a RETURNING t.a, fin.t.*",
        "INSERT INTO fin_t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = fin_t.a + excluded.a RETURNING fin_t.a, fin_t.*",
    );
    // What an INSERT goes into is not in sight of its SELECT.
    check_text("INSERT INTO fin.t SELECT t.a FROM staging t", "INSERT INTO fin_t SELECT t.a FROM staging t");
    check_text(
        "WITH t AS (SELECT 1 AS a FROM fin.o) INSERT INTO fin.t SELECT t.a FROM t",
        "WITH t AS (SELECT 1 AS a FROM fin_o) INSERT INTO fin_t SELECT t.a FROM t",
    );
    check_text(
        "INSERT INTO t SELECT fin.a, f.b, a.fin.c FROM fin, f",
        "INSERT INTO t SELECT fin.a, f.b, a_fin.c FROM fin, f",
    );
    check_text("INSERT INTO t SELECT fin.f(1)", "INSERT INTO t SELECT fin.f(1)");
    check_text("INSERT INTO t SELECT (x).y.z FROM x", "INSERT INTO t SELECT (x).y.z FROM x");
    check_text(
        "INSERT INTO t SELECT 'a'::fin.mood, CAST(b AS fin.mood[]) FROM fin.t FOR UPDATE OF t",
        "INSERT INTO t SELECT 'a'::fin_mood, CAST(b AS fin_mood[]) FROM fin_t FOR UPDATE OF fin_t",
    );
    check_text(
        "INSERT INTO t SELECT relname FROM pg_catalog.pg_class, information_schema.tables",
        "INSERT INTO t SELECT relname FROM pg_catalog.pg_class, information_schema.tables",
    );
    // The innermost query says what a name means.
    check_text(
        "WITH t AS (SELECT * FROM fin.t WHERE t.a > 0) DELETE FROM x USING t WHERE t.a = x.a",
        "WITH t AS (SELECT * FROM fin_t WHERE fin_t.a > 0) DELETE FROM x USING t WHERE t.a = x.a",
    );
    check_text(
        "UPDATE fin.t SET a = (SELECT t.b FROM audit.u t WHERE fin.t.c = t.c), d = t.e",
        "UPDATE fin_t SET a = (SELECT t.b FROM log$u t WHERE fin_t.c = t.c), d = fin_t.e",
    );
    check_text(
        "INSERT INTO t AS fin SELECT fin.a FROM fin.t",
        "INSERT INTO t AS fin SELECT fin.a FROM fin_t",
    );
    check_text("UPDATE \u{e9}t\u{e9}.t SET a = '☃'\r\n", "UPDATE \"\u{e9}t\u{e9}_t\" SET a = '☃'");
}

#[test]
fn names_that_may_mean_two_tables() {
    check_prefixed(
        "UPDATE fin.t SET a = t.a FROM audit.t",
        expect![[r#"
        21: "t": `t` may be `fin.t` or another table of the statement (give the table an alias)
    "#]],
    );
    check_prefixed(
        "UPDATE fin.t SET a = t.a FROM t",
        expect![[r#"
        21: "t": `t` may be `fin.t` or another table of the statement (give the table an alias)
    "#]],
    );
    check_prefixed(
        "INSERT INTO db.fin.t VALUES (1); INSERT INTO t SELECT db.fin.t.a FROM t",
        expect![[r#"
        12: "db.fin.t": a name has at most a namespace before it
        54: "db.fin.t.a": a name has at most a namespace before it
    "#]],
    );
}
