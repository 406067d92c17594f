//! Replaying revisions: the schema that they imply, and what undoes them.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use super::{Direction, PlanError, PlanErrorKind, PlanSettings, Unknown, item, keep};
use crate::{
    backend::{Backend, Effect},
    operation::{Editor, Irreversible, Operation},
    revision::RevisionId,
    schema::{Constraint, ConstraintKind, QualifiedName, Schema},
    script::{
        Position, RevisionScript,
        portable::{self, NamespaceMap},
    },
};

/// What replaying revisions gave.
#[derive(Debug, Default)]
pub struct Replay {
    /// The schema after all of them, as far as the files tell: an operation on
    /// something that no revision created leaves it as it was.
    pub schema: Schema,
    /// What of it the files do not tell.
    pub unknown: Unknown,
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
    let (mut replayed, mut editor) = (Replay::default(), Editor::default());
    let names = settings.namespaces.relative_to(backend.default_namespace());
    for revision in revisions {
        let (id, script) = revision?;
        let items = item::read(&script, Direction::Upgrade, backend, settings, None);
        let items = items.map_err(|error| (id.clone(), error))?.unwrap_or_default();
        let mut undoing = wanted(&id).then(Undoing::default);
        for mut item in items {
            let schema = &mut replayed.schema;
            portable::resolve_enum_types(&mut item.operation, |name| schema.enums.contains_key(name));
            portable::map_native_types(&mut item.operation, &settings.types);
            keep::keep(&mut item.operation, schema, &[], &backend.capabilities());
            if let Some(undoing) = &mut undoing
                && !ends_by_itself(&item, backend)
            {
                undoing.add(&script, &item, schema, &names, settings);
            }
            let applied = match &item.operation {
                Operation::Raw { sql } => {
                    editor.forget();
                    if backend.interpret(sql, schema) == Effect::Unknown {
                        let Position { line, .. } = script.source.position(item.span.start);
                        let place = format!("{}:{line}", script.source.path().display());
                        replayed.unknown.add(sql, backend.syntax(), &place);
                    }
                    true
                }
                operation => editor.apply(operation, schema).is_ok(),
            };
            if applied {
                replayed.unknown.learn(&item.operation);
            }
            // A table that was there before the first revision is not known
            // here; what is done to it matters only to an undo that must bring
            // something of it back.
            if let (false, Some(undoing)) = (applied || undo_by_name(&item.operation).is_some(), &mut undoing)
            {
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

/// Whether a statement only sets something for the session, which ends with the
/// revision.
fn ends_by_itself(item: &item::Item, backend: &dyn Backend) -> bool {
    match &item.operation {
        Operation::Raw { sql } => item.reset || backend.resetting(sql).is_some_and(|reset| !reset.of_names),
        _ => false,
    }
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
    fn add(
        &mut self,
        script: &RevisionScript,
        item: &item::Item,
        before: &Schema,
        names: &NamespaceMap,
        settings: &PlanSettings,
    ) {
        if self.failed.is_some() {
            return;
        }
        match &item.operation {
            Operation::CreateTable { table, .. } if !before.tables.contains_key(&table.name) => {
                self.created.insert(table.name.clone());
            }
            Operation::Dml { sql }
                if portable::changed_table(sql)
                    .is_some_and(|table| self.created.contains(&names.apply(&table))) =>
            {
                return;
            }
            _ => {}
        }
        let reversed = match undo_by_name(&item.operation) {
            // A table that no revision created.
            Some(undo) if item.operation.names().iter().any(|name| !is_known(before, name)) => Ok(vec![undo]),
            Some(_) | None => reverse(script, item, before, names, settings),
        };
        match reversed {
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

/// Whether some revision created what has this name.
fn is_known(schema: &Schema, name: &QualifiedName) -> bool {
    schema.tables.contains_key(name)
        || schema.views.contains_key(name)
        || schema.enums.contains_key(name)
        || schema.table_of_index(name).is_some()
}

/// The operations that undo one item. A statement under `@only` that portable
/// SQL can say as well is undone like a portable one.
fn reverse(
    script: &RevisionScript,
    item: &item::Item,
    before: &Schema,
    names: &NamespaceMap,
    settings: &PlanSettings,
) -> Result<Vec<Operation>, PlanError> {
    let reverse = |operation: &Operation| {
        operation.reverse(before).map_err(|Irreversible { description, reason }| {
            // That the revisions know nothing of it does not mean that it isn't there.
            let reason = match operation.names().iter().find(|name| !is_known(before, name)) {
                Some(name) => format!("no earlier revision created {name}"),
                None => reason,
            };
            let error = Irreversible { description, reason };
            irreversible(script, item.span.clone(), &error.to_string())
        })
    };
    if let Operation::Raw { sql } = &item.operation
        && let Ok(statements) = portable::parse(sql, names, &settings.naming)
        && let [statement] = statements.as_slice()
    {
        let undo: Result<Vec<_>, _> = statement.operations.iter().rev().map(reverse).collect();
        return undo.map(|operations| operations.concat());
    }
    reverse(&item.operation)
}

/// What undoes the operation as far as that follows from its own words,
/// whatever the definition of what it changes.
fn undo_by_name(operation: &Operation) -> Option<Operation> {
    Some(match operation {
        Operation::AddColumn { table, column, if_not_exists: false } => {
            Operation::DropColumn { table: table.clone(), column: column.name.clone(), if_exists: false }
        }
        Operation::CreateIndex { table, index, concurrently, if_not_exists: false } => Operation::DropIndex {
            name: table.with_name(index.name.clone()),
            concurrently: *concurrently,
            if_exists: false,
        },
        // A primary key also takes NULL from its columns.
        Operation::AddConstraint { table, constraint: Constraint { name: Some(name), kind } }
            if !matches!(kind, ConstraintKind::PrimaryKey(_)) =>
        {
            Operation::DropConstraint { table: table.clone(), name: name.clone(), if_exists: false }
        }
        Operation::RenameTable { from, to } => {
            Operation::RenameTable { from: from.with_name(to.clone()), to: from.name.clone() }
        }
        Operation::RenameColumn { table, from, to } => {
            Operation::RenameColumn { table: table.clone(), from: to.clone(), to: from.clone() }
        }
        Operation::RenameConstraint { table, from, to } => {
            Operation::RenameConstraint { table: table.clone(), from: to.clone(), to: from.clone() }
        }
        Operation::RenameIndex { from, to } => {
            Operation::RenameIndex { from: from.with_name(to.clone()), to: from.name.clone() }
        }
        _ => return None,
    })
}

fn irreversible(script: &RevisionScript, span: Range<usize>, reason: &str) -> PlanError {
    let message = format!("the revision has no `-- @downgrade` section and none can be computed: {reason}");
    let hint = "add a `-- @downgrade` section that undoes the revision; an empty one means that there is nothing to undo";
    PlanError::new(PlanErrorKind::Irreversible, script.source.error(span, message, Some(hint.to_owned())))
}
