//! One recorded graph: rebuild it, ask the same questions, compare.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use retort_core::revision::graph::{Links, RevisionGraph};
use retort_core::revision::heads::Heads;
use retort_core::revision::target::{Range, Target, TargetError};
use retort_core::revision::{Revision, RevisionId};
use serde_json::{Value, json};

use super::deviations::{DEVIATIONS, Difference};

/// A graph with its recorded questions and answers.
pub(crate) struct Unit {
    project: String,
    graph: RevisionGraph,
    cases: Vec<(Value, Value)>,
}

/// What came out of comparing.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) n_cases: usize,
    pub(crate) failures: Vec<String>,
    pub(crate) deviations: BTreeSet<&'static str>,
}

impl Unit {
    pub(crate) fn new(recorded: &Value) -> Self {
        let revisions = array(&recorded["revisions"]).iter().map(revision).collect();
        Self {
            project: text(&recorded["project"]).to_owned(),
            graph: RevisionGraph::new(revisions).expect("recorded graphs are sound"),
            cases: array(&recorded["cases"])
                .iter()
                .map(|case| (case["q"].clone(), case["r"].clone()))
                .collect(),
        }
    }
}

/// Runs the cases that are about the graph. What the command line prints
/// (`cmd`, `show`, `sql`) is tested where it is printed.
pub(crate) fn run_unit(unit: &Unit) -> Report {
    let mut report = Report::default();
    for (query, recorded) in &unit.cases {
        if ["cmd", "show", "sql"].contains(&text(&query["k"])) {
            continue;
        }
        report.n_cases += 1;
        let answer = answer(&unit.graph, query);
        if agree(&unit.graph, recorded, &answer) {
            continue;
        }
        let difference = Difference { graph: Some(&unit.graph), query, recorded, answer: &answer };
        report.compare(&unit.project, &difference);
    }
    report
}

impl Report {
    /// Files a difference under the one deviation that it is, or as a failure.
    pub(crate) fn compare(&mut self, place: &str, difference: &Difference<'_>) {
        let known: Vec<&str> = DEVIATIONS
            .iter()
            .filter(|deviation| (deviation.recognises)(difference))
            .map(|deviation| deviation.name)
            .collect();
        match known[..] {
            [name] => {
                self.deviations.insert(name);
            }
            _ => self.failures.push(format!(
                "{place}: {}\n  alembic {}\n  retort  {}\n  deviations: {known:?}",
                difference.query, difference.recorded, difference.answer
            )),
        }
    }
}

fn revision(recorded: &Value) -> Revision {
    Revision {
        id: RevisionId::new(text(&recorded["id"])),
        parents: list(&recorded["down"]).map(RevisionId::new).collect(),
        depends_on: list(&recorded["dep"]).map(str::to_owned).collect(),
        labels: list(&recorded["labels"]).map(str::to_owned).collect(),
        message: recorded["msg"].as_str().unwrap_or_default().to_owned(),
        created: None,
        path: PathBuf::from(text(&recorded["file"])),
    }
}

/// Answers a query in the form of the recorded answers.
fn answer(graph: &RevisionGraph, query: &Value) -> Value {
    let rows: Vec<RevisionId> = list(&query["cur"]).map(RevisionId::new).collect();
    let result = match text(&query["k"]) {
        "attr" => Ok(ids(match text(&query["a"]) {
            "heads" => graph.heads(),
            "_real_heads" => graph.real_heads(),
            "bases" => graph.bases(),
            "_real_bases" => graph.real_bases(),
            attribute => panic!("unknown attribute {attribute}"),
        })),
        "current_head" => graph.current_head().map(|head| json!({"id": head.map(|head| head.id.as_str())})),
        "walk" => format!("{}:{}", text(&query["base"]), text(&query["head"]))
            .parse()
            .and_then(|range: Range| graph.walk(&range, &[]).map(ids)),
        "get" => target(&query["id"]).and_then(|target| graph.resolve(&target, &[]).map(ids)),
        "upgrade" => target(&query["to"]).and_then(|target| {
            let path = graph.upgrade_path(&rows, &target)?;
            Ok(run(graph, &rows, &path, true))
        }),
        "downgrade" => target(&query["to"]).and_then(|target| {
            let path = graph.downgrade_path(&rows, &target)?;
            Ok(run(graph, &rows, &path, false))
        }),
        "stamp" => target(&query["to"]).and_then(|target| {
            let moves = graph.stamp_moves(&rows, &[target])?;
            let mut after: BTreeSet<RevisionId> = rows.iter().cloned().collect();
            for head_move in &moves {
                assert!(head_move.apply(&mut after), "{head_move} of {query}");
            }
            let moves: Vec<String> = moves.iter().map(ToString::to_string).collect();
            Ok(json!({"after": strings(&after), "vops": moves}))
        }),
        "all_current" => graph.all_current(&rows).map(|current| {
            let mut current = current;
            current.sort_by(|a, b| a.id.cmp(&b.id));
            ids(current)
        }),
        kind => panic!("unknown query {kind}"),
    };
    result.unwrap_or_else(|error: TargetError| json!({"error": error.code(), "msg": error.to_string()}))
}

