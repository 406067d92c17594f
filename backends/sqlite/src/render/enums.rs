//! Enum types, which exist only in the columns that use them.

use retort_core::{
    backend::{BackendError, Statement},
    operation::Operation,
    schema::{QualifiedName, Schema, Type},
};

use super::{apply, literal, quote};
use crate::rebuild::{self, Changes};

/// Rebuilds every table that uses the type. `label` is a label that gets
/// another text, also in the rows.
pub(super) fn change(
    name: &QualifiedName,
    operation: &Operation,
    label: Option<(&String, &String)>,
    before: &Schema,
) -> Result<Vec<Statement>, BackendError> {
    let mut after = before.clone();
    apply(operation, &mut after)?;
    let mut statements = Vec::new();
    for table in before.tables.values() {
        let users: Vec<_> =
            table.columns.iter().filter(|column| column.ty == Type::Enum(name.clone())).collect();
        if users.is_empty() {
            continue;
        }
        let mut changes = Changes::default();
        if let Some((from, to)) = label {
            for column in users {
                let held = format!("{}.{}", quote(&table.name.name), quote(&column.name));
                let value =
                    format!("CASE {held} WHEN {} THEN {} ELSE {held} END", literal(from), literal(to));
                changes.values.insert(column.name.clone(), value);
            }
        }
        statements.extend(rebuild::rebuild(&table.name, &changes, before, &after)?);
    }
    Ok(statements)
}
