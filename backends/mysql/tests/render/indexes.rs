//! Indexes.

use expect_test::expect;

use crate::support::{FLAVORS, Live, case, read};

const T: &str = "CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), c TEXT, d BYTEA, e VARCHAR(1000))";

#[test]
fn indexes_come_and_go() {
    case(T, "CREATE INDEX ix ON t (a, b DESC)").check(expect![[r#"
        ALTER TABLE `t` ADD INDEX `ix` (`a`, `b` DESC);
    "#]]);
    case(T, "CREATE UNIQUE INDEX ix ON t (a)").check(expect![[r#"
        ALTER TABLE `t` ADD UNIQUE INDEX `ix` (`a`);
    "#]]);
    case(T, "CREATE INDEX IF NOT EXISTS ix ON t (a)").check(expect![[r#"
        ALTER TABLE `t` ADD INDEX `ix` (`a`);
    "#]]);
    case(INDEXED, "CREATE INDEX IF NOT EXISTS ix ON t (b)").check(expect![""]);
    case(T, "DROP INDEX IF EXISTS nothing").check(expect![""]);
}

const INDEXED: &str = "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT); CREATE INDEX ix ON t (a)";

#[test]
fn writers_go_on_where_it_says_so() {
    case(T, "CREATE INDEX CONCURRENTLY ix ON t (a)").check(expect![[r#"
        ALTER TABLE `t`
            ADD INDEX `ix` (`a`),
            ALGORITHM=INPLACE,
            LOCK=NONE;
    "#]]);
}

#[test]
fn long_values_are_found_by_their_beginning() {
    case(T, "CREATE INDEX ix ON t (c, d DESC)").check(expect![[r#"
        ALTER TABLE `t` ADD INDEX `ix` (`c`(255), `d`(255) DESC);
    "#]]);
    case(T, "CREATE INDEX ix ON t (e)").check(expect![[r#"
        ALTER TABLE `t` ADD INDEX `ix` (`e`(255));
    "#]]);
}

#[test]
fn indexes_are_renamed() {
    case("CREATE TABLE t (a INT); CREATE INDEX ix ON t (a)", "ALTER INDEX ix RENAME TO iy").check(expect![[
        r#"
            ALTER TABLE `t` RENAME INDEX `ix` TO `iy`;
        "#
    ]]);
}

#[test]
fn expressions_are_indexed() {
    let mysql = |change: &str| case("CREATE TABLE t (a INT, b VARCHAR(10))", change);
    mysql("CREATE INDEX ix ON t (lower(b), (a + 1) DESC, a)").check_mysql(expect![[r#"
        ALTER TABLE `t` ADD INDEX `ix` ((lower(`b`)), (`a` + 1) DESC, `a`);
    "#]]);
    case(
        "CREATE TABLE t (a INT, b VARCHAR(10)); CREATE INDEX ix ON t (lower(b), a)",
        "ALTER TABLE t RENAME COLUMN b TO c",
    )
    .check_mysql(expect![[r#"
        ALTER TABLE `t`
            DROP INDEX `ix`,
            RENAME COLUMN `b` TO `c`,
            ADD INDEX `ix` ((lower(`c`)), `a`);
    "#]]);
    case(
        "CREATE TABLE t (a INT, b VARCHAR(10)); CREATE INDEX ix ON t (lower(b), a); CREATE INDEX iy ON t (b)",
        "ALTER TABLE t DROP COLUMN b",
    )
    .check_mysql(expect![[r#"
        ALTER TABLE `t`
            DROP INDEX `ix`,
            DROP INDEX `iy`,
            DROP COLUMN `b`;
    "#]]);
}

/// How much of a value an index holds depends on the type of the column.
#[test]
fn what_an_index_holds_follows_the_type() {
    case(
        "CREATE TABLE t (a VARCHAR(40), b VARCHAR(300), c INT); CREATE INDEX ix ON t (a, c); CREATE INDEX iy ON t (b)",
        "ALTER TABLE t ALTER COLUMN a TYPE TEXT; ALTER TABLE t ALTER COLUMN b TYPE VARCHAR(400)",
    )
    .rows("INSERT INTO t VALUES ('a', 'b', 1)", "SELECT a, b, c FROM t")
    .check(expect![[r#"
        ALTER TABLE `t`
            DROP INDEX `ix`,
            MODIFY COLUMN `a` LONGTEXT,
            MODIFY COLUMN `b` VARCHAR(400),
            ADD INDEX `ix` (`a`(255), `c`);
    "#]]);
    case(
        "CREATE TABLE t (a TEXT, b INT); CREATE INDEX ix ON t (a)",
        "ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(300), ALTER COLUMN b TYPE BIGINT",
    )
    .rows("INSERT INTO t VALUES ('a', 1)", "SELECT a, b FROM t")
    .check(expect![[r#"
        ALTER TABLE `t`
            DROP INDEX `ix`,
            MODIFY COLUMN `a` VARCHAR(300),
            MODIFY COLUMN `b` BIGINT,
            ADD INDEX `ix` (`a`);
    "#]]);
}

/// In a narrow character set an index may hold all of a long value.
#[test]
fn an_index_that_held_whole_values_is_made_anew() {
    for flavor in FLAVORS {
        let mut live = Live::new(flavor);
        live.run_all(
            "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(900), KEY kv (v)) DEFAULT CHARSET=latin1",
        );
        live.adopt();
        live.apply(&read("ALTER TABLE t ALTER COLUMN v TYPE TEXT")).unwrap();
        live.check_model();
    }
}
