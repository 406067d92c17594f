mod laws;
mod mysql;
mod postgresql;

use expect_test::expect;

use super::*;
use crate::sql::fixtures::BACKSLASHED;

/// The rules of MySQL's kin.
const MYSQL: Dialect = Dialect {
    syntax: BACKSLASHED,
    precedence: Precedence::MYSQL,
    pipes: Pipes::Or,
    caret: Caret::BitXor,
    ampersands: true,
    bang: true,
    null_safe_equality: true,
    word_operators: true,
    interval_units: true,
    double_colon_casts: false,
    symbol_operators: false,
    introducers: true,
    strings_adjoin: true,
    own_types: &["char", "binary", "float"],
    quote_all: true,
};

#[track_caller]
fn check(text: &str, expected: &str) {
    let expr = parse(text, &Dialect::PORTABLE).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(canonical(&expr), expected, "{text}");
    assert_eq!(parse(expected, &Dialect::PORTABLE).as_ref(), Ok(&expr), "{expected}");
}

/// Reads under the rules of MySQL, and writes both ways.
#[track_caller]
fn check_mysql(text: &str, portable: &str, native: &str) {
    let expr = parse(text, &MYSQL).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(canonical(&expr), portable, "{text}");
    assert_eq!(write(&expr, &MYSQL), native, "{text}");
    assert_eq!(parse(native, &MYSQL).as_ref(), Ok(&expr), "{native}");
}

#[test]
fn ways_to_write_the_same_have_one_form() {
    check("a=1", "a = 1");
    check("A != /* one */ 1 -- two", "a <> 1");
    check("\"a\" == \"B\"", "a = \"B\"");
    check("a isnull and b NotNull", "a IS NULL AND b IS NOT NULL");
    check("a::int", "CAST(a AS INTEGER)");
    check("a::pg_catalog.int4[]", "CAST(a AS INTEGER[])");
    check("a::varchar(3)::text", "CAST(CAST(a AS VARCHAR(3)) AS TEXT)");
    check("cast (a as timestamp(3) with time zone)", "CAST(a AS TIMESTAMPTZ(3))");
    check("cast(a as int array)", "CAST(a AS INTEGER[])");
    check("a::int array[3]", "CAST(a AS INTEGER[])");
    check("a::Mood = b::\"Mood\"", "CAST(a AS mood) = CAST(b AS \"Mood\")");
    check("timestamp with time zone '2026-11-22'", "TIMESTAMPTZ '2026-11-22'");
    check("timestamp(3) '2026-11-22'", "CAST('2026-11-22' AS TIMESTAMP(3))");
    check("interval '1' day to second", "CAST('1' AS interval day to second)");
    check("e'it\\'s' || $$it's$$ || $x$\\$x$", r"'it''s' || 'it''s' || '\'");
    check("'a'\n  'b'", "'ab'");
    check("x'00FF' || B'101'", "x'00ff' || b'101'");
    check("1E5 + .5 + 1.", "1e5 + .5 + 1.");
    check("trim(a) || trim(both from a)", "trim(a) || trim(a)");
    check("trim(leading from a) || trim('x' from a)", "ltrim(a) || TRIM(BOTH 'x' FROM a)");
    check("extract('Year' from a)", "EXTRACT(YEAR FROM a)");
    check("\"position\"(a, b) > position(a in b)", "\"position\"(a, b) > POSITION(a IN b)");
    check("a or (b or c) or d", "a OR b OR c OR d");
    check("(a || b) || (c || d)", "a || b || (c || d)");
    check("f(distinct a, b => 1, variadic c)", "f(DISTINCT a, b => 1, VARIADIC c)");
    check(
        "sum(a) filter (where b) over (w partition by c order by d desc nulls last rows unbounded preceding)",
        "sum(a) FILTER (WHERE b) OVER (w PARTITION BY c ORDER BY d DESC NULLS LAST ROWS UNBOUNDED PRECEDING)",
    );
    check("count(*) + count(t.*)", "count(*) + count(t.*)");
    check("string_agg(a, ',' order by a)", "string_agg(a, ',' ORDER BY a)");
    check("a in (select  b -- all\n from c)", "a IN (select b from c)");
    check("not exists(select (1)) or a = any(values (1))", "NOT EXISTS (select (1)) OR a = ANY (values (1))");
    check("row(a) = row(a, b) and (a, b) < (1, 2)", "ROW(a) = (a, b) AND (a, b) < (1, 2)");
    check("array[[1, 2], [3]][1:]", "ARRAY[ARRAY[1, 2], ARRAY[3]][1:]");
    check("(f(a)).b.c", "(f(a)).b.c");
    check("a between symmetric 1 and 2", "a BETWEEN SYMMETRIC 1 AND 2");
    check("a ~~* any (b) is not true", "a ~~* ANY (b) IS NOT TRUE");
    check("a->>'x' @> b <-> c", "a ->> 'x' @> b <-> c");
    check("a is json object", "a IS JSON OBJECT");
    check("\"left\" = left(a, 1)", "\"left\" = left(a, 1)");
    check("date = \"date\" and time > 1", "\"date\" = \"date\" AND \"time\" > 1");
    check("current_timestamp(3) < now()", "CURRENT_TIMESTAMP(3) < now()");
}

