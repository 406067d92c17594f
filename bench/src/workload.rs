//! The workload: the same revisions, written as each tool wants them.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use crate::peer::Tool;
use crate::target::{Dialect, ServerDatabase, Target};

/// How the revisions hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Each on top of the one before. In turn they create a table, add a
    /// column to it and index the column.
    Linear,
    /// Blocks of ten: a fork, two branches of four, and their merge. All but
    /// the merges create a table.
    Merges,
}

/// One revision, whatever the tool.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Revision {
    /// From 1.
    number: usize,
    parents: Vec<usize>,
    change: Change,
    /// That of its SQL.
    dialect: Dialect,
}

/// What a revision does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    CreateTable { table: usize },
    AddColumn { table: usize },
    CreateIndex { table: usize },
    Merge,
}

/// Writes a project of `count` revisions for `tool` into the new directory
/// `directory`, acting on a SQLite database in `directory` itself.
pub(crate) fn write_project(tool: Tool, directory: &Path, shape: Shape, count: usize) -> io::Result<()> {
    write_project_on(tool, directory, &Target::file(directory), shape, count)
}

/// Writes a project of `count` revisions for `tool` into the new directory
/// `directory`, acting on `target`.
pub(crate) fn write_project_on(
    tool: Tool,
    directory: &Path,
    target: &Target,
    shape: Shape,
    count: usize,
) -> io::Result<()> {
    // Retort reads portable SQL, and Alembic Python, whatever the database.
    let dialect = if tool == Tool::Retort { Dialect::Sqlite } else { target.dialect() };
    let revisions: Vec<Revision> = (1..=count).map(|number| Revision::new(shape, number, dialect)).collect();
    match tool {
        Tool::Retort => write_retort(directory, &revisions),
        Tool::Alembic => write_alembic(directory, &revisions),
        Tool::Sqlx => write_sqlx(directory, &revisions),
        Tool::Refinery => write_refinery(directory, target, &revisions),
        Tool::Diesel => write_diesel(directory, &revisions),
        Tool::Dbmate => write_dbmate(directory, &revisions),
        Tool::Sqlite3 | Tool::Psql | Tool::Mariadb => write_client(directory, target, &revisions),
    }
}

impl Revision {
    fn new(shape: Shape, number: usize, dialect: Dialect) -> Self {
        match shape {
            Shape::Linear => {
                let table = (number - 1) / 3;
                let change = match number % 3 {
                    1 => Change::CreateTable { table },
                    2 => Change::AddColumn { table },
                    _ => Change::CreateIndex { table },
                };
                Self { number, parents: previous(number), change, dialect }
            }
            Shape::Merges => {
                let place = (number - 1) % 10;
                let fork = number - place;
                let parents = match place {
                    1 | 5 => vec![fork],
                    9 => vec![fork + 4, fork + 8],
                    _ => previous(number),
                };
                let change = if place == 9 { Change::Merge } else { Change::CreateTable { table: number } };
                Self { number, parents, change, dialect }
            }
        }
    }

    fn id(&self) -> String {
        id(self.number)
    }

    fn parent_ids(&self) -> Vec<String> {
        self.parents.iter().copied().map(id).collect()
    }

    fn slug(&self) -> String {
        match self.change {
            Change::CreateTable { table } => format!("create_t{table}"),
            Change::AddColumn { table } => format!("add_t{table}_c1"),
            Change::CreateIndex { table } => format!("index_t{table}_c1"),
            Change::Merge => format!("merge_{}", self.number),
        }
    }

    /// A file name's prefix by which tools without parents sort.
    fn timestamp(&self) -> u64 {
        20_240_000_000_000 + self.number as u64
    }

    /// The statement of the upgrade, with its line end.
    fn upgrade(&self) -> String {
        match self.change {
            Change::CreateTable { table } => format!(
                "CREATE TABLE t{table} (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL, \
                 created_at {});\n",
                self.timestamp_type()
            ),
            Change::AddColumn { table } => format!("ALTER TABLE t{table} ADD COLUMN c1 INTEGER;\n"),
            Change::CreateIndex { table } => format!("CREATE INDEX ix_t{table}_c1 ON t{table} (c1);\n"),
            Change::Merge => String::new(),
        }
    }

    /// The statement of the downgrade, with its line end.
    fn downgrade(&self) -> String {
        match self.change {
            Change::CreateTable { table } => format!("DROP TABLE t{table};\n"),
            Change::AddColumn { table } => format!("ALTER TABLE t{table} DROP COLUMN c1;\n"),
            Change::CreateIndex { table } if self.dialect == Dialect::Mysql => {
                format!("DROP INDEX ix_t{table}_c1 ON t{table};\n")
            }
            Change::CreateIndex { table } => format!("DROP INDEX ix_t{table}_c1;\n"),
            Change::Merge => String::new(),
        }
    }

