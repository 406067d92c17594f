//! Revisions as they are listed: one line, a block, or JSON. The shapes are
//! Alembic's.

use std::{
    collections::HashSet,
    io::{self, Write},
};

use anstyle::Style;
use retort_core::{
    drawing::TextRow,
    revision::{Revision, RevisionId, graph::RevisionGraph},
};
use serde::Serialize;

use crate::{
    command_error::CommandError,
    palette::{CURRENT, FAINT, HEAD, ID, LABEL, TREE},
    ui::Ui,
};

/// Writes revisions of a graph.
pub(crate) struct Listing<'a> {
    graph: &'a RevisionGraph,
    /// What the database is at, where it was asked.
    current: HashSet<RevisionId>,
}

/// What a line says besides the id.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Line {
    /// `parents -> id`.
    pub(crate) parents: bool,
    /// The branch labels in parentheses.
    pub(crate) labels: bool,
    /// `(branchpoint)` and `(mergepoint)`.
    pub(crate) tree: bool,
    /// The message.
    pub(crate) message: bool,
}

/// One revision for scripts: part of the interface.
#[derive(Serialize)]
pub(crate) struct Entry<'a> {
    revision: &'a str,
    /// The parents, as written.
    down_revisions: Vec<&'a str>,
    /// The ids and labels of the revisions that must be applied first, as
    /// written.
    depends_on: &'a [String],
    /// The labels that the revision carries, those of its branch included.
    branch_labels: Vec<&'a str>,
    message: &'a str,
    path: String,
    /// Whether no revision follows it.
    is_head: bool,
    is_base: bool,
    is_branch_point: bool,
    is_merge_point: bool,
    /// Whether the database is at it. False for commands that do not ask the
    /// database: only `current`, `history -i` and `show current` do.
    is_current: bool,
}

/// The document of every command that lists revisions.
#[derive(Serialize)]
struct Document<'a> {
    revisions: Vec<Entry<'a>>,
}

impl<'a> Listing<'a> {
    /// Lists without knowing what the database is at.
    pub(crate) fn new(graph: &'a RevisionGraph) -> Self {
        Self::with_current(graph, [])
    }

    /// Lists with these revisions as current.
    pub(crate) fn with_current(
        graph: &'a RevisionGraph,
        current: impl IntoIterator<Item = RevisionId>,
    ) -> Self {
        Self { graph, current: current.into_iter().collect() }
    }

    /// Writes the revisions as a JSON document.
    pub(crate) fn json(
        &self,
        ui: &mut Ui,
        revisions: impl IntoIterator<Item = &'a Revision>,
    ) -> Result<(), CommandError> {
        ui.json(&Document { revisions: revisions.into_iter().map(|revision| self.entry(revision)).collect() })
    }

