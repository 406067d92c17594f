//! A whole revision file: its header, and what its directives divide the rest
//! into.

use std::fmt;
use std::ops::Range;

use super::directive::{Directive, RENAMED_FROM, SECTION_DIRECTIVES};
use super::header::{Header, HeaderDirective, Spanned, indented, unknown};
use super::source::{Problem, Source, SourceError};
use crate::sql::{SplitErrorKind, StatementSpan, Syntax, TokenKind, lex_from, split};

/// A revision file. Displays as its text, byte for byte.
#[derive(Debug, Clone)]
pub struct RevisionScript {
    /// The text, into which all spans point.
    pub source: Source,
    /// What the file says of itself.
    pub header: Header,
    /// The `@upgrade` section. None only if there is no SQL at all.
    pub upgrade: Option<Section>,
    /// The `@downgrade` section. An empty one says that there is nothing to do.
    pub downgrade: Option<Section>,
}

/// The text of one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Where it is, from its directive to the next section.
    pub span: Range<usize>,
    /// Its blocks, in order. Portable blocks without SQL are left out.
    pub blocks: Vec<Block>,
}

/// A piece of a section that is for the same backends throughout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The backends that `@only` names, not checked against any list. None if
    /// the block is portable.
    pub only: Option<Vec<Spanned<String>>>,
    /// Where its text is, without the directives around it.
    pub span: Range<usize>,
    /// Whether it has anything but spaces and comments.
    pub has_sql: bool,
}

impl fmt::Display for RevisionScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source.text())
    }
}

impl RevisionScript {
    /// Parses a revision file.
    ///
    /// A directive is found only where the backends that the text is for see a
    /// comment, so `syntaxes` has the name and syntax of each known backend. In
    /// a block for backends that are all unknown, which nobody here can run,
    /// every line that looks like a directive is one.
    ///
    /// # Errors
    ///
    /// Fails as [`Header::parse`] does; for a directive that is unknown,
    /// repeated, misplaced or malformed; for SQL outside the sections; and for
    /// a string, comment or the like that never ends.
    pub fn parse(source: Source, syntaxes: &[(&str, &Syntax)]) -> Result<Self, Box<SourceError>> {
        let header = Header::parse(&source)?;
        match sections(source.text(), header.span.end, syntaxes) {
            Ok([upgrade, downgrade]) => Ok(Self { source, header, upgrade, downgrade }),
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
}

impl Section {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        !self.blocks.iter().any(|block| block.has_sql)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Upgrade,
    Downgrade,
}

struct Parser<'a> {
    text: &'a str,
    syntaxes: &'a [(&'a str, &'a Syntax)],
    kind: Kind,
    /// Upgrade and downgrade.
    sections: [Option<Section>; 2],
    current: Option<Direction>,
}

/// What a text is, which decides on the directives in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Revision,
    /// Models: one section without a directive that begins it.
    Models,
}

/// Divides the text of a file of models into blocks. [`RENAMED_FROM`] is a
/// comment within them.
pub(super) fn model_blocks(text: &str, syntaxes: &[(&str, &Syntax)]) -> Result<Vec<Block>, Problem> {
    let mut parser = Parser::new(text, syntaxes, Kind::Models);
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    parser.sections[0] = Some(Section { span: start..start, blocks: Vec::new() });
    parser.current = Some(Direction::Upgrade);
    let [section, _] = parser.parse(start)?;
    Ok(section.map(|section| section.blocks).unwrap_or_default())
}

/// The sections of the text of a revision after its header: upgrade, and
/// downgrade.
pub(super) fn sections(
    text: &str,
    header_end: usize,
    syntaxes: &[(&str, &Syntax)],
) -> Result<[Option<Section>; 2], Problem> {
    Parser::new(text, syntaxes, Kind::Revision).parse(header_end)
}

