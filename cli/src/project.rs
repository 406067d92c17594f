//! The project that a command acts on: its settings and its revisions.

use std::path::{Path, PathBuf};

use retort_core::revision::{
    Revision,
    directory::RevisionDirectory,
    graph::{GraphError, RevisionGraph},
    target::TargetError,
};
use retort_core::script::NewRevision;

use crate::{
    command_error::CommandError,
    placement::Placement,
    settings::{CONFIG_FILE, Database, Settings},
};

/// What makes files in directories below those of the project count.
pub(crate) const ADVICE_ON_BELOW: &str =
    "set `recursive_version_locations = true`, or add the directory to the list `migrations`";

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
        let directory = directory(&settings);
        let graph = RevisionGraph::new(directory.load()?).map_err(|error| graph_error(error, &directory))?;
        Ok(Self { settings, directory, graph })
    }

    /// The project as if it had no revisions, without looking for any.
    pub(crate) fn without_revisions(settings: Settings) -> Result<Self, CommandError> {
        let directory = directory(&settings);
        Ok(Self { settings, directory, graph: RevisionGraph::new(Vec::new())? })
    }

    /// Writes the file of a new revision.
    pub(crate) fn create(&self, revision: &NewRevision, at: &Placement) -> Result<PathBuf, CommandError> {
        Ok(self.directory.write_new(revision, &at.directory, &at.file_name)?)
    }

    /// A revision file in a directory that is not read, where there is none in
    /// those that are.
    pub(crate) fn only_below(&self) -> Option<PathBuf> {
        let is_empty = self.graph.revisions().is_empty();
        if is_empty {
            with_below(&self.directory).into_iter().next().map(|revision| revision.path)
        } else {
            None
        }
    }

    /// The directories of the revision files, for messages.
    pub(crate) fn locations(&self) -> String {
        let locations = self.settings.migrations.iter().map(|path| path.display().to_string());
        locations.collect::<Vec<_>>().join(" or ")
    }

    /// The same project, for a run that is called so.
    pub(crate) fn tagged(mut self, tag: &Option<String>) -> Self {
        self.settings.tag.clone_from(tag);
        self
    }

    /// The version table as the settings write it, for messages.
    fn version_table_name(&self) -> String {
        let table = &self.settings.version_table;
        match &self.settings.version_table_namespace {
            Some(namespace) => format!("{namespace}.{table}"),
            None => table.clone(),
        }
    }

    /// The database that the settings name.
    pub(crate) fn database(&self) -> Result<&Database, CommandError> {
        self.settings.database.as_ref().ok_or_else(|| no_database(&self.settings))
    }

    /// What is wrong with a target, with the places to look at.
    pub(crate) fn target_error(&self, error: &TargetError) -> CommandError {
        let described = CommandError::from(error);
        let described = match (error, &self.settings.database) {
            (TargetError::UnknownRow { row }, Some(database)) => CommandError::new(
                error.code(),
                error.to_string(),
            )
            .hint(format!(
                "the table {} of {} is at {row}, which no file in {} has",
                self.version_table_name(),
                database.url,
                self.locations()
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
        };
        let missing = match error {
            TargetError::UnknownRow { row } => Some(row.as_str()),
            TargetError::UnknownRevision { name, .. } => Some(name.as_str()),
            _ => None,
        };
        match missing.and_then(|name| below(&self.directory, name)) {
            Some(path) => described.hint(is_below(&path)),
            None => described,
        }
    }
}

/// Where the revision files are.
fn directory(settings: &Settings) -> RevisionDirectory {
    RevisionDirectory {
        roots: settings.migrations.clone(),
        recursive: settings.recursive,
        // They may be kept beside the revisions.
        except: vec![settings.new_files.templates.clone(), settings.models.clone()],
    }
}

/// What is wrong with the revisions, and whether a file below says more.
fn graph_error(error: GraphError, directory: &RevisionDirectory) -> CommandError {
    let missing = match &error {
        GraphError::MissingParent { parent, .. } => parent.as_str().to_owned(),
        GraphError::MissingDependency { dependency, .. } => dependency.clone(),
        _ => return error.into(),
    };
    let described = CommandError::from(error);
    match below(directory, &missing) {
        Some(path) => described.hint(is_below(&path)),
        None => described,
    }
}

fn is_below(path: &Path) -> String {
    format!("{} has it, in a directory that is not read: {ADVICE_ON_BELOW}", path.display())
}

/// The file of a revision that is in a directory below those that are read.
fn below(directory: &RevisionDirectory, name: &str) -> Option<PathBuf> {
    let is_meant =
        |revision: &Revision| revision.id == *name || revision.labels.iter().any(|label| label == name);
    with_below(directory).into_iter().find(is_meant).map(|revision| revision.path)
}

/// The revisions that there would be with those of directories below; none
/// where that is so already.
fn with_below(directory: &RevisionDirectory) -> Vec<Revision> {
    if directory.recursive {
        return Vec::new();
    }
    // What is wrong there is no concern of a project that does not read it.
    RevisionDirectory { recursive: true, ..directory.clone() }.load().unwrap_or_default()
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
