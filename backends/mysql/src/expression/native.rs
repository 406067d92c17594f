//! From simplified portable trees to MySQL's.

use retort_core::{
    backend::BackendError,
    expression::{Argument, BinaryOp, Call, Expr, PatternKind, QueryKind, SortKey, Test, UnaryOp, Window},
    schema::{Name, Type},
};

use super::{
    context::{Context, Kind, is_character, is_null},
    functions, interval, own, types,
};

type Result<T> = std::result::Result<T, BackendError>;

/// Translates expressions that stand somewhere.
pub(super) struct Native<'a> {
    pub(super) context: Context<'a>,
}

impl Native<'_> {
    /// MySQL's tree.
    pub(super) fn expr(&self, expr: Expr) -> Result<Expr> {
        match expr {
            Expr::Concat(operands) => self.concat(operands),
            Expr::Unary { op, operand } => match op {
                UnaryOp::Minus | UnaryOp::Plus => self.parts(Expr::Unary { op, operand }),
                // It would be an unsigned number.
                UnaryOp::BitNot => Err(self.lacks("the operator `~`")),
                UnaryOp::Other(sign) => Err(self.lacks(&format!("the operator `{sign}`"))),
            },
            Expr::Binary { op, left, right } => self.binary(op, left, right),
            Expr::Is { test: Test::Other(words), .. } => Err(self.lacks(&format!("IS {words}"))),
            Expr::Between { symmetric: true, .. } => Err(self.lacks("BETWEEN SYMMETRIC")),
            Expr::Like { kind: PatternKind::ILike, .. } => Err(self.lacks("ILIKE")),
            Expr::Like { kind: PatternKind::SimilarTo, .. } => Err(self.lacks("SIMILAR TO")),
            Expr::Quantified { ref right, .. } if !matches!(**right, Expr::Query { .. }) => {
                Err(self.lacks("ANY and ALL of arrays"))
            }
            Expr::Quantified { ref op, .. } if !op.is_comparison() => {
                Err(self.lacks("ANY and ALL behind other operators than comparisons"))
            }
            Expr::Cast { operand, ty } => self.cast(*operand, ty),
            Expr::Collate { operand, collation } => {
                let collation = self.collation(&collation)?;
                Ok(Expr::Collate { operand: Box::new(self.expr(*operand)?), collation })
            }
            Expr::AtTimeZone { operand, zone } => self.at_time_zone(&operand, &zone),
            Expr::Keyword { word, precision } => self.keyword(word, precision),
            Expr::Call(call) => self.call(*call),
            Expr::Extract { field, operand } => self.extract(field, *operand),
            Expr::Position { needle, haystack } => {
                Ok(Expr::call("locate", [self.expr(*needle)?, self.expr(*haystack)?]))
            }
            Expr::Trim { characters: Some(ref characters), .. } if !is_character(characters) => {
                Err(self.lacks("TRIM of other than one character"))
            }
            Expr::Parameter(_) => Err(self.lacks("parameters in expressions")),
            Expr::Array(_) | Expr::Subscript { .. } => Err(self.lacks("arrays")),
            Expr::Field { .. } => Err(self.lacks("fields of rows")),
            Expr::Row(ref list) if list.len() < 2 => Err(self.lacks("ROW of fewer than two values")),
            Expr::Query { kind: QueryKind::Array, .. } => Err(self.lacks("arrays")),
            Expr::Query { kind, sql } => {
                Ok(Expr::Query { kind, sql: self.context.translate_subquery(&sql)? })
            }
            Expr::Null
            | Expr::Boolean(_)
            | Expr::Number(_)
            | Expr::String(_)
            | Expr::Introduced { .. }
            | Expr::Hex(_)
            | Expr::Bits(_)
            | Expr::Column(_)
            | Expr::Wildcard(_)
            | Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Is { .. }
            | Expr::Between { .. }
            | Expr::In { .. }
            | Expr::Like { .. }
            | Expr::Quantified { .. }
            | Expr::Case { .. }
            | Expr::Trim { .. }
            | Expr::Interval { .. }
            | Expr::Row(_) => self.parts(expr),
        }
    }

    fn parts(&self, expr: Expr) -> Result<Expr> {
        expr.map_parts(&mut |part| self.expr(part))
    }

    fn lacks(&self, what: &str) -> BackendError {
        self.context.lacks(what)
    }

    fn concat(&self, operands: Vec<Expr>) -> Result<Expr> {
        if operands.iter().any(|operand| self.context.kind(operand) == Kind::Boolean) {
            return Err(self.lacks("truth values as text, which `||` makes of them"));
        }
        let operands = operands.into_iter().map(|operand| self.expr(operand)).collect::<Result<Vec<_>>>()?;
        Ok(Expr::call("concat", operands))
    }

    fn binary(&self, op: BinaryOp, left: Box<Expr>, right: Box<Expr>) -> Result<Expr> {
        let both = |op: BinaryOp| Ok(Expr::binary(op, self.expr(*left.clone())?, self.expr(*right.clone())?));
        match op {
            BinaryOp::Divide => both(self.division(&left, &right)?),
            BinaryOp::Plus | BinaryOp::Minus => self.sum(&op, &left, &right)?.map_or_else(|| both(op), Ok),
            BinaryOp::Distinct => both(BinaryOp::NotDistinct).map(Expr::not),
            // They would be unsigned numbers.
            BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor => {
                both(op).map(|expr| Expr::cast(expr, Type::Native("SIGNED".to_owned())))
            }
            BinaryOp::Power => Ok(Expr::call("pow", [self.expr(*left)?, self.expr(*right)?])),
            BinaryOp::ShiftLeft => Err(self.lacks("the operator `<<`")),
            BinaryOp::ShiftRight => Err(self.lacks("the operator `>>`")),
            BinaryOp::JsonGet => Err(self.lacks("the operator `->`")),
            BinaryOp::JsonGetText => Err(self.lacks("the operator `->>`")),
            BinaryOp::Other(sign) => Err(self.lacks(&format!("the operator `{sign}`"))),
            BinaryOp::Xor
            | BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::NotDistinct
            | BinaryOp::Multiply
            | BinaryOp::IntDivide
            | BinaryOp::Modulo
            | BinaryOp::MemberOf => both(op),
        }
    }

    /// MySQL's operator for `/`, which divides whole numbers into a whole
    /// number in portable SQL, and into a fraction on MySQL.
    fn division(&self, left: &Expr, right: &Expr) -> Result<BinaryOp> {
        match (self.context.kind(left), self.context.kind(right)) {
            (Kind::Integer, Kind::Integer) => Ok(BinaryOp::IntDivide),
            (Kind::Fraction, _) | (_, Kind::Fraction) => Ok(BinaryOp::Divide),
            _ => Err(BackendError::unsupported(format!(
                "whether `/` divides whole numbers is not known here, and on {} that makes a difference; \
                 cast an operand: `CAST(x AS NUMERIC)` or `CAST(x AS INTEGER)`",
                self.context.product()
            ))),
        }
    }

    /// A sum with a length of time. Any other of a date or time is refused:
    /// MySQL would count with the number that its digits are.
    fn sum(&self, op: &BinaryOp, left: &Expr, right: &Expr) -> Result<Option<Expr>> {
        let length = |expr: &Expr| match expr {
            Expr::Cast { operand, ty } if interval::is_interval(ty) => match &**operand {
                Expr::String(text) => {
                    interval::read(text).map(|(amount, unit)| interval::native(&amount, unit))
                }
                _ => None,
            },
            Expr::Call(call) if own::is_own(call) => match own::unmark((**call).clone()) {
                interval @ Expr::Interval { .. } => Some(interval),
                _ => None,
            },
            _ => None,
        };
        if let Some(interval) = length(right) {
            return Ok(Some(Expr::binary(op.clone(), self.expr(left.clone())?, interval)));
        }
        if let Some(interval) = length(left).filter(|_| *op == BinaryOp::Plus) {
            return Ok(Some(Expr::binary(BinaryOp::Plus, self.expr(right.clone())?, interval)));
        }
        if self.context.kind(left) == Kind::Moment || self.context.kind(right) == Kind::Moment {
            return Err(self.lacks("sums of dates and times other than with `INTERVAL '…'`"));
        }
        Ok(None)
    }

    fn cast(&self, operand: Expr, ty: Type) -> Result<Expr> {
        if self.context.kind(&operand) == Kind::Boolean && types::is_text(&ty) {
            return Err(self.lacks("truth values as text"));
        }
        types::native(self.expr(operand)?, ty, &self.context)
    }

    fn collation(&self, path: &[Name]) -> Result<Vec<Name>> {
        let [.., name] = path else { return Err(self.lacks("COLLATE without a name")) };
        match name.as_str() {
            "C" | "POSIX" | "ucs_basic" => Ok(vec![Name::from("utf8mb4_bin")]),
            own if own == "binary" || (own.contains('_') && own.is_ascii() && !own.contains(['.', '-'])) => {
                Ok(vec![name.clone()])
            }
            other => Err(BackendError::unsupported(format!(
                "{} has no collation `{other}`",
                self.context.product()
            ))),
        }
    }

    /// The time now in UTC; no other time has a zone.
    fn at_time_zone(&self, operand: &Expr, zone: &Expr) -> Result<Expr> {
        match (operand, zone) {
            (Expr::Keyword { word, precision }, Expr::String(zone))
                if word == "CURRENT_TIMESTAMP" && zone.eq_ignore_ascii_case("utc") =>
            {
                let digits = precision.unwrap_or(6).to_string();
                Ok(Expr::call("utc_timestamp", [Expr::Number(digits)]))
            }
            _ => Err(self.lacks("AT TIME ZONE")),
        }
    }

    fn keyword(&self, word: String, precision: Option<u32>) -> Result<Expr> {
        match word.as_str() {
            "CURRENT_TIMESTAMP" | "CURRENT_TIME" => {
                Ok(Expr::Keyword { word, precision: Some(precision.unwrap_or(6)) })
            }
            "CURRENT_DATE" | "DEFAULT" => Ok(Expr::Keyword { word, precision }),
            _ => Err(self.lacks(&word)),
        }
    }

    fn extract(&self, field: String, operand: Expr) -> Result<Expr> {
        match field.as_str() {
            "year" | "quarter" | "month" | "day" | "hour" | "minute" => {
                Ok(Expr::Extract { field, operand: Box::new(self.expr(operand)?) })
            }
            // Seconds would have no fraction, weeks would begin on Sunday.
            _ => Err(self.lacks(&format!("EXTRACT({} FROM …)", field.to_ascii_uppercase()))),
        }
    }

    fn call(&self, call: Call) -> Result<Expr> {
        if own::is_own(&call) {
            let Expr::Call(call) = self.parts(Expr::Call(Box::new(call)))? else { return Ok(Expr::Null) };
            return Ok(own::unmark(*call));
        }
        let [name] = call.name.as_slice() else { return Err(self.lacks("functions in namespaces")) };
        let name = name.as_str().to_owned();
        self.require_plain(&call)?;
        if let Some(why) = functions::difference(&name) {
            return Err(BackendError::unsupported(format!(
                "function `{name}` means something else on {}: {why}; write this under `@only`",
                self.context.product()
            )));
        }
        let count = call.arguments.len();
        if name == "div" && count == 2 {
            let mut operands = call.arguments.into_iter().map(|argument| self.expr(argument.value));
            return match (operands.next(), operands.next()) {
                (Some(left), Some(right)) => Ok(Expr::binary(BinaryOp::IntDivide, left?, right?)),
                _ => Ok(Expr::Null),
            };
        }
        let Some(function) = functions::by_name(&name) else {
            return Err(BackendError::unsupported(format!(
                "function `{name}` is none that can be translated to {}; write this under `@only`",
                self.context.product()
            )));
        };
        if !(function.least..=function.most).contains(&count) {
            let arguments = if count == 1 { "argument" } else { "arguments" };
            return Err(BackendError::unsupported(format!(
                "function `{name}` of {count} {arguments} is none that can be translated to {}",
                self.context.product()
            )));
        }
        self.require_natural(&name, &call)?;
        let mut arguments: Vec<Expr> = Vec::with_capacity(count);
        let Expr::Call(mut call) = self.parts(Expr::Call(Box::new(call)))? else { return Ok(Expr::Null) };
        arguments.extend(call.arguments.drain(..).map(|argument| argument.value));
        if name == "trunc" && count == 1 {
            arguments.push(Expr::Number("0".to_owned()));
        }
        if let Some(Window { spec: Some(spec), .. }) = &mut call.over {
            spec.order_by = sort_keys(std::mem::take(&mut spec.order_by));
        }
        call.name = vec![Name::from(function.native)];
        call.arguments = arguments.into_iter().map(Argument::plain).collect();
        Ok(Expr::Call(call))
    }

    /// Refuses what MySQL's calls don't have.
    fn require_plain(&self, call: &Call) -> Result<()> {
        if call.filter.is_some() {
            return Err(self.lacks("FILTER"));
        }
        if !call.order_by.is_empty() {
            return Err(self.lacks("ORDER BY among arguments"));
        }
        if call.suffix.is_some()
            || call.arguments.iter().any(|argument| argument.variadic || argument.name.is_some())
        {
            return Err(self.lacks("named and variadic arguments"));
        }
        Ok(())
    }

    /// Refuses places in a text that may be outside of it: portable SQL counts
    /// on there, MySQL counts from the end or gives nothing.
    fn require_natural(&self, name: &str, call: &Call) -> Result<()> {
        let what = match name {
            "substring" => "place of `substring`",
            "left" | "right" => "length of `left` and `right`",
            _ => return Ok(()),
        };
        let least = functions::least_place(name);
        let place = call.arguments.get(1).and_then(|place| functions::least_value(&place.value));
        if place.is_some_and(|value| value >= least) {
            return Ok(());
        }
        Err(BackendError::unsupported(format!(
            "the {what} must be known to be at least {least}: else it means something else on {}",
            self.context.product()
        )))
    }
}

/// Sort keys without NULLS FIRST and NULLS LAST, which MySQL lacks: to it, NULL
/// is less than anything.
fn sort_keys(keys: Vec<SortKey>) -> Vec<SortKey> {
    let mut plain = Vec::with_capacity(keys.len());
    for SortKey { key, order } in keys {
        let descending = order.starts_with("DESC");
        let first = order.ends_with("FIRST");
        if order.contains("NULLS") && first == descending {
            plain.push(SortKey { key: is_null(key.clone(), first), order: String::new() });
        }
        plain.push(SortKey { key, order: if descending { "DESC".to_owned() } else { String::new() } });
    }
    plain
}
