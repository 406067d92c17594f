//! Measures Retort beside its peers and says which goals it meets.

mod adoption;
mod arguments;
mod catalog;
mod measure;
mod peer;
mod report;
mod schema;
mod server_suite;
mod suite;
mod target;
mod workload;

use std::env;
use std::fs;
use std::io::{self, Error, Write};
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitCode};
use std::thread;

use crate::arguments::{Arguments, USAGE};
use crate::measure::Instruments;
use crate::peer::{Installed, Tool};
use crate::report::Report;
use crate::server_suite::ServerSuite;
use crate::suite::{Sizes, Suite};

fn main() -> ExitCode {
    let result = match Arguments::parse(env::args().skip(1)) {
        Ok(Some(arguments)) => run(&arguments),
        Ok(None) => io::stdout().write_all(USAGE.as_bytes()),
        Err(error) => Err(Error::other(format!("{error}\n\n{USAGE}"))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if this fails too.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let built = env::current_exe()?;
    let built = built.parent().unwrap_or(Path::new(""));
    build(arguments.retort.is_none())?;
    let retort = arguments.retort.clone().unwrap_or_else(|| built.join("retort")).canonicalize()?;
    let retort = Installed::new(Tool::Retort, retort)?;
    let peers = arguments.peers.as_deref().map(Path::canonicalize).transpose()?;
    let tools = if arguments.servers { Tool::SERVER_PEERS } else { Tool::PEERS };
    let found = tools.map(|tool| (tool, tool.find(peers.as_deref())));
    let scratch = Scratch::new(&arguments.directory)?;
    let instruments = Instruments::find(&scratch.0);
    let mut report = Report::new(io::stdout().lock());
    describe(&mut report, &retort, &found, &instruments)?;
    let peers: Vec<Installed> = found.into_iter().filter_map(|(_, installed)| installed).collect();
    let sizes = sizes(arguments);
    if arguments.servers {
        let suite = ServerSuite {
            retort: &retort,
            introspect: &built.join("introspect"),
            peers: &peers,
            instruments: &instruments,
            scratch: &scratch.0,
            sizes,
            report,
        };
        return suite.run();
    }
    let suite = Suite {
        retort: &retort,
        floor: &built.join("floor"),
        peers: &peers,
        instruments: &instruments,
        scratch: &scratch.0,
        sizes,
        report,
    };
    suite.run()
}

/// Builds the other programs of this crate and, if none was given, Retort, for release as this
/// program is.
fn build(retort: bool) -> io::Result<()> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--release", "--locked", "--quiet", "-p", env!("CARGO_PKG_NAME")]);
    if retort {
        command.args(["-p", "retort"]);
    }
    let status = command.current_dir(env!("CARGO_MANIFEST_DIR")).status()?;
    if status.success() { Ok(()) } else { Err(Error::other(format!("{command:?}: {status}"))) }
}

fn sizes(arguments: &Arguments) -> Sizes {
    let Arguments { rounds, quick, full, .. } = *arguments;
    if quick {
        Sizes { rounds: rounds.unwrap_or(3), graph: 1_000, peers: 100, tables: [100, 500], full }
    } else {
        Sizes { rounds: rounds.unwrap_or(7), graph: 10_000, peers: 1_000, tables: [1_000, 5_000], full }
    }
}

/// Writes what is compared, and where.
fn describe<W: Write>(
    report: &mut Report<W>,
    retort: &Installed,
    peers: &[(Tool, Option<Installed>)],
    instruments: &Instruments,
) -> io::Result<()> {
    let cpus = thread::available_parallelism().map_or(1, usize::from);
    report.line(format_args!("- {cpus} CPUs, {} {}", env::consts::OS, env::consts::ARCH))?;
    if let Ok(load) = fs::read_to_string("/proc/loadavg") {
        report
            .line(format_args!("- load before: {}", load.split(' ').take(3).collect::<Vec<_>>().join(" ")))?;
    }
    report.line(format_args!("- retort {}", retort.version))?;
    for (tool, installed) in peers {
        let version = installed.as_ref().map_or("absent", |installed| &installed.version);
        report.line(format_args!("- {} {version}", tool.name()))?;
    }
    for instrument in instruments.absent() {
        report.line(format_args!("- {instrument} absent: what it measures is left out"))?;
    }
    Ok(())
}

/// A directory that goes away with its value.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Scratch {
    fn new(parent: &Path) -> io::Result<Self> {
        let path = parent.join(format!("retort-bench-{}", process::id()));
        fs::create_dir(&path)?;
        Ok(Self(path.canonicalize()?))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left is in a directory for such things.
        let _ = fs::remove_dir_all(&self.0);
    }
}
