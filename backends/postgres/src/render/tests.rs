//! What depends on the version of the server. The rest is in `tests/render`.

use expect_test::{Expect, expect};
use retort_core::{
    schema::NamingConvention,
    script::portable::{self, NamespaceMap},
};

use super::*;

/// Renders portable SQL for a version, after a setup in portable SQL.
#[track_caller]
fn check(major: u32, setup: &str, sql: &str, expected: Expect) {
    let read = |sql: &str| -> Vec<Operation> {
        let statements = portable::parse(sql, &NamespaceMap::Native, &NamingConvention::default()).unwrap();
        statements.into_iter().flat_map(|statement| statement.operations).collect()
    };
    let mut schema = Schema::default();
    for operation in read(setup) {
        operation.apply_to(&mut schema).unwrap();
    }
    let shown = match render(&read(sql), &schema, Server { version: major * 10_000 }) {
        Ok(statements) => statements.iter().map(|statement| format!("{};\n", statement.sql)).collect(),
        Err(error) => format!("{error}\n"),
    };
    expected.assert_eq(&shown);
}

#[test]
fn nulls_are_not_distinct_from_15_on() {
    let sql = "CREATE UNIQUE INDEX ix ON t (a) INCLUDE (b) NULLS NOT DISTINCT WHERE b > 0;
        ALTER TABLE t ADD CONSTRAINT uq UNIQUE NULLS NOT DISTINCT (a)";
    check(
        15,
        "CREATE TABLE t (a int, b int)",
        sql,
        expect![[r#"
        CREATE UNIQUE INDEX "ix" ON "t" ("a") INCLUDE ("b") NULLS NOT DISTINCT WHERE b > 0;
        ALTER TABLE "t" ADD CONSTRAINT "uq" UNIQUE NULLS NOT DISTINCT ("a");
    "#]],
    );
    check(
        14,
        "CREATE TABLE t (a int, b int)",
        sql,
        expect![[r#"
        PostgreSQL before 15 has no NULLS NOT DISTINCT
    "#]],
    );
}

#[test]
fn digits_may_be_left_of_the_point_from_15_on() {
    check(
        15,
        "",
        "CREATE TABLE t (a numeric(3, 5))",
        expect![[r#"
        CREATE TABLE "t" (
            "a" NUMERIC(3, 5)
        );
    "#]],
    );
    check(
        15,
        "",
        "CREATE TABLE t (a numeric(3, 1001))",
        expect![[r#"
        PostgreSQL has no `NUMERIC(3, 1001)`: the scale is between -1000 and 1000
    "#]],
    );
    check(
        14,
        "",
        "CREATE TABLE t (a numeric(3, 5))",
        expect![[r#"
        PostgreSQL has no `NUMERIC(3, 5)`: before 15 the scale is between 0 and the precision
    "#]],
    );
}

#[test]
fn expressions_of_generated_columns_change_from_17_on() {
    let setup = "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED)";
    let sql = "ALTER TABLE t ADD COLUMN c int;
        ALTER TABLE t ALTER COLUMN b SET EXPRESSION AS (a + c);
        ALTER TABLE t ALTER COLUMN b SET EXPRESSION AS (a)";
    check(
        17,
        setup,
        sql,
        expect![[r#"
        ALTER TABLE "t"
            ADD COLUMN "c" INTEGER,
            ALTER COLUMN "b" SET EXPRESSION AS (a + c);
        ALTER TABLE "t" ALTER COLUMN "b" SET EXPRESSION AS (a);
    "#]],
    );
    check(
        16,
        setup,
        sql,
        expect![[r#"
        PostgreSQL before 17 cannot change the expression of generated column `b` of table `t`: drop the column and add it again
    "#]],
    );
}

#[test]
fn generated_columns_may_be_virtual_from_18_on() {
    let sql = "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL)";
    check(
        18,
        "",
        sql,
        expect![[r#"
        CREATE TABLE "t" (
            "a" INTEGER,
            "b" INTEGER GENERATED ALWAYS AS (a + 1) VIRTUAL
        );
    "#]],
    );
    check(
        17,
        "",
        sql,
        expect![[r#"
        PostgreSQL before 18 has no virtual generated columns such as `b` of table `t`
    "#]],
    );
    check(
        18,
        sql,
        "ALTER TABLE t ALTER COLUMN b DROP EXPRESSION",
        expect![[r#"
        PostgreSQL cannot keep the values of virtual generated column `b` of table `t`: drop the column and add it again
    "#]],
    );
}
