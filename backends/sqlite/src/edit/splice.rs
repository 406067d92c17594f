//! Replacements in a text, all by the offsets of the text as it was.

use std::ops::Range;

/// Replacements to make.
#[derive(Debug, Default)]
pub(super) struct Splices(Vec<(Range<usize>, String)>);

impl Splices {
    /// Puts a text in place of some bytes.
    pub(super) fn replace(&mut self, span: Range<usize>, with: impl Into<String>) {
        self.0.push((span, with.into()));
    }

    /// Puts a text at an offset, behind what was put there before.
    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    /// Takes some bytes away.
    pub(super) fn delete(&mut self, span: Range<usize>) {
        self.replace(span, "");
    }

    /// Takes some bytes away, with the white space in front.
    pub(super) fn delete_word(&mut self, text: &str, span: Range<usize>) {
        let before = text[..span.start].trim_end();
        let line = before.rsplit('\n').next().unwrap_or(before);
        // The end of a comment's line keeps what follows out of the comment.
        let kept = if line.contains("--") { text[before.len()..span.start].find('\n') } else { None };
        self.delete(kept.map_or(before.len(), |at| before.len() + at + 1)..span.end);
    }

    /// Makes the replacements. What overlaps an earlier one is cut short.
    pub(super) fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(span, _)| span.start);
        let mut result = String::with_capacity(text.len());
        let mut copied = 0;
        for (span, with) in self.0 {
            if span.start > copied {
                result.push_str(&text[copied..span.start]);
            }
            result.push_str(&with);
            copied = copied.max(span.end);
        }
        result.push_str(&text[copied..]);
        result
    }
}
