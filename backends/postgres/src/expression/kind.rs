//! What kind of value a type has, as far as it decides which casts PostgreSQL
//! adds by itself.

use retort_core::{schema::Type, script::portable::native_type_name};

/// A type without its length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    SmallInt,
    Integer,
    BigInt,
    Numeric,
    Real,
    Double,
    Boolean,
    Text,
    VarChar,
    Char,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Interval,
    Uuid,
    Json,
    Jsonb,
    Bytes,
    Array(Box<Self>),
    /// Any other, by its name: enum types among them.
    Named(String),
    /// A literal without a type, which takes it from what is around it.
    Unknown,
}

impl Kind {
    pub(super) fn of(ty: &Type) -> Self {
        match ty {
            Type::SmallInt => Self::SmallInt,
            Type::Integer => Self::Integer,
            Type::BigInt => Self::BigInt,
            Type::Boolean => Self::Boolean,
            Type::Real => Self::Real,
            Type::Double => Self::Double,
            Type::Numeric { .. } => Self::Numeric,
            Type::Char(_) => Self::Char,
            Type::VarChar(_) => Self::VarChar,
            Type::Text => Self::Text,
            Type::Binary(_) | Type::VarBinary(_) | Type::Blob => Self::Bytes,
            Type::Date => Self::Date,
            Type::Time(_) => Self::Time,
            Type::Timestamp(_) => Self::Timestamp,
            Type::TimestampTz(_) => Self::TimestampTz,
            Type::Uuid => Self::Uuid,
            Type::Json => Self::Json,
            Type::Jsonb => Self::Jsonb,
            Type::Enum(name) => Self::Named(name.to_string()),
            Type::Array(element) => Self::Array(Box::new(Self::of(element))),
            Type::Native(text) => match text.split(['(', ' ']).next() {
                Some("interval") => Self::Interval,
                Some("bpchar") => Self::Char,
                Some("bytea") => Self::Bytes,
                _ => {
                    Self::Named(native_type_name(text).map_or_else(|| text.clone(), |name| name.to_string()))
                }
            },
        }
    }

    pub(super) fn is_number(&self) -> bool {
        self.rank().is_some()
    }

    pub(super) fn is_integer(&self) -> bool {
        matches!(self, Self::SmallInt | Self::Integer | Self::BigInt)
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::VarChar | Self::Char)
    }

    pub(super) fn is_moment(&self) -> bool {
        matches!(self, Self::Date | Self::Timestamp | Self::TimestampTz)
    }

    /// Numbers become those of a higher rank by themselves.
    fn rank(&self) -> Option<u8> {
        match self {
            Self::SmallInt => Some(0),
            Self::Integer => Some(1),
            Self::BigInt => Some(2),
            Self::Numeric => Some(3),
            Self::Real => Some(4),
            Self::Double => Some(5),
            Self::Boolean
            | Self::Text
            | Self::VarChar
            | Self::Char
            | Self::Date
            | Self::Time
            | Self::Timestamp
            | Self::TimestampTz
            | Self::Interval
            | Self::Uuid
            | Self::Json
            | Self::Jsonb
            | Self::Bytes
            | Self::Array(_)
            | Self::Named(_)
            | Self::Unknown => None,
        }
    }

    /// The kind that two numbers, or two moments, both become.
    pub(super) fn wider(&self, other: &Self) -> Option<Self> {
        if self.is_moment() && other.is_moment() {
            return Some(if self.becomes(other) { other.clone() } else { self.clone() });
        }
        Some(if self.rank()? >= other.rank()? { self.clone() } else { other.clone() })
    }

    /// As [`wider`](Self::wider), for numbers to be added or compared.
    pub(super) fn common(&self, other: &Self) -> Option<Self> {
        // There is no operator for `real` and anything else but itself.
        match self.wider(other)? {
            Self::Real if self != other => Some(Self::Double),
            wider => Some(wider),
        }
    }

    /// Whether a value becomes one of the other kind without being told to.
    pub(super) fn becomes(&self, other: &Self) -> bool {
        match (self, other) {
            _ if self == other => true,
            (Self::Unknown, _) => true,
            (mine, its) if mine.is_number() => its.rank().is_some_and(|its| mine.rank() < Some(its)),
            (mine, its) if mine.is_text() => its.is_text(),
            (Self::Date, Self::Timestamp | Self::TimestampTz) | (Self::Timestamp, Self::TimestampTz) => true,
            (Self::Time, Self::Interval) => true,
            _ => false,
        }
    }

    /// A type of this kind, to write a cast of numbers and moments.
    pub(super) fn plain_type(&self) -> Option<Type> {
        match self {
            Self::SmallInt => Some(Type::SmallInt),
            Self::Integer => Some(Type::Integer),
            Self::BigInt => Some(Type::BigInt),
            Self::Numeric => Some(Type::Numeric { precision: None, scale: None }),
            Self::Real => Some(Type::Real),
            Self::Double => Some(Type::Double),
            Self::Date => Some(Type::Date),
            Self::Timestamp => Some(Type::Timestamp(None)),
            Self::TimestampTz => Some(Type::TimestampTz(None)),
            Self::Boolean
            | Self::Text
            | Self::VarChar
            | Self::Char
            | Self::Time
            | Self::Interval
            | Self::Uuid
            | Self::Json
            | Self::Jsonb
            | Self::Bytes
            | Self::Array(_)
            | Self::Named(_)
            | Self::Unknown => None,
        }
    }
}

/// Whether the type says more than its kind: a length, a precision.
pub(super) fn has_modifier(ty: &Type) -> bool {
    match ty {
        Type::Numeric { precision, .. } => precision.is_some(),
        Type::Char(_) => true,
        Type::VarChar(size) | Type::Time(size) | Type::Timestamp(size) | Type::TimestampTz(size) => {
            size.is_some()
        }
        Type::Array(element) => has_modifier(element),
        Type::Native(text) => text.contains('(') || text.starts_with("interval "),
        Type::SmallInt
        | Type::Integer
        | Type::BigInt
        | Type::Boolean
        | Type::Real
        | Type::Double
        | Type::Text
        | Type::Binary(_)
        | Type::VarBinary(_)
        | Type::Blob
        | Type::Date
        | Type::Uuid
        | Type::Json
        | Type::Jsonb
        | Type::Enum(_) => false,
    }
}
