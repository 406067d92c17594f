//! The command line of Retort, as a library: a binary is a list of backends.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! fn main() -> ExitCode {
//!     retort::Cli::new().with_backend(retort_sqlite::Sqlite::default()).run()
//! }
//! ```
//!
//! Only this crate prints, reads the environment and knows backends by name;
//! everything it reports is decided in `retort_core`.

mod alembic_ini;
mod args;
mod backends;
mod command_error;
mod commands;
mod completion;
mod database;
mod exit_status;
mod hooks;
mod host;
mod interrupt;
mod listing;
mod locale;
mod palette;
mod placement;
mod project;
mod reporter;
mod schema_json;
mod screen;
mod selection;
mod settings;
mod suggestions;
mod templates;
mod ui;

use std::{ffi::OsString, io, process::ExitCode};

use clap::{CommandFactory, FromArgMatches};
use retort_core::backend::Backend;

pub use exit_status::ExitStatus;
pub use host::{Host, Output};

use crate::{args::Arguments, backends::Backends, command_error::CommandError, commands::Context, ui::Ui};

/// A command line with the backends it was given.
#[derive(Debug, Default)]
pub struct Cli {
    backends: Backends,
}

impl Cli {
    /// A command line without backends.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a backend. The schemes of its URLs select it; of two backends with
    /// one scheme, the later one.
    #[must_use]
    pub fn with_backend(mut self, backend: impl Backend) -> Self {
        self.backends.add(backend);
        self
    }

    /// Runs the command line of the process.
    pub fn run(self) -> ExitCode {
        self.run_in(Host::process()).into()
    }

    /// Runs a command line in a given host: inside another program, or a test.
    pub fn run_in(self, host: Host) -> ExitStatus {
        let Host { arguments, directory, variables, output } = host;
        let mut command = Arguments::command();
        if matches!(output, Output::Captured { .. }) {
            command = command.term_width(100);
        }
        if let Some(answer) = completion::answer(command.clone(), &arguments, &directory, &variables) {
            return match ui::print_raw(output, &answer) {
                Ok(()) => ExitStatus::Success,
                Err(_) => ExitStatus::Failure,
            };
        }
        let mut parse = |arguments: &[OsString]| {
            let matches = command.try_get_matches_from_mut(args::parameters_first(arguments))?;
            Arguments::from_arg_matches(&matches)
        };
        let parsed = parse(&arguments).or_else(|error| match args::of_alembic(&arguments) {
            Some(rewritten) => parse(&rewritten).map_err(|_| error),
            None => Err(error),
        });
        let arguments = match parsed {
            Ok(arguments) => arguments,
            Err(answer) => return explain(output, &suggestions::improve(answer), &arguments),
        };
        let mut ui = Ui::new(output, &arguments.global);
        let mut context = Context {
            ui: &mut ui,
            global: &arguments.global,
            directory: &directory,
            variables: &variables,
            backends: &self.backends,
        };
        let result = commands::run(&arguments.command, &mut context).and_then(|()| ui.finish());
        match result {
            Ok(()) => ExitStatus::Success,
            Err(error) => {
                let error = alembic_ini::explain(error, &arguments.global, &directory);
                let error = error.repeating(&arguments.global.choice());
                if !error.is_silent() {
                    ui.report(&error);
                }
                error.status()
            }
        }
    }
}

/// Writes help, the version, or what is wrong with the command line.
fn explain(output: Output, answer: &clap::Error, arguments: &[OsString]) -> ExitStatus {
    let written = if args::wants_json(arguments) && answer.use_stderr() {
        ui::print_json_error(output, &CommandError::usage(answer))
    } else {
        ui::print_clap(output, answer, args::wanted_color(arguments))
    };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitStatus::Failure,
        _ if answer.use_stderr() => ExitStatus::Usage,
        _ => ExitStatus::Success,
    }
}
