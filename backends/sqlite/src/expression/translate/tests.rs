mod statements;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use rusqlite::{Connection, types::Value};

use super::*;
use crate::expression::{ColumnNames, canonical_in, canonical_query};

fn canonical(text: &str) -> String {
    canonical_in(text, &ColumnNames::default())
}

/// Translates, asks SQLite whether it understands, and translates the
/// translation, which must change nothing more.
#[track_caller]
fn check(text: &str, expected: &str) {
    let translated = to_sqlite(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(translated, expected);
    let connection = Connection::open_in_memory().expect("opens");
    connection.execute_batch("CREATE TABLE t (a, b, c, \"Total\")").expect("is valid");
    connection.prepare(&format!("SELECT {translated} FROM t")).expect(&translated);
    if !translated.contains("random()") {
        let form = canonical(&translated);
        assert_eq!(canonical(&to_sqlite(&form).expect("translates")), form, "again");
    }
}

#[test]
fn most_stays_as_it_is() {
    for text in [
        "a > 0 AND b IS NOT NULL",
        "a IN (1, 2.5, -3) OR NOT (b BETWEEN 'x' AND 'y')",
        "\"Total\" <> 'it''s'",
        "CASE WHEN a THEN lower(b) ELSE coalesce(b, 'none') END || 'x'",
        "a IS DISTINCT FROM b",
        "t.a -> '$.x' ->> 'y'",
        "a LIKE 'x%' ESCAPE '!'",
        "-a + ~b % 2 << 1 & 3 | 4",
        "a=-1",
        "EXISTS (SELECT 1 FROM t AS u WHERE u.a = t.b)",
        "count(*) FILTER (WHERE a > 0) OVER (PARTITION BY b ORDER BY c)",
        "x'00ff'",
        "datetime('now', '+1 day')",
        "replace(a, 'x', 'y')",
        "CURRENT_DATE",
        "true AND FALSE",
    ] {
        if text.contains("FILTER") {
            assert_eq!(query_to_sqlite(text).expect("translates"), text);
        } else {
            check(text, text);
        }
    }
}

#[test]
fn casts_convert_as_their_type_does() {
    check("a::integer", "CAST(a AS INTEGER)");
    check("t.a::bigint + 1", "CAST(t.a AS INTEGER) + 1");
    check("-a::int", "-CAST(a AS INTEGER)");
    check("(a + b)::text || 'x'", "CAST((a + b) AS TEXT) || 'x'");
    check("lower(a)::varchar(3)", "substr(CAST(lower(a) AS TEXT), 1, 3)");
    check("'abc'::varchar(2)", "'ab'");
    check("'abc'::character varying(20)::text", "'abc'");
    check("a::int::text", "CAST(CAST(a AS INTEGER) AS TEXT)");
    check("CAST(a AS double precision)", "CAST(a AS REAL)");
    check("CAST ( coalesce(a, b) AS NUMERIC(10, 2) ) > 1", "round(CAST(coalesce(a, b) AS NUMERIC), 2) > 1");
    check("CAST('2026-11-22' AS date)", "'2026-11-22'");
    check("a::date", "date(a)");
    check("DATE '2026-11-22'", "'2026-11-22'");
    check("timestamp '2026-11-22 18:00:00'", "'2026-11-22 18:00:00'");
    check("'2026-11-22 18:00'::timestamp(3) with time zone", "'2026-11-22 18:00'");
    check("now()::timestamptz", "CURRENT_TIMESTAMP");
    check("'t'::boolean", "TRUE");
    check("0::boolean", "FALSE");
    check("'{}'::jsonb", "'{}'");
    check("a::jsonb", "CAST(a AS TEXT)");
    check("'x'::mood", "'x'");
    check("a::mood", "CAST(a AS TEXT)");
    check("a::\"Mood\"", "CAST(a AS TEXT)");
    check("'\\xDEad'::bytea", "x'DEad'");
    check(
        "CASE WHEN a::int > 1 THEN b::text END",
        "CASE WHEN CAST(a AS INTEGER) > 1 THEN CAST(b AS TEXT) END",
    );
    check("NULL::integer", "CAST(NULL AS INTEGER)");
}

#[test]
fn functions_and_literals_are_rewritten() {
    check("now()", "CURRENT_TIMESTAMP");
    check("LOCALTIMESTAMP", "CURRENT_TIMESTAMP");
    check("CURRENT_TIMESTAMP(3)", "CURRENT_TIMESTAMP");
    check("current_timestamp(3) at time zone 'utc'", "current_timestamp");
    check("char_length(a) > 1", "length(a) > 1");
    check("position('x' IN a)", "instr(a, 'x')");
    check("strpos(a, 'x')", "instr(a, 'x')");
    check("substring(a FROM 2 FOR 3)", "substring(a, 2, 3)");
    check(r"E'it\'s\n\\'", "'it''s\n\\'");
    check("$$it's$$ || $x$ $$ $x$", "'it''s' || ' $$ '");
    check("a /* one /* two */ */ + b -- end", "a + b");
    check("a COLLATE \"C\"", "a COLLATE BINARY");
    assert!(to_sqlite("gen_random_uuid()").expect("translates").starts_with("lower(hex("));
}

#[test]
fn translated_casts_give_the_values_of_portable_sql() {
    let connection = Connection::open_in_memory().expect("opens");
    let check = |text: &str, expected: Value| {
        let sql = format!("SELECT {}", to_sqlite(text).expect(text));
        let value: Value = connection.query_row(&sql, [], |row| row.get(0)).expect(text);
        assert_eq!(value, expected, "{text}");
    };
    check("'007'::text", Value::Text("007".into()));
    check("('2026-11-22' || '')::date", Value::Text("2026-11-22".into()));
    check("('1.25' || '')::numeric(4, 1)", Value::Real(1.3));
    check("(1234)::varchar(2)", Value::Text("12".into()));
    check("'12'::integer + 1", Value::Integer(13));
    check("'yes'::boolean", Value::Integer(1));
    check(r"'\x4142'::bytea", Value::Blob(b"AB".to_vec()));
}

#[test]
fn what_sqlite_lacks_is_refused_by_name() {
    let refused: String = [
        "a ILIKE 'x'",
        "a ~ '^x'",
        "a !~* '^x'",
        "a @> b",
        "a ^ 2",
        "a SIMILAR TO 'x'",
        "ARRAY[1, 2]",
        "a[1]",
        "'{1}'::int[]",
        "a = ANY (b)",
        "INTERVAL '1 day'",
        "a AT TIME ZONE 'UTC'",
        "EXTRACT(year FROM a)",
        "date_trunc('day', a)",
        "lower(a, b)",
        "coalesce(a)",
        "random()",
        "format('%s', a)",
        "nextval('s')",
        "pg_catalog.lower(a)",
        "a::boolean",
        "a::timestamp",
        "a::interval",
        "a::inet",
        "a::numeric(5, -2)",
        "CURRENT_USER",
        "a IS UNKNOWN",
        "a COLLATE \"de_DE\"",
        "B'101'",
        "$1",
        "trim(LEADING 'x' FROM a)",
        "a && b",
        "ROW(a, b)",
        r"E'\x00'",
        "(a",
        "a)",
        "::int",
        "CAST(a)",
        "CASE a WHEN 1 THEN 2 END::int",
        "a; DROP TABLE t",
    ]
    .iter()
    .map(|text| match to_sqlite(text) {
        Ok(translated) => panic!("{text} became {translated}"),
        Err(error) => format!("{text} -> {error}\n"),
    })
    .collect();
    expect![[r#"
        a ILIKE 'x' -> SQLite does not support ILIKE; write this for other databases under `@only`
        a ~ '^x' -> SQLite does not support the operator `~`; write this for other databases under `@only`
        a !~* '^x' -> SQLite does not support the operator `!~*`; write this for other databases under `@only`
        a @> b -> SQLite does not support the operator `@>`; write this for other databases under `@only`
        a ^ 2 -> SQLite does not support the operator `^`; write this for other databases under `@only`
        a SIMILAR TO 'x' -> SQLite does not support SIMILAR TO; write this for other databases under `@only`
        ARRAY[1, 2] -> SQLite does not support arrays; write this for other databases under `@only`
        a[1] -> SQLite does not support arrays; write this for other databases under `@only`
        '{1}'::int[] -> SQLite does not support arrays; write this for other databases under `@only`
        a = ANY (b) -> SQLite does not support ANY (…); write this for other databases under `@only`
        INTERVAL '1 day' -> SQLite does not support INTERVAL; write this for other databases under `@only`
        a AT TIME ZONE 'UTC' -> SQLite does not support AT TIME ZONE; write this for other databases under `@only`
        EXTRACT(year FROM a) -> SQLite does not support EXTRACT; write this for other databases under `@only`
        date_trunc('day', a) -> SQLite has no function `date_trunc`; write this for other databases under `@only`
        lower(a, b) -> SQLite has no function `lower` of 2 arguments
        coalesce(a) -> SQLite has no function `coalesce` of 1 argument
        random() -> function `random` means something else in SQLite; SQLite's gives an integer of 64 bits, or write this under `@only`
        format('%s', a) -> function `format` means something else in SQLite; build the text with `||`, or write this under `@only`
        nextval('s') -> SQLite has no function `nextval`; write this for other databases under `@only`
        pg_catalog.lower(a) -> SQLite does not support functions in namespaces; write this for other databases under `@only`
        a::boolean -> SQLite cannot cast to BOOLEAN; write a comparison such as `x <> 0` instead
        a::timestamp -> cast to `timestamp` on SQLite: SQLite keeps timestamps as text of several forms; write it under `@only`
        a::interval -> cast to `interval` on SQLite: SQLite has no such type; write it under `@only`
        a::inet -> cast to `inet` on SQLite: SQLite has no such type; write it under `@only`
        a::numeric(5, -2) -> cast to `numeric(5,-2)` on SQLite: SQLite does not round to the left of the point; write it under `@only`
        CURRENT_USER -> SQLite does not support CURRENT_USER; write this for other databases under `@only`
        a IS UNKNOWN -> SQLite does not support IS UNKNOWN; write this for other databases under `@only`
        a COLLATE "de_DE" -> SQLite has no collation "de_DE"
        B'101' -> SQLite does not support B'…' literals; write this for other databases under `@only`
        $1 -> SQLite does not support parameters in expressions; write this for other databases under `@only`
        trim(LEADING 'x' FROM a) -> SQLite does not support TRIM with BOTH, LEADING or TRAILING; write this for other databases under `@only`
        a && b -> SQLite does not support the operator `&&`; write this for other databases under `@only`
        ROW(a, b) -> SQLite does not support ROW (…); write this for other databases under `@only`
        E'\x00' -> string literal E'\x00' has an escape that is no character
        (a -> unclosed parenthesis in an expression
        a) -> unopened parenthesis in an expression
        ::int -> SQLite does not support `::` without an operand; write this for other databases under `@only`
        CAST(a) -> SQLite does not support CAST without AS; write this for other databases under `@only`
        CASE a WHEN 1 THEN 2 END::int -> SQLite does not support `::` behind CASE … END without parentheses; write this for other databases under `@only`
        a; DROP TABLE t -> SQLite does not support `;` in expressions; write this for other databases under `@only`
    "#]].assert_eq(&refused);
}

#[test]
fn queries_are_translated() {
    let check = |text: &str, expected: Expect| {
        let translated = query_to_sqlite(text).expect(text);
        let connection = Connection::open_in_memory().expect("opens");
        connection.execute_batch("CREATE TABLE t (a, b, c, \"Total\")").expect("is valid");
        connection.prepare(&translated).expect(&translated);
        let form = canonical_query(&translated);
        connection.prepare(&form).expect(&form);
        assert_eq!(canonical_query(&query_to_sqlite(&form).expect("translates")), form, "again");
        expected.assert_eq(&format!("{translated}\n{form}\n"));
    };
    check(
        "WITH recent(x, y) AS (SELECT a::text, b FROM t WHERE c > now()) SELECT * FROM recent r JOIN t ON t.a = r.x",
        expect![[r#"
            WITH recent(x, y) AS (SELECT CAST(a AS TEXT), b FROM t WHERE c > CURRENT_TIMESTAMP) SELECT * FROM recent r JOIN t ON t.a = r.x
            WITH recent(x, y) AS (SELECT CAST(a AS TEXT), b FROM t WHERE c > CURRENT_TIMESTAMP) SELECT * FROM recent r JOIN t ON t.a = r.x
        "#]],
    );
    check(
        "select t.*, count(*) as \"Number\", Sum(a) Filter (where b) over (partition by c) from t group by 1 order by 2 desc limit 3",
        expect![[r#"
            select t.*, count(*) as "Number", Sum(a) Filter (where b) over (partition by c) from t group by 1 order by 2 desc limit 3
            SELECT t.*, count(*) AS "Number", Sum(a) Filter(WHERE b) OVER (PARTITION BY c) FROM t GROUP BY 1 ORDER BY 2 DESC LIMIT 3
        "#]],
    );
    check(
        "SELECT a FROM t UNION ALL SELECT value FROM json_each('[1]') EXCEPT VALUES (1)",
        expect![[r#"
        SELECT a FROM t UNION ALL SELECT value FROM json_each('[1]') EXCEPT VALUES (1)
        SELECT a FROM t UNION ALL SELECT value FROM json_each('[1]') EXCEPT VALUES (1)
    "#]],
    );
}

proptest! {
    #[test]
    fn no_text_panics(text in r#"([a-c(),.:;'"\[\]`*/ +~@|$-]|CAST|AS|int|E'|::|x\(|position\(|é|\\|0){0,30}"#) {
        if let Ok(translated) = to_sqlite(&text) {
            canonical(&translated);
        }
        let _ = query_to_sqlite(&text);
        let form = canonical(&text);
        prop_assert_eq!(canonical(&form), form);
    }
}
