//! Which revisions a command runs or shows, and in which order.

use super::resolve::{AtTheEnd, Place};
use super::{Links, Node, RevisionGraph};
use crate::revision::target::{Form, Range, Symbol, Target, TargetError};
use crate::revision::{Revision, RevisionId};

impl RevisionGraph {
    /// Returns the revisions to upgrade, oldest first: the targets with all
    /// they need, without what the rows imply. A target that is applied
    /// already, or `base`, gives none.
    ///
    /// `+N` starts from the row, `label@+N` from the row of that branch, or
    /// from the point where the branch leaves what is applied.
    ///
    /// # Errors
    ///
    /// [`TargetError`]: a row or target that does not exist, steps that are
    /// ambiguous or too many, or rows that imply each other.
    pub fn upgrade_path(&self, rows: &[RevisionId], target: &Target) -> Result<Vec<RevisionId>, TargetError> {
        let rows = self.row_nodes(rows)?;
        let targets = self.upgrade_targets(&rows, target, AtTheEnd::Fail)?;
        self.check_overlap(&targets, Overlapping::Targets)?;
        self.check_overlap(&rows, Overlapping::Rows)?;
        let mut needed = self.down(Links::All).reach(targets.iter().copied());
        needed.subtract(&self.down(Links::All).reach(rows));
        let mut path = self.newest_first(&needed, &targets);
        path.reverse();
        Ok(self.id_list(path))
    }

    /// Returns the revisions to downgrade, newest first: the children of the
    /// target with all that builds on them, as far as it is applied.
    ///
    /// - `label@rev` and `label@base` drop only those children of the target
    ///   that lead to the branch.
    /// - `-N` undoes the last N revisions of one row. If there are several it
    ///   is the first in sorted order; callers should warn, see
    ///   [`ambiguous_downgrade`](Self::ambiguous_downgrade).
    /// - The last of N revisions may be a merge: undoing it leaves its parents.
    ///
    /// # Errors
    ///
    /// [`TargetError`]: a row or target that does not exist, steps that are
    /// ambiguous or too many, or a target that is not below the rows.
    pub fn downgrade_path(
        &self,
        rows: &[RevisionId],
        target: &Target,
    ) -> Result<Vec<RevisionId>, TargetError> {
        let rows = self.sorted_rows(rows)?;
        let goal = self.downgrade_goal(&rows, target)?;
        let roots = self.downgrade_roots(&goal, target)?;
        let mut dropped = self.up(Links::All).reach(roots);
        dropped.intersect(&self.down(Links::All).reach(rows.iter().copied()));
        if let Some(Place::At(goal)) = goal.place
            && dropped.is_empty()
            && !rows.contains(&goal)
        {
            return Err(TargetError::NotADowngrade { target: target.to_string(), rows: self.id_list(rows) });
        }
        Ok(self.id_list(self.newest_first(&dropped, &rows)))
    }

    /// Returns everything that the rows imply, in the order in which `upgrade`
    /// runs it.
    ///
    /// # Errors
    ///
    /// [`TargetError::UnknownRow`].
    pub fn applied(&self, rows: &[RevisionId]) -> Result<Vec<RevisionId>, TargetError> {
        let rows = self.sorted_rows(rows)?;
        let applied = self.down(Links::All).reach(rows.iter().copied());
        let mut order = self.newest_first(&applied, &rows);
        order.reverse();
        Ok(self.id_list(order))
    }

    /// Returns the rows a downgrade to `-N` could mean, the one it takes first;
    /// nothing if there is no choice. Alembic's warning is:
    /// `downgrade -1 from multiple heads is ambiguous; this usage will be
    /// disallowed in a future release.`
    pub fn ambiguous_downgrade(&self, rows: &[RevisionId], target: &Target) -> Vec<RevisionId> {
        let relative = matches!(target.form(), Form::Offset { from: None, .. });
        if !relative || target.branch().is_some() || rows.len() < 2 {
            return Vec::new();
        }
        let mut rows = rows.to_vec();
        rows.sort();
        rows
    }

