//! What portable expressions mean: the same values on PostgreSQL, MySQL and
//! MariaDB.

use retort_test_servers::{Database, Engine};
use tokio_postgres::SimpleQueryMessage;

use super::{
    server::{SERVERS, Trial},
    *,
};

/// Rows that the expressions are over: with NULL, nothing, less than nothing
/// and text beyond ASCII.
const ROWS: &str = "INSERT INTO r (id, a, b, s, t, d, f, flag, dt, da) VALUES \
    (1, 7, 2, 'hello', 'l', 10.25, 2.5, TRUE, '2026-11-22 18:30:05', '2026-11-22'), \
    (2, -7, 2, ' ä☃ x ', '', -3.50, -0.5, FALSE, '2024-02-29 00:00:00', '2024-02-29'), \
    (3, 0, 3, '', 'x', 0.05, 1000, NULL, '1999-12-31 23:59:59', '1999-12-31'), \
    (4, NULL, 1, NULL, 'xx', NULL, NULL, TRUE, NULL, NULL)";

const EXPRESSIONS: &[&str] = &[
    "a + b * 2 - 1",
    "a / b",
    "a / b * b + a % b",
    "-a / 2",
    "d / 2",
    "a / CAST(b AS NUMERIC)",
    "length(s) / 2",
    "a % b",
    "mod(a, b)",
    "abs(a) + sign(a)",
    "power(b, 3) + b ^ 2",
    "sqrt(abs(f))",
    "round(d) + round(d, 1)",
    "trunc(d) + trunc(d, 1)",
    "ceil(d) + floor(d)",
    "ln(b) + exp(1) + log(b) + pi()",
    "a & 3",
    "a | 8",
    "a # b",
    "CAST(d AS INTEGER)",
    "CAST(f AS INTEGER)",
    "d::numeric(10, 1)",
    "CAST('12' AS INTEGER) + 1",
    "'-1.5'::numeric * 2",
    "s || t",
    "s || '-' || a",
    "concat(s, '-', a)",
    "concat_ws('/', s, t)",
    "'it''s \\ ' || E'\\\\ \\'tab\\t'",
    "length(s)",
    "char_length(s) + octet_length(s)",
    "upper(s) || lower('ABC')",
    "trim(s) || '|' || ltrim(s) || '|' || rtrim(s)",
    "trim(BOTH 'h' FROM s)",
    "btrim(s, ' ') || rtrim(t, 'x')",
    "substring(s, 2, 3)",
    "substring(s FROM 2)",
    "substring(s, position('l' IN s) + 1)",
    "left(s, 2) || right(s, 2)",
    "position('l' IN s) + strpos(s, t)",
    "replace(s, 'l', 'LL')",
    "reverse(s) || repeat(t, 2)",
    "lpad(t, 3) || rpad(t, 3, '.')",
    "coalesce(s, t, 'none')",
    "nullif(a, 0)",
    "CASE WHEN a > 0 THEN 'plus' WHEN a < 0 THEN 'minus' END",
    "CASE b WHEN 2 THEN 'two' ELSE 'other' END",
    "a > 0 AND flag",
    "a > 0 OR flag",
    "NOT flag",
    "NOT (a > 0 AND flag)",
    "flag IS TRUE",
    "flag IS NOT FALSE",
    "flag IS UNKNOWN",
    "(a > 0) IS DISTINCT FROM flag",
    "a IS NOT DISTINCT FROM NULL",
    "a BETWEEN -7 AND 0",
    "a NOT IN (7, 8)",
    "a = ANY (ARRAY[7, 0])",
    "(a, b) IN ((7, 2), (0, 3))",
    "(a, b) < (1, 2)",
    "s LIKE 'h%'",
    "s LIKE '%!%' ESCAPE '!'",
    "s NOT LIKE '% _ %'",
    "EXTRACT(YEAR FROM dt) * 100 + EXTRACT(MONTH FROM dt)",
    "EXTRACT(QUARTER FROM da) + EXTRACT(HOUR FROM dt) + EXTRACT(MINUTE FROM dt)",
    "CAST(dt + INTERVAL '1 month' AS DATE)",
    "CAST(dt - INTERVAL '36 hours' AS DATE)",
    "CAST(dt AS DATE) = da",
    "dt > TIMESTAMP '2024-02-29 00:00:00'",
    "da <= DATE '2024-02-29'",
    "(SELECT max(a) FROM r)",
    "a >= ALL (SELECT a FROM r WHERE a IS NOT NULL)",
    "EXISTS (SELECT 1 FROM r x WHERE x.a = r.b + 5)",
];

