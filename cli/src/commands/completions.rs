//! `retort completions`

use clap::Args;
use clap_complete::Shell;

use super::Context;
use crate::{command_error::CommandError, completion};

/// Write what makes a shell complete commands, options, revisions and environments
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort completions bash  to be sourced, or put where bash looks for it")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let mut script = Vec::new();
    completion::write_script(&args.shell.to_string(), &mut script).map_err(CommandError::output)?;
    context.ui.verbatim(String::from_utf8_lossy(&script).trim_start())
}
