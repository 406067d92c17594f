//! What kind of value an expression has, as far as that can be told without
//! the catalog.

use retort_core::expression::{BinaryOp, Call, Expr, UnaryOp};

use super::{kind::Kind, reduce::Reducer};

/// Functions of text that return text.
const TEXTS: &[&str] = &[
    "btrim",
    "concat",
    "concat_ws",
    "format",
    "initcap",
    "left",
    "lower",
    "lpad",
    "ltrim",
    "md5",
    "overlay",
    "quote_ident",
    "quote_literal",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "rpad",
    "rtrim",
    "split_part",
    "string_agg",
    "substr",
    "substring",
    "to_char",
    "to_hex",
    "translate",
    "trim",
    "upper",
    "jsonb_typeof",
    "json_typeof",
    "jsonb_extract_path_text",
    "json_extract_path_text",
];

/// Functions that return a 32-bit integer.
const INTEGERS: &[&str] = &[
    "array_length",
    "array_lower",
    "array_ndims",
    "array_position",
    "array_upper",
    "ascii",
    "bit_length",
    "cardinality",
    "char_length",
    "character_length",
    "jsonb_array_length",
    "json_array_length",
    "length",
    "num_nonnulls",
    "num_nulls",
    "octet_length",
    "position",
    "strpos",
];

/// Functions of floating-point numbers, that integers become to be in them.
pub(super) const FLOATS: &[&str] = &[
    "acos",
    "asin",
    "atan",
    "atan2",
    "cbrt",
    "ceil",
    "ceiling",
    "cos",
    "cot",
    "degrees",
    "exp",
    "floor",
    "ln",
    "log",
    "log10",
    "pow",
    "power",
    "radians",
    "round",
    "sign",
    "sin",
    "sqrt",
    "tan",
    "to_timestamp",
    "trunc",
];

