//! Laws that hold for every graph, checked on random ones.

#![expect(clippy::unwrap_used, reason = "an error is a failure here")]

use std::collections::{BTreeSet, HashMap};

use proptest::prelude::*;
use retort_core::revision::graph::{Links, RevisionGraph};
use retort_core::revision::heads::Heads;
use retort_core::revision::target::{Range, Target, TargetError};
use retort_core::revision::{Revision, RevisionId};

type Rows = Vec<RevisionId>;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn upgrading_to_the_heads_visits_everything_once(graph in graphs()) {
        let path = graph.upgrade_path(&[], &Target::heads()).unwrap();
        prop_assert_eq!(sorted(&path), sorted(&ids(graph.revisions())));
        let mut done = BTreeSet::new();
        for id in &path {
            for needed in graph.predecessors(id) {
                prop_assert!(done.contains(&needed.id), "{} before {}", id, needed.id);
            }
            done.insert(id.clone());
        }
        let rows = upgrade(&graph, &[], &path);
        prop_assert_eq!(&rows, &sorted(&refs(graph.real_heads())));

        let back = graph.downgrade_path(&rows, &Target::base()).unwrap();
        prop_assert_eq!(sorted(&back), sorted(&path));
        prop_assert_eq!(downgrade(&graph, &rows, &back), Rows::new());

        let shown = refs(graph.walk(&Range::default(), &[]).unwrap());
        prop_assert_eq!(shown.iter().rev().collect::<Vec<_>>(), path.iter().collect::<Vec<_>>());
    }

    #[test]
    fn an_upgrade_adds_what_the_target_needs((graph, rows, target) in situations()) {
        let before = applied(&graph, &rows);
        let path = graph.upgrade_path(&rows, &exactly(&target)).unwrap();
        prop_assert!(path.iter().all(|id| !before.contains(id)));
        let mut after = before;
        after.extend(applied(&graph, std::slice::from_ref(&target)));
        prop_assert_eq!(upgrade(&graph, &rows, &path), antichain(&graph, &after));
    }

    #[test]
    fn a_downgrade_takes_away_what_builds_on_the_target((graph, rows, target) in situations()) {
        let before = applied(&graph, &rows);
        let mut dropped = BTreeSet::new();
        for child in graph.children(&target) {
            dropped.extend(refs(graph.descendants([&child.id], Links::All)));
        }
        let Ok(path) = graph.downgrade_path(&rows, &exactly(&target)) else {
            prop_assert!(!rows.contains(&target));
            prop_assert!(before.is_disjoint(&dropped));
            return Ok(());
        };
        let after: BTreeSet<RevisionId> = before.difference(&dropped).cloned().collect();
        prop_assert_eq!(path.len(), before.len() - after.len());
        prop_assert_eq!(downgrade(&graph, &rows, &path), antichain(&graph, &after));
    }

    #[test]
    fn minus_one_undoes_one_revision_and_what_builds_on_it((graph, rows, _) in situations()) {
        let target: Target = "-1".parse().unwrap();
        let Some(first) = rows.first() else {
            prop_assert!(graph.downgrade_path(&rows, &target).is_err());
            return Ok(());
        };
        let path = graph.downgrade_path(&rows, &target).unwrap();
        prop_assert!(path.contains(first));
        let mut after = applied(&graph, &rows);
        for id in &path {
            prop_assert!(after.remove(id));
        }
        prop_assert_eq!(downgrade(&graph, &rows, &path), antichain(&graph, &after));
        for parent in &graph.get(first.as_str()).unwrap().parents {
            prop_assert!(after.contains(parent), "{} is gone", parent);
        }
    }

    /// Relative steps are short for a revision, and what is offered instead of
    /// those that are ambiguous runs.
    #[test]
    fn a_relative_move_is_an_absolute_one(
        (graph, rows, target) in situations(),
        steps in 1..4_usize,
        form in 0..5_u8,
    ) {
        let text = match form {
            0 => format!("+{steps}"),
            1 => format!("{target}@+{steps}"),
            2 => format!("{target}+{steps}"),
            3 => format!("{target}-{steps}"),
            _ => format!("head-{steps}"),
        };
        let relative: Target = text.parse().unwrap();
        match graph.upgrade_path(&rows, &relative) {
            Ok(path) => {
                let tops = ends(&path, |id| refs(graph.descendants([id], Links::All)));
                let mut absolute = BTreeSet::new();
                for top in &tops {
                    absolute.extend(graph.upgrade_path(&rows, &exactly(top)).unwrap());
                }
                prop_assert_eq!(absolute.into_iter().collect::<Rows>(), sorted(&path));
                if form < 2 {
                    prop_assert_eq!(tops.len(), 1);
                    prop_assert!(path.len() >= steps);
                }
            }
            Err(error) => {
                for choice in choices(&error) {
                    let named: Target = choice.strip_prefix("upgrade ").unwrap().parse().unwrap();
                    prop_assert!(graph.upgrade_path(&rows, &named).is_ok(), "{} of {}", choice, text);
                }
            }
        }
    }

    #[test]
    fn a_relative_downgrade_is_an_absolute_one(
        (graph, rows, target) in situations(),
        steps in 1..4_usize,
        form in 0..5_u8,
    ) {
        let text = match form {
            0 => format!("-{steps}"),
            1 => format!("{target}@-{steps}"),
            2 => format!("{target}+{steps}"),
            3 => format!("{target}-{steps}"),
            _ => format!("head-{steps}"),
        };
        let relative: Target = text.parse().unwrap();
        match graph.downgrade_path(&rows, &relative) {
            Ok(path) => {
                let mut absolute = BTreeSet::new();
                for root in ends(&path, |id| refs(graph.ancestors([id], Links::All))) {
                    let parents = &graph.get(root.as_str()).unwrap().parents;
                    let below = ends(parents, |id| refs(graph.descendants([id], Links::All)));
                    let below = below.first().map_or("base", RevisionId::as_str);
                    let only: Target = format!("{root}@{below}").parse().unwrap();
                    absolute.extend(graph.downgrade_path(&rows, &only).unwrap());
                }
                prop_assert_eq!(absolute.into_iter().collect::<Rows>(), sorted(&path));
            }
            Err(error) => {
                let choices = choices(&error);
                for choice in &choices {
                    let named: Target = choice.strip_prefix("downgrade ").unwrap().parse().unwrap();
                    prop_assert!(graph.downgrade_path(&rows, &named).is_ok(), "{} of {}", choice, text);
                }
                if let (TargetError::AmbiguousWalk { .. }, 0) = (&error, form) {
                    prop_assert!(!choices.is_empty(), "{}", text);
                }
            }
        }
    }

    #[test]
    fn a_stamp_leaves_rows_that_do_not_imply_each_other((graph, rows, target) in situations()) {
        let mut after: BTreeSet<RevisionId> = rows.iter().cloned().collect();
        for head_move in graph.stamp_moves(&rows, &[exactly(&target)]).unwrap() {
            prop_assert!(head_move.apply(&mut after), "{}", head_move);
        }
        prop_assert!(after.contains(&target));
        let all = applied(&graph, &after.iter().cloned().collect::<Rows>());
        prop_assert_eq!(after.into_iter().collect::<Rows>(), antichain(&graph, &all));
    }

    #[test]
    fn the_order_is_the_one_that_sets_define((graph, rows, target) in situations()) {
        let path = graph.upgrade_path(&rows, &exactly(&target)).unwrap();
        prop_assert_eq!(
            path.iter().rev().cloned().collect::<Rows>(),
            reference_order(&graph, &path, std::slice::from_ref(&target))
        );
        let path = graph.downgrade_path(&rows, &Target::base()).unwrap();
        prop_assert_eq!(&path, &reference_order(&graph, &path, &rows));
        // A range can leave out revisions between those it shows.
        let range: Range = format!("{target}:heads").parse().unwrap();
        let shown = refs(graph.walk(&range, &[]).unwrap());
        prop_assert_eq!(&shown, &reference_order(&graph, &shown, &refs(graph.real_heads())));
    }

    #[test]
    fn the_load_order_changes_no_set((graph, rows, target) in situations()) {
        let mut revisions = graph.revisions().to_vec();
        revisions.reverse();
        let reversed = RevisionGraph::new(revisions).unwrap();
        let target = exactly(&target);
        prop_assert_eq!(
            sorted(&graph.upgrade_path(&rows, &target).unwrap()),
            sorted(&reversed.upgrade_path(&rows, &target).unwrap())
        );
        prop_assert_eq!(
            sorted(&refs(graph.all_current(&rows).unwrap())),
            sorted(&refs(reversed.all_current(&rows).unwrap()))
        );
    }
}

