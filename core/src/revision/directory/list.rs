//! Which files the directories of a project hold.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{DirectoryError, RevisionDirectory, cannot_read, names};

/// The paths of the revision files, in order, each file once.
pub(super) fn revision_files(directory: &RevisionDirectory) -> Result<Vec<PathBuf>, DirectoryError> {
    let is_simple = directory.roots.len() == 1 && !directory.recursive;
    // Below is where they matter.
    let except = directory.except.iter().filter(|_| directory.recursive);
    let except = except.filter_map(|path| path.canonicalize().ok()).collect();
    let mut walk = Walk { seen: HashSet::new(), except, files: Vec::new(), has_links: false };
    for root in &directory.roots {
        if is_simple || walk.is_new(root)? {
            walk.add(root, directory.recursive)?;
        }
    }
    let Walk { files, has_links, .. } = walk;
    Ok(if has_links { without_repetitions(files) } else { files })
}

/// What was found so far.
struct Walk {
    /// The directories that were walked, without links in their paths.
    seen: HashSet<PathBuf>,
    /// Those that are not to be walked.
    except: HashSet<PathBuf>,
    files: Vec<PathBuf>,
    /// Whether one of the files is a link.
    has_links: bool,
}

impl Walk {
    /// Whether a directory was not walked yet.
    fn is_new(&mut self, path: &Path) -> Result<bool, DirectoryError> {
        let real = path.canonicalize().map_err(|error| cannot_list(path, error))?;
        Ok(self.seen.insert(real))
    }

    /// Adds the revision files in a directory, sorted, and with `recursive`
    /// those below it.
    fn add(&mut self, root: &Path, recursive: bool) -> Result<(), DirectoryError> {
        let first = self.files.len();
        let mut below = Vec::new();
        for entry in fs::read_dir(root).map_err(|error| cannot_list(root, error))? {
            let entry = entry.map_err(|error| cannot_list(root, error))?;
            let name = entry.file_name();
            // A name that is not UTF-8 still has a readable end and beginning.
            let text = name.to_string_lossy();
            let is_file_name = names::is_revision_file(&text);
            let may_be_below = recursive && names::is_revision_directory(&text);
            if !is_file_name && !may_be_below {
                continue;
            }
            let path = root.join(&name);
            let kind = entry.file_type().map_err(|source| cannot_read(&path, source))?;
            if !is_file_name {
                // A link that leads nowhere is none to a directory.
                if kind.is_dir() || kind.is_symlink() && path.is_dir() {
                    below.push(path);
                }
                continue;
            }
            // Opening a pipe would wait for its other end.
            let is_file = kind.is_file()
                || kind.is_symlink()
                    && fs::metadata(&path).map_err(|source| cannot_read(&path, source))?.is_file();
            if !is_file {
                return Err(DirectoryError::NotAFile { path });
            }
            self.has_links |= kind.is_symlink();
            self.files.push(path);
        }
        // They differ in their names alone, so that comparing them as paths, piece
        // by piece, is not needed; it takes as long as all else here.
        self.files[first..].sort_unstable_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
        below.sort_unstable();
        for directory in below {
            let is_excepted = !self.except.is_empty()
                && directory.canonicalize().is_ok_and(|real| self.except.contains(&real));
            if !is_excepted && self.is_new(&directory)? {
                self.add(&directory, recursive)?;
            }
        }
        Ok(())
    }
}

/// Leaves out files that are links to others of them, or others to them.
fn without_repetitions(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = HashSet::new();
    // Whoever opens a file that has gone since says so.
    files.retain(|path| path.canonicalize().map_or(true, |real| seen.insert(real)));
    files
}

fn cannot_list(root: &Path, source: io::Error) -> DirectoryError {
    match source.kind() {
        io::ErrorKind::NotFound => DirectoryError::Missing { path: root.to_owned() },
        _ => DirectoryError::Io { action: "read the directory", path: root.to_owned(), source },
    }
}
