//! Names inside SQL that is kept as text: who mentions whom, and renaming.
//!
//! Expressions and view queries are text to the model. Renaming a column must
//! still reach the checks that mention it, and dropping one must notice the
//! views that need it. This reads just enough of the lexical structure for
//! that: it knows strings, comments, quotes and keywords, and where in a query
//! relations are named, but it resolves nothing.

mod lex;
mod scan;

use self::{
    lex::{Kind, Token, tokens},
    scan::{Part, Path, Role, names, scan},
};
use super::{
    column::Expression,
    name::{Name, QualifiedName},
};
use crate::expression::is_reserved;

/// Whether an expression of the table mentions its column.
pub(crate) fn mentions_column(expression: &Expression, table: &QualifiedName, column: &Name) -> bool {
    let text = scan(expression.as_str());
    text.paths.iter().any(|path| path.is_column_of(table, column))
}

/// The columns that an expression mentions, each once, in order.
pub(crate) fn columns_of(expression: &Expression) -> Vec<Name> {
    let mut columns = Vec::new();
    for path in scan(expression.as_str()).paths {
        if path.role == Role::Column
            && let Some(part) = path.parts.last()
        {
            let column = part.folded();
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
    }
    columns
}

/// The expression of the table with another name for one of its columns.
pub(crate) fn rename_column(
    expression: &Expression,
    table: &QualifiedName,
    from: &Name,
    to: &Name,
) -> Expression {
    rewrite(expression, to, |path, edits| {
        if path.is_column_of(table, from) {
            edits.extend(path.parts.last());
        }
    })
}

/// The expression of the table with another name for the table itself, where
/// a column is written as `table.column`.
pub(crate) fn rename_table(expression: &Expression, from: &QualifiedName, to: &Name) -> Expression {
    rewrite(expression, to, |path, edits| {
        if path.qualifier_names(from) {
            edits.extend(path.qualifier().last());
        }
    })
}

/// The expression with another name for a type that it casts to.
pub(crate) fn rename_type(expression: &Expression, from: &QualifiedName, to: &Name) -> Expression {
    rewrite(expression, to, |path, edits| {
        if path.role == Role::TypeOrAlias && names(&path.parts, from) {
            edits.extend(path.parts.last());
        }
    })
}

/// The expression with another name for a namespace, wherever it qualifies a
/// function, a type, or a table before a column.
pub(crate) fn rename_namespace(expression: &Expression, from: &Name, to: &Name) -> Expression {
    rewrite(expression, to, |path, edits| {
        let qualified = match path.role {
            Role::Column => 3,
            Role::AllColumns | Role::Function | Role::TypeOrAlias | Role::Collation => 2,
            Role::Relation | Role::Other => return,
        };
        if path.parts.len() == qualified {
            edits.extend(path.parts.first().filter(|part| part.is(from)));
        }
    })
}

/// The relations that a query reads from, in order; of those with another name
/// than that of a query in it (`WITH x AS (…)`).
pub(crate) fn relations_of(query: &str) -> Vec<QualifiedName> {
    let own = named_queries(query);
    let paths = scan(query).paths;
    let relations = paths.iter().filter(|path| path.role == Role::Relation);
    let names = relations.filter_map(|path| qualified(&path.parts));
    names.filter(|name| name.namespace.is_some() || !own.contains(&name.name)).collect()
}

/// The names that stand before `AS (`, a list of columns between or not.
fn named_queries(query: &str) -> Vec<Name> {
    let tokens = tokens(query);
    let is_word = |at: usize, words: &[&str]| match tokens.get(at).map(|token| &token.kind) {
        Some(Kind::Word { text, quote: None }) => words.iter().any(|word| text.eq_ignore_ascii_case(word)),
        _ => false,
    };
    let is_symbol = |at: usize, symbol: char| matches!(tokens.get(at), Some(Token { kind: Kind::Symbol(found), .. }) if *found == symbol);
    let mut names = Vec::new();
    for at in (1..tokens.len()).filter(|at| is_word(*at, &["as"])) {
        let mut open = at + 1;
        while is_word(open, &["not", "materialized"]) {
            open += 1;
        }
        if !is_symbol(open, '(') {
            continue;
        }
        let mut before = at - 1;
        if is_symbol(before, ')') {
            let mut depth = 0_usize;
            while before > 0 {
                depth += usize::from(is_symbol(before, ')'));
                depth -= usize::from(is_symbol(before, '('));
                before -= 1;
                if depth == 0 {
                    break;
                }
            }
        }
        if let Some(Token { kind: Kind::Word { text, quote }, span }) = tokens.get(before) {
            let part = Part { text: text.clone(), quote: *quote, span: span.clone() };
            names.push(part.folded());
        }
    }
    names
}

/// Whether a query reads from the relation.
pub(crate) fn reads_relation(query: &str, relation: &QualifiedName) -> bool {
    scan(query).reads(relation)
}

/// The relations that a query reads from, without case: a name may be that of
/// several relations.
pub(crate) fn relations(query: &str) -> Vec<QualifiedName> {
    let lower = |part: &Part| Name::new(part.text.to_lowercase());
    let named = |path: &Path| match path.parts.as_slice() {
        [name] => Some(QualifiedName::unqualified(lower(name))),
        [namespace, name] => Some(QualifiedName::qualified(lower(namespace), lower(name))),
        _ => None,
    };
    scan(query).paths.iter().filter(|path| path.role == Role::Relation).filter_map(named).collect()
}

/// Whether a query depends on a column of the table: it reads from the table
/// and names the column. `may_have` says whether another relation that it reads
/// from may have a column of the name.
///
/// Only what is certain counts. A name without a qualifier is not when another
/// relation may have it, and `*` is not, because a database may have resolved
/// it before the column was added.
pub(crate) fn reads_column(
    query: &str,
    table: &QualifiedName,
    column: &Name,
    may_have: impl Fn(&QualifiedName) -> bool,
) -> bool {
    let text = scan(query);
    if !text.reads(table) {
        return false;
    }
    let ours_alone = text
        .paths
        .iter()
        .filter(|path| path.role == Role::Relation && !names(&path.parts, table))
        .all(|path| qualified(&path.parts).is_some_and(|other| !may_have(&other)));
    text.paths.iter().filter(|path| path.role == Role::Column).any(|path| match path.parts.as_slice() {
        [name] => ours_alone && name.is(column),
        [qualifier, name] => name.is(column) && text.stands_for(qualifier, table),
        parts => {
            parts.split_last().is_some_and(|(name, table_parts)| name.is(column) && names(table_parts, table))
        }
    })
}

/// Whether the identifier occurs at all, in whatever place.
pub(crate) fn mentions_anywhere(text: &str, name: &Name) -> bool {
    scan(text).paths.iter().any(|path| path.parts.iter().any(|part| part.is(name)))
}

/// Whether a query has columns that it does not name: `*` in a list, NATURAL.
pub(crate) fn names_no_columns(query: &str) -> bool {
    let tokens = tokens(query);
    let is_word = |token: Option<&Token>, words: &[&str]| match token.map(|token| &token.kind) {
        Some(Kind::Word { text, quote: None }) => words.iter().any(|word| text.eq_ignore_ascii_case(word)),
        _ => false,
    };
    let is_symbol = |token: Option<&Token>, symbols: &[char]| matches!(token.map(|token| &token.kind), Some(Kind::Symbol(symbol)) if symbols.contains(symbol));
    (0..tokens.len()).any(|at| {
        let (before, after) = (at.checked_sub(1).and_then(|before| tokens.get(before)), tokens.get(at + 1));
        let is_in_list = is_word(before, &["select", "distinct", "all"])
            || is_symbol(before, &[',', '.'])
            || is_word(after, &["from"])
            || is_symbol(after, &[',']);
        is_symbol(tokens.get(at), &['*']) && is_in_list || is_word(tokens.get(at), &["natural"])
    })
}

/// What became of a text in which a name was to be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rewrite {
    /// It does not mention the name.
    Unaffected,
    /// The text with the new name.
    Done(String),
    /// It mentions the name in a way that cannot be resolved from the text.
    Unsure,
}

