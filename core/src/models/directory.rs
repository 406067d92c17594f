//! Files of models on disk.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use super::ModelError;
use crate::script::Source;

/// Reads all files of models: those called `*.sql` in a directory and in those
/// below it, except hidden ones. They come in the order of their paths.
///
/// # Errors
///
/// Fails if the directory is missing or has no such file, or if a file or
/// directory cannot be read or comes around to itself by a link. Files that are
/// not UTF-8 are all named.
pub fn load(root: &Path) -> Result<Vec<Source>, ModelError> {
    let mut paths = Vec::new();
    list(root, &mut Vec::new(), &mut paths)?;
    if paths.is_empty() {
        return Err(ModelError::Empty);
    }
    let (mut sources, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        let bytes = fs::read(&path).map_err(|source| ModelError::Io { path: path.clone(), source })?;
        match Source::from_bytes(path, bytes) {
            Ok(source) => sources.push(source),
            Err(error) => errors.push(*error),
        }
    }
    if errors.is_empty() { Ok(sources) } else { Err(ModelError::invalid(errors)) }
}

/// Adds the paths of the files in a directory, sorted. `above` has the
/// directories that it is in, as they really are.
fn list(directory: &Path, above: &mut Vec<PathBuf>, paths: &mut Vec<PathBuf>) -> Result<(), ModelError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => ModelError::Missing { path: directory.to_owned() },
        _ => ModelError::Io { path: directory.to_owned(), source },
    };
    let real = fs::canonicalize(directory).map_err(failed)?;
    if above.contains(&real) {
        return Err(ModelError::Loop { path: directory.to_owned() });
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        entries.push(entry.map_err(failed)?.file_name());
    }
    entries.sort_unstable();
    above.push(real);
    for name in entries.into_iter().filter(|name| !is_hidden(name)) {
        let path = directory.join(&name);
        // A link to a directory is one; a link to itself is an error here.
        let metadata = fs::metadata(&path).map_err(|source| ModelError::Io { path: path.clone(), source });
        let is_model = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
        match metadata {
            Ok(metadata) if metadata.is_dir() => list(&path, above, paths)?,
            Ok(metadata) if is_model && metadata.is_file() => paths.push(path),
            Ok(_) if is_model => return Err(ModelError::NotAFile { path }),
            Err(error) if is_model => return Err(error),
            // Whatever it is, it is none of ours.
            Ok(_) | Err(_) => {}
        }
    }
    above.pop();
    Ok(())
}

/// Whether a name is that of a hidden file, or of an editor's copy.
fn is_hidden(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with(['.', '#'])
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use expect_test::{Expect, expect};
    use tempfile::TempDir;

    use super::*;

    fn write(directory: &TempDir, path: &str, bytes: &[u8]) {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("it is in the directory")).expect("writable");
        fs::write(path, bytes).expect("writable");
    }

    fn check(directory: &TempDir, below: &str, expected: Expect) {
        let shown = match load(&directory.path().join(below)) {
            Ok(sources) => sources.iter().map(|source| format!("{}\n", source.path().display())).collect(),
            Err(error) => {
                let source = std::error::Error::source(&error);
                format!("{error}{}\n", source.map(|source| format!(": {source}")).unwrap_or_default())
            }
        };
        expected.assert_eq(&shown.replace(&format!("{}/", directory.path().display()), ""));
    }

    #[test]
    fn files_are_found_in_order() {
        let directory = TempDir::new().expect("writable");
        for path in ["m/b.sql", "m/a.sql", "m/sub/c.SQL", "m/sub/.hidden.sql", "m/notes.md", "m/.git/x.sql"] {
            write(&directory, path, b"");
        }
        write(&directory, "shared/d.sql", b"");
        symlink(directory.path().join("shared"), directory.path().join("m/linked")).expect("writable");
        check(
            &directory,
            "m",
            expect![[r#"
                m/a.sql
                m/b.sql
                m/linked/d.sql
                m/sub/c.SQL
            "#]],
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let directory = TempDir::new().expect("writable");
        check(
            &directory,
            "m",
            expect![[r#"
            there is no directory `m`
        "#]],
        );
        fs::create_dir(directory.path().join("m")).expect("writable");
        check(
            &directory,
            "m",
            expect![[r#"
            the models define nothing
        "#]],
        );
        write(&directory, "m/a.sql", b"CREATE TABLE a (\xe9 int)");
        write(&directory, "m/b.sql", b"\xff\xfea\0");
        check(
            &directory,
            "m",
            expect![[r#"
            m/a.sql:1:17: not UTF-8 at byte 16 (and 1 more)
        "#]],
        );
        symlink(directory.path().join("m"), directory.path().join("m/again")).expect("writable");
        check(
            &directory,
            "m",
            expect![[r#"
            `m/again` is a link to a directory that it is in
        "#]],
        );
        fs::remove_file(directory.path().join("m/again")).expect("writable");
        symlink("b2.sql", directory.path().join("m/b2.sql")).expect("writable");
        check(
            &directory,
            "m",
            expect![[r#"
            cannot read `m/b2.sql`: Too many levels of symbolic links (os error 40)
        "#]],
        );
        fs::remove_file(directory.path().join("m/b2.sql")).expect("writable");
        fs::create_dir(directory.path().join("m/c.sql")).expect("writable");
        write(&directory, "m/c.sql/d.sql", b"");
        check(
            &directory,
            "m/c.sql",
            expect![[r#"
            m/c.sql/d.sql
        "#]],
        );
    }
}
