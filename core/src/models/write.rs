//! A schema → models, as a person would write them.
//!
//! What is written is read back at once, so that a form that loses something is
//! never the last word: whatever does not come back as it was is written in the
//! next longer form, and in the end in the backend's own SQL.

mod compose;
mod enums;
mod files;
mod needed;
mod order;
mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{ModelError, Models, place::ModelObject, read};
use crate::{
    autogenerate::query::is_written_out,
    backend::{Backend, BackendError},
    plan::PlanSettings,
    schema::{NamingConvention, QualifiedName, Schema, Table, Unmanaged, View},
    script::{Source, SourceError},
    sql::{Syntax, Token, TokenKind, lex},
};
use compose::{Chunk, compose, join};
pub use files::ModelFile;
use needed::Needed;
pub(crate) use needed::default_needs;

/// How often reading back may find forms that do not do: an error in one place
/// can hide another for each form there is.
const ROUNDS: usize = 12;

/// A schema written as models. Displays as one text, in an order in which its
/// statements could also run.
#[derive(Debug, Clone)]
pub struct Written {
    chunks: Vec<Chunk>,
    backend: &'static str,
    /// What models cannot hold, and leave alone.
    pub outside: Vec<Unmanaged>,
    /// What does not come back from the text as it is in the schema, each with
    /// the reason where there is one.
    pub lost: Vec<(ModelObject, Option<String>)>,
}

impl Written {
    /// The same as files: one for each table and each view.
    pub fn files(&self) -> Vec<ModelFile> {
        files::files(&self.chunks, &self.outside, self.backend)
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, _) = join(self.chunks.iter(), self.backend);
        f.write_str(&text)?;
        let outside = files::outside(&self.outside);
        if !text.is_empty() && !outside.is_empty() {
            f.write_str("\n")?;
        }
        f.write_str(&outside)
    }
}

/// How much of a definition is left to conventions, and who understands it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Form {
    /// Portable; names that the convention gives are left out.
    #[default]
    Short,
    /// Portable, with all names.
    Named,
    /// Portable but for its indexes.
    NativeIndexes,
    /// The backend's own SQL.
    Native,
}

impl Form {
    fn next(self) -> Option<Self> {
        match self {
            Self::Short => Some(Self::Named),
            Self::Named => Some(Self::NativeIndexes),
            Self::NativeIndexes => Some(Self::Native),
            Self::Native => None,
        }
    }
}

/// The form of each object that does not have the shortest one.
type Forms = BTreeMap<ModelObject, Form>;

/// Writes a schema, which is in the normal form of the backend, as models.
///
/// Reading the text gives a schema with the same normal form, but for what is
/// [`lost`](Written::lost). Enum types without a name get one.
///
/// # Errors
///
/// Fails if the backend cannot normalize the schema.
pub fn write(
    schema: &Schema,
    backend: &dyn Backend,
    settings: &PlanSettings,
) -> Result<Written, BackendError> {
    // What stands for other types would stand in the way of the same ones.
    let settings = PlanSettings { types: BTreeMap::new(), ..settings.clone() };
    let schema = &*enums::with_names(schema);
    let (forms, mut lost) = settle(schema, backend, &settings)?;
    // What others need and nobody understands is left outside, where it is.
    let opaque: Vec<Unmanaged> = schema.unmanaged.iter().filter(|it| is_lost(it, &lost)).cloned().collect();
    let mut written = schema.clone();
    written.unmanaged.retain(|object| !is_lost(object, &lost));
    lost.retain(|object, _| !matches!(object, ModelObject::Outside(_)));
    let chunks = compose(&written, &forms, backend, &settings.naming);
    let needed = Needed::of(&written);
    let outside = written.unmanaged.into_iter().enumerate().filter(|(at, _)| !needed.has(*at));
    let outside = outside.map(|(_, object)| object).chain(opaque).collect();
    Ok(Written { chunks, backend: backend.name(), outside, lost: lost.into_iter().collect() })
}

/// A table with its indexes and comments, in the shortest form.
pub(crate) fn short_table(table: &Table, naming: &NamingConvention) -> String {
    let mut text = table::create(table, Form::Short, naming, |_| false);
    for index in &table.indexes {
        text += &table::index(&table.name, index);
    }
    text + &table::comments(table)
}

/// Objects that do not come back, with the reasons.
type Wrong = BTreeMap<ModelObject, Option<String>>;

/// Whether what creates an object outside the model was not understood.
fn is_lost(object: &Unmanaged, lost: &Wrong) -> bool {
    object.table.is_none() && lost.contains_key(&ModelObject::Outside(object.name.clone()))
}

