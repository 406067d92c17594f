//! Default values in the form in which MySQL would give them back.
//!
//! A server stores a literal as a value of the column's type: `'1.5'` in a
//! DECIMAL(8,2) comes back as `1.50`. Both that and what a user wrote are
//! brought to the shortest literal of the type here.

use retort_core::{
    expression::{Call, Dialect, Expr, UnaryOp, canonical, parse},
    schema::{Expression, Type},
};

use super::value;
use crate::types::read::{MOST_FRACTION, own_word};

/// The default of a column of this type, whose text is portable; none if it is
/// NULL, which is as good as none.
pub(crate) fn normal_default(default: &Expression, ty: &Type) -> Option<Expression> {
    let Ok(expr) = parse(default.as_str(), &Dialect::PORTABLE) else {
        return Some(default.clone());
    };
    let class = Class::of(ty);
    let normal = match (class, literal(&expr, class)) {
        (_, Some(Literal::Null)) => return None,
        (_, Some(literal)) => class.value(literal).unwrap_or(expr),
        (Class::Timestamp(fraction), None) => now(expr, fraction),
        (_, None) => expr,
    };
    Some(canonical(&normal).into())
}

/// A default as it is stored: the time now is one in UTC in a column of instants,
/// whatever the time zone of the session.
pub(crate) fn in_utc(default: &Expression, ty: &Type) -> Expression {
    let Type::TimestampTz(digits) = ty else { return default.clone() };
    let fraction = digits.unwrap_or(6);
    match parse(default.as_str(), &Dialect::PORTABLE) {
        Ok(expr) if is_now(&expr, fraction) => {
            let word = "CURRENT_TIMESTAMP".to_owned();
            let now = Expr::Keyword { word, precision: Some(fraction) };
            let zone = Expr::String("UTC".to_owned());
            canonical(&Expr::AtTimeZone { operand: Box::new(now), zone: Box::new(zone) }).into()
        }
        Ok(_) | Err(_) => default.clone(),
    }
}

/// Whether the catalog of MySQL has literals of the type as SQL, rather than
/// their mere text.
pub(crate) fn has_bare_literals(ty: &Type) -> bool {
    match Class::of(ty) {
        Class::Boolean
        | Class::Integer
        | Class::Decimal(_)
        | Class::Real
        | Class::Double
        | Class::Bytes { .. }
        | Class::Bits => true,
        Class::Text { .. }
        | Class::Uuid
        | Class::Date
        | Class::Time(_)
        | Class::Timestamp(_)
        | Class::Other => false,
    }
}

/// What kind of values a column has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Boolean,
    Integer,
    /// With so many digits after the point.
    Decimal(u32),
    Real,
    Double,
    Text {
        /// Whether spaces at the end don't count.
        is_padded: bool,
    },
    Uuid,
    Date,
    /// With so many digits of a second.
    Time(u32),
    /// With so many digits of a second.
    Timestamp(u32),
    Bytes {
        /// Whether zeros at the end don't count.
        is_padded: bool,
    },
    Bits,
    Other,
}

impl Class {
    fn of(ty: &Type) -> Self {
        let fraction = |digits: &Option<u32>| digits.unwrap_or(MOST_FRACTION);
        match ty {
            Type::Boolean => Self::Boolean,
            Type::SmallInt | Type::Integer | Type::BigInt => Self::Integer,
            Type::Numeric { precision: None, .. } => Self::Decimal(30),
            Type::Numeric { scale, .. } => {
                Self::Decimal(scale.and_then(|scale| scale.try_into().ok()).unwrap_or(0))
            }
            Type::Real => Self::Real,
            Type::Double => Self::Double,
            Type::Char(_) => Self::Text { is_padded: true },
            Type::VarChar(_) | Type::Text | Type::Enum(_) => Self::Text { is_padded: false },
            Type::Uuid => Self::Uuid,
            Type::Date => Self::Date,
            Type::Time(digits) => Self::Time(fraction(digits)),
            Type::Timestamp(digits) | Type::TimestampTz(digits) => Self::Timestamp(fraction(digits)),
            Type::Binary(_) => Self::Bytes { is_padded: true },
            Type::VarBinary(_) | Type::Blob => Self::Bytes { is_padded: false },
            Type::Native(text) => Self::of_native(text),
            Type::Json | Type::Jsonb | Type::Array(_) => Self::Other,
        }
    }

