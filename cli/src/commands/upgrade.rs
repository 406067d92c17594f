//! `retort upgrade`

use clap::Args;
use retort_core::plan::Direction;

use super::{
    Context, migrate,
    offline::{self, OfflineArgs},
    tag::TagArgs,
};
use crate::command_error::CommandError;

/// Run the revisions that lead up to a revision
#[derive(Debug, Args)]
pub(crate) struct UpgradeArgs {
    /// Where to: `head`, `heads`, an id or the beginning of one, `+1`, `LABEL@head`, …; with `--sql` also `FROM:TO`
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

pub(crate) fn run(args: &UpgradeArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    if args.offline.sql {
        return offline::run(Direction::Upgrade, &args.revision, &args.tag, &args.offline, context);
    }
    migrate::run(Direction::Upgrade, &args.revision, args.dry_run, &args.tag, context)
}
