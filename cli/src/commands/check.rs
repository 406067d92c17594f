//! `retort check`

use std::collections::BTreeSet;

use clap::Args;
use retort_core::{
    autogenerate::{Side, detected},
    diff::{self, ByHand, Diff, Renames},
    migrate::Implied,
    operation::Operation,
    plan::Unknown,
    schema::{Constraint, QualifiedName, Schema, Table},
};
use serde_json::json;

use super::{
    Context,
    autogenerate::{self, Limit, ModelArgs, Observed, Origin, Referee},
};
use crate::{command_error::CommandError, project::Project, reporter::places};

/// Find out whether the database is what the models say; exit with 3 if not
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort check          compare the database with the models
  retort check --drift  compare it with what the revisions made")]
pub(crate) struct CheckArgs {
    /// Compare with what the applied revisions make, instead of the models
    #[arg(long, conflicts_with_all = ["from_url", "from_env"])]
    drift: bool,

    #[command(flatten)]
    model: ModelArgs,
}

pub(crate) fn run(args: &CheckArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let project = context.project()?;
    if args.drift {
        return drift(&project, context);
    }
    let pending = autogenerate::find(&project, &args.model, false, context)?;
    if context.ui.is_json() {
        context.ui.json(&pending.document(None::<()>))?;
    } else if pending.is_equal() {
        pending.warn(context.ui);
        context.ui.line("No new upgrade operations detected.")?;
    } else {
        context.ui.line("New upgrade operations detected:")?;
        for line in pending.detected() {
            context.ui.line(format_args!("  {line}"))?;
        }
        // On a terminal, advice comes after what it is about.
        context.ui.finish()?;
        pending.warn(context.ui);
        context.ui.say("`retort revision --autogenerate -m \"...\"` writes them down");
    }
    if pending.is_equal() { Ok(()) } else { finish(context) }
}

/// Ends with 3, after all results.
fn finish(context: &mut Context<'_>) -> Result<(), CommandError> {
    context.ui.finish()?;
    Err(CommandError::changes_pending())
}

/// Compares the database with what its applied revisions make.
fn drift(project: &Project, context: &mut Context<'_>) -> Result<(), CommandError> {
    let Observed { backend, rows, schema } = Observed::new(project, context)?;
    let settings = project.plan_settings(context, &*backend)?;
    let implied = autogenerate::implied(project, context, &*backend, &settings, &rows)?;
    let heads: Vec<_> = project.graph.heads().into_iter().map(|head| head.id.clone()).collect();
    let at_heads = autogenerate::implied(project, context, &*backend, &settings, &heads)?;

    let mut limit = Limit::new(project, &context.own_namespaces(project));
    for schema in [&schema, &implied.schema, &at_heads.schema] {
        limit.add(schema);
    }
    limit.keep(&implied.schema);
    let failed = |error| project.backend_error(&error);
    let limited = |schema: &Schema| {
        let mut schema = Schema { unmanaged: Vec::new(), ..schema.clone() };
        limit.apply(&mut schema);
        schema
    };
    let capabilities = backend.capabilities();
    let mut referee = Referee::new(project, &backend);
    let mut compare = |implied: &Implied| {
        let written = limited(&implied.schema);
        let made = backend.normalize(written.clone()).map_err(failed)?;
        let mut found = backend.normalize(limited(&schema)).map_err(failed)?;
        drop_dangling(&mut found, &made);
        referee.settle(&mut found, &made, Origin::Own)?;
        let named = |normal| Side::new(normal, written.clone(), &made, &backend, &settings).normal;
        let (made, found) = (named(made.clone()), named(found));
        let diff = diff::diff(&made, &found, &Renames::default(), &capabilities);
        let mut diff = diff.map_err(|error| CommandError::new("drift", error.to_string()))?;
        let unknown = take_unknown(&mut diff, &implied.unknown, [&made, &found]);
        Ok::<_, CommandError>((made, diff, unknown))
    };
    let (made, diff, unknown) = compare(&implied)?;
    let lines: Vec<String> = detected(&diff, &made)
        .iter()
        .map(|line| line.trim_start_matches("Detected ").to_owned())
        .chain(diff.by_hand.iter().map(ToString::to_string))
        .collect();
    let ahead = if lines.is_empty() { None } else { Some(Ahead::of(&diff)) };
    let has_heads_already = !lines.is_empty() && compare(&at_heads)?.1.is_empty();
    let unsettled = referee.warnings();
    if context.ui.is_json() {
        context.ui.json(&json!({
            "drift": lines,
            "ahead": ahead.map(Ahead::word),
            "not_compared": unknown,
            "compared_as_text": unsettled,
            "matches_heads": lines.is_empty() && rows == heads || has_heads_already,
        }))?;
    } else if let Some(ahead) = ahead {
        let at = places(&rows);
        context
            .ui
            .line(format_args!("The database differs from what its revisions make (it is at {at}):"))?;
        for line in &lines {
            context.ui.line(format_args!("  {line}"))?;
        }
        context.ui.line(ahead.sentence())?;
        context.ui.finish()?;
        if has_heads_already {
            let heads = if heads.len() > 1 { "heads" } else { "head" };
            context.ui.say(format_args!(
                "it has what the revisions up to the {heads} make; if they ran elsewhere: `retort stamp {heads}`"
            ));
        }
    } else {
        context.ui.line("No drift detected.")?;
    }
    if !context.ui.is_json() {
        for warning in &unsettled {
            context.ui.warn(warning);
        }
        for object in unknown {
            context.ui.say(format_args!("not compared: {object}"));
        }
    }
    if ahead.is_none() { Ok(()) } else { finish(context) }
}

