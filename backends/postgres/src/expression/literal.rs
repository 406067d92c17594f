//! What PostgreSQL makes of a string that becomes a value of a type: it keeps
//! the value, and prints that.

mod interval;
mod json;
mod moment;

use retort_core::expression::{Expr, UnaryOp};

use super::kind::Kind;

/// The literal for a string that takes on a kind: a string, or a number or
/// truth value where that is how the server prints it. A text that is none of
/// the kind, or in a form that is not known here, stays.
pub(super) fn typed(text: String, kind: &Kind) -> Expr {
    let normal = match kind {
        Kind::Boolean => return boolean(&text).map_or(Expr::String(text), Expr::Boolean),
        Kind::SmallInt | Kind::Integer | Kind::BigInt | Kind::Numeric | Kind::Real | Kind::Double => {
            return number(&text, kind).unwrap_or(Expr::String(text));
        }
        Kind::Date => moment::date(&text),
        Kind::Time => moment::time(&text),
        Kind::Timestamp => moment::timestamp(&text),
        Kind::TimestampTz => moment::timestamp_in_utc(&text),
        Kind::Interval => interval::normal(&text),
        Kind::Uuid => uuid(&text),
        Kind::Jsonb => json::normal(&text),
        Kind::Bytes => bytes(&text),
        Kind::Array(element) => array(&text, element),
        Kind::Text | Kind::VarChar | Kind::Char | Kind::Json | Kind::Named(_) | Kind::Unknown => None,
    };
    Expr::String(normal.unwrap_or(text))
}

/// The number in a string, perhaps with a sign.
fn number(text: &str, kind: &Kind) -> Option<Expr> {
    let text = text.trim().to_ascii_lowercase();
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'+' | b'-'))
        && digits.parse::<f64>().is_ok();
    if !is_number || (kind.is_integer() && !digits.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let digits = match kind {
        Kind::Real | Kind::Double => float_digits(digits),
        _ => decimal_digits(digits),
    };
    let number = Expr::Number(digits);
    Some(match is_negative {
        true => Expr::Unary { op: UnaryOp::Minus, operand: Box::new(number) },
        false => number,
    })
}

/// The digits of a decimal number, without exponent and leading zeros.
pub(super) fn decimal_digits(text: &str) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (mut whole, mut fraction) = (whole.to_owned(), fraction.to_owned());
    match exponent.parse::<i32>() {
        Ok(exponent @ 0..=100) => {
            for _ in 0..exponent {
                whole.push(if fraction.is_empty() { '0' } else { fraction.remove(0) });
            }
        }
        Ok(exponent @ -100..0) => {
            for _ in exponent..0 {
                fraction.insert(0, whole.pop().unwrap_or('0'));
            }
        }
        _ => return text.to_owned(),
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// The shortest digits of a floating-point number; those that the server writes
/// with an exponent stay.
fn float_digits(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(value) if value == 0.0 || (1e-4..1e15).contains(&value) => value.to_string(),
        _ => text.to_owned(),
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "t" | "tr" | "tru" | "true" | "y" | "ye" | "yes" | "on" | "1" => Some(true),
        "f" | "fa" | "fal" | "fals" | "false" | "n" | "no" | "of" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn uuid(text: &str) -> Option<String> {
    let inside = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
    let digits = inside.replace('-', "").to_ascii_lowercase();
    let is_uuid = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_uuid.then(|| {
        let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| &digits[range]);
        parts.join("-")
    })
}

/// Bytes in hexadecimal digits, whether they were written so or as text.
fn bytes(text: &str) -> Option<String> {
    if let Some(digits) = text.strip_prefix("\\x") {
        let digits: String = digits.split_whitespace().collect();
        let is_hex = digits.len().is_multiple_of(2) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        return is_hex.then(|| format!("\\x{}", digits.to_ascii_lowercase()));
    }
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, after) = match (first, after) {
            (b'\\', [b'\\', after @ ..]) => (b'\\', after),
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..]) => {
                ((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'), after)
            }
            (b'\\', _) => return None,
            (byte, after) => (*byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("\\x{}", digits.concat()))
}

/// An array of values that need no quotes.
fn array(text: &str, element: &Kind) -> Option<String> {
    let inside = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    if inside.contains(['"', '\\', '{', '}']) {
        return None;
    }
    if inside.trim().is_empty() {
        return Some("{}".to_owned());
    }
    let elements = inside.split(',').map(|value| {
        let value = value.trim();
        match element {
            _ if value.eq_ignore_ascii_case("null") => "NULL".to_owned(),
            Kind::Boolean => match boolean(value) {
                Some(true) => "t".to_owned(),
                Some(false) => "f".to_owned(),
                None => value.to_owned(),
            },
            _ => value.to_owned(),
        }
    });
    Some(format!("{{{}}}", elements.collect::<Vec<_>>().join(",")))
}

#[cfg(test)]
mod tests {
    use retort_core::expression::canonical;

    use super::*;

    fn check(text: &str, kind: Kind, expected: &str) {
        assert_eq!(canonical(&typed(text.to_owned(), &kind)), expected, "{text}");
    }

    #[test]
    fn strings_become_values() {
        check("-007", Kind::Integer, "-7");
        check("7.5", Kind::Integer, "'7.5'");
        check(" +1.50 ", Kind::Numeric, "1.50");
        check("1.5e3", Kind::Numeric, "1500");
        check("12.5e-3", Kind::Numeric, "0.0125");
        check("NaN", Kind::Numeric, "'NaN'");
        check("1.50", Kind::Double, "1.5");
        check("1e300", Kind::Double, "1e300");
        check("Yes", Kind::Boolean, "TRUE");
        check("maybe", Kind::Boolean, "'maybe'");
        check("{A0EEBC99-9C0B4EF8BB6D6BB9BD380A11}", Kind::Uuid, "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'");
        check("\\xDEad", Kind::Bytes, r"'\xdead'");
        check("a\\\\b\\001é", Kind::Bytes, r"'\x615c6201c3a9'");
        check("{ 1, 2,null }", Kind::Array(Box::new(Kind::Integer)), "'{1,2,NULL}'");
        check("{\"a b\", c}", Kind::Array(Box::new(Kind::Text)), "'{\"a b\", c}'");
        check("yes", Kind::Text, "'yes'");
    }
}
