//! Measuring commands: wall time, CPU time, peak memory and fsyncs.

use std::fs;
use std::io::{self, Error};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::peer::Invocation;

/// The ticks a second in which Linux tells programs about CPU time.
const TICKS: f64 = 100.0;

/// How long the turn of a command in a round lasts at least: commands of a few
/// milliseconds run several times, so that the ticks can be divided by them.
const TURN: Duration = Duration::from_millis(50);

/// How often a command runs in its turn at most.
const MOST_RUNS: u32 = 20;

/// A command that is measured.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) invocation: Invocation,
    /// What is done before each run, outside the time.
    pub(crate) before: Before,
    pub(crate) clock: Clock,
}

/// What is done before a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Before {
    Nothing,
    /// The database is made empty.
    EmptyDatabase,
    /// All files in this directory but this one are removed: what the last run
    /// has written.
    KeepOnly {
        directory: PathBuf,
        file: &'static str,
    },
}

/// What counts as the wall time of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The whole process.
    Process,
    /// The microseconds that the command prints.
    Printed,
}

/// What a command cost.
#[derive(Debug, Clone)]
pub(crate) struct Cost {
    pub(crate) name: String,
    /// The wall time in each round: the median, where a turn has several runs.
    pub(crate) walls: Vec<Duration>,
    /// User and system time of one run, on average. `None` without `/proc`.
    pub(crate) cpu: Option<Duration>,
    /// The peak resident set in KiB. `None` without GNU time.
    pub(crate) memory: Option<u64>,
}

/// The programs of this machine that measure others.
#[derive(Debug, Clone)]
pub(crate) struct Instruments {
    /// GNU time, for peak memory.
    time: Option<PathBuf>,
    /// For counts of fsyncs.
    strace: Option<PathBuf>,
    /// Where they write.
    report: PathBuf,
}

impl Cost {
    /// The median wall time.
    pub(crate) fn wall(&self) -> Duration {
        median(&self.walls)
    }

    /// How many times as long this took as `other` of the same series: the
    /// median over the rounds, so that a slow spell of the machine, which
    /// slows both, does not count.
    pub(crate) fn ratio(&self, other: &Self) -> f64 {
        let pairs = self.walls.iter().zip(&other.walls);
        let mut ratios: Vec<f64> =
            pairs.map(|(own, other)| own.as_secs_f64() / other.as_secs_f64()).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    }
}

impl Instruments {
    /// Finds the instruments, which will write below `scratch`.
    pub(crate) fn find(scratch: &Path) -> Self {
        let existing = |path: &str| Some(PathBuf::from(path)).filter(|path| path.is_file());
        Self {
            time: existing("/usr/bin/time"),
            strace: existing("/usr/bin/strace"),
            report: scratch.join("report"),
        }
    }

    /// The names of those that are missing.
    pub(crate) fn absent(&self) -> Vec<&'static str> {
        let instruments = [("GNU time", &self.time), ("strace", &self.strace)];
        instruments.iter().filter(|(_, path)| path.is_none()).map(|(name, _)| *name).collect()
    }

    /// Runs all cases twice as a warm-up and then in interleaved rounds.
    ///
    /// # Errors
    ///
    /// Fails if a command cannot be started or fails.
    pub(crate) fn measure(&self, cases: &[Case], rounds: usize) -> io::Result<Vec<Cost>> {
        let mut turns = Vec::new();
        for case in cases {
            let memory = self.peak_memory(case)?;
            let wall = run_once(case)?.max(Duration::from_micros(1));
            turns.push(Turns {
                case,
                each: (TURN.as_nanos() / wall.as_nanos()).clamp(1, MOST_RUNS.into()) as u32,
                walls: Vec::new(),
                cpu: Some(Duration::ZERO),
                memory,
            });
        }
        for _ in 0..rounds {
            for turns in &mut turns {
                turns.take()?;
            }
        }
        Ok(turns.into_iter().map(Turns::cost).collect())
    }

    /// Counts the calls of `fsync` and `fdatasync`. `None` without strace.
    ///
    /// # Errors
    ///
    /// Fails if the command cannot be started or fails.
    pub(crate) fn fsyncs(&self, case: &Case) -> io::Result<Option<u64>> {
        let Some(strace) = &self.strace else { return Ok(None) };
        prepare(case)?;
        let report = self.report.to_string_lossy();
        let arguments = ["-f", "-qq", "-c", "-e", "trace=fsync,fdatasync", "-o", &*report];
        output(&mut case.invocation.command_under(strace, &arguments))?;
        Ok(Some(count_calls(&fs::read_to_string(&self.report)?)))
    }

    fn peak_memory(&self, case: &Case) -> io::Result<Option<u64>> {
        let Some(time) = &self.time else { return Ok(None) };
        prepare(case)?;
        let report = self.report.to_string_lossy();
        output(&mut case.invocation.command_under(time, &["-q", "-f", "%M", "-o", &*report]))?;
        Ok(fs::read_to_string(&self.report)?.trim().parse().ok())
    }
}

