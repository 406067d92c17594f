//! The lower bound for the graph commands: reads every revision file of a
//! directory, orders the revisions by their parents, and prints them.
//!
//! It checks nothing, keeps no messages and knows no targets: what it costs is
//! what any program pays that reads the files.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::io::{self, BufWriter, Error, Write};
use std::path::Path;

/// A revision and the ids of its parents.
type Node = (String, Vec<String>);

fn main() -> io::Result<()> {
    let directory = env::args_os().nth(1).ok_or_else(|| Error::other("usage: floor DIRECTORY"))?;
    let nodes = read(Path::new(&directory))?;
    let order = order(&nodes);
    let mut out = BufWriter::new(io::stdout().lock());
    for &node in &order {
        let (id, parents) = &nodes[node];
        writeln!(out, "{} -> {id}", parents.join(", "))?;
    }
    writeln!(out, "{} revisions, {} in order", nodes.len(), order.len())?;
    out.flush()
}

fn read(directory: &Path) -> io::Result<Vec<Node>> {
    let mut nodes = Vec::new();
    for entry in fs::read_dir(directory)? {
        let text = fs::read_to_string(entry?.path())?;
        let (mut id, mut parents) = (String::new(), Vec::new());
        for line in text.lines() {
            if let Some(value) = line.strip_prefix("-- @revision ") {
                value.clone_into(&mut id);
            } else if let Some(value) = line.strip_prefix("-- @revises ") {
                parents = value.split(", ").map(str::to_owned).collect();
            } else if line == "-- @upgrade" {
                break;
            }
        }
        nodes.push((id, parents));
    }
    Ok(nodes)
}

/// The nodes, each after its parents.
fn order(nodes: &[Node]) -> Vec<usize> {
    let index: HashMap<&str, usize> =
        nodes.iter().enumerate().map(|(node, (id, _))| (id.as_str(), node)).collect();
    let mut waits_for = vec![0; nodes.len()];
    let mut children = vec![Vec::new(); nodes.len()];
    for (node, (_, parents)) in nodes.iter().enumerate() {
        for &parent in parents.iter().filter_map(|parent| index.get(parent.as_str())) {
            children[parent].push(node);
            waits_for[node] += 1;
        }
    }
    let mut order: Vec<usize> = (0..nodes.len()).filter(|&node| waits_for[node] == 0).collect();
    let mut next = 0;
    while let Some(&node) = order.get(next) {
        next += 1;
        for &child in &children[node] {
            waits_for[child] -= 1;
            if waits_for[child] == 0 {
                order.push(child);
            }
        }
    }
    order
}
