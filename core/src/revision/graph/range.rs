//! Which revisions lie in a range.

use super::path::Overlapping;
use super::steps::{AtTheEnd, Place};
use super::upgrade::not_enough;
use super::{Links, Node, RevisionGraph};
use crate::revision::RevisionId;
use crate::revision::target::{Form, Symbol, Target, TargetError};

/// Where the steps of one end of a range lead.
struct Ends {
    nodes: Vec<Node>,
    at_base: bool,
    /// Whether there were several ways.
    forked: bool,
}

impl RevisionGraph {
    pub(super) fn walk_nodes(
        &self,
        lower: &Target,
        upper: &Target,
        current: &[RevisionId],
    ) -> Result<Vec<Node>, TargetError> {
        let mut tops = self.range_tops(lower, upper, current)?;
        let bottoms = self.range_bottoms(lower, &tops, current)?;
        if let Some(branch) = lower.branch() {
            self.retain_branch(&mut tops, branch)?;
        }
        self.check_overlap(&tops, Overlapping::Targets)?;
        let mut shown = self.down(Links::All).reach(tops.iter().copied());
        let not_in_range = || TargetError::NotInRange { lower: lower.to_string(), upper: upper.to_string() };
        let bottoms = bottoms.ok_or_else(not_in_range)?;
        if bottoms.iter().any(|bottom| !shown.contains(*bottom)) {
            return Err(not_in_range());
        }
        self.check_overlap(&bottoms, Overlapping::Targets)?;
        if !bottoms.is_empty() {
            // By parents only: what merely depends on the lower end is no
            // part of its branch.
            shown.intersect(&self.up(Links::Parents).reach(bottoms));
            // `heads` is whatever is there, but a revision that was named must
            // be part of the answer.
            let all_heads = *upper.form() == Form::Symbol(Symbol::Heads);
            if !all_heads && !tops.is_empty() && !tops.iter().any(|top| shown.contains(*top)) {
                return Err(not_in_range());
            }
        }
        Ok(self.newest_first(&shown, &tops))
    }

    fn range_tops(
        &self,
        lower: &Target,
        upper: &Target,
        current: &[RevisionId],
    ) -> Result<Vec<Node>, TargetError> {
        match upper.form() {
            Form::Symbol(_) => self.resolve_nodes(upper, current),
            Form::Offset { from, steps } => {
                let starts = match from {
                    None | Some(Symbol::Current) if *steps <= 0 => return Err(not_enough(*steps, None)),
                    None => {
                        let rows = self.resolve_nodes(lower, current)?;
                        self.upgrade_starts(&rows, upper)?
                    }
                    Some(Symbol::Current) => self.upgrade_starts(&self.row_nodes(current)?, upper)?,
                    Some(from) => {
                        let branch = upper.branch().filter(|_| *steps <= 0);
                        vec![self.place(branch, from, upper.as_str())?]
                    }
                };
                let ends = self.ends_of(&starts, *steps, upper.branch())?;
                if *steps < 0 && ends.nodes.is_empty() {
                    let from = starts.iter().filter_map(Place::node);
                    let furthest = self.furthest(from, 0, &[]);
                    return Err(TargetError::WalkedTooFar { target: upper.to_string(), furthest });
                }
                Ok(self.tops(&ends.nodes))
            }
        }
    }

    /// Returns the lower end of a range; none for `base`. The outer nothing
    /// says that its revisions lie partly below the base.
    fn range_bottoms(
        &self,
        lower: &Target,
        tops: &[Node],
        current: &[RevisionId],
    ) -> Result<Option<Vec<Node>>, TargetError> {
        let (from, steps) = match lower.form() {
            Form::Symbol(_) => return self.resolve_nodes(lower, current).map(Some),
            Form::Offset { from, steps } => (from, *steps),
        };
        let starts: Vec<Place> = match from {
            Some(Symbol::Current) => {
                let rows = self.row_nodes(current)?;
                rows.into_iter().map(Place::At).collect()
            }
            Some(from) => vec![self.place(lower.branch(), from, lower.as_str())?],
            None if steps < 0 => tops
                .iter()
                .filter(|top| self.carries_label(**top, lower.branch()))
                .map(|top| Place::At(*top))
                .collect(),
            None => return self.resolve_nodes(lower, current).map(Some),
        };
        let ends = self.ends_of(&starts, steps, lower.branch())?;
        if !ends.forked {
            return Ok((!ends.at_base || ends.nodes.is_empty()).then_some(ends.nodes));
        }
        // Of ways that part, the longest say where the range begins.
        Ok(Some(if ends.at_base { Vec::new() } else { self.bottoms(&ends.nodes) }))
    }

    /// Takes steps on every way; those that lead out of the graph end at its
    /// last revision, or at the base.
    fn ends_of(&self, starts: &[Place], steps: i64, branch: Option<&str>) -> Result<Ends, TargetError> {
        let lineage = self.branch_lineage(branch)?;
        let mut ends = Ends { nodes: Vec::new(), at_base: false, forked: false };
        for start in starts {
            let walk = self.take_steps(*start, steps, lineage.as_ref(), AtTheEnd::Stay);
            ends.forked |= walk.forks.is_some();
            ends.at_base |= walk.ends.contains(&Place::Base);
            ends.nodes.extend(walk.ends.iter().filter_map(Place::node));
        }
        ends.nodes.sort_unstable();
        ends.nodes.dedup();
        Ok(ends)
    }

    /// Leaves out the nodes that are built on others.
    fn bottoms(&self, nodes: &[Node]) -> Vec<Node> {
        let up = self.up(Links::All);
        let built = up.reach(nodes.iter().flat_map(|node| up.of(*node)).copied());
        nodes.iter().copied().filter(|node| !built.contains(*node)).collect()
    }

    /// Keeps the nodes that carry the label. A revision that stands for its
    /// branch is taken by its label if it has just one.
    fn retain_branch(&self, nodes: &mut Vec<Node>, branch: &str) -> Result<(), TargetError> {
        let node = self.branch_node(branch)?;
        let label = if self.labels.contains_key(branch) {
            Some(branch)
        } else {
            match self.labels_of_node(node) {
                [label] => Some(&**label),
                _ => None,
            }
        };
        match label {
            Some(label) => nodes.retain(|node| self.carries_label(*node, Some(label))),
            None => {
                let lineage = self.lineage(node, Links::Parents);
                nodes.retain(|node| lineage.contains(*node));
            }
        }
        Ok(())
    }
}
