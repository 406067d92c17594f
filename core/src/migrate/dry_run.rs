//! What a run would do, without doing it.

use std::{collections::BTreeSet, mem, sync::Arc};

use super::{Computed, MigrateError, Migrator, ahead::Reading, step_heads};
use crate::{
    backend::{Backend, Connection, Statement},
    plan::{Direction, Planner},
    revision::{RevisionId, heads::Heads, target::Target},
    schema::Schema,
};

/// One revision that a run would run.
#[derive(Debug, Clone)]
pub struct DryRunStep {
    /// The revision.
    pub revision: RevisionId,
    /// Which way.
    pub direction: Direction,
    /// Its statements, and those that move the version table, which the first
    /// step creates where there is none. The journal is left out.
    pub statements: Vec<Statement>,
    /// What it does, one line an operation.
    pub descriptions: Vec<String>,
    /// What is lost by it, one line each: rows and values that are dropped. A
    /// database without tables has nothing to lose.
    pub losses: Vec<String>,
    /// How many statements of the file an interrupted run has done, of how
    /// many; those are not among the statements.
    pub resumed: Option<(usize, usize)>,
    /// The keys of the values in them.
    pub keys: BTreeSet<String>,
}

impl Migrator<'_> {
    /// Plans everything that [`run`](Self::run) would do, and writes nothing.
    ///
    /// Without a connection, the database is taken to be empty.
    pub async fn dry_run(
        &self,
        backend: &Arc<dyn Backend>,
        connection: Option<&mut dyn Connection>,
        direction: Direction,
        target: &Target,
    ) -> Result<Vec<DryRunStep>, MigrateError> {
        let (backend, found, interrupted, schema) = match connection {
            Some(connection) => {
                let found = self.settings.version_table.read(connection).await?;
                let interrupted =
                    self.settings.journal.find(connection).await?.and_then(|found| found.interrupted);
                (connection.backend(), found, interrupted, self.introspect(connection, None).await?)
            }
            None => (Arc::clone(backend), None, None, Schema::default()),
        };
        let mut before = match &found {
            Some(_) => Vec::new(),
            None => {
                let mut statements = Vec::new();
                let namespace = self.missing_namespace(&*backend, &schema);
                for operation in namespace.into_iter().chain([self.settings.version_table.create()]) {
                    statements.extend(backend.render(&[operation], &Schema::default())?);
                }
                statements
            }
        };
        let rows = found.unwrap_or_default();
        let path = self.path(direction, target, &rows)?;
        if let (Some(interrupted), false) = (&interrupted, path.is_empty()) {
            self.refuse_to_skip(&backend, interrupted, direction, path.front())?;
        }
        let has_tables = !schema.tables.is_empty();
        if !path.is_empty() {
            self.require_one_transaction(&*backend, interrupted.as_ref())?;
        }
        let mut planner = Planner::new(Arc::clone(&backend), &self.settings.plan, schema);
        let mut computed = Computed::default();
        let mut heads = Heads::new(self.graph, &rows)?;
        let mut recalled = false;
        let mut steps = Vec::new();
        for (at, id) in path.iter().enumerate() {
            let revision = self.revision(id)?;
            let Reading { script, own } = self.read_own(&planner, revision, direction)?;
            let rest_of_path = path.iter().skip(at);
            let draft = self.draft(&planner, &mut computed, revision, direction, own, &rows, rest_of_path)?;
            let (draft, resumed) = match &interrupted {
                Some(interrupted) if interrupted.revision == revision.id => {
                    let rest = self.rest(&planner, &script, draft, interrupted, &rows)?;
                    (rest.draft, Some((rest.done, interrupted.total)))
                }
                _ => (draft, None),
            };
            let keys = draft.keys().clone();
            self.recall(&mut planner, &draft, &rows, &mut recalled)?;
            let plan = planner
                .plan(&script, draft)
                .map_err(|error| MigrateError::plan(revision, direction, error))?;
            self.require_atomic(&plan, &script, revision, direction)?;
            let moves = step_heads(&mut heads, id, direction)?;
            let moves = moves
                .iter()
                .map(|head_move| self.settings.version_table.statement(backend.syntax(), head_move));
            steps.push(DryRunStep {
                revision: revision.id.clone(),
                direction,
                statements: mem::take(&mut before).into_iter().chain(plan.statements).chain(moves).collect(),
                descriptions: plan.descriptions,
                losses: if has_tables { plan.losses } else { Vec::new() },
                resumed,
                keys,
            });
        }
        Ok(steps)
    }
}
