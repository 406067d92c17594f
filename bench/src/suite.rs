//! What is compared with what, and the goals.

use std::fs;
use std::io::{self, Error, Write};
use std::path::{Path, PathBuf};

use crate::measure::{Before, Case, Clock, Instruments, output};
use crate::peer::{Action, Installed, Invocation, Tool};
use crate::report::{Figure, Report};
use crate::target::DATABASE;
use crate::workload::{Shape, write_project};

/// Everything that the workloads need.
#[derive(Debug)]
pub(crate) struct Suite<'a, W> {
    pub(crate) retort: &'a Installed,
    /// The program that only reads and orders revision files.
    pub(crate) floor: &'a Path,
    /// The peers that are on this machine.
    pub(crate) peers: &'a [Installed],
    pub(crate) instruments: &'a Instruments,
    /// An existing directory for the projects.
    pub(crate) scratch: &'a Path,
    pub(crate) sizes: Sizes,
    pub(crate) report: Report<W>,
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// Rounds of each series.
    pub(crate) rounds: usize,
    /// The revisions of the graph that is compared with the floor.
    pub(crate) graph: usize,
    /// The revisions of the graph that is compared with the peers, and of the
    /// upgrade.
    pub(crate) peers: usize,
    /// The tables of the schema that is introspected, and of the large one.
    pub(crate) tables: [usize; 2],
    /// Whether Alembic reads the large graph as well, in one round.
    pub(crate) full: bool,
}

/// What is allowed of the resident set of `current`, and of the binary.
const SIZE_LIMIT: u64 = 15_000_000;

/// Revisions before those of which the fsyncs are counted: they pay for the
/// bookkeeping tables.
const FSYNC_WARM_UP: usize = 10;

/// Revisions of which the fsyncs are counted.
const FSYNC_REVISIONS: usize = 100;

impl<'a, W: Write> Suite<'a, W> {
    /// Runs all workloads, and writes the costs and the goals.
    ///
    /// # Errors
    ///
    /// Fails if a command does, or does not do what it is measured for.
    pub(crate) fn run(mut self) -> io::Result<()> {
        self.cold()?;
        self.graph(Shape::Linear, "each on top of the one before")?;
        self.graph(Shape::Merges, "a fork and a merge in every ten")?;
        self.graph_peers()?;
        if self.sizes.full {
            self.graph_alembic()?;
        }
        self.upgrade()?;
        self.fsyncs()?;
        self.report.finish()
    }

    /// Commands on a small project: what it costs to start.
    fn cold(&mut self) -> io::Result<()> {
        let mut cases = Vec::new();
        for installed in self.tools() {
            let project = self.applied_project("cold", installed, 3)?;
            for action in [Action::Status, Action::Help, Action::Version] {
                if action != Action::Status && !matches!(installed.tool, Tool::Retort | Tool::Sqlx) {
                    continue;
                }
                cases.extend(installed.invocation(action, &project).map(reading));
            }
        }
        let costs = self.instruments.measure(&cases, self.sizes.rounds)?;
        self.report.heading("Cold start: three revisions, all applied")?;
        let (own, yardstick) = ("retort current", "sqlx migrate info");
        self.report.costs(&costs, yardstick)?;
        self.report.ratio_goal("cold: ", &costs, own, yardstick, 1.0);
        let current = costs.iter().find(|cost| cost.name == own);
        let memory = current.and_then(|cost| cost.memory).map(|kib| Figure::Size(kib * 1024));
        self.report.goal(format!("peak RSS of `{own}`"), memory, Figure::Size(SIZE_LIMIT));
        let size = self.retort.size()?;
        self.report.goal(
            "size of the release binary".to_owned(),
            Some(Figure::Size(size)),
            Figure::Size(SIZE_LIMIT),
        );
        Ok(())
    }

