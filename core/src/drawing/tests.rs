//! Drawings are read back: every revision and every link is there, once.

use std::{collections::HashSet, fmt::Write as _};

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::{Drawing, Glyphs, Link, LinkKind};
use crate::revision::{Revision, RevisionId, graph::RevisionGraph, target::Range};

/// A link by the ids of its ends: what builds on the other first.
type Named = (String, String, LinkKind);

/// A graph in lines such as `c <- a b ~> d = label : message`.
fn graph(text: &str) -> RevisionGraph {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let revisions = lines.map(|line| {
        let (links, message) = line.split_once(" : ").unwrap_or((line, ""));
        let words = |sign: &str| -> Vec<String> {
            let mut last = "";
            let words = links.split_whitespace().filter(|word| {
                if ["<-", "~>", "="].contains(word) {
                    last = word;
                    return false;
                }
                last == sign
            });
            words.map(str::to_owned).collect()
        };
        revision(&words("")[0], words("<-"), words("~>"), words("="), message)
    });
    RevisionGraph::new(revisions.collect()).expect("the graph is sound")
}

fn revision(
    id: &str,
    parents: Vec<String>,
    depends_on: Vec<String>,
    labels: Vec<String>,
    message: &str,
) -> Revision {
    Revision {
        id: id.into(),
        parents: parents.into_iter().map(RevisionId::from).collect(),
        depends_on,
        labels,
        message: message.to_owned(),
        created: None,
        path: format!("{id}.sql").into(),
    }
}

fn drawing<'g>(graph: &'g RevisionGraph, range: &str, current: &[&str]) -> Drawing<'g> {
    let range = if range.is_empty() { Range::default() } else { range.parse().expect("a range") };
    let revisions = graph.walk(&range, &[]).expect("the range is in the graph");
    Drawing::new(graph, &revisions, &current.iter().map(|id| RevisionId::from(*id)).collect())
}

fn text(drawing: &Drawing<'_>, glyphs: Glyphs) -> String {
    let rows = drawing.nodes.iter().zip(drawing.text(glyphs));
    rows.fold(String::new(), |mut text, (node, row)| {
        let _ = writeln!(text, "{}{}{}{}", row.before, row.node, row.after, node.revision.id);
        text
    })
}

#[track_caller]
fn check(text_of_graph: &str, range: &str, unicode: Expect, ascii: Expect) {
    let graph = graph(text_of_graph);
    let drawing = drawing(&graph, range, &["b1"]);
    unicode.assert_eq(&text(&drawing, Glyphs::Unicode));
    ascii.assert_eq(&text(&drawing, Glyphs::Ascii));
    check_laws(&drawing);
}

/// Every form of a drawing, read back.
#[track_caller]
fn check_laws(drawing: &Drawing<'_>) {
    let id = |place: usize| drawing.nodes[place].revision.id.to_string();
    let mut ids: Vec<String> = (0..drawing.nodes.len()).map(id).collect();
    let links = drawing.nodes.iter().enumerate().flat_map(|(place, node)| {
        node.links.iter().map(move |Link { to, kind }| (id(place), id(*to), *kind))
    });
    let mut links: Vec<Named> = links.collect();
    links.sort();
    for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
        assert_eq!(of_text(drawing, glyphs), links, "{}", text(drawing, glyphs));
    }
    ids.sort();
    for (name, read) in [
        ("dot", of_dot(&drawing.dot())),
        ("mermaid", of_mermaid(&drawing.mermaid())),
        ("svg", of_svg(&drawing.svg())),
    ] {
        let (mut found, mut found_links) = read;
        found.sort();
        found_links.sort();
        assert_eq!(found, ids, "{name}");
        assert_eq!(found_links, links, "{name}");
    }
}

