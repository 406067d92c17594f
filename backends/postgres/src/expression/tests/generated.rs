//! Expressions that nobody thought of.

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::*;

const COUNT: usize = 400;

const ROWS: &str = "
    INSERT INTO t (a, b, si, n, r, dp, f, s, u, txt, c, d, ts, iv, m, ia, ta) VALUES
    (1, 2, 3, 4.50, 5.5, 6.5, true, 'x', 'y', 'z', 'x', '2020-01-01', '2020-01-01 10:00', '1 day', 'sad', '{1,2}', '{x,y}'),
    (0, -1, 2, 0, 0, 0.1, false, '', ' x ', 'it''s', '', '1999-12-31', '2024-02-29', '-1 hour', 'happy', '{}', '{}'),
    (-7, 3000000000, 0, -1.25, 1e10, -2, NULL, 'X', 'ab', NULL, 'ab ', NULL, NULL, NULL, NULL, '{NULL}', NULL),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)";

fn one_of(options: &[&'static str]) -> BoxedStrategy<String> {
    proptest::sample::select(options.to_vec()).prop_map(str::to_owned).boxed()
}

/// `template` with its parameters `$1`, `$2` … filled in.
fn fill(template: &'static str, parts: &[String]) -> String {
    let mut text = template.to_owned();
    for (at, part) in parts.iter().enumerate() {
        text = text.replace(&format!("${}", at + 1), part);
    }
    text
}

/// Expressions of a kind, from leaves and templates with operands of kinds.
#[derive(Clone)]
struct Kinds {
    number: BoxedStrategy<String>,
    text: BoxedStrategy<String>,
    moment: BoxedStrategy<String>,
    truth: BoxedStrategy<String>,
}

impl Kinds {
    fn leaves() -> Self {
        Self {
            number: one_of(&["a", "b", "si", "n", "r", "dp", "1", "-2", "0.5", "2.50", "3000000000", "1e2"]),
            text: one_of(&[
                "s",
                "s::text",
                "c::text",
                "CAST(txt AS varchar)",
                "u",
                "txt",
                "c",
                "'x'",
                "''",
                "'it''s'",
                "'2020-01-01'",
            ]),
            moment: one_of(&["d", "ts", "'2020-02-03'", "DATE '2020-01-01'", "TIMESTAMP '2020-01-01 12:00'"]),
            truth: one_of(&["f", "TRUE", "a IS NULL", "m = 'sad'", "m IN ('sad', 'ok')", "'x' = ANY (ta)"]),
        }
    }

    fn deeper(&self) -> Self {
        let (n, t, d, b) = (&self.number, &self.text, &self.moment, &self.truth);
        let of = |templates: &[&'static str],
                  one: &BoxedStrategy<String>,
                  other: &BoxedStrategy<String>,
                  third: &BoxedStrategy<String>| {
            let templates = proptest::sample::select(templates.to_vec());
            (templates, one.clone(), other.clone(), third.clone())
                .prop_map(|(template, one, other, third)| fill(template, &[one, other, third]))
                .boxed()
        };
        let number = prop_oneof![
            n.clone(),
            of(
                &[
                    "($1 + $2)",
                    "($1 - $2)",
                    "$1 * $2",
                    "$1 / ($2)",
                    "$1 % $2",
                    "-($1)",
                    "+$1",
                    "abs($1)",
                    "coalesce($1, $2)",
                    "greatest($1, $2, $3)",
                    "nullif($1, 0)",
                    "CAST($1 AS numeric)",
                    "CAST($1 AS double precision)",
                    "($1)::integer",
                    "($1)::numeric(10, 1)",
                    "($1)::bigint",
                    "round($1)",
                    "round($1, 1)",
                    "sqrt(abs($1))",
                    "power($1, 2)",
                    "floor($1)",
                    "mod($1, $2)",
                    "$1 ^ 2",
                    "CASE $1 WHEN $2 THEN $3 ELSE 0 END"
                ],
                n,
                n,
                n
            ),
            of(&["length($1)", "strpos($1, $2)", "position($1 in $2)", "char_length($1 || $2)"], t, t, t),
            of(&["extract(year from $1)", "date_part('month', $1)"], d, d, d),
            of(&["CASE WHEN $1 THEN $2 ELSE $3 END", "CASE WHEN $1 THEN $2 END"], b, n, n),
        ];
        let text = prop_oneof![
            t.clone(),
            of(
                &[
                    "$1 || $2",
                    "lower($1)",
                    "upper($1)",
                    "trim($1)",
                    "coalesce($1, $2)",
                    "nullif($1, $2)",
                    "substr($1, 2)",
                    "substring($1 from 1 for 2)",
                    "replace($1, $2, $3)",
                    "left($1, 1)",
                    "concat($1, $2)",
                    "($1)::varchar(2)",
                    "lpad($1, 3, $2)",
                    "greatest($1, $2)"
                ],
                t,
                t,
                t
            ),
            of(&["($1)::text", "concat($1, 'x')", "CAST($1 AS varchar(3))"], n, n, n),
            of(&["to_char($1, 'YYYY')", "($1)::text"], d, d, d),
            of(&["CASE WHEN $1 THEN $2 ELSE $3 END"], b, t, t),
        ];
        let moment = prop_oneof![
            d.clone(),
            of(
                &[
                    "$1 + INTERVAL '1 day'",
                    "$1 - iv",
                    "coalesce($1, $2)",
                    "date_trunc('month', $1)",
                    "($1)::date",
                    "($1)::timestamp",
                    "greatest($1, $2)"
                ],
                d,
                d,
                d
            ),
        ];
        let truth = prop_oneof![
            b.clone(),
            of(
                &[
                    "$1 = $2",
                    "$1 <> $2",
                    "$1 < $2",
                    "$1 >= $2",
                    "$1 BETWEEN $2 AND $3",
                    "$1 NOT BETWEEN $2 AND $3",
                    "$1 IN ($2, $3)",
                    "$1 NOT IN ($2, $3, 4)",
                    "$1 IN (1, 2)",
                    "$1 IN (1, 2.5, $2)",
                    "$1 IS DISTINCT FROM $2",
                    "$1 = ANY (ARRAY[1, 2])",
                    "$1 = ANY (ia)",
                    "($1, $2) = ($3, 1)",
                    "$1 = '7'",
                    "$1 + '7' > $2",
                    "$1 IN ('7', $2)",
                    "coalesce($1, NULL) IS NULL",
                    "CASE WHEN f THEN $1 ELSE NULL END > $2"
                ],
                n,
                n,
                n
            ),
            of(
                &[
                    "$1 = $2",
                    "$1 <> $2",
                    "$1 < $2",
                    "$1 LIKE $2",
                    "$1 NOT ILIKE 'x%'",
                    "$1 IN ($2, $3)",
                    "$1 IN ('x', 'y')",
                    "$1 NOT IN ('x', $2)",
                    "$1 IS NULL",
                    "$1 ~ '^x'",
                    "$1 BETWEEN $2 AND $3"
                ],
                t,
                t,
                t
            ),
            of(
                &[
                    "$1 = $2",
                    "$1 > $2",
                    "$1 BETWEEN $2 AND $3",
                    "$1 IN ('2020-01-01', '2020-02-01')",
                    "$1 - $2 > '1 day'"
                ],
                d,
                d,
                d
            ),
            of(
                &[
                    "($1 AND $2)",
                    "($1 OR $2)",
                    "NOT ($1)",
                    "($1 AND $2 AND $3)",
                    "($1) IS TRUE",
                    "($1) = ($2)",
                    "(($1) IS NOT NULL OR $2)"
                ],
                b,
                b,
                b
            ),
        ];
        Self { number: number.boxed(), text: text.boxed(), moment: moment.boxed(), truth: truth.boxed() }
    }
}

fn generated() -> Vec<String> {
    let kinds = Kinds::leaves().deeper().deeper();
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), seed);
    let truth = kinds.truth;
    let mut texts = Vec::new();
    while texts.len() < COUNT {
        texts.push(truth.new_tree(&mut runner).expect("generates").current());
    }
    texts
}