/// A range of this one went round in circles: revisions that were done counted
/// as open where something above them is never shown.
#[test]
fn ranges_that_leave_revisions_out_end() {
    let at =
        |at, parents: &[usize], depends_on: &[usize]| revision(at, parents.to_vec(), depends_on.to_vec());
    let revisions = vec![
        at(10, &[], &[]),
        at(8, &[], &[]),
        at(11, &[], &[]),
        at(0, &[], &[]),
        at(2, &[0], &[0]),
        at(1, &[], &[]),
        at(5, &[4], &[2]),
        at(12, &[], &[]),
        at(6, &[], &[]),
        at(4, &[], &[]),
        at(3, &[2], &[]),
        at(9, &[0], &[7]),
        at(7, &[5], &[3]),
    ];
    let graph = RevisionGraph::new(revisions).unwrap();
    for from in graph.revisions() {
        let range: Range = format!("{}:heads", from.id).parse().unwrap();
        let shown = refs(graph.walk(&range, &[]).unwrap());
        assert_eq!(shown, reference_order(&graph, &shown, &refs(graph.real_heads())));
    }
}

/// Deep recursion or quadratic work would not get through this.
#[test]
fn a_hundred_thousand_revisions_in_a_line() {
    let size = 100_000;
    let line = (0..size).map(|at| {
        let parents = (at > 0).then(|| at - 1).into_iter().collect();
        revision(at, parents, Vec::new())
    });
    let graph = RevisionGraph::new(line.collect()).unwrap();
    let path = graph.upgrade_path(&[], &"head".parse().unwrap()).unwrap();
    let rows = upgrade(&graph, &[], &path);
    assert_eq!(rows, [name(size - 1)]);
    let back = graph.downgrade_path(&rows, &"base".parse().unwrap());
    assert_eq!(back.unwrap().len(), size);
    let far: Target = format!("-{}", size - 1).parse().unwrap();
    assert_eq!(graph.downgrade_path(&rows, &far).unwrap().len(), size - 1);
}

