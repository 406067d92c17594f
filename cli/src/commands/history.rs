//! `retort history`

use clap::Args;
use retort_core::revision::target::Range;

use super::Context;
use crate::{
    command_error::CommandError,
    listing::{Line, Listing},
};

/// List the revisions, the newest first
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// Only these, as START:END, START: or :END; an end may be `current`
    #[arg(short, long, value_name = "RANGE", allow_hyphen_values = true)]
    rev_range: Option<String>,

    /// Mark what the database is at
    #[arg(short, long)]
    indicate_current: bool,

    /// Show everything about each
    #[arg(short, long)]
    verbose: bool,
}

pub(crate) fn run(args: &HistoryArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let project = context.project()?;
    let range = match &args.rev_range {
        Some(range) => range.parse().map_err(|error| project.target_error(&error))?,
        None => Range::default(),
    };
    let rows =
        if args.indicate_current || range.needs_current() { project.rows(context)? } else { Vec::new() };
    for row in rows.iter().filter(|row| project.graph.get(row.as_str()).is_none()) {
        context.ui.warn(format_args!(
            "the database is at {row}, which no file in {} has; `retort current` says what to do",
            project.locations()
        ));
    }
    let revisions = project.graph.walk(&range, &rows).map_err(|error| project.target_error(&error))?;
    let listing = Listing::with_current(&project.graph, rows);
    if context.ui.is_json() {
        return listing.json(context.ui, revisions);
    }
    let line = Line { parents: true, labels: true, tree: true, message: true };
    listing.text(context.ui, revisions, line, args.verbose)
}
