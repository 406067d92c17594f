//! Why a revision cannot be planned.

use std::ops::Range;

use thiserror::Error;

use crate::{
    operation::ApplyError,
    script::{Source, SourceError},
};

/// Why a revision cannot be planned, with the place in its file.
#[derive(Debug, Clone, Error)]
#[error("{source_error}")]
pub struct PlanError {
    kind: PlanErrorKind,
    source_error: Box<SourceError>,
}

/// What kind of reason it is; callers choose their advice by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanErrorKind {
    /// The text of the file is wrong.
    Source,
    /// The backend has no equivalent.
    Unsupported,
    /// What is to be created exists already.
    AlreadyExists,
    /// What is to be changed does not exist.
    Missing,
    /// The operation contradicts the schema in another way.
    Conflict,
    /// The definition of what is to be changed is not known.
    Unknown,
    /// Nothing undoes the upgrade.
    Irreversible,
}

impl PlanError {
    /// A reason at a place.
    pub fn new(kind: PlanErrorKind, source_error: Box<SourceError>) -> Self {
        Self { kind, source_error }
    }

    /// An operation that cannot be applied to the schema.
    pub(super) fn apply(source: &Source, span: Range<usize>, error: &ApplyError) -> Self {
        let kind = if error.object_exists() {
            PlanErrorKind::AlreadyExists
        } else if error.object_missing() {
            PlanErrorKind::Missing
        } else {
            PlanErrorKind::Conflict
        };
        Self::new(kind, source.error(span, error.to_string(), None))
    }

    /// The kind.
    pub fn kind(&self) -> PlanErrorKind {
        self.kind
    }

    /// The message with its place in the file.
    pub fn source_error(&self) -> &SourceError {
        &self.source_error
    }
}

impl From<Box<SourceError>> for PlanError {
    fn from(error: Box<SourceError>) -> Self {
        Self::new(PlanErrorKind::Source, error)
    }
}
