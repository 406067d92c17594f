//! `retort init`

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::json;

use super::Context;
use crate::{command_error::CommandError, settings::CONFIG_FILE};

/// Create a directory for revision files, and a configuration file
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort init                a directory migrations, and retort.toml
  retort init db/migrations  another directory")]
pub(crate) struct InitArgs {
    /// The directory to create
    #[arg(value_name = "DIRECTORY", default_value = "migrations")]
    directory: PathBuf,
}

pub(crate) fn run(args: &InitArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let directory = context.directory.join(&args.directory);
    let config = match &context.global.config {
        Some(path) => context.directory.join(path),
        None => context.directory.join(CONFIG_FILE),
    };
    let mut created = Vec::new();
    if check_empty(&directory)? {
        context.ui.note(format_args!("Directory {} already exists, skipping", directory.display()))?;
    } else {
        fs::create_dir_all(&directory).map_err(|error| cannot_create(&directory, &error))?;
        context.ui.note(format_args!("Creating directory {} ...  done", directory.display()))?;
        created.push(directory.display().to_string());
    }
    if write_new(&config, &template(&args.directory))? {
        context.ui.note(format_args!("Generating {} ...  done", config.display()))?;
        created.push(config.display().to_string());
    } else {
        context.ui.note(format_args!("File {} already exists, skipping", config.display()))?;
    }
    if context.ui.is_json() {
        return context.ui.json(&json!({ "created": created }));
    }
    context.ui.note(format_args!(
        "Please edit the settings in {} before proceeding; then write the first revision with `retort revision -m \"...\"`.",
        config.display()
    ))
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

fn template(directory: &Path) -> String {
    let directory = toml::Value::String(directory.display().to_string());
    format!(
        r#"# The settings of Retort. A variable RETORT_KEY overrides a key, DATABASE_URL
# the url; both may stand in a file .env, which should not be committed.

# The directory of the revision files.
migrations = {directory}

# The directory of the models: the schema as it is to be, in SQL.
# models = "models"

# The database. A relative path of sqlite: starts from the working directory.
url = "sqlite://dev.db"

# The table in which the database keeps its current revisions.
# version_table = "alembic_version"

# How long to wait for another run to end.
# lock_timeout = "30s"

# Settings of one environment, picked by `--env prod` or RETORT_ENV=prod. A
# file .env.prod may hold its DATABASE_URL.
# [env.prod]
# url = "sqlite:///var/lib/app/prod.db"
"#
    )
}
