//! The graph on small examples. A graph is written in lines:
//!
//! - `a <- b c`: the children of `a` are `b` and `c` (a merge is on several lines);
//! - `b ~> x y`: `b` depends on `x` and `y`;
//! - `b = shop`: `b` has the branch label `shop`;
//! - `a`: there is a revision `a`.
//!
//! The load order is the order in which revisions appear.

use expect_test::{Expect, expect};

use super::RevisionGraph;
use crate::revision::heads::Heads;
use crate::revision::target::{Target, TargetError};
use crate::revision::{Revision, RevisionId};

mod paths;
mod refused;

/// The graph of Alembic's own documentation of branches.
const SHOP: &str = "
    1975ea <- ae1027 27c6a3
    ae1027 <- 55af2c
    27c6a3 <- d747a8
    27c6a3 = shop
    3cac04 <- 109ec7
    109ec7 <- 29f859
    29f859 <- 2a9510
    2a9510 ~> 55af2c
    3cac04 = net";

/// Two branches and their merge.
const MERGE: &str = "
    aaaa <- bbbb cccc
    bbbb <- mmmm
    cccc <- mmmm";

fn parse(text: &str) -> Vec<Revision> {
    fn find<'r>(revisions: &'r mut Vec<Revision>, id: &str) -> &'r mut Revision {
        let at = revisions.iter().position(|revision| revision.id == id);
        let at = at.unwrap_or_else(|| {
            revisions.push(Revision {
                id: id.into(),
                parents: Vec::new(),
                depends_on: Vec::new(),
                labels: Vec::new(),
                message: String::new(),
                created: None,
                path: format!("{id}.sql").into(),
            });
            revisions.len() - 1
        });
        &mut revisions[at]
    }
    let mut revisions = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let mut words = line.split_whitespace();
        let id = words.next().expect("the line is not empty");
        let link = words.next();
        find(&mut revisions, id);
        for word in words {
            match link {
                Some("<-") => find(&mut revisions, word).parents.push(id.into()),
                Some("~>") => find(&mut revisions, id).depends_on.push(word.to_owned()),
                Some("=") => find(&mut revisions, id).labels.push(word.to_owned()),
                link => panic!("unknown link {link:?}"),
            }
        }
    }
    revisions
}

fn graph(text: &str) -> RevisionGraph {
    RevisionGraph::new(parse(text)).expect("the graph is sound")
}

/// Runs questions, one a line: a command, then for `upgrade`, `downgrade` and
/// `stamp` the rows in brackets, then the target.
fn check(text: &str, questions: &str, expected: Expect) {
    let graph = graph(text);
    let shown = questions.lines().map(str::trim).map(|question| {
        let answer = ask(&graph, question).unwrap_or_else(|error| {
            let hint = error.hint().unwrap_or_default();
            format!("{}: {error}\n    hint: {hint}", error.code())
        });
        format!("{question}: {answer}\n")
    });
    expected.assert_eq(&shown.collect::<String>());
}

fn ask(graph: &RevisionGraph, question: &str) -> Result<String, TargetError> {
    let (command, rest) = question.split_once(' ').unwrap_or((question, ""));
    let (rows, target) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']').expect("rows end with a bracket"),
        None => ("", rest),
    };
    let rows: Vec<RevisionId> = rows.split_whitespace().map(RevisionId::from).collect();
    let target = target.trim();
    let ids = |revisions: Vec<&Revision>| join(revisions.iter().map(|it| &it.id));
    Ok(match command {
        "heads" => ids(graph.heads()),
        "real-heads" => ids(graph.real_heads()),
        "bases" => ids(graph.bases()),
        "real-bases" => ids(graph.real_bases()),
        "branch-points" => ids(graph.branch_points()),
        "merge-points" => ids(graph.merge_points()),
        "effective-heads" => {
            let heads = graph.heads().into_iter();
            ids(heads.filter(|head| graph.is_effective_head(&head.id)).collect())
        }
        "children" => ids(graph.children(&target.into())),
        "needs" => ids(graph.predecessors(&target.into())),
        "labels" => graph.labels_of(&target.into()).collect::<Vec<_>>().join(" "),
        "show" => ids(graph.resolve(&target.parse()?, &rows)?),
        "history" => ids(graph.walk(&target.parse()?, &rows)?),
        "current" => ids(graph.all_current(&rows)?),
        "stamp" => {
            let targets: Result<Vec<Target>, _> = target.split(' ').map(str::parse).collect();
            let moves = graph.stamp_moves(&rows, &targets?)?;
            moves.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        }
        "upgrade" => {
            let path = graph.upgrade_path(&rows, &target.parse()?)?;
            let mut heads = Heads::new(graph, &rows)?;
            path.iter().for_each(|id| drop(heads.upgrade(id).expect("the path is in order")));
            format!("{} [{}]", join(&path), join(&heads.rows()))
        }
        "downgrade" => {
            let path = graph.downgrade_path(&rows, &target.parse()?)?;
            let mut heads = Heads::new(graph, &rows)?;
            path.iter().for_each(|id| drop(heads.downgrade(id).expect("the path is in order")));
            format!("{} [{}]", join(&path), join(&heads.rows()))
        }
        command => panic!("unknown command {command}"),
    })
}

