//! Models: the schema that a project wants, as files of SQL.
//!
//! A model says what there is, not how it came to be: definitions in portable
//! SQL, in any order and in any number of files, with `@only` blocks for what
//! only some databases know. [`read`] turns them into a schema, [`write()`] a
//! schema into them.

mod assemble;
mod check;
mod directory;
mod error;
mod outline;
mod place;
mod renames;
mod statements;
mod write;

use crate::{backend::Backend, diff::Renames, plan::PlanSettings, schema::Schema, script::Source};

pub use directory::load;
pub use error::ModelError;
pub use place::{ModelObject, Place, Places};
pub use write::{ModelFile, Written, write};
pub(crate) use write::{default_needs, short_table};

/// What models say.
#[derive(Debug, Clone)]
pub struct Models {
    /// The schema, not yet in the normal form of a backend.
    pub schema: Schema,
    /// What was called otherwise, by `-- @renamed-from`.
    pub renames: Renames,
    /// Where each object is defined.
    pub places: Places,
}

/// Reads models for a backend.
///
/// The files may define things in any order: a foreign key to a table in a
/// later file, a comment before its table.
///
/// # Errors
///
/// Fails if there is nothing in the files, which never means that everything
/// is to be dropped, and if anything in them is wrong or not for this backend:
/// then with all that was found.
pub fn read(
    files: Vec<Source>,
    backend: &dyn Backend,
    settings: &PlanSettings,
) -> Result<Models, ModelError> {
    let namespaces = settings.namespaces.relative_to(backend.default_namespace());
    let settings = &PlanSettings { namespaces, ..settings.clone() };
    let files = statements::read(files, backend, settings)?;
    if files.iter().all(|file| file.statements.is_empty()) {
        return Err(ModelError::Empty);
    }
    let assembled = assemble::assemble(&files, backend, settings)?;
    let Schema { enums, tables, views, .. } = &assembled.schema;
    if enums.is_empty() && tables.is_empty() && views.is_empty() {
        return Err(ModelError::Empty);
    }
    let renames = renames::read(&files, &assembled, backend, settings);
    let checked = check::check(&files, &assembled, backend);
    let errors: Vec<_> = [renames.as_ref().err(), checked.as_ref().err()]
        .into_iter()
        .flat_map(|errors| errors.into_iter().flatten().cloned())
        .collect();
    match renames {
        Ok(renames) if errors.is_empty() => {
            let places = assembled.spots.places(&files);
            Ok(Models { schema: assembled.schema, renames, places })
        }
        _ => Err(ModelError::invalid(errors)),
    }
}
