//! What the database should be: files of models, or another database.

use std::path::Path;

use retort_core::{
    backend::{Access, Backend},
    diff::Renames,
    models::{self, ModelError, Models, Places},
    plan::PlanSettings,
    schema::Schema,
    script::{Source, portable},
};

use super::ModelArgs;
use crate::{
    args::GlobalArgs, command_error::CommandError, commands::Context, database::block_on, project::Project,
    settings::Settings,
};

/// What the database should be.
pub(super) struct Desired {
    /// As it is written, or as the other database has it.
    pub(super) schema: Schema,
    /// The files of models.
    pub(super) files: Vec<Source>,
    pub(super) renames: Renames,
    pub(super) places: Places,
}

impl Desired {
    /// Whether one of the files may name a namespace.
    pub(super) fn may_name_namespaces(&self) -> bool {
        self.files.iter().any(|file| portable::may_name_namespaces(file.text()))
    }

    /// Reads the database that the arguments name.
    pub(super) fn of_database(
        args: &ModelArgs,
        backend: &dyn Backend,
        context: &mut Context<'_>,
    ) -> Result<Self, CommandError> {
        let global = GlobalArgs {
            config: context.global.config.clone(),
            env: args.from_env.clone().or_else(|| context.global.env.clone()),
            url: args.from_url.clone(),
            parameters: Vec::new(),
            ..*context.global
        };
        // A URL in a variable of the process would win over the environment.
        let mut variables = context.variables.clone();
        if args.from_env.is_some() {
            variables.retain(|name, _| name != "DATABASE_URL" && name != "RETORT_URL");
        }
        let settings = Settings::resolve(&global, context.directory, &variables)?;
        let other = Project::without_revisions(settings)?;
        let database = other.database()?;
        let found = context.backends.select(&database.url)?;
        context.ui.say(format_args!("model: database {}", database.url));
        let scope = other.scope(context, &*found);
        let (schema, found) = block_on(async {
            let mut connection = other.connect(&*found, Access::Read).await?;
            let failed = |error| other.backend_error(&error);
            let schema = connection.introspect(&scope).await.map_err(failed)?;
            let found = connection.backend();
            connection.close().await.map_err(failed)?;
            Ok((schema, found))
        })?;
        if found.name() == backend.name() {
            return Ok(Self {
                schema,
                files: Vec::new(),
                renames: Renames::default(),
                places: Places::default(),
            });
        }
        // What only the other backend knows means nothing here.
        let settings = other.plan_settings(context, &*found)?;
        let written =
            models::write(&schema, &*found, &settings).map_err(|error| other.backend_error(&error))?;
        let text = written.to_string();
        if text.contains("-- @only ") {
            return Err(CommandError::new(
                "unsupported",
                format!("{} has what only {} understands", other.database()?.url, found.name()),
            )
            .hint("`retort introspect` shows what, under `-- @only`; write models, or leave it out with `exclude`"));
        }
        let settings = other.plan_settings(context, backend)?;
        let source = Source::new("the other database", text);
        let Models { schema, renames, places } =
            models::read(vec![source], backend, &settings).map_err(|error| model_error(&other, &error))?;
        Ok(Self { schema, files: Vec::new(), renames, places })
    }
}

/// Reads the directory of models.
pub(super) fn read(
    directory: &Path,
    backend: &dyn Backend,
    settings: &PlanSettings,
) -> Result<Desired, ModelError> {
    let files = models::load(directory)?;
    let Models { schema, renames, places } = models::read(files.clone(), backend, settings)?;
    Ok(Desired { schema, files, renames, places })
}

/// Why there are no models, or what is wrong with them.
pub(super) fn model_error(project: &Project, error: &ModelError) -> CommandError {
    match error {
        ModelError::Missing { path } if *path == project.settings.models => {
            CommandError::new("no-models", error.to_string())
                .hint("`retort introspect --output models` writes what the database has as models")
                .hint("if the models are elsewhere, set `models` in retort.toml")
        }
        ModelError::Empty => nothing(project, "nothing"),
        ModelError::Invalid(errors) => {
            let mut errors = errors.iter().map(|error| CommandError::source("models", error));
            match errors.next() {
                Some(first) => errors.fold(first, CommandError::also),
                None => CommandError::new("models", error.to_string()),
            }
        }
        ModelError::Missing { .. }
        | ModelError::Io { .. }
        | ModelError::Loop { .. }
        | ModelError::NotAFile { .. } => {
            CommandError::new("models", error.to_string()).with_sources_of(error)
        }
    }
}

/// Refuses models that would drop everything.
pub(super) fn nothing(project: &Project, what: &str) -> CommandError {
    CommandError::new(
        "no-models",
        format!(
            "the models in {} define {what}, which would drop everything",
            project.settings.models.display()
        ),
    )
    .hint("`retort introspect --output models` writes what the database has as models")
    .hint("to drop everything all the same, write the revision by hand: `retort revision -m \"...\"`")
}
