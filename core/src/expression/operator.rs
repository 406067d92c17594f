//! Operators: their signs, and how tight they bind.

use super::dialect::Precedence;

/// An operator in front of its operand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Minus,
    /// `+`
    Plus,
    /// `~`
    BitNot,
    /// Any other, as written.
    Other(String),
}

/// An operator between its operands.
///
/// AND, OR and `||` are no such operators, see [`Expr`](super::Expr).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BinaryOp {
    /// `XOR`, of truth values
    Xor,
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `IS DISTINCT FROM`
    Distinct,
    /// `IS NOT DISTINCT FROM`, `<=>`
    NotDistinct,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `DIV`
    IntDivide,
    /// `%`
    Modulo,
    /// To the power of
    Power,
    /// `&`
    BitAnd,
    /// `|`
    BitOr,
    /// Bitwise exclusive or
    BitXor,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `->`
    JsonGet,
    /// `->>`
    JsonGetText,
    /// `MEMBER OF`
    MemberOf,
    /// Any other, as written.
    Other(String),
}

impl UnaryOp {
    pub(super) fn level(&self, precedence: &Precedence) -> u8 {
        match self {
            Self::Minus | Self::Plus => precedence.sign,
            Self::BitNot => precedence.bit_not,
            Self::Other(_) => precedence.other,
        }
    }

    pub(super) fn sign(&self) -> &str {
        match self {
            Self::Minus => "-",
            Self::Plus => "+",
            Self::BitNot => "~",
            Self::Other(sign) => sign,
        }
    }
}

impl BinaryOp {
    /// Whether it compares, so that chains of it mean nothing sensible.
    pub fn is_comparison(&self) -> bool {
        match self {
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessEqual
            | Self::Greater
            | Self::GreaterEqual
            | Self::Distinct
            | Self::NotDistinct => true,
            Self::Xor
            | Self::Plus
            | Self::Minus
            | Self::Multiply
            | Self::Divide
            | Self::IntDivide
            | Self::Modulo
            | Self::Power
            | Self::BitAnd
            | Self::BitOr
            | Self::BitXor
            | Self::ShiftLeft
            | Self::ShiftRight
            | Self::JsonGet
            | Self::JsonGetText
            | Self::MemberOf
            | Self::Other(_) => false,
        }
    }

    pub(super) fn level(&self, precedence: &Precedence) -> u8 {
        match self {
            Self::Xor => precedence.xor,
            Self::Equal | Self::NotEqual => precedence.equality,
            Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual => precedence.comparison,
            Self::Distinct | Self::NotDistinct => precedence.is,
            Self::Plus | Self::Minus => precedence.additive,
            Self::Multiply | Self::Divide | Self::IntDivide | Self::Modulo => precedence.multiplicative,
            Self::Power => precedence.power,
            Self::BitAnd => precedence.bit_and,
            Self::BitOr => precedence.bit_or,
            Self::BitXor => precedence.bit_xor,
            Self::ShiftLeft | Self::ShiftRight => precedence.shift,
            Self::JsonGet | Self::JsonGetText => precedence.json,
            Self::MemberOf => precedence.pattern,
            Self::Other(_) => precedence.other,
        }
    }
}
