//! The words of a statement, in turn.

use retort_core::{
    schema::{Name, QualifiedName},
    script::portable::NamespaceMap,
    sql::{TokenKind, lex},
};

use crate::syntax::SYNTAX;

/// The tokens of a statement without white space and comments, from some place
/// on.
#[derive(Clone)]
pub(super) struct Words<'a> {
    tokens: Vec<(TokenKind, &'a str)>,
    at: usize,
    names: &'a NamespaceMap,
}

impl<'a> Words<'a> {
    pub(super) fn new(sql: &'a str, names: &'a NamespaceMap) -> Self {
        let tokens = lex(sql, &SYNTAX)
            .filter(|token| !token.kind.is_trivia())
            .map(|token| (token.kind, &sql[token.span]))
            .collect();
        Self { tokens, at: 0, names }
    }

    /// Whether the next token is the keyword.
    pub(super) fn is(&self, keyword: &str) -> bool {
        self.is_ahead(0, keyword)
    }

    pub(super) fn is_any(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }

    /// Whether the next tokens are these keywords.
    pub(super) fn starts_with(&self, keywords: &[&str]) -> bool {
        keywords.iter().enumerate().all(|(ahead, keyword)| self.is_ahead(ahead, keyword))
    }

    fn is_ahead(&self, ahead: usize, keyword: &str) -> bool {
        matches!(self.tokens.get(self.at + ahead), Some((TokenKind::Word, text)) if text.eq_ignore_ascii_case(keyword))
    }

    /// Consumes the keyword if it comes next.
    pub(super) fn eat(&mut self, keyword: &str) -> bool {
        self.eat_all(&[keyword])
    }

    /// Consumes the keywords if they come next.
    pub(super) fn eat_all(&mut self, keywords: &[&str]) -> bool {
        let found = self.starts_with(keywords);
        if found {
            self.at += keywords.len();
        }
        found
    }

    /// Consumes the text of a token.
    pub(super) fn next(&mut self) -> Option<&'a str> {
        let (_, text) = self.tokens.get(self.at)?;
        self.at += 1;
        Some(text)
    }

    /// The text of the next token.
    pub(super) fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).map(|(_, text)| *text)
    }

    /// Consumes a name, with its namespace if it has one.
    pub(super) fn qualified_name(&mut self) -> Option<QualifiedName> {
        let first = self.name()?;
        if self.peek() != Some(".") {
            return Some(QualifiedName::unqualified(first));
        }
        self.at += 1;
        let second = self.name()?;
        (self.peek() != Some(".")).then(|| self.qualified(first, second))
    }

    /// The name of that in a namespace, in the schema.
    pub(super) fn qualified(&self, namespace: Name, name: Name) -> QualifiedName {
        self.names.apply(&QualifiedName::qualified(namespace, name))
    }

    /// Consumes an identifier.
    pub(super) fn name(&mut self) -> Option<Name> {
        let (kind, text) = self.tokens.get(self.at)?;
        let name = identifier(*kind, text)?;
        self.at += 1;
        Some(name)
    }

    /// Moves behind the next keyword of this kind.
    pub(super) fn skip_to(&mut self, keyword: &str) -> Option<()> {
        while !self.is(keyword) {
            self.next()?;
        }
        self.at += 1;
        Some(())
    }

    /// Whether any word, or other token, from here on fulfils the condition.
    pub(super) fn any(&self, mut condition: impl FnMut(&str) -> bool) -> bool {
        let is_text = |kind: TokenKind| matches!(kind, TokenKind::String | TokenKind::DollarString);
        self.tokens[self.at..].iter().any(|(kind, text)| !is_text(*kind) && condition(text))
    }

    /// Whether any two tokens that follow each other, in upper case, fulfil the
    /// condition.
    pub(super) fn follows(&self, mut condition: impl FnMut(&str, &str) -> bool) -> bool {
        self.tokens[self.at..].windows(2).any(|pair| match pair {
            [(_, before), (TokenKind::Word, word)] => {
                condition(&before.to_ascii_uppercase(), &word.to_ascii_uppercase())
            }
            _ => false,
        })
    }

    /// Whether the text occurs in any token, strings included.
    pub(super) fn mentions(&self, text: &str) -> bool {
        self.tokens.iter().any(|(_, token)| token.to_ascii_lowercase().contains(text))
    }
}

/// The identifier that a token is, folded.
pub(super) fn identifier(kind: TokenKind, text: &str) -> Option<Name> {
    match kind {
        TokenKind::Word => Some(Name::new(text.to_ascii_lowercase())),
        TokenKind::QuotedIdentifier => {
            let inside = text.strip_prefix('"')?.strip_suffix('"')?;
            Some(Name::new(inside.replace("\"\"", "\"")))
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
