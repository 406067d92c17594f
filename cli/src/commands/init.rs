//! `retort init`

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::json;

use super::Context;
use crate::{
    command_error::CommandError,
    settings::{CONFIG_FILE, TEMPLATES},
    templates,
};

/// Create a directory for revision files, and a configuration file
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort init                a directory migrations, and retort.toml
  retort init db/migrations  another directory")]
pub(crate) struct InitArgs {
    /// The directory to create [default: what the configuration says, or else migrations]
    #[arg(value_name = "DIRECTORY")]
    directory: Option<PathBuf>,

    /// The template of new revision files, written to the configuration; `retort list-templates`
    /// lists them
    #[arg(short, long, value_name = "NAME")]
    template: Option<String>,

    // Alembic's, for modules of Python.
    #[arg(long, hide = true)]
    package: bool,
}

pub(crate) fn run(args: &InitArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let config = match &context.global.config {
        Some(path) => context.directory.join(path),
        None => context.directory.join(CONFIG_FILE),
    };
    let template = args.template.as_deref();
    if let Some(template) = template {
        require_known(template, &config, context)?;
    }
    if args.package {
        context.ui.say("`--package` is for modules of Python: there is nothing to do for it");
    }
    let mut created = Vec::new();
    let directories = directories(args, &config, context)?;
    for directory in &directories {
        if directory.is_there {
            context
                .ui
                .note(format_args!("Directory {} already exists, skipping", directory.path.display()))?;
            continue;
        }
        fs::create_dir_all(&directory.path).map_err(|error| cannot_create(&directory.path, &error))?;
        context.ui.note(format_args!("Creating directory {} ...  done", directory.path.display()))?;
        created.push(directory.path.display().to_string());
    }
    let written = args.directory.as_deref().unwrap_or(Path::new(DIRECTORY));
    if write_new(&config, &text(written, template))? {
        context.ui.note(format_args!("Generating {} ...  done", config.display()))?;
        created.push(config.display().to_string());
    } else {
        context.ui.note(format_args!("File {} already exists, skipping", config.display()))?;
        if let (Some(directory), Ok(settings)) = (&args.directory, context.settings())
            && !settings.migrations.contains(&settings.base.join(directory))
        {
            let directory = directory.display();
            context
                .ui
                .warn(format_args!("nothing reads {directory} before it is in `migrations` in that file"));
        }
        if let Some(template) = template {
            context
                .ui
                .warn(format_args!("set `template = \"{template}\"` in it for what `--template` asks for"));
        }
    }
    if context.ui.is_json() {
        return context.ui.json(&json!({ "created": created }));
    }
    context.ui.note(format_args!(
        "Please edit the settings in {} before proceeding; then write the first revision with `retort revision -m \"...\"`.",
        config.display()
    ))
}

/// The directory of the revision files where nobody names one.
const DIRECTORY: &str = "migrations";

/// The templates of Alembic's `init`, and what is there in their place.
const OF_ALEMBIC: [(&str, &str); 4] = [
    ("async", "no connection needs code here: leave out `--template`"),
    ("multidb", "leave out `--template`, and write a section [env.NAME] in retort.toml for each database"),
    ("pyproject", "leave out `--template`: retort.toml takes the place of pyproject.toml"),
    ("pyproject_async", "leave out `--template`: retort.toml takes the place of pyproject.toml"),
];

/// A directory of revision files.
struct Directory {
    path: PathBuf,
    is_there: bool,
}

/// The directories to create: the one that is named, or those of a
/// configuration that is there.
fn directories(
    args: &InitArgs,
    config: &Path,
    context: &Context<'_>,
) -> Result<Vec<Directory>, CommandError> {
    let paths = match &args.directory {
        Some(directory) => vec![context.directory.join(directory)],
        None if config.exists() => context.settings()?.migrations,
        None => vec![context.directory.join(DIRECTORY)],
    };
    // With others to create, one that is full is in use already.
    let is_complete = paths.iter().all(|path| path.exists());
    let directory = |path: PathBuf| {
        let is_there = if is_complete { check_empty(&path)? } else { path.is_dir() };
        Ok(Directory { path, is_there })
    };
    paths.into_iter().map(directory).collect()
}

/// Refuses a template that there is not, such as one of Alembic's.
fn require_known(name: &str, config: &Path, context: &Context<'_>) -> Result<(), CommandError> {
    let directory = match config.exists() {
        true => context.settings()?.new_files.templates,
        false => config.with_file_name(TEMPLATES),
    };
    templates::require(name, &directory).map_err(|error| {
        match OF_ALEMBIC.into_iter().find(|(known, _)| *known == name) {
            None => error,
            Some((_, hint)) => CommandError::new(
                "unknown-template",
                format!("`{name}` is a template of Alembic's environments, which are code; Retort has settings instead"),
            )
            .hint(hint),
        }
    })
}

/// Whether the directory is there, and empty.
fn check_empty(directory: &Path) -> Result<bool, CommandError> {
    match fs::read_dir(directory) {
        Ok(mut entries) => match entries.next() {
            None => Ok(true),
            Some(_) => Err(CommandError::new(
                "directory-not-empty",
                format!("Directory {} already exists and is not empty", directory.display()),
            )
            .hint("name another directory, for example `retort init schema`; or go on with this one by setting `migrations` in retort.toml")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(cannot_create(directory, &error)),
    }
}

/// Writes a file unless it is there, whole or not at all.
fn write_new(path: &Path, text: &str) -> Result<bool, CommandError> {
    if path.exists() {
        return Ok(false);
    }
    let temporary = path.with_extension("toml.new");
    let written = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, path));
    if let Err(error) = written {
        // What matters is why it could not be written.
        let _ = fs::remove_file(&temporary);
        return Err(cannot_create(path, &error));
    }
    Ok(true)
}

fn cannot_create(path: &Path, error: &io::Error) -> CommandError {
    CommandError::new("io", format!("cannot create {}", path.display())).caused_by(error)
}

/// The text of a new configuration.
fn text(directory: &Path, template: Option<&str>) -> String {
    let directory = toml::Value::String(directory.display().to_string());
    let template = match template {
        Some(name) => format!("template = {}", toml::Value::String(name.to_owned())),
        None => "# template = \"generic\"".to_owned(),
    };
    format!(
        r#"# The settings of Retort. A variable RETORT_KEY overrides a key, DATABASE_URL
# the url; both may stand in a file .env, which should not be committed.

# The directory of the revision files, or a list of directories.
migrations = {directory}

# How new ones are called, and what they begin with: `retort list-templates`.
# file_template = "%(rev)s_%(slug)s"
{template}

# The directory of the models: the schema as it is to be, in SQL.
# models = "models"

# The database. A relative path of sqlite: starts from the working directory.
url = "sqlite://dev.db"

# The table in which the database keeps its current revisions, and the namespace of it.
# version_table = "alembic_version"
# version_table_namespace = "app"

# How long to wait for another run to end.
# lock_timeout = "30s"

# Settings of one environment, picked by `--env prod` or RETORT_ENV=prod. A
# file .env.prod may hold its DATABASE_URL.
# [env.prod]
# url = "sqlite:///var/lib/app/prod.db"
"#
    )
}
