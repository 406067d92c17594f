//! Why a command failed, in a form that can be shown to a person or a script.
//!
//! Errors of other modules become a [`CommandError`] in the modules below,
//! where each gets a stable code and the commands that help.

mod backend;
mod excerpt;
mod graph;
mod migrate;
mod models;

use std::{error::Error, fmt::Write as _, io};

use serde_json::json;

pub(crate) use excerpt::Excerpt;

use crate::{
    exit_status::ExitStatus,
    palette::{ERROR, HINT},
};

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct CommandError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: ExitStatus,
    /// Stable, for scripts: `multiple-heads`.
    code: &'static str,
    message: String,
    causes: Vec<String>,
    excerpt: Option<Excerpt>,
    hints: Vec<String>,
    /// What else is wrong.
    also: Vec<CommandError>,
    /// Whether there is anybody to tell.
    silent: bool,
}

impl CommandError {
    /// A failure with a stable code and a message of one clause.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            status: ExitStatus::Failure,
            code,
            message: message.into(),
            causes: Vec::new(),
            excerpt: None,
            hints: Vec::new(),
            also: Vec::new(),
            silent: false,
        }))
    }

    /// A command line that was not understood.
    pub(crate) fn usage(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
        let message = lines.collect::<Vec<_>>().join(" ");
        let message = message.trim_start_matches("error: ");
        let usage = Self::new("usage", message).with_status(ExitStatus::Usage);
        let tips = text.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
        let usage = tips.fold(usage, Self::hint);
        usage.hint("`retort --help` lists the commands and options")
    }

    /// A failure to write results. A reader that has seen enough, as in
    /// `retort history | head`, is not an error.
    pub(crate) fn output(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            let mut closed =
                Self::new("broken-pipe", "nobody reads the results").with_status(ExitStatus::Success);
            closed.0.silent = true;
            return closed;
        }
        Self::new("output", "cannot write the results").caused_by(&error)
    }

    /// An end that says that changes pend, after results that say which.
    pub(crate) fn changes_pending() -> Self {
        let mut pending =
            Self::new("changes-pending", "changes are pending").with_status(ExitStatus::ChangesPending);
        pending.0.silent = true;
        pending
    }

    /// The same failure, with another that was found with it.
    pub(crate) fn also(mut self, other: Self) -> Self {
        self.0.also.push(other);
        self
    }

    /// The same failure, ending the process with another status.
    pub(crate) fn with_status(mut self, status: ExitStatus) -> Self {
        self.0.status = status;
        self
    }

    /// The same failure, with the errors that led to it, the nearest first.
    pub(crate) fn caused_by(mut self, error: &dyn Error) -> Self {
        self.0.causes.push(error.to_string());
        self.with_sources_of(error)
    }

    /// The same failure, with the errors behind the one whose text is the
    /// message.
    pub(crate) fn with_sources_of(mut self, error: &dyn Error) -> Self {
        let mut next = error.source();
        while let Some(source) = next {
            let text = source.to_string();
            // Transparent wrappers repeat the text of what they wrap.
            if self.0.causes.last().unwrap_or(&self.0.message) != &text {
                self.0.causes.push(text);
            }
            next = source.source();
        }
        self
    }

    /// The same failure, pointing into a file.
    pub(crate) fn at(mut self, excerpt: Option<Excerpt>) -> Self {
        self.0.excerpt = excerpt;
        self
    }

    /// The same failure, with advice: a sentence with the command to run.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    /// The same failure, with the options that chose what the command acted on
    /// in the commands of its hints: without them they would act on something
    /// else.
    pub(crate) fn repeating(mut self, options: &str) -> Self {
        if !options.is_empty() {
            for hint in &mut self.0.hints {
                *hint = hint.replace("`retort ", &format!("`retort {options} "));
            }
        }
        self
    }

    /// How the process ends.
    pub(crate) fn code(&self) -> &'static str {
        self.0.code
    }

    pub(crate) fn status(&self) -> ExitStatus {
        self.0.status
    }

    /// Whether there is nothing to report.
    pub(crate) fn is_silent(&self) -> bool {
        self.0.silent
    }

    /// The text for a person, coloured.
    pub(crate) fn human(&self) -> String {
        let Inner { message, causes, excerpt, hints, also, .. } = &*self.0;
        let mut text = match excerpt {
            Some(excerpt) => excerpt.render(message),
            None => format!("{ERROR}error{ERROR:#}: {message}\n"),
        };
        for cause in causes {
            let _ = writeln!(text, "  caused by: {cause}");
        }
        for hint in hints {
            let _ = writeln!(text, "{HINT}hint{HINT:#}: {hint}");
        }
        for other in also {
            text += &other.human();
        }
        text
    }

    /// The document for a script: `{"error":{"code","message","hint"}}`. The
    /// message holds the causes and the place, a line for each thing that is
    /// wrong; `hint` is null without advice.
    pub(crate) fn json(&self) -> String {
        let Inner { code, hints, also, .. } = &*self.0;
        let full = also.iter().fold(self.full_message(), |full, other| full + "\n" + &other.full_message());
        let hint = if hints.is_empty() { None } else { Some(hints.join("\n")) };
        json!({ "error": { "code": code, "message": full, "hint": hint } }).to_string()
    }

    /// The message with the causes and the place.
    fn full_message(&self) -> String {
        let Inner { message, causes, excerpt, .. } = &*self.0;
        let mut full = match excerpt {
            Some(excerpt) => format!("{}: {message}", excerpt.place()),
            None => message.clone(),
        };
        for cause in causes {
            let _ = write!(full, ": {cause}");
        }
        full
    }
}
