//! Blocks that are the content of a file, or what could be one.

use std::{fs, path::Path};

use crate::shell::Shell;

/// The file that a block is: its first line names it, in a comment.
#[derive(Debug)]
pub(crate) struct Destination<'a> {
    pub(crate) path: &'a str,
    pub(crate) kind: Kind,
    /// What follows the line.
    pub(crate) text: &'a str,
}

/// How much of the file a block is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// All of it.
    Whole,
    /// `, below the header`: what follows the header of a revision.
    BelowTheHeader,
    /// `, at the end`: more of it.
    AtTheEnd,
}

impl<'a> Destination<'a> {
    /// What the first line of a block says.
    pub(crate) fn of(block: &'a str) -> Option<Self> {
        let (first, text) = block.split_once('\n')?;
        let line = ["-- ", "# ", "; "].iter().find_map(|comment| first.strip_prefix(comment))?;
        let (path, kind) = match line.split_once(", ") {
            Some((path, "below the header")) => (path, Kind::BelowTheHeader),
            Some((path, "at the end")) => (path, Kind::AtTheEnd),
            Some(_) => return None,
            None => (line, Kind::Whole),
        };
        let is_path = path.contains('.') && !path.ends_with('.') && !path.contains(char::is_whitespace);
        is_path.then_some(Self { path, kind, text })
    }
}

impl Kind {
    /// Writes the file below a directory. `*` stands for the one file that fits.
    pub(crate) fn write(self, directory: &Path, path: &str, text: &str) -> Result<(), String> {
        let (parent, name) = path.rsplit_once('/').unwrap_or((".", path));
        let parent = directory.join(parent);
        fs::create_dir_all(&parent).unwrap();
        let path = match name.split_once('*') {
            None => parent.join(name),
            Some((start, end)) => {
                let entries = fs::read_dir(&parent).unwrap().map(|entry| entry.unwrap().path());
                let fits = |path: &std::path::PathBuf| {
                    let name = path.file_name().unwrap().to_str().unwrap();
                    name.starts_with(start) && name.ends_with(end)
                };
                let found: Vec<_> = entries.filter(fits).collect();
                let [path] = &*found else { return Err(format!("{} files are {path}", found.len())) };
                path.clone()
            }
        };
        let before = || {
            fs::read_to_string(&path).map_err(|error| format!("cannot add to {}: {error}", path.display()))
        };
        let text = match self {
            Self::Whole => text.trim_start_matches('\n').to_owned(),
            Self::AtTheEnd => before()? + text,
            Self::BelowTheHeader => {
                let before = before()?;
                let Some((header, _)) = before.split_once("-- @upgrade") else {
                    return Err(format!("{} is no revision", path.display()));
                };
                format!("{header}{}", text.trim_start_matches('\n'))
            }
        };
        fs::write(&path, text).unwrap();
        Ok(())
    }
}

/// Reads SQL that is in no file of its document: as a revision that every
/// backend has a script for and SQLite runs, or else as models.
pub(crate) fn check_sql(text: &str) -> Result<(), String> {
    let shell = Shell::new();
    let (path, commands) = match text.contains("-- @revision ") {
        true => (
            "migrations/example.sql",
            ["sqlite", "postgresql", "mysql", "mariadb"]
                .map(|scheme| format!("retort upgrade head --sql --url {scheme}:// > script.sql\n"))
                .concat()
                + "retort upgrade head && retort downgrade base && retort upgrade head\n",
        ),
        false => ("models/example.sql", "retort check || test $? = 3\n".to_owned()),
    };
    // Its parents are not there.
    let parents = ["-- @revises ", "-- @depends-on "];
    let alone = text.lines().filter(|line| !parents.iter().any(|parent| line.starts_with(parent)));
    let alone: String = alone.map(|line| format!("{line}\n")).collect();
    Kind::Whole.write(&shell.at(), path, &alone)?;
    Kind::Whole.write(&shell.at(), "migrations/README", "")?;
    let ran = shell.run(&format!("export DATABASE_URL=sqlite://dev.db\n{commands}"));
    if ran.code == Some(0) { Ok(()) } else { Err(ran.output) }
}

/// Reads a configuration.
pub(crate) fn check_configuration(text: &str) -> Result<(), String> {
    let shell = Shell::new();
    Kind::Whole.write(&shell.at(), "retort.toml", text)?;
    let ran = shell.run("retort history --format json");
    let is_config = ran.output.contains(r#""code":"config""#);
    if is_config { Err(ran.output) } else { Ok(()) }
}
