//! Names inside SQL that is kept as text: who mentions whom, and renaming.
//!
//! Expressions and view queries are text to the model. Renaming a column must
//! still reach the checks that mention it, and dropping one must notice the
//! views that need it. This reads just enough of the lexical structure for
//! that: it knows strings, comments, quotes and keywords, and where in a query
//! relations are named, but it resolves nothing.

mod lex;

use std::ops::Range;

use self::lex::{Kind, Token, is_reserved, tokens};
use super::{
    column::Expression,
    name::{Name, QualifiedName},
};

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
        if path.role == Role::Column && path.qualifier_names(from) {
            edits.extend(path.parts.iter().rev().nth(1));
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
            Role::Function | Role::TypeOrAlias | Role::Collation => 2,
            Role::Relation | Role::Other => return,
        };
        if path.parts.len() == qualified {
            edits.extend(path.parts.first().filter(|part| part.is(from)));
        }
    })
}

/// Whether a query reads from the relation.
pub(crate) fn reads_relation(query: &str, relation: &QualifiedName) -> bool {
    scan(query).reads(relation)
}

/// Whether a query may depend on a column of the table: it reads from the
/// table and names the column or takes all columns.
///
/// A name that is not qualified may belong to another table of the query; it
/// still counts, because nothing here can tell.
pub(crate) fn reads_column(query: &str, table: &QualifiedName, column: &Name) -> bool {
    let text = scan(query);
    if !text.reads(table) {
        return false;
    }
    let may_be_table = |qualifier: &[Part]| {
        names(qualifier, table)
            || !text.paths.iter().any(|path| {
                path.role == Role::Relation
                    && path.parts.last().zip(qualifier.last()).is_some_and(|(left, right)| left.same(right))
            })
    };
    text.stars.iter().any(|qualifier| qualifier.is_empty() || may_be_table(qualifier))
        || text.paths.iter().any(|path| {
            path.role == Role::Column
                && path.parts.split_last().is_some_and(|(last, qualifier)| {
                    last.is(column) && (qualifier.is_empty() || may_be_table(qualifier))
                })
        })
}

