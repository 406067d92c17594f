//! A run as a script that the database's own client runs, without a database.
//!
//! The same code makes the same batches as in a run, for a session that writes
//! them down.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use async_trait::async_trait;

use super::{
    Computed, MigrateError, Migrator, Settings, ahead::Reading, error::place_of, step::Step, step_heads,
};
use crate::{
    backend::{
        Backend, BackendError, BackendErrorKind, Batch, BatchError, Condition, Connection, Definition,
        Executed, Guard, Piece, Row, Scope, Statement,
    },
    journal::Action,
    plan::{Direction, PlanError, PlanErrorKind, Planner},
    revision::{
        Revision, RevisionId,
        heads::{HeadMove, Heads},
        target::Target,
    },
    schema::{ConstraintKind, ReferentialAction, Schema},
};

/// A run as a script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfflineScript {
    /// What comes first: how to run it, and what the session is set to.
    pub opening: String,
    /// What it does, in order.
    pub steps: Vec<OfflineStep>,
    /// What comes last.
    pub closing: String,
    /// The rows that the version table must hold before it.
    pub rows_before: Vec<RevisionId>,
    /// The rows that the version table holds after it.
    pub rows_after: Vec<RevisionId>,
    /// Whether all its revisions are one step, which says itself which they are.
    pub one_transaction: bool,
}

/// One thing that a script does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfflineStep {
    /// The revision that runs, and which way; nothing where there is only
    /// bookkeeping.
    pub revision: Option<(RevisionId, Direction)>,
    /// Its statements as the client takes them.
    pub text: String,
    /// The keys of the values in them.
    pub keys: BTreeSet<String>,
}

