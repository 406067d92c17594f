//! Directives: line comments that mean something to Retort.

use std::ops::Range;

use super::header::Spanned;
use super::source::Problem;

/// The directives that divide the text after the header.
pub(super) const SECTION_DIRECTIVES: [&str; 4] = ["upgrade", "downgrade", "only", "all"];

/// The directive of models that tells what a table or column was called.
pub(super) const RENAMED_FROM: &str = "renamed-from";

/// A line comment of the form `-- @name value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directive<'a> {
    /// The name without its `@`.
    pub(super) name: &'a str,
    /// Where the name is, with its `@`.
    pub(super) name_span: Range<usize>,
    /// What follows the name, without the spaces around it.
    pub(super) value: &'a str,
    /// Where the value is, or would be.
    pub(super) value_span: Range<usize>,
}

impl<'a> Directive<'a> {
    /// Reads the line comment `comment`, which begins with `--` at the byte
    /// offset `offset`. None if it is any other comment.
    pub(super) fn parse(comment: &'a str, offset: usize) -> Option<Self> {
        let content = comment.strip_prefix("--")?.trim_ascii();
        let after = content.strip_prefix('@')?;
        let start = offset + (content.as_ptr() as usize - comment.as_ptr() as usize);
        let name_end = after.find(|c: char| c.is_ascii_whitespace()).unwrap_or(after.len());
        let (name, rest) = after.split_at(name_end);
        let value = rest.trim_ascii_start();
        let end = start + content.len();
        Some(Self { name, name_span: start..start + 1 + name_end, value, value_span: end - value.len()..end })
    }

    /// Checks that nothing follows the name.
    pub(super) fn without_value(&self) -> Result<(), Problem> {
        if self.value.is_empty() {
            return Ok(());
        }
        Err(Problem::new(self.value_span.clone(), format!("`@{}` takes no value", self.name)))
    }

    /// Reads the value as one name.
    pub(super) fn name_value(&self) -> Result<Spanned<String>, Problem> {
        let mut names = self.name_list()?;
        match (names.pop(), names.is_empty()) {
            (Some(name), true) => Ok(name),
            _ => Err(Problem::new(self.value_span.clone(), format!("`@{}` takes a single name", self.name))),
        }
    }

    /// Reads the value as names separated by commas: one or more, all
    /// different.
    pub(super) fn name_list(&self) -> Result<Vec<Spanned<String>>, Problem> {
        if self.value.is_empty() {
            return Err(Problem::new(self.name_span.clone(), format!("`@{}` needs a value", self.name)));
        }
        let mut names: Vec<Spanned<String>> = Vec::new();
        let mut piece_start = self.value_span.start;
        for piece in self.value.split(',') {
            let name = piece.trim_ascii();
            let start = piece_start + (piece.len() - piece.trim_ascii_start().len());
            let span = start..start + name.len();
            piece_start += piece.len() + 1;
            if name.is_empty() {
                return Err(Problem::new(span, "a name is missing beside the comma"));
            }
            if name.contains(|c: char| c.is_whitespace() || c.is_control()) {
                return Err(Problem::new(span, format!("{name:?} is not a name"))
                    .with_hint("names have no spaces; separate several with commas"));
            }
            if names.iter().any(|earlier| earlier.value == name) {
                return Err(Problem::new(span, format!("`{name}` is listed twice")));
            }
            names.push(Spanned { value: name.to_owned(), span });
        }
        Ok(names)
    }
}
