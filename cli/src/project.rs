//! The project that a command acts on: its settings and its revisions.

use std::path::PathBuf;

use retort_core::revision::{
    directory::{RevisionDirectory, file_name},
    graph::RevisionGraph,
    target::TargetError,
};
use retort_core::script::NewRevision;

use crate::{
    command_error::CommandError,
    settings::{CONFIG_FILE, Database, Settings},
};

/// The project that a command acts on.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) settings: Settings,
    pub(crate) directory: RevisionDirectory,
    pub(crate) graph: RevisionGraph,
}

impl Project {
    /// Reads the headers of all revision files.
    pub(crate) fn load(settings: Settings) -> Result<Self, CommandError> {
        let directory = RevisionDirectory::new(&settings.migrations);
        let graph = RevisionGraph::new(directory.load()?)?;
        Ok(Self { settings, directory, graph })
    }

    /// The project as if it had no revisions, without looking for any.
    pub(crate) fn without_revisions(settings: Settings) -> Result<Self, CommandError> {
        let directory = RevisionDirectory::new(&settings.migrations);
        Ok(Self { settings, directory, graph: RevisionGraph::new(Vec::new())? })
    }

    /// Writes the file of a new revision.
    pub(crate) fn create(&self, revision: &NewRevision) -> Result<PathBuf, CommandError> {
        Ok(self.directory.write_new(revision, &file_name(&revision.id, &revision.message))?)
    }

    /// The database that the settings name.
    pub(crate) fn database(&self) -> Result<&Database, CommandError> {
        self.settings.database.as_ref().ok_or_else(|| no_database(&self.settings))
    }

    /// What is wrong with a target, with the places to look at.
    pub(crate) fn target_error(&self, error: &TargetError) -> CommandError {
        let described = CommandError::from(error);
        match (error, &self.settings.database) {
            (TargetError::UnknownRow { row }, Some(database)) => CommandError::new(
                error.code(),
                error.to_string(),
            )
            .hint(format!(
                "the table {} of {} is at {row}, which no file in {} has",
                self.settings.version_table,
                database.url,
                self.settings.migrations.display()
            ))
            .hint(if self.graph.heads().is_empty() {
                // `stamp --purge head` would forget the only trace.
                format!(
                    "there are no files at all: correct `migrations` if they are elsewhere; to go on with a database that \
                     another tool made, begin with what it has: `retort revision -m \"baseline\" --rev-id {row}`"
                )
            } else {
                format!(
                "restore the file of {row}; or, if the database has all that the files make, record that: \
                     `retort stamp --purge {}`; if it has less, name the revision that it is at instead",
                if self.graph.heads().len() > 1 { "heads" } else { "head" }
                )
            }),
            _ => described,
        }
    }
}

fn no_database(settings: &Settings) -> CommandError {
    let error = CommandError::new("no-database", "no database is given");
    let known: Vec<&str> = settings.known_environments.iter().map(String::as_str).collect();
    match (&settings.environment, &*known) {
        (Some(name), _) => error.hint(format!(
            "set `url` in [env.{name}] of {CONFIG_FILE}, or DATABASE_URL in .env.{name} or in the environment"
        )),
        (None, []) => error.hint(format!(
            "set `url` in {CONFIG_FILE}, or DATABASE_URL, or pass `--url`: for example `--url sqlite://dev.db`"
        )),
        (None, [first, ..]) => error.hint(format!(
            "name the environment, for example `--env {first}` (there is {}); or set `url` in {CONFIG_FILE}",
            known.join(", ")
        )),
    }
}
