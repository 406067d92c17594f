//! Statements and queries.

use std::{fmt::Write as _, time::Instant};

use super::{
    server::{SERVERS, Trial},
    *,
};

const TABLES: &str = "CREATE TABLE t (a INT, b INT, s VARCHAR(50), flag TINYINT(1), d DECIMAL(10,2), dt DATETIME(6));\
     CREATE TABLE `Other` (a INT, `Total` INT, s VARCHAR(50))";

/// Translates for each server, and asks it whether it understands.
#[track_caller]
fn check_with(translate: fn(&str, Server) -> Result<String, BackendError>, texts: &[(&str, &str)]) {
    for server in SERVERS {
        let trial = Trial::new(server);
        TABLES.split(';').for_each(|sql| trial.database.run(sql));
        for (text, expected) in texts {
            let translated = translate(text, server).unwrap_or_else(|error| panic!("{text}: {error}"));
            let expected = match server.flavor {
                crate::server::Flavor::MySql => (*expected).to_owned(),
                crate::server::Flavor::MariaDb => expected.replace("ROW(", "(").replace(
                    "(VALUES (1, 'a'), (2, 'b')) AS `x` (`c`, `d`)",
                    "(WITH `x` (`c`, `d`) AS (VALUES (1, 'a'), (2, 'b')) SELECT * FROM `x`) AS `x`",
                ),
            };
            assert_eq!(translated, expected, "{text}");
            if let Err(error) = trial.rows(&translated) {
                panic!("{:?}: {translated}: {error}", server.flavor);
            }
        }
    }
}

#[test]
fn changes_are_translated() {
    check_with(
        dml_to_mysql,
        &[
            (
                "INSERT INTO t (a, \"s\") VALUES (1, 'it''s')",
                "INSERT INTO `t` (`a`, `s`) VALUES (1, 'it''s')",
            ),
            (
                r"insert into T values (-1, 2+3, 'a\b', true, 1.5, default);",
                r"INSERT INTO `t` VALUES (-1, 2 + 3, 'a\\b', true, 1.5, default)",
            ),
            (
                r"INSERT INTO t (s) VALUES (E'a\n\\b'), ($$it's$$), ('x' || 'y')",
                "INSERT INTO `t` (`s`) VALUES ('a\n\\\\b'), ('it''s'), (concat('x', 'y'))",
            ),
            ("INSERT INTO t DEFAULT VALUES", "INSERT INTO `t` () VALUES ()"),
            (
                "INSERT INTO t (a) SELECT \"Total\" FROM \"Other\" WHERE a NOT IN (SELECT a FROM t)",
                "INSERT INTO `t` (`a`) SELECT `Total` FROM `Other` WHERE `a` NOT IN (SELECT `a` FROM `t`)",
            ),
            ("INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES (1)", "INSERT INTO `t` (`a`) VALUES (1)"),
            (
                "WITH x AS MATERIALIZED (SELECT 1 AS a) INSERT INTO t (a) SELECT a FROM x",
                "INSERT INTO `t` (`a`) WITH `x` AS (SELECT 1 AS `a`) SELECT `a` FROM `x`",
            ),
            ("INSERT INTO t (a) (SELECT 1)", "INSERT INTO `t` (`a`) (SELECT 1)"),
            (
                "INSERT INTO t (dt) VALUES (now()), (CURRENT_TIMESTAMP AT TIME ZONE 'UTC'), (timestamp '2026-11-22 10:00:00')",
                "INSERT INTO `t` (`dt`) VALUES (CURRENT_TIMESTAMP(6)), (utc_timestamp(6)), (CAST('2026-11-22 10:00:00' AS DATETIME(6)))",
            ),
            (
                "UPDATE t SET a = a + 1, s = lower(s) || '!' WHERE flag IS NOT TRUE",
                "UPDATE `t` SET `a` = `a` + 1, `s` = concat(lower(`s`), '!') WHERE `flag` IS NOT TRUE",
            ),
            (
                "UPDATE t AS x SET (a, b) = (1, DEFAULT) WHERE x.s IS NULL",
                "UPDATE `t` AS `x` SET `a` = 1, `b` = DEFAULT WHERE `x`.`s` IS NULL",
            ),
            // One after the other, `b` would get the new `a`.
            ("UPDATE t SET a = 1, b = a", "UPDATE `t` SET `b` = `a`, `a` = 1"),
            (
                "UPDATE t SET a = (SELECT max(o.a) FROM \"Other\" o WHERE o.s = t.s)",
                "UPDATE `t` SET `a` = (SELECT max(`o`.`a`) FROM `Other` AS `o` WHERE `o`.`s` = `t`.`s`)",
            ),
            ("DELETE FROM t", "DELETE FROM `t`"),
            (
                "DELETE FROM t x WHERE NOT EXISTS (SELECT 1 FROM \"Other\" WHERE a = x.a)",
                "DELETE `x` FROM `t` AS `x` WHERE NOT EXISTS (SELECT 1 FROM `Other` WHERE `a` = `x`.`a`)",
            ),
            (
                "DELETE FROM t /* all */ WHERE a::text = '1' -- end",
                "DELETE FROM `t` WHERE CAST(`a` AS CHAR) = '1'",
            ),
        ],
    );
}