/// Replaces the name of a relation in a query or a trigger definition.
///
/// It is [`Rewrite::Unsure`] when the old or the new name may also mean
/// something else there: an alias, a column, a common table expression, a
/// relation of another namespace.
pub(crate) fn rename_relation(text: &str, from: &QualifiedName, to: &Name) -> Rewrite {
    let scanned = scan(text);
    if !scanned.reads(from) {
        return Rewrite::Unaffected;
    }
    let renamed = from.with_name(to.clone());
    let namesake = scanned.paths.iter().any(|path| {
        path.role == Role::Relation
            && !path.is_relation(from)
            && path.parts.last().is_some_and(|part| part.is(&from.name))
    });
    let mut edits = Vec::new();
    let mut unsure = false;
    for path in &scanned.paths {
        let stands_alone = |name: &Name| {
            path.role != Role::Relation && matches!(path.parts.as_slice(), [only] if only.is(name))
        };
        if path.is_relation(from) {
            edits.extend(path.parts.last());
        } else if path.qualifier_names(from) {
            unsure |= namesake;
            edits.extend(path.qualifier().last());
        } else {
            unsure |= stands_alone(&from.name);
        }
        unsure |= path.is_relation(&renamed) || path.qualifier_names(&renamed) || stands_alone(to);
    }
    finish(text, edits, unsure, to)
}

