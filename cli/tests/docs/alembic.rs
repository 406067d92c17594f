//! `docs/coming-from-alembic.md`: the SQL of each operation, run from top to bottom
//! on every engine.

use std::fs;

use retort_test_servers::{Database, Engine};

use crate::{file::Kind, run::repository, shell::Shell};

const DOCUMENT: &str = "docs/coming-from-alembic.md";

/// What Alembic's `op` has.
const OPERATIONS: [&str; 25] = [
    "add_column",
    "alter_column",
    "batch_alter_table",
    "bulk_insert",
    "create_check_constraint",
    "create_exclude_constraint",
    "create_foreign_key",
    "create_index",
    "create_primary_key",
    "create_table",
    "create_table_comment",
    "create_unique_constraint",
    "drop_column",
    "drop_constraint",
    "drop_index",
    "drop_table",
    "drop_table_comment",
    "execute",
    "f",
    "get_bind",
    "inline_literal",
    "invoke",
    "rename_table",
    "run_async",
    "get_context",
];

/// A row of the tables of operations.
#[derive(Debug)]
struct Row {
    line: usize,
    sql: String,
    only: String,
}

fn text() -> String {
    fs::read_to_string(repository().join(DOCUMENT)).unwrap()
}

fn rows() -> Vec<Row> {
    let (text, mut found, mut is_table) = (text(), Vec::new(), false);
    for (at, line) in text.lines().enumerate() {
        is_table = line == "| Alembic | SQL | only |" || is_table && line.starts_with('|');
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        if let (true, [_, sql, only @ ..]) = (is_table, &*cells)
            && let Some(sql) = sql.strip_prefix('`')
        {
            let only = only.concat().trim().trim_end_matches('|').trim().to_owned();
            found.push(Row { line: at + 1, sql: sql.trim_end_matches('`').to_owned(), only });
        }
    }
    found
}

/// Runs each row as a revision of its own.
fn check(engine: Option<Engine>) {
    if engine.is_some_and(|engine| !engine.is_available()) {
        return;
    }
    let (shell, database) = (Shell::new(), engine.map(Database::create));
    let mut parent = String::new();
    for Row { line, sql, only } in rows() {
        let id = format!("line{line}");
        let only = if only.is_empty() { String::new() } else { format!("-- @only {only}\n") };
        let text =
            format!("-- {DOCUMENT}:{line}\n--\n-- @revision {id}\n{parent}\n-- @upgrade\n{only}{sql};\n");
        Kind::Whole.write(&shell.at(), &format!("migrations/{id}.sql"), &text).unwrap();
        parent = format!("-- @revises {id}\n");
    }
    let url = database.as_ref().map_or("sqlite://dev.db", |database| database.url());
    let ran = shell.run(&format!("retort --url '{url}' upgrade head; retort --url '{url}' check --drift"));
    assert_eq!(ran.code, Some(0), "{}", ran.output);
}

#[test]
fn operations_run_on_sqlite() {
    check(None);
}

#[test]
fn operations_run_on_postgresql() {
    check(Some(Engine::Postgresql));
}

#[test]
fn operations_run_on_mysql() {
    check(Some(Engine::Mysql));
}

#[test]
fn operations_run_on_mariadb() {
    check(Some(Engine::Mariadb));
}

#[test]
fn no_operation_is_forgotten() {
    let text = text();
    let known = |name: &&&str| text.contains(&format!("op.{name}(")) || text.contains(&format!("{name}()"));
    let missing: Vec<_> = OPERATIONS.iter().filter(|name| !known(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(rows().len() > 45, "{}", rows().len());
}