    /// Returns the revisions of a range, newest first, both ends included.
    /// `current` are the rows of the version table, used only if
    /// [`Range::needs_current`].
    ///
    /// - Steps that lead out of the graph end at its last revision.
    /// - A lower `-N` counts from the upper end, an upper `+N` from the lower.
    /// - `label@…` as the lower end leaves out what does not carry the label.
    ///
    /// # Errors
    ///
    /// [`TargetError`]: an end that does not exist, steps that are ambiguous,
    /// or a lower end that is not below the upper end.
    pub fn walk(&self, range: &Range, current: &[RevisionId]) -> Result<Vec<&Revision>, TargetError> {
        let (base, heads) = (Target::base(), Target::heads());
        let lower = range.lower.as_ref().unwrap_or(&base);
        let upper = range.upper.as_ref().unwrap_or(&heads);
        let nodes = self.walk_nodes(lower, upper, current).map_err(|error| {
            // Alembic names the upper end whichever end it was.
            match error {
                TargetError::MultipleHeads { heads, .. } => {
                    TargetError::MultipleHeads { argument: upper.to_string(), heads }
                }
                error => error,
            }
        })?;
        Ok(self.all_revisions(nodes))
    }

    /// Returns the heads of what is applied, in load order: the rows, and the
    /// tips of other branches that they imply by dependencies.
    ///
    /// # Errors
    ///
    /// [`TargetError::UnknownRow`].
    pub fn all_current(&self, rows: &[RevisionId]) -> Result<Vec<&Revision>, TargetError> {
        let applied = self.down(Links::All).reach(self.row_nodes(rows)?);
        Ok(applied
            .iter()
            .filter(|node| {
                let mut children = self.children.of(*node).iter();
                !children.any(|child| applied.contains(*child))
            })
            .map(|node| self.revision(node))
            .collect())
    }

    /// The rows in sorted order, so that the answer does not depend on the
    /// order in which a database returns them.
    pub(in crate::revision) fn sorted_rows(&self, rows: &[RevisionId]) -> Result<Vec<Node>, TargetError> {
        let mut rows = self.row_nodes(rows)?;
        rows.sort_by(|a, b| self.id(*a).cmp(self.id(*b)));
        Ok(rows)
    }
}

/// Upgrade.
impl RevisionGraph {
    fn upgrade_targets(
        &self,
        rows: &[Node],
        target: &Target,
        at_the_end: AtTheEnd,
    ) -> Result<Vec<Node>, TargetError> {
        let (from, steps) = match target.form() {
            Form::Symbol(symbol) => {
                return self.symbol_nodes(target.branch(), symbol, target.as_str());
            }
            Form::Offset { from, steps } => (from, *steps),
        };
        let Some(from) = from else {
            if steps <= 0 {
                return Err(not_enough(steps));
            }
            let start = self.upgrade_start(rows, target)?;
            return match self.take_steps(start, steps, target.branch(), at_the_end)? {
                Some(Place::At(node)) => Ok(vec![node]),
                Some(Place::Base) => Ok(Vec::new()),
                None => Err(not_enough(steps)),
            };
        };
        // Upwards the branch chooses the way, downwards it holds the start.
        let branch = target.branch().filter(|_| steps <= 0);
        let start = self.place(branch, from, target.as_str())?;
        match self.take_steps(start, steps, target.branch(), at_the_end)? {
            Some(Place::At(node)) => Ok(vec![node]),
            Some(Place::Base) | None => Err(TargetError::WalkedTooFar { target: target.to_string() }),
        }
    }

