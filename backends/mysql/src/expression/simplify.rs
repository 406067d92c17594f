//! Portable expressions in fewer words: what portable SQL can say in several
//! ways is said in one.
//!
//! The meaning stays, on every database.

use std::convert::Infallible;

use retort_core::{
    expression::{BinaryOp, Call, Expr, Test, TrimSide, UnaryOp},
    schema::Type,
};

use super::{context::is_null, interval, types};

/// Says the same in fewer words.
pub(super) fn simplify(expr: Expr) -> Expr {
    let simplified = expr.transform::<Infallible>(&mut |expr| Ok(step(expr)));
    match simplified {
        Ok(expr) => expr,
        Err(never) => match never {},
    }
}

fn step(expr: Expr) -> Expr {
    match expr {
        Expr::Number(text) => Expr::Number(plain_number(&text)),
        Expr::Unary { op: UnaryOp::Plus, operand } => *operand,
        Expr::Keyword { word, precision } => moment(word, precision),
        Expr::Binary { op: BinaryOp::Power, left, right } => Expr::call("power", [*left, *right]),
        Expr::Is { operand, test: Test::Unknown, negated } => is_null(*operand, negated),
        Expr::Quantified { left, op, all, right } => quantified(left, op, all, right),
        Expr::Like { kind, operand, pattern, escape, negated } => {
            let escape = escape.filter(|escape| **escape != Expr::String("\\".to_owned()));
            Expr::Like { kind, operand, pattern, escape, negated }
        }
        Expr::Cast { operand, ty } => cast(*operand, ty),
        Expr::AtTimeZone { operand, zone } => {
            let is_utc = matches!(&*zone, Expr::String(name) if name.eq_ignore_ascii_case("utc"));
            let zone = if is_utc { Box::new(Expr::String("UTC".to_owned())) } else { zone };
            Expr::AtTimeZone { operand, zone }
        }
        Expr::Call(call) => function(*call),
        other => other,
    }
}

/// A number without zeros or a point that it does not need.
fn plain_number(text: &str) -> String {
    let end = text.find('e').unwrap_or(text.len());
    let (mantissa, exponent) = text.split_at(end);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{whole}{point}{fraction}{}", exponent.replace('+', ""))
}

/// The date and time of the statement: without a precision it has six digits
/// of a second.
fn moment(word: String, precision: Option<u32>) -> Expr {
    let word = match word.as_str() {
        "LOCALTIMESTAMP" => "CURRENT_TIMESTAMP".to_owned(),
        "LOCALTIME" => "CURRENT_TIME".to_owned(),
        _ => word,
    };
    Expr::Keyword { word, precision: precision.filter(|digits| *digits != 6) }
}

/// `a = ANY (ARRAY[b])` is `a IN (b)`.
fn quantified(left: Box<Expr>, op: BinaryOp, all: bool, right: Box<Expr>) -> Expr {
    let negated = match (&op, all) {
        (BinaryOp::Equal, false) => false,
        (BinaryOp::NotEqual, true) => true,
        _ => return Expr::Quantified { left, op, all, right },
    };
    match *right {
        Expr::Array(list) if !list.is_empty() => Expr::In { operand: left, list, negated },
        right => Expr::Quantified { left, op, all, right: Box::new(right) },
    }
}

