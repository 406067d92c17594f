//! Says what a query means in as few words as it takes.

use retort_core::{
    expression::Expr,
    schema::{Name, QualifiedName, Type},
};

use super::{
    super::reduce::Reducer,
    Alias, Body, Catalog, Condition, Item, JoinKind, Query, Relation, Select,
    names::derived,
    scope::{Output, QueryScope, Visible},
};

/// Functions of which each row is one value, a column with the name of the
/// relation.
const SCALARS: &[&str] =
    &["generate_series", "generate_subscripts", "regexp_split_to_table", "string_to_table", "unnest"];

/// Resolves a query.
pub(super) struct Resolver<'a> {
    pub(super) catalog: &'a Catalog<'a>,
    /// What is around the query.
    pub(super) outer: Option<&'a QueryScope<'a>>,
    /// The queries that have a name, and their columns.
    pub(super) with: Vec<(Name, Vec<Output>)>,
}

impl Resolver<'_> {
    /// The query in its one form, and its columns, which have these names if
    /// there are any.
    pub(super) fn query(&self, query: Query, names: &[Name]) -> Option<(Query, Vec<Output>)> {
        let mut inner = Resolver { catalog: self.catalog, outer: self.outer, with: self.with.clone() };
        let mut with = Vec::new();
        for (name, columns, query) in query.with {
            let (query, outputs) = inner.query(query, &[])?;
            inner.with.push((name.clone(), renamed(Some(outputs), &columns)??));
            with.push((name, columns, query));
        }
        let Query { body, order_by, limit, offset, .. } = query;
        let plain = |expr: Option<Expr>| match expr {
            Some(expr @ (Expr::Number(_) | Expr::Null)) => Some(Some(expr)),
            Some(Expr::Cast { operand, .. }) if matches!(*operand, Expr::Number(_)) => Some(Some(*operand)),
            Some(_) => None,
            None => Some(None),
        };
        let (limit, offset) = (plain(limit)?, plain(offset)?);
        let (body, order_by, outputs) = match body {
            Body::Select(select) => {
                let (select, order_by, outputs) = inner.select(*select, order_by, names)?;
                (Body::Select(Box::new(select)), order_by, outputs)
            }
            Body::Values(rows) => {
                if !order_by.is_empty() || !names.is_empty() {
                    return None;
                }
                let scope = inner.scope(Vec::new());
                let reducer = Reducer::new(&scope);
                let rows: Vec<Vec<Expr>> = rows
                    .into_iter()
                    .map(|row| row.into_iter().map(|expr| reducer.reduce(expr)).collect())
                    .collect();
                let count = rows.first().map_or(0, Vec::len);
                let outputs = (1..=count).map(|at| Output {
                    name: Name::new(format!("column{at}")),
                    kind: None,
                    ty: None,
                });
                (Body::Values(rows), Vec::new(), outputs.collect())
            }
            Body::Set { left, operator, right } => {
                let (left, outputs) = inner.query(*left, names)?;
                let names: Vec<Name> = outputs.iter().map(|output| output.name.clone()).collect();
                let (right, _) = inner.query(*right, &names)?;
                // The result is ordered by its columns, which the server
                // counts.
                let order_by = order_by
                    .into_iter()
                    .map(|(expr, order)| {
                        let at = match &expr {
                            Expr::Number(_) => return Some((expr, order)),
                            Expr::Column(path) => match path.as_slice() {
                                [name] => names.iter().position(|other| other == name)?,
                                _ => return None,
                            },
                            _ => return None,
                        };
                        Some((Expr::Number((at + 1).to_string()), order))
                    })
                    .collect::<Option<_>>()?;
                let outputs =
                    outputs.into_iter().map(|output| Output { kind: None, ty: None, ..output }).collect();
                (Body::Set { left: Box::new(left), operator, right: Box::new(right) }, order_by, outputs)
            }
        };
        Some((Query { with, body, order_by, limit, offset }, outputs))
    }

    fn scope(&self, relations: Vec<Visible>) -> QueryScope<'_> {
        QueryScope { resolver: self, relations, merged: Vec::new() }
    }

    #[expect(clippy::type_complexity, reason = "the parts of a query")]
    fn select(
        &self,
        select: Select,
        order_by: Vec<(Expr, String)>,
        names: &[Name],
    ) -> Option<(Select, Vec<(Expr, String)>, Vec<Output>)> {
        let mut scope = self.scope(Vec::new());
        let from: Vec<Relation> = select
            .from
            .into_iter()
            .map(|relation| self.relation(relation, &mut scope))
            .collect::<Option<_>>()?;
        let reducer = Reducer::new(&scope);
        let mut written = Vec::new();
        for item in select.items {
            written.extend(spelled_out(item, &scope)?);
        }
        let items: Vec<Item> = written
            .iter()
            .enumerate()
            .map(|(at, item)| {
                let alias = names.get(at).or(item.alias.as_ref()).cloned();
                let alias = alias.unwrap_or_else(|| derived(&item.expr, self.catalog.server));
                let expr = match reducer.reduce(item.expr.clone()) {
                    // A NULL of no other type is one of text.
                    Expr::Cast { operand, ty: Type::Text } if *operand == Expr::Null => Expr::Null,
                    expr => expr,
                };
                Item { expr, alias: Some(alias) }
            })
            .collect();
        // A column may be meant by its number or, in ORDER BY, by its name.
        let numbered = |expr: &Expr| match expr {
            Expr::Number(text) => {
                let at: usize = text.parse().ok()?;
                Some(items.get(at.checked_sub(1)?)?.expr.clone())
            }
            _ => None,
        };
        let by_name = |expr: &Expr| match expr {
            Expr::Column(path) => match path.as_slice() {
                [name] => {
                    let own = written.iter().position(|item| {
                        item.alias.as_ref().is_some_and(|alias| alias == name)
                            || (item.alias.is_none() && derived(&item.expr, self.catalog.server) == *name)
                    })?;
                    Some(items[own].expr.clone())
                }
                _ => None,
            },
            _ => None,
        };
        let grouped = |expr: Expr| match numbered(&expr) {
            Some(meant) => meant,
            // A column of what is read comes before one of the query.
            None => match (&expr, by_name(&expr)) {
                (Expr::Column(path), Some(meant)) if path.len() == 1 && scope.owner(&path[0]).is_none() => {
                    meant
                }
                _ => reducer.reduce(expr),
            },
        };
        let ordered = |expr: Expr| {
            let meant = numbered(&expr).or_else(|| by_name(&expr));
            qualified_where_hidden(meant.unwrap_or_else(|| reducer.reduce(expr)), &items, &scope)
        };
        let distinct = select.distinct.map(|exprs| exprs.into_iter().map(&ordered).collect());
        let group_by = select.group_by.into_iter().map(grouped).collect();
        let order_by = order_by.into_iter().map(|(expr, order)| (ordered(expr), order)).collect();
        let filter = select.filter.map(|expr| reducer.reduce(expr));
        let having = select.having.map(|expr| reducer.reduce(expr));
        let outputs = items
            .iter()
            .filter_map(|item| {
                Some(Output {
                    name: item.alias.clone()?,
                    kind: reducer.kind(&item.expr),
                    ty: match &item.expr {
                        Expr::Column(path) => super::super::Columns::ty(&scope, path).cloned(),
                        _ => None,
                    },
                })
            })
            .collect();
        Some((Select { distinct, items, from, filter, group_by, having }, order_by, outputs))
    }

    /// Resolves a relation, and adds it to what is visible.
    fn relation(&self, relation: Relation, scope: &mut QueryScope<'_>) -> Option<Relation> {
        match relation {
            Relation::Table { name, alias } => {
                let columns = self.columns(&name);
                let columns = renamed(columns, &alias.columns)?;
                let alias_name = alias.name.clone().filter(|alias| *alias != name.name);
                let table = alias_name.is_none().then(|| name.clone());
                let goes_by = alias_name.clone().unwrap_or_else(|| name.name.clone());
                scope.relations.push(Visible { alias: goes_by.clone(), table, columns });
                let has_columns = !alias.columns.is_empty();
                let alias_name = alias_name.or(has_columns.then_some(goes_by));
                Some(Relation::Table { name, alias: Alias { name: alias_name, columns: alias.columns } })
            }
            Relation::Query { query, lateral, alias } => {
                if lateral {
                    return None;
                }
                let (query, outputs) = self.query(*query, &[])?;
                let name = alias.name.clone()?;
                let columns = renamed(Some(outputs), &alias.columns)?;
                scope.relations.push(Visible { alias: name, table: None, columns });
                Some(Relation::Query { query: Box::new(query), lateral, alias })
            }
            // A function may use what stands before it in any case.
            Relation::Function { call, lateral: _, alias } => {
                let reduced = Reducer::new(&*scope).reduce(call);
                let Expr::Call(function) = &reduced else { return None };
                let function = function.name.last()?.clone();
                let name = alias.name.clone().unwrap_or_else(|| function.clone());
                let mut names = alias.columns.clone();
                if SCALARS.contains(&function.as_str()) && names.is_empty() {
                    names.push(name.clone());
                }
                let output = |name: &Name| Output { name: name.clone(), kind: None, ty: None };
                let columns = (!names.is_empty()).then(|| names.iter().map(output).collect());
                // What goes without saying is not said.
                let is_usual = SCALARS.contains(&function.as_str()) && names == [name.clone()];
                let alias = Alias {
                    name: alias.name.filter(|alias| !(is_usual && *alias == function)),
                    columns: if is_usual { Vec::new() } else { alias.columns },
                };
                scope.relations.push(Visible { alias: name, table: None, columns });
                Some(Relation::Function { call: reduced, lateral: false, alias })
            }
            Relation::Join { left, right, kind, condition } => {
                let left = self.relation(*left, scope)?;
                let left_end = scope.relations.len();
                let right = self.relation(*right, scope)?;
                let condition = match condition {
                    Condition::None => Condition::None,
                    Condition::On(expr) => Condition::On(Reducer::new(&*scope).reduce(expr)),
                    Condition::Using(names) => {
                        // The column is that of the left side, unless the left
                        // side may have no row.
                        if matches!(kind, JoinKind::Full | JoinKind::Right) {
                            return None;
                        }
                        for name in &names {
                            let owner = scope.owner_among(left_end, name)?.alias.clone();
                            scope.merged.push((name.clone(), owner));
                        }
                        Condition::Using(names)
                    }
                };
                Some(Relation::Join { left: Box::new(left), right: Box::new(right), kind, condition })
            }
        }
    }

    fn columns(&self, name: &QualifiedName) -> Option<Vec<Output>> {
        let named = self.with.iter().rev().find(|(with, _)| name.namespace.is_none() && *with == name.name);
        match named {
            Some((_, outputs)) => Some(outputs.clone()),
            None => self.catalog.columns(name),
        }
    }
}

