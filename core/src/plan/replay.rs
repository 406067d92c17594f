//! Replaying revisions: the schema that they imply, and what undoes them.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use super::{Direction, PlanError, PlanErrorKind, PlanSettings, item};
use crate::{
    backend::Backend,
    operation::{Irreversible, Operation},
    revision::RevisionId,
    schema::{QualifiedName, Schema},
    script::{RevisionScript, portable},
};

/// What replaying revisions gave.
#[derive(Debug, Default)]
pub struct Replay {
    /// The schema after all of them, as far as the files tell: an operation on
    /// something that no revision created leaves it as it was.
    pub schema: Schema,
    /// For each revision that was asked for: the operations that undo it, in
    /// the order in which they run, or why nothing does.
    pub undo: HashMap<RevisionId, Result<Undo, PlanError>>,
}

/// The operations that undo a revision, in the order in which they run, each
/// with the place of what it undoes.
pub type Undo = Vec<(Operation, Range<usize>)>;

/// Replays revisions in the order in which `upgrade` runs them.
///
/// `wanted` says for which revisions the undoing operations are needed.
pub fn replay<E: From<(RevisionId, PlanError)>>(
    revisions: impl IntoIterator<Item = Result<(RevisionId, RevisionScript), E>>,
    backend: &dyn Backend,
    settings: &PlanSettings,
    wanted: impl Fn(&RevisionId) -> bool,
) -> Result<Replay, E> {
    let mut replayed = Replay::default();
    for revision in revisions {
        let (id, script) = revision?;
        let items = item::read(&script, Direction::Upgrade, backend, settings);
        let items = items.map_err(|error| (id.clone(), error))?.unwrap_or_default();
        let mut undoing = wanted(&id).then(Undoing::default);
        for mut item in items {
            let schema = &mut replayed.schema;
            portable::resolve_enum_types(&mut item.operation, |name| schema.enums.contains_key(name));
            portable::map_native_types(&mut item.operation, &settings.types);
            if let Some(undoing) = &mut undoing {
                undoing.add(&script, &item, schema, settings);
            }
            let applied = match &item.operation {
                Operation::Raw { sql } if item.native => {
                    backend.interpret(sql, schema);
                    true
                }
                operation => operation.apply_to(schema).is_ok(),
            };
            // A table that was there before the first revision is not known
            // here; what is done to it matters only to an undo.
            if let (false, Some(undoing)) = (applied, &mut undoing) {
                let reason = "what it changes was not created by an earlier revision";
                undoing.failed.get_or_insert_with(|| irreversible(&script, item.span, reason));
            }
        }
        if let Some(undoing) = undoing {
            replayed.undo.insert(id, undoing.finish());
        }
    }
    Ok(replayed)
}

/// What undoes one revision, as far as it has been replayed.
#[derive(Debug, Default)]
struct Undoing {
    operations: Undo,
    /// Tables that the revision itself creates: rows in them go with them.
    created: BTreeSet<QualifiedName>,
    failed: Option<PlanError>,
}

impl Undoing {
    /// Adds what undoes an item, given the schema before it.
    fn add(&mut self, script: &RevisionScript, item: &item::Item, before: &Schema, settings: &PlanSettings) {
        if self.failed.is_some() {
            return;
        }
        match &item.operation {
            Operation::CreateTable { table, .. } if !before.tables.contains_key(&table.name) => {
                self.created.insert(table.name.clone());
            }
            Operation::Raw { sql }
                if portable::changed_table(sql).is_some_and(|table| self.created.contains(&table)) =>
            {
                return;
            }
            _ => {}
        }
        match reverse(script, item, before, settings) {
            Ok(reversed) => {
                let reversed = reversed.into_iter().map(|operation| (operation, item.span.clone()));
                self.operations.splice(0..0, reversed);
            }
            Err(error) => self.failed = Some(error),
        }
    }

    fn finish(self) -> Result<Undo, PlanError> {
        match self.failed {
            Some(error) => Err(error),
            None => Ok(self.operations),
        }
    }
}

/// The operations that undo one item. A statement under `@only` that portable
/// SQL can say as well is undone like a portable one.
fn reverse(
    script: &RevisionScript,
    item: &item::Item,
    before: &Schema,
    settings: &PlanSettings,
) -> Result<Vec<Operation>, PlanError> {
    let irreversible = |error: Irreversible| irreversible(script, item.span.clone(), &error.to_string());
    if let Operation::Raw { sql } = &item.operation
        && item.native
        && let Ok(statements) = portable::parse(sql, &settings.namespaces, &settings.naming)
        && let [statement] = statements.as_slice()
    {
        let undo = statement.operations.iter().rev().map(|operation| operation.reverse(before));
        let undo: Result<Vec<_>, _> = undo.collect();
        return undo.map(|operations| operations.concat()).map_err(irreversible);
    }
    item.operation.reverse(before).map_err(irreversible)
}

fn irreversible(script: &RevisionScript, span: Range<usize>, reason: &str) -> PlanError {
    let message = format!("the revision has no `-- @downgrade` section and none can be computed: {reason}");
    let hint = "add a `-- @downgrade` section that undoes the revision; an empty one means that there is nothing to undo";
    PlanError::new(PlanErrorKind::Irreversible, script.source.error(span, message, Some(hint.to_owned())))
}
