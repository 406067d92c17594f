//! Why a revision cannot be planned.

use std::ops::Range;

use thiserror::Error;

use crate::{
    operation::ApplyError,
    schema::{Name, Schema, Unmanaged},
    script::{Source, SourceError},
};

/// Why a revision cannot be planned, with the place in its file.
#[derive(Debug, Clone, Error)]
#[error("{source_error}")]
pub struct PlanError {
    kind: PlanErrorKind,
    source_error: Box<SourceError>,
    missing_value: Option<Box<str>>,
}

/// What kind of reason it is; callers choose their advice by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanErrorKind {
    /// The text of the file is wrong.
    Source,
    /// The backend has no equivalent.
    Unsupported,
    /// What is to be created exists already.
    AlreadyExists,
    /// What is to be changed does not exist.
    Missing,
    /// The operation contradicts the schema in another way.
    Conflict,
    /// The definition of what is to be changed is not known.
    Unknown,
    /// Nothing undoes the upgrade.
    Irreversible,
    /// A value is wanted that the run was not given.
    ValueMissing,
}

impl PlanError {
    /// A reason at a place.
    pub fn new(kind: PlanErrorKind, source_error: Box<SourceError>) -> Self {
        Self { kind, source_error, missing_value: None }
    }

    /// A value that the run was not given.
    pub(super) fn missing_value(key: &str, source_error: Box<SourceError>) -> Self {
        Self { missing_value: Some(key.into()), ..Self::new(PlanErrorKind::ValueMissing, source_error) }
    }

    /// An operation that cannot be applied to the schema.
    pub(super) fn apply(source: &Source, span: Range<usize>, error: &ApplyError, schema: &Schema) -> Self {
        if let Some(object) = outside(error, schema) {
            let message = format!("\"{}\" is a {}, which is beyond portable SQL", object.name, object.kind);
            let hint = "write the statement for this database, under `-- @only` with its name".to_owned();
            return Self::new(PlanErrorKind::Conflict, source.error(span, message, Some(hint)));
        }
        let kind = if error.object_exists() {
            PlanErrorKind::AlreadyExists
        } else if error.object_missing() {
            PlanErrorKind::Missing
        } else {
            PlanErrorKind::Conflict
        };
        let hint = spelling(error, schema).map(|name| {
            let needs_quotes = name.as_str().chars().any(|c| c.is_ascii_uppercase());
            let rule =
                if needs_quotes { ", with the quotes: other names are read in lower case" } else { "" };
            format!("it is spelled \"{name}\"{rule}")
        });
        Self::new(kind, source.error(span, error.to_string(), hint))
    }

    /// The kind.
    pub fn kind(&self) -> PlanErrorKind {
        self.kind
    }

    /// The key of the value that is missing, if that is what is wrong.
    pub fn missing_key(&self) -> Option<&str> {
        self.missing_value.as_deref()
    }

    /// The message with its place in the file.
    pub fn source_error(&self) -> &SourceError {
        &self.source_error
    }
}

/// What has the name of a missing table, view or type, but is outside the model.
fn outside<'a>(error: &ApplyError, schema: &'a Schema) -> Option<&'a Unmanaged> {
    let (ApplyError::TableMissing(name) | ApplyError::ViewMissing(name) | ApplyError::TypeMissing(name)) =
        error
    else {
        return None;
    };
    const KINDS: [&str; 5] = ["table", "partition", "view", "domain", "type"];
    let is_one = |kind: &str| KINDS.iter().any(|word| kind.contains(word));
    schema.unmanaged.iter().find(|object| object.name == *name && is_one(&object.kind))
}

/// The spelling under which the missing object exists, if its case is all that
/// is wrong.
pub(crate) fn spelling<'a>(error: &ApplyError, schema: &'a Schema) -> Option<&'a Name> {
    let same = |left: &Name, right: &Name| left.as_str().eq_ignore_ascii_case(right.as_str());
    match error {
        ApplyError::TableMissing(name) => {
            schema.tables.keys().map(|table| &table.name).find(|table| same(table, &name.name))
        }
        ApplyError::ViewMissing(name) => {
            schema.views.keys().map(|view| &view.name).find(|view| same(view, &name.name))
        }
        ApplyError::IndexMissing(name) => {
            let indexes = schema.tables.values().flat_map(|table| &table.indexes);
            indexes.map(|index| &index.name).find(|index| same(index, &name.name))
        }
        ApplyError::ColumnMissing { table, column } => {
            let columns = &schema.tables.get(table)?.columns;
            columns.iter().map(|found| &found.name).find(|found| same(found, column))
        }
        ApplyError::ConstraintMissing { table, constraint } => {
            let constraints = &schema.tables.get(table)?.constraints;
            constraints.iter().filter_map(|found| found.name.as_ref()).find(|found| same(found, constraint))
        }
        _ => None,
    }
}

impl From<Box<SourceError>> for PlanError {
    fn from(error: Box<SourceError>) -> Self {
        Self::new(PlanErrorKind::Source, error)
    }
}
