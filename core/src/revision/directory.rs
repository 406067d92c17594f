//! Revision files on disk: with `models::directory` the only file-system code in
//! this crate.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;

use thiserror::Error;

use super::{Revision, RevisionId};
use crate::script::{Header, NewRevision, NewRevisionError, RevisionScript, Source, SourceError};
use crate::script::{header_end, may_have_placeholders, parse_header};
use crate::sql::Syntax;

mod file_template;
mod list;
mod names;
mod write;

pub use file_template::{FileTemplate, FileTemplateError, NewFile};
pub use names::{SLUG_LENGTH, slugify};

/// The directories that hold the revision files of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionDirectory {
    /// The directories.
    pub roots: Vec<PathBuf>,
    /// Whether files in directories below them are revision files too.
    pub recursive: bool,
    /// Directories below them that hold other files, and are not looked at.
    pub except: Vec<PathBuf>,
}

/// Revision files that cannot be read or written.
#[derive(Debug, Error)]
pub enum DirectoryError {
    /// A directory that does not exist, in Alembic's words.
    #[error(
        "Path doesn't exist: {}.  Please use the 'init' command to create a new scripts folder.",
        path.display()
    )]
    Missing {
        /// The directory.
        path: PathBuf,
    },
    /// An operation that the system refused.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The answer.
        source: io::Error,
    },
    /// A directory, pipe or the like with the name of a revision file.
    #[error("`{}` is not a file, although it has the name of a revision file", path.display())]
    NotAFile {
        /// Its path.
        path: PathBuf,
    },
    /// A file whose text is wrong.
    #[error(transparent)]
    Source(#[from] Box<SourceError>),
    /// A new file that is there already. It was left alone.
    #[error("`{}` already exists", path.display())]
    Exists {
        /// Its path.
        path: PathBuf,
    },
    /// A name under which a new file would not be found again.
    #[error("`{name}` cannot be the name of a revision file")]
    FileName {
        /// The name.
        name: String,
    },
    /// A new revision that cannot be written down.
    #[error(transparent)]
    NewRevision(#[from] NewRevisionError),
}

impl RevisionDirectory {
    /// The revision files in `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { roots: vec![root.into()], recursive: false, except: Vec::new() }
    }

    /// Reads the headers of all revision files: those called `*.sql`, except
    /// hidden ones. They come in the order of the directories and, within each,
    /// of the file names; what is below a directory comes after its own files.
    /// A file that is reached in several ways is read once, the first time.
    ///
    /// What follows a header is not looked at.
    ///
    /// # Errors
    ///
    /// Fails at the first directory or file, in that order, that cannot be read
    /// or has no valid header.
    pub fn load(&self) -> Result<Vec<Revision>, DirectoryError> {
        let mut paths = list::revision_files(self)?;
        // The time goes into system calls, so a second thread pays even where
        // its start costs as much as reading a few dozen files.
        let threads = if paths.len() < PATHS_WORTH_A_THREAD { 1 } else { 2 };
        let chunk = paths.len().div_ceil(threads);
        let second = paths.split_off(chunk.min(paths.len()));
        thread::scope(|scope| {
            let second = (!second.is_empty()).then(|| scope.spawn(move || load_all(second)));
            let mut revisions = load_all(paths)?;
            match second.map(thread::ScopedJoinHandle::join) {
                None => {}
                Some(Ok(loaded)) => revisions.extend(loaded?),
                Some(Err(panic)) => std::panic::resume_unwind(panic),
            }
            Ok(revisions)
        })
    }

    /// Reads and parses the whole file of a revision, for the known backends
    /// and their syntaxes.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, or as [`RevisionScript::parse`] does.
    pub fn read(
        &self,
        revision: &Revision,
        syntaxes: &[(&str, &Syntax)],
    ) -> Result<RevisionScript, DirectoryError> {
        Ok(RevisionScript::parse(read_source(&revision.path)?, syntaxes)?)
    }

    /// Whether the file of a revision may have placeholders for values.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read.
    pub fn may_want_values(&self, revision: &Revision) -> Result<bool, DirectoryError> {
        let text = fs::read(&revision.path).map_err(|source| cannot_read(&revision.path, source))?;
        Ok(may_have_placeholders(&text))
    }

    /// Whether files that are written to a directory are found again.
    pub fn holds(&self, directory: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().ok();
        let Some(directory) = real(directory) else { return false };
        self.roots
            .iter()
            .filter_map(|root| real(root))
            .any(|root| if self.recursive { directory.starts_with(root) } else { directory == root })
    }

    /// Writes a new file below one of the directories and returns its path.
    /// `file_name` may begin with directories, which are made.
    ///
    /// The file appears complete or not at all, and never replaces another.
    ///
    /// # Errors
    ///
    /// Fails if the revision cannot be written down, the name leaves
    /// `directory` or is none that [`Self::load`] would find, or the file
    /// exists or cannot be written. Nothing is left behind then.
    pub fn write_new(
        &self,
        revision: &NewRevision,
        directory: &Path,
        file_name: &str,
    ) -> Result<PathBuf, DirectoryError> {
        let text = revision.render()?;
        let depth = if self.recursive { usize::MAX } else { 1 };
        if !names::is_revision_path(file_name) || file_name.split('/').count() > depth {
            return Err(DirectoryError::FileName { name: file_name.to_owned() });
        }
        if !directory.is_dir() {
            return Err(DirectoryError::Missing { path: directory.to_owned() });
        }
        write::create(directory, file_name, &text)
    }
}

