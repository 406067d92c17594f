//! What servers make of what they are told, and that it means the same here.

use std::fmt::Write as _;

use super::{
    server::{SERVERS, Trial},
    *,
};

/// Conditions, as a user writes them.
const CONDITIONS: &[&str] = &[
    "a > 0 AND b < 5",
    "NOT (a = 1 AND b = 2)",
    "NOT (a = 1 OR NOT flag)",
    "NOT (a > 0)",
    "NOT a BETWEEN 1 AND 2",
    "NOT a IN (1, 2)",
    "NOT s LIKE 'x%'",
    "NOT (a IS NULL)",
    "NOT (flag IS TRUE)",
    "NOT NOT flag",
    "flag",
    "NOT flag",
    "flag AND (a = 1 AND b = 2)",
    "a = 1 OR (flag OR b = 2) AND a = 3",
    "flag = TRUE",
    "flag <> FALSE",
    "flag IS NOT FALSE",
    "flag IS UNKNOWN",
    "coalesce(flag, TRUE)",
    "NOT coalesce(flag, FALSE)",
    "CASE WHEN flag THEN a > 1 ELSE FALSE END",
    "CASE WHEN a > 1 THEN TRUE ELSE FALSE END",
    "NOT CASE WHEN flag THEN a > 1 ELSE b > 1 END",
    "(a > 1) = flag",
    "(a > 1) = (b > 1)",
    "(a > 1) IS TRUE",
    "(a > 1) IS NOT UNKNOWN",
    "TRUE",
    "a <> b",
    "a != 007",
    "a IN (1)",
    "a NOT IN (1)",
    "a IN (1, b, 3)",
    "s IN ('x', 'y''z')",
    "(a, b) = (1, 2)",
    "(a, b) <> (1, 2)",
    "(a, b) < (1, 2)",
    "(a, b) IN ((1, 2), (3, 4))",
    "(a, b) IN ((1, 2))",
    "a IS DISTINCT FROM b",
    "a IS NOT DISTINCT FROM b",
    "NOT a IS DISTINCT FROM b",
    "a = ANY (ARRAY[1, 2])",
    "a <> ALL (ARRAY[1, 2])",
    "s LIKE 'x!%' ESCAPE '!'",
    r"s LIKE 'x\%' OR s LIKE E'a\\\\b'",
    "s = ''",
    r#"s = 'it''s \ "quoted" `back`'"#,
    r"s = E'two\nlines\tand\\'",
    "s = 'ä☃'",
    "a > -1",
    "d > -1.50 AND d < .5",
    "f > 1.5E+3",
    "a = +1",
    "t.a > 0",
    "\"Weird col\" > 1",
    "\"gr`öße\" > 1 AND s = 'größe'",
    "a / 2 > 1",
    "d / 2 > 1",
    "a % 2 = 0 AND mod(a, 3) = 1",
    "-a < b * (a + 1) - (b - 2)",
    "a - b - 1 > 0",
    "a & 1 = 1",
    "a | b # 3 > 1",
    "a ^ 2 > 1 AND power(a, 2) > 1",
    "s || t || 'x' = 'y'",
    "s || (t || 'x') = 'y'",
    "length(s) > 1 AND char_length(s) > 1",
    "octet_length(s) > 1",
    "lower(s) = upper(t)",
    "substring(s, 1, 2) = substr(s, 2)",
    "substring(s FROM 2 FOR 3) = left(s, 1)",
    "substring(s, position('x' IN s) + 1) = right(s, 2)",
    "trim(s) = ltrim(s) || rtrim(t)",
    "trim(BOTH 'x' FROM s) = trim(LEADING 'x' FROM s)",
    "btrim(s, '.') = rtrim(s, '.')",
    "replace(s, 'a', 'b') = t",
    "position('x' IN s) > 0 AND strpos(s, 'x') > 0",
    "abs(a) > 1 AND sign(a) > 0",
    "ceil(d) > floor(d)",
    "round(d) > round(d, 1) AND trunc(d) > trunc(d, 1)",
    "sqrt(f) > exp(f) + ln(f) + log(f)",
    "coalesce(a, 0) > nullif(b, 0)",
    "reverse(s) = repeat(t, 2)",
    "lpad(s, 3) = rpad(s, 3, 'x')",
    "concat(s, 'x', a) = t",
    "concat_ws(',', s, t) = t",
    "extract(year FROM dt) > 2020",
    "extract(minute FROM dt) > extract(quarter FROM da)",
    "CAST(a AS TEXT) = s",
    "a::varchar(3) = s",
    "CAST(s AS INTEGER) > 1 AND s::bigint > 2",
    "CAST(s AS NUMERIC(10, 2)) > 1 AND CAST(s AS NUMERIC(5)) > 1",
    "CAST(a AS NUMERIC) / 2 > 1",
    "CAST(a AS DOUBLE PRECISION) > CAST(b AS REAL)",
    "CAST(dt AS DATE) = da",
    "CAST(s AS TIMESTAMP) = dt AND CAST(s AS TIMESTAMP(0)) > dt",
    "CAST(s AS TIME) > CAST(s AS TIME(3))",
    "dt > DATE '2026-11-22' AND dt > TIMESTAMP '2026-11-22 10:00:00'",
    "dt > '2026-11-22'",
    "dt + INTERVAL '1 day' > dt - INTERVAL '2 months'",
    "s::text = 'x'::text AND 'x'::mood = s",
    "a = '-1'::integer AND d = '1.50'::numeric",
    "s COLLATE \"C\" = 'x'",
    "json_valid(s)",
    "NOT json_valid(s) OR flag",
    "json_valid(s) AND a = 1",
    "a IS NULL = flag",
    "(a IS NULL) IS NOT NULL",
    "0 = a",
    "0 <> a",
    "1 = 1",
    "CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' ELSE NULL END = s",
    "CASE WHEN a > 1 THEN 'x' END IS NULL",
    "NULL",
    "a > NULL",
    "flag = (a > 1 AND b > 1)",
    "pi() > 3",
];

