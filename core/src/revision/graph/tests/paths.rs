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
                hint: from 1975ea there are several ways, to ae1027, 27c6a3; use one of `retort upgrade ae1027@+1`, `retort upgrade shop@+1`
            upgrade [1975ea 3cac04] +1: multiple-current-revisions: Ambiguous upgrade from multiple current revisions
                hint: current is 1975ea, 3cac04, and more than one can move; use one of `retort upgrade ae1027@+1`, `retort upgrade shop@+1`, `retort upgrade net@+1`
            upgrade [3cac04] +9: walked-too-far: Relative revision +9 didn't produce 9 migrations
                hint: from 3cac04 it is at most `+3`, to 2a9510
            upgrade [3cac04] -1: walked-too-far: Relative revision -1 didn't produce 1 migrations
                hint: `retort upgrade +1` goes up, `retort downgrade -1` goes down
            upgrade [] 1975ea-1: walked-too-far: Walked too far
                hint: 1975ea-1 is the base: there is nothing to upgrade to
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
                hint: from d747a8 it is at most `-3`, to base
            downgrade [1975ea ae1027] base: ae1027 1975ea []
            downgrade [d747a8] 3cac04: not-an-ancestor: Destination 3cac04 is not a valid downgrade target from current head(s)
                hint: current is d747a8; the target is not applied: `retort upgrade 3cac04`
            downgrade [1975ea] ae1027: not-an-ancestor: Destination ae1027 is not a valid downgrade target from current head(s)
                hint: current is 1975ea; the target is not applied: `retort upgrade ae1027`
            downgrade [1975ea] 1975ea:  [1975ea]
            downgrade [1975ea] +1: walked-too-far: Relative revision +1 didn't produce 1 migrations
                hint: `retort upgrade +1` goes up, `retort downgrade -1` goes down
            downgrade [d747a8 2a9510] nosuch@base: branch-not-found: Can't locate revision identified by 'nosuch'
                hint: the branch labels are `net`, `shop`
            downgrade [d747a8] net@-1: multiple-current-revisions: branch 'net' has 0 current revisions where one is needed
                hint: current is d747a8, which is on other branches
            downgrade [ae1027 d747a8] 1975ea@-1: multiple-current-revisions: branch '1975ea' has 2 current revisions where one is needed
                hint: they are ae1027, d747a8; use one of `retort downgrade ae1027@-1`, `retort downgrade d747a8@-1`
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
                hint: from mmmm there are several ways, to bbbb, cccc; use one of `retort downgrade bbbb@-2`, `retort downgrade cccc@-2`
            downgrade [mmmm] aaaa@-1: mmmm [bbbb cccc]
            downgrade [mmmm] bbbb: mmmm [bbbb cccc]
            downgrade [mmmm] mmmm-1: mmmm [bbbb cccc]
            downgrade [mmmm] aaaa: mmmm bbbb cccc [aaaa]
            downgrade [bbbb cccc] -1: bbbb [cccc]
            upgrade [bbbb cccc] head: mmmm [mmmm]
            upgrade [bbbb] head: cccc mmmm [mmmm]
            upgrade [bbbb] +1: cccc mmmm [mmmm]
            upgrade [aaaa] +1: ambiguous-walk: Ambiguous walk
                hint: from aaaa there are several ways, to bbbb, cccc; use one of `retort upgrade bbbb@+1`, `retort upgrade cccc@+1`
            upgrade [aaaa] bbbb@+1: bbbb [bbbb]
            history -2:: mmmm bbbb cccc aaaa
            history -1:: mmmm bbbb cccc
        "#]],
    );
}

