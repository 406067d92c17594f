//! Going on with a revision whose run was interrupted.

use std::{collections::HashSet, sync::Arc};

use super::{MigrateError, Migrator, ahead::Reading};
use crate::{
    backend::Backend,
    journal::Interrupted,
    plan::{Direction, Draft, Planner},
    revision::RevisionId,
    schema::Schema,
    script::{RevisionScript, SourceError},
};

/// What an interrupted run left to do.
#[derive(Debug)]
pub(super) struct Rest {
    pub(super) draft: Draft,
    /// Set if it had not been known what the last statement did: the statement,
    /// and whether it took effect.
    pub(super) settled: Option<(String, bool)>,
    /// How many statements of the file are carried out.
    pub(super) done: usize,
}

impl Migrator<'_> {
    /// An interrupted revision must be finished before anything else runs.
    pub(super) fn refuse_to_skip(
        &self,
        backend: &Arc<dyn Backend>,
        interrupted: &Interrupted,
        direction: Direction,
        next: Option<&RevisionId>,
    ) -> Result<(), MigrateError> {
        if next == Some(&interrupted.revision) && direction == interrupted.direction {
            return Ok(());
        }
        let place = if interrupted.in_doubt { self.next_statement(backend, interrupted) } else { None };
        Err(MigrateError::Interrupted { interrupted: Box::new(interrupted.clone()), place })
    }

    /// What is left of a draft after the run that was interrupted.
    ///
    /// Where nobody knows whether the last statement took effect, the schema
    /// that was read from the database tells, or the run stops here.
    pub(super) fn rest(
        &self,
        planner: &Planner<'_>,
        script: &RevisionScript,
        draft: Draft,
        interrupted: &Interrupted,
        applied: &[RevisionId],
    ) -> Result<Rest, MigrateError> {
        if interrupted.total != draft.total() {
            let total = draft.total();
            return Err(MigrateError::Edited { interrupted: Box::new(interrupted.clone()), total });
        }
        if self.fingerprint(&interrupted.revision, draft.keys()) != interrupted.values {
            let keys = draft.keys().iter().cloned().collect();
            return Err(MigrateError::OtherValues { interrupted: Box::new(interrupted.clone()), keys });
        }
        let (done, syntax) = (interrupted.done, planner.backend().syntax());
        if !interrupted.in_doubt {
            return Ok(Rest { draft: draft.after(done, syntax), settled: None, done });
        }
        let backend = &**planner.backend();
        let before = self.replay(backend, applied, &HashSet::new(), |_| {})?.schema;
        let progress = draft.progress(backend, &self.settings.plan, before, planner.schema(), done)?;
        let Some(progress) = progress else {
            let place = self.next_statement(planner.backend(), interrupted);
            return Err(MigrateError::Interrupted { interrupted: Box::new(interrupted.clone()), place });
        };
        let text = draft.span_of(done).map(|span| script.source.text()[span].to_owned());
        let settled = Some((text.unwrap_or_default(), progress.statements > done));
        Ok(Rest { draft: draft.after_progress(progress, syntax), settled, done: progress.statements })
    }

    /// The statement after those that are known to have run, if the file still
    /// has it.
    fn next_statement(
        &self,
        backend: &Arc<dyn Backend>,
        interrupted: &Interrupted,
    ) -> Option<Box<SourceError>> {
        let planner = Planner::new(Arc::clone(backend), &self.settings.plan, Schema::default());
        let revision = self.revision(&interrupted.revision).ok()?;
        let Reading { script, own } = self.read_past(&planner, revision, interrupted.direction).ok()?;
        let span = own?.span_of(interrupted.done)?;
        let message = format!(
            "revision {} was interrupted during its {}, and nobody knows whether this statement took effect",
            interrupted.revision, interrupted.direction
        );
        Some(script.source.error(span, message, None))
    }
}
