//! What PostgreSQL 15 prints of checks and defaults (`pg_get_expr`).

use expect_test::{Expect, expect};

use crate::expression::{Dialect, canonical, parse};

/// As the server printed them.
const TEXTS: &[&str] = &[
    r#"((a > 0) AND (b < 5))"#,
    r#"(NOT (a > 0))"#,
    r#"(NOT flag)"#,
    r#"flag"#,
    r#"(a <> 1)"#,
    r#"(a = ANY (ARRAY[1, 2, 3]))"#,
    r#"(a <> ALL (ARRAY[1, 2]))"#,
    r#"(s = ANY (ARRAY['x'::text, 'y'::text]))"#,
    r#"((v)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]))"#,
    r#"((v)::text <> 'x'::text)"#,
    r#"((a >= 1) AND (a <= 10))"#,
    r#"(((a < 1) OR (a > 10)) AND ((a < 10) OR (a > 1)))"#,
    r#"(s ~~ 'x%'::text)"#,
    r#"(s !~~ 'x%'::text)"#,
    r#"((v)::text ~~* like_escape('x!%'::text, '!'::text))"#,
    r#"(s !~~* 'x'::text)"#,
    r#"(s ~ similar_to_escape('x%'::text))"#,
    r#"(s ~ '^x'::text)"#,
    r#"(s !~* '^x'::text)"#,
    r#"(s = 'it''s'::text)"#,
    r#"((s COLLATE "C") = 'x'::text)"#,
    r#"(a IS NULL)"#,
    r#"(flag IS TRUE)"#,
    r#"(flag IS NOT UNKNOWN)"#,
    r#"(a IS DISTINCT FROM b)"#,
    r#"(NOT (a IS DISTINCT FROM b))"#,
    r#"((a)::text = s)"#,
    r#"((a)::numeric(10,2) > (1)::numeric)"#,
    r#"(((s)::character varying(10))::text = (v)::text)"#,
    r#"((a / 2) > 1)"#,
    r#"((a % 2) = 0)"#,
    r#"((- a) > 1)"#,
    r#"(a > '-1'::integer)"#,
    r#"(d > '-1.5'::numeric)"#,
    r#"((- (- a)) > 1)"#,
    r#"((a - (b - 1)) > 0)"#,
    r#"((a + (b * 2)) > 0)"#,
    r#"(((a + b) * 2) > 0)"#,
    r#"(((a | b) & 3) > 0)"#,
    r#"((a # b) > 0)"#,
    r#"(((a)::double precision ^ (2)::double precision) > (1)::double precision)"#,
    r#"((a << 2) > 1)"#,
    r#"((~ a) > 1)"#,
    r#"(COALESCE(a, b, 0) > 1)"#,
    r#"(NULLIF(a, 0) > 1)"#,
    r#"(GREATEST(a, b) > 1)"#,
    r#"(length(s) > 1)"#,
    r#"(char_length((v)::text) > 1)"#,
    r#"(lower((v)::text) = (v)::text)"#,
    r#"(TRIM(BOTH FROM s) = s)"#,
    r#"(TRIM(LEADING 'x'::text FROM s) = s)"#,
    r#"(btrim(s, 'x'::text) = s)"#,
    r#"(ltrim(s) = s)"#,
    r#"("substring"(s, 2, 3) = s)"#,
    r#"(SUBSTRING(s FROM 2 FOR 3) = s)"#,
    r#"(SUBSTRING(s FROM 1 FOR 3) = s)"#,
    r#"(substr(s, 2) = s)"#,
    r#"("left"(s, 2) = s)"#,
    r#"(POSITION(('x'::text) IN (s)) > 0)"#,
    r#"(strpos(s, 'x'::text) > 0)"#,
    r#"(replace(s, 'a'::text, 'b'::text) = s)"#,
    r#"(EXTRACT(year FROM dt) > (1)::numeric)"#,
    r#"(date_part('year'::text, dt) > (1)::double precision)"#,
    r#"((dt + '1 day'::interval) > dt)"#,
    r#"(dt > '2020-01-01'::date)"#,
    r#"(dt > '2020-01-01 00:00:00'::timestamp without time zone)"#,
    r#"(tz > now())"#,
    r#"(tz > CURRENT_TIMESTAMP)"#,
    r#"(dt > LOCALTIMESTAMP(3))"#,
    r#"((dt AT TIME ZONE 'UTC'::text) > tz)"#,
    r#"(date_trunc('day'::text, dt) = dt)"#,
    r#"((j -> 'a'::text) IS NOT NULL)"#,
    r#"((j ->> 'a'::text) = 'x'::text)"#,
    r#"(j @> '{"a": 1}'::jsonb)"#,
    r#"(j ? 'a'::text)"#,
    r#"(arr[1] = 1)"#,
    r#"(arr && ARRAY[1, 2])"#,
    r#"(a = ANY (arr))"#,
    r#"((a = 1) AND (b = 2))"#,
    r#"(((a = 1) AND (b = 2)) OR ((a = 3) AND (b = 4)))"#,
    r#"(a = 1)"#,
    r#"("Weird Col" > 1)"#,
    r#"(("Weird Col" > 1) OR (("select" = 1) AND (a = 1) AND (b = 2)))"#,
    r#"(((a = 1) OR (b = 2)) AND ((a = 3) OR flag))"#,
    r#"(u = gen_random_uuid())"#,
    r#"(OVERLAY(s PLACING 'x'::text FROM 1 FOR 2) = s)"#,
    r#"(m = 'happy'::mood)"#,
    r#"(m = ANY (ARRAY['happy'::mood, 'sad'::mood]))"#,
    r#"((m)::text = 'x'::text)"#,
    r#"(by = '\x00ff'::bytea)"#,
    r#"(bi = '101'::"bit")"#,
    r#"(bi = '1111'::"bit")"#,
    r#"(tm > '10:00:00'::time without time zone)"#,
    r#"(NOT (s IS NORMALIZED))"#,
    r#"((s > 'x'::text) = flag)"#,
    r#"((a IS NULL) = flag)"#,
    r#"((a)::numeric = '1000'::numeric)"#,
    r#"(d = 1.50)"#,
    r#"(a = 5)"#,
    r#"(round(d, 2) = d)"#,
    r#"(s ^@ 'x'::text)"#,
    r#"(num_nonnulls(a, b) = 1)"#,
    r#"((r).x = 1)"#,
    r#"(arr[1:2] = arr)"#,
    r#"(jsonb_typeof(j) = 'object'::text)"#,
    r#"XMLPARSE(DOCUMENT s STRIP WHITESPACE) IS DOCUMENT"#,
    r#"(CURRENT_USER = s)"#,
    r#"(format('%s'::text, a) = s)"#,
    r#"(concat(s, a) = s)"#,
    r#"(make_interval(days => 3) > '01:00:00'::interval)"#,
    r#"((dt >= '2020-01-01 00:00:00'::timestamp without time zone) AND (dt <= '2021-01-01 00:00:00'::timestamp without time zone))"#,
    r#"((a = 1) AND ((b = 2) AND flag))"#,
    r#"starts_with(s, 'x'::text)"#,
    r#"(regexp_match(s, 'x'::text) IS NOT NULL)"#,
    r#"(tstzrange(tz, tz) && tstzrange(tz, tz))"#,
    r#"(array_length(arr, 1) > 0)"#,
    r#"(cardinality(arr) > 0)"#,
    r#"(((a >= 1) AND (a <= 2)) = flag)"#,
    r#"(lower(s) ~~ 'x%'::text)"#,
    r#"((a)::bigint > '9999999999'::bigint)"#,
    r#"('1 year'::interval year > '02:00:00'::interval)"#,
    r#"('2020-01-01 00:00:00+00'::timestamp with time zone < tz)"#,
    r#"((d)::integer > 1)"#,
    r#"true"#,
    r#"NULL::boolean"#,
    r#"('x'::text = s)"#,
    r#"'x'::text"#,
    r#"'x'::character varying"#,
    r#"'-1'::integer"#,
    r#"1"#,
    r#"1.5"#,
    r#"now()"#,
    r#"CURRENT_TIMESTAMP"#,
    r#"CURRENT_DATE"#,
    r#"'happy'::mood"#,
    r#"'{}'::jsonb"#,
    r#"'{}'::integer[]"#,
    r#"ARRAY[1]"#,
    r#"gen_random_uuid()"#,
    r#"'2020-01-01'::date"#,
    r#"'x'::bpchar"#,
    r#"'\x00'::bytea"#,
    r#"'-1.5'::numeric"#,
    r#"nextval('sq'::regclass)"#,
    r#"(CURRENT_TIMESTAMP AT TIME ZONE 'UTC'::text)"#,
    r#"''::text"#,
    r#"('a'::text || 'b'::text)"#,
    r#"'1 day'::interval"#,
    r#"CURRENT_TIMESTAMP(3)"#,
    r#"LOCALTIMESTAMP"#,
    r#"(1 + 1)"#,
    r#"CURRENT_USER"#,
    r#"'1'::"bit""#,
    r#"ARRAY['a'::text, 'b'::text]"#,
    "(\nCASE\n    WHEN (a > 1) THEN 'x'::text\n    ELSE 'y'::text\nEND = s)",
    "(\nCASE a\n    WHEN 1 THEN 'x'::text\n    ELSE NULL::text\nEND = s)",
    "(s = 'a\nb\\c'::text)",
];

