//! What the servers refuse: nothing of it remains.

use crate::support::case;

const T: &str = "CREATE TABLE t (a VARCHAR(20), b INT, n NUMERIC(10, 2), d DOUBLE PRECISION)";

fn check(values: &'static str, change: &str, mysql: &str, mariadb: &str) {
    case(T, change).rows(values, "SELECT * FROM t").check_fails(mysql, mariadb);
}

#[test]
fn null_is_no_value() {
    check("INSERT INTO t (a) VALUES ('x')", "ALTER TABLE t ALTER COLUMN b SET NOT NULL", "1138", "1265");
    check(
        "INSERT INTO t (a) VALUES ('x')",
        "ALTER TABLE t ALTER COLUMN b SET DEFAULT 5, ALTER COLUMN b SET NOT NULL",
        "1138",
        "1265",
    );
}

#[test]
fn text_that_is_no_number_does_not_become_one() {
    for text in ["INSERT INTO t (a) VALUES ('1'), ('2x')", "INSERT INTO t (a) VALUES ('')"] {
        let to = |ty: &str| format!("ALTER TABLE t ALTER COLUMN a TYPE {ty} USING a::{ty}");
        let cast = |ty: &str| format!("ALTER TABLE t ALTER COLUMN a TYPE {ty} USING (CAST(a AS {ty}))");
        for ty in ["int", "double precision", "numeric(5, 2)", "date", "timestamp"] {
            check(text, &to(ty), "1", "1");
            check(text, &cast(ty), "1", "1");
        }
    }
}

#[test]
fn what_does_not_fit_is_not_cut() {
    check(
        "INSERT INTO t (a) VALUES ('long')",
        "ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(3)",
        "1265",
        "1265",
    );
    check("INSERT INTO t (b) VALUES (70000)", "ALTER TABLE t ALTER COLUMN b TYPE SMALLINT", "1264", "1264");
    check(
        "INSERT INTO t (n) VALUES (12345.5)",
        "ALTER TABLE t ALTER COLUMN n TYPE NUMERIC(4, 2)",
        "1264",
        "1264",
    );
    check("INSERT INTO t (d) VALUES (1e40)", "ALTER TABLE t ALTER COLUMN d TYPE REAL", "1264", "1264");
    check("INSERT INTO t (d) VALUES (1e40)", "ALTER TABLE t ALTER COLUMN d TYPE INT", "1", "1");
}

#[test]
fn a_value_that_cannot_be_computed_leaves_the_column() {
    check(
        "INSERT INTO t (a) VALUES ('x')",
        "ALTER TABLE t ALTER COLUMN a TYPE INT USING a + 1",
        "1292",
        "1292",
    );
    check(
        "INSERT INTO t (a) VALUES ('x')",
        "ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(3) USING concat(a, a, a, a)",
        "1406",
        "1406",
    );
    case(
        "CREATE TABLE t (a VARCHAR(9) NOT NULL)",
        "ALTER TABLE t ALTER COLUMN a TYPE INT USING nullif(length(a), 1)",
    )
    .rows("INSERT INTO t VALUES ('xx'), ('x')", "SELECT * FROM t")
    .check_fails("1048", "1048");
}

#[test]
fn rows_that_break_a_constraint_keep_it_out() {
    let rows = "INSERT INTO t (a, b) VALUES ('x', 1), ('x', NULL)";
    check(rows, "ALTER TABLE t ADD CONSTRAINT uq UNIQUE (a), ADD COLUMN c INT", "1062", "1062");
    check(rows, "ALTER TABLE t ADD CONSTRAINT ck CHECK (b > 1), ADD COLUMN c INT", "3819", "4025");
    check(rows, "ALTER TABLE t ADD PRIMARY KEY (b)", "1138", "1265");
}
