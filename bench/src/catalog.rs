//! The catalog queries that any reader of a schema needs, run by the engine's own
//! client: what comparing a database costs at the very least.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::peer::{Invocation, Tool};
use crate::target::{DATABASE, Dialect, Target};
use crate::workload::write_options;

/// Where the queries are, beside the project: those by which the goals were
/// set.
fn queries(dialect: Dialect) -> PathBuf {
    let name = match dialect {
        Dialect::Sqlite => "catalog_sqlite.sql",
        Dialect::Postgresql => "catalog_pg.sql",
        Dialect::Mysql => "catalog_mysql.sql",
    };
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/bench").join(name)
}

/// The client with the queries, in a directory of its own below `scratch`.
/// `None` without the queries or the client.
///
/// # Errors
///
/// Fails if a file cannot be written.
pub(crate) fn invocation(scratch: &Path, target: &Target, tables: usize) -> io::Result<Option<Invocation>> {
    let dialect = target.dialect();
    let tool = match dialect {
        Dialect::Sqlite => Tool::Sqlite3,
        Dialect::Postgresql => Tool::Psql,
        Dialect::Mysql => Tool::Mariadb,
    };
    let (Ok(queries), Some(client)) = (fs::read_to_string(queries(dialect)), tool.find(None)) else {
        return Ok(None);
    };
    let directory = scratch.join(format!("catalog-{tables}"));
    fs::create_dir_all(&directory)?;
    let file = format!("catalog-{tables}.sql");
    fs::write(directory.join(&file), queries)?;
    write_options(&directory, target)?;
    if let Target::File(path) = target {
        symlink(path, directory.join(DATABASE))?;
    }
    let read = match dialect {
        Dialect::Sqlite => format!(".read {file}"),
        Dialect::Postgresql => file,
        Dialect::Mysql => format!("source {file}"),
    };
    let arguments: &[&str] = match dialect {
        Dialect::Sqlite => &["-batch", "-bail", DATABASE, &read],
        Dialect::Postgresql => &["-qAt", "-v", "ON_ERROR_STOP=1", "-f", &read],
        Dialect::Mysql => &["-e", &read],
    };
    Ok(Some(client.with_arguments(arguments, &directory, target.clone())))
}
