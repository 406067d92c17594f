//! `retort history`

use std::collections::HashSet;

use clap::Args;
use retort_core::{
    drawing::{Drawing, Glyphs},
    revision::target::Range,
};

use super::{Context, offline};
use crate::{
    args::Format,
    command_error::CommandError,
    listing::{Line, Listing},
    locale,
};

/// List the revisions, the newest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort history -i               all revisions, and where the database is
  retort history -r -2:           the head, and the two below it
  retort history -r 3f0c:current  from a revision to where the database is
  retort history --graph          with the branches drawn beside them
  retort history --format svg     a picture; also dot and mermaid")]
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

    /// Draw the graph beside the revisions; `--format dot`, `mermaid` or `svg` makes a picture of it
    #[arg(long)]
    graph: bool,

    /// Draw with ASCII only, as in a locale without UTF-8
    #[arg(long, requires = "graph")]
    ascii: bool,
}

pub(crate) fn run(args: &HistoryArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let format = context.global.format;
    if let (true, Some(name)) =
        (args.graph, format.picture().or_else(|| context.ui.is_json().then_some("json")))
    {
        return Err(offline::usage(&format!("the argument '--graph' cannot be used with '--format {name}'"))
            .hint("`--graph` draws for people; `--format json` has the parents and dependencies of each revision"));
    }
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
    let current: HashSet<_> = rows.iter().cloned().collect();
    let listing = Listing::with_current(&project.graph, rows);
    let drawing = || Drawing::new(&project.graph, &revisions, &current);
    match format {
        Format::Human => {}
        Format::Json => return listing.json(context.ui, revisions),
        Format::Dot => return context.ui.verbatim(&drawing().dot()),
        Format::Mermaid => return context.ui.verbatim(&drawing().mermaid()),
        Format::Svg => return context.ui.verbatim(&drawing().svg()),
    }
    let line = Line { parents: true, labels: true, tree: true, message: true };
    if args.graph {
        let is_unicode = !args.ascii && locale::is_utf8(context.variables);
        let glyphs = if is_unicode { Glyphs::Unicode } else { Glyphs::Ascii };
        return listing.graph(context.ui, &revisions, drawing().text(glyphs), line, args.verbose);
    }
    listing.text(context.ui, revisions, line, args.verbose)
}