/// Follows the lines of a drawing with nothing but its characters.
fn of_text(drawing: &Drawing<'_>, glyphs: Glyphs) -> Vec<Named> {
    let mut links = Vec::new();
    // The revisions that each column comes from, and the kind of its line.
    let mut lanes: Vec<Option<(LinkKind, Vec<usize>)>> = Vec::new();
    let mut last_column = None;
    for (place, row) in drawing.text(glyphs).enumerate() {
        let line: Vec<char> = format!("{}{}{}", row.before, row.node, row.after).chars().collect();
        let below: Vec<char> = row.below.chars().collect();
        assert_eq!(line.len(), below.len(), "both are equally wide");
        let (column, width) = (row.before.chars().count() / 2, line.len() / 2);
        lanes.resize(lanes.len().max(width), None);
        assert!(lanes[width..].iter().all(Option::is_none), "a line is cut off");
        let kind_below = |column: usize| match below[2 * column] {
            ' ' => None,
            '│' | '|' => Some(LinkKind::Parent),
            '┊' | ':' => Some(LinkKind::Dependency),
            other => panic!("{other} is no line"),
        };
        assert!(last_column != Some(column) || lanes[column].is_some(), "{place} is below another by chance");
        let mut reached = vec![column];
        let mut at = column;
        while line[2 * at + 1] != ' ' {
            at += 1;
            reached.push(at);
        }
        at = column;
        while at > 0 && line[2 * at - 1] != ' ' {
            at -= 1;
            reached.push(at);
        }
        for column in 0..width {
            let is_joint = "╯╰╮╭┤├┴┬┼'.+".contains(line[2 * column]) || reached.first() == Some(&column);
            if !reached.contains(&column) || !is_joint {
                let running = lanes[column].as_ref().map(|(kind, _)| *kind);
                assert_eq!(running, kind_below(column), "column {column} runs on");
                let drawn = line[2 * column];
                assert_eq!(running.is_none(), [' ', '─', '╌', '-', '~'].contains(&drawn), "{drawn}");
                continue;
            }
            let is_own = column == reached[0];
            match (lanes[column].take(), kind_below(column)) {
                // Others go this way already.
                (Some((kind, mut sources)), Some(_)) if !is_own => {
                    sources.push(place);
                    lanes[column] = Some((kind, sources));
                }
                (above, below) => {
                    let (kind, sources) = above.unwrap_or((LinkKind::Parent, Vec::new()));
                    links.extend(sources.into_iter().map(|source| (source, place, kind)));
                    lanes[column] = below.map(|kind| (kind, vec![place]));
                }
            }
        }
        last_column = Some(column).filter(|column| lanes[*column].is_none());
    }
    assert!(lanes.iter().all(Option::is_none), "a line ends nowhere");
    let id = |place: usize| drawing.nodes[place].revision.id.to_string();
    let mut links: Vec<Named> = links.into_iter().map(|(from, to, kind)| (id(from), id(to), kind)).collect();
    links.sort();
    links
}

/// The texts between double quotes, unescaped.
fn strings(line: &str) -> Vec<String> {
    let (mut strings, mut string) = (Vec::new(), None::<String>);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, &mut string) {
            ('"', None) => string = Some(String::new()),
            ('"', Some(_)) => strings.extend(string.take()),
            ('\\', Some(string)) => match chars.next().expect("something is escaped") {
                'n' => string.push('\n'),
                c @ ('"' | '\\') => string.push(c),
                other => panic!("\\{other} in {line}"),
            },
            (c, Some(string)) => string.push(c),
            (_, None) => {}
        }
    }
    assert_eq!(string, None, "an open string: {line}");
    strings
}

fn of_dot(text: &str) -> (Vec<String>, Vec<Named>) {
    let (mut ids, mut links) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| line.starts_with("    \"")) {
        let strings = strings(line);
        match line.contains("\" -> \"") {
            true => {
                let kind = if line.contains("dashed") { LinkKind::Dependency } else { LinkKind::Parent };
                links.push((strings[1].clone(), strings[0].clone(), kind));
            }
            false => ids.push(strings[0].clone()),
        }
    }
    (ids, links)
}

fn of_mermaid(text: &str) -> (Vec<String>, Vec<Named>) {
    let (mut ids, mut links) = (Vec::new(), Vec::new());
    let place = |name: &str| name[1..].parse::<usize>().expect("a number");
    for line in text.lines().skip(1).map(str::trim) {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            [from, "-->", to] => links.push((place(to), place(from), LinkKind::Parent)),
            [from, "-.->", to] => links.push((place(to), place(from), LinkKind::Dependency)),
            ["class" | "classDef", ..] => {}
            _ => {
                let (name, label) = line.split_once("[\"").expect("a label");
                assert_eq!(place(name), ids.len());
                let label = label.strip_suffix("\"]").expect("the label ends");
                ids.push(unescaped(label.split("<br>").next().expect("the id comes first"), "#"));
            }
        }
    }
    let links =
        links.into_iter().map(|(from, to, kind)| (ids[from].clone(), ids[to].clone(), kind)).collect();
    (ids, links)
}

/// Replaces numbers of characters, and checks that nothing is left that means
/// something.
fn unescaped(text: &str, sign: &str) -> String {
    let mut pieces = text.split(sign);
    let mut out = pieces.next().expect("a first piece").to_owned();
    for piece in pieces {
        let (number, rest) = piece.split_once(';').expect("the end of a number");
        out.push(number.parse().ok().and_then(char::from_u32).expect("a character"));
        out.push_str(rest);
    }
    out
}

