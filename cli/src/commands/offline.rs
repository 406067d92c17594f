//! What `retort upgrade`, `downgrade` and `stamp` share that write a script
//! instead of connecting to the database.

use std::sync::Arc;

use clap::Args;
use retort_core::{
    backend::Backend,
    migrate::{MigrateError, Migrator, OfflineScript, Transactions},
    plan::Direction,
    revision::{
        RevisionId,
        graph::{Links, RevisionGraph},
        target::{Target, TargetError},
    },
};

use super::{Context, migrate, tag::TagArgs};
use crate::{
    command_error::CommandError,
    database::block_on,
    exit_status::ExitStatus,
    project::Project,
    reporter::{Reporter, places},
    ui::Ui,
};

/// Whether a script is written, and for what.
#[derive(Debug, Args)]
pub(super) struct OfflineArgs {
    /// Write a script for the database's own client, and connect to nothing
    #[arg(long)]
    pub(super) sql: bool,

    /// The version of the server that a script is for [default: the oldest that is supported]
    #[arg(long, value_name = "VERSION", requires = "sql")]
    pub(super) server_version: Option<String>,
}

/// Writes the script of an upgrade or a downgrade.
pub(super) fn run(
    direction: Direction,
    revision: &str,
    tag: &TagArgs,
    args: &OfflineArgs,
    context: &mut Context<'_>,
) -> Result<(), CommandError> {
    refuse_json(context.ui)?;
    let project = context.project()?.tagged(&tag.tag);
    let (start, target) = split(&project, revision)?;
    if direction == Direction::Downgrade && start.is_none_or(str::is_empty) {
        return Err(usage("downgrade with --sql requires <fromrev>:<torev>")
            .hint("the script is made without a look at the database: say where it is, as in `head:-1`"));
    }
    let rows = start_rows(&project, start.unwrap_or_default())?;
    let target: Target = target.parse().map_err(|error| project.target_error(&error))?;
    if direction == Direction::Downgrade {
        Reporter::new(context.ui).warn_if_ambiguous(&project.graph, &rows, &target);
    }
    let backend = backend(&project, args, context)?;
    let settings = project.migrate_settings(context, &*backend)?;
    let migrator = Migrator { graph: &project.graph, directory: &project.directory, settings: &settings };
    let script = block_on(async {
        let script = migrator.script(&backend, direction, &rows, &target).await;
        script.map_err(|error| explain(&project, direction, revision, &error))
    })?;
    migrate::warn_of_unused(context.ui, &project, script.steps.iter().flat_map(|step| &step.keys));
    if script.steps.is_empty() {
        context.ui.say(format_args!("nothing to do: the script would begin at {}", places(&rows)));
        return Ok(());
    }
    write_moves(context.ui, &project, &*backend, direction.as_str(), &script)
}

/// Writes the script of a stamp.
pub(super) fn stamp(
    revisions: &[String],
    tag: &TagArgs,
    args: &OfflineArgs,
    context: &mut Context<'_>,
) -> Result<(), CommandError> {
    refuse_json(context.ui)?;
    let project = context.project()?.tagged(&tag.tag);
    let mut start = None;
    let mut targets = Vec::new();
    for revision in revisions {
        let (own, target) = split(&project, revision)?;
        if let Some(own) = own
            && *start.get_or_insert(own) != own
        {
            return Err(usage(
                "Stamp operation with --sql only supports a single starting revision at a time",
            ));
        }
        targets.push(target.parse::<Target>().map_err(|error| project.target_error(&error))?);
    }
    let rows = start_rows(&project, start.unwrap_or_default())?;
    let backend = backend(&project, args, context)?;
    let settings = project.migrate_settings(context, &*backend)?;
    let migrator = Migrator { graph: &project.graph, directory: &project.directory, settings: &settings };
    let script = block_on(async {
        let script = migrator.stamp_script(&backend, &rows, &targets).await;
        script.map_err(|error| project.migrate_error(&error))
    })?;
    write_moves(context.ui, &project, &*backend, "stamp", &script)
}

/// Writes the script that creates Retort's own tables.
pub(super) fn ensure_version(args: &OfflineArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    refuse_json(context.ui)?;
    let project = context.project_without_revisions()?;
    let backend = backend(&project, args, context)?;
    let settings = project.migrate_settings(context, &*backend)?;
    let migrator = Migrator { graph: &project.graph, directory: &project.directory, settings: &settings };
    let script = block_on(async {
        let script = migrator.ensure_version_script(&backend).await;
        script.map_err(|error| project.migrate_error(&error))
    })?;
    write_title(context.ui, &*backend, "ensure-version")?;
    context.ui.line("--")?;
    write(context.ui, &project.graph, &script)
}

