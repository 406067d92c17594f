//! Takes out what the server puts in: casts that it adds by itself.

use std::{convert::Infallible, mem};

use retort_core::{
    expression::{BinaryOp, Call, Expr, UnaryOp},
    schema::{Name, Type},
};

use super::{
    Columns,
    kind::{Kind, has_modifier},
    kinds::{FLOATS, number_kind},
    literal,
    unify::For,
};
use crate::normalize::normal_type;

/// Functions that return one of their arguments.
const CHOICES: &[&str] = &["coalesce", "greatest", "least"];

/// Functions of numbers, both of which take on one type, and a comparison.
const UNIFYING: &[&str] = &["div", "gcd", "lcm", "log", "mod", "nullif", "pow", "power"];

/// Functions of text alone, that `char` becomes to be in them.
const OF_TEXT: &[&str] = &[
    "ascii",
    "btrim",
    "initcap",
    "left",
    "lower",
    "lpad",
    "ltrim",
    "md5",
    "overlay",
    "position",
    "regexp_match",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "rpad",
    "rtrim",
    "split_part",
    "starts_with",
    "string_to_array",
    "strpos",
    "substr",
    "substring",
    "translate",
    "upper",
];

/// Functions of instants, that dates become to be in them.
const OF_INSTANTS: &[&str] = &["age", "date_part", "date_trunc", "to_char"];

/// Functions that take the oid of something by its name, and the type of that.
const BY_OID: &[(&str, &str)] = &[
    ("currval", "regclass"),
    ("nextval", "regclass"),
    ("phraseto_tsquery", "regconfig"),
    ("plainto_tsquery", "regconfig"),
    ("setval", "regclass"),
    ("to_tsquery", "regconfig"),
    ("to_tsvector", "regconfig"),
    ("websearch_to_tsquery", "regconfig"),
];

/// Brings trees into one form.
pub(super) struct Reducer<'a> {
    pub(super) scope: &'a dyn Columns,
}

impl<'a> Reducer<'a> {
    pub(super) fn new(scope: &'a dyn Columns) -> Self {
        Self { scope }
    }

    /// The one tree for all that the server stores alike.
    pub(super) fn reduce(&self, expr: Expr) -> Expr {
        self.plain_text(self.inner(expr))
    }

    /// As [`reduce`](Self::reduce), with the casts between kinds of text that
    /// may matter to what is around it.
    fn inner(&self, expr: Expr) -> Expr {
        let decides_itself = matches!(
            &expr,
            Expr::Binary { .. }
                | Expr::Between { .. }
                | Expr::In { .. }
                | Expr::Quantified { .. }
                | Expr::Case { .. }
                | Expr::Array(_)
                | Expr::Row(_)
                | Expr::Concat(_)
                | Expr::Call(_)
                | Expr::Cast { .. }
        );
        let mut part = |part| {
            let part = self.inner(part);
            Ok::<_, Infallible>(if decides_itself { part } else { self.plain_text(part) })
        };
        let Ok(expr) = expr.map_parts(&mut part);
        self.node(expr)
    }

