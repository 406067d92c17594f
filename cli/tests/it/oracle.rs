//! The same output as Alembic's, for the graphs that it was recorded on.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use crate::environment::TestEnvironment;

/// The recorded graphs, kept with the tests of the core.
const GRAPHS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/tests/data/graphs/synthetic.json");

#[test]
fn listings_are_those_of_alembic() {
    let text = fs::read_to_string(GRAPHS).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    let mut failures = Vec::new();
    for graph in document["graphs"].as_array().unwrap() {
        let environment = TestEnvironment::new();
        write_graph(&environment, graph);
        for case in graph["cases"].as_array().unwrap() {
            let Some(command) = command_line(&case["q"]) else { continue };
            let run = environment.run(&command);
            compared += 1;
            if run.status != 0 || !same(&adapt(&run.stdout), &case["r"]) {
                failures.push(format!(
                    "{}: {command}\n--- expected\n{}\n--- found\n{}{}",
                    graph["project"],
                    case["r"]["out"].as_str().map_or_else(|| case["r"]["lines"].to_string(), str::to_owned),
                    adapt(&run.stdout),
                    run.stderr
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {compared} differ:\n{}", failures.len(), failures.join("\n\n"));
    assert!(compared >= 200, "only {compared} cases");
}

/// The moves of the version table in scripts, with what says which revision they
/// belong to. What Alembic cannot do, a script can: begin at several heads.
#[test]
fn scripts_move_the_version_table_as_those_of_alembic() {
    let text = fs::read_to_string(GRAPHS).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for graph in document["graphs"].as_array().unwrap() {
        let scripts = graph["cases"].as_array().unwrap().iter().filter(|case| case["q"]["k"] == "sql");
        let environment = TestEnvironment::new();
        write_graph(&environment, graph);
        for file in environment.files() {
            let path = environment.path().join(&file);
            let header = fs::read_to_string(&path).unwrap();
            fs::write(path, header + "-- @upgrade\n\n-- @downgrade\n").unwrap();
        }
        for case in scripts {
            let (command, range) = (case["q"]["cmd"].as_str().unwrap(), case["q"]["rev"].as_str().unwrap());
            let run = environment.run(&format!("retort {command} {range} --sql --url sqlite://x.db"));
            let told = format!("{}: {command} {range}", graph["project"]);
            assert_eq!(run.status, 0, "{told}\n{}", run.stderr);
            let found = moves(&run.stdout);
            let Some(expected) = case["r"]["out"].as_str() else { continue };
            assert_eq!(found, moves(expected), "{told}");
            compared += 1;
        }
    }
    assert!(compared >= 25, "only {compared} cases");
}

/// The headings, and the statements on the version table.
fn moves(script: &str) -> Vec<String> {
    let of_table = |line: &str| {
        let line = line.replace('"', "").replace("alembic_version.", "").replace(" = ", "=");
        let line = line.split(" RETURNING ").next().unwrap().trim_end_matches(';').to_owned();
        let moves =
            ["INSERT INTO alembic_version ", "UPDATE alembic_version ", "DELETE FROM alembic_version "];
        let is_move = line.starts_with("-- Running") || moves.iter().any(|begin| line.starts_with(begin));
        is_move.then_some(line)
    };
    script.lines().filter_map(of_table).collect()
}

fn write_graph(environment: &TestEnvironment, graph: &Value) {
    for revision in graph["revisions"].as_array().unwrap() {
        let mut text = String::new();
        for line in revision["msg"].as_str().unwrap_or_default().lines() {
            text.push_str(&format!("-- {line}\n"));
        }
        for (directive, key) in
            [("revision", "id"), ("revises", "down"), ("labels", "labels"), ("depends-on", "dep")]
        {
            let names = names(&revision[key]);
            if !names.is_empty() {
                text.push_str(&format!("-- @{directive} {}\n", names.join(", ")));
            }
        }
        let name = Path::new(revision["file"].as_str().unwrap()).with_extension("sql");
        environment.write(&format!("migrations/{}", name.display()), &text);
    }
}

/// A name, a list of names, or null.
fn names(value: &Value) -> Vec<&str> {
    match value {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().map(|name| name.as_str().unwrap()).collect(),
        _ => Vec::new(),
    }
}

fn command_line(query: &Value) -> Option<String> {
    match query["k"].as_str()? {
        "show" => Some(format!("retort show {}", query["id"].as_str()?)),
        "cmd" => {
            let mut command = format!("retort {}", query["cmd"].as_str()?);
            for (option, value) in query["kw"].as_object()? {
                assert_eq!(value, true);
                command.push_str(&format!(" --{}", option.replace('_', "-")));
            }
            Some(command)
        }
        _ => None,
    }
}

/// Brings our output to what Alembic wrote for the same graph. Two things
/// differ, and only these:
///
/// - the files are called `.sql` and lie elsewhere;
/// - the recorded Python files have docstrings with nothing but the message,
///   where `alembic revision` (and Retort) adds the id, the parents and the date.
fn adapt(stdout: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in stdout.lines() {
        if let Some(path) = line.strip_prefix("Path: migrations/") {
            lines.push(format!("Path: $V/{}", path.replace(".sql", ".py")));
        } else if line.starts_with("    Revision ID: ") {
            // The line of spaces between the message and this block.
            assert_eq!(lines.pop().as_deref(), Some("    "));
            if lines.last().is_some_and(String::is_empty) {
                // An empty docstring is an empty line.
                lines.push(String::new());
            }
        } else if !line.starts_with("    Revises: ") {
            lines.push(line.to_owned());
        }
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

/// Compares as the README of the recordings says.
fn same(found: &str, expected: &Value) -> bool {
    match (expected["out"].as_str(), expected["normalized"].as_bool()) {
        (Some(out), Some(true)) => normalize(found) == normalize(out),
        (Some(out), _) => found == out,
        (None, _) => {
            let lines: BTreeSet<&str> =
                expected["lines"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
            normalize(found).split('\n').chain([""]).collect::<BTreeSet<_>>() == lines
        }
    }
}

/// Sorts what Alembic writes in no order: lists, and the arrows of `branches`.
fn normalize(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(sort_lists).collect();
    let mut sorted: Vec<String> = Vec::new();
    for run in lines.chunk_by(|a, b| is_arrow(a) && is_arrow(b)) {
        let mut run = run.to_vec();
        run.sort();
        sorted.extend(run);
    }
    sorted.join("\n")
}

fn is_arrow(line: &str) -> bool {
    line.starts_with(' ') && line.trim_start().starts_with("-> ")
}

fn sort_lists(line: &str) -> String {
    for list in ["Branch names: ", "Branches into: "] {
        if let Some(names) = line.strip_prefix(list) {
            return format!("{list}{}", sort_list(names));
        }
    }
    let mut rest = line;
    let mut sorted = String::new();
    while let Some((before, list, after)) = rest
        .split_once('(')
        .and_then(|(before, rest)| rest.split_once(')').map(|(list, after)| (before, list, after)))
    {
        sorted.push_str(&format!("{before}({})", sort_list(list)));
        rest = after;
    }
    sorted + rest
}

fn sort_list(list: &str) -> String {
    let mut names: Vec<&str> = list.split(", ").collect();
    names.sort_unstable();
    names.join(", ")
}
