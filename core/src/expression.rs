//! Scalar expressions of SQL as trees: those of defaults, checks, generated
//! columns and indexes.
//!
//! The model keeps expressions as text ([`schema::Expression`]), because a user
//! may write anything a database understands. Backends bring texts that mean
//! the same into one form here: [`parse`] what a file or a catalog has, under
//! the rules of its [`Dialect`], rewrite the tree ([`Expr::transform`]), and
//! write it again, as the one portable text ([`canonical`]) or for a database
//! ([`write()`]).
//!
//! What is no expression that this module knows is an error, never a tree that
//! means something else. Callers then keep the text as it is.
//!
//! [`schema::Expression`]: crate::schema::Expression

mod dialect;
mod literal;
mod operator;
mod parser;
mod visit;
mod words;
mod write;

pub use dialect::{Caret, Dialect, Pipes, Precedence};
pub use literal::unescape;
pub use operator::{BinaryOp, UnaryOp};
pub use parser::{ParseError, parse, parse_at};
pub use words::is_reserved;
pub use write::{canonical, write, write_identifier};

use crate::schema::{Name, Type};

/// An expression.
///
/// Parentheses are not part of it: writing puts them where they are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// `NULL`
    Null,
    /// `TRUE`, `FALSE`
    Boolean(bool),
    /// A number without a sign, as written, in lower case: `1.50`, `2e3`, and
    /// `0x00ff` where a dialect has it.
    Number(String),
    /// A string, by its value.
    String(String),
    /// A string in a character set of its own: `_latin1'text'`.
    Introduced {
        /// The character set, in lower case.
        charset: String,
        /// The value.
        value: String,
    },
    /// Bytes, by their hexadecimal digits in lower case: `x'00ff'`.
    Hex(String),
    /// Bits: `b'101'`.
    Bits(String),
    /// A numbered parameter: `$1`.
    Parameter(String),
    /// A column, with what stands before it: `a`, `t.a`, `n.t.a`.
    Column(Vec<Name>),
    /// `*`, `t.*`
    Wildcard(Vec<Name>),
    /// A word that stands for a value, in upper case: `CURRENT_TIMESTAMP(3)`.
    Keyword {
        /// The word.
        word: String,
        /// The digits of a second.
        precision: Option<u32>,
    },
    /// `NOT a`
    Not(Box<Self>),
    /// `a AND b AND c`: two or more, none of them an `And`. [`Expr::and`]
    /// makes it.
    And(Vec<Self>),
    /// `a OR b OR c`: two or more, none of them an `Or`. [`Expr::or`] makes
    /// it.
    Or(Vec<Self>),
    /// `a || b || c`: two or more, the first of them not a `Concat`.
    /// [`Expr::concat`] makes it.
    Concat(Vec<Self>),
    /// An operator in front of its operand.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// What it applies to.
        operand: Box<Self>,
    },
    /// An operator between its operands.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// The operand before it.
        left: Box<Self>,
        /// The operand behind it.
        right: Box<Self>,
    },
    /// `a IS NULL`, `a IS NOT TRUE`
    Is {
        /// What is tested.
        operand: Box<Self>,
        /// For what.
        test: Test,
        /// Whether there is a NOT.
        negated: bool,
    },
    /// `a BETWEEN b AND c`
    Between {
        /// What is compared.
        operand: Box<Self>,
        /// The least value, inclusive.
        low: Box<Self>,
        /// The greatest value, inclusive.
        high: Box<Self>,
        /// Whether the bounds may be in either order.
        symmetric: bool,
        /// Whether there is a NOT.
        negated: bool,
    },
    /// `a IN (b, c)`; a query is a list of one [`Expr::Query`].
    In {
        /// What is looked for.
        operand: Box<Self>,
        /// Where.
        list: Vec<Self>,
        /// Whether there is a NOT.
        negated: bool,
    },
    /// `a LIKE b ESCAPE c`
    Like {
        /// Which kind of pattern.
        kind: PatternKind,
        /// What is matched.
        operand: Box<Self>,
        /// The pattern.
        pattern: Box<Self>,
        /// The escape character.
        escape: Option<Box<Self>>,
        /// Whether there is a NOT.
        negated: bool,
    },
    /// `a = ANY (b)`, `a <> ALL (b)`
    Quantified {
        /// The operand before the operator.
        left: Box<Self>,
        /// The operator.
        op: BinaryOp,
        /// Whether it must hold for all.
        all: bool,
        /// The array or query.
        right: Box<Self>,
    },
    /// `CASE WHEN a THEN b ELSE c END`
    Case {
        /// What the arms are compared with.
        operand: Option<Box<Self>>,
        /// What stands behind each WHEN and THEN.
        arms: Vec<(Self, Self)>,
        /// What stands behind ELSE.
        otherwise: Option<Box<Self>>,
    },
    /// `CAST(a AS type)`, `a::type`, `type 'text'`
    Cast {
        /// What is cast.
        operand: Box<Self>,
        /// To which type.
        ty: Type,
    },
    /// `a COLLATE b`
    Collate {
        /// What is compared so.
        operand: Box<Self>,
        /// The collation.
        collation: Vec<Name>,
    },
    /// `a AT TIME ZONE b`
    AtTimeZone {
        /// The time.
        operand: Box<Self>,
        /// The zone.
        zone: Box<Self>,
    },
    /// `f(a, b)`
    Call(Box<Call>),
    /// `EXTRACT(YEAR FROM a)`
    Extract {
        /// The field, in lower case.
        field: String,
        /// The time.
        operand: Box<Self>,
    },
    /// `POSITION(a IN b)`
    Position {
        /// What is looked for.
        needle: Box<Self>,
        /// Where.
        haystack: Box<Self>,
    },
    /// `TRIM(LEADING a FROM b)`. Without characters, the sides other than both
    /// are calls of `ltrim` and `rtrim`.
    Trim {
        /// Where.
        side: TrimSide,
        /// What is cut off; absent means spaces.
        characters: Option<Box<Self>>,
        /// The text.
        operand: Box<Self>,
    },
    /// `INTERVAL a DAY`, where the amount is an expression.
    Interval {
        /// How many.
        amount: Box<Self>,
        /// Of what, in lower case.
        unit: String,
    },
    /// `(a, b)`, `ROW(a)`
    Row(Vec<Self>),
    /// `ARRAY[a, b]`
    Array(Vec<Self>),
    /// `a[1]`, `a[1:2]`
    Subscript {
        /// The array.
        operand: Box<Self>,
        /// The index, or where the slice begins.
        index: Option<Box<Self>>,
        /// Where the slice ends, if it is one.
        slice: Option<Option<Box<Self>>>,
    },
    /// `(a).b`
    Field {
        /// The row.
        operand: Box<Self>,
        /// The field.
        field: Name,
    },
    /// A query in parentheses, as text.
    Query {
        /// What is in front of it.
        kind: QueryKind,
        /// The text of the query, without the parentheses, in one line and
        /// without comments.
        sql: String,
    },
}

