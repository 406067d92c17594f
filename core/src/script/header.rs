//! The header of a revision file: its message and what it says of itself.
//!
//! Planning reads the headers of all revisions, so a header is parsed line by
//! line without lexing what follows it.

use std::borrow::Cow;
use std::ops::Range;

use super::directive::{Directive, SECTION_DIRECTIVES};
use super::source::{Problem, Source, SourceError};

/// A value with its place in the text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Range<usize>,
}

/// The header of a revision file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The first line of the message. Empty if there is none.
    pub message: String,
    /// The lines of the message after the first, without blank lines around
    /// them. Empty if there are none.
    pub description: String,
    /// `@revision`: the id.
    pub revision: Spanned<String>,
    /// `@revises`: the parents.
    pub revises: Vec<Spanned<String>>,
    /// `@created`: a date and time of RFC 3339, as written.
    pub created: Option<Spanned<String>>,
    /// `@labels`: the branch labels.
    pub labels: Vec<Spanned<String>>,
    /// `@depends-on`: ids or labels of further revisions that come first.
    pub depends_on: Vec<Spanned<String>>,
    /// `@no-transaction`, where it is written.
    pub no_transaction: Option<Range<usize>>,
    /// The whole header: from the beginning of the text to the line that is
    /// no longer part of it.
    pub span: Range<usize>,
    /// Where the value of each directive is, in the order of the text.
    values: Vec<(HeaderDirective, Range<usize>)>,
}

/// A directive that belongs in the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderDirective {
    /// `@revision`
    Revision,
    /// `@revises`
    Revises,
    /// `@created`
    Created,
    /// `@labels`
    Labels,
    /// `@depends-on`
    DependsOn,
    /// `@no-transaction`
    NoTransaction,
}

impl HeaderDirective {
    /// All of them, in the order in which a new file has them.
    pub const ALL: [Self; 6] =
        [Self::Revision, Self::Revises, Self::Created, Self::Labels, Self::DependsOn, Self::NoTransaction];

    /// The name without its `@`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Revision => "revision",
            Self::Revises => "revises",
            Self::Created => "created",
            Self::Labels => "labels",
            Self::DependsOn => "depends-on",
            Self::NoTransaction => "no-transaction",
        }
    }

    /// The directive called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|directive| directive.name() == name)
    }
}

impl Header {
    /// Parses the header of `source`, whose text may end anywhere after it.
    ///
    /// # Errors
    ///
    /// Fails for an unknown, repeated or indented directive, for a malformed
    /// value, and without `@revision`.
    pub fn parse(source: &Source) -> Result<Self, Box<SourceError>> {
        parse_header(source.text()).map_err(|problem| source.locate(problem))
    }

    /// The message as a whole: its first line, and the rest below it.
    pub fn full_message(&self) -> String {
        if self.description.is_empty() {
            return self.message.clone();
        }
        format!("{}\n{}", self.message, self.description)
    }

    /// Returns `source`, whose header this is, with `directive` set to `value`:
    /// replaced where it is written, otherwise added on a line of its own after
    /// the last directive. Every other byte stays as it is.
    ///
    /// # Errors
    ///
    /// Fails if the directive would not be read back as `value`; the error
    /// points into the edited text.
    pub fn set_directive(
        &self,
        source: &Source,
        directive: HeaderDirective,
        value: &str,
    ) -> Result<Source, Box<SourceError>> {
        if value.contains(['\n', '\r']) {
            let message = format!("a value of `@{}` cannot contain a line end", directive.name());
            return Err(source.error(self.revision.span.clone(), message, None));
        }
        let mut text = source.text().to_owned();
        match self.values.iter().find(|(written, _)| *written == directive) {
            Some((_, span)) => text.replace_range(span.clone(), value),
            None => {
                let last = self.values.last().map_or(self.span.end, |(_, span)| span.end);
                let at = text[last..].find('\n').map_or(text.len(), |end| last + end + 1);
                let line_end = if text[..at].ends_with("\r\n") { "\r\n" } else { "\n" };
                let before = if text[..at].ends_with('\n') { "" } else { line_end };
                let line = format!("-- @{} {value}", directive.name());
                text.insert_str(at, &format!("{before}{}{line_end}", line.trim_ascii_end()));
            }
        }
        let edited = Source::new(source.path(), text);
        Self::parse(&edited)?;
        Ok(edited)
    }
}

