//! Values that queries return.

use expect_test::expect;
use retort_core::backend::{BackendErrorKind, Statement};
use retort_test_servers::Database;

use crate::support::{describe, fetch, is_mysql, number, open};

on_both! {
    every_type_has_its_value
    a_result_may_be_long
    a_query_that_fails_says_where
    only_the_last_result_counts
}

async fn every_type_has_its_value(database: Database) {
    database.run(
        "CREATE TABLE t (ti TINYINT, bo BOOLEAN, sm SMALLINT, me MEDIUMINT, i INTEGER, bi BIGINT, bu BIGINT UNSIGNED, \
         f FLOAT, d DOUBLE, n DECIMAL(20,4), da DATE, t TIME(3), dt DATETIME(6), ts TIMESTAMP NULL, y YEAR, \
         c CHAR(3), v VARCHAR(9), ca VARCHAR(9) CHARACTER SET ascii COLLATE ascii_bin, lt LONGTEXT, e ENUM('x','y'), \
         s SET('x','y'), b BINARY(3), vb VARBINARY(9), lb LONGBLOB, bt BIT(9), j JSON, p POINT)",
    );
    database.run(
        "INSERT INTO t VALUES (-1, TRUE, -2, -3, -4, -9223372036854775808, 18446744073709551615, 1.5, -2.25e300, \
         '1234567890123456.7800', '2026-02-28', '-12:34:56.789', '2026-02-28 01:02:03.000004', NULL, 2026, 'a', 'é', \
         'x', 'long', 'y', 'x,y', 'ab', 'text', X'00ff', 5, '{\"a\": [1, null]}', POINT(1, 2))",
    );
    database.run("INSERT INTO t (ti) VALUES (NULL)");
    let mut connection = open(&database).await;
    let values = fetch(&mut *connection, "SELECT * FROM t WHERE ti = -1").await;
    let shown: Vec<String> = values.iter().map(|value| format!("{value:?}\n")).collect();
    expect![[r#"
        Integer(-1)
        Integer(1)
        Integer(-2)
        Integer(-3)
        Integer(-4)
        Integer(-9223372036854775808)
        Text("18446744073709551615")
        Real(1.5)
        Real(-2.25e300)
        Text("1234567890123456.7800")
        Text("2026-02-28")
        Text("-12:34:56.789")
        Text("2026-02-28 01:02:03.000004")
        Null
        Integer(2026)
        Text("a")
        Text("é")
        Text("x")
        Text("long")
        Text("y")
        Text("x,y")
        Blob([97, 98, 0])
        Blob([116, 101, 120, 116])
        Blob([0, 255])
        Blob([0, 5])
        Text("{\"a\": [1, null]}")
        Blob([0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 240, 63, 0, 0, 0, 0, 0, 0, 0, 64])
    "#]]
    .assert_eq(&shown.concat());
    let nulls = fetch(&mut *connection, "SELECT * FROM t WHERE ti IS NULL").await;
    assert!(nulls.iter().all(|value| *value == retort_core::backend::Value::Null));
    let computed = "SELECT COUNT(*), SUM(i), AVG(d), UTC_TIMESTAMP() > '2026-01-01', 1 = 1, CONCAT('a', 1), NULL, \
                    1.50, 1e0, DATABASE() IS NULL, X'41', CAST('a' AS BINARY), 18446744073709551615 FROM t";
    expect![[r#"[Integer(2), Text("-4"), Real(-2.25e300), Integer(1), Integer(1), Text("a1"), Null, Text("1.50"), Real(1.0), Integer(0), Blob([65]), Blob([97]), Text("18446744073709551615")]"#]].assert_eq(&format!("{:?}", fetch(&mut *connection, computed).await));
}

async fn a_result_may_be_long(database: Database) {
    let mut connection = open(&database).await;
    // Longer than a packet of the protocol, and more rows than fit into one.
    let long = if is_mysql(&database) { 40_000_000 } else { 15_000_000 };
    let query = format!("SELECT REPEAT('x', {long})");
    match &fetch(&mut *connection, &query).await[..] {
        [retort_core::backend::Value::Text(text)] => assert_eq!(text.len(), long),
        other => panic!("{} values", other.len()),
    }
    let digits = "(SELECT 0 a UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4)";
    let query = format!(
        "SELECT x.a FROM {}",
        ["x", "y", "z", "u", "v", "w"].map(|name| format!("{digits} {name}")).join(", ")
    );
    assert_eq!(fetch(&mut *connection, &query).await.len(), 15_625);
    assert_eq!(number(&mut *connection, "SELECT 7").await, 7);
}

async fn a_query_that_fails_says_where(database: Database) {
    let mut connection = open(&database).await;
    let error = connection.fetch(&Statement::new("SELECT * FROM missing")).await.unwrap_err();
    assert_eq!(error.kind(), BackendErrorKind::Missing);
    assert_eq!(error.statement(), Some("SELECT * FROM missing"));
    let error = connection.fetch(&Statement::new("SELECT 'ä',\n  1 frm t x")).await.unwrap_err();
    expect!["Syntax: syntax error near `t x` (error 1064) @ `t x`"].assert_eq(&describe(&error));
    assert_eq!(number(&mut *connection, "SELECT 7").await, 7);
}

async fn only_the_last_result_counts(database: Database) {
    database.run("CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END");
    let mut connection = open(&database).await;
    connection.fetch(&Statement::new("CALL p()")).await.unwrap();
    // Nothing of it is left over for the next query.
    assert_eq!(number(&mut *connection, "SELECT 7").await, 7);
    // A failure in the second statement of a text is its own, not the next one's.
    let error = connection.fetch(&Statement::new("DO 1; DO 2; SELECT nonsense")).await.unwrap_err();
    assert_eq!(error.kind(), BackendErrorKind::Missing);
    assert_eq!(number(&mut *connection, "SELECT 8").await, 8);
}
