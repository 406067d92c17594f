//! Putting the values of a run into the text of a revision.

use std::{borrow::Cow, collections::BTreeSet, ops::Range};

use super::{PlanError, PlanErrorKind};
use crate::{
    script::{Block, Form, Parameters, Placeholder, RevisionScript, placeholders},
    sql::Syntax,
    suggestion::nearest,
};

/// The values that a run was given, and those of them that a revision wants.
#[derive(Debug)]
pub(super) struct Values<'a> {
    given: &'a Parameters,
    pub(super) used: BTreeSet<String>,
}

/// A text with values, and where it has them.
#[derive(Debug)]
pub(super) struct Filled<'a> {
    text: Cow<'a, str>,
    /// What was put in, in order: the bytes of the text, and of the one before.
    pieces: Vec<(Range<usize>, Range<usize>)>,
}

impl<'a> Values<'a> {
    pub(super) fn new(given: &'a Parameters) -> Self {
        Self { given, used: BTreeSet::new() }
    }

    /// The value that a placeholder stands for.
    fn of(
        &mut self,
        script: &RevisionScript,
        placeholder: &Placeholder,
        start: usize,
    ) -> Result<&'a str, PlanError> {
        let key = &placeholder.key;
        let Some(value) = self.given.get(key) else {
            let span = start + placeholder.span.start..start + placeholder.span.end;
            let message = format!("no value is given for `{key}`");
            let hint = self.instead_of(key);
            return Err(PlanError::missing_value(key, script.source.error(span, message, hint)));
        };
        self.used.insert(key.clone());
        Ok(value)
    }

    /// What is given instead of a key that has no value.
    fn instead_of(&self, key: &str) -> Option<String> {
        const SHORT: usize = 3;
        let keys: Vec<&str> = self.given.keys().collect();
        if keys.is_empty() {
            return None;
        }
        let unused = keys.iter().copied().filter(|it| it.len() >= SHORT && !self.used.contains(*it));
        match nearest(key, unused) {
            Some(near) => Some(format!("`-x {near}=` is given: did you mean `{key}`?")),
            None => Some(format!("values are given for: {}", keys.join(", "))),
        }
    }
}

impl Filled<'_> {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the text before that these are about.
    pub(super) fn in_block(&self, span: Range<usize>) -> Range<usize> {
        let start = self.before(span.start, |piece| piece.start);
        let end = self.before(span.end, |piece| piece.end);
        start..end.max(start)
    }

    fn before(&self, at: usize, within: impl Fn(&Range<usize>) -> usize) -> usize {
        let behind = self.pieces.partition_point(|(now, _)| now.end <= at);
        if let Some((now, before)) = self.pieces.get(behind)
            && now.start < at
        {
            return within(before);
        }
        match behind.checked_sub(1).and_then(|last| self.pieces.get(last)) {
            Some((now, before)) => at - now.end + before.end,
            None => at,
        }
    }
}

/// Fills a portable block. Without values, something stands in for each.
pub(super) fn portable<'s>(
    script: &'s RevisionScript,
    block: &Block,
    mut values: Option<&mut Values<'_>>,
) -> Result<Filled<'s>, PlanError> {
    let text = script.block_text(block);
    let found = placeholders(text, &Syntax::PORTABLE);
    if let Some(wrong) = found.iter().find(|it| !changes_rows(&it.statement)) {
        return Err(in_definition(script, wrong, block.span.start));
    }
    fill(text, found, |placeholder| match &mut values {
        Some(values) => {
            let value = values.of(script, placeholder, block.span.start)?;
            Ok(placeholder.form.quote(value, &Syntax::PORTABLE))
        }
        None => Ok(placeholder.form.quote(&format!(":{}", placeholder.key), &Syntax::PORTABLE)),
    })
}

/// Fills a statement under `@only`. Without values it stays as it is.
pub(super) fn native<'s>(
    script: &'s RevisionScript,
    span: &Range<usize>,
    syntax: &Syntax,
    values: Option<&mut Values<'_>>,
) -> Result<Cow<'s, str>, PlanError> {
    let text = &script.source.text()[span.clone()];
    let Some(values) = values else {
        return Ok(Cow::Borrowed(text));
    };
    let filled = fill(text, placeholders(text, syntax), |placeholder| {
        Ok(placeholder.form.quote_native(values.of(script, placeholder, span.start)?, syntax))
    })?;
    Ok(filled.text)
}

fn fill(
    text: &str,
    found: Vec<Placeholder>,
    mut value: impl FnMut(&Placeholder) -> Result<String, PlanError>,
) -> Result<Filled<'_>, PlanError> {
    if found.is_empty() {
        return Ok(Filled { text: Cow::Borrowed(text), pieces: Vec::new() });
    }
    let (mut filled, mut pieces, mut at) = (String::with_capacity(text.len()), Vec::new(), 0);
    for placeholder in found {
        filled.push_str(&text[at..placeholder.span.start]);
        let start = filled.len();
        filled.push_str(&value(&placeholder)?);
        at = placeholder.span.end;
        pieces.push((start..filled.len(), placeholder.span));
    }
    filled.push_str(&text[at..]);
    Ok(Filled { text: Cow::Owned(filled), pieces })
}

/// Whether a statement that begins with this word changes rows only.
fn changes_rows(word: &str) -> bool {
    matches!(word, "INSERT" | "UPDATE" | "DELETE" | "WITH")
}

/// Refuses a placeholder where the schema would depend on its value.
fn in_definition(script: &RevisionScript, placeholder: &Placeholder, start: usize) -> PlanError {
    let span = start + placeholder.span.start..start + placeholder.span.end;
    let written = match placeholder.form {
        Form::Literal => format!(":{}", placeholder.key),
        Form::Identifier => format!(":\"{}\"", placeholder.key),
    };
    let message = format!(
        "`{written}` cannot stand in a portable {}: what the schema is must not depend on a value that a run is given",
        placeholder.statement
    );
    let hint = "values may stand in INSERT, UPDATE and DELETE, and in statements under `-- @only <backend>`";
    PlanError::new(PlanErrorKind::Unsupported, script.source.error(span, message, Some(hint.to_owned())))
}
