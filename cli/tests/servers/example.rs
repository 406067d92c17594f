//! `examples/shop`, as its README and its CI job have it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use retort_test_servers::{Database, Engine};
use tempfile::TempDir;

use crate::project::written;

/// A copy of the example.
fn copy() -> TempDir {
    fn copy_into(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            let target = to.join(path.file_name().unwrap());
            if path.is_dir() {
                copy_into(&path, &target);
            } else {
                fs::copy(&path, &target).unwrap();
            }
        }
    }
    let directory = TempDir::new().unwrap();
    copy_into(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/shop"), directory.path());
    directory
}

/// Runs a script of the shell in the example and returns what it wrote.
fn shell(directory: &TempDir, script: &str, url: Option<&str>) -> String {
    let binaries = Path::new(env!("CARGO_BIN_EXE_retort")).parent().unwrap();
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", script]).current_dir(directory).env_clear().env("PATH", path);
    shell.envs(url.map(|url| ("DATABASE_URL", url)));
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{}", written(&output));
    written(&output)
}

/// The blocks of commands in the README, in order.
fn blocks() -> Vec<String> {
    let readme = include_str!("../../../examples/shop/README.md");
    readme.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_readme_holds() {
    if !Engine::Postgresql.is_available() {
        return;
    }
    let (directory, database) = (copy(), Database::create(Engine::Postgresql));
    let [laptop, production] = blocks().try_into().unwrap();
    let said = shell(&directory, &laptop, None);
    assert!(said.contains("e1a4b86f3c20 (head)"), "{said}");
    let said = shell(&directory, &production, Some(database.url()));
    assert!(said.contains("CREATE INDEX CONCURRENTLY"), "{said}");
    assert!(said.contains("e1a4b86f3c20 (head)"), "{said}");
    let states = database.rows("SELECT state, count(*) FROM purchase GROUP BY state ORDER BY state");
    assert_eq!(states, ["placed|1", "paid|2"]);
    assert_eq!(database.rows("SELECT email FROM customer WHERE id = 1"), ["ada@example.org"]);
}

#[test]
fn the_ci_job_checks_every_revision() {
    let job = include_str!("../../../examples/shop/ci/github-actions.yml");
    assert!(job.contains("ci/check-migrations.sh dev"));
    assert!(job.contains("ci/check-migrations.sh prod"));
    let directory = copy();
    let said = shell(&directory, "ci/check-migrations.sh dev", None);
    assert!(said.contains("dev: 4 revisions up, down and up again"), "{said}");
    // Written for two engines, right on all.
    for engine in Engine::ALL.into_iter().filter(|engine| engine.is_available()) {
        let database = Database::create(engine);
        let said = shell(&directory, "ci/check-migrations.sh prod", Some(database.url()));
        assert!(said.contains("prod: 4 revisions up, down and up again"), "{said}");
    }
}
