//! Settings in variables: of the process, and in `.env` files. A file never
//! changes the environment of the process.

use std::{collections::BTreeMap, env, ffi::OsString, path::Path};

use figment::value::Dict;

use super::{Layer, read_optional};
use crate::command_error::CommandError;

/// The settings that a variable `RETORT_KEY` can give.
const KEYS: &[&str] = &[
    "url",
    "migrations",
    "models",
    "version_table",
    "version_table_namespace",
    "lock_timeout",
    "protected",
    "recursive_version_locations",
    "file_template",
    "truncate_slug_length",
    "timezone",
    "templates",
    "template",
    "transaction",
];

/// The variables of the process that are about Retort.
pub(super) fn of_process(
    variables: &BTreeMap<OsString, OsString>,
) -> Result<BTreeMap<String, String>, CommandError> {
    let mut found = BTreeMap::new();
    for (name, value) in variables {
        let Some(name) = name.to_str().filter(|name| is_relevant(name)) else { continue };
        let value = value.to_str().ok_or_else(|| {
            CommandError::new("config", format!("the value of the variable {name} is not UTF-8"))
        })?;
        found.insert(name.to_owned(), value.to_owned());
    }
    Ok(found)
}

/// The variables that a `.env` file sets and that are about Retort, if there
/// is such a file.
pub(super) fn of_file(
    directory: &Path,
    name: &str,
) -> Result<Option<BTreeMap<String, String>>, CommandError> {
    let Some(text) = read_optional(&directory.join(name), name)? else { return Ok(None) };
    let mut found = BTreeMap::new();
    for variable in dotenvy::from_read_iter(text.as_bytes()) {
        let (name, value) = variable.map_err(|error| syntax_error(name, &text, &error))?;
        if is_relevant(&name) {
            // As everywhere with such files, the first of two lines counts.
            found.entry(name).or_insert(value);
        }
    }
    Ok(Some(found))
}

/// One layer for each variable, so that messages can name it. `file` is where
/// the variables stand, if not in the process.
pub(super) fn layers(variables: &BTreeMap<String, String>, file: Option<&str>) -> Vec<Layer> {
    let layer = |key: &str, variable: &str| {
        let value = variables.get(variable).filter(|value| !value.is_empty())?;
        let name = match file {
            Some(file) => format!("{variable} in {file}"),
            None => variable.to_owned(),
        };
        let value = match key {
            // As in PATH.
            "migrations" => {
                let paths = env::split_paths(value).map(|path| path.display().to_string());
                paths.filter(|path| !path.is_empty()).collect::<Vec<_>>().into()
            }
            _ => value.clone().into(),
        };
        Some(Layer::new(name, Dict::from([(key.to_owned(), value)])))
    };
    let database_url = layer("url", "DATABASE_URL");
    let others = KEYS.iter().map(|key| layer(key, &format!("RETORT_{}", key.to_ascii_uppercase())));
    database_url.into_iter().chain(others.flatten()).collect()
}

fn is_relevant(name: &str) -> bool {
    name == "DATABASE_URL" || name.starts_with("RETORT_")
}

/// Says where a line is wrong without showing it: it may hold a password.
fn syntax_error(file: &str, text: &str, error: &dotenvy::Error) -> CommandError {
    let line = match error {
        dotenvy::Error::LineParse(line, _) => {
            let found = text.find(line.trim_end());
            found.map(|at| text[..at].matches('\n').count() + 1)
        }
        _ => None,
    };
    let place = line.map_or_else(String::new, |line| format!(":{line}"));
    CommandError::new("config", format!("{file}{place} is not of the form NAME=value"))
        .hint("put quotes around a value with spaces or special characters: NAME='value'")
}
