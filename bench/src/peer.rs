//! The tools that are compared: where they are, and what their commands are.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use retort_test_servers::Engine;

use crate::target::{DATABASE, Dialect, ServerDatabase, Target};

/// A tool that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    Retort,
    Alembic,
    Sqlx,
    Refinery,
    Diesel,
    Dbmate,
    /// SQLite's own shell: what the statements cost without a tool.
    Sqlite3,
    /// PostgreSQL's.
    Psql,
    /// MariaDB's, for MySQL too.
    Mariadb,
}

/// What a tool is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Print the version of the tool.
    Version,
    /// Print the help.
    Help,
    /// Say what the database is at.
    Status,
    /// List the revisions on which none follows.
    Heads,
    /// List all revisions.
    History,
    /// Apply all revisions.
    Upgrade,
    /// Mark the database as being at the newest revision.
    Stamp,
}

/// A tool that is on this machine.
#[derive(Debug, Clone)]
pub(crate) struct Installed {
    pub(crate) tool: Tool,
    program: PathBuf,
    pub(crate) version: String,
}

/// A command line, with the only environment that it sees.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    /// What a user would type for the program.
    word: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    directory: PathBuf,
    target: Target,
    variables: Vec<(&'static str, String)>,
}

impl Tool {
    /// All that know SQLite, but Retort.
    pub(crate) const PEERS: [Self; 6] =
        [Self::Alembic, Self::Sqlx, Self::Refinery, Self::Diesel, Self::Dbmate, Self::Sqlite3];

    /// Those that are measured on servers, but Retort.
    pub(crate) const SERVER_PEERS: [Self; 6] =
        [Self::Sqlx, Self::Refinery, Self::Diesel, Self::Dbmate, Self::Psql, Self::Mariadb];

    /// The name of its program.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Retort => "retort",
            Self::Alembic => "alembic",
            Self::Sqlx => "sqlx",
            Self::Refinery => "refinery",
            Self::Diesel => "diesel",
            Self::Dbmate => "dbmate",
            Self::Sqlite3 => "sqlite3",
            Self::Psql => "psql",
            Self::Mariadb => "mariadb",
        }
    }

    /// Looks for the program in `bin` and `venv/bin` of `peers`, then on the
    /// search path.
    pub(crate) fn find(self, peers: Option<&Path>) -> Option<Installed> {
        let own = peers.into_iter().flat_map(|peers| [peers.join("bin"), peers.join("venv/bin")]);
        let path = env::var_os("PATH").unwrap_or_default();
        let program = own
            .chain(env::split_paths(&path))
            .map(|directory| directory.join(self.name()))
            .find(|program| program.is_file())?;
        Installed::new(self, program).ok()
    }

    /// Whether it acts on such databases here.
    pub(crate) fn knows(self, dialect: Dialect) -> bool {
        match self {
            Self::Retort | Self::Alembic | Self::Sqlx | Self::Refinery | Self::Diesel | Self::Dbmate => true,
            Self::Sqlite3 => dialect == Dialect::Sqlite,
            Self::Psql => dialect == Dialect::Postgresql,
            Self::Mariadb => dialect == Dialect::Mysql,
        }
    }

    /// The arguments, if the tool has such a command.
    fn arguments(self, action: Action) -> Option<&'static [&'static str]> {
        Some(match (self, action) {
            (_, Action::Version) => &["--version"],
            (_, Action::Help) => &["--help"],
            (Self::Retort | Self::Alembic, Action::Status) => &["current"],
            (Self::Retort | Self::Alembic, Action::Heads) => &["heads"],
            (Self::Retort | Self::Alembic, Action::History) => &["history"],
            (Self::Retort | Self::Alembic, Action::Upgrade) => &["upgrade", "head"],
            (Self::Retort | Self::Alembic, Action::Stamp) => &["stamp", "head"],
            (Self::Sqlx, Action::Status) => &["migrate", "info"],
            (Self::Sqlx, Action::Upgrade) => &["migrate", "run"],
            (Self::Refinery, Action::Upgrade) => &["migrate"],
            (Self::Diesel, Action::Status) => &["migration", "list"],
            (Self::Diesel, Action::Upgrade) => &["migration", "run"],
            (Self::Dbmate, Action::Status) => &["status"],
            (Self::Dbmate, Action::Upgrade) => &["up"],
            (Self::Sqlite3, Action::Status) => &[DATABASE, "select 1"],
            (Self::Sqlite3, Action::Upgrade) => &["-batch", "-bail", DATABASE, ".read upgrade.sql"],
            (Self::Psql, Action::Upgrade) => &["-q", "-v", "ON_ERROR_STOP=1", "-f", "upgrade.sql"],
            (Self::Mariadb, Action::Upgrade) => &["-e", "source upgrade.sql"],
            (
                Self::Sqlx
                | Self::Refinery
                | Self::Diesel
                | Self::Dbmate
                | Self::Sqlite3
                | Self::Psql
                | Self::Mariadb,
                Action::Status | Action::Heads | Action::History | Action::Stamp,
            ) => return None,
        })
    }

    /// The environment that names the database. Some tools have it in a file
    /// of the project.
    fn variables(self, target: &Target) -> Vec<(&'static str, String)> {
        let url = match target {
            Target::File(path) => self.url_of_file(path),
            Target::Server(server) => self.url_of_server(server),
        };
        let mut variables: Vec<_> = url.into_iter().map(|url| ("DATABASE_URL", url)).collect();
        match (self, target) {
            (Self::Dbmate, _) => variables.push(("DBMATE_NO_DUMP_SCHEMA", "true".to_owned())),
            (Self::Psql, Target::Server(server)) => variables.extend([
                ("PGHOST", "127.0.0.1".to_owned()),
                ("PGPORT", server.port.to_string()),
                ("PGUSER", server.user().to_owned()),
                ("PGDATABASE", server.database.name().to_owned()),
            ]),
            _ => {}
        }
        variables
    }

    fn url_of_file(self, path: &Path) -> Option<String> {
        let path = path.display();
        match self {
            Self::Retort | Self::Sqlx => Some(format!("sqlite://{path}")),
            Self::Alembic => Some(format!("sqlite:///{path}")),
            Self::Diesel => Some(path.to_string()),
            Self::Dbmate => Some(format!("sqlite:{path}")),
            Self::Refinery | Self::Sqlite3 | Self::Psql | Self::Mariadb => None,
        }
    }

    fn url_of_server(self, server: &ServerDatabase) -> Option<String> {
        let is_postgresql = server.database.engine() == Engine::Postgresql;
        let url = || server.url(if is_postgresql { "postgres" } else { "mysql" });
        match self {
            Self::Retort => Some(server.database.url().to_owned()),
            Self::Sqlx | Self::Diesel => Some(url()),
            // It insists on TLS with PostgreSQL.
            Self::Dbmate if is_postgresql => Some(url() + "?sslmode=disable"),
            Self::Dbmate => Some(url()),
            Self::Alembic | Self::Refinery | Self::Sqlite3 | Self::Psql | Self::Mariadb => None,
        }
    }
}