/// A command line whose options do not fit together.
pub(super) fn usage(message: &str) -> CommandError {
    CommandError::new("usage", message).with_status(ExitStatus::Usage)
}

fn refuse_json(ui: &Ui) -> Result<(), CommandError> {
    match ui.is_json() {
        true => Err(usage("the argument '--sql' cannot be used with '--format json'")
            .hint("`--dry-run --format json` has the statements of each revision")),
        false => Ok(()),
    }
}

/// The start of a range, if there is one, and its end.
fn split<'t>(project: &Project, text: &'t str) -> Result<(Option<&'t str>, &'t str), CommandError> {
    match text.split_once(':') {
        None => Ok((None, text)),
        Some((_, end)) if end.contains(':') => {
            Err(project.target_error(&TargetError::NotARange { text: text.to_owned() }))
        }
        Some((start, end)) => Ok((Some(start), end)),
    }
}

/// The rows of the version table where a script begins: `base` without a start,
/// and several with commas between them.
fn start_rows(project: &Project, start: &str) -> Result<Vec<RevisionId>, CommandError> {
    let graph = &project.graph;
    let mut rows: Vec<RevisionId> = Vec::new();
    for text in start.split(',').filter(|_| !start.is_empty()) {
        let target: Target = text.parse().map_err(|error| project.target_error(&error))?;
        if target.needs_current() {
            return Err(usage("`current` is known to the database only, which --sql does not ask")
                .hint("`retort current` tells; name its revisions as the start, with commas between them"));
        }
        let found = graph.resolve(&target, &[]).map_err(|error| project.target_error(&error))?;
        rows.extend(found.into_iter().map(|revision| revision.id.clone()));
    }
    // The version table has no row that another one implies.
    let is_implied = |id: &RevisionId| {
        let others = rows.iter().filter(|other| *other != id);
        graph.ancestors(others, Links::All).iter().any(|revision| revision.id == *id)
    };
    let mut kept: Vec<RevisionId> = rows.iter().filter(|id| !is_implied(id)).cloned().collect();
    kept.sort();
    kept.dedup();
    Ok(kept)
}

/// The backend that the URL selects, which nobody connects to.
fn backend(
    project: &Project,
    args: &OfflineArgs,
    context: &mut Context<'_>,
) -> Result<Arc<dyn Backend>, CommandError> {
    let selected = project.select_backend(context)?;
    let version = args.server_version.as_deref();
    selected.offline(version).map_err(|error| project.backend_error(&error))
}

fn explain(project: &Project, direction: Direction, revision: &str, error: &MigrateError) -> CommandError {
    let command = format!("{direction} {revision} --sql");
    let described = migrate::describe(project, direction, &command, error);
    match error {
        // What the database would show.
        MigrateError::Plan { .. } if project.settings.transactions == Transactions::All => described.hint(
            "no script was written; with `RETORT_TRANSACTION=per-revision` each revision is a transaction of its own",
        ),
        MigrateError::Plan { .. } => described.hint("no script was written"),
        _ => described,
    }
}

/// Writes a script that moves the database from one place to another.
fn write_moves(
    ui: &mut Ui,
    project: &Project,
    backend: &dyn Backend,
    command: &str,
    script: &OfflineScript,
) -> Result<(), CommandError> {
    let (before, after) = (places(&script.rows_before), places(&script.rows_after));
    write_title(ui, backend, &format!("{command} {before} -> {after}"))?;
    if let Some(tag) = &project.settings.tag {
        ui.line(format_args!("-- Tag: {tag}"))?;
    }
    ui.line(format_args!("-- It runs no revision on a database that is not at {before}.\n--"))?;
    write(ui, &project.graph, script)
}

fn write_title(ui: &mut Ui, backend: &dyn Backend, what: &str) -> Result<(), CommandError> {
    let (database, version) = (backend.name(), env!("CARGO_PKG_VERSION"));
    ui.line(format_args!("-- {what} on {database}, written by retort {version}"))
}

fn write(ui: &mut Ui, graph: &RevisionGraph, script: &OfflineScript) -> Result<(), CommandError> {
    ui.verbatim(&script.opening)?;
    for (at, step) in script.steps.iter().enumerate() {
        match &step.revision {
            Some((id, direction)) => migrate::write_heading(ui, graph, id, *direction)?,
            None if at == 0 => ui.line("-- Retort's own tables\n")?,
            None if script.one_transaction => ui.line("-- One transaction\n")?,
            None => {
                let (before, after) = (places(&script.rows_before), places(&script.rows_after));
                ui.line(format_args!("-- Running stamp_revision {before} -> {after}\n"))?;
            }
        }
        ui.verbatim(&step.text)?;
    }
    ui.verbatim(&script.closing)
}