#[test]
fn queries_are_translated() {
    check_with(
        query_to_mysql,
        &[
            ("SELECT * FROM t", "SELECT * FROM `t`"),
            (
                "select t.*, a + 1 as \"Next\", lower(s), count from t, (select count(*) from t) x where t.a > 1",
                "SELECT `t`.*, `a` + 1 AS `Next`, lower(`s`) AS `lower`, `count` FROM `t`, (SELECT count(*) AS `count` FROM `t`) AS `x` WHERE `t`.`a` > 1",
            ),
            (
                "SELECT DISTINCT a::text, CASE WHEN a > 1 THEN b END FROM t",
                "SELECT DISTINCT CAST(`a` AS CHAR) AS `a`, CASE WHEN `a` > 1 THEN `b` END AS `case` FROM `t`",
            ),
            (
                "SELECT t.a, o.\"Total\" tot FROM t LEFT OUTER JOIN \"Other\" AS o ON o.a = t.a AND o.s = 'x' CROSS JOIN t u",
                "SELECT `t`.`a`, `o`.`Total` AS `tot` FROM `t` LEFT JOIN `Other` AS `o` ON `o`.`a` = `t`.`a` AND `o`.`s` = 'x' CROSS JOIN `t` AS `u`",
            ),
            (
                "SELECT a, sum(b) FROM t GROUP BY a HAVING sum(b) > 1 ORDER BY a DESC NULLS LAST, 2",
                "SELECT `a`, sum(`b`) AS `sum` FROM `t` GROUP BY `a` HAVING sum(`b`) > 1 ORDER BY `a` DESC, 2",
            ),
            (
                "SELECT a FROM t ORDER BY a NULLS LAST, b DESC NULLS FIRST",
                "SELECT `a` FROM `t` ORDER BY (`a`) IS NULL, `a`, (`b`) IS NOT NULL, `b` DESC",
            ),
            (
                "SELECT a FROM t ORDER BY a OFFSET 2 ROWS FETCH FIRST 3 ROWS ONLY",
                "SELECT `a` FROM `t` ORDER BY `a` LIMIT 3 OFFSET 2",
            ),
            ("SELECT a FROM t OFFSET 2", "SELECT `a` FROM `t` LIMIT 18446744073709551615 OFFSET 2"),
            (
                "SELECT a FROM t UNION ALL (SELECT b FROM t LIMIT 1) EXCEPT SELECT 3",
                "SELECT `a` FROM `t` UNION ALL (SELECT `b` FROM `t` LIMIT 1) EXCEPT SELECT 3",
            ),
            (
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n",
                "WITH RECURSIVE `n` (`i`) AS (SELECT 1 UNION ALL SELECT `i` + 1 FROM `n` WHERE `i` < 5) SELECT `i` FROM `n`",
            ),
            (
                "SELECT row_number() OVER (PARTITION BY a ORDER BY b NULLS LAST) AS n, lag(b, 1) OVER (ORDER BY a) FROM t",
                "SELECT row_number() OVER (PARTITION BY `a` ORDER BY `b` IS NULL, `b`) AS `n`, lag(`b`, 1) OVER (ORDER BY `a`) AS `lag` FROM `t`",
            ),
            (
                "SELECT a FROM t WHERE EXISTS (SELECT 1 FROM \"Other\" WHERE s || 'x' = t.s) AND a IN (SELECT a FROM \"Other\") AND b = ANY (SELECT 1)",
                "SELECT `a` FROM `t` WHERE EXISTS (SELECT 1 FROM `Other` WHERE concat(`s`, 'x') = `t`.`s`) AND `a` IN (SELECT `a` FROM `Other`) AND `b` = ANY (SELECT 1)",
            ),
            (
                "SELECT x.c FROM (VALUES (1, 'a'), (2, 'b')) AS x (c, d)",
                "SELECT `x`.`c` FROM (VALUES ROW(1, 'a'), ROW(2, 'b')) AS `x` (`c`, `d`)",
            ),
            (
                "SELECT s FROM t INNER JOIN \"Other\" USING (a, s) NATURAL RIGHT JOIN \"Other\" o",
                "SELECT `s` FROM `t` INNER JOIN `Other` USING (`a`, `s`) NATURAL RIGHT JOIN `Other` AS `o`",
            ),
            (
                "SELECT count(DISTINCT t.a), count(*) n FROM (t JOIN \"Other\" o ON t.a = o.a)",
                "SELECT count(DISTINCT `t`.`a`) AS `count`, count(*) AS `n` FROM (`t` JOIN `Other` AS `o` ON `t`.`a` = `o`.`a`)",
            ),
        ],
    );
}

