//! Text → query.

use retort_core::{
    expression::{Dialect, Expr, is_reserved, parse_at},
    schema::{Name, QualifiedName},
    sql::{Token, TokenKind, lex},
};

use super::{Alias, Body, Condition, Item, JoinKind, Query, Relation, Select};
use crate::syntax::SYNTAX;

/// How deep queries and joins may be in each other.
const MAX_DEPTH: usize = 32;

/// Words that end what stands before them, and so are no names that follow it
/// without `AS`.
const STOPS: &[&str] = &[
    "as",
    "cross",
    "except",
    "fetch",
    "for",
    "from",
    "full",
    "group",
    "having",
    "inner",
    "intersect",
    "join",
    "left",
    "limit",
    "natural",
    "offset",
    "on",
    "order",
    "right",
    "tablesample",
    "union",
    "using",
    "where",
    "window",
    "with",
];

/// Reads a query, or returns `None` for one with something that is not known
/// here.
pub(super) fn query(text: &str) -> Option<Query> {
    let tokens: Vec<Token> = lex(text, &SYNTAX).filter(|token| !token.kind.is_trivia()).collect();
    let mut parser = Parser { text, tokens, next: 0, depth: 0 };
    let query = parser.query()?;
    parser.skip(";");
    parser.peek().is_none().then_some(query)
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek_at(&self, ahead: usize) -> Option<&str> {
        self.tokens.get(self.next + ahead).map(|token| &self.text[token.span.clone()])
    }

    fn peek(&self) -> Option<&str> {
        self.peek_at(0)
    }

    /// Whether these words come next.
    fn at(&self, words: &[&str]) -> bool {
        words
            .iter()
            .enumerate()
            .all(|(ahead, word)| self.peek_at(ahead).is_some_and(|text| text.eq_ignore_ascii_case(word)))
    }

    fn skip_all(&mut self, words: &[&str]) -> bool {
        let found = self.at(words);
        if found {
            self.next += words.len();
        }
        found
    }

    fn skip(&mut self, word: &str) -> bool {
        self.skip_all(&[word])
    }

    fn expect(&mut self, word: &str) -> Option<()> {
        self.skip(word).then_some(())
    }

    fn query(&mut self) -> Option<Query> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut with = Vec::new();
        if self.skip("with") {
            if self.at(&["recursive"]) {
                return None;
            }
            loop {
                let name = self.name()?;
                let columns = if self.at(&["("]) { self.names()? } else { Vec::new() };
                self.expect("as")?;
                self.expect("(")?;
                with.push((name, columns, self.query()?));
                self.expect(")")?;
                if !self.skip(",") {
                    break;
                }
            }
        }
        let mut query = self.set()?;
        if !with.is_empty() && !query.with.is_empty() {
            return None;
        }
        query.with.splice(0..0, with);
        let has_tail = !query.order_by.is_empty() || query.limit.is_some() || query.offset.is_some();
        if has_tail && (self.at(&["order"]) || self.at(&["limit"]) || self.at(&["offset"])) {
            return None;
        }
        if self.skip_all(&["order", "by"]) {
            loop {
                let expr = self.expr()?;
                query.order_by.push((expr, self.order()));
                if !self.skip(",") {
                    break;
                }
            }
        }
        loop {
            if self.skip("limit") {
                query.limit = if self.skip("all") { None } else { Some(self.expr()?) };
            } else if self.skip("offset") {
                query.offset = Some(self.expr()?);
                let _ = self.skip("rows") || self.skip("row");
            } else if self.skip("fetch") {
                let _ = self.skip("first") || self.skip("next");
                query.limit = Some(if self.at(&["row"]) || self.at(&["rows"]) {
                    Expr::Number("1".to_owned())
                } else {
                    self.expr()?
                });
                let _ = self.skip("rows") || self.skip("row");
                self.expect("only")?;
            } else {
                break;
            }
        }
        self.depth -= 1;
        Some(query)
    }

    fn order(&mut self) -> String {
        let mut order = String::new();
        let descends = self.skip("desc");
        if descends {
            order.push_str("DESC");
        } else {
            self.skip("asc");
        }
        let nulls_first = self.skip_all(&["nulls", "first"]);
        let nulls_last = !nulls_first && self.skip_all(&["nulls", "last"]);
        // What is so anyway is not said.
        match (descends, nulls_first, nulls_last) {
            (false, true, _) => order.push_str("NULLS FIRST"),
            (true, _, true) => order.push_str(" NULLS LAST"),
            _ => {}
        }
        order
    }

    /// Queries with UNION and EXCEPT between them, which group from the left.
    fn set(&mut self) -> Option<Query> {
        let mut left = self.intersection()?;
        while let Some(operator) = self.set_operator(&["union", "except"]) {
            let right = self.intersection()?;
            left = set(left, operator, right);
        }
        Some(left)
    }

    /// Queries with INTERSECT between them, which binds tighter.
    fn intersection(&mut self) -> Option<Query> {
        let mut left = self.simple()?;
        while let Some(operator) = self.set_operator(&["intersect"]) {
            let right = self.simple()?;
            left = set(left, operator, right);
        }
        Some(left)
    }

    fn set_operator(&mut self, words: &[&str]) -> Option<String> {
        let word = words.iter().find(|word| self.at(&[word]))?;
        self.next += 1;
        let all = self.skip("all");
        if !all {
            self.skip("distinct");
        }
        Some(format!("{}{}", word.to_ascii_uppercase(), if all { " ALL" } else { "" }))
    }

    fn simple(&mut self) -> Option<Query> {
        if self.skip("(") {
            let query = self.query()?;
            self.expect(")")?;
            return Some(query);
        }
        if self.skip("values") {
            let mut rows = Vec::new();
            loop {
                self.expect("(")?;
                rows.push(self.exprs()?);
                self.expect(")")?;
                if !self.skip(",") {
                    break;
                }
            }
            return Some(Query::new(Body::Values(rows)));
        }
        self.expect("select")?;
        let distinct = match self.skip("distinct") {
            true if self.skip("on") => {
                self.expect("(")?;
                let exprs = self.exprs()?;
                self.expect(")")?;
                Some(exprs)
            }
            true => Some(Vec::new()),
            false => {
                self.skip("all");
                None
            }
        };
        let mut items = Vec::new();
        loop {
            items.push(self.item()?);
            if !self.skip(",") {
                break;
            }
        }
        let mut from = Vec::new();
        if self.skip("from") {
            loop {
                from.push(self.relation()?);
                if !self.skip(",") {
                    break;
                }
            }
        }
        let filter = if self.skip("where") { Some(self.expr()?) } else { None };
        let mut group_by = Vec::new();
        if self.skip_all(&["group", "by"]) {
            let is_set = ["grouping", "rollup", "cube", "distinct", "all"];
            if is_set.iter().any(|word| self.at(&[word])) || self.at(&["(", ")"]) {
                return None;
            }
            group_by = self.exprs()?;
        }
        let having = if self.skip("having") { Some(self.expr()?) } else { None };
        Some(Query::new(Body::Select(Box::new(Select { distinct, items, from, filter, group_by, having }))))
    }

    fn item(&mut self) -> Option<Item> {
        if self.skip("*") {
            return Some(Item { expr: Expr::Wildcard(Vec::new()), alias: None });
        }
        let expr = self.expr()?;
        let alias = match self.skip("as") {
            true => Some(self.any_name()?),
            false => self.implicit_alias(),
        };
        Some(Item { expr, alias })
    }

    fn relation(&mut self) -> Option<Relation> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut left = self.joined()?;
        loop {
            if self.at(&["natural"]) || self.at(&["tablesample"]) {
                return None;
            }
            let kind = if self.skip_all(&["cross", "join"]) {
                JoinKind::Cross
            } else if self.skip("join") || self.skip_all(&["inner", "join"]) {
                JoinKind::Inner
            } else {
                let sides = [("left", JoinKind::Left), ("right", JoinKind::Right), ("full", JoinKind::Full)];
                let Some((word, kind)) = sides.into_iter().find(|(word, _)| self.at(&[word])) else { break };
                let outer = self.skip_all(&[word, "outer", "join"]) || self.skip_all(&[word, "join"]);
                if !outer {
                    return None;
                }
                kind
            };
            let right = self.joined()?;
            let condition = match kind {
                JoinKind::Cross => Condition::None,
                JoinKind::Inner | JoinKind::Left | JoinKind::Right | JoinKind::Full => {
                    if self.skip("using") {
                        Condition::Using(self.names()?)
                    } else {
                        self.expect("on")?;
                        Condition::On(self.expr()?)
                    }
                }
            };
            left = Relation::Join { left: Box::new(left), right: Box::new(right), kind, condition };
        }
        self.depth -= 1;
        Some(left)
    }

    fn joined(&mut self) -> Option<Relation> {
        let lateral = self.skip("lateral");
        if self.at(&["("]) {
            let is_query = ["select", "with", "values", "("].iter().any(|word| self.at(&["(", word]));
            let before = self.next;
            self.next += 1;
            if is_query
                && let Some(query) = self.query()
                && self.skip(")")
            {
                let alias = self.alias()?;
                return Some(Relation::Query { query: Box::new(query), lateral, alias });
            }
            self.next = before + 1;
            let relation = self.relation()?;
            self.expect(")")?;
            // A name for all of a join hides those in it.
            return (!lateral && self.implicit_alias().is_none() && !self.at(&["as"])).then_some(relation);
        }
        self.skip("only").then_some(None::<()>).map_or(Some(()), |_| None)?;
        let start = self.next;
        let mut path = vec![self.name()?];
        while self.skip(".") {
            path.push(self.any_name()?);
        }
        if self.at(&["("]) {
            self.next = start;
            let call = self.expr()?;
            let is_call = matches!(call, Expr::Call(_)) && !self.at(&["with"]);
            let alias = self.alias()?;
            return is_call.then_some(Relation::Function { call, lateral, alias });
        }
        if self.skip("*") || lateral {
            return None;
        }
        let name = match path.as_slice() {
            [name] => QualifiedName::unqualified(name.clone()),
            [namespace, name] => QualifiedName::qualified(namespace.clone(), name.clone()),
            _ => return None,
        };
        Some(Relation::Table { name, alias: self.alias()? })
    }

    fn alias(&mut self) -> Option<Alias> {
        let name = match self.skip("as") {
            true => Some(self.any_name()?),
            false => self.implicit_alias(),
        };
        let mut columns = Vec::new();
        if name.is_some() && self.at(&["("]) {
            columns = self.names()?;
        }
        Some(Alias { name, columns })
    }

    fn implicit_alias(&mut self) -> Option<Name> {
        let before = self.next;
        let is_word = self.tokens.get(before).is_some_and(|token| token.kind == TokenKind::Word);
        let stops = |word: &str| STOPS.contains(&word.to_ascii_lowercase().as_str()) || is_reserved(word);
        if is_word && self.peek().is_some_and(stops) {
            return None;
        }
        self.any_name()
    }

    /// A name that is no reserved word.
    fn name(&mut self) -> Option<Name> {
        let token = self.tokens.get(self.next)?;
        if token.kind == TokenKind::Word && is_reserved(&self.text[token.span.clone()]) {
            return None;
        }
        self.any_name()
    }

    fn any_name(&mut self) -> Option<Name> {
        let token = self.tokens.get(self.next)?;
        let text = &self.text[token.span.clone()];
        let name = match token.kind {
            TokenKind::Word => text.to_ascii_lowercase(),
            TokenKind::QuotedIdentifier => text.get(1..text.len().checked_sub(1)?)?.replace("\"\"", "\""),
            _ => return None,
        };
        self.next += 1;
        Some(Name::new(name))
    }

    /// Names in parentheses.
    fn names(&mut self) -> Option<Vec<Name>> {
        self.expect("(")?;
        let mut names = Vec::new();
        loop {
            names.push(self.any_name()?);
            if !self.skip(",") {
                break;
            }
        }
        self.expect(")")?;
        Some(names)
    }

    fn exprs(&mut self) -> Option<Vec<Expr>> {
        let mut exprs = Vec::new();
        loop {
            exprs.push(self.expr()?);
            if !self.skip(",") {
                break;
            }
        }
        Some(exprs)
    }

    fn expr(&mut self) -> Option<Expr> {
        let start = self.tokens.get(self.next)?.span.start;
        let (expr, end) = parse_at(self.text, start, &Dialect::PORTABLE).ok()?;
        while self.tokens.get(self.next).is_some_and(|token| token.span.start < end) {
            self.next += 1;
        }
        Some(expr)
    }
}

impl Query {
    fn new(body: Body) -> Self {
        Self { with: Vec::new(), body, order_by: Vec::new(), limit: None, offset: None }
    }
}

fn set(left: Query, operator: String, right: Query) -> Query {
    Query::new(Body::Set { left: Box::new(left), operator, right: Box::new(right) })
}
