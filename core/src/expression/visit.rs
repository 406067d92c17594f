//! Looking at, and rewriting, the parts of a tree.

use super::{Argument, Call, Expr, SortKey, Window, WindowSpec};

impl Expr {
    /// Rewrites the tree from its leaves up: `rewrite` sees each expression
    /// after the expressions in it.
    ///
    /// # Errors
    ///
    /// Fails as soon as `rewrite` does.
    pub fn transform<E>(self, rewrite: &mut dyn FnMut(Self) -> Result<Self, E>) -> Result<Self, E> {
        let rewritten = self.map_parts(&mut |part| part.transform(rewrite))?;
        rewrite(rewritten)
    }

    /// Calls `visit` with this expression and, after it, all expressions in it.
    /// Queries are text and are not looked into.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        self.for_each_part(&mut |part| part.visit(visit));
    }

    /// Rewrites the expressions that this one consists of, and not those in
    /// them.
    ///
    /// # Errors
    ///
    /// Fails as soon as `rewrite` does.
    pub fn map_parts<E>(self, rewrite: &mut dyn FnMut(Self) -> Result<Self, E>) -> Result<Self, E> {
        let mut rewrite = Rewrite(rewrite);
        let it = &mut rewrite;
        Ok(match self {
            Self::Null
            | Self::Boolean(_)
            | Self::Number(_)
            | Self::String(_)
            | Self::Introduced { .. }
            | Self::Hex(_)
            | Self::Bits(_)
            | Self::Parameter(_)
            | Self::Column(_)
            | Self::Wildcard(_)
            | Self::Keyword { .. }
            | Self::Query { .. } => self,
            Self::Not(operand) => Self::Not(it.boxed(operand)?),
            Self::And(operands) => Self::and(it.list(operands)?),
            Self::Or(operands) => Self::or(it.list(operands)?),
            Self::Concat(operands) => Self::concat(it.list(operands)?),
            Self::Unary { op, operand } => Self::Unary { op, operand: it.boxed(operand)? },
            Self::Binary { op, left, right } => {
                Self::Binary { op, left: it.boxed(left)?, right: it.boxed(right)? }
            }
            Self::Is { operand, test, negated } => Self::Is { operand: it.boxed(operand)?, test, negated },
            Self::Between { operand, low, high, symmetric, negated } => Self::Between {
                operand: it.boxed(operand)?,
                low: it.boxed(low)?,
                high: it.boxed(high)?,
                symmetric,
                negated,
            },
            Self::In { operand, list, negated } => {
                Self::In { operand: it.boxed(operand)?, list: it.list(list)?, negated }
            }
            Self::Like { kind, operand, pattern, escape, negated } => Self::Like {
                kind,
                operand: it.boxed(operand)?,
                pattern: it.boxed(pattern)?,
                escape: it.optional(escape)?,
                negated,
            },
            Self::Quantified { left, op, all, right } => {
                Self::Quantified { left: it.boxed(left)?, op, all, right: it.boxed(right)? }
            }
            Self::Case { operand, arms, otherwise } => Self::Case {
                operand: it.optional(operand)?,
                arms: arms
                    .into_iter()
                    .map(|(when, then)| Ok((it.one(when)?, it.one(then)?)))
                    .collect::<Result<_, E>>()?,
                otherwise: it.optional(otherwise)?,
            },
            Self::Cast { operand, ty } => Self::Cast { operand: it.boxed(operand)?, ty },
            Self::Collate { operand, collation } => Self::Collate { operand: it.boxed(operand)?, collation },
            Self::AtTimeZone { operand, zone } => {
                Self::AtTimeZone { operand: it.boxed(operand)?, zone: it.boxed(zone)? }
            }
            Self::Call(call) => Self::Call(Box::new(it.call(*call)?)),
            Self::Extract { field, operand } => Self::Extract { field, operand: it.boxed(operand)? },
            Self::Position { needle, haystack } => {
                Self::Position { needle: it.boxed(needle)?, haystack: it.boxed(haystack)? }
            }
            Self::Trim { side, characters, operand } => {
                Self::Trim { side, characters: it.optional(characters)?, operand: it.boxed(operand)? }
            }
            Self::Interval { amount, unit } => Self::Interval { amount: it.boxed(amount)?, unit },
            Self::Row(list) => Self::Row(it.list(list)?),
            Self::Array(list) => Self::Array(it.list(list)?),
            Self::Subscript { operand, index, slice } => Self::Subscript {
                operand: it.boxed(operand)?,
                index: it.optional(index)?,
                slice: match slice {
                    Some(end) => Some(it.optional(end)?),
                    None => None,
                },
            },
            Self::Field { operand, field } => Self::Field { operand: it.boxed(operand)?, field },
        })
    }

    /// Calls `visit` with the expressions that this one consists of, in the
    /// order in which they are written, and not with those in them.
    pub fn for_each_part<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        match self {
            Self::Null
            | Self::Boolean(_)
            | Self::Number(_)
            | Self::String(_)
            | Self::Introduced { .. }
            | Self::Hex(_)
            | Self::Bits(_)
            | Self::Parameter(_)
            | Self::Column(_)
            | Self::Wildcard(_)
            | Self::Keyword { .. }
            | Self::Query { .. } => {}
            Self::Not(operand)
            | Self::Unary { operand, .. }
            | Self::Is { operand, .. }
            | Self::Cast { operand, .. }
            | Self::Collate { operand, .. }
            | Self::Extract { operand, .. }
            | Self::Interval { amount: operand, .. }
            | Self::Field { operand, .. } => visit(operand),
            Self::And(list) | Self::Or(list) | Self::Concat(list) | Self::Row(list) | Self::Array(list) => {
                list.iter().for_each(visit);
            }
            Self::Binary { left, right, .. }
            | Self::Quantified { left, right, .. }
            | Self::AtTimeZone { operand: left, zone: right }
            | Self::Position { needle: left, haystack: right } => {
                visit(left);
                visit(right);
            }
            Self::Between { operand, low, high, .. } => {
                visit(operand);
                visit(low);
                visit(high);
            }
            Self::In { operand, list, .. } => {
                visit(operand);
                list.iter().for_each(visit);
            }
            Self::Like { operand, pattern, escape, .. } => {
                visit(operand);
                visit(pattern);
                escape.iter().for_each(|escape| visit(escape));
            }
            Self::Case { operand, arms, otherwise } => {
                operand.iter().for_each(|operand| visit(operand));
                for (when, then) in arms {
                    visit(when);
                    visit(then);
                }
                otherwise.iter().for_each(|otherwise| visit(otherwise));
            }
            Self::Call(call) => call.for_each_part(visit),
            Self::Trim { characters, operand, .. } => {
                characters.iter().for_each(|characters| visit(characters));
                visit(operand);
            }
            Self::Subscript { operand, index, slice } => {
                visit(operand);
                index.iter().for_each(|index| visit(index));
                slice.iter().flatten().for_each(|end| visit(end));
            }
        }
    }
}

