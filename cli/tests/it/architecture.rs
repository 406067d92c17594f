//! The invariants that `ARCHITECTURE.md` states and no compiler checks.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The dependencies of a crate that end up in what it builds.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(workspace().join(manifest)).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    manifest["dependencies"].as_table().unwrap().keys().cloned().collect()
}

fn check_dependencies(manifest: &str, forbidden: &[&str]) {
    let found = dependencies(manifest);
    for name in forbidden {
        assert!(!found.contains(*name), "{manifest} must not depend on {name}");
    }
}

/// The Rust files below a directory, without tests.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() && !is_test {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
            files.push(path);
        }
    }
    files
}

#[test]
fn the_core_knows_no_driver_and_no_command_line() {
    check_dependencies(
        "core/Cargo.toml",
        &["rusqlite", "tokio", "clap", "figment", "anstream", "retort-sqlite"],
    );
}

#[test]
fn a_backend_knows_the_core_only() {
    check_dependencies("backends/sqlite/Cargo.toml", &["clap", "figment", "anstream", "retort"]);
}

#[test]
fn the_core_reads_no_environment_and_names_no_backend() {
    for file in sources(&workspace().join("core/src")) {
        let text = fs::read_to_string(&file).unwrap();
        // Unit tests at the end of a file may do both.
        let code = text.split("#[cfg(test)]").next().unwrap();
        for word in ["std::env", "env::var", "\"sqlite\"", "\"postgresql\"", "\"mysql\""] {
            let found = code.lines().find(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            assert!(found.is_none(), "{}: {word} in `{}`", file.display(), found.unwrap_or_default());
        }
    }
}

#[test]
fn every_crate_has_its_module_in_the_code_map() {
    let map = fs::read_to_string(workspace().join("ARCHITECTURE.md")).unwrap();
    assert!(map.lines().count() < 200, "ARCHITECTURE.md is meant to be read in one go");
    for krate in ["core", "backends/sqlite", "cli", "bench"] {
        assert!(map.contains(&format!("| `{krate}`")), "{krate} is not in the code map");
    }
}
