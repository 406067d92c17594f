//! What is compared with what on servers, and the goals.

use std::io::{self, Error, Write};
use std::path::Path;

use retort_test_servers::{Database, Engine, PrivateServer};

use crate::adoption::{self, Adopted, Layout};
use crate::catalog;
use crate::measure::{Before, Case, Clock, Instruments};
use crate::peer::{Action, Installed, Invocation, Tool};
use crate::report::{Figure, Report};
use crate::schema;
use crate::suite::{Sizes, writing};
use crate::target::Target;
use crate::workload::{Shape, write_project_on};

/// Everything that the workloads need.
#[derive(Debug)]
pub(crate) struct ServerSuite<'a, W> {
    pub(crate) retort: &'a Installed,
    /// The program that introspects a database.
    pub(crate) introspect: &'a Path,
    /// The peers that are on this machine.
    pub(crate) peers: &'a [Installed],
    pub(crate) instruments: &'a Instruments,
    /// An existing directory for the projects; the servers' data goes beside.
    pub(crate) scratch: &'a Path,
    pub(crate) sizes: Sizes,
    pub(crate) report: Report<W>,
}

/// How much longer introspection may take than the bare queries.
const INTROSPECT_LIMIT: f64 = 2.0;

/// How much longer it may take to find one change among the tables.
const AUTOGENERATE_LIMIT: f64 = 2.5;

/// What is allowed of the resident set where one change is looked for.
const MEMORY_LIMIT: u64 = 150_000_000;

/// How much longer five times the tables may take.
const GROWTH_LIMIT: f64 = 5.5;

impl<W: Write> ServerSuite<'_, W> {
    /// Runs all workloads on each server, and writes the costs and the goals.
    ///
    /// # Errors
    ///
    /// Fails if a command does, or does not do what it is measured for.
    ///
    /// # Panics
    ///
    /// Panics if a server is not installed or does not start.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let parent = self.scratch.parent().unwrap_or(self.scratch);
        for engine in Engine::ALL {
            let server = PrivateServer::start_in(engine, parent, arguments(engine));
            let version = match engine {
                Engine::Postgresql => "SELECT current_setting('server_version')",
                Engine::Mysql | Engine::Mariadb => "SELECT version()",
            };
            let version = Database::create_on(engine, server.url()).rows(version).join(" ");
            let number = version.split(['-', ' ']).next().unwrap_or_default();
            let name = format!("{} {number}", display_name(engine));
            self.upgrade(engine, &server, &name)?;
            self.introspect(&name, || Ok(Target::create(engine, &server)))?;
            self.autogenerate(&name, || Ok(Target::create(engine, &server)))?;
        }
        let directory = self.scratch.to_owned();
        let mut files = 0;
        let mut create = || {
            files += 1;
            let target = Target::File(directory.join(format!("tables-{files}.db")));
            target.empty().map(|()| target)
        };
        self.introspect("SQLite", &mut create)?;
        self.autogenerate("SQLite", &mut create)?;
        self.report.finish()
    }

    /// Applying small revisions to an empty database.
    fn upgrade(&mut self, engine: Engine, server: &PrivateServer, name: &str) -> io::Result<()> {
        let count = self.sizes.peers;
        let mut cases = Vec::new();
        let mut tools = Vec::new();
        for installed in std::iter::once(self.retort).chain(self.peers) {
            let target = Target::create(engine, server);
            if !installed.tool.knows(target.dialect()) {
                continue;
            }
            let directory = self.scratch.join("upgrade").join(engine.name()).join(installed.tool.name());
            write_project_on(installed.tool, &directory, &target, Shape::Linear, count)?;
            cases.extend(installed.invocation_on(Action::Upgrade, &directory, target).map(writing));
            tools.push(installed.tool);
        }
        let costs = self.instruments.measure(&cases, self.sizes.rounds)?;
        for case in &cases {
            check_applied(&case.invocation, count)?;
        }
        let is_peer = |tool: Tool| match tool {
            Tool::Sqlx | Tool::Diesel | Tool::Refinery => true,
            Tool::Dbmate => engine != Engine::Postgresql,
            Tool::Retort | Tool::Alembic | Tool::Sqlite3 | Tool::Psql | Tool::Mariadb => false,
        };
        let peers = tools.iter().zip(&costs).filter(|(tool, _)| is_peer(**tool));
        let fastest = peers.map(|(_, cost)| cost).min_by_key(|cost| cost.wall());
        let fastest = fastest.map_or_else(|| "a peer".to_owned(), |cost| cost.name.clone());
        let limit = if engine == Engine::Postgresql { 1.0 } else { 1.1 };
        self.report.heading(&format!("{name}: upgrade of {count} revisions, from an empty database"))?;
        self.report.costs(&costs, &fastest)?;
        let what = format!("{name}: {count} revisions: ");
        self.report.ratio_goal(&what, &costs, &costs[0].name, &fastest, limit);
        Ok(())
    }

    /// Reading a schema, beside the bare queries.
    fn introspect(&mut self, name: &str, mut create: impl FnMut() -> io::Result<Target>) -> io::Result<()> {
        let [few, many] = self.sizes.tables;
        let mut cases = Vec::new();
        for tables in [few, many] {
            let target = create()?;
            schema::create(&target, tables)?;
            for how in ["model", "bare"] {
                let target = target.clone();
                let invocation = Invocation::introspect(self.introspect, how, tables, self.scratch, target);
                cases.push(Case { invocation, before: Before::Nothing, clock: Clock::Printed });
            }
        }
        let costs = self.instruments.measure(&cases, self.sizes.rounds)?;
        let name_of = |at: usize| -> &str { &costs[at].name };
        self.report.heading(&format!("{name}: introspection of {few} and {many} tables"))?;
        self.report.costs(&costs, name_of(1))?;
        let what = format!("{name}: ");
        for at in [0, 2] {
            self.report.ratio_goal(&what, &costs, name_of(at), name_of(at + 1), INTROSPECT_LIMIT);
        }
        self.report.ratio_goal(&what, &costs, name_of(2), name_of(0), GROWTH_LIMIT);
        Ok(())
    }

    /// Finding one change among many tables, beside the bare queries: by the
    /// driver alone, and as a process of the engine's own client.
    fn autogenerate(&mut self, name: &str, mut create: impl FnMut() -> io::Result<Target>) -> io::Result<()> {
        let sizes = self.sizes.tables;
        let mut cases = Vec::new();
        for tables in sizes {
            let target = create()?;
            schema::create(&target, tables)?;
            let directory = self.scratch.join("autogenerate").join(name.replace(' ', "-"));
            for layout in Layout::ALL {
                let project = Adopted { retort: self.retort, directory: &directory, target: &target, tables };
                let measured = project.write(layout)?;
                let words: Vec<&str> = measured.arguments.iter().map(String::as_str).collect();
                let invocation = self.retort.with_arguments(&words, &directory, target.clone());
                cases.push(Case { invocation, before: measured.before, clock: Clock::Process });
            }
            let all = tables + adoption::BOOKKEEPING;
            let bare = Invocation::introspect(self.introspect, "bare", all, self.scratch, target.clone());
            cases.push(Case { invocation: bare, before: Before::Nothing, clock: Clock::Printed });
            let client = catalog::invocation(&directory, &target, tables)?;
            let case = |invocation| Case { invocation, before: Before::Nothing, clock: Clock::Process };
            cases.extend(client.map(case));
        }
        let costs = self.instruments.measure(&cases, self.sizes.rounds)?;
        let [few, many] = sizes;
        self.report.heading(&format!("{name}: one change among {few} and {many} tables"))?;
        let (own, larger) = costs.split_at(costs.len() / 2);
        let yardstick = own.last().map_or_else(String::new, |cost| cost.name.clone());
        self.report.costs(&costs, &yardstick)?;
        let what = format!("{name}: ");
        for (cost, large) in own.iter().zip(larger).take(Layout::ALL.len()) {
            self.report.ratio_goal(&what, &costs, &cost.name, &yardstick, AUTOGENERATE_LIMIT);
            self.report.ratio_goal(&what, &costs, &large.name, &cost.name, GROWTH_LIMIT);
            let memory = cost.memory.map(|kib| Figure::Size(kib * 1024));
            let limit = Figure::Size(MEMORY_LIMIT);
            self.report.goal(format!("{what}peak RSS of `{}`", cost.name), memory, limit);
        }
        Ok(())
    }
}

