//! From MySQL's trees to portable ones.

use std::convert::Infallible;

use retort_core::{
    expression::{BinaryOp, Call, Expr, PatternKind, TrimSide, UnaryOp},
    schema::{Name, Type},
};

use super::{
    context::{Context, Kind, is_character},
    functions, interval, own, types,
};
use crate::server::Flavor;

/// Reads expressions that stand somewhere.
pub(super) struct Portable<'a> {
    pub(super) context: Context<'a>,
}

impl Portable<'_> {
    /// The portable tree.
    pub(super) fn expr(&self, expr: Expr) -> Expr {
        match expr.transform::<Infallible>(&mut |expr| Ok(self.step(expr))) {
            Ok(expr) => expr,
            Err(never) => match never {},
        }
    }

    fn step(&self, expr: Expr) -> Expr {
        match expr {
            Expr::Introduced { charset, value } => self.string(&charset, value),
            Expr::Column(path) => Expr::Column(path.into_iter().map(|name| self.name(name)).collect()),
            Expr::Number(ref text) => match text.strip_prefix("0x") {
                Some(digits) => self.hexadecimal(digits),
                None => expr,
            },
            Expr::Keyword { word, precision } => keyword(word, precision),
            Expr::Unary { op: UnaryOp::BitNot, operand } => own::operator("~", [*operand]),
            Expr::Binary { op, left, right } => self.binary(op, *left, *right),
            Expr::Like { kind: PatternKind::Regexp, operand, pattern, negated, escape: _ } => {
                let matches = own::operator("REGEXP", [*operand, *pattern]);
                if negated { Expr::not(matches) } else { matches }
            }
            // A literal has the precision that is written.
            Expr::Cast { operand, ty: ty @ (Type::Timestamp(None) | Type::Time(None)) }
                if matches!(*operand, Expr::String(_)) =>
            {
                Expr::Cast { operand, ty }
            }
            Expr::Cast { operand, ty } => cast(*operand, types::portable(ty)),
            Expr::Call(call) => self.call(*call),
            Expr::Trim { side, characters: Some(characters), operand } if !is_character(&characters) => {
                let sign = match side {
                    TrimSide::Both => "TRIM BOTH",
                    TrimSide::Leading => "TRIM LEADING",
                    TrimSide::Trailing => "TRIM TRAILING",
                };
                own::operator(sign, [*characters, *operand])
            }
            Expr::Interval { amount, unit } => {
                interval::from_native(&amount, &unit).unwrap_or_else(|| own::interval(*amount, unit))
            }
            Expr::Extract { field, operand } => match field.as_str() {
                "year" | "quarter" | "month" | "day" | "hour" | "minute" => Expr::Extract { field, operand },
                _ => own::operator("EXTRACT", [Expr::String(field), *operand]),
            },
            other => other,
        }
    }

    /// MySQL writes bytes so. To MariaDB it is a number where one is wanted,
    /// which `x'ff'` never is.
    fn hexadecimal(&self, digits: &str) -> Expr {
        let digits = format!("{}{digits}", if digits.len().is_multiple_of(2) { "" } else { "0" });
        match self.context.server.flavor {
            Flavor::MySql => Expr::Hex(digits),
            Flavor::MariaDb => own::operator("0x", [Expr::String(digits)]),
        }
    }

    /// MySQL's catalog has names as it has strings.
    fn name(&self, name: Name) -> Name {
        match self.context.server.flavor {
            Flavor::MySql if self.context.column(&name).is_none() => {
                Name::new(own::without_double_encoding(name.as_str().to_owned()))
            }
            Flavor::MySql | Flavor::MariaDb => name,
        }
    }

    fn string(&self, charset: &str, value: String) -> Expr {
        let value = match self.context.server.flavor {
            Flavor::MySql => own::without_double_encoding(value),
            Flavor::MariaDb => value,
        };
        match charset {
            "utf8mb4" | "utf8mb3" | "utf8" => Expr::String(value),
            "latin1" | "ascii" if value.is_ascii() => Expr::String(value),
            _ => own::introduced(charset, value),
        }
    }

    fn binary(&self, op: BinaryOp, left: Expr, right: Expr) -> Expr {
        let own = |sign: &str, left, right| own::operator(sign, [left, right]);
        let kinds = (self.context.kind(&left), self.context.kind(&right));
        match op {
            BinaryOp::IntDivide if kinds == (Kind::Integer, Kind::Integer) => {
                Expr::binary(BinaryOp::Divide, left, right)
            }
            BinaryOp::IntDivide => Expr::call("div", [left, right]),
            BinaryOp::Divide if kinds.0 == Kind::Fraction || kinds.1 == Kind::Fraction => {
                Expr::binary(op, left, right)
            }
            BinaryOp::Divide => own("/", left, right),
            BinaryOp::BitAnd => own("&", left, right),
            BinaryOp::BitOr => own("|", left, right),
            BinaryOp::BitXor => own("^", left, right),
            BinaryOp::ShiftLeft => own("<<", left, right),
            BinaryOp::ShiftRight => own(">>", left, right),
            BinaryOp::JsonGet => own("->", left, right),
            BinaryOp::JsonGetText => own("->>", left, right),
            BinaryOp::Xor => own("XOR", left, right),
            BinaryOp::MemberOf => own("MEMBER OF", left, right),
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::Distinct
            | BinaryOp::NotDistinct
            | BinaryOp::Plus
            | BinaryOp::Minus
            | BinaryOp::Multiply
            | BinaryOp::Modulo
            | BinaryOp::Power
            | BinaryOp::Other(_) => Expr::binary(op, left, right),
        }
    }

    fn call(&self, mut call: Call) -> Expr {
        let Some((name, arguments)) = call.as_plain() else { return self.other_call(call) };
        let first = || Box::new(arguments[0].clone());
        let digits = match arguments.as_slice() {
            [] => Some(0),
            [Expr::Number(digits)] => digits.parse().ok(),
            _ => None,
        };
        match (name, arguments.as_slice(), digits) {
            ("current_timestamp" | "now" | "localtimestamp" | "localtime", _, Some(digits)) => {
                return keyword("CURRENT_TIMESTAMP".to_owned(), Some(digits));
            }
            ("curtime" | "current_time", _, Some(digits)) => {
                return keyword("CURRENT_TIME".to_owned(), Some(digits));
            }
            ("curdate" | "current_date", [], _) => return keyword("CURRENT_DATE".to_owned(), None),
            ("utc_timestamp", _, Some(digits)) => {
                return Expr::AtTimeZone {
                    operand: Box::new(keyword("CURRENT_TIMESTAMP".to_owned(), Some(digits))),
                    zone: Box::new(Expr::String("UTC".to_owned())),
                };
            }
            ("concat", [_, _, ..], _) => return Expr::concat(arguments.into_iter().cloned()),
            ("locate", [_, haystack], _) => {
                return Expr::Position { needle: first(), haystack: Box::new((*haystack).clone()) };
            }
            ("truncate", [a, Expr::Number(zero)], _) if zero == "0" => {
                return Expr::call("trunc", [(*a).clone()]);
            }
            // Bytes.
            ("length", [_], _) => return Expr::call("octet_length", arguments.into_iter().cloned()),
            // Outside of the text they don't mean what portable SQL means.
            ("substr" | "substring" | "mid" | "left" | "right", [_, place, ..], _)
                if !is_natural(place, name) =>
            {
                return own::function(call);
            }
            _ => {}
        }
        let count = arguments.len();
        match functions::by_native_name(name, count) {
            Some(function) => {
                call.name = vec![function.name.into()];
                Expr::Call(Box::new(call))
            }
            None => own::function(call),
        }
    }

    fn other_call(&self, mut call: Call) -> Expr {
        if call.name.len() != 1 || call.suffix.is_some() || !call.order_by.is_empty() {
            return own::function(call);
        }
        let name = call.name[0].as_str();
        match functions::by_native_name(name, call.arguments.len()) {
            Some(function) => {
                call.name = vec![function.name.into()];
                Expr::Call(Box::new(call))
            }
            None => own::function(call),
        }
    }
}

fn keyword(word: String, precision: Option<u32>) -> Expr {
    match word.as_str() {
        "CURRENT_TIMESTAMP" | "LOCALTIMESTAMP" | "LOCALTIME" => {
            Expr::Keyword { word: "CURRENT_TIMESTAMP".to_owned(), precision: Some(precision.unwrap_or(0)) }
        }
        "CURRENT_TIME" => Expr::Keyword { word, precision: Some(precision.unwrap_or(0)) },
        _ => Expr::Keyword { word, precision },
    }
}

/// What is cast to a signed number and is one anyway is what portable SQL has
/// without the cast.
fn cast(operand: Expr, ty: Type) -> Expr {
    if ty == Type::BigInt
        && let Expr::Call(call) = &operand
        && own::is_own(call)
        && let Expr::Binary { op: op @ (BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor), left, right } =
            own::unmark((**call).clone())
    {
        return Expr::binary(op, *left, *right);
    }
    Expr::cast(operand, ty)
}

/// Whether the place or length that a function is given is none that portable
/// SQL understands in another way.
fn is_natural(place: &Expr, function: &str) -> bool {
    let least = functions::least_place(function);
    functions::least_value(place).is_some_and(|value| value >= least)
}
