//! `retort upgrade`

use clap::Args;
use retort_core::plan::Direction;

use super::{Context, migrate};
use crate::command_error::CommandError;

/// Run the revisions that lead up to a revision
#[derive(Debug, Args)]
pub(crate) struct UpgradeArgs {
    /// Where to: `head`, `heads`, an id or the beginning of one, `+1`, `LABEL@head`, …
    #[arg(value_name = "REVISION", allow_negative_numbers = true)]
    revision: String,

    /// Write what would run, with its SQL, and run nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: &UpgradeArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    migrate::run(Direction::Upgrade, &args.revision, args.dry_run, context)
}
