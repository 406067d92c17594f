//! Environments that are protected: what cannot be taken back is confirmed
//! there before it runs.

use clap::Args;
use retort_core::{migrate::DryRunStep, plan::Direction};

use super::Context;
use crate::{command_error::CommandError, project::Project};

/// How many things that are lost are named.
const SHOWN: usize = 10;

/// Whether the answer is known already.
#[derive(Debug, Args)]
pub(super) struct ConsentArgs {
    /// Ask nothing, although the environment is protected
    #[arg(short, long)]
    yes: bool,
}

impl ConsentArgs {
    /// Whether something must be confirmed.
    pub(super) fn is_needed(&self, project: &Project) -> bool {
        project.settings.protected && !self.yes
    }
}

/// Has a run confirmed that takes something from a protected environment: each
/// downgrade, and an upgrade that drops tables or columns.
///
/// # Errors
///
/// It was not confirmed. Nothing is done by then.
pub(super) fn confirm_run(
    project: &Project,
    direction: Direction,
    steps: &[DryRunStep],
    context: &mut Context<'_>,
) -> Result<(), CommandError> {
    let lost = steps.iter().flat_map(|step| {
        let revision = &step.revision;
        step.losses.iter().map(move |loss| format!("revision {revision}: {loss}"))
    });
    let lost: Vec<String> = lost.collect();
    let what = match direction {
        Direction::Downgrade if steps.is_empty() => return Ok(()),
        Direction::Downgrade => {
            let undone: Vec<&str> = steps.iter().map(|step| step.revision.as_str()).collect();
            match undone[..] {
                [only] => format!("the downgrade undoes revision {only}"),
                [first, .., last] => {
                    format!("the downgrade undoes {} revisions, {first} to {last}", undone.len())
                }
                [] => return Ok(()),
            }
        }
        Direction::Upgrade if lost.is_empty() => return Ok(()),
        Direction::Upgrade => "the upgrade drops what may hold data".to_owned(),
    };
    confirm(project, &what, &lost, context)
}

/// Has it confirmed that a protected environment forgets what is recorded.
///
/// # Errors
///
/// It was not confirmed. Nothing is done by then.
pub(super) fn confirm_purge(
    project: &Project,
    args: &ConsentArgs,
    context: &mut Context<'_>,
) -> Result<(), CommandError> {
    if !args.is_needed(project) {
        return Ok(());
    }
    confirm(project, "`stamp --purge` forgets which revisions are recorded", &[], context)
}

fn confirm(
    project: &Project,
    what: &str,
    lost: &[String],
    context: &mut Context<'_>,
) -> Result<(), CommandError> {
    let name = project.settings.environment.as_deref().unwrap_or("default");
    let mut lines: Vec<String> = lost.iter().take(SHOWN).cloned().collect();
    if lost.len() > SHOWN {
        lines.push(format!("and {} more", lost.len() - SHOWN));
    }
    if !context.ui.is_interactive() {
        let error = CommandError::new("protected", format!("environment {name} is protected, and {what}"));
        return Err(lines.into_iter().fold(error, CommandError::hint).hint(
            "nothing was done; type the name of the environment at a terminal, or go on with `--yes`",
        ));
    }
    context.ui.warn(format_args!("environment {name} is protected, and {what}"));
    for line in lines {
        context.ui.say(format_args!("  {line}"));
    }
    let answer = context.ui.ask(format_args!("type `{name}` to go on: "))?;
    if answer == name {
        return Ok(());
    }
    Err(CommandError::new(
        "not-confirmed",
        format!("environment {name} is protected, and another name was typed"),
    )
    .hint("nothing was done"))
}
