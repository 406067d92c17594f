//! What the files of new revisions are called, and the times in them.

use std::fs;

use expect_test::expect;
use jiff::Timestamp;

use crate::environment::TestEnvironment;

/// The value of `@created` in the only revision file.
fn created(environment: &TestEnvironment) -> String {
    let files = environment.files();
    let path = files.iter().find(|path| path.ends_with(".sql")).unwrap();
    let text = fs::read_to_string(environment.path().join(path)).unwrap();
    text.lines().find_map(|line| line.strip_prefix("-- @created ")).unwrap().to_owned()
}

#[test]
fn files_are_called_as_the_settings_say() {
    let environment = TestEnvironment::new();
    environment.write(
        "retort.toml",
        "recursive_version_locations = true\nfile_template = \"by/%(slug)s/%(rev)s_%(slug)s\"\ntruncate_slug_length = 12\n",
    );
    environment.revisions("");
    environment.check(
        "retort revision -m \"Add US stock tables\" --rev-id aaaa
        retort revision -m \"Add US stock tables\" --rev-id bbbb
        retort revision --rev-id cccc
        retort revision -m . --rev-id cccc --format json
        retort revision -m x --rev-id cc/cc
        retort revision -m x --rev-id ../../cccc
        retort history",
        expect![[r#"
            $ retort revision -m "Add US stock tables" --rev-id aaaa
            Generating migrations/by/add_us_/aaaa_add_us_.sql ...  done
            $ retort revision -m "Add US stock tables" --rev-id bbbb
            Generating migrations/by/add_us_/bbbb_add_us_.sql ...  done
            $ retort revision --rev-id cccc
            ! error: `by//cccc_.sql` cannot be the name of a revision file
            ! hint: ids and labels are words of letters, digits and underscores; a directory that `file_template` makes needs a name
            [exit status: 1]
            $ retort revision -m . --rev-id cccc --format json
            ! {"error":{"code":"invalid-name","message":"`by//cccc_.sql` cannot be the name of a revision file","hint":"ids and labels are words of letters, digits and underscores; a directory that `file_template` makes needs a name"}}
            [exit status: 1]
            $ retort revision -m x --rev-id cc/cc
            ! error: `cc/cc` cannot be the name of a revision file
            ! hint: ids and labels are words of letters, digits and underscores; a directory that `file_template` makes needs a name
            [exit status: 1]
            $ retort revision -m x --rev-id ../../cccc
            ! error: `../../cccc` cannot be the name of a revision file
            ! hint: ids and labels are words of letters, digits and underscores; a directory that `file_template` makes needs a name
            [exit status: 1]
            $ retort history
            aaaa -> bbbb (head), Add US stock tables
            <base> -> aaaa, Add US stock tables
        "#]],
    );
    environment.write("migrations/by/x/cccc_x.sql", "kept");
    environment.write("migrations/by/x/.hidden", "");
    environment.check(
        "retort revision -m x --rev-id cccc
        retort show head",
        expect![[r#"
            $ retort revision -m x --rev-id cccc
            ! error: no `-- @revision` in the header
            !  --> migrations/by/x/cccc_x.sql:1:1
            !   |
            ! 1 | kept
            !   | ^^^^
            ! hint: a revision file begins with a comment that has its message, then `-- @revision <id>`
            [exit status: 1]
            $ retort show head
            ! error: no `-- @revision` in the header
            !  --> migrations/by/x/cccc_x.sql:1:1
            !   |
            ! 1 | kept
            !   | ^^^^
            ! hint: a revision file begins with a comment that has its message, then `-- @revision <id>`
            [exit status: 1]
        "#]],
    );
}

#[test]
fn a_directory_below_is_that_of_the_template_and_not_of_the_parent() {
    let environment = TestEnvironment::new();
    environment.write(
        "retort.toml",
        "migrations = [\"a\", \"a/sub\", \"b\"]\nrecursive_version_locations = true\nfile_template = \"%(slug)s/%(rev)s\"\n",
    );
    environment.write("a/x.sql", "-- @revision aaaa\n");
    environment.write("a/sub/y.sql", "-- @revision bbbb\n-- @revises aaaa\n");
    environment.write("b/x.txt", "");
    environment.check(
        "retort revision -m one --rev-id cccc
        retort revision -m two --rev-id dddd
        retort revision -m three --rev-id eeee --version-path b",
        expect![[r#"
            $ retort revision -m one --rev-id cccc
            Generating a/sub/one/cccc.sql ...  done
            $ retort revision -m two --rev-id dddd
            Generating a/sub/two/dddd.sql ...  done
            $ retort revision -m three --rev-id eeee --version-path b
            Generating b/three/eeee.sql ...  done
        "#]],
    );
}

#[test]
fn times_are_those_of_the_time_zone() {
    let mut environment = TestEnvironment::new();
    environment.revisions("");
    environment.set("RETORT_TIMEZONE", "asia/seoul");
    environment.set(
        "RETORT_FILE_TEMPLATE",
        "%(epoch)s-%(year)d%(month).2d%(day).2dT%(hour).2d%(minute).2d%(second).2d-%(rev)s",
    );
    let before = Timestamp::now().as_second();
    assert_eq!(environment.run("retort revision --rev-id aaaa").status, 0);
    let after = Timestamp::now().as_second();
    let created = created(&environment);
    assert!(created.ends_with("+09:00") && created.len() == "2026-11-22T15:02:11+09:00".len(), "{created}");
    let moment: Timestamp = created.parse().unwrap();
    assert!((before..=after).contains(&moment.as_second()), "{created}");
    // The zone has no other offset, so that the text says what the name has.
    let local = created.trim_end_matches("+09:00").replace(['-', ':'], "");
    assert_eq!(environment.files(), [format!("migrations/{}-{local}-aaaa.sql", moment.as_second())]);
    // An offset is shown as it is written.
    let shown = environment.run("retort show aaaa");
    assert_eq!(shown.status, 0);
    let path = environment.path().join(&environment.files()[0]);
    let text = fs::read_to_string(&path).unwrap().replace(&created, "2026-11-22T15:02:11+09:00");
    fs::write(path, text).unwrap();
    let shown = environment.run("retort show aaaa").stdout;
    assert!(shown.contains("    Create Date: 2026-11-22 15:02:11+09:00\n"), "{shown}");
}

#[test]
fn utc_is_written_with_a_z() {
    for zone in ["UTC", "utc"] {
        let mut environment = TestEnvironment::new();
        environment.revisions("");
        environment.set("RETORT_TIMEZONE", zone);
        assert_eq!(environment.run("retort revision").status, 0);
        assert!(created(&environment).ends_with('Z'));
    }
}

#[test]
fn an_unknown_time_zone_writes_nothing_and_stops_nothing_else() {
    let environment = TestEnvironment::new();
    environment.revisions("aaaa : one\nbbbb <- aaaa : two");
    environment.write("retort.toml", "timezone = \"Europe/Berln\"\n");
    environment.check(
        "retort revision
        retort merge --splice aaaa bbbb --format json
        retort heads",
        expect![[r#"
            $ retort revision
            ! error: Can't locate timezone: Europe/Berln
            ! hint: retort.toml gives it; a time zone is called as in `Asia/Seoul`, `Europe/Berlin` or `UTC`
            ! hint: did you mean `Europe/Berlin`?
            [exit status: 1]
            $ retort merge --splice aaaa bbbb --format json
            ! {"error":{"code":"unknown-timezone","message":"Can't locate timezone: Europe/Berln","hint":"retort.toml gives it; a time zone is called as in `Asia/Seoul`, `Europe/Berlin` or `UTC`\ndid you mean `Europe/Berlin`?"}}
            [exit status: 1]
            $ retort heads
            bbbb (head)
        "#]],
    );
    assert_eq!(environment.files(), ["migrations/aaaa_.sql", "migrations/bbbb_.sql", "retort.toml"]);
}

#[test]
fn what_the_settings_may_not_say() {
    for (text, expected) in [
        (
            "migrations = []\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:1:14
              |
            1 | migrations = []
              |              ^^ expected at least one path
        "#]],
        ),
        (
            "migrations = [\"a\", 1]\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:1:20
              |
            1 | migrations = ["a", 1]
              |                    ^ expected a string
        "#]],
        ),
        (
            "migrations = 1\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:1:14
              |
            1 | migrations = 1
              |              ^ expected a string, or a list of strings
        "#]],
        ),
        (
            "recursive_version_locations = \"yes\"\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:1:31
              |
            1 | recursive_version_locations = "yes"
              |                               ^^^^^ expected true or false
        "#]],
        ),
        (
            "truncate_slug_length = \"40\"\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:1:24
              |
            1 | truncate_slug_length = "40"
              |                        ^^^^ expected a number
        "#]],
        ),
        (
            "truncate_slug_length = -1\n",
            expect![[r#"
            error: `-1`, the truncate_slug_length that retort.toml gives, is not a number of characters
        "#]],
        ),
        (
            "timezone = 9\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:1:12
              |
            1 | timezone = 9
              |            ^ expected a string
        "#]],
        ),
        (
            "template = true\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:1:12
              |
            1 | template = true
              |            ^^^^ expected a string
        "#]],
        ),
        (
            "file_template = 1\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:1:17
              |
            1 | file_template = 1
              |                 ^ expected a string
        "#]],
        ),
        (
            "\nfile_template = \"%(slug)s\"\n",
            expect![[r#"
            error: the file template has no `%(rev)s`, so that two revisions could get one name
             --> retort.toml:2:18
              |
            2 | file_template = "%(slug)s"
              |                  ^^^^^^^^
            hint: the tokens are %(rev)s, %(slug)s, %(epoch)s, %(year)d, %(month).2d, %(day).2d, %(hour).2d, %(minute).2d, %(second).2d; `%(rev)s` must be one of them
        "#]],
        ),
        (
            "file_template = \"../%(rev)s\"\n",
            expect![[r#"
            error: the file template leaves the directory of the revision files
             --> retort.toml:1:18
              |
            1 | file_template = "../%(rev)s"
              |                  ^^
            hint: a path within the directory of the revision files is allowed: `%(year)d/%(rev)s_%(slug)s`
        "#]],
        ),
        (
            "file_template = \"%(rev)s\\u005f%(month)2d\"\n",
            expect![[r#"
            error: `%(month)2d` is not how a token is written
             --> retort.toml:1:17
              |
            1 | file_template = "%(rev)s\u005f%(month)2d"
              |                 ^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: write `%(month).2d`
        "#]],
        ),
        (
            "[env.dev]\nfile_template = \"%%(rev)s_%%(slug)s\"\n",
            expect![[r#"
            error: the file template has no `%(rev)s`, so that two revisions could get one name
             --> retort.toml:2:18
              |
            2 | file_template = "%%(rev)s_%%(slug)s"
              |                  ^^^^^^^^^^^^^^^^^^
            hint: write `%(rev)s`; only in alembic.ini each % is doubled
        "#]],
        ),
        (
            "file_template = \"%(year)d/%(rev)s\"\n",
            expect![[r#"
            error: `%(year)d/%(rev)s`, the file_template that retort.toml gives, puts files into directories in which nobody looks for them
            hint: set `recursive_version_locations = true`, or leave out the `/`
        "#]],
        ),
    ] {
        let environment = TestEnvironment::new();
        environment.write("retort.toml", text);
        let run = environment.run("retort heads");
        assert_eq!(run.status, 1, "{text}");
        expected.assert_eq(&run.stderr);
    }
    for (variable, value, expected) in [
        (
            "RETORT_FILE_TEMPLATE",
            "/%(rev)s",
            expect![[r#"
            error: `/%(rev)s`, the file_template that RETORT_FILE_TEMPLATE gives, cannot be used: the file template is an absolute path
            hint: a path within the directory of the revision files is allowed: `%(year)d/%(rev)s_%(slug)s`
        "#]],
        ),
        (
            "RETORT_FILE_TEMPLATE",
            "%(year)d/%(rev)s",
            expect![[r#"
            error: `%(year)d/%(rev)s`, the file_template that RETORT_FILE_TEMPLATE gives, puts files into directories in which nobody looks for them
            hint: set `recursive_version_locations = true`, or leave out the `/`
        "#]],
        ),
        (
            "RETORT_TRUNCATE_SLUG_LENGTH",
            "some",
            expect![[r#"
            error: `some`, the truncate_slug_length that RETORT_TRUNCATE_SLUG_LENGTH gives, is not a number of characters
        "#]],
        ),
        (
            "RETORT_RECURSIVE_VERSION_LOCATIONS",
            "on",
            expect![[r#"
            error: `on`, the recursive_version_locations that RETORT_RECURSIVE_VERSION_LOCATIONS gives, is neither true nor false
        "#]],
        ),
    ] {
        let mut environment = TestEnvironment::new();
        environment.set(variable, value);
        let run = environment.run("retort heads");
        assert_eq!(run.status, 1, "{variable}={value}");
        expected.assert_eq(&run.stderr);
    }
}

#[test]
fn an_environment_may_say_otherwise() {
    let mut environment = TestEnvironment::new();
    environment.write(
        "retort.toml",
        "file_template = \"%(rev)s\"\n[env.dev]\nmigrations = [\"migrations\", \"drafts\"]\nfile_template = \"%(slug)s_%(rev)s\"\ntruncate_slug_length = 3\n",
    );
    environment.revisions("");
    environment.write("drafts/x.txt", "");
    environment.set("RETORT_TEMPLATE", "data");
    environment.check(
        "retort revision -m \"first one\" --rev-id aaaa
        retort -n dev revision -m \"second one\" --rev-id bbbb --version-path drafts
        retort heads
        retort -n dev heads",
        expect![[r#"
            $ retort revision -m "first one" --rev-id aaaa
            Generating migrations/aaaa.sql ...  done
            $ retort -n dev revision -m "second one" --rev-id bbbb --version-path drafts
            Generating drafts/sec__bbbb.sql ...  done
            $ retort heads
            aaaa (head)
            $ retort -n dev heads
            bbbb (head)
        "#]],
    );
    let text = fs::read_to_string(environment.path().join("migrations/aaaa.sql")).unwrap();
    assert!(text.contains("batches"), "{text}");
}
