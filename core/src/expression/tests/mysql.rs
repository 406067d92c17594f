//! What MySQL 9.7 and MariaDB 10.11 print of checks and generated columns
//! (`information_schema`, without the escapes that MySQL has there).

use expect_test::expect_file;

use super::MYSQL;
use crate::expression::{canonical, parse, write};

/// As the servers printed them, first MySQL.
const PRINTED: &str = include_str!("mysql_printed.txt");

#[test]
fn catalog_texts_are_read() {
    let mut found = String::new();
    for text in PRINTED.lines() {
        let expr = parse(text, &MYSQL).unwrap_or_else(|error| panic!("{text}: {error}"));
        let native = write(&expr, &MYSQL);
        assert_eq!(parse(&native, &MYSQL).as_ref(), Ok(&expr), "{text}: {native}");
        found.extend([text, "\n    ", &canonical(&expr), "\n"]);
    }
    expect_file!["mysql_read.txt"].assert_eq(&found);
}
