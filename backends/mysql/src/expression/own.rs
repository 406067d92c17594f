//! What only MySQL knows, in portable text: `mysql.name(…)`.

use retort_core::{
    expression::{BinaryOp, Call, Expr, PatternKind, TrimSide, UnaryOp},
    schema::Name,
    sql::{TokenKind, lex},
};

use crate::syntax::SYNTAX;

/// The namespace that stands for MySQL.
const NAMESPACE: &str = "mysql";

/// The name that a text which cannot be read has.
const VERBATIM: &str = "verbatim";

/// Functions whose first argument is a word.
const WITH_WORD: [&str; 3] = ["get_format", "timestampadd", "timestampdiff"];

/// Marks a call as one of MySQL's own function.
pub(super) fn function(mut call: Call) -> Expr {
    call.name.insert(0, Name::from(NAMESPACE));
    Expr::Call(Box::new(call))
}

/// Marks an operator as MySQL's own.
pub(super) fn operator(sign: &str, operands: impl IntoIterator<Item = Expr>) -> Expr {
    function(Call::new(sign, operands))
}

/// Keeps a text that cannot be read.
pub(super) fn verbatim(text: &str) -> Expr {
    operator(VERBATIM, [Expr::String(text.trim().to_owned())])
}

/// Keeps a string in a character set of its own.
pub(super) fn introduced(charset: &str, value: String) -> Expr {
    operator(&format!("_{charset}"), [Expr::String(value)])
}

/// Keeps a length of time whose unit portable SQL doesn't have.
pub(super) fn interval(amount: Expr, unit: String) -> Expr {
    operator("INTERVAL", [amount, Expr::String(unit)])
}

/// Whether a call is one of MySQL's own.
pub(super) fn is_own(call: &Call) -> bool {
    matches!(call.name.as_slice(), [namespace, _] if namespace.as_str() == NAMESPACE)
}

/// MySQL's tree for a call that is marked as its own. The arguments are
/// MySQL's already.
pub(super) fn unmark(mut call: Call) -> Expr {
    let Some(name) = call.name.pop() else { return Expr::Null };
    let mut operands: Vec<Expr> = call.arguments.iter().map(|argument| argument.value.clone()).collect();
    let sign = name.as_str();
    match (sign, operands.as_mut_slice()) {
        (VERBATIM, [Expr::String(text)]) => {
            return Expr::Keyword { word: format!("({text})"), precision: None };
        }
        ("INTERVAL", [amount, Expr::String(unit)]) => {
            let amount = Box::new(std::mem::replace(amount, Expr::Null));
            return Expr::Interval { amount, unit: std::mem::take(unit) };
        }
        ("EXTRACT", [Expr::String(field), operand]) => {
            let operand = Box::new(std::mem::replace(operand, Expr::Null));
            return Expr::Extract { field: std::mem::take(field), operand };
        }
        ("bits", [Expr::String(digits)]) => return Expr::Bits(std::mem::take(digits)),
        ("0x", [Expr::String(digits)]) => return Expr::Number(format!("0x{digits}")),
        ("~", [operand]) => {
            let operand = Box::new(std::mem::replace(operand, Expr::Null));
            return Expr::Unary { op: UnaryOp::BitNot, operand };
        }
        (_, [Expr::String(value)]) if sign.starts_with('_') => {
            return Expr::Introduced { charset: sign[1..].to_owned(), value: std::mem::take(value) };
        }
        ("REGEXP", [left, right]) => {
            return Expr::Like {
                kind: PatternKind::Regexp,
                operand: Box::new(std::mem::replace(left, Expr::Null)),
                pattern: Box::new(std::mem::replace(right, Expr::Null)),
                escape: None,
                negated: false,
            };
        }
        ("TRIM BOTH" | "TRIM LEADING" | "TRIM TRAILING", [characters, operand]) => {
            let side = match sign {
                "TRIM LEADING" => TrimSide::Leading,
                "TRIM TRAILING" => TrimSide::Trailing,
                _ => TrimSide::Both,
            };
            let characters = Some(Box::new(std::mem::replace(characters, Expr::Null)));
            let operand = Box::new(std::mem::replace(operand, Expr::Null));
            return Expr::Trim { side, characters, operand };
        }
        (_, [left, right]) => {
            if let Some(op) = binary(sign) {
                return Expr::binary(
                    op,
                    std::mem::replace(left, Expr::Null),
                    std::mem::replace(right, Expr::Null),
                );
            }
        }
        _ => {}
    }
    if WITH_WORD.contains(&sign)
        && let Some(first) = call.arguments.first_mut()
        && let Some(word) = first.value.as_column()
    {
        first.value = Expr::Keyword { word: word.as_str().to_ascii_uppercase(), precision: None };
    }
    call.name = vec![name];
    Expr::Call(Box::new(call))
}

fn binary(sign: &str) -> Option<BinaryOp> {
    Some(match sign {
        "/" => BinaryOp::Divide,
        "DIV" => BinaryOp::IntDivide,
        "&" => BinaryOp::BitAnd,
        "|" => BinaryOp::BitOr,
        "^" => BinaryOp::BitXor,
        "<<" => BinaryOp::ShiftLeft,
        ">>" => BinaryOp::ShiftRight,
        "->" => BinaryOp::JsonGet,
        "->>" => BinaryOp::JsonGetText,
        "XOR" => BinaryOp::Xor,
        "MEMBER OF" => BinaryOp::MemberOf,
        _ => return None,
    })
}

/// The text of an expression in MySQL's catalog without the escapes that it has
/// there around its strings. Any other text stays.
pub(super) fn without_escapes(text: &str) -> String {
    // Outside of strings, only such an escape has a backslash.
    let is_escaped =
        lex(text, &SYNTAX).any(|token| token.kind == TokenKind::Punctuation && &text[token.span] == "\\");
    if !is_escaped {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('n') => plain.push('\n'),
                Some('r') => plain.push('\r'),
                Some('t') => plain.push('\t'),
                Some('0') => plain.push('\0'),
                Some('Z') => plain.push('\u{1a}'),
                Some(escaped) => plain.push(escaped),
                None => plain.push(c),
            },
            _ => plain.push(c),
        }
    }
    plain
}

/// A string or name of an expression as MySQL's catalog has it, where each byte
/// of it is a character. Any other stays: hardly ever are its characters the
/// bytes of a text.
pub(super) fn without_double_encoding(value: String) -> String {
    let bytes: Option<Vec<u8>> = value.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    match bytes.map(String::from_utf8) {
        Some(Ok(decoded)) => decoded,
        _ => value,
    }
}
