//! A real database, and all that can be seen of it.

use std::collections::{BTreeMap, BTreeSet};

use retort_core::{
    backend::{Access, Backend, BackendError, Batch, BatchError, Connection, Scope, Statement, Value},
    operation::Operation,
    schema::{QualifiedName, Schema},
};
use retort_sqlite::Sqlite;
use tokio::runtime::{Builder, Runtime};

/// A table that the triggers of these laws write to, and nothing else touches.
pub(crate) const TRIGGER_LOG: &str = "trigger_log";

/// A database in memory.
pub(crate) struct Database {
    runtime: Runtime,
    connection: Box<dyn Connection>,
}

/// Everything in a database.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Contents {
    /// What the catalog says, in its order.
    pub(crate) catalog: Vec<CatalogEntry>,
    /// The rows of each table.
    pub(crate) tables: BTreeMap<String, Rows>,
}

/// A row of the catalog.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CatalogEntry {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) table: String,
    pub(crate) sql: String,
}

/// The rows of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rows {
    /// The column that is the row id.
    pub(crate) rowid_column: Option<String>,
    /// Whether the row id can be seen.
    pub(crate) has_rowid: bool,
    /// Columns that are computed.
    pub(crate) generated: BTreeSet<String>,
    /// The values of each row by column, each with its type, by row id.
    pub(crate) rows: Vec<(String, BTreeMap<String, String>)>,
}

