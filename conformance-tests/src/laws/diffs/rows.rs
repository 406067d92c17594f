//! The law on risks: changes without any are carried out on rows, which stay.

use std::cell::RefCell;

use proptest::strategy::Strategy;
use retort_core::{
    diff::{Change, Diff},
    operation::Operation,
    schema::{QualifiedName, Schema},
};

use super::{By, Failure, Walk, possible};
use crate::{
    case::{Case, Verdict, ensure},
    context::Context,
    generate::{
        Choices, World, choices,
        sound::{self, ROWS},
    },
    laws::generated::{Tally, conclude, for_all, rows::fill, world},
    session::Session,
    site::{Site, told},
};

pub(super) fn cases() -> Vec<Case> {
    vec![Case::new("diff::without_risk_suits_rows", rows)]
}

fn rows(context: &Context) -> Verdict {
    /// About three operations.
    const CHOICES: usize = 60;
    let tally = RefCell::default();
    let world = world(context, World::plain)?;
    let changes = (sound::schema(world), choices(world, CHOICES));
    let changes = changes.prop_map(|(before, choices)| (before.clone(), changed(before, choices)));
    for_all(context, context.settings.cases * 2, changes, |(before, after)| {
        context.block_on(keep(context, [&before, &after], &tally))
    })?;
    conclude(tally)
}

/// The schema after some operations.
fn changed(mut schema: Schema, mut choices: Choices) -> Schema {
    while !choices.is_empty() {
        if let Some(operation) = sound::operation(&schema, &mut choices) {
            // An operation that does not fit changes nothing.
            operation.apply_to(&mut schema).ok();
        }
    }
    schema
}

/// Makes a schema with rows, and another one of it, if that risks nothing but
/// what it says is lost.
async fn keep(context: &Context, schemas: [&Schema; 2], tally: &RefCell<Tally>) -> Verdict {
    let session = Session::new(context).await?;
    let [before, after] = schemas.map(|schema| possible(schema, &*session.backend));
    let Diff { changes, .. } = By::NormalForm.compare(&before, &after, &*session.backend)?;
    if changes.iter().filter_map(|change| change.risk.as_ref()).any(|risk| !risk.loses_data()) {
        return session.close().await;
    }
    let operations: Vec<Operation> =
        changes.into_iter().map(|Change { operation, risk: _ }| operation).collect();
    let mut walk = Walk { session, by: By::NormalForm };
    let made = match walk.step(&Schema::default(), &before).await {
        Ok((made, _)) => made,
        Err(failure) => return refused(failure, tally),
    };
    let mut site = Site { session: walk.session, model: before.clone(), blind: false };
    for operation in &made {
        if let Operation::CreateTable { table, .. } = operation
            && let Some(table) = before.tables.get(&table.name)
        {
            fill(&mut site, table).await?;
        }
    }
    let mut walk = Walk { session: site.session, by: By::NormalForm };
    match walk.step(&before, &after).await {
        Ok(_) => tally.borrow_mut().done += 1,
        Err(failure) => return refused(failure, tally),
    }
    for name in before.tables.keys() {
        let is_dropped = |operation: &Operation| matches!(operation, Operation::DropTable { name: dropped, .. } if dropped == name);
        if !operations.iter().any(is_dropped) {
            check_rows(&mut walk.session, name, &operations).await?;
        }
    }
    walk.session.close().await
}

/// The law: the rows are there.
async fn check_rows(session: &mut Session, table: &QualifiedName, operations: &[Operation]) -> Verdict {
    let query = format!("SELECT 1 FROM {}", session.backend.syntax().quote_qualified(table));
    let found = session.rows(&query).await?.len();
    ensure!(found == ROWS.count(), "{found} rows of {table} are left after\n{}", told(operations));
    Ok(())
}

fn refused(failure: Failure, tally: &RefCell<Tally>) -> Verdict {
    match failure {
        Failure::Refused(refusal, operations) => tally.borrow_mut().refuse(refusal, || told(&operations)),
        Failure::Stopped(stop) => Err(stop),
    }
}
