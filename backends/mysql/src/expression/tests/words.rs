//! What expressions become, word for word, and what is refused.

use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(to_mysql(text, MYSQL).unwrap_or_else(|error| panic!("{text}: {error}")), expected, "{text}");
}

#[test]
fn expressions_are_translated() {
    check("A = \"B\" AND t.c IS NULL", "`a` = `B` AND `t`.`c` IS NULL");
    check(r"a = 'it''s \'", r"`a` = 'it''s \\'");
    check(r"a = E'it\'s \\' || $$it's$$", r"`a` = concat('it''s \\', 'it''s')");
    check("a || b || (c || d) LIKE 'x'", "concat(`a`, `b`, concat(`c`, `d`)) LIKE 'x'");
    check("a::text || b::integer", "concat(CAST(`a` AS CHAR), CAST(`b` AS SIGNED))");
    check("a = 'x'::text AND b = '-5'::integer", "`a` = 'x' AND `b` = -5");
    check("a IS DISTINCT FROM b", "NOT `a` <=> `b`");
    check("a = ANY (ARRAY[1, 2])", "`a` IN (1, 2)");
    check("length(a) / 2 + 1.0 / b", "char_length(`a`) DIV 2 + 1.0 / `b`");
    check("now() - interval '1 mon'", "CURRENT_TIMESTAMP(6) - INTERVAL 1 MONTH");
    check("CURRENT_TIMESTAMP(3) AT TIME ZONE 'utc'", "utc_timestamp(3)");
    check("position('x' IN a) + strpos(a, 'y')", "locate('x', `a`) + locate('y', `a`)");
    check("concat(a, NULL, 'x', b)", "concat(coalesce(`a`, ''), '', 'x', coalesce(`b`, ''))");
    check("CAST('{}' AS jsonb)", "CAST('{}' AS JSON)");
    check(r"'\xDEad'::bytea", "x'dead'");
    check("B'101'", "b'101'");
    check("(a & b) # 3", "CAST(CAST(`a` & `b` AS SIGNED) ^ 3 AS SIGNED)");
    check("NOT (a AND NOT b)", "NOT (`a` AND NOT `b`)");
    check("a COLLATE \"C\" < b", "`a` COLLATE `utf8mb4_bin` < `b`");
    check("mysql.date_format(a, '%Y') = mysql.\"DIV\"(b, 2)", "date_format(`a`, '%Y') = `b` DIV 2");
    check("mysql.timestampdiff(\"DAY\", a, b)", "timestampdiff(DAY, `a`, `b`)");
    check("mysql.verbatim('match (`a`) against (1)')", "(match (`a`) against (1))");
}

#[test]
fn a_check_of_no_comparison_becomes_one() {
    let check = |text: &str, expected: &str| {
        let columns = columns();
        let context = Context::new(MYSQL).condition().with_columns(&columns);
        assert_eq!(context.translate(text).expect(text), expected);
    };
    check("flag", "`flag` <> 0");
    check("flag AND a = 1", "`flag` AND `a` = 1");
    check("coalesce(flag, TRUE)", "coalesce(`flag`, TRUE) <> 0");
    check("json_valid(s)", "json_valid(`s`)");
    check("a / 2 = 1", "`a` DIV 2 = 1");
    check("d / 2 = 1", "`d` / 2 = 1");
}

#[test]
fn columns_of_other_tables_are_not_known() {
    let columns = columns();
    let context = Context::new(MYSQL).with_columns(&columns);
    let translated = context.translate_dml("UPDATE t SET a = a / 2 WHERE a > d / 2");
    assert_eq!(translated.expect("translates"), "UPDATE `t` SET `a` = `a` DIV 2 WHERE `a` > `d` / 2");
    for sql in [
        "UPDATE t SET a = (SELECT a / 2 FROM o)",
        "INSERT INTO t (a) SELECT a / 2 FROM o",
        "DELETE FROM t WHERE EXISTS (SELECT 1 FROM (SELECT a / 2 FROM o) x)",
    ] {
        context.translate_dml(sql).expect_err(sql);
    }
}

