//! Revisions: the nodes of the migration graph, and what is asked of it.
//!
//! - [`graph`] is the DAG: validation, heads, paths. It does no I/O.
//! - [`target`] parses what a user types (`head`, `+2`, `label@head`, `a:b`).
//! - [`directory`] reads and writes revision files; it is the only file-system
//!   code in this crate.

pub mod directory;
pub mod graph;
pub mod target;

use std::fmt;
use std::path::PathBuf;

/// The id of a revision, as its file states it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionId(String);

/// What the header of a revision file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its id.
    pub id: RevisionId,
    /// The revisions it revises: none for a base, several for a merge.
    pub parents: Vec<RevisionId>,
    /// Ids or branch labels it also depends on, as written.
    pub depends_on: Vec<String>,
    /// The branch labels it carries.
    pub labels: Vec<String>,
    /// The first line of its message.
    pub message: String,
    /// When it was created, as written.
    pub created: Option<String>,
    /// The file it was read from.
    pub path: PathBuf,
}

impl RevisionId {
    /// An id that is `id`, unchecked.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