/// Where the header of the text that begins with `prefix` ends. None if the
/// prefix does not show that.
pub(crate) fn header_end(prefix: &[u8]) -> Option<usize> {
    let mut start = if prefix.starts_with(BYTE_ORDER_MARK.as_bytes()) { BYTE_ORDER_MARK.len() } else { 0 };
    loop {
        let length = prefix[start..].iter().position(|&byte| byte == b'\n')?;
        // A line that is not UTF-8 is left to whoever parses the header.
        let line = std::str::from_utf8(&prefix[start..start + length]).unwrap_or("");
        if ends_header(line, start) {
            return Some(start);
        }
        start += length + 1;
    }
}

/// Parses the header of `text`.
pub(crate) fn parse_header(text: &str) -> Result<Header, Problem> {
    let mut builder = Builder::default();
    let mut start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    while start < text.len() {
        let (line, next) = line_at(text, start);
        if ends_header(line, start) {
            break;
        }
        refuse_carriage_return(line, start)?;
        builder.line(line, start)?;
        start = next;
    }
    builder.finish(text, start)
}

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The line that begins at the offset `start`, without its end, and where the
/// next one begins.
pub(super) fn line_at(text: &str, start: usize) -> (&str, usize) {
    let rest = &text[start..];
    let (length, next) = rest.find('\n').map_or((rest.len(), text.len()), |end| (end, start + end + 1));
    (rest[..length].strip_suffix('\r').unwrap_or(&rest[..length]), next)
}

/// Refuses a line of comment at the offset `start` that ends for some databases
/// before it does for others.
pub(super) fn refuse_carriage_return(line: &str, start: usize) -> Result<(), Problem> {
    match line.find('\r') {
        Some(at) => Err(Problem::new(start + at..start + at + 1, "carriage return within a comment")),
        None => Ok(()),
    }
}

/// Whether the line at the offset `start` is no longer part of the header: a
/// line that is neither blank nor a comment, or the first of a section.
pub(super) fn ends_header(line: &str, start: usize) -> bool {
    let line = line.trim_ascii_start();
    if !line.starts_with("--") {
        return !line.is_empty();
    }
    Directive::parse(line, start).is_some_and(|directive| SECTION_DIRECTIVES.contains(&directive.name))
}

/// What was read so far.
#[derive(Default)]
struct Builder {
    message: String,
    description: String,
    revision: Option<Spanned<String>>,
    revises: Vec<Spanned<String>>,
    created: Option<Spanned<String>>,
    labels: Vec<Spanned<String>>,
    depends_on: Vec<Spanned<String>>,
    no_transaction: Option<Range<usize>>,
    values: Vec<(HeaderDirective, Range<usize>)>,
}

impl Builder {
    fn line(&mut self, line: &str, start: usize) -> Result<(), Problem> {
        let comment = line.trim_ascii_start();
        let indent = line.len() - comment.len();
        if let Some(directive) = Directive::parse(comment, start + indent) {
            if indent > 0 {
                return Err(indented(&directive));
            }
            return self.directive(&directive);
        }
        if self.values.is_empty()
            && let Some(content) = comment.strip_prefix("--")
        {
            self.message_line(content);
        }
        Ok(())
    }

