//! `retort current`

use std::collections::BTreeSet;

use clap::Args;
use retort_core::revision::RevisionId;

use super::Context;
use crate::{
    command_error::CommandError,
    listing::{Line, Listing},
    reporter::places,
};

/// List the revisions that the database is at
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort current                where the database is
  retort current --check-heads  fail where something is not applied")]
pub(crate) struct CurrentArgs {
    /// Show everything about each
    #[arg(short, long)]
    verbose: bool,

    /// Fail unless the database is at all heads; as in Alembic, `-c` with nothing after it says so
    /// too
    #[arg(long)]
    check_heads: bool,
}

pub(crate) fn run(args: &CurrentArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let project = context.project()?;
    let rows = project.rows(context)?;
    let mut current = project.graph.all_current(&rows).map_err(|error| project.target_error(&error))?;
    current.sort_by(|a, b| a.id.cmp(&b.id));
    if args.check_heads {
        let heads: BTreeSet<&RevisionId> = project.graph.heads().into_iter().map(|head| &head.id).collect();
        if current.iter().map(|revision| &revision.id).collect::<BTreeSet<_>>() != heads {
            return Err(CommandError::new(
                "not-up-to-date",
                "Target database is not up to date. Database is not on all head revisions",
            )
            .hint(format!("it is at {}; `retort upgrade heads` brings it to the heads", places(&rows))));
        }
    }
    if context.ui.is_json() {
        let ids = current.iter().map(|revision| revision.id.clone());
        return Listing::with_current(&project.graph, ids).json(context.ui, current.iter().copied());
    }
    if args.verbose {
        let database = project.database()?;
        context.ui.line(format_args!("Current revision(s) for {}:", database.url))?;
    }
    let line = Line { tree: true, ..Line::default() };
    Listing::new(&project.graph).text(context.ui, current, line, args.verbose)
}
