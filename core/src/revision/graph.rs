//! The graph of revisions: a DAG with branches, merges and dependencies.
//!
//! It answers what exists (heads, bases, labels), what a target stands for,
//! and which revisions a command runs in which order. It does no I/O: files
//! come in as [`Revision`]s, rows of the version table as [`RevisionId`]s.
//!
//! The semantics are Alembic's. There are two kinds of links. *Parents*
//! (`@revises`) make branches: heads, branch points and labels follow them.
//! *Dependencies* (`@depends-on`) only say what must be applied first. A head
//! by parents that others depend on is an *effective* head: once they are
//! applied the version table does not name it, since they imply it. A *real*
//! head has neither children nor dependents.
//!
//! Every order is determined by the load order of the revisions.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

pub use self::error::{GraphError, Located};
pub(super) use self::node::{Adjacency, Node, NodeSet};
pub(super) use self::path::Overlapping;
use super::{Revision, RevisionId};

mod build;
mod choices;
mod downgrade;
mod error;
mod labels;
mod node;
mod order;
mod path;
mod range;
mod resolve;
mod steps;
mod upgrade;

/// A sound graph of revisions. See the [module](self) for its words.
#[derive(Clone, Debug)]
pub struct RevisionGraph {
    revisions: Vec<Revision>,
    ids: HashMap<RevisionId, Node>,
    labels: BTreeMap<String, Node>,
    parents: Adjacency,
    children: Adjacency,
    /// Absent when no revision depends on another: then parents are all there is.
    dependencies: Option<Dependencies>,
    effective_labels: OnceLock<Vec<Vec<Box<str>>>>,
}

/// The links of a graph in which some revision depends on another.
#[derive(Clone, Debug)]
struct Dependencies {
    /// The dependencies alone, labels resolved.
    resolved: Adjacency,
    /// Children and dependents.
    dependents: Adjacency,
    /// Parents, and those dependencies that no ancestor has already.
    normalized: Adjacency,
    /// `normalized` from the other end.
    normalized_children: Adjacency,
}

/// Which links to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// Parents only: the branch.
    Parents,
    /// Parents and dependencies: all that must be applied.
    All,
}

/// What exists.
impl RevisionGraph {
    /// Returns the number of revisions.
    pub fn len(&self) -> usize {
        self.revisions.len()
    }

    /// Reports whether there is no revision.
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty()
    }

    /// Returns all revisions in load order.
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// Returns the revision with exactly this id.
    pub fn get(&self, id: &str) -> Option<&Revision> {
        self.ids.get(id).map(|node| self.revision(*node))
    }

    /// Returns the revisions without children, as `heads` lists them. Some may
    /// be effective heads.
    pub fn heads(&self) -> Vec<&Revision> {
        self.all_revisions(self.head_nodes())
    }

    /// Returns the revisions with neither children nor dependents: the rows of
    /// the version table when all is applied, and what the target `heads` means.
    pub fn real_heads(&self) -> Vec<&Revision> {
        self.all_revisions(self.real_head_nodes())
    }

    /// Returns the revisions without parents.
    pub fn bases(&self) -> Vec<&Revision> {
        self.all_revisions(self.base_nodes())
    }

    /// Returns the revisions with neither parents nor dependencies.
    pub fn real_bases(&self) -> Vec<&Revision> {
        self.revisions
            .iter()
            .filter(|revision| revision.is_base() && revision.depends_on.is_empty())
            .collect()
    }

    /// Returns the revisions with more than one child, in the order of `history`.
    pub fn branch_points(&self) -> Vec<&Revision> {
        self.in_history_order()
            .filter(|node| self.children.of(*node).len() > 1)
            .map(|node| self.revision(node))
            .collect()
    }

    /// Returns the revisions with more than one parent, in the order of `history`.
    pub fn merge_points(&self) -> Vec<&Revision> {
        self.in_history_order()
            .filter(|node| self.parents.of(*node).len() > 1)
            .map(|node| self.revision(node))
            .collect()
    }

    /// Returns the declared branch labels with the revisions that declare them,
    /// sorted by label.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &Revision)> {
        self.labels.iter().map(|(label, node)| (label.as_str(), self.revision(*node)))
    }
}

/// What is around a revision. An id that is not in the graph has nothing
/// around it: these return nothing or `false`.
impl RevisionGraph {
    /// Returns the children of a revision.
    pub fn children(&self, id: &RevisionId) -> Vec<&Revision> {
        self.linked(id, |node| self.children.of(node))
    }

    /// Returns the revisions a revision depends on, labels resolved.
    pub fn dependencies(&self, id: &RevisionId) -> Vec<&Revision> {
        self.dependencies
            .as_ref()
            .map_or_else(Vec::new, |links| self.linked(id, |node| links.resolved.of(node)))
    }

