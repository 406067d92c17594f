//! Plain statements: tables, columns, keys and indexes without expressions, as
//! Retort itself writes most of them.
//!
//! They are most of what models and first revisions hold, and a syntax tree of
//! each is most of the work of reading them. This reader goes straight over
//! their tokens. It knows no errors: whatever is not entirely plain is left to
//! the parser, which has the last word on what is portable.

use std::ops::Range;

use super::{
    constraint::WrittenConstraint,
    names::{quote_always, quote_name},
    types::{is_built_in, named_type},
};
use crate::{
    expression::is_reserved,
    schema::{
        Column, ConstraintKind, Deferrable, Expression, ForeignKey, Identity, IdentityMode, Index,
        IndexKeyPart, Name, PrimaryKey, QualifiedName, ReferentialAction, SequenceOptions, SortOrder, Table,
        Type, Unique,
    },
    sql::{Lexer, Syntax, Token, TokenKind, lex},
};

/// A plain statement, before what it leaves unnamed gets a name.
pub(super) enum Plain {
    /// `CREATE TABLE`.
    Table { table: Table, constraints: Vec<WrittenConstraint> },
    /// `CREATE INDEX`.
    Index { table: QualifiedName, index: Index },
}

/// Reads the text of one statement, if it is plain.
pub(super) fn read(text: &str) -> Option<Plain> {
    let mut tokens = Tokens::new(text);
    if !tokens.skip("CREATE") {
        return None;
    }
    let plain = if tokens.skip("TABLE") { table(&mut tokens) } else { index(&mut tokens) };
    plain.filter(|_| tokens.next.is_none())
}

fn table(tokens: &mut Tokens<'_>) -> Option<Plain> {
    let mut table = Table::new(tokens.qualified()?, Vec::new());
    let mut constraints = Vec::new();
    tokens.expect("(")?;
    loop {
        match table_constraint(tokens)? {
            Some(constraint) => constraints.push(constraint),
            None => {
                let column = column(tokens, &mut constraints)?;
                if table.column(&column.name).is_some() {
                    return None;
                }
                table.columns.push(column);
            }
        }
        if !tokens.skip(",") {
            break;
        }
    }
    tokens.expect(")")?;
    (!table.columns.is_empty()).then_some(Plain::Table { table, constraints })
}

/// Reads a constraint among the columns; `None` within if a column follows.
fn table_constraint(tokens: &mut Tokens<'_>) -> Option<Option<WrittenConstraint>> {
    let start = tokens.start();
    let name = constraint_name(tokens)?;
    let kind = if tokens.skip("PRIMARY") {
        tokens.expect("KEY")?;
        ConstraintKind::PrimaryKey(PrimaryKey { columns: columns(tokens)? })
    } else if tokens.skip("UNIQUE") {
        unique(columns(tokens)?)
    } else if tokens.skip("FOREIGN") {
        tokens.expect("KEY")?;
        let columns = columns(tokens)?;
        tokens.expect("REFERENCES")?;
        ConstraintKind::ForeignKey(foreign_key(tokens, columns)?)
    } else {
        // A name without a constraint is not plain.
        return name.is_none().then_some(None);
    };
    Some(Some(WrittenConstraint { name, kind, span: start..tokens.end }))
}

/// Reads a column, and adds its constraints.
fn column(tokens: &mut Tokens<'_>, constraints: &mut Vec<WrittenConstraint>) -> Option<Column> {
    let mut column = Column::new(tokens.name()?, ty(tokens)?);
    loop {
        let start = tokens.start();
        if tokens.skip("NOT") {
            tokens.expect("NULL")?;
            column.nullable = false;
            continue;
        }
        if tokens.skip("DEFAULT") {
            let has_value = column.default.is_some() || column.identity.is_some();
            column.default = Some(value(tokens)?).filter(|_| !has_value);
            column.default.as_ref()?;
            continue;
        }
        if tokens.skip("GENERATED") {
            let has_value = column.default.is_some() || column.identity.is_some();
            column.identity = Some(identity(tokens)?).filter(|_| !has_value);
            column.identity.as_ref()?;
            column.nullable = false;
            continue;
        }
        let name = constraint_name(tokens)?;
        let key = || vec![column.name.clone()];
        let kind = if tokens.skip("PRIMARY") {
            tokens.expect("KEY")?;
            column.nullable = false;
            ConstraintKind::PrimaryKey(PrimaryKey { columns: key() })
        } else if tokens.skip("UNIQUE") {
            unique(key())
        } else if tokens.skip("REFERENCES") {
            ConstraintKind::ForeignKey(foreign_key(tokens, key())?)
        } else if name.is_none() {
            return Some(column);
        } else {
            return None;
        };
        constraints.push(WrittenConstraint { name, kind, span: start..tokens.end });
    }
}