#[test]
fn catalog_texts_have_one_form() {
    let mut found = String::new();
    for text in TEXTS {
        let form = match parse(text, &Dialect::PORTABLE) {
            Ok(expr) => {
                let form = canonical(&expr);
                assert_eq!(parse(&form, &Dialect::PORTABLE).as_ref(), Ok(&expr), "{text}: {form}");
                form
            }
            Err(error) => format!("{text}: {error}"),
        };
        found.push_str(&form);
        found.push('\n');
    }
    expected().assert_eq(&found);
}

fn expected() -> Expect {
    expect![[r#"
        a > 0 AND b < 5
        NOT a > 0
        NOT flag
        flag
        a <> 1
        a = ANY (ARRAY[1, 2, 3])
        a <> ALL (ARRAY[1, 2])
        s = ANY (ARRAY[CAST('x' AS TEXT), CAST('y' AS TEXT)])
        CAST(v AS TEXT) = ANY (CAST(ARRAY[CAST('x' AS VARCHAR), CAST('y' AS VARCHAR)] AS TEXT[]))
        CAST(v AS TEXT) <> CAST('x' AS TEXT)
        a >= 1 AND a <= 10
        (a < 1 OR a > 10) AND (a < 10 OR a > 1)
        s LIKE CAST('x%' AS TEXT)
        s NOT LIKE CAST('x%' AS TEXT)
        CAST(v AS TEXT) ILIKE like_escape(CAST('x!%' AS TEXT), CAST('!' AS TEXT))
        s NOT ILIKE CAST('x' AS TEXT)
        s ~ similar_to_escape(CAST('x%' AS TEXT))
        s ~ CAST('^x' AS TEXT)
        s !~* CAST('^x' AS TEXT)
        s = CAST('it''s' AS TEXT)
        s COLLATE "C" = CAST('x' AS TEXT)
        a IS NULL
        flag IS TRUE
        flag IS NOT UNKNOWN
        a IS DISTINCT FROM b
        NOT a IS DISTINCT FROM b
        CAST(a AS TEXT) = s
        CAST(a AS NUMERIC(10, 2)) > CAST(1 AS NUMERIC)
        CAST(CAST(s AS VARCHAR(10)) AS TEXT) = CAST(v AS TEXT)
        a / 2 > 1
        a % 2 = 0
        -a > 1
        a > CAST('-1' AS INTEGER)
        d > CAST('-1.5' AS NUMERIC)
        -(-a) > 1
        a - (b - 1) > 0
        a + b * 2 > 0
        (a + b) * 2 > 0
        (a | b) & 3 > 0
        a # b > 0
        CAST(a AS DOUBLE PRECISION) ^ CAST(2 AS DOUBLE PRECISION) > CAST(1 AS DOUBLE PRECISION)
        a << 2 > 1
        ~a > 1
        coalesce(a, b, 0) > 1
        nullif(a, 0) > 1
        greatest(a, b) > 1
        length(s) > 1
        char_length(CAST(v AS TEXT)) > 1
        lower(CAST(v AS TEXT)) = CAST(v AS TEXT)
        trim(s) = s
        TRIM(LEADING CAST('x' AS TEXT) FROM s) = s
        btrim(s, CAST('x' AS TEXT)) = s
        ltrim(s) = s
        substring(s, 2, 3) = s
        substring(s, 2, 3) = s
        substring(s, 1, 3) = s
        substr(s, 2) = s
        left(s, 2) = s
        POSITION(CAST('x' AS TEXT) IN s) > 0
        strpos(s, CAST('x' AS TEXT)) > 0
        replace(s, CAST('a' AS TEXT), CAST('b' AS TEXT)) = s
        EXTRACT(YEAR FROM dt) > CAST(1 AS NUMERIC)
        date_part(CAST('year' AS TEXT), dt) > CAST(1 AS DOUBLE PRECISION)
        dt + INTERVAL '1 day' > dt
        dt > DATE '2020-01-01'
        dt > TIMESTAMP '2020-01-01 00:00:00'
        tz > now()
        tz > CURRENT_TIMESTAMP
        dt > LOCALTIMESTAMP(3)
        dt AT TIME ZONE CAST('UTC' AS TEXT) > tz
        date_trunc(CAST('day' AS TEXT), dt) = dt
        j -> CAST('a' AS TEXT) IS NOT NULL
        j ->> CAST('a' AS TEXT) = CAST('x' AS TEXT)
        j @> CAST('{"a": 1}' AS JSONB)
        j ? CAST('a' AS TEXT)
        arr[1] = 1
        arr && ARRAY[1, 2]
        a = ANY (arr)
        a = 1 AND b = 2
        a = 1 AND b = 2 OR a = 3 AND b = 4
        a = 1
        "Weird Col" > 1
        "Weird Col" > 1 OR "select" = 1 AND a = 1 AND b = 2
        (a = 1 OR b = 2) AND (a = 3 OR flag)
        u = gen_random_uuid()
        OVERLAY(s PLACING CAST('x' AS TEXT) FROM 1 FOR 2) = s
        m = CAST('happy' AS mood)
        m = ANY (ARRAY[CAST('happy' AS mood), CAST('sad' AS mood)])
        CAST(m AS TEXT) = CAST('x' AS TEXT)
        "by" = CAST('\x00ff' AS BLOB)
        bi = CAST('101' AS "bit")
        bi = CAST('1111' AS "bit")
        tm > TIME '10:00:00'
        NOT s IS NORMALIZED
        (s > CAST('x' AS TEXT)) = flag
        (a IS NULL) = flag
        CAST(a AS NUMERIC) = CAST('1000' AS NUMERIC)
        d = 1.50
        a = 5
        round(d, 2) = d
        s ^@ CAST('x' AS TEXT)
        num_nonnulls(a, b) = 1
        (r).x = 1
        arr[1:2] = arr
        jsonb_typeof(j) = CAST('object' AS TEXT)
        XMLPARSE(DOCUMENT s STRIP WHITESPACE) IS DOCUMENT: expected `)`, found `s`
        CURRENT_USER = s
        format(CAST('%s' AS TEXT), a) = s
        concat(s, a) = s
        make_interval(days => 3) > INTERVAL '01:00:00'
        dt >= TIMESTAMP '2020-01-01 00:00:00' AND dt <= TIMESTAMP '2021-01-01 00:00:00'
        a = 1 AND b = 2 AND flag
        starts_with(s, CAST('x' AS TEXT))
        regexp_match(s, CAST('x' AS TEXT)) IS NOT NULL
        tstzrange(tz, tz) && tstzrange(tz, tz)
        array_length(arr, 1) > 0
        cardinality(arr) > 0
        (a >= 1 AND a <= 2) = flag
        lower(s) LIKE CAST('x%' AS TEXT)
        CAST(a AS BIGINT) > CAST('9999999999' AS BIGINT)
        CAST('1 year' AS interval year) > INTERVAL '02:00:00'
        TIMESTAMPTZ '2020-01-01 00:00:00+00' < tz
        CAST(d AS INTEGER) > 1
        TRUE
        CAST(NULL AS BOOLEAN)
        CAST('x' AS TEXT) = s
        CAST('x' AS TEXT)
        CAST('x' AS VARCHAR)
        CAST('-1' AS INTEGER)
        1
        1.5
        now()
        CURRENT_TIMESTAMP
        CURRENT_DATE
        CAST('happy' AS mood)
        CAST('{}' AS JSONB)
        CAST('{}' AS INTEGER[])
        ARRAY[1]
        gen_random_uuid()
        DATE '2020-01-01'
        CAST('x' AS bpchar)
        CAST('\x00' AS BLOB)
        CAST('-1.5' AS NUMERIC)
        nextval(CAST('sq' AS regclass))
        CURRENT_TIMESTAMP AT TIME ZONE CAST('UTC' AS TEXT)
        CAST('' AS TEXT)
        CAST('a' AS TEXT) || CAST('b' AS TEXT)
        INTERVAL '1 day'
        CURRENT_TIMESTAMP(3)
        LOCALTIMESTAMP
        1 + 1
        CURRENT_USER
        CAST('1' AS "bit")
        ARRAY[CAST('a' AS TEXT), CAST('b' AS TEXT)]
        CASE WHEN a > 1 THEN CAST('x' AS TEXT) ELSE CAST('y' AS TEXT) END = s
        CASE a WHEN 1 THEN CAST('x' AS TEXT) ELSE CAST(NULL AS TEXT) END = s
        s = CAST('a
        b\c' AS TEXT)
    "#]]
}
