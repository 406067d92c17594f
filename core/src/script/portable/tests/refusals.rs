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
fn literals_that_mean_something_else_elsewhere() {
    check(
        "INSERT INTO t VALUES ($$x$$); UPDATE t SET a = $1; DELETE FROM t WHERE a = E'\\n'; UPDATE t SET a = U&'\\0041';
         UPDATE t SET a = N'x'; UPDATE t SET a = '$$ $1' WHERE \"$1\" = 1 -- $$
",
        expect![[r#"
            22: "$$x$$": expected a string in single quotes (escapes and dollar quotes are not portable)
            47: "$1": parameter `$1` has no value in a revision
            75: "E'\\n'": expected a string in single quotes (escapes and dollar quotes are not portable)
            99: "U&'\\0041'": expected a string in single quotes (escapes and dollar quotes are not portable)
            136: "N'x'": expected a string in single quotes (escapes and dollar quotes are not portable)
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
    check_each(
        &[
            "CREATE TEMP TABLE t (a INT)",
            "CREATE UNLOGGED TABLE t (a INT)",
            "CREATE GLOBAL TEMPORARY TABLE t (a INT) ON COMMIT DROP",
            "CREATE TABLE t (a INT) INHERITS (b, c)",
            "CREATE TABLE t (a INT) PARTITION BY RANGE (a)",
            "CREATE TABLE t PARTITION OF u FOR VALUES IN (1)",
            "CREATE TABLE t OF u",
            "CREATE TABLE t (a INT) WITH (fillfactor = 70)",
            "CREATE TABLE t (a INT) WITHOUT OIDS",
            "CREATE TABLE t (a INT) USING heap",
            "CREATE TABLE t (a INT) TABLESPACE fast",
            "CREATE TABLE t (LIKE u INCLUDING ALL)",
            "CREATE TABLE t (a INT, EXCLUDE USING gist (a WITH =))",
            "CREATE TABLE t (a INT, CONSTRAINT n NOT NULL a)",
            "CREATE TABLE t (a TEXT STORAGE PLAIN)",
            "CREATE TABLE t (a TEXT COMPRESSION lz4)",
            "CREATE TABLE t (a INT CONSTRAINT n NOT NULL)",
            "CREATE TABLE t (a INT CONSTRAINT n DEFAULT 1)",
            "CREATE TABLE t (a INT NOT NULL NO INHERIT)",
            "CREATE TABLE t (a INT CHECK (a > 0) NO INHERIT)",
            "CREATE TABLE t (a INT CHECK (a > 0) NOT ENFORCED)",
            "CREATE TABLE t (a INT CHECK (a > 0) DEFERRABLE)",
            "CREATE TABLE t (a INT PRIMARY KEY DEFERRABLE)",
            "CREATE TABLE t (a INT PRIMARY KEY WITH (fillfactor = 70))",
            "CREATE TABLE t (a INT UNIQUE USING INDEX TABLESPACE fast)",
            "CREATE TABLE t (a INT, PRIMARY KEY (a) INCLUDE (b))",
            "CREATE TABLE t (a INT, UNIQUE (a WITHOUT OVERLAPS))",
            "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u ON DELETE SET NULL (a))",
            "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u ON DELETE SET DEFAULT (a))",
            "CREATE TABLE t (a INT, FOREIGN KEY (a, PERIOD b) REFERENCES u)",
            "CREATE TABLE t (a INT REFERENCES u MATCH PARTIAL)",
            "CREATE TABLE t (a INT REFERENCES u NOT VALID)",
            "CREATE TABLE t (a INT REFERENCES u NOT DEFERRABLE INITIALLY DEFERRED)",
            "CREATE TABLE t (a INT REFERENCES u ON DELETE CASCADE ON DELETE CASCADE)",
            "CREATE TABLE t (a INT REFERENCES db.fin.u)",
            "CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY (OWNED BY NONE))",
            "CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME s))",
            "CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY (START 1 START 2))",
            "CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY (START 99999999999999999999))",
            "CREATE TABLE t (a INT GENERATED BY DEFAULT AS (1) STORED)",
            "CREATE TABLE t (a SETOF INT)",
            "CREATE TABLE t (a INT[3])",
            "CREATE TABLE t (a TEXT COLLATE fin.x)",
            "CREATE TABLE U&\"d\\0061t\" (a INT)",
            "CREATE TABLE \"\" (a INT)",
            "CREATE TABLE t (a INT,)",
            "CREATE TABLE t (a INT) PARTITION BY RANGE (a) INHERITS (b)",
            "CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY (START 1, CACHE 2))",
            "CREATE TABLE t (a INT, PRIMARY KEY (a,))",
            "CREATE TABLE t (a INT, PRIMARY KEY (a) USING INDEX TABLESPACE x)",
            "CREATE TABLE t (a INT UNIQUE (a))",
            "CREATE TABLE t (a INT FOREIGN KEY (a) REFERENCES b)",
            "CREATE TABLE t (a INT, REFERENCES b)",
            "CREATE TABLE t (a INT, DEFAULT 1)",
            "CREATE TABLE t (a NUMERIC(10,))",
            "CREATE TABLE t (a INT) STRICT",
            "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)",
            "CREATE TABLE a.b.c (a INT)",
            "CREATE TABLE t ()",
        ],
        expect![[r#"
            CREATE TEMP TABLE t (a INT)
              7: "TEMP": `TEMP` is not portable (@only)
            CREATE UNLOGGED TABLE t (a INT)
              7: "UNLOGGED": `UNLOGGED` is not portable (@only)
            CREATE GLOBAL TEMPORARY TABLE t (a INT) ON COMMIT DROP
              7: "GLOBAL TEMPORARY": `GLOBAL TEMPORARY` is not portable (@only)
            CREATE TABLE t (a INT) INHERITS (b, c)
              23: "INHERITS (b, c)": `INHERITS (b, c)` is not portable (@only)
            CREATE TABLE t (a INT) PARTITION BY RANGE (a)
              23: "PARTITION BY RANGE (a)": `PARTITION BY RANGE (a)` is not portable (@only)
            CREATE TABLE t PARTITION OF u FOR VALUES IN (1)
              15: "PARTITION OF u": `PARTITION OF u` is not portable (@only)
            CREATE TABLE t OF u
              15: "OF u": `OF u` is not portable (@only)
            CREATE TABLE t (a INT) WITH (fillfactor = 70)
              23: "WITH (fillfactor = 70)": `WITH (fillfactor = 70)` is not portable (@only)
            CREATE TABLE t (a INT) WITHOUT OIDS
              23: "WITHOUT OIDS": `WITHOUT OIDS` is not portable (@only)
            CREATE TABLE t (a INT) USING heap
              23: "USING heap": `USING heap` is not portable (@only)
            CREATE TABLE t (a INT) TABLESPACE fast
              23: "TABLESPACE fast": `TABLESPACE fast` is not portable (@only)
            CREATE TABLE t (LIKE u INCLUDING ALL)
              16: "LIKE u INCLUDING ALL": `LIKE u INCLUDING ALL` is not portable (@only)
            CREATE TABLE t (a INT, EXCLUDE USING gist (a WITH =))
              23: "EXCLUDE USING gist (a WITH =)": `EXCLUDE USING gist (a WITH =)` is not portable (@only)
            CREATE TABLE t (a INT, CONSTRAINT n NOT NULL a)
              23: "CONSTRAINT n NOT NULL a": `CONSTRAINT n NOT NULL a` is not portable (@only)
            CREATE TABLE t (a TEXT STORAGE PLAIN)
              23: "STORAGE PLAIN": `STORAGE PLAIN` is not portable (@only)
            CREATE TABLE t (a TEXT COMPRESSION lz4)
              23: "COMPRESSION lz4": `COMPRESSION lz4` is not portable (@only)
            CREATE TABLE t (a INT CONSTRAINT n NOT NULL)
              22: "CONSTRAINT n": only keys, unique constraints and checks have names that are portable
            CREATE TABLE t (a INT CONSTRAINT n DEFAULT 1)
              22: "CONSTRAINT n": only keys, unique constraints and checks have names that are portable
            CREATE TABLE t (a INT NOT NULL NO INHERIT)
              31: "NO INHERIT": `NO INHERIT` is not portable (@only)
            CREATE TABLE t (a INT CHECK (a > 0) NO INHERIT)
              36: "NO INHERIT": `NO INHERIT` is not portable (@only)
            CREATE TABLE t (a INT CHECK (a > 0) NOT ENFORCED)
              36: "NOT ENFORCED": `NOT ENFORCED` is not portable (@only)
            CREATE TABLE t (a INT CHECK (a > 0) DEFERRABLE)
              36: "DEFERRABLE": `DEFERRABLE` is not portable (@only)
            CREATE TABLE t (a INT PRIMARY KEY DEFERRABLE)
              34: "DEFERRABLE": `DEFERRABLE` is not portable (@only)
            CREATE TABLE t (a INT PRIMARY KEY WITH (fillfactor = 70))
              34: "WITH (fillfactor = 70)": `WITH (fillfactor = 70)` is not portable (@only)
            CREATE TABLE t (a INT UNIQUE USING INDEX TABLESPACE fast)
              29: "USING INDEX TABLESPACE fast": `USING INDEX TABLESPACE fast` is not portable (@only)
            CREATE TABLE t (a INT, PRIMARY KEY (a) INCLUDE (b))
              39: "INCLUDE (b)": `INCLUDE (b)` is not portable (@only)
            CREATE TABLE t (a INT, UNIQUE (a WITHOUT OVERLAPS))
              33: "WITHOUT OVERLAPS": `WITHOUT OVERLAPS` is not portable (@only)
            CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u ON DELETE SET NULL (a))
              62: "SET NULL (a)": `SET NULL (a)` is not portable (@only)
            CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u ON DELETE SET DEFAULT (a))
              62: "SET DEFAULT (a)": `SET DEFAULT (a)` is not portable (@only)
            CREATE TABLE t (a INT, FOREIGN KEY (a, PERIOD b) REFERENCES u)
              39: "PERIOD b": `PERIOD b` is not portable (@only)
            CREATE TABLE t (a INT REFERENCES u MATCH PARTIAL)
              35: "MATCH PARTIAL": `MATCH PARTIAL` is not portable (@only)
            CREATE TABLE t (a INT REFERENCES u NOT VALID)
              35: "NOT VALID": `NOT VALID` is for `ALTER TABLE … ADD CONSTRAINT`
            CREATE TABLE t (a INT REFERENCES u NOT DEFERRABLE INITIALLY DEFERRED)
              50: "INITIALLY DEFERRED": a constraint that is not deferrable cannot be initially deferred
            CREATE TABLE t (a INT REFERENCES u ON DELETE CASCADE ON DELETE CASCADE)
              53: "ON DELETE CASCADE": the action is given twice
            CREATE TABLE t (a INT REFERENCES db.fin.u)
              33: "db.fin.u": a name has at most a namespace before it
            CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY (OWNED BY NONE))
              52: "OWNED BY NONE": `OWNED BY NONE` is not portable (@only)
            CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME s))
              52: "SEQUENCE NAME s": `SEQUENCE NAME s` is not portable (@only)
            CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY (START 1 START 2))
              60: "START 2": the option is given twice
            CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY (START 99999999999999999999))
              58: "99999999999999999999": expected a whole number of 64 bits
            CREATE TABLE t (a INT GENERATED BY DEFAULT AS (1) STORED)
              32: "BY DEFAULT": an expression is `GENERATED ALWAYS`
            CREATE TABLE t (a SETOF INT)
              18: "SETOF INT": `SETOF INT` is not portable (@only)
            CREATE TABLE t (a INT[3])
              21: "[3]": the size of an array is not portable (PostgreSQL ignores it: write `[]`)
            CREATE TABLE t (a TEXT COLLATE fin.x)
              31: "fin.x": `fin.x` is not portable (@only)
            CREATE TABLE U&\"d\\0061t\" (a INT)
              13: "U&\"d\\0061t\"": identifiers with Unicode escapes are not portable
            CREATE TABLE \"\" (a INT)
              13: "\"\"": syntax error: empty delimited identifier (@only)
            CREATE TABLE t (a INT,)
              21: ",": syntax error: unexpected trailing comma (@only)
            CREATE TABLE t (a INT) PARTITION BY RANGE (a) INHERITS (b)
              46: "INHERITS": syntax error: unexpected `INHERITS` (@only)
            CREATE TABLE t (a INT GENERATED ALWAYS AS IDENTITY (START 1, CACHE 2))
              59: ",": syntax error: expected `)`, found `,` (@only)
            CREATE TABLE t (a INT, PRIMARY KEY (a,))
              37: ",": syntax error: unexpected trailing comma (@only)
            CREATE TABLE t (a INT, PRIMARY KEY (a) USING INDEX TABLESPACE x)
              39: "USING INDEX TABLESPACE x": `USING INDEX TABLESPACE x` is not portable (@only)
            CREATE TABLE t (a INT UNIQUE (a))
              29: "(": syntax error: expected `)`, found `(` (@only)
            CREATE TABLE t (a INT FOREIGN KEY (a) REFERENCES b)
              22: "FOREIGN": syntax error: expected `,`, found `FOREIGN` (@only)
            CREATE TABLE t (a INT, REFERENCES b)
              23: "REFERENCES": syntax error: expected `)`, found `REFERENCES` (@only)
            CREATE TABLE t (a INT, DEFAULT 1)
              23: "DEFAULT": syntax error: expected `)`, found `DEFAULT` (@only)
            CREATE TABLE t (a NUMERIC(10,))
              28: ",": syntax error: unexpected trailing comma (@only)
            CREATE TABLE t (a INT) STRICT
              23: "STRICT": syntax error: unexpected `STRICT` (@only)
            CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)
              38: "AUTOINCREMENT": syntax error: expected `,`, found `AUTOINCREMENT` (@only)
            CREATE TABLE a.b.c (a INT)
              13: "a.b.c": a name has at most a namespace before it
            CREATE TABLE t ()
              15: "()": a table has at least one column
        "#]],
    );
}

