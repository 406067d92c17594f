//! What a downgrade aims at.

use super::choices::{Stuck, Ways};
use super::steps::{AtTheEnd, Place, Reached};
use super::upgrade::not_enough;
use super::{Links, Node, NodeSet, RevisionGraph};
use crate::revision::target::{Form, Symbol, Target, TargetError};

/// What a downgrade takes away.
#[derive(Debug)]
pub(super) struct Goal {
    /// The lowest revisions that go.
    pub(super) roots: Vec<Node>,
    /// The places that it leads to, where they must be rows if nothing goes.
    places: Vec<Node>,
}

impl Goal {
    /// Returns what goes, newest first.
    pub(super) fn path(
        &self,
        graph: &RevisionGraph,
        rows: &[Node],
        target: &Target,
    ) -> Result<Vec<Node>, TargetError> {
        let applied = graph.down(Links::All).reach(rows.iter().copied());
        let mut dropped = graph.up(Links::All).reach(self.roots.iter().copied());
        dropped.intersect(&applied);
        if dropped.is_empty() && self.places.iter().any(|place| !rows.contains(place)) {
            return Err(TargetError::NotADowngrade {
                target: target.to_string(),
                applied: self.places.iter().all(|place| applied.contains(*place)),
                rows: graph.id_list(rows.iter().copied()),
            });
        }
        Ok(graph.newest_first(&dropped, rows))
    }
}

/// The branch whose revisions go.
enum Branch<'t> {
    Named(&'t str),
    Of(Node),
}

impl RevisionGraph {
    pub(super) fn downgrade_goal(&self, rows: &[Node], target: &Target) -> Result<Goal, TargetError> {
        self.find_downgrade(rows, target).map_err(|stuck| self.downgrade_choices(rows, target, stuck))
    }

    /// The same, without what there is to choose from where steps can go
    /// several ways.
    pub(super) fn find_downgrade(&self, rows: &[Node], target: &Target) -> Result<Goal, Stuck> {
        match target.form() {
            Form::Symbol(symbol) => {
                let place = self.place(None, symbol, target.as_str())?;
                self.down_to(place, target)
            }
            Form::Offset { from: Some(from), steps } => self.downgrade_from(from, target, *steps),
            Form::Offset { from: None, steps } => self.undo(rows, target, *steps),
        }
    }

    /// `rev-N` and `rev+N`: to the revision that all ways of so many steps end
    /// at, or to the parents of a merge.
    fn downgrade_from(&self, from: &Symbol, target: &Target, steps: i64) -> Result<Goal, Stuck> {
        let held = target.branch().filter(|_| steps < 0);
        let start = self.place(held, from, target.as_str())?;
        let lineage = self.branch_lineage(target.branch())?;
        let walk = self.take_steps(start, steps, lineage.as_ref(), AtTheEnd::Fail);
        match walk.ends[..] {
            [place] => self.down_to(place, target),
            [] => {
                let furthest = self.furthest(start.node(), walk.taken, &walk.furthest);
                Err(TargetError::WalkedTooFar { target: target.to_string(), furthest }.into())
            }
            _ => match self.merge_below(start, steps, lineage.as_ref()) {
                Some(merge) => Ok(Goal { roots: vec![merge], places: self.tops(self.parents.of(merge)) }),
                None => Err(Stuck::Ways(Ways { from: walk.forks, ends: walk.longest() })),
            },
        }
    }

