//! `retort heads`, `history`, `branches` and `show`

use expect_test::expect;

use crate::{environment::TestEnvironment, revision::BRANCHES};

#[test]
fn heads() {
    let environment = TestEnvironment::new();
    environment.revisions(BRANCHES);
    environment.check(
        "retort heads
        retort heads --resolve-dependencies
        retort heads -v",
        expect![[r#"
            $ retort heads
            2a95102259be (networking) (head)
            55af2cb1c267 (effective head)
            d747a8a8879 (shoppingcart) (head)
            $ retort heads --resolve-dependencies
            2a95102259be (networking) (head)
            d747a8a8879 (shoppingcart) (head)
            $ retort heads -v
            Rev: 2a95102259be (head)
            Parent: 29f859a13ea
            Also depends on: 55af2cb1c267
            Branch names: networking
            Path: migrations/2a95102259be_.sql

                add ip account table
                $
                Revision ID: 2a95102259be
                Revises: 29f859a13ea
                Create Date: 2026-11-22 15:02:08+00:00

            Rev: 55af2cb1c267 (head)
            Parent: ae1027a6acf
            Path: migrations/55af2cb1c267_.sql

                add another account column
                $
                Revision ID: 55af2cb1c267
                Revises: ae1027a6acf
                Create Date: 2026-11-22 15:02:02+00:00

            Rev: d747a8a8879 (head)
            Parent: 27c6a30d7c24
            Branch names: shoppingcart
            Path: migrations/d747a8a8879_.sql

                add a shopping cart column
                $
                Revision ID: d747a8a8879
                Revises: 27c6a30d7c24
                Create Date: 2026-11-22 15:02:04+00:00

        "#]],
    );
}

#[test]
fn history() {
    let environment = TestEnvironment::new();
    environment.revisions(BRANCHES);
    environment.check(
        "retort history
        retort history -r shoppingcart@base:
        retort history -r 1975:ae10
        retort history -r -2:heads
        retort history -r-2:
        retort history -r :base
        retort history -r 1975
        retort history -r a:b:c
        retort history -r d747:2a95",
        expect![[r#"
            $ retort history
            29f859a13ea (55af2cb1c267) -> 2a95102259be (networking) (head), add ip account table
            109ec7d132bf -> 29f859a13ea (networking), add DNS table
            3cac04ae8714 -> 109ec7d132bf (networking), add ip number table
            <base> -> 3cac04ae8714 (networking), create networking branch
            27c6a30d7c24 -> d747a8a8879 (shoppingcart) (head), add a shopping cart column
            1975ea83b712 -> 27c6a30d7c24 (shoppingcart), add shopping cart table
            ae1027a6acf -> 55af2cb1c267 (effective head), add another account column
            1975ea83b712 -> ae1027a6acf, add a column
            <base> -> 1975ea83b712 (branchpoint), create account table
            $ retort history -r shoppingcart@base:
            27c6a30d7c24 -> d747a8a8879 (shoppingcart) (head), add a shopping cart column
            1975ea83b712 -> 27c6a30d7c24 (shoppingcart), add shopping cart table
            <base> -> 1975ea83b712 (branchpoint), create account table
            $ retort history -r 1975:ae10
            1975ea83b712 -> ae1027a6acf, add a column
            <base> -> 1975ea83b712 (branchpoint), create account table
            $ retort history -r -2:heads
            29f859a13ea (55af2cb1c267) -> 2a95102259be (networking) (head), add ip account table
            109ec7d132bf -> 29f859a13ea (networking), add DNS table
            3cac04ae8714 -> 109ec7d132bf (networking), add ip number table
            27c6a30d7c24 -> d747a8a8879 (shoppingcart) (head), add a shopping cart column
            1975ea83b712 -> 27c6a30d7c24 (shoppingcart), add shopping cart table
            ae1027a6acf -> 55af2cb1c267 (effective head), add another account column
            1975ea83b712 -> ae1027a6acf, add a column
            <base> -> 1975ea83b712 (branchpoint), create account table
            $ retort history -r-2:
            29f859a13ea (55af2cb1c267) -> 2a95102259be (networking) (head), add ip account table
            109ec7d132bf -> 29f859a13ea (networking), add DNS table
            3cac04ae8714 -> 109ec7d132bf (networking), add ip number table
            27c6a30d7c24 -> d747a8a8879 (shoppingcart) (head), add a shopping cart column
            1975ea83b712 -> 27c6a30d7c24 (shoppingcart), add shopping cart table
            ae1027a6acf -> 55af2cb1c267 (effective head), add another account column
            1975ea83b712 -> ae1027a6acf, add a column
            <base> -> 1975ea83b712 (branchpoint), create account table
            $ retort history -r :base
            $ retort history -r 1975
            ! error: History range requires [start]:[end], [start]:, or :[end]
            ! hint: examples: `base:head`, `-3:`, `:1975ea`
            [exit status: 1]
            $ retort history -r a:b:c
            ! error: History range requires [start]:[end], [start]:, or :[end]
            ! hint: examples: `base:head`, `-3:`, `:1975ea`
            [exit status: 1]
            $ retort history -r d747:2a95
            ! error: Requested range d747:2a95 does not refer to ancestor/descendant revisions along the same branch
            ! hint: `retort history` lists all revisions, the newest first
            [exit status: 1]
        "#]],
    );
}

#[test]
fn branches() {
    let environment = TestEnvironment::new();
    environment.revisions(BRANCHES);
    environment.check(
        "retort branches
        retort branches -v",
        expect![[r#"
            $ retort branches
            1975ea83b712 (branchpoint)
                         -> 27c6a30d7c24 (shoppingcart)
                         -> ae1027a6acf

            $ retort branches -v
            Rev: 1975ea83b712 (branchpoint)
            Parent: <base>
            Branches into: 27c6a30d7c24, ae1027a6acf
            Path: migrations/1975ea83b712_.sql

                create account table
                $
                Revision ID: 1975ea83b712
                Revises: $
                Create Date: 2026-11-22 15:02:00+00:00

                         -> 27c6a30d7c24 (shoppingcart), add shopping cart table
                         -> ae1027a6acf, add a column

        "#]],
    );
}

#[test]
fn show() {
    let environment = TestEnvironment::new();
    environment.revisions(BRANCHES);
    environment.check(
        "retort show 2a95102259be
        retort show networking@base
        retort show base
        retort show head
        retort show 2
        retort show +1
        retort show a:b
        retort show \"\"",
        expect![[r#"
            $ retort show 2a95102259be
            Rev: 2a95102259be (head)
            Parent: 29f859a13ea
            Also depends on: 55af2cb1c267
            Branch names: networking
            Path: migrations/2a95102259be_.sql

                add ip account table
                $
                Revision ID: 2a95102259be
                Revises: 29f859a13ea
                Create Date: 2026-11-22 15:02:08+00:00

            $ retort show networking@base
            $ retort show base
            $ retort show head
            ! error: Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads
            ! hint: the heads are 2a95102259be, 55af2cb1c267, d747a8a8879; use `heads` for all of them, or join them with `retort merge -m "merge branches" 2a95102259be 55af2cb1c267 d747a8a8879`
            [exit status: 1]
            $ retort show 2
            ! error: Can't locate revision identified by '2': 3 begin with it (27c6a30d7c24, 29f859a13ea, 2a95102259be)
            ! hint: type more of it: `27c6a30d7c24`, `29f859a13ea`, `2a95102259be`
            [exit status: 1]
            $ retort show +1
            ! error: Can't locate revision identified by '+1'
            ! hint: only `upgrade`, `downgrade` and ranges take it; name a revision here
            [exit status: 1]
            $ retort show a:b
            ! error: Range revision not allowed
            ! hint: ranges are for `retort history -r`, and for scripts: `--sql`
            [exit status: 1]
            $ retort show ""
            ! error: Can't locate revision identified by '': there is no revision
            ! hint: examples: `head`, `heads`, `base`, `+1`, `-1`, `1975ea`, `label@head`
            [exit status: 1]
        "#]],
    );
}

#[test]
fn listings_for_scripts() {
    let environment = TestEnvironment::new();
    environment.revisions(BRANCHES);
    environment.check(
        "retort heads --format json
        retort --format json branches
        retort show 2a95 --format=json
        retort history -r 1975:ae10 --format json
        retort show nope --format json",
        expect![[r#"
            $ retort heads --format json
            {"revisions":[{"revision":"2a95102259be","down_revisions":["29f859a13ea"],"depends_on":["55af2cb1c267"],"branch_labels":["networking"],"message":"add ip account table","path":"migrations/2a95102259be_.sql","is_head":true,"is_base":false,"is_branch_point":false,"is_merge_point":false,"is_current":false},{"revision":"55af2cb1c267","down_revisions":["ae1027a6acf"],"depends_on":[],"branch_labels":[],"message":"add another account column","path":"migrations/55af2cb1c267_.sql","is_head":true,"is_base":false,"is_branch_point":false,"is_merge_point":false,"is_current":false},{"revision":"d747a8a8879","down_revisions":["27c6a30d7c24"],"depends_on":[],"branch_labels":["shoppingcart"],"message":"add a shopping cart column","path":"migrations/d747a8a8879_.sql","is_head":true,"is_base":false,"is_branch_point":false,"is_merge_point":false,"is_current":false}]}
            $ retort --format json branches
            {"revisions":[{"revision":"1975ea83b712","down_revisions":[],"depends_on":[],"branch_labels":[],"message":"create account table","path":"migrations/1975ea83b712_.sql","is_head":false,"is_base":true,"is_branch_point":true,"is_merge_point":false,"is_current":false}]}
            $ retort show 2a95 --format=json
            {"revisions":[{"revision":"2a95102259be","down_revisions":["29f859a13ea"],"depends_on":["55af2cb1c267"],"branch_labels":["networking"],"message":"add ip account table","path":"migrations/2a95102259be_.sql","is_head":true,"is_base":false,"is_branch_point":false,"is_merge_point":false,"is_current":false}]}
            $ retort history -r 1975:ae10 --format json
            {"revisions":[{"revision":"ae1027a6acf","down_revisions":["1975ea83b712"],"depends_on":[],"branch_labels":[],"message":"add a column","path":"migrations/ae1027a6acf_.sql","is_head":false,"is_base":false,"is_branch_point":false,"is_merge_point":false,"is_current":false},{"revision":"1975ea83b712","down_revisions":[],"depends_on":[],"branch_labels":[],"message":"create account table","path":"migrations/1975ea83b712_.sql","is_head":false,"is_base":true,"is_branch_point":true,"is_merge_point":false,"is_current":false}]}
            $ retort show nope --format json
            ! {"error":{"code":"revision-not-found","message":"Can't locate revision identified by 'nope'","hint":"none of the 9 revisions, up to 2a95102259be, 55af2cb1c267, d747a8a8879, and no branch label begins with it; `retort history` lists them"}}
            [exit status: 1]
        "#]],
    );
}

#[test]
fn an_empty_project_lists_nothing() {
    let environment = TestEnvironment::new();
    environment.revisions("");
    environment.check(
        "retort heads
        retort history -v
        retort branches
        retort heads --format json
        retort show head",
        expect![[r#"
            $ retort heads
            $ retort history -v
            $ retort branches
            $ retort heads --format json
            {"revisions":[]}
            $ retort show head
        "#]],
    );
}

/// A revision that others depend on is at its head without a row of its own.
#[test]
fn all_heads_are_reached_with_dependencies() {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.revisions(
        "aaaa: a branch
        bbbb needs=aaaa: another
        cccc: a third",
    );
    environment.check(
        "retort -q upgrade bbbb
        retort -q current --check-heads
        retort -q upgrade heads
        retort -q current --check-heads",
        expect![[r#"
            $ retort -q upgrade bbbb
            $ retort -q current --check-heads
            ! error: Target database is not up to date. Database is not on all head revisions
            ! hint: it is at bbbb; `retort upgrade heads` brings it to the heads
            [exit status: 1]
            $ retort -q upgrade heads
            $ retort -q current --check-heads
            aaaa (effective head)
            bbbb (head)
            cccc (head)
        "#]],
    );
}