    /// Retort's commands on a large graph, beside the bare reading of it.
    fn graph(&mut self, shape: Shape, description: &str) -> io::Result<()> {
        let count = self.sizes.graph;
        let project = self.directory(&format!("graph-{shape:?}"), self.retort.tool);
        write_project(Tool::Retort, &project, shape, count)?;
        fs::write(project.join(DATABASE), "")?;
        self.once(self.retort, Action::Stamp, &project)?;
        self.check_listing(&project, count)?;
        let floor = Invocation::floor(self.floor, &project);
        let yardstick = floor.name();
        let mut cases = vec![reading(floor)];
        for action in [Action::Heads, Action::History, Action::Status, Action::Upgrade] {
            cases.extend(self.retort.invocation(action, &project).map(reading));
        }
        let costs = self.instruments.measure(&cases, self.sizes.rounds)?;
        self.report.heading(&format!("{count} revision files, {description}, all applied"))?;
        self.report.costs(&costs, &yardstick)?;
        for cost in &costs[1..] {
            let what = format!("{count} files, {shape:?}: ");
            self.report.ratio_goal(&what, &costs, &cost.name, &yardstick, 1.5);
        }
        Ok(())
    }

    /// What the peers do with a graph of their usual size.
    fn graph_peers(&mut self) -> io::Result<()> {
        let count = self.sizes.peers;
        let mut cases = Vec::new();
        for installed in self.tools().filter(|installed| installed.tool != Tool::Sqlite3) {
            let project = self.applied_project("graph", installed, count)?;
            for action in [Action::Heads, Action::History, Action::Status, Action::Upgrade] {
                cases.extend(installed.invocation(action, &project).map(reading));
            }
        }
        let costs = self.instruments.measure(&cases, self.sizes.rounds)?;
        self.report.heading(&format!("{count} revision files, all applied, beside the peers"))?;
        self.report.costs(&costs, "retort current")
    }

    /// Alembic on the large graph. Its `current` takes minutes.
    fn graph_alembic(&mut self) -> io::Result<()> {
        let count = self.sizes.graph;
        let mut cases = Vec::new();
        for installed in
            self.tools().filter(|installed| matches!(installed.tool, Tool::Retort | Tool::Alembic))
        {
            let project = self.directory("full", installed.tool);
            write_project(installed.tool, &project, Shape::Linear, count)?;
            fs::write(project.join(DATABASE), "")?;
            self.once(installed, Action::Stamp, &project)?;
            for action in [Action::Heads, Action::History, Action::Status] {
                cases.extend(installed.invocation(action, &project).map(reading));
            }
        }
        let costs = self.instruments.measure(&cases, 1)?;
        self.report.heading(&format!("{count} revision files beside Alembic, one round"))?;
        self.report.costs(&costs, "retort current")
    }

    /// Applying small revisions to an empty database.
    fn upgrade(&mut self) -> io::Result<()> {
        let count = self.sizes.peers;
        let mut cases = Vec::new();
        let mut projects = Vec::new();
        for installed in self.tools() {
            let project = self.directory("upgrade", installed.tool);
            write_project(installed.tool, &project, Shape::Linear, count)?;
            cases.extend(installed.invocation(Action::Upgrade, &project).map(writing));
            projects.push(project);
        }
        let costs = self.instruments.measure(&cases, self.sizes.rounds)?;
        for project in &projects {
            self.check_applied(project, count)?;
        }
        self.report.heading(&format!("Upgrade of {count} revisions, from an empty database"))?;
        let (own, yardstick) = ("retort upgrade head", "refinery migrate");
        self.report.costs(&costs, yardstick)?;
        self.report.ratio_goal(&format!("{count} revisions: "), &costs, own, yardstick, 1.0);
        Ok(())
    }

