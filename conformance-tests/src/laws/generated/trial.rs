//! A database that grows by generated operations, checked at every step.

use std::cell::RefCell;

use retort_core::{
    operation::{ColumnChange, Operation},
    schema::Schema,
};

use super::{
    Tally,
    rows::{self, Snapshot},
};
use crate::{
    case::Verdict,
    context::Context,
    generate::{Choices, sound},
    laws::operations::sorted,
    site::{self, Site, runs, same_schema},
};

/// Carries out operations until the choices run out.
pub(super) async fn run(context: &Context, mut choices: Choices, tally: &RefCell<Tally>) -> Verdict {
    let mut site = Site::new(context).await?;
    while !choices.is_empty() {
        let operations = operations(&site.model, &mut choices);
        if !operations.is_empty() {
            let back = choices.once_in(3);
            step(&mut site, &operations, back, tally).await?;
        }
    }
    site.session.close().await
}

/// An operation that fits, or several on one table that a backend may carry out
/// together.
fn operations(schema: &Schema, choices: &mut Choices) -> Vec<Operation> {
    let Some(first) = sound::operation(schema, choices) else { return Vec::new() };
    let mut model = schema.clone();
    if first.altered_table().is_none() || first.apply_to(&mut model).is_err() || !choices.once_in(3) {
        return vec![first];
    }
    let mut operations = vec![first];
    for _ in 0..8 {
        let Some(next) = sound::operation(&model, choices) else { continue };
        let joins = next.altered_table() == operations[0].altered_table();
        // What is about a new column depends on what the rows hold in it, and
        // what is to be not null is filled before the first of them.
        let is_new = |operation: &Operation| matches!(operation, Operation::AddColumn { .. });
        let is_change = |operation: &Operation| {
            matches!(operation, Operation::AlterColumn { .. } | Operation::AddConstraint { .. })
        };
        let demands = |operation: &Operation| {
            matches!(operation, Operation::AlterColumn { change: ColumnChange::Nullable(false), .. })
        };
        let is_safe = !demands(&next) && !(is_change(&next) && operations.iter().any(is_new));
        if joins && is_safe && next.apply_to(&mut model).is_ok() {
            operations.push(next);
        }
    }
    operations
}

async fn step(site: &mut Site, operations: &[Operation], back: bool, tally: &RefCell<Tally>) -> Verdict {
    let before = site.model.clone();
    rows::prepare(site, operations).await?;
    let snapshot = Snapshot::take(site).await?;
    let told = || told(operations);
    if let Err(refusal) = site.apply(operations).await {
        return tally.borrow_mut().refuse(refusal, told);
    }
    tally.borrow_mut().done += 1;
    site.check(told).await?;
    snapshot.check(site, operations, told).await?;
    let undo = undo(&before, operations).filter(|undo| back && rows::allow(undo));
    let Some(undo) = undo else {
        return rows::settle(site, operations).await;
    };
    let told = || format!("{}\nand back by\n{}", self::told(operations), self::told(&undo));
    for run in runs(undo.clone()) {
        if let Err(refusal) = site.apply(&run).await {
            // Half of the way back is a schema, too.
            tally.borrow_mut().refuse(refusal, told)?;
            return rows::settle(site, operations).await;
        }
    }
    let found = site.check(told).await?;
    let expected = site.session.backend.normalize(before.clone())?;
    let validates =
        operations.iter().any(|operation| matches!(operation, Operation::ValidateConstraint { .. }));
    if !validates {
        same_schema(&sorted(found), &sorted(expected), told)?;
    }
    let there_and_back = [operations, &undo].concat();
    snapshot.check(site, &there_and_back, told).await?;
    rows::settle(site, &undo).await
}

fn told(operations: &[Operation]) -> String {
    site::told(operations)
}

/// What undoes the operations, if they can be undone.
fn undo(before: &Schema, operations: &[Operation]) -> Option<Vec<Operation>> {
    let (mut model, mut undo) = (before.clone(), Vec::new());
    for operation in operations {
        undo.splice(0..0, operation.reverse(&model).ok()?);
        operation.apply_to(&mut model).ok()?;
    }
    Some(undo)
}
