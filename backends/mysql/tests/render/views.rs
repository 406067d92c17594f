//! Views.

use expect_test::expect;

use crate::support::{FLAVORS, Live, case, read};

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

#[test]
fn a_view_keeps_whose_rights_it_is_read_with() {
    for flavor in FLAVORS {
        let mut live = Live::new(flavor);
        live.apply(&read("CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t")).unwrap();
        live.run_all("CREATE OR REPLACE SQL SECURITY INVOKER VIEW v AS SELECT a FROM t");
        live.adopt();
        live.apply(&read("ALTER TABLE t RENAME TO u; CREATE OR REPLACE VIEW v AS SELECT a, 1 AS b FROM u"))
            .unwrap();
        let security = "SELECT SECURITY_TYPE FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()";
        assert_eq!(live.rows(security), "INVOKER", "{flavor:?}");
    }
}