fn of_svg(text: &str) -> (Vec<String>, Vec<Named>) {
    let (mut ids, mut links, mut places) = (Vec::new(), Vec::new(), HashSet::new());
    let attribute = |line: &str, name: &str| {
        let (_, rest) = line.split_once(&format!(" {name}=\""))?;
        let value = rest.split('"').next()?;
        let names = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
        Some(names.iter().fold(value.to_owned(), |value, (name, c)| value.replace(name, c)))
    };
    for line in text.lines().map(str::trim) {
        assert_eq!(line.matches('<').count(), line.matches('>').count(), "{line}");
        if line.starts_with("<circle") {
            ids.extend(attribute(line, "data-revision"));
            assert!(places.insert((attribute(line, "cx"), attribute(line, "cy"))), "two revisions overlap");
        } else if line.starts_with("<path") {
            let id = attribute(line, "data-revision").expect("a link begins somewhere");
            let parent = attribute(line, "data-parent").map(|to| (to, LinkKind::Parent));
            let needed = attribute(line, "data-depends-on").map(|to| (to, LinkKind::Dependency));
            let (to, kind) = parent.xor(needed).expect("a link is of one kind");
            assert_eq!(line.contains("class=\"link depends-on\""), kind == LinkKind::Dependency);
            links.push((id, to, kind));
        }
    }
    (ids, links)
}

/// The graph of Alembic's own documentation of branches.
const SHOP: &str = "
    a1
    a2 <- a1
    a3 <- a2
    b1 <- a1 = shop
    b2 <- b1
    c1 = net
    c2 <- c1
    c3 <- c2 ~> a3";

