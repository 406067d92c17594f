//! From a list of revisions to a graph that is known to be sound.

use std::collections::{BTreeMap, HashMap};

use super::error::{GraphError, Located};
use super::node::{Adjacency, Node, NodeSet};
use super::{Dependencies, RevisionGraph};
use crate::revision::target::{Symbol, split_offset};
use crate::revision::{Revision, RevisionId};

impl RevisionGraph {
    /// Builds the graph of the given revisions.
    ///
    /// Their order is the load order: it settles every order that the links
    /// leave open (heads, children, which branch comes first in a path), so a
    /// caller who wants the same answers every day passes them sorted by file
    /// name.
    ///
    /// # Errors
    ///
    /// The first problem found: names, then duplicates, then links to nothing,
    /// then cycles.
    pub fn new(revisions: Vec<Revision>) -> Result<Self, GraphError> {
        for revision in &revisions {
            check_own_links(revision)?;
            check_names(revision)?;
        }
        let ids = index_ids(&revisions)?;
        let labels = index_labels(&revisions, &ids)?;
        let dependencies = resolve_dependencies(&revisions, &ids, &labels)?;
        let parents = resolve_parents(&revisions, &ids)?;
        let children = parents.reversed();
        check_cycles(&revisions, &parents, &children, Kind::Parents)?;
        let dependencies = match dependencies {
            None => None,
            Some(resolved) => Some(link_dependencies(&revisions, &parents, &children, &resolved)?),
        };
        Ok(Self {
            revisions,
            ids,
            labels,
            parents,
            children,
            dependencies,
            effective_labels: std::sync::OnceLock::new(),
        })
    }
}

fn check_own_links(revision: &Revision) -> Result<(), GraphError> {
    if revision.parents.contains(&revision.id) {
        return Err(GraphError::SelfLoop { revision: revision.into() });
    }
    if revision.depends_on.iter().any(|name| revision.id == **name) {
        return Err(GraphError::DependencySelfLoop { revision: revision.into() });
    }
    let parents = revision.parents.iter().map(RevisionId::as_str);
    let depends_on = revision.depends_on.iter().map(String::as_str);
    if let Some(name) = repeated(parents.collect()).or_else(|| repeated(depends_on.collect())) {
        return Err(GraphError::DuplicateLink { revision: revision.into(), name: name.to_owned() });
    }
    Ok(())
}

fn repeated(mut names: Vec<&str>) -> Option<&str> {
    names.sort_unstable();
    let pair = names.windows(2).find(|pair| pair[0] == pair[1])?;
    Some(pair[0])
}

fn check_names(revision: &Revision) -> Result<(), GraphError> {
    let id = revision.id.as_str();
    // In the order of their code points, the order Alembic lists them in.
    let illegal: Vec<String> = ['+', '-', ':', '@']
        .into_iter()
        .filter(|character| id.contains(*character))
        .map(String::from)
        .collect();
    if !illegal.is_empty() {
        return Err(GraphError::IllegalId { revision: revision.into(), characters: illegal.join(", ") });
    }
    let illegal = |name: &str, kind, reason| GraphError::IllegalName {
        revision: revision.into(),
        name: name.to_owned(),
        kind,
        reason,
    };
    if let Some(reason) = reserved(id) {
        return Err(illegal(id, "revision identifier", reason));
    }
    for label in &revision.labels {
        let reason = reserved(label).or_else(|| {
            if label.contains(['@', ':']) {
                Some("targets use `@` and `:`")
            } else if split_offset(label).is_some() {
                Some("as a target it would count steps")
            } else {
                None
            }
        });
        if let Some(reason) = reason {
            return Err(illegal(label, "branch label", reason));
        }
    }
    Ok(())
}

fn reserved(name: &str) -> Option<&'static str> {
    match Symbol::from(name) {
        Symbol::Head | Symbol::Heads | Symbol::Base | Symbol::Current => {
            Some("as a target it means something else")
        }
        Symbol::Name(name) if name.is_empty() => Some("it is empty"),
        Symbol::Name(_) => None,
    }
}

fn index_ids(revisions: &[Revision]) -> Result<HashMap<RevisionId, Node>, GraphError> {
    let mut ids = HashMap::with_capacity(revisions.len());
    for (index, revision) in revisions.iter().enumerate() {
        if let Some(first) = ids.insert(revision.id.clone(), Node::new(index)) {
            return Err(GraphError::DuplicateRevision {
                first: (&revisions[first.index()]).into(),
                second: revision.into(),
            });
        }
    }
    Ok(ids)
}

