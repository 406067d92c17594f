//! Why a set of revisions is not a graph.

use std::path::{Path, PathBuf};

use crate::revision::{Revision, RevisionId};

/// A revision with the file that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The revision.
    pub id: RevisionId,
    /// Its file.
    pub path: PathBuf,
}

impl From<&Revision> for Located {
    fn from(revision: &Revision) -> Self {
        Self { id: revision.id.clone(), path: revision.path.clone() }
    }
}

/// Revisions that do not make a graph.
///
/// The messages are those Alembic prints, where it has one. They do not name
/// files; [`located`](Self::located) does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// A revision is its own parent.
    #[error("Self-loop is detected in revisions ({})", .revision.id)]
    SelfLoop {
        /// The revision.
        revision: Located,
    },
    /// A revision depends on itself.
    #[error("Dependency self-loop is detected in revisions ({})", .revision.id)]
    DependencySelfLoop {
        /// The revision.
        revision: Located,
    },
    /// Revisions are their own ancestors.
    #[error("Cycle is detected in revisions ({})", join(.revisions))]
    Cycle {
        /// The revisions of the cycle and those cut off by it.
        revisions: Vec<Located>,
    },
    /// Revisions are their own ancestors once dependencies are followed.
    #[error("Dependency cycle is detected in revisions ({})", join(.revisions))]
    DependencyCycle {
        /// The revisions of the cycle and those cut off by it.
        revisions: Vec<Located>,
    },
    /// An id has characters that the target language uses.
    #[error("Character(s) '{characters}' not allowed in revision identifier '{}'", .revision.id)]
    IllegalId {
        /// The revision.
        revision: Located,
        /// The characters, comma-separated.
        characters: String,
    },
    /// An id or label is empty or a word of the target language.
    #[error("'{name}' is not allowed as a {kind}: {reason}")]
    IllegalName {
        /// The revision that has it.
        revision: Located,
        /// The name.
        name: String,
        /// `revision identifier` or `branch label`.
        kind: &'static str,
        /// Why it is not allowed.
        reason: &'static str,
    },
    /// Two files have the same id.
    #[error("Revision {} is present more than once", .first.id)]
    DuplicateRevision {
        /// The first in load order.
        first: Located,
        /// The other.
        second: Located,
    },
    /// A label is used by two revisions, or is the id of another.
    #[error(
        "Branch name '{label}' in revision {} already used by revision {}",
        .revision.id,
        .other.id
    )]
    DuplicateLabel {
        /// The label.
        label: String,
        /// The later of the two in load order.
        revision: Located,
        /// The one that has it already.
        other: Located,
    },
    /// A revision names a parent or dependency twice.
    #[error("revision {} names {name} twice", .revision.id)]
    DuplicateLink {
        /// The revision.
        revision: Located,
        /// The name it repeats.
        name: String,
    },
    /// A parent does not exist.
    #[error("Revision {parent} referenced from {} is not present", .revision.id)]
    MissingParent {
        /// The revision that names it.
        revision: Located,
        /// The missing parent.
        parent: RevisionId,
    },
    /// A dependency does not exist.
    #[error("Revision {dependency} referenced from {} is not present", .revision.id)]
    MissingDependency {
        /// The revision that names it.
        revision: Located,
        /// The missing id or label.
        dependency: String,
    },
}

impl GraphError {
    /// Returns a stable name for the kind of error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SelfLoop { .. } | Self::Cycle { .. } => "cycle",
            Self::DependencySelfLoop { .. } | Self::DependencyCycle { .. } => "dependency-cycle",
            Self::IllegalId { .. } | Self::IllegalName { .. } => "illegal-name",
            Self::DuplicateRevision { .. } => "duplicate-revision",
            Self::DuplicateLabel { .. } => "duplicate-label",
            Self::DuplicateLink { .. } => "duplicate-link",
            Self::MissingParent { .. } => "missing-parent",
            Self::MissingDependency { .. } => "missing-dependency",
        }
    }

    /// Returns the revisions involved, with their files.
    pub fn located(&self) -> Vec<&Located> {
        match self {
            Self::SelfLoop { revision }
            | Self::DependencySelfLoop { revision }
            | Self::IllegalId { revision, .. }
            | Self::IllegalName { revision, .. }
            | Self::DuplicateLink { revision, .. }
            | Self::MissingParent { revision, .. }
            | Self::MissingDependency { revision, .. } => vec![revision],
            Self::Cycle { revisions } | Self::DependencyCycle { revisions } => revisions.iter().collect(),
            Self::DuplicateRevision { first, second } => vec![first, second],
            Self::DuplicateLabel { revision, other, .. } => vec![revision, other],
        }
    }

    /// Returns the files involved.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.located().into_iter().map(|revision| revision.path.as_path())
    }

    /// Returns what to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::SelfLoop { revision } => Some(format!("correct `@revises` in {}", revision.path.display())),
            Self::DependencySelfLoop { revision } => {
                Some(format!("correct `@depends-on` in {}", revision.path.display()))
            }
            Self::Cycle { .. } => Some("correct `@revises` in one of these files".to_owned()),
            Self::DependencyCycle { .. } => Some("correct `@depends-on` in one of these files".to_owned()),
            Self::IllegalId { revision, .. } | Self::IllegalName { revision, .. } => {
                Some(format!("rename it in {}", revision.path.display()))
            }
            Self::DuplicateRevision { first, second } => Some(format!(
                "remove {} or {}, or give one of them another id",
                first.path.display(),
                second.path.display()
            )),
            Self::DuplicateLabel { revision, .. } => Some(format!(
                "descendants carry the label already; remove it from `@labels` in {}",
                revision.path.display()
            )),
            Self::DuplicateLink { revision, .. } => {
                Some(format!("remove the repetition from {}", revision.path.display()))
            }
            Self::MissingParent { revision, .. } => {
                Some(format!("restore its file, or correct `@revises` in {}", revision.path.display()))
            }
            Self::MissingDependency { revision, .. } => {
                Some(format!("restore its file, or correct `@depends-on` in {}", revision.path.display()))
            }
        }
    }
}

fn join(revisions: &[Located]) -> String {
    revisions.iter().map(|revision| revision.id.as_str()).collect::<Vec<_>>().join(", ")
}
