//! `retort revision`

use std::fs;

use expect_test::expect;

use crate::environment::TestEnvironment;

/// `1975` → {`ae10` → `55af`; `27c6` (shoppingcart) → `d747`}; `3cac`
/// (networking) → `109e` → `29f8` → `2a95`, which depends on `55af`.
pub(crate) const BRANCHES: &str = "
    1975ea83b712 : create account table
    ae1027a6acf  <- 1975ea83b712 : add a column
    55af2cb1c267 <- ae1027a6acf : add another account column
    27c6a30d7c24 <- 1975ea83b712 label=shoppingcart : add shopping cart table
    d747a8a8879  <- 27c6a30d7c24 : add a shopping cart column
    3cac04ae8714 label=networking : create networking branch
    109ec7d132bf <- 3cac04ae8714 : add ip number table
    29f859a13ea  <- 109ec7d132bf : add DNS table
    2a95102259be <- 29f859a13ea needs=55af2cb1c267 : add ip account table";

#[test]
fn a_revision_follows_the_head() {
    let environment = TestEnvironment::new();
    environment.revisions("aaaa : one");
    environment.check(
        "retort revision -m \"Add US stock-tables!\" --rev-id bbbb
        retort revision --rev-id cccc --branch-label shop --depends-on aaa
        retort revision -m \"a very long message with punctuation, and more of it\" --rev-id dddd --depends-on shop
        retort history",
        expect![[r#"
            $ retort revision -m "Add US stock-tables!" --rev-id bbbb
            Generating migrations/bbbb_add_us_stock_tables.sql ...  done
            $ retort revision --rev-id cccc --branch-label shop --depends-on aaa
            Generating migrations/cccc_.sql ...  done
            $ retort revision -m "a very long message with punctuation, and more of it" --rev-id dddd --depends-on shop
            Generating migrations/dddd_a_very_long_message_with_punctuation_.sql ...  done
            $ retort history
            cccc (shop) -> dddd (shop) (head), a very long message with punctuation, and more of it
            bbbb (aaaa) -> cccc (shop), empty message
            aaaa -> bbbb (shop), Add US stock-tables!
            <base> -> aaaa, one
        "#]],
    );
    let text = fs::read_to_string(environment.path().join("migrations/cccc_.sql")).unwrap();
    let text: Vec<&str> = text.lines().map(|line| line.split("created").next().unwrap()).collect();
    expect![[r#"
        -- empty message
        --
        -- @revision cccc
        -- @revises bbbb
        -- @
        -- @labels shop
        -- @depends-on aaaa

        -- @upgrade
        -- Write SQL here. What undoes it is worked out where that is possible; to write
        -- it yourself, begin a section below with the line: -- @downgrade"#]]
    .assert_eq(&text.join("\n"));
}

#[test]
fn ids_are_random() {
    let environment = TestEnvironment::new();
    environment.revisions("");
    for _ in 0..20 {
        assert_eq!(environment.run("retort revision").status, 0);
    }
    let ids = environment.run("retort history --format json").stdout;
    let document: serde_json::Value = serde_json::from_str(&ids).unwrap();
    let revisions = document["revisions"].as_array().unwrap();
    assert_eq!(revisions.len(), 20);
    for revision in revisions {
        let id = revision["revision"].as_str().unwrap();
        assert!(id.len() == 12 && id.bytes().all(|byte| b"0123456789abcdef".contains(&byte)), "{id}");
    }
}

#[test]
fn heads_bases_and_splices() {
    let environment = TestEnvironment::new();
    environment.revisions(BRANCHES);
    environment.check(
        "retort revision -m x --rev-id xxxx
        retort revision -m x --rev-id xxxx --head head
        retort revision -m x --rev-id xxxx --head heads
        retort revision -m x --rev-id xxxx --head 1975
        retort revision -m x --rev-id x1 --head 1975 --splice
        retort revision -m x --rev-id x2 --head base
        retort revision -m x --rev-id x3 --head shoppingcart@head
        retort show x3",
        expect![[r#"
            $ retort revision -m x --rev-id xxxx
            ! error: Multiple heads are present; please specify the head revision on which the new revision should be based, or perform a merge.
            ! hint: follow one of them with `--head 2a95102259be`
            ! hint: or join them first: `retort merge -m "merge branches" 2a95102259be 55af2cb1c267 d747a8a8879`
            [exit status: 1]
            $ retort revision -m x --rev-id xxxx --head head
            ! error: Multiple heads are present; please specify the head revision on which the new revision should be based, or perform a merge.
            ! hint: follow one of them with `--head 2a95102259be`
            ! hint: or join them first: `retort merge -m "merge branches" 2a95102259be 55af2cb1c267 d747a8a8879`
            [exit status: 1]
            $ retort revision -m x --rev-id xxxx --head heads
            Generating migrations/xxxx_x.sql ...  done
            $ retort revision -m x --rev-id xxxx --head 1975
            ! error: Revision 1975ea83b712 is not a head revision; please specify --splice to create a new branch from this revision
            ! hint: `retort heads` lists the heads
            [exit status: 1]
            $ retort revision -m x --rev-id x1 --head 1975 --splice
            Generating migrations/x1_x.sql ...  done
            $ retort revision -m x --rev-id x2 --head base
            Generating migrations/x2_x.sql ...  done
            $ retort revision -m x --rev-id x3 --head shoppingcart@head
            Generating migrations/x3_x.sql ...  done
            $ retort show x3
            Rev: x3 (head)
            Parent: xxxx
            Branch names: networking, shoppingcart
            Path: migrations/x3_x.sql

                x
                $
                Revision ID: x3
                Revises: xxxx
                Create Date: $NOW

        "#]],
    );
}

#[test]
fn what_would_break_the_next_command_is_refused_before_it_is_written() {
    let environment = TestEnvironment::new();
    environment.revisions("aaaa label=shop : one\nbbbb <- aaaa : two");
    let before = environment.files();
    environment.check(
        "retort revision --rev-id aaaa
        retort revision --rev-id a@b:+
        retort revision --rev-id head
        retort revision --rev-id a/b
        retort revision --rev-id \"a b\"
        retort revision --rev-id \"\"
        retort revision --rev-id x123456789x123456789x123456789x12
        retort revision --rev-id cccc --branch-label shop
        retort revision --rev-id cccc --branch-label bbbb
        retort revision --rev-id cccc --branch-label \"a, b\"
        retort revision --depends-on nope
        retort revision --head nope
        retort revision --head aaaa:bbbb
        retort revision --rev-id cccc --depends-on cccc
        retort revision --rev-id aaaa --format json",
        expect![[r#"
            $ retort revision --rev-id aaaa
            ! error: Revision aaaa is present more than once
            ! hint: migrations/aaaa_.sql has this id; choose another `--rev-id`, or leave it out
            [exit status: 1]
            $ retort revision --rev-id a@b:+
            ! error: Character(s) '+, :, @' not allowed in revision identifier 'a@b:+'
            ! hint: choose another `--rev-id`, of letters, digits and underscores
            [exit status: 1]
            $ retort revision --rev-id head
            ! error: 'head' is not allowed as a revision identifier: as a target it means something else
            ! hint: choose another name
            [exit status: 1]
            $ retort revision --rev-id a/b
            ! error: `a/b` cannot be the name of a revision file
            ! hint: ids and labels are words of letters, digits and underscores; a directory that `file_template` makes needs a name
            [exit status: 1]
            $ retort revision --rev-id "a b"
            ! error: "a b" cannot be written as a revision id: a name is not empty and has no spaces or commas
            ! hint: ids and labels are words of letters, digits and underscores
            [exit status: 1]
            $ retort revision --rev-id ""
            ! error: '' is not allowed as a revision identifier: it is empty
            ! hint: choose another name
            [exit status: 1]
            $ retort revision --rev-id x123456789x123456789x123456789x12
            ! error: revision identifier 'x123456789x123456789x123456789x12' has 33 characters, and the version table holds 32
            ! hint: choose a shorter `--rev-id`
            [exit status: 1]
            $ retort revision --rev-id cccc --branch-label shop
            ! error: Branch name 'shop' in revision cccc already used by revision aaaa
            ! hint: choose another `--branch-label`, or follow the branch with `--head shop@head`; it begins in migrations/aaaa_.sql
            [exit status: 1]
            $ retort revision --rev-id cccc --branch-label bbbb
            ! error: Branch name 'bbbb' in revision cccc already used by revision bbbb
            ! hint: choose another `--branch-label`, or follow the branch with `--head bbbb@head`; it begins in migrations/bbbb_.sql
            [exit status: 1]
            $ retort revision --rev-id cccc --branch-label "a, b"
            ! error: "a, b" cannot be written as a branch label: a name is not empty and has no spaces or commas
            ! hint: ids and labels are words of letters, digits and underscores
            [exit status: 1]
            $ retort revision --depends-on nope
            ! error: Can't locate revision identified by 'nope'
            ! hint: none of the 2 revisions, up to bbbb, and no branch label begins with it; `retort history` lists them
            [exit status: 1]
            $ retort revision --head nope
            ! error: Can't locate revision identified by 'nope'
            ! hint: none of the 2 revisions, up to bbbb, and no branch label begins with it; `retort history` lists them
            [exit status: 1]
            $ retort revision --head aaaa:bbbb
            ! error: Range revision not allowed
            ! hint: ranges are for `retort history -r`, and for scripts: `--sql`
            [exit status: 1]
            $ retort revision --rev-id cccc --depends-on cccc
            ! error: Can't locate revision identified by 'cccc'
            ! hint: none of the 2 revisions, up to bbbb, and no branch label begins with it; `retort history` lists them
            [exit status: 1]
            $ retort revision --rev-id aaaa --format json
            ! {"error":{"code":"duplicate-revision","message":"Revision aaaa is present more than once","hint":"migrations/aaaa_.sql has this id; choose another `--rev-id`, or leave it out"}}
            [exit status: 1]
        "#]],
    );
    assert_eq!(environment.files(), before);
}

#[test]
fn a_new_revision_for_scripts() {
    let environment = TestEnvironment::new();
    environment.revisions("aaaa : one");
    environment.check("retort revision -m two --rev-id bbbb --format json", expect![[r#"
        $ retort revision -m two --rev-id bbbb --format json
        {"revisions":[{"revision":"bbbb","down_revisions":["aaaa"],"depends_on":[],"branch_labels":[],"message":"two","path":"migrations/bbbb_two.sql","is_head":true,"is_base":false,"is_branch_point":false,"is_merge_point":false,"is_current":false}]}
    "#]]);
}
