//! The templates of new revision files: those that are built in, and the
//! user's.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use retort_core::{
    script::{RevisionTemplate, Source},
    sql::Syntax,
    suggestion::nearest,
};

use crate::{
    command_error::CommandError,
    settings::{NewFiles, Settings},
};

/// The templates that are built in. A file of the user's with such a name takes
/// its place.
const BUILT_IN: [(&str, &str); 4] = [
    ("concurrent-index", include_str!("templates/concurrent-index.sql")),
    ("data", include_str!("templates/data.sql")),
    ("generic", include_str!("templates/generic.sql")),
    ("native", include_str!("templates/native.sql")),
];

/// The template of the user's that `retort merge` uses, if there is one.
const MERGE: &str = "merge";

/// The syntaxes of the backends, by the names that `@only` has for them.
pub(crate) type Syntaxes<'a> = [(&'a str, &'a Syntax)];

/// A template, and where it is.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) name: String,
    pub(crate) origin: Origin,
    pub(crate) text: RevisionTemplate,
}

/// Where a template is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    BuiltIn,
    File(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built in"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// The template that is asked for, or else the one of the settings.
pub(crate) fn find(
    name: Option<&str>,
    settings: &Settings,
    syntaxes: &Syntaxes<'_>,
) -> Result<RevisionTemplate, CommandError> {
    let NewFiles { templates, template: default, .. } = &settings.new_files;
    let asked = name.unwrap_or(&default.name);
    let asked = asked.strip_suffix(".sql").unwrap_or(asked);
    let origins = origins(templates)?;
    match origins.get(asked) {
        Some(origin) => Ok(read(asked, origin, syntaxes)?.text),
        None => Err(unknown(asked, name.is_none().then_some(&*default.origin), &origins, templates)),
    }
}

/// Refuses a name that no template has.
pub(crate) fn require(name: &str, directory: &Path) -> Result<(), CommandError> {
    let origins = origins(directory)?;
    if origins.contains_key(name) { Ok(()) } else { Err(unknown(name, None, &origins, directory)) }
}

/// The template of merges, if the user has one.
pub(crate) fn of_merges(
    settings: &Settings,
    syntaxes: &Syntaxes<'_>,
) -> Result<RevisionTemplate, CommandError> {
    match origins(&settings.new_files.templates)?.get(MERGE) {
        Some(origin) => Ok(read(MERGE, origin, syntaxes)?.text),
        None => Ok(RevisionTemplate::default()),
    }
}

/// All templates, by name.
pub(crate) fn all(settings: &Settings, syntaxes: &Syntaxes<'_>) -> Result<Vec<Template>, CommandError> {
    let origins = origins(&settings.new_files.templates)?;
    origins.iter().map(|(name, origin)| read(name, origin, syntaxes)).collect()
}

/// Where each template is.
fn origins(directory: &Path) -> Result<BTreeMap<String, Origin>, CommandError> {
    let built_in = BUILT_IN.iter().map(|(name, _)| ((*name).to_owned(), Origin::BuiltIn));
    let mut origins: BTreeMap<String, Origin> = built_in.collect();
    let failed = |error: &io::Error| {
        CommandError::new("io", format!("cannot read the directory {}", directory.display())).caused_by(error)
    };
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        // Nobody has to have templates.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(origins),
        Err(error) => return Err(failed(&error)),
    };
    for entry in entries {
        let file_name = entry.map_err(|error| failed(&error))?.file_name();
        let Some(name) = file_name.to_str().and_then(|name| name.strip_suffix(".sql")) else { continue };
        if !name.is_empty() && !name.starts_with('.') {
            origins.insert(name.to_owned(), Origin::File(directory.join(&file_name)));
        }
    }
    Ok(origins)
}

fn read(name: &str, origin: &Origin, syntaxes: &Syntaxes<'_>) -> Result<Template, CommandError> {
    let invalid = |error: &_| CommandError::source("invalid-template", error);
    let source = match origin {
        Origin::BuiltIn => {
            let text = BUILT_IN.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
            Source::new(format!("{name}.sql"), text)
        }
        Origin::File(path) => {
            let bytes = fs::read(path).map_err(|error| {
                CommandError::new("io", format!("cannot read {}", path.display())).caused_by(&error)
            })?;
            Source::from_bytes(path, bytes).map_err(|error| invalid(&error))?
        }
    };
    let text = RevisionTemplate::parse(&source, syntaxes).map_err(|error| invalid(&error))?;
    Ok(Template { name: name.to_owned(), origin: origin.clone(), text })
}

fn unknown(
    name: &str,
    set_in: Option<&str>,
    origins: &BTreeMap<String, Origin>,
    directory: &Path,
) -> CommandError {
    let by = set_in.map_or_else(String::new, |origin| format!(", which {origin} gives"));
    let error = CommandError::new("unknown-template", format!("there is no template `{name}`{by}"));
    let names = origins.keys().map(String::as_str);
    let error = match nearest(name, names.clone()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("the templates are: {}", names.collect::<Vec<_>>().join(", "))),
    };
    let is_name = !name.is_empty() && !name.contains(['/', '\\']) && !name.starts_with('.');
    match is_name {
        true => error
            .hint(format!("one of your own is a file {}", directory.join(format!("{name}.sql")).display())),
        false => error.hint(format!("one of your own is a file NAME.sql in {}", directory.display())),
    }
}
