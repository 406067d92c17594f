//! Statements that change rows, and those under `@only`.

use expect_test::expect;
use retort_core::operation::Operation;

use crate::support::{case, case_of};

#[test]
fn rows_change_in_a_transaction() {
    case(
        "CREATE TABLE t (id INT PRIMARY KEY, \"Full name\" VARCHAR(20))",
        "INSERT INTO t VALUES (1, 'it''s \\ a' || 'b'); UPDATE t SET \"Full name\" = upper(\"Full name\") WHERE id = 1;
         DELETE FROM t WHERE \"Full name\" = 'IT''S \\ AB'",
    )
    .rows("INSERT INTO t VALUES (2, 'x')", "SELECT * FROM t")
    .one_way()
    .check(expect![[r#"
        -- in a transaction
        INSERT INTO `t` VALUES (1, concat('it''s \\ a', 'b'));
        -- in a transaction
        UPDATE `t` SET `Full name` = upper(`Full name`) WHERE `id` = 1;
        -- in a transaction
        DELETE FROM `t` WHERE `Full name` = 'IT''S \\ AB';
    "#]]);
}

#[test]
fn native_statements_run_as_they_are() {
    let raw = |sql: &str| Operation::Raw { sql: sql.to_owned() };
    case_of(
        "CREATE TABLE t (id INT PRIMARY KEY)",
        vec![
            raw("INSERT INTO t SET id = 3 -- three"),
            raw("CREATE PROCEDURE p() BEGIN DELETE FROM t; END"),
            raw("CREATE TEMPORARY TABLE scratch (a INT)"),
            raw("CALL p()"),
        ],
    )
    .one_way()
    .check(expect![[r#"
        -- in a transaction
        INSERT INTO t SET id = 3 -- three;
        CREATE PROCEDURE p() BEGIN DELETE FROM t; END;
        -- in a transaction
        CREATE TEMPORARY TABLE scratch (a INT);
        -- in a transaction
        CALL p();
    "#]]);
}