#[test]
fn thirty_thousand_revisions_with_ten_thousand_merges() {
    let size = 30_001;
    let diamonds = (0..size).map(|at| {
        let parents = match at % 3 {
            _ if at == 0 => Vec::new(),
            0 => vec![at - 1, at - 2],
            1 => vec![at - 1],
            _ => vec![at - 2],
        };
        revision(at, parents, Vec::new())
    });
    let graph = RevisionGraph::new(diamonds.collect()).unwrap();
    let path = graph.upgrade_path(&[], &Target::heads()).unwrap();
    let rows = upgrade(&graph, &[], &path);
    assert_eq!(rows, [name(size - 1)]);
    let back = graph.downgrade_path(&rows, &Target::base()).unwrap();
    assert_eq!(downgrade(&graph, &rows, &back), Rows::new());
}

/// Graphs of up to twenty revisions, in any load order.
fn graphs() -> impl Strategy<Value = RevisionGraph> {
    let links = (any::<u64>(), any::<u64>(), 0..10_u8);
    prop::collection::vec(links, 0..20)
        .prop_map(|links| {
            let mut revisions = Vec::new();
            for (at, (parents, dependencies, kind)) in links.into_iter().enumerate() {
                let pick = |bits: u64, count: u64| -> Vec<usize> {
                    let mut picked = Vec::new();
                    for turn in 0..count.min(at as u64) {
                        let one = (bits >> (turn * 16)) as u16 as usize % at;
                        if !picked.contains(&one) {
                            picked.push(one);
                        }
                    }
                    picked
                };
                let n_parents = [0, 1, 1, 1, 1, 1, 1, 2, 2, 3][usize::from(kind)];
                let n_dependencies = [0, 0, 0, 0, 1, 1, 2, 0, 1, 0][usize::from(kind)];
                revisions.push(revision(at, pick(parents, n_parents), pick(dependencies, n_dependencies)));
            }
            revisions
        })
        .prop_shuffle()
        .prop_map(|revisions| RevisionGraph::new(revisions).unwrap())
}

/// A graph, the rows of a database somewhere in it, and a revision.
fn situations() -> impl Strategy<Value = (RevisionGraph, Rows, RevisionId)> {
    let picks = prop::collection::vec(any::<prop::sample::Index>(), 0..4);
    (graphs(), picks, any::<prop::sample::Index>())
        .prop_filter("there must be a target", |(graph, ..)| !graph.is_empty())
        .prop_map(|(graph, picks, target)| {
            let pick = |index: prop::sample::Index| index.get(graph.revisions()).id.clone();
            let picked: Rows = picks.into_iter().map(pick).collect();
            let rows = antichain(&graph, &applied(&graph, &picked));
            let target = pick(target);
            (graph, rows, target)
        })
}

fn revision(at: usize, parents: Vec<usize>, depends_on: Vec<usize>) -> Revision {
    Revision {
        id: name(at),
        parents: parents.into_iter().map(name).collect(),
        depends_on: depends_on.into_iter().map(|at| name(at).to_string()).collect(),
        labels: Vec::new(),
        message: String::new(),
        created: None,
        path: format!("{at}.sql").into(),
    }
}

