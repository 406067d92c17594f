//! The rows of a database, in a form that does not depend on the engine.

use std::{
    collections::{BTreeMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
};

use retort_conformance::Witness;
use retort_core::{
    backend::{Row, Value},
    schema::{QualifiedName, Schema, Table, Type},
    sql::Syntax,
};

use crate::place::Place;

/// The rows of all tables, by the name of the table, each value as text.
pub(crate) type Content = BTreeMap<String, Vec<Vec<String>>>;

/// Reads all rows of the tables through the witness. Columns are in the order
/// of their names, rows in order.
///
/// The types are those of the schema that revisions imply: two engines that
/// store one thing otherwise show it alike.
pub(crate) fn read(place: &mut Place, schema: &Schema) -> Content {
    let syntax = *place.engine.backend().syntax();
    schema
        .tables
        .values()
        .map(|table| (table.name.to_string().replace('.', "_"), rows(place, table, &syntax)))
        .collect()
}

/// Reads all rows of the views through the witness.
pub(crate) fn read_views(place: &Place, schema: &Schema) -> Content {
    let syntax = *place.engine.backend().syntax();
    let rows = |name: &QualifiedName| {
        let query = format!("SELECT * FROM {}", syntax.quote_qualified(name));
        let found = place.wait(place.witness.clone().rows(&query));
        let found = found.unwrap_or_else(|error| panic!("{:?}: {error}: {query}", place.engine));
        // What looks like a number is one, however many digits it has.
        let number = Type::Numeric { precision: None, scale: None };
        let shown = |row: &Row| row.0.iter().map(|value| plain(value, &number)).collect();
        let mut rows: Vec<Vec<String>> = found.iter().map(shown).collect();
        rows.sort();
        rows
    };
    schema.views.keys().map(|name| (name.to_string(), rows(name))).collect()
}

/// Reads all rows as [`read`] does, each value exactly as the witness has it:
/// to be compared with that of the same engine.
pub(crate) fn read_exactly(place: &mut Place, schema: &Schema) -> Content {
    let syntax = *place.engine.backend().syntax();
    let exact = |value: &Value, _: &Type| format!("{value:?}");
    let tables = schema.tables.values();
    tables.map(|table| (table.name.to_string(), rows_as(place, table, &syntax, exact))).collect()
}

/// The rows of a table.
pub(crate) fn rows(place: &mut Place, table: &Table, syntax: &Syntax) -> Vec<Vec<String>> {
    rows_as(place, table, syntax, plain)
}

fn rows_as(
    place: &mut Place,
    table: &Table,
    syntax: &Syntax,
    plain: impl Fn(&Value, &Type) -> String,
) -> Vec<Vec<String>> {
    let mut columns: Vec<(&str, &Type)> =
        table.columns.iter().map(|column| (column.name.as_str(), &column.ty)).collect();
    columns.sort_by_key(|(name, _)| *name);
    let names: Vec<String> = columns.iter().map(|(name, _)| syntax.quote_identifier(name)).collect();
    let query = format!("SELECT {} FROM {}", names.join(", "), syntax.quote_qualified(&table.name));
    let mut witness = place.witness.clone();
    let found = place.wait(witness.rows(&query));
    let found = found.unwrap_or_else(|error| panic!("{:?}: {error}: {query}", place.engine));
    let shown = |row: &Row| -> Vec<String> {
        row.0.iter().zip(&columns).map(|(value, (_, ty))| plain(value, ty)).collect()
    };
    let mut rows: Vec<Vec<String>> = found.iter().map(shown).collect();
    rows.sort();
    rows
}

/// A hash of each table's rows, with their number.
pub(crate) fn hashes(content: &Content) -> BTreeMap<String, (usize, u64)> {
    let of = |rows: &Vec<Vec<String>>| {
        let mut hasher = DefaultHasher::new();
        rows.hash(&mut hasher);
        (rows.len(), hasher.finish())
    };
    content.iter().map(|(table, rows)| (table.clone(), of(rows))).collect()
}

/// Fails with the first row in which two contents differ.
#[track_caller]
pub(crate) fn assert_same(found: &Content, expected: &Content, told: &str) {
    let names = |content: &Content| content.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(expected), "tables {told}");
    for (table, rows) in found {
        let wanted = &expected[table];
        let at = rows.iter().zip(wanted).position(|(row, wanted)| row != wanted);
        if let Some(at) = at {
            panic!("row {at} of {table} {told}\n   found {:?}\nexpected {:?}", rows[at], wanted[at]);
        }
        assert_eq!(rows.len(), wanted.len(), "number of rows of {table} {told}");
    }
}

/// A number without the zeros that say nothing. All its digits count.
fn number(text: &str) -> String {
    match text.split_once('.') {
        Some((whole, fraction)) if !text.contains(['e', 'E']) => match fraction.trim_end_matches('0') {
            "" => whole.to_owned(),
            fraction => format!("{whole}.{fraction}"),
        },
        _ => text.to_owned(),
    }
}

/// A value as text that does not depend on the engine.
fn plain(value: &Value, ty: &Type) -> String {
    let text = match value {
        Value::Null => return "NULL".to_owned(),
        Value::Integer(integer) => integer.to_string(),
        Value::Real(real) => real.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => match str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            // No byte may be lost: two that are not text are two.
            Err(_) => format!("{bytes:02x?}"),
        },
    };
    match ty {
        Type::Boolean => match text.as_str() {
            "t" | "1" | "true" => "true".to_owned(),
            _ => "false".to_owned(),
        },
        Type::Numeric { .. } => number(&text),
        Type::Real | Type::Double => match text.parse::<f64>() {
            Ok(number) => format!("{number}"),
            Err(_) => text,
        },
        Type::Time(_) | Type::Timestamp(_) | Type::TimestampTz(_) => {
            let text = text.strip_suffix("+00").unwrap_or(&text).trim_end_matches(['Z']).replace('T', " ");
            match text.split_once('.') {
                Some((seconds, fraction)) if fraction.bytes().all(|digit| digit == b'0') => {
                    seconds.to_owned()
                }
                Some((seconds, fraction)) => format!("{seconds}.{}", fraction.trim_end_matches('0')),
                None => text,
            }
        }
        Type::Json | Type::Jsonb => text.replace(": ", ":").replace(", ", ","),
        // Padding is the engine's matter.
        Type::Char(_) => text.trim_end().to_owned(),
        Type::Binary(_) => text.trim_end_matches('\0').to_owned(),
        Type::Uuid => text.to_lowercase(),
        Type::SmallInt
        | Type::Integer
        | Type::BigInt
        | Type::VarChar(_)
        | Type::Text
        | Type::VarBinary(_)
        | Type::Blob
        | Type::Date
        | Type::Enum(_)
        | Type::Array(_)
        | Type::Native(_) => text,
    }
}
