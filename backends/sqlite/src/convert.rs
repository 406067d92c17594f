//! Values of one type as values of another, without loss.
//!
//! SQLite stores what does not fit the type of a column as it is, and its CAST
//! makes 12 of `'12a'`. Neither may happen to rows in silence when a column
//! changes its type: the copy of the rows is checked, and fails as it would
//! elsewhere.

use retort_core::{
    backend::BackendError,
    schema::{Column, Expression, Name, Type},
    script::portable::parse_type,
};

use crate::render::{Origin, literal, quote, table::parenthesized};

/// How the values of a column get a new type.
#[derive(Debug)]
pub(crate) struct Conversion {
    /// The new value, over the old row.
    pub(crate) value: String,
    /// What every new value must fulfil, where `{}` stands for the value.
    check: Option<String>,
}

impl Conversion {
    /// From the old column, which is written `held`, to the new one; `using`
    /// is what the user says the new value is.
    ///
    /// # Errors
    ///
    /// Fails if that uses what SQLite lacks.
    pub(crate) fn new(
        old: &Column,
        new: &Column,
        held: &str,
        using: Option<&Expression>,
    ) -> Result<Self, BackendError> {
        // SQLite's CAST makes 0 of `abc`, and its `date` makes NULL of it. What
        // a cast to the new type means is done here anyway, and checked.
        let using = using.filter(|using| !casts(using.as_str(), &old.name, &new.ty));
        let value = match using {
            Some(using) => parenthesized(&Origin::Revision.expression(using)?),
            None => converted(&old.ty, &new.ty, held),
        };
        let check = if using.is_none() && holds_all(&old.ty, &new.ty) { None } else { fits(&new.ty) };
        Ok(Self { value, check })
    }

    /// The condition under which the value, written as `value`, must be
    /// refused.
    pub(crate) fn refused(&self, value: &str) -> Option<String> {
        let fits = self.check.as_ref()?.replace("{}", value);
        Some(format!("{value} IS NOT NULL AND NOT coalesce({fits}, FALSE)"))
    }
}

/// Whether an expression does nothing but cast the column to the type.
fn casts(expression: &str, column: &Name, ty: &Type) -> bool {
    let mut text = expression.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        text = inner.trim();
    }
    let (value, cast) = match text.rsplit_once("::") {
        Some(parts) => parts,
        None => {
            let call =
                text.get(..4).filter(|word| word.eq_ignore_ascii_case("cast")).map(|_| text[4..].trim());
            let inner = call.and_then(|call| call.strip_prefix('(')?.strip_suffix(')'));
            let at = inner.and_then(|inner| inner.to_ascii_lowercase().rfind(" as "));
            match inner.zip(at) {
                Some((inner, at)) => (&inner[..at], &inner[at + 4..]),
                None => return false,
            }
        }
    };
    let value = value.trim();
    let is_column = match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\"") == column.as_str(),
        None => value.to_ascii_lowercase() == column.as_str(),
    };
    is_column && parse_type(cast.trim()).is_ok_and(|cast| cast == *ty)
}

/// The message for a value that is refused, as an expression over the new row.
pub(crate) fn message(new: &Column, value: &str) -> String {
    let column = literal(&format!("column {} holds ", quote(&new.name)));
    let end = literal(&format!(", which does not fit {} without loss", new.ty));
    format!("{column} || substr(quote({value}), 1, 60) || {end}")
}

/// The value in the form of the new type, where storing it does not bring
/// that about.
fn converted(old: &Type, new: &Type, held: &str) -> String {
    match (family(old), family(new)) {
        (Family::Boolean, Family::Text) => {
            format!("CASE {held} WHEN 0 THEN 'false' WHEN 1 THEN 'true' ELSE {held} END")
        }
        (Family::Timestamp, Family::Date) => format!("coalesce(date({held}), {held})"),
        (Family::Timestamp, Family::Time) => format!("coalesce(time({held}), {held})"),
        (Family::Date, Family::Timestamp) => {
            format!("CASE WHEN date({held}) = {held} THEN {held} || ' 00:00:00' ELSE {held} END")
        }
        _ => held.to_owned(),
    }
}

/// Kinds of types whose values are stored alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Integer,
    Boolean,
    Float,
    Numeric,
    Text,
    Bytes,
    Date,
    Time,
    Timestamp,
    Uuid,
    Json,
    Enum,
    Other,
}

