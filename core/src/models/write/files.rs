//! Models as files, one a table.

use std::collections::BTreeSet;

use super::compose::{Chunk, join};
use crate::{
    models::place::ModelObject,
    schema::{QualifiedName, Unmanaged},
};

/// A file of models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFile {
    /// Its name: `finance.us_stock.sql`.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Divides chunks into files.
pub(super) fn files(chunks: &[Chunk], unmanaged: &[Unmanaged], backend: &str) -> Vec<ModelFile> {
    let mut groups: Vec<(String, Vec<&Chunk>)> = Vec::new();
    let mut taken = BTreeSet::new();
    let mut objects: Vec<Option<&QualifiedName>> = Vec::new();
    for chunk in chunks {
        let object = match &chunk.object {
            ModelObject::Table(name) | ModelObject::View(name) => Some(name),
            // They are few, and others need them.
            ModelObject::Namespace(_)
            | ModelObject::Enum(_)
            | ModelObject::Column(..)
            | ModelObject::Constraint(..)
            | ModelObject::Index(..)
            | ModelObject::Outside(_)
            | ModelObject::Comment(_) => None,
        };
        match objects.iter().rposition(|found| *found == object) {
            Some(at) => groups[at].1.push(chunk),
            None => {
                let stem = object.map_or_else(|| "types".to_owned(), stem);
                groups.push((free(&stem, &mut taken), vec![chunk]));
                objects.push(object);
            }
        }
    }
    let mut files: Vec<ModelFile> = groups
        .into_iter()
        .map(|(name, chunks)| ModelFile { name, text: join(chunks.into_iter(), backend).0 })
        .collect();
    let text = outside(unmanaged);
    if !text.is_empty() {
        files.push(ModelFile { name: free("outside", &mut taken), text });
    }
    files
}

/// A comment that lists what models cannot hold; empty if there is nothing.
pub(super) fn outside(unmanaged: &[Unmanaged]) -> String {
    if unmanaged.is_empty() {
        return String::new();
    }
    let mut text = String::from("-- Outside of models, and left as it is in the database:\n");
    for object in unmanaged {
        let on = object.table.as_ref().filter(|table| **table != object.name);
        let on = on.map(|table| format!(" on {table}")).unwrap_or_default();
        let line = format!("{} {}{on}", object.kind, object.name);
        // A name may hold anything, the end of a comment too.
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        text.extend(["--   ", &line, "\n"]);
    }
    text
}

/// The name of an object as that of a file.
fn stem(name: &QualifiedName) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '_' };
    let stem: String = name.to_string().chars().map(plain).collect();
    // Hidden files are no models.
    if stem.starts_with('.') { format!("_{stem}") } else { stem }
}

/// A name for a file that no other has in any case of letters.
fn free(stem: &str, taken: &mut BTreeSet<String>) -> String {
    let mut name = format!("{stem}.sql");
    let mut number = 1;
    while !taken.insert(name.to_lowercase()) {
        number += 1;
        name = format!("{stem}_{number}.sql");
    }
    name
}