/// What the expression is for each row, or why it is nothing.
async fn values(fixture: &Fixture, text: &str) -> Result<Vec<Option<bool>>, String> {
    let rows = fixture.client.query(&format!("SELECT ({text}) FROM t ORDER BY a, si"), &[]).await;
    match rows {
        Ok(rows) => Ok(rows.iter().map(|row| row.get(0)).collect()),
        Err(error) => Err(error.code().map_or_else(String::new, |code| code.code().to_owned())),
    }
}

#[tokio::test]
async fn generated_expressions_have_one_form_and_keep_their_meaning() {
    let fixture = Fixture::new(&format!("{TYPES}; CREATE TABLE t ({COLUMNS}); {ROWS}")).await;
    let table = scope_table();
    let scope = Scope::of(&table, fixture.server);
    let mut written = HashMap::new();
    for (at, text) in generated().into_iter().enumerate() {
        let sql = format!("ALTER TABLE t ADD CONSTRAINT check_{at} CHECK ({text}) NOT VALID");
        if fixture.client.batch_execute(&sql).await.is_ok() {
            written.insert(format!("check_{at}"), text);
        }
    }
    let read = found(&fixture.read().await);
    let mut lost = Vec::new();
    for (name, text) in &written {
        let (normal, read) = (normal(text, &scope), &read[name]);
        if normal != *read {
            lost.push(format!("{text}\n    written {normal}\n    read    {read}\n"));
        }
        if super::normal(read, &scope) != *read {
            lost.push(format!("{text}\n    read    {read}\n    normal  {}\n", super::normal(read, &scope)));
        }
        let (means, meant) = (values(&fixture, read).await, values(&fixture, text).await);
        if means != meant {
            lost.push(format!("{text}\n    {meant:?}\n    read    {read}\n    {means:?}\n"));
        }
    }
    assert!(lost.is_empty(), "{} of {} are lost\n{}", lost.len(), written.len(), lost.concat());
    // Most must be fit for the server, or this tries nothing.
    assert!(written.len() > COUNT / 2, "{}", written.len());
}