    /// Returns where `+N` and `label@+N` start.
    fn upgrade_start(&self, rows: &[Node], target: &Target) -> Result<Place, TargetError> {
        let starts = match target.branch() {
            None => rows.to_vec(),
            Some(branch) => {
                let lineage = self.lineage(self.branch_node(branch)?, Links::Parents);
                let mut starts = rows.to_vec();
                starts.retain(|row| lineage.contains(*row));
                if starts.is_empty() {
                    // No row is on the branch: go back to where it leaves what
                    // is applied.
                    let mut active = self.down(Links::All).reach(rows.iter().copied());
                    active.intersect(&lineage);
                    let down = self.down(Links::All);
                    let mut tips = active.clone();
                    for below in active.iter().flat_map(|node| down.of(node)) {
                        tips.remove(*below);
                    }
                    starts = tips.iter().collect();
                }
                starts
            }
        };
        match starts[..] {
            [] => Ok(Place::Base),
            [start] => Ok(Place::At(start)),
            _ => Err(TargetError::AmbiguousUpgrade { rows: self.id_list(starts) }),
        }
    }

    /// Refuses nodes of which one is an ancestor of another.
    pub(in crate::revision) fn check_overlap(
        &self,
        nodes: &[Node],
        what: Overlapping,
    ) -> Result<(), TargetError> {
        if nodes.len() < 2 {
            return Ok(());
        }
        let down = self.down(Links::All);
        let below = |nodes: &[Node]| down.reach(nodes.iter().flat_map(|it| down.of(*it)).copied());
        let implied = below(nodes);
        if !nodes.iter().any(|node| implied.contains(*node)) {
            return Ok(());
        }
        for node in nodes {
            let below = below(&[*node]);
            let mut others: Vec<Node> = nodes.to_vec();
            others.retain(|other| below.contains(*other));
            if !others.is_empty() {
                return Err(TargetError::Overlap {
                    revision: self.id(*node).clone(),
                    others: self.id_list(others),
                    rows: what == Overlapping::Rows,
                });
            }
        }
        Ok(())
    }
}

/// Where overlapping revisions come from, for the advice on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::revision) enum Overlapping {
    Rows,
    Targets,
}

/// What a downgrade aims at.
struct Goal<'t> {
    /// The revision to stop above; nothing if `undone` says what goes.
    place: Option<Place>,
    /// The merge that `-N` undoes as its last revision.
    undone: Option<Node>,
    /// The branch whose revisions go.
    branch: Option<Branch<'t>>,
}

enum Branch<'t> {
    Named(&'t str),
    Of(Node),
}

/// Downgrade.
impl RevisionGraph {
    fn downgrade_goal<'t>(&self, rows: &[Node], target: &'t Target) -> Result<Goal<'t>, TargetError> {
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
    fn downgrade_roots(&self, goal: &Goal<'_>, target: &Target) -> Result<Vec<Node>, TargetError> {
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

/// Ranges.
impl RevisionGraph {
    fn walk_nodes(
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
            Form::Offset { from: None, .. } => {
                let start = self.resolve_nodes(lower, current)?;
                self.upgrade_targets(&start, upper, AtTheEnd::Stay)
            }
            Form::Offset { from: Some(Symbol::Current), .. } => {
                let rows = self.row_nodes(current)?;
                self.upgrade_targets(&rows, upper, AtTheEnd::Stay)
            }
            Form::Offset { from: Some(_), .. } => self.upgrade_targets(&[], upper, AtTheEnd::Stay),
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
        let mut bottoms = Vec::new();
        let mut at_base = false;
        for start in starts {
            match self.take_steps(start, steps, lower.branch(), AtTheEnd::Stay)? {
                Some(Place::At(node)) if !bottoms.contains(&node) => bottoms.push(node),
                Some(Place::At(_)) => {}
                Some(Place::Base) | None => at_base = true,
            }
        }
        Ok((!at_base || bottoms.is_empty()).then_some(bottoms))
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

fn not_enough(steps: i64) -> TargetError {
    TargetError::NotEnoughRevisions { offset: format!("{steps:+}") }
}
