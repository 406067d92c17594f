//! Expressions: one text for what a user wrote and for what the server prints
//! of it.
//!
//! PostgreSQL keeps a tree, not a text. It adds the casts that it needs to
//! find a function, spells out BETWEEN, IN and LIKE, brings literals into the
//! form of their type, and prints what it has. Both ways lead to the same
//! tree here: what the server would put in is taken out again, and what it
//! rewrites is rewritten. The text of that tree creates the same thing again.
//!
//! What the server calculates from its catalog is beyond that: the types of a
//! function that a user created, and so the casts of its arguments. Such casts
//! stay where the server prints them.

mod kind;
mod kinds;
mod literal;
mod query;
mod reduce;
mod rewrite;
mod unify;

use std::collections::HashMap;

use retort_core::{
    expression::{Dialect, Expr, canonical, parse},
    schema::{Name, QualifiedName, Table, Type},
    sql::lex,
};

pub(crate) use self::query::normalize_views;
use self::{kind::Kind, reduce::Reducer};
use crate::{server::Server, syntax::SYNTAX};

/// What an expression may refer to.
trait Columns {
    /// The server that the expression is for.
    fn server(&self) -> Server;

    /// The name of a column with nothing before it that can be left out.
    fn plain(&self, path: Vec<Name>) -> Vec<Name>;

    /// The type of a column by its plain name.
    fn ty(&self, path: &[Name]) -> Option<&Type>;

    /// The kind of a column by its plain name.
    fn kind(&self, path: &[Name]) -> Option<Kind>;

    /// The one text of a query in the expression.
    fn query(&self, sql: &str) -> String;
}

/// The columns of a table, which its expressions may refer to.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    table: &'a QualifiedName,
    columns: HashMap<&'a Name, &'a Type>,
    server: Server,
}

impl<'a> Scope<'a> {
    pub(crate) fn of(table: &'a Table, server: Server) -> Self {
        Self {
            table: &table.name,
            columns: table.columns.iter().map(|column| (&column.name, &column.ty)).collect(),
            server,
        }
    }
}

impl Columns for Scope<'_> {
    fn server(&self) -> Server {
        self.server
    }

    fn plain(&self, mut path: Vec<Name>) -> Vec<Name> {
        let is_table = match path.as_slice() {
            [table, _] => *table == self.table.name,
            [namespace, table, _] => {
                self.table.namespace.as_ref() == Some(namespace) && *table == self.table.name
            }
            _ => false,
        };
        if is_table {
            path.drain(..path.len() - 1);
        }
        path
    }

    fn ty(&self, path: &[Name]) -> Option<&Type> {
        match path {
            [name] => self.columns.get(name).copied(),
            _ => None,
        }
    }

    fn kind(&self, path: &[Name]) -> Option<Kind> {
        self.ty(path).map(Kind::of)
    }

    fn query(&self, sql: &str) -> String {
        sql.to_owned()
    }
}

/// The one text for an expression; one that cannot be taken apart keeps its
/// own, without line ends and comments.
pub(crate) fn normal(text: &str, scope: &Scope<'_>) -> String {
    match parse(text, &Dialect::PORTABLE) {
        Ok(expr) => canonical(&Reducer::new(scope).reduce(expr)),
        Err(_) => one_line(text),
    }
}

/// The one text for the key of an index. `CREATE INDEX … ((a::text))` is not an
/// index on the column, even where the cast does nothing.
pub(crate) fn normal_key(text: &str, scope: &Scope<'_>) -> String {
    let Ok(expr) = parse(text, &Dialect::PORTABLE) else { return one_line(text) };
    let outermost = match &expr {
        Expr::Cast { ty, .. } => Some(ty.clone()),
        _ => None,
    };
    let reducer = Reducer::new(scope);
    match (reducer.reduce(expr), outermost) {
        (column @ Expr::Column(_), Some(ty)) => canonical(&Expr::cast(column, reduce::own_type(ty))),
        (expr, _) => canonical(&expr),
    }
}

/// The one text for the default of a column of the type, or none where it says
/// NULL, which is the default anyway.
pub(crate) fn normal_default(text: &str, ty: &Type, scope: &Scope<'_>) -> Option<String> {
    let Ok(expr) = parse(text, &Dialect::PORTABLE) else { return Some(one_line(text)) };
    let reducer = Reducer::new(scope);
    match reducer.as_value_of(reducer.reduce(expr), &Kind::of(ty)) {
        Expr::Null => None,
        expr => Some(canonical(&expr)),
    }
}

/// The text with one space between what is apart, and without comments.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    let mut end = 0;
    for token in lex(text, &SYNTAX).filter(|token| !token.kind.is_trivia()) {
        if !line.is_empty() && token.span.start > end {
            line.push(' ');
        }
        end = token.span.end;
        line.push_str(&text[token.span]);
    }
    line
}

#[cfg(test)]
mod tests;