fn target(recorded: &Value) -> Result<Target, TargetError> {
    text(recorded).parse()
}

/// Runs a path and records the steps, the writes and the rows afterwards.
fn run(graph: &RevisionGraph, rows: &[RevisionId], path: &[RevisionId], up: bool) -> Value {
    let mut heads = Heads::new(graph, rows).expect("the path was found from these rows");
    let mut writes = Vec::new();
    for id in path {
        let moves = if up { heads.upgrade(id) } else { heads.downgrade(id) };
        match moves {
            Ok(moves) => writes.extend(moves.iter().map(ToString::to_string)),
            Err(error) => {
                return json!({"steps": strings(path), "after_error": error.to_string()});
            }
        }
    }
    json!({"steps": strings(path), "after": strings(&heads.rows()), "vops": writes})
}

/// Compares as the README of the recorded answers asks for.
fn agree(graph: &RevisionGraph, recorded: &Value, answer: &Value) -> bool {
    if recorded["error"].is_string() {
        return recorded["msg"] == answer["msg"];
    }
    let fields = recorded.as_object().expect("answers are objects");
    fields.iter().all(|(field, expected)| match field.as_str() {
        "unstable" => true,
        "steps_set" | "ids_set" => {
            let order = &answer[field.trim_end_matches("_set")];
            sorted(expected) == sorted(order) && is_topological(graph, order)
        }
        // In Alembic `-N` has an entry for each head that ends at the base.
        "ids" => {
            let base = |id: &&Value| id.is_null() || **id == "base";
            let expected: Vec<&Value> = array(expected).iter().filter(|id| !base(id)).collect();
            answer["ids"].as_array().is_some_and(|ids| ids.iter().collect::<Vec<_>>() == expected)
        }
        field => *expected == answer[field],
    })
}

/// Reports whether no revision comes on both sides of an ancestor.
fn is_topological(graph: &RevisionGraph, order: &Value) -> bool {
    let order: Vec<RevisionId> = list(order).map(RevisionId::new).collect();
    let place: BTreeMap<&RevisionId, usize> = order.iter().enumerate().map(|(at, id)| (id, at)).collect();
    let mut ups = 0;
    let mut downs = 0;
    for (at, id) in order.iter().enumerate() {
        for ancestor in graph.ancestors([id], Links::All) {
            match place.get(&ancestor.id) {
                Some(other) if *other < at => ups += 1,
                Some(other) if *other > at => downs += 1,
                Some(_) | None => {}
            }
        }
    }
    ups == 0 || downs == 0
}

fn ids(revisions: Vec<&Revision>) -> Value {
    let ids: Vec<&str> = revisions.iter().map(|revision| revision.id.as_str()).collect();
    json!({"ids": ids})
}

fn strings<'a>(ids: impl IntoIterator<Item = &'a RevisionId>) -> Value {
    ids.into_iter().map(RevisionId::as_str).collect()
}

fn sorted(ids: &Value) -> Vec<&str> {
    let mut ids: Vec<&str> = list(ids).collect();
    ids.sort_unstable();
    ids
}

/// Reads nothing, a string, or a list of strings.
pub(crate) fn list(value: &Value) -> impl Iterator<Item = &str> {
    let one = value.as_str().into_iter();
    let many = value.as_array().into_iter().flatten();
    one.chain(many.map(text))
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not text: {value}"))
}

fn array(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("not a list: {value}"))
}
