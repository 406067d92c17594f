//! `retort downgrade`

use clap::Args;
use retort_core::plan::Direction;

use super::{Context, migrate};
use crate::command_error::CommandError;

/// Undo the revisions above a revision
#[derive(Debug, Args)]
pub(crate) struct DowngradeArgs {
    /// Where to: `-1`, `base`, an id or the beginning of one, `LABEL@base`, …
    #[arg(value_name = "REVISION", allow_negative_numbers = true)]
    revision: String,

    /// Write what would run, with its SQL, and run nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: &DowngradeArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    migrate::run(Direction::Downgrade, &args.revision, args.dry_run, context)
}