/// From how many files on a second thread helps.
const PATHS_WORTH_A_THREAD: usize = 256;

/// How much of a file is read before it is known where its header ends.
const FIRST_READ: usize = 8 * 1024;

fn load_all(paths: Vec<PathBuf>) -> Result<Vec<Revision>, DirectoryError> {
    let mut buffer = vec![0; FIRST_READ];
    paths.into_iter().map(|path| load_one(path, &mut buffer)).collect()
}

/// Reads the header of one file, with a buffer to read into.
fn load_one(path: PathBuf, buffer: &mut [u8]) -> Result<Revision, DirectoryError> {
    let failed = |source| cannot_read(&path, source);
    let mut file = File::open(&path).map_err(failed)?;
    let length = read_some(&mut file, buffer).map_err(failed)?;
    let head = &buffer[..length];
    // The end of the buffer may be within a character; that is no error yet.
    let valid = match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() && length == buffer.len() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    };
    let header = match (valid, header_end(head)) {
        (Some(text), Some(end)) => parse_header(&text[..end]).ok(),
        _ => None,
    };
    match header {
        Some(header) => Ok(revision(header, path)),
        // The header is long, ends with the file, or is wrong in a way that
        // takes the whole text to explain.
        None => {
            let source = read_source(&path)?;
            Ok(revision(Header::parse(&source)?, path))
        }
    }
}

/// Reads once, and again only where a signal came between.
fn read_some(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

fn read_source(path: &Path) -> Result<Source, DirectoryError> {
    let bytes = fs::read(path).map_err(|source| cannot_read(path, source))?;
    Ok(Source::from_bytes(path, bytes)?)
}

fn cannot_read(path: &Path, source: io::Error) -> DirectoryError {
    DirectoryError::Io { action: "read", path: path.to_owned(), source }
}

fn revision(header: Header, path: PathBuf) -> Revision {
    Revision {
        message: header.full_message(),
        id: RevisionId::new(header.revision.value),
        parents: header.revises.into_iter().map(|parent| RevisionId::new(parent.value)).collect(),
        depends_on: header.depends_on.into_iter().map(|name| name.value).collect(),
        labels: header.labels.into_iter().map(|label| label.value).collect(),
        created: header.created.map(|created| created.value),
        path,
    }
}

// The tests make links and take permissions away.
#[cfg(all(test, unix))]
mod tests;
