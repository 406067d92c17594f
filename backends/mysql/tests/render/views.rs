//! Views.

use expect_test::expect;

use crate::support::case;

const T: &str = "CREATE TABLE t (a INT, b VARCHAR(20))";

#[test]
fn views_come_and_go() {
    case(T, "CREATE VIEW v AS SELECT a, b FROM t WHERE a > 3").check(expect![[r#"
        CREATE VIEW `v` AS SELECT `a`, `b` FROM `t` WHERE `a` > 3;
    "#]]);
    case(T, "CREATE VIEW \"V w\" (x, y) AS SELECT a, \"b\" FROM t; DROP VIEW IF EXISTS nothing").check(
        expect![[r#"
            CREATE VIEW `V w` (`x`, `y`) AS SELECT `a`, `b` FROM `t`;
            DROP VIEW IF EXISTS `nothing`;
        "#]],
    );
    case(
        "CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT a FROM t",
        "CREATE OR REPLACE VIEW v AS SELECT a, b FROM t",
    )
    .check(expect![[r#"
        CREATE OR REPLACE VIEW `v` AS SELECT `a`, `b` FROM `t`;
    "#]]);
}

#[test]
fn views_are_renamed_with_those_that_read_them() {
    case(
        "CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v",
        "ALTER VIEW v RENAME TO x",
    )
    .check(expect![[r#"
        RENAME TABLE `v` TO `x`;
        CREATE OR REPLACE VIEW `w` AS SELECT `a` FROM `x`;
    "#]]);
}

#[test]
fn comments_on_views_are_nowhere() {
    case("CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t", "COMMENT ON VIEW v IS 'x'")
        .check(expect![""]);
}
