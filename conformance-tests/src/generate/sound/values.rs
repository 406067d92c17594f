//! What the rows hold.

use retort_core::{
    schema::{Column, Schema, Type},
    sql::Syntax,
};

use super::is_unused;

/// The numbers of the rows of each table. The last has NULL wherever it may.
pub const ROWS: std::ops::RangeInclusive<usize> = 1..=3;

/// What a column holds in a row, as an expression of that database. Columns of
/// one type hold the same in the same row, so that foreign keys find it.
pub fn value(column: &Column, row: usize, schema: &Schema, syntax: &Syntax) -> String {
    if row == *ROWS.end() && column.nullable {
        return "NULL".to_owned();
    }
    let quoted = |text: String| syntax.quote_literal(&text);
    match &column.ty {
        Type::SmallInt | Type::Integer | Type::BigInt => row.to_string(),
        Type::Real | Type::Double => format!("{row}.5"),
        Type::Numeric { .. } => format!("{row}.25"),
        Type::Boolean => if row % 2 == 1 { syntax.booleans.yes } else { syntax.booleans.no }.to_owned(),
        Type::Char(_) | Type::VarChar(_) | Type::Text => quoted(format!("it's \\ {row}")),
        Type::Binary(size) => quoted(format!("{row}{}", "b".repeat((*size as usize).saturating_sub(1)))),
        Type::VarBinary(_) | Type::Blob => quoted(format!("bytes{row}")),
        Type::Date => quoted(format!("2024-02-0{row}")),
        Type::Time(_) => quoted(format!("12:30:0{row}")),
        Type::Timestamp(_) | Type::TimestampTz(_) => quoted(format!("2024-02-0{row} 12:30:45")),
        Type::Uuid => quoted(format!("00000000-0000-0000-0000-00000000000{row}")),
        Type::Json | Type::Jsonb => quoted(format!("{{\"a\": {row}}}")),
        Type::Array(_) => quoted("{1,2}".to_owned()),
        Type::Enum(name) => {
            let labels: Vec<&String> = schema.enums.get(name).map_or(Vec::new(), |enum_type| {
                enum_type.values.iter().filter(|label| !is_unused(label)).collect()
            });
            match labels.get(row % labels.len().max(1)) {
                Some(label) => quoted((*label).clone()),
                None => "NULL".to_owned(),
            }
        }
        Type::Native(_) => "NULL".to_owned(),
    }
}
