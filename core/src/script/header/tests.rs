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
    format!("{error}\n{}\nhint: {hint}\n", error.source_line)
}

#[test]
fn a_header_says_what_it_says() {
    check(
        "-- add us stock tables\n--\n-- @revision 2fcfa10330f0\n-- @revises 4c6c78c2b494\n-- @created 2026-11-22T15:02:11Z\n\n-- @upgrade\nSELECT 1;\n",
        expect![],
    );
    check(
        "\u{feff}\r\n-- one\r\n--\r\n--   two\r\n--\r\n-- three\r\n--\r\n--@revision a\r\n-- not the message\r\n-- @revises b ,c\r\n-- @labels  x, y\r\n-- @depends-on z\r\n--  @no-transaction \r\n-- @downgrade\r\n",
        expect![],
    );
    check("-- @revision a", expect![]);
    check("-- @revision a\nSELECT 1", expect![]);
}

#[test]
fn a_wrong_header_is_refused_where_it_is_wrong() {
    check("", expect![]);
    check("-- message\n\nCREATE TABLE t (id int);\n", expect![]);
    check("-- @revision a\n-- @revisions b\n", expect![]);
    check("-- @revision a\n-- @revision b\n", expect![]);
    check("-- é\n  -- @revision a\n", expect![]);
    check("-- @revision\n", expect![]);
    check("-- @revision a, b\n", expect![]);
    check("-- @revision a\n-- @revises b c\n", expect![]);
    check("-- @revision a\n-- @revises b,, c\n", expect![]);
    check("-- @revision a\n-- @labels b, b\n", expect![]);
    check("-- @revision a\n-- @created yesterday\n", expect![]);
    check("-- @revision a\n-- @no-transaction please\n", expect![]);
    check("-- @revision a\n-- one\rtwo\n", expect![]);
    check("-- @ revision a\n", expect![]);
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
    check_edit(text, Labels, "x, y", expect![]);
    check_edit(text, Revises, "b", expect![]);
    check_edit("-- @revision a", NoTransaction, "", expect![]);
    check_edit(text, Labels, "x y", expect![]);
    check_edit(text, Labels, "x\n-- @revises b", expect![]);
    check_edit(text, Created, "", expect![]);
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
        prop_assert_eq!(&text[header.span.end..], "-- @upgrade\n\n-- @downgrade\n");
    }

    #[test]
    fn parsing_any_text_is_safe(text in r"(-- @(revision|revises|labels|created|upgrade)|--| |a|,|é|\r|\n|\n-- @|\u{feff}){0,20}") {
        let source = Source::new("x.sql", text);
        if let Ok(header) = Header::parse(&source) {
            // Editing adds and removes nothing else.
            let edited = header.set_directive(&source, HeaderDirective::DependsOn, "zz");
            let edited = edited.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert!(edited.text().replacen("-- @depends-on zz", "", 1).len() <= source.text().len() + 3);
            prop_assert!(edited.text().starts_with(&source.text()[..header.values.last().map_or(0, |(_, span)| span.end)]));
        }
    }
}
