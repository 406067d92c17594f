//! What statements under `@only` may have done, when nobody can tell what.

use std::collections::BTreeMap;

use super::identifiers;
use crate::{operation::Operation, schema::QualifiedName, sql::Syntax};

/// What the files do not tell, because a statement under `@only` names it that no
/// backend interprets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unknown {
    /// By each word of such a statement, in lower case: `FILE:LINE`.
    places: BTreeMap<String, String>,
}

impl Unknown {
    /// Where the statement is that names the object: `FILE:LINE`.
    pub fn place(&self, name: &QualifiedName) -> Option<&str> {
        self.places.get(&name.name.as_str().to_lowercase()).map(String::as_str)
    }

    /// Notes each word of the statement at that place, those in strings too: a
    /// block of code may be one.
    pub(super) fn add(&mut self, sql: &str, syntax: &Syntax, place: &str) {
        let words = sql.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$'));
        let words = words.filter(|word| !word.is_empty()).map(str::to_lowercase);
        for word in words.chain(identifiers(sql, syntax)) {
            self.places.insert(word, place.to_owned());
        }
    }

    /// What an operation makes or removes as a whole is known from there on.
    pub(super) fn learn(&mut self, operation: &Operation) {
        if let Operation::RenameTable { from, to } | Operation::RenameView { from, to } = operation {
            let place = self.places.get(&from.name.as_str().to_lowercase()).cloned();
            self.places.extend(place.map(|place| (to.as_str().to_lowercase(), place)));
        }
        let is_whole = matches!(
            operation,
            Operation::CreateTable { if_not_exists: false, .. }
                | Operation::CreateView { .. }
                | Operation::CreateEnum { .. }
                | Operation::DropTable { .. }
                | Operation::DropView { .. }
                | Operation::DropEnum { .. }
        );
        if let Some(name) = operation.names().first().filter(|_| is_whole) {
            self.places.remove(&name.name.as_str().to_lowercase());
        }
    }
}
