//! What PostgreSQL cannot do to the same effect as elsewhere.

use expect_test::expect;

use crate::support::check_refused;

#[test]
fn sizes_that_postgresql_would_reduce() {
    check_refused(
        "",
        "CREATE TABLE t (a timestamp(9))",
        expect![[r#"
            PostgreSQL has no `TIMESTAMP(9)`: it keeps at most 6 digits of a second
        "#]],
    );
    check_refused(
        "",
        "CREATE TABLE t (a numeric(2000))",
        expect![[r#"
            PostgreSQL has no `NUMERIC(2000)`: a NUMERIC has between 1 and 1000 digits
        "#]],
    );
    check_refused(
        "",
        "CREATE TABLE t (a numeric(3, 5))",
        expect![[r#"
            PostgreSQL has no `NUMERIC(3, 5)`: before 15 the scale is between 0 and the precision
        "#]],
    );
    check_refused(
        "",
        "CREATE TABLE t (a varchar(20000000)[])",
        expect![[r#"
            PostgreSQL has no `VARCHAR(20000000)`: it keeps at most 10485760 characters
        "#]],
    );
    check_refused(
        "CREATE TABLE t (a time)",
        "ALTER TABLE t ALTER a TYPE time(7)",
        expect![[r#"
            PostgreSQL has no `TIME(7)`: it keeps at most 6 digits of a second
        "#]],
    );
}

#[test]
fn labels_that_postgresql_refuses() {
    let long = "é".repeat(32);
    check_refused(
        "",
        &format!("CREATE TYPE t AS ENUM ('{long}')"),
        expect![[r#"
        the label `éééééééééééééééééééééééééééééééé` is longer than the 63 bytes that PostgreSQL keeps
    "#]],
    );
}

#[test]
fn what_older_versions_lack() {
    check_refused(
        "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED)",
        "ALTER TABLE t ALTER b SET EXPRESSION AS (a + 2)",
        expect![[r#"
            PostgreSQL before 17 cannot change the expression of generated column `b` of table `t`: drop the column and add it again
        "#]],
    );
    check_refused(
        "",
        "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL)",
        expect![[r#"
        PostgreSQL before 18 has no virtual generated columns such as `b` of table `t`
    "#]],
    );
    check_refused(
        "",
        "CREATE TABLE t (a int, UNIQUE NULLS NOT DISTINCT (a))",
        expect![[r#"
        PostgreSQL before 15 has no NULLS NOT DISTINCT
    "#]],
    );
}

#[test]
fn types_without_a_cast() {
    check_refused(
        "CREATE TABLE t (a date)",
        "ALTER TABLE t ALTER a TYPE int",
        expect![[r#"
        PostgreSQL has no cast from DATE to INTEGER: say with USING what becomes of the values of column `a`
    "#]],
    );
    check_refused(
        "CREATE TABLE t (a bytea[])",
        "ALTER TABLE t ALTER a TYPE text[]",
        expect![[r#"
        PostgreSQL has no cast from BLOB[] to TEXT[]: say with USING what becomes of the values of column `a`
    "#]],
    );
}

#[test]
fn labels_that_a_generated_column_hangs_on() {
    check_refused(
        "CREATE TYPE mood AS ENUM ('a', 'b');
         CREATE TABLE t (m mood, bad boolean GENERATED ALWAYS AS (m = 'a') STORED)",
        "ALTER TYPE mood DROP VALUE 'b'",
        expect![[r#"
            PostgreSQL cannot drop a label of type `mood`: the type has to be created again, and generated column `bad` of table `t` depends on it
        "#]],
    );
}