/// What `IS` tests for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// `NULL`
    Null,
    /// `TRUE`
    True,
    /// `FALSE`
    False,
    /// `UNKNOWN`
    Unknown,
    /// Anything else, in upper case: `JSON`, `NFC NORMALIZED`.
    Other(String),
}

/// Which kind of pattern an [`Expr::Like`] has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternKind {
    /// `LIKE`
    Like,
    /// `ILIKE`
    ILike,
    /// `SIMILAR TO`
    SimilarTo,
    /// `REGEXP`
    Regexp,
}

/// Where [`Expr::Trim`] cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrimSide {
    /// On both sides.
    Both,
    /// At the beginning.
    Leading,
    /// At the end.
    Trailing,
}

/// What stands in front of a query in parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryKind {
    /// Nothing: the query is a value, or a list of them.
    Plain,
    /// `EXISTS`
    Exists,
    /// `ARRAY`
    Array,
}

/// The call of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The name, with its namespace if it has one.
    pub name: Vec<Name>,
    /// Whether only distinct values count.
    pub distinct: bool,
    /// The arguments.
    pub arguments: Vec<Argument>,
    /// `ORDER BY` among the arguments.
    pub order_by: Vec<SortKey>,
    /// What else is behind the arguments, in one line: `USING utf8mb4`,
    /// `SEPARATOR ','`.
    pub suffix: Option<String>,
    /// `FILTER (WHERE a)`
    pub filter: Option<Expr>,
    /// `OVER w`, `OVER (…)`
    pub over: Option<Window>,
}

/// An argument of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// The name of the parameter, in `name => value`.
    pub name: Option<Name>,
    /// Whether it is an array that stands for any number of arguments.
    pub variadic: bool,
    /// The value.
    pub value: Expr,
}

/// A part of an `ORDER BY` within an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// By what.
    pub key: Expr,
    /// What follows, in upper case: `DESC NULLS LAST`.
    pub order: String,
}

/// The window of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The name of a window that a query defines.
    pub base: Option<Name>,
    /// Whether there are parentheses, and so perhaps more than a name.
    pub spec: Option<WindowSpec>,
}

