//! Directories that Alembic refuses, or should: the revisions are read from
//! the simple assignments of the recorded Python files.

use retort_core::revision::graph::RevisionGraph;
use retort_core::revision::target::{Range, Target};
use retort_core::revision::{Revision, RevisionId};
use serde_json::{Value, json};

use super::case::{Report, text};
use super::deviations::Difference;

pub(crate) fn run_invalid(recorded: &Value) -> Report {
    let mut report = Report::default();
    let cases = recorded["cases"].as_array().expect("a list of cases");
    for case in cases {
        let files = case["files"].as_object().expect("files by name");
        let revisions: Option<Vec<Revision>> = files
            .iter()
            .filter(|(name, _)| !name.starts_with("__pycache__/"))
            .map(|(name, source)| revision(name, text(source)))
            .collect();
        let graph = revisions.map(RevisionGraph::new);
        let expected = case["expect"].as_object().expect("answers by call");
        for (call, expected) in expected {
            if call == "warnings" {
                continue;
            }
            report.n_cases += 1;
            let answer = match &graph {
                None => json!({"error": "python"}),
                Some(Err(error)) => json!({"error": error.code(), "msg": error.to_string()}),
                Some(Ok(graph)) => ask(graph, call),
            };
            if agree(expected, &answer) {
                continue;
            }
            let difference = Difference {
                graph: graph.as_ref().and_then(|graph| graph.as_ref().ok()),
                query: &json!({"k": "directory", "name": case["name"], "call": call}),
                recorded: expected,
                answer: &answer,
            };
            report.compare("invalid", &difference);
        }
    }
    report
}

fn agree(expected: &Value, answer: &Value) -> bool {
    if let Some(choices) = expected["any_of"].as_array() {
        return choices.iter().any(|expected| agree(expected, answer));
    }
    if expected["error"].is_string() {
        return expected["msg"] == answer["msg"];
    }
    expected == answer
}

fn ask(graph: &RevisionGraph, call: &str) -> Value {
    let ids = |revisions: Vec<&Revision>| -> Value {
        revisions.iter().map(|revision| revision.id.as_str()).collect()
    };
    match call {
        "heads" => ids(graph.heads()),
        "real_heads" => ids(graph.real_heads()),
        "bases" => ids(graph.bases()),
        "walk" => ids(graph.walk(&Range::default(), &[]).expect("the whole graph")),
        "upgrade_heads" => graph
            .upgrade_path(&[], &Target::heads())
            .expect("all of the graph")
            .iter()
            .map(RevisionId::as_str)
            .collect(),
        call => panic!("unknown call {call}"),
    }
}

/// Reads the variables of a revision file. Nothing if it relies on Python:
/// imports, ids that are no strings, variables that must be there.
fn revision(name: &str, source: &str) -> Option<Revision> {
    let mut revision = Revision {
        id: RevisionId::new(""),
        parents: Vec::new(),
        depends_on: Vec::new(),
        labels: Vec::new(),
        message: String::new(),
        created: None,
        path: name.into(),
    };
    let mut has_parents = false;
    for line in source.lines() {
        if line.starts_with("import ") {
            return None;
        }
        let Some((variable, value)) = line.split_once(" = ") else {
            continue;
        };
        let strings = strings(value)?;
        match variable {
            "revision" => revision.id = RevisionId::new(strings.first()?),
            "down_revision" => {
                has_parents = true;
                revision.parents = strings.iter().map(RevisionId::new).collect();
            }
            "depends_on" => revision.depends_on = strings,
            "branch_labels" => revision.labels = strings,
            variable => panic!("unknown variable {variable}"),
        }
    }
    (has_parents && revision.id != "").then_some(revision)
}

/// Reads `None`, a string, or a tuple or list of strings.
fn strings(value: &str) -> Option<Vec<String>> {
    let items = value.trim_matches(['(', ')', '[', ']']);
    if items == "None" || items.is_empty() {
        return Some(Vec::new());
    }
    items
        .split(", ")
        .map(|item| {
            let item = item.strip_prefix(['\'', '"'])?.strip_suffix(['\'', '"'])?;
            Some(item.to_owned())
        })
        .collect()
}