/// Takes foreign keys out that refer to a table which the database has no more:
/// SQLite keeps them, and no statement leads there.
fn drop_dangling(found: &mut Schema, made: &Schema) {
    let is_gone = |name: &QualifiedName| !found.tables.contains_key(name) && made.tables.contains_key(name);
    let dangles = |constraint: &Constraint| constraint.kind.references().is_some_and(is_gone);
    let tables = found.tables.iter().filter(|(_, table)| table.constraints.iter().any(dangles));
    let cut = tables.map(|(name, table)| {
        let constraints =
            table.constraints.iter().filter(|constraint| !dangles(constraint)).cloned().collect();
        (name.clone(), Table { constraints, ..table.clone() })
    });
    let cut: Vec<_> = cut.collect();
    found.tables.extend(cut);
}

/// Takes out what is about objects of which the revisions do not tell
/// everything. Returns these, with the place of the statement that nobody
/// understands.
fn take_unknown(diff: &mut Diff, unknown: &Unknown, schemas: [&Schema; 2]) -> BTreeSet<String> {
    let mut objects = BTreeSet::new();
    let mut is_unknown = |name: &QualifiedName| {
        let table = schemas.iter().find_map(|schema| schema.table_of_index(name));
        let name = table.map_or(name, |table| &table.name);
        let place = unknown.place(name);
        objects.extend(place.map(|place| format!("{name}, which the statement at {place} names")));
        place.is_some()
    };
    diff.changes.retain(|change| match &change.operation {
        Operation::CreateNamespace { name, .. }
        | Operation::DropNamespace { name, .. }
        | Operation::RenameNamespace { from: name, .. } => {
            !is_unknown(&QualifiedName::unqualified(name.clone()))
        }
        operation => !operation.names().first().is_some_and(|name| is_unknown(name)),
    });
    diff.by_hand.retain(|by_hand| match by_hand {
        ByHand::TableOptions { table: name, .. }
        | ByHand::ColumnOptions { table: name, .. }
        | ByHand::NamespaceInUse { name, .. } => !is_unknown(name),
    });
    objects
}

/// Who has what the other does not.
#[derive(Debug, Clone, Copy)]
enum Ahead {
    Database,
    Revisions,
    Both,
}

impl Ahead {
    fn of(diff: &Diff) -> Self {
        let operations = || diff.changes.iter().map(|change| &change.operation);
        match (operations().all(adds), operations().all(removes)) {
            (true, false) if diff.by_hand.is_empty() => Self::Database,
            (false, true) if diff.by_hand.is_empty() => Self::Revisions,
            _ => Self::Both,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Revisions => "revisions",
            Self::Both => "both",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Database => "The database is ahead: it has what no applied revision makes.",
            Self::Revisions => "The revisions are ahead: the database lacks what they make.",
            Self::Both => "Neither is ahead: each has something that the other does not.",
        }
    }
}

/// Whether an operation takes nothing away.
fn adds(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::CreateNamespace { .. }
            | Operation::CreateEnum { .. }
            | Operation::AddEnumValue { .. }
            | Operation::CreateTable { .. }
            | Operation::AddColumn { .. }
            | Operation::AddConstraint { .. }
            | Operation::CreateIndex { .. }
            | Operation::CreateView { .. }
    )
}

/// Whether an operation takes something away.
fn removes(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::DropNamespace { .. }
            | Operation::DropEnum { .. }
            | Operation::DropEnumValue { .. }
            | Operation::DropTable { .. }
            | Operation::DropColumn { .. }
            | Operation::DropConstraint { .. }
            | Operation::DropIndex { .. }
            | Operation::DropView { .. }
    )
}