    /// `-N` and `label@-N`: undoes so many revisions, one below the other.
    fn undo(&self, rows: &[Node], target: &Target, steps: i64) -> Result<Goal, Stuck> {
        if steps >= 0 {
            return Err(not_enough(steps, None).into());
        }
        let (start, branch) = match target.branch() {
            Some(name) => (self.row_of_branch(rows, name)?, Branch::Named(name)),
            None => match rows.first() {
                Some(row) => (*row, Branch::Of(*row)),
                None => return Err(not_enough(steps, Some(self.furthest([], 0, &[]))).into()),
            },
        };
        let lineage = self.branch_lineage(target.branch())?;
        // The last step leaves the last revision that goes.
        let walk = self.take_steps(Place::At(start), steps + 1, lineage.as_ref(), AtTheEnd::Fail);
        let undone = match walk.only_way() {
            Some(Place::At(undone)) => undone,
            None if walk.forks.is_some() => {
                let mut ends = last_undone(&walk);
                if ends.is_empty() {
                    // All ways ended at the base before: what can be had is all of one.
                    let all =
                        self.take_steps(Place::At(start), walk.taken + 1, lineage.as_ref(), AtTheEnd::Fail);
                    ends = last_undone(&all);
                }
                return Err(Stuck::Ways(Ways { from: walk.forks, ends }));
            }
            Some(Place::Base) | None => {
                let all = self.take_steps(Place::At(start), steps, lineage.as_ref(), AtTheEnd::Fail);
                return Err(not_enough(steps, Some(self.furthest([start], all.taken, &all.furthest))).into());
            }
        };
        let place = match self.parents.of(undone) {
            [] => Place::Base,
            [parent] => Place::At(*parent),
            // A merge: its parents stay.
            [_, _, ..] => return Ok(Goal { roots: vec![undone], places: Vec::new() }),
        };
        let mut roots = self.above(place);
        self.keep_branch(&mut roots, &branch)?;
        if roots.is_empty() {
            roots.push(undone);
        }
        Ok(Goal { roots, places: Vec::new() })
    }

    /// Goes down to a place: what is above it goes, of several ways those that
    /// lead to the branch.
    fn down_to(&self, place: Place, target: &Target) -> Result<Goal, Stuck> {
        let mut roots = self.above(place);
        if let Some(branch) = target.branch() {
            self.keep_branch(&mut roots, &Branch::Named(branch))?;
            if roots.is_empty() && !self.above(place).is_empty() {
                return Err(TargetError::NotADowngradeOfBranch { target: target.to_string() }.into());
            }
        }
        Ok(Goal { roots, places: place.node().into_iter().collect() })
    }

    fn above(&self, place: Place) -> Vec<Node> {
        match place {
            Place::At(node) => self.children.of(node).to_vec(),
            Place::Base => self.base_nodes().collect(),
        }
    }

    /// Of several roots, keeps those that lead to the branch.
    fn keep_branch(&self, roots: &mut Vec<Node>, branch: &Branch<'_>) -> Result<(), TargetError> {
        let branch = match branch {
            Branch::Named(name) => self.branch_node(name)?,
            Branch::Of(row) => *row,
        };
        if roots.len() > 1 {
            let below = self.down(Links::Parents).reach([branch]);
            roots.retain(|root| below.contains(*root));
        }
        Ok(())
    }

    /// Returns the merge whose parents are so many steps below `start`, if
    /// that is where all ways lead.
    pub(super) fn merge_below(&self, start: Place, steps: i64, lineage: Option<&NodeSet>) -> Option<Node> {
        if steps >= 0 {
            return None;
        }
        match self.take_steps(start, steps + 1, lineage, AtTheEnd::Fail).ends[..] {
            [Place::At(merge)] => Some(merge),
            _ => None,
        }
    }

    /// Leaves out the nodes that others are built on.
    pub(super) fn tops(&self, nodes: &[Node]) -> Vec<Node> {
        let down = self.down(Links::All);
        let implied = down.reach(nodes.iter().flat_map(|node| down.of(*node)).copied());
        nodes.iter().copied().filter(|node| !implied.contains(*node)).collect()
    }

    /// Returns the current revision that `label@-N` starts from.
    fn row_of_branch(&self, rows: &[Node], branch: &str) -> Result<Node, Stuck> {
        let lineage = self.lineage(self.branch_node(branch)?, Links::Parents);
        let mut candidates = rows.to_vec();
        candidates.retain(|row| lineage.contains(*row));
        if candidates.is_empty() {
            // The branch can be implied by a row of another one.
            let all_current = self.all_current(&self.id_list(rows.iter().copied()))?;
            candidates = all_current
                .iter()
                .filter_map(|revision| self.node(&revision.id))
                .filter(|node| lineage.contains(*node))
                .collect();
        }
        match candidates[..] {
            [row] => Ok(row),
            _ => Err(Stuck::BranchRows { rows: candidates }),
        }
    }
}

/// Where steps end that undo the revision at their end: a way that ended at the
/// base has no such step.
fn last_undone(walk: &Reached) -> Vec<(Place, i64)> {
    let ends = walk.longest().into_iter().filter(|(end, _)| *end != Place::Base);
    ends.map(|(end, taken)| (end, taken - 1)).collect()
}
