//! The line of a source file that an error points at.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use retort_core::script::{Source, SourceError};

/// Longer lines are not shown: data of megabytes may be on one line.
const LONGEST: usize = 4096;

/// The line of a source file that an error points at.
#[derive(Debug)]
pub(crate) struct Excerpt {
    path: String,
    line: usize,
    column: usize,
    text: String,
    /// The bytes of `text` that are meant.
    span: Range<usize>,
    label: String,
}

impl Excerpt {
    /// The line at which the span begins, with a remark on what is there.
    pub(crate) fn new(path: &str, text: &str, span: Range<usize>, label: &str) -> Self {
        let error = Source::new(path, text).error(span, label, None);
        Self { label: label.to_owned(), ..Self::of(&error) }
    }

    /// The line of an error, without its message.
    pub(crate) fn of(error: &SourceError) -> Self {
        let text = error.source_line.clone();
        let start =
            text.char_indices().nth(error.column.saturating_sub(1)).map_or(text.len(), |(start, _)| start);
        let end = text.floor_char_boundary(start + error.span.len()).max(start);
        Self {
            path: error.path.display().to_string(),
            line: error.line,
            column: error.column,
            text,
            span: start..end,
            label: String::new(),
        }
    }

    /// `file:line:column`.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}:{}", self.path, self.line, self.column)
    }

    /// The message with the line below it, coloured.
    pub(crate) fn render(&self, message: &str) -> String {
        let title = Level::ERROR.primary_title(message);
        let report = if self.text.len() > LONGEST {
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

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use expect_test::{Expect, expect};

    use super::*;

    /// Points at `part` of the text.
    #[track_caller]
    fn check(text: &str, part: &str, label: &str, expected: Expect) {
        let start = text.find(part).expect("the part is in the text");
        let excerpt = Excerpt::new("a.sql", text, start..start + part.len(), label);
        let rendered = strip_str(&excerpt.render("it is wrong")).to_string();
        expected.assert_eq(&format!("{}\n{rendered}", excerpt.place()));
    }

    #[test]
    fn the_place_is_underlined() {
        check(
            "one\ntwo three\n",
            "three",
            "",
            expect![[r#"
            a.sql:2:5
            error: it is wrong
             --> a.sql:2:5
              |
            2 | two three
              |     ^^^^^
        "#]],
        );
        check(
            "one\ntwo three\n",
            "three",
            "not four",
            expect![[r#"
            a.sql:2:5
            error: it is wrong
             --> a.sql:2:5
              |
            2 | two three
              |     ^^^^^ not four
        "#]],
        );
    }

    #[test]
    fn columns_count_characters() {
        check(
            "-- größer\r\n-- größer als\r\n",
            "als",
            "",
            expect![[r#"
            a.sql:2:11
            error: it is wrong
             --> a.sql:2:11
              |
            2 | -- größer als
              |           ^^^
        "#]],
        );
    }

    #[test]
    fn of_several_lines_the_first_is_shown() {
        check(
            "SELECT\n  (1,\n   2)\n",
            "(1,\n   2)",
            "",
            expect![[r#"
            a.sql:2:3
            error: it is wrong
             --> a.sql:2:3
              |
            2 |   (1,
              |   ^^^
        "#]],
        );
    }

    #[test]
    fn an_empty_file_has_a_place() {
        check(
            "",
            "",
            "",
            expect![[r#"
            a.sql:1:1
            error: it is wrong
             --> a.sql:1:1
              |
            1 |
              | ^
        "#]],
        );
    }

    #[test]
    fn lines_of_data_are_not_shown() {
        let text = format!("INSERT INTO t VALUES {};\n", "(1, 2), ".repeat(1000));
        check(
            &text,
            "VALUES",
            "",
            expect![[r#"
            a.sql:1:15
            error: it is wrong
             |
             = note: at a.sql:1:15
        "#]],
        );
    }
}
