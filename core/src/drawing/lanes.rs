//! Puts revisions and links into columns. Rows are revisions; a link runs down
//! a column of its own, or one that others to the same revision run in already.

use std::collections::BTreeSet;

use super::{LinkKind, Node};

/// The columns of a drawing, from the top downwards.
pub(super) struct Lanes<'d, 'g> {
    nodes: &'d [Node<'g>],
    next: usize,
    /// What runs in each column.
    columns: Vec<Option<LinkKind>>,
    /// The columns that lead to a revision, by parents and by dependencies.
    leading_to: Vec<[Option<usize>; 2]>,
    /// The columns where nothing runs.
    free: BTreeSet<usize>,
    /// The column of the row above, where nothing leads down from its revision.
    /// It is not free yet: a revision there would look connected to that one.
    ended: Option<usize>,
}

/// The row of a revision.
#[derive(Debug)]
pub(super) struct Row {
    /// The column of the revision.
    pub(super) column: usize,
    /// What runs above the row, column by column.
    pub(super) above: Vec<Option<LinkKind>>,
    /// What runs below it.
    pub(super) below: Vec<Option<LinkKind>>,
    /// The columns that lead to the revision.
    pub(super) arrivals: [Option<usize>; 2],
    /// The column that each link of the revision goes on in.
    pub(super) departures: Vec<usize>,
}

impl<'d, 'g> Lanes<'d, 'g> {
    pub(super) fn new(nodes: &'d [Node<'g>]) -> Self {
        Self {
            nodes,
            next: 0,
            columns: Vec::new(),
            leading_to: vec![[None; 2]; nodes.len()],
            free: BTreeSet::new(),
            ended: None,
        }
    }

    fn take_free(&mut self) -> usize {
        match self.free.pop_first() {
            Some(column) => column,
            None => {
                self.columns.push(None);
                self.columns.len() - 1
            }
        }
    }

    /// Forgets columns at the right that are free.
    fn trim(&mut self) {
        while let Some(last) = self.columns.len().checked_sub(1)
            && self.free.contains(&last)
        {
            self.free.remove(&last);
            self.columns.pop();
        }
    }
}

impl Iterator for Lanes<'_, '_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let place = self.next;
        let node = self.nodes.get(place)?;
        self.next += 1;
        let above = self.columns.clone();
        let arrivals = self.leading_to[place];
        let column = match arrivals {
            [Some(column), _] | [None, Some(column)] => column,
            [None, None] => self.take_free(),
        };
        self.columns[column] = None;
        let mut is_taken = false;
        let mut departures = Vec::with_capacity(node.links.len());
        for link in &node.links {
            let running = self.leading_to[link.to][link.kind as usize];
            let departure = running.unwrap_or_else(|| {
                let departure = if is_taken { self.take_free() } else { column };
                is_taken = true;
                self.columns[departure] = Some(link.kind);
                self.leading_to[link.to][link.kind as usize] = Some(departure);
                departure
            });
            departures.push(departure);
        }
        // A column that ends here is free below only: in this row, an end and a
        // beginning would look like one line.
        for arrival in arrivals.into_iter().flatten().filter(|arrival| *arrival != column) {
            self.columns[arrival] = None;
            self.free.insert(arrival);
        }
        self.free.extend(self.ended.take());
        self.ended = (!is_taken).then_some(column);
        let below = self.columns.clone();
        self.trim();
        Some(Row { column, above, below, arrivals, departures })
    }
}

impl Row {
    /// How many columns the row has.
    pub(super) fn width(&self) -> usize {
        let used =
            |lanes: &[Option<LinkKind>]| lanes.iter().rposition(Option::is_some).map_or(0, |at| at + 1);
        used(&self.above).max(used(&self.below)).max(self.column + 1)
    }
}