    /// The class of a type as the catalog writes it.
    fn of_native(text: &str) -> Self {
        let text = &*own_word(text);
        let end = text.find(['(', ' ']).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        let sizes = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(sizes, _)| sizes);
        let last = sizes.and_then(|sizes| sizes.rsplit(',').next()?.parse().ok());
        match word {
            "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year" => Self::Integer,
            "decimal" => Self::Decimal(last.unwrap_or(0)),
            "float" | "double" if sizes.is_some() => Self::Decimal(last.unwrap_or(0)),
            "float" => Self::Real,
            "double" => Self::Double,
            "bit" => Self::Bits,
            "char" => Self::Text { is_padded: true },
            "varchar" | "tinytext" | "text" | "mediumtext" | "enum" | "set" => {
                Self::Text { is_padded: false }
            }
            "tinyblob" | "blob" | "mediumblob" => Self::Bytes { is_padded: false },
            "timestamp" => Self::Timestamp(last.unwrap_or(0)),
            _ => Self::Other,
        }
    }

    /// Whether a cast to the type does nothing to text that becomes a value of
    /// this class.
    fn is_of(self, ty: &Type) -> bool {
        match Self::of(ty) {
            Self::Date => self == Self::Date,
            Self::Time(digits) => matches!(self, Self::Time(kept) if digits >= kept),
            Self::Timestamp(digits) => matches!(self, Self::Timestamp(kept) if digits >= kept),
            Self::Uuid => self == Self::Uuid,
            Self::Other => true,
            Self::Text { .. } => {
                matches!(ty, Type::Text | Type::VarChar(None) | Type::Enum(_) | Type::Native(_))
            }
            Self::Boolean
            | Self::Integer
            | Self::Decimal(_)
            | Self::Real
            | Self::Double
            | Self::Bytes { .. }
            | Self::Bits => false,
        }
    }

    /// The literal as a value of this class; none if it is no such value, so
    /// that it stays as it is.
    fn value(self, literal: Literal) -> Option<Expr> {
        let text = match &literal {
            Literal::Null => return None,
            Literal::Number(text) | Literal::Text(text) => text.clone(),
            Literal::Bytes(digits) => u128::from_str_radix(digits, 16).ok()?.to_string(),
            Literal::Bits(digits) => u128::from_str_radix(digits, 2).ok()?.to_string(),
        };
        match self {
            Self::Boolean => match value::decimal(&text, 0)?.as_str() {
                "0" => Some(Expr::Boolean(false)),
                "1" => Some(Expr::Boolean(true)),
                other => Some(number(other)),
            },
            Self::Integer => Some(number(&value::decimal(&text, 0)?)),
            Self::Decimal(scale) => Some(number(&value::decimal(&text, scale)?)),
            Self::Real => Some(number(&value::float(&text, Some(6))?)),
            Self::Double => Some(number(&value::float(&text, None)?)),
            Self::Text { is_padded } => match literal {
                Literal::Text(text) | Literal::Number(text) => {
                    let kept = if is_padded { text.trim_end_matches(' ') } else { &text };
                    Some(Expr::String(kept.to_owned()))
                }
                Literal::Null | Literal::Bytes(_) | Literal::Bits(_) => None,
            },
            Self::Uuid => match literal {
                Literal::Text(text) => Some(Expr::String(text.to_ascii_lowercase())),
                Literal::Null | Literal::Number(_) | Literal::Bytes(_) | Literal::Bits(_) => None,
            },
            Self::Date => value::date(&text).map(Expr::String),
            Self::Time(digits) => value::time(&text, digits).map(Expr::String),
            Self::Timestamp(digits) => value::timestamp(&text, digits).map(Expr::String),
            Self::Bytes { is_padded } => {
                let digits = match literal {
                    Literal::Bytes(digits) => digits,
                    Literal::Text(text) => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
                    Literal::Null | Literal::Number(_) | Literal::Bits(_) => return None,
                };
                let mut kept = digits.as_str();
                while let Some(shorter) = kept.strip_suffix("00").filter(|_| is_padded && kept.len() % 2 == 0)
                {
                    kept = shorter;
                }
                Some(Expr::Hex(kept.to_owned()))
            }
            Self::Bits => {
                let bits = format!("{:b}", value::decimal(&text, 0)?.parse::<u128>().ok()?);
                let mut call = Call::new("mysql", [Expr::String(bits)]);
                call.name.push("bits".into());
                Some(Expr::Call(Box::new(call)))
            }
            Self::Other => match literal {
                Literal::Text(text) => Some(Expr::String(text)),
                Literal::Null | Literal::Number(_) | Literal::Bytes(_) | Literal::Bits(_) => None,
            },
        }
    }
}

