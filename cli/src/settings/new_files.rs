//! The settings for new revision files: what they are called, what is in them,
//! and what is done with them.

use std::path::{Path, PathBuf};

use retort_core::revision::directory::FileTemplate;
use serde::Deserialize;

use crate::command_error::CommandError;

/// The settings for new revision files.
#[derive(Debug)]
pub(crate) struct NewFiles {
    /// What they are called.
    pub(crate) file_template: FileTemplate,
    /// How much of the message is in that at most.
    pub(crate) truncate_slug_length: usize,
    /// The name of the time zone in which their times are written.
    pub(crate) timezone: Named,
    /// The directory of the user's templates.
    pub(crate) templates: PathBuf,
    /// The template where none is asked for.
    pub(crate) template: Named,
    /// What is run on each of them.
    pub(crate) hooks: Vec<Hook>,
}

/// A name of something, and where it is set. Whether there is such a thing is
/// seen when it is needed: nobody needs it to run revisions.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) origin: String,
}

/// A command that is run on new revision files.
#[derive(Debug, Deserialize)]
pub(crate) struct Hook {
    pub(crate) name: String,
    /// The program and its arguments.
    pub(crate) command: Vec<String>,
}

/// What the layers say together.
#[derive(Deserialize)]
pub(super) struct Merged {
    file_template: String,
    truncate_slug_length: String,
    timezone: String,
    templates: PathBuf,
    template: String,
    hooks: Vec<Hook>,
}

impl NewFiles {
    /// Resolves what the layers say. `origin` says where a key is set.
    pub(super) fn resolve(
        base: &Path,
        recursive: bool,
        merged: Merged,
        origin: impl Fn(&str) -> String,
    ) -> Result<Self, CommandError> {
        let refuse = |key: &str, value: &str, what: &str| {
            CommandError::new("config", format!("`{value}`, the {key} that {} gives, {what}", origin(key)))
        };
        let file_template = FileTemplate::parse(&merged.file_template).map_err(|error| {
            // Whoever wrote it into a file was shown the place.
            refuse("file_template", &merged.file_template, &format!("cannot be used: {error}"))
                .hint(error.hint)
        })?;
        if file_template.has_directories() && !recursive {
            return Err(refuse(
                "file_template",
                &merged.file_template,
                "puts files into directories in which nobody looks for them",
            )
            .hint("set `recursive_version_locations = true`, or leave out the `/`"));
        }
        let truncate_slug_length = merged.truncate_slug_length.parse().map_err(|_| {
            refuse("truncate_slug_length", &merged.truncate_slug_length, "is not a number of characters")
        })?;
        let named = |key: &str, name: String| Named { name, origin: origin(key) };
        Ok(Self {
            file_template,
            truncate_slug_length,
            timezone: named("timezone", merged.timezone),
            templates: base.join(merged.templates),
            template: named("template", merged.template),
            hooks: merged.hooks,
        })
    }
}

/// Parses a setting that holds or does not.
pub(super) fn parse_flag(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}
