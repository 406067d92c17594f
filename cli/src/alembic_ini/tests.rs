use std::fs;

use expect_test::{Expect, expect};
use tempfile::TempDir;

use super::*;

/// What the lines of an alembic.ini are as settings of Retort's.
#[track_caller]
fn check(lines: &str, expected: Expect) {
    let text =
        format!("# of a project\n[alembic]\nscript_location = alembic\n{lines}\n[loggers]\nkeys = root\n");
    let mut file = AlembicFile::default();
    file.add_ini(&text);
    expected.assert_eq(&(settings(&file, "migrations").join("\n") + "\n"));
}

#[test]
fn urls_are_spelled_as_retort_reads_them() {
    let check = |line: &str, expected: Option<&str>| {
        let mut file = AlembicFile::default();
        file.add_ini(&format!("[alembic]\n{line}\n[loggers]\nkeys = root\n"));
        assert_eq!(file.url.as_deref().and_then(url).as_deref(), expected, "{line}");
    };
    check("sqlalchemy.url = sqlite:///app.db", Some("sqlite://app.db"));
    check("sqlalchemy.url = sqlite:///%(here)s/app.db", Some("sqlite://app.db"));
    check("sqlalchemy.url = sqlite:////srv/app.db", Some("sqlite:///srv/app.db"));
    check(
        "sqlalchemy.url = postgresql+psycopg://ada:s%%40@db/app",
        Some("postgresql+psycopg://ada:***@db/app"),
    );
    check("sqlalchemy.url = driver://user:pass@localhost/dbname", None);
    check("# sqlalchemy.url = sqlite:///app.db", None);
    check("", None);
    check("[other]\nsqlalchemy.url = sqlite:///app.db", None);
}

#[test]
fn what_retort_has_too_is_translated() {
    check(
        "",
        expect![[r#"
        migrations = "migrations"
    "#]],
    );
    check(
        "file_template = %%(year)d/%%(rev)s_%%(slug)s\ntruncate_slug_length = 20\ntimezone = Asia/Seoul\nrecursive_version_locations = false",
        expect![[r#"
            migrations = "migrations"
            recursive_version_locations = true
            file_template = "%(year)d/%(rev)s_%(slug)s"
            truncate_slug_length = 20
            timezone = "Asia/Seoul"
        "#]],
    );
    check(
        "version_locations = %(here)s/alembic/versions",
        expect![[r#"
        migrations = "migrations"
    "#]],
    );
    check(
        "version_locations = %(here)s/a %(here)s/b, c",
        expect![[r#"
        migrations = ["a", "b", "c"]
    "#]],
    );
    check(
        "path_separator = newline\nversion_locations =\n    %(here)s/my models/versions\n    # not this\n    b",
        expect![[r#"
            migrations = ["my models/versions", "b"]
        "#]],
    );
    check(
        "version_path_separator = ;\nversion_locations = a;b\nrecursive_version_locations = true",
        expect![[r#"
            migrations = ["a", "b"]
            recursive_version_locations = true
        "#]],
    );
    check(
        "file_template = %%(nonsense)s\ntruncate_slug_length = many\ntimezone =",
        expect![[r#"
        migrations = "migrations"
    "#]],
    );
    check(
        "[post_write_hooks]\nhooks = black, ruff\nblack.type = console_scripts\nblack.entrypoint = black\nblack.options = -l 79 REVISION_SCRIPT_FILENAME\nruff.type = exec\nruff.executable = %(here)s/.venv/bin/ruff\nruff.options = check --fix REVISION_SCRIPT_FILENAME",
        expect![[r#"
            migrations = "migrations"
            # What runs on new files; these were meant for Python:
            # [[hooks]]
            # name = "black"
            # command = ["black", "-l", "79", "{file}"]
            # [[hooks]]
            # name = "ruff"
            # command = ["./.venv/bin/ruff", "check", "--fix", "{file}"]
        "#]],
    );
}

#[test]
fn pyproject_is_read_too() {
    let directory = TempDir::new().expect("a directory");
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).expect("a file");
    assert_eq!(AlembicFile::read(directory.path()), None);
    write("pyproject.toml", "[tool.black]\nline-length = 79\n");
    assert_eq!(AlembicFile::read(directory.path()), None);
    write("alembic.ini", "[alembic]\nsqlalchemy.url = sqlite:///app.db\ntimezone = UTC\n");
    write(
        "pyproject.toml",
        "[tool.alembic]\nfile_template = \"%%(epoch)s_%%(rev)s\"\ntimezone = \"Asia/Seoul\"\ntruncate_slug_length = 30\n\
         version_locations = [\"%(here)s/a/versions\", \"b\"]\nrecursive_version_locations = true\n\
         post_write_hooks = [{ name = \"fmt\", type = \"exec\", executable = \"%(here)s/fmt\", options = \"REVISION_SCRIPT_FILENAME\" }]\n",
    );
    let file = AlembicFile::read(directory.path()).expect("there are two");
    assert_eq!(file.names, ["alembic.ini", "pyproject.toml"]);
    expect![[r#"
        migrations = ["a/versions", "b"]
        url = "sqlite://app.db"
        recursive_version_locations = true
        file_template = "%(epoch)s_%(rev)s"
        truncate_slug_length = 30
        timezone = "Asia/Seoul"
        # What runs on new files; these were meant for Python:
        # [[hooks]]
        # name = "fmt"
        # command = ["./fmt", "{file}"]"#]]
    .assert_eq(&settings(&file, "migrations").join("\n"));
}
