//! The law on differences: the operations that make one schema of another do
//! so in a database, and their reverses lead back.

use std::{cell::RefCell, sync::Arc};

use proptest::strategy::Strategy;
use retort_core::{
    backend::Backend,
    diff::{Change, Diff, Renames, diff},
    operation::Operation,
    plan::Planner,
    schema::{Schema, View},
};

use super::generated::{Names, Tally, conclude, for_all, world};
use crate::{
    case::{Case, Stop, Verdict, ensure},
    context::Context,
    generate::{World, sound},
    session::{Refusal, Session},
    site::{plan_settings, runs, same_schema, told},
};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("diff::generated", |context| differ(context, World::plain)),
        Case::new("diff::generated_with_hostile_names", |context| differ(context, World::hostile)),
    ]
}

fn differ(context: &Context, names: Names) -> Verdict {
    let tally = RefCell::default();
    let world = world(context, names)?;
    let pairs = (sound::schema(world), sound::schema(world)).prop_map(|(before, after)| [before, after]);
    for_all(context, context.settings.cases, pairs, |[before, after]| {
        context.block_on(there_and_back(context, &before, &after, &tally))
    })?;
    if std::env::var_os("DIFF_TALLY").is_some() {
        eprintln!("TALLY {:#?}", tally.borrow());
    }
    conclude(tally)
}

/// Makes one schema, then the other, and goes back.
async fn there_and_back(
    context: &Context,
    before: &Schema,
    after: &Schema,
    tally: &RefCell<Tally>,
) -> Verdict {
    let mut session = Session::new(context).await?;
    let backend = Arc::clone(&session.backend);
    let [before, after] = [before, after].map(|schema| possible(schema, &*backend));
    let empty = backend.normalize(Schema::default())?;
    let (before, after) = (backend.normalize(before)?, backend.normalize(after)?);
    let walk = async {
        step(&mut session, &empty, &before).await?;
        // What has been validated stays so.
        if let Some(undo) = step(&mut session, &before, &after).await? {
            back(&mut session, &before, &after, &undo).await?;
            step(&mut session, &before, &after).await?;
        }
        step(&mut session, &after, &before).await
    };
    match walk.await {
        Ok(_) => tally.borrow_mut().done += 1,
        Err(Failure::Refused(refusal, operations)) => {
            return tally.borrow_mut().refuse(refusal, || told(&operations));
        }
        Err(Failure::Stopped(stop)) => return Err(stop),
    }
    session.close().await
}

/// Why a step was not made.
enum Failure {
    /// The backend did not carry out these operations.
    Refused(Refusal, Vec<Operation>),
    /// The law does not hold.
    Stopped(Stop),
}

impl<T: Into<Stop>> From<T> for Failure {
    fn from(stop: T) -> Self {
        Self::Stopped(stop.into())
    }
}

/// Makes the one schema of the other, which the database has. Returns what
/// undoes it, if anything does.
async fn step(session: &mut Session, from: &Schema, to: &Schema) -> Result<Option<Vec<Operation>>, Failure> {
    let found = with_texts(introspect(session, &[from]).await?, from);
    let Diff { changes, by_hand, renames: _, candidates: _ } = compare(&found, to, &*session.backend)?;
    let operations: Vec<Operation> = changes.into_iter().map(|Change { operation, .. }| operation).collect();
    if !by_hand.is_empty() {
        return Err(Stop::failed(format!("{by_hand:?} is left over")).into());
    }
    let undo = carry_out(session, &found, &operations).await?;
    arrived(session, &[from, to], to, || told(&operations)).await?;
    let validates =
        operations.iter().any(|operation| matches!(operation, Operation::ValidateConstraint { .. }));
    Ok((!validates).then_some(undo))
}

/// Undoes a step.
async fn back(session: &mut Session, from: &Schema, to: &Schema, undo: &[Operation]) -> Result<(), Failure> {
    let found = with_texts(introspect(session, &[to]).await?, to);
    carry_out(session, &found, undo).await?;
    arrived(session, &[from, to], from, || format!("back by\n{}", told(undo))).await
}

