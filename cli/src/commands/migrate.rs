//! What `retort upgrade` and `retort downgrade` share.

use std::{collections::BTreeSet, sync::Arc};

use retort_core::{
    backend::{Access, Backend, BackendErrorKind, BatchError, Connection},
    migrate::{self, DryRunStep, Failure, MigrateError, Migrator, Outcome, Transactions, heading},
    plan::Direction,
    revision::{
        RevisionId,
        graph::RevisionGraph,
        target::{Form, Symbol, Target, TargetError},
    },
};
use serde_json::json;

use super::{
    Context,
    consent::{self, ConsentArgs},
    tag::TagArgs,
};
use crate::{
    command_error::CommandError,
    database::block_on,
    exit_status::ExitStatus,
    interrupt,
    project::Project,
    reporter::{Reporter, places},
    ui::Ui,
};

/// Runs the revisions that lead to a target, or writes what would run.
pub(super) fn run(
    direction: Direction,
    revision: &str,
    dry_run: bool,
    consent: &ConsentArgs,
    tag: &TagArgs,
    context: &mut Context<'_>,
) -> Result<(), CommandError> {
    let project = context.project()?.tagged(&tag.tag);
    let target: Target = revision.parse().map_err(|error| project.target_error(&error))?;
    if dry_run {
        plan(&project, direction, &target, context)
    } else {
        migrate(&project, direction, &target, consent, context)
    }
}

fn migrate(
    project: &Project,
    direction: Direction,
    target: &Target,
    consent: &ConsentArgs,
    context: &mut Context<'_>,
) -> Result<(), CommandError> {
    let backend = project.select_backend(context)?;
    let settings = project.migrate_settings(context, &*backend)?;
    if consent.is_needed(project) {
        let steps = steps(project, direction, target, &backend, &settings, context)?;
        consent::confirm_run(project, direction, &steps, context)?;
    }
    let migrator = Migrator { graph: &project.graph, directory: &project.directory, settings: &settings };
    let interrupted = interrupt::listen(context.ui.aside())?;
    let mut reporter = Reporter::of_run(context.ui, context.variables);
    let outcome = block_on(async {
        let mut connection = project.connect(&*backend, Access::Write).await?;
        if direction == Direction::Downgrade {
            let rows =
                migrator.current(&mut *connection).await.map_err(|error| project.migrate_error(&error))?;
            reporter.warn_if_ambiguous(&project.graph, &rows, target);
        }
        let outcome = migrator
            .run(&mut *connection, direction, target, &mut |event| reporter.report(event), interrupted)
            .await
            .map_err(|failure| explain(project, direction, target, &failure))?;
        connection.close().await.map_err(|error| project.backend_error(&error))?;
        Ok(outcome)
    });
    drop(reporter);
    let outcome = outcome?;
    warn_of_unused(context.ui, project, &outcome.keys);
    if outcome.interrupted {
        return Err(stopped(project, direction, target, &outcome));
    }
    if outcome.ran.is_empty() {
        context.ui.say(format_args!("nothing to do: the database is at {}", places(&outcome.rows)));
    }
    if context.ui.is_json() {
        let ran = outcome
            .ran
            .iter()
            .map(|(id, direction)| json!({ "revision": id.as_str(), "direction": direction.as_str() }));
        let current: Vec<&str> = outcome.rows.iter().map(RevisionId::as_str).collect();
        return context.ui.json(&json!({ "steps": ran.collect::<Vec<_>>(), "current": current }));
    }
    Ok(())
}

fn plan(
    project: &Project,
    direction: Direction,
    target: &Target,
    context: &mut Context<'_>,
) -> Result<(), CommandError> {
    let backend = project.select_backend(context)?;
    let settings = project.migrate_settings(context, &*backend)?;
    let steps = steps(project, direction, target, &backend, &settings, context)?;
    if steps.is_empty() {
        context.ui.say("nothing to do");
    }
    warn_of_unused(context.ui, project, steps.iter().flat_map(|step| &step.keys));
    if !steps.is_empty() {
        match settings.transactions {
            Transactions::PerRevision => {}
            Transactions::All => context.ui.say("all of it would be one transaction"),
            Transactions::None => context.ui.say("each statement would commit by itself"),
        }
    }
    if context.ui.is_json() {
        return write_json(context.ui, &steps);
    }
    for step in &steps {
        if let Some((done, total)) = step.resumed {
            context.ui.say(format_args!(
                "revision {} was interrupted after {done} of {total} statements; what is left of it comes first",
                step.revision
            ));
        }
    }
    steps.iter().try_for_each(|step| write_sql(context.ui, &project.graph, step))
}

