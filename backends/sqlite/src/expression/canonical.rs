//! One form for texts that differ only in how they are written.
//!
//! White space, comments, the case of words, needless quotes and outer
//! parentheses make no difference. Nothing is reordered or evaluated, so texts
//! with one form mean the same, but not the other way round.

use std::collections::HashMap;

use retort_core::{
    schema::{Expression, Name, Type},
    sql::{Token, TokenKind, lex},
};

use super::words;
use crate::{cursor::unquote, syntax::SYNTAX};

/// The names of the columns that an expression can use, found whatever their
/// case.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnNames(HashMap<String, Name>);

impl ColumnNames {
    /// The names of the columns of a table.
    pub(crate) fn new<'a>(names: impl IntoIterator<Item = &'a Name>) -> Self {
        Self(names.into_iter().map(|name| (name.as_str().to_ascii_lowercase(), name.clone())).collect())
    }

    /// The column that SQLite takes the name for.
    pub(crate) fn resolve(&self, name: &str) -> Option<&Name> {
        self.0.get(&name.to_ascii_lowercase())
    }

    /// The column that an expression in its canonical form is, if it is no
    /// more than a column.
    pub(crate) fn only(&self, canonical: &str) -> Option<&Name> {
        self.resolve(&unquote(canonical)).filter(|name| identifier(name.as_str()) == canonical)
    }
}

/// The form of an expression over these columns, which are spelled as the
/// table defines them.
pub(crate) fn canonical_in(text: &str, columns: &ColumnNames) -> String {
    let mut items = items(text, Names::Of(columns));
    if !columns.0.is_empty() {
        items = drop_qualifiers(items);
    }
    write(strip_parentheses(&fold_casts(items)))
}

/// The same without tables in front of columns. An expression over the columns
/// of a table sees no other table.
fn drop_qualifiers(items: Vec<Item>) -> Vec<Item> {
    let mut kept: Vec<Item> = Vec::with_capacity(items.len());
    for item in items {
        if let [.., qualifier, dot] = kept.as_slice()
            && (qualifier.kind, dot.kind, item.kind) == (ItemKind::Operand, ItemKind::Dot, ItemKind::Operand)
        {
            kept.truncate(kept.len() - 2);
        }
        kept.push(item);
    }
    kept
}

/// The form of a query. Names stay as they are written, because some of them
/// become the names of columns.
pub(crate) fn canonical_query(text: &str) -> String {
    write(strip_parentheses(&fold_casts(items(text, Names::AsWritten))))
}

/// The form of the default of a column of this type, none if it is NULL.
///
/// SQLite has no truth values of its own: a 1 as the default of a boolean
/// column is `TRUE`.
pub(crate) fn normal_default(text: &str, ty: &Type, columns: &ColumnNames) -> Option<Expression> {
    let canonical = canonical_in(text, columns);
    match (canonical.as_str(), ty) {
        ("NULL", _) => None,
        ("1", Type::Boolean) => Some("TRUE".into()),
        ("0", Type::Boolean) => Some("FALSE".into()),
        _ => Some(canonical.into()),
    }
}

/// What happens to names.
#[derive(Debug, Clone, Copy)]
enum Names<'a> {
    /// They mean these columns, or something whose case SQLite ignores.
    Of(&'a ColumnNames),
    /// They stay as they are.
    AsWritten,
}

impl Names<'_> {
    /// The form of a name without quotes, other than that of a column.
    fn fold(self, written: &str) -> String {
        match self {
            Self::Of(_) => written.to_ascii_lowercase(),
            Self::AsWritten => written.to_owned(),
        }
    }

    /// The form of a name in quotes.
    fn quoted(self, written: &str) -> String {
        let Self::Of(columns) = self else { return written.to_owned() };
        let name = unquote(written);
        match columns.resolve(&name) {
            Some(column) => identifier(column.as_str()),
            None if columns.0.is_empty() => identifier(&name),
            // In double quotes it is a string to SQLite, so it keeps them.
            None => SYNTAX.quote_identifier(&name),
        }
    }

    /// The form of a name without quotes.
    fn unquoted(self, written: &str) -> String {
        match self {
            Self::Of(columns) => columns
                .resolve(written)
                .map_or_else(|| self.fold(written), |column| identifier(column.as_str())),
            Self::AsWritten => written.to_owned(),
        }
    }
}

