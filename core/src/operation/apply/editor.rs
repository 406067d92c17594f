//! Many operations, one after another.

use std::collections::HashSet;

use super::{
    ApplyError,
    find::{self, Others},
};
use crate::{
    operation::Operation,
    schema::{Constraint, Index, QualifiedName, Schema},
};

/// Edits a schema by one operation after another, each as by
/// [`Operation::apply_to`].
///
/// It remembers the names of all indexes, and of constraints behind which there
/// is one: otherwise each new table would take a look at all others.
#[derive(Debug, Default)]
pub(crate) struct Editor {
    /// Those names, and maybe some that are gone.
    taken: Option<HashSet<QualifiedName>>,
}

impl Editor {
    /// Edits the schema, which nobody else has changed since the last time.
    ///
    /// # Errors
    ///
    /// Fails as [`Operation::apply_to`] does.
    pub(crate) fn apply(&mut self, operation: &Operation, schema: &mut Schema) -> Result<(), ApplyError> {
        let Some(names) = new_names(operation) else {
            operation.apply_to(schema)?;
            if renames(operation) {
                self.forget();
            }
            return Ok(());
        };
        let taken = self.taken.get_or_insert_with(|| all_names(schema));
        let is_taken = names.all().any(|name| taken.contains(name));
        operation.apply(schema, if is_taken { Others::MayHave } else { Others::HaveNone })?;
        taken.extend(names.parts);
        Ok(())
    }

    /// Forgets the names, because the schema was changed otherwise.
    pub(crate) fn forget(&mut self) {
        self.taken = None;
    }
}

/// The names that an operation gives.
struct NewNames {
    table: Option<QualifiedName>,
    /// Those of indexes and constraints.
    parts: Vec<QualifiedName>,
}

impl NewNames {
    fn all(&self) -> impl Iterator<Item = &QualifiedName> {
        self.table.iter().chain(&self.parts)
    }
}

/// The names that an operation gives, if it creates something with an index.
fn new_names(operation: &Operation) -> Option<NewNames> {
    Some(match operation {
        Operation::CreateTable { table, .. } => NewNames {
            table: Some(table.name.clone()),
            parts: parts(&table.name, &table.constraints, &table.indexes).collect(),
        },
        Operation::AddConstraint { table, constraint } => {
            NewNames { table: None, parts: parts(table, std::slice::from_ref(constraint), &[]).collect() }
        }
        Operation::CreateIndex { table, index, .. } => {
            NewNames { table: None, parts: parts(table, &[], std::slice::from_ref(index)).collect() }
        }
        _ => return None,
    })
}

/// Whether an operation gives another name to what is there.
fn renames(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::RenameNamespace { .. }
            | Operation::RenameTable { .. }
            | Operation::RenameConstraint { .. }
            | Operation::RenameIndex { .. }
    )
}

/// The names of all indexes, and of constraints behind which there is one.
fn all_names(schema: &Schema) -> HashSet<QualifiedName> {
    let of = schema.tables.values().map(|table| parts(&table.name, &table.constraints, &table.indexes));
    of.flatten().collect()
}

fn parts<'a>(
    table: &'a QualifiedName,
    constraints: &'a [Constraint],
    indexes: &'a [Index],
) -> impl Iterator<Item = QualifiedName> + 'a {
    let constraints = constraints.iter().filter(|constraint| find::is_relation(constraint));
    let constraints = constraints.filter_map(|constraint| constraint.name.as_ref());
    constraints.chain(indexes.iter().map(|index| &index.name)).map(|name| table.with_name(name.clone()))
}