#[test]
fn branches_and_dependencies() {
    check(
        SHOP,
        "",
        expect![[r#"
        ○  b2
        ◉  b1
        │ ○╌╮  c3
        │ ○ ┊  c2
        │ ○ ┊  c1
        │   ○  a3
        ├───○  a2
        ○  a1
    "#]],
        expect![[r#"
        o  b2
        @  b1
        | o~.  c3
        | o :  c2
        | o :  c1
        |   o  a3
        +---o  a2
        o  a1
    "#]],
    );
}

#[test]
fn merges() {
    check(
        "a
         b <- a
         c <- a
         d <- a
         m <- b c d
         e <- m
         b1 <- e ~> c",
        "",
        expect![[r#"
            ◉╌╮  b1
            ○ ┊  e
            ○─┊─┬─╮  m
            ○ ┊ │ │  b
            ├─┴─○ │  c
            ├─────○  d
            ○  a
        "#]],
        expect![[r#"
            @~.  b1
            o :  e
            o-:-+-.  m
            o : | |  b
            +-+-o |  c
            +-----o  d
            o  a
        "#]],
    );
}

#[test]
fn crossings() {
    check(
        "a
         b <- a
         c <- a
         x <- b c
         y <- c b
         b1 <- x y",
        "",
        expect![[r#"
            ◉─╮  b1
            ○─│─╮  x
            ├─○─┤  y
            ○   │  b
            ├───○  c
            ○  a
        "#]],
        expect![[r#"
            @-.  b1
            o-|-.  x
            +-o-+  y
            o   |  b
            +---o  c
            o  a
        "#]],
    );
}

#[test]
fn links_out_of_the_range_are_left_out() {
    check(
        SHOP,
        "a1:b2",
        expect![[r#"
        ○  b2
        ◉  b1
        ○  a1
    "#]],
        expect![[r#"
        o  b2
        @  b1
        o  a1
    "#]],
    );
    check(
        SHOP,
        "c2:c3",
        expect![[r#"
        ○  c3
        ○  c2
    "#]],
        expect![[r#"
        o  c3
        o  c2
    "#]],
    );
}

#[test]
fn bases_below_each_other_do_not_touch() {
    check(
        "a\nb\nc\nd <- b c",
        "",
        expect![[r#"
        ○  a
          ○─╮  d
          ○ │  b
            ○  c
    "#]],
        expect![[r#"
        o  a
          o-.  d
          o |  b
            o  c
    "#]],
    );
}

#[test]
fn documents() {
    let graph = graph(
        "a1 : create \"users\" \\ <b>&amp;</b>
         b1 <- a1 = shop : it's `code` #1; end
         c1 <- a1 ~> b1 : \u{1b}[31mred",
    );
    let drawing = drawing(&graph, "", &["b1"]);
    check_laws(&drawing);
    expect![[r#"
        digraph revisions {
            charset = "UTF-8";
            rankdir = "BT";
            node [shape = "box", style = "rounded,filled", fillcolor = "white", fontname = "monospace"];
            "c1" [label = "c1\n(head)\n�[31mred", penwidth = "2"];
            "b1" [label = "b1\n(shop) (head) (current)\nit's `code` #1; end", penwidth = "2", fillcolor = "palegreen"];
            "a1" [label = "a1\n(branchpoint)\ncreate \"users\" \\ <b>&amp;amp;</b>"];
            "a1" -> "c1";
            "b1" -> "c1" [style = "dashed"];
            "a1" -> "b1";
        }
    "#]].assert_eq(&drawing.dot());
    expect![[r#"
        flowchart BT
            r0["c1<br>(head)<br>�#91;31mred"]
            r1["b1<br>(shop) (head) (current)<br>it#39;s #96;code#96; #35;1#59; end"]
            r2["a1<br>(branchpoint)<br>create #34;users#34; #92; #60;b#62;#38;amp#59;#60;#47;b#62;"]
            r2 --> r0
            r1 -.-> r0
            r2 --> r1
            classDef head stroke-width:3px
            class r0,r1 head
            classDef current stroke:#2a2,stroke-width:3px
            class r1 current
    "#]]
    .assert_eq(&drawing.mermaid());
    expect![[r#"
        <svg xmlns="http://www.w3.org/2000/svg" width="448" height="96" viewBox="0 0 448 96">
          <title>Revisions</title>
          <style>
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
          </style>
          <rect class="paper" width="100%" height="100%"/>
          <path class="link" d="M20 20V48V48V76" data-revision="c1" data-parent="a1"/>
          <path class="link depends-on" d="M20 20C20 34 40 34 40 48" data-revision="c1" data-depends-on="b1"/>
          <path class="link" d="M40 48C40 62 20 62 20 76" data-revision="b1" data-parent="a1"/>
          <circle class="revision head" cx="20" cy="20" r="6" data-revision="c1"/>
          <text x="60" y="24"><tspan class="id">c1</tspan><tspan class="marks"> (head)</tspan><tspan> �[31mred</tspan></text>
          <circle class="revision head current" cx="40" cy="48" r="6" data-revision="b1"/>
          <text x="60" y="52"><tspan class="id">b1</tspan><tspan class="marks"> (shop) (head) (current)</tspan><tspan> it&#39;s `code` #1; end</tspan></text>
          <circle class="revision" cx="20" cy="76" r="6" data-revision="a1"/>
          <text x="40" y="80"><tspan class="id">a1</tspan><tspan class="marks"> (branchpoint)</tspan><tspan> create &quot;users&quot; \ &lt;b&gt;&amp;amp;&lt;/b&gt;</tspan></text>
        </svg>
    "#]].assert_eq(&drawing.svg());
    check_laws(&Drawing { nodes: Vec::new() });
}

/// Graphs of up to forty revisions with hostile ids and messages, where each
/// builds on any before it.
fn graphs() -> impl Strategy<Value = RevisionGraph> {
    let links = (any::<u64>(), any::<u64>(), 0..4_usize, 0..3_usize, "[a-z<>&'\"\\\\#;\\[\\]{}|`\\t]{0,6}");
    prop::collection::vec(links, 0..40).prop_map(|seeds| {
        let mut revisions: Vec<Revision> = Vec::new();
        for (place, (near, far, parents, dependencies, tail)) in seeds.into_iter().enumerate() {
            let pick = |seed: u64, number: usize| {
                let mut picked: Vec<String> = Vec::new();
                for shift in 0..number.min(place) {
                    // Mostly what came last, as people do.
                    let span = if seed & 1 == 0 { place.min(3) } else { place };
                    let back = usize::try_from((seed >> (8 * shift + 1)) & 0xff).unwrap_or(0) % span + 1;
                    picked.push(revisions[place - back].id.to_string());
                }
                picked.sort();
                picked.dedup();
                picked
            };
            let (parents, dependencies) = (pick(near, parents), pick(far, dependencies));
            let id = format!("{place}{}", tail.replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
            revisions.push(revision(&id, parents, dependencies, Vec::new(), &tail));
        }
        RevisionGraph::new(revisions).expect("links lead to what came before")
    })
}

proptest! {
    #[test]
    fn everything_is_drawn_once(graph in graphs(), cut in 0..40_usize) {
        check_laws(&drawing(&graph, "", &[]));
        // Any part of a walk is a drawing too.
        let revisions = graph.walk(&Range::default(), &[]).expect("all of it");
        let part: Vec<&Revision> =
            revisions.into_iter().enumerate().filter(|(at, _)| at % (cut + 2) != 0).map(|(_, it)| it).collect();
        check_laws(&Drawing::new(&graph, &part, &HashSet::new()));
    }
}