#[test]
fn parentheses_stay_where_databases_disagree() {
    check("a + b * c - d", "a + b * c - d");
    check("a - (b - c)", "a - (b - c)");
    check("(a - b) - c", "a - b - c");
    check("a || b + c", "a || (b + c)");
    check("(a || b) + c", "(a || b) + c");
    check("a | b & c", "(a | b) & c");
    check("a = b is null", "(a = b) IS NULL");
    check("not a = b and not (c and d)", "NOT a = b AND NOT (c AND d)");
    check("a = b like c", "a = (b LIKE c)");
    check("-a ^ 2", "-a ^ 2");
    check("-(a ^ 2)", "-(a ^ 2)");
    check("- -a", "-(-a)");
    check("~a + 1", "~(a + 1)");
    check("a < b = c", "(a < b) = c");
    check("-a collate c", "(-a) COLLATE c");
    check("a is distinct from b or c", "a IS DISTINCT FROM b OR c");
    check("a between b + 1 and c and d", "a BETWEEN b + 1 AND c AND d");
    check("a in (1) = b", "(a IN (1)) = b");
    check("(a and b) or (c and d)", "a AND b OR c AND d");
    check("a<-1 and b*-c>+d", "a < -1 AND b * -c > +d");
}

#[test]
fn mysql_groups_and_spells_in_its_own_way() {
    check_mysql("a || b && c", "a OR b AND c", "`a` OR `b` AND `c`");
    check_mysql("a | b & c", "a | (b & c)", "`a` | `b` & `c`");
    check_mysql("a = b is null", "(a = b) IS NULL", "(`a` = `b`) IS NULL");
    check_mysql("a > 0 = b > 0", "((a > 0) = b) > 0", "((`a` > 0) = `b`) > 0");
    check_mysql("!a <=> b", "(NOT a) IS NOT DISTINCT FROM b", "(NOT `a`) <=> `b`");
    check_mysql("-a ^ 2", "-a # 2", "-`a` ^ 2");
    check_mysql("a div 2 mod 3", "a DIV 2 % 3", "`a` DIV 2 % 3");
    check_mysql("a xor not b", "a XOR NOT b", "`a` XOR NOT `b`");
    check_mysql(
        r"a = _utf8mb4'it\'s \\ \%' 'x'",
        r"a = _utf8mb4'it''s \ \%x'",
        r"`a` = _utf8mb4'it''s \\ \\%x'",
    );
    check_mysql("\"a\\\"\"\"b\" rlike 0xfF", "'a\"\"b' REGEXP 0xff", "'a\"\"b' REGEXP 0xff");
    check_mysql("binary a", "CAST(a AS binary)", "CAST(`a` AS binary)");
    check_mysql("d + interval -1 day", "d + INTERVAL -1 DAY", "`d` + INTERVAL -1 DAY");
    check_mysql(
        "cast(a as char(3) charset binary)",
        "CAST(a AS char(3) charset binary)",
        "CAST(`a` AS char(3) charset binary)",
    );
    check_mysql("convert(a, signed integer)", "CAST(a AS signed)", "CAST(`a` AS signed)");
    check_mysql("Convert(a using UTF8MB4)", "convert(a USING utf8mb4)", "convert(`a` USING utf8mb4)");
    check_mysql("a member of (b)", "a MEMBER OF (b)", "`a` MEMBER OF (`b`)");
    check_mysql("--a--1", "-(-a) - -1", "-(-`a`) - -1");
    check_mysql("LEFT(a, 1) = `LEFT`", "left(a, 1) = \"LEFT\"", "left(`a`, 1) = `LEFT`");
    check_mysql("current_timestamp()", "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP");
}

