//! The lines of a source file that an error points at.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// Longer lines are not shown: data of megabytes may be on one line.
const LONGEST: usize = 4096;

/// The lines of a source file that an error points at. Holds these lines only,
/// however large the file is.
#[derive(Debug)]
pub(crate) struct Excerpt {
    path: String,
    line: usize,
    column: usize,
    /// The lines, empty if they are too long to show.
    text: String,
    /// The bytes of `text` that are meant.
    span: Range<usize>,
    label: String,
}

impl Excerpt {
    /// Cuts the lines out of `source` that hold the first line of `span`.
    pub(crate) fn new(path: impl Into<String>, source: &str, span: Range<usize>, label: impl Into<String>) -> Self {
        let start = floor_char_boundary(source, span.start);
        let end = floor_char_boundary(source, span.end).max(start);
        let line_start = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = source[start..].find('\n').map_or(source.len(), |newline| start + newline);
        let line_end = line_start.max(source[..line_end].trim_end_matches('\r').len());
        let (text, span) = if line_end - line_start > LONGEST {
            (String::new(), 0..0)
        } else {
            let start = start.min(line_end);
            (
                source[line_start..line_end].to_owned(),
                start - line_start..end.clamp(start, line_end) - line_start,
            )
        };
        Self {
            path: path.into(),
            line: source[..line_start].matches('\n').count() + 1,
            column: source[line_start..start.max(line_start)].chars().count() + 1,
            text,
            span,
            label: label.into(),
        }
    }

    /// `file:line:column`.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}:{}", self.path, self.line, self.column)
    }

    /// The message with the lines below it, coloured.
    pub(crate) fn render(&self, message: &str) -> String {
        let title = Level::ERROR.primary_title(message);
        let report = if self.text.is_empty() {
            let label = if self.label.is_empty() { String::new() } else { format!(": {}", self.label) };
            title.element(Level::NOTE.message(format!("at {}{label}", self.place())))
        } else {
            let annotation = AnnotationKind::Primary.span(self.span.clone());
            let annotation = if self.label.is_empty() { annotation } else { annotation.label(&self.label) };
            title.element(
                Snippet::source(&self.text).path(&self.path).line_start(self.line).annotation(annotation),
            )
        };
        let mut text = Renderer::styled().render(&[report]);
        text.push('\n');
        text
    }
}

/// The nearest place at or before `index` where a character begins.
fn floor_char_boundary(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}
