//! The arena the graph is made of: node numbers, sets of them, adjacency lists.

/// The number of a revision: its place in load order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::revision) struct Node(u32);

impl Node {
    pub(in crate::revision) fn new(index: usize) -> Self {
        // A graph of four billion revisions does not fit into memory.
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    pub(in crate::revision) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A set of nodes, one bit each.
#[derive(Clone, Debug)]
pub(in crate::revision) struct NodeSet {
    words: Vec<u64>,
}

impl NodeSet {
    pub(super) fn new(nodes: usize) -> Self {
        Self { words: vec![0; nodes.div_ceil(64)] }
    }

    /// Adds a node; reports whether it was new.
    pub(in crate::revision) fn insert(&mut self, node: Node) -> bool {
        let (word, bit) = position(node);
        let new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        new
    }

    pub(in crate::revision) fn remove(&mut self, node: Node) {
        let (word, bit) = position(node);
        self.words[word] &= !bit;
    }

    pub(in crate::revision) fn contains(&self, node: Node) -> bool {
        let (word, bit) = position(node);
        self.words[word] & bit != 0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub(super) fn unite(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    pub(super) fn intersect(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    pub(super) fn subtract(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// Iterates in load order.
    pub(in crate::revision) fn iter(&self) -> impl Iterator<Item = Node> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                Some(Node::new(index * 64 + bit))
            })
        })
    }
}

fn position(node: Node) -> (usize, u64) {
    (node.index() / 64, 1 << (node.index() % 64))
}

/// The links of every node, in one allocation.
#[derive(Clone, Debug, Default)]
pub(in crate::revision) struct Adjacency {
    starts: Vec<u32>,
    links: Vec<Node>,
}

impl Adjacency {
    /// Collects links given node by node.
    pub(super) fn from_lists<L>(lists: impl IntoIterator<Item = L>) -> Self
    where
        L: IntoIterator<Item = Node>,
    {
        let mut adjacency = Self { starts: vec![0], links: Vec::new() };
        for list in lists {
            adjacency.links.extend(list);
            adjacency.starts.push(Node::new(adjacency.links.len()).0);
        }
        adjacency
    }

    /// Returns the same links seen from the other end, in load order.
    pub(super) fn reversed(&self) -> Self {
        let nodes = self.len();
        let mut starts = vec![0_u32; nodes + 1];
        for link in &self.links {
            starts[link.index() + 1] += 1;
        }
        for index in 0..nodes {
            starts[index + 1] += starts[index];
        }
        let mut next = starts.clone();
        let mut links = vec![Node(0); self.links.len()];
        for index in 0..nodes {
            let node = Node::new(index);
            for link in self.of(node) {
                let slot = &mut next[link.index()];
                links[*slot as usize] = node;
                *slot += 1;
            }
        }
        Self { starts, links }
    }

    /// Returns the number of nodes.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(in crate::revision) fn of(&self, node: Node) -> &[Node] {
        let index = node.index();
        &self.links[self.starts[index] as usize..self.starts[index + 1] as usize]
    }

    /// Returns the given nodes and all that can be reached from them.
    pub(in crate::revision) fn reach(&self, from: impl IntoIterator<Item = Node>) -> NodeSet {
        let mut seen = NodeSet::new(self.len());
        let mut todo: Vec<Node> = from.into_iter().filter(|node| seen.insert(*node)).collect();
        while let Some(node) = todo.pop() {
            for next in self.of(node) {
                if seen.insert(*next) {
                    todo.push(*next);
                }
            }
        }
        seen
    }
}
