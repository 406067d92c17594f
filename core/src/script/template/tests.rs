use expect_test::{Expect, expect};

use super::*;
use crate::revision::RevisionId;
use crate::script::RevisionScript;

/// The file that a template makes, which must be a valid one; or what is wrong.
#[track_caller]
fn check(template: &str, expected: Expect) {
    let source = Source::new("templates/t.sql", template);
    let text = match RevisionTemplate::parse(&source, &[]) {
        Ok(template) => {
            let mut new = NewRevision::new(RevisionId::new("a"), "one");
            template.fill(&mut new);
            let text = new.render().expect("the revision is valid");
            let script =
                RevisionScript::parse(Source::new("a.sql", text.clone()), &[]).expect("the file is valid");
            assert_eq!(script.header.message, "one");
            assert_eq!(script.header.no_transaction.is_some(), template.no_transaction);
            assert_eq!(script.downgrade.is_some(), template.downgrade.is_some());
            format!("[{}]\n{text}", template.synopsis)
        }
        Err(error) => match &error.hint {
            Some(hint) => format!("{error}\n{hint}\n"),
            None => format!("{error}\n"),
        },
    };
    expected.assert_eq(&text);
}

#[test]
fn a_template_gives_the_comment_and_the_sections() {
    check(
        "\u{feff}-- what it is for\r\n--\r\n-- Owner: us\r\n-- @no-transaction\r\n\r\n/* more */\r\n-- @upgrade\r\n\r\n-- a\r\n-- @only x\r\nb;\r\n-- @all\r\n-- @downgrade\r\n-- c",
        expect![[r#"
            [what it is for]
            -- one
            --
            -- @revision a
            -- @no-transaction

            -- Owner: us

            /* more */

            -- @upgrade
            -- a
            -- @only x
            b;
            -- @all

            -- @downgrade
            -- c
        "#]],
    );
    check(
        "",
        expect![[r#"
        []
        -- one
        --
        -- @revision a

        -- @upgrade
    "#]],
    );
    check(
        "-- only a comment",
        expect![[r#"
        [only a comment]
        -- one
        --
        -- @revision a

        -- @upgrade
    "#]],
    );
    check(
        "\n-- @upgrade\nSELECT '\n-- @only x\n';\n",
        expect![[r#"
        []
        -- one
        --
        -- @revision a

        -- @upgrade
        SELECT '
        -- @only x
        ';
    "#]],
    );
    check(
        "-- x\n-- more\n-- @downgrade\n",
        expect![[r#"
        [x]
        -- one
        --
        -- @revision a

        -- more

        -- @upgrade

        -- @downgrade
    "#]],
    );
}

#[test]
fn what_a_template_may_not_say() {
    check(
        "-- x\n-- @revision a\n",
        expect![[r#"
        templates/t.sql:2:4: `@revision` is written for each new revision
        leave it out: a template has a comment, perhaps `-- @no-transaction`, and the sections
    "#]],
    );
    check(
        "-- x\n-- @depends-on a\n-- @upgrade\n",
        expect![[r#"
        templates/t.sql:2:4: `@depends-on` is written for each new revision
        leave it out: a template has a comment, perhaps `-- @no-transaction`, and the sections
    "#]],
    );
    check(
        "-- x\n-- @upgrades\n",
        expect![[r#"
        templates/t.sql:2:4: unknown directive `@upgrades`
        known here: `@no-transaction`, `@upgrade`, `@downgrade`, `@only`, `@all`
    "#]],
    );
    check(
        "-- x\n  -- @no-transaction\n",
        expect![[r#"
        templates/t.sql:2:6: `@no-transaction` is not at the beginning of its line
        a directive is a line of its own, not indented
    "#]],
    );
    check(
        "-- @no-transaction\n-- @no-transaction\n",
        expect![[r#"
        templates/t.sql:2:4: `@no-transaction` is given twice
    "#]],
    );
    check(
        "-- @no-transaction please\n",
        expect![[r#"
        templates/t.sql:1:20: `@no-transaction` takes no value
    "#]],
    );
    check(
        "-- x\nCREATE TABLE t (id INTEGER);\n-- @upgrade\n",
        expect![[r#"
        templates/t.sql:2:1: SQL before `-- @upgrade`
        write `-- @upgrade` on a line of its own above it
    "#]],
    );
    check(
        "-- @upgrade\n-- @revision a\n",
        expect![[r#"
        templates/t.sql:2:4: `@revision` belongs in the header
        move it above the first line that is not a comment
    "#]],
    );
    check(
        "-- @upgrade\n-- @upgrade\n",
        expect![[r#"
        templates/t.sql:2:4: `@upgrade` is given twice
    "#]],
    );
    check(
        "-- @upgrade\nSELECT 'a;\n",
        expect![[r#"
        templates/t.sql:2:8: unterminated string
    "#]],
    );
    check(
        "-- @downgrade\nDROP TABLE t;\n",
        expect![[r#"
        templates/t.sql:1:1: `-- @downgrade` without `-- @upgrade`
        an empty `-- @upgrade` section says that there is nothing to do
    "#]],
    );
    check(
        "-- @only x\n",
        expect![[r#"
        templates/t.sql:1:4: `@only` before `-- @upgrade`
    "#]],
    );
    check(
        "-- a\rb\n",
        expect![[r#"
        templates/t.sql:1:5: carriage return within a comment
    "#]],
    );
}
