//! Logical types and MySQL's.

pub(crate) mod read;

use std::collections::BTreeMap;

use retort_core::{
    backend::BackendError,
    schema::{Column, EnumType, QualifiedName, Type},
};

use crate::{
    option,
    render::refuse,
    server::{Flavor, Server},
    syntax::SYNTAX,
};

/// How a UUID is stored where there is no type for it.
pub(crate) const UUID_AS_TEXT: &str = "CHAR(36) CHARACTER SET ascii COLLATE ascii_bin";

/// How much of a value an index holds that cannot hold all of it: characters
/// of text, or bytes.
pub(crate) const KEY_PREFIX: u32 = 255;

/// The most characters of text, at four bytes each, that a key has room for.
const LONGEST_KEY_TEXT: u32 = 3072 / 4;

/// The most bytes that a key has room for.
const LONGEST_KEY_BYTES: u32 = 3072;

/// The most digits of a second.
const FINEST: u32 = 6;

/// The type that a column of the logical type is declared with. `enums` are
/// the enum types that exist, whose labels are part of it.
///
/// # Errors
///
/// Fails as unsupported if the server has no such type.
pub(crate) fn declared_type(
    ty: &Type,
    enums: &BTreeMap<QualifiedName, EnumType>,
    server: Server,
) -> Result<String, BackendError> {
    let sized = |word: &str, size: u32, most: u32, instead: &str| {
        if size <= most {
            return Ok(format!("{word}({size})"));
        }
        Err(BackendError::unsupported(format!(
            "{word} holds at most {most} on {}: use {instead}",
            server.flavor
        )))
    };
    let timed = |word: &str, precision: &Option<u32>| match precision {
        None => Ok(format!("{word}({FINEST})")),
        Some(0) => Ok(word.to_owned()),
        Some(precision) if *precision <= FINEST => Ok(format!("{word}({precision})")),
        Some(precision) => Err(BackendError::unsupported(format!(
            "{} keeps at most {FINEST} digits of a second, not {precision}",
            server.flavor
        ))),
    };
    Ok(match ty {
        Type::SmallInt => "SMALLINT".to_owned(),
        Type::Integer => "INT".to_owned(),
        Type::BigInt => "BIGINT".to_owned(),
        Type::Boolean => "TINYINT(1)".to_owned(),
        Type::Real => "FLOAT".to_owned(),
        Type::Double => "DOUBLE".to_owned(),
        Type::Numeric { precision, scale } => numeric(*precision, *scale, server)?,
        Type::Char(size) => sized("CHAR", *size, 255, "VARCHAR")?,
        Type::VarChar(Some(size)) => sized("VARCHAR", *size, 65535, "TEXT")?,
        Type::VarChar(None) | Type::Text => "LONGTEXT".to_owned(),
        Type::Binary(size) => sized("BINARY", *size, 255, "VARBINARY")?,
        Type::VarBinary(size) => sized("VARBINARY", *size, 65535, "BLOB")?,
        Type::Blob => "LONGBLOB".to_owned(),
        Type::Date => "DATE".to_owned(),
        Type::Time(precision) => timed("TIME", precision)?,
        Type::Timestamp(precision) | Type::TimestampTz(precision) => timed("DATETIME", precision)?,
        Type::Uuid if has_uuid(server) => "UUID".to_owned(),
        Type::Uuid => UUID_AS_TEXT.to_owned(),
        Type::Json | Type::Jsonb => "JSON".to_owned(),
        Type::Enum(name) => inline_enum(name, enums, server)?,
        Type::Array(_) => {
            return Err(BackendError::unsupported(format!("{} has no arrays such as {ty}", server.flavor)));
        }
        Type::Native(text) => {
            let text = read::own_word(text);
            if !is_known(&text) {
                return Err(BackendError::unsupported(format!("{} has no type `{text}`", server.flavor)));
            }
            text.into_owned()
        }
    })
}

