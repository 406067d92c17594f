//! `retort show`

use clap::Args;
use retort_core::revision::target::Target;

use super::Context;
use crate::{
    command_error::CommandError,
    listing::{Line, Listing},
};

/// Show everything about a revision
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort show head     the latest revision
  retort show 8b7d     the one whose id begins so
  retort show current  where the database is")]
pub(crate) struct ShowArgs {
    /// The revision: an id, the beginning of one, a branch label, `head`, `current`, …
    #[arg(value_name = "REVISION", allow_negative_numbers = true)]
    revision: String,

    /// As with the other lists; here everything is shown in any case
    #[arg(short, long, hide = true)]
    verbose: bool,
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let project = context.project()?;
    let target: Target = args.revision.parse().map_err(|error| project.target_error(&error))?;
    let rows = if target.needs_current() { project.rows(context)? } else { Vec::new() };
    let revisions = project.graph.resolve(&target, &rows).map_err(|error| project.target_error(&error))?;
    let listing = Listing::with_current(&project.graph, rows);
    if context.ui.is_json() {
        return listing.json(context.ui, revisions);
    }
    listing.text(context.ui, revisions, Line::default(), true)
}