fn display_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgresql => "PostgreSQL",
        Engine::Mysql => "MySQL",
        Engine::Mariadb => "MariaDB",
    }
}

/// What the server is started with, beside what throw-away servers are.
fn arguments(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Postgresql => &[],
        // Peers differ in whether they encrypt by default.
        Engine::Mysql => &["--tls-version="],
        // A server of 5,000 tables keeps them open. With the defaults each
        // query opens them all again, and that is what would be measured.
        Engine::Mariadb => &["--table-open-cache=12000", "--table-definition-cache=12000"],
    }
}

/// Checks that a database has the tables and indexes of `count` linear
/// revisions.
fn check_applied(invocation: &Invocation, count: usize) -> io::Result<()> {
    let Target::Server(server) = invocation.target() else { return Ok(()) };
    let query = match server.database.engine() {
        Engine::Postgresql => "SELECT count(*) FROM pg_class WHERE relname ~ '^(t[0-9]+|ix_t[0-9]+_c1)$'",
        Engine::Mysql | Engine::Mariadb => {
            "SELECT (SELECT count(*) FROM information_schema.TABLES \
                     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME REGEXP '^t[0-9]+$') \
                  + (SELECT count(*) FROM information_schema.STATISTICS \
                     WHERE TABLE_SCHEMA = DATABASE() AND INDEX_NAME REGEXP '^ix_t[0-9]+_c1$')"
        }
    };
    let expected = count - (count + 1) / 3;
    let found = server.database.rows(query).join(" ");
    if found == expected.to_string() {
        return Ok(());
    }
    Err(Error::other(format!("`{}` left {found} objects instead of {expected}", invocation.name())))
}
