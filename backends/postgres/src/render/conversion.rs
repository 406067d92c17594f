//! How the values of a column become values of another type.

use retort_core::{
    backend::BackendError,
    schema::{Column, Type},
};

use super::quote;
use crate::{server::Server, types::type_sql};

/// What stands behind `USING` where the user gives nothing: nothing where
/// PostgreSQL assigns values of the one type to the other, which fails where a
/// value does not fit; a cast would cut it.
///
/// Times without a zone are taken as UTC, whatever the time zone of the session
/// is, as on databases that have only such.
///
/// # Errors
///
/// Fails as unsupported if there is no cast.
pub(super) fn using(old: &Column, new: &Type, server: Server) -> Result<Option<String>, BackendError> {
    let held = quote(&old.name);
    match conversion(&old.ty, new) {
        Conversion::Assigned => Ok(None),
        Conversion::Cast => Ok(Some(format!("{held}::{}", type_sql(new, server)?))),
        Conversion::By(value) => {
            Ok(Some(value.replace("{held}", &held).replace("{type}", &type_sql(new, server)?)))
        }
        Conversion::None => Err(BackendError::unsupported(format!(
            "PostgreSQL has no cast from {} to {new}: say with USING what becomes of the values of column `{}`",
            old.ty, old.name
        ))),
    }
}

/// How values of one type become values of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Conversion {
    /// As in an assignment.
    Assigned,
    /// By a cast.
    Cast,
    /// By an expression over `{held}` to `{type}`.
    By(&'static str),
    /// There is no way.
    None,
}

fn conversion(old: &Type, new: &Type) -> Conversion {
    use Family::{
        Boolean, Bytes, Date, Enum, Json, List, Native, Number, Text, Time, Timestamp, TimestampTz, Uuid,
    };
    if let (Type::Array(old), Type::Array(new)) = (old, new) {
        return match conversion(old, new) {
            Conversion::By(BY_TEXT) => Conversion::By("{held}::text[]::{type}"),
            Conversion::By(_) => Conversion::None,
            element => element,
        };
    }
    match (family(old), family(new)) {
        _ if old == new => Conversion::Assigned,
        (Text, Bytes) => Conversion::By("convert_to({held}, 'UTF8')"),
        (Bytes, Text) => Conversion::By("convert_from({held}, 'UTF8')"),
        // No other type has a cast to an enum type, but each has one to text.
        (Enum | Native, Enum) => Conversion::By(BY_TEXT),
        (_, Text) => Conversion::Assigned,
        (Text, _) => Conversion::Cast,
        // Only PostgreSQL knows which casts its other types have.
        (Native, _) | (_, Native) => Conversion::Assigned,
        (Number, Boolean) => Conversion::By("{held} <> 0"),
        (Boolean, Number) => Conversion::By("{held}::integer::{type}"),
        (Date, Timestamp) | (Timestamp, Date | Time) => Conversion::Assigned,
        (Date, TimestampTz) => Conversion::By("{held}::timestamp AT TIME ZONE 'UTC'"),
        (Timestamp, TimestampTz) | (TimestampTz, Timestamp) => Conversion::By("{held} AT TIME ZONE 'UTC'"),
        (TimestampTz, Date | Time) => Conversion::By("({held} AT TIME ZONE 'UTC')::{type}"),
        (old, new) if old == new && old != List => Conversion::Assigned,
        (Number | Boolean | Bytes | Date | Time | Timestamp | TimestampTz | Uuid | Json | Enum | List, _) => {
            Conversion::None
        }
    }
}

/// Labels of one enum type as those of another.
const BY_TEXT: &str = "{held}::text::{type}";

/// Types that PostgreSQL casts alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Number,
    Boolean,
    Text,
    Bytes,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Uuid,
    Json,
    Enum,
    List,
    Native,
}

fn family(ty: &Type) -> Family {
    match ty {
        Type::SmallInt | Type::Integer | Type::BigInt | Type::Real | Type::Double | Type::Numeric { .. } => {
            Family::Number
        }
        Type::Boolean => Family::Boolean,
        Type::Char(_) | Type::VarChar(_) | Type::Text => Family::Text,
        Type::Binary(_) | Type::VarBinary(_) | Type::Blob => Family::Bytes,
        Type::Date => Family::Date,
        Type::Time(_) => Family::Time,
        Type::Timestamp(_) => Family::Timestamp,
        Type::TimestampTz(_) => Family::TimestampTz,
        Type::Uuid => Family::Uuid,
        Type::Json | Type::Jsonb => Family::Json,
        Type::Enum(_) => Family::Enum,
        Type::Array(_) => Family::List,
        Type::Native(_) => Family::Native,
    }
}
