//! The parts of expressions that are none themselves: names, literals, types,
//! calls, windows.

use super::Writer;
use crate::{
    expression::{
        Argument, Call, Dialect, Expr, SortKey, Window,
        words::{is_awkward, is_reserved},
    },
    schema::{Name, Type},
};

/// Names that are no functions unless they are quoted. Sorted.
const SPECIAL: &[&str] = &["array", "cast", "exists", "extract", "position", "row", "trim"];

/// Reserved words that are functions nevertheless.
const FUNCTION_WORDS: &[&str] = &["left", "right"];

/// Writes an identifier, in quotes if it needs them or the dialect always has
/// them.
pub fn write_identifier(name: &Name, dialect: &Dialect) -> String {
    let name = name.as_str();
    if dialect.quote_all || !is_plain(name) || is_awkward(name) {
        dialect.syntax.quote_identifier(name)
    } else {
        name.to_owned()
    }
}

fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

impl Writer<'_> {
    pub(super) fn string(&mut self, text: &str) {
        let quoted = self.dialect.syntax.quote_literal(text);
        self.push(&quoted);
    }

    pub(super) fn prefixed(&mut self, prefix: &str, digits: &str) {
        self.push(prefix);
        self.push("'");
        self.push(digits);
        self.push("'");
    }

    pub(super) fn identifier(&mut self, name: &Name) {
        let written = write_identifier(name, self.dialect);
        self.push(&written);
    }

    pub(super) fn path(&mut self, path: &[Name]) {
        for (at, name) in path.iter().enumerate() {
            if at > 0 {
                self.push(".");
            }
            self.identifier(name);
        }
    }

    pub(super) fn cast(&mut self, operand: &Expr, ty: &Type) {
        if let (Expr::String(text), Some(word)) = (operand, literal_type(ty)) {
            self.push(&word);
            self.push(" ");
            return self.string(text);
        }
        self.push("CAST(");
        self.expr(operand);
        self.push(" AS ");
        self.push(&ty.to_string());
        self.push(")");
    }

    pub(super) fn call(&mut self, call: &Call) {
        match call.as_plain() {
            Some(("overlay", arguments)) if arguments.len() > 2 => {
                self.push("OVERLAY(");
                for (argument, before) in arguments.iter().zip(["", " PLACING ", " FROM ", " FOR "]) {
                    self.push(before);
                    self.expr(argument);
                }
                return self.push(")");
            }
            _ => self.function_name(&call.name),
        }
        self.push(if call.distinct { "(DISTINCT " } else { "(" });
        for (at, Argument { name, variadic, value }) in call.arguments.iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            if *variadic {
                self.push("VARIADIC ");
            }
            if let Some(name) = name {
                self.identifier(name);
                self.push(" => ");
            }
            self.expr(value);
        }
        self.order_by(&call.order_by, !call.arguments.is_empty());
        if let Some(suffix) = &call.suffix {
            self.push(" ");
            self.push(suffix);
        }
        self.push(")");
        if let Some(filter) = &call.filter {
            self.push(" FILTER (WHERE ");
            self.expr(filter);
            self.push(")");
        }
        if let Some(over) = &call.over {
            self.over(over);
        }
    }

    fn function_name(&mut self, path: &[Name]) {
        let [name] = path else { return self.path(path) };
        let word = name.as_str();
        let is_function = !is_reserved(word) || FUNCTION_WORDS.contains(&word);
        if is_plain(word) && is_function && !SPECIAL.contains(&word) {
            self.push(word);
        } else {
            let quoted = self.dialect.syntax.quote_identifier(word);
            self.push(&quoted);
        }
    }

    fn order_by(&mut self, keys: &[SortKey], spaced: bool) {
        for (at, SortKey { key, order }) in keys.iter().enumerate() {
            self.push(match (at, spaced) {
                (0, true) => " ORDER BY ",
                (0, false) => "ORDER BY ",
                _ => ", ",
            });
            self.expr(key);
            if !order.is_empty() {
                self.push(" ");
                self.push(order);
            }
        }
    }

    fn over(&mut self, window: &Window) {
        self.push(" OVER ");
        let Some(spec) = &window.spec else {
            return window.base.iter().for_each(|base| self.identifier(base));
        };
        self.push("(");
        let begin = self.out.len();
        if let Some(base) = &window.base {
            self.identifier(base);
        }
        if !spec.partition_by.is_empty() {
            self.push(if self.out.len() > begin { " PARTITION BY " } else { "PARTITION BY " });
            self.list(&spec.partition_by);
        }
        self.order_by(&spec.order_by, self.out.len() > begin);
        if !spec.frame.is_empty() {
            self.push(if self.out.len() > begin { " " } else { "" });
            self.push(&spec.frame);
        }
        self.push(")");
    }
}

/// The type as it stands in front of a string, if it may.
fn literal_type(ty: &Type) -> Option<String> {
    match ty {
        Type::Date | Type::Time(None) | Type::Timestamp(None) | Type::TimestampTz(None) => {
            Some(ty.to_string())
        }
        Type::Native(native) if native == "interval" => Some("INTERVAL".to_owned()),
        _ => None,
    }
}
