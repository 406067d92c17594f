//! `retort history --graph`, and the graph as a picture.

use expect_test::expect;

use crate::{environment::TestEnvironment, revision::BRANCHES};

/// A merge, of which the database has a part, and a dependency.
const MERGED: &str = "
    aaaa : users
    b111 <- aaaa label=shop : carts
    b222 <- b111 : prices
    c111 <- aaaa : orders
    mmmm <- b222 c111 : join shop
    d111 label=net : hosts
    d222 <- d111 needs=b111 : addresses";

fn merged() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.revisions(MERGED);
    environment.set("LANG", "en_US.UTF-8").use_database("dev.db");
    assert_eq!(environment.run("retort upgrade c111").status, 0);
    environment
}

#[test]
fn the_graph_is_drawn_beside_the_lines() {
    let mut environment = TestEnvironment::new();
    environment.revisions(BRANCHES);
    environment.set("LC_ALL", "C.utf8");
    environment.check(
        "retort history --graph",
        expect![[r#"
        $ retort history --graph
        ○╌╮  29f859a13ea (55af2cb1c267) -> 2a95102259be (networking) (head), add ip account table
        ○ ┊  109ec7d132bf -> 29f859a13ea (networking), add DNS table
        ○ ┊  3cac04ae8714 -> 109ec7d132bf (networking), add ip number table
        ○ ┊  <base> -> 3cac04ae8714 (networking), create networking branch
          ┊ ○  27c6a30d7c24 -> d747a8a8879 (shoppingcart) (head), add a shopping cart column
          ┊ ○  1975ea83b712 -> 27c6a30d7c24 (shoppingcart), add shopping cart table
          ○ │  ae1027a6acf -> 55af2cb1c267 (effective head), add another account column
          ○─┤  1975ea83b712 -> ae1027a6acf, add a column
            ○  <base> -> 1975ea83b712 (branchpoint), create account table
    "#]],
    );
    merged().check(
        "retort -q history --graph -i
        retort -q history --graph -i --ascii
        retort history --graph -r b111:mmmm",
        expect![[r#"
            $ retort -q history --graph -i
            ○╌╮  d111 (b111) -> d222 (net) (head), addresses
            ○ ┊  <base> -> d111 (net), hosts
              ┊ ○─╮  b222, c111 -> mmmm (shop) (head) (mergepoint), join shop
              ┊ ○ │  b111 -> b222 (shop), prices
              ╰╌○ │  aaaa -> b111 (shop), carts
                ├─◉  aaaa -> c111 (current), orders
                ○  <base> -> aaaa (branchpoint), users
            $ retort -q history --graph -i --ascii
            o~.  d111 (b111) -> d222 (net) (head), addresses
            o :  <base> -> d111 (net), hosts
              : o-.  b222, c111 -> mmmm (shop) (head) (mergepoint), join shop
              : o |  b111 -> b222 (shop), prices
              '~o |  aaaa -> b111 (shop), carts
                +-@  aaaa -> c111 (current), orders
                o  <base> -> aaaa (branchpoint), users
            $ retort history --graph -r b111:mmmm
            ○  b222, c111 -> mmmm (shop) (head) (mergepoint), join shop
            ○  b111 -> b222 (shop), prices
            ○  aaaa -> b111 (shop), carts
        "#]],
    );
}

#[test]
fn blocks_stand_beside_the_graph_too() {
    merged().check(
        "retort history --graph -v -r b111:mmmm",
        expect![[r#"
        $ retort history --graph -v -r b111:mmmm
        ○  Rev: mmmm (head) (mergepoint)
        │  Merges: b222, c111
        │  Branch names: shop
        │  Path: migrations/mmmm_.sql
        │
        │      join shop
        │      $
        │      Revision ID: mmmm
        │      Revises: b222, c111
        │      Create Date: 2026-11-22 15:02:04+00:00
        │
        ○  Rev: b222
        │  Parent: b111
        │  Branch names: shop
        │  Path: migrations/b222_.sql
        │
        │      prices
        │      $
        │      Revision ID: b222
        │      Revises: b111
        │      Create Date: 2026-11-22 15:02:02+00:00
        │
        ○  Rev: b111
           Parent: aaaa
           Branch names: shop
           Path: migrations/b111_.sql

               carts
               $
               Revision ID: b111
               Revises: aaaa
               Create Date: 2026-11-22 15:02:01+00:00

    "#]],
    );
}

#[test]
fn what_the_locale_lacks_is_not_drawn() {
    let environment = TestEnvironment::new();
    environment.revisions(MERGED);
    let ascii = environment.run("retort history --graph --ascii").stdout;
    assert!(ascii.is_ascii(), "{ascii}");
    for (name, value, is_ascii) in [
        ("LANG", "de_DE.UTF-8", false),
        ("LANG", "C", true),
        ("LC_CTYPE", "en_US.utf8", false),
        ("LC_ALL", "POSIX", true),
    ] {
        let mut environment = TestEnvironment::new();
        environment.revisions(MERGED);
        environment.set("LANG", "de_DE.UTF-8").set(name, value);
        let drawn = environment.run("retort history --graph").stdout;
        assert_eq!(drawn == ascii, is_ascii, "{name}={value}");
    }
}

#[test]
fn pictures() {
    merged().check(
        "retort history --format dot
        retort -q history --format mermaid -i -r b111:mmmm
        retort history --format svg -r aaaa:b111",
        expect![[r#"
            $ retort history --format dot
            digraph revisions {
                charset = "UTF-8";
                rankdir = "BT";
                node [shape = "box", style = "rounded,filled", fillcolor = "white", fontname = "monospace"];
                "d222" [label = "d222\n(net) (head)\naddresses", penwidth = "2"];
                "d111" [label = "d111\n(net)\nhosts"];
                "mmmm" [label = "mmmm\n(shop) (head) (mergepoint)\njoin shop", penwidth = "2"];
                "b222" [label = "b222\n(shop)\nprices"];
                "b111" [label = "b111\n(shop)\ncarts"];
                "c111" [label = "c111\norders"];
                "aaaa" [label = "aaaa\n(branchpoint)\nusers"];
                "d111" -> "d222";
                "b111" -> "d222" [style = "dashed"];
                "b222" -> "mmmm";
                "c111" -> "mmmm";
                "b111" -> "b222";
                "aaaa" -> "b111";
                "aaaa" -> "c111";
            }
            $ retort -q history --format mermaid -i -r b111:mmmm
            flowchart BT
                r0["mmmm<br>(shop) (head) (mergepoint)<br>join shop"]
                r1["b222<br>(shop)<br>prices"]
                r2["b111<br>(shop)<br>carts"]
                r1 --> r0
                r2 --> r1
                classDef head stroke-width:3px
                class r0 head
            $ retort history --format svg -r aaaa:b111
            <svg xmlns="http://www.w3.org/2000/svg" width="252" height="68" viewBox="0 0 252 68">
              <title>Revisions</title>
              <style>
                text { font: 13px ui-monospace, monospace; white-space: pre; }
                .id { font-weight: bold; }
                .revision, .link { stroke-width: 2; }
                .link { fill: none; }
                .depends-on { stroke-dasharray: 4 4; }
                .paper, .revision { fill: #fff; }
                text, .head { fill: #1f2328; }
                .revision { stroke: #1f2328; }
                .link { stroke: #8c959f; }
                .marks { fill: #8250df; }
                .current { fill: #1a7f37; stroke: #1a7f37; }
                @media (prefers-color-scheme: dark) {
                  .paper, .revision { fill: #0d1117; }
                  text, .head { fill: #e6edf3; }
                  .revision { stroke: #e6edf3; }
                  .link { stroke: #6e7681; }
                  .marks { fill: #a371f7; }
                  .current { fill: #3fb950; stroke: #3fb950; }
                }
              </style>
              <rect class="paper" width="100%" height="100%"/>
              <path class="link" d="M20 20V48" data-revision="b111" data-parent="aaaa"/>
              <circle class="revision" cx="20" cy="20" r="6" data-revision="b111"/>
              <text x="40" y="24"><tspan class="id">b111</tspan><tspan class="marks"> (shop)</tspan><tspan> carts</tspan></text>
              <circle class="revision" cx="20" cy="48" r="6" data-revision="aaaa"/>
              <text x="40" y="52"><tspan class="id">aaaa</tspan><tspan class="marks"> (branchpoint)</tspan><tspan> users</tspan></text>
            </svg>
        "#]],
    );
}

#[test]
fn formats_go_with_what_has_them() {
    merged().check(
        "retort heads --format dot
        retort upgrade head --format svg
        retort history --graph --format json
        retort history --graph --format mermaid
        retort history --ascii
        retort history --format png",
        expect![[r#"
            $ retort heads --format dot
            ! error: `--format dot` draws revisions, which only `retort history` does
            ! hint: the formats of all commands are `human` and `json`
            [exit status: 2]
            $ retort upgrade head --format svg
            ! error: `--format svg` draws revisions, which only `retort history` does
            ! hint: the formats of all commands are `human` and `json`
            [exit status: 2]
            $ retort history --graph --format json
            ! {"error":{"code":"usage","message":"the argument '--graph' cannot be used with '--format json'","hint":"`--graph` draws for people; `--format json` has the parents and dependencies of each revision"}}
            [exit status: 2]
            $ retort history --graph --format mermaid
            ! error: the argument '--graph' cannot be used with '--format mermaid'
            ! hint: `--graph` draws for people; `--format json` has the parents and dependencies of each revision
            [exit status: 2]
            $ retort history --ascii
            ! error: the following required arguments were not provided:
            !   --graph
            ! 
            ! Usage: retort history --graph --ascii
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
            $ retort history --format png
            ! error: invalid value 'png' for '--format <FORMAT>'
            !   [possible values: human, json]
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
        "#]],
    );
}

#[test]
fn colours_change_nothing_but_colours() {
    let environment = merged();
    for command in [
        "retort history",
        "retort history -i -v",
        "retort history --graph -i",
        "retort heads",
        "retort current",
        "retort current -v",
        "retort branches",
        "retort show mmmm",
    ] {
        let plain = environment.run(command).stdout;
        let coloured = environment.run(&format!("{command} --color always")).stdout;
        assert!(!plain.contains('\u{1b}'), "{command}");
        assert!(coloured.contains('\u{1b}'), "{command}");
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain, "{command}");
    }
    for format in ["json", "dot", "mermaid", "svg"] {
        let run = environment.run(&format!("retort history -i --format {format} --color always"));
        assert!(!run.stdout.contains('\u{1b}'), "{format}");
    }
    let line = environment.run("retort history -i -r c111:c111 --color always").stdout;
    expect![[r#"aaaa -> \u{1b}[33mc111\u{1b}[0m \u{1b}[1m\u{1b}[32m(current)\u{1b}[0m, orders\n"#]]
        .assert_eq(&line.escape_debug().to_string());
}
