//! The order in which revisions run.
//!
//! Newest first, it starts at the first head in load order and follows one
//! branch as far down as it can. A revision that another branch still builds
//! on waits: the walk goes on with the first such branch. At a merge the first
//! parent takes over the branch, the others queue up as new ones.

use super::{Links, Node, NodeSet, RevisionGraph};

impl RevisionGraph {
    /// Returns the nodes of `set`, descendants before ancestors. `heads` are
    /// the places to start; those outside of the set are ignored.
    pub(super) fn newest_first(&self, set: &NodeSet, heads: &[Node]) -> Vec<Node> {
        Walk::new(self, set, heads).run()
    }
}

const NONE: u32 = u32::MAX;

struct Walk<'g> {
    graph: &'g RevisionGraph,
    /// What is still to be emitted.
    todo: NodeSet,
    n_todo: usize,
    /// For each node how many of those right above it in the hull are not
    /// emitted. At zero nothing is above it; else a branch may be.
    pending: Vec<u32>,
    /// The set and everything between its members. It differs from the set
    /// only for a range of `history`, which can leave out something in between.
    hull: Option<NodeSet>,
    branches: Vec<Branch>,
    first: u32,
    last: u32,
    /// The branch that stands at a node.
    branch_at: Vec<u32>,
    /// Remembers the answers of `first_branch_above`.
    memo: Vec<Memo>,
}

/// A walk down one branch. The branches are a linked list in the order in
/// which they were started.
struct Branch {
    at: Node,
    previous: u32,
    next: u32,
    /// Raised when remembered answers that name this branch may be wrong.
    version: u32,
}

#[derive(Clone, Copy)]
struct Memo {
    branch: u32,
    version: u32,
}

impl<'g> Walk<'g> {
    fn new(graph: &'g RevisionGraph, set: &NodeSet, heads: &[Node]) -> Self {
        let size = graph.len();
        let down = graph.down(Links::All);
        let up = graph.up(Links::All);
        let hull = graph.dependencies.is_some().then(|| {
            let mut hull = down.reach(set.iter());
            hull.intersect(&up.reach(set.iter()));
            hull
        });
        let mut pending = vec![0; size];
        for node in hull.as_ref().unwrap_or(set).iter() {
            for below in down.of(node) {
                pending[below.index()] += 1;
            }
        }
        let mut walk = Self {
            graph,
            n_todo: set.iter().count(),
            todo: set.clone(),
            pending,
            hull,
            branches: Vec::new(),
            first: NONE,
            last: NONE,
            branch_at: vec![NONE; size],
            memo: Vec::new(),
        };
        // Heads are where Alembic starts. A range can cut off further tops.
        let mut starts = NodeSet::new(size);
        for head in heads.iter().filter(|head| set.contains(**head)) {
            starts.insert(*head);
        }
        for node in set.iter() {
            if !up.of(node).iter().any(|above| set.contains(*above)) {
                starts.insert(node);
            }
        }
        for node in starts.iter() {
            walk.start_branch(node);
        }
        walk
    }

    fn run(mut self) -> Vec<Node> {
        let mut output = Vec::with_capacity(self.n_todo);
        let mut branch = self.first;
        while branch != NONE {
            let node = self.branches[branch as usize].at;
            if self.pending[node.index()] > 0 {
                let above = self.first_branch_above(node);
                if above != NONE {
                    branch = above;
                    continue;
                }
            }
            output.push(node);
            branch = self.step(branch, node);
        }
        output
    }

    /// Takes a node off its branch and returns the branch to go on with.
    fn step(&mut self, branch: u32, node: Node) -> u32 {
        self.todo.remove(node);
        // What lies between and is never emitted keeps those below it pending.
        if let Some(hull) = &mut self.hull {
            hull.remove(node);
        }
        self.branch_at[node.index()] = NONE;
        let below = self.graph.down(Links::All).of(node);
        for below in below {
            self.pending[below.index()] -= 1;
        }
        let mut on = below
            .iter()
            .copied()
            .filter(|below| self.todo.contains(*below) && self.branch_at[below.index()] == NONE)
            .collect::<Vec<_>>()
            .into_iter();
        let Some(first) = on.next() else {
            return self.end_branch(branch);
        };
        // Only a branch that moved on to the one node below stays above all
        // that it was above.
        if below.len() > 1 {
            self.branches[branch as usize].version += 1;
        }
        self.branches[branch as usize].at = first;
        self.branch_at[first.index()] = branch;
        for node in on {
            self.start_branch(node);
        }
        branch
    }

    fn start_branch(&mut self, node: Node) {
        let branch = u32::try_from(self.branches.len()).unwrap_or(NONE);
        match self.last {
            NONE => self.first = branch,
            last => self.branches[last as usize].next = branch,
        }
        self.branches.push(Branch { at: node, previous: self.last, next: NONE, version: 0 });
        self.last = branch;
        self.branch_at[node.index()] = branch;
    }

    /// Takes a branch off the list and returns its predecessor, or the first
    /// branch if it was the first itself.
    fn end_branch(&mut self, branch: u32) -> u32 {
        let ended = &mut self.branches[branch as usize];
        ended.version += 1;
        let (previous, next) = (ended.previous, ended.next);
        match previous {
            NONE => self.first = next,
            previous => self.branches[previous as usize].next = next,
        }
        match next {
            NONE => self.last = previous,
            next => self.branches[next as usize].previous = previous,
        }
        if previous == NONE { next } else { previous }
    }

    /// Returns the earliest branch that stands above a node.
    ///
    /// Answers are remembered. One stays right until its branch takes a turn
    /// away from the node: branches only move down, so no earlier one can
    /// appear above.
    fn first_branch_above(&mut self, node: Node) -> u32 {
        if self.memo.is_empty() {
            let unknown = Memo { branch: NONE, version: 0 };
            self.memo = vec![unknown; self.branch_at.len()];
        }
        let up = self.graph.up(Links::All);
        // Depth first without recursion: node, next child to look at, best so far.
        let mut stack = vec![(node, 0, NONE)];
        loop {
            let depth = stack.len() - 1;
            let (at, child, best) = &mut stack[depth];
            if let Some(above) = up.of(*at).get(*child).copied() {
                *child += 1;
                if !self.is_open(above) {
                    continue;
                }
                match self.remembered(above) {
                    Some(branch) => *best = branch.min(*best),
                    None => stack.push((above, 0, self.branch_at[above.index()])),
                }
                continue;
            }
            let (at, best) = (*at, *best);
            stack.pop();
            let Some((_, _, best_below)) = stack.last_mut() else {
                return best;
            };
            *best_below = best.min(*best_below);
            if best != NONE {
                self.memo[at.index()] = Memo { branch: best, version: self.branches[best as usize].version };
            }
        }
    }

    fn remembered(&self, node: Node) -> Option<u32> {
        let memo = self.memo[node.index()];
        let branch = self.branches.get(memo.branch as usize)?;
        (branch.version == memo.version).then_some(memo.branch)
    }

    /// Reports whether a node is not done yet.
    fn is_open(&self, node: Node) -> bool {
        self.todo.contains(node)
            || self.hull.as_ref().is_some_and(|hull| hull.contains(node) && self.pending[node.index()] > 0)
    }
}
