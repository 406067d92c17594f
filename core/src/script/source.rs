//! The text of a file, and errors that point into it.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use thiserror::Error;

/// The text of a file.
///
/// The text is kept as it is, with its line ends and its byte order mark if it
/// has one. Lines end at a line feed; offsets are in bytes.
#[derive(Debug, Clone)]
pub struct Source {
    path: PathBuf,
    text: String,
    line_starts: OnceLock<Vec<usize>>,
}

/// A place in a [`Source`], as a person counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

/// Something wrong at a place in a file.
///
/// Displays as `path:line:column: message`; the other fields are for drawing
/// the place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct SourceError {
    /// The file.
    pub path: PathBuf,
    /// The offending text, in bytes from the beginning of the file.
    pub span: Range<usize>,
    /// The line on which the span begins, from 1.
    pub line: usize,
    /// The column at which the span begins, from 1, in characters.
    pub column: usize,
    /// The text of that line, without its end.
    pub source_line: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Something wrong at a place in a text whose file is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, column, message, .. } = self;
        write!(f, "{}:{line}:{column}: {message}", path.display())
    }
}

impl Source {
    /// A source of which the text is known.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), line_starts: OnceLock::new() }
    }

    /// A source from the content of a file.
    ///
    /// # Errors
    ///
    /// Fails at the first byte that is not UTF-8.
    pub fn from_bytes(path: impl Into<PathBuf>, bytes: Vec<u8>) -> Result<Self, Box<SourceError>> {
        let path = path.into();
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(path, text)),
            Err(error) => Err(not_utf8(path, error.as_bytes(), error.utf8_error().valid_up_to())),
        }
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line and column of a byte offset. An offset past the end counts as
    /// the end, one within a character as the character's.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start <= offset);
        let start = starts[line - 1];
        // A byte order mark takes no column.
        let text = self.text[start..offset].trim_start_matches('\u{feff}');
        Position { line, column: text.chars().count() + 1 }
    }

    /// The text of a line, counted from 1, without its end and without a byte
    /// order mark. Empty if there is no such line.
    pub fn line(&self, line: usize) -> &str {
        let starts = self.line_starts();
        let Some(&start) = line.checked_sub(1).and_then(|index| starts.get(index)) else {
            return "";
        };
        let end = starts.get(line).map_or(self.text.len(), |next| next - 1);
        let text = &self.text[start..end];
        let text = text.strip_suffix('\r').unwrap_or(text);
        if start == 0 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text }
    }

    /// An error about `span` of this source.
    pub fn error(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Box<SourceError> {
        let Position { line, column } = self.position(span.start);
        Box::new(SourceError {
            path: self.path.clone(),
            span,
            line,
            column,
            source_line: self.line(line).to_owned(),
            message: message.into(),
            hint,
        })
    }

    /// Says in which file a problem is.
    pub(crate) fn locate(&self, problem: Problem) -> Box<SourceError> {
        self.error(problem.span, problem.message, problem.hint)
    }

    /// Where each line begins; never empty.
    fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
            std::iter::once(0).chain(ends.map(|(end, _)| end + 1)).collect()
        })
    }
}

impl Problem {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), hint: None }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The error for `bytes` of which those from `valid` on are not UTF-8.
fn not_utf8(path: PathBuf, bytes: &[u8], valid: usize) -> Box<SourceError> {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let encoding = if utf16 { "it looks like UTF-16; " } else { "" };
    // Replacing the bad bytes leaves everything before them where it is.
    let source = Source::new(path, String::from_utf8_lossy(bytes));
    let mut error = source.error(
        valid..valid + 1,
        format!("not UTF-8 at byte {valid}"),
        Some(format!("{encoding}save the file as UTF-8")),
    );
    error.span.end = error.span.end.min(bytes.len());
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_lines_and_columns() {
        let source = Source::new("x.sql", "\u{feff}ab\r\néé!\n");
        let at = |offset| {
            let Position { line, column } = source.position(offset);
            (line, column)
        };
        assert_eq!([at(0), at(3), at(4), at(5)], [(1, 1), (1, 1), (1, 2), (1, 3)]);
        // The last two: within a character, past the end.
        assert_eq!([at(7), at(9), at(11), at(8), at(99)], [(2, 1), (2, 2), (2, 3), (2, 1), (3, 1)]);
        let lines = [0, 1, 2, 3, 4].map(|line| source.line(line));
        assert_eq!(lines, ["", "ab", "éé!", "", ""]);
    }

    #[test]
    fn an_error_names_the_place() {
        let source = Source::new("m/x.sql", "one\n  two\n");
        let error = source.error(6..9, "no such number", None);
        assert_eq!(error.to_string(), "m/x.sql:2:3: no such number");
        assert_eq!(error.source_line, "  two");
    }

    #[test]
    fn the_first_bad_byte_is_named() {
        let error = Source::from_bytes("x.sql", b"a\nb \xe9t\xe9".to_vec()).expect_err("not UTF-8");
        assert_eq!(error.to_string(), "x.sql:2:3: not UTF-8 at byte 4");
        assert_eq!(error.span, 4..5);
        let error = Source::from_bytes("x.sql", b"\xff\xfea\0".to_vec()).expect_err("not UTF-8");
        assert_eq!(error.hint.as_deref(), Some("it looks like UTF-16; save the file as UTF-8"));
    }
}