/// What is in the parentheses of a window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WindowSpec {
    /// `PARTITION BY`
    pub partition_by: Vec<Expr>,
    /// `ORDER BY`
    pub order_by: Vec<SortKey>,
    /// The frame, in upper case and one line: `ROWS UNBOUNDED PRECEDING`.
    pub frame: String,
}

impl Expr {
    /// The column of that name.
    pub fn column(name: impl Into<Name>) -> Self {
        Self::Column(vec![name.into()])
    }

    /// The call of a function with plain arguments.
    pub fn call(name: impl Into<Name>, arguments: impl IntoIterator<Item = Self>) -> Self {
        Self::Call(Box::new(Call::new(name, arguments)))
    }

    /// What holds if all operands do; what is itself an AND is merged.
    pub fn and(operands: impl IntoIterator<Item = Self>) -> Self {
        let mut merged = Vec::new();
        for operand in operands {
            match operand {
                Self::And(inner) => merged.extend(inner),
                other => merged.push(other),
            }
        }
        only(merged).unwrap_or_else(
            |merged| {
                if merged.is_empty() { Self::Boolean(true) } else { Self::And(merged) }
            },
        )
    }

    /// What holds if any operand does; what is itself an OR is merged.
    pub fn or(operands: impl IntoIterator<Item = Self>) -> Self {
        let mut merged = Vec::new();
        for operand in operands {
            match operand {
                Self::Or(inner) => merged.extend(inner),
                other => merged.push(other),
            }
        }
        only(merged).unwrap_or_else(
            |merged| {
                if merged.is_empty() { Self::Boolean(false) } else { Self::Or(merged) }
            },
        )
    }

    /// The operands one after the other; the first one is merged if it is
    /// itself a concatenation.
    ///
    /// The others are not: with arrays, `a || (b || c)` is not `a || b || c`.
    pub fn concat(operands: impl IntoIterator<Item = Self>) -> Self {
        let mut operands = operands.into_iter();
        let mut merged = match operands.next() {
            Some(Self::Concat(inner)) => inner,
            Some(other) => vec![other],
            None => return Self::String(String::new()),
        };
        merged.extend(operands);
        only(merged).unwrap_or_else(Self::Concat)
    }

    /// What holds if the operand doesn't.
    #[expect(clippy::should_implement_trait, reason = "builds a tree, as `and` and `or` do")]
    pub fn not(operand: Self) -> Self {
        Self::Not(Box::new(operand))
    }

    /// An operator between two operands.
    pub fn binary(op: BinaryOp, left: Self, right: Self) -> Self {
        Self::Binary { op, left: Box::new(left), right: Box::new(right) }
    }

    /// A cast.
    pub fn cast(operand: Self, ty: Type) -> Self {
        Self::Cast { operand: Box::new(operand), ty }
    }

    /// The name, if the expression is a column without qualifier.
    pub fn as_column(&self) -> Option<&Name> {
        match self {
            Self::Column(path) => match path.as_slice() {
                [name] => Some(name),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Call {
    /// A call with plain arguments.
    pub fn new(name: impl Into<Name>, arguments: impl IntoIterator<Item = Expr>) -> Self {
        Self {
            name: vec![name.into()],
            distinct: false,
            arguments: arguments.into_iter().map(Argument::plain).collect(),
            order_by: Vec::new(),
            suffix: None,
            filter: None,
            over: None,
        }
    }

    /// The name of the function and its arguments, if there is nothing more to
    /// the call than that.
    pub fn as_plain(&self) -> Option<(&str, Vec<&Expr>)> {
        let [name] = self.name.as_slice() else { return None };
        let is_plain = !self.distinct
            && self.order_by.is_empty()
            && self.suffix.is_none()
            && self.filter.is_none()
            && self.over.is_none()
            && self.arguments.iter().all(|argument| argument.name.is_none() && !argument.variadic);
        is_plain.then(|| (name.as_str(), self.arguments.iter().map(|argument| &argument.value).collect()))
    }
}

impl Argument {
    /// An argument by its place.
    pub fn plain(value: Expr) -> Self {
        Self { name: None, variadic: false, value }
    }
}

/// The only operand, or all of them.
fn only(mut operands: Vec<Expr>) -> Result<Expr, Vec<Expr>> {
    match operands.pop() {
        Some(operand) if operands.is_empty() => Ok(operand),
        Some(operand) => {
            operands.push(operand);
            Err(operands)
        }
        None => Err(operands),
    }
}

#[cfg(test)]
mod tests;
