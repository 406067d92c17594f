//! `retort introspect`

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use retort_core::{
    backend::Access,
    models::{self, ModelFile},
    schema::{Name, QualifiedName, Schema},
};
use serde_json::json;

use super::Context;
use crate::{
    command_error::CommandError, database::block_on, schema_json::SchemaDocument, selection::Selection,
};

/// Write what the database has as models, or as JSON
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort introspect                     all tables and views
  retort introspect --include \"order*\"  those of a pattern
  retort introspect --output tables     a file for each")]
pub(crate) struct IntrospectArgs {
    /// Write files into this new directory instead, one for each table and view
    #[arg(short, long, value_name = "DIRECTORY")]
    output: Option<PathBuf>,

    /// Only tables and views of this pattern, such as `shop_*` or `sales.*`; may be repeated
    #[arg(long, value_name = "PATTERN")]
    include: Vec<String>,

    /// No tables and views of this pattern; may be repeated
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
}

pub(crate) fn run(args: &IntrospectArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let output = args.output.as_ref().map(|path| context.directory.join(path));
    if let Some(directory) = &output {
        require_free(directory)?;
    }
    let project = context.project_without_revisions()?;
    let backend = project.select_backend(context)?;
    let scope = project.scope(context, &*backend);
    let (mut schema, backend) = block_on(async {
        let mut connection = project.connect(&*backend, Access::Read).await?;
        let schema = connection.introspect(&scope).await.map_err(|error| project.backend_error(&error))?;
        let backend = connection.backend();
        connection.close().await.map_err(|error| project.backend_error(&error))?;
        Ok((schema, backend))
    })?;
    if let Some(own) = project.own_namespace() {
        leave_out_own(&mut schema, &own);
    }
    let of_settings = |given: &Vec<String>, setting: &Vec<String>| {
        if given.is_empty() { setting.clone() } else { given.clone() }
    };
    let settings = &project.settings;
    let include = of_settings(&args.include, &settings.include);
    let exclude = of_settings(&args.exclude, &settings.exclude);
    for left_out in Selection::new(&include, &exclude).apply(&mut schema) {
        context.ui.warn(format_args!("left out as well: {left_out}"));
    }
    if output.is_none() && context.ui.is_json() {
        return context.ui.json(&SchemaDocument::new(&schema, backend.name()));
    }

    let plan = project.plan_settings(context, &*backend)?;
    let written = models::write(&schema, &*backend, &plan).map_err(|error| project.backend_error(&error))?;
    for (object, reason) in &written.lost {
        let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        context.ui.warn(format_args!(
            "{object} does not come back from what is written as it is{reason}; correct it by hand, or leave it \
             out with `--exclude`"
        ));
    }
    let is_empty = schema.tables.is_empty() && schema.views.is_empty() && schema.enums.is_empty();
    if is_empty {
        context.ui.say("there are no tables, views and types");
    }
    match output {
        None => context.ui.write(format_args!("{written}")),
        Some(directory) => write_files(&directory, &written.files(), context),
    }
}

/// Leaves out the namespace of Retort's own tables, if nothing else is in it.
fn leave_out_own(schema: &mut Schema, own: &Name) {
    let is_in = |name: &QualifiedName| name.namespace.as_ref() == Some(own);
    let is_used = schema.tables.keys().any(is_in)
        || schema.views.keys().any(is_in)
        || schema.enums.keys().any(is_in)
        || schema.unmanaged.iter().any(|object| is_in(&object.name));
    if !is_used {
        schema.namespaces.remove(own);
    }
}

/// Refuses a directory that has something in it: nothing is overwritten.
fn require_free(directory: &Path) -> Result<(), CommandError> {
    match fs::read_dir(directory) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(CommandError::new(
                "directory-not-empty",
                format!("Directory {} already exists and is not empty", directory.display()),
            )
            .hint("name a new directory, compare, and move what you want")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(cannot_write(directory, &error)),
    }
}

fn write_files(directory: &Path, files: &[ModelFile], context: &mut Context<'_>) -> Result<(), CommandError> {
    if !files.is_empty() {
        fs::create_dir_all(directory).map_err(|error| cannot_write(directory, &error))?;
    }
    let mut created = Vec::new();
    for file in files {
        let path = directory.join(&file.name);
        fs::write(&path, &file.text).map_err(|error| cannot_write(&path, &error))?;
        context.ui.note(format_args!("Generating {} ...  done", path.display()))?;
        created.push(path.display().to_string());
    }
    if context.ui.is_json() { context.ui.json(&json!({ "created": created })) } else { Ok(()) }
}

fn cannot_write(path: &Path, error: &io::Error) -> CommandError {
    CommandError::new("io", format!("cannot write {}", path.display())).caused_by(error)
}
