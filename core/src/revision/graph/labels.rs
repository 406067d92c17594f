//! Which branch labels a revision carries.

use super::{Links, Node, RevisionGraph};

impl RevisionGraph {
    /// Returns the labels of a node, sorted. They are worked out on first use:
    /// most commands never ask.
    pub(super) fn labels_of_node(&self, node: Node) -> &[Box<str>] {
        if self.labels.is_empty() {
            return &[];
        }
        &self.effective_labels.get_or_init(|| self.spread_labels())[node.index()]
    }

    fn spread_labels(&self) -> Vec<Vec<Box<str>>> {
        let mut labels = vec![Vec::new(); self.len()];
        // In sorted order, so that every list comes out sorted.
        for (label, declared) in &self.labels {
            let above = self.up(Links::Parents).reach([*declared]);
            let below = self.below_in_branch(*declared);
            for node in above.iter().chain(below) {
                labels[node.index()].push(Box::from(label.as_str()));
            }
        }
        labels
    }

    /// Returns the ancestors a label reaches back to: those below its revision
    /// down to the nearest branch point or merge (exclusive), provided that the
    /// branch is one straight line all the way up. Dependents make a branch
    /// point here, too.
    fn below_in_branch(&self, declared: Node) -> Vec<Node> {
        let straight = |node: Node| self.dependents().of(node).len() < 2 && self.parents.of(node).len() < 2;
        let mut top = declared;
        loop {
            if !straight(top) {
                return Vec::new();
            }
            match self.children.of(top) {
                [child] => top = *child,
                [] | [_, _, ..] => break,
            }
        }
        let mut below = Vec::new();
        let mut node = declared;
        while let [parent] = self.parents.of(node) {
            if !straight(*parent) {
                break;
            }
            below.push(*parent);
            node = *parent;
        }
        below
    }
}
