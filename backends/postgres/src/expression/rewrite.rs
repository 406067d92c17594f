//! Rewrites as the server rewrites: what it spells out is spelled out, and
//! several names of one thing become one.

use retort_core::{
    expression::{BinaryOp, Call, Expr, PatternKind, QueryKind, TrimSide},
    schema::Type,
};

use super::{
    kind::Kind,
    reduce::{Reducer, is_literal, pair, text_array},
    unify::For,
};

impl Reducer<'_> {
    /// A comparison. One of rows is one of their columns.
    pub(super) fn comparison(&self, op: BinaryOp, left: Expr, right: Expr) -> Expr {
        match (op, left, right) {
            (op @ (BinaryOp::Equal | BinaryOp::NotEqual), Expr::Row(left), Expr::Row(right))
                if left.len() == right.len() =>
            {
                let columns = left.into_iter().zip(right);
                let columns = columns.map(|(left, right)| self.comparison(op.clone(), left, right));
                match op {
                    BinaryOp::Equal => Expr::and(columns),
                    _ => Expr::or(columns),
                }
            }
            (op, left, right) => {
                let (left, right) = pair(self.unify(vec![left, right], For::Operator));
                Expr::binary(op, left, right)
            }
        }
    }

    pub(super) fn between(
        &self,
        operand: &Expr,
        low: &Expr,
        high: &Expr,
        symmetric: bool,
        negated: bool,
    ) -> Expr {
        let compare = |op: BinaryOp, bound: &Expr| self.comparison(op, operand.clone(), bound.clone());
        let between = |low: &Expr, high: &Expr| match negated {
            false => Expr::and([compare(BinaryOp::GreaterEqual, low), compare(BinaryOp::LessEqual, high)]),
            true => Expr::or([compare(BinaryOp::Less, low), compare(BinaryOp::Greater, high)]),
        };
        match (symmetric, negated) {
            (false, _) => between(low, high),
            (true, false) => Expr::or([between(low, high), between(high, low)]),
            (true, true) => Expr::and([between(low, high), between(high, low)]),
        }
    }

    /// `IN` with a list: one comparison with the values of an array, if there
    /// are two or more, and one with each thing that is none.
    pub(super) fn membership(&self, operand: Expr, list: Vec<Expr>, negated: bool) -> Expr {
        if let [Expr::Query { kind: QueryKind::Plain, .. }] = list.as_slice() {
            let test = Expr::In { operand: Box::new(operand), list, negated: false };
            return if negated { Expr::not(test) } else { test };
        }
        let has_rows = matches!(operand, Expr::Row(_));
        let is_value = |expr: &Expr| !has_rows && !mentions_column(expr);
        let (mut values, mut others) = (Vec::new(), list);
        if others.iter().filter(|expr| is_value(expr)).count() > 1 {
            (values, others) = others.into_iter().partition(is_value);
        }
        let op = if negated { BinaryOp::NotEqual } else { BinaryOp::Equal };
        let mut tests = Vec::new();
        if !values.is_empty() {
            values.insert(0, operand.clone());
            let mut unified = self.unify(values, For::List).into_iter();
            let operand = Box::new(unified.next().unwrap_or(Expr::Null));
            tests.push(Expr::In { operand, list: unified.collect(), negated });
        }
        tests.extend(others.into_iter().map(|other| self.comparison(op.clone(), operand.clone(), other)));
        if negated { Expr::and(tests) } else { Expr::or(tests) }
    }

    /// `= ANY` and `<> ALL` with an array of values are what is left of IN.
    pub(super) fn quantified(&self, left: Expr, op: BinaryOp, all: bool, right: Expr) -> Expr {
        let (left, right) = (self.plain_text(left), self.plain_text(right));
        // Strings in an array are texts, and so is what they are compared with.
        let are_strings = matches!(&right, Expr::Array(elements) if elements.iter().all(is_literal));
        let left = match self.kind(&left) {
            Some(Kind::Char) if are_strings && self.kind(&right) == Some(text_array()) => {
                Expr::cast(left, Type::Text)
            }
            _ => left,
        };
        let negated = match (&op, all) {
            (BinaryOp::Equal, false) => Some(false),
            (BinaryOp::NotEqual, true) => Some(true),
            _ => None,
        };
        let differs = self.differs_in_floats(&left, &right);
        match (right, negated) {
            (Expr::Array(elements), Some(negated))
                if elements.len() > 1 && !differs && !elements.iter().any(mentions_column) =>
            {
                self.membership(left, elements, negated)
            }
            (query @ Expr::Query { kind: QueryKind::Plain, .. }, Some(false)) => {
                self.membership(left, vec![query], false)
            }
            // The array takes on the type of what it is compared with.
            (Expr::Cast { operand: array, ty }, _) if self.array_follows(&left, &array, &Kind::of(&ty)) => {
                self.quantified(left, op, all, *array)
            }
            (right, _) => {
                let right = match self.kind(&left) {
                    Some(kind) => self.as_value_of(right, &Kind::Array(Box::new(kind))),
                    None => right,
                };
                Expr::Quantified { left: Box::new(left), op, all, right: Box::new(right) }
            }
        }
    }

    /// Whether either a value or an array is of the type `real`, and IN would
    /// bring them to another type than ANY does.
    fn differs_in_floats(&self, value: &Expr, array: &Expr) -> bool {
        match (self.kind(value), self.kind(array)) {
            (Some(value), Some(Kind::Array(element))) => {
                let is_real = value == Kind::Real || *element == Kind::Real;
                is_real && value.wider(&element).as_ref() != Some(&*element)
            }
            _ => false,
        }
    }

    /// Whether the elements of an array become those of another without being
    /// told to, to be compared with a value.
    fn array_follows(&self, value: &Expr, array: &Expr, to: &Kind) -> bool {
        let (Some(value), Some(Kind::Array(from)), Kind::Array(to)) =
            (self.kind(value), self.kind(array), to)
        else {
            return false;
        };
        from.becomes(to) && from != *to && (value == **to || value.common(&from).as_ref() == Some(to))
    }

    pub(super) fn like(
        kind: PatternKind,
        operand: Box<Expr>,
        pattern: Expr,
        escape: Option<Box<Expr>>,
        negated: bool,
    ) -> Expr {
        let (pattern, escape) = match (escaped(&pattern, "like_escape"), escape) {
            (Some((pattern, escape)), None) => (pattern, escape),
            (_, escape) => (pattern, escape.map(|escape| *escape)),
        };
        let escape = escape.map(Box::new);
        Expr::Like { kind, operand, pattern: Box::new(pattern), escape, negated }
    }

    /// A comparison with a regular expression, which SIMILAR TO is one of.
    pub(super) fn regular(&self, op: BinaryOp, left: Expr, right: Expr) -> Expr {
        match escaped(&right, "similar_to_escape") {
            Some((pattern, escape)) => Expr::Like {
                kind: PatternKind::SimilarTo,
                operand: Box::new(left),
                pattern: Box::new(pattern),
                escape: escape.map(Box::new),
                negated: op == BinaryOp::Other("!~".to_owned()),
            },
            None => Expr::binary(op, left, right),
        }
    }

    /// CASE. ELSE NULL says what is so without.
    pub(super) fn case(
        &self,
        operand: Option<Box<Expr>>,
        arms: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    ) -> Expr {
        let (mut whens, mut thens): (Vec<Expr>, Vec<Expr>) = arms.into_iter().unzip();
        let is_null = |expr: &Expr| match expr {
            Expr::Null => true,
            Expr::Cast { operand, .. } => **operand == Expr::Null,
            _ => false,
        };
        let mut operand = operand.map(|operand| *operand);
        if let Some(compared) = operand.take() {
            whens.insert(0, compared);
            whens = self.unify(whens, For::Operator);
            operand = Some(whens.remove(0));
        }
        // ELSE comes first where the first one says the type.
        let mut otherwise = otherwise.map(|otherwise| *otherwise).filter(|otherwise| !is_null(otherwise));
        let has_else = otherwise.is_some();
        thens.splice(0..0, otherwise.take());
        let mut thens = self.unify(thens, For::Choice);
        if has_else {
            otherwise = Some(thens.remove(0));
        }
        let arms = whens.into_iter().zip(thens).collect();
        Expr::Case { operand: operand.map(Box::new), arms, otherwise: otherwise.map(Box::new) }
    }

    /// Functions that the server calls for what has a syntax of its own, as
    /// versions before 14 print them.
    pub(super) fn respell(&self, call: Call) -> Expr {
        let Some((name, arguments)) = call.as_plain() else { return Expr::Call(Box::new(call)) };
        let trim = |side: TrimSide, characters: Option<&Expr>, operand: &Expr| Expr::Trim {
            side,
            characters: characters.cloned().map(Box::new),
            operand: Box::new(operand.clone()),
        };
        match (name, arguments.as_slice()) {
            ("btrim", [operand]) => trim(TrimSide::Both, None, operand),
            ("btrim", [operand, characters]) => trim(TrimSide::Both, Some(characters), operand),
            ("ltrim", [operand, characters]) => trim(TrimSide::Leading, Some(characters), operand),
            ("rtrim", [operand, characters]) => trim(TrimSide::Trailing, Some(characters), operand),
            ("position", [haystack, needle]) => Expr::Position {
                needle: Box::new((*needle).clone()),
                haystack: Box::new((*haystack).clone()),
            },
            ("timezone", [zone, operand]) => {
                Expr::AtTimeZone { operand: Box::new((*operand).clone()), zone: Box::new((*zone).clone()) }
            }
            _ => Expr::Call(Box::new(call)),
        }
    }
}

/// The arguments of the function that brings a pattern with an escape character
/// into another form.
fn escaped(pattern: &Expr, function: &str) -> Option<(Expr, Option<Expr>)> {
    let Expr::Call(call) = pattern else { return None };
    match call.as_plain()? {
        (name, arguments) if name == function => {
            let mut arguments = arguments.into_iter().cloned();
            Some((arguments.next()?, arguments.next()))
        }
        _ => None,
    }
}

fn mentions_column(expr: &Expr) -> bool {
    let mut found = false;
    expr.visit(&mut |part| found |= matches!(part, Expr::Column(_)));
    found
}
