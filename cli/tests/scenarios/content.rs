//! What is in a database, read without Retort, as text that can be compared.

use std::fmt::Write as _;

use rusqlite::{Connection, types::ValueRef};

/// Everything in a database: the schema as stored, and all rows, but for the
/// times in the journal.
pub(crate) fn dump(db: &Connection) -> String {
    let mut text = String::new();
    for line in rows(db, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name") {
        writeln!(text, "{line}").unwrap();
    }
    for table in tables(db) {
        writeln!(text, "= {table}").unwrap();
        let columns = if table == "retort_journal" {
            "id, revision, direction, outcome, statements_done, statements, actor, tool, error"
        } else {
            "*"
        };
        let mut rows = rows(db, &format!("SELECT {columns} FROM \"{table}\""));
        rows.sort();
        text.extend(rows.into_iter().map(|row| row + "\n"));
    }
    text
}

/// Asserts that two dumps are the same, and shows the lines that are not.
#[track_caller]
pub(crate) fn assert_same(found: &str, expected: &str, when: &str) {
    let only = |these: &str, those: &str| -> Vec<String> {
        let those: std::collections::HashSet<&str> = those.lines().collect();
        these.lines().filter(|line| !those.contains(line)).take(10).map(str::to_owned).collect()
    };
    assert!(
        found == expected,
        "{when}: the databases differ; only here {:#?}, only there {:#?}",
        only(found, expected),
        only(expected, found)
    );
}

/// The names of all tables, sorted.
pub(crate) fn tables(db: &Connection) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut statement = db.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// The rows of a query, with the type of each value.
#[track_caller]
pub(crate) fn rows(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let columns = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut found = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let values: Vec<String> = (0..columns).map(|column| value(row.get_ref(column).unwrap())).collect();
        found.push(values.join("|"));
    }
    found
}

/// The first value of a query, a number.
#[track_caller]
pub(crate) fn number(db: &Connection, sql: &str) -> i64 {
    db.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{error}: {sql}"))
}

/// Asserts what SQLite itself can say about a database.
#[track_caller]
pub(crate) fn assert_sound(db: &Connection, when: &str) {
    assert_eq!(rows(db, "PRAGMA integrity_check"), [r#""ok""#], "{when}");
    assert_eq!(rows(db, "PRAGMA foreign_key_check"), [""; 0], "{when}");
}

/// A value with its type: the integer 1 is not the real 1.0, nor the text '1'.
fn value(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(integer) => integer.to_string(),
        ValueRef::Real(real) => format!("{real:?}r"),
        ValueRef::Text(bytes) => format!("{:?}", String::from_utf8_lossy(bytes)),
        ValueRef::Blob(bytes) => format!("x{bytes:02x?}"),
    }
}