/// Finds the form of each object that comes back, and the objects that have
/// none.
fn settle(
    schema: &Schema,
    backend: &dyn Backend,
    settings: &PlanSettings,
) -> Result<(Forms, Wrong), BackendError> {
    let wanted = backend.normalize(without_unmanaged(schema.clone()))?;
    // What a definition that the database keeps says beside the model would be
    // lost without notice.
    let is_special = |table: &&Table| {
        let stored = table.stored.as_ref().filter(|stored| stored.since.is_empty());
        stored.is_some_and(|stored| says_more(&stored.definition, backend.syntax()))
    };
    let special = schema.tables.values().filter(is_special);
    let mut forms: Forms =
        special.map(|table| (ModelObject::Table(table.name.clone()), Form::Native)).collect();
    // The first reason says more than what is wrong with the longest form.
    let (mut lost, mut reasons) = (Wrong::new(), Wrong::new());
    for _ in 0..ROUNDS {
        let chunks = compose(schema, &forms, backend, &settings.naming);
        let wrong = review(&chunks, &wanted, backend, settings)?;
        if wrong.is_empty() {
            break;
        }
        for (object, reason) in wrong {
            let form = forms.entry(object.clone()).or_default();
            let first = reasons.entry(object.clone()).or_insert(reason);
            match form.next() {
                Some(next) if !matches!(object, ModelObject::Outside(_)) => *form = next,
                _ => {
                    lost.insert(object, first.clone());
                }
            }
        }
        if !lost.is_empty() {
            // What is wrong with them may have hidden what is with others.
            let rest = without(schema, &lost);
            if rest != *schema {
                let (others, also_lost) = settle(&rest, backend, settings)?;
                forms.extend(others);
                lost.extend(also_lost);
            }
            break;
        }
    }
    Ok((forms, lost))
}

/// The schema without these objects, and without what cannot be without them.
fn without(schema: &Schema, lost: &Wrong) -> Schema {
    let mut rest = schema.clone();
    let mut gone: BTreeSet<QualifiedName> = BTreeSet::new();
    for object in lost.keys() {
        match object {
            ModelObject::Table(name) | ModelObject::View(name) => {
                gone.insert(name.clone());
            }
            ModelObject::Enum(name) => {
                rest.enums.remove(name);
            }
            ModelObject::Namespace(name) => {
                rest.namespaces.remove(name);
            }
            ModelObject::Outside(name) => rest.unmanaged.retain(|object| object.name != *name),
            ModelObject::Column(..)
            | ModelObject::Constraint(..)
            | ModelObject::Index(..)
            | ModelObject::Comment(_) => {}
        }
    }
    rest.tables.retain(|name, _| !gone.contains(name));
    for table in rest.tables.values_mut() {
        let count = table.constraints.len();
        table.constraints.retain(|it| it.kind.references().is_none_or(|name| !gone.contains(name)));
        if table.constraints.len() < count {
            table.stored = None;
        }
    }
    loop {
        let count = gone.len();
        let reads = |view: &View| gone.iter().any(|name| view.reads(name));
        let more: Vec<_> =
            rest.views.extract_if(.., |name, view| gone.contains(name) || reads(view)).collect();
        gone.extend(more.into_iter().map(|(name, _)| name));
        if gone.len() == count {
            return rest;
        }
    }
}

/// Reads chunks back, and says which objects are not as they should be.
fn review(
    chunks: &[Chunk],
    wanted: &Schema,
    backend: &dyn Backend,
    settings: &PlanSettings,
) -> Result<Wrong, BackendError> {
    let (text, starts) = join(chunks.iter(), backend.name());
    let at = |error: &SourceError| {
        let chunk = starts.partition_point(|start| *start <= error.span.start).saturating_sub(1);
        chunks.get(chunk).map(|chunk| (chunk.object.clone(), Some(error.message.clone())))
    };
    match read(vec![Source::new("models.sql", text)], backend, settings) {
        Ok(Models { schema, .. }) => {
            Ok(differences(&backend.normalize(without_unmanaged(schema))?, wanted, backend.syntax()))
        }
        Err(ModelError::Invalid(errors)) => Ok(errors.iter().filter_map(at).collect()),
        // Nothing is there to be read.
        Err(_) => Ok(BTreeMap::new()),
    }
}

/// The objects that differ.
fn differences(found: &Schema, wanted: &Schema, syntax: &Syntax) -> Wrong {
    let mut different = BTreeSet::new();
    for name in found.enums.keys().chain(wanted.enums.keys()) {
        if found.enums.get(name) != wanted.enums.get(name) {
            different.insert(ModelObject::Enum(name.clone()));
        }
    }
    for name in found.tables.keys().chain(wanted.tables.keys()) {
        if found.tables.get(name) != wanted.tables.get(name) {
            different.insert(ModelObject::Table(name.clone()));
        }
    }
    for name in found.views.keys().chain(wanted.views.keys()) {
        let (found, wanted) = (found.views.get(name), wanted.views.get(name));
        // In its own SQL the backend may write a query in other words.
        let is_same = found.zip(wanted).is_some_and(|(found, wanted)| {
            View { query: wanted.query.clone(), ..found.clone() } == *wanted
                && is_written_out(found.query.as_str(), wanted.query.as_str(), syntax)
        });
        if !is_same {
            different.insert(ModelObject::View(name.clone()));
        }
    }
    for name in found.namespaces.symmetric_difference(&wanted.namespaces) {
        different.insert(ModelObject::Namespace(name.clone()));
    }
    different.into_iter().map(|object| (object, None)).collect()
}

/// Whether a definition has words that no model has a place for: behind its
/// last parenthesis, and on what happens in a conflict.
fn says_more(definition: &str, syntax: &Syntax) -> bool {
    let tokens: Vec<_> = lex(definition, syntax).filter(|token| !token.kind.is_trivia()).collect();
    let is = |token: &Token, word: &str| {
        token.kind == TokenKind::Word && definition[token.span.clone()].eq_ignore_ascii_case(word)
    };
    tokens.last().is_some_and(|last| last.kind == TokenKind::Word)
        || tokens.windows(2).any(|pair| is(&pair[0], "on") && is(&pair[1], "conflict"))
}

/// The schema without what the model has no place for: which is not compared.
fn without_unmanaged(mut schema: Schema) -> Schema {
    schema.unmanaged.clear();
    schema
}
