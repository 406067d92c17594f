//! `retort completions`

use clap::Args;
use clap_complete::Shell;

use super::Context;
use crate::{command_error::CommandError, completion};

const EXAMPLES: &str = "\
Examples:
  retort completions bash        for bash
  retort completions powershell  for PowerShell

What to put into the shell's own configuration:
  bash        source <(retort completions bash)
  zsh         source <(retort completions zsh)
  fish        retort completions fish | source
  elvish      eval (retort completions elvish | slurp)
  PowerShell  retort completions powershell | Out-String | Invoke-Expression";

/// Write what makes a shell complete commands, options, revisions and environments
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
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