/// A cast of a literal is the literal that has the type.
fn cast(operand: Expr, ty: Type) -> Expr {
    let ty = types::simplify(ty);
    let Expr::String(text) = operand else { return Expr::cast(operand, ty) };
    let trimmed = text.trim();
    match &ty {
        Type::Text => Expr::String(text),
        Type::VarChar(Some(length)) => {
            Expr::String(text.chars().take(usize::try_from(*length).unwrap_or(usize::MAX)).collect())
        }
        Type::BigInt if is_digits(trimmed.trim_start_matches('-')) => signed(trimmed),
        Type::Numeric { precision: None, .. } if is_decimal(trimmed.trim_start_matches('-')) => {
            signed(trimmed)
        }
        Type::Boolean => match truth(trimmed) {
            Some(truth) => Expr::Boolean(truth),
            None => Expr::cast(Expr::String(text), ty),
        },
        Type::Blob => match text.strip_prefix("\\x").filter(|hex| is_hex(hex)) {
            Some(hex) => Expr::Hex(hex.to_ascii_lowercase()),
            None => Expr::cast(Expr::String(text), ty),
        },
        // Without a fraction, the precision does not count.
        Type::Timestamp(Some(_)) if !text.contains('.') => {
            Expr::cast(Expr::String(text), Type::Timestamp(None))
        }
        Type::Time(Some(_)) if !text.contains('.') => Expr::cast(Expr::String(text), Type::Time(None)),
        _ if interval::is_interval(&ty) => match interval::read(&text) {
            Some((amount, unit)) => interval::portable(&amount, unit),
            None => Expr::cast(Expr::String(text), ty),
        },
        _ => Expr::cast(Expr::String(text), ty),
    }
}

fn signed(text: &str) -> Expr {
    match text.strip_prefix('-') {
        Some(digits) => {
            Expr::Unary { op: UnaryOp::Minus, operand: Box::new(Expr::Number(plain_number(digits))) }
        }
        None => Expr::Number(plain_number(text)),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_decimal(text: &str) -> bool {
    match text.split_once('.') {
        Some((whole, fraction)) => is_digits(whole) && is_digits(fraction),
        None => is_digits(text),
    }
}

fn is_hex(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// Functions with another name for the same.
const ALIASES: [(&str, &str); 6] = [
    ("char_length", "length"),
    ("character_length", "length"),
    ("ceiling", "ceil"),
    ("ifnull", "coalesce"),
    ("pow", "power"),
    ("substr", "substring"),
];

fn function(mut call: Call) -> Expr {
    if let [namespace, name] = call.name.as_slice()
        && namespace.as_str() == "pg_catalog"
    {
        call.name = vec![name.clone()];
    }
    if let [name] = call.name.as_mut_slice()
        && let Some((_, to)) = ALIASES.iter().find(|(from, _)| *from == name.as_str())
    {
        *name = (*to).into();
    }
    let Some((name, arguments)) = call.as_plain() else { return Expr::Call(Box::new(call)) };
    let owned = |at: usize| Box::new(arguments[at].clone());
    let trim = |side: TrimSide| Expr::Trim { side, characters: Some(owned(1)), operand: owned(0) };
    match (name, arguments.as_slice()) {
        ("now" | "transaction_timestamp" | "statement_timestamp", []) => {
            Expr::Keyword { word: "CURRENT_TIMESTAMP".to_owned(), precision: None }
        }
        ("mod", [a, b]) => Expr::binary(BinaryOp::Modulo, (*a).clone(), (*b).clone()),
        ("date", [a]) => Expr::cast((*a).clone(), Type::Date),
        ("strpos" | "instr", [_, _]) => Expr::Position { needle: owned(1), haystack: owned(0) },
        ("btrim", [_]) => Expr::Trim { side: TrimSide::Both, characters: None, operand: owned(0) },
        ("btrim", [_, _]) => trim(TrimSide::Both),
        ("ltrim", [_, _]) => trim(TrimSide::Leading),
        ("rtrim", [_, _]) => trim(TrimSide::Trailing),
        ("lpad" | "rpad", [a, b]) => {
            Expr::call(name, [(*a).clone(), (*b).clone(), Expr::String(" ".to_owned())])
        }
        ("round" | "trunc", [a, Expr::Number(zero)]) if zero == "0" => Expr::call(name, [(*a).clone()]),
        ("log", [a]) => Expr::call("log10", [(*a).clone()]),
        // It takes NULL for an empty text, which `||` doesn't.
        ("concat", [_, ..]) => Expr::concat(arguments.iter().map(|argument| or_empty((*argument).clone()))),
        _ => Expr::Call(Box::new(call)),
    }
}

fn or_empty(expr: Expr) -> Expr {
    match expr {
        Expr::String(_) | Expr::Number(_) => expr,
        Expr::Null => Expr::String(String::new()),
        other => Expr::call("coalesce", [other, Expr::String(String::new())]),
    }
}
