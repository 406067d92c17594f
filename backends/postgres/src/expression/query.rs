//! Queries of views: one text for what a user wrote and for what the server
//! prints of it, as far as that can be told without the server.
//!
//! The server resolves a query and prints the result: every column with the
//! name of its table before it, `*` as the columns that it was, every column
//! of the view with a name. Here, names before columns are left out where one
//! table alone can be meant, `*` is spelled out from the schema, and columns
//! are named. The text creates the same view again.
//!
//! A query with something that is not known here ([`parse`]) keeps its own
//! text, in one line: GROUPING SETS, WINDOW, FOR UPDATE, TABLESAMPLE,
//! recursion, `*` of a join with USING or of something that is no table or view
//! of the schema. It is then the server's text that is read, and another than
//! what was written.

mod names;
mod parse;
mod resolve;
mod scope;
mod write;

use std::{cell::RefCell, collections::HashMap};

use retort_core::{
    expression::Expr,
    schema::{Name, QualifiedName, Schema, View},
};

use self::{resolve::Resolver, scope::Output};
use super::one_line;
use crate::server::Server;

/// A query.
#[derive(Debug, Clone)]
struct Query {
    /// `WITH`: names, the names of their columns, and their queries.
    with: Vec<(Name, Vec<Name>, Self)>,
    body: Body,
    order_by: Vec<(Expr, String)>,
    limit: Option<Expr>,
    offset: Option<Expr>,
}

#[derive(Debug, Clone)]
enum Body {
    Select(Box<Select>),
    /// `VALUES`
    Values(Vec<Vec<Expr>>),
    /// `UNION` and the like.
    Set {
        left: Box<Query>,
        operator: String,
        right: Box<Query>,
    },
}

#[derive(Debug, Clone)]
struct Select {
    distinct: Option<Vec<Expr>>,
    items: Vec<Item>,
    from: Vec<Relation>,
    filter: Option<Expr>,
    group_by: Vec<Expr>,
    having: Option<Expr>,
}

/// A column that a query returns.
#[derive(Debug, Clone)]
struct Item {
    expr: Expr,
    alias: Option<Name>,
}

/// What a query reads.
#[derive(Debug, Clone)]
enum Relation {
    Table { name: QualifiedName, alias: Alias },
    Query { query: Box<Query>, lateral: bool, alias: Alias },
    Function { call: Expr, lateral: bool, alias: Alias },
    Join { left: Box<Self>, right: Box<Self>, kind: JoinKind, condition: Condition },
}

/// What a relation goes by: a name, and names of its columns.
#[derive(Debug, Clone, Default)]
struct Alias {
    name: Option<Name>,
    columns: Vec<Name>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JoinKind {
    Inner,
    Left,
    Right,
    Full,
    Cross,
}

#[derive(Debug, Clone)]
enum Condition {
    None,
    On(Expr),
    Using(Vec<Name>),
}

/// Brings the queries of the views of a schema into their one form.
pub(crate) fn normalize_views(schema: &mut Schema, server: Server) {
    let catalog = Catalog { schema, server, outputs: RefCell::default() };
    let normal: Vec<(QualifiedName, View)> =
        schema.views.values().map(|view| (view.name.clone(), catalog.normal(view))).collect();
    schema.views.extend(normal);
}

/// What queries may read: the tables and views of a schema.
struct Catalog<'a> {
    schema: &'a Schema,
    server: Server,
    /// The columns of views that have been looked at; none while one is being
    /// looked at, or where they are not known.
    outputs: RefCell<HashMap<QualifiedName, Option<Vec<Output>>>>,
}

impl Catalog<'_> {
    fn normal(&self, view: &View) -> View {
        match self.resolve(view) {
            Some((query, _)) => {
                View { query: write::text(&query).into(), columns: Vec::new(), ..view.clone() }
            }
            None => View { query: one_line(view.query.as_str()).into(), ..view.clone() },
        }
    }

    /// The query of a view in its one form, and the columns of the view.
    fn resolve(&self, view: &View) -> Option<(Query, Vec<Output>)> {
        let query = parse::query(view.query.as_str())?;
        Resolver { catalog: self, outer: None, with: Vec::new() }.query(query, &view.columns)
    }

    /// The columns of a table or a view, if they are known.
    fn columns(&self, name: &QualifiedName) -> Option<Vec<Output>> {
        if let Some(table) = self.schema.tables.get(name) {
            return Some(table.columns.iter().map(Output::of_column).collect());
        }
        let view = self.schema.views.get(name)?;
        if let Some(known) = self.outputs.borrow().get(name) {
            return known.clone();
        }
        self.outputs.borrow_mut().insert(name.clone(), None);
        let outputs = self.resolve(view).map(|(_, outputs)| outputs);
        self.outputs.borrow_mut().insert(name.clone(), outputs.clone());
        outputs
    }
}

#[cfg(test)]
mod tests;