impl Database {
    pub(crate) fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let url = "sqlite::memory:".parse().unwrap();
        let connection = runtime.block_on(Sqlite::default().connect(&url, Access::Write)).unwrap();
        let mut database = Self { runtime, connection };
        database.run(&format!("CREATE TABLE {TRIGGER_LOG} (name TEXT NOT NULL)")).unwrap();
        database
    }

    pub(crate) fn schema(&mut self) -> Schema {
        let scope = Scope { exclude: vec![QualifiedName::unqualified(TRIGGER_LOG)], ..Scope::default() };
        self.runtime.block_on(self.connection.introspect(&scope)).unwrap()
    }

    /// Runs statements as one batch, and says how many rows each changed.
    pub(crate) fn execute(&mut self, statements: Vec<Statement>) -> Result<Vec<u64>, BatchError> {
        let batch = Batch::atomic(statements);
        self.runtime.block_on(self.connection.execute(&batch)).map(|executed| executed.rows)
    }

    /// Runs a statement, and says how many rows it changed.
    pub(crate) fn run(&mut self, sql: &str) -> Result<u64, BatchError> {
        self.execute(vec![Statement::new(sql)]).map(|rows| rows[0])
    }

    /// Renders and runs operations.
    pub(crate) fn carry_out(
        &mut self,
        operations: &[Operation],
        before: &Schema,
    ) -> Result<Vec<String>, Failure> {
        let statements = Sqlite::default().render(operations, before).map_err(Failure::Render)?;
        let written = statements.iter().map(|statement| statement.sql.clone()).collect();
        match self.execute(statements) {
            Ok(_) => Ok(written),
            Err(error) => Err(Failure::Run(written, error)),
        }
    }

    /// The rows of a query.
    pub(crate) fn query(&mut self, sql: &str) -> Vec<Vec<String>> {
        self.try_query(sql).unwrap()
    }

    fn try_query(&mut self, sql: &str) -> Result<Vec<Vec<String>>, BackendError> {
        let rows = self.runtime.block_on(self.connection.fetch(&Statement::new(sql)))?;
        Ok(rows.iter().map(|row| row.0.iter().map(shown).collect()).collect())
    }

    /// The first value of a query.
    pub(crate) fn value(&mut self, sql: &str) -> String {
        self.query(sql).into_iter().flatten().next().unwrap_or_default()
    }

    pub(crate) fn contents(&mut self) -> Contents {
        let catalog = self.query("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema");
        let entry = |row: Vec<String>| {
            let [kind, name, table, sql] = row.try_into().unwrap();
            CatalogEntry { kind, name, table, sql }
        };
        let catalog: Vec<CatalogEntry> = catalog.into_iter().map(entry).collect();
        let tables: Vec<String> = catalog
            .iter()
            .filter(|entry| entry.kind == "table" && !entry.name.starts_with("sqlite_"))
            .map(|entry| entry.name.clone())
            .collect();
        let tables = tables.into_iter().map(|name| (name.clone(), self.rows_of(&name))).collect();
        Contents { catalog, tables }
    }

    fn rows_of(&mut self, table: &str) -> Rows {
        let info = format!("SELECT name, upper(type), pk, hidden FROM pragma_table_xinfo({})", text(table));
        let info = self.query(&info);
        let has_rowid = self.value(&format!("SELECT wr FROM pragma_table_list({})", text(table))) == "0";
        let key: Vec<&Vec<String>> = info.iter().filter(|column| column[2] != "0").collect();
        let rowid_column = match key.as_slice() {
            [only] if only[1] == "INTEGER" => Some(only[0].clone()),
            _ => None,
        };
        let taken = |word: &&str| info.iter().any(|column| column[0].eq_ignore_ascii_case(word));
        let rowid = ["rowid", "_rowid_", "oid"].into_iter().find(|word| !taken(word) && has_rowid);
        let mut values = vec![rowid.unwrap_or("''").to_owned()];
        for column in &info {
            let name = identifier(&column[0]);
            // `quote` would round a REAL.
            values.push(format!("typeof({name}) || ' ' || quote({name}) || ' ' || CASE typeof({name}) WHEN 'real' THEN printf('%!.26g', {name}) ELSE '' END"));
        }
        let rows = self.query(&format!("SELECT {} FROM {}", values.join(", "), identifier(table)));
        let names: Vec<&String> = info.iter().map(|column| &column[0]).collect();
        let mut rows: Vec<_> = rows
            .into_iter()
            .map(|row| {
                let mut values = row.into_iter();
                let rowid = values.next().unwrap();
                (rowid, names.iter().map(|name| (*name).clone()).zip(values).collect())
            })
            .collect();
        rows.sort();
        let generated = info.iter().filter(|column| column[3] != "0").map(|column| column[0].clone());
        Rows { rowid_column, has_rowid: rowid.is_some(), generated: generated.collect(), rows }
    }

    /// What is unsound about the database.
    pub(crate) fn faults(&mut self) -> Vec<String> {
        let mut faults = Vec::new();
        for (query, expected) in [
            ("PRAGMA integrity_check", "ok"),
            ("PRAGMA foreign_key_check", ""),
            ("PRAGMA foreign_keys", "1"),
            ("PRAGMA legacy_alter_table", "0"),
            ("SELECT count(*) FROM sqlite_temp_schema", "0"),
        ] {
            let found = match self.try_query(query) {
                Ok(found) => found.iter().map(|row| row.join("|")).collect(),
                Err(error) => vec![error.to_string()],
            };
            if found.join("\n") != expected {
                faults.push(format!("{query}: {found:?}"));
            }
        }
        faults
    }

    /// A database with the same definitions and no rows.
    pub(crate) fn like(contents: &Contents) -> Self {
        let mut database = Self::new();
        for entry in &contents.catalog {
            if !entry.sql.is_empty() && !entry.name.starts_with("sqlite_") && entry.name != TRIGGER_LOG {
                database.run(&entry.sql).unwrap();
            }
        }
        database
    }
}

/// Why operations were not carried out.
#[derive(Debug)]
pub(crate) enum Failure {
    /// They were refused.
    Render(BackendError),
    /// The database refused these statements.
    Run(Vec<String>, BatchError),
}

impl Failure {
    /// What went wrong, in one line.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Render(error) => format!("{:?}: {error}", error.kind()),
            Self::Run(_, error) => match error {
                BatchError::Statement { source, .. } | BatchError::Backend(source) => {
                    format!("{:?}: {source}", source.kind())
                }
                BatchError::Guard { .. } | BatchError::Rows { .. } => format!("{error}"),
            },
        }
    }

    /// The statement that failed.
    pub(crate) fn statement(&self) -> &str {
        match self {
            Self::Run(statements, BatchError::Statement { index, .. }) => {
                statements.get(*index).map_or("", String::as_str)
            }
            Self::Run(..) | Self::Render(_) => "",
        }
    }
}

pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(crate) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(integer) => integer.to_string(),
        Value::Real(real) => format!("{real:?}"),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => format!("{bytes:?}"),
    }
}
