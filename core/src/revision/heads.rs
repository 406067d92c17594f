//! How the rows of the version table move when revisions run or are stamped.
//!
//! The rows are the latest applied revisions: those that no other applied
//! revision builds on, by parents or by dependencies. [`Heads`] keeps track of
//! them while a path runs; [`RevisionGraph::stamp_moves`] moves them without
//! running anything.

use std::collections::BTreeSet;
use std::fmt;

use super::RevisionId;
use super::graph::{Links, Node, NodeSet, Overlapping, RevisionGraph};
use super::target::{Form, Symbol, Target, TargetError};

/// One write to the version table. It must affect exactly one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeadMove {
    /// Adds a row.
    Insert(RevisionId),
    /// Removes a row.
    Delete(RevisionId),
    /// Changes a row in place.
    Update {
        /// The row as it is.
        from: RevisionId,
        /// The row as it will be.
        to: RevisionId,
    },
}

impl HeadMove {
    /// Applies the move to a set of rows. Reports whether the rows were what
    /// the move expects; if not, they are left alone.
    pub fn apply(&self, rows: &mut BTreeSet<RevisionId>) -> bool {
        match self {
            Self::Insert(row) => rows.insert(row.clone()),
            Self::Delete(row) => rows.remove(row),
            Self::Update { from, to } => {
                if rows.contains(to) || !rows.remove(from) {
                    return false;
                }
                rows.insert(to.clone())
            }
        }
    }
}

/// Writes `+id`, `-id` or `from>to`, for logs and tests.
impl fmt::Display for HeadMove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Insert(row) => write!(f, "+{row}"),
            Self::Delete(row) => write!(f, "-{row}"),
            Self::Update { from, to } => write!(f, "{from}>{to}"),
        }
    }
}

/// A revision that cannot run with the rows as they are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeadMoveError {
    /// The revision is not in the graph.
    #[error("Can't locate revision identified by '{revision}'")]
    UnknownRevision {
        /// The revision.
        revision: RevisionId,
    },
    /// The revision to upgrade is applied already.
    #[error("revision {revision} is applied already")]
    Applied {
        /// The revision.
        revision: RevisionId,
    },
    /// The revision to upgrade builds on one that is not applied.
    #[error("revision {revision} needs {needed}, which is not applied")]
    NotReady {
        /// The revision.
        revision: RevisionId,
        /// The parent or dependency.
        needed: RevisionId,
    },
    /// The revision to downgrade is not a row.
    #[error("revision {revision} is not a current revision")]
    NotCurrent {
        /// The revision.
        revision: RevisionId,
    },
}

/// The rows of the version table while a path runs.
///
/// ```
/// # use retort_core::revision::{graph::RevisionGraph, heads::{HeadMove, Heads}};
/// # fn run(graph: &RevisionGraph) -> Result<(), Box<dyn std::error::Error>> {
/// let mut heads = Heads::new(graph, &[])?;
/// for id in graph.upgrade_path(&heads.rows(), &"heads".parse()?)? {
///     for head_move in heads.upgrade(&id)? {
///         println!("{head_move}");
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Heads<'g> {
    graph: &'g RevisionGraph,
    rows: BTreeSet<RevisionId>,
    applied: NodeSet,
    /// How many applied revisions build on each.
    built_on: Vec<u32>,
}

impl<'g> Heads<'g> {
    /// Starts from the given rows.
    ///
    /// # Errors
    ///
    /// [`TargetError::UnknownRow`].
    pub fn new(graph: &'g RevisionGraph, rows: &[RevisionId]) -> Result<Self, TargetError> {
        let down = graph.down(Links::All);
        let applied = down.reach(graph.row_nodes(rows)?);
        let mut built_on = vec![0; graph.len()];
        for below in applied.iter().flat_map(|node| down.of(node)) {
            built_on[below.index()] += 1;
        }
        Ok(Self { graph, rows: rows.iter().cloned().collect(), applied, built_on })
    }

    /// Returns the rows, sorted.
    pub fn rows(&self) -> Vec<RevisionId> {
        self.rows.iter().cloned().collect()
    }

    /// Reports whether a revision is applied: a row, or implied by one.
    pub fn is_applied(&self, id: &RevisionId) -> bool {
        self.graph.node(id).is_some_and(|node| self.applied.contains(node))
    }

    /// Moves the rows over a revision that has been upgraded: the rows it
    /// builds on give way to it. Of several the last one is updated (parents
    /// in the order of the file, then dependencies), the others are deleted.
    ///
    /// # Errors
    ///
    /// [`HeadMoveError`] if the revision is applied, or something it needs is
    /// not. The rows are then left alone.
    pub fn upgrade(&mut self, id: &RevisionId) -> Result<Vec<HeadMove>, HeadMoveError> {
        let node = self.find(id)?;
        if self.applied.contains(node) {
            return Err(HeadMoveError::Applied { revision: id.clone() });
        }
        let below = self.graph.down(Links::All).of(node);
        if let Some(needed) = below.iter().find(|below| !self.applied.contains(**below)) {
            return Err(HeadMoveError::NotReady {
                revision: id.clone(),
                needed: self.graph.id(*needed).clone(),
            });
        }
        let mut sources = self.graph.id_list(below.iter().copied());
        sources.retain(|source| self.rows.contains(source));
        let mut moves = Vec::new();
        match sources.pop() {
            None => moves.push(HeadMove::Insert(id.clone())),
            Some(last) => {
                moves.extend(sources.into_iter().map(HeadMove::Delete));
                moves.push(HeadMove::Update { from: last, to: id.clone() });
            }
        }
        self.applied.insert(node);
        for below in below {
            self.built_on[below.index()] += 1;
        }
        Ok(self.apply(moves))
    }

