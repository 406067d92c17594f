//! `retort heads`

use clap::Args;

use super::Context;
use crate::{
    command_error::CommandError,
    listing::{Line, Listing},
};

/// List the latest revisions: those that no other follows
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort heads     one line each
  retort heads -v  everything about each")]
pub(crate) struct HeadsArgs {
    /// Show everything about each
    #[arg(short, long)]
    verbose: bool,

    /// Leave out revisions that others depend on
    #[arg(long)]
    resolve_dependencies: bool,
}

pub(crate) fn run(args: &HeadsArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let project = context.project()?;
    let heads = if args.resolve_dependencies { project.graph.real_heads() } else { project.graph.heads() };
    let listing = Listing::new(&project.graph);
    if context.ui.is_json() {
        return listing.json(context.ui, heads);
    }
    listing.text(context.ui, heads, Line { labels: true, ..Line::default() }, args.verbose)
}
