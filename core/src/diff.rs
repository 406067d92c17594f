//! What makes one schema of another: operations, in an order that every
//! backend can carry out.
//!
//! Both schemas are in the normal form of one backend, so that what is equal
//! there is equal here, and nothing is a difference but what the database
//! would show. The order of columns is none: no operation moves a column.
//!
//! Applied in turn to the schema before, the operations give the schema after,
//! and their reverses lead back. So does the difference the other way round,
//! with the renames [reversed](Renames::reversed); it knows more: a reverse does
//! not see that a type cannot be converted back. What no operation can do is not
//! left out in silence, but listed in [`Diff::by_hand`].

mod by_hand;
mod candidate;
mod columns;
mod conversion;
mod emit;
mod enums;
mod error;
mod expression;
mod indirect;
mod matching;
mod names;
pub(crate) mod naming;
mod rename;
mod risk;
mod script;
mod table;
mod tables;
mod views;

use std::collections::BTreeMap;

pub use by_hand::ByHand;
pub use candidate::RenameCandidate;
pub use error::DiffError;
pub(crate) use names::Names;
pub use risk::{Loss, Risk};

use crate::{
    backend::Capabilities,
    operation::Operation,
    schema::{Name, QualifiedName, Schema},
};

/// Which objects of the schema before go on under another name in the schema
/// after.
///
/// An entry that has been carried out already, so that only the new name is
/// in the schema before, says nothing: it may stay where it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    /// The old name of each table, by its new name.
    pub tables: BTreeMap<QualifiedName, QualifiedName>,
    /// The old name of each column, by the new name of its table and its own
    /// new name.
    pub columns: BTreeMap<(QualifiedName, Name), Name>,
}

impl Renames {
    /// What undoes the renames.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let old_table = |new: &QualifiedName| self.tables.get(new).unwrap_or(new).clone();
        Self {
            tables: self.tables.iter().map(|(new, old)| (old.clone(), new.clone())).collect(),
            columns: self
                .columns
                .iter()
                .map(|((table, new), old)| ((old_table(table), old.clone()), new.clone()))
                .collect(),
        }
    }
}

/// The difference of two schemas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// What to do, in this order.
    pub changes: Vec<Change>,
    /// The renames among the changes: those that were not done yet.
    pub renames: Renames,
    /// What is dropped and added although it may be the same thing under
    /// another name.
    pub candidates: Vec<RenameCandidate>,
    /// What differs and no operation can change.
    pub by_hand: Vec<ByHand>,
}

impl Diff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.by_hand.is_empty()
    }
}

/// One step from the schema before to the schema after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What to do.
    pub operation: Operation,
    /// What a reviewer must know of it.
    pub risk: Option<Risk>,
}

/// Finds what makes the schema `after` of the schema `before`.
///
/// Objects outside of the model are not compared. Constraints without a name
/// are told apart by what they demand; one that must be dropped or added is
/// called by its name in the [convention](crate::schema::NamingConvention), as
/// planning does. Names of primary keys count only where the backend keeps
/// them.
///
/// # Errors
///
/// Fails if a rename contradicts the schemas, or if they are none that a
/// database can hold: a view that reads from itself, two objects of one name.
pub fn diff(
    before: &Schema,
    after: &Schema,
    renames: &Renames,
    capabilities: &Capabilities,
) -> Result<Diff, DiffError> {
    emit::diff(before, after, renames, capabilities)
}

#[cfg(test)]
mod tests;