/// How far a block goes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Extent {
    /// The start of the directive after it, or the end of the text.
    end: usize,
    /// Its first token that is not a comment.
    sql: Option<Range<usize>>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, syntaxes: &'a [(&'a str, &'a Syntax)], kind: Kind) -> Self {
        Self { text, syntaxes, kind, sections: [None, None], current: None }
    }

    fn parse(mut self, mut start: usize) -> Result<[Option<Section>; 2], Problem> {
        let mut only = None;
        loop {
            let extent = self.extent(start, only.as_deref())?;
            let end = extent.end;
            self.push_block(only.take(), start, extent)?;
            if end == self.text.len() {
                break;
            }
            let line = self.line_at(end);
            start = (end + line.len() + 1).min(self.text.len());
            // An extent ends at a directive or at the end of the text.
            let Some(directive) = Directive::parse(line, end) else { break };
            only = self.directive(&directive)?;
        }
        if let [None, Some(downgrade)] = &self.sections
            && !downgrade.is_empty()
        {
            let message = "`-- @downgrade` without `-- @upgrade`";
            return Err(Problem::new(self.line_span(downgrade.span.start), message)
                .with_hint("an empty `-- @upgrade` section says that there is nothing to do"));
        }
        Ok(self.sections)
    }

    /// Takes a directive and returns the backends of the block after it.
    fn directive(&mut self, directive: &Directive<'_>) -> Result<Option<Vec<Spanned<String>>>, Problem> {
        if self.kind == Kind::Models && !matches!(directive.name, "only" | "all") {
            if !is_known(directive.name) {
                return Err(unknown(directive, &["only", "all", RENAMED_FROM]));
            }
            let message = format!("`@{}` belongs in a revision", directive.name);
            return Err(Problem::new(directive.name_span.clone(), message)
                .with_hint("a file of models has neither header nor sections"));
        }
        match directive.name {
            "upgrade" => self.begin(Direction::Upgrade, directive).map(|()| None),
            "downgrade" => self.begin(Direction::Downgrade, directive).map(|()| None),
            "only" => {
                self.within_section(directive)?;
                directive.name_list().map(Some)
            }
            "all" => {
                self.within_section(directive)?;
                directive.without_value().map(|()| None)
            }
            name if HeaderDirective::from_name(name).is_some() => {
                let message = format!("`@{name}` belongs in the header");
                Err(Problem::new(directive.name_span.clone(), message)
                    .with_hint("move it above the first line that is not a comment"))
            }
            _ => Err(unknown(directive, &SECTION_DIRECTIVES)),
        }
    }

    fn begin(&mut self, direction: Direction, directive: &Directive<'_>) -> Result<(), Problem> {
        directive.without_value()?;
        let section = &mut self.sections[direction as usize];
        if section.is_some() {
            let message = format!("`@{}` is given twice", directive.name);
            return Err(Problem::new(directive.name_span.clone(), message));
        }
        let start = self.text[..directive.name_span.start].rfind('\n').map_or(0, |end| end + 1);
        *section = Some(Section { span: start..start, blocks: Vec::new() });
        self.current = Some(direction);
        Ok(())
    }

    fn within_section(&self, directive: &Directive<'_>) -> Result<(), Problem> {
        if self.current.is_some() {
            return Ok(());
        }
        let message = format!("`@{}` before `-- @upgrade`", directive.name);
        Err(Problem::new(directive.name_span.clone(), message))
    }

    fn push_block(
        &mut self,
        only: Option<Vec<Spanned<String>>>,
        start: usize,
        extent: Extent,
    ) -> Result<(), Problem> {
        let Some(direction) = self.current else {
            return match extent.sql {
                None => Ok(()),
                Some(sql) => Err(Problem::new(sql, "SQL before `-- @upgrade`")
                    .with_hint("write `-- @upgrade` on a line of its own above it")),
            };
        };
        let has_sql = extent.sql.is_some();
        if let Some(section) = &mut self.sections[direction as usize] {
            section.span.end = extent.end;
            if has_sql || only.is_some() || self.kind == Kind::Models {
                section.blocks.push(Block { only, span: start..extent.end, has_sql });
            }
        }
        Ok(())
    }

    /// How far the block goes that begins at `start`.
    fn extent(&self, start: usize, only: Option<&[Spanned<String>]>) -> Result<Extent, Problem> {
        let Some(names) = only else {
            return self.lexed_extent(start, &Syntax::PORTABLE);
        };
        let mut known = names.iter().filter_map(|name| {
            self.syntaxes.iter().find(|(known, _)| *known == name.value).map(|(_, syntax)| (name, *syntax))
        });
        let Some((first_name, first)) = known.next() else {
            return Ok(self.unlexed_extent(start));
        };
        let extent = self.lexed_extent(start, first)?;
        for (name, syntax) in known {
            let other = self.lexed_extent(start, syntax)?;
            if other.end != extent.end {
                let at = self.line_span(extent.end.min(other.end));
                let (a, b) = (&first_name.value, &name.value);
                return Err(Problem::new(
                    at,
                    format!("`{a}` and `{b}` disagree on whether this is a comment"),
                )
                .with_hint(format!("write a block for `{a}` and a block for `{b}`")));
            }
        }
        Ok(extent)
    }

    fn lexed_extent(&self, start: usize, syntax: &Syntax) -> Result<Extent, Problem> {
        let mut sql = None;
        for token in lex_from(self.text, start, syntax) {
            if let Some(kind) = SplitErrorKind::of_unterminated(&token) {
                return Err(unterminated(self.text, kind, token.span.start));
            }
            if token.kind == TokenKind::LineComment {
                let at = token.span.start;
                if let Some(directive) = Directive::parse(&self.text[token.span], at) {
                    if self.is_comment(&directive) {
                        continue;
                    }
                    let before = &self.text[..at];
                    if before.is_empty() || before == "\u{feff}" || before.ends_with('\n') {
                        return Ok(Extent { end: at, sql });
                    }
                    if is_known(directive.name) {
                        return Err(indented(&directive));
                    }
                }
            } else if !token.kind.is_trivia() && sql.is_none() {
                sql = Some(token.span);
            }
        }
        Ok(Extent { end: self.text.len(), sql })
    }

    /// Whether a directive says something about the statement that it is in.
    fn is_comment(&self, directive: &Directive<'_>) -> bool {
        self.kind == Kind::Models && directive.name == RENAMED_FROM
    }

    /// As [`Self::lexed_extent`], by lines that look like directives.
    fn unlexed_extent(&self, start: usize) -> Extent {
        let mut sql = None;
        let mut at = start;
        while at < self.text.len() {
            let line = self.line_at(at);
            let directive = Directive::parse(line, at).filter(|directive| !self.is_comment(directive));
            if directive.is_some_and(|directive| is_known(directive.name)) {
                return Extent { end: at, sql };
            }
            let content = line.trim_ascii();
            if sql.is_none() && !content.is_empty() && !content.starts_with("--") {
                sql = Some(at..at + line.len());
            }
            at += line.len() + 1;
        }
        Extent { end: self.text.len(), sql }
    }

    /// The rest of the line at an offset, without its end.
    fn line_at(&self, offset: usize) -> &'a str {
        let rest = &self.text[offset..];
        rest.find('\n').map_or(rest, |end| &rest[..end])
    }

    fn line_span(&self, offset: usize) -> Range<usize> {
        offset..offset + self.line_at(offset).trim_ascii_end().len()
    }
}

fn is_known(name: &str) -> bool {
    SECTION_DIRECTIVES.contains(&name) || HeaderDirective::from_name(name).is_some()
}

/// The problem of something that begins at `offset` and never ends, shown by
/// what its first line has of it.
pub(super) fn unterminated(text: &str, kind: SplitErrorKind, offset: usize) -> Problem {
    let rest = &text[offset..];
    let line = rest.find(['\r', '\n']).unwrap_or(rest.len());
    Problem::new(offset..offset + line, kind.to_string())
}

#[cfg(test)]
mod tests;
