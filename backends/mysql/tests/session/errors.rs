//! What kind of failure each is, and where in the statement it lies.

use std::fmt::Write as _;

use expect_test::expect;
use retort_test_servers::Database;

use crate::support::{ending, is_mysql, open, schema_changes};

on_both! {
    kinds_are_told_apart
    syntax_errors_show_the_place
}

async fn kinds_are_told_apart(database: Database) {
    database.run(
        "CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER NOT NULL, c VARCHAR(3), UNIQUE uq (c), \
         CONSTRAINT positive CHECK (b > 0));
         INSERT INTO t VALUES (1, 1, 'x');
         CREATE TABLE child (a INTEGER, CONSTRAINT fk FOREIGN KEY (a) REFERENCES t (a));
         INSERT INTO child VALUES (1);
         CREATE VIEW v AS SELECT 1 AS a;
         CREATE PROCEDURE p() BEGIN END;
         CREATE TRIGGER g BEFORE DELETE ON child FOR EACH ROW SET @a = 1",
    );
    let mut connection = open(&database).await;
    let mut shown = String::new();
    for sql in [
        "CREATE TABLE t (a INTEGER)",
        "ALTER TABLE t ADD c INTEGER",
        "CREATE INDEX uq ON t (b)",
        "ALTER TABLE t ADD PRIMARY KEY (b)",
        "ALTER TABLE child ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES t (a)",
        "ALTER TABLE t ADD CONSTRAINT positive CHECK (b > 1)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE PROCEDURE p() BEGIN END",
        "CREATE TRIGGER g BEFORE DELETE ON child FOR EACH ROW SET @a = 1",
        "DROP TABLE missing",
        "SELECT * FROM missing",
        "SELECT missing FROM t",
        "ALTER TABLE t DROP COLUMN missing",
        "ALTER TABLE t DROP CONSTRAINT missing",
        "ALTER TABLE child DROP FOREIGN KEY missing",
        "DROP INDEX missing ON t",
        "CREATE INDEX i ON t (missing)",
        "DROP VIEW missing",
        "DROP PROCEDURE missing",
        "DROP TRIGGER missing",
        "INSERT INTO missing.t VALUES (1)",
        "CREATE TABLE other (a INTEGER, FOREIGN KEY (a) REFERENCES missing (a))",
        "INSERT INTO t VALUES (1, 1, 'y')",
        "INSERT INTO t VALUES (2, NULL, 'y')",
        "INSERT INTO t (a) VALUES (2)",
        "INSERT INTO t VALUES (2, 0, 'y')",
        "INSERT INTO t VALUES (2, 1, 'long')",
        "INSERT INTO t VALUES (2, 'word', 'y')",
        "INSERT INTO t VALUES (99999999999, 1, 'y')",
        "INSERT INTO child VALUES (7)",
        "DELETE FROM t",
        "DROP TABLE t",
        "UPDATE t SET c = NULL; ALTER TABLE t MODIFY c VARCHAR(3) NOT NULL",
        "selec 1",
        "",
        "SELECT 1 / 0 FROM",
        "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'as it must be.'",
        "SELECT missing_function(1)",
        "ALTER TABLE t ADD d INTEGER AFTER missing",
        "SET max_heap_table_size = 16384; CREATE TABLE m (a CHAR(255)) ENGINE=MEMORY;
         INSERT INTO m SELECT 'x' FROM information_schema.COLUMNS",
    ] {
        let ended = ending(connection.execute(&schema_changes(&[sql])).await);
        let ended = ended.replace(database.name(), "db");
        writeln!(shown, "{sql}\n    {ended}").unwrap();
    }
    if is_mysql(&database) {
        expect![[r#"
            CREATE TABLE t (a INTEGER)
                0: AlreadyExists: Table 't' already exists (error 1050)
            ALTER TABLE t ADD c INTEGER
                0: AlreadyExists: Duplicate column name 'c' (error 1060)
            CREATE INDEX uq ON t (b)
                0: AlreadyExists: Duplicate key name 'uq' (error 1061)
            ALTER TABLE t ADD PRIMARY KEY (b)
                0: AlreadyExists: Multiple primary key defined (error 1068)
            ALTER TABLE child ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES t (a)
                0: AlreadyExists: Duplicate foreign key constraint name 'fk' (error 1826)
            ALTER TABLE t ADD CONSTRAINT positive CHECK (b > 1)
                0: AlreadyExists: Duplicate check constraint name 'positive' (error 3822)
            CREATE VIEW v AS SELECT 1
                0: AlreadyExists: Table 'v' already exists (error 1050)
            CREATE PROCEDURE p() BEGIN END
                0: AlreadyExists: PROCEDURE p already exists (error 1304)
            CREATE TRIGGER g BEFORE DELETE ON child FOR EACH ROW SET @a = 1
                0: AlreadyExists: Trigger already exists (error 1359)
            DROP TABLE missing
                0: Missing: Unknown table 'db.missing' (error 1051)
            SELECT * FROM missing
                0: Missing: Table 'db.missing' doesn't exist (error 1146)
            SELECT missing FROM t
                0: Missing: Unknown column 'missing' in 'field list' (error 1054)
            ALTER TABLE t DROP COLUMN missing
                0: Missing: Can't DROP 'missing'; check that column/key exists (error 1091)
            ALTER TABLE t DROP CONSTRAINT missing
                0: Missing: Constraint 'missing' does not exist (error 3940)
            ALTER TABLE child DROP FOREIGN KEY missing
                0: Missing: Can't DROP 'missing'; check that column/key exists (error 1091)
            DROP INDEX missing ON t
                0: Missing: Can't DROP 'missing'; check that column/key exists (error 1091)
            CREATE INDEX i ON t (missing)
                0: Missing: Key column 'missing' doesn't exist in table (error 1072)
            DROP VIEW missing
                0: Missing: Unknown table 'db.missing' (error 1051)
            DROP PROCEDURE missing
                0: Missing: PROCEDURE db.missing does not exist (error 1305)
            DROP TRIGGER missing
                0: Missing: Trigger does not exist (error 1360)
            INSERT INTO missing.t VALUES (1)
                0: Missing: Unknown database 'missing' (error 1049)
            CREATE TABLE other (a INTEGER, FOREIGN KEY (a) REFERENCES missing (a))
                0: Missing: Failed to open the referenced table 'missing' (error 1824)
            INSERT INTO t VALUES (1, 1, 'y')
                0: Constraint: Duplicate entry '1' for key 't.PRIMARY' (error 1062)
            INSERT INTO t VALUES (2, NULL, 'y')
                0: Constraint: Column 'b' cannot be null (error 1048)
            INSERT INTO t (a) VALUES (2)
                0: Constraint: Field 'b' doesn't have a default value (error 1364)
            INSERT INTO t VALUES (2, 0, 'y')
                0: Constraint: Check constraint 'positive' is violated (error 3819)
            INSERT INTO t VALUES (2, 1, 'long')
                0: Constraint: Data too long for column 'c' at row 1 (error 1406)
            INSERT INTO t VALUES (2, 'word', 'y')
                0: Constraint: Incorrect integer value: 'word' for column 'b' at row 1 (error 1366)
            INSERT INTO t VALUES (99999999999, 1, 'y')
                0: Constraint: Out of range value for column 'a' at row 1 (error 1264)
            INSERT INTO child VALUES (7)
                0: Constraint: Cannot add or update a child row: a foreign key constraint fails (`db`.`child`, CONSTRAINT `fk` FOREIGN KEY (`a`) REFERENCES `t` (`a`)) (error 1452)
            DELETE FROM t
                0: Constraint: Cannot delete or update a parent row: a foreign key constraint fails (`db`.`child`, CONSTRAINT `fk` FOREIGN KEY (`a`) REFERENCES `t` (`a`)) (error 1451)
            DROP TABLE t
                0: Constraint: Cannot drop table 't' referenced by a foreign key constraint 'fk' on table 'child' (error 3730)
            UPDATE t SET c = NULL; ALTER TABLE t MODIFY c VARCHAR(3) NOT NULL
                0: Constraint: Invalid use of NULL value (error 1138)
            selec 1
                0: Syntax: syntax error near `selec 1` (error 1064) @ `selec 1`

                0: Syntax: Query was empty (error 1065)
            SELECT 1 / 0 FROM
                0: Syntax: syntax error at the end (error 1064) @ ``
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'as it must be.'
                0: Statement: as it must be (error 1644)
            SELECT missing_function(1)
                0: Missing: FUNCTION db.missing_function does not exist (error 1305)
            ALTER TABLE t ADD d INTEGER AFTER missing
                0: Missing: Unknown column 'missing' in 't' (error 1054)
            SET max_heap_table_size = 16384; CREATE TABLE m (a CHAR(255)) ENGINE=MEMORY;
                     INSERT INTO m SELECT 'x' FROM information_schema.COLUMNS
                0: Storage: The table 'm' is full (error 1114)
        "#]].assert_eq(&shown);
    } else {
        expect![[r#"
            CREATE TABLE t (a INTEGER)
                0: AlreadyExists: Table 't' already exists (error 1050)
            ALTER TABLE t ADD c INTEGER
                0: AlreadyExists: Duplicate column name 'c' (error 1060)
            CREATE INDEX uq ON t (b)
                0: AlreadyExists: Duplicate key name 'uq' (error 1061)
            ALTER TABLE t ADD PRIMARY KEY (b)
                0: AlreadyExists: Multiple primary key defined (error 1068)
            ALTER TABLE child ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES t (a)
                0: AlreadyExists: Can't create table `db`.`child` (errno: 121 "Duplicate key on write or update") (error 1005)
            ALTER TABLE t ADD CONSTRAINT positive CHECK (b > 1)
                0: AlreadyExists: Duplicate CHECK constraint name 'positive' (error 1826)
            CREATE VIEW v AS SELECT 1
                0: AlreadyExists: Table 'v' already exists (error 1050)
            CREATE PROCEDURE p() BEGIN END
                0: AlreadyExists: PROCEDURE p already exists (error 1304)
            CREATE TRIGGER g BEFORE DELETE ON child FOR EACH ROW SET @a = 1
                0: AlreadyExists: Trigger 'db.g' already exists (error 1359)
            DROP TABLE missing
                0: Missing: Unknown table 'db.missing' (error 1051)
            SELECT * FROM missing
                0: Missing: Table 'db.missing' doesn't exist (error 1146)
            SELECT missing FROM t
                0: Missing: Unknown column 'missing' in 'SELECT' (error 1054)
            ALTER TABLE t DROP COLUMN missing
                0: Missing: Can't DROP COLUMN `missing`; check that it exists (error 1091)
            ALTER TABLE t DROP CONSTRAINT missing
                0: Missing: Can't DROP CONSTRAINT `missing`; check that it exists (error 1091)
            ALTER TABLE child DROP FOREIGN KEY missing
                0: Missing: Can't DROP FOREIGN KEY `missing`; check that it exists (error 1091)
            DROP INDEX missing ON t
                0: Missing: Can't DROP INDEX `missing`; check that it exists (error 1091)
            CREATE INDEX i ON t (missing)
                0: Missing: Key column 'missing' doesn't exist in table (error 1072)
            DROP VIEW missing
                0: Missing: Unknown VIEW: 'db.missing' (error 4092)
            DROP PROCEDURE missing
                0: Missing: PROCEDURE db.missing does not exist (error 1305)
            DROP TRIGGER missing
                0: Missing: Trigger does not exist (error 1360)
            INSERT INTO missing.t VALUES (1)
                0: Missing: Table 'missing.t' doesn't exist (error 1146)
            CREATE TABLE other (a INTEGER, FOREIGN KEY (a) REFERENCES missing (a))
                0: Statement: Can't create table `db`.`other` (errno: 150 "Foreign key constraint is incorrectly formed") (error 1005)
            INSERT INTO t VALUES (1, 1, 'y')
                0: Constraint: Duplicate entry '1' for key 'PRIMARY' (error 1062)
            INSERT INTO t VALUES (2, NULL, 'y')
                0: Constraint: Column 'b' cannot be null (error 1048)
            INSERT INTO t (a) VALUES (2)
                0: Constraint: Field 'b' doesn't have a default value (error 1364)
            INSERT INTO t VALUES (2, 0, 'y')
                0: Constraint: CONSTRAINT `positive` failed for `db`.`t` (error 4025)
            INSERT INTO t VALUES (2, 1, 'long')
                0: Constraint: Data too long for column 'c' at row 1 (error 1406)
            INSERT INTO t VALUES (2, 'word', 'y')
                0: Constraint: Incorrect integer value: 'word' for column `db`.`t`.`b` at row 1 (error 1366)
            INSERT INTO t VALUES (99999999999, 1, 'y')
                0: Constraint: Out of range value for column 'a' at row 1 (error 1264)
            INSERT INTO child VALUES (7)
                0: Constraint: Cannot add or update a child row: a foreign key constraint fails (`db`.`child`, CONSTRAINT `fk` FOREIGN KEY (`a`) REFERENCES `t` (`a`)) (error 1452)
            DELETE FROM t
                0: Constraint: Cannot delete or update a parent row: a foreign key constraint fails (`db`.`child`, CONSTRAINT `fk` FOREIGN KEY (`a`) REFERENCES `t` (`a`)) (error 1451)
            DROP TABLE t
                0: Constraint: Cannot delete or update a parent row: a foreign key constraint fails (error 1451)
            UPDATE t SET c = NULL; ALTER TABLE t MODIFY c VARCHAR(3) NOT NULL
                0: Constraint: Data truncated for column 'c' at row 1 (error 1265)
            selec 1
                0: Syntax: syntax error near `selec 1` (error 1064) @ `selec 1`

                0: Syntax: Query was empty (error 1065)
            SELECT 1 / 0 FROM
                0: Syntax: syntax error at the end (error 1064) @ ``
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'as it must be.'
                0: Statement: as it must be (error 1644)
            SELECT missing_function(1)
                0: Missing: FUNCTION db.missing_function does not exist (error 1305)
            ALTER TABLE t ADD d INTEGER AFTER missing
                0: Missing: Unknown column 'missing' in 't' (error 1054)
            SET max_heap_table_size = 16384; CREATE TABLE m (a CHAR(255)) ENGINE=MEMORY;
                     INSERT INTO m SELECT 'x' FROM information_schema.COLUMNS
                0: Storage: The table 'm' is full (error 1114)
        "#]].assert_eq(&shown);
    }
}

async fn syntax_errors_show_the_place(database: Database) {
    let mut connection = open(&database).await;
    let mut shown = String::new();
    for sql in [
        "CREATE TABLE t (\n  a INTEGER,\n  b INTEGER NOT NUL\n)",
        "CREATE TABLE t (a INTEGER",
        "CREATE TABLE t (a INTEGER,)",
        "SELECT 'é', `a\nb` frm q",
        "SELECT 1,\n 2,\n x y z,\n x y z, 'and so on until the text is too long for a message to hold all of it'",
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a = ; END",
    ] {
        writeln!(shown, "{}", ending(connection.execute(&schema_changes(&[sql])).await)).unwrap();
    }
    expect![[r#"
        0: Syntax: syntax error near `NUL`… (error 1064) @ `NUL
        )`
        0: Syntax: syntax error at the end (error 1064) @ ``
        0: Syntax: syntax error near `)` (error 1064) @ `)`
        0: Syntax: syntax error near `q` (error 1064) @ `q`
        0: Syntax: syntax error near `z,`… (error 1064) @ `z,
         x y z, '`
        0: Syntax: syntax error near `; END` (error 1064) @ `; END`
    "#]]
    .assert_eq(&shown);
}
