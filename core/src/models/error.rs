//! Why models cannot be read.

use std::{fmt, io, path::PathBuf};

use thiserror::Error;

use crate::script::SourceError;

/// Why models cannot be read.
#[derive(Debug, Error)]
pub enum ModelError {
    /// There is no such directory.
    #[error("there is no directory `{}`", path.display())]
    Missing {
        /// The directory.
        path: PathBuf,
    },
    /// Nothing is defined for the backend: most likely a mistake, and never a
    /// wish to drop everything.
    #[error("the models define nothing")]
    Empty,
    /// A file or directory that the system refused to read.
    #[error("cannot read `{}`", path.display())]
    Io {
        /// Its path.
        path: PathBuf,
        /// The answer.
        source: io::Error,
    },
    /// A symbolic link that leads to a directory above it.
    #[error("`{}` is a link to a directory that it is in", path.display())]
    Loop {
        /// The link.
        path: PathBuf,
    },
    /// A directory, pipe or the like with the name of a file of models.
    #[error("`{}` is not a file, although it has the name of one", path.display())]
    NotAFile {
        /// Its path.
        path: PathBuf,
    },
    /// The text of files is wrong.
    #[error("{}", Summary(.0))]
    Invalid(Vec<SourceError>),
}

impl ModelError {
    /// Errors in texts, by place and each once.
    pub(super) fn invalid(mut errors: Vec<SourceError>) -> Self {
        errors.sort_by(|a, b| (&a.path, a.line, a.column).cmp(&(&b.path, b.line, b.column)));
        errors.dedup();
        Self::Invalid(errors)
    }

    /// What is wrong with the texts of files, if that is what it is about.
    pub fn source_errors(&self) -> &[SourceError] {
        match self {
            Self::Invalid(errors) => errors,
            Self::Missing { .. }
            | Self::Empty
            | Self::Io { .. }
            | Self::Loop { .. }
            | Self::NotAFile { .. } => &[],
        }
    }
}

/// The first error, and how many more there are.
struct Summary<'a>(&'a [SourceError]);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("the models are wrong"),
            [error] => write!(f, "{error}"),
            [first, rest @ ..] => write!(f, "{first} (and {} more)", rest.len()),
        }
    }
}
