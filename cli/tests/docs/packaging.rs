//! What is shipped beside the binary: the hook for git, the job for CI, the image,
//! and what `cargo install` reads.

use std::{fs, process::Command};

use expect_test::{Expect, expect};
use retort_test_servers::{Database, Engine};

use crate::{
    run::repository,
    shell::{Shell, has},
};

/// A repository of git with a project and the hook, after a commit.
fn project() -> Shell {
    let shell = Shell::new();
    run(
        &shell,
        r#"
git init -q
retort init
mkdir models ci
echo 'CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50));' > models/users.sql
retort revision --autogenerate -m users --rev-id 1975ea83b712
cp "$REPOSITORY/hooks/pre-commit" ci/check-migrations
cp ci/check-migrations .git/hooks/pre-commit
git config retort.backends "sqlite postgresql mysql mariadb"
rm -f dev.db
echo '*.db' > .gitignore
git add .
git commit -q -m begin
"#,
    );
    shell
}

/// Runs commands that must succeed.
#[track_caller]
fn run(shell: &Shell, commands: &str) -> String {
    let ran = shell.run(commands);
    assert_eq!(ran.code, Some(0), "{commands}\n{}", ran.output);
    ran.output
}

/// Changes the project, which the hook then refuses to commit.
#[track_caller]
fn check_refused(change: &str, expected: Expect) {
    if !has("git") {
        return;
    }
    let shell = project();
    run(&shell, change);
    let ran = shell.run("git add .\ngit commit -q -m change");
    assert_eq!(ran.code, Some(1), "{}", ran.output);
    expected.assert_eq(&ran.output);
}

#[test]
fn the_hook_lets_a_good_project_pass() {
    if !has("git") {
        return;
    }
    let shell = project();
    let said = run(
        &shell,
        "sed -i 's/50/80/' models/users.sql; retort --quiet upgrade head\n\
         retort --quiet revision --autogenerate -m longer\ngit add .\ngit commit -q -m change",
    );
    assert!(said.starts_with("Generating migrations/") && said.lines().count() == 1, "{said}");
}

