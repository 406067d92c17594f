//! `retort downgrade`

use clap::Args;
use retort_core::plan::Direction;

use super::{
    Context, migrate,
    offline::{self, OfflineArgs},
    tag::TagArgs,
};
use crate::command_error::CommandError;

/// Undo the revisions above a revision
#[derive(Debug, Args)]
pub(crate) struct DowngradeArgs {
    /// Where to: `-1`, `base`, an id or the beginning of one, `LABEL@base`, …; with `--sql` it is `FROM:TO`
    #[arg(value_name = "REVISION", allow_negative_numbers = true)]
    revision: String,

    /// Write what would run, with its SQL, and run nothing
    #[arg(long, conflicts_with = "sql")]
    dry_run: bool,

    #[command(flatten)]
    tag: TagArgs,

    #[command(flatten)]
    offline: OfflineArgs,
}

pub(crate) fn run(args: &DowngradeArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    if args.offline.sql {
        return offline::run(Direction::Downgrade, &args.revision, &args.tag, &args.offline, context);
    }
    migrate::run(Direction::Downgrade, &args.revision, args.dry_run, &args.tag, context)
}
