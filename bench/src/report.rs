//! Writing the results: tables of costs, and goals that are met or missed.

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use crate::measure::Cost;

/// Where the results go, and the goals so far.
#[derive(Debug)]
pub(crate) struct Report<W> {
    out: W,
    goals: Vec<Goal>,
}

/// A bound on something that was measured.
#[derive(Debug)]
struct Goal {
    what: String,
    limit: Figure,
    /// `None` if something was absent that it takes.
    measured: Option<Figure>,
}

/// A number with its unit.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(crate) enum Figure {
    /// One time as a multiple of another.
    Ratio(f64),
    /// Bytes.
    Size(u64),
    /// A count for each revision.
    Each(f64),
}

impl<W: Write> Report<W> {
    /// A report to `out`.
    pub(crate) fn new(out: W) -> Self {
        Self { out, goals: Vec::new() }
    }

    /// Writes a line.
    pub(crate) fn line(&mut self, line: fmt::Arguments<'_>) -> io::Result<()> {
        self.out.write_fmt(line)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }

    /// Writes a heading.
    pub(crate) fn heading(&mut self, heading: &str) -> io::Result<()> {
        self.line(format_args!("\n### {heading}\n"))
    }

    /// Writes a table of what commands cost, with the ratio of each to the
    /// command called `yardstick`.
    pub(crate) fn costs(&mut self, costs: &[Cost], yardstick: &str) -> io::Result<()> {
        let measure = costs.iter().find(|cost| cost.name == yardstick);
        self.line(format_args!("| command | wall | / `{yardstick}` | CPU | peak RSS |"))?;
        self.line(format_args!("| --- | ---: | ---: | ---: | ---: |"))?;
        for cost in costs {
            let ratio = measure.map(|measure| Figure::Ratio(cost.ratio(measure)));
            self.line(format_args!(
                "| `{}` | {} | {} | {} | {} |",
                cost.name,
                time(cost.wall()),
                or_dash(ratio),
                or_dash(cost.cpu.map(time)),
                or_dash(cost.memory.map(|kib| Figure::Size(kib * 1024))),
            ))?;
        }
        Ok(())
    }

    /// Bounds a figure.
    pub(crate) fn goal(&mut self, what: String, measured: Option<Figure>, limit: Figure) {
        self.goals.push(Goal { what, limit, measured });
    }

    /// Bounds the time of the command `own` as a multiple of that of the
    /// command `yardstick` in the same series.
    pub(crate) fn ratio_goal(&mut self, what: &str, costs: &[Cost], own: &str, yardstick: &str, limit: f64) {
        let find = |name| costs.iter().find(|cost| cost.name == name);
        let ratio =
            find(own).zip(find(yardstick)).map(|(own, yardstick)| Figure::Ratio(own.ratio(yardstick)));
        self.goal(format!("{what}`{own}` / `{yardstick}`"), ratio, Figure::Ratio(limit));
    }

    /// Writes all goals.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.heading("Goals")?;
        self.line(format_args!("| goal | at most | measured | |"))?;
        self.line(format_args!("| --- | ---: | ---: | --- |"))?;
        for Goal { what, limit, measured } in std::mem::take(&mut self.goals) {
            let mark = match measured {
                Some(measured) if measured <= limit => "pass",
                Some(_) => "**fail**",
                None => "not measured",
            };
            self.line(format_args!("| {what} | {limit} | {} | {mark} |", or_dash(measured)))?;
        }
        Ok(())
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Ratio(ratio) if ratio < 10.0 => write!(f, "{ratio:.2}x"),
            Self::Ratio(ratio) => write!(f, "{ratio:.0}x"),
            Self::Size(bytes) => write!(f, "{:.1} MB", bytes as f64 / 1e6),
            Self::Each(count) => write!(f, "{count:.1}"),
        }
    }
}

fn or_dash(value: Option<impl fmt::Display>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// A time with three digits, so that no more is claimed than was measured.
fn time(duration: Duration) -> String {
    let milliseconds = duration.as_secs_f64() * 1e3;
    match milliseconds {
        ..10.0 => format!("{milliseconds:.2} ms"),
        10.0..100.0 => format!("{milliseconds:.1} ms"),
        100.0..1000.0 => format!("{milliseconds:.0} ms"),
        _ => format!("{:.2} s", milliseconds / 1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(name: &str, wall: u64) -> Cost {
        Cost {
            name: name.to_owned(),
            walls: vec![Duration::from_micros(wall)],
            cpu: Some(Duration::from_micros(4560)),
            memory: None,
        }
    }

    #[test]
    fn costs_and_goals_are_tables() -> io::Result<()> {
        let mut out = Vec::new();
        let mut report = Report::new(&mut out);
        let costs = [cost("retort current", 4567), cost("sqlx migrate info", 9134), cost("slow", 1_234_567)];
        report.costs(&costs, "sqlx migrate info")?;
        report.ratio_goal("cold: ", &costs, "retort current", "sqlx migrate info", 1.0);
        report.ratio_goal("", &costs, "slow", "sqlx migrate info", 1.5);
        report.ratio_goal("", &costs, "retort current", "absent", 1.5);
        report.goal("size".to_owned(), Some(Figure::Size(14_900_000)), Figure::Size(15_000_000));
        report.goal("fsyncs".to_owned(), Some(Figure::Each(4.1)), Figure::Each(4.0));
        report.finish()?;
        let expected = "\
| command | wall | / `sqlx migrate info` | CPU | peak RSS |
| --- | ---: | ---: | ---: | ---: |
| `retort current` | 4.57 ms | 0.50x | 4.56 ms | - |
| `sqlx migrate info` | 9.13 ms | 1.00x | 4.56 ms | - |
| `slow` | 1.23 s | 135x | 4.56 ms | - |

### Goals

| goal | at most | measured | |
| --- | ---: | ---: | --- |
| cold: `retort current` / `sqlx migrate info` | 1.00x | 0.50x | pass |
| `slow` / `sqlx migrate info` | 1.50x | 135x | **fail** |
| `retort current` / `absent` | 1.50x | - | not measured |
| size | 15.0 MB | 14.9 MB | pass |
| fsyncs | 4.0 | 4.1 | **fail** |
";
        assert_eq!(String::from_utf8_lossy(&out), expected);
        Ok(())
    }
}