impl Reducer<'_> {
    /// The kind of value, or `None` if it is not known.
    pub(super) fn kind(&self, expr: &Expr) -> Option<Kind> {
        match expr {
            Expr::Null | Expr::String(_) => Some(Kind::Unknown),
            Expr::Number(text) => Some(number_kind(text)),
            Expr::Boolean(_)
            | Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Is { .. }
            | Expr::Between { .. }
            | Expr::In { .. }
            | Expr::Like { .. }
            | Expr::Quantified { .. } => Some(Kind::Boolean),
            Expr::Column(path) => self.scope.kind(path),
            Expr::Keyword { word, .. } => match word.as_str() {
                "CURRENT_TIMESTAMP" => Some(Kind::TimestampTz),
                "LOCALTIMESTAMP" => Some(Kind::Timestamp),
                "CURRENT_DATE" => Some(Kind::Date),
                "LOCALTIME" => Some(Kind::Time),
                _ => None,
            },
            Expr::Concat(operands) => self.concat_kind(operands),
            Expr::Unary { op: UnaryOp::Minus | UnaryOp::Plus | UnaryOp::BitNot, operand } => {
                self.kind(operand)
            }
            Expr::Binary { op, left, right } => self.binary_kind(op, left, right),
            Expr::Cast { ty, .. } => Some(Kind::of(ty)),
            Expr::Collate { operand, .. } => self.kind(operand),
            Expr::AtTimeZone { operand, .. } => match self.kind(operand)? {
                Kind::Timestamp | Kind::Unknown => Some(Kind::TimestampTz),
                Kind::TimestampTz | Kind::Date => Some(Kind::Timestamp),
                _ => None,
            },
            // ELSE comes first: of several texts, the type is that of the first.
            Expr::Case { arms, otherwise, .. } => {
                self.choice_kind(otherwise.as_deref().into_iter().chain(arms.iter().map(|(_, then)| then)))
            }
            Expr::Call(call) => self.call_kind(call),
            Expr::Extract { .. } => Some(Kind::Numeric),
            Expr::Position { .. } => Some(Kind::Integer),
            Expr::Trim { .. } => Some(Kind::Text),
            Expr::Array(elements) => {
                Some(Kind::Array(Box::new(match self.common_kind(elements.iter())? {
                    Kind::Unknown => Kind::Text,
                    kind => kind,
                })))
            }
            Expr::Subscript { operand, slice, .. } => match (self.kind(operand)?, slice) {
                (Kind::Array(element), None) => Some(*element),
                (Kind::Jsonb, None) => Some(Kind::Jsonb),
                (array @ Kind::Array(_), Some(_)) => Some(array),
                _ => None,
            },
            Expr::Unary { op: UnaryOp::Other(_), .. }
            | Expr::Introduced { .. }
            | Expr::Hex(_)
            | Expr::Bits(_)
            | Expr::Parameter(_)
            | Expr::Wildcard(_)
            | Expr::Interval { .. }
            | Expr::Row(_)
            | Expr::Field { .. }
            | Expr::Query { .. } => None,
        }
    }

    fn concat_kind(&self, operands: &[Expr]) -> Option<Kind> {
        let kinds: Vec<Kind> = operands.iter().map(|operand| self.kind(operand)).collect::<Option<_>>()?;
        let decides = |kind: &&Kind| matches!(kind, Kind::Array(_) | Kind::Jsonb | Kind::Bytes);
        match kinds.iter().find(decides) {
            Some(kind) => Some(kind.clone()),
            None => kinds.iter().any(|kind| kind.is_text() || *kind == Kind::Unknown).then_some(Kind::Text),
        }
    }

    fn binary_kind(&self, op: &BinaryOp, left: &Expr, right: &Expr) -> Option<Kind> {
        if op.is_comparison() {
            return Some(Kind::Boolean);
        }
        let (left, right) = (self.kind(left)?, self.kind(right)?);
        match op {
            BinaryOp::Plus | BinaryOp::Minus | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => {
                arithmetic_kind(op, &left, &right)
            }
            BinaryOp::Power => match left.common(&right)? {
                Kind::Numeric => Some(Kind::Numeric),
                _ => Some(Kind::Double),
            },
            BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor => left.common(&right),
            BinaryOp::ShiftLeft | BinaryOp::ShiftRight => Some(left).filter(Kind::is_integer),
            BinaryOp::JsonGet => Some(left),
            BinaryOp::JsonGetText => Some(Kind::Text),
            BinaryOp::Other(sign) => match sign.as_str() {
                "#>>" => Some(Kind::Text),
                "#>" => Some(left),
                "@>" | "<@" | "&&" | "?" | "?|" | "?&" | "~" | "~*" | "!~" | "!~*" | "@@" | "^@" => {
                    Some(Kind::Boolean)
                }
                _ => None,
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
            | BinaryOp::MemberOf => Some(Kind::Boolean),
            BinaryOp::IntDivide => None,
        }
    }

    fn call_kind(&self, call: &Call) -> Option<Kind> {
        let (name, arguments) = call.as_plain()?;
        let first = || arguments.first().and_then(|argument| self.kind(argument));
        match name {
            "coalesce" | "greatest" | "least" => self.choice_kind(arguments.iter().copied()),
            // It is compared, and so of the type that the operator takes.
            "nullif" => match (first()?, self.kind(arguments.get(1)?)?) {
                (one, other) if one.is_integer() && other.is_integer() => Some(one),
                (one, other) if one.is_number() && other.is_number() => one.common(&other),
                (Kind::Text, _) | (_, Kind::Text) => Some(Kind::Text),
                (Kind::Char, _) | (_, Kind::Char) => Some(Kind::Char),
                (Kind::Unknown, Kind::Unknown | Kind::VarChar) | (Kind::VarChar, _) => Some(Kind::Text),
                (Kind::Unknown, other) => Some(other),
                (one, _) => Some(one),
            },
            "abs" | "array_append" | "array_cat" | "array_remove" | "array_replace" => first(),
            "array_prepend" => self.kind(arguments.get(1)?),
            "string_to_array" | "regexp_split_to_array" => Some(Kind::Array(Box::new(Kind::Text))),
            "to_tsvector" => Some(Kind::Named("tsvector".to_owned())),
            "now" | "clock_timestamp" | "statement_timestamp" | "transaction_timestamp" | "to_timestamp" => {
                Some(Kind::TimestampTz)
            }
            "date_trunc" => match self.kind(arguments.get(1)?)? {
                Kind::Date => Some(Kind::TimestampTz),
                kind => Some(kind),
            },
            "date_part" | "random" => Some(Kind::Double),
            "age" | "make_interval" => Some(Kind::Interval),
            "date" | "to_date" | "make_date" => Some(Kind::Date),
            "gen_random_uuid" => Some(Kind::Uuid),
            "nextval" | "currval" | "count" => Some(Kind::BigInt),
            "to_json" | "json_build_object" | "json_build_array" => Some(Kind::Json),
            "to_jsonb" | "jsonb_build_object" | "jsonb_build_array" | "jsonb_set" => Some(Kind::Jsonb),
            "mod" | "div" => first()?.common(&self.kind(arguments.get(1)?)?),
            "min" | "max" => first(),
            "starts_with" => Some(Kind::Boolean),
            _ if TEXTS.contains(&name) => Some(Kind::Text),
            _ if INTEGERS.contains(&name) => Some(Kind::Integer),
            "pow" | "power" if arguments.len() == 2 => {
                match first()?.common(&self.kind(arguments.get(1)?)?)? {
                    Kind::Numeric => Some(Kind::Numeric),
                    _ => Some(Kind::Double),
                }
            }
            "round" | "trunc" if arguments.len() == 2 => Some(Kind::Numeric),
            _ if FLOATS.contains(&name) => match first()? {
                Kind::Numeric => Some(Kind::Numeric),
                kind if kind.is_number() => Some(Kind::Double),
                _ => None,
            },
            _ => None,
        }
    }

    /// The kind of one of several values: a text, if none says what it is.
    fn choice_kind<'a>(&self, values: impl Iterator<Item = &'a Expr>) -> Option<Kind> {
        Some(match self.common_kind(values)? {
            Kind::Unknown => Kind::Text,
            kind => kind,
        })
    }

    /// The kind that all values take on.
    fn common_kind<'a>(&self, values: impl Iterator<Item = &'a Expr>) -> Option<Kind> {
        let mut common = Kind::Unknown;
        for value in values {
            let kind = self.kind(value)?;
            common = match (common, kind) {
                (Kind::Unknown, kind) => kind,
                (common, Kind::Unknown) => common,
                (common, kind) if common.is_number() => common.wider(&kind)?,
                (common, kind) if kind.becomes(&common) => common,
                (common, kind) if common.becomes(&kind) => kind,
                _ => return None,
            };
        }
        Some(common)
    }
}

