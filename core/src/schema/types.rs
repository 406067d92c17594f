//! Logical column types.

use std::fmt;

use super::name::{Name, QualifiedName};

/// A logical column type. Each backend documents the one type it maps to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A 16-bit integer.
    SmallInt,
    /// A 32-bit integer.
    Integer,
    /// A 64-bit integer.
    BigInt,
    /// True or false.
    Boolean,
    /// A 32-bit floating-point number.
    Real,
    /// A 64-bit floating-point number.
    Double,
    /// An exact decimal number.
    Numeric {
        /// Total digits; absent means as many as the backend allows.
        precision: Option<u32>,
        /// Digits after the point; absent means none.
        scale: Option<i32>,
    },
    /// Text of exactly this many characters, padded.
    Char(u32),
    /// Text of at most this many characters; absent means no limit.
    VarChar(Option<u32>),
    /// Text of any length.
    Text,
    /// Exactly this many bytes.
    Binary(u32),
    /// At most this many bytes.
    VarBinary(u32),
    /// Bytes of any length (`BYTEA`, `BLOB`).
    Blob,
    /// A calendar date.
    Date,
    /// A time of day, with this many digits of a second.
    Time(Option<u32>),
    /// A date and time without a zone, with this many digits of a second.
    Timestamp(Option<u32>),
    /// An instant, with this many digits of a second.
    TimestampTz(Option<u32>),
    /// A UUID.
    Uuid,
    /// JSON, kept as text.
    Json,
    /// JSON in the backend's binary form where it has one.
    Jsonb,
    /// A value of an enum type.
    Enum(QualifiedName),
    /// An array of a type.
    Array(Box<Self>),
    /// A type that only some backends know, as written.
    Native(String),
}

impl Type {
    /// The enum type that it is or is an array of.
    pub fn enum_name(&self) -> Option<&QualifiedName> {
        let mut ty = self;
        while let Self::Array(element) = ty {
            ty = element;
        }
        if let Self::Enum(name) = ty { Some(name) } else { None }
    }
}

impl fmt::Display for Type {
    /// Writes the type as portable SQL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sized = |f: &mut fmt::Formatter<'_>, word: &str, size: &Option<u32>| match size {
            Some(size) => write!(f, "{word}({size})"),
            None => f.write_str(word),
        };
        match self {
            Self::SmallInt => f.write_str("SMALLINT"),
            Self::Integer => f.write_str("INTEGER"),
            Self::BigInt => f.write_str("BIGINT"),
            Self::Boolean => f.write_str("BOOLEAN"),
            Self::Real => f.write_str("REAL"),
            Self::Double => f.write_str("DOUBLE PRECISION"),
            Self::Numeric { precision: None, .. } => f.write_str("NUMERIC"),
            Self::Numeric { precision: Some(precision), scale: None } => write!(f, "NUMERIC({precision})"),
            Self::Numeric { precision: Some(precision), scale: Some(scale) } => {
                write!(f, "NUMERIC({precision}, {scale})")
            }
            Self::Char(size) => write!(f, "CHAR({size})"),
            Self::VarChar(size) => sized(f, "VARCHAR", size),
            Self::Text => f.write_str("TEXT"),
            Self::Binary(size) => write!(f, "BINARY({size})"),
            Self::VarBinary(size) => write!(f, "VARBINARY({size})"),
            Self::Blob => f.write_str("BLOB"),
            Self::Date => f.write_str("DATE"),
            Self::Time(precision) => sized(f, "TIME", precision),
            Self::Timestamp(precision) => sized(f, "TIMESTAMP", precision),
            Self::TimestampTz(precision) => sized(f, "TIMESTAMPTZ", precision),
            Self::Uuid => f.write_str("UUID"),
            Self::Json => f.write_str("JSON"),
            Self::Jsonb => f.write_str("JSONB"),
            Self::Enum(name) => write!(f, "{name}"),
            Self::Array(element) => write!(f, "{element}[]"),
            Self::Native(text) => f.write_str(text),
        }
    }
}

/// An enum type: an ordered list of labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumType {
    /// The name of the type.
    pub name: QualifiedName,
    /// The labels, in their sort order.
    pub values: Vec<String>,
    /// The comment on the type.
    pub comment: Option<String>,
}

impl EnumType {
    /// An enum type without a comment.
    pub fn new(name: QualifiedName, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { name, values: values.into_iter().map(Into::into).collect(), comment: None }
    }

    /// The unqualified name.
    pub fn short_name(&self) -> &Name {
        &self.name.name
    }
}
