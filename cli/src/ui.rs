//! The only place that writes to the user: results to standard output, talk
//! to standard error.

use std::{
    fmt,
    io::{self, BufWriter, IsTerminal, Write},
    time::Duration,
};

use anstream::{AutoStream, ColorChoice, StripStream};
use serde::Serialize;

use crate::{
    args::{Color, Format, GlobalArgs},
    command_error::CommandError,
    host::Output,
    palette::WARNING,
    screen::{LONG, Look, Screen, duration},
};

/// Where a command writes.
pub(crate) struct Ui {
    /// Buffered: a history of ten thousand revisions is one stream of writes.
    stdout: BufWriter<Box<dyn Write + Send>>,
    stderr: Screen,
    format: Format,
    quiet: bool,
    /// Whether somebody is there to answer.
    interactive: bool,
    /// Whether the streams are those of the process.
    is_process: bool,
    /// Whether colours are left out of talk.
    is_plain: bool,
}

/// Talk from beside the command that runs: what only a process is told.
pub(crate) struct Aside {
    screen: Screen,
    talks: bool,
}

impl Aside {
    /// Writes a line of talk, unless it is unwanted.
    pub(crate) fn say(&self, line: &str) {
        if self.talks {
            let _ = self.screen.write(&format!("{line}\n"));
        }
    }

    /// Leaves the terminal in order: the process ends.
    pub(crate) fn abandon(&self) {
        self.screen.abandon();
    }
}

impl Ui {
    pub(crate) fn new(output: Output, global: &GlobalArgs) -> Self {
        let is_process = matches!(output, Output::Process);
        let interactive = is_process && io::stdin().is_terminal() && io::stderr().is_terminal();
        let is_plain = is_plain(&output, global.color);
        let (stdout, stderr) = streams(output, global.color);
        Self {
            stdout: BufWriter::new(stdout),
            stderr: Screen::new(stderr),
            format: global.format,
            quiet: global.quiet,
            interactive,
            is_process,
            is_plain,
        }
    }

    /// Whether results are JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Where results go.
    ///
    /// Its errors are turned into [`CommandError`] by
    /// [`CommandError::output`].
    pub(crate) fn stdout(&mut self) -> &mut dyn Write {
        &mut self.stdout
    }

    /// Writes a line of the result.
    pub(crate) fn line(&mut self, line: impl fmt::Display) -> Result<(), CommandError> {
        writeln!(self.stdout, "{line}").map_err(CommandError::output)
    }

    /// Writes a result that ends its lines itself.
    pub(crate) fn write(&mut self, text: impl fmt::Display) -> Result<(), CommandError> {
        write!(self.stdout, "{text}").map_err(CommandError::output)
    }

    /// Writes a result of which no character is for a terminal, be it one that
    /// would begin a colour.
    pub(crate) fn verbatim(&mut self, text: &str) -> Result<(), CommandError> {
        if !self.is_process {
            return self.write(text);
        }
        self.finish()?;
        io::stdout().write_all(text.as_bytes()).map_err(CommandError::output)
    }

    /// Writes a line that says what was done to a file: a result for people,
    /// unless they want none.
    pub(crate) fn note(&mut self, line: impl fmt::Display) -> Result<(), CommandError> {
        if self.talks() { self.line(line) } else { Ok(()) }
    }

    /// Writes the result as a JSON document.
    pub(crate) fn json(&mut self, document: &impl Serialize) -> Result<(), CommandError> {
        serde_json::to_writer(&mut self.stdout, document)
            .map_err(|error| CommandError::output(error.into()))?;
        writeln!(self.stdout).map_err(CommandError::output)
    }

    /// Writes a line of talk, unless it is unwanted.
    pub(crate) fn say(&mut self, line: impl fmt::Display) {
        if self.talks() {
            // Standard error is not buffered: one write for each line, not for
            // each piece of it. There is nobody left to tell that it is closed.
            let _ = self.stderr.write(&format!("{line}\n"));
        }
    }

    /// Writes a warning, unless talk is unwanted.
    pub(crate) fn warn(&mut self, line: impl fmt::Display) {
        self.say(format_args!("{WARNING}warning{WARNING:#}: {line}"));
    }

    /// Shows what runs from now on, on a terminal that can be drawn on.
    pub(crate) fn begin_run(&mut self, is_utf8: bool, is_dumb: bool) {
        if self.is_process && self.talks() && !is_dumb && io::stderr().is_terminal() {
            self.stderr.open(Look { is_utf8, is_coloured: !self.is_plain });
        }
    }

    /// Says how many revisions are still to run.
    pub(crate) fn expect(&mut self, revisions: usize) {
        self.stderr.expect(revisions);
    }

