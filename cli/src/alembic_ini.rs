//! `alembic.ini`: what somebody has who comes from Alembic, and has no
//! configuration of Retort's yet.

mod file;

use std::path::Path;

use retort_core::{backend::DatabaseUrl, revision::directory::FileTemplate};

use self::file::AlembicFile;
use crate::{args::GlobalArgs, command_error::CommandError, settings::CONFIG_FILE};

/// What Alembic writes into a new file, which is nobody's database.
const PLACEHOLDER: &str = "driver://user:pass@localhost/dbname";

/// Says in an error that settings are missing what they are in Alembic's words.
pub(crate) fn explain(error: CommandError, global: &GlobalArgs, directory: &Path) -> CommandError {
    let lacks_settings = ["no-migrations", "no-database"].contains(&error.code());
    if !lacks_settings || global.config.is_some() || directory.join(CONFIG_FILE).exists() {
        return error;
    }
    let Some(file) = AlembicFile::read(directory) else {
        return error;
    };
    // Alembic's may be called so.
    let migrations = if directory.join("migrations").exists() { "revisions" } else { "migrations" };
    let names = file.names.join(" and ");
    let (is, says) = if file.names.len() > 1 { ("are", "say") } else { ("is", "says") };
    let init = match &*file.version_locations {
        [_, _, ..] => {
            "`retort init` makes the directories below for revisions in SQL, once retort.toml has them"
                .to_owned()
        }
        _ => format!("`retort init {migrations}` makes a directory for revisions in SQL"),
    };
    error.hint(format!("{names} {is} Alembic's, whose revisions are Python and stay with it; {init}")).hint(
        format!(
            "the database goes on where it is; what {names} {says} is, in {CONFIG_FILE}:\n{}",
            settings(&file, migrations).join("\n")
        ),
    )
}

/// The lines of a configuration that says the same.
fn settings(file: &AlembicFile, migrations: &str) -> Vec<String> {
    let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let list = |items: &[String]| {
        format!("[{}]", items.iter().map(|item| text(item)).collect::<Vec<_>>().join(", "))
    };
    let mut lines = Vec::new();
    lines.push(match &*file.version_locations {
        // Files of both kinds may lie side by side.
        locations @ [_, _, ..] => format!("migrations = {}", list(locations)),
        _ => format!("migrations = {}", text(migrations)),
    });
    lines.extend(file.url.as_deref().and_then(url).map(|url| format!("url = {}", text(&url))));
    let template = file.file_template.as_deref().filter(|template| FileTemplate::parse(template).is_ok());
    if file.recursive || template.is_some_and(|template| template.contains('/')) {
        lines.push("recursive_version_locations = true".to_owned());
    }
    lines.extend(template.map(|template| format!("file_template = {}", text(template))));
    let length = file.truncate_slug_length.as_deref().filter(|length| length.parse::<usize>().is_ok());
    lines.extend(length.map(|length| format!("truncate_slug_length = {length}")));
    lines.extend(file.timezone.as_deref().map(|zone| format!("timezone = {}", text(zone))));
    if !file.hooks.is_empty() {
        lines.push("# What runs on new files; these were meant for Python:".to_owned());
    }
    for (name, command) in &file.hooks {
        lines.push(format!("# [[hooks]]\n# name = {}\n# command = {}", text(name), list(command)));
    }
    lines
}

/// The URL in Retort's spelling, without the password.
fn url(url: &str) -> Option<String> {
    if url == PLACEHOLDER || url.is_empty() {
        return None;
    }
    let url = match url.strip_prefix("sqlite:///") {
        // Three slashes begin a relative path there.
        Some(path) => format!("sqlite://{}", path.trim_start_matches("%(here)s/")),
        None => url.to_owned(),
    };
    let url: DatabaseUrl = url.parse().ok()?;
    Some(url.redacted())
}

#[cfg(test)]
mod tests;
