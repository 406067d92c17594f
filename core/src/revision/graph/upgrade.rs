//! What an upgrade aims at.

use super::choices::{Stuck, Ways};
use super::steps::{AtTheEnd, Place, Reached};
use super::{Links, Node, RevisionGraph};
use crate::revision::target::{Form, Furthest, Symbol, Target, TargetError};

impl RevisionGraph {
    /// Returns the revisions that an upgrade aims at; none for `base`.
    pub(super) fn upgrade_targets(&self, rows: &[Node], target: &Target) -> Result<Vec<Node>, TargetError> {
        self.find_upgrade(rows, target).map_err(|stuck| self.upgrade_choices(rows, target, stuck))
    }

    /// The same, without what there is to choose from where steps can go
    /// several ways.
    pub(super) fn find_upgrade(&self, rows: &[Node], target: &Target) -> Result<Vec<Node>, Stuck> {
        match target.form() {
            Form::Symbol(symbol) => Ok(self.symbol_nodes(target.branch(), symbol, target.as_str())?),
            Form::Offset { from: None, steps } => self.upgrade_from_rows(rows, target, *steps),
            Form::Offset { from: Some(from), steps } => self.upgrade_from(from, target, *steps),
        }
    }

    /// `+N` and `label@+N`: so many revisions from the only row that can move.
    fn upgrade_from_rows(&self, rows: &[Node], target: &Target, steps: i64) -> Result<Vec<Node>, Stuck> {
        if steps <= 0 {
            return Err(not_enough(steps, None).into());
        }
        let starts = self.upgrade_starts(rows, target)?;
        let lineage = self.branch_lineage(target.branch())?;
        let mut walks: Vec<Reached> = starts
            .iter()
            .map(|start| self.take_steps(*start, steps, lineage.as_ref(), AtTheEnd::Fail))
            .collect();
        let mut movable = walks.iter().filter(|walk| walk.taken > 0);
        match (movable.next(), movable.next()) {
            (None, _) => {
                let nodes = starts.iter().filter_map(Place::node);
                Err(not_enough(steps, Some(self.furthest(nodes, 0, &[]))).into())
            }
            (Some(walk), None) => match walk.only_way() {
                Some(end) => Ok(end.node().into_iter().collect()),
                None if walk.forks.is_some() => {
                    let ways = Ways { from: walk.forks, ends: walk.longest() };
                    Err(Stuck::Ways(ways))
                }
                None => {
                    let moved = starts.iter().zip(&walks).find(|(_, walk)| walk.taken > 0);
                    let start = moved.and_then(|(start, _)| start.node());
                    Err(not_enough(steps, Some(self.furthest(start, walk.taken, &walk.furthest))).into())
                }
            },
            (Some(_), Some(_)) => {
                walks.retain(|walk| walk.taken > 0);
                let first = walks.first().and_then(Reached::only_way);
                if let Some(end) = first
                    && walks.iter().all(|walk| walk.only_way() == first)
                {
                    // A merge of what the rows are on.
                    return Ok(end.node().into_iter().collect());
                }
                if let [walk, others @ ..] = &walks[..]
                    && others.iter().all(|it| it.furthest == walk.furthest && it.taken == walk.taken)
                    && walks.iter().all(|it| it.forks.is_none())
                {
                    let rows = starts.iter().filter_map(Place::node);
                    let furthest = self.furthest(rows, walk.taken, &walk.furthest);
                    return Err(not_enough(steps, Some(furthest)).into());
                }
                let mut ends: Vec<(Place, i64)> = walks.iter().flat_map(Reached::longest).collect();
                ends.sort_unstable();
                ends.dedup();
                let rows = starts.iter().filter_map(Place::node).collect();
                Err(Stuck::Rows { rows, ends })
            }
        }
    }

    /// `rev+N` and `rev-N`: the revision that all ways of so many steps end at,
    /// or the parents of a merge.
    fn upgrade_from(&self, from: &Symbol, target: &Target, steps: i64) -> Result<Vec<Node>, Stuck> {
        // Upwards the branch chooses the way, downwards it holds the start.
        let branch = target.branch().filter(|_| steps <= 0);
        let start = self.place(branch, from, target.as_str())?;
        let lineage = self.branch_lineage(target.branch())?;
        let walk = self.take_steps(start, steps, lineage.as_ref(), AtTheEnd::Fail);
        match walk.ends[..] {
            [Place::At(node)] => Ok(vec![node]),
            [] | [Place::Base] => {
                let furthest = self.furthest(start.node(), walk.taken, &walk.furthest);
                Err(TargetError::WalkedTooFar { target: target.to_string(), furthest }.into())
            }
            _ => match self.merge_below(start, steps, lineage.as_ref()) {
                Some(merge) => Ok(self.tops(self.parents.of(merge))),
                None => Err(Stuck::Ways(Ways { from: walk.forks, ends: walk.longest() })),
            },
        }
    }

    /// Returns where `+N` and `label@+N` can start.
    pub(super) fn upgrade_starts(&self, rows: &[Node], target: &Target) -> Result<Vec<Place>, TargetError> {
        let mut starts = rows.to_vec();
        if let Some(branch) = target.branch() {
            let lineage = self.lineage(self.branch_node(branch)?, Links::Parents);
            starts.retain(|row| lineage.contains(*row));
            if starts.is_empty() {
                // No row is on the branch: go back to where it leaves what is
                // applied.
                let mut active = self.down(Links::All).reach(rows.iter().copied());
                active.intersect(&lineage);
                let down = self.down(Links::All);
                let mut tips = active.clone();
                for below in active.iter().flat_map(|node| down.of(node)) {
                    tips.remove(*below);
                }
                starts = tips.iter().collect();
            }
        }
        if starts.is_empty() {
            return Ok(vec![Place::Base]);
        }
        Ok(starts.into_iter().map(Place::At).collect())
    }

    /// Returns how far steps can go.
    pub(super) fn furthest(
        &self,
        from: impl IntoIterator<Item = Node>,
        steps: i64,
        ends: &[Place],
    ) -> Furthest {
        Furthest { from: self.id_list(from), steps, ends: self.id_list(ends.iter().filter_map(Place::node)) }
    }
}

pub(super) fn not_enough(steps: i64, furthest: Option<Furthest>) -> TargetError {
    TargetError::NotEnoughRevisions { offset: format!("{steps:+}"), furthest }
}
