//! `retort upgrade`

use clap::Args;
use retort_core::plan::Direction;

use super::{
    Context,
    consent::ConsentArgs,
    migrate,
    offline::{self, OfflineArgs},
    tag::TagArgs,
};
use crate::command_error::CommandError;

/// Run the revisions that lead up to a revision
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort upgrade head             to the latest revision
  retort upgrade +1               one revision further
  retort upgrade 8b7d             to the revision whose id begins so
  retort upgrade head --dry-run   the SQL that would run
  retort upgrade 3f0c:head --sql  a script for the client of the database
  retort --env prod upgrade head  in another environment")]
pub(crate) struct UpgradeArgs {
    /// Where to: `head`, `heads`, an id or the beginning of one, `+1`, `LABEL@head`, …; with `--sql` also `FROM:TO`
    #[arg(value_name = "REVISION", allow_negative_numbers = true)]
    revision: String,

    /// Write what would run, with its SQL, and run nothing
    #[arg(long, conflicts_with = "sql")]
    dry_run: bool,

    #[command(flatten)]
    consent: ConsentArgs,

    #[command(flatten)]
    tag: TagArgs,

    #[command(flatten)]
    offline: OfflineArgs,
}

pub(crate) fn run(args: &UpgradeArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    if args.offline.sql {
        return offline::run(Direction::Upgrade, &args.revision, &args.tag, &args.offline, context);
    }
    migrate::run(Direction::Upgrade, &args.revision, args.dry_run, &args.consent, &args.tag, context)
}