    /// Returns the revisions that must be applied immediately before a
    /// revision: its parents, then the dependencies that no ancestor has.
    pub fn predecessors(&self, id: &RevisionId) -> Vec<&Revision> {
        self.linked(id, |node| self.down(Links::All).of(node))
    }

    /// Reports whether a revision has no children.
    pub fn is_head(&self, id: &RevisionId) -> bool {
        self.node(id).is_some_and(|node| self.children.of(node).is_empty())
    }

    /// Reports whether a revision has no children but dependents, which
    /// `history` shows as `(effective head)`.
    pub fn is_effective_head(&self, id: &RevisionId) -> bool {
        self.is_head(id) && self.node(id).is_some_and(|node| !self.dependents().of(node).is_empty())
    }

    /// Reports whether a revision has more than one child.
    pub fn is_branch_point(&self, id: &RevisionId) -> bool {
        self.node(id).is_some_and(|node| self.children.of(node).len() > 1)
    }

    /// Returns the branch labels a revision carries, sorted: its own, those of
    /// its ancestors, and those that reach back to it from above.
    pub fn labels_of(&self, id: &RevisionId) -> impl Iterator<Item = &str> {
        self.node(id).map_or(&[][..], |node| self.labels_of_node(node)).iter().map(|label| &**label)
    }

    /// Returns the given revisions and everything below them, in load order.
    pub fn ancestors<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a RevisionId>,
        links: Links,
    ) -> Vec<&Revision> {
        let from = ids.into_iter().filter_map(|id| self.node(id));
        let reached = self.down(links).reach(from);
        reached.iter().map(|node| self.revision(node)).collect()
    }

    /// Returns the given revisions and everything above them, in load order.
    pub fn descendants<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a RevisionId>,
        links: Links,
    ) -> Vec<&Revision> {
        let from = ids.into_iter().filter_map(|id| self.node(id));
        let reached = self.up(links).reach(from);
        reached.iter().map(|node| self.revision(node)).collect()
    }

    fn linked<'a>(&'a self, id: &RevisionId, links: impl Fn(Node) -> &'a [Node]) -> Vec<&'a Revision> {
        self.node(id).map_or_else(Vec::new, |node| self.all_revisions(links(node).iter().copied()))
    }
}

/// Nodes and links, for the submodules and [`heads`](super::heads).
impl RevisionGraph {
    pub(super) fn node(&self, id: &RevisionId) -> Option<Node> {
        self.ids.get(id).copied()
    }

    pub(super) fn revision(&self, node: Node) -> &Revision {
        &self.revisions[node.index()]
    }

    pub(super) fn id(&self, node: Node) -> &RevisionId {
        &self.revision(node).id
    }

    pub(super) fn id_list(&self, nodes: impl IntoIterator<Item = Node>) -> Vec<RevisionId> {
        nodes.into_iter().map(|node| self.id(node).clone()).collect()
    }

    /// The links downwards. Of the dependencies only the normalized ones: they
    /// reach the same revisions.
    pub(super) fn down(&self, links: Links) -> &Adjacency {
        match (links, &self.dependencies) {
            (Links::All, Some(dependencies)) => &dependencies.normalized,
            (Links::Parents, _) | (Links::All, None) => &self.parents,
        }
    }

    pub(super) fn up(&self, links: Links) -> &Adjacency {
        match (links, &self.dependencies) {
            (Links::All, Some(dependencies)) => &dependencies.normalized_children,
            (Links::Parents, _) | (Links::All, None) => &self.children,
        }
    }

    /// Children and all dependents, those of dropped dependencies included.
    fn dependents(&self) -> &Adjacency {
        self.dependencies.as_ref().map_or(&self.children, |dependencies| &dependencies.dependents)
    }

    fn nodes(&self) -> impl Iterator<Item = Node> + use<> {
        (0..self.revisions.len()).map(Node::new)
    }

    fn head_nodes(&self) -> impl Iterator<Item = Node> {
        self.nodes().filter(|node| self.children.of(*node).is_empty())
    }

    fn real_head_nodes(&self) -> impl Iterator<Item = Node> {
        self.nodes().filter(|node| self.dependents().of(*node).is_empty())
    }

    fn base_nodes(&self) -> impl Iterator<Item = Node> {
        self.nodes().filter(|node| self.parents.of(*node).is_empty())
    }

    fn all_revisions(&self, nodes: impl IntoIterator<Item = Node>) -> Vec<&Revision> {
        nodes.into_iter().map(|node| self.revision(node)).collect()
    }

    fn in_history_order(&self) -> impl Iterator<Item = Node> {
        let mut all = NodeSet::new(self.len());
        for node in self.nodes() {
            all.insert(node);
        }
        let heads: Vec<Node> = self.real_head_nodes().collect();
        self.newest_first(&all, &heads).into_iter()
    }
}

#[cfg(test)]
mod tests;
