use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::revision::RevisionId;
use crate::script::NewRevision;

/// Parses a header and shows what it says, with each value's place, or the
/// error with its hint.
fn check(text: &str, expected: Expect) {
    let source = Source::new("x.sql", text);
    let shown = match Header::parse(&source) {
        Ok(header) => show(text, &header),
        Err(error) => show_error(&error),
    };
    expected.assert_eq(&shown);
}

fn show(text: &str, header: &Header) -> String {
    let mut lines = vec![format!("message {:?} {:?}", header.message, header.description)];
    let mut list = |name: &str, values: &[Spanned<String>]| {
        for value in values {
            assert_eq!(text[value.span.clone()], value.value);
            lines.push(format!("{name} {} at {}", value.value, value.span.start));
        }
    };
    list("revision", std::slice::from_ref(&header.revision));
    list("revises", &header.revises);
    list("created", header.created.as_slice());
    list("labels", &header.labels);
    list("depends on", &header.depends_on);
    if header.no_transaction.is_some() {
        lines.push("no transaction".to_owned());
    }
    lines.push(format!("then {:?}\n", &text[header.span.end..]));
    lines.join("\n")
}

fn show_error(error: &SourceError) -> String {
    let hint = error.hint.as_deref().unwrap_or("none");
    format!("{error}\n{}\nhint: {hint}\n", error.source_line.escape_debug())
}

