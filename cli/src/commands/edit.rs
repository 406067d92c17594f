//! `retort edit`

use std::{
    ffi::{OsStr, OsString},
    path::Path,
    process::Command,
};

use clap::Args;
use retort_core::revision::{
    Revision,
    target::{Form, Symbol, Target},
};

use super::Context;
use crate::command_error::CommandError;

/// The editors that are tried where nobody named one.
const EDITORS: [&str; 5] = ["sensible-editor", "editor", "nano", "vim", "code"];

/// Open the files of revisions in $EDITOR or $VISUAL, and check them afterwards
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort edit head  the latest revision
  retort edit 8b7d  the one whose id begins so")]
pub(crate) struct EditArgs {
    /// The revision: an id, the beginning of one, a branch label, `head`, `current`, …
    #[arg(value_name = "REVISION", allow_negative_numbers = true)]
    revision: String,
}

pub(crate) fn run(args: &EditArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let project = context.project()?;
    let target: Target = args.revision.parse().map_err(|error| project.target_error(&error))?;
    let rows = if target.needs_current() { project.rows(context)? } else { Vec::new() };
    let revisions = project.graph.resolve(&target, &rows).map_err(|error| project.target_error(&error))?;
    if revisions.is_empty() {
        let is_current = *target.form() == Form::Symbol(Symbol::Current);
        return Err(match is_current {
            true => CommandError::new("no-current-revision", "No current revisions")
                .hint("nothing is applied; `retort edit head` opens the latest revision"),
            false => CommandError::new(
                "no-revision-file",
                format!("No revision files indicated by symbol '{}'", args.revision),
            ),
        });
    }
    for revision in revisions {
        open(revision, context)?;
    }
    // What is wrong with them is best known now.
    context.project().map(|_| ())
}

/// Opens the file of a revision, and waits until the editor ends.
fn open(revision: &Revision, context: &Context<'_>) -> Result<(), CommandError> {
    let path = context.directory.join(&revision.path);
    let variable = |name: &str| context.variables.get(OsStr::new(name)).filter(|value| !value.is_empty());
    let named = ["EDITOR", "VISUAL"].into_iter().filter_map(variable).cloned();
    let mut missing = None;
    for editor in named.chain(EDITORS.map(OsString::from)) {
        let mut command = command(&editor);
        // Empty is where this process is, which no process can be started in by name.
        if !context.directory.as_os_str().is_empty() {
            command.current_dir(context.directory);
        }
        match command.arg(&path).status() {
            Ok(status) if status.success() => return Ok(()),
            Ok(status) => {
                let message = format!("Error executing editor ({}: {status})", editor.display());
                return Err(CommandError::new("editor", message));
            }
            Err(error) => missing = missing.or(Some((editor, error))),
        }
    }
    let error = CommandError::new(
        "editor",
        "No suitable editor found. Please set the \"EDITOR\" or \"VISUAL\" environment variables",
    );
    Err(match missing {
        Some((editor, cause)) => error.hint(format!("`{}` cannot be started: {cause}", editor.display())),
        None => error,
    })
}

/// The process of an editor, which may be named with options: `code --wait`.
fn command(editor: &OsStr) -> Command {
    let words = editor.to_str().filter(|_| !Path::new(editor).exists());
    let mut words = words.into_iter().flat_map(str::split_whitespace);
    match words.next() {
        Some(program) => {
            let mut command = Command::new(program);
            command.args(words);
            command
        }
        None => Command::new(editor),
    }
}