fn index_labels(
    revisions: &[Revision],
    ids: &HashMap<RevisionId, Node>,
) -> Result<BTreeMap<String, Node>, GraphError> {
    let mut labels = BTreeMap::new();
    for (index, revision) in revisions.iter().enumerate() {
        for label in &revision.labels {
            let used =
                ids.get(label.as_str()).copied().or_else(|| labels.insert(label.clone(), Node::new(index)));
            if let Some(other) = used {
                return Err(GraphError::DuplicateLabel {
                    label: label.clone(),
                    revision: revision.into(),
                    other: (&revisions[other.index()]).into(),
                });
            }
        }
    }
    Ok(labels)
}

fn resolve_parents(revisions: &[Revision], ids: &HashMap<RevisionId, Node>) -> Result<Adjacency, GraphError> {
    let mut links = Vec::with_capacity(revisions.len());
    for revision in revisions {
        let parents: Result<Vec<Node>, GraphError> = revision
            .parents
            .iter()
            .map(|parent| {
                ids.get(parent).copied().ok_or_else(|| GraphError::MissingParent {
                    revision: revision.into(),
                    parent: parent.clone(),
                })
            })
            .collect();
        links.push(parents?);
    }
    Ok(Adjacency::from_lists(links))
}

/// Returns the dependencies of each revision, or nothing if there are none at all.
fn resolve_dependencies(
    revisions: &[Revision],
    ids: &HashMap<RevisionId, Node>,
    labels: &BTreeMap<String, Node>,
) -> Result<Option<Vec<Vec<Node>>>, GraphError> {
    if revisions.iter().all(|revision| revision.depends_on.is_empty()) {
        return Ok(None);
    }
    let mut resolved = Vec::with_capacity(revisions.len());
    for (index, revision) in revisions.iter().enumerate() {
        let mut nodes = Vec::new();
        for name in &revision.depends_on {
            let node = ids.get(name.as_str()).or_else(|| labels.get(name));
            let Some(node) = node.copied() else {
                return Err(GraphError::MissingDependency {
                    revision: revision.into(),
                    dependency: name.clone(),
                });
            };
            if node == Node::new(index) {
                return Err(GraphError::DependencySelfLoop { revision: revision.into() });
            }
            // An id and a label can mean the same revision.
            if !nodes.contains(&node) {
                nodes.push(node);
            }
        }
        resolved.push(nodes);
    }
    Ok(Some(resolved))
}

fn link_dependencies(
    revisions: &[Revision],
    parents: &Adjacency,
    children: &Adjacency,
    resolved: &[Vec<Node>],
) -> Result<Dependencies, GraphError> {
    let with_parents = |dependencies: &[Vec<Node>]| {
        Adjacency::from_lists(dependencies.iter().enumerate().map(|(index, nodes)| {
            let mut links = parents.of(Node::new(index)).to_vec();
            let n_parents = links.len();
            links.extend(nodes);
            // A dependency on a parent adds nothing.
            let mut at = 0;
            links.retain(|link| {
                at += 1;
                at <= n_parents || !parents.of(Node::new(index)).contains(link)
            });
            links
        }))
    };
    let all = with_parents(resolved);
    let dependents = all.reversed();
    check_cycles(revisions, &all, &dependents, Kind::Dependencies)?;
    let normalized = with_parents(&normalize(parents, children, resolved));
    let normalized_children = normalized.reversed();
    Ok(Dependencies {
        resolved: Adjacency::from_lists(resolved.iter().map(|nodes| nodes.iter().copied())),
        dependents,
        normalized,
        normalized_children,
    })
}

