//! [`Dialect`]: how one database writes expressions, as data.

use crate::sql::Syntax;

/// How one database reads and writes expressions.
///
/// All fields are public so that a backend in any crate can hold its rules in
/// a `static`, usually starting from [`Dialect::PORTABLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// How text is cut into tokens, and identifiers and strings are quoted.
    pub syntax: Syntax,
    /// Which operators bind tighter than which.
    pub precedence: Precedence,
    /// What `||` means.
    pub pipes: Pipes,
    /// What `^` means.
    pub caret: Caret,
    /// Whether `&&` is AND.
    pub ampersands: bool,
    /// Whether `!` is a NOT that binds tighter than any other operator.
    pub bang: bool,
    /// Whether `<=>` compares so that NULL equals NULL.
    pub null_safe_equality: bool,
    /// Whether DIV, MOD, XOR, REGEXP, RLIKE and MEMBER OF are operators, and
    /// BINARY in front of an operand is a cast.
    pub word_operators: bool,
    /// Whether `INTERVAL 1 DAY` is a length of time, as in `+ INTERVAL 1 DAY`.
    pub interval_units: bool,
    /// Whether `value::type` is a cast.
    pub double_colon_casts: bool,
    /// Whether `~~` is LIKE and `~~*` is ILIKE, and other runs of operator
    /// characters are operators too.
    pub symbol_operators: bool,
    /// Whether `_utf8mb4'text'` is a string, and `0xff` and `0b1` are numbers.
    pub introducers: bool,
    /// Whether a string right behind another one continues it; if not, only
    /// one on a further line does.
    pub strings_adjoin: bool,
    /// Names of types that mean something else here than in portable SQL when
    /// nothing in parentheses follows, in lower case: they are kept as native
    /// types.
    pub own_types: &'static [&'static str],
    /// Whether all identifiers are written in quotes, or only those that need
    /// them.
    pub quote_all: bool,
}

/// What `||` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pipes {
    /// Concatenation.
    Concatenate,
    /// OR.
    Or,
}

/// What `^` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caret {
    /// To the power of.
    Power,
    /// Bitwise exclusive or.
    BitXor,
}

/// Which operators bind tighter than which: the greater the number, the
/// tighter. Operators with one number group from the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Precedence {
    /// OR.
    pub or: u8,
    /// XOR, the logical one.
    pub xor: u8,
    /// AND.
    pub and: u8,
    /// NOT.
    pub not: u8,
    /// `IS NULL` and the like.
    pub is: u8,
    /// `=` and `<>`.
    pub equality: u8,
    /// `<`, `<=`, `>` and `>=`.
    pub comparison: u8,
    /// LIKE, IN, BETWEEN.
    pub pattern: u8,
    /// Concatenation, as an operator.
    pub concat: u8,
    /// `->` and `->>`.
    pub json: u8,
    /// Any other operator that this table doesn't name.
    pub other: u8,
    /// Bitwise or.
    pub bit_or: u8,
    /// Bitwise and.
    pub bit_and: u8,
    /// `<<` and `>>`.
    pub shift: u8,
    /// `+` and `-`.
    pub additive: u8,
    /// `*`, `/`, `%`.
    pub multiplicative: u8,
    /// To the power of.
    pub power: u8,
    /// Bitwise exclusive or.
    pub bit_xor: u8,
    /// Bitwise not.
    pub bit_not: u8,
    /// AT TIME ZONE.
    pub at_time_zone: u8,
    /// `-` and `+` in front of an operand.
    pub sign: u8,
    /// COLLATE.
    pub collate: u8,
}

impl Precedence {
    /// PostgreSQL's, and so that of portable SQL.
    pub const STANDARD: Self = Self {
        or: 10,
        xor: 15,
        and: 20,
        not: 30,
        is: 40,
        equality: 50,
        comparison: 50,
        pattern: 60,
        concat: 70,
        json: 70,
        other: 70,
        bit_or: 70,
        bit_and: 70,
        bit_xor: 70,
        shift: 70,
        bit_not: 70,
        additive: 80,
        multiplicative: 90,
        power: 100,
        at_time_zone: 110,
        collate: 120,
        sign: 130,
    };

    /// That of MySQL and its kin.
    pub const MYSQL: Self = Self {
        is: 50,
        bit_or: 71,
        bit_and: 72,
        shift: 73,
        concat: 125,
        json: 150,
        bit_xor: 100,
        bit_not: 130,
        collate: 140,
        ..Self::STANDARD
    };

    /// That of SQLite.
    pub const SQLITE: Self = Self {
        is: 50,
        equality: 50,
        pattern: 50,
        comparison: 55,
        bit_or: 70,
        bit_and: 70,
        shift: 70,
        concat: 100,
        json: 100,
        bit_not: 130,
        collate: 120,
        ..Self::STANDARD
    };
}

impl Dialect {
    /// That of portable SQL, and of what PostgreSQL prints.
    pub const PORTABLE: Self = Self {
        syntax: Syntax::PORTABLE,
        precedence: Precedence::STANDARD,
        pipes: Pipes::Concatenate,
        caret: Caret::Power,
        ampersands: false,
        bang: false,
        null_safe_equality: false,
        word_operators: false,
        interval_units: false,
        double_colon_casts: true,
        symbol_operators: true,
        introducers: false,
        strings_adjoin: false,
        own_types: &[],
        quote_all: false,
    };
}