    /// How often each tool waits for the disk.
    fn fsyncs(&mut self) -> io::Result<()> {
        self.report.heading(&format!("fsyncs a revision, over {FSYNC_REVISIONS} revisions"))?;
        self.report.line(format_args!("| command | fsyncs |\n| --- | ---: |"))?;
        for installed in self.tools() {
            let few = self.fsyncs_of(installed, FSYNC_WARM_UP)?;
            let many = self.fsyncs_of(installed, FSYNC_WARM_UP + FSYNC_REVISIONS)?;
            let each = few.zip(many).map(|((_, few), (name, many))| {
                (name, Figure::Each(many.saturating_sub(few) as f64 / FSYNC_REVISIONS as f64))
            });
            if let Some((name, each)) = &each {
                self.report.line(format_args!("| `{name}` | {each} |"))?;
            }
            if installed.tool == Tool::Retort {
                let each = each.map(|(_, each)| each);
                self.report.goal("fsyncs a revision".to_owned(), each, Figure::Each(4.0));
            }
        }
        Ok(())
    }

    /// The name of the command, and its fsyncs in all.
    fn fsyncs_of(&self, installed: &Installed, count: usize) -> io::Result<Option<(String, u64)>> {
        let project = self.directory(&format!("fsyncs-{count}"), installed.tool);
        write_project(installed.tool, &project, Shape::Linear, count)?;
        let Some(invocation) = installed.invocation(Action::Upgrade, &project) else { return Ok(None) };
        let name = invocation.name();
        Ok(self.instruments.fsyncs(&writing(invocation))?.map(|count| (name, count)))
    }

    fn tools(&self) -> impl Iterator<Item = &'a Installed> + use<'a, W> {
        std::iter::once(self.retort).chain(self.peers)
    }

    fn directory(&self, series: &str, tool: Tool) -> PathBuf {
        self.scratch.join(series).join(tool.name())
    }

    /// A project of which all revisions are applied.
    fn applied_project(&self, series: &str, installed: &Installed, count: usize) -> io::Result<PathBuf> {
        let project = self.directory(series, installed.tool);
        write_project(installed.tool, &project, Shape::Linear, count)?;
        fs::write(project.join(DATABASE), "")?;
        self.once(installed, Action::Upgrade, &project)?;
        self.check_applied(&project, count)?;
        Ok(project)
    }

    fn once(&self, installed: &Installed, action: Action, project: &Path) -> io::Result<String> {
        match installed.invocation(action, project) {
            Some(invocation) => output(&mut invocation.command()),
            None => Ok(String::new()),
        }
    }

    /// Checks that Retort lists what it is measured for listing.
    fn check_listing(&self, project: &Path, count: usize) -> io::Result<()> {
        for (action, expected) in [(Action::Heads, 1), (Action::History, count), (Action::Status, 1)] {
            let listed = self.once(self.retort, action, project)?.lines().count();
            if listed != expected {
                return Err(Error::other(format!(
                    "{action:?} lists {listed} revisions instead of {expected}"
                )));
            }
        }
        Ok(())
    }

    /// Checks, where SQLite's shell is installed, that a database has the
    /// tables and indexes of `count` linear revisions.
    fn check_applied(&self, project: &Path, count: usize) -> io::Result<()> {
        let shell = self.peers.iter().find(|installed| installed.tool == Tool::Sqlite3);
        let query = "select count(*) from sqlite_schema where name glob 't[0-9]*' or name glob 'ix_t[0-9]*'";
        let expected = count - (count + 1) / 3;
        let Some(invocation) = shell.map(|shell| shell.query(query, project)) else { return Ok(()) };
        let found = output(&mut invocation.command())?;
        if found.trim() == expected.to_string() {
            return Ok(());
        }
        let message = format!("{} has {} objects instead of {expected}", project.display(), found.trim());
        Err(Error::other(message))
    }
}

fn reading(invocation: Invocation) -> Case {
    Case { invocation, before: Before::Nothing, clock: Clock::Process }
}

pub(crate) fn writing(invocation: Invocation) -> Case {
    Case { invocation, before: Before::EmptyDatabase, clock: Clock::Process }
}
