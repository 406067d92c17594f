//! A file of models: blocks of definitions, and what was called otherwise.

use std::ops::Range;

use super::{
    directive::{Directive, RENAMED_FROM},
    header::Spanned,
    sections::{Block, model_blocks, unterminated},
    source::{Problem, Source, SourceError},
};
use crate::sql::{StatementSpan, Syntax, TokenKind, lex, split};

/// A file of models: SQL like that of a revision's section, without a header.
#[derive(Debug, Clone)]
pub struct ModelScript {
    /// The text, into which all spans point.
    pub source: Source,
    /// The blocks, in order, with those that have no SQL.
    pub blocks: Vec<Block>,
}

/// `-- @renamed-from name`: what the table or column at hand was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenamedFrom {
    /// The old name, as written.
    pub name: Spanned<String>,
    /// Where the comment is.
    pub span: Range<usize>,
    /// Whether it has a line to itself, and so is about what follows.
    pub own_line: bool,
}

impl ModelScript {
    /// Divides a file into blocks, for the known backends and their syntaxes as
    /// in [`RevisionScript::parse`](super::RevisionScript::parse).
    ///
    /// # Errors
    ///
    /// Fails for a directive that has no place here or is malformed, and for a
    /// string, comment or the like that never ends.
    pub fn parse(source: Source, syntaxes: &[(&str, &Syntax)]) -> Result<Self, Box<SourceError>> {
        match model_blocks(source.text(), syntaxes) {
            Ok(blocks) => Ok(Self { source, blocks }),
            Err(problem) => Err(source.locate(problem)),
        }
    }

    /// The text of a block.
    pub fn block_text(&self, block: &Block) -> &str {
        &self.source.text()[block.span.clone()]
    }

    /// Splits a block into statements; the spans are those of the file.
    ///
    /// # Errors
    ///
    /// Fails as [`split`] does.
    pub fn split_block(
        &self,
        block: &Block,
        syntax: &Syntax,
    ) -> Result<Vec<StatementSpan>, Box<SourceError>> {
        let start = block.span.start;
        match split(self.block_text(block), syntax) {
            Ok(spans) => Ok(spans.into_iter().map(|span| start + span.start..start + span.end).collect()),
            Err(error) => {
                Err(self.source.locate(unterminated(self.source.text(), error.kind, start + error.offset)))
            }
        }
    }

    /// What a block says of old names, in the order of the text.
    ///
    /// # Errors
    ///
    /// Each directive without a single name gives one error, and each comment
    /// that nearly is such a directive.
    pub fn renamed_from(&self, block: &Block, syntax: &Syntax) -> Result<Vec<RenamedFrom>, Vec<SourceError>> {
        let (text, start) = (self.block_text(block), block.span.start);
        let (mut found, mut errors) = (Vec::new(), Vec::new());
        if !text.contains('@') {
            return Ok(found);
        }
        for token in lex(text, syntax).filter(|token| token.kind == TokenKind::LineComment) {
            let at = start + token.span.start;
            let Some(directive) = Directive::parse(&text[token.span.clone()], at) else { continue };
            if directive.name != RENAMED_FROM {
                if directive.name.to_ascii_lowercase().starts_with("rename") {
                    let message = format!("unknown directive `@{}`", directive.name);
                    let problem = Problem::new(directive.name_span.clone(), message);
                    errors.push(*self.source.locate(problem.with_hint("did you mean `@renamed-from`?")));
                }
                continue;
            }
            let line = self.source.text()[..at].rfind('\n').map_or(0, |end| end + 1);
            let own_line = self.source.text()[line..at].trim_start_matches('\u{feff}').trim().is_empty();
            match old_name(&directive) {
                Ok(name) => {
                    let span = at..at + token.span.len();
                    found.push(RenamedFrom { name, span, own_line });
                }
                Err(problem) => errors.push(*self.source.locate(problem)),
            }
        }
        if errors.is_empty() { Ok(found) } else { Err(errors) }
    }
}

/// The value of a directive: one name, which may be quoted and hold anything.
fn old_name(directive: &Directive<'_>) -> Result<Spanned<String>, Problem> {
    if directive.value.is_empty() {
        let message = format!("`@{RENAMED_FROM}` needs a value");
        return Err(Problem::new(directive.name_span.clone(), message)
            .with_hint("write the old name behind it: `-- @renamed-from old_name`"));
    }
    Ok(Spanned { value: directive.value.to_owned(), span: directive.value_span.clone() })
}
