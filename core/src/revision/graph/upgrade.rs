//! What an upgrade aims at.

use super::resolve::{AtTheEnd, Place};
use super::{Links, Node, RevisionGraph};
use crate::revision::target::{Form, Target, TargetError};

impl RevisionGraph {
    pub(super) fn upgrade_targets(
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
}

pub(super) fn not_enough(steps: i64) -> TargetError {
    TargetError::NotEnoughRevisions { offset: format!("{steps:+}") }
}