/// What a run would do.
pub(super) fn steps(
    project: &Project,
    direction: Direction,
    target: &Target,
    backend: &Arc<dyn Backend>,
    settings: &migrate::Settings,
    context: &mut Context<'_>,
) -> Result<Vec<DryRunStep>, CommandError> {
    let migrator = Migrator { graph: &project.graph, directory: &project.directory, settings };
    block_on(async {
        let mut connection = project.connect_to_read(context.ui, &**backend).await?;
        let session = connection.as_mut().map(|connection| &mut **connection as &mut dyn Connection);
        let steps = migrator
            .dry_run(backend, session, direction, target)
            .await
            .map_err(|error| describe(project, direction, &command(direction, target), &error))?;
        if let Some(connection) = connection {
            connection.close().await.map_err(|error| project.backend_error(&error))?;
        }
        Ok(steps)
    })
}

/// Warns of values that no revision of the run has a placeholder for.
pub(super) fn warn_of_unused<'k>(ui: &mut Ui, project: &Project, used: impl IntoIterator<Item = &'k String>) {
    let used: BTreeSet<&str> = used.into_iter().map(String::as_str).collect();
    for key in project.settings.parameters.keys().filter(|key| !used.contains(key)) {
        ui.warn(format_args!("`-x {key}=` is given, and no revision of this run has a placeholder `:{key}`"));
    }
}

fn write_json(ui: &mut Ui, steps: &[DryRunStep]) -> Result<(), CommandError> {
    let steps = steps.iter().map(|step| {
        let statements: Vec<&str> = step.statements.iter().map(|statement| &*statement.sql).collect();
        json!({ "revision": step.revision.as_str(), "direction": step.direction.as_str(), "statements": statements })
    });
    ui.json(&json!({ "steps": steps.collect::<Vec<_>>() }))
}

fn write_sql(ui: &mut Ui, graph: &RevisionGraph, step: &DryRunStep) -> Result<(), CommandError> {
    write_heading(ui, graph, &step.revision, step.direction)?;
    step.statements.iter().try_for_each(|statement| ui.line(format_args!("{};\n", statement.sql)))
}

/// Writes which revision the following statements belong to.
pub(super) fn write_heading(
    ui: &mut Ui,
    graph: &RevisionGraph,
    id: &RevisionId,
    direction: Direction,
) -> Result<(), CommandError> {
    match graph.get(id.as_str()) {
        Some(revision) => ui.verbatim(&heading(revision, direction)),
        None => Ok(()),
    }
}

/// Says why a run failed, where the database is now, and what to do next.
fn explain(project: &Project, direction: Direction, target: &Target, failure: &Failure) -> CommandError {
    let described = describe(project, direction, &command(direction, target), &failure.error);
    let Outcome { ran, rows, half_done, .. } = &failure.progress;
    if let MigrateError::DdlCommits { .. } | MigrateError::HalfDone { .. } = &failure.error {
        return described;
    }
    if project.settings.transactions == Transactions::All && !is_unknown_end(&failure.error) {
        let state = format!(
            "the run is one transaction, and nothing of it remains; the database is at {}",
            places(rows)
        );
        return described.hint(state);
    }
    let undone = match &failure.error {
        MigrateError::Plan { revision, .. } if half_done.as_ref() == Some(revision) => {
            format!("the rest of revision {revision} did not run")
        }
        MigrateError::Plan { revision, .. } => format!("nothing of revision {revision} ran"),
        // What was under way when it broke may have taken effect.
        MigrateError::Statement {
            source: BatchError::Statement { source, .. } | BatchError::Backend(source),
            ..
        } if source.kind() == BackendErrorKind::Connect => {
            return described.hint("`retort current` shows where the database is");
        }
        MigrateError::Batch(BatchError::Statement { source, .. } | BatchError::Backend(source))
            if source.kind() == BackendErrorKind::Connect && !ran.is_empty() =>
        {
            return described.hint("`retort current` shows where the database is");
        }
        MigrateError::Statement { revision, earlier_remain: false, .. } => {
            format!("nothing of revision {revision} remains")
        }
        _ if ran.is_empty() => return described,
        _ => "the run stopped".to_owned(),
    };
    let stay = match ran.len() {
        0 => String::new(),
        1 => ", the revision before it stays".to_owned(),
        ran => format!(", the {ran} revisions before it stay"),
    };
    let state = format!("{undone}{stay}; the database is at {}", places(rows));
    if let MigrateError::Plan { error, .. } = &failure.error
        && error.missing_key().is_some()
    {
        // What to do is said with the value.
        return described.hint(state);
    }
    described.hint(match what_is_left(target, ran.len()) {
        Some(target) => {
            let given = given(project);
            format!("{state}, and `retort {direction} {target}{given}` goes on from there")
        }
        None => format!("{state}; `retort history -i` shows what is left"),
    })
}

