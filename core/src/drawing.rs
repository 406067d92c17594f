//! Revisions and their links as a picture: lanes beside lines of text, and
//! documents for other programs.

mod dot;
mod lanes;
mod mermaid;
mod svg;
mod text;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

pub use self::text::{Glyphs, TextRow};
use crate::revision::{Revision, RevisionId, graph::RevisionGraph};

/// Revisions to draw, and the links between them.
#[derive(Debug)]
pub struct Drawing<'g> {
    nodes: Vec<Node<'g>>,
}

/// A revision in a drawing.
#[derive(Debug)]
struct Node<'g> {
    revision: &'g Revision,
    labels: Vec<&'g str>,
    is_head: bool,
    is_branch_point: bool,
    is_current: bool,
    links: Vec<Link>,
}

/// What a revision builds on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Link {
    /// The place of the other revision in the drawing.
    to: usize,
    kind: LinkKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum LinkKind {
    Parent,
    Dependency,
}

impl<'g> Drawing<'g> {
    /// Prepares a drawing of revisions of a graph, in the order of
    /// [`walk`](RevisionGraph::walk): each before what it builds on. Links to
    /// revisions that are not drawn are left out.
    pub fn new(graph: &'g RevisionGraph, revisions: &[&'g Revision], current: &HashSet<RevisionId>) -> Self {
        let places: HashMap<&RevisionId, usize> =
            revisions.iter().enumerate().map(|(place, revision)| (&revision.id, place)).collect();
        let node = |(place, revision): (usize, &&'g Revision)| {
            let parents = revision.parents.iter().map(|id| (id, LinkKind::Parent));
            let dependencies = graph.dependencies(&revision.id);
            let dependencies = dependencies.iter().map(|needed| (&needed.id, LinkKind::Dependency));
            let mut links: Vec<Link> = Vec::new();
            for (id, kind) in parents.chain(dependencies) {
                // What a revision follows it needs anyway.
                if let Some(&to) = places.get(id)
                    && to > place
                    && !links.iter().any(|link| link.to == to)
                {
                    links.push(Link { to, kind });
                }
            }
            Node {
                revision,
                labels: graph.labels_of(&revision.id).collect(),
                is_head: graph.is_head(&revision.id),
                is_branch_point: graph.is_branch_point(&revision.id),
                is_current: current.contains(&revision.id),
                links,
            }
        };
        Self { nodes: revisions.iter().enumerate().map(node).collect() }
    }

    /// Draws lanes, one row a revision.
    pub fn text(&self, glyphs: Glyphs) -> impl Iterator<Item = TextRow> {
        text::rows(&self.nodes, glyphs)
    }

    /// Writes the graph in Graphviz' language.
    pub fn dot(&self) -> String {
        dot::write(&self.nodes)
    }

    /// Writes the graph as a flowchart in Mermaid's language.
    pub fn mermaid(&self) -> String {
        mermaid::write(&self.nodes)
    }

    /// Writes the graph as an image in SVG that needs nothing else.
    pub fn svg(&self) -> String {
        svg::write(&self.nodes)
    }
}

impl Node<'_> {
    /// The first line of the message.
    fn title(&self) -> &str {
        self.revision.message.lines().next().unwrap_or_default()
    }

    /// Labels and marks, as the lines of `history` have them.
    fn marks(&self) -> String {
        let labels = (!self.labels.is_empty()).then(|| self.labels.join(", "));
        let mark = |is: bool, name: &str| is.then(|| name.to_owned());
        let marks = [
            labels,
            mark(self.is_head, "head"),
            mark(self.is_current, "current"),
            mark(self.is_branch_point, "branchpoint"),
            mark(self.revision.is_merge(), "mergepoint"),
        ];
        marks.into_iter().flatten().map(|mark| format!("({mark})")).collect::<Vec<_>>().join(" ")
    }
}

/// A text without what is for a terminal: no language of pictures can hold it.
fn printable(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|c| if c.is_control() || is_forbidden(c) { char::REPLACEMENT_CHARACTER } else { c })
}

/// Whether XML has no way to write a character, or it turns text around.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
