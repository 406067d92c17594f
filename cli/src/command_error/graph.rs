//! Errors of revisions and their files.

use retort_core::{
    revision::{directory::DirectoryError, graph::GraphError, target::TargetError},
    script::SourceError,
};

use super::{CommandError, Excerpt};

/// How many files of a cycle are named.
const SHOWN_FILES: usize = 8;

impl From<GraphError> for CommandError {
    fn from(error: GraphError) -> Self {
        let described = Self::new(error.code(), error.to_string());
        let described = match error.hint() {
            Some(hint) => described.hint(hint),
            None => described,
        };
        match &error {
            GraphError::Cycle { .. } | GraphError::DependencyCycle { .. } => {
                let files: Vec<String> =
                    error.paths().take(SHOWN_FILES + 1).map(|path| path.display().to_string()).collect();
                let more = if files.len() > SHOWN_FILES { ", …" } else { "" };
                let shown = files.iter().take(SHOWN_FILES).map(String::as_str).collect::<Vec<_>>();
                described.hint(format!("the files are: {}{more}", shown.join(", ")))
            }
            // Their hints name the files.
            _ => described,
        }
    }
}

impl From<&TargetError> for CommandError {
    fn from(error: &TargetError) -> Self {
        let described = Self::new(error.code(), error.to_string());
        match error.hint() {
            Some(hint) => described.hint(hint),
            None => described,
        }
    }
}

impl From<DirectoryError> for CommandError {
    fn from(error: DirectoryError) -> Self {
        Self::from(&error)
    }
}

impl From<&DirectoryError> for CommandError {
    fn from(error: &DirectoryError) -> Self {
        let code = match error {
            DirectoryError::Source(source) => return Self::source("invalid-revision-file", source),
            DirectoryError::Missing { .. } => "no-migrations",
            DirectoryError::Io { .. } => "io",
            DirectoryError::NotAFile { .. } => "not-a-file",
            DirectoryError::Exists { .. } => "file-exists",
            DirectoryError::FileName { .. } | DirectoryError::NewRevision(_) => "invalid-name",
        };
        let described = Self::new(code, error.to_string()).with_sources_of(error);
        match error {
            DirectoryError::Missing { .. } => described.hint(
                "run `retort init`, or set `migrations` in retort.toml to the directory of the revision files",
            ),
            DirectoryError::FileName { .. } => described.hint(
                "ids and labels are words of letters, digits and underscores; a directory that `file_template` makes needs a name",
            ),
            DirectoryError::NewRevision(_) => {
                described.hint("ids and labels are words of letters, digits and underscores")
            }
            DirectoryError::Source(_)
            | DirectoryError::Io { .. }
            | DirectoryError::NotAFile { .. }
            | DirectoryError::Exists { .. } => described,
        }
    }
}

impl CommandError {
    /// Something wrong at a place in a revision file.
    pub(crate) fn source(code: &'static str, error: &SourceError) -> Self {
        let described = Self::new(code, error.message.clone()).at(Some(Excerpt::of(error)));
        match &error.hint {
            Some(hint) => described.hint(hint),
            None => described,
        }
    }
}
