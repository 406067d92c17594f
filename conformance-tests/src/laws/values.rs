//! Values: what is stored is what the backend and another driver read.

use retort_core::backend::{Row, Value};

use crate::{
    case::{Case, Stop, Verdict, ensure, same},
    context::Context,
    site::Site,
};

pub(super) fn cases() -> Vec<Case> {
    let case = |sample: &'static Sample| {
        Case::with_database(format!("witness::sees_the_values_of::{}", sample.name), move |context| {
            Box::pin(sees_the_values(context, sample))
        })
    };
    SAMPLES.iter().map(case).collect()
}

/// Values of a type, as they go into a statement.
struct Sample {
    name: &'static str,
    ty: &'static str,
    /// Numbers and keywords as they are.
    plain: &'static [&'static str],
    /// What stands in quotes.
    texts: &'static [&'static str],
}

const fn numbers(name: &'static str, ty: &'static str, plain: &'static [&'static str]) -> Sample {
    Sample { name, ty, plain, texts: &[] }
}

const fn texts(name: &'static str, ty: &'static str, texts: &'static [&'static str]) -> Sample {
    Sample { name, ty, plain: &[], texts }
}

const SAMPLES: &[Sample] = &[
    numbers("smallint", "SMALLINT", &["0", "-32768", "32767"]),
    numbers("integer", "INTEGER", &["0", "-2147483648", "2147483647"]),
    numbers("bigint", "BIGINT", &["0", "-9223372036854775808", "9223372036854775807"]),
    numbers("double_precision", "DOUBLE PRECISION", &["0.5", "-2.5e10", "1e-5"]),
    numbers("numeric", "NUMERIC(20, 2)", &["0.00", "-123456789012.34", "99.50"]),
    texts(
        "varchar",
        "VARCHAR(100)",
        &["", "it's", "back\\slash", "two\nlines", "é漢🦀", " spaces ", "NULL", "1"],
    ),
    texts(
        "text",
        "TEXT",
        &["", "it's", "back\\slash \\n", "two\r\nlines\t", "é漢🦀", "-- /* ;", "\"quoted\" `ticks`"],
    ),
    texts("date", "DATE", &["2024-02-29", "1999-12-31"]),
    texts("time", "TIME(0)", &["00:00:00", "23:59:59"]),
    texts("timestamp", "TIMESTAMP(0)", &["2024-02-29 12:30:45", "1969-12-31 23:59:59"]),
    texts("timestamp_with_fraction", "TIMESTAMP(6)", &["2024-02-29 12:30:45.123456"]),
    texts("uuid", "UUID", &["00000000-0000-0000-0000-000000000001", "12345678-1234-5678-9abc-def012345678"]),
    texts("json", "JSON", &["{\"a\": [1, 2, \"it's\"]}", "null"]),
    texts("blob", "BYTEA", &["abc"]),
];

async fn sees_the_values(context: &Context, sample: &Sample) -> Verdict {
    let mut site =
        Site::with(context, &format!("CREATE TABLE v (id INTEGER PRIMARY KEY, value {})", sample.ty)).await?;
    let session = &mut site.session;
    let Some(mut witness) = session.witness() else {
        return Err(Stop::skipped("the harness has no witness"));
    };
    let mut values: Vec<String> = sample.plain.iter().map(|text| (*text).to_owned()).collect();
    values.extend(sample.texts.iter().map(|text| session.literal(text)));
    values.push("NULL".to_owned());
    for (id, value) in values.iter().enumerate() {
        session.run(&[&*format!("INSERT INTO v (id, value) VALUES ({id}, {value})")]).await?;
    }
    let query = "SELECT id, value FROM v ORDER BY id";
    let read = session.rows(query).await?;
    ensure!(read.len() == values.len(), "{} rows are read", read.len());
    let mut seen = witness.rows(query).await.map_err(|error| Stop::failed(error.to_string()))?;
    seen.sort_by_key(|row| format!("{row:?}"));
    same(&shown(&read), &shown(&seen), || {
        format!("what is read, and what the witness sees, of {}", sample.ty)
    })?;
    // Text comes back as it went in, whatever the driver makes of it.
    if sample.ty.starts_with("VARCHAR") || sample.ty == "TEXT" {
        let mut expected: Vec<Value> =
            sample.texts.iter().map(|text| Value::Text((*text).to_owned())).collect();
        expected.push(Value::Null);
        let found: Vec<Value> = read.iter().filter_map(|row| row.0.get(1).cloned()).collect();
        same(&found, &expected, || "text as it went in".to_owned())?;
    }
    site.session.close().await
}

/// Rows as texts that do not depend on the driver.
fn shown(rows: &[Row]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.0.iter().map(plain).collect()).collect()
}

/// A value as text that does not depend on the driver.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(integer) => integer.to_string(),
        Value::Real(real) => real.to_string(),
        // `1.50` and `1.5` are one number.
        Value::Text(text) => match text.parse::<f64>() {
            Ok(number) if text.contains('.') => number.to_string(),
            Ok(_) | Err(_) => text.clone(),
        },
        Value::Blob(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => format!("{bytes:?}"),
        },
    }
}
