//! Annotations: what SQLite cannot hold, kept as comments in its DDL text.
//!
//! SQLite stores the text of a definition verbatim, so a block comment in it
//! survives. Two kinds are read and written, each right behind what it is
//! about: `/*@comment text*/` behind the type of a column, the opening
//! parenthesis of a table or the `AS` of a view, and `/*@enum name*/` behind
//! the type of a column.
//!
//! In the text a backslash is written twice, and `*/` as `*\/`. A NUL, at which
//! SQLite would stop reading, is written `\0`.

use std::ops::Range;

use crate::cursor::Cursor;

/// An annotation in a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Annotation {
    /// What it says.
    pub(crate) kind: AnnotationKind,
    /// The bytes of the comment.
    pub(crate) span: Range<usize>,
}

/// What an annotation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AnnotationKind {
    /// The comment on the column, table or view.
    Comment(String),
    /// The name of the enum type of the column.
    Enum(String),
}

/// Writes the comment on a column, table or view.
pub(crate) fn write_comment(text: &str) -> String {
    write("comment", text)
}

/// Writes the name of the enum type of a column.
pub(crate) fn write_enum(name: &str) -> String {
    write("enum", name)
}

/// Reads a block comment, if it is an annotation.
pub(crate) fn read(comment: &str) -> Option<AnnotationKind> {
    let inside = comment.strip_prefix("/*@")?.strip_suffix("*/")?;
    let (word, text) = inside.split_once(' ')?;
    match word {
        "comment" => Some(AnnotationKind::Comment(unescape(text))),
        "enum" => Some(AnnotationKind::Enum(unescape(text))),
        _ => None,
    }
}

/// Reads the annotations among the comments in front of the cursor.
pub(crate) fn read_before(cursor: &Cursor<'_>) -> Vec<Annotation> {
    cursor
        .comments_before()
        .iter()
        .filter_map(|span| Some(Annotation { kind: read(&cursor.text()[span.clone()])?, span: span.clone() }))
        .collect()
}

/// The first comment among annotations, unless it is empty.
pub(crate) fn comment_of(annotations: &[Annotation]) -> Option<&str> {
    annotations.iter().find_map(|annotation| match &annotation.kind {
        AnnotationKind::Comment(text) => (!text.is_empty()).then_some(text.as_str()),
        AnnotationKind::Enum(_) => None,
    })
}

/// The first enum type among annotations.
pub(crate) fn enum_of(annotations: &[Annotation]) -> Option<&str> {
    annotations.iter().find_map(|annotation| match &annotation.kind {
        AnnotationKind::Enum(name) => Some(name.as_str()),
        AnnotationKind::Comment(_) => None,
    })
}

fn write(word: &str, text: &str) -> String {
    let escaped = text.replace('\\', r"\\").replace("*/", r"*\/").replace('\0', r"\0");
    format!("/*@{word} {escaped}*/")
}

fn unescape(text: &str) -> String {
    let mut unescaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        unescaped.push_str(before);
        let (c, length) = match from.as_bytes().get(1) {
            Some(b'\\') => ('\\', 2),
            Some(b'/') => ('/', 2),
            Some(b'0') => ('\0', 2),
            _ => ('\\', 1),
        };
        unescaped.push(c);
        rest = &from[length..];
    }
    unescaped.push_str(rest);
    unescaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn other_comments_are_not_annotations() {
        for comment in
            ["/* plain */", "/*@comment*/", "/*@todo x*/", "/**/", "-- @comment x", "/*@ comment x*/"]
        {
            assert_eq!(read(comment), None, "{comment}");
        }
    }

    #[test]
    fn escapes_are_undone() {
        let text = r"a \ b */ c **/ d \/ e \0 f \\";
        let written = write_comment(text);
        assert_eq!(written, r"/*@comment a \\ b *\/ c **\/ d \\/ e \\0 f \\\\*/");
        assert_eq!(read(&written), Some(AnnotationKind::Comment(text.to_owned())));
    }

    proptest! {
        #[test]
        fn sqlite_keeps_what_is_written(text in r"(\PC|[*/\\\n\r\x00'0-])*") {
            let connection = Connection::open_in_memory().expect("opens");
            let written = write_comment(&text);
            connection.execute_batch(&format!("CREATE TABLE t (a INT {written}, b)")).expect("is one comment");
            let stored: String =
                connection.query_row("SELECT sql FROM sqlite_schema", [], |row| row.get(0)).expect("is stored");
            prop_assert_eq!(&stored["CREATE TABLE t (a INT ".len()..stored.len() - ", b)".len()], &written);
            prop_assert_eq!(read(&written), Some(AnnotationKind::Comment(text)));
        }
    }
}
