//! Compares what is read from the text of a table with SQLite's pragmas.

use std::{collections::BTreeSet, fmt::Debug};

use retort_core::schema::{ConstraintKind, GeneratedStorage, Name};
use rusqlite::{Connection, types::Value};

use crate::{
    expression::{ColumnNames, canonical_in},
    syntax::SYNTAX,
    table_text::*,
};

/// Creates a table and compares.
#[track_caller]
pub(super) fn check(sql: &str) {
    check_all(&[sql]);
}

/// Runs the statements and compares each table that is there then.
#[track_caller]
pub(super) fn check_all(statements: &[&str]) {
    if let Err(message) = compare(statements) {
        panic!("{message}\n  in {}", statements.join("\n  then "));
    }
}

/// Runs the statements and compares each table that is there then.
pub(super) fn compare(statements: &[&str]) -> Result<(), String> {
    let connection = Connection::open_in_memory().map_err(|error| error.to_string())?;
    for sql in statements {
        connection.execute_batch(sql).map_err(|error| format!("SQLite refuses it: {error}"))?;
    }
    let tables =
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'";
    let mut is_numbered = false;
    for table in rows(&connection, tables, &[]) {
        is_numbered |= compare_table(&connection, &text(&table[0]), &text(&table[1]))?;
    }
    // SQLite keeps this table as soon as one has an AUTOINCREMENT.
    let sequences = "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'";
    equal("AUTOINCREMENT", vec![vec![Value::Integer(is_numbered.into())]], rows(&connection, sequences, &[]))
}

/// Compares a table, and says whether it numbers its rows.
fn compare_table(connection: &Connection, name: &str, sql: &str) -> Result<bool, String> {
    let parsed = TableText::parse(sql).map_err(|error| format!("{error} at {:?}", error.offset()))?;
    equal("name", parsed.name.name.as_str(), name)?;
    let model = parsed.to_model();
    compare_columns(connection, name, &parsed, &model)?;
    compare_keys(connection, name, &model)?;
    compare_foreign_keys(connection, name, &model)?;
    let options = rows(
        connection,
        "SELECT wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ?",
        &[name],
    );
    let parsed = [TableOptionKind::WithoutRowid, TableOptionKind::Strict]
        .map(|kind| Value::Integer(parsed.has_option(kind).into()));
    equal("options", parsed.to_vec(), options[0].clone())?;
    Ok(model.table.columns.iter().any(|column| column.identity.is_some()))
}

fn compare_columns(
    connection: &Connection,
    name: &str,
    parsed: &TableText<'_>,
    model: &TableModel,
) -> Result<(), String> {
    let query = "SELECT name, type, \"notnull\", dflt_value, hidden FROM pragma_table_xinfo(?) ORDER BY cid";
    let found = rows(connection, query, &[name]);
    equal("number of columns", parsed.columns().count(), found.len())?;
    for (((_, column), model), row) in parsed.columns().zip(&model.table.columns).zip(found) {
        equal("column", column.name.name.clone(), text(&row[0]))?;
        let of = |what: &str| format!("{what} of {}", column.name.name);
        // SQLite spells the standard types its own way.
        let declared = column.ty.as_ref().map_or("", |ty| ty.declared.as_str());
        equal(&of("type"), declared.to_ascii_uppercase(), text(&row[1]).to_ascii_uppercase())?;
        let default = column.clauses.iter().rev().find_map(|clause| match &clause.kind {
            ClauseKind::Default { value, .. } => Some(canonical(parsed.slice(value))),
            _ => None,
        });
        equal(&of("default"), default, optional_text(&row[3]).map(|default| canonical(&default)))?;
        let is_not_null = column.clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::NotNull));
        // The columns of some primary keys are NOT NULL without saying so.
        if is_not_null || model.nullable {
            equal(&of("NOT NULL"), Value::Integer(is_not_null.into()), row[2].clone())?;
        }
        let hidden = match model.generated.as_ref().map(|generated| generated.storage) {
            None => 0,
            Some(GeneratedStorage::Virtual) => 2,
            Some(GeneratedStorage::Stored) => 3,
        };
        equal(&of("generation"), Value::Integer(hidden), row[4].clone())?;
        let collation = model.collation.as_ref().map_or("binary", Name::as_str);
        equal(&of("collation"), collation.to_owned(), collation_of(connection, name, &column.name.name))?;
    }
    Ok(())
}

