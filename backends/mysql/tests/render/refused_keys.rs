//! Keys, constraints and indexes that are refused before anything runs.

use expect_test::expect;
use retort_core::schema::{Index, Name, Schema};

use crate::support::{check_refused as check, check_refused_with, read};

#[test]
fn keys_on_long_values() {
    check(
        "",
        "CREATE TABLE t (a TEXT PRIMARY KEY)",
        expect![[r#"
        MySql: Unsupported: the primary key needs all of column `a`, but MySQL puts only the beginning of a value of type TEXT into a key: use VARCHAR(n) with n up to 768
        MariaDb: Unsupported: the primary key needs all of column `a`, but MariaDB puts only the beginning of a value of type TEXT into a key: use VARCHAR(n) with n up to 768
    "#]],
    );
    check(
        "CREATE TABLE t (a TEXT)",
        "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)",
        expect![[r#"
        MySql: Unsupported: unique constraint `u` needs all of column `a`, but MySQL puts only the beginning of a value of type TEXT into a key: use VARCHAR(n) with n up to 768
        MariaDb: Unsupported: unique constraint `u` needs all of column `a`, but MariaDB puts only the beginning of a value of type TEXT into a key: use VARCHAR(n) with n up to 768
    "#]],
    );
    let t = "CREATE TABLE t (a VARCHAR(9) CONSTRAINT u UNIQUE, b VARCHAR(9) PRIMARY KEY)";
    check(
        t,
        "ALTER TABLE t ALTER COLUMN a TYPE TEXT",
        expect![[r#"
        MySql: Unsupported: unique constraint `u` needs all of column `a`, but MySQL puts only the beginning of a value of type TEXT into a key: use VARCHAR(n) with n up to 768
        MariaDb: Unsupported: unique constraint `u` needs all of column `a`, but MariaDB puts only the beginning of a value of type TEXT into a key: use VARCHAR(n) with n up to 768
    "#]],
    );
    check(
        t,
        "ALTER TABLE t ALTER COLUMN b TYPE TEXT",
        expect![[r#"
        MySql: Unsupported: primary key `pk_t` needs all of column `b`, but MySQL puts only the beginning of a value of type TEXT into a key: use VARCHAR(n) with n up to 768
        MariaDb: Unsupported: primary key `pk_t` needs all of column `b`, but MariaDB puts only the beginning of a value of type TEXT into a key: use VARCHAR(n) with n up to 768
    "#]],
    );
    check(
        t,
        "ALTER TABLE t ALTER COLUMN a TYPE TEXT, DROP CONSTRAINT u",
        expect![[r#"
        MySql: accepted
        MariaDb: accepted
    "#]],
    );
    check(
        "CREATE TABLE t (a BYTEA)",
        "CREATE UNIQUE INDEX u ON t (a)",
        expect![[r#"
        MySql: Unsupported: index `u` needs all of column `a`, but MySQL puts only the beginning of a value of type BLOB into a key: use VARCHAR(n) with n up to 768
        MariaDb: Unsupported: index `u` needs all of column `a`, but MariaDB puts only the beginning of a value of type BLOB into a key: use VARCHAR(n) with n up to 768
    "#]],
    );
    check(
        "CREATE TABLE t (a JSON)",
        "CREATE INDEX u ON t (a)",
        expect![[r#"
        MySql: Unsupported: MySQL cannot index column `a` of type JSON: index `u`
        MariaDb: accepted
    "#]],
    );
}

#[test]
fn indexes_of_other_databases() {
    let t = "CREATE TABLE t (a INT, b VARCHAR(10))";
    check(
        t,
        "CREATE INDEX ix ON t (a) WHERE a > 3",
        expect![[r#"
        MySql: Unsupported: MySQL has no partial indexes: index `ix`
        MariaDb: Unsupported: MariaDB has no partial indexes: index `ix`
    "#]],
    );
    check(
        t,
        "CREATE INDEX ix ON t (a) INCLUDE (b)",
        expect![[r#"
        MySql: Unsupported: MySQL has no INCLUDE columns in indexes: index `ix`
        MariaDb: Unsupported: MariaDB has no INCLUDE columns in indexes: index `ix`
    "#]],
    );
    check(
        t,
        "CREATE INDEX ix ON t USING gin (a)",
        expect![[r#"
            MySql: Unsupported: MySQL has no index access method `gin`: index `ix`
            MariaDb: Unsupported: MariaDB has no index access method `gin`: index `ix`
        "#]],
    );
    check(
        t,
        "CREATE INDEX ix ON t (a NULLS FIRST)",
        expect![[r#"
        MySql: Unsupported: MySQL has no NULLS FIRST and NULLS LAST in indexes: index `ix`
        MariaDb: Unsupported: MariaDB has no NULLS FIRST and NULLS LAST in indexes: index `ix`
    "#]],
    );
    check(
        t,
        "CREATE INDEX ix ON t (b varchar_pattern_ops)",
        expect![[r#"
        MySql: Unsupported: MySQL has no operator classes: index `ix`
        MariaDb: Unsupported: MariaDB has no operator classes: index `ix`
    "#]],
    );
    check(
        t,
        "CREATE INDEX ix ON t (b COLLATE \"C\")",
        expect![[r#"
        MySql: Unsupported: MySQL has no collations of index keys: index `ix`
        MariaDb: Unsupported: MariaDB has no collations of index keys: index `ix`
    "#]],
    );
    check(
        t,
        "CREATE UNIQUE INDEX ix ON t (a) NULLS NOT DISTINCT",
        expect![[r#"
        MySql: Unsupported: MySQL has no NULLS NOT DISTINCT: index `ix`
        MariaDb: Unsupported: MariaDB has no NULLS NOT DISTINCT: index `ix`
    "#]],
    );
    check(
        t,
        "CREATE INDEX ix ON t (lower(b))",
        expect![[r#"
        MySql: accepted
        MariaDb: Unsupported: MariaDB has no indexes on expressions: index `ix`
    "#]],
    );
    check(
        t,
        "CREATE INDEX ix ON t USING btree (a)",
        expect![[r#"
        MySql: accepted
        MariaDb: accepted
    "#]],
    );
}

#[test]
fn constraints_of_other_databases() {
    let t = "CREATE TABLE p (id INT PRIMARY KEY, a INT, b INT, UNIQUE (a, b)); CREATE TABLE t (a INT, b INT NOT NULL)";
    let add = |constraint: &str| format!("ALTER TABLE t ADD CONSTRAINT x {constraint}");
    check(
        t,
        &add("UNIQUE (a) DEFERRABLE"),
        expect![[r#"
        MySql: Unsupported: MySQL has no deferrable unique constraints: unique constraint `x`
        MariaDb: Unsupported: MariaDB has no deferrable unique constraints: unique constraint `x`
    "#]],
    );
    check(
        t,
        &add("UNIQUE NULLS NOT DISTINCT (a)"),
        expect![[r#"
        MySql: Unsupported: MySQL has no NULLS NOT DISTINCT: unique constraint `x`
        MariaDb: Unsupported: MariaDB has no NULLS NOT DISTINCT: unique constraint `x`
    "#]],
    );
    check(
        t,
        &add("CHECK (a > 0) NOT VALID"),
        expect![[r#"
        MySql: Unsupported: MySQL has no NOT VALID: check constraint `x`
        MariaDb: Unsupported: MariaDB has no NOT VALID: check constraint `x`
    "#]],
    );
    check(
        t,
        &add("FOREIGN KEY (a) REFERENCES p NOT VALID"),
        expect![[r#"
        MySql: Unsupported: MySQL has no NOT VALID: foreign key `x`
        MariaDb: Unsupported: MariaDB has no NOT VALID: foreign key `x`
    "#]],
    );
    check(
        t,
        &add("FOREIGN KEY (a) REFERENCES p DEFERRABLE INITIALLY DEFERRED"),
        expect![[r#"
        MySql: Unsupported: MySQL has no deferrable foreign keys: foreign key `x`
        MariaDb: Unsupported: MariaDB has no deferrable foreign keys: foreign key `x`
    "#]],
    );
    check(
        t,
        &add("FOREIGN KEY (a, b) REFERENCES p (a, b) MATCH FULL"),
        expect![[r#"
        MySql: Unsupported: MySQL has no MATCH FULL: foreign key `x`
        MariaDb: Unsupported: MariaDB has no MATCH FULL: foreign key `x`
    "#]],
    );
    check(
        t,
        &add("FOREIGN KEY (a) REFERENCES p MATCH FULL"),
        expect![[r#"
        MySql: accepted
        MariaDb: accepted
    "#]],
    );
    check(
        t,
        &add("FOREIGN KEY (a) REFERENCES p ON DELETE SET DEFAULT"),
        expect![[r#"
        MySql: Unsupported: MySQL has no SET DEFAULT as an action: foreign key `x`
        MariaDb: Unsupported: MariaDB has no SET DEFAULT as an action: foreign key `x`
    "#]],
    );
    check(
        t,
        &add("FOREIGN KEY (b) REFERENCES p ON DELETE SET NULL"),
        expect![[r#"
        MySql: Unsupported: foreign key `x` cannot set column `b` to NULL, which is NOT NULL: MySQL does not accept such an action
        MariaDb: Unsupported: foreign key `x` cannot set column `b` to NULL, which is NOT NULL: MariaDB does not accept such an action
    "#]],
    );
    check(
        t,
        &add("FOREIGN KEY (a, b) REFERENCES p (b, a)"),
        expect![[r#"
        MySql: Unsupported: foreign key `x` references columns of table `p` in another order than a key has them, which MySQL needs
        MariaDb: Unsupported: foreign key `x` references columns of table `p` in another order than a key has them, which MariaDB needs
    "#]],
    );
}

#[test]
fn names_of_primary_keys() {
    let t = "CREATE TABLE p (id INT CONSTRAINT \"PRIMARY\" PRIMARY KEY); CREATE TABLE t (a INT, b INT);
             CREATE INDEX ix ON t (a)";
    check(
        t,
        "CREATE INDEX \"PRIMARY\" ON t (a)",
        expect![[r#"
        MySql: Unsupported: index `PRIMARY` of table `t` cannot have the name that MySQL keeps for primary keys
        MariaDb: Unsupported: index `PRIMARY` of table `t` cannot have the name that MariaDB keeps for primary keys
    "#]],
    );
    check(
        t,
        "ALTER TABLE t ADD CONSTRAINT \"Primary\" UNIQUE (a)",
        expect![[r#"
        MySql: Unsupported: unique constraint `Primary` of table `t` cannot have the name that MySQL keeps for primary keys
        MariaDb: Unsupported: unique constraint `Primary` of table `t` cannot have the name that MariaDB keeps for primary keys
    "#]],
    );
    check(
        t,
        "CREATE TABLE u (a INT CONSTRAINT \"primary\" UNIQUE)",
        expect![[r#"
        MySql: Unsupported: unique constraint `primary` of table `u` cannot have the name that MySQL keeps for primary keys
        MariaDb: Unsupported: unique constraint `primary` of table `u` cannot have the name that MariaDB keeps for primary keys
    "#]],
    );
    check(
        t,
        "ALTER INDEX ix RENAME TO \"primary\"",
        expect![[r#"
        MySql: Unsupported: index `primary` of table `t` cannot have the name that MySQL keeps for primary keys
        MariaDb: Unsupported: index `primary` of table `t` cannot have the name that MariaDB keeps for primary keys
    "#]],
    );
    check(
        t,
        "ALTER TABLE t ADD CONSTRAINT \"primary\" FOREIGN KEY (b) REFERENCES p",
        expect![[r#"
        MySql: Unsupported: foreign key `primary` of table `t` cannot have the name that MySQL keeps for primary keys
        MariaDb: Unsupported: foreign key `primary` of table `t` cannot have the name that MariaDB keeps for primary keys
    "#]],
    );
    check(
        t,
        "ALTER TABLE t ADD CONSTRAINT \"primary\" FOREIGN KEY (a) REFERENCES p",
        expect![[r#"
        MySql: accepted
        MariaDb: Unsupported: foreign key `primary` of table `t` cannot have the name that MariaDB keeps for primary keys
    "#]],
    );
    check(
        t,
        "ALTER TABLE t ADD CONSTRAINT \"primary\" CHECK (a > 0)",
        expect![[r#"
        MySql: accepted
        MariaDb: accepted
    "#]],
    );
}

#[test]
fn keys_that_foreign_keys_need() {
    check(
        "CREATE TABLE p (a INT, b INT, CONSTRAINT pk PRIMARY KEY (a, b), CONSTRAINT uq UNIQUE (b, a));
         CREATE TABLE c (a INT, b INT, CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES p (a, b))",
        "ALTER TABLE p DROP CONSTRAINT pk",
        expect![[r#"
            MySql: Unsupported: foreign key `fk` of table `c` needs a key of table `p` with the same columns in the same order
            MariaDb: Unsupported: foreign key `fk` of table `c` needs a key of table `p` with the same columns in the same order
        "#]],
    );
}

#[test]
fn checks_and_actions_on_the_same_column() {
    let p = "CREATE TABLE p (id INT PRIMARY KEY);";
    let c = format!("{p} CREATE TABLE c (a INT CONSTRAINT fk REFERENCES p ON DELETE SET NULL)");
    check(
        &c,
        "ALTER TABLE c ADD CONSTRAINT ck CHECK (a > 0)",
        expect![[r#"
        MySql: Unsupported: check constraint `ck` of table `c` cannot be on a column that an action of foreign key `fk` changes: MySQL would not check it
        MariaDb: Unsupported: check constraint `ck` of table `c` cannot be on a column that an action of foreign key `fk` changes: MariaDB would not check it
    "#]],
    );
    let c = format!("{p} CREATE TABLE c (a INT, CONSTRAINT ck CHECK (a > 0))");
    check(
        &c,
        "ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES p ON UPDATE CASCADE",
        expect![[r#"
        MySql: Unsupported: check constraint `ck` of table `c` cannot be on a column that an action of foreign key `fk` changes: MySQL would not check it
        MariaDb: Unsupported: check constraint `ck` of table `c` cannot be on a column that an action of foreign key `fk` changes: MariaDB would not check it
    "#]],
    );
    check(
        &c,
        "ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES p ON DELETE CASCADE",
        expect![[r#"
        MySql: accepted
        MariaDb: accepted
    "#]],
    );
    let c = format!("{p} CREATE TABLE c (a INT CONSTRAINT fk REFERENCES p ON DELETE SET NULL)");
    check(
        &c,
        "ALTER TABLE c ALTER COLUMN a SET NOT NULL",
        expect![[r#"
        MySql: Unsupported: foreign key `fk` cannot set column `a` to NULL, which is NOT NULL: MySQL does not accept such an action
        MariaDb: Unsupported: foreign key `fk` cannot set column `a` to NULL, which is NOT NULL: MariaDB does not accept such an action
    "#]],
    );
}

#[test]
fn names_that_are_taken_elsewhere() {
    let t = "CREATE TABLE p (id INT PRIMARY KEY);
             CREATE TABLE s (a INT CONSTRAINT fk REFERENCES p, b INT CONSTRAINT ck CHECK (b > 0)); CREATE TABLE t (a INT)";
    check(
        t,
        "ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0)",
        expect![[r#"
        MySql: Unsupported: table `s` has a check constraint `ck` already, and on MySQL the name is taken in the whole database
        MariaDb: accepted
    "#]],
    );
    check(
        t,
        "ALTER TABLE t ADD CONSTRAINT \"FK\" FOREIGN KEY (a) REFERENCES p",
        expect![[r#"
        MySql: Unsupported: table `s` has a foreign key `FK` already, and on MySQL the name is taken in the whole database
        MariaDb: Unsupported: table `s` has a foreign key `FK` already, and on MariaDB the name is taken in the whole database
    "#]],
    );
    check(
        t,
        "CREATE TABLE u (a INT CONSTRAINT ck CHECK (a > 0))",
        expect![[r#"
        MySql: Unsupported: table `s` has a check constraint `ck` already, and on MySQL the name is taken in the whole database
        MariaDb: accepted
    "#]],
    );
}

#[test]
fn types_of_columns_in_foreign_keys() {
    let t = "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c (a INT CONSTRAINT fk REFERENCES p)";
    check(
        t,
        "ALTER TABLE c ALTER COLUMN a TYPE BIGINT",
        expect![[r#"
        MySql: Unsupported: MySQL cannot change the type of column `a` while foreign key `fk` of table `c` is on it: drop that first, and add it again after
        MariaDb: Unsupported: MariaDB cannot change the type of column `a` while foreign key `fk` of table `c` is on it: drop that first, and add it again after
    "#]],
    );
    check(
        t,
        "ALTER TABLE p ALTER COLUMN id TYPE BIGINT",
        expect![[r#"
        MySql: Unsupported: MySQL cannot change the type of column `id` while foreign key `fk` of table `c` is on it: drop that first, and add it again after
        MariaDb: Unsupported: MariaDB cannot change the type of column `id` while foreign key `fk` of table `c` is on it: drop that first, and add it again after
    "#]],
    );
    check(
        t,
        "ALTER TABLE c ALTER COLUMN a TYPE INT USING a + 1",
        expect![[r#"
        MySql: Unsupported: the values of column `a` cannot be converted while foreign key `fk` of table `c` is on it: drop that first, and add it again after
        MariaDb: Unsupported: the values of column `a` cannot be converted while foreign key `fk` of table `c` is on it: drop that first, and add it again after
    "#]],
    );
    check(
        t,
        "ALTER TABLE c DROP CONSTRAINT fk, ALTER COLUMN a TYPE BIGINT",
        expect![[r#"
        MySql: accepted
        MariaDb: accepted
    "#]],
    );
}

#[test]
fn enum_labels_in_foreign_keys() {
    let t = "CREATE TYPE e AS ENUM ('a'); CREATE TABLE p (e e PRIMARY KEY); CREATE TABLE c (e e CONSTRAINT fk REFERENCES p)";
    check(
        t,
        "ALTER TYPE e ADD VALUE 'b'",
        expect![[r#"
        MySql: Unsupported: MySQL cannot change the labels of columns of table `c` while foreign key `fk` is on them
        MariaDb: Unsupported: MariaDB cannot change the labels of columns of table `c` while foreign key `fk` is on them
    "#]],
    );
}

#[test]
fn indexes_that_more_than_one_table_has() {
    let t = "CREATE TABLE t (a INT); CREATE TABLE u (a INT)";
    let both = |schema: &mut Schema| {
        for table in schema.tables.values_mut() {
            table.indexes.push(Index::on_columns("ix", [Name::from("a")]));
        }
    };
    check_refused_with(
        t,
        both,
        read("DROP INDEX ix"),
        expect![[r#"
        MySql: Unsupported: more than one table has an index `ix`, and MySQL drops and renames an index by its table
        MariaDb: Unsupported: more than one table has an index `ix`, and MariaDB drops and renames an index by its table
    "#]],
    );
    check_refused_with(
        t,
        both,
        read("ALTER INDEX ix RENAME TO iy"),
        expect![[r#"
        MySql: Unsupported: more than one table has an index `ix`, and MySQL drops and renames an index by its table
        MariaDb: Unsupported: more than one table has an index `ix`, and MariaDB drops and renames an index by its table
    "#]],
    );
}

#[test]
fn foreign_keys_between_types() {
    let t = "CREATE TABLE p (i BIGINT PRIMARY KEY, s VARCHAR(20) UNIQUE); CREATE TABLE c (i INT, s VARCHAR(9), t TEXT)";
    check(
        t,
        "ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY (i) REFERENCES p",
        expect![[r#"
        MySql: Unsupported: foreign key `fk` cannot be on column `i` of type INTEGER and reference column `i` of type BIGINT: MySQL needs both to be of one type
        MariaDb: Unsupported: foreign key `fk` cannot be on column `i` of type INTEGER and reference column `i` of type BIGINT: MariaDB needs both to be of one type
    "#]],
    );
    check(
        t,
        "ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY (s) REFERENCES p (s)",
        expect![[r#"
        MySql: accepted
        MariaDb: accepted
    "#]],
    );
    check(
        t,
        "ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY (t) REFERENCES p (s)",
        expect![[r#"
        MySql: Unsupported: foreign key `fk` cannot be on column `t` of type TEXT and reference column `s` of type VARCHAR(20): MySQL needs both to be of one type
        MariaDb: Unsupported: foreign key `fk` cannot be on column `t` of type TEXT and reference column `s` of type VARCHAR(20): MariaDB needs both to be of one type
    "#]],
    );
}

#[test]
fn new_names_of_columns_in_foreign_keys() {
    let t = "CREATE TABLE p (id INT PRIMARY KEY);
             CREATE TABLE c (a INT CONSTRAINT fk REFERENCES p, b INT GENERATED ALWAYS AS (a + 1) STORED)";
    check(
        t,
        "ALTER TABLE c RENAME COLUMN a TO x",
        expect![[r#"
        MySql: Unsupported: MySQL cannot rename a column that is in a foreign key while generated column `b` mentions it: drop that first, and add it again after
        MariaDb: accepted
    "#]],
    );
    check(
        t,
        "ALTER TABLE c DROP CONSTRAINT fk; ALTER TABLE c RENAME COLUMN a TO x",
        expect![[r#"
        MySql: accepted
        MariaDb: accepted
    "#]],
    );
}

#[test]
fn foreign_keys_to_themselves() {
    let t = "CREATE TABLE t (a INT UNIQUE, b INT)";
    check(
        t,
        "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES t (a)",
        expect![[r#"
        MySql: Unsupported: foreign key `fk` references the very columns that it is on, which MySQL does not accept
        MariaDb: accepted
    "#]],
    );
    check(
        t,
        "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (b) REFERENCES t (a)",
        expect![[r#"
        MySql: accepted
        MariaDb: accepted
    "#]],
    );
}