impl Call {
    fn for_each_part<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        self.arguments.iter().for_each(|argument| visit(&argument.value));
        self.order_by.iter().for_each(|key| visit(&key.key));
        self.filter.iter().for_each(&mut *visit);
        if let Some(Window { spec: Some(spec), .. }) = &self.over {
            spec.partition_by.iter().for_each(&mut *visit);
            spec.order_by.iter().for_each(|key| visit(&key.key));
        }
    }
}

struct Rewrite<'a, E>(&'a mut dyn FnMut(Expr) -> Result<Expr, E>);

impl<E> Rewrite<'_, E> {
    fn one(&mut self, expr: Expr) -> Result<Expr, E> {
        (self.0)(expr)
    }

    fn boxed(&mut self, mut expr: Box<Expr>) -> Result<Box<Expr>, E> {
        *expr = self.one(std::mem::replace(&mut *expr, Expr::Null))?;
        Ok(expr)
    }

    fn optional(&mut self, expr: Option<Box<Expr>>) -> Result<Option<Box<Expr>>, E> {
        expr.map(|expr| self.boxed(expr)).transpose()
    }

    fn list(&mut self, list: Vec<Expr>) -> Result<Vec<Expr>, E> {
        list.into_iter().map(|expr| self.one(expr)).collect()
    }

    fn keys(&mut self, keys: Vec<SortKey>) -> Result<Vec<SortKey>, E> {
        keys.into_iter().map(|SortKey { key, order }| Ok(SortKey { key: self.one(key)?, order })).collect()
    }

    fn call(&mut self, call: Call) -> Result<Call, E> {
        let Call { name, distinct, arguments, order_by, suffix, filter, over } = call;
        let arguments = arguments
            .into_iter()
            .map(|Argument { name, variadic, value }| {
                Ok(Argument { name, variadic, value: self.one(value)? })
            })
            .collect::<Result<_, E>>()?;
        let order_by = self.keys(order_by)?;
        let filter = filter.map(|filter| self.one(filter)).transpose()?;
        let over = match over {
            Some(Window { base, spec: Some(spec) }) => {
                let partition_by = self.list(spec.partition_by)?;
                let order_by = self.keys(spec.order_by)?;
                Some(Window { base, spec: Some(WindowSpec { partition_by, order_by, frame: spec.frame }) })
            }
            over => over,
        };
        Ok(Call { name, distinct, arguments, order_by, suffix, filter, over })
    }
}
