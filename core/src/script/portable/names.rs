//! Identifiers, qualified names, and how namespaces appear on the backend.

use std::collections::BTreeMap;

use squawk_syntax::{SyntaxKind, SyntaxNode, SyntaxToken, quote};

use super::{
    PortableError,
    walk::{Result, refuse, span, token_span, tokens},
};
use crate::{
    schema::{Name, QualifiedName},
    sql::{Syntax, TokenKind, lex},
};

/// Whether the portable SQL of a file may name a namespace: whatever stands
/// before a dot may be one.
pub fn may_name_namespaces(text: &str) -> bool {
    // Most files have neither, which is quickly seen.
    let mentions_schema = || text.as_bytes().windows(6).any(|word| word.eq_ignore_ascii_case(b"schema"));
    if !text.contains('.') && !mentions_schema() {
        return false;
    }
    // What another database takes for a string may end elsewhere here.
    if text.contains("@only") {
        return true;
    }
    let mut tokens = lex(text, &Syntax::PORTABLE).filter(|token| !token.kind.is_trivia());
    tokens.any(|token| {
        let text = &text[token.span];
        text == "." || (token.kind == TokenKind::Word && text.eq_ignore_ascii_case("schema"))
    })
}

/// How the namespaces of revision files appear on the target backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamespaceMap {
    /// As they are: the backend has namespaces.
    Native,
    /// As they are, but for the one of names without a namespace: that one is
    /// left out, as introspection leaves it out.
    Relative {
        /// Its name.
        default: Name,
    },
    /// As a prefix of the name: `finance.us_stock` is `finance_us_stock`.
    Prefix {
        /// The prefix of each namespace that doesn't use `<namespace>_`.
        overrides: BTreeMap<String, String>,
    },
}

impl NamespaceMap {
    /// The name on the backend.
    pub fn apply(&self, name: &QualifiedName) -> QualifiedName {
        match self.prefix(name.namespace.as_ref()) {
            Some(prefix) => QualifiedName::unqualified(format!("{prefix}{}", name.name)),
            None => name.clone(),
        }
    }

    /// The same map on a backend where names without a namespace are in this
    /// one.
    #[must_use]
    pub fn relative_to(&self, default: Option<Name>) -> Self {
        match (self, default) {
            (Self::Native | Self::Relative { .. }, Some(default)) => Self::Relative { default },
            (Self::Native | Self::Relative { .. }, None) => Self::Native,
            (Self::Prefix { .. }, _) => self.clone(),
        }
    }

    /// The map for INSERT, UPDATE and DELETE, which run as written where the
    /// backend has namespaces.
    pub(super) fn of_data(&self) -> &Self {
        match self {
            Self::Native | Self::Relative { .. } => &Self::Native,
            Self::Prefix { .. } => self,
        }
    }

    /// The prefix that stands for the namespace; `None` if the namespace stays.
    pub(super) fn prefix(&self, namespace: Option<&Name>) -> Option<String> {
        let namespace = namespace?.as_str();
        match self {
            Self::Native => None,
            Self::Relative { default } => (namespace == default.as_str()).then(String::new),
            // The catalogs of PostgreSQL are no namespaces of the user's.
            Self::Prefix { .. } if matches!(namespace, "pg_catalog" | "information_schema") => None,
            Self::Prefix { overrides } => {
                Some(overrides.get(namespace).cloned().unwrap_or_else(|| format!("{namespace}_")))
            }
        }
    }

    /// A new name for something in the namespace, on the backend.
    pub(super) fn apply_within(&self, namespace: Option<&Name>, name: &Name) -> Name {
        match self.prefix(namespace) {
            Some(prefix) => Name::new(format!("{prefix}{name}")),
            None => name.clone(),
        }
    }
}

/// Reads an identifier: unquoted ones fold to lower case, quoted ones keep
/// theirs.
pub(super) fn identifier(token: &SyntaxToken) -> Result<Name> {
    let text = token.text();
    let error = |message: &str| Err(PortableError::new(token_span(token), message));
    if let Some(quoted) = text.strip_prefix('"') {
        let inner = quoted.strip_suffix('"').unwrap_or(quoted).replace("\"\"", "\"");
        if inner.is_empty() {
            return error("an identifier is never empty");
        }
        return Ok(Name::new(inner));
    }
    if text.contains('"') {
        return error("identifiers with Unicode escapes are not portable");
    }
    if token.kind() != SyntaxKind::IDENT && !token.kind().is_keyword() {
        return error("expected a name");
    }
    // As PostgreSQL does: letters beyond ASCII don't fold.
    Ok(Name::new(text.to_ascii_lowercase()))
}

