//! Databases that cannot be used as they are.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};

use expect_test::{Expect, expect};

use super::check;
use crate::{project::Project, required};

fn project() -> Project {
    Project::with_chain(&[
        ("aaa1", "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);", None),
        ("bbb2", "ALTER TABLE t ALTER COLUMN a SET NOT NULL;", None),
    ])
}

/// A project whose database is at the first revision.
fn upgraded() -> Project {
    let mut project = project();
    project.ok("retort upgrade +1");
    project
}

#[test]
fn database_file_missing() {
    // Reading says so and creates nothing; upgrading creates it.
    project().check(
        "retort current\nretort upgrade head\nretort current",
        expect![[r#"
        $ retort current
        ! environment default, database sqlite://dev.db (from retort.toml)
        ! there is no database `dev.db`; nothing is applied
        $ retort upgrade head
        ! environment default, database sqlite://dev.db (from retort.toml)
        ! Running upgrade  -> aaa1, about aaa1
        ! Running upgrade aaa1 -> bbb2, about bbb2
        $ retort current
        bbb2 (head)
        ! environment default, database sqlite://dev.db (from retort.toml)
    "#]],
    );
    // A URL that forbids creating.
    check(
        &mut project(),
        "retort upgrade head --url sqlite://dev.db?mode=rw",
        expect![[r#"
        environment default, database sqlite://dev.db?mode=rw (from --url)
        error: there is no database `dev.db`
        hint: create the database, or correct the URL that --url gives
    "#]],
    );
    check(
        &mut project(),
        "retort upgrade head --url sqlite://no/such/dev.db",
        expect![[r#"
        environment default, database sqlite://no/such/dev.db (from --url)
        error: database `no/such/dev.db` has no directory: `no/such`
        hint: create the database, or correct the URL that --url gives
    "#]],
    );
    // The rule of SQLAlchemy, by which three slashes are relative.
    check(
        &mut project(),
        "retort upgrade head --url sqlite:///data/dev.db",
        expect![[r#"
        environment default, database sqlite:///data/dev.db (from --url)
        error: database `/data/dev.db` has no directory: `/data`; three slashes begin an absolute path here, other than in SQLAlchemy: the relative path `data/dev.db` is `sqlite://data/dev.db`
        hint: create the database, or correct the URL that --url gives
    "#]],
    );
}

#[test]
fn database_url_that_is_none() {
    check(
        &mut project(),
        "retort upgrade head --url dev.db",
        expect![[r#"
        error: database URL has no scheme such as `sqlite://`
        hint: correct the URL that --url gives; a SQLite database in this directory is `sqlite://dev.db`
    "#]],
    );
    check(
        &mut project(),
        "retort upgrade head --url oracle://scott:tiger@host/db",
        expect![[r#"
            error: no backend for `oracle` is built in
            hint: the backends are: sqlite; postgresql (postgresql, postgres); mysql; mariadb
        "#]],
    );
    check(
        &mut project(),
        "retort upgrade head --url sqlite://dev.db?mode=fast",
        expect![[r#"
        environment default, database sqlite://dev.db?mode=fast (from --url)
        error: `mode=fast` is not one of `ro`, `rw`, `rwc`, `memory`
        hint: correct the URL that --url gives
    "#]],
    );
    let mut without = project();
    without.write("retort.toml", "");
    check(
        &mut without,
        "retort upgrade head",
        expect![[r#"
        error: no database is given
        hint: set `url` in retort.toml, or DATABASE_URL, or pass `--url`: for example `--url sqlite://dev.db`
    "#]],
    );
}

#[test]
fn not_a_database() {
    let mut project = project();
    project.write(
        "dev.db",
        "This is a text file and no database; it is long enough to have a header.\n".repeat(40),
    );
    check(
        &mut project,
        "retort upgrade head",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: `dev.db` is not a SQLite database
        hint: check the URL that retort.toml gives; nothing was changed
    "#]],
    );
    check(
        &mut project,
        "retort stamp head",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: `dev.db` is not a SQLite database
        hint: check the URL that retort.toml gives; nothing was changed
    "#]],
    );
    check(
        &mut project,
        "retort history -i",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: `dev.db` is not a SQLite database
        hint: check the URL that retort.toml gives; nothing was changed
    "#]],
    );
    project.write("directory/file", "");
    check(
        &mut project,
        "retort upgrade head --url sqlite://directory",
        expect![[r#"
        environment default, database sqlite://directory (from --url)
        error: `directory` is a directory, not a database file
        hint: check that the database can be reached, and the URL that --url gives
    "#]],
    );
}

#[test]
fn read_only_by_url() {
    let mut project = upgraded();
    check(
        &mut project,
        "retort upgrade head --url sqlite://dev.db?mode=ro",
        expect![[r#"
            environment default, database sqlite://dev.db?mode=ro (from --url)
            error: database `dev.db` is read-only
            hint: make the database writable for the user of this process, or the one in the URL; nothing was changed
        "#]],
    );
    check(
        &mut project,
        "retort stamp head --url sqlite://dev.db?mode=ro",
        expect![[r#"
        environment default, database sqlite://dev.db?mode=ro (from --url)
        error: database `dev.db` is read-only
        hint: make the database writable for the user of this process, or the one in the URL; nothing was changed
    "#]],
    );
    // Reading works.
    project.ok("retort current --url sqlite://dev.db?mode=ro");
    project.ok("retort upgrade head --dry-run --url sqlite://dev.db?mode=ro");
    project.ok("retort upgrade aaa1 --url sqlite://dev.db?mode=ro");
}

#[test]
fn locked_by_another_process() {
    let mut project = upgraded();
    project.write("retort.toml", "url = \"sqlite://dev.db\"\nlock_timeout = \"200ms\"\n");
    let before = project.files();
    let other = project.open("dev.db");
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let message = project.fails("retort upgrade head", 1);
    expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: database `dev.db` is locked by another process
        hint: another run is at work: wait for it, or wait longer with `lock_timeout = "5m"` (now 200ms)
    "#]]
    .assert_eq(&message);
    project.fails("retort stamp head", 1);
    project.fails("retort downgrade base", 1);
    // Only now: closing the file would release the locks of this process.
    other.execute_batch("ROLLBACK").unwrap();
    assert!(project.files().changes(&before).is_empty());
    project.ok("retort upgrade head");
}

#[test]
fn written_to_by_another_process() {
    let mut project = upgraded();
    project.write("retort.toml", "url = \"sqlite://dev.db\"\nlock_timeout = \"200ms\"\n");
    let other = project.open("dev.db");
    other.execute_batch("BEGIN IMMEDIATE; INSERT INTO t VALUES (1, 'mine')").unwrap();
    // Reading is not blocked.
    project.check(
        "retort current\nretort upgrade head",
        expect![[r#"
        $ retort current
        aaa1
        ! environment default, database sqlite://dev.db (from retort.toml)
        $ retort upgrade head
        ! environment default, database sqlite://dev.db (from retort.toml)
        ! error: database `dev.db` is locked by another process
        ! hint: another run is at work: wait for it, or wait longer with `lock_timeout = "5m"` (now 200ms)
        [exit code 1]
    "#]],
    );
    other.execute_batch("COMMIT").unwrap();
    project.ok("retort upgrade head");
    assert_eq!(crate::content::rows(&project.open("dev.db"), "SELECT * FROM t"), [r#"1|"mine""#]);
}

#[test]
fn version_table_with_an_unknown_id() {
    let mut project = upgraded();
    let db = project.open("dev.db");
    db.execute_batch("UPDATE alembic_version SET version_num = '1975ea83b712'").unwrap();
    drop(db);
    check(
        &mut project,
        "retort upgrade head",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: Can't locate revision identified by '1975ea83b712'
        hint: the table alembic_version of sqlite://dev.db is at 1975ea83b712, which no file in migrations has
        hint: restore the file of 1975ea83b712; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
    "#]],
    );
    check(
        &mut project,
        "retort downgrade base",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: Can't locate revision identified by '1975ea83b712'
        hint: the table alembic_version of sqlite://dev.db is at 1975ea83b712, which no file in migrations has
        hint: restore the file of 1975ea83b712; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
    "#]],
    );
    check(
        &mut project,
        "retort current",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: Can't locate revision identified by '1975ea83b712'
        hint: the table alembic_version of sqlite://dev.db is at 1975ea83b712, which no file in migrations has
        hint: restore the file of 1975ea83b712; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
    "#]],
    );
    check(
        &mut project,
        "retort stamp aaa1",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: Can't locate revision identified by '1975ea83b712'
        hint: the table alembic_version of sqlite://dev.db is at 1975ea83b712, which no file in migrations has
        hint: restore the file of 1975ea83b712; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
    "#]],
    );
    project.ok("retort stamp --purge aaa1");
    project.ok("retort upgrade head");
}

#[test]
fn version_table_with_rows_that_are_no_heads() {
    let mut project = upgraded();
    project.ok("retort upgrade head");
    project.open("dev.db").execute_batch("INSERT INTO alembic_version VALUES ('aaa1')").unwrap();
    project.check(
        "retort current\nretort upgrade head\nretort stamp --purge head\nretort current",
        expect![[r#"
            $ retort current
            bbb2 (head)
            ! environment default, database sqlite://dev.db (from retort.toml)
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from retort.toml)
            ! error: Requested revision bbb2 overlaps with other requested revisions aaa1
            ! hint: the version table should hold only the latest revision of each branch; `retort stamp heads` or `retort downgrade base` repairs it
            [exit code 1]
            $ retort stamp --purge head
            ! environment default, database sqlite://dev.db (from retort.toml)
            ! Running stamp_revision aaa1, bbb2 -> bbb2
            $ retort current
            bbb2 (head)
            ! environment default, database sqlite://dev.db (from retort.toml)
        "#]],
    );
}

/// The binary, where somebody without privileges can run it.
struct Nobody {
    project: Project,
    is_root: bool,
}

impl Nobody {
    /// None where privileges cannot be dropped.
    fn new(project: Project) -> Option<Self> {
        let id = Command::new("id").arg("-u").output().unwrap().stdout;
        let is_root = id == b"0\n";
        if is_root && !required::program("setpriv") {
            return None;
        }
        fs::copy(env!("CARGO_BIN_EXE_retort"), project.path().join("retort")).unwrap();
        fs::set_permissions(project.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Some(Self { project, is_root })
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let binary = self.project.path().join("retort");
        let mut command = if self.is_root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(binary);
            command
        } else {
            Command::new(binary)
        };
        command.args(arguments).current_dir(self.project.path()).output().unwrap()
    }

    #[track_caller]
    fn check(&self, arguments: &[&str], message: Expect) {
        let before = self.project.files();
        let output = self.run(arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        message.assert_eq(&stderr.replace(&self.project.path().display().to_string(), "$DIR"));
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        let changes = self.project.files().changes(&before);
        assert!(changes.is_empty(), "{changes:?}");
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn read_only_file() {
    let Some(nobody) = Nobody::new(upgraded()) else { return };
    let path = nobody.project.path().join("dev.db");
    set_mode(nobody.project.path(), 0o777);
    set_mode(&path, 0o444);
    nobody.check(
        &["upgrade", "head"],
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: database `dev.db` is read-only
        hint: make the database writable for the user of this process, or the one in the URL; nothing was changed
    "#]],
    );
    assert!(nobody.run(&["current"]).status.success());
}

#[test]
fn directory_without_permission_to_write() {
    let Some(nobody) = Nobody::new(upgraded()) else { return };
    let directory = nobody.project.path();
    set_mode(&directory.join("dev.db"), 0o666);
    set_mode(directory, 0o555);
    // No journal can be written beside the database.
    nobody.check(&["upgrade", "head"], expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        Running upgrade aaa1 -> bbb2, about bbb2
        error: the directory of database `dev.db` is read-only, so no journal can be written
        hint: make the database writable for the user of this process, or the one in the URL; nothing was changed
        hint: nothing of revision bbb2 remains; the database is at aaa1, and `retort upgrade head` goes on from there
    "#]]);
    assert!(nobody.run(&["current"]).status.success());
    // No database can be created, and no revision.
    nobody.check(
        &["upgrade", "head", "--url", "sqlite://new.db"],
        expect![[r#"
        environment default, database sqlite://new.db (from --url)
        error: no permission to create database `new.db`
        hint: check that the database can be reached, and the URL that --url gives
    "#]],
    );
    set_mode(&directory.join("migrations"), 0o555);
    nobody.check(
        &["revision", "-m", "x", "--rev-id", "ccc3"],
        expect![[r#"
        error: cannot write `migrations/ccc3_x.sql`
          caused by: Permission denied (os error 13)
    "#]],
    );
    nobody.check(
        &["init", "other"],
        expect![[r#"
        error: cannot create other
          caused by: Permission denied (os error 13)
    "#]],
    );
    set_mode(directory, 0o755);
}

#[test]
fn directory_without_permission_to_look_into() {
    let Some(nobody) = Nobody::new(upgraded()) else { return };
    let directory = nobody.project.path();
    let hidden = directory.join("hidden");
    fs::create_dir(&hidden).unwrap();
    fs::copy(directory.join("dev.db"), hidden.join("dev.db")).unwrap();
    set_mode(&hidden, 0o000);
    let is_root = nobody.is_root;
    let run = |url: &str, message: Expect| {
        let output = nobody.run(&["upgrade", "head", "--url", url]);
        message.assert_eq(&String::from_utf8(output.stderr).unwrap());
        assert_eq!(output.status.code(), Some(1));
    };
    run(
        "sqlite://hidden/dev.db",
        expect![[r#"
        environment default, database sqlite://hidden/dev.db (from --url)
        error: no permission to look for database `hidden/dev.db`
        hint: check that the database can be reached, and the URL that --url gives
    "#]],
    );
    set_mode(&hidden, 0o755);
    // Revision files that cannot be listed or read.
    let migrations = directory.join("migrations");
    set_mode(&migrations, if is_root { 0o700 } else { 0o000 });
    run(
        "sqlite://dev.db",
        expect![[r#"
        error: cannot read the directory `migrations`
          caused by: Permission denied (os error 13)
    "#]],
    );
    set_mode(&migrations, 0o755);
    set_mode(&migrations.join("bbb2_.sql"), if is_root { 0o600 } else { 0o000 });
    run(
        "sqlite://dev.db",
        expect![[r#"
        error: cannot read `migrations/bbb2_.sql`
          caused by: Permission denied (os error 13)
    "#]],
    );
}