/// Whether nobody knows what became of the run: the connection broke.
fn is_unknown_end(error: &MigrateError) -> bool {
    match error {
        MigrateError::Statement { source, .. } | MigrateError::Batch(source) => match source {
            BatchError::Statement { source, .. } | BatchError::Backend(source) => {
                source.kind() == BackendErrorKind::Connect
            }
            BatchError::Guard { .. } | BatchError::Rows { .. } => false,
        },
        _ => false,
    }
}

/// The target for the rest of a run that ended after so many revisions: one
/// that counts steps from the current rows means another place by then.
fn what_is_left(target: &Target, ran: usize) -> Option<String> {
    match target.form() {
        Form::Offset { from: None | Some(Symbol::Current), steps } if ran > 0 => {
            let left = steps.unsigned_abs().checked_sub(u64::try_from(ran).ok()?).filter(|left| *left > 0)?;
            let branch = target.branch().map(|branch| format!("{branch}@")).unwrap_or_default();
            Some(format!("{branch}{}{left}", if *steps < 0 { '-' } else { '+' }))
        }
        Form::Offset { .. } | Form::Symbol(_) => Some(target.to_string()),
    }
}

/// The values that were given, for a command that is to be repeated. What they
/// are is left out: hints end up in logs.
fn given(project: &Project) -> String {
    project.settings.parameters.keys().map(|key| format!(" -x {key}=…")).collect()
}

fn command(direction: Direction, target: &Target) -> String {
    format!("{direction} {target}")
}

/// What is wrong with a run that such a command asked for. Where one head was asked for and there are several, all of them will do.
pub(super) fn describe(
    project: &Project,
    direction: Direction,
    command: &str,
    error: &MigrateError,
) -> CommandError {
    match error {
        MigrateError::Plan { error: wrong, .. } => match wrong.missing_key() {
            Some(key) => {
                let given = given(project);
                project
                    .migrate_error(error)
                    .hint(format!("give it a value: `retort {command}{given} -x {key}=VALUE`"))
            }
            None => project.migrate_error(error),
        },
        MigrateError::Target(error @ TargetError::MultipleHeads { heads, .. })
            if direction == Direction::Upgrade =>
        {
            let heads: Vec<&str> = heads.iter().map(RevisionId::as_str).collect();
            CommandError::new(error.code(), error.to_string())
                .hint(format!("join them: `retort merge -m \"merge branches\" {}`", heads.join(" ")))
                .hint("or go to all of them: `retort upgrade heads`")
        }
        _ => project.migrate_error(error),
    }
}

fn stopped(project: &Project, direction: Direction, target: &Target, outcome: &Outcome) -> CommandError {
    CommandError::new("interrupted", format!("interrupted; the database is at {}", places(&outcome.rows)))
        .with_status(ExitStatus::Interrupted)
        .hint(match what_is_left(target, outcome.ran.len()) {
            Some(target) => format!("`retort {direction} {target}{}` goes on from there", given(project)),
            None => "`retort history -i` shows what is left".to_owned(),
        })
}