#[derive(Debug)]
struct Item {
    kind: ItemKind,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ItemKind {
    /// A name, a literal, or a keyword that ends an operand.
    Operand,
    /// A name in front of the parenthesis of its arguments.
    Function,
    /// Any other keyword.
    Keyword,
    /// An operator between operands.
    Operator,
    /// A sign in front of its operand.
    Prefix,
    Open,
    Close,
    Comma,
    Dot,
}

impl ItemKind {
    fn ends_operand(self) -> bool {
        match self {
            Self::Operand | Self::Close => true,
            Self::Function
            | Self::Keyword
            | Self::Operator
            | Self::Prefix
            | Self::Open
            | Self::Comma
            | Self::Dot => false,
        }
    }
}

fn items(text: &str, names: Names<'_>) -> Vec<Item> {
    let tokens: Vec<Token> = lex(text, &SYNTAX).filter(|token| !token.kind.is_trivia()).collect();
    let mut items: Vec<Item> = Vec::with_capacity(tokens.len());
    let mut rest = tokens.as_slice();
    while let [token, after @ ..] = rest {
        let written = &text[token.span.clone()];
        let is_next = |c: &str| after.first().is_some_and(|next| text[next.span.clone()] == *c);
        let begins_operand = !items.last().is_some_and(|item| item.kind.ends_operand());
        let mut taken = 1;
        let (kind, text) = match token.kind {
            TokenKind::Word => match after.first() {
                Some(next)
                    if next.kind == TokenKind::String
                        && next.span.start == token.span.end
                        && written.eq_ignore_ascii_case("x") =>
                {
                    taken = 2;
                    (ItemKind::Operand, format!("x{}", text[next.span.clone()].to_ascii_uppercase()))
                }
                _ => word(written, names, begins_operand, is_next("(")),
            },
            TokenKind::QuotedIdentifier => {
                let kind = if is_next("(") { ItemKind::Function } else { ItemKind::Operand };
                (kind, names.quoted(written))
            }
            TokenKind::Number => (ItemKind::Operand, written.to_ascii_lowercase()),
            // Glued to the number, it would be a part of it.
            TokenKind::Punctuation
                if written == "." && after.first().is_some_and(|next| next.kind == TokenKind::Number) =>
            {
                (ItemKind::Operator, written.to_owned())
            }
            TokenKind::Punctuation => {
                taken = operator_length(text, rest);
                let operator: String = rest[..taken].iter().map(|token| &text[token.span.clone()]).collect();
                punctuation(operator, begins_operand)
            }
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::ConditionalOpen
            | TokenKind::ConditionalClose
            | TokenKind::String
            | TokenKind::DollarString
            | TokenKind::Parameter => (ItemKind::Operand, written.to_owned()),
        };
        items.push(Item { kind, text });
        rest = &rest[taken..];
    }
    items
}

fn word(written: &str, names: Names<'_>, begins_operand: bool, is_call: bool) -> (ItemKind, String) {
    let upper = written.to_ascii_uppercase();
    match upper.as_str() {
        "CAST" if is_call => return (ItemKind::Function, upper),
        "ISNULL" if !begins_operand => return (ItemKind::Operand, "IS NULL".to_owned()),
        "NOTNULL" if !begins_operand => return (ItemKind::Operand, "IS NOT NULL".to_owned()),
        _ => {}
    }
    if words::is_reserved(written) {
        return if is_call && begins_operand && words::is_function_word(written) {
            (ItemKind::Function, written.to_ascii_lowercase())
        } else if words::ends_operand(written) {
            (ItemKind::Operand, upper)
        } else {
            (ItemKind::Keyword, upper)
        };
    }
    if is_call {
        (ItemKind::Function, names.fold(written))
    } else {
        (ItemKind::Operand, names.unquoted(written))
    }
}

fn identifier(name: &str) -> String {
    if words::is_plain(name) { name.to_owned() } else { SYNTAX.quote_identifier(name) }
}

/// How many tokens make up the operator that comes first.
fn operator_length(text: &str, tokens: &[Token]) -> usize {
    const OPERATORS: [&str; 9] = ["->>", "||", "->", "<=", ">=", "<>", "!=", "==", "<<"];
    let Some(start) = tokens.first().map(|token| token.span.start) else { return 1 };
    let rest = &text[start..];
    OPERATORS
        .iter()
        .chain(&[">>"])
        .find(|operator| rest.starts_with(**operator))
        .map_or(1, |operator| operator.len().min(tokens.len()))
}

fn punctuation(operator: String, begins_operand: bool) -> (ItemKind, String) {
    match operator.as_str() {
        "(" => (ItemKind::Open, operator),
        ")" => (ItemKind::Close, operator),
        "," => (ItemKind::Comma, operator),
        "." => (ItemKind::Dot, operator),
        "!=" => (ItemKind::Operator, "<>".to_owned()),
        "==" => (ItemKind::Operator, "=".to_owned()),
        "-" | "+" | "~" if begins_operand => (ItemKind::Prefix, operator),
        "*" if begins_operand => (ItemKind::Operand, operator),
        _ => (ItemKind::Operator, operator),
    }
}

/// The items with the type of each cast replaced by one of the five that SQLite
/// tells apart in a cast.
fn fold_casts(items: Vec<Item>) -> Vec<Item> {
    let mut folded: Vec<Item> = Vec::with_capacity(items.len());
    // Whether each open parenthesis is that of a cast.
    let mut casts: Vec<bool> = Vec::new();
    let mut rest = items.into_iter().peekable();
    while let Some(item) = rest.next() {
        match item.kind {
            ItemKind::Open => casts.push(folded.last().is_some_and(|before| before.text == "CAST")),
            ItemKind::Close => {
                casts.pop();
            }
            _ => {}
        }
        let begins_type = item.text == "AS" && casts.last() == Some(&true);
        folded.push(item);
        if begins_type {
            let mut ty = String::new();
            let mut depth = 0_usize;
            while let Some(part) = rest.next_if(|part| depth > 0 || part.kind != ItemKind::Close) {
                match part.kind {
                    ItemKind::Open => depth += 1,
                    ItemKind::Close => depth -= 1,
                    _ => {}
                }
                ty.push_str(&part.text);
            }
            folded.push(Item { kind: ItemKind::Operand, text: affinity(&ty).to_owned() });
        }
    }
    folded
}

/// The type that a cast to a declared type means, by SQLite's own rules.
fn affinity(declared: &str) -> &'static str {
    let declared = declared.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
    if has(&["INT"]) {
        "INTEGER"
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        "TEXT"
    } else if declared.is_empty() || has(&["BLOB"]) {
        "BLOB"
    } else if has(&["REAL", "FLOA", "DOUB"]) {
        "REAL"
    } else {
        "NUMERIC"
    }
}

