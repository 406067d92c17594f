//! Where an expression stands, and what is known of what it is over.

use retort_core::{
    backend::BackendError,
    expression::{BinaryOp, Dialect, Expr, Test, UnaryOp, canonical, parse, write},
    schema::{Column, Name, Type},
};

use super::{dialect::DIALECT, functions, native, normal, own, portable, simplify};
use crate::{server::Server, types::read::own_word};

/// Where an expression stands.
///
/// The more is known of the columns, the more can be translated: whether `a /
/// b` divides whole numbers depends on their types, and MariaDB prints `a <> 0`
/// for a truth value `a`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(super) server: Server,
    columns: &'a [Column],
    is_condition: bool,
    /// How many queries are around the expression.
    pub(super) depth: usize,
}

/// What kind of values an expression has, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Integer,
    /// A number that may have a fraction.
    Fraction,
    Text,
    /// A date, a time or both.
    Moment,
    Unknown,
}

impl Kind {
    pub(super) fn is_number(self) -> bool {
        match self {
            Self::Integer | Self::Fraction => true,
            Self::Boolean | Self::Text | Self::Moment | Self::Unknown => false,
        }
    }
}

impl<'a> Context<'a> {
    /// An expression whose value is used: a default, a generated column, a part
    /// of an index.
    pub(crate) fn new(server: Server) -> Self {
        Self { server, columns: &[], is_condition: false, depth: 0 }
    }

    /// An expression of which only counts whether it holds: a check.
    ///
    /// MySQL takes no other than a comparison there, so that a column alone
    /// becomes one.
    #[must_use]
    pub(crate) fn condition(self) -> Self {
        Self { is_condition: true, ..self }
    }

    /// An expression over these columns.
    #[must_use]
    pub(crate) fn with_columns(self, columns: &'a [Column]) -> Self {
        Self { columns, ..self }
    }

    /// Translates a portable expression.
    ///
    /// # Errors
    ///
    /// Fails as [unsupported] with what MySQL lacks, or understands in another
    /// way.
    ///
    /// [unsupported]: retort_core::backend::BackendErrorKind::Unsupported
    pub(crate) fn translate(self, text: &str) -> Result<String, BackendError> {
        let expr = parse(text, &Dialect::PORTABLE).map_err(|error| {
            BackendError::unsupported(format!(
                "`{}` is no expression that can be translated to {}: {error}",
                excerpt(text),
                self.product(),
            ))
        })?;
        self.translate_tree(expr).map(|expr| write(&expr, &DIALECT))
    }

    /// Translates the tree of a portable expression.
    pub(super) fn translate_tree(self, expr: Expr) -> Result<Expr, BackendError> {
        let simple = simplify::simplify(expr);
        let is_boolean = is_comparison(&simple);
        let translated = native::Native { context: self }.expr(simple)?;
        Ok(match self.is_condition && !is_boolean {
            true => Expr::binary(BinaryOp::NotEqual, translated, number("0")),
            false => translated,
        })
    }

    /// The portable text, in one form, for an expression as the server prints
    /// it: in the catalog, where MySQL escapes its strings, or in SHOW CREATE.
    ///
    /// What the text becomes is [`Self::canonical`] of what the server was
    /// told. A text that cannot be read is kept, as `mysql.verbatim('…')`.
    pub(crate) fn read(self, text: &str) -> String {
        let text = own::without_escapes(text);
        let form = match parse(&text, &DIALECT) {
            Ok(expr) => {
                let expr = portable::Portable { context: self }.expr(expr);
                normal::Normal { context: self }.form(simplify::simplify(expr), self.is_condition)
            }
            Err(_) => own::verbatim(&text),
        };
        canonical(&form)
    }

    /// The one form of a portable expression: the same for texts of which
    /// MySQL makes the same.
    ///
    /// A text that cannot be read is its own form.
    pub(crate) fn canonical(self, text: &str) -> String {
        match parse(text, &Dialect::PORTABLE) {
            Ok(expr) => {
                let form = normal::Normal { context: self }.form(simplify::simplify(expr), self.is_condition);
                canonical(&form)
            }
            Err(_) => text.trim().to_owned(),
        }
    }

