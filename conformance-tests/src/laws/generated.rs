//! The laws on schemas and operations that are generated.

pub(super) mod rows;
mod trial;

use std::{cell::RefCell, collections::BTreeMap};

use proptest::{
    strategy::Strategy,
    test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner},
};
use retort_core::{
    operation::Operation,
    schema::{ConstraintKind, Schema, Table},
};

use crate::{
    case::{Case, Stop, Verdict, same},
    context::Context,
    generate::{Choices, World, choices, sound},
    session::Refusal,
    site::{Site, told},
};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("normalize_is_idempotent::generated", |context| idempotent(context, World::plain)),
        Case::new("normalize_is_idempotent::generated_with_hostile_names", |context| {
            idempotent(context, World::hostile)
        }),
        Case::new("introspect_is_normalize::generated", |context| created(context, World::plain)),
        Case::new("introspect_is_normalize::generated_with_hostile_names", |context| {
            created(context, World::hostile)
        }),
        Case::new("operation::generated", |context| changed(context, World::plain)),
        Case::new("operation::generated_with_hostile_names", |context| changed(context, World::hostile)),
    ]
}

/// Names, for a backend of these capabilities.
pub(super) type Names = fn(retort_core::backend::Capabilities) -> World;

/// What came of the operations of a case.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// How many were carried out.
    pub(super) done: usize,
    /// Those that the backend does not do, by its reason.
    refused: BTreeMap<String, usize>,
}

impl Tally {
    /// Counts what the backend says that it does not do.
    pub(super) fn unsupported(&mut self, reason: String) {
        *self.refused.entry(reason).or_default() += 1;
    }

    /// Counts a refusal by the backend; any other is a failure.
    pub(super) fn refuse(&mut self, refusal: Refusal, told: impl FnOnce() -> String) -> Verdict {
        match refusal {
            Refusal::Unsupported(error) => {
                self.unsupported(error.to_string());
                Ok(())
            }
            refusal => Err(Stop::from(refusal).while_doing(told)),
        }
    }
}

/// Tries the law on generated values. If it fails, what it fails on is made
/// small.
pub(super) fn for_all<S: Strategy>(
    context: &Context,
    cases: u32,
    strategy: S,
    law: impl Fn(S::Value) -> Verdict,
) -> Verdict {
    let seed = context.settings.seed;
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        // No time at all would be without limit; no steps are none.
        max_shrink_time: u32::try_from(context.settings.shrink.as_millis()).unwrap_or(u32::MAX),
        max_shrink_iters: if context.settings.shrink.is_zero() { 0 } else { 10_000 },
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    });
    let result = runner.run(&strategy, |value| match law(value) {
        Ok(()) | Err(Stop::Skipped(_)) => Ok(()),
        Err(Stop::Failed(message)) => Err(TestCaseError::fail(message)),
    });
    match result {
        Ok(()) => Ok(()),
        Err(TestError::Fail(reason, _) | TestError::Abort(reason)) => {
            Err(Stop::failed(format!("{reason}\nagain with PROPTEST_RNG_SEED={seed}")))
        }
    }
}

/// Skips the case if nothing at all was carried out.
pub(super) fn conclude(tally: RefCell<Tally>) -> Verdict {
    let tally = tally.into_inner();
    match tally.refused.into_iter().next() {
        Some((reason, _)) if tally.done == 0 => Err(Stop::skipped(format!("unsupported: {reason}"))),
        Some(_) | None => Ok(()),
    }
}

fn idempotent(context: &Context, names: Names) -> Verdict {
    /// Nothing but thinking.
    const TIMES: u32 = 5;
    let backend = context.backend();
    let world = names(backend.capabilities());
    for_all(context, context.settings.cases * TIMES, sound::schema(world), |schema| {
        let Ok(once) = backend.normalize(schema) else { return Ok(()) };
        let twice = backend.normalize(once.clone())?;
        same(&twice, &once, || "normalizing twice is not normalizing once".to_owned())
    })
}

/// The capabilities of the database, which only a connection knows.
pub(super) fn world(context: &Context, names: Names) -> Verdict<World> {
    context.block_on(async {
        let site = Site::new(context).await?;
        let world = names(site.session.backend.capabilities());
        site.session.close().await?;
        Ok(world)
    })
}

fn created(context: &Context, names: Names) -> Verdict {
    let tally = RefCell::default();
    for_all(context, context.settings.cases, sound::schema(world(context, names)?), |schema| {
        context.block_on(create(context, &schema, &tally))
    })?;
    conclude(tally)
}

/// Creates a schema, and reads it back.
async fn create(context: &Context, schema: &Schema, tally: &RefCell<Tally>) -> Verdict {
    let mut site = Site::new(context).await?;
    let mut operations = Vec::new();
    operations.extend(
        schema
            .namespaces
            .iter()
            .map(|name| Operation::CreateNamespace { name: name.clone(), if_not_exists: false }),
    );
    operations.extend(
        schema.enums.values().map(|enum_type| Operation::CreateEnum { enum_type: enum_type.clone() }),
    );
    let mut later = Vec::new();
    for table in schema.tables.values() {
        let mut table: Table = table.clone();
        let extracted = table.constraints.extract_if(.., |constraint| match &constraint.kind {
            // What it references may not be there yet.
            ConstraintKind::ForeignKey(_) => true,
            // A table without rows cannot say NOT VALID.
            ConstraintKind::Check(check) => !check.validated,
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => false,
        });
        let name = table.name.clone();
        later
            .extend(extracted.map(|constraint| Operation::AddConstraint { table: name.clone(), constraint }));
        operations.push(Operation::CreateTable { table, if_not_exists: false });
    }
    operations.extend(later);
    operations.extend(
        schema.views.values().map(|view| Operation::CreateView { view: view.clone(), or_replace: false }),
    );
    for operation in &operations {
        // It may need what the backend refused.
        if operation.apply_to(&mut site.model.clone()).is_err() {
            continue;
        }
        let operation = std::slice::from_ref(operation);
        match site.apply(operation).await {
            Ok(_) => tally.borrow_mut().done += 1,
            Err(refusal) => tally.borrow_mut().refuse(refusal, || told(operation))?,
        }
    }
    let found = site.check(|| told(&operations)).await?;
    let again = site.session.backend.normalize(found.clone())?;
    crate::site::same_schema(&again, &found, || "what was introspected is not normal".to_owned())?;
    site.session.close().await
}

fn changed(context: &Context, names: Names) -> Verdict {
    /// About twenty operations.
    const CHOICES: usize = 900;
    let tally = RefCell::default();
    let strategy = choices(world(context, names)?, CHOICES);
    for_all(context, context.settings.cases, strategy, |choices: Choices| {
        context.block_on(trial::run(context, choices, &tally))
    })?;
    conclude(tally)
}