/// Drops the dependencies that an ancestor (by parents) has already.
fn normalize(parents: &Adjacency, children: &Adjacency, resolved: &[Vec<Node>]) -> Vec<Vec<Node>> {
    let dependents = Adjacency::from_lists(resolved.iter().map(|nodes| nodes.iter().copied()));
    let dependents = dependents.reversed();
    let depth = depths(parents, children);
    let mut visitor = vec![None; resolved.len()];
    let mut normalized = Vec::with_capacity(resolved.len());
    for (index, dependencies) in resolved.iter().enumerate() {
        let node = Node::new(index);
        let mut kept = dependencies.clone();
        // Only a dependency that is shared with something lower down can go,
        // and nothing below the lowest of these needs a visit.
        let shared = dependencies.iter().flat_map(|node| dependents.of(*node));
        let lowest = shared.map(|node| depth[node.index()]).min();
        let mut todo = vec![node];
        while let (Some(at), Some(lowest)) = (todo.pop(), lowest) {
            for parent in parents.of(at) {
                let seen = &mut visitor[parent.index()];
                if depth[parent.index()] < lowest || *seen == Some(node) {
                    continue;
                }
                *seen = Some(node);
                kept.retain(|node| !resolved[parent.index()].contains(node));
                todo.push(*parent);
            }
            if kept.is_empty() {
                break;
            }
        }
        normalized.push(kept);
    }
    normalized
}

/// Returns the length of the longest way from each node down to a base.
fn depths(parents: &Adjacency, children: &Adjacency) -> Vec<u32> {
    let nodes = parents.len();
    let mut depth = vec![0; nodes];
    let mut pending: Vec<usize> = (0..nodes).map(|index| parents.of(Node::new(index)).len()).collect();
    let mut ready: Vec<Node> = (0..nodes).map(Node::new).filter(|node| pending[node.index()] == 0).collect();
    while let Some(node) = ready.pop() {
        for child in children.of(node) {
            let above = depth[node.index()] + 1;
            depth[child.index()] = above.max(depth[child.index()]);
            pending[child.index()] -= 1;
            if pending[child.index()] == 0 {
                ready.push(*child);
            }
        }
    }
    depth
}

#[derive(Clone, Copy)]
enum Kind {
    Parents,
    Dependencies,
}

fn check_cycles(
    revisions: &[Revision],
    down: &Adjacency,
    up: &Adjacency,
    kind: Kind,
) -> Result<(), GraphError> {
    let cyclic = in_cycles(revisions.len(), down, up);
    if cyclic.is_empty() {
        return Ok(());
    }
    let located = |nodes: &mut dyn Iterator<Item = Node>| -> Vec<Located> {
        nodes.map(|node| (&revisions[node.index()]).into()).collect()
    };
    let all = || (0..revisions.len()).map(Node::new);
    let heads: Vec<Node> = all().filter(|node| up.of(*node).is_empty()).collect();
    let bases: Vec<Node> = all().filter(|node| down.of(*node).is_empty()).collect();
    // Alembic names all revisions when no head or no base is left, and else
    // those that lie on no way from a head to a base. It misses a cycle that
    // lies on such a way; that one is named by its members.
    let listed = if heads.is_empty() || bases.is_empty() {
        located(&mut all())
    } else {
        let below = down.reach(heads);
        let above = up.reach(bases);
        let cut_off = located(&mut all().filter(|node| !below.contains(*node) || !above.contains(*node)));
        let mut listed = if cut_off.is_empty() { located(&mut cyclic.iter()) } else { cut_off };
        listed.sort_by(|a, b| a.id.cmp(&b.id));
        listed
    };
    Err(match kind {
        Kind::Parents => GraphError::Cycle { revisions: listed },
        Kind::Dependencies => GraphError::DependencyCycle { revisions: listed },
    })
}

/// Returns the nodes that are left when heads and bases are peeled off again
/// and again: those of cycles, and those between two cycles.
fn in_cycles(nodes: usize, down: &Adjacency, up: &Adjacency) -> NodeSet {
    let mut left = NodeSet::new(nodes);
    for index in 0..nodes {
        left.insert(Node::new(index));
    }
    for (links, back) in [(down, up), (up, down)] {
        let mut pending: Vec<usize> = (0..nodes)
            .map(|index| {
                let links = links.of(Node::new(index)).iter();
                links.filter(|link| left.contains(**link)).count()
            })
            .collect();
        let mut ready: Vec<Node> = left.iter().filter(|node| pending[node.index()] == 0).collect();
        while let Some(node) = ready.pop() {
            left.remove(node);
            for next in back.of(node) {
                if left.contains(*next) {
                    pending[next.index()] -= 1;
                    if pending[next.index()] == 0 {
                        ready.push(*next);
                    }
                }
            }
        }
        if left.is_empty() {
            break;
        }
    }
    left
}