    /// Moves the rows over a revision that has been downgraded: what it was
    /// built on becomes current again, unless something else builds on it.
    /// Of several the last one takes over the row, the others are inserted.
    ///
    /// # Errors
    ///
    /// [`HeadMoveError`] if the revision is not a row. The rows are then left alone.
    pub fn downgrade(&mut self, id: &RevisionId) -> Result<Vec<HeadMove>, HeadMoveError> {
        let node = self.find(id)?;
        if !self.rows.contains(id) || self.built_on[node.index()] > 0 {
            return Err(HeadMoveError::NotCurrent { revision: id.clone() });
        }
        let mut restored = Vec::new();
        for below in self.graph.down(Links::All).of(node) {
            let built_on = &mut self.built_on[below.index()];
            *built_on -= 1;
            let below = self.graph.id(*below);
            if *built_on == 0 && !self.rows.contains(below) {
                restored.push(below.clone());
            }
        }
        let mut moves = Vec::new();
        match restored.pop() {
            None => moves.push(HeadMove::Delete(id.clone())),
            Some(last) => {
                moves.extend(restored.into_iter().map(HeadMove::Insert));
                moves.push(HeadMove::Update { from: id.clone(), to: last });
            }
        }
        self.applied.remove(node);
        Ok(self.apply(moves))
    }

    fn find(&self, id: &RevisionId) -> Result<Node, HeadMoveError> {
        self.graph.node(id).ok_or_else(|| HeadMoveError::UnknownRevision { revision: id.clone() })
    }

    fn apply(&mut self, moves: Vec<HeadMove>) -> Vec<HeadMove> {
        for head_move in &moves {
            head_move.apply(&mut self.rows);
        }
        moves
    }
}

impl RevisionGraph {
    /// Returns the writes that stamp the version table with the targets.
    ///
    /// A target takes the place of the rows above it and below it, dependencies
    /// included; rows on other branches stay. `base` removes rows, `label@base`
    /// those of the branch.
    ///
    /// # Errors
    ///
    /// [`TargetError`]: a row or target that does not exist,
    /// [`TargetError::MultipleStampTargets`] for `head`, or
    /// [`TargetError::Overlap`] if one target implies another.
    pub fn stamp_moves(&self, rows: &[RevisionId], targets: &[Target]) -> Result<Vec<HeadMove>, TargetError> {
        let row_nodes = self.sorted_rows(rows)?;
        let mut affected = Vec::new();
        let mut destinations = Vec::new();
        for target in targets {
            let nodes = self.stamp_destinations(target)?;
            for row in self.rows_in_lineage(&row_nodes, target, &nodes)? {
                if !affected.contains(&row) {
                    affected.push(row);
                }
            }
            for node in nodes {
                if !destinations.contains(&node) {
                    destinations.push(node);
                }
            }
        }
        if destinations.is_empty() {
            let affected = self.id_list(affected);
            return Ok(affected.into_iter().map(HeadMove::Delete).collect());
        }
        self.check_overlap(&destinations, Overlapping::Targets)?;
        let mut moves = Vec::new();
        // A row that is a destination stays.
        affected.retain(|row| !destinations.contains(row));
        for destination in destinations {
            let related = self.lineage(destination, Links::All);
            let mut replaced = Vec::new();
            if affected.iter().any(|row| related.contains(*row)) {
                // All of them: what is left is not related to a destination
                // to come, or that one is inserted.
                replaced = self.id_list(affected.drain(..));
            }
            let to = self.id(destination).clone();
            let last = if row_nodes.contains(&destination) {
                None
            } else {
                Some(match replaced.pop() {
                    None => HeadMove::Insert(to),
                    Some(from) => HeadMove::Update { from, to },
                })
            };
            moves.extend(replaced.into_iter().map(HeadMove::Delete));
            moves.extend(last);
        }
        Ok(moves)
    }

    fn stamp_destinations(&self, target: &Target) -> Result<Vec<Node>, TargetError> {
        let symbol = match target.form() {
            Form::Symbol(symbol) => symbol,
            Form::Offset { .. } => {
                return Err(TargetError::FormNotAllowed { text: target.to_string() });
            }
        };
        self.symbol_nodes(target.branch(), symbol, target.as_str()).map_err(|error| match error {
            TargetError::MultipleHeads { heads, .. } => TargetError::MultipleStampTargets { heads },
            error => error,
        })
    }

    /// Returns the rows that share ancestors or descendants with a target.
    fn rows_in_lineage(
        &self,
        rows: &[Node],
        target: &Target,
        destinations: &[Node],
    ) -> Result<Vec<Node>, TargetError> {
        let mut tested = destinations.to_vec();
        if let Some(branch) = target.branch() {
            tested.push(self.branch_node(branch)?);
        } else if *target.form() == Form::Symbol(Symbol::Base) {
            return Ok(rows.to_vec());
        }
        let mut related = Vec::new();
        for row in rows {
            let lineage = self.lineage(*row, Links::All);
            if tested.iter().any(|node| lineage.contains(*node)) {
                related.push(*row);
            }
        }
        Ok(related)
    }
}
