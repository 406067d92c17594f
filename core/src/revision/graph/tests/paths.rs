//! What the commands run, show and write.

use expect_test::expect;

use super::{MERGE, SHOP, check};

#[test]
fn upgrades() {
    check(
        SHOP,
        "upgrade [] heads
        upgrade [] shop@head
        upgrade [] net@head
        upgrade [] base
        upgrade [d747a8 2a9510] heads
        upgrade [d747a8 2a9510] 1975ea
        upgrade [3cac04] net@+1
        upgrade [3cac04] net@+3
        upgrade [1975ea] shop@+1
        upgrade [] shop@+2
        upgrade [] ae1027+1
        upgrade [] shop@head-1
        upgrade [1975ea] +1
        upgrade [1975ea 3cac04] +1
        upgrade [3cac04] +9
        upgrade [3cac04] -1
        upgrade [] 1975ea-1
        upgrade [] head
        upgrade [1975ea ae1027] heads
        upgrade [deadbeef] heads
        upgrade [] current",
        expect![[r#"
            upgrade [] heads: 1975ea ae1027 55af2c 3cac04 109ec7 29f859 2a9510 27c6a3 d747a8 [2a9510 d747a8]
            upgrade [] shop@head: 1975ea 27c6a3 d747a8 [d747a8]
            upgrade [] net@head: 1975ea ae1027 55af2c 3cac04 109ec7 29f859 2a9510 [2a9510]
            upgrade [] base:  []
            upgrade [d747a8 2a9510] heads:  [2a9510 d747a8]
            upgrade [d747a8 2a9510] 1975ea:  [2a9510 d747a8]
            upgrade [3cac04] net@+1: 109ec7 [109ec7]
            upgrade [3cac04] net@+3: 1975ea ae1027 55af2c 109ec7 29f859 2a9510 [2a9510]
            upgrade [1975ea] shop@+1: 27c6a3 [27c6a3]
            upgrade [] shop@+2: 1975ea 27c6a3 [27c6a3]
            upgrade [] ae1027+1: 1975ea ae1027 55af2c [55af2c]
            upgrade [] shop@head-1: 1975ea 27c6a3 [27c6a3]
            upgrade [1975ea] +1: ambiguous-walk: Ambiguous walk
                hint: name one of ae1027, 27c6a3
            upgrade [1975ea 3cac04] +1: multiple-current-revisions: Ambiguous upgrade from multiple current revisions
                hint: name the branch to upgrade: `1975ea@+1`, `3cac04@+1`
            upgrade [3cac04] +9: walked-too-far: Relative revision +9 didn't produce 9 migrations
                hint: `base` and `heads` are the ends; `retort history -i` shows where the database is
            upgrade [3cac04] -1: walked-too-far: Relative revision -1 didn't produce 1 migrations
                hint: `base` and `heads` are the ends; `retort history -i` shows where the database is
            upgrade [] 1975ea-1: walked-too-far: Walked too far
                hint: `base` and `heads` are the ends; `retort history -i` shows where the database is
            upgrade [] head: multiple-heads: Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads
                hint: the heads are 55af2c, d747a8, 2a9510; use `heads` for all of them, or join them with `retort merge -m "merge branches" 55af2c d747a8 2a9510`
            upgrade [1975ea ae1027] heads: overlapping-revisions: Requested revision ae1027 overlaps with other requested revisions 1975ea
                hint: the version table should hold only the latest revision of each branch; `retort stamp heads` or `retort downgrade base` repairs it
            upgrade [deadbeef] heads: unknown-current-revision: Can't locate revision identified by 'deadbeef'
                hint: the version table has deadbeef, but no revision file does: restore the file, or overwrite the table with `retort stamp --purge <revision>`
            upgrade [] current: bad-target: Can't locate revision identified by 'current'
                hint: only `upgrade`, `downgrade` and ranges take it; name a revision here
        "#]],
    );
}

/// The first five are the table of the study of Alembic.
#[test]
fn downgrades() {
    check(
        SHOP,
        "downgrade [d747a8 2a9510] net@-1
        downgrade [d747a8 2a9510] shop@base
        downgrade [d747a8 2a9510] shop@1975ea
        downgrade [d747a8 2a9510] 1975ea
        downgrade [] base
        downgrade [d747a8 2a9510] -1
        downgrade [d747a8] -1
        downgrade [d747a8] -3
        downgrade [d747a8] -4
        downgrade [1975ea ae1027] base
        downgrade [d747a8] 3cac04
        downgrade [1975ea] ae1027
        downgrade [1975ea] 1975ea
        downgrade [1975ea] +1
        downgrade [d747a8 2a9510] nosuch@base
        downgrade [d747a8] net@-1
        downgrade [ae1027 d747a8] 1975ea@-1
        downgrade [2a9510] net@1975ea",
        expect![[r#"
            downgrade [d747a8 2a9510] net@-1: 2a9510 [29f859 55af2c d747a8]
            downgrade [d747a8 2a9510] shop@base: d747a8 27c6a3 2a9510 55af2c ae1027 1975ea [29f859]
            downgrade [d747a8 2a9510] shop@1975ea: d747a8 27c6a3 [2a9510]
            downgrade [d747a8 2a9510] 1975ea: d747a8 27c6a3 2a9510 55af2c ae1027 [1975ea 29f859]
            downgrade [] base:  []
            downgrade [d747a8 2a9510] -1: 2a9510 [29f859 55af2c d747a8]
            downgrade [d747a8] -1: d747a8 [27c6a3]
            downgrade [d747a8] -3: d747a8 27c6a3 1975ea []
            downgrade [d747a8] -4: walked-too-far: Relative revision -4 didn't produce 4 migrations
                hint: `base` and `heads` are the ends; `retort history -i` shows where the database is
            downgrade [1975ea ae1027] base: ae1027 1975ea []
            downgrade [d747a8] 3cac04: not-an-ancestor: Destination 3cac04 is not a valid downgrade target from current head(s)
                hint: current is d747a8; it must be above the target
            downgrade [1975ea] ae1027: not-an-ancestor: Destination ae1027 is not a valid downgrade target from current head(s)
                hint: current is 1975ea; it must be above the target
            downgrade [1975ea] 1975ea:  [1975ea]
            downgrade [1975ea] +1: walked-too-far: Relative revision +1 didn't produce 1 migrations
                hint: `base` and `heads` are the ends; `retort history -i` shows where the database is
            downgrade [d747a8 2a9510] nosuch@base: branch-not-found: Can't locate revision identified by 'nosuch'
                hint: the branch labels are `net`, `shop`
            downgrade [d747a8] net@-1: multiple-current-revisions: branch 'net' has 0 current revisions where one is needed
                hint: `retort current` lists what is applied
            downgrade [ae1027 d747a8] 1975ea@-1: multiple-current-revisions: branch '1975ea' has 2 current revisions where one is needed
                hint: name one of them: `ae1027@-1`, `d747a8@-1`
            downgrade [2a9510] net@1975ea: not-an-ancestor: Not a valid downgrade target from current heads
                hint: the branch does not go through the target; `retort branches` shows where branches part
        "#]],
    );
}

#[test]
fn a_merge_can_be_undone() {
    check(
        MERGE,
        "heads
        merge-points
        upgrade [] head
        downgrade [mmmm] -1
        downgrade [mmmm] -2
        downgrade [mmmm] aaaa@-1
        downgrade [mmmm] bbbb
        downgrade [mmmm] mmmm-1
        downgrade [mmmm] aaaa
        downgrade [bbbb cccc] -1
        upgrade [bbbb cccc] head
        upgrade [bbbb] head
        upgrade [bbbb] +1
        upgrade [aaaa] +1
        upgrade [aaaa] bbbb@+1
        history -2:
        history -1:",
        expect![[r#"
            heads: mmmm
            merge-points: mmmm
            upgrade [] head: aaaa cccc bbbb mmmm [mmmm]
            downgrade [mmmm] -1: mmmm [bbbb cccc]
            downgrade [mmmm] -2: ambiguous-walk: Ambiguous walk
                hint: name one of bbbb, cccc
            downgrade [mmmm] aaaa@-1: mmmm [bbbb cccc]
            downgrade [mmmm] bbbb: mmmm [bbbb cccc]
            downgrade [mmmm] mmmm-1: ambiguous-walk: Ambiguous walk
                hint: name one of bbbb, cccc
            downgrade [mmmm] aaaa: mmmm bbbb cccc [aaaa]
            downgrade [bbbb cccc] -1: bbbb [cccc]
            upgrade [bbbb cccc] head: mmmm [mmmm]
            upgrade [bbbb] head: cccc mmmm [mmmm]
            upgrade [bbbb] +1: cccc mmmm [mmmm]
            upgrade [aaaa] +1: ambiguous-walk: Ambiguous walk
                hint: name one of bbbb, cccc
            upgrade [aaaa] bbbb@+1: bbbb [bbbb]
            history -2:: ambiguous-walk: Ambiguous walk
                hint: name one of bbbb, cccc
            history -1:: ambiguous-walk: Ambiguous walk
                hint: name one of bbbb, cccc
        "#]],
    );
}

#[test]
fn undoing_a_merge_with_an_ancestor_leaves_one_row() {
    check(
        "aaaa <- bbbb mmmm
        bbbb <- mmmm",
        "upgrade [] head
        downgrade [mmmm] -1
        downgrade [mmmm] bbbb",
        expect![[r#"
            upgrade [] head: aaaa bbbb mmmm [mmmm]
            downgrade [mmmm] -1: mmmm [bbbb]
            downgrade [mmmm] bbbb: mmmm [bbbb]
        "#]],
    );
}

#[test]
fn a_dependency_on_an_ancestor_is_implied() {
    check(
        "aaaa <- bbbb
        bbbb <- cccc
        xxxx <- yyyy
        bbbb ~> xxxx
        cccc ~> xxxx yyyy",
        "needs bbbb
        needs cccc
        upgrade [] heads
        upgrade [] bbbb
        downgrade [cccc] bbbb
        downgrade [cccc] xxxx
        current [cccc]
        current [bbbb]",
        expect![[r#"
            needs bbbb: aaaa xxxx
            needs cccc: bbbb yyyy
            upgrade [] heads: xxxx yyyy aaaa bbbb cccc [cccc]
            upgrade [] bbbb: xxxx aaaa bbbb [bbbb]
            downgrade [cccc] bbbb: cccc [bbbb yyyy]
            downgrade [cccc] xxxx: cccc yyyy [bbbb]
            current [cccc]: cccc yyyy
            current [bbbb]: bbbb xxxx
        "#]],
    );
}

#[test]
fn ranges() {
    check(
        SHOP,
        "history shop@base:
        history net@base:
        history 1975ea:d747a8
        history 27c6a3:
        history :ae1027
        history [ae1027] current:
        history [ae1027] :current
        history -2:d747a8
        history -3:d747a8
        history -9:d747a8
        history [ae1027] -1:current
        history 1975ea:+1
        history net@base:+2
        history 27@base:
        history d747a8:1975ea
        history 55af2c:2a9510
        history 55af2c:
        history heads:base
        history :head
        history :nosuch",
        expect![[r#"
            history shop@base:: d747a8 27c6a3 1975ea
            history net@base:: 2a9510 29f859 109ec7 3cac04 55af2c ae1027 1975ea
            history 1975ea:d747a8: d747a8 27c6a3 1975ea
            history 27c6a3:: d747a8 27c6a3
            history :ae1027: ae1027 1975ea
            history [ae1027] current:: 55af2c ae1027
            history [ae1027] :current: ae1027 1975ea
            history -2:d747a8: d747a8 27c6a3 1975ea
            history -3:d747a8: d747a8 27c6a3 1975ea
            history -9:d747a8: d747a8 27c6a3 1975ea
            history [ae1027] -1:current: ae1027 1975ea
            history 1975ea:+1: ambiguous-walk: Ambiguous walk
                hint: name one of ae1027, 27c6a3
            history net@base:+2: ambiguous-walk: Ambiguous walk
                hint: name one of 1975ea, 3cac04
            history 27@base:: d747a8 27c6a3 1975ea
            history d747a8:1975ea: not-an-ancestor: Requested range d747a8:1975ea does not refer to ancestor/descendant revisions along the same branch
                hint: `retort history` lists all revisions, the newest first
            history 55af2c:2a9510: not-an-ancestor: Requested range 55af2c:2a9510 does not refer to ancestor/descendant revisions along the same branch
                hint: `retort history` lists all revisions, the newest first
            history 55af2c:: 55af2c
            history heads:base: not-an-ancestor: Requested range heads:base does not refer to ancestor/descendant revisions along the same branch
                hint: `retort history` lists all revisions, the newest first
            history :head: multiple-heads: Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads
                hint: the heads are 55af2c, d747a8, 2a9510; use `heads` for all of them, or join them with `retort merge -m "merge branches" 55af2c d747a8 2a9510`
            history :nosuch: revision-not-found: Can't locate revision identified by 'nosuch'
                hint: `retort history` lists all revisions
        "#]],
    );
}

#[test]
fn stamps() {
    check(
        SHOP,
        "stamp [] heads
        stamp [1975ea] d747a8
        stamp [d747a8] 1975ea
        stamp [d747a8 2a9510] 1975ea
        stamp [d747a8 2a9510] heads
        stamp [d747a8 2a9510] base
        stamp [d747a8 29f859] shop@base
        stamp [] ae1027 27c6a3
        stamp [1975ea] ae1027 27c6a3
        stamp [] 1975ea 27c6a3
        stamp [27c6a3 29f859] 27c6a3 2a9510
        stamp [1975ea 27c6a3] 27c6a3
        stamp [27c6a3 29f859] d747a8 2a9510
        stamp [] head
        stamp [] +1
        stamp [deadbeef] heads",
        expect![[r#"
            stamp [] heads: +d747a8 +2a9510
            stamp [1975ea] d747a8: 1975ea>d747a8
            stamp [d747a8] 1975ea: d747a8>1975ea
            stamp [d747a8 2a9510] 1975ea: -2a9510 d747a8>1975ea
            stamp [d747a8 2a9510] heads: 
            stamp [d747a8 2a9510] base: -2a9510 -d747a8
            stamp [d747a8 29f859] shop@base: -d747a8
            stamp [] ae1027 27c6a3: +ae1027 +27c6a3
            stamp [1975ea] ae1027 27c6a3: 1975ea>ae1027 +27c6a3
            stamp [] 1975ea 27c6a3: overlapping-revisions: Requested revision 27c6a3 overlaps with other requested revisions 1975ea
                hint: name only the later one
            stamp [27c6a3 29f859] 27c6a3 2a9510: 29f859>2a9510
            stamp [1975ea 27c6a3] 27c6a3: -1975ea
            stamp [27c6a3 29f859] d747a8 2a9510: -27c6a3 29f859>d747a8 +2a9510
            stamp [] head: multiple-heads: Multiple heads are present; please specify a single target revision
                hint: the heads are 55af2c, d747a8, 2a9510; use `heads` for all of them, or join them with `retort merge -m "merge branches" 55af2c d747a8 2a9510`
            stamp [] +1: bad-target: Can't locate revision identified by '+1'
                hint: only `upgrade`, `downgrade` and ranges take it; name a revision here
            stamp [deadbeef] heads: unknown-current-revision: Can't locate revision identified by 'deadbeef'
                hint: the version table has deadbeef, but no revision file does: restore the file, or overwrite the table with `retort stamp --purge <revision>`
        "#]],
    );
}