/// Whether an identifier is written in quotes.
pub(super) fn is_quoted(token: &SyntaxToken) -> bool {
    token.text().starts_with('"')
}

/// Reads a node that holds one identifier.
pub(super) fn name(node: &SyntaxNode) -> Result<Name> {
    match path(node)?.as_slice() {
        [token] => identifier(token),
        _ => Err(PortableError::new(span(node), "expected a name without a namespace")),
    }
}

/// Reads the name of an object, as written: with or without a namespace.
pub(super) fn qualified(node: &SyntaxNode) -> Result<QualifiedName> {
    match path(node)?.as_slice() {
        [name] => Ok(QualifiedName::unqualified(identifier(name)?)),
        [namespace, name] => Ok(QualifiedName::qualified(identifier(namespace)?, identifier(name)?)),
        _ => Err(too_many_parts(span(node))),
    }
}

/// Reads the name of a column with its table, as written.
pub(super) fn qualified_column(node: &SyntaxNode) -> Result<(QualifiedName, Name)> {
    match path(node)?.as_slice() {
        [table, column] => Ok((QualifiedName::unqualified(identifier(table)?), identifier(column)?)),
        [namespace, table, column] => {
            Ok((QualifiedName::qualified(identifier(namespace)?, identifier(table)?), identifier(column)?))
        }
        [_] => Err(PortableError::new(span(node), "expected `table.column`")),
        _ => Err(too_many_parts(span(node))),
    }
}

/// The error for `database.namespace.name`.
pub(super) fn too_many_parts(span: std::ops::Range<usize>) -> PortableError {
    PortableError::new(span, "a name has at most a namespace before it")
}

/// The identifiers of a dotted name.
pub(super) fn path(node: &SyntaxNode) -> Result<Vec<SyntaxToken>> {
    let mut parts = Vec::new();
    for (at, token) in tokens(node).enumerate() {
        match (at % 2, token.kind()) {
            (0, _) => parts.push(token),
            (_, SyntaxKind::DOT) => {}
            _ => return Err(refuse(node)),
        }
    }
    if parts.is_empty() {
        return Err(PortableError::new(span(node), "expected a name"));
    }
    Ok(parts)
}

/// Writes an identifier, in quotes if it needs them.
pub(super) fn quote_name(name: &Name) -> String {
    if name.as_str().is_ascii() { quote::quote_quoted_ident(name.as_str()) } else { quote_always(name) }
}

/// Writes an identifier in quotes.
pub(super) fn quote_always(name: &Name) -> String {
    quote::quote_ident_always(name.as_str())
}

/// Writes a name with its namespace.
pub(crate) fn quote_qualified(name: &QualifiedName) -> String {
    match &name.namespace {
        Some(namespace) => format!("{}.{}", quote_name(namespace), quote_name(&name.name)),
        None => quote_name(&name.name),
    }
}

/// Reads back what [`quote_qualified`] wrote. Anything else is `None`.
pub(super) fn parse_qualified(text: &str) -> Option<QualifiedName> {
    split_qualified(text).filter(|(_, rest)| rest.is_empty()).map(|(name, _)| name)
}

/// Takes a name, with its namespace if it has one, from the start of a text.
pub(super) fn split_qualified(text: &str) -> Option<(QualifiedName, &str)> {
    let (first, rest) = split_identifier(text)?;
    match rest.strip_prefix('.') {
        Some(rest) => {
            let (second, rest) = split_identifier(rest)?;
            Some((QualifiedName::qualified(first, second), rest))
        }
        None => Some((QualifiedName::unqualified(first), rest)),
    }
}

/// Takes one identifier from the start of a text.
fn split_identifier(text: &str) -> Option<(Name, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        let starts_well = word.starts_with(|c: char| c.is_alphabetic() || c == '_');
        return starts_well.then(|| (Name::new(word.to_ascii_lowercase()), rest));
    };
    let mut name = String::new();
    let mut rest = quoted;
    loop {
        let (part, after) = rest.split_once('"')?;
        name.push_str(part);
        match after.strip_prefix('"') {
            Some(after) => {
                name.push('"');
                rest = after;
            }
            None => return (!name.is_empty()).then(|| (Name::new(name), after)),
        }
    }
}
