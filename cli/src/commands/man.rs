//! `retort man`

use std::{fs, path::PathBuf};

use clap::{Args, CommandFactory};
use clap_mangen::Man;

use super::Context;
use crate::{args::Arguments, command_error::CommandError};

/// Write the manual: retort.1, and a page for each command
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort man                 in this directory
  retort man share/man/man1  in another one")]
pub(crate) struct ManArgs {
    /// The directory to write to, which is created if it is not there
    #[arg(value_name = "DIRECTORY", default_value = ".")]
    directory: PathBuf,
}

pub(crate) fn run(args: &ManArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let directory = context.directory.join(&args.directory);
    let failed = |error| {
        CommandError::new("io", format!("cannot write to {}", args.directory.display())).caused_by(&error)
    };
    fs::create_dir_all(&directory).map_err(failed)?;
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    let own = command.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let pages: Vec<Man> = own.map(Man::new).chain([Man::new(command.clone())]).collect();
    for page in pages {
        let page = page.manual("Retort Manual").source(concat!("retort ", env!("CARGO_PKG_VERSION")));
        let path = args.directory.join(page.get_filename());
        let mut text = Vec::new();
        page.render(&mut text).map_err(failed)?;
        fs::write(context.directory.join(&path), text).map_err(failed)?;
        context.ui.note(format_args!("Writing {} ...  done", path.display()))?;
    }
    Ok(())
}