#[test]
fn forms_say_what_users_would() {
    let check = |printed: &str, expected: &str| {
        let columns = columns();
        let context = Context::new(MYSQL).condition().with_columns(&columns);
        assert_eq!(context.read(printed), expected);
        assert_eq!(context.canonical(expected), expected);
    };
    check("(0 <> `flag`)", "flag");
    check("`flag` = 0", "NOT flag");
    check("`flag` = 1", "flag = TRUE");
    check("((`weird COL` DIV 2) = 1)", "\"Weird col\" / 2 = 1");
    check(r"(`s` like _utf8mb4\'it\\\'s\')", "s LIKE 'it''s'");
    check("(`s` = _utf8mb4'Ã¤')", "s = 'ä'");
    check("(cast(`a` as char charset utf8mb4) <> concat(`s`,_utf8mb4'x'))", "CAST(a AS TEXT) <> s || 'x'");
    check("(`s` = _latin1'x')", "s = 'x'");
    check("(`s` = _latin1'ä')", "s = mysql._latin1('ä')");
    check("(`dt` > now(6))", "dt > CURRENT_TIMESTAMP");
    check("(`dt` > (now(3) - interval 2 day))", "dt > CURRENT_TIMESTAMP(3) - INTERVAL '2 day'");
    check("not(match `s` against (1))", "mysql.verbatim('not(match `s` against (1))')");
    check("", "mysql.verbatim('')");
}

#[test]
fn texts_that_cannot_be_read_are_their_own_form() {
    assert_eq!(canonical(" a b "), "a b");
    assert_eq!(from_mysql("a b", MYSQL), "mysql.verbatim('a b')");
    assert_eq!(canonical("mysql.verbatim('a b')"), "mysql.verbatim('a b')");
}

