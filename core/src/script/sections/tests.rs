use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::revision::RevisionId;
use crate::script::NewRevision;
use crate::sql::fixtures::{ALL, BACKSLASHED};

/// Parses a script with this header before it and shows its sections and
/// blocks, or the error with its hint.
fn check(body: &str, expected: Expect) {
    let text = format!("-- message\n-- @revision a\n{body}");
    let shown = match RevisionScript::parse(Source::new("x.sql", text.clone()), ALL) {
        Ok(script) => {
            assert_eq!(script.to_string(), text);
            show("upgrade", &script, script.upgrade.as_ref())
                + &show("downgrade", &script, script.downgrade.as_ref())
        }
        Err(error) => {
            let hint = error.hint.as_deref().unwrap_or("none");
            format!("{error}\n{:?}\nhint: {hint}\n", &text[error.span.clone()])
        }
    };
    expected.assert_eq(&shown);
}

fn show(name: &str, script: &RevisionScript, section: Option<&Section>) -> String {
    let Some(section) = section else { return format!("no {name}\n") };
    let blocks = section.blocks.iter().map(|block| {
        let names = block.only.iter().flatten().map(|name| name.value.as_str());
        let names = names.collect::<Vec<_>>().join(" ");
        let kind = if block.has_sql { "" } else { "empty " };
        format!("  {kind}[{names}] {:?}\n", script.block_text(block))
    });
    std::iter::once(format!("{name}\n")).chain(blocks).collect()
}