/// A literal, with what is in front of it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Literal {
    Null,
    /// As written, maybe with a sign.
    Number(String),
    Text(String),
    /// Hexadecimal digits.
    Bytes(String),
    /// Binary digits.
    Bits(String),
}

/// The literal that an expression is, as a value of the class.
fn literal(expr: &Expr, class: Class) -> Option<Literal> {
    Some(match expr {
        Expr::Null => Literal::Null,
        Expr::Boolean(value) => Literal::Number(if *value { "1" } else { "0" }.to_owned()),
        Expr::Number(text) => Literal::Number(text.clone()),
        Expr::Unary { op: UnaryOp::Minus, operand } => match literal(operand, class)? {
            Literal::Number(text) if !text.starts_with('-') => Literal::Number(format!("-{text}")),
            Literal::Null | Literal::Number(_) | Literal::Text(_) | Literal::Bytes(_) | Literal::Bits(_) => {
                return None;
            }
        },
        Expr::Unary { op: UnaryOp::Plus, operand } => literal(operand, class)?,
        Expr::String(value) | Expr::Introduced { value, .. } => Literal::Text(value.clone()),
        Expr::Hex(digits) => Literal::Bytes(digits.clone()),
        Expr::Bits(digits) => Literal::Bits(digits.clone()),
        Expr::Call(call) => match (call.name.as_slice(), call.arguments.as_slice()) {
            ([namespace, name], [digits]) if namespace.as_str() == "mysql" && name.as_str() == "bits" => {
                match &digits.value {
                    Expr::String(digits) => Literal::Bits(digits.clone()),
                    _ => return None,
                }
            }
            _ => return None,
        },
        // The type of the column says it already: `'ok'::mood`.
        Expr::Cast { operand, ty } if class.is_of(ty) => match literal(operand, class)? {
            text @ Literal::Text(_) => text,
            Literal::Null | Literal::Number(_) | Literal::Bytes(_) | Literal::Bits(_) => return None,
        },
        _ => return None,
    })
}

/// A number, whose sign is not part of it.
fn number(text: &str) -> Expr {
    match text.strip_prefix('-') {
        Some(text) => Expr::Unary { op: UnaryOp::Minus, operand: Box::new(Expr::Number(text.to_owned())) },
        None => Expr::Number(text.to_owned()),
    }
}

/// The present moment without the digits of a second that a column keeps
/// anyway. Any other expression stays as it is.
fn now(expr: Expr, fraction: u32) -> Expr {
    match expr {
        Expr::AtTimeZone { operand, zone } => {
            Expr::AtTimeZone { operand: Box::new(now(*operand, fraction)), zone }
        }
        expr => match digits_of_now(&expr) {
            Some(digits) if digits >= fraction => {
                Expr::Keyword { word: "CURRENT_TIMESTAMP".to_owned(), precision: None }
            }
            Some(_) | None => expr,
        },
    }
}