    fn message_line(&mut self, content: &str) {
        let content = content.strip_prefix(' ').unwrap_or(content).trim_ascii_end();
        let line = unescape(content);
        if self.message.is_empty() {
            line.trim_ascii_start().clone_into(&mut self.message);
        } else if !(line.is_empty() && self.description.is_empty()) {
            self.description.push_str(&line);
            self.description.push('\n');
        }
    }

    fn directive(&mut self, directive: &Directive<'_>) -> Result<(), Problem> {
        let Some(known) = HeaderDirective::from_name(directive.name) else {
            return Err(unknown(directive, HeaderDirective::ALL.map(HeaderDirective::name).as_slice()));
        };
        if self.values.iter().any(|(earlier, _)| *earlier == known) {
            let message = format!("`@{}` is given twice", directive.name);
            return Err(Problem::new(directive.name_span.clone(), message));
        }
        match known {
            HeaderDirective::Revision => self.revision = Some(directive.name_value()?),
            HeaderDirective::Revises => self.revises = directive.name_list()?,
            HeaderDirective::Created => self.created = Some(date_time(directive)?),
            HeaderDirective::Labels => self.labels = directive.name_list()?,
            HeaderDirective::DependsOn => self.depends_on = directive.name_list()?,
            HeaderDirective::NoTransaction => {
                directive.without_value()?;
                self.no_transaction = Some(directive.name_span.clone());
            }
        }
        self.values.push((known, directive.value_span.clone()));
        Ok(())
    }

    fn finish(self, text: &str, end: usize) -> Result<Header, Problem> {
        let Some(revision) = self.revision else {
            let line = text[end..].find('\n').map_or(text.len(), |length| end + length);
            return Err(Problem::new(end..line, "no `-- @revision` in the header").with_hint(
                "a revision file begins with a comment that has its message, then `-- @revision <id>`",
            ));
        };
        let mut description = self.description;
        description.truncate(description.trim_ascii_end().len());
        Ok(Header {
            message: self.message,
            description,
            revision,
            revises: self.revises,
            created: self.created,
            labels: self.labels,
            depends_on: self.depends_on,
            no_transaction: self.no_transaction,
            span: 0..end,
            values: self.values,
        })
    }
}

/// The problem of a directive that has something before it on its line.
pub(super) fn indented(directive: &Directive<'_>) -> Problem {
    let message = format!("`@{}` is not at the beginning of its line", directive.name);
    Problem::new(directive.name_span.clone(), message)
        .with_hint("a directive is a line of its own, not indented")
}

/// The problem of a directive that is none of `known`.
pub(super) fn unknown(directive: &Directive<'_>, known: &[&str]) -> Problem {
    let known: Vec<_> = known.iter().map(|name| format!("`@{name}`")).collect();
    Problem::new(directive.name_span.clone(), format!("unknown directive `@{}`", directive.name))
        .with_hint(format!("known here: {}", known.join(", ")))
}

fn date_time(directive: &Directive<'_>) -> Result<Spanned<String>, Problem> {
    let span = directive.value_span.clone();
    if directive.value.parse::<jiff::Timestamp>().is_err() {
        let message = format!("{:?} is not a date and time with an offset", directive.value);
        return Err(Problem::new(span, message).with_hint("write it as `2026-11-22T15:02:11Z`"));
    }
    Ok(Spanned { value: directive.value.to_owned(), span })
}

/// A line of a message that would read as a directive has a backslash before
/// it; one that begins so by itself has one more.
pub(super) fn escape(line: &str) -> &'static str {
    if line.trim_start_matches('\\').starts_with('@') { "\\" } else { "" }
}

fn unescape(line: &str) -> Cow<'_, str> {
    let unindented = line.trim_start();
    match unindented.strip_prefix('\\') {
        Some(rest) if rest.trim_start_matches('\\').starts_with('@') => {
            Cow::Owned(format!("{}{rest}", &line[..line.len() - unindented.len()]))
        }
        _ => Cow::Borrowed(line),
    }
}

#[cfg(test)]
mod tests;
