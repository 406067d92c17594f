//! The commands, one a module: its arguments, and what it does.

mod autogenerate;
pub(crate) mod branches;
pub(crate) mod check;
pub(crate) mod completions;
mod consent;
pub(crate) mod current;
pub(crate) mod downgrade;
pub(crate) mod edit;
pub(crate) mod ensure_version;
pub(crate) mod heads;
pub(crate) mod history;
pub(crate) mod init;
pub(crate) mod introspect;
pub(crate) mod list_templates;
pub(crate) mod man;
pub(crate) mod merge;
mod migrate;
mod offline;
pub(crate) mod revision;
pub(crate) mod show;
pub(crate) mod stamp;
mod tag;
pub(crate) mod upgrade;

use std::{collections::BTreeMap, ffi::OsString, path::Path};

use retort_core::schema::Name;

use crate::{
    args::{Command, GlobalArgs},
    backends::Backends,
    command_error::CommandError,
    project::{ADVICE_ON_BELOW, Project},
    settings::Settings,
    ui::Ui,
};

/// What every command is given.
pub(crate) struct Context<'a> {
    pub(crate) ui: &'a mut Ui,
    pub(crate) global: &'a GlobalArgs,
    pub(crate) directory: &'a Path,
    pub(crate) variables: &'a BTreeMap<OsString, OsString>,
    pub(crate) backends: &'a Backends,
}

impl Context<'_> {
    /// Reads the settings.
    pub(crate) fn settings(&self) -> Result<Settings, CommandError> {
        Settings::resolve(self.global, self.directory, self.variables)
    }

    /// Reads the settings and the revisions of the project.
    pub(crate) fn project(&mut self) -> Result<Project, CommandError> {
        let project = Project::load(self.settings()?)?;
        if let Some(path) = project.only_below() {
            self.ui.warn(format_args!(
                "there are revision files only in directories that are not read, such as {}; {ADVICE_ON_BELOW}",
                path.display()
            ));
        }
        Ok(project)
    }

    /// The project without its revisions, which need not be there.
    pub(crate) fn project_without_revisions(&self) -> Result<Project, CommandError> {
        Project::without_revisions(self.settings()?)
    }

    /// The namespaces of Retort's own tables.
    fn own_namespaces(&self, project: &Project) -> Vec<Name> {
        project.own_namespace().into_iter().collect()
    }
}

/// Runs a command.
pub(crate) fn run(command: &Command, context: &mut Context<'_>) -> Result<(), CommandError> {
    if let Some(format) = context.global.format.picture()
        && !matches!(command, Command::History(_))
    {
        return Err(offline::usage(&format!(
            "`--format {format}` draws revisions, which only `retort history` does"
        ))
        .hint("the formats of all commands are `human` and `json`"));
    }
    match command {
        Command::Init(args) => init::run(args, context),
        Command::Revision(args) => revision::run(args, context),
        Command::Upgrade(args) => upgrade::run(args, context),
        Command::Downgrade(args) => downgrade::run(args, context),
        Command::Edit(args) => edit::run(args, context),
        Command::EnsureVersion(args) => ensure_version::run(args, context),
        Command::Completions(args) => completions::run(args, context),
        Command::Man(args) => man::run(args, context),
        Command::Current(args) => current::run(args, context),
        Command::History(args) => history::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Heads(args) => heads::run(args, context),
        Command::Branches(args) => branches::run(args, context),
        Command::Merge(args) => merge::run(args, context),
        Command::Stamp(args) => stamp::run(args, context),
        Command::Check(args) => check::run(args, context),
        Command::Introspect(args) => introspect::run(args, context),
        Command::ListTemplates(args) => list_templates::run(args, context),
    }
}
