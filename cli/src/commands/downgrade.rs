//! `retort downgrade`

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

/// Undo the revisions above a revision
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort downgrade -1               undo the last revision
  retort downgrade 3f0c             undo all after that revision
  retort downgrade base --dry-run   the SQL that would undo everything
  retort downgrade head:8b7d --sql  a script for the client of the database")]
pub(crate) struct DowngradeArgs {
    /// Where to: `-1`, `base`, an id or the beginning of one, `LABEL@base`, …; with `--sql` it is `FROM:TO`
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

pub(crate) fn run(args: &DowngradeArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    if args.offline.sql {
        return offline::run(Direction::Downgrade, &args.revision, &args.tag, &args.offline, context);
    }
    migrate::run(Direction::Downgrade, &args.revision, args.dry_run, &args.consent, &args.tag, context)
}
