//! The text of a new revision file.

use thiserror::Error;

use super::header::{HeaderDirective, escape};
use crate::revision::RevisionId;

/// A revision that has no file yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRevision {
    /// Its id.
    pub id: RevisionId,
    /// Its message, of one or several lines. May be empty.
    pub message: String,
    /// The revisions it revises.
    pub parents: Vec<RevisionId>,
    /// The branch labels it carries.
    pub labels: Vec<String>,
    /// Ids or labels of further revisions that come first.
    pub depends_on: Vec<String>,
    /// When it was created, as RFC 3339 writes it.
    pub created: Option<String>,
    /// Whether it runs outside a transaction.
    pub no_transaction: bool,
    /// Comments of one or several lines between the header and the sections.
    /// May be empty.
    pub comment: String,
    /// The text of its upgrade section, perhaps with `@only` blocks. Where it
    /// is empty there is nothing to do.
    pub upgrade_sql: String,
    /// The text of its downgrade section. Where it is empty there is nothing to
    /// do; where it is none the file has no such section.
    pub downgrade_sql: Option<String>,
}

/// A revision that cannot be written down.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NewRevisionError {
    /// An id or label that the header could not be read back with.
    #[error("{name:?} cannot be written as {what}: a name is not empty and has no spaces or commas")]
    Name {
        /// What the name is for.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A time that is not RFC 3339.
    #[error("{created:?} is not a date and time with an offset")]
    Created {
        /// The time.
        created: String,
    },
}

impl NewRevision {
    /// A revision with an id and a message, and nothing to do in either
    /// direction.
    pub fn new(id: RevisionId, message: impl Into<String>) -> Self {
        Self {
            id,
            message: message.into(),
            parents: Vec::new(),
            labels: Vec::new(),
            depends_on: Vec::new(),
            created: None,
            no_transaction: false,
            comment: String::new(),
            upgrade_sql: String::new(),
            downgrade_sql: None,
        }
    }

    /// The text of the file.
    ///
    /// # Errors
    ///
    /// Fails for an id, label or time that would not be read back.
    pub fn render(&self) -> Result<String, NewRevisionError> {
        let mut text = String::new();
        self.push_message(&mut text);
        let parents = self.parents.iter().map(RevisionId::as_str);
        push_list(&mut text, HeaderDirective::Revision, "a revision id", [self.id.as_str()])?;
        push_list(&mut text, HeaderDirective::Revises, "a revision id", parents)?;
        if let Some(created) = &self.created {
            if created.parse::<jiff::Timestamp>().is_err() || created.trim_ascii() != created {
                return Err(NewRevisionError::Created { created: created.clone() });
            }
            push_directive(&mut text, HeaderDirective::Created, created);
        }
        let labels = self.labels.iter().map(String::as_str);
        push_list(&mut text, HeaderDirective::Labels, "a branch label", labels)?;
        let depends_on = self.depends_on.iter().map(String::as_str);
        push_list(&mut text, HeaderDirective::DependsOn, "a dependency", depends_on)?;
        if self.no_transaction {
            push_directive(&mut text, HeaderDirective::NoTransaction, "");
        }
        let comment = self.comment.trim();
        if !comment.is_empty() {
            text.push('\n');
            text.push_str(comment);
            text.push('\n');
        }
        push_section(&mut text, "upgrade", &self.upgrade_sql);
        if let Some(sql) = &self.downgrade_sql {
            push_section(&mut text, "downgrade", sql);
        }
        Ok(text)
    }

    fn push_message(&self, text: &mut String) {
        let message = self.message.trim();
        // What Alembic writes for a message that is not given.
        let message = if message.is_empty() { "empty message" } else { message };
        // A carriage return, alone or before a line feed, is a line end too:
        // some databases end a comment at it.
        for line in message.replace("\r\n", "\n").split(['\n', '\r']) {
            let line = line.trim_end();
            text.push_str("--");
            if !line.is_empty() {
                text.push(' ');
                let unindented = line.trim_start();
                text.push_str(&line[..line.len() - unindented.len()]);
                text.push_str(escape(unindented));
                text.push_str(unindented);
            }
            text.push('\n');
        }
        text.push_str("--\n");
    }
}

fn push_list<'a>(
    text: &mut String,
    directive: HeaderDirective,
    what: &'static str,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<(), NewRevisionError> {
    let names: Vec<&str> = names.into_iter().collect();
    let is_bad = |c: char| c == ',' || c.is_whitespace() || c.is_control();
    if let Some(&name) = names.iter().find(|name| name.is_empty() || name.contains(is_bad)) {
        return Err(NewRevisionError::Name { what, name: name.to_owned() });
    }
    if !names.is_empty() {
        push_directive(text, directive, &names.join(", "));
    }
    Ok(())
}

fn push_directive(text: &mut String, directive: HeaderDirective, value: &str) {
    text.push_str("-- @");
    text.push_str(directive.name());
    if !value.is_empty() {
        text.push(' ');
        text.push_str(value);
    }
    text.push('\n');
}

fn push_section(text: &mut String, name: &str, sql: &str) {
    text.push_str("\n-- @");
    text.push_str(name);
    text.push('\n');
    let sql = sql.trim();
    if !sql.is_empty() {
        text.push_str(sql);
        text.push('\n');
    }
}
