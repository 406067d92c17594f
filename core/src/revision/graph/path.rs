//! Which revisions a command runs or shows, and in which order.

use super::{Links, Node, RevisionGraph};
use crate::revision::target::{Form, Range, Target, TargetError};
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
        let targets = self.upgrade_targets(&rows, target)?;
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
        let path = self.downgrade_goal(&rows, target)?.path(self, &rows, target)?;
        Ok(self.id_list(path))
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
