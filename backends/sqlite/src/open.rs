//! Opening a database file, and saying why it could not be opened.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use retort_core::backend::{Access, BackendError, BackendErrorKind};
use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::{
    error,
    switch::Switch,
    url::{Location, Mode, Place},
};

/// Opens a database and reads its header.
///
/// # Errors
///
/// The kind says what is wrong with the file, and the message names it. Only
/// [`Access::Write`] creates a file, and only where the URL allows it.
pub(crate) fn open(location: &Location, access: Access) -> Result<Connection, BackendError> {
    let db = match &location.place {
        Place::Memory => {
            Connection::open_in_memory().map_err(|error| error::of_session(error, ":memory:"))?
        }
        Place::File { path, .. } => open_file(path, location, access)?,
    };
    // On by default in the bundled library; a revision must not depend on how
    // the library was built.
    Switch::ForeignKeys(true).set(&db).map_err(|error| error::of_session(error, &location.shown()))?;
    // Otherwise `DELETE FROM t WHERE "typo" = 'typo'` deletes all rows. Stored
    // definitions that rely on it still load.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)
        .map_err(|error| error::of_session(error, &location.shown()))?;
    Ok(db)
}

fn open_file(path: &Path, location: &Location, access: Access) -> Result<Connection, BackendError> {
    if let Place::File { sqlalchemy: Some(relative), .. } = &location.place
        && relative.components().count() == 1
        && !path.exists()
    {
        // A new file in the root directory is not what anybody wants who comes
        // from SQLAlchemy, and is made where the user is root.
        let missing = io::Error::from(io::ErrorKind::NotFound);
        return Err(self::missing(&missing, path, Some(relative), &location.shown()));
    }
    let flags = match (access, location.mode) {
        (Access::Read, _) | (Access::Write, Mode::ReadOnly) => OpenFlags::SQLITE_OPEN_READ_ONLY,
        (Access::Write, Mode::ReadWrite) => OpenFlags::SQLITE_OPEN_READ_WRITE,
        (Access::Write, Mode::Create) => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    };
    if access == Access::Read && location.mode != Mode::ReadOnly && leaves_files_behind(path) {
        let opened = open_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
        if let Ok(db) = opened
            && db.pragma_update(None, "query_only", true).is_ok()
        {
            return Ok(db);
        }
    }
    let mut opened = open_with(path, flags);
    if flags == OpenFlags::SQLITE_OPEN_READ_ONLY
        && path.is_file()
        && opened.as_ref().is_err_and(error::needs_recovery)
    {
        // A run that was killed left a journal behind. Undoing it needs write
        // access; it adds nothing of ours to the file.
        opened = open_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
    }
    let db = opened.map_err(|error| diagnose(error, location))?;
    let written = access == Access::Write && location.mode != Mode::ReadOnly;
    // SQLite opens a file without write permission for reading only.
    if written && db.is_readonly("main").map_err(|error| error::of_session(error, &location.shown()))? {
        return Err(error::read_only(&location.shown()));
    }
    Ok(db)
}

/// Whether reading would create files beside the database that only a session
/// for writing takes away again: it is in WAL mode, and nobody uses it.
fn leaves_files_behind(path: &Path) -> bool {
    let mut header = [0; 20];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut header));
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    read.is_ok()
        && header.starts_with(b"SQLite format 3\0")
        && header[18..] == [2, 2]
        && !Path::new(&log).exists()
}

/// Opens the file and reads from it: until then SQLite looks at nothing.
fn open_with(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    // A name that begins with `file:` would be read as a URI.
    let plain = if path.is_relative() { Path::new(".").join(path) } else { path.to_owned() };
    let db = Connection::open_with_flags(plain, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.query_row("PRAGMA schema_version", [], |_| Ok(()))?;
    Ok(db)
}

/// Finds out what is wrong with the file.
fn diagnose(error: rusqlite::Error, location: &Location) -> BackendError {
    let shown = location.shown();
    let Place::File { path, sqlalchemy } = &location.place else {
        return error::of_session(error, &shown);
    };
    if error.sqlite_error_code() != Some(rusqlite::ErrorCode::CannotOpen) {
        return error::of_session(error, &shown);
    }
    let (kind, message) = match fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            (BackendErrorKind::Connect, format!("`{shown}` is a directory, not a database file"))
        }
        Ok(_) => (BackendErrorKind::Connect, format!("no permission to open database `{shown}`")),
        Err(cause) => return missing(&cause, path, sqlalchemy.as_deref(), &shown),
    };
    BackendError::new(kind, message)
}

/// What to say of a file whose metadata cannot be read.
fn missing(cause: &io::Error, path: &Path, sqlalchemy: Option<&Path>, shown: &str) -> BackendError {
    let directory = match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    };
    let (kind, message) = if cause.kind() == io::ErrorKind::PermissionDenied {
        (BackendErrorKind::Connect, format!("no permission to look for database `{shown}`"))
    } else if !directory.is_dir() {
        let directory = directory.display();
        (BackendErrorKind::DatabaseMissing, format!("database `{shown}` has no directory: `{directory}`"))
    } else if fs::metadata(directory).is_ok_and(|found| found.permissions().readonly()) {
        (BackendErrorKind::Connect, format!("no permission to create database `{shown}`"))
    } else {
        (BackendErrorKind::DatabaseMissing, format!("there is no database `{shown}`"))
    };
    let hint = match sqlalchemy {
        // A path that leads nowhere, or straight to the root, was probably
        // meant to be relative.
        Some(relative) if !directory.exists() || directory.parent().is_none() => {
            let relative = relative.display();
            format!(
                "; three slashes begin an absolute path here, other than in SQLAlchemy: the relative path \
                 `{relative}` is `sqlite://{relative}`"
            )
        }
        Some(_) | None => String::new(),
    };
    BackendError::new(kind, message + &hint)
}