/// Replaces the name of a namespace in a query or a trigger definition.
/// `holds` says which names the namespace holds.
pub(crate) fn rename_namespace_in_query(
    text: &str,
    from: &Name,
    to: &Name,
    holds: impl Fn(&Name) -> bool,
) -> Rewrite {
    let scanned = scan(text);
    let mut edits = Vec::new();
    let mut unsure = false;
    for parts in scanned.paths.iter().map(|path| &path.parts) {
        unsure |= parts.iter().any(|part| part.is(to));
        match parts.as_slice() {
            [first, second, ..] if first.is(from) && holds(&second.folded()) => edits.push(first),
            parts => unsure |= parts.iter().any(|part| part.is(from)),
        }
    }
    finish(text, edits, unsure, to)
}

fn finish(text: &str, edits: Vec<&Part>, unsure: bool, to: &Name) -> Rewrite {
    if edits.is_empty() {
        Rewrite::Unaffected
    } else if unsure {
        Rewrite::Unsure
    } else {
        Rewrite::Done(replace(text, edits, to))
    }
}

fn rewrite(
    expression: &Expression,
    to: &Name,
    mut choose: impl for<'a> FnMut(&'a Path, &mut Vec<&'a Part>),
) -> Expression {
    let text = scan(expression.as_str());
    let mut edits = Vec::new();
    for path in &text.paths {
        choose(path, &mut edits);
    }
    Expression::new(replace(expression.as_str(), edits, to))
}

/// Puts the name in place of each part, quoted where it was quoted or where it
/// must be.
fn replace(text: &str, mut parts: Vec<&Part>, name: &Name) -> String {
    parts.sort_by_key(|part| part.span.start);
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for part in parts {
        out.push_str(text.get(copied..part.span.start).unwrap_or_default());
        match part.quote {
            None if is_plain(name.as_str()) => out.push_str(name.as_str()),
            quote => {
                let quote = quote.unwrap_or('"');
                out.push(quote);
                for char in name.as_str().chars() {
                    if char == quote {
                        out.push(quote);
                    }
                    out.push(char);
                }
                out.push(quote);
            }
        }
        copied = part.span.end;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out
}

/// Whether an identifier means itself without quotes.
fn is_plain(name: &str) -> bool {
    name.starts_with(|char: char| char.is_ascii_lowercase() || char == '_')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !is_reserved(name)
}

/// The name that the dotted parts are.
fn qualified(parts: &[Part]) -> Option<QualifiedName> {
    match parts {
        [name] => Some(QualifiedName::unqualified(name.folded())),
        [namespace, name] => Some(QualifiedName::qualified(namespace.folded(), name.folded())),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