#[test]
fn a_header_says_what_it_says() {
    check(
        "-- add us stock tables\n--\n-- @revision 2fcfa10330f0\n-- @revises 4c6c78c2b494\n-- @created 2026-11-22T15:02:11Z\n\n-- @upgrade\nSELECT 1;\n",
        expect![[r#"
            message "add us stock tables" ""
            revision 2fcfa10330f0 at 39
            revises 4c6c78c2b494 at 64
            created 2026-11-22T15:02:11Z at 89
            then "-- @upgrade\nSELECT 1;\n"
        "#]],
    );
    check(
        "\u{feff}\r\n-- one\r\n--\r\n--   two\r\n--\r\n-- three\r\n--\r\n--@revision a\r\n-- not the message\r\n-- @revises b ,c\r\n-- @labels  x, y\r\n-- @depends-on z\r\n--  @no-transaction \r\n-- @downgrade\r\n",
        expect![[r#"
            message "one" "  two\n\nthree"
            revision a at 57
            revises b at 92
            revises c at 95
            labels x at 110
            labels y at 113
            depends on z at 131
            no transaction
            then "-- @downgrade\r\n"
        "#]],
    );
    check(
        "-- @revision a",
        expect![[r#"
        message "" ""
        revision a at 13
        then ""
    "#]],
    );
    check(
        "-- @revision a\nSELECT 1",
        expect![[r#"
        message "" ""
        revision a at 13
        then "SELECT 1"
    "#]],
    );
}

#[test]
fn a_wrong_header_is_refused_where_it_is_wrong() {
    check(
        "",
        expect![[r#"
        x.sql:1:1: no `-- @revision` in the header

        hint: a revision file begins with a comment that has its message, then `-- @revision <id>`
    "#]],
    );
    check(
        "-- message\n\nCREATE TABLE t (id int);\n",
        expect![[r#"
        x.sql:3:1: no `-- @revision` in the header
        CREATE TABLE t (id int);
        hint: a revision file begins with a comment that has its message, then `-- @revision <id>`
    "#]],
    );
    check(
        "-- @revision a\n-- @revisions b\n",
        expect![[r#"
        x.sql:2:4: unknown directive `@revisions`
        -- @revisions b
        hint: known here: `@revision`, `@revises`, `@created`, `@labels`, `@depends-on`, `@no-transaction`
    "#]],
    );
    check(
        "-- @revision a\n-- @revision b\n",
        expect![[r#"
        x.sql:2:4: `@revision` is given twice
        -- @revision b
        hint: none
    "#]],
    );
    check(
        "-- é\n  -- @revision a\n",
        expect![[r#"
        x.sql:2:6: `@revision` is not at the beginning of its line
          -- @revision a
        hint: a directive is a line of its own, not indented
    "#]],
    );
    check(
        "-- @revision\n",
        expect![[r#"
        x.sql:1:4: `@revision` needs a value
        -- @revision
        hint: none
    "#]],
    );
    check(
        "-- @revision a, b\n",
        expect![[r#"
        x.sql:1:14: `@revision` takes a single name
        -- @revision a, b
        hint: none
    "#]],
    );
    check(
        "-- @revision a\n-- @revises b c\n",
        expect![[r#"
        x.sql:2:13: "b c" is not a name
        -- @revises b c
        hint: names have no spaces; separate several with commas
    "#]],
    );
    check(
        "-- @revision a\n-- @revises b,, c\n",
        expect![[r#"
        x.sql:2:15: a name is missing beside the comma
        -- @revises b,, c
        hint: none
    "#]],
    );
    check(
        "-- @revision a\n-- @labels b, b\n",
        expect![[r#"
        x.sql:2:15: `b` is listed twice
        -- @labels b, b
        hint: none
    "#]],
    );
    check(
        "-- @revision a\n-- @created yesterday\n",
        expect![[r#"
        x.sql:2:13: "yesterday" is not a date and time with an offset
        -- @created yesterday
        hint: write it as `2026-11-22T15:02:11Z`
    "#]],
    );
    check(
        "-- @revision a\n-- @no-transaction please\n",
        expect![[r#"
        x.sql:2:20: `@no-transaction` takes no value
        -- @no-transaction please
        hint: none
    "#]],
    );
    check(
        "-- @revision a\n-- one\rtwo\n",
        expect![[r#"
        x.sql:2:7: carriage return within a comment
        -- one\rtwo
        hint: none
    "#]],
    );
    check(
        "-- @ revision a\n",
        expect![[r#"
        x.sql:1:4: unknown directive `@`
        -- @ revision a
        hint: known here: `@revision`, `@revises`, `@created`, `@labels`, `@depends-on`, `@no-transaction`
    "#]],
    );
}

/// Sets a directive and shows the new text, or the error.
fn check_edit(text: &str, directive: HeaderDirective, value: &str, expected: Expect) {
    let source = Source::new("x.sql", text);
    let header = Header::parse(&source).expect("the text to edit is valid");
    let shown = match header.set_directive(&source, directive, value) {
        Ok(edited) => format!("{:?}\n", edited.text()),
        Err(error) => show_error(&error),
    };
    expected.assert_eq(&shown);
}

#[test]
fn an_edit_changes_one_value() {
    use HeaderDirective::{Created, Labels, NoTransaction, Revises};
    let text = "\u{feff}-- a\r\n-- @revision a \r\n-- @labels x\r\n\r\n-- @upgrade\r\nSELECT 1;";
    check_edit(
        text,
        Labels,
        "x, y",
        expect![[r#"
        "\u{feff}-- a\r\n-- @revision a \r\n-- @labels x, y\r\n\r\n-- @upgrade\r\nSELECT 1;"
    "#]],
    );
    check_edit(
        text,
        Revises,
        "b",
        expect![[r#"
        "\u{feff}-- a\r\n-- @revision a \r\n-- @labels x\r\n-- @revises b\r\n\r\n-- @upgrade\r\nSELECT 1;"
    "#]],
    );
    check_edit(
        "-- @revision a",
        NoTransaction,
        "",
        expect![[r#"
        "-- @revision a\n-- @no-transaction\n"
    "#]],
    );
    check_edit(
        text,
        Labels,
        "x y",
        expect![[r#"
        x.sql:3:12: "x y" is not a name
        -- @labels x y
        hint: names have no spaces; separate several with commas
    "#]],
    );
    check_edit(
        text,
        Labels,
        "x\n-- @revises b",
        expect![[r#"
        x.sql:2:14: a value of `@labels` cannot contain a line end
        -- @revision a 
        hint: none
    "#]],
    );
    check_edit(
        text,
        Created,
        "",
        expect![[r#"
        x.sql:4:12: "" is not a date and time with an offset
        -- @created
        hint: write it as `2026-11-22T15:02:11Z`
    "#]],
    );
}

#[test]
fn the_end_of_a_header_shows_in_any_prefix_that_holds_it() {
    for text in [
        "-- a\n-- @revision a\n\n-- @upgrade\nSELECT 1;\n",
        "\u{feff}-- @revision a\r\nSELECT 1;\r\n",
        "SELECT 1;\n",
    ] {
        let end = match parse_header(text) {
            Ok(header) => header.span.end,
            Err(problem) => problem.span.start,
        };
        for length in 0..=text.len() {
            let found = header_end(&text.as_bytes()[..length]);
            let line = text[end..].find('\n').map(|line| end + line + 1);
            assert_eq!(found, line.filter(|line| *line <= length).map(|_| end), "{length} of {text:?}");
        }
    }
}

/// The lines of a message as a header keeps them.
fn kept(message: &str) -> String {
    let message = message.trim().replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<_> = message.lines().map(str::trim_end).collect();
    let Some((first, rest)) = lines.split_first() else { return "empty message".to_owned() };
    let rest = rest.join("\n");
    let rest = rest.trim_start_matches('\n');
    if rest.is_empty() { (*first).to_owned() } else { format!("{first}\n{rest}") }
}

proptest! {
    #[test]
    fn no_message_breaks_a_header(
        message in prop_oneof![any::<String>(), r"([@\\ a\r\n\t\-]|@upgrade|@revision){0,12}"],
    ) {
        let new = NewRevision::new(RevisionId::new("abc"), message.clone());
        let text = new.render().map_err(|error| TestCaseError::fail(error.to_string()))?;
        let header = Header::parse(&Source::new("x.sql", text.clone()));
        let header = header.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(header.full_message(), kept(&message), "{:?}", text);
        prop_assert_eq!(header.revision.value, "abc");
        prop_assert_eq!(&text[header.span.end..], "-- @upgrade\n");
    }

    #[test]
    fn an_edit_keeps_every_other_byte(
        before in r"\u{feff}?(-- a|--|\r?\n){0,3}\n",
        after in r"(\r?\n(-- @(revises|labels|created|upgrade|revision) ?| |a|,|é|\r|\u{feff}|--){0,4}){0,6}",
    ) {
        let source = Source::new("x.sql", format!("{before}-- @revision a{after}"));
        let Ok(header) = Header::parse(&source) else { return Ok(()) };
        let edited = header.set_directive(&source, HeaderDirective::DependsOn, "zz");
        let edited = edited.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let text = edited.text();
        let at = text.find("-- @depends-on zz").ok_or_else(|| TestCaseError::fail("no edit"))?;
        let rest = text[at + "-- @depends-on zz".len()..].trim_start_matches('\r');
        let restored = format!("{}{}", &text[..at], rest.strip_prefix('\n').unwrap_or(rest));
        let original = source.text();
        let line_end = if original.ends_with('\n') { "" } else { restored.strip_prefix(original).unwrap_or("") };
        prop_assert_eq!(restored.clone(), format!("{original}{line_end}"));
        prop_assert!(["", "\n", "\r\n"].contains(&line_end));
        let replaced = Header::parse(&edited).and_then(|header| header.set_directive(&edited, HeaderDirective::DependsOn, "y"));
        let replaced = replaced.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(replaced.text(), text.replacen("-- @depends-on zz", "-- @depends-on y", 1));
    }

    #[test]
    fn parsing_any_text_is_safe(text in prop_oneof![any::<String>(), r"(-- @(revision|only|created)|--| |a|,|é|\r|\n|\u{feff}){0,20}"]) {
        drop(Header::parse(&Source::new("x.sql", text)));
    }
}
