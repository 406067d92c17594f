//! The settings of a session that no transaction takes back.

use std::collections::BTreeSet;

use retort_core::sql::{TokenKind, lex};
use rusqlite::{Connection, types::Value};

use crate::syntax::SYNTAX;

/// The pragmas that set something for the connection only, and can be read.
/// Those of [`Settings`](crate::switch::Settings) are taken back by each batch.
const PRAGMAS: [&str; 26] = [
    "analysis_limit",
    "automatic_index",
    "busy_timeout",
    "cache_size",
    "cache_spill",
    "cell_size_check",
    "checkpoint_fullfsync",
    "count_changes",
    "full_column_names",
    "fullfsync",
    "ignore_check_constraints",
    "journal_size_limit",
    "locking_mode",
    "max_page_count",
    "mmap_size",
    "query_only",
    "read_uncommitted",
    "recursive_triggers",
    "reverse_unordered_selects",
    "secure_delete",
    "short_column_names",
    "synchronous",
    "temp_store",
    "threads",
    "trusted_schema",
    "wal_autocheckpoint",
];

/// What the pragmas are set to in a new session of the `sqlite3` command, as far
/// as that is the same for each version.
const DEFAULTS: [(&str, &str); 18] = [
    ("analysis_limit", "0"),
    ("automatic_index", "ON"),
    ("busy_timeout", "0"),
    ("cache_size", "-2000"),
    ("cache_spill", "ON"),
    ("case_sensitive_like", "OFF"),
    ("cell_size_check", "OFF"),
    ("checkpoint_fullfsync", "OFF"),
    ("fullfsync", "OFF"),
    ("ignore_check_constraints", "OFF"),
    ("locking_mode", "NORMAL"),
    ("query_only", "OFF"),
    ("read_uncommitted", "OFF"),
    ("recursive_triggers", "OFF"),
    ("reverse_unordered_selects", "OFF"),
    ("synchronous", "FULL"),
    ("temp_store", "DEFAULT"),
    ("writable_schema", "OFF"),
];

/// Statements that take back what these statements set for the session of a
/// script: nobody knows what it was set to before.
pub(crate) fn resets<'a>(statements: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut words = BTreeSet::new();
    for sql in statements {
        let mut own = lex(sql, &SYNTAX)
            .filter(|token| token.kind == TokenKind::Word)
            .map(|token| sql[token.span].to_ascii_lowercase());
        if own.next().as_deref() == Some("pragma") {
            words.extend(own);
        }
    }
    let is_set = |(name, _): &(&str, &str)| words.contains(*name);
    DEFAULTS.into_iter().filter(is_set).map(|(name, value)| format!("PRAGMA {name} = {value}")).collect()
}

/// The settings of a session at one moment.
#[derive(Debug, PartialEq)]
pub(crate) struct Pragmas {
    values: Vec<Option<Value>>,
    journal_mode: String,
    /// The one that cannot be read: whether `'a' LIKE 'A'` is false.
    case_sensitive_like: bool,
    /// The databases that a new session does not have.
    attached: Vec<String>,
}

impl Pragmas {
    /// Reads them.
    pub(crate) fn read(db: &Connection) -> rusqlite::Result<Self> {
        let value = |name: &&str| {
            let mut statement = db.prepare(&format!("PRAGMA {name}"))?;
            let mut rows = statement.raw_query();
            rows.next()?.map(|row| row.get(0)).transpose()
        };
        let mut databases = db.prepare("SELECT name FROM pragma_database_list WHERE seq > 1")?;
        let attached = databases.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok(Self {
            values: PRAGMAS.iter().map(value).collect::<rusqlite::Result<_>>()?,
            journal_mode: db.query_row("PRAGMA journal_mode", [], |row| row.get(0))?,
            case_sensitive_like: db.query_row("SELECT NOT ('a' LIKE 'A')", [], |row| row.get(0))?,
            attached,
        })
    }

    /// Brings the session from other settings back to these. No transaction may
    /// be open.
    pub(crate) fn restore(&self, db: &Connection, found: &Self) -> rusqlite::Result<()> {
        for name in found.attached.iter().filter(|name| !self.attached.contains(name)) {
            db.execute_batch(&format!("DETACH DATABASE \"{}\"", name.replace('"', "\"\"")))?;
        }
        for ((name, value), found) in PRAGMAS.iter().zip(&self.values).zip(&found.values) {
            if let Some(value) = value
                && Some(value) != found.as_ref()
            {
                db.pragma_update(None, name, value)?;
            }
        }
        if self.case_sensitive_like != found.case_sensitive_like {
            db.pragma_update(None, "case_sensitive_like", self.case_sensitive_like)?;
        }
        // Whether there is a write-ahead log is a property of the file.
        let journal_mode = if self.journal_mode == "wal" { "delete" } else { &self.journal_mode };
        if found.journal_mode != "wal" && found.journal_mode != journal_mode {
            db.query_row(&format!("PRAGMA journal_mode = {journal_mode}"), [], |_| Ok(()))?;
        }
        Ok(())
    }
}
