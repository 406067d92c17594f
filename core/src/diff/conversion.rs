//! What becomes of the values of a column that gets another type.

use std::collections::BTreeMap;

use crate::{
    expression::{self, BinaryOp, Expr},
    schema::{EnumType, Expression, Name, QualifiedName, Type},
};

/// How values of one type become values of another, on every backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Conversion {
    /// Without a word.
    Cast,
    /// By this expression.
    Using(Expression),
    /// Some backend has no conversion.
    None,
}

/// How the values of the column convert.
pub(super) fn conversion(column: &Name, from: &Type, to: &Type) -> Conversion {
    use Family::{Array, Boolean, Bytes, Date, Enum, Instant, Json, Native, Number, Text, Time, Uuid};
    if let (Type::Array(from), Type::Array(to)) = (from, to) {
        return match conversion(column, from, to) {
            Conversion::Cast => Conversion::Cast,
            Conversion::Using(_) | Conversion::None => Conversion::None,
        };
    }
    match (family(from), family(to)) {
        (Native, _) | (_, Native) => Conversion::Cast,
        (Number, Boolean) => Conversion::Using(is_not_zero(column)),
        (Text, Bytes) | (Bytes, Text) => Conversion::None,
        (Text, _) | (_, Text) => Conversion::Cast,
        (Boolean, Number) | (Date, Instant) | (Instant, Date | Time) => Conversion::Cast,
        (Array, Array) => Conversion::None,
        (from, to) if from == to => Conversion::Cast,
        (Number | Boolean | Bytes | Date | Time | Instant | Uuid | Json | Enum | Array, _) => {
            Conversion::None
        }
    }
}

fn is_not_zero(column: &Name) -> Expression {
    let zero = Expr::Number("0".to_owned());
    let comparison = Expr::binary(BinaryOp::NotEqual, Expr::column(column.clone()), zero);
    expression::canonical(&comparison).into()
}

/// Types that convert alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Number,
    Boolean,
    Text,
    Bytes,
    Date,
    Time,
    Instant,
    Uuid,
    Json,
    Enum,
    Array,
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
        Type::Timestamp(_) | Type::TimestampTz(_) => Family::Instant,
        Type::Uuid => Family::Uuid,
        Type::Json | Type::Jsonb => Family::Json,
        Type::Enum(_) => Family::Enum,
        Type::Array(_) => Family::Array,
        // A list of labels in the place of an enum type.
        Type::Native(text) if starts_with(text, "enum(") => Family::Enum,
        Type::Native(text) if is_number(text) => Family::Number,
        Type::Native(_) => Family::Native,
    }
}

/// Whether expressions over the column may mean something else with the new
/// type, or nothing: what is computed from it is then made again.
pub(super) fn changes_meaning(from: &Type, to: &Type) -> bool {
    family(from) != family(to) || matches!(family(from), Family::Enum | Family::Array | Family::Native)
}

/// Whether every value of the one type fits the other, as far as can be told.
pub(super) fn holds_all(
    from: &Type,
    to: &Type,
    enums: &BTreeMap<QualifiedName, EnumType>,
    after: &BTreeMap<QualifiedName, EnumType>,
) -> bool {
    match (from, to) {
        _ if from == to => true,
        (_, Type::Text | Type::VarChar(None)) => true,
        (Type::Enum(from), Type::Enum(to)) => {
            let (from, to) = (enums.get(from), after.get(to));
            from.zip(to).is_some_and(|(from, to)| from.values.iter().all(|label| to.values.contains(label)))
        }
        (Type::Enum(from), Type::VarChar(Some(size)) | Type::Char(size)) => enums
            .get(from)
            .is_some_and(|from| from.values.iter().all(|label| label.chars().count() <= *size as usize)),
        (Type::Array(from), Type::Array(to)) => holds_all(from, to, enums, after),
        (Type::Native(from), Type::Native(to)) => labels_stay(from, to),
        (from, to) => match (digits(from), digits(to)) {
            (Some(from), Some(to)) => from.fits(to),
            _ => fits(from, to),
        },
    }
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
}

/// Whether a native type is one for numbers: `tinyint`, `int unsigned`.
fn is_number(text: &str) -> bool {
    const WORDS: [&str; 5] = ["tinyint", "smallint", "mediumint", "int", "bigint"];
    let word = text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Whether both types list labels, and the second lists all of the first.
fn labels_stay(from: &str, to: &str) -> bool {
    let list = |text: &str| {
        let text = text.strip_prefix("enum(").or_else(|| text.strip_prefix("set("))?;
        Some(text.strip_suffix(')')?.to_owned())
    };
    let kind = |text: &str| text.find('(').and_then(|end| text.get(..end).map(str::to_owned));
    match (list(from), list(to)) {
        (Some(old), Some(new)) if kind(from) == kind(to) => {
            new == old || new.strip_prefix(old.as_str()).is_some_and(|rest| rest.starts_with(",'"))
        }
        _ => false,
    }
}

/// How many digits a number has before and after the point.
#[derive(Debug, Clone, Copy)]
struct Digits {
    whole: i64,
    fraction: i64,
    /// Whether its values are integers of a machine, which hold not quite all
    /// numbers of so many digits.
    is_integer: bool,
}

impl Digits {
    fn fits(self, other: Self) -> bool {
        match (self.is_integer, other.is_integer) {
            (false, true) => self.fraction == 0 && self.whole < other.whole,
            _ => self.whole <= other.whole && self.fraction <= other.fraction,
        }
    }
}

fn digits(ty: &Type) -> Option<Digits> {
    let integer = |whole| Some(Digits { whole, fraction: 0, is_integer: true });
    match ty {
        Type::SmallInt => integer(5),
        Type::Integer => integer(10),
        Type::BigInt => integer(19),
        Type::Numeric { precision: Some(precision), scale } => {
            let fraction = i64::from(scale.unwrap_or_default());
            Some(Digits { whole: i64::from(*precision) - fraction, fraction, is_integer: false })
        }
        Type::Numeric { precision: None, .. } => {
            Some(Digits { whole: i64::from(u32::MAX), fraction: i64::from(u32::MAX), is_integer: false })
        }
        _ => None,
    }
}

fn fits(from: &Type, to: &Type) -> bool {
    let second = |digits: &Option<u32>| digits.unwrap_or(u32::MAX);
    match (from, to) {
        (Type::SmallInt, Type::Real | Type::Double) | (Type::Integer | Type::Real, Type::Double) => true,
        (
            Type::Boolean,
            Type::SmallInt | Type::Integer | Type::BigInt | Type::Numeric { .. } | Type::Double,
        ) => true,
        (Type::Char(old) | Type::VarChar(Some(old)), Type::Char(new) | Type::VarChar(Some(new))) => {
            old <= new
        }
        (Type::Binary(old) | Type::VarBinary(old), Type::VarBinary(new)) => old <= new,
        (Type::Binary(_) | Type::VarBinary(_), Type::Blob)
        | (Type::Date, Type::Timestamp(_) | Type::TimestampTz(_)) => true,
        (Type::Time(old), Type::Time(new))
        | (Type::Timestamp(old) | Type::TimestampTz(old), Type::Timestamp(new) | Type::TimestampTz(new)) => {
            second(old) <= second(new)
        }
        (Type::Json | Type::Jsonb, Type::Json | Type::Jsonb) => true,
        _ => false,
    }
}
