//! The rows that Chinook's script makes, and where they are at each revision.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
};

use rusqlite::{Connection, types::ValueRef};

use super::revisions::position;
use crate::content::{number, rows};

/// The rows of all tables before the first revision.
pub(super) struct Original {
    tables: Vec<Table>,
}

struct Table {
    name: String,
    /// Its columns in order.
    columns: Vec<String>,
    /// What SQLite says about each column, sorted.
    definitions: Vec<String>,
    count: i64,
    /// A hash of all values of each column, with their types, by row.
    hashes: Vec<u64>,
}

/// From a revision on, an original column is found by another expression.
const MOVED: &[(&str, &str, &str, &str)] = &[
    ("c05", "Invoice", "BillingPostalCode", "\"BillingPostcode\""),
    ("c05", "Track", "UnitPrice", "\"Price\""),
    ("c06", "MediaType", "MediaTypeId", "\"MediumId\""),
    ("c07", "Customer", "Email", "\"MailUser\" || '@' || \"MailHost\""),
    ("c16", "Customer", "Fax", "\"Telefax\""),
];

/// From a revision on, an original table has another name.
const RENAMED: &[(&str, &str, &str)] = &[
    ("c06", "MediaType", "Medium"),
    ("c11", "PlaylistTrack", "PlaylistEntry"),
    ("c16", "Customer", "Client"),
];

/// The column that is dropped, and empty after a downgrade.
const LOST: (&str, &str, &str) = ("c11", "Employee", "Fax");

impl Original {
    pub(super) fn read(db: &Connection) -> Self {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table'
                   AND name NOT IN ('alembic_version', 'retort_journal', 'sqlite_sequence')";
        let mut statement = db.prepare(sql).unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap);
        let tables: Vec<Table> = names.map(|name: String| Table::read(db, name)).collect();
        let count: i64 = tables.iter().map(|table| table.count).sum();
        assert_eq!((tables.len(), count), (11, 15_607), "Chinook is not what it was");
        Self { tables }
    }

    /// Asserts that all original rows are there at a revision, value by value.
    /// `lost` says whether the dropped column was dropped before.
    #[track_caller]
    pub(super) fn assert_kept(&self, db: &Connection, step: usize, lost: bool) {
        for table in &self.tables {
            let renamed =
                RENAMED.iter().rfind(|(from, name, _)| position(from) <= step && *name == table.name);
            let name = renamed.map_or(&*table.name, |(_, _, to)| to);
            assert_eq!(
                number(db, &format!("SELECT count(*) FROM \"{name}\"")),
                table.count,
                "{name} at {step}"
            );
            let expression = |column: &str| {
                let moved = MOVED.iter().rfind(|(from, of, name, _)| {
                    position(from) <= step && *of == table.name && *name == column
                });
                moved
                    .map_or_else(|| format!("\"{column}\""), |(_, _, _, expression)| (*expression).to_owned())
            };
            let order = table.order(&expression);
            for (column, expected) in table.columns.iter().zip(&table.hashes) {
                let is_lost = (LOST.1, LOST.2) == (&*table.name, &**column);
                if is_lost && position(LOST.0) <= step {
                    continue;
                }
                let expression = expression(column);
                if is_lost && lost {
                    let sql = format!("SELECT count({expression}) FROM \"{name}\"");
                    assert_eq!(number(db, &sql), 0, "{name}.{column} was dropped");
                    continue;
                }
                let found = hash(db, &format!("SELECT {expression} FROM \"{name}\" ORDER BY {order}"));
                assert_eq!(
                    found, *expected,
                    "the values of {name}.{column} at step {step} are not the original ones"
                );
            }
        }
    }

    /// Asserts that each table has its original columns, in any order: one that
    /// was dropped and added again is the last.
    #[track_caller]
    pub(super) fn assert_same_columns(&self, db: &Connection) {
        for table in &self.tables {
            let found = definitions(db, &table.name);
            if table.name == LOST.1 {
                // `VARCHAR` in a revision is no `NVARCHAR`.
                let expected = table.definitions.iter().map(|text| {
                    if text.starts_with("\"Fax\"") {
                        text.replace("NVARCHAR", "VARCHAR")
                    } else {
                        text.clone()
                    }
                });
                assert_eq!(found, expected.collect::<Vec<_>>());
            } else {
                assert_eq!(found, table.definitions, "{}", table.name);
            }
        }
    }
}

impl Table {
    fn read(db: &Connection, name: String) -> Self {
        let mut statement = db.prepare(&format!("SELECT name FROM pragma_table_info('{name}')")).unwrap();
        let columns: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let mut table = Self {
            count: number(db, &format!("SELECT count(*) FROM \"{name}\"")),
            definitions: definitions(db, &name),
            columns,
            hashes: Vec::new(),
            name,
        };
        let order = table.order(&|column| format!("\"{column}\""));
        let hash = |column: &String| {
            hash(db, &format!("SELECT \"{column}\" FROM \"{}\" ORDER BY {order}", table.name))
        };
        table.hashes = table.columns.iter().map(hash).collect();
        table
    }

    /// The primary key: the first column, or both of the table that links two.
    fn order(&self, expression: &dyn Fn(&str) -> String) -> String {
        let key = if self.name == "PlaylistTrack" { 2 } else { 1 };
        self.columns[..key].iter().map(|column| expression(column)).collect::<Vec<_>>().join(", ")
    }
}

fn definitions(db: &Connection, table: &str) -> Vec<String> {
    let sql = "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo";
    rows(db, &format!("{sql}('{table}') ORDER BY name"))
}

/// A hash of the first column of all rows: types and bytes.
fn hash(db: &Connection, sql: &str) -> u64 {
    let mut statement = db.prepare(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let mut rows = statement.query([]).unwrap();
    let mut hasher = DefaultHasher::new();
    while let Some(row) = rows.next().unwrap() {
        match row.get_ref(0).unwrap() {
            ValueRef::Null => 0_u8.hash(&mut hasher),
            ValueRef::Integer(integer) => (1_u8, integer).hash(&mut hasher),
            ValueRef::Real(real) => (2_u8, real.to_bits()).hash(&mut hasher),
            ValueRef::Text(bytes) => (3_u8, bytes).hash(&mut hasher),
            ValueRef::Blob(bytes) => (4_u8, bytes).hash(&mut hasher),
        }
    }
    hasher.finish()
}