/// The law: the database has the schema, and nothing is left to do.
async fn arrived(
    session: &mut Session,
    scope: &[&Schema],
    schema: &Schema,
    told: impl Fn() -> String,
) -> Result<(), Failure> {
    let found = with_texts(introspect(session, scope).await?, schema);
    same_schema(&sorted(&found), &sorted(schema), &told)?;
    let left = compare(&found, schema, &*session.backend)?;
    let operations: Vec<Operation> = left.changes.into_iter().map(|change| change.operation).collect();
    let nothing_left = || -> Verdict {
        ensure!(operations.is_empty(), "{}\nleaves\n{}", told(), crate::site::told(&operations));
        Ok(())
    };
    Ok(nothing_left()?)
}

async fn introspect(session: &mut Session, scope: &[&Schema]) -> Verdict<Schema> {
    let namespaces = scope.iter().flat_map(|schema| schema.namespaces.clone()).collect();
    session.introspect(&Schema { namespaces, ..Schema::default() }).await
}

/// Carries out operations as one revision, and returns what undoes them.
async fn carry_out(
    session: &mut Session,
    found: &Schema,
    operations: &[Operation],
) -> Result<Vec<Operation>, Failure> {
    let settings = plan_settings(&*session.backend);
    let mut planner = Planner::new(Arc::clone(&session.backend), &settings, found.clone());
    planner.recall(&Schema::default());
    let mut schema = planner.schema().clone();
    let mut undo = Vec::new();
    for run in runs(operations.to_vec()) {
        let before = schema.clone();
        for operation in &run {
            let reverse = operation.reverse(&schema);
            let reverse = reverse.map_err(|error| Stop::from(error).while_doing(|| told(operations)))?;
            undo.splice(0..0, reverse);
            let applied = operation.apply_to(&mut schema);
            applied.map_err(|error| {
                Stop::from(error)
                    .while_doing(|| format!("{}\nin\n{}", operation.describe(), told(operations)))
            })?;
        }
        if let Err(refusal) = session.carry_out(&run, &before).await {
            if std::env::var_os("DIFF_TALLY").is_some() {
                let ops: Vec<String> = operations.iter().map(|o| o.describe()).collect();
                let run: Vec<String> = run.iter().map(|o| o.describe()).collect();
                eprintln!("REFUSED {refusal:?}\n RUN {run:#?}\n ALL {ops:#?}");
            }
            return Err(Failure::Refused(refusal, [run, operations.to_vec()].concat()));
        }
    }
    Ok(undo)
}

fn compare(before: &Schema, after: &Schema, backend: &dyn Backend) -> Verdict<Diff> {
    Ok(diff(before, after, &Renames::default(), &backend.capabilities())?)
}

/// The schema with the texts of views as the other has them: servers write them
/// anew.
fn with_texts(mut schema: Schema, other: &Schema) -> Schema {
    for (name, view) in &mut schema.views {
        if let Some(other) = other.views.get(name) {
            view.query = other.query.clone();
            view.columns.clone_from(&other.columns);
        }
    }
    schema
}

/// The order of columns is no difference.
fn sorted(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    for table in schema.tables.values_mut() {
        table.columns.sort_by(|left, right| left.name.cmp(&right.name));
    }
    schema
}

/// What of the schema the backend can make.
fn possible(schema: &Schema, backend: &dyn Backend) -> Schema {
    let operations = diff(&Schema::default(), schema, &Renames::default(), &backend.capabilities());
    let operations = operations.map(|diff| diff.changes).unwrap_or_default();
    let mut possible = Schema::default();
    for Change { operation, .. } in operations {
        let mut next = possible.clone();
        if operation.apply_to(&mut next).is_ok()
            && backend.render(std::slice::from_ref(&operation), &possible).is_ok()
        {
            possible = next;
        }
    }
    let is_missing = |view: &View| {
        let mut missing = schema.tables.keys().filter(|name| !possible.tables.contains_key(name));
        missing.any(|name| view.reads(name))
    };
    possible.views.retain(|_, view| !is_missing(view));
    possible
}