    /// Rewrites one expression whose parts have their form.
    fn node(&self, expr: Expr) -> Expr {
        match expr {
            Expr::Column(path) => Expr::Column(self.scope.plain(path)),
            Expr::Number(text) => number(&text),
            Expr::Unary { op: UnaryOp::Plus, operand } => *operand,
            Expr::Unary { op: UnaryOp::Minus, operand } => match *operand {
                Expr::Unary { op: UnaryOp::Minus, operand } if matches!(*operand, Expr::Number(_)) => {
                    *operand
                }
                // A number and its sign are one.
                Expr::Cast { operand, ty } if matches!(*operand, Expr::Number(_)) => {
                    Expr::cast(Expr::Unary { op: UnaryOp::Minus, operand }, ty)
                }
                operand => Expr::Unary { op: UnaryOp::Minus, operand: Box::new(operand) },
            },
            Expr::Cast { operand, ty } => {
                let operand = self.castable(*operand);
                self.cast(operand, own_type(ty))
            }
            Expr::Not(operand) => match *operand {
                Expr::Binary { op: BinaryOp::Distinct, left, right } => {
                    Expr::Binary { op: BinaryOp::NotDistinct, left, right }
                }
                operand => Expr::not(operand),
            },
            Expr::Binary { op, left, right } => self.binary(op, *left, *right),
            Expr::Between { operand, low, high, symmetric, negated } => {
                self.between(&operand, &low, &high, symmetric, negated)
            }
            Expr::In { operand, list, negated } => self.membership(*operand, list, negated),
            Expr::Quantified { left, op, all, right } => self.quantified(*left, op, all, *right),
            Expr::Like { kind, operand, pattern, escape, negated } => {
                Self::like(kind, operand, self.as_text(*pattern), escape, negated)
            }
            Expr::Case { operand, arms, otherwise } => self.case(operand, arms, otherwise),
            Expr::Concat(operands) => self.concat(operands),
            Expr::Array(elements) => Expr::Array(self.unify(elements, For::Choice)),
            Expr::Call(call) => self.call(*call),
            Expr::Extract { field, operand } if !self.scope.server().is_at_least(14) => {
                Expr::call("date_part", [Expr::String(field), *operand])
            }
            Expr::Position { needle, haystack } => {
                let (needle, haystack) = (self.as_text(*needle), self.as_text(*haystack));
                Expr::Position { needle: Box::new(needle), haystack: Box::new(haystack) }
            }
            Expr::Trim { side, characters, operand } => Expr::Trim {
                side,
                characters: characters.map(|characters| Box::new(self.as_text(*characters))),
                operand: Box::new(self.as_text(*operand)),
            },
            Expr::Query { kind, sql } => Expr::Query { kind, sql: self.scope.query(&sql) },
            Expr::Collate { operand, mut collation } => {
                if collation.len() == 2 && collation[0].as_str() == "pg_catalog" {
                    collation.remove(0);
                }
                Expr::Collate { operand, collation }
            }
            Expr::Null
            | Expr::Boolean(_)
            | Expr::String(_)
            | Expr::Introduced { .. }
            | Expr::Hex(_)
            | Expr::Bits(_)
            | Expr::Parameter(_)
            | Expr::Wildcard(_)
            | Expr::Keyword { .. }
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Unary { .. }
            | Expr::Is { .. }
            | Expr::AtTimeZone { .. }
            | Expr::Extract { .. }
            | Expr::Interval { .. }
            | Expr::Row(_)
            | Expr::Subscript { .. }
            | Expr::Field { .. } => expr,
        }
    }

    /// The default of a column of a kind: literals take on its type.
    pub(super) fn as_value_of(&self, expr: Expr, kind: &Kind) -> Expr {
        match expr {
            Expr::String(text) => literal::typed(text, kind),
            Expr::Cast { operand, ty } if !has_modifier(&ty) || *operand == Expr::Null => match *operand {
                Expr::Null => Expr::Null,
                Expr::String(text) if Kind::of(&ty) == *kind => literal::typed(text, kind),
                number if is_number(&number) && kind.is_number() && Kind::of(&ty) == *kind => number,
                operand => Expr::cast(operand, ty),
            },
            expr => expr,
        }
    }

    /// What is cast, without another cast that does nothing.
    fn castable(&self, operand: Expr) -> Expr {
        match &operand {
            // `CAST(CAST('1' AS TEXT) AS INTEGER)` is no literal.
            Expr::Cast { operand: inner, .. } if matches!(**inner, Expr::String(_)) => operand,
            _ => self.plain_text(operand),
        }
    }

    fn cast(&self, operand: Expr, ty: Type) -> Expr {
        let kind = Kind::of(&ty);
        if let Expr::String(text) = operand {
            return string_cast(text, kind, ty);
        }
        let operand = match operand {
            // The length of a number is that of the outermost cast.
            Expr::Cast { operand, ty: inner }
                if kind == Kind::Numeric
                    && Kind::of(&inner) == kind
                    && !has_modifier(&inner)
                    && is_number(&operand) =>
            {
                *operand
            }
            operand => operand,
        };
        let from = self.kind(&operand);
        let changes_nothing = match (&operand, &from) {
            (Expr::Null, _) => false,
            (Expr::Column(path), _) if has_modifier(&ty) => {
                self.scope.ty(path).is_some_and(|column| own_type(column.clone()) == ty)
            }
            _ if has_modifier(&ty) => false,
            (_, Some(Kind::Array(from))) => match &kind {
                Kind::Array(to) => {
                    from == to || (from.is_text() && to.is_text() && *to.as_ref() != Kind::Char)
                }
                _ => false,
            },
            (_, Some(from)) => *from == kind,
            (_, None) => false,
        };
        // An array without elements has no type but the one that it is cast to.
        let is_empty = matches!(&operand, Expr::Array(elements) if elements.is_empty());
        if changes_nothing && !is_empty { operand } else { Expr::cast(operand, ty) }
    }

