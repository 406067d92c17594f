//! What is wrong with revision files, and how it is shown.

use std::fs;

use expect_test::expect;

use crate::environment::TestEnvironment;

#[test]
fn a_directory_without_files_yet() {
    let environment = TestEnvironment::new();
    environment.check(
        "retort heads
        retort upgrade head --format json",
        expect![[r#"
            $ retort heads
            ! error: Path doesn't exist: migrations.  Please use the 'init' command to create a new scripts folder.
            ! hint: run `retort init`, or set `migrations` in retort.toml to the directory of the revision files
            [exit status: 1]
            $ retort upgrade head --format json
            ! {"error":{"code":"no-migrations","message":"Path doesn't exist: migrations.  Please use the 'init' command to create a new scripts folder.","hint":"run `retort init`, or set `migrations` in retort.toml to the directory of the revision files"}}
            [exit status: 1]
        "#]],
    );
}

#[test]
fn errors_in_a_header_show_the_line() {
    let environment = TestEnvironment::new();
    environment.write("migrations/a.sql", "-- one\n--\n-- @revision aaaa\n-- @revised bbbb\n");
    environment.check(
        "retort heads
        retort heads --format json",
        expect![[r#"
            $ retort heads
            ! error: unknown directive `@revised`
            !  --> migrations/a.sql:4:4
            !   |
            ! 4 | -- @revised bbbb
            !   |    ^^^^^^^^
            ! hint: known here: `@revision`, `@revises`, `@created`, `@labels`, `@depends-on`, `@no-transaction`
            [exit status: 1]
            $ retort heads --format json
            ! {"error":{"code":"invalid-revision-file","message":"migrations/a.sql:4:4: unknown directive `@revised`","hint":"known here: `@revision`, `@revises`, `@created`, `@labels`, `@depends-on`, `@no-transaction`"}}
            [exit status: 1]
        "#]],
    );
}

#[test]
fn files_that_are_no_revisions() {
    let environment = TestEnvironment::new();
    environment.write("migrations/a.sql", "CREATE TABLE t (a INT);\n");
    environment.check(
        "retort heads",
        expect![[r#"
        $ retort heads
        ! error: no `-- @revision` in the header
        !  --> migrations/a.sql:1:1
        !   |
        ! 1 | CREATE TABLE t (a INT);
        !   | ^^^^^^^^^^^^^^^^^^^^^^^
        ! hint: a revision file begins with a comment that has its message, then `-- @revision <id>`
        [exit status: 1]
    "#]],
    );
    fs::write(environment.path().join("migrations/a.sql"), b"-- caf\xe9\n-- @revision aaaa\n").unwrap();
    environment.check(
        "retort heads",
        expect![[r#"
        $ retort heads
        ! error: not UTF-8 at byte 6
        !  --> migrations/a.sql:1:7
        !   |
        ! 1 | -- caf�
        !   |       ^
        ! hint: save the file as UTF-8
        [exit status: 1]
    "#]],
    );
}

#[test]
fn graphs_that_are_none() {
    let environment = TestEnvironment::new();
    environment.revisions("aaaa <- bbbb : one\nbbbb <- aaaa : two");
    environment.check(
        "retort heads",
        expect![[r#"
        $ retort heads
        ! error: Cycle is detected in revisions (aaaa, bbbb)
        ! hint: correct `@revises` in one of these files
        ! hint: the files are: migrations/aaaa_.sql, migrations/bbbb_.sql
        [exit status: 1]
    "#]],
    );

    let environment = TestEnvironment::new();
    environment.revisions("bbbb <- aaaa : two");
    environment.check(
        "retort heads",
        expect![[r#"
        $ retort heads
        ! error: Revision aaaa referenced from bbbb is not present
        ! hint: restore its file, or correct `@revises` in migrations/bbbb_.sql
        [exit status: 1]
    "#]],
    );

    let environment = TestEnvironment::new();
    environment.revisions("aaaa : one");
    environment.write("migrations/z.sql", "-- two\n-- @revision aaaa\n");
    environment.check(
        "retort heads",
        expect![[r#"
        $ retort heads
        ! error: Revision aaaa is present more than once
        ! hint: remove migrations/aaaa_.sql or migrations/z.sql, or give one of them another id
        [exit status: 1]
    "#]],
    );

    let environment = TestEnvironment::new();
    environment.revisions("aaaa label=x : one\nbbbb label=x : two");
    environment.check(
        "retort heads",
        expect![[r#"
        $ retort heads
        ! error: Branch name 'x' in revision bbbb already used by revision aaaa
        ! hint: descendants carry the label already; remove it from `@labels` in migrations/bbbb_.sql
        [exit status: 1]
    "#]],
    );
}
