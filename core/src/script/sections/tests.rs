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
    let mut shown = format!("{name}\n");
    for block in &section.blocks {
        let names = block.only.iter().flatten().map(|name| name.value.as_str());
        let names = names.collect::<Vec<_>>().join(" ");
        let kind = if block.has_sql { "" } else { "empty " };
        shown += &format!("  {kind}[{names}] {:?}\n", script.block_text(block));
    }
    shown
}

#[test]
fn sections_and_blocks_are_found() {
    check(
        "\n-- @upgrade\nCREATE TABLE t (id int);\n\n-- @only permissive\nSELECT 1;\n-- @only backslashed, permissive\nSELECT 2;\n-- @all\nSELECT 3;\n-- @downgrade\n-- @only backslashed\n-- none\n",
        expect![],
    );
    check("-- @downgrade\r\nSELECT 1;\r\n-- @upgrade\r\n", expect![]);
    check("-- @upgrade", expect![]);
    check("-- @downgrade\n-- nothing", expect![]);
    check("", expect![]);
}

#[test]
fn a_directive_is_a_comment_where_it_stands() {
    check("-- @upgrade\nSELECT '\n-- @all\n', $$\n-- @downgrade\n$$ /*\n-- @only x\n*/;", expect![]);
    check("-- @upgrade\n-- @only backslashed\nSELECT 'it\\'s\n-- @all\n';\n-- @all\nSELECT 1;", expect![]);
    check("-- @upgrade\n-- @only elsewhere\nSELECT 'it\\'s';\n-- @all\nSELECT 1;", expect![]);
    check("-- @upgrade\nSELECT 1; -- @ 5 o'clock\n  -- @see above\n", expect![]);
}

#[test]
fn misplaced_directives_are_refused() {
    check("SELECT 1;\n-- @upgrade\n", expect![]);
    check("-- @downgrade\nSELECT 1;\n", expect![]);
    check("-- @only backslashed\n-- @upgrade\n", expect![]);
    check("-- @upgrade\n-- @upgrade\n", expect![]);
    check("-- @upgrade now\n", expect![]);
    check("-- @upgrade\n-- @only\n", expect![]);
    check("-- @upgrade\n-- @only a b\n", expect![]);
    check("-- @upgrade\n-- @labels x\n", expect![]);
    check("-- @upgrade\n-- @dwngrade\n", expect![]);
    check("-- @upgrade\nSELECT 1;\n -- @downgrade\nSELECT 2;\n", expect![]);
    check("-- @upgrade\nSELECT 1; -- @all\n", expect![]);
    check("-- @upgrade\n-- @only permissive, backslashed\nSELECT '\\';\n-- @all\nSELECT ';'", expect![]);
}

#[test]
fn what_does_not_end_is_refused_where_it_begins() {
    check("-- @upgrade\nSELECT 1,\n  'é\n-- @downgrade\nSELECT 2;\n", expect![]);
    check("-- @upgrade\n/* a\n-- @downgrade\n", expect![]);
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
    expect![].assert_eq(&text);
    let script = RevisionScript::parse(Source::new("x.sql", text), ALL).expect("what is written is read");
    assert!(script.upgrade.is_some_and(|section| section.is_empty()));
    assert!(script.downgrade.is_some_and(|section| section.is_empty()));
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