/// The collation of a column, which is that of an index on it.
fn collation_of(connection: &Connection, table: &str, column: &str) -> String {
    let quote = |name: &str| SYNTAX.quote_identifier(name);
    let sql = format!("CREATE INDEX \"the oracle\" ON {} ({})", quote(table), quote(column));
    connection.execute_batch(&sql).expect("is valid");
    let collation =
        rows(connection, "SELECT coll FROM pragma_index_xinfo('the oracle') WHERE seqno = 0", &[]);
    connection.execute_batch("DROP INDEX \"the oracle\"").expect("drops");
    text(&collation[0][0]).to_ascii_lowercase()
}

fn compare_keys(connection: &Connection, name: &str, model: &TableModel) -> Result<(), String> {
    let query = "SELECT name FROM pragma_table_xinfo(?) WHERE pk > 0 ORDER BY pk";
    let key: Vec<String> = rows(connection, query, &[name]).iter().map(|row| text(&row[0])).collect();
    let primary = model.table.primary_key().map(|key| names(&key.columns)).unwrap_or_default();
    equal("primary key", primary.clone(), key)?;
    let mut parsed: BTreeSet<Vec<String>> = model
        .constraints
        .iter()
        .filter_map(|located| match &located.kind {
            ConstraintKind::Unique(unique) => Some(names(&unique.columns)),
            _ => None,
        })
        .collect();
    let mut found = BTreeSet::new();
    for index in rows(connection, "SELECT name FROM pragma_index_list(?) WHERE origin <> 'c'", &[name]) {
        let query = "SELECT name FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno";
        found.insert(rows(connection, query, &[&text(&index[0])]).iter().map(|row| text(&row[0])).collect());
    }
    // The key of a rowid table may be the rowid and then has no index.
    if found.contains(&primary) {
        parsed.insert(primary);
    } else {
        found.remove(&primary);
    }
    equal("unique constraints", parsed, found)
}

fn compare_foreign_keys(connection: &Connection, name: &str, model: &TableModel) -> Result<(), String> {
    let query = "SELECT id, \"table\", \"from\", \"to\", on_update, on_delete FROM pragma_foreign_key_list(?) \
                 ORDER BY id DESC, seq";
    let found: Vec<Vec<String>> = rows(connection, query, &[name])
        .iter()
        .map(|row| row[1..].iter().map(|value| optional_text(value).unwrap_or_default()).collect())
        .collect();
    let mut parsed = Vec::new();
    for located in &model.constraints {
        let ConstraintKind::ForeignKey(key) = &located.kind else { continue };
        for (at, column) in key.columns.iter().enumerate() {
            parsed.push(vec![
                key.references.to_string(),
                column.to_string(),
                key.referenced_columns.get(at).map(ToString::to_string).unwrap_or_default(),
                key.on_update.as_sql().to_owned(),
                key.on_delete.as_sql().to_owned(),
            ]);
        }
    }
    equal("foreign keys", parsed, found)
}

fn canonical(text: &str) -> String {
    canonical_in(text, &ColumnNames::default())
}

fn names(names: &[Name]) -> Vec<String> {
    names.iter().map(|name| name.as_str().to_owned()).collect()
}

fn equal<T: PartialEq + Debug>(what: &str, parsed: T, found: T) -> Result<(), String> {
    if parsed == found { Ok(()) } else { Err(format!("{what}: read {parsed:?}, but SQLite has {found:?}")) }
}

fn rows(connection: &Connection, sql: &str, parameters: &[&str]) -> Vec<Vec<Value>> {
    let mut statement = connection.prepare(sql).expect("is a query");
    let width = statement.column_count();
    statement
        .query_map(rusqlite::params_from_iter(parameters), |row| (0..width).map(|at| row.get(at)).collect())
        .and_then(Iterator::collect)
        .expect("runs")
}

fn optional_text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn text(value: &Value) -> String {
    optional_text(value).expect("is text")
}