impl Migrator<'_> {
    /// Writes a script that does what [`run`](Self::run) would do on a database
    /// whose version table holds these rows. Nothing is written for a target
    /// that needs nothing.
    ///
    /// What the database looks like is taken from the revisions that the rows
    /// imply.
    pub async fn script(
        &self,
        backend: &Arc<dyn Backend>,
        direction: Direction,
        rows: &[RevisionId],
        target: &Target,
    ) -> Result<OfflineScript, MigrateError> {
        let settings = self.scripted_settings();
        let migrator = Migrator { settings: &settings, ..*self };
        let path = migrator.path(direction, target, rows)?;
        let mut heads = Heads::new(self.graph, rows)?;
        if path.is_empty() {
            return Ok(OfflineScript {
                rows_before: heads.rows(),
                rows_after: heads.rows(),
                ..Default::default()
            });
        }
        migrator.require_one_transaction(&**backend, None)?;
        let mut whole = migrator.is_one_transaction().then(|| Whole::new(heads.rows()));
        let mut script = migrator.begun(backend, heads.rows()).await?;
        let mut planner = migrator.assumed(backend, rows)?;
        let mut computed = Computed::default();
        let mut ran: Option<Vec<Statement>> = None;
        for (at, id) in path.iter().enumerate() {
            let revision = migrator.revision(id)?;
            let Reading { script: file, own } = migrator.read_own(&planner, revision, direction)?;
            let rest_of_path = path.iter().skip(at);
            let draft =
                migrator.draft(&planner, &mut computed, revision, direction, own, rows, rest_of_path)?;
            let keys = draft.keys().clone();
            let cascades_before = cascades(&planner);
            let plan =
                planner.plan(&file, draft).map_err(|error| MigrateError::plan(revision, direction, error))?;
            migrator.require_atomic(&plan, &file, revision, direction)?;
            let frame = Frame { is_first: at == 0, cascades: cascades_before || cascades(&planner) };
            let version_table = &settings.version_table;
            let rows_before = heads.rows();
            let guard = version_table.guard(backend.syntax(), &rows_before);
            let moves = step_heads(&mut heads, id, direction)?;
            let moves = moves.iter().map(|it| version_table.statement(backend.syntax(), it)).collect();
            let may_set = plan.may_set.then(|| plan.statements.clone());
            let step = Step {
                revision,
                direction,
                script: file,
                plan,
                guard,
                rows_before,
                moves,
                rows_after: heads.rows(),
                resume: None,
                keys: keys.clone(),
            };
            let mut text = match ran.take() {
                Some(statements) => backend.write(Piece::Reset(&statements))?,
                None => String::new(),
            };
            if let Some(whole) = &mut whole {
                let done = settings.journal.done(
                    backend.syntax(),
                    id,
                    Action::Run(direction),
                    step.plan.statements.len(),
                );
                whole.add(step, text, frame.cascades, done);
                ran = may_set;
                continue;
            }
            text.push_str(&migrator.write_step(backend, step, frame).await?);
            script.steps.push(OfflineStep { revision: Some((id.clone(), direction)), text, keys });
            ran = may_set;
        }
        script.rows_after = heads.rows();
        if let Some(whole) = whole {
            script.one_transaction = true;
            script.steps.push(migrator.write_whole(backend, whole)?);
        }
        Ok(script)
    }

    /// Writes a script that does what [`stamp`](Self::stamp) would do on a
    /// database whose version table holds these rows.
    pub async fn stamp_script(
        &self,
        backend: &Arc<dyn Backend>,
        rows: &[RevisionId],
        targets: &[Target],
    ) -> Result<OfflineScript, MigrateError> {
        let settings = self.scripted_settings();
        let migrator = Migrator { settings: &settings, ..*self };
        let moves = self.graph.stamp_moves(rows, targets)?;
        let mut rows_after: BTreeSet<RevisionId> = rows.iter().cloned().collect();
        let mut script = migrator.begun(backend, rows_after.iter().cloned().collect()).await?;
        for head_move in &moves {
            head_move.apply(&mut rows_after);
        }
        script.rows_after = rows_after.into_iter().collect();
        let batch = migrator.stamping(&**backend, &script.rows_before, &moves, &script.rows_after, false);
        let conditions: Vec<Condition> =
            batch.guard.iter().map(|guard| guard.condition(backend.syntax())).collect();
        let text = backend.write(Piece::Batch {
            batch: &batch,
            conditions: &conditions,
            cascades: false,
            inserts: &[],
        })?;
        script.steps.push(OfflineStep { revision: None, text, keys: BTreeSet::new() });
        Ok(script)
    }

    /// Writes a script that does what [`ensure_version`](Self::ensure_version)
    /// would do.
    pub async fn ensure_version_script(
        &self,
        backend: &Arc<dyn Backend>,
    ) -> Result<OfflineScript, MigrateError> {
        self.begun(backend, Vec::new()).await
    }

    fn scripted_settings(&self) -> Settings {
        Settings { journal: self.settings.journal.scripted(), ..self.settings.clone() }
    }

    /// A script with its first step: Retort's own tables are there.
    async fn begun(
        &self,
        backend: &Arc<dyn Backend>,
        rows_before: Vec<RevisionId>,
    ) -> Result<OfflineScript, MigrateError> {
        // Who is somewhere has a version table. It need not have a journal:
        // another tool may have brought it there.
        let with_version_table = rows_before.is_empty();
        let namespace = self.missing_namespace(&**backend, &Schema::default()).filter(|_| with_version_table);
        let batch = self.bookkeeping(&**backend, namespace, with_version_table)?;
        let text =
            backend.write(Piece::Batch { batch: &batch, conditions: &[], cascades: false, inserts: &[] })?;
        Ok(OfflineScript {
            opening: backend.write(Piece::Opening)?,
            steps: vec![OfflineStep { revision: None, text, keys: BTreeSet::new() }],
            closing: backend.write(Piece::Closing)?,
            rows_before,
            rows_after: Vec::new(),
            one_transaction: false,
        })
    }

    /// Plans from the schema that the applied revisions imply.
    fn assumed(&self, backend: &Arc<dyn Backend>, rows: &[RevisionId]) -> Result<Planner<'_>, MigrateError> {
        let mut planner = Planner::offline(Arc::clone(backend), &self.settings.plan);
        for id in self.graph.applied(rows)? {
            let revision = self.revision(&id)?;
            if let Some(draft) = self.read_past(&planner, revision, Direction::Upgrade)?.own {
                planner.assume(draft);
            }
        }
        Ok(planner)
    }

    /// Writes a revision: in one transaction, or where no client can do that,
    /// part by part, each journaled as in a run.
    async fn write_step(
        &self,
        backend: &Arc<dyn Backend>,
        mut step: Step<'_>,
        frame: Frame,
    ) -> Result<String, MigrateError> {
        if step.is_atomic() {
            let kept = (step.plan.statements.clone(), step.moves.clone());
            let mut recorder = Recorder::new(backend);
            self.run_atomic(&mut recorder, &mut step).await?;
            (step.plan.statements, step.moves) = kept;
            match self.write_batches(backend, recorder.batches, frame) {
                Err(MigrateError::Backend(error))
                    if error.kind() == BackendErrorKind::Unsupported
                        && step.plan.smallest_parts.len() > 1 =>
                {
                    step.plan.parts = std::mem::take(&mut step.plan.smallest_parts);
                }
                written => return written.map_err(|error| place(&step, error)),
            }
        }
        let mut recorder = Recorder::new(backend);
        let begin = self.beginning(&recorder, &step);
        let batch = Batch { guard: Some(step.guard.clone()), ..Batch::atomic(vec![begin]) };
        recorder.batches.push(batch);
        self.run_journaled(&mut recorder, &step, 0).await?;
        let ending = self.end_of(&**backend, &step.revision.id, step.moves.clone(), 0);
        // What comes before its end needs no guard of its own: it is one session.
        // Nobody counts the rows that the moves find.
        recorder.batches.iter_mut().skip(1).for_each(|batch| batch.guard = None);
        recorder.batches.push(Batch { guard: Some(step.guard.clone()), ..ending });
        self.write_batches(backend, recorder.batches, frame).map_err(|error| place(&step, error))
    }

    /// Writes all revisions as one transaction.
    fn write_whole(&self, backend: &Arc<dyn Backend>, whole: Whole<'_>) -> Result<OfflineStep, MigrateError> {
        let syntax = backend.syntax();
        let Whole { rows_before, batch, inserts, steps, cascades } = whole;
        let at_start = self.settings.version_table.guard(syntax, &rows_before).condition(syntax);
        let conditions = [at_start, self.settings.journal.is_settled(syntax)];
        let piece = Piece::Batch { batch: &batch, conditions: &conditions, cascades, inserts: &inserts };
        let text = backend.write(piece).map_err(|error| {
            let is_of = |step: &&Step<'_>| {
                step.plan.statements.iter().any(|it| Some(it.sql.as_str()) == error.statement())
            };
            match steps.iter().find(is_of) {
                Some(step) => place(step, error.into()),
                None => error.into(),
            }
        })?;
        let keys = steps.into_iter().flat_map(|step| step.keys).collect();
        Ok(OfflineStep { revision: None, text, keys })
    }

    /// Writes the batches of one revision.
    fn write_batches(
        &self,
        backend: &Arc<dyn Backend>,
        batches: Vec<Batch>,
        frame: Frame,
    ) -> Result<String, MigrateError> {
        let syntax = backend.syntax();
        let Frame { is_first, cascades } = frame;
        let mut text = String::new();
        for (at, batch) in batches.iter().enumerate() {
            let mut conditions: Vec<Condition> =
                batch.guard.iter().map(|guard: &Guard| guard.condition(syntax)).collect();
            if at == 0 && is_first {
                conditions.push(self.settings.journal.is_settled(syntax));
            }
            text.push_str(&backend.write(Piece::Batch {
                batch,
                conditions: &conditions,
                cascades,
                inserts: &[],
            })?);
        }
        Ok(text)
    }

    /// The batch that sets the version table.
    pub(super) fn stamping(
        &self,
        backend: &dyn Backend,
        rows: &[RevisionId],
        moves: &[HeadMove],
        rows_after: &[RevisionId],
        purge: bool,
    ) -> Batch {
        let (syntax, journal, version_table) =
            (backend.syntax(), &self.settings.journal, &self.settings.version_table);
        let mut batch = Batch { guard: Some(version_table.guard(syntax, rows)), ..Batch::atomic(Vec::new()) };
        if purge {
            batch.statements.push(version_table.purge(syntax));
        }
        batch.statements.extend(moves.iter().map(|head_move| version_table.statement(syntax, head_move)));
        batch.statements.push(journal.settle(syntax));
        batch.statements.extend(rows_after.iter().map(|id| journal.done(syntax, id, Action::Stamp, 0)));
        batch
    }
}

