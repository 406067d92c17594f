//! Tree to text.

mod parts;

use super::{
    BinaryOp, Caret, Dialect, Expr, PatternKind, Pipes, Precedence, QueryKind, Test, TrimSide, UnaryOp,
};

pub use parts::write_identifier;

/// Binds tighter than any operator.
const TIGHTEST: u8 = u8::MAX;

/// Writes an expression as the one portable text for it: keywords in upper
/// case, names in quotes only if they need them, and parentheses only where
/// some database would group the operators in another way without them.
pub fn canonical(expr: &Expr) -> String {
    const PRECEDENCES: [Precedence; 3] = [Precedence::STANDARD, Precedence::MYSQL, Precedence::SQLITE];
    Writer::new(&Dialect::PORTABLE, &PRECEDENCES).run(expr)
}

/// Writes an expression for a database.
///
/// Only the way of writing is the database's. What it has no operator for must
/// have been rewritten before.
pub fn write(expr: &Expr, dialect: &Dialect) -> String {
    Writer::new(dialect, &[dialect.precedence]).run(expr)
}

struct Writer<'a> {
    dialect: &'a Dialect,
    /// Parentheses are needed where one of these needs them.
    precedences: &'a [Precedence],
    out: String,
}

/// How tight an operator binds, under each precedence.
type Level<'a> = &'a dyn Fn(&Precedence) -> u8;

impl<'a> Writer<'a> {
    fn new(dialect: &'a Dialect, precedences: &'a [Precedence]) -> Self {
        Self { dialect, precedences, out: String::new() }
    }

