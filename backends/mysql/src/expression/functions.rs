//! The functions that portable expressions may call on MySQL.

use retort_core::expression::{BinaryOp, Call, Expr};

use super::context::Kind;

/// The most arguments of a function that takes any number.
const MANY: usize = usize::MAX;

/// A function, under the name that it has in a simplified expression.
#[derive(Debug)]
pub(super) struct Function {
    /// Its name in portable SQL.
    pub(super) name: &'static str,
    /// How many arguments it takes, at least.
    pub(super) least: usize,
    /// How many arguments it takes, at most.
    pub(super) most: usize,
    /// What it gives.
    kind: Kind,
    /// The name that MySQL prints.
    pub(super) native: &'static str,
}

const fn function(name: &'static str, least: usize, most: usize, kind: Kind) -> Function {
    Function { name, least, most, kind, native: name }
}

const fn renamed(name: &'static str, native: &'static str, count: usize, kind: Kind) -> Function {
    Function { name, least: count, most: count, kind, native }
}

/// Functions that mean the same on both sides. Sorted.
const FUNCTIONS: &[Function] = &[
    function("abs", 1, 1, Kind::Unknown),
    function("acos", 1, 1, Kind::Fraction),
    function("asin", 1, 1, Kind::Fraction),
    function("atan", 1, 1, Kind::Fraction),
    renamed("atan2", "atan", 2, Kind::Fraction),
    function("avg", 1, 1, Kind::Fraction),
    function("bit_length", 1, 1, Kind::Integer),
    renamed("ceil", "ceiling", 1, Kind::Fraction),
    function("coalesce", 1, MANY, Kind::Unknown),
    function("concat_ws", 2, MANY, Kind::Text),
    function("cos", 1, 1, Kind::Fraction),
    function("cot", 1, 1, Kind::Fraction),
    function("count", 1, 1, Kind::Integer),
    function("cume_dist", 0, 0, Kind::Fraction),
    function("degrees", 1, 1, Kind::Fraction),
    function("dense_rank", 0, 0, Kind::Integer),
    function("exp", 1, 1, Kind::Fraction),
    function("first_value", 1, 1, Kind::Unknown),
    function("floor", 1, 1, Kind::Fraction),
    renamed("gen_random_uuid", "uuid", 0, Kind::Text),
    function("if", 3, 3, Kind::Unknown),
    function("json_array", 0, MANY, Kind::Unknown),
    function("json_object", 0, MANY, Kind::Unknown),
    function("json_valid", 1, 1, Kind::Boolean),
    function("lag", 1, 3, Kind::Unknown),
    function("last_value", 1, 1, Kind::Unknown),
    function("lead", 1, 3, Kind::Unknown),
    function("left", 2, 2, Kind::Text),
    renamed("length", "char_length", 1, Kind::Integer),
    function("ln", 1, 1, Kind::Fraction),
    function("log", 2, 2, Kind::Fraction),
    function("log10", 1, 1, Kind::Fraction),
    function("lower", 1, 1, Kind::Text),
    function("lpad", 3, 3, Kind::Text),
    function("ltrim", 1, 1, Kind::Text),
    function("max", 1, 1, Kind::Unknown),
    function("md5", 1, 1, Kind::Text),
    function("min", 1, 1, Kind::Unknown),
    function("nth_value", 2, 2, Kind::Unknown),
    function("ntile", 1, 1, Kind::Integer),
    function("nullif", 2, 2, Kind::Unknown),
    function("octet_length", 1, 1, Kind::Integer),
    function("percent_rank", 0, 0, Kind::Fraction),
    function("pi", 0, 0, Kind::Fraction),
    renamed("power", "pow", 2, Kind::Fraction),
    function("radians", 1, 1, Kind::Fraction),
    renamed("random", "rand", 0, Kind::Fraction),
    function("rank", 0, 0, Kind::Integer),
    function("repeat", 2, 2, Kind::Text),
    function("replace", 3, 3, Kind::Text),
    function("reverse", 1, 1, Kind::Text),
    function("right", 2, 2, Kind::Text),
    function("round", 1, 2, Kind::Fraction),
    function("row_number", 0, 0, Kind::Integer),
    function("rpad", 3, 3, Kind::Text),
    function("rtrim", 1, 1, Kind::Text),
    function("sign", 1, 1, Kind::Fraction),
    function("sin", 1, 1, Kind::Fraction),
    function("sqrt", 1, 1, Kind::Fraction),
    function("stddev_pop", 1, 1, Kind::Fraction),
    function("stddev_samp", 1, 1, Kind::Fraction),
    Function { name: "substring", least: 2, most: 3, kind: Kind::Text, native: "substr" },
    function("sum", 1, 1, Kind::Unknown),
    function("tan", 1, 1, Kind::Fraction),
    Function { name: "trunc", least: 1, most: 2, kind: Kind::Fraction, native: "truncate" },
    function("upper", 1, 1, Kind::Text),
    function("var_pop", 1, 1, Kind::Fraction),
    function("var_samp", 1, 1, Kind::Fraction),
];