/// Whether an expression is the present moment, in the precision of a column
/// with so many digits of a second. Without a number it has as many as the
/// column.
pub(crate) fn is_now(expr: &Expr, fraction: u32) -> bool {
    match expr {
        Expr::Keyword { precision: None, .. } => digits_of_now(expr).is_some(),
        Expr::Keyword { .. } => digits_of_now(expr) == Some(fraction),
        Expr::Call(call) => match call.as_plain() {
            Some(("now", arguments)) => match arguments.as_slice() {
                [] => true,
                [Expr::Number(digits)] => *digits == fraction.to_string(),
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}

/// The digits of a second of the present moment, if the expression is that.
fn digits_of_now(expr: &Expr) -> Option<u32> {
    match expr {
        Expr::Keyword { word, precision }
            if matches!(word.as_str(), "CURRENT_TIMESTAMP" | "LOCALTIMESTAMP") =>
        {
            Some(precision.unwrap_or(MOST_FRACTION))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::read::logical_type;

    fn check(ty: &str, default: &str, expected: &str) {
        let found = normal_default(&default.into(), &logical_type(ty));
        assert_eq!(found.as_ref().map_or("none", Expression::as_str), expected, "{ty} DEFAULT {default}");
    }

    #[test]
    fn null_is_no_default() {
        check("int", "NULL", "none");
        check("timestamp", "null", "none");
    }

    #[test]
    fn numbers_are_as_short_as_they_get() {
        for ty in ["int", "bigint unsigned", "tinyint"] {
            check(ty, "'5'", "5");
            check(ty, "007", "7");
            check(ty, "1.5", "2");
            check(ty, "-1.5", "-2");
            check(ty, "true", "1");
            check(ty, "x'10'", "16");
        }
        check("tinyint(1)", "1", "TRUE");
        check("tinyint(1)", "'0'", "FALSE");
        check("tinyint(1)", "false", "FALSE");
        check("tinyint(1)", "2", "2");
        check("decimal(8,2)", "1.50", "1.5");
        check("decimal(8,2)", "'-0.005'", "-0.01");
        check("decimal(8,2) unsigned", "1e2", "100");
        check("decimal(65,30)", "1.100", "1.1");
        check("float(5,2)", "1.50", "1.5");
        check("float", "16777217", "16777200");
        check("double", "1e100", "1e100");
        check("double", "10000000000", "10000000000");
        check("double", "'1.50'", "1.5");
        check("int", "1 + 1", "1 + 1");
        check("int", "'a'", "'a'");
    }

    #[test]
    fn text_stays_as_it_is() {
        check("varchar(5)", "5", "'5'");
        check("varchar(5)", "true", "'1'");
        check("varchar(5)", "'it''s '", "'it''s '");
        check("char(5)", "'a  '", "'a'");
        check("enum('a','b')", "'a'", "'a'");
        check("uuid", "'ABCDEF00-0000-0000-0000-000000000000'", "'abcdef00-0000-0000-0000-000000000000'");
        check("json", "'{}'", "'{}'");
    }

    #[test]
    fn bytes_are_hexadecimal() {
        check("varbinary(9)", "'AB'", "x'4142'");
        check("varbinary(9)", "x'00FF'", "x'00ff'");
        check("binary(4)", "x'41000000'", "x'41'");
        check("binary(4)", "x'10'", "x'10'");
        check("bit(8)", "5", "mysql.bits('101')");
        check("bit(8)", "mysql.bits('0101')", "mysql.bits('101')");
    }

    #[test]
    fn an_instant_is_in_utc() {
        let check = |ty: Type, default: &str, expected: &str| {
            assert_eq!(in_utc(&default.into(), &ty).as_str(), expected, "{ty} DEFAULT {default}");
        };
        let utc = "CURRENT_TIMESTAMP(3) AT TIME ZONE 'UTC'";
        check(Type::TimestampTz(Some(3)), "now()", utc);
        check(Type::TimestampTz(Some(3)), "CURRENT_TIMESTAMP(2)", "CURRENT_TIMESTAMP(2)");
        check(Type::TimestampTz(Some(3)), "'2020-01-01'", "'2020-01-01'");
        check(Type::Timestamp(Some(3)), "now()", "now()");
    }

    #[test]
    fn moments_have_one_form() {
        check("date", "'2020-1-2'", "'2020-01-02'");
        check("date", "20200102", "'2020-01-02'");
        check("time(3)", "'1:2'", "'01:02:00'");
        check("datetime(6)", "'2020-01-01'", "'2020-01-01 00:00:00'");
        check("datetime(6)", "'2020-01-01 01:02:03.100000'", "'2020-01-01 01:02:03.1'");
        check("timestamp", "'2020-01-01T01:02:03'", "'2020-01-01 01:02:03'");
        check("datetime", "'tomorrow'", "'tomorrow'");
        check("datetime(6)", "CURRENT_TIMESTAMP(6)", "CURRENT_TIMESTAMP");
        check("datetime(3)", "current_timestamp", "CURRENT_TIMESTAMP");
        check("datetime(6)", "CURRENT_TIMESTAMP(3)", "CURRENT_TIMESTAMP(3)");
        check("timestamp", "LOCALTIMESTAMP", "CURRENT_TIMESTAMP");
        check("varchar(30)", "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP");
    }
}