/// Revisions that are one transaction together.
struct Whole<'a> {
    rows_before: Vec<RevisionId>,
    batch: Batch,
    inserts: Vec<(usize, String)>,
    steps: Vec<Step<'a>>,
    cascades: bool,
}

impl<'a> Whole<'a> {
    fn new(rows_before: Vec<RevisionId>) -> Self {
        let (batch, inserts, steps) = (Batch::atomic(Vec::new()), Vec::new(), Vec::new());
        Self { rows_before, batch, inserts, steps, cascades: false }
    }

    /// Adds a revision, behind a text and with the record that it is done.
    fn add(&mut self, step: Step<'a>, mut before: String, cascades: bool, done: Statement) {
        before.push_str(&heading(step.revision, step.direction));
        self.inserts.push((self.batch.statements.len(), before));
        self.batch.statements.extend(step.plan.statements.iter().chain(&step.moves).cloned());
        self.batch.statements.push(done);
        self.cascades |= cascades;
        self.steps.push(step);
    }
}

/// The comment in a script that says which revision follows, with line ends.
pub fn heading(revision: &Revision, direction: Direction) -> String {
    let id = &revision.id;
    let parents = revision.parents.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(", ");
    match direction {
        Direction::Upgrade => format!("-- Running upgrade {parents} -> {id}\n\n"),
        Direction::Downgrade => format!("-- Running downgrade {id} -> {parents}\n\n"),
    }
}