#[test]
fn what_is_no_expression_is_an_error() {
    let errors: String = [
        "",
        "a b",
        "a +",
        "(a",
        "a)",
        "a,b",
        "'x",
        "a = /* b",
        "select 1",
        "a from b",
        "case end",
        "a[",
        "a[]",
        "cast(a)",
        "a::",
        "1x",
        "'a' 'b'",
        "a is b",
        "a not b",
        "x'0g'",
        "e'\\0'",
        "a.",
        "\"\"",
        "a = * b",
        "a; b",
        "a::varchar(0)",
        "U&'a'",
        "and",
        "a in ()",
        "?",
        "position(a, b)",
    ]
    .iter()
    .map(|text| match parse(text, &Dialect::PORTABLE) {
        Ok(expr) => panic!("{text} became {expr:?}"),
        Err(error) => format!("{text} -> {}: {error}\n", error.offset),
    })
    .collect();
    expect![[r#"
         -> 0: the expression ends too early
        a b -> 2: unexpected `b`
        a + -> 3: the expression ends too early
        (a -> 2: expected `)`, found the end
        a) -> 1: unexpected `)`
        a,b -> 1: unexpected `,`
        'x -> 0: a literal or comment has no end
        a = /* b -> 4: a literal or comment has no end
        select 1 -> 0: unexpected `select`
        a from b -> 2: unexpected `from`
        case end -> 5: unexpected `end`
        a[ -> 2: the expression ends too early
        a[] -> 2: unexpected `]`
        cast(a) -> 6: expected `AS`, found `)`
        a:: -> 3: the expression ends too early
        1x -> 0: `1x` is no number
        'a' 'b' -> 4: unexpected `'b'`
        a is b -> 5: unexpected `b`
        a not b -> 2: unexpected `not`
        x'0g' -> 0: `0g` is no hexadecimal number
        e'\0' -> 0: string e'\0' has an escape that is no character
        a. -> 2: the expression ends too early
        "" -> 0: unexpected `""`
        a = * b -> 4: unexpected `*`
        a; b -> 1: unexpected `;`
        a::varchar(0) -> 3: the length of `varchar` is at least 1
        U&'a' -> 0: unexpected `U`
        and -> 0: unexpected `and`
        a in () -> 6: unexpected `)`
        ? -> 1: the expression ends too early
        position(a, b) -> 10: expected `IN`, found `,`
    "#]]
    .assert_eq(&errors);
}

#[test]
fn long_is_fine_and_deep_is_an_error() {
    let long = |between: &str| vec!["a"; 20_000].join(between);
    for between in [" AND ", " OR ", " || ", ", "] {
        let text = format!("f({})", long(between));
        check(&text, &text);
    }
    let deep = |open: &str, close: &str| format!("{}a{}", open.repeat(20_000), close.repeat(20_000));
    for text in [
        long(" + "),
        deep("(", ")"),
        deep("- ", ""),
        deep("NOT ", ""),
        deep("f(", ")"),
        deep("ARRAY[", "]"),
        deep("[", "]").replacen('[', "ARRAY[", 1),
        deep("CASE WHEN ", " THEN b END"),
        deep("", "::int"),
        deep("", "[1]"),
        deep("a = ANY (", ")"),
        deep("a IN (", ")"),
    ] {
        let error = parse(&text, &Dialect::PORTABLE).expect_err("is too deep");
        assert!(error.message.contains("deep"), "{error}");
    }
    let nested = |levels: usize| format!("{}a{}", "(1 + ".repeat(levels), ")".repeat(levels));
    assert!(parse(&nested(50), &Dialect::PORTABLE).is_ok());
}

#[test]
fn a_prefix_ends_where_the_expression_does() {
    let text = "SET a = b + 1, c = d AND e WHERE f";
    let (expr, end) = parse_at(text, 8, &Dialect::PORTABLE).expect("is an expression");
    assert_eq!((canonical(&expr).as_str(), end), ("b + 1", 13));
    let (expr, end) = parse_at(text, 19, &Dialect::PORTABLE).expect("is an expression");
    assert_eq!((canonical(&expr).as_str(), &text[end..]), ("d AND e", " WHERE f"));
}

#[test]
fn trees_are_rewritten_from_the_leaves_up() {
    let expr = parse("a + f(b, CASE WHEN c THEN d END) IN (e)", &Dialect::PORTABLE).expect("parses");
    let mut seen = Vec::new();
    expr.visit(&mut |part| seen.extend(part.as_column().map(|name| name.as_str())));
    assert_eq!(seen, ["a", "b", "c", "d", "e"]);
    let renamed = expr.clone().transform::<()>(&mut |part| match part.as_column() {
        Some(name) => Ok(Expr::column(format!("{name}{name}"))),
        None => Ok(part),
    });
    let renamed = canonical(&renamed.expect("does not fail"));
    assert_eq!(renamed, "aa + f(bb, CASE WHEN cc THEN dd END) IN (ee)");
    assert_eq!(expr.transform(&mut |_| Err("no")), Err("no"));
}
