use std::os::unix::fs::{PermissionsExt, symlink};

use tempfile::TempDir;

use super::*;

/// A directory with these files in it.
fn directory(files: &[(&str, &[u8])]) -> (TempDir, RevisionDirectory) {
    let temporary = TempDir::new().expect("a temporary directory");
    for (name, content) in files {
        fs::write(temporary.path().join(name), content).expect("a file in it");
    }
    let directory = RevisionDirectory::new(temporary.path());
    (temporary, directory)
}

/// Loads and expects the error, with the directory written as `DIR`.
fn check_error(files: &[(&str, &[u8])], expected: &str) {
    let (temporary, directory) = directory(files);
    let error = directory.load().expect_err("the directory is wrong");
    let error = error.to_string().replace(&temporary.path().display().to_string(), "DIR");
    assert_eq!(error, expected);
}

fn ids(revisions: &[Revision]) -> Vec<&str> {
    revisions.iter().map(|revision| revision.id.as_str()).collect()
}

fn entries(path: &Path) -> usize {
    fs::read_dir(path).expect("the directory is there").count()
}

#[test]
fn headers_come_in_the_order_of_file_names() {
    let (first, mut directory) = directory(&[
        ("b.sql", b"\xef\xbb\xbf-- two\r\n--\r\n-- lines\r\n-- @revision b\r\n-- @revises a\r\n-- @labels l\r\n-- @depends-on d\r\n-- @created 2026-11-22T15:02:11Z\r\n-- @upgrade\r\nrubbish '"),
        ("a.sql", b"-- @revision a"),
        (".#c.sql", b""),
        ("d.sql~", b""),
        ("README.md", b""),
    ]);
    let (second, _) = self::directory(&[("A.SQL", b"-- @revision 2a\n")]);
    fs::create_dir(first.path().join("e")).expect("a directory in it");
    symlink(first.path().join("a.sql"), second.path().join("z.sql")).expect("a link");
    directory.roots.push(second.path().to_owned());
    let revisions = directory.load().expect("the files are valid");
    assert_eq!(ids(&revisions), ["a", "b", "2a", "a"]);
    let expected = Revision {
        id: RevisionId::new("b"),
        parents: vec![RevisionId::new("a")],
        depends_on: vec!["d".to_owned()],
        labels: vec!["l".to_owned()],
        message: "two\nlines".to_owned(),
        created: Some("2026-11-22T15:02:11Z".to_owned()),
        path: first.path().join("b.sql"),
    };
    assert_eq!(revisions[1], expected);
}

#[test]
fn many_files_come_in_the_same_order() {
    let (temporary, directory) = directory(&[]);
    let names: Vec<_> = (0..PATHS_WORTH_A_THREAD + 1).map(|n| format!("{n:04}")).collect();
    for name in &names {
        let text = format!("-- @revision {name}\n-- @upgrade\n");
        fs::write(temporary.path().join(format!("{name}.sql")), text).expect("a file");
    }
    assert_eq!(ids(&directory.load().expect("the files are valid")), names);
    fs::write(temporary.path().join("0256.sql"), "x").expect("a file");
    fs::write(temporary.path().join("0255.sql"), "x").expect("a file");
    let error = directory.load().expect_err("two files are wrong").to_string();
    assert!(error.contains("0255.sql:1:1: "), "{error}");
}

#[test]
fn a_header_may_be_longer_than_one_read() {
    for padding in FIRST_READ - 60..FIRST_READ + 60 {
        let text = format!("-- {}é\n-- @revision a\n-- @upgrade\n", "x".repeat(padding));
        let (_temporary, directory) = directory(&[("a.sql", text.as_bytes())]);
        assert_eq!(ids(&directory.load().expect("the file is valid")), ["a"], "{padding}");
    }
}

#[test]
fn a_character_across_the_end_of_the_read_is_no_error() {
    for padding in FIRST_READ - 40..FIRST_READ {
        let text = format!("-- @revision a\n-- @upgrade\n{}é", "x".repeat(padding));
        let (_temporary, directory) = directory(&[("a.sql", text.as_bytes())]);
        assert_eq!(ids(&directory.load().expect("the file is valid")), ["a"], "{padding}");
    }
}

