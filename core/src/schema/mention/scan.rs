//! Finds the names in SQL text and what each stands for, by its place.

use std::ops::Range;

use super::lex::{Kind, Token, tokens};
use crate::{
    expression::is_reserved,
    schema::{Name, QualifiedName},
};

/// The names in a text.
pub(super) struct Text {
    pub(super) paths: Vec<Path>,
    /// Other names for relations: which path is one, and for which path.
    aliases: Vec<(usize, usize)>,
}

impl Text {
    pub(super) fn reads(&self, relation: &QualifiedName) -> bool {
        self.paths.iter().any(|path| path.is_relation(relation))
    }

    /// Whether a qualifier stands for the table: it is another name for it, or
    /// its own name and not another name for something else.
    pub(super) fn stands_for(&self, qualifier: &Part, table: &QualifiedName) -> bool {
        let mut meant = self.aliases.iter().filter_map(|(alias, relation)| {
            let alias = self.paths.get(*alias)?.parts.last()?;
            qualifier.same(alias).then(|| self.paths.get(*relation)).flatten()
        });
        match meant.next() {
            Some(relation) => names(&relation.parts, table),
            None => qualifier.is(&table.name),
        }
    }
}

/// One name with its qualifiers: `a`, `t.a`, `n.t.a`.
pub(super) struct Path {
    pub(super) parts: Vec<Part>,
    pub(super) role: Role,
}

impl Path {
    pub(super) fn is_column_of(&self, table: &QualifiedName, column: &Name) -> bool {
        self.role == Role::Column
            && self.parts.last().is_some_and(|part| part.is(column))
            && (self.parts.len() == 1 || self.qualifier_names(table))
    }

    /// What stands before a column: nothing, a table, or a table with its
    /// namespace.
    pub(super) fn qualifier(&self) -> &[Part] {
        match self.role {
            Role::Column => self.parts.split_last().map(|(_, qualifier)| qualifier).unwrap_or_default(),
            Role::AllColumns => &self.parts,
            Role::Function | Role::TypeOrAlias | Role::Collation | Role::Relation | Role::Other => &[],
        }
    }

    /// Whether the qualifier of a column is the table; the namespace may be
    /// left out, as in a query that reads from one table of the name.
    pub(super) fn qualifier_names(&self, table: &QualifiedName) -> bool {
        match self.qualifier() {
            [qualifier] => qualifier.is(&table.name),
            qualifier => names(qualifier, table),
        }
    }

    /// Whether the text names the relation here.
    pub(super) fn is_relation(&self, relation: &QualifiedName) -> bool {
        self.role == Role::Relation && names(&self.parts, relation)
    }
}

/// What a name stands for, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Column,
    /// The table of `table.*`.
    AllColumns,
    Function,
    /// What follows `::`, `AS` or a whole operand.
    TypeOrAlias,
    Collation,
    Relation,
    /// Anything else: the word of a typed literal, a field of a value.
    Other,
}

/// One identifier.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The identifier without quotes, not folded.
    pub(super) text: String,
    pub(super) quote: Option<char>,
    pub(super) span: Range<usize>,
}

impl Part {
    /// Whether it is the name. Where it is not quoted, case does not count:
    /// SQLite keeps `AlbumId` as written and still finds `albumid`.
    pub(super) fn is(&self, name: &Name) -> bool {
        match self.quote {
            Some(_) => self.text == name.as_str(),
            None => self.text.eq_ignore_ascii_case(name.as_str()),
        }
    }

    pub(super) fn same(&self, other: &Self) -> bool {
        self.is(&other.folded()) || other.is(&self.folded())
    }

    pub(super) fn folded(&self) -> Name {
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

pub(super) fn scan(sql: &str) -> Text {
    let tokens = tokens(sql);
    let mut text = Text { paths: Vec::new(), aliases: Vec::new() };
    let mut frames = Vec::new();
    let mut frame = Frame::default();
    // Whether a whole operand has just ended: a name cannot follow, only
    // another name for the operand.
    let mut after_operand = false;
    // The relation that has just been named, and where the text goes on.
    let mut relation = None;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let before = tokens.get(..at).unwrap_or_default();
        match &token.kind {
            Kind::Symbol('(') => {
                frames.push(frame);
                let relations = frame.expects_relation;
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
            Kind::Symbol('*') if matches!(before.last(), Some(Token { kind: Kind::Symbol('.'), .. })) => {
                if let Some(path) = text.paths.last_mut().filter(|path| path.role == Role::Column) {
                    path.role = Role::AllColumns;
                }
            }
            Kind::Symbol(_) | Kind::Text => {}
            Kind::Word { text: word, quote } => {
                let parts = dotted(&tokens, at);
                let length = parts.len().max(1) * 2 - 1;
                let after = tokens.get(at + length);
                if parts.len() == 1 && quote.is_none() && is_keyword(word, before, after, after_operand) {
                    let word = word.to_ascii_lowercase();
                    enter_clause(&mut frame, &word, before);
                    after_operand = ["end", "null", "true", "false"].contains(&word.as_str());
                } else {
                    let role = role(&frame, &parts, before, after, after_operand);
                    let path = text.paths.len();
                    match (role, relation) {
                        (Role::Relation, _) => relation = Some((path, at + length)),
                        (Role::TypeOrAlias, Some((named, end)))
                            if at == end || (at == end + 1 && ends_with(before, &["as"])) =>
                        {
                            text.aliases.push((path, named));
                        }
                        _ => {}
                    }
                    frame.expects_relation = false;
                    after_operand = true;
                    text.paths.push(Path { parts, role });
                }
                at += length;
                continue;
            }
        }
        after_operand = matches!(token.kind, Kind::Text | Kind::Symbol(')' | ']' | '0'));
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
fn is_keyword(word: &str, before: &[Token], after: Option<&Token>, after_operand: bool) -> bool {
    let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
    let word_follows = matches!(after, Some(Token { kind: Kind::Word { .. }, .. }));
    is_reserved(word)
        || (word_follows && ["update", "delete", "insert", "set", "at"].into_iter().any(is))
        || (after_operand
            && ["glob", "regexp", "rlike", "match", "escape", "div", "mod", "xor"].into_iter().any(is))
        || (is("by") && ["group", "order", "partition"].iter().any(|word| ends_with(before, &[word])))
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

fn role(frame: &Frame, parts: &[Part], before: &[Token], after: Option<&Token>, after_operand: bool) -> Role {
    let symbol_before = |nth: usize, symbol: char| matches!(before.iter().rev().nth(nth), Some(Token { kind: Kind::Symbol(found), .. }) if *found == symbol);
    if symbol_before(0, '.') || (frame.extract && symbol_before(0, '(')) {
        return Role::Other;
    }
    match after.map(|token| &token.kind) {
        Some(Kind::Symbol('(')) if !ends_with(before, &["into"]) => return Role::Function,
        Some(Kind::Text) if parts.len() == 1 => return Role::Other,
        _ => {}
    }
    if (symbol_before(0, ':') && symbol_before(1, ':')) || after_operand || ends_with(before, &["as"]) {
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

/// Whether the dotted parts are the name. A name without a namespace is
/// written without one.
pub(super) fn names(parts: &[Part], name: &QualifiedName) -> bool {
    match (parts, &name.namespace) {
        ([part], None) => part.is(&name.name),
        ([first, part], Some(namespace)) => first.is(namespace) && part.is(&name.name),
        _ => false,
    }
}