fn family(ty: &Type) -> Family {
    match ty {
        Type::SmallInt | Type::Integer | Type::BigInt => Family::Integer,
        Type::Boolean => Family::Boolean,
        Type::Real | Type::Double => Family::Float,
        Type::Numeric { .. } => Family::Numeric,
        Type::Char(_) | Type::VarChar(_) | Type::Text => Family::Text,
        Type::Binary(_) | Type::VarBinary(_) | Type::Blob => Family::Bytes,
        Type::Date => Family::Date,
        Type::Time(_) => Family::Time,
        Type::Timestamp(_) | Type::TimestampTz(_) => Family::Timestamp,
        Type::Uuid => Family::Uuid,
        Type::Json | Type::Jsonb => Family::Json,
        Type::Enum(_) => Family::Enum,
        Type::Array(_) | Type::Native(_) => Family::Other,
    }
}

/// Whether the new type holds every value of the old one, so that a check
/// could only stumble over what did not belong there before.
fn holds_all(old: &Type, new: &Type) -> bool {
    let bits = |ty: &Type| match ty {
        Type::SmallInt => 16,
        Type::Integer => 32,
        _ => 64,
    };
    match (family(old), family(new)) {
        (Family::Integer, Family::Integer) => bits(old) <= bits(new),
        (Family::Text, Family::Text) | (Family::Bytes, Family::Bytes) => match (length(old), length(new)) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(old), Some(new)) => old <= new,
        },
        (Family::Numeric, Family::Numeric) => match (digits_before_point(old), digits_before_point(new)) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(old), Some(new)) => old <= new,
        },
        (Family::Enum | Family::Uuid | Family::Json, Family::Text) => length(new).is_none(),
        (Family::Integer, Family::Float) => true,
        (old, new) => old == new,
    }
}

fn length(ty: &Type) -> Option<u32> {
    match ty {
        Type::Char(size) | Type::VarChar(Some(size)) | Type::Binary(size) | Type::VarBinary(size) => {
            Some(*size)
        }
        _ => None,
    }
}

fn digits_before_point(ty: &Type) -> Option<i64> {
    match ty {
        Type::Numeric { precision: Some(precision), scale } => {
            Some(i64::from(*precision) - i64::from(scale.unwrap_or(0)))
        }
        _ => None,
    }
}

/// What a value of the type fulfils once it is stored, with `{}` for the value.
fn fits(ty: &Type) -> Option<String> {
    let condition = match family(ty) {
        Family::Integer => match ty {
            Type::SmallInt => "typeof({}) = 'integer' AND {} BETWEEN -32768 AND 32767".to_owned(),
            Type::Integer => "typeof({}) = 'integer' AND {} BETWEEN -2147483648 AND 2147483647".to_owned(),
            _ => "typeof({}) = 'integer'".to_owned(),
        },
        Family::Boolean => "typeof({}) = 'integer' AND {} IN (0, 1)".to_owned(),
        Family::Float => "typeof({}) IN ('real', 'integer')".to_owned(),
        Family::Numeric => match digits_before_point(ty) {
            Some(digits) => format!("typeof({{}}) IN ('real', 'integer') AND abs({{}}) < 1e{digits}"),
            None => "typeof({}) IN ('real', 'integer')".to_owned(),
        },
        Family::Text => match length(ty) {
            Some(size) => format!("typeof({{}}) = 'text' AND length({{}}) <= {size}"),
            None => "typeof({}) = 'text'".to_owned(),
        },
        Family::Bytes => match length(ty) {
            Some(size) => format!("typeof({{}}) = 'blob' AND length({{}}) <= {size}"),
            None => "typeof({}) = 'blob'".to_owned(),
        },
        Family::Date => "typeof({}) = 'text' AND date({}) = {}".to_owned(),
        Family::Time => "typeof({}) = 'text' AND time({}) IS NOT NULL".to_owned(),
        Family::Timestamp => "typeof({}) = 'text' AND datetime({}) IS NOT NULL".to_owned(),
        Family::Uuid => "typeof({}) = 'text' AND length(replace({}, '-', '')) = 32 \
                         AND replace({}, '-', '') NOT GLOB '*[^0-9a-fA-F]*'"
            .to_owned(),
        Family::Json => "json_valid({})".to_owned(),
        // The check of the column decides about an enum.
        Family::Enum | Family::Other => return None,
    };
    Some(condition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cast_of_the_column_itself_is_recognized() {
        let check = |using: &str, column: &str, ty: Type| casts(using, &Name::new(column), &ty);
        for using in ["a::int", "((A :: INTEGER))", "\"a\"::int4", "CAST(a AS integer)", "cast ( a as INT )"]
        {
            assert!(check(using, "a", Type::Integer), "{using}");
        }
        for using in [
            "a::bigint",
            "b::int",
            "\"A\"::int",
            "a::text::int",
            "-a::int",
            "castle(a AS int)",
            "a",
            "CAST(é",
        ] {
            assert!(!check(using, "a", Type::Integer), "{using}");
        }
        assert!(check("a::NUMERIC(5, 2)", "a", Type::Numeric { precision: Some(5), scale: Some(2) }));
    }
}
