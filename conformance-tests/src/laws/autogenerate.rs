//! The law on autogenerate: what it writes leads to the models and back, with
//! rows in the tables, and leaves nothing to be found.

mod author;
mod rows;

use std::cell::RefCell;

use proptest::strategy::{BoxedStrategy, Strategy};
use retort_core::schema::Schema;

use super::{
    diffs::{changed, possible},
    generated::{Names, Tally, conclude, for_all, world},
};
use crate::{
    case::{Case, Verdict},
    context::Context,
    generate::{World, choices, sound},
    session::Session,
};
use author::{Author, Failure};
use rows::Rows;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("autogenerate::other_schema::generated", |context| {
            lead_there_and_back(context, World::plain, unrelated)
        }),
        Case::new("autogenerate::other_schema::generated_with_hostile_names", |context| {
            lead_there_and_back(context, World::hostile, unrelated)
        }),
        Case::new("autogenerate::some_changes::generated", |context| {
            lead_there_and_back(context, World::plain, related)
        }),
        Case::new("autogenerate::some_changes::generated_with_hostile_names", |context| {
            lead_there_and_back(context, World::hostile, related)
        }),
    ]
}

/// Two schemas that have nothing to do with each other.
fn unrelated(world: World) -> BoxedStrategy<[Schema; 2]> {
    (sound::schema(world), sound::schema(world)).prop_map(|(before, after)| [before, after]).boxed()
}

/// A schema, and what a few operations make of it.
fn related(world: World) -> BoxedStrategy<[Schema; 2]> {
    const CHOICES: usize = 60;
    let both = (sound::schema(world), choices(world, CHOICES));
    both.prop_map(|(before, choices)| [before.clone(), changed(before, choices)]).boxed()
}

fn lead_there_and_back(
    context: &Context,
    names: Names,
    pairs: fn(World) -> BoxedStrategy<[Schema; 2]>,
) -> Verdict {
    let tally = RefCell::default();
    let pairs = pairs(world(context, names)?);
    for_all(context, context.settings.cases, pairs, |[before, after]| {
        context.block_on(pair(context, [&before, &after], &tally))
    })?;
    conclude(tally)
}

async fn pair(context: &Context, schemas: [&Schema; 2], tally: &RefCell<Tally>) -> Verdict {
    let session = Session::new(context).await?;
    let [before, after] = schemas.map(|schema| possible(schema, &*session.backend));
    // Models that define nothing are refused.
    let is_nothing =
        |schema: &Schema| schema.enums.is_empty() && schema.tables.is_empty() && schema.views.is_empty();
    if is_nothing(&before) || is_nothing(&after) {
        return session.close().await;
    }
    let mut author = Author::new(session, [&before, &after]);
    match there_and_back(&mut author, &before, &after).await {
        Ok(()) => {
            tally.borrow_mut().done += 1;
            author.close().await
        }
        Err(Failure::Unsupported(reason)) => {
            tally.borrow_mut().unsupported(reason);
            Ok(())
        }
        Err(Failure::Stopped(stop)) => Err(stop.while_doing(|| author.told())),
    }
}

/// Two revisions, one after the other, and back.
async fn there_and_back(author: &mut Author, before: &Schema, after: &Schema) -> Result<(), Failure> {
    let first = author.write("first", before).await?;
    author.upgrade().await?;
    author.require_settled(before).await?;

    let comparison = author.compare(after).await?;
    let rows = Rows::that_fit([before, after], &first, &comparison);
    let filled = rows.fill(author, before).await?;
    author.write("second", after).await?;
    author.upgrade().await?;
    author.require_settled(after).await?;
    filled.check(author, "upgrade").await?;

    author.downgrade("first").await?;
    author.require_settled(before).await?;
    filled.check(author, "downgrade").await?;
    author.downgrade("base").await?;
    author.require(&Schema::default()).await
}