/// The items without the parentheses around all of them.
fn strip_parentheses(items: &[Item]) -> &[Item] {
    let mut rest = items;
    while let [first, inside @ .., last] = rest {
        if first.kind != ItemKind::Open || last.kind != ItemKind::Close || !is_balanced(inside) {
            break;
        }
        rest = inside;
    }
    rest
}

/// Whether each parenthesis has its counterpart among the items.
fn is_balanced(items: &[Item]) -> bool {
    let mut depth = 0_usize;
    for item in items {
        match item.kind {
            ItemKind::Open => depth += 1,
            ItemKind::Close if depth == 0 => return false,
            ItemKind::Close => depth -= 1,
            ItemKind::Operand
            | ItemKind::Function
            | ItemKind::Keyword
            | ItemKind::Operator
            | ItemKind::Prefix
            | ItemKind::Comma
            | ItemKind::Dot => {}
        }
    }
    depth == 0 && !items.is_empty()
}

fn write(items: &[Item]) -> String {
    let mut text = String::new();
    let mut before: Option<&Item> = None;
    for item in items {
        if before.is_some_and(|before| needs_space(before, item)) {
            text.push(' ');
        }
        text.push_str(&item.text);
        before = Some(item);
    }
    text
}

fn needs_space(before: &Item, item: &Item) -> bool {
    match (before.kind, item.kind) {
        // Two minus signs in a row would begin a comment.
        (ItemKind::Prefix, ItemKind::Prefix) => true,
        (ItemKind::Open | ItemKind::Dot | ItemKind::Prefix, _)
        | (_, ItemKind::Close | ItemKind::Comma | ItemKind::Dot)
        | (ItemKind::Function, ItemKind::Open) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests;
