//! How the revisions of a run are divided into transactions.

use std::{collections::VecDeque, sync::Arc};

use super::{Computed, MigrateError, Migrator};
use crate::{
    backend::Backend,
    journal::Interrupted,
    plan::{Direction, Plan, PlanError, PlanErrorKind, Planner},
    revision::{Revision, RevisionId},
    script::RevisionScript,
};

/// How the revisions of a run are divided into transactions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Transactions {
    /// One for each revision, where the revision can be in one.
    #[default]
    PerRevision,
    /// One for the whole run: nothing of it remains if any revision fails.
    All,
    /// None: the statements of a revision commit one after another, as if it
    /// said `@no-transaction`.
    None,
}

impl Migrator<'_> {
    /// Whether the run is one transaction.
    pub(super) fn is_one_transaction(&self) -> bool {
        self.settings.transactions == Transactions::All
    }

    /// Refuses a run that should be one transaction and cannot, whatever its
    /// revisions are.
    pub(super) fn require_one_transaction(
        &self,
        backend: &dyn Backend,
        interrupted: Option<&Interrupted>,
    ) -> Result<(), MigrateError> {
        if !self.is_one_transaction() {
            return Ok(());
        }
        if !backend.capabilities().transactional_ddl {
            return Err(MigrateError::DdlCommits { backend: backend.name().to_owned() });
        }
        match interrupted {
            Some(interrupted) => Err(MigrateError::HalfDone { interrupted: Box::new(interrupted.clone()) }),
            None => Ok(()),
        }
    }

    /// Plans everything that a run will, as far as that can be known before,
    /// and refuses what cannot be in one transaction.
    pub(super) fn check_one_transaction(
        &self,
        planner: &Planner<'_>,
        direction: Direction,
        rows: &[RevisionId],
        path: &VecDeque<RevisionId>,
    ) -> Result<(), MigrateError> {
        let mut planner =
            Planner::new(Arc::clone(planner.backend()), &self.settings.plan, planner.schema().clone());
        let (mut computed, mut recalled) = (Computed::default(), false);
        for (at, id) in path.iter().enumerate() {
            let revision = self.revision(id)?;
            let reading = self.read_own(&planner, revision, direction)?;
            let rest = path.iter().skip(at);
            let draft = self.draft(&planner, &mut computed, revision, direction, reading.own, rows, rest)?;
            self.recall(&mut planner, &draft, rows, &mut recalled)?;
            match planner.plan(&reading.script, draft) {
                Ok(plan) => self.require_atomic(&plan, &reading.script, revision, direction)?,
                // The database will tell, once it is that far.
                Err(_) if planner.is_stale() => return Ok(()),
                Err(error) => return Err(MigrateError::plan(revision, direction, error)),
            }
        }
        Ok(())
    }

    /// Refuses a revision that cannot be in the transaction of the run.
    pub(super) fn require_atomic(
        &self,
        plan: &Plan,
        script: &RevisionScript,
        revision: &Revision,
        direction: Direction,
    ) -> Result<(), MigrateError> {
        if plan.atomic || !self.is_one_transaction() {
            return Ok(());
        }
        let own = plan.statements.iter().find(|statement| !statement.transactional);
        let own = own.and_then(|statement| statement.span.clone());
        let (span, message) = match (&script.header.no_transaction, own) {
            (Some(span), _) => {
                (span.clone(), "a revision without a transaction cannot be in the transaction of the run")
            }
            (None, Some(span)) => (span, "this statement cannot be in the transaction of the run"),
            (None, None) => {
                (script.header.revision.span.clone(), "the revision cannot be in the transaction of the run")
            }
        };
        let hint = format!(
            "`transaction = \"all\"` makes the whole run one transaction; run this revision without: \
             `RETORT_TRANSACTION=per-revision retort {direction} {}`",
            revision.id
        );
        let error = script.source.error(span, message, Some(hint));
        Err(MigrateError::plan(revision, direction, PlanError::new(PlanErrorKind::Unsupported, error)))
    }
}
