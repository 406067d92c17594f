//! Creating a file completely or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

use super::DirectoryError;

/// Creates `root/file_name` with `text` in it, unless there is such a file, and
/// the directories between.
pub(super) fn create(root: &Path, file_name: &str, text: &str) -> Result<PathBuf, DirectoryError> {
    let Some((between, name)) = file_name.rsplit_once('/') else {
        return create_in(root, file_name, text);
    };
    let mut made = Vec::new();
    let mut directory = root.to_owned();
    let mut result = Ok(());
    for part in between.split('/') {
        directory.push(part);
        match fs::create_dir(&directory) {
            Ok(()) => made.push(directory.clone()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => {
                let path = directory.clone();
                result = Err(DirectoryError::Io { action: "create the directory", path, source });
                break;
            }
        }
    }
    let result = result.and_then(|()| create_in(&directory, name, text));
    if result.is_err() {
        for directory in made.iter().rev() {
            // One that is no longer empty belongs to somebody else by now.
            drop(fs::remove_dir(directory));
        }
    }
    result
}

/// Creates `directory/file_name`.
///
/// The text goes to a hidden file first, which then gets its name in one step
/// that fails if the name is taken.
fn create_in(directory: &Path, file_name: &str, text: &str) -> Result<PathBuf, DirectoryError> {
    let path = directory.join(file_name);
    if path.symlink_metadata().is_ok() {
        return Err(DirectoryError::Exists { path });
    }
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => DirectoryError::Exists { path: path.clone() },
        _ => DirectoryError::Io { action: "write", path: path.clone(), source },
    };
    let (temporary, mut file) = Temporary::create(directory).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    match fs::hard_link(&temporary.path, &path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(failed(error)),
        // Not every file system has links.
        Err(_) => create_in_place(&path, text).map_err(failed)?,
    }
    Ok(path)
}

/// A hidden file that goes away with this value.
struct Temporary {
    path: PathBuf,
}

impl Temporary {
    fn create(root: &Path) -> io::Result<(Self, File)> {
        // Another process has another id; a file that an earlier process with
        // the same id left behind is passed over.
        for attempt in 0..100 {
            let path = root.join(format!(".retort-{}-{attempt}.tmp", process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((Self { path }, file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("too many temporary files"))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Left behind it would be hidden and harmless.
        drop(fs::remove_file(&self.path));
    }
}

/// Creates the file under its own name and removes it again if it cannot be
/// completed.
fn create_in_place(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        drop(fs::remove_file(path));
    }
    written
}