#[test]
fn sections_and_blocks_are_found() {
    check(
        "\n-- @upgrade\nCREATE TABLE t (id int);\n\n-- @only permissive\nSELECT 1;\n-- @only backslashed, permissive\nSELECT 2;\n-- @all\nSELECT 3;\n-- @downgrade\n-- @only backslashed\n-- none\n",
        expect![[r#"
            upgrade
              [] "CREATE TABLE t (id int);\n\n"
              [permissive] "SELECT 1;\n"
              [backslashed permissive] "SELECT 2;\n"
              [] "SELECT 3;\n"
            downgrade
              empty [backslashed] "-- none\n"
        "#]],
    );
    check(
        "-- @downgrade\r\nSELECT 1;\r\n-- @upgrade\r\n",
        expect![[r#"
        upgrade
        downgrade
          [] "SELECT 1;\r\n"
    "#]],
    );
    check(
        "-- @upgrade",
        expect![[r#"
        upgrade
        no downgrade
    "#]],
    );
    check(
        "-- @downgrade\n-- nothing",
        expect![[r#"
        no upgrade
        downgrade
    "#]],
    );
    check(
        "",
        expect![[r#"
        no upgrade
        no downgrade
    "#]],
    );
}

#[test]
fn a_directive_is_a_comment_where_it_stands() {
    check(
        "-- @upgrade\nSELECT '\n-- @all\n', $$\n-- @downgrade\n$$ /*\n-- @only x\n*/;",
        expect![[r#"
        upgrade
          [] "SELECT '\n-- @all\n', $$\n-- @downgrade\n$$ /*\n-- @only x\n*/;"
        no downgrade
    "#]],
    );
    check(
        "-- @upgrade\n-- @only backslashed\nSELECT 'it\\'s\n-- @all\n';\n-- @all\nSELECT 1;",
        expect![[r#"
        upgrade
          [backslashed] "SELECT 'it\\'s\n-- @all\n';\n"
          [] "SELECT 1;"
        no downgrade
    "#]],
    );
    check(
        "-- @upgrade\n-- @only elsewhere\nSELECT 'it\\'s';\n-- @all\nSELECT 1;",
        expect![[r#"
        upgrade
          [elsewhere] "SELECT 'it\\'s';\n"
          [] "SELECT 1;"
        no downgrade
    "#]],
    );
    check(
        "-- @upgrade\nSELECT 1; -- @ 5 o'clock\n  -- @see above\n",
        expect![[r#"
        upgrade
          [] "SELECT 1; -- @ 5 o'clock\n  -- @see above\n"
        no downgrade
    "#]],
    );
}

#[test]
fn misplaced_directives_are_refused() {
    check(
        "SELECT 1;\n-- @upgrade\n",
        expect![[r#"
        x.sql:3:1: SQL before `-- @upgrade`
        "SELECT"
        hint: write `-- @upgrade` on a line of its own above it
    "#]],
    );
    check(
        "-- @downgrade\nSELECT 1;\n",
        expect![[r#"
        x.sql:3:1: `-- @downgrade` without `-- @upgrade`
        "-- @downgrade"
        hint: an empty `-- @upgrade` section says that there is nothing to do
    "#]],
    );
    check(
        "-- @only backslashed\n-- @upgrade\n",
        expect![[r#"
        x.sql:3:4: `@only` before `-- @upgrade`
        "@only"
        hint: none
    "#]],
    );
    check(
        "-- @upgrade\n-- @upgrade\n",
        expect![[r#"
        x.sql:4:4: `@upgrade` is given twice
        "@upgrade"
        hint: none
    "#]],
    );
    check(
        "-- @upgrade now\n",
        expect![[r#"
        x.sql:3:13: `@upgrade` takes no value
        "now"
        hint: none
    "#]],
    );
    check(
        "-- @upgrade\n-- @only\n",
        expect![[r#"
        x.sql:4:4: `@only` needs a value
        "@only"
        hint: none
    "#]],
    );
    check(
        "-- @upgrade\n-- @only a b\n",
        expect![[r#"
        x.sql:4:10: "a b" is not a name
        "a b"
        hint: names have no spaces; separate several with commas
    "#]],
    );
    check(
        "-- @upgrade\n-- @labels x\n",
        expect![[r#"
        x.sql:4:4: `@labels` belongs in the header
        "@labels"
        hint: move it above the first line that is not a comment
    "#]],
    );
    check(
        "-- @upgrade\n-- @dwngrade\n",
        expect![[r#"
        x.sql:4:4: unknown directive `@dwngrade`
        "@dwngrade"
        hint: known here: `@upgrade`, `@downgrade`, `@only`, `@all`
    "#]],
    );
    check(
        "-- @upgrade\nSELECT 1;\n -- @downgrade\nSELECT 2;\n",
        expect![[r#"
        x.sql:5:5: `@downgrade` is not at the beginning of its line
        "@downgrade"
        hint: a directive is a line of its own, not indented
    "#]],
    );
    check(
        "-- @upgrade\nSELECT 1; -- @all\n",
        expect![[r#"
        x.sql:4:14: `@all` is not at the beginning of its line
        "@all"
        hint: a directive is a line of its own, not indented
    "#]],
    );
    check(
        "-- @upgrade\n-- @only permissive, backslashed\nSELECT '\\';\n-- @all\nSELECT ';'",
        expect![[r#"
        x.sql:7:10: unterminated string
        "'"
        hint: none
    "#]],
    );
}

#[test]
fn backends_of_one_block_agree_on_where_it_ends() {
    check(
        "-- @upgrade\n-- @only permissive, backslashed\nSELECT '\\';\n-- @all\nSELECT '\\';'",
        expect![[r#"
        x.sql:6:1: `permissive` and `backslashed` disagree on whether this is a comment
        "-- @all"
        hint: write a block for `permissive` and a block for `backslashed`
    "#]],
    );
}

#[test]
fn what_does_not_end_is_refused_where_it_begins() {
    check(
        "-- @upgrade\nSELECT 1,\n  'é\n-- @downgrade\nSELECT 2;\n",
        expect![[r#"
        x.sql:5:3: unterminated string
        "'é"
        hint: none
    "#]],
    );
    check(
        "-- @upgrade\n/* a\n-- @downgrade\n",
        expect![[r#"
        x.sql:4:1: unterminated comment
        "/* a"
        hint: none
    "#]],
    );
}

#[test]
fn statements_are_found_in_the_file() {
    let text = "-- @revision a\n-- @upgrade\n-- @only backslashed\nSELECT 1; # x\nSELECT 'é';\n-- @all\n";
    let script = RevisionScript::parse(Source::new("x.sql", text), ALL).expect("the script is valid");
    let upgrade = script.upgrade.as_ref().expect("there is an upgrade");
    let spans = script.split_block(&upgrade.blocks[0], &BACKSLASHED).expect("the block splits");
    let statements: Vec<_> = spans.into_iter().map(|span| &text[span]).collect();
    assert_eq!(statements, ["SELECT 1", "SELECT 'é'"]);
}

#[test]
fn a_new_revision_has_nothing_to_do() {
    let new = NewRevision {
        parents: vec![RevisionId::new("b"), RevisionId::new("c")],
        labels: vec!["l".to_owned()],
        depends_on: vec!["d".to_owned()],
        created: Some("2026-11-22T15:02:11Z".to_owned()),
        no_transaction: true,
        ..NewRevision::new(RevisionId::new("a"), "one\r\n\r\n@two\n")
    };
    let text = new.render().expect("the revision is valid");
    expect![[r#"
        -- one
        --
        -- \@two
        --
        -- @revision a
        -- @revises b, c
        -- @created 2026-11-22T15:02:11Z
        -- @labels l
        -- @depends-on d
        -- @no-transaction

        -- @upgrade
    "#]]
    .assert_eq(&text);
    let script = RevisionScript::parse(Source::new("x.sql", text), ALL).expect("what is written is read");
    assert!(script.upgrade.is_some_and(|section| section.is_empty()));
    assert_eq!(script.downgrade, None, "what undoes it is computed");
}

#[test]
fn what_would_not_be_read_back_is_not_written() {
    let new = || NewRevision::new(RevisionId::new("a"), "m");
    for broken in [
        NewRevision::new(RevisionId::new(""), "m"),
        NewRevision::new(RevisionId::new("a\n-- @revises b"), "m"),
        NewRevision { parents: vec![RevisionId::new("b,c")], ..new() },
        NewRevision { labels: vec!["x y".to_owned()], ..new() },
        NewRevision { created: Some("2026-11-22T15:02:11Z\n".to_owned()), ..new() },
    ] {
        assert!(broken.render().is_err(), "{broken:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn scripts_keep_their_text(
        body in r#"(-- @(upgrade|downgrade|all|only permissive|only backslashed, portable|only x)\r?\n|SELECT 1;|'|\\|"|\$\$|/\*|\*/|--|#| |é|\r|\n){0,25}"#,
    ) {
        let text = format!("\u{feff}-- @revision a\r\n-- @upgrade\n{body}");
        let Ok(script) = RevisionScript::parse(Source::new("x.sql", text.clone()), ALL) else { return Ok(()) };
        prop_assert_eq!(script.to_string(), text.clone());
        let sections = [&script.upgrade, &script.downgrade];
        let mut blocks: Vec<_> = sections.into_iter().flatten().flat_map(|section| &section.blocks).collect();
        blocks.sort_by_key(|block| block.span.start);
        // Between the blocks there are only comments and spaces.
        let mut end = script.header.span.end;
        for block in blocks {
            prop_assert!(block.span.start >= end);
            let between = &text[end..block.span.start];
            let is_trivia = lex_from(between, 0, &Syntax::PORTABLE).all(|token| token.kind.is_trivia());
            prop_assert!(is_trivia, "{:?}", between);
            end = block.span.end;
        }
    }
}