/// The columns under other names, as far as there are some; `None` for more
/// names than columns.
#[expect(clippy::option_option, reason = "the inner one says whether columns are known")]
fn renamed(columns: Option<Vec<Output>>, names: &[Name]) -> Option<Option<Vec<Output>>> {
    let Some(mut columns) = columns else { return Some(None) };
    if names.len() > columns.len() {
        return None;
    }
    for (column, name) in columns.iter_mut().zip(names) {
        column.name = name.clone();
    }
    Some(Some(columns))
}

/// The columns that an item stands for: more than one if it is `*`.
fn spelled_out(item: Item, scope: &QueryScope<'_>) -> Option<Vec<Item>> {
    let Expr::Wildcard(path) = &item.expr else { return Some(vec![item]) };
    let relations: Vec<&Visible> = match path.as_slice() {
        [] if scope.merged.is_empty() => scope.relations.iter().collect(),
        [] => return None,
        [.., name] => vec![scope.relations.iter().find(|relation| relation.alias == *name)?],
    };
    let mut items = Vec::new();
    for relation in relations {
        for column in relation.columns.as_ref()? {
            let path = vec![relation.alias.clone(), column.name.clone()];
            items.push(Item { expr: Expr::Column(path), alias: None });
        }
    }
    (!items.is_empty()).then_some(items)
}

/// Names the relation of a column by which a query is ordered, where a column of
/// the query has the same name and is another.
fn qualified_where_hidden(expr: Expr, items: &[Item], scope: &QueryScope<'_>) -> Expr {
    let Expr::Column(path) = &expr else { return expr };
    let [name] = path.as_slice() else { return expr };
    let is_hidden = items.iter().any(|item| item.alias.as_ref() == Some(name) && item.expr != expr);
    match scope.owner(name) {
        Some(owner) if is_hidden => Expr::Column(vec![owner.alias.clone(), name.clone()]),
        _ => expr,
    }
}
