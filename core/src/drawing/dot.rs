//! The graph in Graphviz' language.

use std::fmt::Write as _;

use super::{LinkKind, Node, printable};

pub(super) fn write(nodes: &[Node<'_>]) -> String {
    // Arrows point the way of an upgrade; the newest is at the top.
    let mut out = String::from(
        "digraph revisions {\n    charset = \"UTF-8\";\n    rankdir = \"BT\";\n    \
         node [shape = \"box\", style = \"rounded,filled\", fillcolor = \"white\", fontname = \"monospace\"];\n",
    );
    for node in nodes {
        // Labels may hold entities; names of nodes may not.
        let mut label = quoted(&node.revision.id.as_str().replace('&', "&amp;"));
        for line in [node.marks().as_str(), node.title()].into_iter().filter(|line| !line.is_empty()) {
            label += "\\n";
            label += &quoted(&line.replace('&', "&amp;"));
        }
        let _ = write!(out, "    \"{}\" [label = \"{label}\"", quoted(node.revision.id.as_str()));
        if node.is_head {
            out += ", penwidth = \"2\"";
        }
        if node.is_current {
            out += ", fillcolor = \"palegreen\"";
        }
        out += "];\n";
    }
    for node in nodes {
        for link in &node.links {
            let from = quoted(nodes[link.to].revision.id.as_str());
            let to = quoted(node.revision.id.as_str());
            let style = match link.kind {
                LinkKind::Parent => "",
                LinkKind::Dependency => " [style = \"dashed\"]",
            };
            let _ = writeln!(out, "    \"{from}\" -> \"{to}\"{style};");
        }
    }
    out += "}\n";
    out
}

/// A text between double quotes. A backslash would begin an escape.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
