//! Rows of the server as those of the seam.

use std::{error::Error, pin::pin};

use futures_util::{StreamExt, future::join3};
use retort_core::backend::{BackendError, Row, Value};
use tokio_postgres::{
    SimpleQueryMessage, SimpleQueryRow,
    types::{FromSql, Kind, ToSql, Type},
};

use crate::{connection::Link, error};

/// A row of text, whatever the types of its columns.
pub(super) type TextRow = Vec<Option<String>>;

/// Begins a transaction for a query.
const BEGIN: &str = "BEGIN READ ONLY";

/// Runs a query and returns its rows.
///
/// Three requests go out at once, so that it runs in a transaction that cannot
/// write. The driver asks for all values in binary form, and types are known
/// only then. Where there are types that only the server can write as text,
/// the query runs once more, for text.
pub(super) async fn fetch(link: &mut Link, sql: &str) -> Result<Vec<Row>, BackendError> {
    let (client, wire) = link.split();
    let none: [(&(dyn ToSql + Sync), Type); 0] = [];
    let (begun, fetched, ended) = wire
        .drive(join3(
            client.batch_execute(BEGIN),
            client.query_typed(sql, &none),
            client.batch_execute("COMMIT"),
        ))
        .await;
    let failure = |failed| {
        let offset = error::position(&failed).and_then(|at| sql.char_indices().nth(at)).map(|(at, _)| at);
        error::of_statement(failed, sql, offset)
    };
    let rows = match (begun, fetched, ended) {
        (Ok(()), Ok(rows), Ok(())) => rows,
        (Ok(()), Err(failed), _) => return Err(link.translate(failed, failure)),
        (Err(failed), ..) | (.., Err(failed)) => return Err(link.translate(failed, error::of_request)),
    };
    let Some(first) = rows.first() else {
        return Ok(Vec::new());
    };
    let forms: Vec<Form> = first.columns().iter().map(|column| Form::of(column.type_())).collect();
    if forms.contains(&Form::Printed) {
        return printed(link, sql, &forms).await;
    }
    let row = |row: &tokio_postgres::Row| {
        let values = forms.iter().enumerate().map(|(column, form)| {
            let Raw(bytes) = row.try_get(column).map_err(error::of_request)?;
            Ok(bytes.map_or(Value::Null, |bytes| form.read_binary(bytes)))
        });
        values.collect::<Result<_, BackendError>>().map(Row)
    };
    rows.iter().map(row).collect()
}

/// The rows of a query that was seen to be one, as the server prints them.
async fn printed(link: &mut Link, sql: &str, forms: &[Form]) -> Result<Vec<Row>, BackendError> {
    let text = format!("{BEGIN};\n{sql}\n;\nCOMMIT");
    let (client, wire) = link.split();
    let fetched = wire.drive(async {
        let mut messages = pin!(client.simple_query_raw(&text).await?);
        let mut rows = Vec::new();
        while let Some(message) = messages.next().await {
            if let SimpleQueryMessage::Row(row) = message? {
                let values = text_row(&row).into_iter().zip(forms);
                let values = values.map(|(text, form)| text.map_or(Value::Null, |text| form.read_text(text)));
                rows.push(Row(values.collect()));
            }
        }
        Ok(rows)
    });
    match fetched.await {
        Ok(rows) => Ok(rows),
        Err(failed) => {
            link.run("ROLLBACK").await.ok();
            Err(link.translate(failed, |failed| error::of_statement(failed, sql, None)))
        }
    }
}

/// The values of a row that came as text.
pub(super) fn text_row(row: &SimpleQueryRow) -> TextRow {
    (0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect()
}

/// A row that came as text, its types unknown.
pub(super) fn untyped(row: &TextRow) -> Row {
    Row(row.iter().map(|text| text.clone().map_or(Value::Null, Value::Text)).collect())
}

/// Whether rows that came as text are these, in any order.
pub(super) fn are(found: &[TextRow], expected: &[Row]) -> bool {
    let mut rest: Vec<&Row> = expected.iter().collect();
    found.len() == expected.len()
        && found.iter().all(|row| {
            let same = rest.iter().position(|other| is(row, other));
            same.map(|at| rest.swap_remove(at)).is_some()
        })
}

fn is(found: &TextRow, expected: &Row) -> bool {
    found.len() == expected.0.len()
        && found.iter().zip(&expected.0).all(|(text, value)| match (text, value) {
            (None, Value::Null) => true,
            (Some(text), Value::Text(expected)) => text == expected,
            (Some(text), Value::Integer(_)) => Form::Integer.read_text(text.clone()) == *value,
            (Some(text), Value::Real(_)) => Form::Real.read_text(text.clone()) == *value,
            (Some(text), Value::Blob(_)) => Form::Bytes.read_text(text.clone()) == *value,
            (None, _) | (Some(_), Value::Null) => false,
        })
}

/// What becomes of the values of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Boolean,
    Integer,
    Real,
    Bytes,
    /// Text, of which the binary form is the text.
    Text,
    Timestamp,
    /// Text, which only the server can write.
    Printed,
}