/// Reads a type that is one word, or two, and a length, or a name.
fn ty(tokens: &mut Tokens<'_>) -> Option<Type> {
    if tokens.next.as_ref()?.kind == TokenKind::QuotedIdentifier {
        let name = tokens.name()?;
        let is_built_in = is_built_in(name.as_str());
        return Some(Type::Native(if is_built_in { quote_always(&name) } else { quote_name(&name) }));
    }
    let mut words = tokens.word()?.to_ascii_lowercase();
    let is_double = words == "double";
    if is_double {
        tokens.expect("PRECISION")?;
        words.push_str(" precision");
    } else if !is_built_in(&words) {
        let name = Name::new(words);
        let is_name = is_plain(name.as_str()) && quote_name(&name) == name.as_str();
        return is_name.then(|| Type::Native(name.as_str().to_owned()));
    }
    let mut args = None;
    if tokens.skip("(") {
        let args = args.insert(Vec::new());
        loop {
            args.push(tokens.digits()?.to_owned());
            if !tokens.skip(",") {
                break;
            }
        }
        tokens.expect(")")?;
    }
    named_type(&words, args.as_deref()).ok().flatten()
}

/// Reads a default that is a literal, or the current time.
fn value(tokens: &mut Tokens<'_>) -> Option<Expression> {
    let start = tokens.start();
    if tokens.skip("-") {
        tokens.digits()?;
    } else if !tokens.skip_literal() {
        let word = tokens.word()?;
        let literals = ["TRUE", "FALSE", "NULL", "CURRENT_TIMESTAMP", "CURRENT_DATE"];
        if !literals.iter().any(|literal| literal.eq_ignore_ascii_case(word)) {
            word.eq_ignore_ascii_case("now").then_some(())?;
            tokens.expect("(")?;
            tokens.expect(")")?;
        }
    }
    Some(Expression::new(&tokens.text[start..tokens.end]))
}

/// Reads what follows `GENERATED`.
fn identity(tokens: &mut Tokens<'_>) -> Option<Identity> {
    let mode = if tokens.skip("ALWAYS") {
        IdentityMode::Always
    } else {
        tokens.expect("BY")?;
        tokens.expect("DEFAULT")?;
        IdentityMode::ByDefault
    };
    tokens.expect("AS")?;
    tokens.expect("IDENTITY")?;
    Some(Identity { mode, sequence: SequenceOptions::default() })
}

/// Reads `CONSTRAINT name`; `None` within if there is none.
fn constraint_name(tokens: &mut Tokens<'_>) -> Option<Option<Name>> {
    if tokens.skip("CONSTRAINT") { tokens.name().map(Some) } else { Some(None) }
}

fn unique(columns: Vec<Name>) -> ConstraintKind {
    ConstraintKind::Unique(Unique { columns, nulls_not_distinct: false, deferrable: Deferrable::No })
}

/// Reads what follows `REFERENCES`.
fn foreign_key(tokens: &mut Tokens<'_>, key: Vec<Name>) -> Option<ForeignKey> {
    let references = tokens.qualified()?;
    let referenced = if tokens.is("(") { columns(tokens)? } else { Vec::new() };
    if !referenced.is_empty() && referenced.len() != key.len() {
        return None;
    }
    let mut key = ForeignKey::new(key, references, referenced);
    let (mut on_delete, mut on_update) = (None, None);
    while tokens.skip("ON") {
        let slot = if tokens.skip("DELETE") {
            &mut on_delete
        } else {
            tokens.expect("UPDATE")?;
            &mut on_update
        };
        if slot.replace(action(tokens)?).is_some() {
            return None;
        }
    }
    key.on_delete = on_delete.unwrap_or(key.on_delete);
    key.on_update = on_update.unwrap_or(key.on_update);
    Some(key)
}

fn action(tokens: &mut Tokens<'_>) -> Option<ReferentialAction> {
    Some(if tokens.skip("CASCADE") {
        ReferentialAction::Cascade
    } else if tokens.skip("RESTRICT") {
        ReferentialAction::Restrict
    } else if tokens.skip("NO") {
        tokens.expect("ACTION")?;
        ReferentialAction::NoAction
    } else {
        tokens.expect("SET")?;
        if tokens.skip("NULL") {
            ReferentialAction::SetNull
        } else {
            tokens.expect("DEFAULT")?;
            ReferentialAction::SetDefault
        }
    })
}

