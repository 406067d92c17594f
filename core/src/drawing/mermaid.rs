//! The graph as a flowchart in Mermaid's language.

use std::fmt::Write as _;

use super::{LinkKind, Node, printable};

pub(super) fn write(nodes: &[Node<'_>]) -> String {
    let mut out = String::from("flowchart BT\n");
    for (place, node) in nodes.iter().enumerate() {
        // Ids may be words of the language: numbers stand for them.
        let _ = write!(out, "    r{place}[\"{}", escaped(node.revision.id.as_str()));
        for line in [node.marks().as_str(), node.title()].into_iter().filter(|line| !line.is_empty()) {
            out += "<br>";
            out += &escaped(line);
        }
        out += "\"]\n";
    }
    for (place, node) in nodes.iter().enumerate() {
        for link in &node.links {
            let arrow = match link.kind {
                LinkKind::Parent => "-->",
                LinkKind::Dependency => "-.->",
            };
            let _ = writeln!(out, "    r{} {arrow} r{place}", link.to);
        }
    }
    write_class(&mut out, nodes, "head", "stroke-width:3px", |node| node.is_head);
    write_class(&mut out, nodes, "current", "stroke:#2a2,stroke-width:3px", |node| node.is_current);
    out
}

fn write_class(
    out: &mut String,
    nodes: &[Node<'_>],
    class: &str,
    style: &str,
    is_member: impl Fn(&Node<'_>) -> bool,
) {
    let members = nodes.iter().enumerate().filter(|(_, node)| is_member(node));
    let members: Vec<String> = members.map(|(place, _)| format!("r{place}")).collect();
    if !members.is_empty() {
        let _ = writeln!(out, "    classDef {class} {style}\n    class {} {class}", members.join(","));
    }
}

/// A text between double quotes. All punctuation that may mean something to
/// Mermaid, Markdown or HTML is written by its number.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text) {
        if c.is_ascii_punctuation() && !matches!(c, '_' | '-' | '.' | ',' | '(' | ')') {
            let _ = write!(out, "#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}
