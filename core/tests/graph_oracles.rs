//! What Alembic 1.20.1 answers on revision graphs, and what the graph answers.
//!
//! The recorded answers are data: `tests/data/graphs` (see the README there),
//! and the graphs of public projects, which are used where they are present.
//! Where Retort answers something else on purpose, `deviations` says so.

mod graph_oracles {
    pub(crate) mod case;
    pub(crate) mod deviations;
    pub(crate) mod invalid;
}

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use graph_oracles::case::{Unit, run_unit};
use graph_oracles::deviations::DEVIATIONS;
use graph_oracles::invalid::run_invalid;
use serde_json::Value;

/// The graphs of public projects, one test each.
macro_rules! projects {
    ($($test:ident => $file:literal,)*) => {
        const PROJECTS: &[&str] = &[$($file),*];
        $(
            #[test]
            fn $test() {
                let Some(directory) = shared() else { return };
                let unit = Unit::new(&read(&directory.join(concat!($file, ".json"))));
                check(run_unit(&unit));
            }
        )*
    };
}

projects! {
    aiida => "aiida",
    airflow => "airflow",
    barbican => "barbican",
    c2cgeoportal => "c2cgeoportal-main",
    dispatch => "dispatch-tenant",
    geonature => "geonature",
    glance => "glance",
    invenio => "invenio",
    keystone => "keystone",
    langflow => "langflow",
    mlflow => "mlflow",
    neutron => "neutron",
    prefect => "prefect-sqlite",
    redash => "redash",
    superset => "superset",
    warehouse => "warehouse",
}

#[test]
fn no_project_is_forgotten() {
    let Some(directory) = shared() else { return };
    let mut present = BTreeSet::new();
    for entry in std::fs::read_dir(&directory).expect("the directory can be listed") {
        let path = entry.expect("the directory can be listed").path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.file_stem().expect("a file has a name");
            present.insert(name.to_string_lossy().into_owned());
        }
    }
    let mut tested: BTreeSet<String> = PROJECTS.iter().map(ToString::to_string).collect();
    tested.extend(["synthetic".to_owned(), "invalid".to_owned()]);
    assert_eq!(present, tested);
}

#[test]
fn synthetic_graphs() {
    let recorded = read(&data("synthetic.json"));
    for graph in recorded["graphs"].as_array().expect("a list of graphs") {
        check(run_unit(&Unit::new(graph)));
    }
}

#[test]
fn invalid_directories() {
    check(run_invalid(&read(&data("invalid.json"))));
}

/// A deviation that no case shows is a claim that nothing checks.
#[test]
fn every_deviation_is_exercised() {
    let mut seen = BTreeSet::new();
    let recorded = read(&data("synthetic.json"));
    for graph in recorded["graphs"].as_array().expect("a list of graphs") {
        seen.extend(run_unit(&Unit::new(graph)).deviations);
    }
    seen.extend(run_invalid(&read(&data("invalid.json"))).deviations);
    let projects = shared();
    for project in PROJECTS.iter().filter(|_| projects.is_some()) {
        let file = projects.iter().map(|it| it.join(format!("{project}.json")));
        seen.extend(file.flat_map(|file| run_unit(&Unit::new(&read(&file))).deviations));
    }
    let expected: BTreeSet<&str> = DEVIATIONS
        .iter()
        .filter(|deviation| projects.is_some() || !deviation.only_in_projects)
        .map(|deviation| deviation.name)
        .collect();
    assert_eq!(seen, expected);
    for deviation in DEVIATIONS {
        assert!(!deviation.reason.is_empty(), "{}", deviation.name);
    }
}

fn check(report: graph_oracles::case::Report) {
    assert!(report.n_cases > 0, "no case was run");
    assert!(
        report.failures.is_empty(),
        "{} of {} cases differ:\n{}",
        report.failures.len(),
        report.n_cases,
        report.failures.join("\n")
    );
}

fn data(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/graphs").join(file)
}

/// Finds the graphs of public projects. They are not part of this repository.
fn shared() -> Option<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/oracles/graphs");
    if directory.is_dir() {
        return Some(directory);
    }
    let ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!ci, "{} is missing", directory.display());
    #[expect(clippy::print_stderr, reason = "a skipped test must say so")]
    {
        eprintln!("SKIPPED: {} is missing", directory.display());
    }
    None
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