impl Form {
    fn of(ty: &Type) -> Self {
        match ty.kind() {
            Kind::Domain(of) => return Self::of(of),
            Kind::Enum(_) => return Self::Text,
            _ => {}
        }
        match *ty {
            Type::BOOL => Self::Boolean,
            Type::INT2 | Type::INT4 | Type::INT8 | Type::OID => Self::Integer,
            Type::FLOAT4 | Type::FLOAT8 => Self::Real,
            Type::BYTEA => Self::Bytes,
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::JSON => Self::Text,
            Type::TIMESTAMP => Self::Timestamp,
            _ => Self::Printed,
        }
    }

    fn read_binary(self, bytes: &[u8]) -> Value {
        let binary = match self {
            Self::Boolean => bytes.first().map(|byte| Value::Integer(i64::from(*byte))),
            Self::Integer => integer(bytes).map(Value::Integer),
            Self::Real => real(bytes).map(Value::Real),
            Self::Bytes => None,
            Self::Timestamp => integer(bytes).and_then(timestamp).map(Value::Text),
            Self::Text | Self::Printed => {
                std::str::from_utf8(bytes).ok().map(|text| Value::Text(text.into()))
            }
        };
        binary.unwrap_or_else(|| Value::Blob(bytes.to_vec()))
    }

    fn read_text(self, text: String) -> Value {
        let value = match self {
            Self::Boolean => Some(Value::Integer(i64::from(text == "t"))),
            Self::Integer => text.parse().ok().map(Value::Integer),
            Self::Real => text.parse().ok().map(Value::Real),
            Self::Bytes => text.strip_prefix("\\x").and_then(hexadecimal).map(Value::Blob),
            Self::Text | Self::Timestamp | Self::Printed => None,
        };
        value.unwrap_or(Value::Text(text))
    }
}

/// An integer of two, four or eight bytes.
fn integer(bytes: &[u8]) -> Option<i64> {
    match *bytes {
        [a, b] => Some(i16::from_be_bytes([a, b]).into()),
        [a, b, c, d] => Some(i32::from_be_bytes([a, b, c, d]).into()),
        _ => bytes.try_into().ok().map(i64::from_be_bytes),
    }
}

fn real(bytes: &[u8]) -> Option<f64> {
    match *bytes {
        // By its shortest text: 1.1 of four bytes is not 1.100000023841858.
        [a, b, c, d] => f32::from_be_bytes([a, b, c, d]).to_string().parse().ok(),
        _ => bytes.try_into().ok().map(f64::from_be_bytes),
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    digits?.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + *pair.get(1)?).ok()).collect()
}

/// Writes microseconds since 2000 as the server does.
fn timestamp(microseconds: i64) -> Option<String> {
    const DAY: i64 = 86_400_000_000;
    // From 0000-03-01, so that a leap day is the last of its year.
    const DAYS_TO_2000: i64 = 730_425;
    const DAYS_OF_ERA: i64 = 146_097;
    match microseconds {
        i64::MAX => return Some("infinity".to_owned()),
        i64::MIN => return Some("-infinity".to_owned()),
        _ => {}
    }
    let days = microseconds.div_euclid(DAY) + DAYS_TO_2000;
    let (era, day) = (days.div_euclid(DAYS_OF_ERA), days.rem_euclid(DAYS_OF_ERA));
    let year_of_era = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (year, suffix) = if year > 0 { (year, "") } else { (1 - year, " BC") };
    let time = microseconds.rem_euclid(DAY);
    let (seconds, fraction) = (time / 1_000_000, time % 1_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:06}") };
    let fraction = fraction.trim_end_matches('0');
    Some(format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{fraction}{suffix}"))
}

/// The bytes of a value of any type.
struct Raw<'a>(Option<&'a [u8]>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(Some(raw)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