/// The type that a number takes on by being written as it is.
pub(super) fn number_kind(text: &str) -> Kind {
    if text.contains(['.', 'e']) {
        Kind::Numeric
    } else if text.parse::<i32>().is_ok() {
        Kind::Integer
    } else if text.parse::<i64>().is_ok() {
        Kind::BigInt
    } else {
        Kind::Numeric
    }
}

fn arithmetic_kind(op: &BinaryOp, left: &Kind, right: &Kind) -> Option<Kind> {
    if left.is_number() && right.is_number() {
        return left.common(right);
    }
    let is_sum = *op == BinaryOp::Plus;
    match (left, right) {
        (Kind::Interval, other) | (other, Kind::Interval) if is_sum || *op == BinaryOp::Minus => {
            match other {
                Kind::Date => Some(Kind::Timestamp),
                Kind::Unknown => Some(Kind::Interval),
                other => Some(other.clone()),
            }
        }
        (Kind::Interval, _) | (_, Kind::Interval) => Some(Kind::Interval),
        (Kind::Date, number) if number.is_integer() => Some(Kind::Date),
        (number, Kind::Date) if number.is_integer() && is_sum => Some(Kind::Date),
        (Kind::Date, Kind::Date) if !is_sum => Some(Kind::Integer),
        (one, other) if one.is_moment() && other.is_moment() && !is_sum => Some(Kind::Interval),
        (Kind::Time, Kind::Time) if !is_sum => Some(Kind::Interval),
        (moment, Kind::Unknown) if moment.is_moment() && is_sum => Some(moment.clone()),
        // What is taken away from a moment is another moment.
        (Kind::Date, Kind::Unknown) | (Kind::Unknown, Kind::Date) => Some(Kind::Integer),
        (moment, Kind::Unknown) | (Kind::Unknown, moment) if moment.is_moment() => Some(Kind::Interval),
        (Kind::Jsonb, _) if *op == BinaryOp::Minus => Some(Kind::Jsonb),
        _ => None,
    }
}
