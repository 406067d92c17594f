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
        &[
            "rusqlite",
            "tokio-postgres",
            "mysql_async",
            "tokio",
            "clap",
            "figment",
            "anstream",
            "retort-sqlite",
            "retort-postgres",
            "retort-mysql",
        ],
    );
}

#[test]
fn a_backend_knows_the_core_only() {
    let all = backends().into_iter().map(|path| path.replace("backends/", "retort-")).collect::<Vec<_>>();
    for backend in backends() {
        let others: Vec<&str> = all.iter().map(String::as_str).collect();
        let forbidden = [&["clap", "figment", "anstream", "retort"], others.as_slice()].concat();
        check_dependencies(&format!("{backend}/Cargo.toml"), &forbidden);
    }
}

#[test]
fn the_core_reads_no_environment_and_names_no_backend() {
    for file in sources(&workspace().join("core/src")) {
        let text = fs::read_to_string(&file).unwrap();
        // Unit tests at the end of a file may do both.
        let code = text.split("#[cfg(test)]").next().unwrap();
        for word in ["std::env", "env::var", "\"sqlite\"", "\"postgresql\"", "\"mysql\"", "\"mariadb\""] {
            let found = code.lines().find(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            assert!(found.is_none(), "{}: {word} in `{}`", file.display(), found.unwrap_or_default());
        }
    }
}

#[test]
fn every_crate_and_module_is_in_the_code_map() {
    let map = fs::read_to_string(workspace().join("ARCHITECTURE.md")).unwrap();
    assert!(map.lines().count() < 200, "ARCHITECTURE.md is meant to be read in one go");
    let workspace = workspace();
    let crates = ["core", "cli", "conformance-tests", "test-servers", "bench", "examples/minimal-backend"];
    let crates: Vec<String> = crates.map(str::to_owned).into_iter().chain(backends()).collect();
    let manifest = fs::read_to_string(workspace.join("Cargo.toml")).unwrap();
    for krate in &crates {
        assert!(map.contains(&format!("| `{krate}`")), "{krate} is not in the code map");
        let member = if krate.starts_with("backends/") { "backends/*" } else { krate };
        assert!(manifest.contains(&format!("\"{member}\"")), "{krate} is not in the workspace");
    }
    let members = manifest.lines().find(|line| line.starts_with("members")).unwrap();
    let members = members.matches('"').count() / 2;
    assert_eq!(members, crates.len() - backends().len() + 1, "a crate is missing here");
    for krate in ["core", "cli"].map(str::to_owned).into_iter().chain(backends()) {
        for module in modules(&workspace.join(&krate).join("src")) {
            assert!(map.contains(&format!("`{module}`")), "`{module}` of {krate} is not in the code map");
        }
    }
}

#[test]
fn a_harness_is_under_thirty_lines() {
    let path = workspace().join("examples/minimal-backend/tests/conformance.rs");
    let lines = fs::read_to_string(path).unwrap().lines().count();
    assert!(lines < 30, "the harness of the minimal backend has {lines} lines");
}

/// The backends of the workspace: `backends/sqlite`.
fn backends() -> Vec<String> {
    let entries = fs::read_dir(workspace().join("backends")).unwrap();
    entries.map(|entry| format!("backends/{}", entry.unwrap().file_name().display())).collect()
}

/// The modules at the top of a crate.
fn modules(sources: &Path) -> Vec<String> {
    let text = fs::read_to_string(sources.join("lib.rs")).unwrap();
    let names = text.lines().filter_map(|line| {
        let name = line.strip_prefix("pub mod ").or_else(|| line.strip_prefix("mod "))?;
        name.strip_suffix(';').map(str::to_owned)
    });
    names.collect()
}
