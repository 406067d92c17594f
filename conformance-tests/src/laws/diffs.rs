//! The law on differences: the operations that make one schema of another do
//! so in a database, and their reverses lead back.

mod rows;

use std::{cell::RefCell, sync::Arc};

use proptest::strategy::Strategy;
use retort_core::{
    backend::Backend,
    diff::{Change, Diff, Renames, diff},
    operation::Operation,
    plan::Planner,
    schema::{Schema, View},
};

pub(super) use rows::{changed, references_itself};

use super::generated::{Names, Tally, conclude, for_all, world};
use crate::{
    case::{Case, Stop, Verdict},
    context::Context,
    generate::{World, sound},
    session::{Refusal, Session},
    site::{on_constraint, plan_settings, runs, same_schema, told},
};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new("diff::generated", |context| differ(context, World::plain)),
        Case::new("diff::generated_with_hostile_names", |context| differ(context, World::hostile)),
    ];
    cases.extend(rows::cases());
    cases
}

/// What makes one schema of another, by what the backend shows of them.
fn compare(before: &Schema, after: &Schema, renames: &Renames, backend: &dyn Backend) -> Verdict<Diff> {
    let normal = |schema: &Schema| backend.normalize(schema.clone());
    Ok(diff(&normal(before)?, &normal(after)?, renames, &backend.capabilities())?)
}

fn differ(context: &Context, names: Names) -> Verdict {
    let tally = RefCell::default();
    let world = world(context, names)?;
    let pairs = (sound::schema(world), sound::schema(world)).prop_map(|(before, after)| [before, after]);
    for_all(context, context.settings.cases, pairs, |[before, after]| {
        context.block_on(there_and_back(context, [&before, &after], &tally))
    })?;
    conclude(tally)
}

/// Makes one schema, then the other, and goes back, by the reverses of the
/// operations and by the difference the other way round.
async fn there_and_back(context: &Context, schemas: [&Schema; 2], tally: &RefCell<Tally>) -> Verdict {
    let session = Session::new(context).await?;
    let [before, after] = schemas.map(|schema| possible(schema, &*session.backend));
    let mut walk = Walk { session, renames: Renames::default() };
    match walk.go(&before, &after).await {
        Ok(()) => {
            tally.borrow_mut().done += 1;
            walk.session.close().await
        }
        Err(Failure::Refused(refusal, operations)) => {
            tally.borrow_mut().refuse(refusal, || told(&operations))
        }
        Err(Failure::Stopped(stop)) => Err(stop),
    }
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

/// A database that becomes one schema after another.
struct Walk {
    session: Session,
    /// What is called otherwise in the schema that comes.
    renames: Renames,
}

impl Walk {
    async fn go(&mut self, before: &Schema, after: &Schema) -> Result<(), Failure> {
        self.step(&Schema::default(), before).await?;
        let (operations, undo) = self.step(before, after).await?;
        let validates =
            operations.iter().any(|operation| matches!(operation, Operation::ValidateConstraint { .. }));
        // What has been validated stays so.
        if !validates {
            self.carry_out(after, &undo).await?;
            self.check(before, || format!("{}\nand back by\n{}", told(&operations), told(&undo))).await?;
            self.step(before, after).await?;
        }
        self.step(after, before).await?;
        Ok(())
    }

    /// Makes the one schema, which the database has, the other one. Returns what
    /// did so, and what undoes it.
    async fn step(
        &mut self,
        from: &Schema,
        to: &Schema,
    ) -> Result<(Vec<Operation>, Vec<Operation>), Failure> {
        let Diff { changes, by_hand, renames: _, candidates: _ } =
            compare(from, to, &self.renames, &*self.session.backend)?;
        let operations: Vec<Operation> =
            changes.into_iter().map(|Change { operation, .. }| operation).collect();
        if !by_hand.is_empty() {
            return Err(Stop::failed(format!("{by_hand:?} is left over")).into());
        }
        let undo = self.carry_out(from, &operations).await?;
        self.check(to, || told(&operations)).await?;
        Ok((operations, undo))
    }

    /// Carries out operations as one revision, and returns what undoes them.
    async fn carry_out(
        &mut self,
        from: &Schema,
        operations: &[Operation],
    ) -> Result<Vec<Operation>, Failure> {
        let settings = plan_settings(&*self.session.backend);
        let found = self.session.introspect(from).await?;
        let mut planner = Planner::new(Arc::clone(&self.session.backend), &settings, found);
        planner.recall(&Schema::default());
        let mut schema = planner.schema().clone();
        let mut undo = Vec::new();
        for mut run in runs(operations.to_vec()) {
            for operation in &mut run {
                *operation = on_constraint(operation, &schema);
            }
            let before = schema.clone();
            for operation in &run {
                let reverse = operation.reverse(&schema);
                undo.splice(0..0, reverse.map_err(|error| stopped(error, operation, operations))?);
                operation.apply_to(&mut schema).map_err(|error| stopped(error, operation, operations))?;
            }
            if let Err(refusal) = self.session.carry_out(&run, &before).await {
                return Err(Failure::Refused(refusal, [run, operations.to_vec()].concat()));
            }
        }
        Ok(undo)
    }

    /// The law: the database has the schema, and nothing differs from it.
    async fn check(&mut self, schema: &Schema, told: impl Fn() -> String) -> Result<(), Failure> {
        let expected = self.session.backend.normalize(schema.clone())?;
        let found = with_texts(self.session.introspect(schema).await?, &expected);
        same_schema(&sorted(&found), &sorted(&expected), &told)?;
        let left = diff(&found, &expected, &Renames::default(), &self.session.backend.capabilities())?;
        let left: Vec<Operation> = left.changes.into_iter().map(|change| change.operation).collect();
        if left.is_empty() {
            return Ok(());
        }
        Err(Stop::failed(format!("{}\nleaves\n{}", told(), crate::site::told(&left))).into())
    }
}

fn stopped(error: impl std::error::Error, operation: &Operation, operations: &[Operation]) -> Failure {
    let told = || format!("{}\nin\n{}", operation.describe(), told(operations));
    Stop::from(error).while_doing(told).into()
}

/// The schema with the texts of views as the other has them: servers write them
/// anew.
pub(super) fn with_texts(mut schema: Schema, other: &Schema) -> Schema {
    for (name, view) in &mut schema.views {
        if let Some(other) = other.views.get(name) {
            view.query = other.query.clone();
            view.columns.clone_from(&other.columns);
        }
    }
    schema
}

/// The order of columns is no difference.
pub(super) fn sorted(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    for table in schema.tables.values_mut() {
        table.columns.sort_by(|left, right| left.name.cmp(&right.name));
    }
    schema
}

/// What of the schema the backend can make.
pub(super) fn possible(schema: &Schema, backend: &dyn Backend) -> Schema {
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