/// Whether the identifier occurs at all, in whatever place.
pub(crate) fn mentions_anywhere(text: &str, name: &Name) -> bool {
    scan(text).paths.iter().any(|path| path.parts.iter().any(|part| part.is(name)))
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
/// It is [`Rewrite::Unsure`] when the old name may also mean something else
/// there (an alias, a column, a common table expression), or when the new name
/// occurs already.
pub(crate) fn rename_relation(text: &str, from: &QualifiedName, to: &Name) -> Rewrite {
    let scanned = scan(text);
    let mut edits = Vec::new();
    let mut unsure = false;
    for path in &scanned.paths {
        let is_relation = path.role == Role::Relation && names(&path.parts, from);
        let is_qualifier = path.role == Role::Column && path.qualifier_names(from);
        if is_relation {
            edits.extend(path.parts.last());
        } else if is_qualifier {
            edits.extend(path.parts.iter().rev().nth(1));
        } else if let [only] = path.parts.as_slice() {
            unsure |= path.role != Role::Relation && only.is(&from.name);
        }
        unsure |= path.parts.iter().any(|part| part.is(to));
    }
    for qualifier in &scanned.stars {
        if names(qualifier, from) {
            edits.extend(qualifier.last());
        }
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
    for parts in scanned.paths.iter().map(|path| &path.parts).chain(&scanned.stars) {
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

/// Whether the dotted parts are the name. A name without a namespace is
/// written without one.
fn names(parts: &[Part], name: &QualifiedName) -> bool {
    match (parts, &name.namespace) {
        ([part], None) => part.is(&name.name),
        ([first, part], Some(namespace)) => first.is(namespace) && part.is(&name.name),
        _ => false,
    }
}

/// The names in a text.
struct Text {
    paths: Vec<Path>,
    /// What stands before each `*` that takes all columns: nothing, or the
    /// table of `table.*`.
    stars: Vec<Vec<Part>>,
}

impl Text {
    fn reads(&self, relation: &QualifiedName) -> bool {
        self.paths.iter().any(|path| path.role == Role::Relation && names(&path.parts, relation))
    }
}

/// One name with its qualifiers: `a`, `t.a`, `n.t.a`.
struct Path {
    parts: Vec<Part>,
    role: Role,
}

impl Path {
    fn is_column_of(&self, table: &QualifiedName, column: &Name) -> bool {
        self.role == Role::Column
            && self.parts.last().is_some_and(|part| part.is(column))
            && (self.parts.len() == 1 || self.qualifier_names(table))
    }

    /// Whether the qualifier of a column is the table; the namespace may be
    /// left out, as there is only one table that it can be.
    fn qualifier_names(&self, table: &QualifiedName) -> bool {
        match self.parts.as_slice() {
            [qualifier, _] => qualifier.is(&table.name),
            [namespace, qualifier, _] => {
                table.namespace.as_ref().is_some_and(|name| namespace.is(name)) && qualifier.is(&table.name)
            }
            _ => false,
        }
    }
}

/// What a name stands for, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Column,
    Function,
    /// What follows `::` or `AS`.
    TypeOrAlias,
    Collation,
    Relation,
    /// Anything else: the word of a typed literal, a field of a value.
    Other,
}

/// One identifier.
#[derive(Debug, Clone)]
struct Part {
    /// The identifier without quotes, not folded.
    text: String,
    quote: Option<char>,
    span: Range<usize>,
}

impl Part {
    /// Whether it is the name. Where it is not quoted, case does not count:
    /// SQLite keeps `AlbumId` as written and still finds `albumid`.
    fn is(&self, name: &Name) -> bool {
        match self.quote {
            Some(_) => self.text == name.as_str(),
            None => self.text.eq_ignore_ascii_case(name.as_str()),
        }
    }

    fn same(&self, other: &Self) -> bool {
        self.is(&other.folded()) || other.is(&self.folded())
    }

    fn folded(&self) -> Name {
        match self.quote {
            Some(_) => Name::new(self.text.as_str()),
            None => Name::new(self.text.to_ascii_lowercase()),
        }
    }
}

/// What is known about the text inside a pair of parentheses.
#[derive(Debug, Clone, Copy, Default)]
struct Frame {
    /// A SELECT has begun.
    query: bool,
    /// A comma is followed by another relation.
    relations: bool,
    /// The next name is a relation.
    expects_relation: bool,
    /// These are the arguments of EXTRACT.
    extract: bool,
}

fn scan(sql: &str) -> Text {
    let tokens = tokens(sql);
    let mut text = Text { paths: Vec::new(), stars: Vec::new() };
    let mut frames = Vec::new();
    let mut frame = Frame::default();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let before = tokens.get(..at).unwrap_or_default();
        match &token.kind {
            Kind::Symbol('(') => {
                frames.push(frame);
                let is_call = matches!(before.last(), Some(Token { kind: Kind::Word { .. }, .. }));
                let relations = frame.expects_relation && !(is_call && !ends_with(before, &["from"]));
                frame = Frame {
                    query: frame.query && relations,
                    relations,
                    expects_relation: relations,
                    extract: ends_with(before, &["extract"]),
                };
            }
            Kind::Symbol(')') => {
                frame = frames.pop().unwrap_or_default();
                frame.expects_relation = false;
            }
            Kind::Symbol(',') => frame.expects_relation = frame.relations,
            Kind::Symbol('*') if frame.query => {
                if matches!(before.last(), Some(Token { kind: Kind::Symbol(','), .. }))
                    || ["select", "distinct", "all"].iter().any(|word| ends_with(before, &[word]))
                {
                    text.stars.push(Vec::new());
                } else if matches!(before.last(), Some(Token { kind: Kind::Symbol('.'), .. }))
                    && let Some(path) = text.paths.pop()
                {
                    text.stars.push(path.parts);
                }
            }
            Kind::Symbol(_) | Kind::Text => {}
            Kind::Word { text: word, quote } => {
                let parts = dotted(&tokens, at);
                let length = parts.len().max(1) * 2 - 1;
                let after = tokens.get(at + length);
                if parts.len() == 1 && quote.is_none() && is_keyword(word, before, after) {
                    enter_clause(&mut frame, &word.to_ascii_lowercase(), before);
                } else {
                    let role = role(&frame, &parts, before, after);
                    frame.expects_relation = false;
                    text.paths.push(Path { parts, role });
                }
                at += length;
                continue;
            }
        }
        at += 1;
    }
    text
}

/// The words from here on that dots join.
fn dotted(tokens: &[Token], at: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    for pair in tokens.get(at..).unwrap_or_default().chunks(2) {
        let Some(Token { kind: Kind::Word { text, quote }, span }) = pair.first() else { break };
        parts.push(Part { text: text.clone(), quote: *quote, span: span.clone() });
        if !matches!(pair.get(1), Some(Token { kind: Kind::Symbol('.'), .. })) {
            break;
        }
    }
    parts
}

/// Whether a word without quotes and dots is not a name. Words that PostgreSQL
/// does not reserve are statements only where a name cannot stand.
fn is_keyword(word: &str, before: &[Token], after: Option<&Token>) -> bool {
    let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
    let word_follows = matches!(after, Some(Token { kind: Kind::Word { .. }, .. }));
    is_reserved(word)
        || (word_follows && ["update", "delete", "insert", "set", "at"].into_iter().any(is))
        || (is("of") && ends_with(before, &["update"]))
        || (is("time") && ends_with(before, &["at"]))
        || (is("zone") && ends_with(before, &["time"]))
}

/// Follows the clauses of a query as far as relations are concerned.
fn enter_clause(frame: &mut Frame, word: &str, before: &[Token]) {
    match word {
        "select" => *frame = Frame { query: true, ..Frame::default() },
        "from" if ends_with(before, &["delete"]) => frame.expects_relation = true,
        "from"
            if frame.query
                && !ends_with(before, &["is", "distinct"])
                && !ends_with(before, &["not", "distinct"]) =>
        {
            frame.relations = true;
            frame.expects_relation = true;
        }
        "join" => {
            frame.relations = true;
            frame.expects_relation = true;
        }
        "into" | "update" => frame.expects_relation = true,
        "on" if !frame.query => frame.expects_relation = true,
        "only" | "lateral" => {}
        "where" | "on" | "using" | "group" | "order" | "having" | "limit" | "offset" | "window" | "fetch"
        | "for" | "union" | "intersect" | "except" | "returning" | "set" => {
            frame.relations = false;
            frame.expects_relation = false;
        }
        _ => frame.expects_relation = false,
    }
}

fn role(frame: &Frame, parts: &[Part], before: &[Token], after: Option<&Token>) -> Role {
    let symbol_before = |nth: usize, symbol: char| matches!(before.iter().rev().nth(nth), Some(Token { kind: Kind::Symbol(found), .. }) if *found == symbol);
    if symbol_before(0, '.') || (frame.extract && symbol_before(0, '(')) {
        return Role::Other;
    }
    match after.map(|token| &token.kind) {
        Some(Kind::Symbol('(')) if !ends_with(before, &["into"]) => return Role::Function,
        Some(Kind::Text) if parts.len() == 1 => return Role::Other,
        _ => {}
    }
    if (symbol_before(0, ':') && symbol_before(1, ':')) || ends_with(before, &["as"]) {
        Role::TypeOrAlias
    } else if ends_with(before, &["collate"]) {
        Role::Collation
    } else if frame.expects_relation {
        Role::Relation
    } else {
        Role::Column
    }
}

/// Whether the tokens end with these words, written without quotes.
fn ends_with(tokens: &[Token], words: &[&str]) -> bool {
    tokens.len() >= words.len()
        && tokens.iter().rev().zip(words.iter().rev()).all(|(token, word)| {
            matches!(&token.kind, Kind::Word { text, quote: None } if text.eq_ignore_ascii_case(word))
        })
}

#[cfg(test)]
mod tests;
