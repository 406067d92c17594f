//! The definition of a table as the database stores it.

use crate::operation::Operation;

/// The text that a database stores as the definition of a table, and the
/// operations that have been planned on the table since the text was read.
///
/// SQLite stores `CREATE TABLE` statements verbatim. Its backend rebuilds a
/// table by editing that text, so that clauses outside the model (`ON
/// CONFLICT`, comments, the spelling of a type) survive. A plan may touch one
/// table several times before anything runs, hence the list.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The text, as read from the database.
    pub definition: String,
    /// What has been planned since, oldest first.
    pub since: Vec<Operation>,
}

impl Stored {
    /// A definition as just read.
    pub fn new(definition: impl Into<String>) -> Self {
        Self { definition: definition.into(), since: Vec::new() }
    }
}