#[test]
fn the_hook_refuses_several_heads() {
    check_refused(
        "retort -q revision -m a --rev-id aaaa; retort -q revision -m b --rev-id bbbb --head 1975 --splice",
        expect![[r#"
            retort: not committed: there are several heads; join them: retort merge -m "merge branches" heads
        "#]],
    );
}

#[test]
fn the_hook_refuses_revisions_that_cannot_be_read() {
    check_refused(
        "retort -q revision -m a --rev-id aaaa; sed -i 's/@revises/@revise/' migrations/aaaa_a.sql",
        expect![[r#"
        error: unknown directive `@revise`
         --> migrations/aaaa_a.sql:4:4
          |
        4 | -- @revise 1975ea83b712
          |    ^^^^^^^
        hint: known here: `@revision`, `@revises`, `@created`, `@labels`, `@depends-on`, `@no-transaction`
        retort: not committed: the revisions cannot be read
    "#]],
    );
    check_refused(
        "retort -q revision -m a --rev-id aaaa; echo 'ALTER TABLE users ADD COLUM b INTEGER;' >> migrations/aaaa_a.sql",
        expect![[r#"
            error: syntax error: unexpected `INTEGER`
              --> migrations/aaaa_a.sql:10:31
               |
            10 | ALTER TABLE users ADD COLUM b INTEGER;
               |                               ^^^^^^^
            hint: portable SQL is a part of PostgreSQL's; a backend's own SQL goes under `-- @only <backend>`
            hint: no script was written
            retort: not committed: the revisions cannot be planned for sqlite
        "#]],
    );
}

#[test]
fn the_hook_refuses_pending_changes() {
    check_refused(
        "sed -i 's/50/80/' models/users.sql",
        expect![[r#"
        New upgrade operations detected:
          Detected type change from VARCHAR(50) to VARCHAR(80) on 'users.name'
        retort: not committed: the models are not what the revisions make; write what is missing: retort revision --autogenerate -m "…"
    "#]],
    );
}

#[test]
fn the_hook_refuses_what_a_backend_has_no_sql_for() {
    check_refused(
        "retort -q revision -m a --rev-id aaaa; echo 'ALTER TABLE users ADD COLUMN tags TEXT[];' >> migrations/aaaa_a.sql",
        expect![[r#"
            error: sqlite has no array types
              --> migrations/aaaa_a.sql:10:1
               |
            10 | ALTER TABLE users ADD COLUMN tags TEXT[];
               | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: put the statement under `-- @only` with the backends that have them, and what sqlite needs under `-- @only sqlite`
            hint: no script was written
            retort: not committed: the revisions cannot be planned for sqlite
        "#]],
    );
}

#[test]
fn the_hook_looks_at_what_is_staged() {
    if !has("git") {
        return;
    }
    let shell = project();
    // Wrong in the working tree, right in the index.
    run(&shell, "sed -i 's/50/80/' models/users.sql; touch README; git add README; git commit -q -m readme");
    // And the other way round.
    let ran = shell.run("git add models; sed -i 's/80/50/' models/users.sql; git commit -q -m models");
    assert_eq!(ran.code, Some(1), "{}", ran.output);
}

#[test]
fn the_hook_gives_values_and_asks_no_other_database() {
    if !has("git") {
        return;
    }
    let shell = project();
    run(
        &shell,
        "retort -q revision -m a --rev-id aaaa; echo 'UPDATE users SET name = :name;' >> migrations/aaaa_a.sql\n\
         git add .; export DATABASE_URL=postgresql://nobody@127.0.0.1:1/none RETORT_ENV=prod",
    );
    let ran = shell.run("git commit -q -m values");
    assert!(ran.code == Some(1) && ran.output.contains("no value is given for `name`"), "{}", ran.output);
    run(&shell, "PARAMETERS='-x name=any' git commit -q -m values");
}

#[test]
fn the_hook_begins_with_the_project() {
    if !has("git") {
        return;
    }
    let shell = Shell::new();
    let begin = "git init -q; retort init; git add .; \"$REPOSITORY/hooks/pre-commit\" mysql";
    run(&shell, begin);
    let ran = shell.run(
        "mkdir models; echo 'CREATE TABLE a (id INTEGER PRIMARY KEY);' > models/a.sql; git add .\n\
         \"$REPOSITORY/hooks/pre-commit\" mysql",
    );
    assert!(ran.code == Some(1) && ran.output.contains("the models are not"), "{}", ran.output);
}

#[test]
fn the_hook_works_in_a_directory_of_a_repository() {
    if !has("git") {
        return;
    }
    let shell = Shell::new();
    run(
        &shell,
        "git init -q; mkdir -p services/users; cd services/users; retort -q init\n\
         retort -q revision -m a --rev-id aaaa; cd ../..; git add .\n\
         \"$REPOSITORY/hooks/pre-commit\" -C services/users\n\
         \"$REPOSITORY/hooks/pre-commit\" -C services/users mysql mariadb",
    );
}

#[test]
fn the_job_for_ci_runs() {
    if !has("git") || !Engine::Postgresql.is_available() {
        return;
    }
    let job = fs::read_to_string(repository().join("docs/ci/github-actions.yml")).unwrap();
    let steps: Vec<&str> = job.lines().filter_map(|line| line.trim().strip_prefix("- run: ")).collect();
    assert_eq!(steps[0], "cargo install --locked retort");
    let (shell, database) = (project(), Database::create(Engine::Postgresql));
    run(&shell, &format!("export DATABASE_URL={}", database.url()));
    for step in &steps[1..] {
        run(&shell, step);
    }
    assert!(steps.len() > 5, "{steps:?}");
}

/// What `cargo install` and the registries read.
fn manifest() -> serde_json::Value {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"]);
    let output = cargo.current_dir(repository()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_binary_can_be_installed() {
    let metadata = manifest();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "retort").unwrap();
    let targets = package["targets"].as_array().unwrap();
    let is_binary = |target: &&serde_json::Value| target["kind"][0] == "bin";
    let binaries: Vec<_> = targets.iter().filter(is_binary).map(|target| &target["name"]).collect();
    assert_eq!(binaries, ["retort"]);
    for key in ["description", "license", "readme", "rust_version"] {
        assert!(package[key].as_str().is_some_and(|text| !text.is_empty()), "{key}");
    }
    for key in ["keywords", "categories"] {
        let count = package[key].as_array().unwrap().len();
        assert!((1..=5).contains(&count), "{key}");
    }
    assert!(repository().join("cli").join(package["readme"].as_str().unwrap()).exists());
    assert!(repository().join("Cargo.lock").exists(), "builds are locked");
}

#[test]
fn the_image_is_built_from_what_the_build_reads() {
    let image = fs::read_to_string(repository().join("Dockerfile")).unwrap();
    let ignored = fs::read_to_string(repository().join(".dockerignore")).unwrap();
    let metadata = manifest();
    let packages = metadata["packages"].as_array().unwrap();
    let root = metadata["workspace_root"].as_str().unwrap();
    for package in packages {
        let manifest = package["manifest_path"].as_str().unwrap().strip_prefix(root).unwrap();
        let directory = manifest.trim_start_matches('/').split('/').next().unwrap();
        assert!(ignored.lines().any(|line| line == format!("!{directory}")), "{directory}");
    }
    let version = packages[0]["rust_version"].as_str().unwrap();
    assert!(image.contains(&format!("FROM rust:{version}-alpine AS build")), "{version}");
    // Neither root nor a name that nobody knows there.
    let user = image.lines().find_map(|line| line.strip_prefix("USER ")).unwrap();
    assert!(user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)), "{user}");
    for copied in image.lines().filter_map(|line| line.strip_prefix("COPY --from=build ")) {
        assert_eq!(copied.split(' ').count(), 2, "{copied}");
    }
}

#[test]
fn the_hook_is_known_to_pre_commit() {
    let hooks = fs::read_to_string(repository().join(".pre-commit-hooks.yaml")).unwrap();
    let value =
        |key: &str| hooks.lines().find_map(|line| line.trim_start_matches([' ', '-']).strip_prefix(key));
    assert_eq!(value("id: "), Some("retort"));
    let entry = value("entry: ").unwrap();
    assert!(fs::read_to_string(repository().join(entry)).unwrap().starts_with("#!/bin/sh\n"));
}