/// The first words of the servers' types. Nobody can make new ones, but for
/// plugins of MariaDB's.
const TYPE_WORDS: &[&str] = &[
    "bigint",
    "binary",
    "bit",
    "blob",
    "bool",
    "boolean",
    "char",
    "character",
    "date",
    "datetime",
    "dec",
    "decimal",
    "double",
    "enum",
    "fixed",
    "float",
    "geomcollection",
    "geometry",
    "geometrycollection",
    "inet4",
    "inet6",
    "int",
    "int1",
    "int2",
    "int3",
    "int4",
    "int8",
    "integer",
    "json",
    "linestring",
    "long",
    "longblob",
    "longtext",
    "mediumblob",
    "mediumint",
    "mediumtext",
    "multilinestring",
    "multipoint",
    "multipolygon",
    "national",
    "nchar",
    "numeric",
    "nvarchar",
    "point",
    "polygon",
    "real",
    "serial",
    "set",
    "smallint",
    "text",
    "time",
    "timestamp",
    "tinyblob",
    "tinyint",
    "tinytext",
    "uuid",
    "varbinary",
    "varchar",
    "vector",
    "xmltype",
    "year",
];

/// Whether a type of that text may be one of the servers'.
fn is_known(text: &str) -> bool {
    let word = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
    TYPE_WORDS.binary_search(&word.to_ascii_lowercase().as_str()).is_ok()
}

/// Whether the server has a type for UUIDs.
pub(crate) fn has_uuid(server: Server) -> bool {
    match server.flavor {
        Flavor::MySql => false,
        Flavor::MariaDb => server.version >= (10, 7, 0),
    }
}

fn numeric(precision: Option<u32>, scale: Option<i32>, server: Server) -> Result<String, BackendError> {
    let Some(precision) = precision else {
        return Ok("DECIMAL(65,30)".to_owned());
    };
    let scale = scale.unwrap_or(0);
    let fits = u32::try_from(scale).is_ok_and(|scale| scale <= 30 && scale <= precision) && precision <= 65;
    if precision == 0 || !fits {
        return Err(BackendError::unsupported(format!(
            "{} has no NUMERIC({precision}, {scale}): at most 65 digits, of which at most 30 follow the point",
            server.flavor
        )));
    }
    Ok(format!("DECIMAL({precision},{scale})"))
}

fn inline_enum(
    name: &QualifiedName,
    enums: &BTreeMap<QualifiedName, EnumType>,
    server: Server,
) -> Result<String, BackendError> {
    let Some(enum_type) = enums.get(name) else {
        return Err(BackendError::unsupported(format!("the labels of enum type `{name}` are not known")));
    };
    inline_labels(name, &enum_type.values, server)
}

/// The type of a column that holds one of the labels.
///
/// # Errors
///
/// Fails as unsupported if the server cannot keep them as they are.
pub(crate) fn inline_labels(
    name: &QualifiedName,
    labels: &[String],
    server: Server,
) -> Result<String, BackendError> {
    if labels.is_empty() {
        return Err(BackendError::unsupported(format!(
            "enum type `{name}` has no labels, which {} cannot store",
            server.flavor
        )));
    }
    if let Some(label) = labels.iter().find(|label| label.ends_with(' ')) {
        return Err(BackendError::unsupported(format!(
            "{} would lose the spaces at the end of label '{label}' of enum type `{name}`",
            server.flavor
        )));
    }
    for (at, label) in labels.iter().enumerate() {
        refuse::kept(label, server)?;
        if let Some(other) = labels.iter().take(at).find(|other| same_label(other, label)) {
            return Err(BackendError::unsupported(format!(
                "{} cannot tell label '{label}' of enum type `{name}` from '{other}'",
                server.flavor
            )));
        }
    }
    let quoted: Vec<String> = labels.iter().map(|label| SYNTAX.quote_literal(label)).collect();
    Ok(format!("ENUM({})", quoted.join(",")))
}

