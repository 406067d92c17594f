//! `retort merge`

use expect_test::expect;

use crate::{environment::TestEnvironment, revision::BRANCHES};

#[test]
fn a_merge_joins_heads() {
    let environment = TestEnvironment::new();
    environment.revisions(BRANCHES);
    environment.check(
        "retort merge -m \"merge branches\" --rev-id 53fffde5ad5 2a95 d747a8a8879
        retort heads
        retort show 53ff",
        expect![[r#"
            $ retort merge -m "merge branches" --rev-id 53fffde5ad5 2a95 d747a8a8879
            Generating migrations/53fffde5ad5_merge_branches.sql ...  done
            $ retort heads
            53fffde5ad5 (networking, shoppingcart) (head)
            55af2cb1c267 (effective head)
            $ retort show 53ff
            Rev: 53fffde5ad5 (head) (mergepoint)
            Merges: 2a95102259be, d747a8a8879
            Branch names: networking, shoppingcart
            Path: migrations/53fffde5ad5_merge_branches.sql

                merge branches
                $
                Revision ID: 53fffde5ad5
                Revises: 2a95102259be, d747a8a8879
                Create Date: $NOW

        "#]],
    );
}

#[test]
fn merge_heads_joins_the_real_heads() {
    let environment = TestEnvironment::new();
    environment.revisions(BRANCHES);
    environment.check(
        "retort merge heads --rev-id mmmm
        retort heads
        retort merge heads",
        expect![[r#"
            $ retort merge heads --rev-id mmmm
            Generating migrations/mmmm_.sql ...  done
            $ retort heads
            55af2cb1c267 (effective head)
            mmmm (networking, shoppingcart) (head)
            $ retort merge heads
            ! error: there is only mmmm to merge
            ! hint: a merge joins two revisions or more; `retort heads` lists the candidates
            [exit status: 1]
        "#]],
    );
}

#[test]
fn merges_that_make_no_sense() {
    let environment = TestEnvironment::new();
    environment.revisions(BRANCHES);
    let before = environment.files();
    environment.check(
        "retort merge
        retort merge d747a8a8879
        retort merge base
        retort merge d747 d747
        retort merge 1975 d747
        retort merge nope d747",
        expect![[r#"
            $ retort merge
            ! error: the following required arguments were not provided:
            !   <REVISION>...
            ! 
            ! Usage: retort merge <REVISION>...
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
            $ retort merge d747a8a8879
            ! error: there is only d747a8a8879 to merge
            ! hint: a merge joins two revisions or more; `retort heads` lists the candidates
            [exit status: 1]
            $ retort merge base
            ! error: there is no revision to merge
            ! hint: `retort heads` lists the candidates
            [exit status: 1]
            $ retort merge d747 d747
            ! error: Duplicate head revisions specified
            ! hint: name each revision once
            [exit status: 1]
            $ retort merge 1975 d747
            ! error: Revision 1975ea83b712 is not a head revision; please specify --splice to create a new branch from this revision
            ! hint: `retort heads` lists the heads
            [exit status: 1]
            $ retort merge nope d747
            ! error: Can't locate revision identified by 'nope'
            ! hint: none of the 9 revisions, up to 2a95102259be, 55af2cb1c267, d747a8a8879, and no branch label begins with it; `retort history` lists them
            [exit status: 1]
        "#]],
    );
    assert_eq!(environment.files(), before);
}