    /// The same for an expression whose value is used, over the same columns.
    pub(super) fn value(self) -> Self {
        Self { is_condition: false, ..self }
    }

    /// The name of the server's product.
    pub(super) fn product(&self) -> &'static str {
        match self.server.flavor {
            crate::server::Flavor::MySql => "MySQL",
            crate::server::Flavor::MariaDb => "MariaDB",
        }
    }

    pub(super) fn lacks(&self, what: &str) -> BackendError {
        BackendError::unsupported(format!(
            "{} does not support {what}; write this for other databases under `@only`",
            self.product()
        ))
    }

    /// The column of that name, whose case does not count.
    pub(super) fn column(&self, name: &Name) -> Option<&'a Column> {
        self.columns
            .iter()
            .find(|column| column.name == *name)
            .or_else(|| self.columns.iter().find(|column| same_word(&column.name, name)))
    }

    /// What kind of values a portable expression has.
    pub(super) fn kind(&self, expr: &Expr) -> Kind {
        match expr {
            Expr::Boolean(_)
            | Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Is { .. }
            | Expr::Between { .. }
            | Expr::In { .. }
            | Expr::Like { .. }
            | Expr::Quantified { .. } => Kind::Boolean,
            Expr::Number(text) if text.contains(['.', 'e']) => Kind::Fraction,
            Expr::Number(_) => Kind::Integer,
            Expr::String(_) | Expr::Introduced { .. } | Expr::Concat(_) | Expr::Trim { .. } => Kind::Text,
            Expr::Column(path) => path
                .last()
                .and_then(|name| self.column(name))
                .map_or(Kind::Unknown, |column| kind_of_type(&column.ty)),
            Expr::Keyword { word, .. } => match word.as_str() {
                "CURRENT_TIMESTAMP" | "CURRENT_DATE" | "CURRENT_TIME" => Kind::Moment,
                _ => Kind::Unknown,
            },
            Expr::Unary { op: UnaryOp::Minus | UnaryOp::Plus, operand } | Expr::Collate { operand, .. } => {
                self.kind(operand)
            }
            Expr::Binary { op, left, right } => self.kind_of_operation(op, left, right),
            Expr::Case { arms, otherwise, .. } => {
                self.common_kind(arms.iter().map(|(_, then)| then).chain(otherwise.as_deref()))
            }
            Expr::Cast { ty, .. } => kind_of_type(ty),
            Expr::Call(call) => match call.as_plain() {
                Some((name @ ("coalesce" | "nullif" | "abs" | "max" | "min"), arguments)) => {
                    let counted = if name == "nullif" { 1 } else { usize::MAX };
                    self.common_kind(arguments.into_iter().take(counted))
                }
                _ if functions::is_condition(call) => Kind::Boolean,
                _ => match call.name.as_slice() {
                    [name] => functions::kind(name.as_str()),
                    _ => Kind::Unknown,
                },
            },
            Expr::Extract { .. } => Kind::Fraction,
            Expr::Position { .. } => Kind::Integer,
            Expr::AtTimeZone { .. } => Kind::Moment,
            Expr::Null
            | Expr::Hex(_)
            | Expr::Bits(_)
            | Expr::Parameter(_)
            | Expr::Wildcard(_)
            | Expr::Unary { .. }
            | Expr::Interval { .. }
            | Expr::Row(_)
            | Expr::Array(_)
            | Expr::Subscript { .. }
            | Expr::Field { .. }
            | Expr::Query { .. } => Kind::Unknown,
        }
    }

    fn kind_of_operation(&self, op: &BinaryOp, left: &Expr, right: &Expr) -> Kind {
        if op.is_comparison() {
            return Kind::Boolean;
        }
        let (left, right) = (self.kind(left), self.kind(right));
        match op {
            BinaryOp::Plus | BinaryOp::Minus if left == Kind::Moment => Kind::Moment,
            BinaryOp::Plus | BinaryOp::Minus | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => {
                match (left, right) {
                    (Kind::Integer, Kind::Integer) => Kind::Integer,
                    (left, right) if left.is_number() && right.is_number() => Kind::Fraction,
                    _ => Kind::Unknown,
                }
            }
            BinaryOp::Power => Kind::Fraction,
            BinaryOp::IntDivide
            | BinaryOp::BitAnd
            | BinaryOp::BitOr
            | BinaryOp::BitXor
            | BinaryOp::ShiftLeft
            | BinaryOp::ShiftRight => Kind::Integer,
            BinaryOp::Xor | BinaryOp::MemberOf => Kind::Boolean,
            _ => Kind::Unknown,
        }
    }

    /// The kind of a value that is one of these.
    fn common_kind<'e>(&self, values: impl Iterator<Item = &'e Expr>) -> Kind {
        let mut common = None;
        // MariaDB prints truth values as numbers, so that these may be either.
        let mut may_be_truth = true;
        for value in values.filter(|value| **value != Expr::Null) {
            let is_either = matches!(value, Expr::Boolean(_)) || is_zero_or_one(value);
            let kind = if is_either { Kind::Integer } else { self.kind(value) };
            common = match common {
                None => Some(kind),
                Some(before) if before == kind => common,
                Some(Kind::Boolean) if is_either => common,
                Some(Kind::Integer) if may_be_truth && kind == Kind::Boolean => Some(kind),
                Some(before) if before.is_number() && kind.is_number() => Some(Kind::Fraction),
                Some(_) => return Kind::Unknown,
            };
            may_be_truth &= is_either;
        }
        common.unwrap_or(Kind::Unknown)
    }
}