impl Installed {
    /// Asks the program for its version.
    ///
    /// # Errors
    ///
    /// Fails if the program cannot be started.
    pub(crate) fn new(tool: Tool, program: PathBuf) -> io::Result<Self> {
        let output = Command::new(&program).arg("--version").output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let is_version = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
        let version = text.split_whitespace().find(is_version).unwrap_or("?").to_owned();
        Ok(Self { tool, program, version })
    }

    /// The size of the program in bytes.
    pub(crate) fn size(&self) -> io::Result<u64> {
        Ok(self.program.metadata()?.len())
    }

    /// How SQLite's shell answers a query on the database in `directory`.
    pub(crate) fn query(&self, query: &str, directory: &Path) -> Invocation {
        Invocation {
            word: self.tool.name(),
            program: self.program.clone(),
            arguments: vec![DATABASE.to_owned(), query.to_owned()],
            directory: directory.to_owned(),
            target: Target::file(directory),
            variables: Vec::new(),
        }
    }

    /// How `action` is done to the project in `directory`, an absolute path,
    /// with its own SQLite database.
    pub(crate) fn invocation(&self, action: Action, directory: &Path) -> Option<Invocation> {
        self.invocation_on(action, directory, Target::file(directory))
    }

    /// How `action` is done to the project in `directory`, an absolute path.
    pub(crate) fn invocation_on(
        &self,
        action: Action,
        directory: &Path,
        target: Target,
    ) -> Option<Invocation> {
        let arguments = self.tool.arguments(action)?;
        Some(self.with_arguments(arguments, directory, target))
    }

    /// The program with these arguments, in `directory`, an absolute path.
    pub(crate) fn with_arguments(&self, arguments: &[&str], directory: &Path, target: Target) -> Invocation {
        Invocation {
            word: self.tool.name(),
            program: self.program.clone(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            directory: directory.to_owned(),
            variables: self.tool.variables(&target),
            target,
        }
    }
}

impl Invocation {
    /// The program at `floor`, which reads and orders the revision files of
    /// the project in `directory`.
    pub(crate) fn floor(floor: &Path, directory: &Path) -> Self {
        Self {
            word: "floor",
            program: floor.to_owned(),
            arguments: vec!["migrations".to_owned()],
            directory: directory.to_owned(),
            target: Target::file(directory),
            variables: Vec::new(),
        }
    }

    /// The program at `introspect`, which reads a database of so many tables
    /// in the way `how`, from `directory`.
    pub(crate) fn introspect(
        introspect: &Path,
        how: &str,
        tables: usize,
        directory: &Path,
        target: Target,
    ) -> Self {
        Self {
            word: "introspect",
            program: introspect.to_owned(),
            arguments: vec![how.to_owned(), tables.to_string()],
            directory: directory.to_owned(),
            variables: vec![("DATABASE_URL", target.url())],
            target,
        }
    }

    /// What a user would type.
    pub(crate) fn name(&self) -> String {
        let quote = |argument: &String| match argument.contains(' ') {
            true => format!("'{argument}'"),
            false => argument.clone(),
        };
        let arguments: Vec<_> = self.arguments.iter().map(quote).collect();
        format!("{} {}", self.word, arguments.join(" "))
    }

    /// The command to run.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        self.surround(&mut command);
        command
    }

    /// The command to run under another program with these arguments.
    pub(crate) fn command_under<S: AsRef<OsStr>>(&self, program: &Path, arguments: &[S]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).arg(&self.program).args(&self.arguments);
        self.surround(&mut command);
        command
    }

    /// The database that the command acts on.
    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    fn surround(&self, command: &mut Command) {
        command.current_dir(&self.directory).env_clear().envs(self.variables.iter().cloned());
        command.env("HOME", &self.directory).env("PATH", env::var_os("PATH").unwrap_or_default());
    }
}
