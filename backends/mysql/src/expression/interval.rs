//! Lengths of time: `INTERVAL '2 days'` and `INTERVAL 2 DAY`.

use retort_core::{
    expression::{Expr, UnaryOp},
    schema::Type,
};

use super::context::number;

/// The units that both sides have.
const UNITS: [&str; 8] = ["year", "quarter", "month", "week", "day", "hour", "minute", "second"];

/// Whether a type is that of a length of time.
pub(super) fn is_interval(ty: &Type) -> bool {
    matches!(ty, Type::Native(native) if native == "interval")
}

/// The amount and unit of the text of a length of time, if it has but one.
pub(super) fn read(text: &str) -> Option<(String, &'static str)> {
    let mut words = text.split_ascii_whitespace();
    let (amount, unit, None) = (words.next()?, words.next()?, words.next()) else { return None };
    let digits = amount.strip_prefix('-').unwrap_or(amount);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let unit = unit.to_ascii_lowercase();
    let singular = match unit.as_str() {
        "mon" | "mons" => "month",
        "hr" | "hrs" => "hour",
        "min" | "mins" => "minute",
        "sec" | "secs" => "second",
        other => other.strip_suffix('s').unwrap_or(other),
    };
    // PostgreSQL has no quarters.
    let unit = UNITS.into_iter().find(|unit| *unit == singular && *unit != "quarter")?;
    let sign = if amount.starts_with('-') { "-" } else { "" };
    let digits = digits.trim_start_matches('0');
    Some((format!("{sign}{}", if digits.is_empty() { "0" } else { digits }), unit))
}

/// The portable expression for a length of time.
pub(super) fn portable(amount: &str, unit: &str) -> Expr {
    Expr::cast(Expr::String(format!("{amount} {unit}")), Type::Native("interval".to_owned()))
}

/// MySQL's expression for a length of time.
pub(super) fn native(amount: &str, unit: &str) -> Expr {
    let amount = match amount.strip_prefix('-') {
        Some(digits) => Expr::Unary { op: UnaryOp::Minus, operand: Box::new(number(digits)) },
        None => number(amount),
    };
    Expr::Interval { amount: Box::new(amount), unit: unit.to_owned() }
}

/// The portable expression for MySQL's, if portable SQL can say it.
pub(super) fn from_native(amount: &Expr, unit: &str) -> Option<Expr> {
    let (sign, digits) = match amount {
        Expr::Number(digits) => ("", digits),
        Expr::Unary { op: UnaryOp::Minus, operand } => match &**operand {
            Expr::Number(digits) => ("-", digits),
            _ => return None,
        },
        _ => return None,
    };
    let (amount, unit) = read(&format!("{sign}{digits} {unit}"))?;
    Some(portable(&amount, unit))
}