/// Whether the server takes the expression for a comparison or what consists of
/// comparisons, as MySQL wants a check to be.
fn is_comparison(expr: &Expr) -> bool {
    match expr {
        Expr::Boolean(_)
        | Expr::Not(_)
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Is { .. }
        | Expr::Between { .. }
        | Expr::In { .. }
        | Expr::Like { .. }
        | Expr::Quantified { .. } => true,
        Expr::Binary { op, .. } => op.is_comparison(),
        Expr::Call(call) => functions::is_condition(call),
        _ => false,
    }
}

pub(super) fn is_zero_or_one(expr: &Expr) -> bool {
    matches!(expr, Expr::Number(text) if text == "0" || text == "1")
}

/// Whether it is the text of one character. Several, cut off a text, would be
/// one text to MySQL and a set of characters to others.
pub(super) fn is_character(expr: &Expr) -> bool {
    matches!(expr, Expr::String(text) if text.chars().count() == 1)
}

pub(super) fn number(text: &str) -> Expr {
    Expr::Number(text.to_owned())
}

pub(super) fn is_null(operand: Expr, negated: bool) -> Expr {
    Expr::Is { operand: Box::new(operand), test: Test::Null, negated }
}

fn same_word(one: &Name, other: &Name) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
}

fn kind_of_type(ty: &Type) -> Kind {
    match ty {
        Type::Boolean => Kind::Boolean,
        Type::SmallInt | Type::Integer | Type::BigInt => Kind::Integer,
        Type::Real | Type::Double | Type::Numeric { .. } => Kind::Fraction,
        Type::Char(_) | Type::VarChar(_) | Type::Text | Type::Uuid | Type::Enum(_) => Kind::Text,
        Type::Date | Type::Time(_) | Type::Timestamp(_) | Type::TimestampTz(_) => Kind::Moment,
        Type::Native(native) => kind_of_native(native),
        Type::Binary(_) | Type::VarBinary(_) | Type::Blob | Type::Json | Type::Jsonb | Type::Array(_) => {
            Kind::Unknown
        }
    }
}

/// The kind of a type of MySQL's, as the catalog writes it.
fn kind_of_native(native: &str) -> Kind {
    let native = own_word(native);
    match native.split(['(', ' ']).next().unwrap_or_default() {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year" | "mysql.unsigned" => Kind::Integer,
        "decimal" | "float" | "double" => Kind::Fraction,
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "enum" | "set" => Kind::Text,
        "timestamp" | "datetime" | "time" | "date" => Kind::Moment,
        _ => Kind::Unknown,
    }
}

/// The beginning of a text, for a message.
fn excerpt(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
