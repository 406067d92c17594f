//! PostgreSQL's types → logical types.

use retort_core::{
    schema::Type,
    sql::{TokenKind, lex},
};
use tokio_postgres::types::{Kind, Type as ServerType};

use crate::syntax::SYNTAX;

/// The precision of times that say none.
const USUAL_PRECISION: u32 = 6;

/// What a type modifier counts beside the length that it is for.
const HEADER: i32 = 4;

/// The types that [`from_catalog`] knows by their number; arrays of them too.
const KNOWN: [ServerType; 16] = [
    ServerType::INT2,
    ServerType::INT4,
    ServerType::INT8,
    ServerType::BOOL,
    ServerType::FLOAT4,
    ServerType::FLOAT8,
    ServerType::NUMERIC,
    ServerType::VARCHAR,
    ServerType::TEXT,
    ServerType::BYTEA,
    ServerType::DATE,
    ServerType::TIME,
    ServerType::TIMESTAMP,
    ServerType::TIMESTAMPTZ,
    ServerType::UUID,
    ServerType::JSON,
];

/// The numbers of types that need not be written by the server, with commas
/// between.
pub(crate) fn known_oids() -> String {
    let oids: Vec<String> = KNOWN.iter().map(|known| known.oid().to_string()).collect();
    oids.join(", ")
}

/// The logical type of a column. `text` is the type as the server writes it, if
/// its number is not among [`known_oids`].
pub(crate) fn from_catalog(oid: u32, modifier: i32, text: Option<&str>) -> Type {
    let text = text.unwrap_or_default();
    match ServerType::from_oid(oid) {
        Some(known) => match known.kind() {
            // The catalog doesn't tell arrays of arrays from arrays.
            Kind::Array(element) if text.ends_with("[]") => {
                Type::Array(Box::new(built_in(element, modifier, text.trim_end_matches("[]"))))
            }
            _ => built_in(&known, modifier, text),
        },
        None => native_type(text),
    }
}

fn built_in(ty: &ServerType, modifier: i32, text: &str) -> Type {
    let length = u32::try_from(modifier - HEADER).ok();
    let digits = u32::try_from(modifier).ok().filter(|digits| *digits != USUAL_PRECISION);
    match *ty {
        ServerType::INT2 => Type::SmallInt,
        ServerType::INT4 => Type::Integer,
        ServerType::INT8 => Type::BigInt,
        ServerType::BOOL => Type::Boolean,
        ServerType::FLOAT4 => Type::Real,
        ServerType::FLOAT8 => Type::Double,
        ServerType::NUMERIC => numeric(modifier),
        ServerType::VARCHAR => Type::VarChar(length),
        ServerType::BPCHAR => length.map_or_else(|| native_type("bpchar"), Type::Char),
        ServerType::TEXT => Type::Text,
        ServerType::BYTEA => Type::Blob,
        ServerType::DATE => Type::Date,
        ServerType::TIME => Type::Time(digits),
        ServerType::TIMESTAMP => Type::Timestamp(digits),
        ServerType::TIMESTAMPTZ => Type::TimestampTz(digits),
        ServerType::UUID => Type::Uuid,
        ServerType::JSON => Type::Json,
        ServerType::JSONB => Type::Jsonb,
        _ => native_type(text),
    }
}

/// Takes precision and scale out of a modifier: 16 bits each, of which the scale
/// uses 11 and counts from -1000.
fn numeric(modifier: i32) -> Type {
    if modifier < HEADER {
        return Type::Numeric { precision: None, scale: None };
    }
    let bits = modifier - HEADER;
    let scale = ((bits & 0x7ff) ^ 0x400) - 0x400;
    Type::Numeric {
        precision: Some((bits.cast_unsigned() >> 16) & 0xffff),
        scale: Some(scale).filter(|scale| *scale != 0),
    }
}

/// The logical type of a type that the model has no word for, in one form for
/// all ways to write it: that of the catalog.
pub(crate) fn native_type(text: &str) -> Type {
    match text.trim_end().strip_suffix("[]") {
        Some(element) => match native_type(element) {
            array @ Type::Array(_) => array,
            element => Type::Array(Box::new(element)),
        },
        None => Type::Native(native_text(text)),
    }
}

fn native_text(text: &str) -> String {
    let Written { head, arguments, tail } = Written::read(text);
    let (head, arguments, tail) = match (head.as_str(), arguments.as_str()) {
        ("varbit", _) => ("bit varying", arguments.as_str(), tail),
        ("bit", "") => ("bit", "(1)", tail),
        ("timetz", _) => ("time", arguments.as_str(), " with time zone".to_owned()),
        (head, arguments) => (head, arguments, tail),
    };
    format!("{head}{arguments}{tail}")
}

/// A type as written: `interval day to second(3)`, `time(3) with time zone`.
#[derive(Default)]
struct Written {
    /// What stands before the arguments.
    head: String,
    /// The arguments, with their parentheses.
    arguments: String,
    /// What stands behind them.
    tail: String,
}

impl Written {
    fn read(text: &str) -> Self {
        let mut written = Self::default();
        let mut glued = true;
        for token in lex(text, &SYNTAX).filter(|token| !token.kind.is_trivia()) {
            let token_text = &text[token.span];
            let part = match (token_text, written.arguments.is_empty()) {
                ("(", true) => &mut written.arguments,
                (_, true) => &mut written.head,
                (_, false) if written.arguments.ends_with(')') => &mut written.tail,
                (_, false) => &mut written.arguments,
            };
            let is_word = !matches!(token_text, "(" | ")" | "." | "," | "-");
            if is_word && !glued {
                part.push(' ');
            }
            match token.kind {
                TokenKind::QuotedIdentifier | TokenKind::String => part.push_str(token_text),
                _ => part.push_str(&token_text.to_ascii_lowercase()),
            }
            glued = matches!(token_text, "(" | "." | "-");
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        expected.assert_eq(&native_type(text).to_string());
    }

    #[test]
    fn native_types_have_one_form() {
        check("VARBIT (5)", expect!["bit varying(5)"]);
        check("bit", expect!["bit(1)"]);
        check("timetz( 3 )", expect!["time(3) with time zone"]);
        check("time ( 3 ) with time  zone", expect!["time(3) with time zone"]);
        check("interval day to second ( 3 )", expect!["interval day to second(3)"]);
        check("geometry(Point,4326)", expect!["geometry(point, 4326)"]);
        check("x.numeric_like(3,-2)", expect!["x.numeric_like(3,-2)"]);
        check("Crm . \"Odd (type)\"[][]", expect!["crm.\"Odd (type)\"[]"]);
        check("\"odd[]\"", expect!["\"odd[]\""]);
    }

    #[test]
    fn the_scale_of_a_number_may_be_negative() {
        let modifier = |precision: i32, scale: i32| ((precision << 16) | (scale & 0x7ff)) + HEADER;
        for (precision, scale) in [(10_i32, 2), (1000, 1000), (3, -2), (5, -1000), (1, 0)] {
            let expected = Type::Numeric {
                precision: Some(precision.cast_unsigned()),
                scale: Some(scale).filter(|scale| *scale != 0),
            };
            assert_eq!(numeric(modifier(precision, scale)), expected);
        }
    }
}
