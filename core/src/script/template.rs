//! A template for new revision files: a comment and the sections, without a
//! header.

use super::NewRevision;
use super::directive::Directive;
use super::header::{HeaderDirective, ends_header, indented, line_at, refuse_carriage_return, unknown};
use super::sections::{Section, sections};
use super::source::{Problem, Source, SourceError};
use crate::sql::Syntax;

/// A template for new revision files.
///
/// It is written as a revision file is, but begins with a comment of which the
/// first line says what the template is for. The message and the directives of
/// the header are those of each new revision; only `@no-transaction` may be in
/// a template. What else the comment says comes between them and the sections.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RevisionTemplate {
    /// The first line of the leading comment: what the template is for. May be
    /// empty.
    pub synopsis: String,
    /// What follows it, up to the sections.
    pub comment: String,
    /// Whether new revisions run outside a transaction.
    pub no_transaction: bool,
    /// The text of the upgrade section.
    pub upgrade: String,
    /// The text of the downgrade section, if there is one.
    pub downgrade: Option<String>,
}

impl RevisionTemplate {
    /// Parses a template, for the known backends and their syntaxes.
    ///
    /// # Errors
    ///
    /// Fails for a directive that is unknown, misplaced, malformed or not for
    /// templates, and for whatever could not stand in a revision file.
    pub fn parse(source: &Source, syntaxes: &[(&str, &Syntax)]) -> Result<Self, Box<SourceError>> {
        parse(source.text(), syntaxes).map_err(|problem| source.locate(problem))
    }

    /// Gives a new revision the text of the template.
    pub fn fill(&self, new: &mut NewRevision) {
        new.comment.clone_from(&self.comment);
        new.no_transaction = self.no_transaction;
        new.upgrade_sql.clone_from(&self.upgrade);
        new.downgrade_sql.clone_from(&self.downgrade);
    }
}

fn parse(text: &str, syntaxes: &[(&str, &Syntax)]) -> Result<RevisionTemplate, Problem> {
    let mut template = RevisionTemplate::default();
    let mut has_synopsis = false;
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while start < text.len() {
        let (line, next) = line_at(text, start);
        if ends_header(line, start) {
            break;
        }
        refuse_carriage_return(line, start)?;
        let comment = line.trim_ascii_start();
        match Directive::parse(comment, start + (line.len() - comment.len())) {
            Some(directive) if comment.len() < line.len() => return Err(indented(&directive)),
            Some(directive) => template.directive(&directive)?,
            None if !has_synopsis && !comment.is_empty() => {
                has_synopsis = true;
                comment.trim_start_matches('-').trim_ascii().clone_into(&mut template.synopsis);
            }
            // The line that sets the synopsis off.
            None if template.comment.is_empty()
                && comment.trim_start_matches('-').trim_ascii().is_empty() => {}
            None => {
                template.comment.push_str(line);
                template.comment.push('\n');
            }
        }
        start = next;
    }
    let [upgrade, downgrade] = sections(text, start, syntaxes)?;
    // Comments of the other form.
    let first = [&upgrade, &downgrade].into_iter().flatten().map(|section| section.span.start).min();
    template.comment.push_str(&text[start..first.unwrap_or(text.len())]);
    template.comment = line_ends(&template.comment);
    template.upgrade = upgrade.map(|section| body(text, &section)).unwrap_or_default();
    template.downgrade = downgrade.map(|section| body(text, &section));
    Ok(template)
}

impl RevisionTemplate {
    fn directive(&mut self, directive: &Directive<'_>) -> Result<(), Problem> {
        let at = directive.name_span.clone();
        match HeaderDirective::from_name(directive.name) {
            Some(HeaderDirective::NoTransaction) if self.no_transaction => {
                Err(Problem::new(at, "`@no-transaction` is given twice"))
            }
            Some(HeaderDirective::NoTransaction) => {
                self.no_transaction = true;
                directive.without_value()
            }
            Some(
                HeaderDirective::Revision
                | HeaderDirective::Revises
                | HeaderDirective::Created
                | HeaderDirective::Labels
                | HeaderDirective::DependsOn,
            ) => Err(Problem::new(at, format!("`@{}` is written for each new revision", directive.name))
                .with_hint(
                    "leave it out: a template has a comment, perhaps `-- @no-transaction`, and the sections",
                )),
            None => Err(unknown(directive, &["no-transaction", "upgrade", "downgrade", "only", "all"])),
        }
    }
}

/// The text of a section without the directive that begins it.
fn body(text: &str, section: &Section) -> String {
    let text = &text[section.span.clone()];
    line_ends(text.split_once('\n').map_or("", |(_, body)| body))
}

/// The text with the line ends that a new file has, and no blank lines around it.
fn line_ends(text: &str) -> String {
    text.trim_ascii().replace("\r\n", "\n")
}

#[cfg(test)]
mod tests;