/// Functions that MySQL has, but that mean something else in portable SQL, and
/// why they are refused. Sorted.
const DIFFERENT: &[(&str, &str)] = &[
    ("ascii", "it gives a byte instead of a character"),
    ("char", "it is no function of portable SQL"),
    ("format", "build the text with `||` instead"),
    ("greatest", "it gives NULL as soon as one argument is NULL"),
    ("insert", "it is no function of portable SQL"),
    ("least", "it gives NULL as soon as one argument is NULL"),
    ("stddev", "it is that of the population; use `stddev_samp`"),
    ("string_agg", "its result would be cut at a limit that the session sets"),
    ("variance", "it is that of the population; use `var_samp`"),
];

/// Other names under which MySQL prints functions. Sorted.
const PRINTED: &[(&str, &str)] = &[
    ("character_length", "length"),
    ("lcase", "lower"),
    ("mid", "substring"),
    ("power", "power"),
    ("substring", "substring"),
    ("ucase", "upper"),
];

/// The function of that name in simplified portable SQL.
pub(super) fn by_name(name: &str) -> Option<&'static Function> {
    let at = FUNCTIONS.binary_search_by_key(&name, |function| function.name).ok()?;
    FUNCTIONS.get(at)
}

/// The portable function that takes so many arguments and that MySQL prints
/// under this name.
pub(super) fn by_native_name(native: &str, count: usize) -> Option<&'static Function> {
    let printed = PRINTED.binary_search_by_key(&native, |(printed, _)| printed).ok();
    let found = match printed.and_then(|at| PRINTED.get(at)) {
        Some((_, name)) => by_name(name),
        None => FUNCTIONS
            .iter()
            .find(|function| function.native == native && (function.least..=function.most).contains(&count)),
    };
    found.filter(|function| (function.least..=function.most).contains(&count))
}

/// Why a function is refused that MySQL has, but with another meaning.
pub(super) fn difference(name: &str) -> Option<&'static str> {
    let at = DIFFERENT.binary_search_by_key(&name, |(different, _)| different).ok()?;
    DIFFERENT.get(at).map(|(_, why)| *why)
}

/// What kind of values a portable function gives.
pub(super) fn kind(name: &str) -> Kind {
    by_name(name).map_or(Kind::Unknown, |function| function.kind)
}

/// Whether a call gives a truth value that is not wrapped into a comparison
/// where a condition stands.
pub(super) fn is_condition(call: &Call) -> bool {
    /// MySQL's own functions of that sort.
    const OWN: [&str; 9] = [
        "MEMBER OF",
        "json_contains",
        "json_contains_path",
        "json_overlaps",
        "json_schema_valid",
        "regexp_like",
        "REGEXP",
        "XOR",
        // Nobody knows what it is, and the server took it.
        "verbatim",
    ];
    match call.name.as_slice() {
        [name] => kind(name.as_str()) == Kind::Boolean,
        [_, name] => OWN.contains(&name.as_str()),
        _ => false,
    }
}

/// The least place or length at which a function means the same on both sides.
pub(super) fn least_place(name: &str) -> i64 {
    match name {
        "left" | "right" => 0,
        _ => 1,
    }
}

/// A number that the value of an expression is never below, if that is easily
/// seen.
pub(super) fn least_value(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Number(text) => text.parse().ok(),
        Expr::Position { .. } => Some(0),
        Expr::Call(call) => match call.as_plain() {
            Some(("length" | "octet_length", _)) => Some(0),
            Some(_) | None => None,
        },
        Expr::Binary { op: BinaryOp::Plus, left, right } => {
            least_value(left)?.checked_add(least_value(right)?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(FUNCTIONS.is_sorted_by_key(|function| function.name));
        assert!(DIFFERENT.is_sorted());
        assert!(PRINTED.is_sorted());
    }
}
