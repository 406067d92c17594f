//! Lanes as characters, two to a column: one for what is there, one for what
//! leads on to the right.

use super::{
    LinkKind, Node,
    lanes::{Lanes, Row},
};

/// The characters that lanes are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    /// Lines and arcs.
    Unicode,
    /// What every terminal has.
    Ascii,
}

/// A row of lanes with one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRow {
    /// What is left of the revision.
    pub before: String,
    /// What stands for the revision.
    pub node: &'static str,
    /// What is right of the revision, with two spaces at the end.
    pub after: String,
    /// What goes before further lines about the revision, as wide as all that.
    pub below: String,
}

pub(super) fn rows(nodes: &[Node<'_>], glyphs: Glyphs) -> impl Iterator<Item = TextRow> {
    nodes.iter().zip(Lanes::new(nodes)).map(move |(node, row)| draw(node, &row, glyphs))
}

fn draw(node: &Node<'_>, row: &Row, glyphs: Glyphs) -> TextRow {
    let reached = reached(node, row);
    let (first, last) = reached
        .iter()
        .fold((row.column, row.column), |(first, last), (column, _)| (first.min(*column), last.max(*column)));
    // The kind of what runs between a column and the next, if anything does. A
    // solid line hides a dashed one.
    let between = |column: usize| {
        if column < first || column >= last {
            return None;
        }
        let is_used = |reached: usize| match column < row.column {
            true => reached <= column,
            false => reached > column,
        };
        reached.iter().filter(|(reached, _)| is_used(*reached)).map(|(_, kind)| *kind).min()
    };
    let (mut before, mut after) = (String::new(), String::new());
    let width = row.width();
    for column in 0..width {
        let side = if column < row.column { &mut before } else { &mut after };
        if column != row.column {
            let (above, below) = (lane(&row.above, column), lane(&row.below, column));
            let is_reached = reached.iter().any(|(reached, _)| *reached == column);
            side.push(match (is_reached, above.or(below), between(column)) {
                (false, None, passing) => glyphs.horizontal(passing),
                (false, running, _) => glyphs.vertical(running),
                (true, _, _) => {
                    let is_left = column > row.column || column > first;
                    let is_right = column < row.column || column < last;
                    glyphs.joint(above.is_some(), below.is_some(), is_left, is_right)
                }
            });
        }
        side.push(if column + 1 < width { glyphs.horizontal(between(column)) } else { ' ' });
    }
    after.push(' ');
    let mut below: String =
        (0..width).flat_map(|column| [glyphs.vertical(lane(&row.below, column)), ' ']).collect();
    below.push(' ');
    TextRow { before, node: glyphs.node(node.is_current), after, below }
}

/// The columns that lines lead to from the revision, but for its own.
fn reached(node: &Node<'_>, row: &Row) -> Vec<(usize, LinkKind)> {
    let arrivals = row.arrivals.iter().zip([LinkKind::Parent, LinkKind::Dependency]);
    let arrivals = arrivals.filter_map(|(column, kind)| Some(((*column)?, kind)));
    let departures = row.departures.iter().zip(&node.links).map(|(column, link)| (*column, link.kind));
    arrivals.chain(departures).filter(|(column, _)| *column != row.column).collect()
}

fn lane(lanes: &[Option<LinkKind>], column: usize) -> Option<LinkKind> {
    lanes.get(column).copied().flatten()
}

impl Glyphs {
    fn node(self, is_current: bool) -> &'static str {
        match (self, is_current) {
            (Self::Unicode, false) => "○",
            (Self::Unicode, true) => "◉",
            (Self::Ascii, false) => "o",
            (Self::Ascii, true) => "@",
        }
    }

    fn vertical(self, running: Option<LinkKind>) -> char {
        match (self, running) {
            (_, None) => ' ',
            (Self::Unicode, Some(LinkKind::Parent)) => '│',
            (Self::Unicode, Some(LinkKind::Dependency)) => '┊',
            (Self::Ascii, Some(LinkKind::Parent)) => '|',
            (Self::Ascii, Some(LinkKind::Dependency)) => ':',
        }
    }

    fn horizontal(self, passing: Option<LinkKind>) -> char {
        match (self, passing) {
            (_, None) => ' ',
            (Self::Unicode, Some(LinkKind::Parent)) => '─',
            (Self::Unicode, Some(LinkKind::Dependency)) => '╌',
            (Self::Ascii, Some(LinkKind::Parent)) => '-',
            (Self::Ascii, Some(LinkKind::Dependency)) => '~',
        }
    }

    /// Where a line from the side meets a column.
    fn joint(self, above: bool, below: bool, left: bool, right: bool) -> char {
        let (unicode, ascii) = match (above, below, left, right) {
            (true, false, true, false) => ('╯', '\''),
            (true, false, false, _) => ('╰', '\''),
            (false, _, true, false) => ('╮', '.'),
            (false, _, false, _) => ('╭', '.'),
            (true, true, true, false) => ('┤', '+'),
            (true, true, false, _) => ('├', '+'),
            (true, false, true, true) => ('┴', '+'),
            (false, _, true, true) => ('┬', '+'),
            (true, true, true, true) => ('┼', '+'),
        };
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }
}