fn rows_columns() -> Vec<Column> {
    let mut columns = columns();
    columns.retain(|column| !["Weird col", "gr`öße", "j"].contains(&column.name.as_str()));
    columns
}

fn create_table(type_of: impl Fn(&Type) -> String) -> String {
    let columns: Vec<String> =
        rows_columns().iter().map(|column| format!("{} {}", column.name, type_of(&column.ty))).collect();
    format!("CREATE TABLE r (id INT PRIMARY KEY, {})", columns.join(", "))
}

/// The values of the expression in all rows, on PostgreSQL.
async fn portable_values(client: &tokio_postgres::Client, expression: &str) -> Vec<Option<String>> {
    let query = format!("SELECT ({expression}) FROM r ORDER BY id");
    let messages =
        client.simple_query(&query).await.unwrap_or_else(|error| panic!("{expression}: {error:?}"));
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row.get(0).map(str::to_owned)),
        _ => None,
    });
    rows.collect()
}

/// Whether the texts of two databases stand for one value.
fn is_same(portable: Option<&str>, native: Option<&str>) -> bool {
    let (Some(portable), Some(native)) = (portable, native) else { return portable == native };
    let truth = match portable {
        "t" => "1",
        "f" => "0",
        other => other,
    };
    if portable == native || truth == native {
        return true;
    }
    match (portable.parse::<f64>(), native.parse::<f64>()) {
        // As many digits as a division has on MySQL.
        (Ok(portable), Ok(native)) => (portable - native).abs() <= 1e-4 * portable.abs().max(1.0),
        _ => false,
    }
}

#[test]
fn expressions_have_the_values_of_portable_sql() {
    let database = Database::create(Engine::Postgresql);
    database.run(&create_table(|ty| ty.to_string()));
    database.run(ROWS);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("starts");
    let expected: Vec<Vec<Option<String>>> = runtime.block_on(async {
        let (client, connection) =
            tokio_postgres::connect(database.url(), tokio_postgres::NoTls).await.expect("connects");
        tokio::spawn(connection);
        let mut values = Vec::new();
        for expression in EXPRESSIONS {
            values.push(portable_values(&client, expression).await);
        }
        values
    });
    let known = rows_columns();
    let mut wrong = String::new();
    for server in SERVERS {
        let trial = Trial::new(server);
        trial.database.run(&create_table(|ty| match ty {
            Type::Timestamp(_) => "DATETIME(6)".to_owned(),
            ty => ty.to_string(),
        }));
        trial.database.run(ROWS);
        let context = Context::new(server).with_columns(&known);
        for (expression, expected) in EXPRESSIONS.iter().zip(&expected) {
            let translated =
                context.translate(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
            let rows = trial.rows(&format!("SELECT ({translated}) FROM r ORDER BY id"));
            let rows = rows.unwrap_or_else(|error| panic!("{translated}: {error}"));
            let values: Vec<Option<String>> = rows.into_iter().flatten().collect();
            let same = expected.iter().zip(&values).all(|(a, b)| is_same(a.as_deref(), b.as_deref()));
            if !same || expected.len() != values.len() {
                wrong += &[expression, "\n  ", &translated, "\n"].concat();
                wrong += &[format!("  {expected:?}\n"), format!("  {values:?}\n")].concat();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
