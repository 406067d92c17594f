//! What stands between tokens: white space and comments.

use std::borrow::Cow;

use retort_core::sql::{Syntax, TokenKind, lex};

use super::{Scope, Translator};

impl<'a> Translator<'a> {
    /// The gap before the current token, as the translation has it.
    pub(super) fn gap(&self) -> Cow<'a, str> {
        let written = self.source_gap();
        match self.scope {
            Scope::Expression | Scope::Query if written.is_empty() => Cow::Borrowed(""),
            Scope::Expression | Scope::Query => Cow::Borrowed(" "),
            Scope::Statement => comments_to_sqlite(written),
        }
    }

    /// The gap before the current token, as written.
    pub(super) fn source_gap(&self) -> &'a str {
        let start = match self.at.checked_sub(1) {
            Some(before) => self.tokens.get(before).map_or(self.text.len(), |token| token.span.end),
            None => 0,
        };
        let end = self.tokens.get(self.at).map_or(self.text.len(), |token| token.span.start);
        &self.text[start..end]
    }
}

/// A gap with comments that SQLite ends where portable SQL does: it does not
/// nest them, and knows one end of a line only.
fn comments_to_sqlite(gap: &str) -> Cow<'_, str> {
    if !gap.contains("--") && !gap.contains("/*") {
        return Cow::Borrowed(gap);
    }
    let mut translated = String::new();
    let mut tokens = lex(gap, &Syntax::PORTABLE).peekable();
    while let Some(token) = tokens.next() {
        let text = &gap[token.span.clone()];
        match token.kind {
            TokenKind::BlockComment if text.get(2..).is_some_and(|inside| inside.contains("/*")) => {
                translated.push(' ');
            }
            TokenKind::LineComment => {
                translated.push_str(text);
                let ends_in_sqlite = tokens.peek().is_none_or(|next| {
                    let next = &gap[next.span.clone()];
                    next.starts_with('\n') || next.starts_with("\r\n")
                });
                if !ends_in_sqlite {
                    translated.push('\n');
                }
            }
            _ => translated.push_str(text),
        }
    }
    if translated == gap { Cow::Borrowed(gap) } else { Cow::Owned(translated) }
}
