//! `retort branches`

use clap::Args;

use super::Context;
use crate::{
    command_error::CommandError,
    listing::{Line, Listing},
};

/// List the revisions that several others follow
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort branches     where branches begin
  retort branches -v  with everything about each")]
pub(crate) struct BranchesArgs {
    /// Show everything about each
    #[arg(short, long)]
    verbose: bool,
}

pub(crate) fn run(args: &BranchesArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let project = context.project()?;
    let listing = Listing::new(&project.graph);
    let branch_points = project.graph.branch_points();
    if context.ui.is_json() {
        return listing.json(context.ui, branch_points);
    }
    let line = Line { labels: true, tree: true, ..Line::default() };
    for branch_point in branch_points {
        listing.text(context.ui, [branch_point], line, args.verbose)?;
        let out = context.ui.stdout();
        let width = branch_point.id.as_str().chars().count();
        let written = listing.children(&branch_point.id).into_iter().try_for_each(|child| {
            write!(out, "{:width$} -> ", "")?;
            listing.line(out, child, Line { message: args.verbose, ..line })?;
            writeln!(out)
        });
        written.and_then(|()| writeln!(out)).map_err(CommandError::output)?;
    }
    Ok(())
}