    fn run(mut self, expr: &Expr) -> String {
        self.expr(expr);
        self.out
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Null => self.push("NULL"),
            Expr::Boolean(true) => self.push(self.dialect.syntax.booleans.yes),
            Expr::Boolean(false) => self.push(self.dialect.syntax.booleans.no),
            Expr::Number(text) | Expr::Parameter(text) => self.push(text),
            Expr::String(text) => self.string(text),
            Expr::Introduced { charset, value } => {
                self.push("_");
                self.push(charset);
                self.string(value);
            }
            Expr::Hex(digits) => self.prefixed("x", digits),
            Expr::Bits(digits) => self.prefixed("b", digits),
            Expr::Column(path) => self.path(path),
            Expr::Wildcard(path) => {
                self.path(path);
                self.push(if path.is_empty() { "*" } else { ".*" });
            }
            Expr::Keyword { word, precision } => {
                self.push(word);
                if let Some(precision) = precision {
                    self.push(&format!("({precision})"));
                }
            }
            Expr::Not(operand) => {
                self.push("NOT ");
                self.at_least(operand, &|precedence| precedence.not);
            }
            Expr::And(operands) => self.chain(operands, " AND ", &|precedence| precedence.and),
            Expr::Or(operands) => self.chain(operands, " OR ", &|precedence| precedence.or),
            Expr::Concat(operands) => match self.dialect.pipes {
                Pipes::Concatenate => self.chain(operands, " || ", &|precedence| precedence.concat),
                Pipes::Or => self.in_parentheses("concat", operands),
            },
            Expr::Unary { op, operand } => self.unary(op, operand),
            Expr::Binary { op, left, right } => self.binary(op, left, right),
            Expr::Is { operand, test, negated } => {
                self.tighter(operand, &|precedence| precedence.is);
                self.push(if *negated { " IS NOT " } else { " IS " });
                self.push(match test {
                    Test::Null => "NULL",
                    Test::True => "TRUE",
                    Test::False => "FALSE",
                    Test::Unknown => "UNKNOWN",
                    Test::Other(words) => words,
                });
            }
            Expr::Between { operand, low, high, symmetric, negated } => {
                self.pattern_operand(operand, *negated);
                self.push(if *symmetric { "BETWEEN SYMMETRIC " } else { "BETWEEN " });
                self.restricted(low);
                self.push(" AND ");
                self.restricted(high);
            }
            Expr::In { operand, list, negated } => {
                self.pattern_operand(operand, *negated);
                match list.as_slice() {
                    [query @ Expr::Query { kind: QueryKind::Plain, .. }] => {
                        self.push("IN ");
                        self.expr(query);
                    }
                    list => self.in_parentheses("IN ", list),
                }
            }
            Expr::Like { kind, operand, pattern, escape, negated } => {
                self.pattern_operand(operand, *negated);
                self.push(match kind {
                    PatternKind::Like => "LIKE ",
                    PatternKind::ILike => "ILIKE ",
                    PatternKind::SimilarTo => "SIMILAR TO ",
                    PatternKind::Regexp => "REGEXP ",
                });
                self.tighter(pattern, &|precedence| precedence.pattern);
                if let Some(escape) = escape {
                    self.push(" ESCAPE ");
                    self.tighter(escape, &|precedence| precedence.pattern);
                }
            }
            Expr::Quantified { left, op, all, right } => {
                self.left(left, op);
                self.push(" ");
                self.push(self.sign(op));
                self.push(if *all { " ALL " } else { " ANY " });
                match &**right {
                    query @ Expr::Query { kind: QueryKind::Plain, .. } => self.expr(query),
                    right => self.in_parentheses("", std::slice::from_ref(right)),
                }
            }
            Expr::Case { operand, arms, otherwise } => {
                self.case(operand.as_deref(), arms, otherwise.as_deref())
            }
            Expr::Cast { operand, ty } => self.cast(operand, ty),
            Expr::Collate { operand, collation } => {
                self.at_least(operand, &|precedence| precedence.collate);
                self.push(" COLLATE ");
                self.path(collation);
            }
            Expr::AtTimeZone { operand, zone } => {
                self.at_least(operand, &|precedence| precedence.at_time_zone);
                self.push(" AT TIME ZONE ");
                self.tighter(zone, &|precedence| precedence.at_time_zone);
            }
            Expr::Call(call) => self.call(call),
            Expr::Extract { field, operand } => {
                self.push("EXTRACT(");
                self.push(&field.to_ascii_uppercase());
                self.push(" FROM ");
                self.expr(operand);
                self.push(")");
            }
            Expr::Position { needle, haystack } => {
                self.push("POSITION(");
                self.restricted(needle);
                self.push(" IN ");
                self.restricted(haystack);
                self.push(")");
            }
            Expr::Trim { side, characters, operand } => self.trim(*side, characters.as_deref(), operand),
            Expr::Interval { amount, unit } => {
                self.push("INTERVAL ");
                self.at_least(amount, &|precedence| precedence.sign);
                self.push(" ");
                self.push(&unit.to_ascii_uppercase());
            }
            Expr::Row(list) => self.in_parentheses(if list.len() > 1 { "" } else { "ROW" }, list),
            Expr::Array(list) => {
                self.push("ARRAY[");
                self.list(list);
                self.push("]");
            }
            Expr::Subscript { operand, index, slice } => {
                self.subscript(operand, index.as_deref(), slice.as_ref().map(Option::as_deref));
            }
            Expr::Field { operand, field } => {
                match **operand {
                    Expr::Field { .. } => self.expr(operand),
                    _ => self.in_parentheses("", std::slice::from_ref(operand)),
                }
                self.push(".");
                self.identifier(field);
            }
            Expr::Query { kind, sql } => {
                self.push(match kind {
                    QueryKind::Plain => "(",
                    QueryKind::Exists => "EXISTS (",
                    QueryKind::Array => "ARRAY(",
                });
                self.push(sql);
                self.push(")");
            }
        }
    }

    fn unary(&mut self, op: &UnaryOp, operand: &Expr) {
        self.push(op.sign());
        match (op, operand) {
            // Two signs in a row are another operator, or a comment.
            (_, Expr::Unary { .. }) => self.in_parentheses("", std::slice::from_ref(operand)),
            (UnaryOp::Minus | UnaryOp::Plus | UnaryOp::BitNot, _) => {
                self.tighter(operand, &|precedence| op.level(precedence));
            }
            (UnaryOp::Other(_), _) => {
                self.push(" ");
                self.tighter(operand, &|precedence| op.level(precedence));
            }
        }
    }

    fn binary(&mut self, op: &BinaryOp, left: &Expr, right: &Expr) {
        if *op == BinaryOp::Power && self.dialect.caret == Caret::BitXor {
            self.push("pow(");
            self.expr(left);
            self.push(", ");
            self.expr(right);
            return self.push(")");
        }
        self.left(left, op);
        self.push(" ");
        self.push(self.sign(op));
        self.push(" ");
        match op {
            BinaryOp::MemberOf => self.in_parentheses("", std::slice::from_ref(right)),
            _ => self.tighter(right, &|precedence| op.level(precedence)),
        }
    }

    /// The operand before an operator.
    fn left(&mut self, left: &Expr, op: &BinaryOp) {
        if op.is_comparison() || *op == BinaryOp::MemberOf {
            self.tighter(left, &|precedence| op.level(precedence));
        } else {
            self.at_least(left, &|precedence| op.level(precedence));
        }
    }

    fn sign<'b>(&self, op: &'b BinaryOp) -> &'b str {
        match op {
            BinaryOp::Xor => "XOR",
            BinaryOp::Equal => "=",
            BinaryOp::NotEqual => "<>",
            BinaryOp::Less => "<",
            BinaryOp::LessEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterEqual => ">=",
            BinaryOp::Distinct => "IS DISTINCT FROM",
            BinaryOp::NotDistinct if self.dialect.null_safe_equality => "<=>",
            BinaryOp::NotDistinct => "IS NOT DISTINCT FROM",
            BinaryOp::Plus => "+",
            BinaryOp::Minus => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::IntDivide => "DIV",
            BinaryOp::Modulo => "%",
            BinaryOp::Power => "^",
            BinaryOp::BitAnd => "&",
            BinaryOp::BitOr => "|",
            BinaryOp::BitXor => match self.dialect.caret {
                Caret::Power => "#",
                Caret::BitXor => "^",
            },
            BinaryOp::ShiftLeft => "<<",
            BinaryOp::ShiftRight => ">>",
            BinaryOp::JsonGet => "->",
            BinaryOp::JsonGetText => "->>",
            BinaryOp::MemberOf => "MEMBER OF",
            BinaryOp::Other(sign) => sign,
        }
    }

    fn chain(&mut self, operands: &[Expr], between: &str, level: Level<'_>) {
        for (at, operand) in operands.iter().enumerate() {
            if at == 0 {
                self.at_least(operand, level);
            } else {
                self.push(between);
                self.tighter(operand, level);
            }
        }
    }

    fn pattern_operand(&mut self, operand: &Expr, negated: bool) {
        self.tighter(operand, &|precedence| precedence.pattern);
        self.push(if negated { " NOT " } else { " " });
    }

    /// An operand where PostgreSQL's grammar takes only some operators.
    fn restricted(&mut self, operand: &Expr) {
        match operand {
            Expr::Collate { .. } | Expr::AtTimeZone { .. } => {
                self.in_parentheses("", std::slice::from_ref(operand));
            }
            _ => self.tighter(operand, &|precedence| precedence.pattern),
        }
    }

    fn case(&mut self, operand: Option<&Expr>, arms: &[(Expr, Expr)], otherwise: Option<&Expr>) {
        self.push("CASE");
        if let Some(operand) = operand {
            self.push(" ");
            self.expr(operand);
        }
        for (when, then) in arms {
            self.push(" WHEN ");
            self.expr(when);
            self.push(" THEN ");
            self.expr(then);
        }
        if let Some(otherwise) = otherwise {
            self.push(" ELSE ");
            self.expr(otherwise);
        }
        self.push(" END");
    }

    fn trim(&mut self, side: TrimSide, characters: Option<&Expr>, operand: &Expr) {
        let Some(characters) = characters else {
            let name = match side {
                TrimSide::Both => "trim",
                TrimSide::Leading => "ltrim",
                TrimSide::Trailing => "rtrim",
            };
            return self.in_parentheses(name, std::slice::from_ref(operand));
        };
        self.push(match side {
            TrimSide::Both => "TRIM(BOTH ",
            TrimSide::Leading => "TRIM(LEADING ",
            TrimSide::Trailing => "TRIM(TRAILING ",
        });
        self.expr(characters);
        self.push(" FROM ");
        self.expr(operand);
        self.push(")");
    }

    fn subscript(&mut self, operand: &Expr, index: Option<&Expr>, slice: Option<Option<&Expr>>) {
        match operand {
            Expr::Column(_) | Expr::Parameter(_) | Expr::Subscript { .. } | Expr::Array(_) => {
                self.expr(operand)
            }
            _ => self.in_parentheses("", std::slice::from_ref(operand)),
        }
        self.push("[");
        if let Some(index) = index {
            self.expr(index);
        }
        if let Some(end) = slice {
            self.push(":");
            if let Some(end) = end {
                self.expr(end);
            }
        }
        self.push("]");
    }

    /// An operand that must bind at least this tight.
    fn at_least(&mut self, operand: &Expr, level: Level<'_>) {
        let fits =
            self.precedences.iter().all(|precedence| self.level(operand, precedence) >= level(precedence));
        self.grouped(operand, fits);
    }

    /// An operand that must bind tighter than this.
    fn tighter(&mut self, operand: &Expr, level: Level<'_>) {
        let fits =
            self.precedences.iter().all(|precedence| self.level(operand, precedence) > level(precedence));
        self.grouped(operand, fits);
    }

    fn grouped(&mut self, operand: &Expr, fits: bool) {
        if fits {
            self.expr(operand);
        } else {
            self.in_parentheses("", std::slice::from_ref(operand));
        }
    }

    /// How tight the outermost operator of an expression binds.
    fn level(&self, expr: &Expr, precedence: &Precedence) -> u8 {
        match expr {
            Expr::Not(_) => precedence.not,
            Expr::And(_) => precedence.and,
            Expr::Or(_) => precedence.or,
            Expr::Concat(_) => match self.dialect.pipes {
                Pipes::Concatenate => precedence.concat,
                Pipes::Or => TIGHTEST,
            },
            Expr::Unary { op, .. } => op.level(precedence),
            Expr::Binary { op: BinaryOp::Power, .. } if self.dialect.caret == Caret::BitXor => TIGHTEST,
            Expr::Binary { op, .. } | Expr::Quantified { op, .. } => op.level(precedence),
            Expr::Is { .. } => precedence.is,
            Expr::Between { .. } | Expr::In { .. } | Expr::Like { .. } => precedence.pattern,
            Expr::Collate { .. } => precedence.collate,
            Expr::AtTimeZone { .. } => precedence.at_time_zone,
            Expr::Null
            | Expr::Boolean(_)
            | Expr::Number(_)
            | Expr::String(_)
            | Expr::Introduced { .. }
            | Expr::Hex(_)
            | Expr::Bits(_)
            | Expr::Parameter(_)
            | Expr::Column(_)
            | Expr::Wildcard(_)
            | Expr::Keyword { .. }
            | Expr::Case { .. }
            | Expr::Cast { .. }
            | Expr::Call(_)
            | Expr::Extract { .. }
            | Expr::Position { .. }
            | Expr::Trim { .. }
            | Expr::Interval { .. }
            | Expr::Row(_)
            | Expr::Array(_)
            | Expr::Subscript { .. }
            | Expr::Field { .. }
            | Expr::Query { .. } => TIGHTEST,
        }
    }

    fn in_parentheses(&mut self, before: &str, list: &[Expr]) {
        self.push(before);
        self.push("(");
        self.list(list);
        self.push(")");
    }

    fn list(&mut self, list: &[Expr]) {
        for (at, expr) in list.iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            self.expr(expr);
        }
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }
}
