//! What is in the database, and what of it counts.

use std::{collections::BTreeSet, panic::resume_unwind, sync::Arc, thread};

use retort_core::{
    backend::Backend,
    journal::Interrupted,
    revision::RevisionId,
    schema::{Name, QualifiedName, Schema},
};

use super::Context;
use crate::{
    command_error::CommandError, database::block_on, project::Project, reporter::places, selection::Selection,
};

/// What is in the database.
pub(in crate::commands) struct Observed {
    /// The backend, as it is at the other end.
    pub(in crate::commands) backend: Arc<dyn Backend>,
    /// The rows of the version table.
    pub(in crate::commands) rows: Vec<RevisionId>,
    /// Everything but Retort's own tables.
    pub(in crate::commands) schema: Schema,
}

impl Observed {
    /// Reads the database, and writes nothing.
    pub(in crate::commands) fn new(
        project: &Project,
        context: &mut Context<'_>,
    ) -> Result<Self, CommandError> {
        Ok(Self::beside(project, context, |_, _, _| Ok(|| ()))?.0)
    }

    /// Reads the database, while another thread does what `prepare` returns
    /// when the backend and the rows are known.
    pub(super) fn beside<T: Send, W: FnOnce() -> T + Send>(
        project: &Project,
        context: &mut Context<'_>,
        prepare: impl FnOnce(&Context<'_>, &Arc<dyn Backend>, &[RevisionId]) -> Result<W, CommandError>,
    ) -> Result<(Self, T), CommandError> {
        let backend = project.select_backend(context)?;
        let table = project.version_table(&*backend);
        let journal = project.journal(context.variables, &*backend);
        let scope = project.scope(context, &*backend);
        thread::scope(|threads| {
            block_on(async {
                let Some(mut connection) = project.connect_to_read(context.ui, &*backend).await? else {
                    let work = prepare(context, &backend, &[])?;
                    return Ok((Self { backend, rows: Vec::new(), schema: Schema::default() }, work()));
                };
                let failed = |error| project.backend_error(&error);
                let rows = table.read(&mut *connection).await.map_err(failed)?.unwrap_or_default();
                let found = journal.find(&mut *connection).await.map_err(failed)?;
                require_settled(found.and_then(|found| found.interrupted))?;
                let backend = connection.backend();
                let work = threads.spawn(prepare(context, &backend, &rows)?);
                let schema = connection.introspect(&scope).await.map_err(failed)?;
                connection.close().await.map_err(failed)?;
                let done = work.join().unwrap_or_else(|panic| resume_unwind(panic));
                Ok((Self { backend, rows, schema }, done))
            })
        })
    }

    /// Refuses a database that is not at all heads: what is in it would be
    /// written into a revision again.
    pub(in crate::commands) fn require_up_to_date(&self, project: &Project) -> Result<(), CommandError> {
        let current = project.graph.all_current(&self.rows).map_err(|error| project.target_error(&error))?;
        let current: BTreeSet<&RevisionId> = current.iter().map(|revision| &revision.id).collect();
        let heads: BTreeSet<&RevisionId> = project.graph.heads().into_iter().map(|head| &head.id).collect();
        if current == heads {
            return Ok(());
        }
        let target = if heads.len() > 1 { "heads" } else { "head" };
        Err(CommandError::new("not-up-to-date", "Target database is not up to date.").hint(format!(
            "it is at {}; bring it up to date first: `retort upgrade {target}`",
            places(&self.rows)
        )))
    }
}

/// Refuses a database in which a revision is half done.
fn require_settled(interrupted: Option<Interrupted>) -> Result<(), CommandError> {
    let Some(Interrupted { revision, direction, done, total, .. }) = interrupted else { return Ok(()) };
    Err(CommandError::new("not-up-to-date", "Target database is not up to date.").hint(format!(
        "revision {revision} was interrupted during its {direction}, after {done} of {total} statements; \
         `retort {direction} {revision}` says how to go on"
    )))
}

/// What is not compared: tables and views that are left out, and what they
/// need.
pub(in crate::commands) struct Limit {
    selection: Selection,
    gone: BTreeSet<QualifiedName>,
    enums: BTreeSet<QualifiedName>,
    namespaces: BTreeSet<Name>,
}

impl Limit {
    /// What the settings say. The namespaces hold tables of Retort itself.
    pub(in crate::commands) fn new(project: &Project, namespaces: &[Name]) -> Self {
        let settings = &project.settings;
        Self {
            selection: Selection::new(&settings.include, &settings.exclude),
            gone: BTreeSet::new(),
            enums: BTreeSet::new(),
            namespaces: namespaces.iter().cloned().collect(),
        }
    }

    /// Looks for what is left out of this schema.
    pub(in crate::commands) fn add(&mut self, schema: &Schema) {
        for name in self.selection.left_out(schema) {
            let columns = schema.tables.get(&name).into_iter().flat_map(|table| &table.columns);
            self.enums.extend(columns.filter_map(|column| column.ty.enum_name()).cloned());
            self.namespaces.extend(name.namespace.clone());
            self.gone.insert(name);
        }
    }

    /// Types and namespaces that are wanted are not left out.
    pub(in crate::commands) fn keep(&mut self, wanted: &Schema) {
        self.enums.retain(|name| !wanted.enums.contains_key(name));
        self.namespaces.retain(|name| !wanted.namespaces.contains(name));
    }

    /// Takes it out.
    pub(in crate::commands) fn apply(&self, schema: &mut Schema) {
        Selection::remove(schema, self.gone.iter().cloned().collect());
        schema.enums.retain(|name, _| !self.enums.contains(name));
        schema.namespaces.retain(|name| !self.namespaces.contains(name));
    }
}