    /// Says that a revision runs.
    pub(crate) fn start_step(&mut self, what: &str, message: &str) {
        if !self.stderr.start(what, message) {
            self.say(format_args!("{what}, {message}"));
        }
    }

    /// Says that the revision ran, if it took long.
    pub(crate) fn finish_step(&mut self, elapsed: Duration) {
        if !self.stderr.finish(elapsed) && elapsed >= LONG {
            self.say(format_args!("  done in {}", duration(elapsed)));
        }
    }

    /// Shows nothing any more.
    pub(crate) fn end_run(&mut self) {
        self.stderr.close();
    }

    /// Whether questions can be asked: somebody sits at a terminal and reads.
    pub(crate) fn is_interactive(&self) -> bool {
        self.interactive && self.talks()
    }

    /// Asks a question and returns the line that is typed, without the spaces
    /// around it. Nothing, where the input ends.
    pub(crate) fn ask(&mut self, question: impl fmt::Display) -> Result<String, CommandError> {
        let failed = |error: io::Error| CommandError::new("input", "cannot ask").caused_by(&error);
        self.stderr.write(&question.to_string()).map_err(failed)?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).map_err(failed)?;
        Ok(answer.trim().to_owned())
    }

    /// Asks a question that is answered with yes or no, until it is.
    pub(crate) fn confirm(&mut self, question: impl fmt::Display) -> Result<bool, CommandError> {
        let failed = |error: io::Error| CommandError::new("input", "cannot ask").caused_by(&error);
        loop {
            self.stderr.write(&format!("{question} [y/n] ")).map_err(failed)?;
            let mut answer = String::new();
            if io::stdin().read_line(&mut answer).map_err(failed)? == 0 {
                return Err(CommandError::new("input", "the question was not answered")
                    .hint("with `--no-input` nothing is asked"));
            }
            match answer.trim().to_lowercase().as_str() {
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                _ => {}
            }
        }
    }

    /// Reports why the command failed.
    pub(crate) fn report(&mut self, error: &CommandError) {
        // The results so far come first where both streams are one terminal.
        let _ = self.stdout.flush();
        let _ = match self.format {
            Format::Human | Format::Dot | Format::Mermaid | Format::Svg => self.stderr.write(&error.human()),
            Format::Json => self.stderr.write(&format!("{}\n", error.json())),
        };
    }

    /// Writes out what is still buffered.
    pub(crate) fn finish(&mut self) -> Result<(), CommandError> {
        self.stdout.flush().map_err(CommandError::output)
    }

    /// What says something while a command has the streams.
    pub(crate) fn aside(&self) -> Aside {
        Aside { screen: self.stderr.clone(), talks: self.talks() }
    }

    fn talks(&self) -> bool {
        !self.quiet && !self.is_json()
    }
}

/// Writes what clap answers instead of parsed arguments: help, the version,
/// or a usage error.
pub(crate) fn print_clap(output: Output, answer: &clap::Error, color: Color) -> io::Result<()> {
    let (mut stdout, mut stderr) = streams(output, color);
    let text = answer.render();
    if answer.use_stderr() { write!(stderr, "{}", text.ansi()) } else { write!(stdout, "{}", text.ansi()) }
}

/// Writes what a program reads.
pub(crate) fn print_raw(output: Output, bytes: &[u8]) -> io::Result<()> {
    match output {
        Output::Process => io::stdout().write_all(bytes),
        Output::Captured { mut stdout, .. } => stdout.write_all(bytes),
    }
}

/// Writes the usage error of a command line that asks for JSON.
pub(crate) fn print_json_error(output: Output, error: &CommandError) -> io::Result<()> {
    let (_, mut stderr) = streams(output, Color::Never);
    writeln!(stderr, "{}", error.json())
}

/// Whether colours are left out of talk.
fn is_plain(output: &Output, color: Color) -> bool {
    match (output, color) {
        (_, Color::Always) => false,
        (_, Color::Never) | (Output::Captured { .. }, Color::Auto) => true,
        (Output::Process, Color::Auto) => AutoStream::choice(&io::stderr()) == ColorChoice::Never,
    }
}

fn streams(output: Output, color: Color) -> (Box<dyn Write + Send>, Box<dyn Write + Send>) {
    match output {
        Output::Process => {
            let choice = match color {
                Color::Auto => ColorChoice::Auto,
                Color::Always => ColorChoice::Always,
                Color::Never => ColorChoice::Never,
            };
            (Box::new(AutoStream::new(io::stdout(), choice)), Box::new(AutoStream::new(io::stderr(), choice)))
        }
        Output::Captured { stdout, stderr } => match color {
            Color::Always => (stdout, stderr),
            Color::Auto | Color::Never => {
                (Box::new(StripStream::new(stdout)), Box::new(StripStream::new(stderr)))
            }
        },
    }
}