    /// A revision for scripts.
    pub(crate) fn document(&self, revision: &'a Revision) -> impl Serialize + use<'a> {
        self.entry(revision)
    }

    /// Writes each revision as a line, or with `verbose` as a block.
    pub(crate) fn text(
        &self,
        ui: &mut Ui,
        revisions: impl IntoIterator<Item = &'a Revision>,
        line: Line,
        verbose: bool,
    ) -> Result<(), CommandError> {
        let out = ui.stdout();
        for revision in revisions {
            self.entry_text(out, revision, line, verbose).map_err(CommandError::output)?;
        }
        Ok(())
    }

    /// Writes each revision beside its row of a drawing.
    pub(crate) fn graph(
        &self,
        ui: &mut Ui,
        revisions: &[&Revision],
        rows: impl Iterator<Item = TextRow>,
        line: Line,
        verbose: bool,
    ) -> Result<(), CommandError> {
        let out = ui.stdout();
        let mut text = Vec::new();
        for (revision, row) in revisions.iter().zip(rows) {
            text.clear();
            let written = self.entry_text(&mut text, revision, line, verbose);
            written.and_then(|()| self.beside(out, &row, revision, &text)).map_err(CommandError::output)?;
        }
        Ok(())
    }

    /// Writes the lines of a text beside a row of a drawing.
    fn beside(&self, out: &mut dyn Write, row: &TextRow, revision: &Revision, text: &[u8]) -> io::Result<()> {
        let TextRow { before, node, after, below } = row;
        let style = match self.current.contains(&revision.id) {
            true => CURRENT,
            false if self.graph.is_head(&revision.id) => HEAD,
            false => Style::new(),
        };
        write!(out, "{FAINT}{before}{FAINT:#}{style}{node}{style:#}{FAINT}{after}{FAINT:#}")?;
        for (number, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
            match (number, line) {
                (0, _) => {}
                (_, b"\n") => write!(out, "{FAINT}{}{FAINT:#}", below.trim_end())?,
                _ => write!(out, "{FAINT}{below}{FAINT:#}")?,
            }
            out.write_all(line)?;
        }
        Ok(())
    }

    fn entry_text(
        &self,
        out: &mut dyn Write,
        revision: &Revision,
        line: Line,
        verbose: bool,
    ) -> io::Result<()> {
        if verbose {
            return self.block(out, revision);
        }
        self.line(out, revision, line)?;
        writeln!(out)
    }

    /// Writes the line of a revision, without its end.
    pub(crate) fn line(&self, out: &mut dyn Write, revision: &Revision, line: Line) -> io::Result<()> {
        let id = &revision.id;
        if line.parents {
            write_parents(out, revision)?;
            if !revision.depends_on.is_empty() {
                out.write_all(b" (")?;
                write_list(out, revision.depends_on.iter().map(String::as_str))?;
                out.write_all(b")")?;
            }
            out.write_all(b" -> ")?;
        }
        write!(out, "{ID}{id}{ID:#}")?;
        if line.labels && self.graph.labels_of(id).next().is_some() {
            write!(out, " {LABEL}(")?;
            write_list(out, self.graph.labels_of(id))?;
            write!(out, "){LABEL:#}")?;
        }
        if self.graph.is_effective_head(id) {
            write!(out, " {HEAD}(effective head){HEAD:#}")?;
        } else if self.graph.is_head(id) {
            write!(out, " {HEAD}(head){HEAD:#}")?;
        }
        self.write_current(out, id)?;
        if line.tree {
            self.write_tree(out, revision)?;
        }
        if line.message {
            write!(out, ", {}", revision.message)?;
        }
        Ok(())
    }

    /// Writes everything about a revision, and an empty line.
    pub(crate) fn block(&self, out: &mut dyn Write, revision: &Revision) -> io::Result<()> {
        let id = &revision.id;
        write!(out, "Rev: {ID}{id}{ID:#}")?;
        if self.graph.is_head(id) {
            write!(out, " {HEAD}(head){HEAD:#}")?;
        }
        self.write_tree(out, revision)?;
        self.write_current(out, id)?;
        out.write_all(if revision.is_merge() { b"\nMerges: " } else { b"\nParent: " })?;
        write_parents(out, revision)?;
        if !revision.depends_on.is_empty() {
            out.write_all(b"\nAlso depends on: ")?;
            write_list(out, revision.depends_on.iter().map(String::as_str))?;
        }
        if self.graph.is_branch_point(id) {
            out.write_all(b"\nBranches into: ")?;
            write_list(out, self.children(id).into_iter().map(|child| child.id.as_str()))?;
        }
        if self.graph.labels_of(id).next().is_some() {
            write!(out, "\nBranch names: {LABEL}")?;
            write_list(out, self.graph.labels_of(id))?;
            write!(out, "{LABEL:#}")?;
        }
        write!(out, "\nPath: {}\n\n", revision.path.display())?;
        for line in revision.message.lines() {
            writeln!(out, "    {line}")?;
        }
        write!(out, "    \n    Revision ID: {id}\n    Revises: ")?;
        write_list(out, revision.parents.iter().map(RevisionId::as_str))?;
        if let Some(created) = &revision.created {
            write!(out, "\n    Create Date: {}", created.replacen('T', " ", 1).replace('Z', "+00:00"))?;
        }
        out.write_all(b"\n\n")
    }

    /// The children of a revision, sorted.
    pub(crate) fn children(&self, id: &RevisionId) -> Vec<&'a Revision> {
        let mut children = self.graph.children(id);
        children.sort_by(|a, b| a.id.cmp(&b.id));
        children
    }

    fn entry(&self, revision: &'a Revision) -> Entry<'a> {
        let id = &revision.id;
        Entry {
            revision: id.as_str(),
            down_revisions: revision.parents.iter().map(RevisionId::as_str).collect(),
            depends_on: &revision.depends_on,
            branch_labels: self.graph.labels_of(id).collect(),
            message: &revision.message,
            path: revision.path.display().to_string(),
            is_head: self.graph.is_head(id),
            is_base: revision.is_base(),
            is_branch_point: self.graph.is_branch_point(id),
            is_merge_point: revision.is_merge(),
            is_current: self.current.contains(id),
        }
    }

    fn write_current(&self, out: &mut dyn Write, id: &RevisionId) -> io::Result<()> {
        if self.current.contains(id) { write!(out, " {CURRENT}(current){CURRENT:#}") } else { Ok(()) }
    }

    fn write_tree(&self, out: &mut dyn Write, revision: &Revision) -> io::Result<()> {
        if self.graph.is_branch_point(&revision.id) {
            write!(out, " {TREE}(branchpoint){TREE:#}")?;
        }
        if revision.is_merge() {
            write!(out, " {TREE}(mergepoint){TREE:#}")?;
        }
        Ok(())
    }
}

fn write_parents(out: &mut dyn Write, revision: &Revision) -> io::Result<()> {
    if revision.is_base() {
        return out.write_all(b"<base>");
    }
    write_list(out, revision.parents.iter().map(RevisionId::as_str))
}

fn write_list<'a>(out: &mut dyn Write, items: impl Iterator<Item = &'a str>) -> io::Result<()> {
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.write_all(b", ")?;
        }
        out.write_all(item.as_bytes())?;
    }
    Ok(())
}
