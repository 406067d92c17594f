//! `retort merge`

use std::{collections::HashSet, path::PathBuf};

use clap::Args;
use retort_core::revision::{Revision, target::Target};

use super::{
    Context,
    revision::{Proposal, create},
};
use crate::{command_error::CommandError, templates};

/// Write a revision that joins several others into one head
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort merge -m \"join search and orders\" heads      join all heads
  retort merge -m \"join search and orders\" c52e e1a4  join two of them")]
pub(crate) struct MergeArgs {
    /// The revisions to join, or `heads`
    #[arg(value_name = "REVISION", required = true, allow_negative_numbers = true)]
    revisions: Vec<String>,

    /// What it is for
    #[arg(short, long, default_value = "", hide_default_value = true)]
    message: String,

    /// A label for the branch that begins with it
    #[arg(long, value_name = "LABEL")]
    branch_label: Vec<String>,

    /// Its id, instead of a random one
    #[arg(long, value_name = "ID")]
    rev_id: Option<String>,

    /// Allow revisions that are not heads
    #[arg(long)]
    splice: bool,

    /// The directory for its file, where `migrations` lists several [default: that of the first
    /// revision]
    #[arg(long, value_name = "PATH")]
    version_path: Option<PathBuf>,
}

pub(crate) fn run(args: &MergeArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let project = context.project()?;
    let mut parents: Vec<&Revision> = Vec::new();
    for text in &args.revisions {
        let target: Target = text.parse().map_err(|error| project.target_error(&error))?;
        parents.extend(project.graph.resolve(&target, &[]).map_err(|error| project.target_error(&error))?);
    }
    let distinct: HashSet<_> = parents.iter().map(|parent| &parent.id).collect();
    if let (true, [parent]) = (distinct.len() < 2, &*parents) {
        return Err(CommandError::new("nothing-to-merge", format!("there is only {} to merge", parent.id))
            .hint("a merge joins two revisions or more; `retort heads` lists the candidates"));
    }
    if parents.is_empty() {
        return Err(CommandError::new("nothing-to-merge", "there is no revision to merge")
            .hint("`retort heads` lists the candidates"));
    }
    let proposal = Proposal {
        id: args.rev_id.as_deref(),
        message: &args.message,
        labels: &args.branch_label,
        depends_on: Vec::new(),
        template: templates::of_merges(&project.settings, &context.backends.syntaxes())?,
        splice: args.splice,
        version_path: args.version_path.as_deref(),
    };
    create(&project, &parents, proposal, context)
}
