//! Steps up and down the graph, on every way that they can go.

use super::{Links, Node, NodeSet, RevisionGraph};
use crate::revision::target::TargetError;

/// A place that steps start from or lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Below every revision.
    Base,
    /// At a revision.
    At(Node),
}

/// Whether steps may end early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AtTheEnd {
    /// Stay at the last revision, or at the base.
    Stay,
    /// All steps must be taken.
    Fail,
}

/// Where steps lead.
#[derive(Clone, Debug)]
pub(super) struct Reached {
    /// The ends of all ways that are long enough, in load order.
    pub(super) ends: Vec<Place>,
    /// The first place with more than one way.
    pub(super) forks: Option<Place>,
    /// How many steps the longest way has, up or down as asked for.
    pub(super) taken: i64,
    /// Where the longest ways end.
    pub(super) furthest: Vec<Place>,
}

impl Place {
    /// Returns the revision; the base is none.
    pub(super) fn node(&self) -> Option<Node> {
        match self {
            Self::Base => None,
            Self::At(node) => Some(*node),
        }
    }
}

impl Reached {
    /// Returns where the longest ways end, with their number of steps.
    pub(super) fn longest(&self) -> Vec<(Place, i64)> {
        self.furthest.iter().map(|place| (*place, self.taken)).collect()
    }

    /// Returns where the steps lead if they never had a choice.
    pub(super) fn only_way(&self) -> Option<Place> {
        match (self.forks, &self.ends[..]) {
            (None, [end]) => Some(*end),
            (None | Some(_), _) => None,
        }
    }
}

impl RevisionGraph {
    /// Takes steps up (positive) or down by parents. Inside a branch they stay
    /// in its lineage where there is a choice.
    pub(super) fn take_steps(
        &self,
        start: Place,
        steps: i64,
        lineage: Option<&NodeSet>,
        at_the_end: AtTheEnd,
    ) -> Reached {
        let bases: Vec<Node> = self.base_nodes().collect();
        let mut reached = Reached { ends: Vec::new(), forks: None, taken: 0, furthest: vec![start] };
        let mut places = vec![start];
        for _ in 0..steps.unsigned_abs() {
            let mut next = Vec::new();
            let mut moved = false;
            for place in places {
                let ways = if steps < 0 {
                    self.ways_down(place, lineage)
                } else {
                    self.ways_up(place, lineage, &bases)
                };
                if ways.len() > 1 {
                    reached.forks.get_or_insert(place);
                }
                moved |= !ways.is_empty();
                if ways.is_empty() && at_the_end == AtTheEnd::Stay {
                    next.push(place);
                }
                next.extend(ways);
            }
            next.sort_unstable();
            next.dedup();
            places = next;
            if !moved {
                break;
            }
            reached.taken += steps.signum();
            reached.furthest.clone_from(&places);
        }
        if reached.taken == steps || at_the_end == AtTheEnd::Stay {
            reached.ends = places;
        }
        reached
    }

    /// Returns a branch with all that is above and below it.
    pub(super) fn branch_lineage(&self, branch: Option<&str>) -> Result<Option<NodeSet>, TargetError> {
        let branch = branch.map(|branch| self.branch_node(branch)).transpose()?;
        Ok(branch.map(|branch| self.lineage(branch, Links::Parents)))
    }

    fn ways_up(&self, place: Place, lineage: Option<&NodeSet>, bases: &[Node]) -> Vec<Place> {
        let above = match place {
            Place::Base => bases,
            Place::At(node) => self.children.of(node),
        };
        let in_branch = above.iter().filter(|node| lineage.is_none_or(|nodes| nodes.contains(**node)));
        in_branch.copied().map(Place::At).collect()
    }

    fn ways_down(&self, place: Place, lineage: Option<&NodeSet>) -> Vec<Place> {
        let Place::At(node) = place else {
            return Vec::new();
        };
        match self.parents.of(node) {
            [] => vec![Place::Base],
            [parent] => vec![Place::At(*parent)],
            parents => {
                let in_branch =
                    parents.iter().filter(|node| lineage.is_none_or(|nodes| nodes.contains(**node)));
                in_branch.copied().map(Place::At).collect()
            }
        }
    }
}