/// The turns of a case in the rounds of a series.
#[derive(Debug)]
struct Turns<'a> {
    case: &'a Case,
    /// How often it runs in a turn.
    each: u32,
    walls: Vec<Duration>,
    /// Of all turns.
    cpu: Option<Duration>,
    memory: Option<u64>,
}

impl Turns<'_> {
    fn take(&mut self) -> io::Result<()> {
        let before = children_cpu();
        let walls = (0..self.each).map(|_| run_once(self.case)).collect::<io::Result<Vec<_>>>()?;
        let spent = before.zip(children_cpu()).map(|(before, after)| after.saturating_sub(before));
        self.walls.push(median(&walls));
        self.cpu = self.cpu.zip(spent).map(|(cpu, spent)| cpu + spent);
        Ok(())
    }

    fn cost(self) -> Cost {
        let runs = f64::from(self.each) * self.walls.len() as f64;
        Cost {
            name: self.case.invocation.name(),
            walls: self.walls,
            cpu: self.cpu.map(|cpu| cpu.div_f64(runs)),
            memory: self.memory,
        }
    }
}

/// Runs a case and says how long it took.
fn run_once(case: &Case) -> io::Result<Duration> {
    prepare(case)?;
    let mut command = case.invocation.command();
    if case.clock == Clock::Printed {
        let printed = output(&mut command)?;
        let micros = printed.trim().parse();
        return micros.map(Duration::from_micros).map_err(|_| {
            Error::other(format!("`{}` prints no microseconds: {printed}", case.invocation.name()))
        });
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let wall = start.elapsed();
    if status.success() {
        return Ok(wall);
    }
    // Once more, to see what it says.
    prepare(case)?;
    output(&mut case.invocation.command())?;
    Err(Error::other(format!("`{}` fails now and then", case.invocation.name())))
}

/// Runs a command to its end and returns what it wrote to its standard output.
///
/// # Errors
///
/// Fails, with what the command wrote to its standard error, unless it
/// succeeds.
pub(crate) fn output(command: &mut Command) -> io::Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::other(format!("{command:?}: {}\n{said}", output.status)))
}

fn prepare(case: &Case) -> io::Result<()> {
    match &case.before {
        Before::Nothing => Ok(()),
        Before::EmptyDatabase => case.invocation.target().empty(),
        Before::KeepOnly { directory, file } => {
            for entry in fs::read_dir(directory)? {
                let entry = entry?;
                if entry.file_name() != *file {
                    fs::remove_file(entry.path())?;
                }
            }
            Ok(())
        }
    }
}

/// The CPU time of all children so far that have ended.
fn children_cpu() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in parentheses, may contain anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(13);
    let (user, system): (u32, u32) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(Duration::from_secs_f64(f64::from(user + system) / TICKS))
}

/// Adds up the calls in a summary of strace.
fn count_calls(summary: &str) -> u64 {
    let calls = |line: &str| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let counted = matches!(fields.last(), Some(&("fsync" | "fdatasync")));
        fields.get(3).filter(|_| counted).and_then(|calls| calls.parse::<u64>().ok())
    };
    summary.lines().filter_map(calls).sum()
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(walls: &[u64]) -> Cost {
        let walls = walls.iter().copied().map(Duration::from_millis).collect();
        Cost { name: String::new(), walls, cpu: None, memory: None }
    }

    #[test]
    fn a_ratio_pairs_the_rounds() {
        // The machine was ten times slower in two rounds. The medians alone
        // would say 10.
        let (own, other) = (cost(&[20, 200, 200]), cost(&[10, 10, 100]));
        assert_eq!(own.wall(), Duration::from_millis(200));
        assert!((own.ratio(&other) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn strace_is_understood() {
        let summary = "% time     seconds  usecs/call     calls    errors syscall\n\
                       ------ ----------- ----------- --------- --------- ----------------\n \
                       60.00    0.000010           0        84           fdatasync\n \
                       40.00    0.000010           0         3         1 fsync\n\
                       ------ ----------- ----------- --------- --------- ----------------\n\
                       100.00    0.000000           0        87         1 total\n";
        assert_eq!(count_calls(summary), 87);
        assert_eq!(count_calls(""), 0);
    }

    #[test]
    fn the_cpu_time_of_children_is_read() {
        assert_eq!(children_cpu().is_some(), cfg!(target_os = "linux"));
    }
}