/// Values, as a user writes them.
const VALUES: &[&str] = &[
    "flag",
    "NOT flag",
    "a",
    "TRUE",
    "a > 1",
    "flag AND a = 1",
    "a + b",
    "a / b * 2",
    "s || '-' || a",
    "coalesce(flag, FALSE)",
    "CASE WHEN flag THEN 1 ELSE 2 END",
    "CASE WHEN a > 1 THEN flag ELSE TRUE END",
    "lower(trim(s))",
    "x'00FF'",
    "'it''s'",
    "-1",
    "NULL",
    "(a + 1) % 2",
    "round(d, 2)",
    "EXTRACT(YEAR FROM dt)",
    "substring(s, 1, 1)",
    "if(a > 1, 'x', 'y')",
    "dt + INTERVAL '3 days'",
    "a::text",
    "CAST(s AS DATE)",
    "\"gr`öße\" + 1",
];

/// Defaults that are no literals.
const DEFAULTS: &[&str] = &[
    "now()",
    "CURRENT_TIMESTAMP",
    "CURRENT_TIMESTAMP(3)",
    "localtimestamp",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP AT TIME ZONE 'UTC'",
    "(now() AT TIME ZONE 'utc')",
    "gen_random_uuid()",
    "random()",
    "now() + INTERVAL '30 days'",
    "'x' || 'y'",
    "1 + 1",
    "'ä☃' || E'\\n\\'\\\\'",
];

/// Parts of indexes.
const PARTS: &[&str] = &[
    "lower(s)",
    "a + 1",
    "s || 'ä''\\' || t",
    "CAST(a AS VARCHAR(9))",
    "coalesce(a, 0) * -1",
    "a > 1",
    "CAST(dt AS DATE)",
    "\"gr`öße\" + 1",
];

type Catalog = fn(&Trial, &[String]) -> Vec<String>;

#[track_caller]
fn check(texts: &[&str], catalog: Catalog, context: impl Fn(Server) -> Context<'static>) {
    check_on(&SERVERS, texts, catalog, context);
}