/// Reads `(a, b)`: names that differ.
fn columns(tokens: &mut Tokens<'_>) -> Option<Vec<Name>> {
    let mut columns = Vec::new();
    tokens.expect("(")?;
    loop {
        let name = tokens.name()?;
        if columns.contains(&name) {
            return None;
        }
        columns.push(name);
        if !tokens.skip(",") {
            break;
        }
    }
    tokens.expect(")")?;
    Some(columns)
}

fn index(tokens: &mut Tokens<'_>) -> Option<Plain> {
    let unique = tokens.skip("UNIQUE");
    tokens.expect("INDEX")?;
    let name = tokens.name()?;
    tokens.expect("ON")?;
    let table = tokens.qualified()?;
    let mut key = Vec::new();
    tokens.expect("(")?;
    loop {
        let mut part = IndexKeyPart::column(tokens.name()?);
        if tokens.skip("DESC") {
            part.order = SortOrder::Descending;
        } else {
            tokens.skip("ASC");
        }
        key.push(part);
        if !tokens.skip(",") {
            break;
        }
    }
    tokens.expect(")")?;
    Some(Plain::Index { table, index: Index { unique, key, ..Index::on_columns(name, []) } })
}

/// Whether a word in lower case is a name wherever it stands.
fn is_plain(word: &str) -> bool {
    let is_ascii = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // Not reserved, but more than a name to the parser where a column or its type may stand.
    is_ascii && !matches!(word, "exclude" | "uescape") && !is_reserved(word)
}

/// The tokens of a statement, without white space and comments.
struct Tokens<'a> {
    text: &'a str,
    rest: Lexer<'a>,
    next: Option<Token>,
    /// Where the last token that was taken ends.
    end: usize,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a str) -> Self {
        let mut tokens = Self { text, rest: lex(text, &Syntax::PORTABLE), next: None, end: 0 };
        tokens.next = tokens.rest.find(|token| !token.kind.is_trivia());
        tokens
    }

    /// Where the next token begins.
    fn start(&self) -> usize {
        self.next.as_ref().map_or(self.text.len(), |token| token.span.start)
    }

    fn take(&mut self) -> Range<usize> {
        let next = self.rest.find(|token| !token.kind.is_trivia());
        let span = std::mem::replace(&mut self.next, next).map_or(self.end..self.end, |token| token.span);
        self.end = span.end;
        span
    }

    /// Whether this keyword or sign is next.
    fn is(&self, word: &str) -> bool {
        self.next.as_ref().is_some_and(|token| {
            matches!(token.kind, TokenKind::Word | TokenKind::Punctuation)
                && self.text[token.span.clone()].eq_ignore_ascii_case(word)
        })
    }

    /// Takes this keyword or sign, if it is next.
    fn skip(&mut self, word: &str) -> bool {
        let is_next = self.is(word);
        if is_next {
            self.take();
        }
        is_next
    }

    fn expect(&mut self, word: &str) -> Option<()> {
        self.skip(word).then_some(())
    }

    /// Takes a decimal number or a string without escapes, if it is next.
    fn skip_literal(&mut self) -> bool {
        let is_next = self.next.as_ref().is_some_and(|token| {
            let text = &self.text[token.span.clone()];
            match token.kind {
                TokenKind::String => token.terminated && text.starts_with('\''),
                TokenKind::Number => text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'),
                _ => false,
            }
        });
        if is_next {
            self.take();
        }
        is_next
    }

    /// Takes an unquoted word, be it a keyword or not.
    fn word(&mut self) -> Option<&'a str> {
        let text = self.text;
        self.next.as_ref().filter(|token| token.kind == TokenKind::Word)?;
        Some(&text[self.take()])
    }

    fn digits(&mut self) -> Option<&'a str> {
        let text = self.text;
        self.next.as_ref().filter(|token| token.kind == TokenKind::Number)?;
        Some(&text[self.take()]).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// Takes a name without a namespace.
    fn name(&mut self) -> Option<Name> {
        let text = self.text;
        let Token { kind, terminated, .. } = *self.next.as_ref()?;
        let span = self.take();
        let text = &text[span];
        match kind {
            TokenKind::Word => Some(text.to_ascii_lowercase()).filter(|word| is_plain(word)).map(Name::new),
            TokenKind::QuotedIdentifier if terminated => {
                let inner = text.strip_prefix('"')?.strip_suffix('"')?;
                (!inner.is_empty() && !inner.contains('"')).then(|| Name::new(inner))
            }
            _ => None,
        }
    }

    /// Takes a name that may have a namespace.
    fn qualified(&mut self) -> Option<QualifiedName> {
        let first = self.name()?;
        if !self.skip(".") {
            return Some(QualifiedName::unqualified(first));
        }
        Some(QualifiedName::qualified(first, self.name()?))
    }
}
