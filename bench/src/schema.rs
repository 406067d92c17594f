//! The schema that is introspected: tables of ten columns, two indexes and one
//! foreign key each.

use std::fmt::Write as _;
use std::io::{self, Error};

use retort_test_servers::Engine;

use crate::target::{Dialect, Target};

/// How many tables are created at once: PostgreSQL locks them all until the
/// transaction ends.
const CHUNK: usize = 100;

/// Creates so many tables in an empty database.
///
/// # Errors
///
/// Fails if SQLite does.
pub(crate) fn create(target: &Target, tables: usize) -> io::Result<()> {
    let dialect = target.dialect();
    let numbers: Vec<usize> = (0..tables).collect();
    let chunks =
        numbers.chunks(CHUNK).map(|chunk| chunk.iter().map(|&n| table(n, dialect)).collect::<String>());
    match target {
        Target::File(path) => {
            let connection = rusqlite::Connection::open(path).map_err(Error::other)?;
            let script = format!("BEGIN;\n{}COMMIT;\n", chunks.collect::<String>());
            connection.execute_batch(&script).map_err(Error::other)
        }
        Target::Server(server) => {
            chunks.for_each(|chunk| server.database.run(&chunk));
            if server.database.engine() == Engine::Postgresql {
                // It would do so by itself, in the middle of the measuring.
                server.database.run("VACUUM ANALYZE");
            }
            Ok(())
        }
    }
}

/// The statements that create a table, which refers to one before it.
fn table(number: usize, dialect: Dialect) -> String {
    let timestamp = if dialect == Dialect::Mysql { "DATETIME(6)" } else { "TIMESTAMP" };
    let parent = number / 2;
    let indexes = [("INDEX", "parent", "parent_id"), ("UNIQUE INDEX", "name", "name, quantity")];
    let mut sql = format!(
        "CREATE TABLE t{number} (id INTEGER NOT NULL, parent_id INTEGER, name VARCHAR(50) NOT NULL, body TEXT, \
         quantity BIGINT NOT NULL DEFAULT 1, price NUMERIC(12, 2) NOT NULL DEFAULT 0, \
         active BOOLEAN NOT NULL, created_at {timestamp} NOT NULL, due DATE, score DOUBLE PRECISION, \
         CONSTRAINT t{number}_pk PRIMARY KEY (id), \
         CONSTRAINT t{number}_fk FOREIGN KEY (parent_id) REFERENCES t{parent} (id)"
    );
    // MySQL would create an index for the foreign key, and drop it again.
    if dialect == Dialect::Mysql {
        for (kind, name, columns) in indexes {
            let _ = write!(sql, ", {kind} t{number}_{name} ({columns})");
        }
    }
    sql.push_str(");\n");
    if dialect != Dialect::Mysql {
        for (kind, name, columns) in indexes {
            let _ = writeln!(sql, "CREATE {kind} t{number}_{name} ON t{number} ({columns});");
        }
    }
    sql
}