    /// What Retort makes of TIMESTAMP: MySQL's own type of that name is another.
    fn timestamp_type(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite | Dialect::Postgresql => "TIMESTAMP",
            Dialect::Mysql => "DATETIME(6)",
        }
    }
}

fn previous(number: usize) -> Vec<usize> {
    if number > 1 { vec![number - 1] } else { Vec::new() }
}

/// The id of a revision: 12 hex digits without visible order, so that the
/// order of the file names says nothing about that of the revisions.
fn id(number: usize) -> String {
    let mut bits = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    format!("{:012x}", (bits ^ (bits >> 31)) >> 16)
}

fn write_retort(directory: &Path, revisions: &[Revision]) -> io::Result<()> {
    let migrations = subdirectory(directory, "migrations")?;
    fs::write(directory.join("retort.toml"), "migrations = \"migrations\"\n")?;
    for revision in revisions {
        let (id, slug) = (revision.id(), revision.slug());
        let mut text = format!("-- {}\n--\n-- @revision {id}\n", slug.replace('_', " "));
        let parents = revision.parent_ids();
        if !parents.is_empty() {
            let _ = writeln!(text, "-- @revises {}", parents.join(", "));
        }
        let _ = write!(
            text,
            "-- @created 2024-01-01T00:00:00Z\n\n-- @upgrade\n{}\n-- @downgrade\n{}",
            revision.upgrade(),
            revision.downgrade()
        );
        fs::write(migrations.join(format!("{id}_{slug}.sql")), text)?;
    }
    Ok(())
}

fn write_alembic(directory: &Path, revisions: &[Revision]) -> io::Result<()> {
    let versions = subdirectory(directory, "versions")?;
    fs::write(
        directory.join("alembic.ini"),
        "[alembic]\nscript_location = %(here)s\nprepend_sys_path = .\npath_separator = os\n",
    )?;
    fs::write(
        directory.join("env.py"),
        "import os\n\
         from alembic import context\n\
         from sqlalchemy import create_engine, pool\n\n\
         engine = create_engine(os.environ[\"DATABASE_URL\"], poolclass=pool.NullPool)\n\
         with engine.connect() as connection:\n    \
             context.configure(connection=connection)\n    \
             with context.begin_transaction():\n        \
                 context.run_migrations()\n",
    )?;
    for revision in revisions {
        let (id, slug) = (revision.id(), revision.slug());
        let parents: Vec<_> = revision.parent_ids().iter().map(|parent| format!("\"{parent}\"")).collect();
        let parents = match parents.as_slice() {
            [] => "None".to_owned(),
            [parent] => parent.clone(),
            several => format!("({})", several.join(", ")),
        };
        let (upgrade, downgrade) = alembic_operations(revision.change);
        let text = format!(
            "\"\"\"{message}\n\nRevision ID: {id}\nCreate Date: 2024-01-01 00:00:00.000000\n\n\"\"\"\n\
             from alembic import op\nimport sqlalchemy as sa\n\n\
             revision = \"{id}\"\ndown_revision = {parents}\nbranch_labels = None\ndepends_on = None\n\n\n\
             def upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    {downgrade}\n",
            message = slug.replace('_', " "),
        );
        fs::write(versions.join(format!("{id}_{slug}.py")), text)?;
    }
    Ok(())
}

fn alembic_operations(change: Change) -> (String, String) {
    match change {
        Change::CreateTable { table } => (
            format!(
                "op.create_table(\"t{table}\", sa.Column(\"id\", sa.Integer(), primary_key=True), \
                 sa.Column(\"name\", sa.String(100), nullable=False), sa.Column(\"created_at\", sa.TIMESTAMP()))"
            ),
            format!("op.drop_table(\"t{table}\")"),
        ),
        Change::AddColumn { table } => (
            format!("op.add_column(\"t{table}\", sa.Column(\"c1\", sa.Integer()))"),
            format!("op.drop_column(\"t{table}\", \"c1\")"),
        ),
        Change::CreateIndex { table } => (
            format!("op.create_index(\"ix_t{table}_c1\", \"t{table}\", [\"c1\"])"),
            format!("op.drop_index(\"ix_t{table}_c1\", table_name=\"t{table}\")"),
        ),
        Change::Merge => ("pass".to_owned(), "pass".to_owned()),
    }
}

fn write_sqlx(directory: &Path, revisions: &[Revision]) -> io::Result<()> {
    let migrations = subdirectory(directory, "migrations")?;
    for revision in revisions {
        let name = format!("{:06}_{}", revision.number, revision.slug());
        fs::write(migrations.join(format!("{name}.up.sql")), revision.upgrade())?;
        fs::write(migrations.join(format!("{name}.down.sql")), revision.downgrade())?;
    }
    Ok(())
}

