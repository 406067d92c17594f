//! What somebody probably meant who typed a command line that does not exist.

use clap::{
    CommandFactory,
    error::{ContextKind, ContextValue, ErrorKind},
};
use retort_core::suggestion::alike;

use crate::args::Arguments;

/// Words of other tools, and the commands that do the same here.
const HABITS: [(&str, &[&str]); 24] = [
    ("apply", &["upgrade"]),
    ("autogenerate", &["revision --autogenerate", "check"]),
    ("create", &["revision"]),
    ("deploy", &["upgrade"]),
    ("diff", &["check"]),
    ("down", &["downgrade"]),
    ("dump", &["introspect"]),
    ("generate", &["revision"]),
    ("inspect", &["introspect"]),
    ("log", &["history"]),
    ("makemigrations", &["revision --autogenerate"]),
    ("migrate", &["upgrade"]),
    ("new", &["revision"]),
    ("pull", &["introspect"]),
    ("redo", &["downgrade", "upgrade"]),
    ("revert", &["downgrade"]),
    ("rollback", &["downgrade"]),
    ("run", &["upgrade"]),
    ("showmigrations", &["history --indicate-current"]),
    ("sqlmigrate", &["upgrade --sql"]),
    ("status", &["current", "history --indicate-current"]),
    ("undo", &["downgrade"]),
    ("up", &["upgrade"]),
    ("validate", &["check"]),
];

/// Improves the tips of a usage error.
pub(crate) fn improve(mut error: clap::Error) -> clap::Error {
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else {
                return error;
            };
            let meant = commands(&typed.to_lowercase());
            if !meant.is_empty() {
                error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(meant));
            }
        }
        // That an option may be meant as a value helps nobody: no command takes
        // values that look like one.
        ErrorKind::UnknownArgument => {
            error.remove(ContextKind::Suggested);
        }
        _ => {}
    }
    error
}

/// The commands that a word may stand for, the likeliest first.
fn commands(typed: &str) -> Vec<String> {
    if let Some((_, meant)) = HABITS.iter().find(|(word, _)| *word == typed) {
        return meant.iter().map(|meant| (*meant).to_owned()).collect();
    }
    let command = Arguments::command();
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    alike(typed, names).into_iter().map(str::to_owned).collect()
}
