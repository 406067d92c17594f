//! Where the file of a new revision goes, what it is called, and when it was
//! made.

use std::path::{Path, PathBuf};

use jiff::{Timestamp, Zoned, tz, tz::TimeZone};
use retort_core::{
    revision::{
        Revision,
        directory::{DirectoryError, NewFile, slugify},
    },
    script::NewRevision,
    suggestion::nearest,
};

use crate::{command_error::CommandError, project::Project, settings::Named};

/// Where the file of a new revision goes.
#[derive(Debug)]
pub(crate) struct Placement {
    /// One of the directories of the revision files, or one below.
    pub(crate) directory: PathBuf,
    /// Its name, after directories that are made for it.
    pub(crate) file_name: String,
}

impl Placement {
    /// The path of the file.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.join(&self.file_name)
    }
}

/// The present, to the second, in the time zone of the settings.
pub(crate) fn now(timezone: &Named) -> Result<Zoned, CommandError> {
    let now = Timestamp::now();
    // Not rounded up: nothing is made in the future.
    let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
    Ok(now.to_zoned(time_zone(timezone)?))
}

/// A moment as a header has it: with the offset from UTC, and no zone.
pub(crate) fn rfc_3339(time: &Zoned) -> String {
    let timestamp = time.timestamp();
    match time.offset() {
        tz::Offset::UTC => timestamp.to_string(),
        offset => timestamp.display_with_offset(offset).to_string(),
    }
}

/// The place of the file of a new revision. `version_path` is where somebody
/// wants it, seen from `working_directory`.
pub(crate) fn place(
    project: &Project,
    new: &NewRevision,
    created: &Zoned,
    parents: &[&Revision],
    version_path: Option<&Path>,
    working_directory: &Path,
) -> Result<Placement, CommandError> {
    if new.id.as_str().contains(['/', '\\']) {
        // It would make directories.
        return Err(DirectoryError::FileName { name: new.id.to_string() }.into());
    }
    let settings = &project.settings.new_files;
    let slug = slugify(&new.message, settings.truncate_slug_length);
    let file = NewFile {
        id: &new.id,
        slug: &slug,
        created: created.datetime(),
        epoch: created.timestamp().as_second(),
    };
    let directory = match version_path {
        Some(path) => asked_for(project, path, working_directory)?,
        None => of_parents(project, parents)?,
    };
    Ok(Placement { directory, file_name: settings.file_template.file_name(&file) })
}

/// The directory that somebody names, if files in it are read.
fn asked_for(project: &Project, path: &Path, working_directory: &Path) -> Result<PathBuf, CommandError> {
    // As it is typed, or as the configuration has it.
    let candidates = [working_directory.join(path), project.settings.base.join(path)];
    let Some(directory) = candidates.into_iter().find(|path| project.directory.holds(path)) else {
        let error = CommandError::new(
            "unknown-version-path",
            format!("Path {} is not represented in current version locations", path.display()),
        )
        .hint(format!("the version locations are: {}", locations(project)));
        return Err(match project.settings.recursive {
            true => error.hint("a directory below one of them must exist"),
            false => error.hint("a further one is added to the list `migrations` in retort.toml"),
        });
    };
    let roots = &project.directory.roots;
    Ok(roots.iter().find(|root| is_same(root, &directory)).cloned().unwrap_or(directory))
}

/// The directory of the parents, where there are several directories.
fn of_parents(project: &Project, parents: &[&Revision]) -> Result<PathBuf, CommandError> {
    let roots = &project.directory.roots;
    let first = roots.first().map(PathBuf::as_path).unwrap_or(Path::new(""));
    if roots.iter().all(|root| is_same(root, first)) {
        return Ok(first.to_owned());
    }
    let Some(directory) = parents.first().and_then(|parent| parent.path.parent()) else {
        return Err(CommandError::new(
            "several-version-locations",
            "Multiple version locations present, please specify --version-path",
        )
        .hint(format!(
            "without a parent it may go into each of them: {}; say which, as in `--version-path {}`",
            locations(project),
            first.display()
        )));
    };
    if !project.settings.new_files.file_template.has_directories() {
        return Ok(directory.to_owned());
    }
    // The name of the file has the directories below.
    let above = roots.iter().filter(|root| directory.starts_with(root));
    let nearest = above.max_by_key(|root| root.components().count());
    Ok(nearest.cloned().unwrap_or_else(|| directory.to_owned()))
}

fn is_same(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn locations(project: &Project) -> String {
    let roots = project.directory.roots.iter().map(|root| root.display().to_string());
    roots.collect::<Vec<_>>().join(", ")
}

fn time_zone(timezone: &Named) -> Result<TimeZone, CommandError> {
    let Named { name, origin } = timezone;
    if name.eq_ignore_ascii_case("UTC") {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(name).map_err(|_| {
        let error = CommandError::new("unknown-timezone", format!("Can't locate timezone: {name}"));
        let known: Vec<String> = tz::db().available().map(|known| known.to_string()).collect();
        if known.len() <= 1 {
            return error.hint(format!(
                "this system has no time zones: install them (the package is mostly called tzdata), or set `timezone = \"UTC\"` instead of what {origin} gives"
            ));
        }
        let error = error.hint(format!(
            "{origin} gives it; a time zone is called as in `Asia/Seoul`, `Europe/Berlin` or `UTC`"
        ));
        match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        }
    })
}