fn write_refinery(directory: &Path, target: &Target, revisions: &[Revision]) -> io::Result<()> {
    let migrations = subdirectory(directory, "migrations")?;
    let configuration = match target {
        Target::File(_) => "[main]\ndb_type = \"Sqlite\"\ndb_path = \"database.db\"\n".to_owned(),
        Target::Server(server) => {
            let ty = if target.dialect() == Dialect::Postgresql { "Postgres" } else { "Mysql" };
            let ServerDatabase { database, port } = &**server;
            format!(
                "[main]\ndb_type = \"{ty}\"\ndb_host = \"127.0.0.1\"\ndb_port = \"{port}\"\n\
                 db_user = \"{}\"\ndb_pass = \"\"\ndb_name = \"{}\"\n",
                server.user(),
                database.name()
            )
        }
    };
    fs::write(directory.join("refinery.toml"), configuration)?;
    for revision in revisions {
        let name = format!("V{}__{}.sql", revision.number, revision.slug());
        fs::write(migrations.join(name), revision.upgrade())?;
    }
    Ok(())
}

fn write_diesel(directory: &Path, revisions: &[Revision]) -> io::Result<()> {
    let migrations = subdirectory(directory, "migrations")?;
    fs::write(directory.join("diesel.toml"), "")?;
    for revision in revisions {
        let migration = migrations.join(format!("{}_{}", revision.timestamp(), revision.slug()));
        fs::create_dir(&migration)?;
        fs::write(migration.join("up.sql"), revision.upgrade())?;
        fs::write(migration.join("down.sql"), revision.downgrade())?;
    }
    Ok(())
}

fn write_dbmate(directory: &Path, revisions: &[Revision]) -> io::Result<()> {
    let migrations = subdirectory(directory, "db/migrations")?;
    for revision in revisions {
        let text =
            format!("-- migrate:up\n{}\n-- migrate:down\n{}", revision.upgrade(), revision.downgrade());
        fs::write(migrations.join(format!("{}_{}.sql", revision.timestamp(), revision.slug())), text)?;
    }
    Ok(())
}

/// One script that does what a tool does: each statement in a transaction with
/// its change of the version, where there are such transactions.
fn write_client(directory: &Path, target: &Target, revisions: &[Revision]) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let (begin, commit) = match target.dialect() {
        Dialect::Sqlite | Dialect::Postgresql => ("BEGIN;\n", "COMMIT;\n"),
        Dialect::Mysql => ("", ""),
    };
    let mut script = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);\n\
                      INSERT INTO alembic_version VALUES ('');\n"
        .to_owned();
    for revision in revisions {
        let _ = write!(
            script,
            "{begin}{}UPDATE alembic_version SET version_num = '{}' WHERE version_num = '{}';\n{commit}",
            revision.upgrade(),
            revision.id(),
            revision.parent_ids().first().map_or("", String::as_str),
        );
    }
    write_options(directory, target)?;
    fs::write(directory.join("upgrade.sql"), script)
}

/// Says in `directory` where MariaDB's client connects to, which takes nothing
/// but the password from the environment.
///
/// # Errors
///
/// Fails if the file cannot be written.
pub(crate) fn write_options(directory: &Path, target: &Target) -> io::Result<()> {
    let Target::Server(server) = target else { return Ok(()) };
    let options = format!(
        "[client]\nhost=127.0.0.1\nport={}\nuser={}\n[mariadb-client]\ndatabase={}\n",
        server.port,
        server.user(),
        server.database.name()
    );
    fs::write(directory.join(".my.cnf"), options)
}

fn subdirectory(directory: &Path, name: &str) -> io::Result<std::path::PathBuf> {
    let path = directory.join(name);
    fs::create_dir_all(&path)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_block_forks_and_merges() {
        let parents: Vec<_> =
            (1..=11).map(|number| Revision::new(Shape::Merges, number, Dialect::Sqlite).parents).collect();
        let expected: [&[usize]; 11] = [&[], &[1], &[2], &[3], &[4], &[1], &[6], &[7], &[8], &[5, 9], &[10]];
        assert_eq!(parents, expected);
    }

    #[test]
    fn a_third_of_the_revisions_each_creates_alters_and_indexes() {
        let changes: Vec<_> =
            (1..=1000).map(|number| Revision::new(Shape::Linear, number, Dialect::Sqlite).change).collect();
        let count = |of: fn(&Change) -> bool| changes.iter().filter(|change| of(change)).count();
        let tables = count(|change| matches!(change, Change::CreateTable { .. }));
        let columns = count(|change| matches!(change, Change::AddColumn { .. }));
        let indexes = count(|change| matches!(change, Change::CreateIndex { .. }));
        assert_eq!((tables, columns, indexes), (334, 333, 333));
        assert_eq!(changes[999], Change::CreateTable { table: 333 });
    }

    #[test]
    fn ids_are_distinct() {
        let ids: HashSet<_> = (1..=100_000).map(id).collect();
        assert_eq!(ids.len(), 100_000);
        assert!(ids.iter().all(|id| id.len() == 12));
    }
}
