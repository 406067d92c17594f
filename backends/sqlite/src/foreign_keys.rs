//! Rows that violate foreign keys: which a batch must not add.

use std::collections::BTreeSet;

use retort_core::backend::{BackendError, BackendErrorKind};
use rusqlite::{Connection, ffi};

/// What violates foreign keys in a database at one moment.
#[derive(Debug)]
pub(crate) struct Violations {
    found: Vec<Violation>,
    tables: BTreeSet<String>,
}

/// A violation of a foreign key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    table: String,
    parent: Option<String>,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// A row refers to none. There is no row id in a table WITHOUT ROWID.
    Row(Option<i64>),
    /// A foreign key refers to columns that are no key.
    Mismatch,
}

impl Violations {
    /// Looks at the whole database.
    pub(crate) fn find(db: &Connection) -> rusqlite::Result<Self> {
        let mut names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
        let tables: BTreeSet<String> = names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let found = match found_by(db, "PRAGMA foreign_key_check") {
            Err(error) if is_mismatch(&error) => {
                // One bad definition hides everything else: ask table by table.
                let mut found = Vec::new();
                for table in &tables {
                    let check = format!("PRAGMA foreign_key_check(\"{}\")", table.replace('"', "\"\""));
                    match found_by(db, &check) {
                        Err(error) if is_mismatch(&error) => {
                            found.push(Violation {
                                table: table.clone(),
                                parent: None,
                                what: What::Mismatch,
                            });
                        }
                        rows => found.extend(rows?),
                    }
                }
                found
            }
            found => found?,
        };
        Ok(Self { found, tables })
    }

    /// The first violation, as a failure.
    pub(crate) fn first(&self) -> Option<BackendError> {
        self.found.first().map(Violation::to_error)
    }

    /// The first violation that was not there before, as a failure.
    pub(crate) fn first_since(&self, before: &Self) -> Option<BackendError> {
        // A table that was renamed in between brings its old violations along:
        // names that exist at one of the two moments only count as one.
        let leveled = |violation: &Violation| {
            let level = |name: &String| {
                (before.tables.contains(name) == self.tables.contains(name)).then(|| name.clone())
            };
            (level(&violation.table), violation.parent.as_ref().map(level), violation.what)
        };
        let mut known: Vec<_> = before.found.iter().map(leveled).collect();
        known.sort();
        for violation in &self.found {
            match known.binary_search(&leveled(violation)) {
                Ok(at) => drop(known.remove(at)),
                Err(_) => return Some(violation.to_error()),
            }
        }
        None
    }
}

impl Violation {
    fn to_error(&self) -> BackendError {
        let Self { table, parent, what } = self;
        let parent = match parent {
            Some(parent) => format!("table `{parent}`"),
            None => "another table".to_owned(),
        };
        let message = match what {
            What::Row(Some(row)) => {
                format!("row {row} of table `{table}` refers to a row of {parent} that does not exist")
            }
            What::Row(None) => {
                format!("a row of table `{table}` refers to a row of {parent} that does not exist")
            }
            What::Mismatch => {
                format!("a foreign key of table `{table}` refers to columns of {parent} that are no key")
            }
        };
        BackendError::new(BackendErrorKind::Constraint, message)
    }
}

/// Whether a statement or a commit failed on a foreign key.
pub(crate) fn is_violation(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
}

/// Whether a foreign key refers to columns that are no key.
fn is_mismatch(error: &rusqlite::Error) -> bool {
    error.to_string().contains("foreign key mismatch")
}

fn found_by(db: &Connection, check: &str) -> rusqlite::Result<Vec<Violation>> {
    let mut statement = db.prepare(check)?;
    let rows = statement.query_map([], |row| {
        Ok(Violation { table: row.get(0)?, parent: Some(row.get(2)?), what: What::Row(row.get(1)?) })
    })?;
    rows.collect()
}
