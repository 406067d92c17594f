//! INSERT, UPDATE and DELETE.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use rusqlite::Connection;

use super::*;

fn database() -> Connection {
    let connection = Connection::open_in_memory().expect("opens");
    connection
        .execute_batch(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT DEFAULT 7, b TEXT, c TEXT);
             CREATE TABLE u (id INT, \"index\" TEXT);
             INSERT INTO t VALUES (1, 10, 'x', '2026-01-02 03:04:05'), (2, 20, 'y', NULL), (3, NULL, 'z', NULL);
             INSERT INTO u VALUES (1, 'one'), (2, 'two'), (9, 'nine')",
        )
        .expect("is valid");
    connection
}

/// The rows of both tables.
fn rows(connection: &Connection) -> String {
    let mut statement = connection
        .prepare(
            "SELECT concat_ws('|', 't', id, coalesce(a, '-'), coalesce(b, '-'), coalesce(c, '-')) FROM t \
             UNION ALL SELECT concat_ws('|', 'u', id, \"index\") FROM u",
        )
        .expect("is a query");
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("runs");
    rows.map(|row| row.expect("is a row") + "\n").collect()
}

/// Translates a statement, runs it, and shows what it did.
#[track_caller]
fn check(sql: &str, expected: Expect) {
    let translated = statement_to_sqlite(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let connection = database();
    let before = rows(&connection);
    connection
        .prepare(&translated)
        .and_then(|mut statement| statement.query([])?.next().map(drop))
        .unwrap_or_else(|error| panic!("{translated}: {error}"));
    let after = rows(&connection);
    let gone = before.lines().filter(|row| !after.lines().any(|kept| kept == *row));
    let new = after.lines().filter(|row| !before.lines().any(|old| old == *row));
    let changes: Vec<String> =
        gone.map(|row| format!("- {row}")).chain(new.map(|row| format!("+ {row}"))).collect();
    expected.assert_eq(&format!("{translated}\n{}\n", changes.join("\n")));
}

/// The statement stays as it is, byte for byte, and runs.
#[track_caller]
fn check_unchanged(sql: &str) {
    let translated = statement_to_sqlite(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    assert_eq!(translated, sql);
    database().prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

#[test]
fn what_is_the_same_stays_with_its_layout_and_comments() {
    for sql in [
        "INSERT INTO t VALUES (4, -1, 'it''s', NULL)",
        "INSERT  INTO\tt\n  (id, a)\n\nVALUES\n  (4, 1.5e3), -- one\n  (5, /* two */ 2)  ",
        "insert into T(ID,A)values(4,1),(5,2)",
        "INSERT INTO t DEFAULT VALUES",
        "INSERT INTO t (id) SELECT id + 10 FROM u WHERE \"index\" LIKE 't%' ON CONFLICT (id) DO NOTHING",
        "INSERT INTO t (id, a) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET a = excluded.a, b = t.b WHERE t.a > 1",
        "INSERT INTO t AS x (id) VALUES (1) ON CONFLICT DO NOTHING RETURNING id, a AS \"A\"",
        "UPDATE t SET a = a + 1, (b, c) = ('x', lower( b )) WHERE id IN ( 1,2 , 3 )",
        "UPDATE t AS x SET a = u.id FROM u JOIN u AS v USING (id) WHERE u.id = x.id",
        "UPDATE t SET b = CASE WHEN a > 1 THEN 'big' ELSE coalesce ( b , 'none' ) END -- all of them",
        "DELETE FROM t",
        "DELETE FROM \"t\" AS \"x\" WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.id = \"x\".id) RETURNING *",
        "WITH n (i, j) AS (SELECT 1, 2 UNION ALL SELECT 3, 4) INSERT INTO t (id, a) SELECT i + 10, j FROM n",
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 3), m (j) AS MATERIALIZED \
         (SELECT i FROM n) DELETE FROM t WHERE id IN (SELECT j FROM m)",
        "DELETE FROM t WHERE id = (SELECT max(id) FROM t LIMIT 1 OFFSET 0)",
        "UPDATE t SET c = CURRENT_TIMESTAMP, b = NULL WHERE c IS NOT DISTINCT FROM b AND true",
    ] {
        check_unchanged(sql);
    }
}

#[test]
fn functions_of_the_user_stay() {
    for sql in ["UPDATE t SET b = my_function(b, 1)", "INSERT INTO t (b) VALUES (slug ('x'))"] {
        assert_eq!(statement_to_sqlite(sql).expect(sql), sql);
    }
    assert_eq!(
        query_to_sqlite("SELECT my_function(a) FROM t").expect("translates"),
        "SELECT my_function(a) FROM t"
    );
    assert!(to_sqlite("my_function(a)").is_err());
}

#[test]
fn literals_casts_and_functions_are_rewritten() {
    check(
        "UPDATE t SET a = b::integer -- c\n WHERE id = '3'::int",
        expect![[r#"
        UPDATE t SET a = CAST(b AS INTEGER) -- c
         WHERE id = CAST('3' AS INTEGER)
        - t|3|-|z|-
        + t|3|0|z|-
    "#]],
    );
    check(
        "UPDATE t SET b = E'it\\'s\\n', c = $$a 'b'$$ WHERE id = 1",
        expect![[r#"
        UPDATE t SET b = 'it''s
        ', c = 'a ''b''' WHERE id = 1
        - t|1|10|x|2026-01-02 03:04:05
        + t|1|10|it's
        + |a 'b'
    "#]],
    );
    check(
        "INSERT INTO t (id, c) VALUES (4, DATE '2026-01-02'), ( 5 , '2026-01-02'::timestamp )",
        expect![[r#"
        INSERT INTO t (id, c) VALUES (4, '2026-01-02'), ( 5 , '2026-01-02' )
        + t|4|7|-|2026-01-02
        + t|5|7|-|2026-01-02
    "#]],
    );
    check(
        "UPDATE t SET b = (a::text || char_length(b))::varchar(3) WHERE a > 0",
        expect![[r#"
        UPDATE t SET b = substr(CAST((CAST(a AS TEXT) || length(b)) AS TEXT), 1, 3) WHERE a > 0
        - t|1|10|x|2026-01-02 03:04:05
        - t|2|20|y|-
        + t|1|10|101|2026-01-02 03:04:05
        + t|2|20|201|-
    "#]],
    );
    check(
        "UPDATE t SET c = 'long' WHERE position('x' IN b) = 1 AND now() > c",
        expect![[r#"
        UPDATE t SET c = 'long' WHERE instr(b, 'x') = 1 AND CURRENT_TIMESTAMP > c
        - t|1|10|x|2026-01-02 03:04:05
        + t|1|10|x|long
    "#]],
    );
    check(
        "UPDATE t SET a = CAST( b AS /* whole */ INTEGER ) WHERE id = 1",
        expect![[r#"
        UPDATE t SET a = CAST(b AS INTEGER) WHERE id = 1
        - t|1|10|x|2026-01-02 03:04:05
        + t|1|0|x|2026-01-02 03:04:05
    "#]],
    );
    check(
        "INSERT INTO t (id, b) VALUES (4, 'one '\n  'and two')",
        expect![[r#"
        INSERT INTO t (id, b) VALUES (4, 'one and two')
        + t|4|7|one and two|-
    "#]],
    );
    check(
        "DELETE FROM t WHERE b COLLATE \"C\" > 'x'",
        expect![[r#"
        DELETE FROM t WHERE b COLLATE BINARY > 'x'
        - t|2|20|y|-
        - t|3|-|z|-
    "#]],
    );
}

#[test]
fn clauses_are_rewritten() {
    check(
        "UPDATE ONLY t x SET a = 1 WHERE x.id = 1",
        expect![[r#"
        UPDATE t AS x SET a = 1 WHERE x.id = 1
        - t|1|10|x|2026-01-02 03:04:05
        + t|1|1|x|2026-01-02 03:04:05
    "#]],
    );
    check(
        "DELETE FROM ONLY t \"x\" WHERE \"x\".id = 1",
        expect![[r#"
        DELETE FROM t AS "x" WHERE "x".id = 1
        - t|1|10|x|2026-01-02 03:04:05
    "#]],
    );
    check(
        "INSERT INTO t (id, a) OVERRIDING SYSTEM VALUE VALUES (4, 1)",
        expect![[r#"
        INSERT INTO t (id, a) VALUES (4, 1)
        + t|4|1|-|-
    "#]],
    );
    check(
        "INSERT INTO t (id) SELECT id FROM u ON CONFLICT (id) DO UPDATE SET a = 0",
        expect![[r#"
        INSERT INTO t (id) SELECT id FROM u WHERE true ON CONFLICT (id) DO UPDATE SET a = 0
        - t|1|10|x|2026-01-02 03:04:05
        - t|2|20|y|-
        + t|1|0|x|2026-01-02 03:04:05
        + t|2|0|y|-
        + t|9|7|-|-
    "#]],
    );
    check(
        "INSERT INTO t (id) SELECT u.id FROM u JOIN u v ON u.id = v.id ON CONFLICT DO NOTHING",
        expect![[r#"
            INSERT INTO t (id) SELECT u.id FROM u JOIN u v ON u.id = v.id WHERE true ON CONFLICT DO NOTHING
            + t|9|7|-|-
        "#]],
    );
    check(
        "UPDATE t SET b = v.name FROM (VALUES (1, 'one'), (2, 'two')) AS v (id, name) WHERE v.id = t.id",
        expect![[r#"
            UPDATE t SET b = v.name FROM (WITH v(id, name) AS (VALUES (1, 'one'), (2, 'two')) SELECT * FROM v) AS v WHERE v.id = t.id
            - t|1|10|x|2026-01-02 03:04:05
            - t|2|20|y|-
            + t|1|10|one|2026-01-02 03:04:05
            + t|2|20|two|-
        "#]],
    );
    check(
        "DELETE FROM t WHERE id IN (SELECT n FROM (SELECT id + 0::int FROM u) v(n) WHERE n < 3)",
        expect![[r#"
            DELETE FROM t WHERE id IN (SELECT n FROM (WITH v(n) AS (SELECT id + CAST(0 AS INTEGER) FROM u) SELECT * FROM v) v WHERE n < 3)
            - t|1|10|x|2026-01-02 03:04:05
            - t|2|20|y|-
        "#]],
    );
    check(
        "UPDATE u SET index = 'eins' WHERE u.Index = 'one' AND id = 1",
        expect![[r#"
        UPDATE u SET "index" = 'eins' WHERE u."index" = 'one' AND id = 1
        - u|1|one
        + u|1|eins
    "#]],
    );
    check(
        "WITH x AS NOT MATERIALIZED (SELECT 4 AS order) INSERT INTO t (id) SELECT x.order FROM x",
        expect![[r#"
            WITH x AS NOT MATERIALIZED (SELECT 4 AS "order") INSERT INTO t (id) SELECT x."order" FROM x
            + t|4|7|-|-
        "#]],
    );
    let comments = "DELETE /* of /* course */ */ FROM t -- one\r WHERE id = 1";
    assert_eq!(statement_to_sqlite(comments).expect("translates"), "DELETE   FROM t -- one\n\r WHERE id = 1");
}

#[test]
fn what_sqlite_lacks_is_refused_by_name() {
    let refused: String = [
        "DELETE FROM t USING u WHERE u.id = t.id",
        "INSERT INTO t (a) VALUES (DEFAULT)",
        "UPDATE t SET a = DEFAULT",
        "INSERT INTO t VALUES (1) ON CONFLICT ON CONSTRAINT pk_t DO NOTHING",
        "INSERT INTO t OVERRIDING USER VALUE VALUES (1)",
        "WITH gone AS (DELETE FROM u RETURNING id) DELETE FROM t WHERE id IN (SELECT id FROM gone)",
        "DELETE FROM t WHERE CURRENT OF c",
        "UPDATE t * SET a = 1",
        "UPDATE t SET b = date_trunc('day', c)",
        "UPDATE t SET b = md5(b)",
        "UPDATE t SET b = pg_typeof(a)",
        "UPDATE t SET b = greatest(a, 1)",
        "UPDATE t SET b = b || random()",
        "INSERT INTO t (id) SELECT * FROM generate_series(1, 3)",
        "UPDATE t SET a = x FROM u AS v (x) WHERE true",
        "UPDATE t SET a = ARRAY[1]",
        "UPDATE t SET c = now() + INTERVAL '1 day'",
        "UPDATE t SET c = CURRENT_DATE + 1",
        "UPDATE t SET c = 7 + DATE '2026-01-02'",
        "UPDATE t SET c = c::date - 1",
        "INSERT INTO t (id) (SELECT 1) UNION (SELECT 2)",
        "INSERT INTO t (id) SELECT 1 UNION (SELECT 2)",
        "INSERT INTO t (id) (SELECT 1)",
        "INSERT INTO t (id) SELECT 1 EXCEPT ALL SELECT 2",
        "INSERT INTO t (id) SELECT id FROM u FETCH FIRST 2 ROWS ONLY",
        "INSERT INTO t (id) SELECT id FROM u OFFSET 2",
        "INSERT INTO t (id) SELECT id FROM u LIMIT ALL",
        "INSERT INTO t (id) SELECT DISTINCT ON (id) id FROM u",
        "INSERT INTO t (id) SELECT id FROM u FOR UPDATE",
        "UPDATE t SET a = 0b101",
        "UPDATE t SET b = b ~ 'x'",
        "UPDATE t SET a = 1; DELETE FROM t",
    ]
    .iter()
    .map(|sql| match statement_to_sqlite(sql) {
        Ok(translated) => panic!("{sql} became {translated}"),
        Err(error) => format!("{sql} -> {error}\n"),
    })
    .collect();
    expect![[r#"
        DELETE FROM t USING u WHERE u.id = t.id -> SQLite does not support DELETE with USING; write this for other databases under `@only`
        INSERT INTO t (a) VALUES (DEFAULT) -> SQLite does not support DEFAULT as a value: leave the column out, or write its default
        UPDATE t SET a = DEFAULT -> SQLite does not support DEFAULT as a value: leave the column out, or write its default
        INSERT INTO t VALUES (1) ON CONFLICT ON CONSTRAINT pk_t DO NOTHING -> SQLite does not support ON CONFLICT ON CONSTRAINT: name the columns
        INSERT INTO t OVERRIDING USER VALUE VALUES (1) -> SQLite does not support OVERRIDING USER VALUE; write this for other databases under `@only`
        WITH gone AS (DELETE FROM u RETURNING id) DELETE FROM t WHERE id IN (SELECT id FROM gone) -> SQLite does not support changing rows in WITH; write this for other databases under `@only`
        DELETE FROM t WHERE CURRENT OF c -> SQLite does not support WHERE CURRENT OF; write this for other databases under `@only`
        UPDATE t * SET a = 1 -> SQLite does not support `*` behind the name of a table; write this for other databases under `@only`
        UPDATE t SET b = date_trunc('day', c) -> SQLite has no function `date_trunc`; write this for other databases under `@only`
        UPDATE t SET b = md5(b) -> SQLite has no function `md5`; write this for other databases under `@only`
        UPDATE t SET b = pg_typeof(a) -> SQLite has no function `pg_typeof`; write this for other databases under `@only`
        UPDATE t SET b = greatest(a, 1) -> SQLite has no function `greatest`; write this for other databases under `@only`
        UPDATE t SET b = b || random() -> function `random` means something else in SQLite; SQLite's gives an integer of 64 bits, or write this under `@only`
        INSERT INTO t (id) SELECT * FROM generate_series(1, 3) -> SQLite has no function `generate_series`; write this for other databases under `@only`
        UPDATE t SET a = x FROM u AS v (x) WHERE true -> SQLite does not support names for the columns of a table; write this for other databases under `@only`
        UPDATE t SET a = ARRAY[1] -> SQLite does not support arrays; write this for other databases under `@only`
        UPDATE t SET c = now() + INTERVAL '1 day' -> SQLite does not support calculating with dates and times; write this for other databases under `@only`
        UPDATE t SET c = CURRENT_DATE + 1 -> SQLite does not support calculating with dates and times; write this for other databases under `@only`
        UPDATE t SET c = 7 + DATE '2026-01-02' -> SQLite does not support calculating with dates and times; write this for other databases under `@only`
        UPDATE t SET c = c::date - 1 -> SQLite does not support calculating with dates and times; write this for other databases under `@only`
        INSERT INTO t (id) (SELECT 1) UNION (SELECT 2) -> SQLite does not support parentheses around the query of an INSERT: leave them out
        INSERT INTO t (id) SELECT 1 UNION (SELECT 2) -> SQLite does not support parentheses around a part of UNION; write this for other databases under `@only`
        INSERT INTO t (id) (SELECT 1) -> SQLite does not support parentheses around the query of an INSERT: leave them out
        INSERT INTO t (id) SELECT 1 EXCEPT ALL SELECT 2 -> SQLite does not support EXCEPT ALL; write this for other databases under `@only`
        INSERT INTO t (id) SELECT id FROM u FETCH FIRST 2 ROWS ONLY -> SQLite does not support FETCH FIRST: write LIMIT
        INSERT INTO t (id) SELECT id FROM u OFFSET 2 -> SQLite does not support OFFSET without LIMIT: write LIMIT before it
        INSERT INTO t (id) SELECT id FROM u LIMIT ALL -> SQLite does not support LIMIT ALL: leave it out
        INSERT INTO t (id) SELECT DISTINCT ON (id) id FROM u -> SQLite does not support DISTINCT ON; write this for other databases under `@only`
        INSERT INTO t (id) SELECT id FROM u FOR UPDATE -> SQLite does not support FOR UPDATE; write this for other databases under `@only`
        UPDATE t SET a = 0b101 -> SQLite does not support numbers such as `0b101`; write this for other databases under `@only`
        UPDATE t SET b = b ~ 'x' -> SQLite does not support the operator `~`; write this for other databases under `@only`
        UPDATE t SET a = 1; DELETE FROM t -> SQLite does not support `;` in expressions; write this for other databases under `@only`
    "#]].assert_eq(&refused);
}

#[test]
fn plain_rows_are_found_at_once() {
    for (sql, expected) in [
        ("INSERT INTO t VALUES (1, 'x', NULL, -1.5e3, TRUE)", true),
        ("insert into \"T\" (a, \"B\") values (1,2),\n\t(3,4)", true),
        ("INSERT INTO t VALUES (now())", false),
        ("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", false),
        ("INSERT INTO t VALUES ('a'::text)", false),
        ("INSERT INTO t VALUES ('a'\n'b')", false),
        ("INSERT INTO t VALUES (E'a')", false),
        ("INSERT INTO t VALUES (DATE '2026-01-02')", false),
        ("INSERT INTO t VALUES (DEFAULT)", false),
        ("INSERT INTO t VALUES (1) -- c", false),
        ("INSERT INTO t (index) VALUES (1)", false),
        ("INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES (1)", false),
        ("INSERT INTO t SELECT 1", false),
        ("UPDATE t SET a = 1", false),
        ("INSERT INTO", false),
    ] {
        assert_eq!(plain::is_plain_insert(sql), expected, "{sql}");
    }
}

/// Statements of nothing but what is the same on both sides, with any layout.
fn plain_statement() -> impl Strategy<Value = String> {
    let gap = prop_oneof![Just(" "), Just("\n\t "), Just(" /* c */ "), Just(" -- c's\n")];
    let value = prop_oneof![
        any::<i32>().prop_map(|number| number.to_string()),
        "[a-z' ,();é-]{0,8}".prop_map(|text| format!("'{}'", text.replace('\'', "''"))),
        Just("NULL".to_owned()),
        Just("lower(b)".to_owned()),
        Just("(a + 1) * 2".to_owned()),
        Just("coalesce(a, t.b , 'x')".to_owned()),
        Just("\"a\" || b".to_owned()),
    ];
    let template = prop_oneof![
        Just("INSERT#INTO#t#(a#,b)#VALUES#(?,#?)#,(?#,?)"),
        Just("INSERT#INTO#t(a)SELECT#?#FROM#u#WHERE#a#>#?"),
        Just("UPDATE#t#SET#a#=#?,b=?#WHERE#a#IN#(?,?)#OR#b#IS#NULL"),
        Just("DELETE#FROM#t#AS#x#WHERE#(?#<>#?)"),
    ];
    (template, proptest::collection::vec((gap, value), 16)).prop_map(|(template, fillings)| {
        let mut fillings = fillings.into_iter().cycle();
        let fill = |c: char| match (c, fillings.next()) {
            ('#', Some((gap, _))) => gap.to_owned(),
            ('?', Some((_, value))) => value,
            _ => c.to_string(),
        };
        template.chars().map(fill).collect()
    })
}

proptest! {
    #[test]
    fn what_needs_no_change_is_unchanged(sql in plain_statement()) {
        prop_assert_eq!(statement_to_sqlite(&sql).expect("translates"), sql.as_str());
    }

    #[test]
    fn no_statement_panics(
        text in r#"(INSERT|INTO|UPDATE|DELETE|FROM|ONLY|t|AS|VALUES|SET|ON|CONFLICT|WITH|x\(|DEFAULT|UNION|[a-c(),.:;'"*/ \n+-]|--|::|int|é){0,30}"#,
    ) {
        let _ = statement_to_sqlite(&text);
    }
}

#[test]
fn long_statements_take_time_by_their_length() {
    let long = |rows: usize| {
        let rows: Vec<String> = (0..rows).map(|id| format!("({id}, lower('x'), now())")).collect();
        format!("INSERT INTO t (id, b, c) VALUES {}", rows.join(", "))
    };
    let sql = long(100_000);
    let translated = statement_to_sqlite(&sql).expect("translates");
    assert_eq!(translated, sql.replace("now()", "CURRENT_TIMESTAMP"));
}
