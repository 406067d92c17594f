//! What makes a database what the models say, as the text of a revision.
//!
//! Two schemas are compared in the normal form of one backend, in which much of
//! what was written is gone: MySQL has no UUID, and SQLite no namespaces. What is
//! written into the revision is therefore taken from where it was written
//! first: the models, and for the way back the revisions. The text is then read
//! and planned like any other revision, and whatever does not lead to the
//! models is written in a longer form.

mod detected;
mod own;
pub(crate) mod query;
mod restate;
mod settle;
mod spelling;
mod text;

use std::sync::Arc;

pub use detected::detected;
pub use settle::{Doubts, Unsettled};
pub use spelling::Spelling;
pub use text::{Revision, write};

use crate::{
    backend::Backend,
    diff::{self, Diff, DiffError, Renames},
    operation::Editor,
    plan::{PlanSettings, Planner},
    schema::{Schema, Unmanaged},
};

/// A schema in the normal form of a backend, and as it was written.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// The normal form, with the names that the backend does not keep.
    pub normal: Schema,
    /// What was written: models or revisions, as far as they are known.
    pub written: Schema,
    /// What is outside the model, belongs to a table and is needed by its
    /// defaults: the sequence of a `serial` column. It comes and goes with it.
    pub own: Vec<Unmanaged>,
}

impl Side {
    /// A schema in its normal form, beside what was written, which has the normal
    /// form `form`.
    ///
    /// Where the backend does not keep the names of enum types and primary
    /// keys, those that were written count, as long as the rest agrees.
    pub fn new(
        normal: Schema,
        written: Schema,
        form: &Schema,
        backend: &Arc<dyn Backend>,
        settings: &PlanSettings,
    ) -> Self {
        let capabilities = backend.capabilities();
        if capabilities.enum_types && capabilities.primary_key_names {
            return Self { normal, written, own: Vec::new() };
        }
        let enums = normal.enums.clone();
        let mut planner = Planner::new(Arc::clone(backend), settings, normal);
        planner.recall_where_shown(&written, Some(form));
        let mut normal = planner.into_schema();
        if capabilities.enum_types {
            normal.enums = enums;
        } else {
            for (name, enum_type) in &mut normal.enums {
                enum_type.comment = written.enums.get(name).and_then(|written| written.comment.clone());
            }
        }
        Self { normal, written, own: Vec::new() }
    }

    /// The same with what of these objects belongs to its tables.
    #[must_use]
    pub fn with_own(self, unmanaged: &[Unmanaged]) -> Self {
        Self { own: own::of(&self.normal, unmanaged), ..self }
    }
}

/// The way from a database to the models, and the way back.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// The way there.
    pub upgrade: Diff,
    /// The way back.
    pub downgrade: Diff,
}

/// Compares what is with what should be: the way there.
///
/// # Errors
///
/// Fails as [`diff::diff`] does.
pub fn compare(
    before: &Side,
    after: &Side,
    renames: &Renames,
    backend: &dyn Backend,
) -> Result<Diff, DiffError> {
    diff::diff(&before.normal, &after.normal, renames, &backend.capabilities())
}

impl Comparison {
    /// Adds the way back to where it began.
    ///
    /// # Errors
    ///
    /// Fails as [`diff::diff`] does: also where nothing leads back, because
    /// somebody brought the database where no statement brings it, such as to a
    /// foreign key without the table that it refers to.
    pub fn new(upgrade: Diff, before: &Side, backend: &dyn Backend) -> Result<Self, DiffError> {
        // Names that the backend does not keep stay what they are, and what is outside the model stays where it is.
        let (mut reached, mut editor) = (before.normal.clone(), Editor::default());
        for change in &upgrade.changes {
            let applied = editor.apply(&change.operation, &mut reached);
            applied.map_err(|source| DiffError::Step { description: change.operation.describe(), source })?;
        }
        let back = upgrade.renames.reversed();
        let downgrade = diff::diff(&reached, &before.normal, &back, &backend.capabilities())?;
        Ok(Self { upgrade, downgrade })
    }
}
