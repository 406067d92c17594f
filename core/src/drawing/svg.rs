//! The graph as an image: lanes as in a terminal, the text beside them.

use std::fmt::Write as _;

use super::{Link, LinkKind, Node, lanes::Lanes, printable};

const ROW: usize = 28;
const COLUMN: usize = 20;
const MARGIN: usize = 20;
const RADIUS: usize = 6;
/// The width of a character of the font, about.
const CHARACTER: usize = 8;

/// The colours of light screens, and of dark ones. No variables: few programs
/// but browsers know them.
const STYLE: &str = "
    text { font: 13px ui-monospace, monospace; white-space: pre; }
    .id { font-weight: bold; }
    .revision, .link { stroke-width: 2; }
    .link { fill: none; }
    .depends-on { stroke-dasharray: 4 4; }
    .paper, .revision { fill: #fff; }
    text, .head { fill: #1f2328; }
    .revision { stroke: #1f2328; }
    .link { stroke: #8c959f; }
    .marks { fill: #8250df; }
    .current { fill: #1a7f37; stroke: #1a7f37; }
    @media (prefers-color-scheme: dark) {
      .paper, .revision { fill: #0d1117; }
      text, .head { fill: #e6edf3; }
      .revision { stroke: #e6edf3; }
      .link { stroke: #6e7681; }
      .marks { fill: #a371f7; }
      .current { fill: #3fb950; stroke: #3fb950; }
    }
";

pub(super) fn write(nodes: &[Node<'_>]) -> String {
    let places: Vec<Place> = Lanes::new(nodes)
        .map(|row| Place { column: row.column, width: row.width(), departures: row.departures })
        .collect();
    let right = |(node, place): (&Node<'_>, &Place)| x(place.width) + CHARACTER * columns(node) + MARGIN;
    let width = nodes.iter().zip(&places).map(right).max().unwrap_or(2 * MARGIN);
    let height = 2 * MARGIN + ROW * nodes.len().saturating_sub(1);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         \x20 <title>Revisions</title>\n  <style>{STYLE}  </style>\n\
         \x20 <rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n"
    );
    for (row, node) in nodes.iter().enumerate() {
        for (link, lane) in node.links.iter().zip(&places[row].departures) {
            write_link(&mut out, nodes, &places, row, *link, *lane);
        }
    }
    for (row, (node, place)) in nodes.iter().zip(&places).enumerate() {
        write_node(&mut out, node, place, row);
    }
    out += "</svg>\n";
    out
}

/// Where a revision is.
struct Place {
    column: usize,
    /// How many columns its row has.
    width: usize,
    /// The column of each of its links.
    departures: Vec<usize>,
}

fn write_link(out: &mut String, nodes: &[Node<'_>], places: &[Place], row: usize, link: Link, lane: usize) {
    let (left, top) = (x(places[row].column), y(row));
    let (to_left, to_top) = (x(places[link.to].column), y(link.to));
    let mut path = format!("M{left} {top}");
    if link.to == row + 1 {
        bend(&mut path, (left, top), (to_left, to_top));
    } else {
        let lane = x(lane);
        bend(&mut path, (left, top), (lane, top + ROW));
        let _ = write!(path, "V{}", to_top - ROW);
        bend(&mut path, (lane, to_top - ROW), (to_left, to_top));
    }
    let (class, kind) = match link.kind {
        LinkKind::Parent => ("link", "parent"),
        LinkKind::Dependency => ("link depends-on", "depends-on"),
    };
    let from = escaped(nodes[row].revision.id.as_str());
    let to = escaped(nodes[link.to].revision.id.as_str());
    let _ = writeln!(
        out,
        "  <path class=\"{class}\" d=\"{path}\" data-revision=\"{from}\" data-{kind}=\"{to}\"/>"
    );
}

/// Goes one row down, to another column or straight.
fn bend(path: &mut String, (left, top): (usize, usize), (to_left, to_top): (usize, usize)) {
    let _ = match left == to_left {
        true => write!(path, "V{to_top}"),
        false => {
            let middle = top + ROW / 2;
            write!(path, "C{left} {middle} {to_left} {middle} {to_left} {to_top}")
        }
    };
}

fn write_node(out: &mut String, node: &Node<'_>, place: &Place, row: usize) {
    let id = escaped(node.revision.id.as_str());
    let head = if node.is_head { " head" } else { "" };
    let current = if node.is_current { " current" } else { "" };
    let _ = write!(
        out,
        "  <circle class=\"revision{head}{current}\" cx=\"{}\" cy=\"{}\" r=\"{RADIUS}\" data-revision=\"{id}\"/>\n\
         \x20 <text x=\"{}\" y=\"{}\"><tspan class=\"id\">{id}</tspan>",
        x(place.column),
        y(row),
        x(place.width),
        y(row) + RADIUS - 2,
    );
    let marks = node.marks();
    if !marks.is_empty() {
        let _ = write!(out, "<tspan class=\"marks\"> {}</tspan>", escaped(&marks));
    }
    let _ = writeln!(out, "<tspan> {}</tspan></text>", escaped(node.title()));
}

/// How many columns of a terminal the text takes, about.
fn columns(node: &Node<'_>) -> usize {
    let width = |text: &str| text.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum::<usize>();
    width(node.revision.id.as_str()) + width(&node.marks()) + width(node.title()) + 2
}

fn x(column: usize) -> usize {
    MARGIN + COLUMN * column
}

fn y(row: usize) -> usize {
    MARGIN + ROW * row
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text) {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c => out.push(c),
        }
    }
    out
}
