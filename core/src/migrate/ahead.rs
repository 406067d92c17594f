//! Preparing the next revision while the database works on the one before.

use std::{
    future::{Future, poll_fn},
    pin::pin,
};

use super::{MigrateError, Migrator, Transactions, step::Step};
use crate::{
    plan::{Direction, Draft, Planner},
    revision::Revision,
    script::{Parameters, RevisionScript},
};

/// The file of a revision, and what it says itself about a direction.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) script: RevisionScript,
    pub(super) own: Option<Draft>,
}

/// A revision with what it does, not planned yet.
#[derive(Debug)]
pub(super) struct Drafted<'r> {
    pub(super) revision: &'r Revision,
    pub(super) script: RevisionScript,
    pub(super) draft: Draft,
}

/// The next revision, prepared before its turn.
#[derive(Debug)]
pub(super) enum Ahead<'r> {
    /// It waits for the schema to be read again.
    Drafted(Box<Result<Drafted<'r>, MigrateError>>),
    /// It is ready.
    Planned(Box<Result<Step<'r>, MigrateError>>),
}

impl Migrator<'_> {
    /// Reads a revision that is to run, with the values that it wants.
    pub(super) fn read_own(
        &self,
        planner: &Planner<'_>,
        revision: &Revision,
        direction: Direction,
    ) -> Result<Reading, MigrateError> {
        self.read_with(planner, revision, direction, Some(&self.settings.parameters))
    }

    /// The same for a revision that ran before: it needs no values any more.
    pub(super) fn read_past(
        &self,
        planner: &Planner<'_>,
        revision: &Revision,
        direction: Direction,
    ) -> Result<Reading, MigrateError> {
        self.read_with(planner, revision, direction, None)
    }

    fn read_with(
        &self,
        planner: &Planner<'_>,
        revision: &Revision,
        direction: Direction,
        values: Option<&Parameters>,
    ) -> Result<Reading, MigrateError> {
        let mut script = self.read(revision, &**planner.backend())?;
        if values.is_some() && self.settings.transactions == Transactions::None {
            script.header.no_transaction.get_or_insert_with(|| script.header.revision.span.clone());
        }
        let own = planner.read(&script, direction, values);
        let own = own.map_err(|error| MigrateError::plan(revision, direction, error))?;
        Ok(Reading { script, own })
    }
}

/// Runs a future and, once it waits for the first time, does some work
/// meanwhile. Then it looks again: the wait may be over.
pub(super) async fn while_pending<F: Future>(future: F, work: impl FnOnce()) -> F::Output {
    let mut future = pin!(future);
    let mut work = Some(work);
    poll_fn(|context| {
        let polled = future.as_mut().poll(context);
        match work.take() {
            Some(work) if polled.is_pending() => {
                work();
                future.as_mut().poll(context)
            }
            _ => polled,
        }
    })
    .await
}