/// What is known around a revision.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Whether it is the first of the script.
    is_first: bool,
    /// Whether a change of rows may reach rows of other tables.
    cascades: bool,
}

/// Whether some foreign key changes rows where the row that they refer to
/// changes or goes.
fn cascades(planner: &Planner<'_>) -> bool {
    let acts = |action| match action {
        ReferentialAction::NoAction | ReferentialAction::Restrict => false,
        ReferentialAction::Cascade | ReferentialAction::SetNull | ReferentialAction::SetDefault => true,
    };
    let mut constraints = planner.schema().tables.values().flat_map(|table| &table.constraints);
    planner.is_stale()
        || constraints.any(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) => acts(key.on_delete) || acts(key.on_update),
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => false,
        })
}

/// Says where in the file the statement is that a script cannot have.
fn place(step: &Step<'_>, error: MigrateError) -> MigrateError {
    let MigrateError::Backend(refusal) = &error else { return error };
    let statement = step.plan.statements.iter().find(|it| Some(it.sql.as_str()) == refusal.statement());
    match place_of(step, statement, refusal) {
        Some(source) => {
            let error = PlanError::new(PlanErrorKind::Unsupported, source);
            MigrateError::plan(step.revision, step.direction, error)
        }
        None => error,
    }
}

/// A session that writes down what it is told to run.
#[derive(Debug)]
struct Recorder {
    backend: Arc<dyn Backend>,
    batches: Vec<Batch>,
}

impl Recorder {
    fn new(backend: &Arc<dyn Backend>) -> Self {
        Self { backend: Arc::clone(backend), batches: Vec::new() }
    }
}

fn nothing_to_read() -> BackendError {
    BackendError::new(BackendErrorKind::Unexpected, "a script is made without a database to read")
}

#[async_trait]
impl Connection for Recorder {
    fn backend(&self) -> Arc<dyn Backend> {
        Arc::clone(&self.backend)
    }

    async fn introspect(&mut self, _scope: &Scope) -> Result<Schema, BackendError> {
        Err(nothing_to_read())
    }

    async fn canonicalize(
        &mut self,
        _definitions: &[Definition],
    ) -> Result<Vec<Result<String, BackendError>>, BackendError> {
        Err(nothing_to_read())
    }

    async fn execute(&mut self, batch: &Batch) -> Result<Executed, BatchError> {
        self.batches.push(batch.clone());
        Ok(Executed::default())
    }

    async fn begin(&mut self) -> Result<(), BackendError> {
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), BatchError> {
        Ok(())
    }

    async fn fetch(&mut self, _query: &Statement) -> Result<Vec<Row>, BackendError> {
        Err(nothing_to_read())
    }

    async fn lock(&mut self, _name: &str, _wait: Duration) -> Result<(), BackendError> {
        Ok(())
    }

    async fn reset(&mut self) -> Result<(), BackendError> {
        Ok(())
    }

    async fn close(self: Box<Self>) -> Result<(), BackendError> {
        Ok(())
    }
}
