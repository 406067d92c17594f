//! Revisions: the nodes of the migration graph, and what is asked of it.
//!
//! - [`graph`] is the DAG: validation, heads, paths. It does no I/O.
//! - [`target`] parses what a user types (`head`, `+2`, `label@head`, `a:b`).
//! - [`heads`] moves the rows of the version table along the graph.
//! - [`directory`] reads and writes revision files; it is the only file-system
//!   code in this crate.

use std::borrow::Borrow;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

pub mod directory;
pub mod graph;
pub mod heads;
pub mod target;

/// One node of the migration graph: what a revision file says about itself.
///
/// This is plain data. Whether the links make sense is checked when a
/// [`RevisionGraph`](graph::RevisionGraph) is built from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The identifier, unique in a graph.
    pub id: RevisionId,
    /// The revisions this one follows, as written. None for a base, several
    /// for a merge.
    pub parents: Vec<RevisionId>,
    /// Ids or branch labels of revisions that must be applied first although
    /// they are not parents, as written.
    pub depends_on: Vec<String>,
    /// The branch labels written in the file. The labels that other revisions
    /// hand on are asked of the graph.
    pub labels: Vec<String>,
    /// The description; may have several lines.
    pub message: String,
    /// The creation time, as written.
    pub created: Option<String>,
    /// The file the revision was read from, for messages.
    pub path: PathBuf,
}

impl Revision {
    /// Reports whether the revision follows no other (it may still depend on some).
    pub fn is_base(&self) -> bool {
        self.parents.is_empty()
    }

    /// Reports whether the revision has more than one parent.
    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }
}

/// The identifier of a revision. Cloning it does not copy the text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionId(Arc<str>);

impl RevisionId {
    /// Wraps an identifier. No character is refused here: the graph does that,
    /// where it can name the file.
    pub fn new(id: impl AsRef<str>) -> Self {
        Self(Arc::from(id.as_ref()))
    }

    /// Returns the text of the identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl From<&str> for RevisionId {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl From<String> for RevisionId {
    fn from(id: String) -> Self {
        Self(Arc::from(id))
    }
}

impl AsRef<str> for RevisionId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Lets a map keyed by id be asked with a `&str`.
impl Borrow<str> for RevisionId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for RevisionId {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for RevisionId {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}