#[test]
fn what_mysql_lacks_is_refused() {
    let refused = |texts: &[&str], translate: fn(&str, Server) -> Result<String, BackendError>| -> String {
        let refusals = texts.iter().map(|text| match translate(text, MYSQL) {
            Ok(translated) => panic!("{text} became {translated}"),
            Err(error) => format!("{text}\n    {error}\n"),
        });
        refusals.collect()
    };
    let changes = [
        "INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING",
        "INSERT INTO t (a) VALUES (1) RETURNING a",
        "INSERT INTO t AS x (a) VALUES (1)",
        "INSERT INTO t (a) VALUES (ARRAY[1])",
        "INSERT INTO t (a) VALUES (1",
        "INSERT INTO t (a) VALUES ('x)",
        "UPDATE t SET a = o.a FROM o WHERE o.b = t.b",
        "UPDATE t SET a = b, b = a",
        "UPDATE t SET (a, b) = (SELECT 1, 2)",
        "UPDATE t SET a = a / b",
        "UPDATE ONLY t SET a = 1",
        "DELETE FROM t USING o WHERE o.a = t.a",
        "DELETE FROM t RETURNING *",
        "MERGE INTO t USING o ON true WHEN MATCHED THEN DELETE",
        "TRUNCATE t",
        "DELETE FROM t; DELETE FROM t",
        "WITH x AS (DELETE FROM t) DELETE FROM t",
        "",
    ];
    let queries = [
        "SELECT DISTINCT ON (a) a FROM t",
        "SELECT a FROM t FULL JOIN o USING (a)",
        "SELECT a FROM generate_series(1, 3) a",
        "SELECT a FROM t FOR UPDATE",
        "SELECT sum(a) FILTER (WHERE b > 1) FROM t",
        "SELECT string_agg(s, ',') FROM t",
        "SELECT a INTO o FROM t",
        "SELECT a FROM t ORDER BY 1 NULLS LAST",
        "SELECT a FROM t LIMIT 1 + 1",
        "SELECT a FROM t TABLESAMPLE SYSTEM (1)",
        "SELECT sum(a) OVER w FROM t WINDOW w AS (ORDER BY a)",
        "SELECT a FROM t,",
        "SELECT a b c FROM t",
        "SELECT (SELECT s ILIKE 'x' FROM t)",
    ];
    expect![[r#"
        INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING
            MySQL does not support ON CONFLICT; in portable SQL `INSERT … SELECT … WHERE NOT EXISTS (…)` leaves out rows that are there; write this for other databases under `@only`
        INSERT INTO t (a) VALUES (1) RETURNING a
            MySQL does not support RETURNING behind INSERT; write this for other databases under `@only`
        INSERT INTO t AS x (a) VALUES (1)
            MySQL does not support another name for the table of an INSERT; write this for other databases under `@only`
        INSERT INTO t (a) VALUES (ARRAY[1])
            MySQL does not support arrays; write this for other databases under `@only`
        INSERT INTO t (a) VALUES (1
            the statement cannot be translated to MySQL: it ends too early
        INSERT INTO t (a) VALUES ('x)
            the statement cannot be translated to MySQL: a literal or comment has no end
        UPDATE t SET a = o.a FROM o WHERE o.b = t.b
            MySQL does not support UPDATE … FROM; in portable SQL a subquery in SET and WHERE does the same; write this for other databases under `@only`
        UPDATE t SET a = b, b = a
            MySQL sets the columns `a`, `b` one after the other, so that one would get the new value of another; write this under `@only`
        UPDATE t SET (a, b) = (SELECT 1, 2)
            MySQL does not support several columns set to a query; write this for other databases under `@only`
        UPDATE t SET a = a / b
            whether `/` divides whole numbers is not known here, and on MySQL that makes a difference; cast an operand: `CAST(x AS NUMERIC)` or `CAST(x AS INTEGER)`
        UPDATE ONLY t SET a = 1
            MySQL does not support ONLY; write this for other databases under `@only`
        DELETE FROM t USING o WHERE o.a = t.a
            MySQL does not support DELETE … USING; in portable SQL a subquery in WHERE does the same; write this for other databases under `@only`
        DELETE FROM t RETURNING *
            MySQL does not support RETURNING behind DELETE; write this for other databases under `@only`
        MERGE INTO t USING o ON true WHEN MATCHED THEN DELETE
            the statement cannot be translated to MySQL: unexpected `MERGE`
        TRUNCATE t
            the statement cannot be translated to MySQL: unexpected `TRUNCATE`
        DELETE FROM t; DELETE FROM t
            the statement cannot be translated to MySQL: unexpected `DELETE`
        WITH x AS (DELETE FROM t) DELETE FROM t
            MySQL does not support statements other than queries behind WITH; write this for other databases under `@only`

            the statement cannot be translated to MySQL: it ends too early
        SELECT DISTINCT ON (a) a FROM t
            MySQL does not support DISTINCT ON; write this for other databases under `@only`
        SELECT a FROM t FULL JOIN o USING (a)
            MySQL does not support FULL JOIN; write this for other databases under `@only`
        SELECT a FROM generate_series(1, 3) a
            MySQL does not support functions in FROM; write this for other databases under `@only`
        SELECT a FROM t FOR UPDATE
            MySQL does not support locks of rows in a query; write this for other databases under `@only`
        SELECT sum(a) FILTER (WHERE b > 1) FROM t
            MySQL does not support FILTER; write this for other databases under `@only`
        SELECT string_agg(s, ',') FROM t
            function `string_agg` means something else on MySQL: its result would be cut at a limit that the session sets; write this under `@only`
        SELECT a INTO o FROM t
            MySQL does not support SELECT INTO; write this for other databases under `@only`
        SELECT a FROM t ORDER BY 1 NULLS LAST
            MySQL does not support NULLS FIRST and NULLS LAST behind the number of a column; write this for other databases under `@only`
        SELECT a FROM t LIMIT 1 + 1
            the statement cannot be translated to MySQL: unexpected `+`
        SELECT a FROM t TABLESAMPLE SYSTEM (1)
            the statement cannot be translated to MySQL: unexpected `TABLESAMPLE`
        SELECT sum(a) OVER w FROM t WINDOW w AS (ORDER BY a)
            WINDOW cannot be translated; write the windows out behind each OVER
        SELECT a FROM t,
            the statement cannot be translated to MySQL: it ends too early
        SELECT a b c FROM t
            the statement cannot be translated to MySQL: unexpected `c`
        SELECT (SELECT s ILIKE 'x' FROM t)
            MySQL does not support ILIKE; write this for other databases under `@only`
    "#]].assert_eq(&(refused(&changes, dml_to_mysql) + &refused(&queries, query_to_mysql)));
}

#[test]
fn nesting_ends_somewhere() {
    let deep = |open: &str, close: &str| format!("SELECT {}1{}", open.repeat(5000), close.repeat(5000));
    for sql in [
        deep("(SELECT ", ")"),
        deep("a FROM (SELECT ", ") x"),
        deep("a FROM (", ")"),
        format!("{}SELECT 1{}", "(".repeat(5000), ")".repeat(5000)),
    ] {
        assert!(query_to_mysql(&sql, MYSQL).is_err(), "{}", &sql[..40]);
    }
}

#[test]
fn megabytes_are_translated_in_time_that_grows_with_them() {
    let rows = |count: usize| {
        let mut sql = String::from("INSERT INTO t (a, s, d, b) VALUES ");
        for at in 0..count {
            writeln!(sql, "({at}, 'it''s row {at}', {at}.25, -{at}),").expect("writes");
        }
        sql.truncate(sql.len() - 2);
        sql
    };
    let time = |sql: &str| {
        let start = Instant::now();
        let translated = dml_to_mysql(sql, MYSQL).expect("translates");
        assert!(translated.len() >= sql.len() - sql.lines().count());
        start.elapsed()
    };
    let (small, large) = (rows(10_000), rows(100_000));
    assert!(large.len() > 4_000_000);
    time(&small);
    let (small, large) = (time(&small), time(&large));
    assert!(large < small * 40, "{small:?} for a tenth, {large:?} for all");
}
