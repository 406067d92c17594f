//! What `fetch` returns.

use expect_test::expect;
use retort_core::backend::{BackendErrorKind, Row, Statement, Value};

use crate::support::{database, describe, open, rows, run, tables};

#[tokio::test]
async fn values_have_the_types_of_the_seam() {
    let database = database();
    let mut session = open(&database).await;
    let query = "SELECT 1::smallint, -2, 3::bigint, 1.1::real, 1.1::float8, true, false, '\\x00ff'::bytea, \
                 'a'::text, 'b'::varchar(3), 'c'::char(3), 'd'::name, NULL, '{\"a\": 1}'::json, \
                 timestamp '2024-02-29 12:34:56.7', 7::oid";
    expect![[r#"1i|-2i|3i|1.1|1.1|1i|0i|[0, 255]|a|b|c  |d|NULL|{"a": 1}|2024-02-29 12:34:56.7|7i"#]]
        .assert_eq(&rows(&mut session, query).await);
}

#[tokio::test]
async fn what_has_no_type_in_the_seam_is_text_as_the_server_prints_it() {
    let database = database();
    let mut session = open(&database).await;
    run(
        &mut session,
        &[
            "CREATE TYPE mood AS ENUM ('sad', 'ok')",
            "CREATE DOMAIN small AS int CHECK (VALUE < 10)",
            "SET TimeZone = 'UTC'",
        ],
    )
    .await
    .unwrap();
    let query = "SELECT 1.50::numeric, date '2024-02-29', time '01:02:03', timestamptz '2024-01-01 00:00:00+02', \
                 interval '1 day 2 hours', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, '{\"a\": 1}'::jsonb, \
                 ARRAY[1, 2], inet '10.0.0.1/8', point '(1,2)', ROW(1, 'a'), 1 AS i, true AS b, '\\xff'::bytea, \
                 1.1::real, NULL::numeric -- end";
    expect![[r#"1.50|2024-02-29|01:02:03|2023-12-31 22:00:00+00|1 day 02:00:00|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|{"a": 1}|{1,2}|10.0.0.1/8|(1,2)|(1,a)|1i|1i|[255]|1.1|NULL"#]].assert_eq(&rows(&mut session, query).await);
    expect!["sad|3i"].assert_eq(&rows(&mut session, "SELECT 'sad'::mood, 3::small").await);
    assert_eq!(rows(&mut session, "SELECT 1.5::numeric WHERE false").await, "");
    assert_eq!(rows(&mut session, "SHOW DateStyle").await, "ISO, MDY");
    run(&mut session, &["CREATE TABLE t ()"]).await.unwrap();
    assert_eq!(tables(&mut session).await, "t", "no transaction is left open");
}

#[tokio::test]
async fn timestamps_are_written_as_the_server_does() {
    let database = database();
    let mut session = open(&database).await;
    let query = "SELECT ts, ts::text FROM (
            SELECT timestamp '1900-01-01' + n * interval '11 days 7 hours 13 minutes 5.123456 seconds'
            FROM generate_series(-3000, 6000) AS n
            UNION ALL SELECT timestamp '0044-03-15 BC' + n * interval '97 days' FROM generate_series(-200, 400) AS n
            UNION ALL SELECT unnest(ARRAY[
                'infinity', '-infinity', '2000-01-01', '1999-12-31 23:59:59.999999', '2000-02-29', '1900-02-28',
                '0001-01-01', '0001-12-31 BC', '4713-01-01 BC', '294276-12-31 23:59:59.999999',
                '2024-01-01 00:00:00.1', '2024-12-31 10:00:00.000001'
            ]::timestamp[])
        ) AS t (ts)";
    let rows = session.fetch(&Statement::new(query)).await.unwrap();
    assert!(rows.len() > 9000);
    for Row(row) in rows {
        assert_eq!(row[0], row[1]);
    }
}

#[tokio::test]
async fn failures_of_queries_have_kinds_and_places() {
    let database = database();
    let mut session = open(&database).await;
    let mut check = async |sql: &str| describe(&session.fetch(&Statement::new(sql)).await.unwrap_err());
    expect![[r#"Missing: relation "alembic_version" does not exist @ `alembic_vers`"#]]
        .assert_eq(&check("SELECT version_num FROM alembic_version").await);
    expect![[r#"Syntax: syntax error at or near "FROM" @ `FROM`"#]]
        .assert_eq(&check("SELECT 'é', FROM").await);
    expect!["Syntax: cannot insert multiple commands into a prepared statement"]
        .assert_eq(&check("SELECT 1; SELECT 2").await);
    expect!["Statement: division by zero"]
        .assert_eq(&check("SELECT 1::numeric / n FROM generate_series(-1, 1) AS n").await);
    expect!["Statement: COPY cannot read from or write to the client here; use INSERT, or a file of the server @ `COPY (SELECT`"].assert_eq(&check("COPY (SELECT 1) TO STDOUT").await);
    expect![[r#"Statement: bind message supplies 0 parameters, but prepared statement "" requires 1"#]]
        .assert_eq(&check("SELECT $1").await);
    assert_eq!(rows(&mut session, "SELECT 1").await, "1i", "the session is of use");
}

#[tokio::test]
async fn the_rows_of_an_id_of_digits_are_text() {
    let database = database();
    let mut session = open(&database).await;
    let fetched = session.fetch(&Statement::new("SELECT '123456789012'::varchar(32)")).await.unwrap();
    assert_eq!(fetched, [Row(vec![Value::Text("123456789012".to_owned())])]);
    let error = session.fetch(&Statement::new("SELECT 1 FROM t")).await.unwrap_err();
    assert_eq!(error.kind(), BackendErrorKind::Missing);
}