#[test]
fn contradictions() {
    check_each(
        &[
            "CREATE TABLE t (a INT, b INT, A INT)",
            "CREATE TABLE t (a INT PRIMARY KEY, b INT PRIMARY KEY)",
            "CREATE TABLE t (a INT PRIMARY KEY, PRIMARY KEY (a))",
            "CREATE TABLE t (a INT, PRIMARY KEY (b))",
            "CREATE TABLE t (a INT, UNIQUE (a, a))",
            "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u (b, c))",
            "CREATE TABLE t (a INT, CONSTRAINT c CHECK (a > 0), CONSTRAINT c CHECK (a > 1))",
            "CREATE TABLE t (a INT NULL NOT NULL)",
            "CREATE TABLE t (a INT NULL PRIMARY KEY)",
            "CREATE TABLE t (a INT PRIMARY KEY NULL)",
            "CREATE TABLE t (a INT NULL, PRIMARY KEY (a))",
            "CREATE TABLE t (a SERIAL NULL)",
            "CREATE TABLE t (a INT DEFAULT 1 DEFAULT 2)",
            "CREATE TABLE t (a INT DEFAULT 1 GENERATED ALWAYS AS (1) STORED)",
            "CREATE TABLE t (a SERIAL DEFAULT 1)",
            "CREATE TABLE t (a TEXT COLLATE x COLLATE y)",
            "CREATE TABLE t (a INT(3))",
            "CREATE TABLE t (a VARCHAR(0))",
            "CREATE TABLE t (a VARCHAR(1, 2))",
            "CREATE TABLE t (a BINARY)",
            "CREATE TABLE t (a FLOAT(99))",
            "CREATE TABLE t (a NUMERIC(1, 2, 3))",
            "CREATE TABLE t (a NUMERIC(x))",
            "CREATE TABLE t (a SERIAL[])",
            "CREATE TYPE t AS ENUM ('a', 'a')",
            "CREATE TYPE t AS ENUM ()",
            "CREATE INDEX i ON t (a); CREATE INDEX i ON u (a)",
            "CREATE VIEW v (a, a) AS SELECT 1, 2",
        ],
        expect![[r#"
            CREATE TABLE t (a INT, b INT, A INT)
              30: "A INT": there are two columns `a`
            CREATE TABLE t (a INT PRIMARY KEY, b INT PRIMARY KEY)
              41: "PRIMARY KEY": the table `t` has two primary keys
            CREATE TABLE t (a INT PRIMARY KEY, PRIMARY KEY (a))
              35: "PRIMARY KEY (a)": the table `t` has two primary keys
            CREATE TABLE t (a INT, PRIMARY KEY (b))
              23: "PRIMARY KEY (b)": there is no column `b` in the table
            CREATE TABLE t (a INT, UNIQUE (a, a))
              34: "a": the column `a` is listed twice
            CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u (b, c))
              52: "(b, c)": 1 columns refer to 2 columns
            CREATE TABLE t (a INT, CONSTRAINT c CHECK (a > 0), CONSTRAINT c CHECK (a > 1))
              51: "CONSTRAINT c CHECK (a > 1)": there are two constraints `c`
            CREATE TABLE t (a INT NULL NOT NULL)
              27: "NOT NULL": the column `a` is both NULL and NOT NULL
            CREATE TABLE t (a INT NULL PRIMARY KEY)
              27: "PRIMARY KEY": the column `a` is NULL and in the primary key
            CREATE TABLE t (a INT PRIMARY KEY NULL)
              34: "NULL": the column `a` is both NULL and NOT NULL
            CREATE TABLE t (a INT NULL, PRIMARY KEY (a))
              28: "PRIMARY KEY (a)": the column `a` is NULL and in the primary key
            CREATE TABLE t (a SERIAL NULL)
              25: "NULL": the column `a` is both NULL and NOT NULL
            CREATE TABLE t (a INT DEFAULT 1 DEFAULT 2)
              32: "DEFAULT 2": the column `a` has two defaults
            CREATE TABLE t (a INT DEFAULT 1 GENERATED ALWAYS AS (1) STORED)
              16: "a": the column `a` takes its values from more than one of a default, an identity and an expression
            CREATE TABLE t (a SERIAL DEFAULT 1)
              16: "a": the column `a` takes its values from more than one of a default, an identity and an expression
            CREATE TABLE t (a TEXT COLLATE x COLLATE y)
              33: "COLLATE y": the column `a` has two collations
            CREATE TABLE t (a INT(3))
              18: "INT(3)": the type `int` takes no length
            CREATE TABLE t (a VARCHAR(0))
              18: "VARCHAR(0)": the length of `varchar` is at least 1
            CREATE TABLE t (a VARCHAR(1, 2))
              18: "VARCHAR(1, 2)": the type `varchar` takes one length
            CREATE TABLE t (a BINARY)
              18: "BINARY": the type `binary` needs a length
            CREATE TABLE t (a FLOAT(99))
              18: "FLOAT(99)": the precision of `float` is between 1 and 53
            CREATE TABLE t (a NUMERIC(1, 2, 3))
              18: "NUMERIC(1, 2, 3)": `numeric` takes a precision and a scale
            CREATE TABLE t (a NUMERIC(x))
              18: "NUMERIC(x)": the precision of `numeric` is a whole number above 0
            CREATE TABLE t (a SERIAL[])
              18: "SERIAL": `serial` is only the type of a new column
            CREATE TYPE t AS ENUM (\'a\', \'a\')
              28: "'a'": the label `a` is listed twice
            CREATE TYPE t AS ENUM ()
              22: "()": an enum type has at least one label
            CREATE INDEX i ON t (a); CREATE INDEX i ON u (a)
              38: "i": there are two indexes `i`
            CREATE VIEW v (a, a) AS SELECT 1, 2
              18: "a": the column `a` is listed twice
        "#]],
    );
}

#[test]
fn clauses_of_alter_table() {
    check_each(
        &[
            "ALTER TABLE t",
            "ALTER TABLE IF EXISTS t ADD a INT",
            "ALTER TABLE ONLY t ADD a INT",
            "ALTER TABLE t OWNER TO x",
            "ALTER TABLE t SET SCHEMA x",
            "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE t ATTACH PARTITION x FOR VALUES IN (1)",
            "ALTER TABLE t DROP a CASCADE",
            "ALTER TABLE t DROP CONSTRAINT a CASCADE",
            "ALTER TABLE t ALTER a TYPE SERIAL",
            "ALTER TABLE t ALTER a SET STATISTICS 5",
            "ALTER TABLE t ALTER a SET STORAGE PLAIN",
            "ALTER TABLE t ALTER a RESTART",
            "ALTER TABLE t ALTER a SET GENERATED ALWAYS RESTART",
            "ALTER TABLE t ALTER a SET INCREMENT 5",
            "ALTER TABLE t ALTER a DROP IDENTITY IF EXISTS",
            "ALTER TABLE t ALTER a DROP EXPRESSION IF EXISTS",
            "ALTER TABLE t ALTER CONSTRAINT c DEFERRABLE",
            "ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i",
            "ALTER TABLE t ADD CONSTRAINT c UNIQUE (a) NOT VALID",
            "ALTER TABLE t ADD EXCLUDE USING gist (a WITH =)",
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT UNIQUE",
            "ALTER TABLE t RENAME TO u, ADD a INT",
            "ALTER TABLE t RENAME TO fin.u",
            "ALTER TABLE t VALIDATE CONSTRAINT fin.c",
            "ALTER TABLE t SET (fillfactor = 70)",
            "ALTER TABLE t ADD a INT ADD b INT",
        ],
        expect![[r#"
            ALTER TABLE t
              13: "": the statement is incomplete
            ALTER TABLE IF EXISTS t ADD a INT
              12: "IF EXISTS": `IF EXISTS` is not portable (@only)
            ALTER TABLE ONLY t ADD a INT
              12: "ONLY": `ONLY` is not portable (@only)
            ALTER TABLE t OWNER TO x
              14: "OWNER TO x": `OWNER TO x` is not portable (@only)
            ALTER TABLE t SET SCHEMA x
              14: "SET SCHEMA x": `SET SCHEMA x` is not portable (@only)
            ALTER TABLE t ENABLE ROW LEVEL SECURITY
              14: "ENABLE ROW LEVEL SECURITY": `ENABLE ROW LEVEL SECURITY` is not portable (@only)
            ALTER TABLE t ATTACH PARTITION x FOR VALUES IN (1)
              14: "ATTACH PARTITION x FOR VALUES IN (1)": `ATTACH PARTITION x FOR VALUES IN (1)` is not portable (@only)
            ALTER TABLE t DROP a CASCADE
              21: "CASCADE": `CASCADE` is not portable (what it drops differs from one database to the next: drop each object by name)
            ALTER TABLE t DROP CONSTRAINT a CASCADE
              32: "CASCADE": `CASCADE` is not portable (what it drops differs from one database to the next: drop each object by name)
            ALTER TABLE t ALTER a TYPE SERIAL
              27: "SERIAL": `serial` is only the type of a new column
            ALTER TABLE t ALTER a SET STATISTICS 5
              22: "SET STATISTICS 5": `SET STATISTICS 5` is not portable (@only)
            ALTER TABLE t ALTER a SET STORAGE PLAIN
              22: "SET STORAGE PLAIN": `SET STORAGE PLAIN` is not portable (@only)
            ALTER TABLE t ALTER a RESTART
              22: "RESTART": `RESTART` is not portable (@only)
            ALTER TABLE t ALTER a SET GENERATED ALWAYS RESTART
              43: "RESTART": `RESTART` is not portable (@only)
            ALTER TABLE t ALTER a SET INCREMENT 5
              22: "SET INCREMENT 5": `SET INCREMENT 5` is not portable (write `SET GENERATED …` with all the options of the sequence)
            ALTER TABLE t ALTER a DROP IDENTITY IF EXISTS
              36: "IF EXISTS": `IF EXISTS` is not portable (@only)
            ALTER TABLE t ALTER a DROP EXPRESSION IF EXISTS
              38: "IF EXISTS": `IF EXISTS` is not portable (@only)
            ALTER TABLE t ALTER CONSTRAINT c DEFERRABLE
              14: "ALTER CONSTRAINT c DEFERRABLE": `ALTER CONSTRAINT c DEFERRABLE` is not portable (@only)
            ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i
              38: "USING INDEX i": `USING INDEX i` is not portable (@only)
            ALTER TABLE t ADD CONSTRAINT c UNIQUE (a) NOT VALID
              42: "NOT VALID": `NOT VALID` is not portable (@only)
            ALTER TABLE t ADD EXCLUDE USING gist (a WITH =)
              18: "EXCLUDE USING gist (a WITH =)": `EXCLUDE USING gist (a WITH =)` is not portable (@only)
            ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT UNIQUE
              45: "UNIQUE": a column that may exist already has no unique constraint of its own
            ALTER TABLE t RENAME TO u, ADD a INT
              14: "RENAME TO u": `RENAME` stands alone in an `ALTER TABLE`
            ALTER TABLE t RENAME TO fin.u
              24: "fin.u": expected a name without a namespace
            ALTER TABLE t VALIDATE CONSTRAINT fin.c
              34: "fin.c": expected a name without a namespace
            ALTER TABLE t SET (fillfactor = 70)
              14: "SET (fillfactor = 70)": `SET (fillfactor = 70)` is not portable (@only)
            ALTER TABLE t ADD a INT ADD b INT
              24: "ADD": syntax error: missing comma (@only)
        "#]],
    );
}

#[test]
fn clauses_of_other_statements() {
    check_each(
        &[
            "CREATE SCHEMA s AUTHORIZATION x",
            "CREATE SCHEMA AUTHORIZATION x",
            "CREATE SCHEMA s CREATE TABLE t (a INT)",
            "DROP SCHEMA s CASCADE",
            "ALTER SCHEMA s OWNER TO x",
            "CREATE TYPE t AS (a INT)",
            "CREATE TYPE t",
            "CREATE TYPE t AS RANGE (subtype = int)",
            "CREATE TYPE t AS ENUM ('a',)",
            "CREATE TYPE t AS ENUM ('a' 'b')",
            "CREATE TYPE t AS ENUM (E'a')",
            "ALTER TYPE t ADD ATTRIBUTE a INT",
            "ALTER TYPE t OWNER TO x",
            "ALTER TYPE t DROP VALUE 'a' CASCADE",
            "ALTER TYPE t DROP ATTRIBUTE a",
            "DROP TYPE t CASCADE",
            "DROP TABLE t CASCADE",
            "DROP VIEW t CASCADE",
            "DROP INDEX i CASCADE",
            "DROP TABLE",
            "CREATE INDEX IF NOT EXISTS ON t (a)",
            "CREATE INDEX i ON ONLY t (a)",
            "CREATE INDEX i ON t (a) WITH (fillfactor = 70)",
            "CREATE INDEX i ON t (a) TABLESPACE fast",
            "CREATE INDEX i ON t (a::text)",
            "CREATE INDEX i ON t (a + 1)",
            "CREATE INDEX i ON t (a ops (x = 1))",
            "CREATE INDEX i ON t (a fin.ops)",
            "CREATE INDEX i ON t (a) INCLUDE (lower(b))",
            "CREATE INDEX fin.i ON t (a)",
            "ALTER INDEX IF EXISTS i RENAME TO j",
            "ALTER INDEX i SET (fillfactor = 70)",
            "CREATE TEMP VIEW v AS SELECT 1",
            "CREATE RECURSIVE VIEW v (a) AS SELECT 1",
            "CREATE VIEW v WITH (security_barrier) AS SELECT 1",
            "CREATE VIEW v AS SELECT 1 WITH CHECK OPTION",
            "ALTER VIEW IF EXISTS v RENAME TO w",
            "ALTER VIEW v ALTER a SET DEFAULT 1",
            "COMMENT ON INDEX i IS 'x'",
            "COMMENT ON TABLE t IS E'x'",
            "COMMENT ON TABLE t IS $$x$$",
            "COMMENT ON COLUMN a IS 'x'",
        ],
        expect![[r#"
            CREATE SCHEMA s AUTHORIZATION x
              16: "AUTHORIZATION": `AUTHORIZATION` is not portable (@only)
            CREATE SCHEMA AUTHORIZATION x
              14: "AUTHORIZATION x": `AUTHORIZATION x` is not portable (@only)
            CREATE SCHEMA s CREATE TABLE t (a INT)
              16: "CREATE TABLE t (a INT)": `CREATE TABLE t (a INT)` is not portable (@only)
            DROP SCHEMA s CASCADE
              14: "CASCADE": `CASCADE` is not portable (what it drops differs from one database to the next: drop each object by name)
            ALTER SCHEMA s OWNER TO x
              15: "OWNER TO x": `OWNER TO x` is not portable (@only)
            CREATE TYPE t AS (a INT)
              0: "CREATE TYPE t AS (a INT)": a type that is no enum is not portable (@only)
            CREATE TYPE t
              0: "CREATE TYPE t": a type that is no enum is not portable (@only)
            CREATE TYPE t AS RANGE (subtype = int)
              0: "CREATE TYPE t AS RANGE (subtype = int)": a type that is no enum is not portable (@only)
            CREATE TYPE t AS ENUM (\'a\',)
              26: ",": syntax error: unexpected trailing comma (@only)
            CREATE TYPE t AS ENUM (\'a\' \'b\')
              26: " ": syntax error: expected new line or comma between string literals (@only)
            CREATE TYPE t AS ENUM (E\'a\')
              23: "E'a'": expected a string in single quotes (escapes and dollar quotes are not portable)
            ALTER TYPE t ADD ATTRIBUTE a INT
              13: "ADD ATTRIBUTE a INT": `ADD ATTRIBUTE a INT` is not portable (@only)
            ALTER TYPE t OWNER TO x
              13: "OWNER TO x": `OWNER TO x` is not portable (@only)
            ALTER TYPE t DROP VALUE \'a\' CASCADE
              13: "DROP": syntax error: expected ALTER TYPE option, found `DROP` (@only)
            ALTER TYPE t DROP ATTRIBUTE a
              13: "DROP ATTRIBUTE a": `DROP ATTRIBUTE a` is not portable (@only)
            DROP TYPE t CASCADE
              12: "CASCADE": `CASCADE` is not portable (what it drops differs from one database to the next: drop each object by name)
            DROP TABLE t CASCADE
              13: "CASCADE": `CASCADE` is not portable (what it drops differs from one database to the next: drop each object by name)
            DROP VIEW t CASCADE
              12: "CASCADE": `CASCADE` is not portable (what it drops differs from one database to the next: drop each object by name)
            DROP INDEX i CASCADE
              13: "CASCADE": `CASCADE` is not portable (what it drops differs from one database to the next: drop each object by name)
            DROP TABLE
              10: "": the statement is incomplete
            CREATE INDEX IF NOT EXISTS ON t (a)
              27: "ON": syntax error: expected path name, found `ON` (@only)
            CREATE INDEX i ON ONLY t (a)
              18: "ONLY": `ONLY` is not portable (@only)
            CREATE INDEX i ON t (a) WITH (fillfactor = 70)
              24: "WITH (fillfactor = 70)": `WITH (fillfactor = 70)` is not portable (@only)
            CREATE INDEX i ON t (a) TABLESPACE fast
              24: "TABLESPACE fast": `TABLESPACE fast` is not portable (@only)
            CREATE INDEX i ON t (a::text)
              21: "a::text": an expression in an index stands in parentheses
            CREATE INDEX i ON t (a + 1)
              21: "a + 1": an expression in an index stands in parentheses
            CREATE INDEX i ON t (a ops (x = 1))
              27: "(x = 1)": `(x = 1)` is not portable (@only)
            CREATE INDEX i ON t (a fin.ops)
              23: "fin.ops": expected a name without a namespace
            CREATE INDEX i ON t (a) INCLUDE (lower(b))
              32: "(lower(b))": only columns can be included in an index
            CREATE INDEX fin.i ON t (a)
              13: "fin.i": expected a name without a namespace
            ALTER INDEX IF EXISTS i RENAME TO j
              12: "IF EXISTS": `IF EXISTS` is not portable (@only)
            ALTER INDEX i SET (fillfactor = 70)
              14: "SET (fillfactor = 70)": `SET (fillfactor = 70)` is not portable (@only)
            CREATE TEMP VIEW v AS SELECT 1
              7: "TEMP": `TEMP` is not portable (@only)
            CREATE RECURSIVE VIEW v (a) AS SELECT 1
              7: "RECURSIVE": `RECURSIVE` is not portable (@only)
            CREATE VIEW v WITH (security_barrier) AS SELECT 1
              14: "WITH (security_barrier)": `WITH (security_barrier)` is not portable (@only)
            CREATE VIEW v AS SELECT 1 WITH CHECK OPTION
              26: "WITH CHECK OPTION": `WITH CHECK OPTION` is not portable (@only)
            ALTER VIEW IF EXISTS v RENAME TO w
              11: "IF EXISTS": `IF EXISTS` is not portable (@only)
            ALTER VIEW v ALTER a SET DEFAULT 1
              13: "ALTER a SET DEFAULT 1": `ALTER a SET DEFAULT 1` is not portable (@only)
            COMMENT ON INDEX i IS \'x\'
              11: "INDEX i": `INDEX i` is not portable (@only)
            COMMENT ON TABLE t IS E\'x\'
              22: "E'x'": expected a string in single quotes (escapes and dollar quotes are not portable)
            COMMENT ON TABLE t IS $$x$$
              22: "$$x$$": expected a string in single quotes (escapes and dollar quotes are not portable)
            COMMENT ON COLUMN a IS \'x\'
              18: "a": expected `table.column`
        "#]],
    );
}

#[test]
fn syntax_errors() {
    check_each(
        &[
            "CREATE TABLE t (a INT,, b INT); DROP TABLE t; CREATE TABLE u (",
            "DROP TABLE a;\r\nCREATE TABEL x (a INT);\nDROP TABLE b",
            "CREATE TABLE t (a INT PRIMARY KEY KEY)",
            "CREATE TABLE t (a)",
            "ALTER TABLE t ADD a.b INT",
            "INSERT INTO t VALUES (1; DROP TABLE t",
            "UPDATE t WHERE a = 1",
            "DROP TABLE 'x'",
            "DROP TABLE a b",
            "INSERT INTO t VALUES ('x",
            "DROP TABLE t /* open",
            "frobnicate",
            "frobnicate the table",
            ")",
            "DROP TABLE a\0b",
            "CREATE TABLE t (a TEXT DEFAULT 'x' 'y')",
            "DELETE t",
            "é",
        ],
        expect![[r#"
            CREATE TABLE t (a INT,, b INT); DROP TABLE t; CREATE TABLE u (
              22: ",": syntax error: unexpected comma (@only)
            62: "": syntax error: expected `)` at the end of the statement (@only)
            DROP TABLE a;\r\nCREATE TABEL x (a INT);\nDROP TABLE b
              15: "CREATE TABEL": unknown statement `CREATE TABEL`
            CREATE TABLE t (a INT PRIMARY KEY KEY)
              34: "KEY": syntax error: expected `,`, found `KEY` (@only)
            CREATE TABLE t (a)
              17: ")": syntax error: missing column type (@only)
            ALTER TABLE t ADD a.b INT
              19: ".": syntax error: expected type name, found `.` (@only)
            INSERT INTO t VALUES (1; DROP TABLE t
              23: "": syntax error: expected `)` at the end of the statement (@only)
            UPDATE t WHERE a = 1
              9: "WHERE": syntax error: expected `SET`, found `WHERE` (@only)
            DROP TABLE \'x\'
              11: "'x'": syntax error: unexpected `'x'` (@only)
            DROP TABLE a b
              13: "b": syntax error: expected `,`, found `b` (@only)
            INSERT INTO t VALUES (\'x
              22: "'x": syntax error: missing trailing `'` symbol to terminate the string literal (@only)
            DROP TABLE t /* open
              13: "/* open": syntax error: missing trailing `*/` symbols to terminate the block comment (@only)
            frobnicate
              0: "frobnicate": unknown statement `frobnicate`
            frobnicate the table
              0: "frobnicate the": unknown statement `frobnicate the`
            )
              0: ")": unknown statement `)`
            DROP TABLE a\0b
              12: "\0": SQL holds no NUL characters
            CREATE TABLE t (a TEXT DEFAULT \'x\' \'y\')
              34: " ": syntax error: expected new line or comma between string literals (@only)
            DELETE t
              7: "t": syntax error: expected `FROM`, found `t` (@only)
            é
              0: "é": unknown statement `é`
        "#]],
    );
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
    for sql in [
        format!("INSERT INTO t VALUES (1{})", " + 1".repeat(3000)),
        format!("INSERT INTO t VALUES (1{})", " OR 1".repeat(3000)),
        format!("INSERT INTO t VALUES (1{})", "::int".repeat(500)),
        format!("INSERT INTO t VALUES (a{})", ".a".repeat(500)),
        format!("INSERT INTO t VALUES (a{})", " IS NULL".repeat(3000)),
        format!("INSERT INTO t VALUES (a{})", "[1]".repeat(3000)),
        format!("INSERT INTO t VALUES (a{})", " COLLATE x".repeat(3000)),
        format!("INSERT INTO t SELECT 1{}", " UNION SELECT 1".repeat(3000)),
        format!("INSERT INTO t SELECT 1 FROM a{}", " JOIN b ON true".repeat(3000)),
        format!("INSERT INTO t SELECT 1 FROM a{}", " JOIN b".repeat(500)),
        "CREATE SCHEMA a ".repeat(3000),
        format!("{} SELECT 1", "EXPLAIN ".repeat(500)),
        format!("{} SELECT 1", "PREPARE a AS ".repeat(3000)),
        format!("CREATE TABLE t ({})", "a INT CHECK ".repeat(3000)),
    ] {
        let _ = read(&sql);
    }
    let smile = "(".repeat(1000);
    for sql in [
        format!("INSERT INTO t VALUES ('{smile}', \"{smile}\") -- {smile}"),
        format!("INSERT INTO t VALUES (1) /* /* {smile} */ {smile} */"),
        format!("COMMENT ON TABLE \"{smile}\" IS '{smile}'"),
        format!("INSERT INTO t VALUES {}(1)", "(1), ".repeat(1000)),
        format!("INSERT INTO t VALUES (1{})", " + 1".repeat(500)),
        format!("CREATE TABLE t (a TEXT DEFAULT $a${smile}$a$)"),
        // Long is not deep.
        format!("INSERT INTO t VALUES ('{}')", "it''s ; \\ $$ -- ".repeat(50_000)),
        format!("{}INSERT INTO t VALUES (1)", "-- a line\n/* another */\n".repeat(50_000)),
    ] {
        assert!(read(&sql).is_ok(), "{sql}");
    }
}
