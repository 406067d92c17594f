//! The changes so far, with the schema that they make.

use super::{Change, DiffError, Risk};
use crate::{
    operation::{ApplyError, ColumnChange, Editor, Operation},
    schema::{QualifiedName, Schema},
};

/// The changes so far, with the schema that they make.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) schema: Schema,
    pub(super) changes: Vec<Change>,
    editor: Editor,
}

impl Script {
    pub(super) fn new(schema: Schema) -> Self {
        Self { schema, changes: Vec::new(), editor: Editor::default() }
    }

    /// Adds a change that puts no rows at risk.
    ///
    /// # Errors
    ///
    /// Fails if it does not fit the schema so far.
    pub(super) fn push(&mut self, operation: Operation) -> Result<(), DiffError> {
        self.push_risky(operation, None)
    }

    /// Adds a change.
    ///
    /// # Errors
    ///
    /// Fails if it does not fit the schema so far.
    pub(super) fn push_risky(&mut self, operation: Operation, risk: Option<Risk>) -> Result<(), DiffError> {
        let applied = self.editor.apply(&operation, &mut self.schema);
        applied.map_err(|source| step(&operation, source))?;
        self.changes.push(Change { operation, risk });
        Ok(())
    }

    /// Adds a change of a column.
    ///
    /// # Errors
    ///
    /// Fails if it does not fit the schema so far.
    pub(super) fn alter(
        &mut self,
        table: &QualifiedName,
        column: &crate::schema::Name,
        change: ColumnChange,
        risk: Option<Risk>,
    ) -> Result<(), DiffError> {
        let (table, column) = (table.clone(), column.clone());
        self.push_risky(Operation::AlterColumn { table, column, change }, risk)
    }
}

/// Applies an operation.
///
/// # Errors
///
/// Fails if it does not fit.
pub(super) fn apply(operation: &Operation, schema: &mut Schema) -> Result<(), DiffError> {
    operation.apply_to(schema).map_err(|source| step(operation, source))
}

fn step(operation: &Operation, source: ApplyError) -> DiffError {
    DiffError::Step { description: operation.describe(), source }
}