#[test]
fn what_mysql_lacks_is_refused() {
    let refused: String = [
        "a ILIKE 'x'",
        "a ~ '^x'",
        "~a",
        "a >> 1",
        "a @> b",
        "a -> 'x'",
        "a SIMILAR TO 'x'",
        "ARRAY[1, 2]",
        "a[1]",
        "a = ANY (b)",
        "a IS JSON",
        "a BETWEEN SYMMETRIC 1 AND 2",
        "INTERVAL '1 day'",
        "a + INTERVAL '1 day 2 hours'",
        "now() + 1",
        "CURRENT_DATE - CURRENT_DATE",
        "a AT TIME ZONE 'UTC'",
        "EXTRACT(epoch FROM a)",
        "date_trunc('day', a)",
        "lower(a, b)",
        "greatest(a, b)",
        "string_agg(a, ',')",
        "format('%s', a)",
        "substring(a, b)",
        "left(a, -1)",
        "trim(BOTH 'xy' FROM a)",
        "app.f(a)",
        "f(x => 1)",
        "a / b",
        "(a > 1) || 'x'",
        "(a > 1)::text",
        "a::boolean",
        "a::bytea",
        "a::inet",
        "a::integer[]",
        "a::numeric(70, 2)",
        "timestamptz '2026-11-22 10:00:00+02'",
        "CURRENT_USER",
        "a COLLATE \"de-DE-x-icu\"",
        "$1",
        "ROW(a)",
        r"E'\u0000'",
        "sum(a) FILTER (WHERE b)",
        "(a",
        "a; DROP TABLE t",
    ]
    .iter()
    .map(|text| match to_mysql(text, MYSQL) {
        Ok(translated) => panic!("{text} became {translated}"),
        Err(error) => format!("{text} -> {error}\n"),
    })
    .collect();
    expect![[r#"
        a ILIKE 'x' -> MySQL does not support ILIKE; write this for other databases under `@only`
        a ~ '^x' -> MySQL does not support the operator `~`; write this for other databases under `@only`
        ~a -> MySQL does not support the operator `~`; write this for other databases under `@only`
        a >> 1 -> MySQL does not support the operator `>>`; write this for other databases under `@only`
        a @> b -> MySQL does not support the operator `@>`; write this for other databases under `@only`
        a -> 'x' -> MySQL does not support the operator `->`; write this for other databases under `@only`
        a SIMILAR TO 'x' -> MySQL does not support SIMILAR TO; write this for other databases under `@only`
        ARRAY[1, 2] -> MySQL does not support arrays; write this for other databases under `@only`
        a[1] -> MySQL does not support arrays; write this for other databases under `@only`
        a = ANY (b) -> MySQL does not support ANY and ALL of arrays; write this for other databases under `@only`
        a IS JSON -> MySQL does not support IS JSON; write this for other databases under `@only`
        a BETWEEN SYMMETRIC 1 AND 2 -> MySQL does not support BETWEEN SYMMETRIC; write this for other databases under `@only`
        INTERVAL '1 day' -> cast to `interval` on MySQL: a length of time is one amount and unit, added to or taken from a date or time; write it under `@only`
        a + INTERVAL '1 day 2 hours' -> cast to `interval` on MySQL: a length of time is one amount and unit, added to or taken from a date or time; write it under `@only`
        now() + 1 -> MySQL does not support sums of dates and times other than with `INTERVAL '…'`; write this for other databases under `@only`
        CURRENT_DATE - CURRENT_DATE -> MySQL does not support sums of dates and times other than with `INTERVAL '…'`; write this for other databases under `@only`
        a AT TIME ZONE 'UTC' -> MySQL does not support AT TIME ZONE; write this for other databases under `@only`
        EXTRACT(epoch FROM a) -> MySQL does not support EXTRACT(EPOCH FROM …); write this for other databases under `@only`
        date_trunc('day', a) -> function `date_trunc` is none that can be translated to MySQL; write this under `@only`
        lower(a, b) -> function `lower` of 2 arguments is none that can be translated to MySQL
        greatest(a, b) -> function `greatest` means something else on MySQL: it gives NULL as soon as one argument is NULL; write this under `@only`
        string_agg(a, ',') -> function `string_agg` means something else on MySQL: its result would be cut at a limit that the session sets; write this under `@only`
        format('%s', a) -> function `format` means something else on MySQL: build the text with `||` instead; write this under `@only`
        substring(a, b) -> the place of `substring` must be known to be at least 1: else it means something else on MySQL
        left(a, -1) -> the length of `left` and `right` must be known to be at least 0: else it means something else on MySQL
        trim(BOTH 'xy' FROM a) -> MySQL does not support TRIM of other than one character; write this for other databases under `@only`
        app.f(a) -> MySQL does not support functions in namespaces; write this for other databases under `@only`
        f(x => 1) -> MySQL does not support named and variadic arguments; write this for other databases under `@only`
        a / b -> whether `/` divides whole numbers is not known here, and on MySQL that makes a difference; cast an operand: `CAST(x AS NUMERIC)` or `CAST(x AS INTEGER)`
        (a > 1) || 'x' -> MySQL does not support truth values as text, which `||` makes of them; write this for other databases under `@only`
        (a > 1)::text -> MySQL does not support truth values as text; write this for other databases under `@only`
        a::boolean -> cast to `BOOLEAN` on MySQL: a comparison such as `x <> 0` says what is true; write it under `@only`
        a::bytea -> cast to `BLOB` on MySQL: only a literal of bytes is one; write it under `@only`
        a::inet -> cast to `inet` on MySQL: there is no such type; write it under `@only`
        a::integer[] -> cast to `INTEGER[]` on MySQL: there is no such type; write it under `@only`
        a::numeric(70, 2) -> cast to `NUMERIC(70, 2)` on MySQL: it has at most 65 digits, 30 of them behind the point; write it under `@only`
        timestamptz '2026-11-22 10:00:00+02' -> cast to `TIMESTAMP` on MySQL: timestamps have no zone; write it under `@only`
        CURRENT_USER -> MySQL does not support CURRENT_USER; write this for other databases under `@only`
        a COLLATE "de-DE-x-icu" -> MySQL has no collation `de-DE-x-icu`
        $1 -> MySQL does not support parameters in expressions; write this for other databases under `@only`
        ROW(a) -> MySQL does not support ROW of fewer than two values; write this for other databases under `@only`
        E'\u0000' -> `E'\u0000'` is no expression that can be translated to MySQL: string E'\u0000' has an escape that is no character
        sum(a) FILTER (WHERE b) -> MySQL does not support FILTER; write this for other databases under `@only`
        (a -> `(a` is no expression that can be translated to MySQL: expected `)`, found the end
        a; DROP TABLE t -> `a; DROP TABLE t` is no expression that can be translated to MySQL: unexpected `;`
    "#]].assert_eq(&refused);
}

proptest::proptest! {
    #[test]
    fn no_text_panics(
        text in r#"([a-c(),.:;'"`*/ +~@|$<>=!&-]|CAST\(|AS |int|E'|::|length\(|mysql\.| IN | AND | NOT | IS |CASE WHEN | THEN | END|NULL|SELECT | FROM |INSERT INTO |VALUES \(|UPDATE | SET |é|\\|0){0,30}"#
    ) {
        let _ = dml_to_mysql(&text, MYSQL);
        let _ = query_to_mysql(&text, MYSQL);
        let read = from_mysql(&text, MYSQL);
        let form = canonical(&text);
        proptest::prop_assert_eq!(canonical(&form), form);
        proptest::prop_assert_eq!(canonical(&read), read);
        let _ = to_mysql(&text, MYSQL);
    }
}