#[track_caller]
fn check_on(
    servers: &[Server],
    texts: &[&str],
    catalog: Catalog,
    context: impl Fn(Server) -> Context<'static>,
) {
    let mut wrong = String::new();
    for server in servers.iter().copied() {
        let trial = Trial::new(server);
        let context = context(server);
        let translated: Vec<(&str, String)> = texts
            .iter()
            .map(|text| (*text, context.translate(text).unwrap_or_else(|error| panic!("{text}: {error}"))))
            .collect();
        let told: Vec<String> = translated.iter().map(|(_, told)| told.clone()).collect();
        let printed = catalog(&trial, &told);
        assert_eq!(printed.len(), told.len());
        for ((text, told), printed) in translated.iter().zip(&printed) {
            let (read, form) = (context.read(printed), context.canonical(text));
            if read != form {
                writeln!(wrong, "{:?}", server.flavor).expect("writes");
                let parts =
                    [("text", *text), ("form", &form), ("told", told), ("printed", printed), ("read", &read)];
                parts.iter().for_each(|(what, it)| writeln!(wrong, "  {what:8}{it}").expect("writes"));
            }
            // What was read can be told again, and comes out the same.
            assert_eq!(context.canonical(&read), read, "the form of a form: {printed}");
            context.translate(&read).unwrap_or_else(|error| panic!("{printed} was read as {read}: {error}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn known() -> &'static [Column] {
    columns().leak()
}

#[test]
fn checks_are_read_as_they_were_written() {
    check(CONDITIONS, Trial::checks, |server| Context::new(server).condition().with_columns(known()));
}

#[test]
fn checks_over_unknown_columns_are_read_as_they_were_written() {
    let texts: Vec<&str> = CONDITIONS.iter().copied().filter(|text| !text.contains(" / ")).collect();
    check(&texts, Trial::checks, |server| Context::new(server).condition());
}

#[test]
fn generated_columns_are_read_as_they_were_written() {
    check(VALUES, Trial::generated, |server| Context::new(server).with_columns(known()));
}

#[test]
fn parts_of_indexes_are_read_as_they_were_written() {
    // MariaDB has none.
    check_on(&[MYSQL], PARTS, Trial::parts, |server| Context::new(server).with_columns(known()));
}

#[test]
fn defaults_are_read_as_they_were_written() {
    check(DEFAULTS, Trial::defaults, Context::new);
}

/// Expressions of MySQL's own.
const OWN: &[&str] = &[
    "a / 2 > 1",
    "a div 2 > 1",
    "d div 2 > 1",
    "a | b & 3",
    "~a > 1",
    "a << 2 > b >> 1",
    "a xor b",
    "!(a xor flag)",
    "cast(a | b as signed) = 1",
    "cast(s as unsigned) > 1",
    "cast(s as binary) = s",
    "binary s = t",
    "cast(s as char(3) character set latin1) = s",
    "cast(s as decimal) > 1",
    "cast(dt as datetime) = dt",
    "convert(s using latin1) = s",
    "s regexp '^x'",
    "s not regexp '^x'",
    "s = _latin1'x'",
    "s = _binary'x'",
    "a = b'101'",
    "s = x'4a' or s = 0x00",
    "greatest(a, b) > least(a, 1)",
    "length(s) > 1",
    "left(s, a) = right(s, -1)",
    "substring(s, a) = mid(s, 0, 2)",
    "locate('x', s, 2) > 0",
    "instr(s, 'x') > 0",
    "if(a > 1, b, 0) > 1",
    "ifnull(a, 0) > 1",
    "isnull(a)",
    "extract(second from dt) > extract(year_month from dt)",
    "dt + interval 1 hour > dt - interval a minute",
    "dt + interval '1:2' hour_minute > dt",
    "dt > date_add(dt, interval 1.5 second)",
    "timestampdiff(day, dt, dt) > 1",
    "year(dt) > month(da)",
    "date_format(dt, '%Y') = s",
    "datediff(dt, da) > 1",
    "json_extract(j, '$.a') = 1",
    "json_unquote(json_extract(j, '$.a')) = 'x'",
    "json_contains(j, '1')",
    "not json_contains(j, '1')",
    "json_length(j) > 1",
    "strcmp(s, t)",
    "field(s, 'a', 'b') > 0",
    "concat(s) = 'x'",
    "concat_ws(',', s, t) = s",
    "truncate(d, 1) > 1",
    "log(2, a) > log(a) + log10(a)",
    "atan(a, b) > atan(a)",
    "trim(both 'xy' from s) = s",
    "s collate utf8mb4_bin = 'x'",
    "a > 0 = b > 0",
    "a = 1 is null",
    "case a when 1 then 'x' end is not null",
    "a is true and (a > 1) is not false",
    "dt > timestamp'2026-11-22 10:00:00' or da = date'2026-11-22'",
    "a in (1) and a not in (1, 2)",
    "(a, b) in ((1, 2)) or (a, b) > (1, 2)",
    "-(-a) > - -1",
    "a % 2 = a mod 3",
    "char(65 using utf8mb4) = s",
    "bit_count(a) > 1",
    "s like 'a|%' escape '|'",
    "coalesce(null, a) <=> null",
];

/// What was read from a catalog can be told the server again, and comes out the
/// same.
#[track_caller]
fn check_own(texts: &[&str], catalog: Catalog, context: impl Fn(Server) -> Context<'static>) {
    let mut wrong = String::new();
    for server in SERVERS {
        let trial = Trial::new(server);
        let context = context(server);
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let first = catalog(&trial, &texts);
        let read: Vec<String> = first.iter().map(|printed| context.read(printed)).collect();
        let translated = read.iter().zip(&first).map(|(read, printed)| {
            context.translate(read).unwrap_or_else(|error| panic!("{printed} was read as {read}: {error}"))
        });
        let told: Vec<String> = translated.collect();
        let second = catalog(&trial, &told);
        for (((first, read), told), second) in first.iter().zip(&read).zip(&told).zip(&second) {
            if context.read(second) != *read || context.canonical(read) != *read {
                writeln!(wrong, "{:?}", server.flavor).expect("writes");
                let parts = [("first", first), ("read", read), ("told", told), ("second", second)];
                parts.iter().for_each(|(what, it)| writeln!(wrong, "  {what:8}{it}").expect("writes"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn expressions_of_mysqls_own_survive() {
    check_own(OWN, Trial::generated, |server| Context::new(server).with_columns(known()));
    check_own(OWN, Trial::generated, Context::new);
}
