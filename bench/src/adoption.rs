//! Projects that took over a database of many tables: models as `introspect`
//! prints them, the same as the first revision, and a stamp.

use std::fs;
use std::io::{self, Error};
use std::path::Path;

use crate::measure::{Before, output};
use crate::peer::Installed;
use crate::target::Target;

/// How many tables of Retort itself there are after a stamp.
pub(crate) const BOOKKEEPING: usize = 2;

/// The file of the first revision.
const BASELINE: &str = "b00_baseline.sql";

/// How the models are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One file with all of them, and one change.
    File,
    /// A file for each table, and one change.
    Files,
    /// One file, and no change.
    Unchanged,
}

impl Layout {
    pub(crate) const ALL: [Self; 3] = [Self::File, Self::Files, Self::Unchanged];

    fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Files => "files",
            Self::Unchanged => "unchanged",
        }
    }
}

/// A project that takes over a database.
#[derive(Debug)]
pub(crate) struct Adopted<'a> {
    pub(crate) retort: &'a Installed,
    /// Where the projects go.
    pub(crate) directory: &'a Path,
    pub(crate) target: &'a Target,
    /// How many tables there are.
    pub(crate) tables: usize,
}

impl Adopted<'_> {
    /// Writes the project, stamps the database, and returns the command that is
    /// measured.
    ///
    /// # Errors
    ///
    /// Fails if Retort does.
    pub(crate) fn write(&self, layout: Layout) -> io::Result<Measured> {
        let name = format!("{}-{}", layout.name(), self.tables);
        let project = self.directory.join(&name);
        let (migrations, models) = (project.join("migrations"), project.join("models"));
        fs::create_dir_all(&migrations)?;
        let config = format!("{name}/retort.toml");
        fs::write(self.directory.join(&config), "migrations = \"migrations\"\nmodels = \"models\"\n")?;
        let text = self.run(&["--config", &config, "introspect"])?;
        let header = "-- baseline\n--\n-- @revision b00\n\n-- @upgrade\n";
        fs::write(migrations.join(BASELINE), format!("{header}{text}"))?;
        self.run(&["--config", &config, "stamp", "head"])?;
        match layout {
            Layout::File | Layout::Unchanged => {
                fs::create_dir(&models)?;
                let text = if layout == Layout::File { changed(&text)? } else { text };
                fs::write(models.join("models.sql"), text)?;
            }
            Layout::Files => {
                let output = format!("{name}/models");
                self.run(&["--config", &config, "introspect", "--output", &output])?;
                let path = models.join("t0.sql");
                fs::write(&path, changed(&fs::read_to_string(&path)?)?)?;
            }
        }
        let mut arguments = vec!["--config".to_owned(), config];
        let rest: &[&str] = match layout {
            Layout::File | Layout::Files => &["revision", "--autogenerate", "-m", "change"],
            Layout::Unchanged => &["check"],
        };
        arguments.extend(rest.iter().map(|&word| word.to_owned()));
        Ok(Measured { arguments, before: Before::KeepOnly { directory: migrations, file: BASELINE } })
    }

    fn run(&self, arguments: &[&str]) -> io::Result<String> {
        output(&mut self.retort.with_arguments(arguments, self.directory, self.target.clone()).command())
    }
}

/// A command that is measured.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) arguments: Vec<String>,
    pub(crate) before: Before,
}

/// The models with one more column.
fn changed(models: &str) -> io::Result<String> {
    let column = "    score DOUBLE PRECISION";
    match models.split_once(column) {
        Some((before, after)) => Ok(format!("{before}    rating INTEGER,\n{column}{after}")),
        None => Err(Error::other("the models have no table of the schema")),
    }
}