/// Whether most collations take two labels for one.
pub(crate) fn same_label(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// What matters of a type where a server treats kinds of types differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// Text of at most so many characters; without a limit one of the TEXT
    /// types.
    Text(Option<u32>),
    /// A label of an enum type, or a set of them.
    Label,
    /// Bytes, at most so many; without a limit one of the BLOB types.
    Bytes(Option<u32>),
    /// JSON.
    Json,
    /// A date and time with so many digits of a second.
    Instant(u32),
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// A UUID.
    Uuid,
    /// Anything else.
    Other,
}

impl Kind {
    /// The kind of a type.
    pub(crate) fn of(ty: &Type) -> Self {
        match ty {
            Type::SmallInt
            | Type::Integer
            | Type::BigInt
            | Type::Real
            | Type::Double
            | Type::Numeric { .. } => Self::Number,
            Type::Boolean => Self::Boolean,
            Type::Char(size) | Type::VarChar(Some(size)) => Self::Text(Some(*size)),
            Type::VarChar(None) | Type::Text => Self::Text(None),
            Type::Binary(size) | Type::VarBinary(size) => Self::Bytes(Some(*size)),
            Type::Blob => Self::Bytes(None),
            Type::Timestamp(precision) | Type::TimestampTz(precision) => {
                Self::Instant(precision.unwrap_or(FINEST))
            }
            Type::Json | Type::Jsonb => Self::Json,
            Type::Enum(_) => Self::Label,
            Type::Date => Self::Date,
            Type::Time(_) => Self::Time,
            Type::Uuid => Self::Uuid,
            Type::Array(_) => Self::Other,
            Type::Native(text) => Self::of_native(text),
        }
    }

    fn of_native(text: &str) -> Self {
        let text = &*read::own_word(text);
        let (word, rest) = match text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            Some(end) => text.split_at(end),
            None => (text, ""),
        };
        let size = rest
            .trim_start()
            .strip_prefix('(')
            .and_then(|rest| rest.split_once(')'))
            .and_then(|(size, _)| size.trim().parse().ok());
        match word.to_ascii_lowercase().as_str() {
            "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" | "decimal" | "numeric"
            | "float" | "double" => Self::Number,
            "char" | "varchar" => Self::Text(Some(size.unwrap_or(1))),
            "tinytext" | "text" | "mediumtext" | "longtext" => Self::Text(None),
            "binary" | "varbinary" => Self::Bytes(Some(size.unwrap_or(1))),
            "tinyblob" | "blob" | "mediumblob" | "longblob" => Self::Bytes(None),
            "datetime" | "timestamp" => Self::Instant(size.unwrap_or(0)),
            "date" => Self::Date,
            "time" => Self::Time,
            "json" => Self::Json,
            "enum" | "set" => Self::Label,
            _ => Self::Other,
        }
    }

    /// Whether the values have a character set.
    pub(crate) fn has_charset(self) -> bool {
        matches!(self, Self::Text(_) | Self::Label)
    }

    /// Whether the type is one of TEXT, BLOB and JSON, of which MySQL takes no
    /// literal as a default.
    pub(crate) fn is_unlimited(self) -> bool {
        matches!(self, Self::Text(None) | Self::Bytes(None) | Self::Json)
    }
}

/// How much of the column an index that is not unique holds, where it cannot
/// hold the whole value; `None` where it can.
///
/// A part of the value is enough to find a row by, but not to tell that a
/// value is new.
pub(crate) fn key_prefix(column: &Column) -> Option<u32> {
    let is_long = match Kind::of(&column.ty) {
        Kind::Text(None) | Kind::Bytes(None) | Kind::Json => true,
        // In a narrower character set it may fit.
        Kind::Text(Some(size)) => size > LONGEST_KEY_TEXT && !column.options.contains_key(option::CHARSET),
        Kind::Bytes(Some(size)) => size > LONGEST_KEY_BYTES,
        Kind::Number
        | Kind::Boolean
        | Kind::Label
        | Kind::Instant(_)
        | Kind::Date
        | Kind::Time
        | Kind::Uuid
        | Kind::Other => false,
    };
    is_long.then_some(KEY_PREFIX)
}

#[cfg(test)]
mod tests;
