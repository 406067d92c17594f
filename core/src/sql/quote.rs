//! Writing identifiers and string literals so that a database reads them back
//! unchanged.

use super::syntax::Syntax;
use crate::schema::QualifiedName;

impl Syntax {
    /// Quotes `identifier`, whatever it contains.
    ///
    /// A NUL character is kept; no database accepts one, and each says so.
    pub fn quote_identifier(&self, identifier: &str) -> String {
        let quote = self.identifier_quote;
        let mut quoted = String::with_capacity(identifier.len() + 2);
        quoted.push(quote.open);
        push_doubling(&mut quoted, identifier, |c| c == quote.close);
        quoted.push(quote.close);
        quoted
    }

    /// Quotes a name, and its namespace if it has one.
    pub fn quote_qualified(&self, name: &QualifiedName) -> String {
        let short = self.quote_identifier(name.name.as_str());
        match &name.namespace {
            Some(namespace) => format!("{}.{short}", self.quote_identifier(namespace.as_str())),
            None => short,
        }
    }

    /// Writes `text` as a string literal, whatever it contains.
    pub fn quote_literal(&self, text: &str) -> String {
        let mut quoted = String::with_capacity(text.len() + 2);
        quoted.push('\'');
        push_doubling(&mut quoted, text, |c| c == '\'' || (c == '\\' && self.backslash_escapes));
        quoted.push('\'');
        quoted
    }
}

fn push_doubling(out: &mut String, text: &str, double: impl Fn(char) -> bool) {
    for c in text.chars() {
        out.push(c);
        if double(c) {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::sql::fixtures::{ALL, BACKSLASHED, PERMISSIVE};
    use crate::sql::{Syntax, TokenKind, lex};

    #[test]
    fn quotes_and_escapes_are_doubled() {
        let portable = Syntax::PORTABLE;
        assert_eq!(portable.quote_identifier("a\"b"), r#""a""b""#);
        assert_eq!(portable.quote_literal(r"it's \"), r"'it''s \'");
        assert_eq!(BACKSLASHED.quote_identifier("a`b\""), "`a``b\"`");
        assert_eq!(BACKSLASHED.quote_literal(r"it's \"), r"'it''s \\'");
        assert_eq!(PERMISSIVE.quote_identifier(""), r#""""#);
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_one_token(text in any::<String>()) {
            for (name, syntax) in ALL {
                for (quoted, kind) in [
                    (syntax.quote_identifier(&text), TokenKind::QuotedIdentifier),
                    (syntax.quote_literal(&text), TokenKind::String),
                ] {
                    let tokens: Vec<_> = lex(&quoted, syntax).collect();
                    prop_assert_eq!(tokens.len(), 1, "{} under {}", quoted, name);
                    prop_assert_eq!(tokens[0].kind, kind);
                    prop_assert!(tokens[0].terminated);
                }
            }
        }
    }
}
