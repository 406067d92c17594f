//! Query → text, in one line.

use retort_core::{
    expression::{Dialect, Expr, canonical, write_identifier},
    schema::{Name, QualifiedName},
};

use super::{Alias, Body, Condition, Item, JoinKind, Query, Relation, Select};

/// The text of a query.
pub(super) fn text(query: &Query) -> String {
    let mut text = String::new();
    if !query.with.is_empty() {
        let parts = query.with.iter().map(|(name, columns, query)| {
            format!("{}{} AS ({})", identifier(name), column_names(columns), self::text(query))
        });
        text.extend(["WITH ", &parts.collect::<Vec<_>>().join(", "), " "]);
    }
    text.push_str(&body(&query.body));
    if !query.order_by.is_empty() {
        let keys = query.order_by.iter().map(|(expr, order)| {
            let key = canonical(expr);
            if order.is_empty() { key } else { format!("{key} {}", order.trim()) }
        });
        text.extend([" ORDER BY ", &keys.collect::<Vec<_>>().join(", ")]);
    }
    for (word, expr) in [(" LIMIT ", &query.limit), (" OFFSET ", &query.offset)] {
        if let Some(expr) = expr {
            text.extend([word, &canonical(expr)]);
        }
    }
    text
}

fn body(body: &Body) -> String {
    match body {
        Body::Select(query) => select(query),
        Body::Values(rows) => {
            let rows = rows.iter().map(|row| format!("({})", list(row)));
            format!("VALUES {}", rows.collect::<Vec<_>>().join(", "))
        }
        Body::Set { left, operator, right } => {
            // Of operators that are alike, those on the left group.
            let left = operand(left, |inner| binds(inner) >= binds(operator));
            let right = operand(right, |inner| binds(inner) > binds(operator));
            format!("{left} {operator} {right}")
        }
    }
}

/// How tight an operator between queries binds.
fn binds(operator: &str) -> u8 {
    u8::from(operator.starts_with("INTERSECT"))
}

/// A query beside an operator, in parentheses unless it may stand there.
fn operand(query: &Query, may_stand: impl Fn(&str) -> bool) -> String {
    let is_plain = query.with.is_empty()
        && query.order_by.is_empty()
        && query.limit.is_none()
        && query.offset.is_none()
        && match &query.body {
            Body::Set { operator, .. } => may_stand(operator),
            Body::Select(_) | Body::Values(_) => true,
        };
    if is_plain { text(query) } else { format!("({})", text(query)) }
}

fn select(select: &Select) -> String {
    let Select { distinct, items, from, filter, group_by, having } = select;
    let mut text = String::from("SELECT ");
    match distinct.as_deref() {
        None => {}
        Some([]) => text.push_str("DISTINCT "),
        Some(exprs) => text.extend(["DISTINCT ON (", &list(exprs), ") "]),
    }
    text.push_str(&items.iter().map(item).collect::<Vec<_>>().join(", "));
    if !from.is_empty() {
        text.extend([" FROM ", &from.iter().map(relation).collect::<Vec<_>>().join(", ")]);
    }
    if let Some(filter) = filter {
        text.extend([" WHERE ", &canonical(filter)]);
    }
    if !group_by.is_empty() {
        text.extend([" GROUP BY ", &list(group_by)]);
    }
    if let Some(having) = having {
        text.extend([" HAVING ", &canonical(having)]);
    }
    text
}

fn item(item: &Item) -> String {
    let text = canonical(&item.expr);
    match (&item.expr, &item.alias) {
        (Expr::Column(path), Some(alias)) if path.last() == Some(alias) => text,
        (_, Some(alias)) => format!("{text} AS {}", identifier(alias)),
        (_, None) => text,
    }
}

fn relation(found: &Relation) -> String {
    match found {
        Relation::Table { name, alias } => format!("{}{}", qualified(name), alias_text(alias)),
        Relation::Query { query, lateral, alias } => {
            format!("{}({}){}", lateral_word(*lateral), text(query), alias_text(alias))
        }
        Relation::Function { call, lateral, alias } => {
            format!("{}{}{}", lateral_word(*lateral), canonical(call), alias_text(alias))
        }
        Relation::Join { left, right, kind, condition } => {
            let right = match &**right {
                join @ Relation::Join { .. } => format!("({})", relation(join)),
                right => relation(right),
            };
            let word = match kind {
                JoinKind::Inner => "JOIN",
                JoinKind::Left => "LEFT JOIN",
                JoinKind::Right => "RIGHT JOIN",
                JoinKind::Full => "FULL JOIN",
                JoinKind::Cross => "CROSS JOIN",
            };
            let condition = match condition {
                Condition::None => String::new(),
                Condition::On(expr) => format!(" ON {}", canonical(expr)),
                Condition::Using(names) => format!(" USING{}", column_names(names)),
            };
            format!("{} {word} {right}{condition}", relation(left))
        }
    }
}

fn lateral_word(lateral: bool) -> &'static str {
    if lateral { "LATERAL " } else { "" }
}

fn alias_text(alias: &Alias) -> String {
    match &alias.name {
        Some(name) => format!(" AS {}{}", identifier(name), column_names(&alias.columns)),
        None => String::new(),
    }
}

fn column_names(names: &[Name]) -> String {
    if names.is_empty() {
        return String::new();
    }
    format!(" ({})", names.iter().map(identifier).collect::<Vec<_>>().join(", "))
}

fn qualified(name: &QualifiedName) -> String {
    match &name.namespace {
        Some(namespace) => format!("{}.{}", identifier(namespace), identifier(&name.name)),
        None => identifier(&name.name),
    }
}

fn identifier(name: &Name) -> String {
    write_identifier(name, &Dialect::PORTABLE)
}

fn list(exprs: &[Expr]) -> String {
    exprs.iter().map(canonical).collect::<Vec<_>>().join(", ")
}
