//! What is compared: read from three places at once, and brought into one form.

use std::{panic::resume_unwind, sync::Arc, thread};

use retort_core::{
    autogenerate::Side,
    backend::Backend,
    migrate::{Implied, MigrateError, Migrator},
    models::ModelError,
    plan::PlanSettings,
    schema::Schema,
};

use super::{
    Context, ModelArgs,
    desired::{self, Desired},
    observe::{Limit, Observed},
    settle::{Origin, Referee},
};
use crate::{command_error::CommandError, project::Project};

/// What a comparison begins with.
pub(super) struct Gathered {
    pub(super) observed: Observed,
    pub(super) implied: Result<Implied, MigrateError>,
    /// The models, where a directory of files is the model.
    pub(super) desired: Option<Result<Desired, ModelError>>,
}

impl Gathered {
    /// Reads the database, the revisions and the models, all at the same time.
    pub(super) fn read(
        project: &Project,
        args: &ModelArgs,
        context: &mut Context<'_>,
    ) -> Result<Self, CommandError> {
        let is_directory = args.is_directory();
        let (observed, (implied, desired)) = Observed::beside(project, context, |context, backend, rows| {
            let settings = project.migrate_settings(context, &**backend)?;
            let (backend, rows) = (Arc::clone(backend), rows.to_vec());
            Ok(move || {
                let (graph, directory) = (&project.graph, &project.directory);
                let migrator = Migrator { graph, directory, settings: &settings };
                thread::scope(|threads| {
                    let implied = threads.spawn(|| migrator.implied(&*backend, &rows));
                    // The models take longest.
                    let read = || desired::read(&project.settings.models, &*backend, &settings.plan);
                    let desired = is_directory.then(read);
                    (implied.join().unwrap_or_else(|panic| resume_unwind(panic)), desired)
                })
            })
        })?;
        Ok(Self { observed, implied, desired })
    }
}

/// The schemas as they were read.
pub(super) struct Schemas<'a> {
    pub(super) start: Schema,
    pub(super) implied: Schema,
    pub(super) wanted: &'a Schema,
}

/// What is compared.
pub(super) struct Sides {
    /// The database, whole, with the names that it does not keep.
    pub(super) start: Schema,
    pub(super) before: Side,
    pub(super) after: Side,
    /// What only its text could be compared of.
    pub(super) unsettled: Vec<String>,
}

impl Sides {
    /// Brings the schemas into the normal form of the backend, without what is
    /// left out.
    pub(super) fn new(
        project: &Project,
        backend: &Arc<dyn Backend>,
        settings: &PlanSettings,
        limit: &Limit,
        schemas: Schemas<'_>,
    ) -> Result<Self, CommandError> {
        let Schemas { mut start, implied, wanted } = schemas;
        let limited = |schema: &Schema| {
            let mut limited = Schema { unmanaged: Vec::new(), ..schema.clone() };
            limit.apply(&mut limited);
            limited
        };
        let (made, model) = (limited(&implied), limited(wanted));
        let (made_form, model_form) = thread::scope(|threads| {
            let made = threads.spawn(|| backend.normalize(made.clone()));
            let model = backend.normalize(model.clone());
            (made.join().unwrap_or_else(|panic| resume_unwind(panic)), model)
        });
        let failed = |error| project.backend_error(&error);
        let (made_form, model_form) = (made_form.map_err(failed)?, model_form.map_err(failed)?);
        let mut referee = Referee::new(project, backend);
        referee.settle(&mut start, &made_form, Origin::Own)?;
        let mut found = start.clone();
        limit.apply(&mut found);
        let found = backend.normalize(found).map_err(failed)?;
        let mut aim = model_form.clone();
        referee.settle(&mut aim, &found, Origin::Foreign)?;
        let own = start.unmanaged.clone();
        // The names that the database does not keep.
        let whole_form = if made.tables == implied.tables {
            made_form.clone()
        } else {
            backend.normalize(implied.clone()).map_err(failed)?
        };
        let side = |normal, written, form| Side::new(normal, written, form, backend, settings);
        let (start, before, after) = thread::scope(|threads| {
            let after = threads.spawn(|| side(aim, model, &model_form).with_own(&wanted.unmanaged));
            let start = side(start, implied, &whole_form).normal;
            let before = side(found, made, &made_form).with_own(&own);
            (start, before, after.join().unwrap_or_else(|panic| resume_unwind(panic)))
        });
        free((made_form, model_form, whole_form));
        Ok(Self { start, before, after, unsettled: referee.warnings() })
    }
}

/// Frees what is large, while nobody waits: to take a thousand tables apart
/// takes longer than to find what differs in them.
pub(super) fn free(large: impl Send + 'static) {
    // Without a thread it is freed at once.
    let _ = thread::Builder::new().name("free".to_owned()).spawn(move || drop(large));
}