fn join<'a>(ids: impl IntoIterator<Item = &'a RevisionId>) -> String {
    let ids: Vec<&str> = ids.into_iter().map(RevisionId::as_str).collect();
    ids.join(" ")
}

#[test]
fn an_empty_graph_has_nothing_to_do() {
    check(
        "",
        "heads
        bases
        show heads
        show head
        show base
        history :
        upgrade [] heads
        upgrade [] head
        downgrade [] base
        stamp [] heads
        current []
        upgrade [] +1
        downgrade [] -1",
        expect![[r#"
            heads: 
            bases: 
            show heads: 
            show head: 
            show base: 
            history :: 
            upgrade [] heads:  []
            upgrade [] head:  []
            downgrade [] base:  []
            stamp [] heads: 
            current []: 
            upgrade [] +1: walked-too-far: Relative revision +1 didn't produce 1 migrations
                hint: there are no revisions
            downgrade [] -1: walked-too-far: Relative revision -1 didn't produce 1 migrations
                hint: no revision is applied
        "#]],
    );
}

#[test]
fn branches_labels_and_dependencies() {
    check(
        SHOP,
        "heads
        real-heads
        effective-heads
        bases
        branch-points
        merge-points
        children 1975ea
        children 2a9510
        needs 2a9510
        labels 1975ea
        labels 27c6a3
        labels d747a8
        labels 2a9510
        labels 55af2c
        history :",
        expect![[r#"
            heads: 55af2c d747a8 2a9510
            real-heads: d747a8 2a9510
            effective-heads: 55af2c
            bases: 1975ea 3cac04
            branch-points: 1975ea
            merge-points: 
            children 1975ea: ae1027 27c6a3
            children 2a9510: 
            needs 2a9510: 29f859 55af2c
            labels 1975ea: 
            labels 27c6a3: shop
            labels d747a8: shop
            labels 2a9510: net
            labels 55af2c: 
            history :: d747a8 27c6a3 2a9510 29f859 109ec7 3cac04 55af2c ae1027 1975ea
        "#]],
    );
}

#[test]
fn targets() {
    check(
        SHOP,
        "show 1975ea
        show 19
        show shop
        show sho
        show shop@head
        show shop@heads
        show net@head
        show 109e@head
        show base
        show shop@base
        show -1
        show net@-1
        show [d747a8] current
        show head
        show 2
        show 1975eb
        show nosuch
        show net@1975ea
        show nosuch@head
        show +1
        show 1975ea-1
        show [deadbeef] current",
        expect![[r#"
            show 1975ea: 1975ea
            show 19: 1975ea
            show shop: 27c6a3
            show sho: 27c6a3
            show shop@head: d747a8
            show shop@heads: d747a8
            show net@head: 2a9510
            show 109e@head: 2a9510
            show base: 
            show shop@base: 
            show -1: 27c6a3 29f859
            show net@-1: 29f859
            show [d747a8] current: d747a8
            show head: multiple-heads: Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads
                hint: the heads are 55af2c, d747a8, 2a9510; use `heads` for all of them, or join them with `retort merge -m "merge branches" 55af2c d747a8 2a9510`
            show 2: ambiguous-revision: Can't locate revision identified by '2': 3 begin with it (27c6a3, 29f859, 2a9510)
                hint: type more of it: `27c6a3`, `29f859`, `2a9510`
            show 1975eb: revision-not-found: Can't locate revision identified by '1975eb'
                hint: did you mean `1975ea`?
            show nosuch: revision-not-found: Can't locate revision identified by 'nosuch'
                hint: none of the 9 revisions, up to 55af2c, d747a8, 2a9510, and no branch label begins with it; `retort history` lists them
            show net@1975ea: not-in-branch: Can't locate revision identified by '1975ea'
                hint: revision 1975ea is not a member of branch 'net'
            show nosuch@head: branch-not-found: Can't locate revision identified by 'nosuch'
                hint: the branch labels are `net`, `shop`
            show +1: bad-target: Can't locate revision identified by '+1'
                hint: only `upgrade`, `downgrade` and ranges take it; name a revision here
            show 1975ea-1: bad-target: Can't locate revision identified by '1975ea-1'
                hint: only `upgrade`, `downgrade` and ranges take it; name a revision here
            show [deadbeef] current: unknown-current-revision: Can't locate revision identified by 'deadbeef'
                hint: the version table has deadbeef, but no revision file does: restore the file, or overwrite the table with `retort stamp --purge <revision>`
        "#]],
    );
}

#[test]
fn labels_reach_back_to_the_nearest_fork() {
    let straight = "
        aaaa <- bbbb xxxx
        bbbb <- cccc
        cccc <- dddd
        cccc = late";
    check(
        straight,
        "labels aaaa\nlabels bbbb\nlabels cccc\nlabels dddd\nlabels xxxx",
        expect![[r#"
        labels aaaa: 
        labels bbbb: late
        labels cccc: late
        labels dddd: late
        labels xxxx: 
    "#]],
    );
    // A dependent is a fork, too.
    check(
        &format!("{straight}\nyyyy ~> cccc\nzzzz ~> cccc"),
        "labels bbbb\nlabels cccc\nlabels dddd",
        expect![[r#"
            labels bbbb: 
            labels cccc: late
            labels dddd: late
        "#]],
    );
}