    pub(super) fn binary(&self, op: BinaryOp, left: Expr, right: Expr) -> Expr {
        if op.is_comparison() {
            return self.comparison(op, left, right);
        }
        let (left, right) = (self.plain_text(left), self.plain_text(right));
        let (left, right) = match op {
            BinaryOp::Plus
            | BinaryOp::Minus
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Modulo
            | BinaryOp::BitAnd
            | BinaryOp::BitOr
            | BinaryOp::BitXor => self.arithmetic(&op, left, right),
            BinaryOp::Power => pair(self.floats(vec![left, right])),
            BinaryOp::Other(ref sign) => match sign.as_str() {
                "@>" | "<@" | "&&" => pair(self.unify(vec![left, right], For::Operator)),
                "#>" | "#>>" | "#-" | "?|" | "?&" => (left, self.as_value_of(right, &text_array())),
                "~" | "!~" => return self.regular(op, left, right),
                _ => (left, right),
            },
            BinaryOp::Xor
            | BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::Distinct
            | BinaryOp::NotDistinct
            | BinaryOp::IntDivide
            | BinaryOp::ShiftLeft
            | BinaryOp::ShiftRight
            | BinaryOp::JsonGet
            | BinaryOp::JsonGetText
            | BinaryOp::MemberOf => (left, right),
        };
        Expr::binary(op, left, right)
    }

    fn arithmetic(&self, op: &BinaryOp, left: Expr, right: Expr) -> (Expr, Expr) {
        let (Some(one), Some(other)) = (self.kind(&left), self.kind(&right)) else { return (left, right) };
        let is_product = matches!(op, BinaryOp::Multiply | BinaryOp::Divide);
        let interval = |text: String| match literal::typed(text, &Kind::Interval) {
            text @ Expr::String(_) => Expr::cast(text, Type::Native("interval".to_owned())),
            other => other,
        };
        match (one, other) {
            (one, other) if one.is_number() || other.is_number() => match (one, other) {
                (Kind::Interval, _) if is_product => (left, self.without_cast(right, &Kind::Double)),
                (_, Kind::Interval) if is_product => (self.without_cast(left, &Kind::Double), right),
                _ => pair(self.unify(vec![left, right], For::Operator)),
            },
            // What is added to a moment is a length of time, what is taken away
            // from it another moment.
            (moment, Kind::Unknown) if moment.is_moment() && *op == BinaryOp::Plus => match right {
                Expr::String(text) => (left, interval(text)),
                right => (left, right),
            },
            (Kind::Jsonb | Kind::Json, _) | (_, Kind::Jsonb | Kind::Json) => (left, right),
            _ => pair(self.unify(vec![left, right], For::Operator)),
        }
    }

    /// Casts to floating-point numbers go, where that is what the function
    /// needs.
    pub(super) fn floats(&self, values: Vec<Expr>) -> Vec<Expr> {
        let inner: Vec<Expr> =
            values.iter().map(|value| self.without_cast(value.clone(), &Kind::Double)).collect();
        let all_become_floats = inner
            .iter()
            .all(|value| self.kind(value).is_some_and(|kind| kind.is_number() && kind != Kind::Numeric));
        if all_become_floats { inner } else { self.unify(values, For::Operator) }
    }

    /// What becomes a value of the kind by itself, without a cast to it.
    pub(super) fn without_cast(&self, expr: Expr, kind: &Kind) -> Expr {
        match expr {
            Expr::Cast { operand, ty }
                if Kind::of(&ty) == *kind
                    && !has_modifier(&ty)
                    && self
                        .kind(&operand)
                        .is_some_and(|from| from != Kind::Unknown && from.becomes(kind)) =>
            {
                *operand
            }
            expr => expr,
        }
    }

    /// An expression without a cast to a text that changes nothing: of a string,
    /// of NULL, of a text that is not padded.
    pub(super) fn plain_text(&self, mut expr: Expr) -> Expr {
        while let Expr::Cast { operand, ty } = &expr {
            let to = Kind::of(ty);
            let changes_nothing = match &**operand {
                Expr::String(_) | Expr::Null => matches!(to, Kind::Text | Kind::VarChar),
                operand => {
                    matches!(to, Kind::Text | Kind::VarChar)
                        && matches!(self.kind(operand), Some(Kind::Text | Kind::VarChar))
                }
            };
            if !changes_nothing || has_modifier(ty) {
                break;
            }
            expr = (**operand).clone();
        }
        expr
    }

    /// A text without a cast from another kind of text.
    fn as_text(&self, expr: Expr) -> Expr {
        self.without_cast(expr, &Kind::Text)
    }

    fn concat(&self, operands: Vec<Expr>) -> Expr {
        let decides = |kind: &Kind| matches!(kind, Kind::Jsonb | Kind::Bytes | Kind::Array(_));
        let kind = operands
            .iter()
            .filter(|operand| !is_literal(operand))
            .find_map(|operand| self.kind(operand).filter(decides));
        Expr::concat(operands.into_iter().map(|operand| match &kind {
            Some(kind) => self.as_value_of(operand, kind),
            None => self.as_text(self.plain_text(operand)),
        }))
    }

