//! What is refused, where, and what the error says.

use expect_test::expect;

use super::*;

#[test]
fn other_statements() {
    check(
        "SELECT 1; SET x = 1; PRAGMA foreign_keys = ON; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
         CREATE OR REPLACE PROCEDURE p() LANGUAGE sql AS 'x'; CREATE SEQUENCE s; CREATE EXTENSION IF NOT EXISTS x; GRANT SELECT ON t TO u;
         CREATE TABLE t AS SELECT 1; COPY t FROM 'x'; DO $$ BEGIN x; END $$; MERGE INTO t USING u ON a = b WHEN MATCHED THEN DELETE;
         TRUNCATE t; CREATE MATERIALIZED VIEW v AS SELECT 1; CREATE FOREIGN TABLE t (a int) SERVER s; VACUUM; ANALYZE t;
         CREATE DOMAIN d AS int; ALTER SEQUENCE s RESTART; DROP FUNCTION f; DROP TRIGGER t ON x; ATTACH 'x' AS y; REPLACE INTO t VALUES (1);
         CREATE VIRTUAL TABLE t USING fts5(a); VALUES (1); (SELECT 1); WITH x AS (SELECT 1) SELECT * FROM x; TABLE t; EXPLAIN SELECT 1;
         CREATE POLICY p ON t; CREATE ROLE r; LOCK TABLE t; CALL p(); SELECT 1 INTO x; REINDEX TABLE t; REFRESH MATERIALIZED VIEW v; USE x; SHOW x",
        expect![[r#"
            0: "SELECT": `SELECT` is not portable (@only)
            10: "SET": `SET` is not portable (@only)
            21: "PRAGMA": `PRAGMA` is not portable (@only)
            47: "CREATE": `CREATE FUNCTION` is not portable (@only)
            116: "CREATE": `CREATE PROCEDURE` is not portable (@only)
            169: "CREATE": `CREATE SEQUENCE` is not portable (@only)
            188: "CREATE": `CREATE EXTENSION` is not portable (@only)
            222: "GRANT": `GRANT` is not portable (@only)
            255: "CREATE": `CREATE TABLE AS` is not portable (@only)
            283: "COPY": `COPY` is not portable (@only)
            300: "DO": `DO` is not portable (@only)
            323: "MERGE": `MERGE` is not portable (@only)
            388: "TRUNCATE": `TRUNCATE` is not portable (@only)
            400: "CREATE": `CREATE MATERIALIZED VIEW` is not portable (@only)
            440: "CREATE": `CREATE FOREIGN TABLE` is not portable (@only)
            481: "VACUUM": `VACUUM` is not portable (@only)
            489: "ANALYZE": `ANALYZE` is not portable (@only)
            509: "CREATE": `CREATE DOMAIN` is not portable (@only)
            533: "ALTER": `ALTER SEQUENCE` is not portable (@only)
            559: "DROP": `DROP FUNCTION` is not portable (@only)
            576: "DROP": `DROP TRIGGER` is not portable (@only)
            597: "ATTACH": `ATTACH` is not portable (@only)
            614: "REPLACE": `REPLACE` is not portable (@only)
            650: "CREATE": `CREATE VIRTUAL TABLE` is not portable (@only)
            688: "VALUES": `VALUES` is not portable (@only)
            700: "(": `SELECT` is not portable (@only)
            712: "WITH": `SELECT` is not portable (@only)
            750: "TABLE": `TABLE` is not portable (@only)
            759: "EXPLAIN": `EXPLAIN` is not portable (@only)
            786: "CREATE": `CREATE POLICY` is not portable (@only)
            808: "CREATE": `CREATE ROLE` is not portable (@only)
            823: "LOCK": `LOCK` is not portable (@only)
            837: "CALL": `CALL` is not portable (@only)
            847: "SELECT": `SELECT` is not portable (@only)
            864: "REINDEX": `REINDEX` is not portable (@only)
            881: "REFRESH": `REFRESH` is not portable (@only)
            910: "USE": `USE` is not portable (@only)
            917: "SHOW": `SHOW` is not portable (@only)
        "#]],
    );
}

#[test]
fn transactions() {
    check(
        "BEGIN; START TRANSACTION; COMMIT; ROLLBACK; END; SAVEPOINT a; RELEASE a; ROLLBACK TO a; ABORT",
        expect![[r#"
            0: "BEGIN": `BEGIN` has no place in a revision, which runs in a transaction of its own (`-- @no-transaction` in the header makes it run without one)
            7: "START": `START` has no place in a revision, which runs in a transaction of its own (`-- @no-transaction` in the header makes it run without one)
            26: "COMMIT": `COMMIT` has no place in a revision, which runs in a transaction of its own (`-- @no-transaction` in the header makes it run without one)
            34: "ROLLBACK": `ROLLBACK` has no place in a revision, which runs in a transaction of its own (`-- @no-transaction` in the header makes it run without one)
            44: "END": `END` has no place in a revision, which runs in a transaction of its own (`-- @no-transaction` in the header makes it run without one)
            49: "SAVEPOINT": `SAVEPOINT` has no place in a revision, which runs in a transaction of its own (`-- @no-transaction` in the header makes it run without one)
            62: "RELEASE": `RELEASE` has no place in a revision, which runs in a transaction of its own (`-- @no-transaction` in the header makes it run without one)
            73: "ROLLBACK": `ROLLBACK` has no place in a revision, which runs in a transaction of its own (`-- @no-transaction` in the header makes it run without one)
            88: "ABORT": `ABORT` has no place in a revision, which runs in a transaction of its own (`-- @no-transaction` in the header makes it run without one)
        "#]],
    );
}

#[test]
fn bodies_give_one_error() {
    check(
        "CREATE TRIGGER t AFTER INSERT ON x BEGIN UPDATE y SET a = 1; DELETE FROM z; END; DROP TABLE t;
         CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; CREATE SEQUENCE s",
        expect![[r#"
            0: "CREATE": `CREATE TRIGGER` is not portable (@only)
            104: "CREATE": `CREATE FUNCTION` is not portable (@only)
            174: "CREATE": `CREATE SEQUENCE` is not portable (@only)
        "#]],
    );
}

#[test]
fn names_that_look_like_bodies_hide_nothing() {
    check(
        "CREATE TABLE function (begin INT); DROP TABLE a; CREATE TYPE trigger AS ENUM ('begin'); DROP TABLE b",
        expect![[r#"
            CREATE TABLE function (
                begin INTEGER
            );
            DROP TABLE a;
            CREATE TYPE trigger AS ENUM ('begin');
            DROP TABLE b;
        "#]],
    );
}

#[test]
fn clauses_of_create_table() {
    for (sql, expected) in [
        (
            "CREATE TEMP TABLE t (a INT)",
            expect![[r#"
            7: "TEMP": `TEMP` is not portable (@only)
        "#]],
        ),
        (
            "CREATE UNLOGGED TABLE t (a INT)",
            expect![[r#"
            7: "UNLOGGED": `UNLOGGED` is not portable (@only)
        "#]],
        ),
        (
            "CREATE GLOBAL TEMPORARY TABLE t (a INT) ON COMMIT DROP",
            expect![[r#"
            7: "GLOBAL TEMPORARY": `GLOBAL TEMPORARY` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT) INHERITS (b, c)",
            expect![[r#"
            23: "INHERITS (b, c)": `INHERITS (b, c)` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT) PARTITION BY RANGE (a)",
            expect![[r#"
            23: "PARTITION BY RANGE (a)": `PARTITION BY RANGE (a)` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t PARTITION OF u FOR VALUES IN (1)",
            expect![[r#"
            15: "PARTITION OF u": `PARTITION OF u` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t OF u",
            expect![[r#"
            15: "OF u": `OF u` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT) WITH (fillfactor = 70)",
            expect![[r#"
            23: "WITH (fillfactor = 70)": `WITH (fillfactor = 70)` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT) WITHOUT OIDS",
            expect![[r#"
            23: "WITHOUT OIDS": `WITHOUT OIDS` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT) USING heap",
            expect![[r#"
            23: "USING heap": `USING heap` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT) TABLESPACE fast",
            expect![[r#"
            23: "TABLESPACE fast": `TABLESPACE fast` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (LIKE u INCLUDING ALL)",
            expect![[r#"
            16: "LIKE u INCLUDING ALL": `LIKE u INCLUDING ALL` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT, EXCLUDE USING gist (a WITH =))",
            expect![[r#"
            23: "EXCLUDE USING gist (a WITH =)": `EXCLUDE USING gist (a WITH =)` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT, CONSTRAINT n NOT NULL a)",
            expect![[r#"
            23: "CONSTRAINT n NOT NULL a": `CONSTRAINT n NOT NULL a` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a TEXT STORAGE PLAIN)",
            expect![[r#"
            23: "STORAGE PLAIN": `STORAGE PLAIN` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a TEXT COMPRESSION lz4)",
            expect![[r#"
            23: "COMPRESSION lz4": `COMPRESSION lz4` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT CONSTRAINT n NOT NULL)",
            expect![[r#"
            22: "CONSTRAINT n": only keys, unique constraints and checks have names that are portable
        "#]],
        ),
        (
            "CREATE TABLE t (a INT CONSTRAINT n DEFAULT 1)",
            expect![[r#"
            22: "CONSTRAINT n": only keys, unique constraints and checks have names that are portable
        "#]],
        ),
        (
            "CREATE TABLE t (a INT NOT NULL NO INHERIT)",
            expect![[r#"
            31: "NO INHERIT": `NO INHERIT` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT CHECK (a > 0) NO INHERIT)",
            expect![[r#"
            36: "NO INHERIT": `NO INHERIT` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT CHECK (a > 0) NOT ENFORCED)",
            expect![[r#"
            36: "NOT ENFORCED": `NOT ENFORCED` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT CHECK (a > 0) DEFERRABLE)",
            expect![[r#"
            36: "DEFERRABLE": `DEFERRABLE` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT PRIMARY KEY DEFERRABLE)",
            expect![[r#"
            34: "DEFERRABLE": `DEFERRABLE` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT PRIMARY KEY WITH (fillfactor = 70))",
            expect![[r#"
            34: "WITH (fillfactor = 70)": `WITH (fillfactor = 70)` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT UNIQUE USING INDEX TABLESPACE fast)",
            expect![[r#"
            29: "USING INDEX TABLESPACE fast": `USING INDEX TABLESPACE fast` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT, PRIMARY KEY (a) INCLUDE (b))",
            expect![[r#"
            39: "INCLUDE (b)": `INCLUDE (b)` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT, UNIQUE (a WITHOUT OVERLAPS))",
            expect![[r#"
            33: "WITHOUT OVERLAPS": `WITHOUT OVERLAPS` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u ON DELETE SET NULL (a))",
            expect![[r#"
            71: "(a)": `(a)` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u ON DELETE SET DEFAULT (a))",
            expect![[r#"
            62: "SET DEFAULT (a)": `SET DEFAULT (a)` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT, FOREIGN KEY (a, PERIOD b) REFERENCES u)",
            expect![[r#"
            39: "PERIOD b": `PERIOD b` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT REFERENCES u MATCH PARTIAL)",
            expect![[r#"
            35: "MATCH PARTIAL": `MATCH PARTIAL` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT REFERENCES u NOT VALID)",
            expect![[r#"
            35: "NOT VALID": `NOT VALID` is for `ALTER TABLE … ADD CONSTRAINT`
        "#]],
        ),
        (
            "CREATE TABLE t (a INT REFERENCES u NOT DEFERRABLE INITIALLY DEFERRED)",
            expect![[r#"
            50: "INITIALLY DEFERRED": a constraint that is not deferrable cannot be initially deferred
        "#]],
        ),
        (
            "CREATE TABLE t (a INT REFERENCES u ON DELETE CASCADE ON DELETE CASCADE)",
            expect![[r#"
            53: "ON DELETE CASCADE": the action is given twice
        "#]],
        ),
        (
            "CREATE TABLE t (a INT REFERENCES db.fin.u)",
            expect![[r#"
            33: "db.fin.u": a name has at most a namespace before it
        "#]],
        ),
        (
            "CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY (OWNED BY NONE))",
            expect![[r#"
            52: "OWNED BY NONE": `OWNED BY NONE` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME s))",
            expect![[r#"
            52: "SEQUENCE NAME s": `SEQUENCE NAME s` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY (START 1 START 2))",
            expect![[r#"
            60: "START 2": the option is given twice
        "#]],
        ),
        (
            "CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY (START 99999999999999999999))",
            expect![[r#"
            58: "99999999999999999999": expected a whole number of 64 bits
        "#]],
        ),
        (
            "CREATE TABLE t (a INT GENERATED BY DEFAULT AS (1) STORED)",
            expect![[r#"
            32: "BY DEFAULT": an expression is `GENERATED ALWAYS`
        "#]],
        ),
        (
            "CREATE TABLE t (a SETOF INT)",
            expect![[r#"
            18: "SETOF INT": `SETOF INT` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE t (a INT[3])",
            expect![[r#"
            21: "[3]": the size of an array is not portable (PostgreSQL ignores it: write `[]`)
        "#]],
        ),
        (
            "CREATE TABLE t (a TEXT COLLATE fin.x)",
            expect![[r#"
            31: "fin.x": `fin.x` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TABLE U&\"d\\0061t\" (a INT)",
            expect![[r#"
            13: "U&\"d\\0061t\"": identifiers with Unicode escapes are not portable
        "#]],
        ),
        (
            "CREATE TABLE \"\" (a INT)",
            expect![[r#"
            13: "\"\"": syntax error: empty delimited identifier
        "#]],
        ),
        (
            "CREATE TABLE t (a INT) STRICT",
            expect![[r#"
            23: "STRICT": syntax error: unexpected `STRICT`
        "#]],
        ),
        (
            "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)",
            expect![[r#"
            38: "AUTOINCREMENT": syntax error: expected `,`, found `AUTOINCREMENT`
        "#]],
        ),
        (
            "CREATE TABLE a.b.c (a INT)",
            expect![[r#"
            13: "a.b.c": a name has at most a namespace before it
        "#]],
        ),
        (
            "CREATE TABLE t ()",
            expect![[r#"
                CREATE TABLE t (
    
                );
            "#]],
        ),
    ] {
        check(sql, expected);
    }
}

#[test]
fn contradictions() {
    for (sql, expected) in [
        (
            "CREATE TABLE t (a INT, b INT, A INT)",
            expect![[r#"
            30: "A INT": there are two columns `a`
        "#]],
        ),
        (
            "CREATE TABLE t (a INT PRIMARY KEY, b INT PRIMARY KEY)",
            expect![[r#"
            41: "PRIMARY KEY": the table `t` has two primary keys
        "#]],
        ),
        (
            "CREATE TABLE t (a INT PRIMARY KEY, PRIMARY KEY (a))",
            expect![[r#"
            35: "PRIMARY KEY (a)": the table `t` has two primary keys
        "#]],
        ),
        (
            "CREATE TABLE t (a INT, PRIMARY KEY (b))",
            expect![[r#"
            23: "PRIMARY KEY (b)": there is no column `b` in the table
        "#]],
        ),
        (
            "CREATE TABLE t (a INT, UNIQUE (a, a))",
            expect![[r#"
            34: "a": the column `a` is listed twice
        "#]],
        ),
        (
            "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u (b, c))",
            expect![[r#"
            52: "(b, c)": 1 columns refer to 2 columns
        "#]],
        ),
        (
            "CREATE TABLE t (a INT, CONSTRAINT c CHECK (a > 0), CONSTRAINT c CHECK (a > 1))",
            expect![[r#"
            51: "CONSTRAINT c CHECK (a > 1)": there are two constraints `c`
        "#]],
        ),
        (
            "CREATE TABLE t (a INT NULL NOT NULL)",
            expect![[r#"
            27: "NOT NULL": the column `a` is both NULL and NOT NULL
        "#]],
        ),
        (
            "CREATE TABLE t (a INT NULL PRIMARY KEY)",
            expect![[r#"
            27: "PRIMARY KEY": the column `a` is NULL and in the primary key
        "#]],
        ),
        (
            "CREATE TABLE t (a INT PRIMARY KEY NULL)",
            expect![[r#"
            34: "NULL": the column `a` is both NULL and NOT NULL
        "#]],
        ),
        (
            "CREATE TABLE t (a INT NULL, PRIMARY KEY (a))",
            expect![[r#"
            CREATE TABLE t (
                a INTEGER NOT NULL,
                CONSTRAINT stub PRIMARY KEY (a)
            );
        "#]],
        ),
        (
            "CREATE TABLE t (a SERIAL NULL)",
            expect![[r#"
            25: "NULL": the column `a` is both NULL and NOT NULL
        "#]],
        ),
        (
            "CREATE TABLE t (a INT DEFAULT 1 DEFAULT 2)",
            expect![[r#"
            32: "DEFAULT 2": the column `a` has two defaults
        "#]],
        ),
        (
            "CREATE TABLE t (a INT DEFAULT 1 GENERATED ALWAYS AS (1) STORED)",
            expect![[r#"
            16: "a": the column `a` takes its values from more than one of a default, an identity and an expression
        "#]],
        ),
        (
            "CREATE TABLE t (a SERIAL DEFAULT 1)",
            expect![[r#"
            16: "a": the column `a` takes its values from more than one of a default, an identity and an expression
        "#]],
        ),
        (
            "CREATE TABLE t (a TEXT COLLATE x COLLATE y)",
            expect![[r#"
            33: "COLLATE y": the column `a` has two collations
        "#]],
        ),
        (
            "CREATE TABLE t (a INT(3))",
            expect![[r#"
            18: "INT(3)": the type `int` takes no length
        "#]],
        ),
        (
            "CREATE TABLE t (a VARCHAR(0))",
            expect![[r#"
            18: "VARCHAR(0)": the length of `varchar` is at least 1
        "#]],
        ),
        (
            "CREATE TABLE t (a VARCHAR(1, 2))",
            expect![[r#"
            18: "VARCHAR(1, 2)": the type `varchar` takes one length
        "#]],
        ),
        (
            "CREATE TABLE t (a BINARY)",
            expect![[r#"
            18: "BINARY": the type `binary` needs a length
        "#]],
        ),
        (
            "CREATE TABLE t (a FLOAT(99))",
            expect![[r#"
            18: "FLOAT(99)": the precision of `float` is between 1 and 53
        "#]],
        ),
        (
            "CREATE TABLE t (a NUMERIC(1, 2, 3))",
            expect![[r#"
            18: "NUMERIC(1, 2, 3)": `numeric` takes a precision and a scale
        "#]],
        ),
        (
            "CREATE TABLE t (a NUMERIC(x))",
            expect![[r#"
            18: "NUMERIC(x)": the precision of `numeric` is a whole number above 0
        "#]],
        ),
        (
            "CREATE TABLE t (a SERIAL[])",
            expect![[r#"
            18: "SERIAL": `serial` is only the type of a new column
        "#]],
        ),
        (
            "CREATE TYPE t AS ENUM ('a', 'a')",
            expect![[r#"
            28: "'a'": the label `a` is listed twice
        "#]],
        ),
        (
            "CREATE TYPE t AS ENUM ()",
            expect![[r#"
            22: "()": an enum type has at least one label
        "#]],
        ),
        (
            "CREATE INDEX i ON t (a); CREATE INDEX i ON u (a)",
            expect![[r#"
            38: "i": there are two indexes `i`
        "#]],
        ),
        (
            "CREATE VIEW v (a, a) AS SELECT 1, 2",
            expect![[r#"
            18: "a": the column `a` is listed twice
        "#]],
        ),
    ] {
        check(sql, expected);
    }
}

#[test]
fn clauses_of_alter_table() {
    for (sql, expected) in [
        (
            "ALTER TABLE t",
            expect![[r#"
            13: "": the statement is incomplete
        "#]],
        ),
        (
            "ALTER TABLE IF EXISTS t ADD a INT",
            expect![[r#"
            12: "IF EXISTS": `IF EXISTS` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE ONLY t ADD a INT",
            expect![[r#"
            12: "ONLY": `ONLY` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t OWNER TO x",
            expect![[r#"
            14: "OWNER TO x": `OWNER TO x` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t SET SCHEMA x",
            expect![[r#"
            14: "SET SCHEMA x": `SET SCHEMA x` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
            expect![[r#"
            14: "ENABLE ROW LEVEL SECURITY": `ENABLE ROW LEVEL SECURITY` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t ATTACH PARTITION x FOR VALUES IN (1)",
            expect![[r#"
            14: "ATTACH PARTITION x FOR VALUES IN (1)": `ATTACH PARTITION x FOR VALUES IN (1)` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t DROP a CASCADE",
            expect![[r#"
            21: "CASCADE": `CASCADE` is not portable (what it drops differs from one database to the next: drop each object by name)
        "#]],
        ),
        (
            "ALTER TABLE t DROP CONSTRAINT a CASCADE",
            expect![[r#"
            32: "CASCADE": `CASCADE` is not portable (what it drops differs from one database to the next: drop each object by name)
        "#]],
        ),
        (
            "ALTER TABLE t ALTER a TYPE SERIAL",
            expect![[r#"
            27: "SERIAL": `serial` is only the type of a new column
        "#]],
        ),
        (
            "ALTER TABLE t ALTER a SET STATISTICS 5",
            expect![[r#"
            22: "SET STATISTICS 5": `SET STATISTICS 5` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t ALTER a SET STORAGE PLAIN",
            expect![[r#"
            22: "SET STORAGE PLAIN": `SET STORAGE PLAIN` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t ALTER a RESTART",
            expect![[r#"
            22: "RESTART": `RESTART` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t ALTER a SET GENERATED ALWAYS RESTART",
            expect![[r#"
            43: "RESTART": `RESTART` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t ALTER a SET INCREMENT 5",
            expect![[r#"
            22: "SET INCREMENT 5": `SET INCREMENT 5` is not portable (write `SET GENERATED …` with all the options of the sequence)
        "#]],
        ),
        (
            "ALTER TABLE t ALTER a DROP IDENTITY IF EXISTS",
            expect![[r#"
            36: "IF EXISTS": `IF EXISTS` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t ALTER a DROP EXPRESSION IF EXISTS",
            expect![[r#"
            38: "IF EXISTS": `IF EXISTS` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t ALTER CONSTRAINT c DEFERRABLE",
            expect![[r#"
            14: "ALTER CONSTRAINT c DEFERRABLE": `ALTER CONSTRAINT c DEFERRABLE` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i",
            expect![[r#"
            38: "USING INDEX i": `USING INDEX i` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t ADD CONSTRAINT c UNIQUE (a) NOT VALID",
            expect![[r#"
            42: "NOT VALID": `NOT VALID` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t ADD EXCLUDE USING gist (a WITH =)",
            expect![[r#"
            18: "EXCLUDE USING gist (a WITH =)": `EXCLUDE USING gist (a WITH =)` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT UNIQUE",
            expect![[r#"
            45: "UNIQUE": a column that may exist already has no unique constraint of its own
        "#]],
        ),
        (
            "ALTER TABLE t RENAME TO u, ADD a INT",
            expect![[r#"
            14: "RENAME TO u": `RENAME` stands alone in an `ALTER TABLE`
        "#]],
        ),
        (
            "ALTER TABLE t RENAME TO fin.u",
            expect![[r#"
            24: "fin.u": expected a name without a namespace
        "#]],
        ),
        (
            "ALTER TABLE t VALIDATE CONSTRAINT fin.c",
            expect![[r#"
            34: "fin.c": expected a name without a namespace
        "#]],
        ),
        (
            "ALTER TABLE t SET (fillfactor = 70)",
            expect![[r#"
            14: "SET (fillfactor = 70)": `SET (fillfactor = 70)` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TABLE t ADD a INT ADD b INT",
            expect![[r#"
            24: "ADD": syntax error: missing comma
        "#]],
        ),
    ] {
        check(sql, expected);
    }
}

#[test]
fn clauses_of_other_statements() {
    for (sql, expected) in [
        (
            "CREATE SCHEMA s AUTHORIZATION x",
            expect![[r#"
            16: "AUTHORIZATION": `AUTHORIZATION` is not portable (@only)
        "#]],
        ),
        (
            "CREATE SCHEMA AUTHORIZATION x",
            expect![[r#"
            14: "AUTHORIZATION x": `AUTHORIZATION x` is not portable (@only)
        "#]],
        ),
        (
            "CREATE SCHEMA s CREATE TABLE t (a INT)",
            expect![[r#"
            16: "CREATE TABLE t (a INT)": `CREATE TABLE t (a INT)` is not portable (@only)
        "#]],
        ),
        (
            "DROP SCHEMA s CASCADE",
            expect![[r#"
            14: "CASCADE": `CASCADE` is not portable (what it drops differs from one database to the next: drop each object by name)
        "#]],
        ),
        (
            "ALTER SCHEMA s OWNER TO x",
            expect![[r#"
            15: "OWNER TO x": `OWNER TO x` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TYPE t AS (a INT)",
            expect![[r#"
            0: "CREATE TYPE t AS (a INT)": a type that is no enum is not portable (@only)
        "#]],
        ),
        (
            "CREATE TYPE t",
            expect![[r#"
            0: "CREATE TYPE t": a type that is no enum is not portable (@only)
        "#]],
        ),
        (
            "CREATE TYPE t AS RANGE (subtype = int)",
            expect![[r#"
            0: "CREATE TYPE t AS RANGE (subtype = int)": a type that is no enum is not portable (@only)
        "#]],
        ),
        (
            "CREATE TYPE t AS ENUM (E'a')",
            expect![[r#"
            23: "E'a'": expected a string in single quotes (escapes and dollar quotes are not portable)
        "#]],
        ),
        (
            "ALTER TYPE t ADD ATTRIBUTE a INT",
            expect![[r#"
            13: "ADD ATTRIBUTE a INT": `ADD ATTRIBUTE a INT` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TYPE t OWNER TO x",
            expect![[r#"
            13: "OWNER TO x": `OWNER TO x` is not portable (@only)
        "#]],
        ),
        (
            "ALTER TYPE t DROP VALUE 'a' CASCADE",
            expect![[r#"
            13: "DROP": syntax error: expected ALTER TYPE option, found `DROP`
        "#]],
        ),
        (
            "ALTER TYPE t DROP ATTRIBUTE a",
            expect![[r#"
            13: "DROP ATTRIBUTE a": `DROP ATTRIBUTE a` is not portable (@only)
        "#]],
        ),
        (
            "DROP TYPE t CASCADE",
            expect![[r#"
            12: "CASCADE": `CASCADE` is not portable (what it drops differs from one database to the next: drop each object by name)
        "#]],
        ),
        (
            "DROP TABLE t CASCADE",
            expect![[r#"
            13: "CASCADE": `CASCADE` is not portable (what it drops differs from one database to the next: drop each object by name)
        "#]],
        ),
        (
            "DROP VIEW t CASCADE",
            expect![[r#"
            12: "CASCADE": `CASCADE` is not portable (what it drops differs from one database to the next: drop each object by name)
        "#]],
        ),
        (
            "DROP INDEX i CASCADE",
            expect![[r#"
            13: "CASCADE": `CASCADE` is not portable (what it drops differs from one database to the next: drop each object by name)
        "#]],
        ),
        (
            "DROP TABLE",
            expect![[r#"
            10: "": the statement is incomplete
        "#]],
        ),
        (
            "CREATE INDEX IF NOT EXISTS ON t (a)",
            expect![[r#"
            27: "ON": syntax error: expected path name, found `ON`
        "#]],
        ),
        (
            "CREATE INDEX i ON ONLY t (a)",
            expect![[r#"
            18: "ONLY": `ONLY` is not portable (@only)
        "#]],
        ),
        (
            "CREATE INDEX i ON t (a) WITH (fillfactor = 70)",
            expect![[r#"
            24: "WITH (fillfactor = 70)": `WITH (fillfactor = 70)` is not portable (@only)
        "#]],
        ),
        (
            "CREATE INDEX i ON t (a) TABLESPACE fast",
            expect![[r#"
            24: "TABLESPACE fast": `TABLESPACE fast` is not portable (@only)
        "#]],
        ),
        (
            "CREATE INDEX i ON t (a::text)",
            expect![[r#"
            21: "a::text": an expression in an index stands in parentheses
        "#]],
        ),
        (
            "CREATE INDEX i ON t (a + 1)",
            expect![[r#"
            21: "a + 1": an expression in an index stands in parentheses
        "#]],
        ),
        (
            "CREATE INDEX i ON t (a ops (x = 1))",
            expect![[r#"
            27: "(x = 1)": `(x = 1)` is not portable (@only)
        "#]],
        ),
        (
            "CREATE INDEX i ON t (a fin.ops)",
            expect![[r#"
            23: "fin.ops": expected a name without a namespace
        "#]],
        ),
        (
            "CREATE INDEX i ON t (a) INCLUDE (lower(b))",
            expect![[r#"
            32: "(lower(b))": only columns can be included in an index
        "#]],
        ),
        (
            "CREATE INDEX fin.i ON t (a)",
            expect![[r#"
            13: "fin.i": expected a name without a namespace
        "#]],
        ),
        (
            "ALTER INDEX IF EXISTS i RENAME TO j",
            expect![[r#"
            12: "IF EXISTS": `IF EXISTS` is not portable (@only)
        "#]],
        ),
        (
            "ALTER INDEX i SET (fillfactor = 70)",
            expect![[r#"
            14: "SET (fillfactor = 70)": `SET (fillfactor = 70)` is not portable (@only)
        "#]],
        ),
        (
            "CREATE TEMP VIEW v AS SELECT 1",
            expect![[r#"
            7: "TEMP": `TEMP` is not portable (@only)
        "#]],
        ),
        (
            "CREATE RECURSIVE VIEW v (a) AS SELECT 1",
            expect![[r#"
            7: "RECURSIVE": `RECURSIVE` is not portable (@only)
        "#]],
        ),
        (
            "CREATE VIEW v WITH (security_barrier) AS SELECT 1",
            expect![[r#"
            14: "WITH (security_barrier)": `WITH (security_barrier)` is not portable (@only)
        "#]],
        ),
        (
            "CREATE VIEW v AS SELECT 1 WITH CHECK OPTION",
            expect![[r#"
            26: "WITH CHECK OPTION": `WITH CHECK OPTION` is not portable (@only)
        "#]],
        ),
        (
            "ALTER VIEW IF EXISTS v RENAME TO w",
            expect![[r#"
            11: "IF EXISTS": `IF EXISTS` is not portable (@only)
        "#]],
        ),
        (
            "ALTER VIEW v ALTER a SET DEFAULT 1",
            expect![[r#"
            13: "ALTER a SET DEFAULT 1": `ALTER a SET DEFAULT 1` is not portable (@only)
        "#]],
        ),
        (
            "COMMENT ON INDEX i IS 'x'",
            expect![[r#"
            11: "INDEX i": `INDEX i` is not portable (@only)
        "#]],
        ),
        (
            "COMMENT ON TABLE t IS E'x'",
            expect![[r#"
            22: "E'x'": expected a string in single quotes (escapes and dollar quotes are not portable)
        "#]],
        ),
        (
            "COMMENT ON TABLE t IS $$x$$",
            expect![[r#"
            22: "$$x$$": expected a string in single quotes (escapes and dollar quotes are not portable)
        "#]],
        ),
        (
            "COMMENT ON COLUMN a IS 'x'",
            expect![[r#"
            18: "a": expected `table.column`
        "#]],
        ),
    ] {
        check(sql, expected);
    }
}

#[test]
fn syntax_errors() {
    for (sql, expected) in [
        (
            "CREATE TABLE t (a INT,, b INT); DROP TABLE t; CREATE TABLE u (",
            expect![[r#"
            22: ",": syntax error: unexpected comma
            62: "": syntax error: expected `)` at the end of the statement
        "#]],
        ),
        (
            "DROP TABLE a;\r\nCREATE TABEL x (a INT);\nDROP TABLE b",
            expect![[r#"
            15: "CREATE TABEL": unknown statement `CREATE TABEL`
        "#]],
        ),
        (
            "CREATE TABLE t (a INT PRIMARY KEY KEY)",
            expect![[r#"
            34: "KEY": syntax error: expected `,`, found `KEY`
        "#]],
        ),
        (
            "CREATE TABLE t (a)",
            expect![[r#"
            17: ")": syntax error: missing column type
        "#]],
        ),
        (
            "ALTER TABLE t ADD a.b INT",
            expect![[r#"
            19: ".": syntax error: expected type name, found `.`
        "#]],
        ),
        (
            "INSERT INTO t VALUES (1; DROP TABLE t",
            expect![[r#"
            23: "": syntax error: expected `)` at the end of the statement
        "#]],
        ),
        (
            "UPDATE t WHERE a = 1",
            expect![[r#"
            9: "WHERE": syntax error: expected `SET`, found `WHERE`
        "#]],
        ),
        (
            "DROP TABLE 'x'",
            expect![[r#"
            11: "'x'": syntax error: unexpected `'x'`
        "#]],
        ),
        (
            "DROP TABLE a b",
            expect![[r#"
            13: "b": syntax error: expected `,`, found `b`
        "#]],
        ),
        (
            "INSERT INTO t VALUES ('x",
            expect![[r#"
            22: "'x": syntax error: missing trailing `'` symbol to terminate the string literal
        "#]],
        ),
        (
            "DROP TABLE t /* open",
            expect![[r#"
                13: "/* open": syntax error: missing trailing `*/` symbols to terminate the block comment
            "#]],
        ),
        (
            "frobnicate",
            expect![[r#"
            0: "frobnicate": unknown statement `frobnicate`
        "#]],
        ),
        (
            "frobnicate the table",
            expect![[r#"
            0: "frobnicate the": unknown statement `frobnicate the`
        "#]],
        ),
        (
            ")",
            expect![[r#"
            0: ")": unknown statement `)`
        "#]],
        ),
        (
            "DROP TABLE a\0b",
            expect![[r#"
            12: "\0": SQL holds no NUL characters
        "#]],
        ),
        (
            "CREATE TABLE t (a TEXT DEFAULT 'x' 'y')",
            expect![[r#"
                34: " ": syntax error: expected new line or comma between string literals
            "#]],
        ),
        (
            "DELETE t",
            expect![[r#"
            7: "t": syntax error: expected `FROM`, found `t`
        "#]],
        ),
        (
            "é",
            expect![[r#"
            0: "é": unknown statement `é`
        "#]],
        ),
    ] {
        check(sql, expected);
    }
}

#[test]
fn deep_nesting_is_an_error() {
    for sql in [
        format!("INSERT INTO t VALUES ({}1{})", "(".repeat(100_000), ")".repeat(100_000)),
        format!("INSERT INTO t VALUES ({}1)", "- ".repeat(100_000)),
        format!("INSERT INTO t VALUES ({}true)", "NOT ".repeat(100_000)),
        format!("INSERT INTO t VALUES (ARRAY{}1)", "[".repeat(100_000)),
        format!("INSERT INTO t VALUES ({}1)", "CASE WHEN 1 THEN ".repeat(100_000)),
    ] {
        let errors = read(&sql).expect_err("too deep");
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].message, "the expression is nested too deeply");
    }
    let smile = "(".repeat(1000);
    for sql in [
        format!("INSERT INTO t VALUES ('{smile}', \"{smile}\") -- {smile}"),
        format!("INSERT INTO t VALUES (1) /* /* {smile} */ {smile} */"),
        format!("COMMENT ON TABLE \"{smile}\" IS '{smile}'"),
        format!("INSERT INTO t VALUES {}(1)", "(1), ".repeat(1000)),
        format!("INSERT INTO t VALUES (1{})", " + 1".repeat(500)),
        format!("INSERT INTO t VALUES ($a${smile}$a$)"),
    ] {
        assert!(read(&sql).is_ok(), "{sql}");
    }
}
