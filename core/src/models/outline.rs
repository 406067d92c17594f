//! The text of a CREATE TABLE, as far as it shows which line is which column.

use std::ops::Range;

use crate::{
    schema::{ForeignKey, Name, QualifiedName, Table},
    sql::{Syntax, Token, TokenKind, lex},
};

/// A CREATE TABLE, by its text. Spans are those of the file.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    /// The name of the table as written.
    pub(super) name: QualifiedName,
    /// What stands between the commas.
    pub(super) items: Vec<OutlineItem>,
}

/// A column or constraint, by its text.
#[derive(Debug, Clone)]
pub(super) struct OutlineItem {
    pub(super) span: Range<usize>,
    /// The name or word that it begins with.
    first: Option<Name>,
    /// Whether that is in quotes.
    quoted: bool,
    /// The names and words in it, if `references` is among them.
    words: Vec<Name>,
}

impl Outline {
    /// Reads a statement that begins at an offset of its file; `None` if it
    /// creates no table with columns.
    pub(super) fn read(sql: &str, offset: usize, syntax: &Syntax) -> Option<Self> {
        let mut rest = lex(sql, syntax).filter(|token| !token.kind.is_trivia());
        let mut tokens = Vec::with_capacity(sql.len() / 4);
        tokens.extend(rest.by_ref().take(6));
        // Most statements create no table, and need no second look.
        let is_table = |token: &Token| sql[token.span.clone()].eq_ignore_ascii_case("table");
        if !tokens.iter().any(is_table) {
            return None;
        }
        tokens.extend(rest);
        let text = |at: usize| tokens.get(at).map_or("", |token| &sql[token.span.clone()]);
        let is = |at: usize, word: &str| text(at).eq_ignore_ascii_case(word);
        if !is(0, "create") {
            return None;
        }
        let table = (1..tokens.len().min(6)).find(|at| is(*at, "table"))?;
        let exists = is(table + 1, "if") && is(table + 2, "not") && is(table + 3, "exists");
        let mut at = table + 1 + if exists { 3 } else { 0 };
        let mut name = QualifiedName::unqualified(identifier(sql, tokens.get(at)?, syntax)?);
        if text(at + 1) == "." {
            let namespace = name.name;
            name = QualifiedName::qualified(namespace, identifier(sql, tokens.get(at + 2)?, syntax)?);
            at += 2;
        }
        if text(at + 1) != "(" {
            return None;
        }
        let mut items = Vec::new();
        let mut item: Vec<&Token> = Vec::new();
        let mut depth = 1_usize;
        for (at, token) in tokens.iter().enumerate().skip(at + 2) {
            match text(at) {
                "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 || (depth == 1 && text(at) == ",") {
                items.extend(OutlineItem::of(sql, &std::mem::take(&mut item), offset, syntax));
            } else {
                item.push(token);
            }
            if depth == 0 {
                break;
            }
        }
        Some(Self { name, items })
    }

    /// The columns of the table, each with the item that defines it.
    pub(super) fn columns<'a>(
        &'a self,
        table: &'a Table,
    ) -> impl Iterator<Item = (&'a Name, &'a OutlineItem)> {
        let mut columns = table.columns.iter().peekable();
        self.items.iter().filter_map(move |item| {
            // They come in the order of the text, constraints among them.
            let column = columns.next_if(|column| item.begins_with(&column.name))?;
            Some((&column.name, item))
        })
    }

    /// The item that most likely has a foreign key.
    pub(super) fn foreign_key(&self, key: &ForeignKey) -> Option<&OutlineItem> {
        let has = |item: &OutlineItem, name: &Name| {
            item.words.iter().any(|word| word.as_str().eq_ignore_ascii_case(name.as_str()))
        };
        self.items
            .iter()
            .find(|item| !item.words.is_empty() && key.columns.iter().all(|column| has(item, column)))
    }
}

impl OutlineItem {
    fn of(sql: &str, tokens: &[&Token], offset: usize, syntax: &Syntax) -> Option<Self> {
        let (first, last) = (tokens.first()?, tokens.last()?);
        let words = || tokens.iter().filter_map(|token| identifier(sql, token, syntax));
        let refers = tokens.iter().any(|token| sql[token.span.clone()].eq_ignore_ascii_case("references"));
        Some(Self {
            span: offset + first.span.start..offset + last.span.end,
            first: words().next(),
            quoted: first.kind == TokenKind::QuotedIdentifier,
            words: if refers { words().collect() } else { Vec::new() },
        })
    }

    /// Whether the item may be the definition of the column.
    fn begins_with(&self, column: &Name) -> bool {
        self.first.as_ref().is_some_and(|word| match self.quoted {
            true => word == column,
            false => word.as_str().eq_ignore_ascii_case(column.as_str()),
        })
    }
}

/// The name that a token is: folded where the syntax folds, which only the
/// portable one certainly does.
fn identifier(sql: &str, token: &Token, syntax: &Syntax) -> Option<Name> {
    let text = &sql[token.span.clone()];
    match token.kind {
        TokenKind::Word if *syntax == Syntax::PORTABLE => Some(Name::new(text.to_ascii_lowercase())),
        TokenKind::Word => Some(Name::new(text)),
        TokenKind::QuotedIdentifier => {
            let close = text.chars().next_back()?;
            let inner = text.get(1..text.len() - close.len_utf8())?;
            Some(Name::new(inner.replace(&format!("{close}{close}"), &close.to_string())))
        }
        TokenKind::Whitespace
        | TokenKind::LineComment
        | TokenKind::BlockComment
        | TokenKind::ConditionalOpen
        | TokenKind::ConditionalClose
        | TokenKind::String
        | TokenKind::DollarString
        | TokenKind::Number
        | TokenKind::Parameter
        | TokenKind::Punctuation => None,
    }
}
