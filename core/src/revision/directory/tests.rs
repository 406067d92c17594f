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
    fs::write(first.path().join("e/c.sql"), b"-- @revision c").expect("a file in it");
    directory.roots.push(second.path().to_owned());
    let revisions = directory.load().expect("the files are valid");
    assert_eq!(ids(&revisions), ["a", "b", "2a"]);
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

/// The ids that were loaded.
type Loaded = Result<Vec<String>, DirectoryError>;

/// Directories `a`, `a/b` and `c` with files in them, and what loads them.
fn nested() -> (TempDir, impl Fn(&[&str], bool) -> Loaded) {
    let (temporary, _) = directory(&[]);
    let path = temporary.path().to_owned();
    for (name, id) in [("a/1.sql", "a1"), ("a/b/2.sql", "b2"), ("a/b/0.sql", "b0"), ("c/1.sql", "c1")] {
        fs::create_dir_all(path.join(name).parent().expect("a parent")).expect("a directory");
        fs::write(path.join(name), format!("-- @revision {id}\n")).expect("a file");
    }
    fs::create_dir(path.join("a/.git")).expect("a directory");
    fs::write(path.join("a/.git/x.sql"), "nothing of ours").expect("a file");
    let load = move |roots: &[&str], recursive| {
        let roots = roots.iter().map(|root| path.join(root)).collect();
        let revisions = RevisionDirectory { roots, recursive, except: vec![path.join("a/except")] }.load()?;
        Ok(revisions.iter().map(|revision| revision.id.to_string()).collect())
    };
    (temporary, load)
}

#[test]
fn directories_come_in_their_order_and_what_is_below_after() {
    let (temporary, load) = nested();
    let loaded = |roots: &[&str], recursive| load(roots, recursive).expect("the files are valid");
    assert_eq!(loaded(&["c", "a"], false), ["c1", "a1"]);
    assert_eq!(loaded(&["c", "a"], true), ["c1", "a1", "b0", "b2"]);
    assert_eq!(loaded(&["a"], false), ["a1"]);
    // What holds other files is not looked at.
    fs::create_dir(temporary.path().join("a/except")).expect("a directory");
    fs::write(temporary.path().join("a/except/x.sql"), "a template").expect("a file");
    assert_eq!(loaded(&["a"], true), ["a1", "b0", "b2"]);
}

#[test]
fn a_file_reached_twice_is_one() {
    let (temporary, load) = nested();
    let loaded = |roots: &[&str], recursive| load(roots, recursive).expect("the files are valid");
    assert_eq!(loaded(&["a", "a", "a/../a"], false), ["a1"]);
    assert_eq!(loaded(&["a", "a/b"], true), ["a1", "b0", "b2"]);
    assert_eq!(loaded(&["a/b", "a"], true), ["b0", "b2", "a1"]);
    let link =
        |to: &str, at: &str| symlink(temporary.path().join(to), temporary.path().join(at)).expect("a link");
    link("a", "d");
    assert_eq!(loaded(&["d", "a", "c"], false), ["a1", "c1"]);
    // A circle, and a directory that is elsewhere.
    link("a", "a/b/up");
    link("c", "a/far");
    assert_eq!(loaded(&["a"], true), ["a1", "b0", "b2", "c1"]);
    link("a/1.sql", "a/0_link.sql");
    assert_eq!(loaded(&["a"], false), ["a1"]);
    link("nowhere", "a/lost");
    assert_eq!(loaded(&["a"], true), ["a1", "b0", "b2", "c1"]);
    let missing = load(&["a", "e"], false).expect_err("it is missing").to_string();
    assert!(missing.starts_with("Path doesn't exist: ") && missing.contains("/e."), "{missing}");
}

#[test]
fn directories_are_made_for_a_new_file_and_only_for_it() {
    let (temporary, mut directory) = directory(&[]);
    let new = NewRevision::new(RevisionId::new("a"), "m");
    let write = |directory: &RevisionDirectory, name: &str| {
        directory.write_new(&new, temporary.path(), name).map(|_| ()).map_err(|error| error.to_string())
    };
    // It would not be found again.
    let refused = write(&directory, "2026/a.sql").expect_err("nobody looks there");
    assert_eq!(refused, "`2026/a.sql` cannot be the name of a revision file");
    directory.recursive = true;
    write(&directory, "2026/11/a.sql").expect("it is written");
    assert_eq!(ids(&directory.load().expect("it is valid")), ["a"]);
    write(&directory, "2026/11/a.sql").expect_err("the name is taken");
    let long = format!("2027/{}.sql", "x".repeat(300));
    write(&directory, &long).expect_err("the name is too long");
    assert!(!temporary.path().join("2027").exists());
    assert!(temporary.path().join("2026/11").exists());
    fs::write(temporary.path().join("file"), "").expect("a file");
    let refused = write(&directory, "file/a.sql").expect_err("a file is no directory");
    assert!(refused.starts_with("cannot write `") && refused.ends_with("/file/a.sql`"), "{refused}");
    assert!(directory.holds(&temporary.path().join("2026")) && !directory.holds(Path::new("/")));
    directory.recursive = false;
    assert!(directory.holds(temporary.path()) && !directory.holds(&temporary.path().join("2026")));
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
    let path = directory.write_new(&new, temporary.path(), "a_add_it.sql").expect("it is written");
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
    let error = directory.write_new(&new, temporary.path(), "a.sql").expect_err("the name is taken");
    assert!(matches!(error, DirectoryError::Exists { .. }), "{error}");
    for name in ["../a.sql", "x/a.sql", ".a.sql", "a.txt", "", "a\0.sql"] {
        let error = directory.write_new(&new, temporary.path(), name).expect_err("the name is wrong");
        assert!(matches!(error, DirectoryError::FileName { .. }), "{error}");
    }
    let error = directory
        .write_new(&new, temporary.path(), &format!("{}.sql", "x".repeat(300)))
        .expect_err("too long");
    assert!(matches!(error, DirectoryError::Io { .. }), "{error}");
    let broken = NewRevision::new(RevisionId::new(""), "m");
    assert!(matches!(
        directory.write_new(&broken, temporary.path(), "b.sql"),
        Err(DirectoryError::NewRevision(_))
    ));
    assert_eq!(entries(temporary.path()), 1);
    assert_eq!(fs::read(temporary.path().join("a.sql")).expect("it is there"), b"old");
}

#[test]
fn of_two_writers_one_wins() {
    let (temporary, directory) = directory(&[]);
    let written = thread::scope(|scope| {
        let write = |id: &'static str| {
            let (directory, root) = (&directory, temporary.path());
            scope.spawn(move || {
                directory.write_new(&NewRevision::new(RevisionId::new(id), "m"), root, "a.sql").is_ok()
            })
        };
        let threads = ["a", "b", "c", "d"].map(write);
        threads.map(|thread| thread.join().expect("no panic"))
    });
    assert_eq!(written.iter().filter(|written| **written).count(), 1);
    assert_eq!(entries(temporary.path()), 1);
}
