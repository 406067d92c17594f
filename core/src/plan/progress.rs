//! How far an interrupted revision got, as the catalog shows.
//!
//! Where a schema change cannot be part of a transaction, a crash can leave
//! nobody knowing whether it happened. The revisions say what the database must
//! look like before each operation and after it; the one state that it is in
//! says how many took effect.

use std::collections::BTreeSet;

use super::{Draft, PlanSettings, item::Item, keep};
use crate::{
    backend::{Backend, BackendError, Effect},
    operation::Operation,
    schema::{Index, QualifiedName, Schema},
    script::portable,
    sql::Syntax,
};

/// How far a revision got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The statements of the file that are carried out whole.
    pub statements: usize,
    /// The operations of the next statement that are.
    pub operations: usize,
}

impl Draft {
    /// How far the revision got when it was interrupted after `done`
    /// statements, with the next ones under way; none if the database is in
    /// none of the states that it can have been left in, or in more than one.
    ///
    /// `before` is the schema that the earlier revisions imply, `live` the one
    /// that was read from the database.
    ///
    /// # Errors
    ///
    /// Fails if a schema cannot be normalized or an operation not rendered.
    pub fn progress(
        &self,
        backend: &dyn Backend,
        settings: &PlanSettings,
        before: Schema,
        live: &Schema,
        done: usize,
    ) -> Result<Option<Progress>, BackendError> {
        let mut schema = before;
        let mut items = self.items.iter().cloned().peekable();
        for _ in 0..done {
            let Some(first) = items.next() else { return Ok(None) };
            let span = first.span.clone();
            let mut statement = vec![first];
            while let Some(next) = items.next_if(|next| next.span == span) {
                statement.push(next);
            }
            for mut item in statement {
                if apply(&mut item, backend, settings, &mut schema) == Effect::Unknown {
                    return Ok(None);
                }
            }
        }
        // What runs together: a statement of the file, and those after it that
        // alter the same table.
        let mut run: Vec<Item> = Vec::new();
        while let Some(next) = items.next_if(|next| {
            run.last().is_none_or(|last| {
                let table = last.operation.altered_table();
                last.span == next.span || (table.is_some() && table == next.operation.altered_table())
            })
        }) {
            run.push(next);
        }
        let mut states = vec![schema.clone()];
        // Whether the database is asked to do anything for the operation.
        let mut is_work = Vec::new();
        for item in &mut run {
            let before = schema.clone();
            if apply(item, backend, settings, &mut schema) == Effect::Unknown {
                return Ok(None);
            }
            is_work.push(
                !item.reset && !backend.render(std::slice::from_ref(&item.operation), &before)?.is_empty(),
            );
            states.push(schema.clone());
        }
        let Some(operations) = matching_state(backend, states, live, &is_work)? else { return Ok(None) };
        let mut progress = Progress { statements: done, operations };
        let statements = run.chunk_by(|a, b| a.span == b.span).map(<[Item]>::len);
        for length in statements {
            if progress.operations < length {
                break;
            }
            progress.operations -= length;
            progress.statements += 1;
        }
        Ok(Some(progress))
    }

    /// The rest of it, after what is carried out.
    #[must_use]
    pub fn after_progress(self, progress: Progress, syntax: &Syntax) -> Self {
        let mut rest = self.after(progress.statements, syntax);
        rest.items.drain(..progress.operations.min(rest.items.len()));
        rest
    }
}

/// Applies an item to the schema as planning does.
fn apply(item: &mut Item, backend: &dyn Backend, settings: &PlanSettings, schema: &mut Schema) -> Effect {
    portable::resolve_enum_types(&mut item.operation, |name| schema.enums.contains_key(name));
    portable::map_native_types(&mut item.operation, &settings.types);
    if !item.computed {
        keep::keep(&mut item.operation, schema, &[], &backend.capabilities());
    }
    match &item.operation {
        Operation::Raw { sql } => backend.interpret(sql, schema),
        operation if operation.apply_to(schema).is_ok() => Effect::Known,
        _ => Effect::Unknown,
    }
}

/// The one state that the database is in, looking at what differs between the
/// states only. Operations that ask nothing of the database make no difference.
fn matching_state(
    backend: &dyn Backend,
    states: Vec<Schema>,
    live: &Schema,
    is_work: &[bool],
) -> Result<Option<usize>, BackendError> {
    let states: Vec<Schema> =
        states.into_iter().map(|state| backend.normalize(state)).collect::<Result<_, _>>()?;
    let live = backend.normalize(live.clone())?;
    let Some(first) = states.first() else { return Ok(None) };
    let mut tables: BTreeSet<&QualifiedName> = BTreeSet::new();
    let mut views: BTreeSet<&QualifiedName> = BTreeSet::new();
    for state in &states {
        let differing = state.tables.iter().filter(|(name, table)| first.tables.get(name) != Some(table));
        tables.extend(differing.map(|(name, _)| name));
        tables.extend(first.tables.keys().filter(|name| !state.tables.contains_key(name)));
        let differing = state.views.iter().filter(|(name, view)| first.views.get(name) != Some(view));
        views.extend(differing.map(|(name, _)| name));
        views.extend(first.views.keys().filter(|name| !state.views.contains_key(name)));
    }
    let matches = |state: &Schema, live: &Schema| {
        state.namespaces == live.namespaces
            && state.enums == live.enums
            && tables.iter().all(|name| state.tables.get(name) == live.tables.get(name))
            && views.iter().all(|name| state.views.get(name) == live.views.get(name))
    };
    if live.tables.values().flat_map(|table| &table.indexes).any(|index| !index.is_valid()) {
        // What creates or drops an index was stopped in between, and is run
        // again whichever it was.
        let is_before =
            |state: &Schema| matches(state, &without_invalid(&live)) || matches(state, &all_valid(&live));
        if let Some(at) = states.iter().position(is_before) {
            return Ok(Some(at));
        }
    }
    let found: Vec<usize> = (0..states.len()).filter(|at| matches(&states[*at], &live)).collect();
    let (Some(least), Some(most)) = (found.first(), found.last()) else { return Ok(None) };
    let is_certain = is_work[*least..*most].iter().all(|is_work| !is_work);
    Ok(is_certain.then_some(*most))
}

/// The schema without the indexes that are not built to their end.
fn without_invalid(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    for table in schema.tables.values_mut() {
        table.indexes.retain(Index::is_valid);
    }
    schema
}

/// The schema as if all indexes were built to their end.
fn all_valid(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    for index in schema.tables.values_mut().flat_map(|table| &mut table.indexes) {
        index.options.remove(Index::INVALID);
    }
    schema
}
