//! What a downgrade aims at.

use super::resolve::{AtTheEnd, Place};
use super::upgrade::not_enough;
use super::{Links, Node, RevisionGraph};
use crate::revision::target::{Form, Target, TargetError};

/// What a downgrade aims at.
pub(super) struct Goal<'t> {
    /// The revision to stop above; nothing if `undone` says what goes.
    pub(super) place: Option<Place>,
    /// The merge that `-N` undoes as its last revision.
    undone: Option<Node>,
    /// The branch whose revisions go.
    branch: Option<Branch<'t>>,
}

pub(super) enum Branch<'t> {
    Named(&'t str),
    Of(Node),
}

impl RevisionGraph {
    pub(super) fn downgrade_goal<'t>(
        &self,
        rows: &[Node],
        target: &'t Target,
    ) -> Result<Goal<'t>, TargetError> {
        let text = target.as_str();
        let branch = target.branch();
        let named = |place| Goal { place: Some(place), undone: None, branch: branch.map(Branch::Named) };
        match target.form() {
            Form::Symbol(symbol) => Ok(named(self.place(None, symbol, text)?)),
            Form::Offset { from: Some(from), steps } => {
                let held = branch.filter(|_| *steps < 0);
                let start = self.place(held, from, text)?;
                match self.take_steps(start, *steps, branch, AtTheEnd::Fail)? {
                    Some(place) => Ok(named(place)),
                    None => Err(TargetError::WalkedTooFar { target: text.to_owned() }),
                }
            }
            Form::Offset { from: None, steps } => {
                if *steps >= 0 {
                    return Err(not_enough(*steps));
                }
                let start = match branch {
                    Some(branch) => self.row_of_branch(rows, branch)?,
                    None => *rows.first().ok_or_else(|| not_enough(*steps))?,
                };
                let branch = branch.map_or(Branch::Of(start), Branch::Named);
                self.undo(start, *steps, branch)
            }
        }
    }

    /// Returns the goal of undoing so many revisions downwards from `start`.
    fn undo<'t>(&self, start: Node, steps: i64, branch: Branch<'t>) -> Result<Goal<'t>, TargetError> {
        let last = self.take_steps(Place::At(start), steps + 1, None, AtTheEnd::Fail)?;
        let Some(Place::At(last)) = last else {
            return Err(not_enough(steps));
        };
        let (place, undone) = match self.parents.of(last) {
            [] => (Some(Place::Base), None),
            [parent] => (Some(Place::At(*parent)), None),
            [_, _, ..] => (None, Some(last)),
        };
        Ok(Goal { place, undone, branch: Some(branch) })
    }

    /// Returns the current revision that `label@-N` starts from.
    fn row_of_branch(&self, rows: &[Node], branch: &str) -> Result<Node, TargetError> {
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
            _ => Err(TargetError::NoSingleRow { branch: branch.to_owned(), rows: self.id_list(candidates) }),
        }
    }

    /// Returns the lowest revisions that go.
    pub(super) fn downgrade_roots(&self, goal: &Goal<'_>, target: &Target) -> Result<Vec<Node>, TargetError> {
        let branch = match goal.branch {
            None => None,
            Some(Branch::Named(name)) => Some(self.branch_node(name)?),
            Some(Branch::Of(row)) => Some(row),
        };
        let mut roots: Vec<Node> = match (goal.place, goal.undone) {
            (_, Some(undone)) => vec![undone],
            (Some(Place::At(node)), None) => self.children.of(node).to_vec(),
            (Some(Place::Base) | None, None) => self.base_nodes().collect(),
        };
        if let Some(branch) = branch
            && roots.len() > 1
        {
            let below = self.down(Links::Parents).reach([branch]);
            roots.retain(|root| below.contains(*root));
            if roots.is_empty() {
                return Err(TargetError::NotADowngradeOfBranch { target: target.to_string() });
            }
        }
        Ok(roots)
    }
}