#[test]
fn relative_moves_of_several_rows_and_across_merges() {
    check(
        "aaaa <- bbbb cccc
        bbbb <- mmmm
        cccc <- mmmm
        mmmm <- dddd
        xxxx <- yyyy zzzz
        yyyy = why",
        "upgrade [dddd xxxx] +1
        upgrade [dddd yyyy] +1
        upgrade [bbbb cccc] +1
        upgrade [bbbb cccc] +2
        upgrade [bbbb cccc xxxx] +1
        upgrade [bbbb cccc] +3
        upgrade [dddd yyyy zzzz] +1
        upgrade [dddd yyyy zzzz] dddd@+1
        upgrade [] aaaa@+2
        upgrade [] aaaa@+9
        upgrade [] mmmm-1
        upgrade [] mmmm-2
        upgrade [] aaaa+2
        upgrade [] head-1
        upgrade [] nosuch+1
        upgrade [] dddd+2
        upgrade [] xxxx+1
        upgrade [dddd] +0
        downgrade [dddd] -2
        downgrade [dddd] -3
        downgrade [dddd] -4
        downgrade [dddd] bbbb@-3
        downgrade [dddd] bbbb@-4
        downgrade [dddd] mmmm-1
        downgrade [dddd] mmmm-2
        downgrade [dddd] bbbb@mmmm-1
        downgrade [dddd] dddd-9
        downgrade [bbbb cccc] mmmm-1
        downgrade [bbbb] mmmm-1
        downgrade [dddd zzzz] head-1
        downgrade [dddd yyyy] why@-3
        downgrade [dddd zzzz] why@-1
        history -9:dddd
        history mmmm-1:
        history :aaaa+1",
        expect![[r#"
            upgrade [dddd xxxx] +1: ambiguous-walk: Ambiguous walk
                hint: from xxxx there are several ways, to yyyy, zzzz; use one of `retort upgrade why@+1`, `retort upgrade zzzz@+1`
            upgrade [dddd yyyy] +1: walked-too-far: Relative revision +1 didn't produce 1 migrations
                hint: nothing is above dddd, yyyy, where the steps start
            upgrade [bbbb cccc] +1: mmmm [mmmm]
            upgrade [bbbb cccc] +2: mmmm dddd [dddd]
            upgrade [bbbb cccc xxxx] +1: multiple-current-revisions: Ambiguous upgrade from multiple current revisions
                hint: current is bbbb, cccc, xxxx, and more than one can move; use one of `retort upgrade mmmm@+1`, `retort upgrade why@+1`, `retort upgrade zzzz@+1`
            upgrade [bbbb cccc] +3: walked-too-far: Relative revision +3 didn't produce 3 migrations
                hint: from bbbb, cccc it is at most `+2`, to dddd
            upgrade [dddd yyyy zzzz] +1: walked-too-far: Relative revision +1 didn't produce 1 migrations
                hint: nothing is above dddd, yyyy, zzzz, where the steps start
            upgrade [dddd yyyy zzzz] dddd@+1: walked-too-far: Relative revision +1 didn't produce 1 migrations
                hint: nothing is above dddd, where the steps start
            upgrade [] aaaa@+2: ambiguous-walk: Ambiguous walk
                hint: from aaaa there are several ways, to bbbb, cccc; use one of `retort upgrade bbbb@+2`, `retort upgrade cccc@+2`
            upgrade [] aaaa@+9: ambiguous-walk: Ambiguous walk
                hint: from aaaa there are several ways, which meet again at dddd; use `retort upgrade dddd`
            upgrade [] mmmm-1: aaaa cccc bbbb [bbbb cccc]
            upgrade [] mmmm-2: aaaa [aaaa]
            upgrade [] aaaa+2: aaaa cccc bbbb mmmm [mmmm]
            upgrade [] head-1: multiple-heads: Multiple head revisions are present for given argument 'head-1'; please specify a specific target revision, '<branchname>@head-1' to narrow to a specific head, or 'heads' for all heads
                hint: the heads are dddd, yyyy, zzzz; name one: `dddd-1`, `yyyy-1`, `zzzz-1`
            upgrade [] nosuch+1: revision-not-found: Can't locate revision identified by 'nosuch'
                hint: none of the 8 revisions, up to dddd, yyyy, zzzz, and no branch label begins with it; `retort history` lists them
            upgrade [] dddd+2: walked-too-far: Walked too far
                hint: nothing is above dddd, where the steps start
            upgrade [] xxxx+1: ambiguous-walk: Ambiguous walk
                hint: from xxxx there are several ways, to yyyy, zzzz; use one of `retort upgrade yyyy`, `retort upgrade zzzz`
            upgrade [dddd] +0: walked-too-far: Relative revision +0 didn't produce 0 migrations
                hint: steps are counted from one: `retort upgrade +1`, `retort downgrade -1`
            downgrade [dddd] -2: dddd mmmm [bbbb cccc]
            downgrade [dddd] -3: ambiguous-walk: Ambiguous walk
                hint: from mmmm there are several ways, to bbbb, cccc; use one of `retort downgrade bbbb@-3`, `retort downgrade cccc@-3`
            downgrade [dddd] -4: ambiguous-walk: Ambiguous walk
                hint: from mmmm there are several ways, which meet again at aaaa; use `retort downgrade aaaa@base`
            downgrade [dddd] bbbb@-3: dddd mmmm bbbb [cccc]
            downgrade [dddd] bbbb@-4: dddd mmmm bbbb cccc aaaa []
            downgrade [dddd] mmmm-1: dddd mmmm [bbbb cccc]
            downgrade [dddd] mmmm-2: dddd mmmm bbbb cccc [aaaa]
            downgrade [dddd] bbbb@mmmm-1: dddd mmmm [bbbb cccc]
            downgrade [dddd] dddd-9: walked-too-far: Walked too far
                hint: from dddd it is at most `dddd-4`, to base
            downgrade [bbbb cccc] mmmm-1:  [bbbb cccc]
            downgrade [bbbb] mmmm-1: not-an-ancestor: Destination mmmm-1 is not a valid downgrade target from current head(s)
                hint: current is bbbb; the target is not applied: `retort upgrade mmmm-1`
            downgrade [dddd zzzz] head-1: multiple-heads: Multiple head revisions are present for given argument 'head-1'; please specify a specific target revision, '<branchname>@head-1' to narrow to a specific head, or 'heads' for all heads
                hint: the heads are dddd, yyyy, zzzz; name one: `dddd-1`, `yyyy-1`, `zzzz-1`
            downgrade [dddd yyyy] why@-3: walked-too-far: Relative revision -3 didn't produce 3 migrations
                hint: from yyyy it is at most `-2`, to base
            downgrade [dddd zzzz] why@-1: multiple-current-revisions: branch 'why' has 0 current revisions where one is needed
                hint: current is dddd, zzzz, which is on other branches
            history -9:dddd: dddd mmmm bbbb cccc aaaa
            history mmmm-1:: dddd mmmm bbbb cccc
            history :aaaa+1: bbbb cccc aaaa
        "#]],
    );
}

#[test]
fn of_more_steps_than_any_way_has_the_most_are_offered() {
    check(
        "aaaa <- mmmm\nbbbb <- mmmm",
        "downgrade [mmmm] -1
        downgrade [mmmm] -2
        downgrade [mmmm] -3",
        expect![[r#"
            downgrade [mmmm] -1: mmmm [aaaa bbbb]
            downgrade [mmmm] -2: ambiguous-walk: Ambiguous walk
                hint: from mmmm there are several ways, to aaaa, bbbb; use one of `retort downgrade aaaa@-2`, `retort downgrade bbbb@-2`
            downgrade [mmmm] -3: ambiguous-walk: Ambiguous walk
                hint: from mmmm there are several ways, to aaaa, bbbb; use one of `retort downgrade aaaa@-2`, `retort downgrade bbbb@-2`
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
            history 1975ea:+1: ae1027 27c6a3 1975ea
            history net@base:+2: 109ec7 3cac04
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
                hint: none of the 9 revisions, up to 55af2c, d747a8, 2a9510, and no branch label begins with it; `retort history` lists them
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