#[test]
fn bad_files_are_named() {
    check_error(&[("a.sql", b"")], "DIR/a.sql:1:1: no `-- @revision` in the header");
    check_error(&[("a.sql", b"-- m\n\nSELECT 1;")], "DIR/a.sql:3:1: no `-- @revision` in the header");
    check_error(&[("a.sql", b"-- @revision a\n-- @x\n")], "DIR/a.sql:2:4: unknown directive `@x`");
    check_error(&[("a.sql", b"-- caf\xe9\n-- @revision a\n")], "DIR/a.sql:1:7: not UTF-8 at byte 6");
    check_error(&[("a.sql", b"-- @revision a\n-- @upgrade\n'\xff'")], "DIR/a.sql:3:2: not UTF-8 at byte 28");
}

#[test]
fn what_is_no_file_is_named() {
    let (temporary, directory) = directory(&[]);
    let path = temporary.path().join("x.sql");
    fs::create_dir(&path).expect("a directory in it");
    let error = directory.load().expect_err("a directory is no file").to_string();
    assert_eq!(
        error,
        format!("`{}` is not a file, although it has the name of a revision file", path.display())
    );
    fs::remove_dir(&path).expect("it is empty");
    symlink("nowhere", &path).expect("a link");
    let error = directory.load().expect_err("a link to nothing is no file").to_string();
    assert_eq!(error, format!("cannot read `{}`", path.display()));
}

#[test]
fn a_missing_directory_is_reported_as_alembic_does() {
    let error = RevisionDirectory::new("no/such").load().expect_err("it is missing").to_string();
    assert_eq!(
        error,
        "Path doesn't exist: no/such.  Please use the 'init' command to create a new scripts folder."
    );
}

#[test]
fn a_file_that_may_not_be_read_is_named() {
    let (temporary, directory) = directory(&[("a.sql", b"-- @revision a\n")]);
    let path = temporary.path().join("a.sql");
    fs::set_permissions(&path, PermissionsExt::from_mode(0o000)).expect("the mode is set");
    match directory.load() {
        Err(error) => assert_eq!(error.to_string(), format!("cannot read `{}`", path.display())),
        // Root may read everything.
        Ok(revisions) => assert_eq!(ids(&revisions), ["a"]),
    }
}

#[test]
fn a_new_file_is_read_back() {
    let (temporary, directory) = directory(&[]);
    let new = NewRevision::new(RevisionId::new("a"), "Add it");
    let path = directory.write_new(&new, &file_name(&new.id, &new.message)).expect("it is written");
    assert_eq!(path, temporary.path().join("a_add_it.sql"));
    let revisions = directory.load().expect("the file is valid");
    assert_eq!(ids(&revisions), ["a"]);
    let script = directory.read(&revisions[0], &[]).expect("the file is valid");
    assert_eq!(script.to_string(), new.render().expect("the revision is valid"));
    assert_eq!(entries(temporary.path()), 1);
}

#[test]
fn a_refused_file_leaves_nothing() {
    let (temporary, directory) = directory(&[("a.sql", b"old")]);
    let new = NewRevision::new(RevisionId::new("a"), "m");
    let error = directory.write_new(&new, "a.sql").expect_err("the name is taken");
    assert!(matches!(error, DirectoryError::Exists { .. }), "{error}");
    for name in ["../a.sql", "x/a.sql", ".a.sql", "a.txt", "", "a\0.sql"] {
        let error = directory.write_new(&new, name).expect_err("the name is wrong");
        assert!(matches!(error, DirectoryError::FileName { .. }), "{error}");
    }
    let error = directory.write_new(&new, &format!("{}.sql", "x".repeat(300))).expect_err("too long");
    assert!(matches!(error, DirectoryError::Io { .. }), "{error}");
    let broken = NewRevision::new(RevisionId::new(""), "m");
    assert!(matches!(directory.write_new(&broken, "b.sql"), Err(DirectoryError::NewRevision(_))));
    assert_eq!(entries(temporary.path()), 1);
    assert_eq!(fs::read(temporary.path().join("a.sql")).expect("it is there"), b"old");
}

#[test]
fn of_two_writers_one_wins() {
    let (temporary, directory) = directory(&[]);
    let written = thread::scope(|scope| {
        let write = |id: &'static str| {
            let directory = &directory;
            scope.spawn(move || {
                directory.write_new(&NewRevision::new(RevisionId::new(id), "m"), "a.sql").is_ok()
            })
        };
        let threads = ["a", "b", "c", "d"].map(write);
        threads.map(|thread| thread.join().expect("no panic"))
    });
    assert_eq!(written.iter().filter(|written| **written).count(), 1);
    assert_eq!(entries(temporary.path()), 1);
}