fn name(at: usize) -> RevisionId {
    RevisionId::new(format!("r{at:06}"))
}

fn exactly(id: &RevisionId) -> Target {
    id.as_str().parse().unwrap()
}

fn upgrade(graph: &RevisionGraph, rows: &[RevisionId], path: &[RevisionId]) -> Rows {
    let mut heads = Heads::new(graph, rows).unwrap();
    let mut table: BTreeSet<RevisionId> = rows.iter().cloned().collect();
    for id in path {
        for head_move in heads.upgrade(id).unwrap() {
            assert!(head_move.apply(&mut table), "{head_move}");
        }
    }
    assert_eq!(heads.rows(), table.into_iter().collect::<Rows>());
    heads.rows()
}

fn downgrade(graph: &RevisionGraph, rows: &[RevisionId], path: &[RevisionId]) -> Rows {
    let mut heads = Heads::new(graph, rows).unwrap();
    let mut table: BTreeSet<RevisionId> = rows.iter().cloned().collect();
    for id in path {
        for head_move in heads.downgrade(id).unwrap() {
            assert!(head_move.apply(&mut table), "{head_move}");
        }
    }
    assert_eq!(heads.rows(), table.into_iter().collect::<Rows>());
    heads.rows()
}

fn applied(graph: &RevisionGraph, rows: &[RevisionId]) -> BTreeSet<RevisionId> {
    refs(graph.ancestors(rows, Links::All)).into_iter().collect()
}

/// Returns the commands that an error offers.
fn choices(error: &TargetError) -> Vec<String> {
    match error {
        TargetError::AmbiguousWalk { choices, .. }
        | TargetError::AmbiguousUpgrade { choices, .. }
        | TargetError::NoSingleRow { choices, .. } => choices.clone(),
        _ => Vec::new(),
    }
}

/// Returns those of a set that have no other one of it beyond them.
fn ends(ids: &[RevisionId], beyond: impl Fn(&RevisionId) -> Rows) -> Rows {
    let is_end = |id: &&RevisionId| !beyond(id).iter().any(|other| other != *id && ids.contains(other));
    ids.iter().filter(is_end).cloned().collect()
}

/// Returns those that no other one is built on, sorted.
fn antichain(graph: &RevisionGraph, applied: &BTreeSet<RevisionId>) -> Rows {
    let implied = |id: &RevisionId| {
        let above = graph.descendants([id], Links::All);
        above.iter().any(|above| above.id != *id && applied.contains(&above.id))
    };
    applied.iter().filter(|id| !implied(id)).cloned().collect()
}

/// The order defined on plain sets, as slow as it is simple: keep a list of
/// open ends; emit the end at hand unless another end is its descendant, in
/// which case that one is at hand.
fn reference_order(graph: &RevisionGraph, set: &[RevisionId], heads: &[RevisionId]) -> Rows {
    let set: BTreeSet<&RevisionId> = set.iter().collect();
    let ancestors: HashMap<&RevisionId, BTreeSet<RevisionId>> =
        graph.revisions().iter().map(|it| (&it.id, applied(graph, std::slice::from_ref(&it.id)))).collect();
    let below = |id: &RevisionId| -> Rows {
        let below = refs(graph.predecessors(id)).into_iter();
        below.filter(|id| set.contains(id)).collect()
    };
    let has_above = |id: &RevisionId| set.iter().any(|other| below(other).contains(id));
    let mut ends: Rows = graph
        .revisions()
        .iter()
        .map(|it| it.id.clone())
        .filter(|id| set.contains(id) && (heads.contains(id) || !has_above(id)))
        .collect();
    let mut order = Rows::new();
    let mut at = 0;
    while !ends.is_empty() {
        let end = ends[at].clone();
        let above = ends.iter().position(|other| *other != end && ancestors[other].contains(&end));
        if let Some(above) = above {
            at = above;
            continue;
        }
        order.push(end.clone());
        let mut next = below(&end);
        next.retain(|id| !order.contains(id) && !ends.contains(id));
        if next.is_empty() {
            ends.remove(at);
            at = at.saturating_sub(1);
        } else {
            ends[at] = next.remove(0);
            ends.extend(next);
        }
    }
    order
}

fn ids(revisions: &[Revision]) -> Rows {
    revisions.iter().map(|it| it.id.clone()).collect()
}

fn refs(revisions: Vec<&Revision>) -> Rows {
    revisions.into_iter().map(|it| it.id.clone()).collect()
}

fn sorted(ids: &[RevisionId]) -> Rows {
    let mut ids = ids.to_vec();
    ids.sort();
    ids
}