    fn call(&self, mut call: Call) -> Expr {
        if call.name.len() == 2 && call.name[0].as_str() == "pg_catalog" {
            call.name.remove(0);
        }
        let unifies =
            call.as_plain().is_some_and(|(name, _)| CHOICES.contains(&name) || UNIFYING.contains(&name));
        if !unifies {
            for argument in &mut call.arguments {
                argument.value = self.plain_text(mem::replace(&mut argument.value, Expr::Null));
            }
        }
        let Some((name, arguments)) = call.as_plain() else { return Expr::Call(Box::new(call)) };
        let name = name.to_owned();
        let mut values: Vec<Expr> = arguments.into_iter().cloned().collect();
        if OF_TEXT.contains(&name.as_str()) {
            values = values.into_iter().map(|value| self.as_text(value)).collect();
        } else if let Some((_, ty)) = BY_OID.iter().find(|(function, _)| *function == name) {
            let oid = Kind::Named((*ty).to_owned());
            values = values.into_iter().map(|value| self.as_value_of(value, &oid)).collect();
        } else if OF_INSTANTS.contains(&name.as_str()) {
            values = values.into_iter().map(|value| self.without_cast(value, &Kind::TimestampTz)).collect();
        } else if matches!(name.as_str(), "round" | "trunc") && values.len() == 2 {
            values = values.into_iter().map(|value| self.without_cast(value, &Kind::Numeric)).collect();
        } else if FLOATS.contains(&name.as_str()) {
            values = self.floats(values);
        } else if CHOICES.contains(&name.as_str()) {
            values = self.unify(values, For::Choice);
        } else if UNIFYING.contains(&name.as_str()) {
            values = self.unify(values, For::Operator);
        }
        self.respell(Call::new(Name::new(name), values))
    }
}

/// The type, as a cast on PostgreSQL writes it.
pub(super) fn own_type(ty: Type) -> Type {
    match normal_type(ty) {
        Type::Blob => Type::Native("bytea".to_owned()),
        Type::Array(element) => Type::Array(Box::new(own_type(*element))),
        ty => ty,
    }
}

/// The cast of a string, which the server carries out at once.
pub(super) fn string_cast(text: String, kind: Kind, ty: Type) -> Expr {
    // `B'101'` is of the type `bit` without a length, which cannot be written
    // without quotes.
    if kind == Kind::Named("bit".to_owned()) && matches!(&ty, Type::Native(name) if name == "\"bit\"") {
        return Expr::Bits(text);
    }
    if has_modifier(&ty) {
        let value = match kind {
            Kind::Numeric | Kind::Time | Kind::Timestamp | Kind::TimestampTz => literal::typed(text, &kind),
            _ => Expr::String(text),
        };
        return Expr::cast(value, ty);
    }
    match literal::typed(text, &kind) {
        Expr::Boolean(value) => Expr::Boolean(value),
        number if is_number(&number) && natural_kind(&number) == Some(kind) => number,
        value => Expr::cast(value, ty),
    }
}

/// A number in the form in which the server prints it.
fn number(text: &str) -> Expr {
    let digits = literal::decimal_digits(text);
    match (number_kind(text), number_kind(&digits)) {
        // `1e3` is no integer, and `1000` is.
        (Kind::Numeric, natural) if natural != Kind::Numeric => {
            Expr::cast(Expr::Number(digits), Type::Numeric { precision: None, scale: None })
        }
        _ => Expr::Number(digits),
    }
}

/// Whether it is a number, perhaps with a sign.
pub(super) fn is_number(expr: &Expr) -> bool {
    natural_kind(expr).is_some()
}

/// The type of a number, perhaps with a sign, by being written as it is.
fn natural_kind(expr: &Expr) -> Option<Kind> {
    match expr {
        Expr::Number(text) => Some(number_kind(text)),
        Expr::Unary { op: UnaryOp::Minus, operand } => match &**operand {
            Expr::Number(text) => Some(number_kind(text)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether it is a literal, with or without a type.
pub(super) fn is_literal(expr: &Expr) -> bool {
    match expr {
        Expr::Null | Expr::String(_) => true,
        Expr::Cast { operand, .. } => matches!(**operand, Expr::Null | Expr::String(_)),
        _ => false,
    }
}

pub(super) fn text_array() -> Kind {
    Kind::Array(Box::new(Kind::Text))
}

/// Both of two.
pub(super) fn pair(mut values: Vec<Expr>) -> (Expr, Expr) {
    let right = values.pop().unwrap_or(Expr::Null);
    (values.pop().unwrap_or(Expr::Null), right)
}
