//! The one form of simplified portable expressions of which MySQL makes the
//! same.
//!
//! A server does not keep an expression as it is told: it moves NOT inwards,
//! compares with zero what is no comparison, and MariaDB has numbers for truth
//! values. All that is done here to what a user wrote, too.

use std::convert::Infallible;

use retort_core::{
    expression::{BinaryOp, Call, Expr, QueryKind, Test},
    schema::Name,
};

use super::context::{Context, Kind, is_zero_or_one, number};

/// Brings expressions that stand somewhere into their form.
pub(super) struct Normal<'a> {
    pub(super) context: Context<'a>,
}

impl Normal<'_> {
    /// The form of an expression whose value is used, or of a condition.
    pub(super) fn form(&self, expr: Expr, is_condition: bool) -> Expr {
        if is_condition { self.truth(expr) } else { self.value(expr) }
    }

    /// The form where only counts whether the expression holds.
    fn truth(&self, expr: Expr) -> Expr {
        match expr {
            Expr::And(operands) => Expr::and(operands.into_iter().map(|operand| self.truth(operand))),
            Expr::Or(operands) => Expr::or(operands.into_iter().map(|operand| self.truth(operand))),
            Expr::Not(operand) => self.falsity(*operand),
            Expr::Binary { op, left, right } if op.is_comparison() => self.comparison(op, *left, *right),
            Expr::Boolean(_) | Expr::Null | Expr::Query { kind: QueryKind::Exists, .. } => expr,
            Expr::Number(ref text) if is_zero_or_one(&expr) => Expr::Boolean(text == "1"),
            _ if self.context.kind(&expr) == Kind::Boolean => self.value(expr),
            _ => Expr::binary(BinaryOp::NotEqual, self.value(expr), number("0")),
        }
    }

    /// The form of the negation of an expression.
    fn falsity(&self, expr: Expr) -> Expr {
        let boxed = |expr: Box<Expr>| *expr;
        match expr {
            Expr::And(operands) => Expr::or(operands.into_iter().map(|operand| self.falsity(operand))),
            Expr::Or(operands) => Expr::and(operands.into_iter().map(|operand| self.falsity(operand))),
            Expr::Not(operand) => self.truth(boxed(operand)),
            Expr::Boolean(truth) => Expr::Boolean(!truth),
            Expr::Binary { op, left, right } if op.is_comparison() => {
                self.comparison(inverse(op), boxed(left), boxed(right))
            }
            Expr::Is { operand, test, negated } => self.value(Expr::Is { operand, test, negated: !negated }),
            Expr::Between { operand, low, high, symmetric, negated } => {
                self.value(Expr::Between { operand, low, high, symmetric, negated: !negated })
            }
            Expr::In { operand, list, negated } => self.value(Expr::In { operand, list, negated: !negated }),
            Expr::Like { kind, operand, pattern, escape, negated } => {
                self.value(Expr::Like { kind, operand, pattern, escape, negated: !negated })
            }
            Expr::Query { kind: QueryKind::Exists, .. } => Expr::not(expr),
            _ if is_zero_or_one(&expr) => Expr::Boolean(expr == number("0")),
            _ if self.context.kind(&expr) == Kind::Boolean => Expr::not(self.value(expr)),
            _ => Expr::binary(BinaryOp::Equal, self.value(expr), number("0")),
        }
    }

    /// The form where the value of the expression is used.
    fn value(&self, expr: Expr) -> Expr {
        match expr {
            Expr::And(_) | Expr::Or(_) | Expr::Not(_) => match self.truth(expr) {
                literal @ Expr::Boolean(_) => self.value(literal),
                other => other,
            },
            Expr::Binary { op, left, right } if op.is_comparison() => self.comparison(op, *left, *right),
            Expr::Boolean(truth) => number(if truth { "1" } else { "0" }),
            Expr::Column(path) => self.column(path),
            Expr::Is { operand, test: test @ (Test::True | Test::False), negated } => {
                Expr::Is { operand: Box::new(self.truth(*operand)), test, negated }
            }
            Expr::In { operand, list, negated } => self.membership(*operand, list, negated),
            Expr::Case { operand, arms, otherwise } => self.case(operand, arms, otherwise),
            Expr::Call(call) => self.call(*call),
            Expr::Collate { operand, collation } => {
                let binary = ["C", "POSIX", "ucs_basic"];
                let collation = match collation.last() {
                    Some(name) if binary.contains(&name.as_str()) => vec![Name::from("utf8mb4_bin")],
                    Some(name) => vec![name.clone()],
                    None => collation,
                };
                Expr::Collate { operand: Box::new(self.value(*operand)), collation }
            }
            other => self.parts(other),
        }
    }

    fn parts(&self, expr: Expr) -> Expr {
        match expr.map_parts::<Infallible>(&mut |part| Ok(self.value(part))) {
            Ok(expr) => expr,
            Err(never) => match never {},
        }
    }

    /// A column, without the table: an expression sees no other.
    fn column(&self, path: Vec<Name>) -> Expr {
        let Some(name) = path.last() else { return Expr::Column(path) };
        let name = self.context.column(name).map_or(name, |column| &column.name);
        Expr::column(name.clone())
    }

    fn comparison(&self, op: BinaryOp, left: Expr, right: Expr) -> Expr {
        if let (Expr::Row(lefts), Expr::Row(rights)) = (&left, &right)
            && lefts.len() == rights.len()
            && matches!(op, BinaryOp::Equal | BinaryOp::NotEqual)
        {
            let each = lefts.iter().zip(rights);
            let each = each.map(|(left, right)| self.comparison(op.clone(), left.clone(), right.clone()));
            return if op == BinaryOp::Equal { Expr::and(each) } else { Expr::or(each) };
        }
        let zero = number("0");
        let is_false = |expr: &Expr| *expr == zero || *expr == Expr::Boolean(false);
        let is_truth = |expr: &Expr| self.context.kind(expr) == Kind::Boolean && !is_literal(expr);
        match (&op, left, right) {
            (BinaryOp::NotEqual, it, other) | (BinaryOp::NotEqual, other, it)
                if is_false(&other) && is_truth(&it) =>
            {
                self.truth(it)
            }
            (BinaryOp::Equal, it, other) | (BinaryOp::Equal, other, it)
                if is_false(&other) && is_truth(&it) =>
            {
                self.falsity(it)
            }
            (BinaryOp::NotEqual, Expr::Null, other) if other == zero => Expr::Null,
            // MySQL puts the zero first where there is no comparison.
            (BinaryOp::Equal | BinaryOp::NotEqual, left, right) if left == zero && right != zero => {
                Expr::binary(op, self.value(right), left)
            }
            (_, left, right) => {
                let are_truths = is_truth(&left) || is_truth(&right);
                Expr::binary(op, self.operand(left, are_truths), self.operand(right, are_truths))
            }
        }
    }

    /// An operand beside others, which may be truth values.
    fn operand(&self, expr: Expr, are_truths: bool) -> Expr {
        match expr {
            Expr::Boolean(_) if are_truths => expr,
            Expr::Number(ref text) if are_truths && is_zero_or_one(&expr) => Expr::Boolean(text == "1"),
            other => self.value(other),
        }
    }

    fn operands(&self, operands: Vec<Expr>) -> Vec<Expr> {
        let are_truths = self.are_truths(operands.iter());
        operands.into_iter().map(|operand| self.operand(operand, are_truths)).collect()
    }

    fn are_truths<'e>(&self, mut operands: impl Iterator<Item = &'e Expr>) -> bool {
        operands.any(|operand| self.context.kind(operand) == Kind::Boolean && !is_literal(operand))
    }

    fn membership(&self, operand: Expr, mut list: Vec<Expr>, negated: bool) -> Expr {
        let is_query = matches!(list.as_slice(), [Expr::Query { .. }]);
        if list.len() == 1
            && !is_query
            && let Some(only) = list.pop()
        {
            let op = if negated { BinaryOp::NotEqual } else { BinaryOp::Equal };
            return self.comparison(op, operand, only);
        }
        list.insert(0, operand);
        let mut operands = self.operands(list);
        let operand = Box::new(operands.remove(0));
        Expr::In { operand, list: operands, negated }
    }

    fn case(
        &self,
        operand: Option<Box<Expr>>,
        arms: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    ) -> Expr {
        let results = || arms.iter().map(|(_, then)| then).chain(otherwise.as_deref());
        let (whens_are_truths, thens_are_truths) = (
            operand.as_deref().is_some_and(|operand| {
                self.are_truths(std::iter::once(operand).chain(arms.iter().map(|(when, _)| when)))
            }),
            self.are_truths(results()),
        );
        let arms = arms.into_iter().map(|(when, then)| {
            let when = match &operand {
                Some(_) => self.operand(when, whens_are_truths),
                None => self.truth(when),
            };
            (when, self.operand(then, thens_are_truths))
        });
        Expr::Case {
            arms: arms.collect(),
            operand: operand.map(|operand| Box::new(self.operand(*operand, whens_are_truths))),
            otherwise: otherwise.map(|otherwise| Box::new(self.operand(*otherwise, thens_are_truths))),
        }
    }

    fn call(&self, mut call: Call) -> Expr {
        let unites = call.as_plain().is_some_and(|(name, _)| matches!(name, "coalesce" | "nullif"));
        if !unites {
            return self.parts(Expr::Call(Box::new(call)));
        }
        let operands = call.arguments.drain(..).map(|argument| argument.value).collect();
        let name = call.name.pop().unwrap_or(Name::from(""));
        Expr::call(name, self.operands(operands))
    }
}

fn is_literal(expr: &Expr) -> bool {
    matches!(expr, Expr::Boolean(_) | Expr::Number(_) | Expr::Null)
}

/// The comparison that holds where the other one doesn't.
fn inverse(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Equal => BinaryOp::NotEqual,
        BinaryOp::NotEqual => BinaryOp::Equal,
        BinaryOp::Less => BinaryOp::GreaterEqual,
        BinaryOp::LessEqual => BinaryOp::Greater,
        BinaryOp::Greater => BinaryOp::LessEqual,
        BinaryOp::GreaterEqual => BinaryOp::Less,
        BinaryOp::Distinct => BinaryOp::NotDistinct,
        BinaryOp::NotDistinct => BinaryOp::Distinct,
        other => other,
    }
}
